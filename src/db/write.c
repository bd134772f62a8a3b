/*
 * write.c
 *		The direct path: rows of a table written through its access method, with the
 *		server's own code for constraints, generated columns, indexes and foreign
 *		keys.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/find.h"
#include "db/table.h"
#include "db/write.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#if GOVERNANCE_DIRECT

/* So many rows are inserted together. */
#define MAX_SLOTS 128

/* What the executor's code wants to know of the table. */
static void
prepare_info(DirectAccess *access)
{
	Table *table = access->table;
	MemoryContext old;

	if (access->info != NULL)
		return;
	old = MemoryContextSwitchTo(access->context);
	access->estate = CreateExecutorState();
	MemoryContextSwitchTo(access->estate->es_query_cxt);
	access->info = makeNode(ResultRelInfo);
	if ((table->insert_fires && (access->needs & (TABLE_INSERT | TABLE_INSERT_UNLESS))) ||
		(table->update_fires && (access->needs & TABLE_UPDATE)))
	{
		InitResultRelInfo(access->info, access->rel, 0, NULL, 0);
		access->estate->es_opened_result_relations = list_make1(access->info);
	}
	else
		access->info->ri_RelationDesc = access->rel;
	if (table->checks != NULL)
		access->info->governance_check_states = table->checks;
	access->estate->es_output_cid = GetCurrentCommandId(true);
	MemoryContextSwitchTo(old);
}

/* The indexes of the table, to be written; once. */
static void
open_indexes(DirectAccess *access)
{
	MemoryContext old;

	if (access->indexes_open)
		return;
	old = MemoryContextSwitchTo(access->estate->es_query_cxt);
	ExecOpenIndices(access->info, (access->needs & TABLE_INSERT_UNLESS) != 0);
	access->indexes_open = true;
	MemoryContextSwitchTo(old);
}

/* Columns that follow from others, and constraints. */
static void
complete_row(DirectAccess *access, TupleTableSlot *slot, CmdType command)
{
	if (access->table->generated)
		ExecComputeStoredGenerated(access->info, access->estate, slot, command);
	if (RelationGetDescr(access->rel)->constr != NULL)
		ExecConstraints(access->info, slot, access->estate);
}

/* A row of our columns; the others are those of an old row, or null. */
static void
fill_slot(DirectAccess *access, TupleTableSlot *slot, HeapTuple old,
		  const Datum *values, const bool *nulls)
{
	Table *table = access->table;
	TupleDesc	desc = RelationGetDescr(access->rel);

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
	slot->tts_tableOid = RelationGetRelid(access->rel);
}

/* The slot for rows that are written one at a time. */
static TupleTableSlot *
single_slot(DirectAccess *access)
{
	if (access->virtual == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(access->context);

		access->virtual = MakeSingleTupleTableSlot(RelationGetDescr(access->rel), &TTSOpsVirtual);
		MemoryContextSwitchTo(old);
	}
	return access->virtual;
}

/*
 * As the executor does it, but for what it evaluates: checks, the row, indexes,
 * and foreign keys where the update may concern any.
 */
void
direct_update(DirectAccess *access, ItemPointer tid, HeapTuple old,
			  const Datum *values, const bool *nulls)
{
	Table *table = access->table;
	TupleTableSlot *slot;
	TM_FailureData failure;
	TM_Result	result;
	LockTupleMode lockmode;
	governance_update_indexes update_indexes;
	List	   *recheck = NIL;

	prepare_info(access);
	Assert(old != NULL || table->complete);
	slot = single_slot(access);
	fill_slot(access, slot, old, values, nulls);
	complete_row(access, slot, CMD_UPDATE);

	result = table_tuple_update(access->rel, tid, slot, GetCurrentCommandId(true),
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
		open_indexes(access);
		recheck = governance_insert_index_tuples(access->info, slot, access->estate, true,
												 update_indexes);
	}
	if (table->update_fires)
	{
		ExecARUpdateTriggers(access->estate, access->info, NULL, NULL, tid, NULL, slot,
							 recheck, NULL, false);
		AfterTriggerEndQuery(access->estate);
	}
	list_free(recheck);
	ResetPerTupleExprContext(access->estate);
}

/* There are no triggers that would have to know of it (triggers_fit()). */
void
direct_delete(DirectAccess *access, ItemPointer tid)
{
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_delete(access->rel, tid, GetCurrentCommandId(true), GetActiveSnapshot(),
								InvalidSnapshot, true, &failure, false);
	if (result != TM_Ok)
		direct_changed_meanwhile(result == TM_Deleted);
}

/*
 * As INSERT ... ON CONFLICT DO NOTHING does it, for somebody who has just looked
 * and seen no such row: tried first, and looked for again only where it is.
 */
bool
direct_insert_unless_there(DirectAccess *access, const Datum *values, const bool *nulls)
{
	Table *table = access->table;
	TupleTableSlot *slot;
	List	   *arbiters;
	bool		done = false;
	bool		there = false;

	Assert((access->needs & TABLE_INSERT_UNLESS) != 0);
	prepare_info(access);
	open_indexes(access);
	slot = single_slot(access);
	fill_slot(access, slot, NULL, values, nulls);
	complete_row(access, slot, CMD_INSERT);
	arbiters = list_make1_oid(table->key_index);
	while (!done && !there)
	{
		uint32		token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
		List	   *recheck;
		bool		conflict = false;

		if (table->insert_fires)
			AfterTriggerBeginQuery();
		table_tuple_insert_speculative(access->rel, slot, GetCurrentCommandId(true), 0, NULL, token);
		recheck = governance_insert_index_tuples_unless(access->info, slot, access->estate,
														&conflict, arbiters);
		done = !conflict;
		table_tuple_complete_speculative(access->rel, slot, token, done);
		SpeculativeInsertionLockRelease(GetCurrentTransactionId());
		if (done && table->insert_fires)
			ExecARInsertTriggers(access->estate, access->info, slot, recheck, NULL);
		if (table->insert_fires)
			AfterTriggerEndQuery(access->estate);
		list_free(recheck);
		if (!done)
			there = !governance_check_index_constraints(access->info, slot, access->estate, arbiters);
		ResetPerTupleExprContext(access->estate);
	}
	list_free(arbiters);
	return done;
}

/*
 * The row is complete, and has met its constraints, when this returns; it goes
 * into the table together with others.
 */
void
direct_insert(DirectAccess *access, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot;
	MemoryContext old;

	prepare_info(access);
	if (access->nrows == MAX_SLOTS)
		direct_flush(access);
	old = MemoryContextSwitchTo(access->context);
	if (access->slots == NULL)
		access->slots = palloc(sizeof(TupleTableSlot *) * MAX_SLOTS);
	if (access->nrows == access->nslots)
		access->slots[access->nslots++] =
			MakeSingleTupleTableSlot(RelationGetDescr(access->rel), &TTSOpsVirtual);
	slot = access->slots[access->nrows++];
	fill_slot(access, slot, NULL, values, nulls);
	complete_row(access, slot, CMD_INSERT);
	MemoryContextSwitchTo(old);
}

/* Rows first, then their entries in the indexes, as COPY does it. */
void
direct_flush(DirectAccess *access)
{
	int			nrows = access->nrows;
	bool		fires = access->table->insert_fires;

	if (nrows == 0)
		return;
	access->nrows = 0;
	open_indexes(access);
	if (fires)
		AfterTriggerBeginQuery();
	if (nrows == 1)
		table_tuple_insert(access->rel, access->slots[0], GetCurrentCommandId(true), 0, NULL);
	else
	{
		/* It leaves garbage behind. */
		MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(access->estate));

		table_multi_insert(access->rel, access->slots, nrows, GetCurrentCommandId(true), 0, NULL);
		MemoryContextSwitchTo(old);
	}
	for (int i = 0; i < nrows; i++)
	{
		List	   *recheck = NIL;

		CHECK_FOR_INTERRUPTS();
		if (access->info->ri_NumIndices > 0)
			recheck = governance_insert_index_tuples(access->info, access->slots[i],
													 access->estate, false, false);
		if (fires)
			ExecARInsertTriggers(access->estate, access->info, access->slots[i], recheck, NULL);
		list_free(recheck);
		ExecClearTuple(access->slots[i]);
		ResetPerTupleExprContext(access->estate);
	}
	if (fires)
		AfterTriggerEndQuery(access->estate);
}

#else							/* !GOVERNANCE_DIRECT */

/* What is never called, since nothing is ever open (find.c). */
#define NEVER(result, name, args) \
	result \
	name args \
	{ \
		elog(ERROR, "this build has no direct path"); \
	}

NEVER(void, direct_update, (DirectAccess *access, ItemPointer tid, HeapTuple old,
							const Datum *values, const bool *nulls))
NEVER(void, direct_delete, (DirectAccess *access, ItemPointer tid))
NEVER(bool, direct_insert_unless_there, (DirectAccess *access, const Datum *values,
										 const bool *nulls))
NEVER(void, direct_insert, (DirectAccess *access, const Datum *values, const bool *nulls))
NEVER(void, direct_flush, (DirectAccess *access))

#endif							/* GOVERNANCE_DIRECT */
