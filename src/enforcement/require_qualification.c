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
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"

#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_require_qualification);

/* What the trigger's arguments say. */
typedef struct Demand
{
	int			account_attnum;
	int			domain_attnum;
	bool		record;			/* let it in, and record a violation */
	const char *scheme;
	const char *rule;
	int			mark_attnum;	/* 0: the row is not marked */
	int			content_attnum; /* 0: no reference to the content */
} Demand;

/* A statement that is planned once and kept. */
typedef struct KeptQuery
{
	const char *text;
	int			nargs;
	Oid			types[7];
	SPIPlanPtr	plan;
} KeptQuery;

static KeptQuery lock_period = {
	"SELECT 1 FROM governance.qualified_domain q "
	"WHERE q.account_id OPERATOR(pg_catalog.=) $1 AND q.domain OPERATOR(pg_catalog.=) $2 "
	"AND q.since OPERATOR(pg_catalog.<=) $3 AND q.until OPERATOR(pg_catalog.>) $3 FOR SHARE",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}, NULL
};
static KeptQuery lock_domain = {
	"SELECT d.gated_from OPERATOR(pg_catalog.<=) $2 AND d.gated_until OPERATOR(pg_catalog.>) $2 "
	"FROM governance.domain d WHERE d.domain OPERATOR(pg_catalog.=) $1 FOR SHARE",
	2, {TEXTOID, TIMESTAMPTZOID}, NULL
};
static KeptQuery find_account = {
	"SELECT a.account_id FROM governance.account a WHERE a.account_id OPERATOR(pg_catalog.=) $1",
	1, {INT8OID}, NULL
};
static KeptQuery find_external = {
	"SELECT a.account_id FROM governance.account a WHERE a.external_id OPERATOR(pg_catalog.=) $1",
	1, {TEXTOID}, NULL
};
static KeptQuery say_why = {
	"SELECT governance.why_not_text($1, $2, $3)",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}, NULL
};
static KeptQuery record_violation = {
	"INSERT INTO governance.violation (account_id, scheme, rule, source, content_ref, decided_by, evidence) "
	"VALUES ($1, $2, $3, 'system', $4, $5, pg_catalog.jsonb_build_object('table', $6, 'row', $7::pg_catalog.jsonb)) "
	"RETURNING violation_id",
	7, {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID}, NULL
};

/*
 * Run one of the statements; gives the first column of the first row.
 */
static bool
run_query(KeptQuery *query, Datum *values, const char *nulls, Datum *result, bool *isnull)
{
	OwnStatement own;
	int			code;

	own_statement_begin(&own);
	if (query->plan == NULL || !SPI_plan_is_valid(query->plan))
	{
		SPIPlanPtr	fresh = SPI_prepare(query->text, query->nargs, query->types);

		if (fresh == NULL || SPI_keepplan(fresh) != 0)
			elog(ERROR, "could not prepare a query: %s", SPI_result_code_string(SPI_result));
		if (query->plan != NULL)
			SPI_freeplan(query->plan);
		query->plan = fresh;
	}

	/* Not read-only, so that it sees what has been committed by now. */
	code = SPI_execute_plan(query->plan, values, nulls, false, 0);
	own_statement_end(&own);
	if (code < 0)
		elog(ERROR, "could not run a query: %s", SPI_result_code_string(code));
	if (SPI_processed == 0)
		return false;
	*result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
	return true;
}

/*
 * The number of a column that an argument names.
 */
static int
column_number(Relation rel, const char *name)
{
	int			attnum = SPI_fnumber(RelationGetDescr(rel), name);

	if (attnum <= 0)
		report_no_column(rel, name, "require_qualification");
	return attnum;
}

static Oid
column_type(Relation rel, int attnum)
{
	return getBaseType(TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid);
}

/*
 * May this function do its work here, and what is asked of it?
 */
static Demand
read_demand(TriggerData *data)
{
	Trigger    *trigger = data->tg_trigger;
	Relation	rel = data->tg_relation;
	Demand		demand = {0};

	if (!TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		TRIGGER_FIRED_INSTEAD(data->tg_event) ||
		!(TRIGGER_FIRED_BY_INSERT(data->tg_event) || TRIGGER_FIRED_BY_UPDATE(data->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired BEFORE or AFTER INSERT OR UPDATE FOR EACH ROW",
						"require_qualification")));

	if (trigger->tgnargs < 2 || trigger->tgnargs > 7)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" takes 2 to 7 arguments", "require_qualification"),
				 errhint("They are: account column, domain column, reject or record, scheme, rule, mark column, content column.")));

	demand.account_attnum = column_number(rel, trigger->tgargs[0]);
	demand.domain_attnum = column_number(rel, trigger->tgargs[1]);

	if (trigger->tgnargs > 2 && strcmp(trigger->tgargs[2], "record") == 0)
		demand.record = true;
	else if (trigger->tgnargs > 2 && strcmp(trigger->tgargs[2], "reject") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is neither \"reject\" nor \"record\"", trigger->tgargs[2]),
				 errhint("The third argument of require_qualification() says what becomes of a row whose author is not qualified."),
				 errtable(rel)));

	if (!demand.record)
		return demand;

	if (trigger->tgnargs < 5)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("recording a violation takes a scheme and a rule"),
				 errhint("Name them in the fourth and fifth argument of require_qualification()."),
				 errtable(rel)));
	demand.scheme = trigger->tgargs[3];
	demand.rule = trigger->tgargs[4];

	if (trigger->tgnargs > 5 && trigger->tgargs[5][0] != '\0')
	{
		Oid			type;

		demand.mark_attnum = column_number(rel, trigger->tgargs[5]);
		type = column_type(rel, demand.mark_attnum);
		if (type != BOOLOID && type != INT8OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of relation \"%s\" cannot mark a row",
							trigger->tgargs[5], RelationGetRelationName(rel)),
					 errdetail("A mark is a boolean, or a bigint that takes the violation_id."),
					 errtablecol(rel, demand.mark_attnum)));
		if (!TRIGGER_FIRED_BEFORE(data->tg_event))
			ereport(ERROR,
					(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					 errmsg("a row can be marked only BEFORE it is written"),
					 errhint("Create the trigger with BEFORE, or leave out the mark column."),
					 errtablecol(rel, demand.mark_attnum)));
	}
	if (trigger->tgnargs > 6)
		demand.content_attnum = column_number(rel, trigger->tgargs[6]);

	return demand;
}

/*
 * The account that a row names: its account_id where the column is an integer,
 * else its external_id.
 */
static int64
row_account(Relation rel, HeapTuple row, int attnum)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, attnum, &isnull);
	char	   *name;
	Datum		result;

	switch (column_type(rel, attnum))
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return DatumGetInt64(value);
		default:
			break;
	}

	name = SPI_getvalue(row, desc, attnum);
	value = CStringGetTextDatum(name);
	if (!run_query(&find_external, &value, NULL, &result, &isnull))
		report_missing(MISSING_EXTERNAL_ID, name, rel, attnum);
	return DatumGetInt64(result);
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

/*
 * Is the account qualified for the domain now?  Locks what the answer rests on.
 */
static bool
qualified_now(Relation rel, const Demand *demand, int64 account_id, char *domain, TimestampTz *at)
{
	Datum		values[3];
	Datum		result;
	bool		isnull;

	values[0] = Int64GetDatum(account_id);
	values[1] = CStringGetTextDatum(domain);
	*at = GetCurrentTimestamp();
	values[2] = TimestampTzGetDatum(*at);
	if (run_query(&lock_period, values, NULL, &result, &isnull))
		return true;

	/*
	 * While it waited for somebody who changed the period, another may have
	 * taken its place: look again, with what is committed by now.
	 */
	if (!IsolationUsesXactSnapshot() && run_query(&lock_period, values, NULL, &result, &isnull))
		return true;

	if (!run_query(&find_account, values, NULL, &result, &isnull))
		report_missing_id(MISSING_ACCOUNT, account_id, rel, demand->account_attnum);
	if (!run_query(&lock_domain, &values[1], NULL, &result, &isnull))
		report_missing(MISSING_DOMAIN, domain, rel, demand->domain_attnum);
	return !DatumGetBool(result);
}

Datum
governance_require_qualification(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_as_trigger(fcinfo, "require_qualification");
	Relation	rel;
	TupleDesc	desc;
	Demand		demand;
	HeapTuple	row;
	char	   *domain;
	char	   *actor;
	char	   *evidence = NULL;
	char	   *content = NULL;
	int64		account_id;
	int64		violation_id = 0;
	TimestampTz at;
	Identity	identity;
	bool		isnull;
	bool		passes;

	demand = read_demand(data);
	rel = data->tg_relation;
	desc = RelationGetDescr(rel);
	row = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;

	/* What is gone by the time of a deferred check is not published. */
	if (TRIGGER_FIRED_AFTER(data->tg_event) &&
		!table_tuple_satisfies_snapshot(rel, TRIGGER_FIRED_BY_UPDATE(data->tg_event) ?
										data->tg_newslot : data->tg_trigslot, SnapshotSelf))
		PG_RETURN_POINTER(NULL);

	/* Content outside any domain needs nothing. */
	domain = SPI_getvalue(row, desc, demand.domain_attnum);
	if (domain == NULL)
		PG_RETURN_POINTER(TRIGGER_FIRED_BEFORE(data->tg_event) ? row : NULL);

	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
	{
		char	   *old_domain = SPI_getvalue(data->tg_trigtuple, desc, demand.domain_attnum);
		char	   *old_account = SPI_getvalue(data->tg_trigtuple, desc, demand.account_attnum);
		char	   *new_account = SPI_getvalue(row, desc, demand.account_attnum);

		/* Who and where are as they were: it has been asked already. */
		if (old_domain != NULL && strcmp(old_domain, domain) == 0 &&
			old_account != NULL && new_account != NULL && strcmp(old_account, new_account) == 0)
			PG_RETURN_POINTER(TRIGGER_FIRED_BEFORE(data->tg_event) ? row : NULL);
	}

	(void) SPI_getbinval(row, desc, demand.account_attnum, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("content of domain \"%s\" names no account", domain),
				 errhint("What belongs to a domain needs an author; leave the domain null for what belongs to none."),
				 errtablecol(rel, demand.account_attnum)));

	actor = GetUserNameFromId(acting_role(), false);
	if (demand.record)
	{
		/* With the rights of whoever writes: it calls functions of any type. */
		evidence = text_to_cstring(DatumGetTextPP(DirectFunctionCall1(row_to_json,
																	  heap_copy_tuple_as_datum(row, desc))));
		if (demand.content_attnum > 0)
			content = SPI_getvalue(row, desc, demand.content_attnum);
	}

	identity_enter(ledger_owner(), &identity);
	SPI_connect();

	account_id = row_account(rel, row, demand.account_attnum);
	passes = qualified_now(rel, &demand, account_id, domain, &at);

	if (!passes && !demand.record)
	{
		Datum		values[3];
		Datum		result;
		char	   *why = NULL;

		values[0] = Int64GetDatum(account_id);
		values[1] = CStringGetTextDatum(domain);
		values[2] = TimestampTzGetDatum(at);
		if (may_tell("certification") &&
			run_query(&say_why, values, NULL, &result, &isnull) && !isnull)
			why = TextDatumGetCString(result);

		ereport(ERROR,
				(errcode(ERRCODE_GV_NOT_QUALIFIED),
				 errmsg("account %lld is not qualified for domain \"%s\"",
						(long long) account_id, domain),
				 why ? errdetail("%s", why) : 0,
				 errhint("Apply with governance.apply_for_certification(); governance.why_not(%lld, %s) lists what is missing.",
						 (long long) account_id, quote_literal_cstr(domain)),
				 errtablecol(rel, demand.domain_attnum)));
	}
	if (!passes)
	{
		char	   *table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
													   RelationGetRelationName(rel));
		Datum		values[7];
		char		nulls[8] = "       ";
		Datum		result;

		values[0] = Int64GetDatum(account_id);
		values[1] = CStringGetTextDatum(demand.scheme);
		values[2] = CStringGetTextDatum(domain_rule(demand.rule, domain));
		if (content != NULL)
			values[3] = CStringGetTextDatum(content);
		else
		{
			values[3] = (Datum) 0;
			nulls[3] = 'n';
		}
		values[4] = CStringGetTextDatum(actor);
		values[5] = CStringGetTextDatum(table);
		values[6] = CStringGetTextDatum(evidence);
		if (!run_query(&record_violation, values, nulls, &result, &isnull))
			elog(ERROR, "the violation of rule \"%s\" was not recorded", demand.rule);
		violation_id = DatumGetInt64(result);
	}

	SPI_finish();
	identity_leave(&identity);

	if (demand.mark_attnum > 0)
	{
		Datum		mark;

		if (column_type(rel, demand.mark_attnum) == BOOLOID)
		{
			mark = BoolGetDatum(!passes);
			isnull = false;
		}
		else
		{
			mark = Int64GetDatum(violation_id);
			isnull = passes;
		}
		row = heap_modify_tuple_by_cols(row, desc, 1, &demand.mark_attnum, &mark, &isnull);
	}

	PG_RETURN_POINTER(TRIGGER_FIRED_BEFORE(data->tg_event) ? row : NULL);
}
