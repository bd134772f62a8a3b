/*
 * consequence.c
 *		What violations cost certifications, and what their revisions give back.
 *
 * The work itself is in PL/pgSQL; here it is found out whether there is any.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "certification/consequence.h"
#include "db/as_owner.h"
#include "db/smalltable.h"

#include "executor/executor.h"
#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_certification_violation);
PG_FUNCTION_INFO_V1(governance_certification_revision);

/*
 * The rules that cost a certification, as far as the decision needs them
 * whether to look any further.
 */
static SmallTable consequences = {
	.name = "certification_consequence",
	.columns = {"scheme", "rule"},
	.ncolumns = 2
};

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
