/*
 * require_qualification.c
 *		require_qualification(): what an application's own table asks of those
 *		who publish in it.
 *
 * The period that makes an account qualified is locked for the rest of the
 * transaction, as foreign keys lock the rows they refer to: whoever cancels
 * the certification waits for the publication, or the publication for them.
 * The instant that counts is that of the check and not of the start of the
 * transaction, so that a cancellation committed meanwhile counts.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "certification/withheld_certification.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/report.h"
#include "db/trigger.h"
#include "enforcement/row_account.h"
#include "rulebook/cache.h"

#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define LE " OPERATOR(pg_catalog.<=) "
#define GT " OPERATOR(pg_catalog.>) "

PG_FUNCTION_INFO_V1(governance_require_qualification);

/* What the trigger's arguments say. */
typedef struct Demand
{
	AttrNumber	account;		/* columns of the table */
	AttrNumber	domain;
	AttrNumber	mark;			/* 0: the row is not marked */
	AttrNumber	content;		/* 0: no reference to the content */
	bool		record;			/* let it in, and record a violation */
	const char *scheme;
	const char *rule;
} Demand;

/* A row that is to be published, as far as the demand is about it. */
typedef struct Posting
{
	HeapTuple	row;
	char	   *domain;
	int64		account_id;
	char	   *actor;			/* the role that writes it */
	char	   *content;		/* null: no reference to it */
	char	   *evidence;		/* the row as JSON; null: nothing is recorded */
} Posting;

static KeptPlan lock_period_plan = {
	"SELECT 1 FROM governance.qualified_domain q WHERE q.account_id" EQ "$1 AND q.domain" EQ "$2"
	" AND q.since" LE "$3 AND q.until" GT "$3 FOR SHARE",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan lock_turn_plan = {
	"SELECT 1 FROM governance.certified_account c WHERE c.account_id" EQ "$1 FOR SHARE",
	1, {INT8OID}
};

/* Is the domain gated at the instant? */
static KeptPlan lock_domain_plan = {
	"SELECT d.gated_from" LE "$2 AND d.gated_until" GT "$2"
	" FROM governance.domain d WHERE d.domain" EQ "$1 FOR SHARE",
	2, {TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan account_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.account_id" EQ "$1",
	1, {INT8OID}
};

static KeptPlan why_plan = {
	"SELECT governance.why_not_text($1, $2, $3)",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan violation_plan = {
	"INSERT INTO governance.violation (account_id, scheme, rule, source, content_ref, decided_by, evidence)"
	" VALUES ($1, $2, $3, 'system', $4, $5,"
	" pg_catalog.jsonb_build_object('table', $6, 'row', $7::pg_catalog.jsonb)) RETURNING violation_id",
	7, {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID}
};

/*
 * Runs a plan, by what is committed by now; gives the first column of the first
 * row, which may be null.  False: there is no row.
 */
static bool
first_value(KeptPlan *plan, Datum *values, const char *nulls, Datum *result, bool *isnull)
{
	if (plan_execute(plan, values, nulls, PLAN_FRESH) == 0)
		return false;
	*result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
	return true;
}

/* The same where only matters whether there is a row. */
static bool
is_there(KeptPlan *plan, Datum *values)
{
	bool		there = plan_execute(plan, values, NULL, PLAN_FRESH) > 0;

	SPI_freetuptable(SPI_tuptable);
	return there;
}

/* ---------- the arguments ---------- */

/* The number of a column that an argument of ours names. */
static AttrNumber
column_number(Relation rel, const char *name)
{
	return argument_column(rel, name, "require_qualification");
}

/* The type of a column; of a domain the one below it. */
static Oid
column_type(Relation rel, AttrNumber number)
{
	return getBaseType(TupleDescAttr(RelationGetDescr(rel), number - 1)->atttypid);
}

/*
 * The column that is to take the mark of what was let in: a boolean, or a bigint
 * that takes the violation_id.  Only a row that is not written yet can be marked.
 */
static AttrNumber
mark_column(const TriggerData *trigger, const char *name)
{
	Relation	rel = trigger->tg_relation;
	AttrNumber	number = column_number(rel, name);
	Oid			type = column_type(rel, number);

	if (type != BOOLOID && type != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of relation \"%s\" cannot mark a row",
						name, RelationGetRelationName(rel)),
				 errdetail("A mark is a boolean, or a bigint that takes the violation_id."),
				 errtablecol(rel, number)));
	if (!TRIGGER_FIRED_BEFORE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a row can be marked only BEFORE it is written"),
				 errhint("Create the trigger with BEFORE, or leave out the mark column."),
				 errtablecol(rel, number)));
	return number;
}

/*
 * What is asked of a row: account column, domain column [, reject | record,
 * scheme, rule [, mark column [, content column]]].  What follows "reject" is not
 * looked at.
 */
static Demand
read_demand(const TriggerData *trigger)
{
	int			nargs = trigger->tg_trigger->tgnargs;
	char	  **args = trigger->tg_trigger->tgargs;
	Relation	rel = trigger->tg_relation;
	Demand		demand = {0};

	if (nargs < 2 || nargs > 7)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" takes 2 to 7 arguments", "require_qualification"),
				 errhint("They are: account column, domain column, reject or record, scheme, rule, mark column, content column.")));
	demand.account = column_number(rel, args[0]);
	demand.domain = column_number(rel, args[1]);
	demand.record = nargs > 2 && strcmp(args[2], "record") == 0;
	if (nargs > 2 && !demand.record && strcmp(args[2], "reject") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is neither \"reject\" nor \"record\"", args[2]),
				 errhint("The third argument of require_qualification() says what becomes of a row whose author is not qualified."),
				 errtable(rel)));
	if (!demand.record)
		return demand;
	if (nargs < 5)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("recording a violation takes a scheme and a rule"),
				 errhint("Name them in the fourth and fifth argument of require_qualification()."),
				 errtable(rel)));
	demand.scheme = args[3];
	demand.rule = args[4];
	if (nargs > 5 && args[5][0] != '\0')
		demand.mark = mark_column(trigger, args[5]);
	if (nargs > 6)
		demand.content = column_number(rel, args[6]);
	return demand;
}

/* ---------- is anything asked of this row? ---------- */

/* Do two rows show the same in a column?  Null is the same as nothing. */
static bool
same_value(TupleDesc desc, HeapTuple a, HeapTuple b, AttrNumber number)
{
	char	   *va = SPI_getvalue(a, desc, number);
	char	   *vb = SPI_getvalue(b, desc, number);

	return va != NULL && vb != NULL && strcmp(va, vb) == 0;
}

/*
 * Is a row published in a domain that it was not in before, or by somebody else?
 * What belongs to no domain needs nothing; where author and domain are as they
 * were, it has been asked already; and what is gone by the time of a deferred
 * check is not published.
 */
static bool
is_published(const TriggerData *trigger, const Demand *demand, HeapTuple row)
{
	Relation	rel = trigger->tg_relation;
	TupleDesc	desc = RelationGetDescr(rel);
	bool		updates = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	bool		isnull;

	if (TRIGGER_FIRED_AFTER(trigger->tg_event) &&
		!table_tuple_satisfies_snapshot(rel, updates ? trigger->tg_newslot : trigger->tg_trigslot,
										SnapshotSelf))
		return false;
	(void) SPI_getbinval(row, desc, demand->domain, &isnull);
	return !isnull &&
		!(updates && same_value(desc, trigger->tg_trigtuple, row, demand->domain) &&
		  same_value(desc, trigger->tg_trigtuple, row, demand->account));
}

/*
 * The row as it is shown to the ledger, by the rights of whoever writes: printing
 * it calls functions of any type.
 */
static Posting
read_posting(Relation rel, const Demand *demand, HeapTuple row)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Posting		posting = {.row = row, .domain = SPI_getvalue(row, desc, demand->domain)};
	bool		isnull;

	(void) SPI_getbinval(row, desc, demand->account, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("content of domain \"%s\" names no account", posting.domain),
				 errhint("What belongs to a domain needs an author; leave the domain null for what belongs to none."),
				 errtablecol(rel, demand->account)));
	posting.actor = GetUserNameFromId(acting_role(), false);
	if (demand->record)
		posting.evidence = TextDatumGetCString(DirectFunctionCall1(row_to_json,
																	   heap_copy_tuple_as_datum(row, desc)));
	if (demand->content > 0)
		posting.content = SPI_getvalue(row, desc, demand->content);
	return posting;
}

/* ---------- the answer, as the owner of the ledger ---------- */

/*
 * Does a sanction take the weight from the account's certifications?  Whoever
 * writes one that does takes the turn of the account first (certification/turn.c),
 * so that it is either there already or waits until this transaction is over.
 */
static bool
sanction_withholds(int64 account_id, TimestampTz at)
{
	Datum		value = Int64GetDatum(account_id);
	bool		withheld;

	rulebook_refresh();
	if (!certification_may_be_withheld())
		return false;
	is_there(&lock_turn_plan, &value);
	PushActiveSnapshot(GetTransactionSnapshot());
	withheld = certification_is_withheld(account_id, at);
	PopActiveSnapshot();
	return withheld;
}

/*
 * Is the domain of a posting gated?  values: account, domain and the instant.
 * Raises ERRCODE_GV_UNKNOWN_DOMAIN.
 */
static bool
domain_gated(Relation rel, const Demand *demand, const Posting *posting, Datum *values)
{
	Datum		gated;
	bool		isnull;

	if (!first_value(&lock_domain_plan, &values[1], NULL, &gated, &isnull))
		report_missing(MISSING_DOMAIN, posting->domain, rel, demand->domain);
	return DatumGetBool(gated);
}

/*
 * Is the account qualified for the domain now?  Locks what the answer rests on;
 * *at is the instant that it is of.
 */
static bool
qualified_now(Relation rel, const Demand *demand, const Posting *posting, TimestampTz *at)
{
	Datum		values[3];

	values[0] = Int64GetDatum(posting->account_id);
	values[1] = CStringGetTextDatum(posting->domain);
	*at = GetCurrentTimestamp();
	values[2] = TimestampTzGetDatum(*at);
	if (is_there(&lock_period_plan, values))
		return !sanction_withholds(posting->account_id, *at) || !domain_gated(rel, demand, posting, values);

	/*
	 * While it waited for somebody who changed the period, another may have
	 * taken its place: look again, with what is committed by now.
	 */
	if (!IsolationUsesXactSnapshot() && is_there(&lock_period_plan, values))
		return !sanction_withholds(posting->account_id, *at) || !domain_gated(rel, demand, posting, values);

	if (!is_there(&account_plan, values))
		report_missing_id(MISSING_ACCOUNT, posting->account_id, rel, demand->account);
	return !domain_gated(rel, demand, posting, values);
}

/*
 * Refuses the row.  What is missing is told to whoever may read certifications.
 */
pg_noreturn static void refuse(Relation rel, const Demand *demand, const Posting *posting,
							   TimestampTz at);

/* The reasons are those of the instant that the answer is of. */
static void
refuse(Relation rel, const Demand *demand, const Posting *posting, TimestampTz at)
{
	Datum		values[3];
	Datum		result;
	bool		isnull;
	char	   *why = NULL;

	values[0] = Int64GetDatum(posting->account_id);
	values[1] = CStringGetTextDatum(posting->domain);
	values[2] = TimestampTzGetDatum(at);
	if (may_tell("certification") &&
		first_value(&why_plan, values, NULL, &result, &isnull) && !isnull)
		why = TextDatumGetCString(result);
	ereport(ERROR,
			(errcode(ERRCODE_GV_NOT_QUALIFIED),
			 errmsg("account %lld is not qualified for domain \"%s\"",
					(long long) posting->account_id, posting->domain),
			 why ? errdetail("%s", why) : 0,
			 errhint("Apply with governance.apply_for_certification(); governance.why_not(%lld, %s) lists what is missing.",
					 (long long) posting->account_id, quote_literal_cstr(posting->domain)),
			 errtablecol(rel, demand->domain)));
}

/*
 * The rule that is broken: what the argument says, with the domain for each
 * percent sign.
 */
static char *
domain_rule(const char *pattern, const char *domain)
{
	StringInfoData rule;

	initStringInfo(&rule);
	for (const char *p = pattern; *p != '\0'; p++)
	{
		if (*p == '%')
			appendStringInfoString(&rule, domain);
		else
			appendStringInfoChar(&rule, *p);
	}
	return rule.data;
}

/* Records the violation that the publication is; gives its id. */
static int64
record(Relation rel, const Demand *demand, const Posting *posting)
{
	char	   *table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
												   RelationGetRelationName(rel));
	Datum		values[7];
	char		nulls[8] = "       ";
	Datum		result;
	bool		isnull;

	values[0] = Int64GetDatum(posting->account_id);
	values[1] = CStringGetTextDatum(demand->scheme);
	values[2] = CStringGetTextDatum(domain_rule(demand->rule, posting->domain));
	values[3] = posting->content == NULL ? (Datum) 0 : CStringGetTextDatum(posting->content);
	nulls[3] = posting->content == NULL ? 'n' : ' ';
	values[4] = CStringGetTextDatum(posting->actor);
	values[5] = CStringGetTextDatum(table);
	values[6] = CStringGetTextDatum(posting->evidence);
	if (!first_value(&violation_plan, values, nulls, &result, &isnull))
		elog(ERROR, "the violation of rule \"%s\" was not recorded", demand->rule);
	return DatumGetInt64(result);
}

/*
 * The row with the mark of what was recorded about it; violation_id 0: nothing
 * was.
 */
static HeapTuple
marked(Relation rel, HeapTuple row, AttrNumber number, int64 violation_id)
{
	bool		flags = column_type(rel, number) == BOOLOID;
	int			column = number;
	Datum		mark = flags ? BoolGetDatum(violation_id != 0) : Int64GetDatum(violation_id);
	bool		isnull = !flags && violation_id == 0;

	return heap_modify_tuple_by_cols(row, RelationGetDescr(rel), 1, &column, &mark, &isnull);
}

/*
 * require_qualification(account column, domain column [, ...]); see read_demand()
 * for the arguments.  Before a row is written it gives the row, marked if it is to
 * be; afterwards what it gives does not matter.
 */
Datum
governance_require_qualification(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "require_qualification",
										 FIRED_BEFORE | FIRED_AFTER | FIRED_ON_INSERT |
										 FIRED_ON_UPDATE | FIRED_FOR_ROW);
	Relation	rel = trigger->tg_relation;
	HeapTuple	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	Demand		demand = read_demand(trigger);
	Posting		posting;
	Identity	identity;
	TimestampTz at;
	int64		violation_id = 0;

	if (is_published(trigger, &demand, row))
	{
		posting = read_posting(rel, &demand, row);
		ledger_enter(&identity);
		(void) row_account(rel, row, demand.account, &posting.account_id);
		if (!qualified_now(rel, &demand, &posting, &at))
		{
			if (!demand.record)
				refuse(rel, &demand, &posting, at);
			violation_id = record(rel, &demand, &posting);
		}
		ledger_leave(&identity);
		if (demand.mark > 0)
			row = marked(rel, row, demand.mark, violation_id);
	}
	PG_RETURN_POINTER(TRIGGER_FIRED_BEFORE(trigger->tg_event) ? row : NULL);
}
