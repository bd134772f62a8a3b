/*
 * direct.c
 *		The tables that we derive, read and written without SQL.
 *
 * What is known of a table is kept until its relcache entry is invalidated,
 * which everything does that could make it another kind of table: triggers,
 * rules, policies, columns, constraints, rights, children, distribution.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/direct.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

/* So many rows are inserted together. */
#define MAX_SLOTS 128

/* Every table that has been asked for; they are static and never leave it. */
static DirectTable *tables = NULL;

/* May come at any time that a lock is taken: nothing is freed or looked up. */
static void
forget_table(Datum arg, Oid relid)
{
	for (DirectTable *table = tables; table != NULL; table = table->next)
		if (relid == InvalidOid || relid == table->relid)
		{
			table->valid = table->read_valid = false;
			table->generation++;
		}
}

/* ---------- what kind of table it is ---------- */

static Oid
own_function(const char *name)
{
	return LookupFuncName(list_make2(makeString("governance"), makeString(pstrdup(name))),
						  0, NULL, true);
}

static bool
is_foreign_key(const Trigger *trigger)
{
	return trigger->tgisinternal && RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE;
}

/*
 * May the table's triggers for an event be left to us?  *fires: some have to be
 * queued.  An update never changes the key: foreign keys on nothing else
 * (unchanging) need not be looked at.
 */
static bool
triggers_fit(DirectTable *table, Relation rel, int16 event, const Bitmapset *unchanging,
			 bool *fires)
{
	Oid			guard = own_function("refuse_rewrite");
	Oid			own = table->own_trigger == NULL ? InvalidOid : own_function(table->own_trigger);
	const TriggerDesc *desc = rel->trigdesc;

	*fires = false;
	for (int i = 0; desc != NULL && i < desc->numtriggers; i++)
	{
		const Trigger *trigger = &desc->triggers[i];
		bool		looks = true;

		/* Our guard lets us pass. */
		if ((trigger->tgtype & event) == 0 || trigger->tgenabled == TRIGGER_DISABLED ||
			trigger->tgfoid == guard || trigger->tgfoid == own)
			continue;
		if (!is_foreign_key(trigger))
			return false;
		if (event == TRIGGER_TYPE_UPDATE &&
			RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_FK)
		{
			ListCell   *cell;

			foreach(cell, RelationGetFKeyList(rel))
			{
				ForeignKeyCacheInfo *key = lfirst(cell);

				if (key->conoid != trigger->tgconstraint)
					continue;
				looks = false;
				for (int k = 0; k < key->nkeys; k++)
					looks |= !bms_is_member(key->conkey[k], unchanging);
			}
		}
		*fires |= looks;
	}
	return true;
}

static bool
function_is_foreign(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

/* Does an expression call anything that may be replaced behind our back? */
static bool
calls_foreign(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) ||
		check_functions_in_node(node, function_is_foreign, context))
		return true;
	return expression_tree_walker(node, calls_foreign, context);
}

/* Compiles the check constraints once, if they only call what is built in. */
static ExprState **
compile_checks(Relation rel, MemoryContext context)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	MemoryContext old;
	ExprState **checks;

	if (constr == NULL || constr->num_check == 0)
		return NULL;
	old = MemoryContextSwitchTo(context);
	checks = palloc0(sizeof(ExprState *) * constr->num_check);
	for (int i = 0; i < constr->num_check; i++)
	{
		Node	   *check = stringToNode(constr->check[i].ccbin);

		if (calls_foreign(check, NULL))
		{
			checks = NULL;
			break;
		}
#if PG_VERSION_NUM >= 180000
		if (!constr->check[i].ccenforced)
			continue;
		if (constr->has_generated_virtual)
		{
			checks = NULL;
			break;
		}
#endif
		checks[i] = ExecInitExpr(expression_planner((Expr *) check), NULL);
	}
	MemoryContextSwitchTo(old);
	return checks;
}

/* Can rows of it be inserted by filling in our columns alone? */
static bool
others_stay_null(Relation rel, const Bitmapset *ours)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int a = 0; a < desc->natts; a++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, a);

		if (attribute->attisdropped || attribute->attgenerated != '\0' ||
			bms_is_member(a + 1, ours))
			continue;
		if (attribute->atthasdef || attribute->attidentity != '\0' ||
			get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN)
			return false;
	}
	return true;
}

/* Our columns, by name; false when one is not as create_ledger() made it. */
static bool
columns_fit(DirectTable *table, Relation rel, Bitmapset **ours)
{
	TupleDesc	desc = RelationGetDescr(rel);

	table->complete = desc->natts == table->ncolumns;
	for (int c = 0; c < table->ncolumns; c++)
	{
		AttrNumber	number = InvalidAttrNumber;

		for (int a = 0; a < desc->natts; a++)
		{
			Form_pg_attribute attribute = TupleDescAttr(desc, a);

			if (!attribute->attisdropped && attribute->attgenerated == '\0' &&
				attribute->atttypid == ledger_type(table->columns[c].type) &&
				strcmp(NameStr(attribute->attname), table->columns[c].name) == 0)
				number = a + 1;
		}
		if (number == InvalidAttrNumber)
			return false;
		table->numbers[c] = number;
		*ours = bms_add_member(*ours, number);
	}
	return true;
}

/* Does its primary key begin with the columns that we look for rows by? */
static bool
key_fits(DirectTable *table, Relation rel)
{
	Relation	index;
	bool		fits;

	list_free(RelationGetIndexList(rel));
	table->key_index = rel->rd_pkindex;
	if (!OidIsValid(table->key_index))
		return false;
	index = index_open(table->key_index, AccessShareLock);
	fits = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indimmediate &&
		index->rd_index->indisvalid && index->rd_index->indnkeyatts >= table->nkeys;
	for (int k = 0; fits && k < table->nkeys; k++)
	{
		fits = index->rd_index->indkey.values[k] == table->numbers[k] &&
			(index->rd_indoption[k] & INDOPTION_DESC) == 0;
		table->key_collations[k] = index->rd_indcollation[k];
	}
	index_close(index, AccessShareLock);
	return fits;
}

/*
 * Is it a plain table whose rows are all there for whoever has a right to it?  A
 * table that Citus has distributed looks like an empty one; only its planner
 * knows where the rows are.
 */
static bool
is_plain(Relation rel)
{
	Form_pg_class form = rel->rd_rel;

	return form->relkind == RELKIND_RELATION && form->relam == HEAP_TABLE_AM_OID &&
		!form->relispartition && !form->relhassubclass && !form->relhasrules &&
		!form->relrowsecurity && !OidIsValid(get_extension_oid("citus", true));
}

static void
inspect(DirectTable *table, Relation rel)
{
	Bitmapset  *ours = NULL;
	Bitmapset  *keys = NULL;
	bool		fires;

	table->can = 0;
	table->owner = GetUserId();
	MemoryContextReset(table->context);
	table->checks = NULL;

	if (!is_plain(rel) || rel->rd_rel->relowner != table->owner ||
		pg_class_aclmask(table->relid, table->owner,
						 ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE, ACLMASK_ALL) !=
		(ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE))
		return;
	if (!columns_fit(table, rel, &ours))
		return;
	for (int k = 0; k < table->nkeys; k++)
		keys = bms_add_member(keys, table->numbers[k]);
	if (key_fits(table, rel))
		table->can |= DIRECT_FIND;
	if (triggers_fit(table, rel, TRIGGER_TYPE_INSERT, NULL, &table->insert_fires) &&
		others_stay_null(rel, ours))
		table->can |= DIRECT_INSERT;
	if (triggers_fit(table, rel, TRIGGER_TYPE_UPDATE, keys, &table->update_fires))
		table->can |= DIRECT_UPDATE;
	if (triggers_fit(table, rel, TRIGGER_TYPE_DELETE, NULL, &fires) && !fires)
		table->can |= DIRECT_DELETE;
	table->generated = RelationGetDescr(rel)->constr != NULL &&
		RelationGetDescr(rel)->constr->has_generated_stored;
	table->checks = compile_checks(rel, table->context);
	bms_free(ours);
	bms_free(keys);
}

/* ---------- opening and closing ---------- */

static void
find_relation(DirectTable *table)
{
	if (table->context == NULL)
	{
		if (tables == NULL)
			CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
		table->context = AllocSetContextCreate(CacheMemoryContext, "governance derived table",
											   ALLOCSET_SMALL_SIZES);
		table->next = tables;
		tables = table;
	}
	table->relid = get_relname_relid(table->name, get_namespace_oid("governance", false));
	if (!OidIsValid(table->relid))
		elog(ERROR, "relation governance.%s does not exist", table->name);
}

bool
direct_open(DirectWriter *writer, DirectTable *table, int needs)
{
	memset(writer, 0, sizeof(DirectWriter));
	writer->table = table;
	writer->context = CurrentMemoryContext;
	writer->needs = needs;
	if (!table->valid || table->owner != GetUserId())
		find_relation(table);
	else if ((table->can & needs) != needs)
		return false;
	LockRelationOid(table->relid, RowExclusiveLock);
	if (!table->valid || table->owner != GetUserId())
	{
		uint64		generation;

		table->valid = false;
		find_relation(table);
		writer->rel = table_open(table->relid, RowExclusiveLock);
		generation = table->generation;
		inspect(table, writer->rel);
		table->valid = generation == table->generation;
	}
	else
		writer->rel = table_open(table->relid, NoLock);
	if ((table->can & needs) != needs)
	{
		table_close(writer->rel, NoLock);
		return false;
	}
	if (needs & (DIRECT_UPDATE | DIRECT_DELETE))
		CheckCmdReplicaIdentity(writer->rel, CMD_UPDATE);
	return true;
}

bool
direct_readable(DirectTable *table, Relation *rel)
{
	if (!table->read_valid)
		find_relation(table);
	else if (!table->readable)
		return false;
	LockRelationOid(table->relid, AccessShareLock);
	if (!table->read_valid)
	{
		Bitmapset  *ours = NULL;
		uint64		generation;

		find_relation(table);
		*rel = table_open(table->relid, AccessShareLock);
		generation = table->generation;
		table->readable = is_plain(*rel) && columns_fit(table, *rel, &ours) &&
			key_fits(table, *rel);
		table->read_valid = generation == table->generation;
		bms_free(ours);
	}
	else
		*rel = table_open(table->relid, NoLock);
	if (!table->readable)
		table_close(*rel, NoLock);
	return table->readable;
}

void
direct_close(DirectWriter *writer)
{
	Assert(writer->nrows == 0);
	direct_stop(writer);
	if (writer->key != NULL)
		index_close(writer->key, NoLock);
	if (writer->row != NULL)
		ExecDropSingleTupleTableSlot(writer->row);
	if (writer->virtual != NULL)
		ExecDropSingleTupleTableSlot(writer->virtual);
	for (int i = 0; i < writer->nslots; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	if (writer->estate != NULL)
	{
		if (writer->estate->es_opened_result_relations != NIL)
			ExecCloseResultRelations(writer->estate);
		else if (writer->indexes_open)
			ExecCloseIndices(writer->info);
		ExecResetTupleTable(writer->estate->es_tupleTable, false);
		FreeExecutorState(writer->estate);
	}
	table_close(writer->rel, NoLock);
}

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

/* ---------- finding ---------- */

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

bool
direct_next(DirectWriter *writer)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);
	bool		found;

	/* The scan keeps what it learns on the way. */
	found = index_getnext_slot(writer->scan, ForwardScanDirection, row_slot(writer));
	MemoryContextSwitchTo(old);
	return found;
}

void
direct_stop(DirectWriter *writer)
{
	if (writer->scan == NULL)
		return;
	index_endscan(writer->scan);
	writer->scan = NULL;
}

pg_noreturn
static void
changed_meanwhile(bool deleted)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 deleted ? errmsg("could not serialize access due to concurrent delete") :
			 errmsg("could not serialize access due to concurrent update"),
			 errhint("The transaction might succeed if retried.")));
}

bool
direct_lock(DirectWriter *writer, ItemPointer tid, Snapshot snapshot)
{
	ItemPointerData at = *tid;
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(writer->rel, &at, snapshot, row_slot(writer),
							  GetCurrentCommandId(true), LockTupleNoKeyExclusive, LockWaitBlock,
							  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &failure);
	switch (result)
	{
		case TM_Ok:
			return true;
		case TM_Updated:
			changed_meanwhile(false);
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				changed_meanwhile(true);
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

/* ---------- writing ---------- */

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
	if ((table->insert_fires && (writer->needs & DIRECT_INSERT)) ||
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
	ExecOpenIndices(writer->info, false);
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

void
direct_update(DirectWriter *writer, ItemPointer tid, HeapTuple old,
			  const Datum *values, const bool *nulls)
{
	DirectTable *table = writer->table;
	TupleDesc	desc = RelationGetDescr(writer->rel);
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
	if (writer->virtual == NULL)
	{
		MemoryContext context = MemoryContextSwitchTo(writer->context);

		writer->virtual = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
		MemoryContextSwitchTo(context);
	}
	slot = ExecClearTuple(writer->virtual);
	if (old != NULL)
		heap_deform_tuple(old, desc, slot->tts_values, slot->tts_isnull);
	else
		Assert(table->complete);
	for (int c = 0; c < table->ncolumns; c++)
	{
		slot->tts_values[table->numbers[c] - 1] = values[c];
		slot->tts_isnull[table->numbers[c] - 1] = nulls != NULL && nulls[c];
	}
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = RelationGetRelid(writer->rel);
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
		changed_meanwhile(result == TM_Deleted);
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
		changed_meanwhile(result == TM_Deleted);
}

void
direct_insert(DirectWriter *writer, const Datum *values, const bool *nulls)
{
	DirectTable *table = writer->table;
	TupleDesc	desc = RelationGetDescr(writer->rel);
	Datum		all[DIRECT_MAX_COLUMNS];
	bool		none[DIRECT_MAX_COLUMNS];
	Datum	   *row = all;
	bool	   *isnull = none;
	TupleTableSlot *slot;
	MemoryContext old;

	prepare_info(writer);
	if (writer->nrows == MAX_SLOTS)
		direct_flush(writer);
	old = MemoryContextSwitchTo(writer->context);
	if (writer->slots == NULL)
		writer->slots = palloc(sizeof(TupleTableSlot *) * MAX_SLOTS);
	if (writer->nrows == writer->nslots)
		writer->slots[writer->nslots++] = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	slot = writer->slots[writer->nrows++];
	if (!table->complete)
	{
		row = palloc0(sizeof(Datum) * desc->natts);
		isnull = palloc(sizeof(bool) * desc->natts);
		memset(isnull, true, sizeof(bool) * desc->natts);
	}
	for (int c = 0; c < table->ncolumns; c++)
	{
		row[table->numbers[c] - 1] = values[c];
		isnull[table->numbers[c] - 1] = nulls != NULL && nulls[c];
	}
	ExecStoreHeapTuple(heap_form_tuple(desc, row, isnull), slot, true);
	slot->tts_tableOid = RelationGetRelid(writer->rel);
	if (row != all)
	{
		pfree(row);
		pfree(isnull);
	}
	MemoryContextSwitchTo(old);
	complete_row(writer, slot, CMD_INSERT);
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
