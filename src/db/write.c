/*
 * write.c
 *		Writing rows of the tables that we derive, with the server's own code for
 *		constraints, generated columns, indexes and foreign keys.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/table.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* So many rows are inserted together. */
#define MAX_SLOTS 128

/* What the executor's code wants to know of the table. */
static void
prepare_info(DirectWriter *writer)
{
	DirectTable *table = writer->table;
	MemoryContext old;

	if (writer->info != NULL)
		return;
	old = MemoryContextSwitchTo(writer->context);
	writer->estate = CreateExecutorState();
	MemoryContextSwitchTo(writer->estate->es_query_cxt);
	writer->info = makeNode(ResultRelInfo);
	if ((table->insert_fires && (writer->needs & (DIRECT_INSERT | DIRECT_INSERT_UNLESS))) ||
		(table->update_fires && (writer->needs & DIRECT_UPDATE)))
	{
		InitResultRelInfo(writer->info, writer->rel, 0, NULL, 0);
		writer->estate->es_opened_result_relations = list_make1(writer->info);
	}
	else
		writer->info->ri_RelationDesc = writer->rel;
	if (table->checks != NULL)
#if PG_VERSION_NUM >= 180000
		writer->info->ri_CheckConstraintExprs = table->checks;
#else
		writer->info->ri_ConstraintExprs = table->checks;
#endif
	writer->estate->es_output_cid = GetCurrentCommandId(true);
	MemoryContextSwitchTo(old);
}

static void
open_indexes(DirectWriter *writer)
{
	MemoryContext old;

	if (writer->indexes_open)
		return;
	old = MemoryContextSwitchTo(writer->estate->es_query_cxt);
	ExecOpenIndices(writer->info, (writer->needs & DIRECT_INSERT_UNLESS) != 0);
	writer->indexes_open = true;
	MemoryContextSwitchTo(old);
}

/* Columns that follow from others, and constraints. */
static void
complete_row(DirectWriter *writer, TupleTableSlot *slot, CmdType command)
{
	if (writer->table->generated)
		ExecComputeStoredGenerated(writer->info, writer->estate, slot, command);
	if (RelationGetDescr(writer->rel)->constr != NULL)
		ExecConstraints(writer->info, slot, writer->estate);
}

/* A row of our columns; the others are those of an old row, or null. */
static void
fill_slot(DirectWriter *writer, TupleTableSlot *slot, HeapTuple old,
		  const Datum *values, const bool *nulls)
{
	DirectTable *table = writer->table;
	TupleDesc	desc = RelationGetDescr(writer->rel);

	ExecClearTuple(slot);
	if (old != NULL)
		heap_deform_tuple(old, desc, slot->tts_values, slot->tts_isnull);
	else if (!table->complete)
		memset(slot->tts_isnull, true, sizeof(bool) * desc->natts);
	for (int c = 0; c < table->ncolumns; c++)
	{
		slot->tts_values[table->numbers[c] - 1] = values[c];
		slot->tts_isnull[table->numbers[c] - 1] = nulls != NULL && nulls[c];
	}
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = RelationGetRelid(writer->rel);
}

/* The slot for rows that are written one at a time. */
static TupleTableSlot *
single_slot(DirectWriter *writer)
{
	if (writer->virtual == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(writer->context);

		writer->virtual = MakeSingleTupleTableSlot(RelationGetDescr(writer->rel), &TTSOpsVirtual);
		MemoryContextSwitchTo(old);
	}
	return writer->virtual;
}

void
direct_update(DirectWriter *writer, ItemPointer tid, HeapTuple old,
			  const Datum *values, const bool *nulls)
{
	DirectTable *table = writer->table;
	TupleTableSlot *slot;
	TM_FailureData failure;
	TM_Result	result;
	LockTupleMode lockmode;
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes update_indexes;
#else
	bool		update_indexes;
#endif
	List	   *recheck = NIL;

	prepare_info(writer);
	Assert(old != NULL || table->complete);
	slot = single_slot(writer);
	fill_slot(writer, slot, old, values, nulls);
	complete_row(writer, slot, CMD_UPDATE);

	result = table_tuple_update(writer->rel, tid, slot, GetCurrentCommandId(true),
								GetActiveSnapshot(), InvalidSnapshot, true, &failure,
								&lockmode, &update_indexes);
	if (result == TM_SelfModified)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a row of governance.%s was already modified by an operation triggered by the current command",
						table->name)));
	if (result != TM_Ok)
		direct_changed_meanwhile(result == TM_Deleted);
	if (table->update_fires)
		AfterTriggerBeginQuery();
	if (update_indexes)
	{
		open_indexes(writer);
		recheck = governance_insert_index_tuples(writer->info, slot, writer->estate, true,
												 update_indexes);
	}
	if (table->update_fires)
	{
		ExecARUpdateTriggers(writer->estate, writer->info, NULL, NULL, tid, NULL, slot,
							 recheck, NULL, false);
		AfterTriggerEndQuery(writer->estate);
	}
	list_free(recheck);
	ResetPerTupleExprContext(writer->estate);
}

void
direct_delete(DirectWriter *writer, ItemPointer tid)
{
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_delete(writer->rel, tid, GetCurrentCommandId(true), GetActiveSnapshot(),
								InvalidSnapshot, true, &failure, false);
	if (result != TM_Ok)
		direct_changed_meanwhile(result == TM_Deleted);
}

/*
 * As INSERT ... ON CONFLICT DO NOTHING does it, for somebody who has just looked
 * and seen no such row: tried first, and looked for again only where it is.
 */
bool
direct_insert_unless_there(DirectWriter *writer, const Datum *values, const bool *nulls)
{
	DirectTable *table = writer->table;
	TupleTableSlot *slot;
	List	   *arbiters;
	bool		done = false;
	bool		there = false;

	Assert((writer->needs & DIRECT_INSERT_UNLESS) != 0);
	prepare_info(writer);
	open_indexes(writer);
	slot = single_slot(writer);
	fill_slot(writer, slot, NULL, values, nulls);
	complete_row(writer, slot, CMD_INSERT);
	arbiters = list_make1_oid(table->key_index);
	while (!done && !there)
	{
		uint32		token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
		List	   *recheck;
		bool		conflict = false;

		if (table->insert_fires)
			AfterTriggerBeginQuery();
		table_tuple_insert_speculative(writer->rel, slot, GetCurrentCommandId(true), 0, NULL, token);
		recheck = governance_insert_index_tuples_unless(writer->info, slot, writer->estate,
														&conflict, arbiters);
		done = !conflict;
		table_tuple_complete_speculative(writer->rel, slot, token, done);
		SpeculativeInsertionLockRelease(GetCurrentTransactionId());
		if (done && table->insert_fires)
			ExecARInsertTriggers(writer->estate, writer->info, slot, recheck, NULL);
		if (table->insert_fires)
			AfterTriggerEndQuery(writer->estate);
		list_free(recheck);
		if (!done)
			there = !governance_check_index_constraints(writer->info, slot, writer->estate, arbiters);
		ResetPerTupleExprContext(writer->estate);
	}
	list_free(arbiters);
	return done;
}

void
direct_insert(DirectWriter *writer, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot;
	MemoryContext old;

	prepare_info(writer);
	if (writer->nrows == MAX_SLOTS)
		direct_flush(writer);
	old = MemoryContextSwitchTo(writer->context);
	if (writer->slots == NULL)
		writer->slots = palloc(sizeof(TupleTableSlot *) * MAX_SLOTS);
	if (writer->nrows == writer->nslots)
		writer->slots[writer->nslots++] =
			MakeSingleTupleTableSlot(RelationGetDescr(writer->rel), &TTSOpsVirtual);
	slot = writer->slots[writer->nrows++];
	fill_slot(writer, slot, NULL, values, nulls);
	complete_row(writer, slot, CMD_INSERT);
	MemoryContextSwitchTo(old);
}

void
direct_flush(DirectWriter *writer)
{
	int			nrows = writer->nrows;
	bool		fires = writer->table->insert_fires;

	if (nrows == 0)
		return;
	writer->nrows = 0;
	open_indexes(writer);
	if (fires)
		AfterTriggerBeginQuery();
	if (nrows == 1)
		table_tuple_insert(writer->rel, writer->slots[0], GetCurrentCommandId(true), 0, NULL);
	else
	{
		/* It leaves garbage behind. */
		MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer->estate));

		table_multi_insert(writer->rel, writer->slots, nrows, GetCurrentCommandId(true), 0, NULL);
		MemoryContextSwitchTo(old);
	}
	for (int i = 0; i < nrows; i++)
	{
		List	   *recheck = NIL;

		CHECK_FOR_INTERRUPTS();
		if (writer->info->ri_NumIndices > 0)
			recheck = governance_insert_index_tuples(writer->info, writer->slots[i],
													 writer->estate, false, false);
		if (fires)
			ExecARInsertTriggers(writer->estate, writer->info, writer->slots[i], recheck, NULL);
		list_free(recheck);
		ExecClearTuple(writer->slots[i]);
		ResetPerTupleExprContext(writer->estate);
	}
	if (fires)
		AfterTriggerEndQuery(writer->estate);
}
