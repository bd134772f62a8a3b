/*
 * find.c
 *		The direct path: rows of a table found by the primary key, and locked.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/find.h"
#include "db/slot.h"
#include "db/snapshot.h"
#include "db/table.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lock.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#if GOVERNANCE_DIRECT

/* ---------- opening and closing ---------- */

/* What else it takes is made when it is first needed. */
bool
direct_open(DirectAccess *access, Table *table, int needs)
{
	memset(access, 0, sizeof(DirectAccess));
	access->table = table;
	access->context = CurrentMemoryContext;
	access->needs = needs;
	return table_open_direct(table, needs, &access->rel);
}

/* The lock stays until the end of the transaction, as that of a statement does. */
void
direct_close(DirectAccess *access)
{
	Assert(access->nrows == 0);
	direct_stop(access);
	if (access->key != NULL)
		index_close(access->key, NoLock);
	if (access->row != NULL)
		ExecDropSingleTupleTableSlot(access->row);
	if (access->virtual != NULL)
		ExecDropSingleTupleTableSlot(access->virtual);
	for (int i = 0; i < access->nslots; i++)
		ExecDropSingleTupleTableSlot(access->slots[i]);
	if (access->estate != NULL)
	{
		if (access->estate->es_opened_result_relations != NIL)
			ExecCloseResultRelations(access->estate);
		else if (access->indexes_open)
			ExecCloseIndices(access->info);
		ExecResetTupleTable(access->estate->es_tupleTable, false);
		FreeExecutorState(access->estate);
	}
	table_close(access->rel, NoLock);
}

/* ---------- finding ---------- */

/* The slot of the row at hand; made at the first call. */
static TupleTableSlot *
row_slot(DirectAccess *access)
{
	if (access->row == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(access->context);

		access->row = table_slot_create(access->rel, NULL);
		MemoryContextSwitchTo(old);
	}
	return access->row;
}

/*
 * A search by the same columns with the same snapshot goes on with the scan of the
 * one before.
 */
void
direct_find(DirectAccess *access, Snapshot snapshot, const Datum *key, int nkeys)
{
	Table *table = access->table;
	MemoryContext old = MemoryContextSwitchTo(access->context);

	Assert(nkeys <= table->nkeys);
	if (access->scan != NULL &&
		(access->scan->numberOfKeys != nkeys || access->scan->xs_snapshot != snapshot))
	{
		index_endscan(access->scan);
		access->scan = NULL;
	}
	if (access->key == NULL)
		access->key = index_open(table->key_index, AccessShareLock);
	if (access->scan == NULL)
	{
		for (int k = 0; k < nkeys; k++)
			ScanKeyEntryInitialize(&access->scankeys[k], 0, k + 1, BTEqualStrategyNumber,
								   InvalidOid, table->key_collations[k],
								   table->columns[k].type == INT8OID ? F_INT8EQ : F_TEXTEQ,
								   (Datum) 0);
		access->scan = governance_index_beginscan(access->rel, access->key, snapshot, nkeys);
	}
	for (int k = 0; k < nkeys; k++)
		access->scankeys[k].sk_argument = key[k];
	index_rescan(access->scan, access->scankeys, nkeys, NULL, 0);
	MemoryContextSwitchTo(old);
}

/*
 * The row that an entry of the index leads to, as the snapshot sees it; false
 * when there is none.  This is what an index scan does, but for one thing: that
 * clears a page of its dead rows whenever less room is left than its fillfactor
 * asks for.  Here each row is updated where it is, so that would be once for
 * each update, and cost more than the update.  We wait until the room is used.
 */
static bool
fetch_row(DirectAccess *access, ItemPointer tid, bool *all_dead)
{
	TupleTableSlot *slot = row_slot(access);
	HeapTuple	tuple = &((BufferHeapTupleTableSlot *) slot)->base.tupdata;
	Page		page;
	bool		found;

	ExecClearTuple(slot);
	access->buffer = ReleaseAndReadBuffer(access->buffer, access->rel,
										  ItemPointerGetBlockNumber(tid));
	page = BufferGetPage(access->buffer);
	if (PageIsFull(page) || PageGetHeapFreeSpace(page) < BLCKSZ / 10)
		heap_page_prune_opt(access->rel, access->buffer);
	LockBuffer(access->buffer, BUFFER_LOCK_SHARE);
	found = heap_hot_search_buffer(tid, access->rel, access->buffer, access->scan->xs_snapshot,
								   tuple, all_dead, true);
	LockBuffer(access->buffer, BUFFER_LOCK_UNLOCK);
	if (found)
	{
		slot->tts_tableOid = RelationGetRelid(access->rel);
		ExecStoreBufferHeapTuple(tuple, slot, access->buffer);
	}
	return found;
}

/* Entries of the index that lead to no row for anybody are marked as such. */
bool
direct_next(DirectAccess *access)
{
	MemoryContext old = MemoryContextSwitchTo(access->context);
	ItemPointer tid;
	bool		found = false;

	/* The scan keeps what it learns on the way. */
	while (!found && (tid = index_getnext_tid(access->scan, ForwardScanDirection)) != NULL)
	{
		bool		all_dead = false;

		found = fetch_row(access, tid, &all_dead);
		access->scan->kill_prior_tuple = all_dead && !access->scan->xactStartedInRecovery;
	}
	MemoryContextSwitchTo(old);
	return found;
}

/* The page is let go; the slot of the row at hand has a hold of its own. */
void
direct_stop(DirectAccess *access)
{
	if (BufferIsValid(access->buffer))
		ReleaseBuffer(access->buffer);
	access->buffer = InvalidBuffer;
	if (access->scan == NULL)
		return;
	index_endscan(access->scan);
	access->scan = NULL;
}

/* ---------- locking ---------- */

/* In the words of the executor. */
void
direct_changed_meanwhile(bool deleted)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 deleted ? errmsg("could not serialize access due to concurrent delete") :
			 errmsg("could not serialize access due to concurrent update"),
			 errhint("The transaction might succeed if retried.")));
}

/* As SELECT ... FOR locks it: where the isolation level allows, the last version. */
bool
direct_lock(DirectAccess *access, ItemPointer tid, Snapshot snapshot, LockTupleMode mode)
{
	ItemPointerData at = *tid;
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(access->rel, &at, snapshot, row_slot(access),
							  GetCurrentCommandId(true), mode, LockWaitBlock,
							  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &failure);
	switch (result)
	{
		case TM_Ok:
			return true;
		case TM_Updated:
			direct_changed_meanwhile(false);
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				direct_changed_meanwhile(true);
			return false;
		default:
			break;
	}
	elog(ERROR, "unexpected result %d of locking a row of governance.%s", result,
		 access->table->name);
}

/*
 * By the header of the row, which others may be writing to: it is read under the
 * lock of its page.
 */
bool
direct_is_ours(const DirectAccess *access)
{
	BufferHeapTupleTableSlot *slot = (BufferHeapTupleTableSlot *) access->row;
	HeapTupleHeader header = slot->base.tuple->t_data;
	TransactionId xmin;
	TransactionId xmax;
	uint16		infomask;
	MultiXactMember *members;
	int			n;
	bool		ours = false;

	LockBuffer(slot->buffer, BUFFER_LOCK_SHARE);
	xmin = HeapTupleHeaderGetXmin(header);
	xmax = HeapTupleHeaderGetRawXmax(header);
	infomask = header->t_infomask;
	LockBuffer(slot->buffer, BUFFER_LOCK_UNLOCK);

	if (TransactionIdIsCurrentTransactionId(xmin))
		return true;
	if ((infomask & HEAP_XMAX_INVALID) != 0)
		return false;
	if ((infomask & HEAP_XMAX_IS_MULTI) == 0)
		return TransactionIdIsCurrentTransactionId(xmax);
	n = GetMultiXactIdMembers(xmax, &members, false, HEAP_XMAX_IS_LOCKED_ONLY(infomask));
	for (int i = 0; i < n; i++)
		ours = ours || TransactionIdIsCurrentTransactionId(members[i].xid);
	if (n > 0)
		pfree(members);
	return ours;
}

/*
 * Sessions that want the same row wait for it in a queue, as far as they write
 * one at a time: whoever has waited the longest is next.  The lock of a row alone
 * goes to whoever asks at the right moment, and some would wait without bound.
 * In pg_locks it is an advisory lock with an objsubid that the functions for
 * these do not use.
 */
#define TURN_SUBID 3

/*
 * Two keys with the same hash share a queue, which only costs time.  Who has the
 * row already does not wait: the first in the queue may be waiting for us.
 */
void
direct_turn_begin(DirectAccess *access, const Datum *key, DirectTurn *turn)
{
	const Table *table = access->table;
	uint64		hash = 0;
	bool		ours;

	for (int k = 0; k < table->nkeys; k++)
	{
		const text *t = table->columns[k].type == TEXTOID ? DatumGetTextPP(key[k]) : NULL;
		uint64		part = t == NULL ? (uint64) DatumGetInt64(key[k]) :
			text_hash(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));

		hash = k == 0 ? part : hash_combine64(hash, part);
	}
	SET_LOCKTAG_ADVISORY(turn->tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, TURN_SUBID);
	turn->held = LockAcquire(&turn->tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
	if (turn->held)
		return;

	direct_find(access, snapshot_push(), key, table->nkeys);
	ours = direct_next(access) && direct_is_ours(access);
	direct_stop(access);
	snapshot_pop();
	if (ours)
		return;
	(void) LockAcquire(&turn->tag, ExclusiveLock, false, false);
	turn->held = true;
}

/* The next in the queue is woken. */
void
direct_turn_end(DirectTurn *turn)
{
	if (turn->held)
		LockRelease(&turn->tag, ExclusiveLock, false);
}

/* ---------- keeping ---------- */

/* A copy in the current context. */
HeapTuple
direct_keep(const DirectAccess *access)
{
	return access->table->complete ? NULL : ExecCopySlotHeapTuple(access->row);
}

#else							/* !GOVERNANCE_DIRECT */

/* There is no direct path in this build: nobody comes past this. */
bool
direct_open(DirectAccess *access, Table *table, int needs)
{
	return false;
}

/* What is never called, since nothing is ever open. */
#define NEVER(result, name, args) \
	result \
	name args \
	{ \
		elog(ERROR, "this build has no direct path"); \
	}

NEVER(void, direct_close, (DirectAccess *access))
NEVER(void, direct_find, (DirectAccess *access, Snapshot snapshot, const Datum *key, int nkeys))
NEVER(bool, direct_next, (DirectAccess *access))
NEVER(void, direct_stop, (DirectAccess *access))
NEVER(bool, direct_lock, (DirectAccess *access, ItemPointer tid, Snapshot snapshot, LockTupleMode mode))
NEVER(bool, direct_is_ours, (const DirectAccess *access))
NEVER(void, direct_turn_begin, (DirectAccess *access, const Datum *key, DirectTurn *turn))
NEVER(void, direct_turn_end, (DirectTurn *turn))
NEVER(HeapTuple, direct_keep, (const DirectAccess *access))
NEVER(void, direct_changed_meanwhile, (bool deleted))

#endif							/* GOVERNANCE_DIRECT */
