/*
 * activity.c
 *		The statement trigger through which activities enter the ledger: each
 *		scheme gets the rows of the kinds that it listens to.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "util.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "doors/entry_id.h"
#include "ledger/entry.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "oversight/limits.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_activity_apply);

static KeptPlan kind_plan = {
	"SELECT 1 FROM governance.activity_kind k WHERE k.kind" EQ "$1",
	1, {TEXTOID}
};

enum
{
	A_ACCOUNT, A_ID, A_KIND, A_OCCURRED, A_QUANTITY, A_VIOLATION, A_RECORDED_BY, A_COLUMNS
};

static const ColumnSpec activity_columns[A_COLUMNS] = {
	{"account_id", INT8OID}, {"activity_id", INT8OID}, {"kind", TEXTOID},
	{"occurred_at", TIMESTAMPTZOID}, {"quantity", NUMERICOID}, {"violation_id", INT8OID}, {"recorded_by", TEXTOID}
};

/* A kind that nobody has ever named is a slip of the pen, not an activity. */
static void
check_activity_kinds(Relation relation, const ActivityRow *rows, int64 nrows)
{
	const char *last = NULL;

	for (int64 i = 0; i < nrows; i++)
	{
		Datum		value;

		if (last != NULL && strcmp(last, rows[i].kind) == 0)
			continue;
		last = rows[i].kind;
		value = CStringGetTextDatum(last);
		if (plan_execute(&kind_plan, &value, NULL, PLAN_FRESH) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("activity kind \"%s\" is not known", last),
					 errdetail("No policy listens to it, and governance.activity_kind does not have it."),
					 errhint("Insert it into governance.activity_kind to record it all the same."),
					 errtable(relation)));
		SPI_freetuptable(SPI_tuptable);
	}
}

/* By account and id, for qsort(): the order in which standings take them. */
static int
activity_key_cmp(const void *a, const void *b)
{
	const ActivityRow *aa = *(ActivityRow *const *) a;
	const ActivityRow *ab = *(ActivityRow *const *) b;

	if (aa->account_id != ab->account_id)
		return cmp_int64(aa->account_id, ab->account_id);
	return cmp_int64(aa->activity_id, ab->activity_id);
}

/*
 * The new rows of a statement; *nrows is how many.  A quantity has to be a finite
 * number: what cannot be compared with itself cannot be proven either.
 */
static ActivityRow *
read_activities(Relation relation, Tuplestorestate *table, int64 *nrows)
{
	AttrNumber	numbers[A_COLUMNS];
	Oid			userid = acting_role();
	ActivityRow *rows = MemoryContextAllocHuge(CurrentMemoryContext,
											   sizeof(ActivityRow) * tuplestore_tuple_count(table));
	TupleTableSlot *slot;

	find_columns(relation, activity_columns, A_COLUMNS, numbers);
	*nrows = 0;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		ActivityRow *row = &rows[(*nrows)++];
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		row->account_id = slot_int8(slot, numbers[A_ACCOUNT]);
		row->activity_id = slot_int8(slot, numbers[A_ID]);
		row->kind = text_to_cstring(slot_text(slot, numbers[A_KIND]));
		row->occurred = slot_time(slot, numbers[A_OCCURRED]);
		row->quantity = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
														   slot_getattr(slot, numbers[A_QUANTITY], &isnull)));
		if (!isfinite(row->quantity))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the quantity of activity \"%s\" of account %lld must be a finite number",
							row->kind, (long long) row->account_id),
					 errtablecol(relation, numbers[A_QUANTITY])));
		row->violation_id = slot_int8(slot, numbers[A_VIOLATION]);
		check_name_given(userid, relation, "recorded_by", slot_text(slot, numbers[A_RECORDED_BY]));
	}
	ExecDropSingleTupleTableSlot(slot);
	return rows;
}

/* The ids of rows may be given, and lie in a range that the sequence is moved past. */
static void
check_activity_ids(Relation relation, const ActivityRow *rows, int64 nrows)
{
	int64		least = PG_INT64_MAX;
	int64		greatest = PG_INT64_MIN;

	for (int64 i = 0; i < nrows; i++)
	{
		least = Min(least, rows[i].activity_id);
		greatest = Max(greatest, rows[i].activity_id);
	}
	entry_ids_given(relation, "activity_id", least, greatest);
}

/* Adds the keys of the standings of one scheme that listen to any of the rows. */
static void
add_listening_keys(KeyList *list, Scheme *scheme, ActivityRow *rows, int64 nrows)
{
	ActivityRow **heard;
	int64		nheard = 0;

	if (!scheme_has_activities(scheme))
		return;
	heard = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ActivityRow *) * nrows);
	for (int64 i = 0; i < nrows; i++)
	{
		PolicyVersion *version = rulebook_version_at(scheme, rows[i].occurred);

		if (version != NULL &&
			policy_activity_index(rulebook_compiled(version), rows[i].kind) >= 0)
			heard[nheard++] = &rows[i];
	}
	qsort(heard, nheard, sizeof(ActivityRow *), activity_key_cmp);
	for (int64 i = 0; i < nheard; i++)
	{
		StandingKey *key = key_list_add(list, heard[i]->account_id, scheme);

		if (key->nactivities == 0)
			key->activities = &heard[i];
		key->nactivities++;
	}
}

/*
 * activity_apply(), the statement trigger on governance.activity: AFTER INSERT,
 * with the new rows as a transition table.
 */
Datum
governance_activity_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "activity_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Relation	relation = trigger->tg_relation;
	Identity	identity;
	ActivityRow *rows;
	int64		nrows;
	KeyList		list = {0};
	int			nschemes;
	Scheme	  **schemes;

	require_transition(trigger->tg_newtable, "activity_apply", "NEW");
	if (tuplestore_tuple_count(trigger->tg_newtable) == 0)
		return PointerGetDatum(NULL);
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);
	rows = read_activities(relation, trigger->tg_newtable, &nrows);
	check_activity_ids(relation, rows, nrows);
	check_activity_kinds(relation, rows, nrows);

	/* Schemes are few; each gets the rows of the kinds that it listens to. */
	for (int s = 0; s < nschemes; s++)
		add_listening_keys(&list, schemes[s], rows, nrows);
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
