/*
 * require_capability.c
 *		require_capability('account_column', 'capability' [, 'amount_column'
 *		[, 'counterpart_column']]): a row trigger for an application's own tables
 *		that lets a row in only when the account may do that now.  With a third
 *		argument the row is a use, which counts.
 *
 * Looks with the rights of the ledger's owner, so that whoever writes to the
 * application's table needs none on the ledger.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/trigger.h"
#include "enforcement/row_account.h"
#include "entitlement/door.h"
#include "entitlement/refuse.h"
#include "entitlement/use.h"
#include "ledger/permits.h"
#include "rulebook/cache.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_require_capability);

/* What withholds it the longest, of the account's own. */
static KeptPlan why_plan = {
	"SELECT r.until, r.scheme, r.sanction_id, r.rung, r.tier::pg_catalog.text"
	" FROM governance.restrictions($1, $3) r"
	" WHERE r.capability" EQ "$2 AND r.linked_account IS NULL"
	" ORDER BY r.until DESC LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/*
 * How the function was called: for each row that is inserted or updated, before
 * it is written or after, and with two to four arguments.  A use is counted once,
 * when the row is inserted.
 */
static TriggerData *
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = check_trigger(fcinfo, "require_capability",
										 FIRED_ON_INSERT | FIRED_ON_UPDATE | FIRED_FOR_ROW);

	if (trigger->tg_trigger->tgnargs < 2 || trigger->tg_trigger->tgnargs > 4)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs two to four arguments", "require_capability"),
				 errdetail("Trigger \"%s\" has %d.", trigger->tg_trigger->tgname,
						   trigger->tg_trigger->tgnargs),
				 errhint("Name the column that holds the account, and the capability: EXECUTE FUNCTION governance.require_capability('author_id', 'post').")));
	if (trigger->tg_trigger->tgnargs > 2 && !TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" with an amount counts rows that are inserted", "require_capability"),
				 errdetail("Trigger \"%s\" is fired by an update.", trigger->tg_trigger->tgname),
				 errhint("Create it for INSERT alone, and one with two arguments for UPDATE.")));
	return trigger;
}

/*
 * May a role read for itself what the refusal rests on?  Row-level security on
 * one of the tables is asked as well: what it hides is not told either.
 */
static bool
may_see_why(Oid userid)
{
	static const char *const tables[] = {"standing", "sanction"};
	Oid			nsp = get_namespace_oid("governance", false);

	if (namespace_aclcheck_compat(nsp, userid, ACL_USAGE) != ACLCHECK_OK)
		return false;
	for (size_t i = 0; i < lengthof(tables); i++)
	{
		Oid			relid = get_relname_relid(tables[i], nsp);

		if (!OidIsValid(relid) ||
			pg_class_aclcheck(relid, userid, ACL_SELECT) != ACLCHECK_OK ||
			check_enable_rls(relid, userid, true) == RLS_ENABLED)
			return false;
	}
	return true;
}

/*
 * Refuses the row.  see_why: the reasons are told, from the ledger as it is now.
 */
pg_noreturn static void refuse(Relation relation, const Trigger *trigger, int64 account_id,
							   Datum capability, bool see_why);

/*
 * What lasts longest says until when, and its sanction why.
 */
static void
refuse(Relation relation, const Trigger *trigger, int64 account_id, Datum capability,
	   bool see_why)
{
	Datum		values[3];
	char	   *until = NULL;
	char	   *scheme = NULL;
	char	   *rung = NULL;
	char	   *sanction = NULL;

	values[0] = Int64GetDatum(account_id);
	values[1] = capability;
	values[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	if (see_why && plan_execute(&why_plan, values, NULL, PLAN_FRESH) > 0)
	{
		until = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		scheme = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
		sanction = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
		rung = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);
	}
	ereport(ERROR,
			(errcode(ERRCODE_GV_CAPABILITY_WITHHELD),
			 errmsg("account %lld may not \"%s\"", (long long) account_id, TextDatumGetCString(capability)),
			 scheme == NULL ? 0
			 : rung == NULL ? errdetail("It is withheld under \"%s\" until %s.", scheme, until)
			 : errdetail("It is withheld by rung \"%s\" of scheme \"%s\" until %s.", rung, scheme, until),
			 !see_why ? 0 : sanction == NULL ? errhint("See governance.restrictions(%lld).", (long long) account_id)
			 : errhint("governance.explain(%s) gives the reasons.", sanction),
			 errtable(relation),
			 err_generic_string(PG_DIAG_COLUMN_NAME, trigger->tgargs[0]),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, trigger->tgname)));
}

/*
 * May the account do that now, by all that is committed by now?  The statement may
 * have begun a while ago.
 */
static bool
permits_now(int64 account_id, text *capability)
{
	TimestampTz now = GetCurrentTimestamp();
	bool		permitted;

	PushActiveSnapshot(GetTransactionSnapshot());
	if (door_is_guarded(capability))
		permitted = door_permits(account_id, capability, now, PLAN_FRESH);
	else if (!permits_at_once(NULL, account_id, capability, now, &permitted))
		permitted = account_permits(account_id, capability, now, PLAN_FRESH);
	PopActiveSnapshot();
	return permitted;
}

/* A number of the row; null where it is null. */
static Numeric
row_amount(Relation relation, HeapTuple row, AttrNumber number)
{
	char	   *value = SPI_getvalue(row, RelationGetDescr(relation), number);

	if (value == NULL)
		return NULL;
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(value),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* The row is a use of the account that it names. */
static void
use_row(Relation relation, HeapTuple row, const Trigger *trigger, int64 account_id, text *capability)
{
	Question	question = {.account_id = account_id, .capability = capability};
	int64		used;

	question.amount = row_amount(relation, row, argument_column(relation, trigger->tgargs[2], "require_capability"));
	if (trigger->tgnargs > 3 &&
		!row_account(relation, row, argument_column(relation, trigger->tgargs[3], "require_capability"),
					 &question.counterpart))
		question.counterpart = 0;
	question.at = GetCurrentTimestamp();
	if (use_one(&question, NULL, true, &used) == 0)
		refuse_use(&question, may_see_why(acting_role()), relation);
}

/*
 * A row that names no account is let in: whether it may do that is up to the table.
 */
Datum
governance_require_capability(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_call(fcinfo);
	Relation	relation = trigger->tg_relation;
	HeapTuple	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
		? trigger->tg_newtuple : trigger->tg_trigtuple;
	char	  **args = trigger->tg_trigger->tgargs;
	Identity	identity;
	int64		account_id;

	rulebook_refresh();
	ledger_enter(&identity);
	if (row_account(relation, row, argument_column(relation, args[0], "require_capability"), &account_id))
	{
		text	   *capability = cstring_to_text(args[1]);

		if (trigger->tg_trigger->tgnargs > 2)
			use_row(relation, row, trigger->tg_trigger, account_id, capability);
		else if (!permits_now(account_id, capability))
			refuse(relation, trigger->tg_trigger, account_id, PointerGetDatum(capability),
				   may_see_why(acting_role()));
	}
	ledger_leave(&identity);
	return PointerGetDatum(row);
}
