/*
 * require_capability.c
 *		require_capability('account_column', 'capability'): a row trigger for an
 *		application's own tables that lets a row in only when the account may do
 *		that now.
 *
 * Looks with the rights of the ledger's owner, so that whoever writes to the
 * application's table needs none on the ledger.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "ledger/permits.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define LE " OPERATOR(pg_catalog.<=) "
#define GT " OPERATOR(pg_catalog.>) "

PG_FUNCTION_INFO_V1(governance_require_capability);

static KeptPlan external_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.external_id" EQ "$1",
	1, {TEXTOID}
};

static KeptPlan why_plan = {
	"SELECT r.until, r.scheme, r.sanction_id, s.rung, s.tier::pg_catalog.text"
	" FROM governance.restriction r LEFT JOIN governance.sanction s"
	" ON s.account_id" EQ "r.account_id AND s.sanction_id" EQ "r.sanction_id"
	" WHERE r.account_id" EQ "$1 AND r.capability" EQ "$2 AND r.since" LE "$3 AND r.until" GT "$3"
	" ORDER BY r.until DESC LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static TriggerData *
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = called_as_trigger(fcinfo, "require_capability");

	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired FOR EACH ROW", "require_capability")));
	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event) && !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for INSERT or UPDATE", "require_capability")));
	if (trigger->tg_trigger->tgnargs != 2)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs two arguments", "require_capability"),
				 errdetail("Trigger \"%s\" has %d.", trigger->tg_trigger->tgname,
						   trigger->tg_trigger->tgnargs),
				 errhint("Name the column that holds the account, and the capability: EXECUTE FUNCTION governance.require_capability('author_id', 'post').")));
	return trigger;
}

/* The account that a row names: by its id, or by its external id as text. */
static bool
row_account(Relation relation, HeapTuple tuple, const char *column, int64 *account_id)
{
	TupleDesc	desc = RelationGetDescr(relation);
	int			number = SPI_fnumber(desc, column);
	Datum		value;
	bool		isnull;

	if (number <= 0)
		report_no_column(relation, column, "require_capability");
	value = SPI_getbinval(tuple, desc, number, &isnull);
	if (isnull)
		return false;
	switch (getBaseType(SPI_gettypeid(desc, number)))
	{
		case INT8OID:
			*account_id = DatumGetInt64(value);
			return true;
		case INT4OID:
			*account_id = DatumGetInt32(value);
			return true;
		case INT2OID:
			*account_id = DatumGetInt16(value);
			return true;
		case TEXTOID:
		case VARCHAROID:
		case UUIDOID:
			{
				Datum		text = CStringGetTextDatum(SPI_getvalue(tuple, desc, number));

				if (plan_execute(&external_plan, &text, NULL, PLAN_FRESH) == 0)
					report_missing(MISSING_EXTERNAL_ID, SPI_getvalue(tuple, desc, number), relation, number);
				*account_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
														  SPI_tuptable->tupdesc, 1, &isnull));
				SPI_freetuptable(SPI_tuptable);
				return true;
			}
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of relation \"%s\" cannot name an account",
							column, RelationGetRelationName(relation)),
					 errdetail("An account is named by an integer, or by its external_id as text or uuid."),
					 errtablecol(relation, number)));
	}
	return false;
}

/* May the caller read for himself what the refusal rests on? */
static bool
may_see_why(Oid userid)
{
	static const char *const tables[] = {"restriction", "sanction"};
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

Datum
governance_require_capability(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_call(fcinfo);
	HeapTuple	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
		? trigger->tg_newtuple : trigger->tg_trigtuple;
	char	  **args = trigger->tg_trigger->tgargs;
	Identity identity;
	int64		account_id;

	rulebook_refresh();
	ledger_enter(&identity);
	if (row_account(trigger->tg_relation, tuple, args[0], &account_id))
	{
		text	   *capability = cstring_to_text(args[1]);

		if (!account_permits(account_id, capability, GetCurrentTimestamp(), PLAN_FRESH))
			refuse(trigger->tg_relation, trigger->tg_trigger, account_id, PointerGetDatum(capability),
				   may_see_why(acting_role()));
	}
	ledger_leave(&identity);
	return PointerGetDatum(tuple);
}
