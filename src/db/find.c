/*
 * find.c
 *		Finding and locking rows of the tables that we derive.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/table.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

Snapshot
direct_look(void)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	return GetActiveSnapshot();
}

void
direct_seen(void)
{
	PopActiveSnapshot();
}

static TupleTableSlot *
row_slot(DirectWriter *writer)
{
	if (writer->row == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(writer->context);

		writer->row = table_slot_create(writer->rel, NULL);
		MemoryContextSwitchTo(old);
	}
	return writer->row;
}

void
direct_find(DirectWriter *writer, Snapshot snapshot, const Datum *key, int nkeys)
{
	DirectTable *table = writer->table;
	MemoryContext old = MemoryContextSwitchTo(writer->context);

	Assert(nkeys <= table->nkeys);
	if (writer->scan != NULL &&
		(writer->scan->numberOfKeys != nkeys || writer->scan->xs_snapshot != snapshot))
	{
		index_endscan(writer->scan);
		writer->scan = NULL;
	}
	if (writer->key == NULL)
		writer->key = index_open(table->key_index, AccessShareLock);
	if (writer->scan == NULL)
	{
		for (int k = 0; k < nkeys; k++)
			ScanKeyEntryInitialize(&writer->scankeys[k], 0, k + 1, BTEqualStrategyNumber,
								   InvalidOid, table->key_collations[k],
								   table->columns[k].type == INT8OID ? F_INT8EQ : F_TEXTEQ,
								   (Datum) 0);
		writer->scan = governance_index_beginscan(writer->rel, writer->key, snapshot, nkeys);
	}
	for (int k = 0; k < nkeys; k++)
		writer->scankeys[k].sk_argument = key[k];
	index_rescan(writer->scan, writer->scankeys, nkeys, NULL, 0);
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
fetch_row(DirectWriter *writer, ItemPointer tid, bool *all_dead)
{
	TupleTableSlot *slot = row_slot(writer);
	HeapTuple	tuple = &((BufferHeapTupleTableSlot *) slot)->base.tupdata;
	Page		page;
	bool		found;

	ExecClearTuple(slot);
	writer->buffer = ReleaseAndReadBuffer(writer->buffer, writer->rel,
										  ItemPointerGetBlockNumber(tid));
	page = BufferGetPage(writer->buffer);
	if (PageIsFull(page) || PageGetHeapFreeSpace(page) < BLCKSZ / 10)
		heap_page_prune_opt(writer->rel, writer->buffer);
	LockBuffer(writer->buffer, BUFFER_LOCK_SHARE);
	found = heap_hot_search_buffer(tid, writer->rel, writer->buffer, writer->scan->xs_snapshot,
								   tuple, all_dead, true);
	LockBuffer(writer->buffer, BUFFER_LOCK_UNLOCK);
	if (found)
	{
		slot->tts_tableOid = RelationGetRelid(writer->rel);
		ExecStoreBufferHeapTuple(tuple, slot, writer->buffer);
	}
	return found;
}

bool
direct_next(DirectWriter *writer)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);
	ItemPointer tid;
	bool		found = false;

	/* The scan keeps what it learns on the way. */
	while (!found && (tid = index_getnext_tid(writer->scan, ForwardScanDirection)) != NULL)
	{
		bool		all_dead = false;

		found = fetch_row(writer, tid, &all_dead);
		writer->scan->kill_prior_tuple = all_dead && !writer->scan->xactStartedInRecovery;
	}
	MemoryContextSwitchTo(old);
	return found;
}

void
direct_stop(DirectWriter *writer)
{
	if (BufferIsValid(writer->buffer))
		ReleaseBuffer(writer->buffer);
	writer->buffer = InvalidBuffer;
	if (writer->scan == NULL)
		return;
	index_endscan(writer->scan);
	writer->scan = NULL;
}

void
direct_changed_meanwhile(bool deleted)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 deleted ? errmsg("could not serialize access due to concurrent delete") :
			 errmsg("could not serialize access due to concurrent update"),
			 errhint("The transaction might succeed if retried.")));
}

bool
direct_lock(DirectWriter *writer, ItemPointer tid, Snapshot snapshot, LockTupleMode mode)
{
	ItemPointerData at = *tid;
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(writer->rel, &at, snapshot, row_slot(writer),
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
		 writer->table->name);
}

bool
direct_is_ours(const DirectWriter *writer)
{
	BufferHeapTupleTableSlot *slot = (BufferHeapTupleTableSlot *) writer->row;
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

HeapTuple
direct_keep(const DirectWriter *writer)
{
	return writer->table->complete ? NULL : ExecCopySlotHeapTuple(writer->row);
}
