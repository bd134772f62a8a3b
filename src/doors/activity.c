/*
 * activity.c
 *		The statement trigger through which activities enter the ledger: each
 *		scheme gets the rows of the kinds that it listens to.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "ledger/entry.h"
#include "ledger/entry_id.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "oversight/limits.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

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

Datum
governance_activity_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "activity_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[A_COLUMNS];
	Identity identity;
	TupleTableSlot *slot;
	ActivityRow *rows;
	int64		nrows = 0;
	int64		maxrows;
	int64		least_id = PG_INT64_MAX;
	int64		greatest_id = PG_INT64_MIN;
	KeyList		list = {0};
	int			nschemes;
	Scheme	  **schemes;

	require_transition(trigger->tg_newtable, "activity_apply", "NEW");
	maxrows = tuplestore_tuple_count(trigger->tg_newtable);
	if (maxrows == 0)
		return PointerGetDatum(NULL);
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, activity_columns, A_COLUMNS, numbers);
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);

	rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ActivityRow) * maxrows);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		ActivityRow *row = &rows[nrows++];
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		row->account_id = slot_int8(slot, numbers[A_ACCOUNT]);
		row->activity_id = slot_int8(slot, numbers[A_ID]);
		row->kind = text_to_cstring(slot_text(slot, numbers[A_KIND]));
		row->occurred = slot_time(slot, numbers[A_OCCURRED]);
		row->quantity = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
														   slot_getattr(slot, numbers[A_QUANTITY], &isnull)));
		/* What cannot be compared with itself cannot be proven either. */
		if (!isfinite(row->quantity))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the quantity of activity \"%s\" of account %lld must be a finite number",
							row->kind, (long long) row->account_id),
					 errtablecol(relation, numbers[A_QUANTITY])));
		row->violation_id = slot_int8(slot, numbers[A_VIOLATION]);
		check_name_given(acting_role(), relation, "recorded_by", slot_text(slot, numbers[A_RECORDED_BY]));
	}
	ExecDropSingleTupleTableSlot(slot);

	for (int64 i = 0; i < nrows; i++)
	{
		least_id = Min(least_id, rows[i].activity_id);
		greatest_id = Max(greatest_id, rows[i].activity_id);
	}
	entry_ids_given(relation, "activity_id", least_id, greatest_id);
	check_activity_kinds(relation, rows, nrows);

	/* Schemes are few; each gets the rows of the kinds that it listens to. */
	for (int s = 0; s < nschemes; s++)
	{
		ActivityRow **heard;
		int64		nheard = 0;

		if (!scheme_has_activities(schemes[s]))
			continue;
		heard = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ActivityRow *) * nrows);
		for (int64 i = 0; i < nrows; i++)
		{
			PolicyVersion *version = rulebook_version_at(schemes[s], rows[i].occurred);

			if (version != NULL &&
				policy_activity_index(rulebook_compiled(version), rows[i].kind) >= 0)
				heard[nheard++] = &rows[i];
		}
		qsort(heard, nheard, sizeof(ActivityRow *), activity_key_cmp);
		for (int64 i = 0; i < nheard; i++)
		{
			StandingKey *key = key_list_add(&list, heard[i]->account_id, schemes[s]);

			if (key->nactivities == 0)
				key->activities = &heard[i];
			key->nactivities++;
		}
	}
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
