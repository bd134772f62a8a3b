/*
 * account.c
 *		The statement trigger on governance.account: when an account was opened
 *		counts for cycles and clean time, so that its standings are folded anew
 *		once that changes.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "certification/turn.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_account_apply);

enum
{
	A_ACCOUNT, A_OPENED_AT, A_COLUMNS
};

static const ColumnSpec account_columns[A_COLUMNS] = {
	{"account_id", INT8OID}, {"opened_at", TIMESTAMPTZOID}
};

typedef struct Opened
{
	int64		account_id;
	TimestampTz opened;
} Opened;

/* By account, for qsort() and bsearch(). */
static int
opened_cmp(const void *a, const void *b)
{
	int64		x = ((const Opened *) a)->account_id;
	int64		y = ((const Opened *) b)->account_id;

	return cmp_int64(x, y);
}

/* The rows of a transition table, by account. */
static Opened *
read_opened(Relation relation, Tuplestorestate *table, const AttrNumber *numbers, int64 *n)
{
	int64		max = Max(tuplestore_tuple_count(table), 1);
	Opened	   *rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Opened) * max);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);

	*n = 0;
	tuplestore_rescan(table);
	while (*n < max && tuplestore_gettupleslot(table, true, false, slot))
	{
		rows[*n].account_id = slot_int8(slot, numbers[A_ACCOUNT]);
		rows[(*n)++].opened = slot_time(slot, numbers[A_OPENED_AT]);
	}
	ExecDropSingleTupleTableSlot(slot);
	qsort(rows, *n, sizeof(Opened), opened_cmp);
	return rows;
}

/* Only standings that are there change: what begins reads the account as it is. */
Datum
governance_account_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "account_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	AttrNumber	numbers[A_COLUMNS];
	Identity	identity;
	KeyList		list = {0};
	Opened	   *before;
	Opened	   *after;
	int64		nbefore;
	int64		nafter;
	Scheme	  **schemes;
	int			nschemes;

	require_transition(trigger->tg_oldtable, "account_apply", "OLD");
	require_transition(trigger->tg_newtable, "account_apply", "NEW");
	find_columns(trigger->tg_relation, account_columns, A_COLUMNS, numbers);
	before = read_opened(trigger->tg_relation, trigger->tg_oldtable, numbers, &nbefore);
	after = read_opened(trigger->tg_relation, trigger->tg_newtable, numbers, &nafter);

	/* Mostly other columns are written. */
	if (nbefore == nafter && memcmp(before, after, sizeof(Opened) * nafter) == 0)
		return PointerGetDatum(NULL);
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	schemes = rulebook_schemes(&nschemes);
	ledger_enter(&identity);
	for (int64 i = 0; i < nafter; i++)
	{
		const Opened *old = bsearch(&after[i], before, nbefore, sizeof(Opened), opened_cmp);

		CHECK_FOR_INTERRUPTS();
		if (old != NULL && old->opened == after[i].opened)
			continue;
		for (int s = 0; s < nschemes; s++)
		{
			StandingKey *key = key_list_add(&list, after[i].account_id, schemes[s]);

			key->refresh = true;
			key->changed_from = DT_NOBEGIN;
		}
	}
	lock_accounts_of(&list);
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
