/*
 * as_owner.c
 *		Functions that do their work with the rights of the ledger's owner.
 *
 * What they write nobody writes otherwise, whatever his level: who may call them
 * has EXECUTE and nothing else.  seal() passes its arguments on to
 * seal_as_owner(), and so on; who acted stays known meanwhile (identity.h).
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "db/as_owner.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/trigger.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_as_owner);

/*
 * How deep in triggers this backend was when it began to work as the owner of a
 * table here; less than none outside.
 */
static int	owner_depth = -1;

/*
 * The call of the function that does the work: SELECT
 * governance.name_as_owner($1, ...).
 */
static char *
call_text(const char *name, int nargs)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "SELECT governance.%s(", quote_identifier(psprintf("%s_as_owner", name)));
	for (int i = 0; i < nargs; i++)
		appendStringInfo(&buf, "%s$%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

/*
 * The one entry point of all functions in SQL that work as the owner: which one
 * was called says its OID.  Its arguments go on as they are, nulls too.
 */
Datum
governance_as_owner(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			function = fcinfo->flinfo->fn_oid;
	char	   *name = get_func_name(function);
	Oid			result_type;
	Oid		   *types;
	Datum		values[FUNC_MAX_ARGS];
	char		nulls[FUNC_MAX_ARGS + 1] = {0};
	Identity identity;
	OwnStatement own;
	int			outer_depth = owner_depth;
	int			nargs;
	int16		length;
	bool		by_value;
	bool		isnull;
	Datum		result;

	if (name == NULL)
		elog(ERROR, "cache lookup failed for function %u", function);
	result_type = get_func_signature(function, &types, &nargs);
	for (int i = 0; i < nargs; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	ledger_enter(&identity);
	own_statement_begin(&own);
	owner_depth = trigger_depth();
	PG_TRY();
	{
		if (SPI_execute_with_args(call_text(name, nargs), nargs, types, values, nulls, false, 1) != SPI_OK_SELECT ||
			SPI_processed != 1)
			elog(ERROR, "%s_as_owner() gave no row", name);
	}
	PG_FINALLY();
	{
		owner_depth = outer_depth;
	}
	PG_END_TRY();
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	own_statement_end(&own);
	if (!isnull && result_type != VOIDOID)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		get_typlenbyval(result_type, &length, &by_value);
		result = datumCopy(result, by_value, length);
		MemoryContextSwitchTo(old);
	}
	ledger_leave(&identity);
	if (result_type == VOIDOID)
		PG_RETURN_VOID();
	if (isnull)
		PG_RETURN_NULL();
	return result;
}

/* ---------- triggers ---------- */

/*
 * Write who acted into a row that is about to be inserted; nobody else may
 * fill these columns in.
 */
static HeapTuple
stamp_row(Relation rel, HeapTuple row)
{
	static const char *const columns[] = {"recorded_at", "recorded_by", "session_role"};
	TupleDesc	desc = RelationGetDescr(rel);
	int			attnums[lengthof(columns)];
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {false};

	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		attnums[i] = SPI_fnumber(desc, columns[i]);
		if (attnums[i] <= 0)
			report_no_column(rel, columns[i], NULL);
	}
	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[1] = CStringGetTextDatum(GetUserNameFromId(acting_role(), false));
	values[2] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));

	return heap_modify_tuple_by_cols(row, desc, lengthof(columns), attnums, values, nulls);
}

/*
 * The inner function is looked up once for each trigger.  A row that is about
 * to be inserted is stamped with who acted, before anybody else sees it.
 */
Datum
trigger_as_owner(FunctionCallInfo fcinfo, const char *name)
{
	LOCAL_FCINFO(inner, 0);
	TriggerData *outer_data = called_as_trigger(fcinfo, name);
	TriggerData data = *outer_data;
	Identity	identity;
	int			outer_depth = owner_depth;
	FmgrInfo   *function;
	Datum		result;

	function = (FmgrInfo *) fcinfo->flinfo->fn_extra;
	if (function == NULL)
	{
		List	   *names = list_make2(makeString(pstrdup("governance")), makeString(pstrdup(name)));
		Oid			oid = LookupFuncName(names, 0, NULL, false);

		function = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(oid, function, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = function;
	}

	InitFunctionCallInfoData(*inner, function, 0, InvalidOid, (Node *) &data, NULL);

	identity_enter(data.tg_relation->rd_rel->relowner, &identity);
	owner_depth = trigger_depth();

	PG_TRY();
	{
		if (TRIGGER_FIRED_BEFORE(data.tg_event) && TRIGGER_FIRED_FOR_ROW(data.tg_event) &&
			TRIGGER_FIRED_BY_INSERT(data.tg_event))
			data.tg_trigtuple = stamp_row(data.tg_relation, data.tg_trigtuple);

		result = FunctionCallInvoke(inner);
	}
	PG_FINALLY();
	{
		owner_depth = outer_depth;
	}
	PG_END_TRY();

	identity_leave(&identity);

	if (inner->isnull)
		elog(ERROR, "trigger function %s returned null", name);
	return result;
}

/* The plan is kept, for the statements that lead here are often small. */
void
call_as_owner(Relation rel, KeptPlan *plan, const int64 *accounts, const int64 *ids, int n)
{
	Datum		values[2];
	Identity	identity;
	int			outer_depth = owner_depth;

	if (n == 0)
		return;
	values[0] = int8_array(accounts, n);
	values[1] = int8_array(ids, n);
	SPI_connect();
	identity_enter(rel->rd_rel->relowner, &identity);
	owner_depth = trigger_depth();

	PG_TRY();
	{
		plan_execute(plan, values, NULL, PLAN_FRESH);
	}
	PG_FINALLY();
	{
		owner_depth = outer_depth;
	}
	PG_END_TRY();

	identity_leave(&identity);
	SPI_finish();
}

/* Only what is one trigger deeper than the owner's code is a write of its own. */
bool
owner_is_writing(void)
{
	return owner_depth >= 0 && trigger_depth() == owner_depth + 1;
}
