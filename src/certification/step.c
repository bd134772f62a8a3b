/*
 * step.c
 *		Triggers that do their work as the owner of the table they are on.
 *
 * The work itself is in PL/pgSQL trigger functions; the C functions here are
 * what is attached to the tables.  They record who it was that acted, become
 * the owner, and pass the call on.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "certification/certification.h"
#include "db/smalltable.h"
#include "compat.h"
#include "errors.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "db/identity.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "report.h"

PG_FUNCTION_INFO_V1(governance_certification_step);
PG_FUNCTION_INFO_V1(governance_certification_guard);
PG_FUNCTION_INFO_V1(governance_face_check);
PG_FUNCTION_INFO_V1(governance_policy_derive);
PG_FUNCTION_INFO_V1(governance_certification_config_changed);
PG_FUNCTION_INFO_V1(governance_certification_withheld);
PG_FUNCTION_INFO_V1(governance_certification_violation);
PG_FUNCTION_INFO_V1(governance_certification_revision);

/*
 * How deep in triggers this backend was when it began to work as the owner of a
 * table here; less than none outside.
 */
static int	owner_depth = -1;

/*
 * The rules that cost a certification, as far as the decision needs them
 * whether to look any further.
 */
static SmallTable consequences = {
	.name = "certification_consequence",
	.columns = {"scheme", "rule"},
	.ncolumns = 2
};


/* ----------
 * Identity
 * ----------
 */

Oid
certification_table(const char *name)
{
	Oid			namespace = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(namespace) ? get_relname_relid(name, namespace) : InvalidOid;

	if (!OidIsValid(relid))
		report_missing_of(MISSING_LEDGER, NULL, NULL, psprintf(_("There is no table governance.%s."), name),
						  NULL, 0);
	return relid;
}

Oid
certification_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(certification_table("qualified_domain")));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "governance.qualified_domain has gone");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

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

bool
owner_may_tell(const char *table)
{
	return pg_class_aclcheck(certification_table(table), acting_role(), ACL_SELECT) == ACLCHECK_OK;
}

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


/*
 * Hand accounts and ids to a function of schema governance, as the owner of a
 * table.
 */
static void
call_as_owner(Relation rel, const char *query, Datum *account_ids, Datum *ids, int n)
{
	Oid			types[] = {INT8ARRAYOID, INT8ARRAYOID};
	Datum		arguments[2];
	Identity	identity;
	int			outer_depth = owner_depth;

	if (n == 0)
		return;
	arguments[0] = PointerGetDatum(construct_array(account_ids, n, INT8OID, sizeof(int64),
												   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	arguments[1] = PointerGetDatum(construct_array(ids, n, INT8OID, sizeof(int64),
												   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	identity_enter(rel->rd_rel->relowner, &identity);
	owner_depth = trigger_depth();

	PG_TRY();
	{
		int			result = SPI_execute_with_args(query, 2, types, arguments, NULL, false, 0);

		if (result != SPI_OK_SELECT)
			elog(ERROR, "%s: %s", query, SPI_result_code_string(result));
	}
	PG_FINALLY();
	{
		owner_depth = outer_depth;
	}
	PG_END_TRY();

	identity_leave(&identity);
	SPI_finish();
}


/* ----------
 * Triggers
 * ----------
 */

Datum
governance_certification_step(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "certification_step_row");
}

Datum
governance_face_check(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "face_check_row");
}

Datum
governance_policy_derive(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "policy_derive_row");
}

Datum
governance_certification_config_changed(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "certification_config_row");
}

Datum
governance_certification_withheld(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "certification_withheld_row");
}

/*
 * A certification changes by steps, so that every change has a reason.
 */
Datum
governance_certification_guard(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_as_trigger(fcinfo, "certification_guard");

	if (owner_depth < 0 || trigger_depth() != owner_depth + 1)
		ereport(ERROR,
				(errcode(ERRCODE_GV_APPEND_ONLY),
				 errmsg("table \"%s\" changes by steps only",
						RelationGetRelationName(data->tg_relation)),
				 errhint("Insert into governance.certification_step, or call grant_certification(), suspend_certification() and the like."),
				 errtable(data->tg_relation)));

	return PointerGetDatum(NULL);
}


/* ----------
 * Consequences of violations
 * ----------
 */

static bool
may_cost(const SmallRow *rows, int nrows, const char *scheme, Size scheme_len,
		 const char *rule, Size rule_len)
{
	for (int i = 0; i < nrows; i++)
		if (small_text_equals(rows[i].values[0], scheme, scheme_len) &&
			(rows[i].nulls[1] || small_text_equals(rows[i].values[1], rule, rule_len)))
			return true;
	return false;
}

bool
certification_may_cost(const char *scheme, const char *rule)
{
	int			nrows;
	const SmallRow *rows = small_table_rows(&consequences, &nrows);

	return nrows > 0 && (scheme == NULL || may_cost(rows, nrows, scheme, strlen(scheme), rule, strlen(rule)));
}

static void
grow_ids(Datum **account_ids, Datum **ids, int *allocated)
{
	*allocated = Max(16, *allocated * 2);
	*account_ids = *account_ids == NULL ? palloc(*allocated * sizeof(Datum))
		: repalloc_huge(*account_ids, *allocated * sizeof(Datum));
	*ids = *ids == NULL ? palloc(*allocated * sizeof(Datum))
		: repalloc_huge(*ids, *allocated * sizeof(Datum));
}

/*
 * The new rows of a statement are read here and not by a query: where the table
 * is a shard of a distributed one, a query does not know them by name.
 */
static TupleTableSlot *
begin_new_rows(FunctionCallInfo fcinfo, const char *function)
{
	TriggerData *data = called_as_trigger(fcinfo, function);

	if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) ||
		!TRIGGER_FIRED_BY_INSERT(data->tg_event) || data->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER INSERT FOR EACH STATEMENT with a transition table",
						function)));

	tuplestore_select_read_pointer(data->tg_newtable, 0);
	tuplestore_rescan(data->tg_newtable);
	return MakeSingleTupleTableSlot(RelationGetDescr(data->tg_relation), &TTSOpsMinimalTuple);
}

static void
find_attnums(Relation rel, const char *const *columns, int ncolumns, int *attnums)
{
	for (int i = 0; i < ncolumns; i++)
	{
		attnums[i] = SPI_fnumber(RelationGetDescr(rel), columns[i]);
		if (attnums[i] <= 0)
			report_no_column(rel, columns[i], NULL);
	}
}

/*
 * Most violations cost no certification: find out here, without a query.
 */
Datum
governance_certification_violation(PG_FUNCTION_ARGS)
{
	static const char *const columns[] = {"scheme", "rule", "account_id", "violation_id", "linked_violation_id"};
	TupleTableSlot *slot = begin_new_rows(fcinfo, "certification_violation");
	TriggerData *data = (TriggerData *) fcinfo->context;
	int			attnums[lengthof(columns)];
	const SmallRow *rows;
	int			nrows;
	Datum	   *account_ids = NULL;
	Datum	   *violation_ids = NULL;
	int			n = 0;
	int			allocated = 0;

	rows = small_table_rows(&consequences, &nrows);
	if (nrows > 0)
		find_attnums(data->tg_relation, columns, lengthof(columns), attnums);
	while (nrows > 0 && tuplestore_gettupleslot(data->tg_newtable, true, false, slot))
	{
		Datum		values[lengthof(columns)];
		bool		nulls[lengthof(columns)];
		text	   *scheme;
		text	   *rule;

		for (int i = 0; i < (int) lengthof(columns); i++)
			values[i] = slot_getattr(slot, attnums[i], &nulls[i]);
		/* Copies for linked accounts come with their originals. */
		if (nulls[0] || nulls[1] || nulls[2] || nulls[3] || !nulls[4])
			continue;
		scheme = DatumGetTextPP(values[0]);
		rule = DatumGetTextPP(values[1]);
		if (!may_cost(rows, nrows, VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme),
					  VARDATA_ANY(rule), VARSIZE_ANY_EXHDR(rule)))
			continue;
		if (n == allocated)
			grow_ids(&account_ids, &violation_ids, &allocated);
		account_ids[n] = Int64GetDatum(DatumGetInt64(values[2]));
		violation_ids[n++] = Int64GetDatum(DatumGetInt64(values[3]));
	}
	ExecDropSingleTupleTableSlot(slot);

	call_as_owner(data->tg_relation, "SELECT governance.certification_violations($1, $2)",
				  account_ids, violation_ids, n);
	return PointerGetDatum(NULL);
}

Datum
governance_certification_revision(PG_FUNCTION_ARGS)
{
	static const char *const columns[] = {"account_id", "revision_id", "linked_revision_id"};
	TupleTableSlot *slot = begin_new_rows(fcinfo, "certification_revision");
	TriggerData *data = (TriggerData *) fcinfo->context;
	int			attnums[lengthof(columns)];
	Datum	   *account_ids = NULL;
	Datum	   *revision_ids = NULL;
	int			n = 0;
	int			allocated = 0;

	find_attnums(data->tg_relation, columns, lengthof(columns), attnums);
	while (tuplestore_gettupleslot(data->tg_newtable, true, false, slot))
	{
		bool		nulls[2];
		Datum		account_id = slot_getattr(slot, attnums[0], &nulls[0]);
		Datum		revision_id = slot_getattr(slot, attnums[1], &nulls[1]);

		if (nulls[0] || nulls[1] || !slot_attisnull(slot, attnums[2]))
			continue;
		if (n == allocated)
			grow_ids(&account_ids, &revision_ids, &allocated);
		account_ids[n] = Int64GetDatum(DatumGetInt64(account_id));
		revision_ids[n++] = Int64GetDatum(DatumGetInt64(revision_id));
	}
	ExecDropSingleTupleTableSlot(slot);

	call_as_owner(data->tg_relation, "SELECT governance.certification_revisions($1, $2)",
				  account_ids, revision_ids, n);
	return PointerGetDatum(NULL);
}
