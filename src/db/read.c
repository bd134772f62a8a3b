/*
 * read.c
 *		The direct path for readers: a few rows looked up for a caller.
 *
 * An answer that takes one probe of an index should cost little more than that.
 * A query does the same work here, by the same access methods, under the same
 * lock and snapshot, after the same check of rights; what is saved is the
 * executor around it.  Whoever has hooked into that check (an auditing
 * extension, say) sees queries as before.
 */
#include "postgres.h"

#include "compat.h"
#include "db/read.h"
#include "db/table.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#if GOVERNANCE_DIRECT

/* Opens a table to be read, if what it is and whose rights count allow that. */
static bool
open_table(DirectReader *reader, Table *table, DirectRights rights)
{
	if (!ActiveSnapshotSet() ||
		(rights == DIRECT_AS_CALLER && ExecutorCheckPerms_hook != NULL) ||
		!table_open_readable(table, &reader->rel))
		return false;
	if (rights == DIRECT_AS_CALLER &&
		pg_class_aclcheck(table->relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
	{
		table_close(reader->rel, NoLock);
		return false;
	}
	reader->table = table;
	reader->index = NULL;
	return true;
}

/* An index scan by the leading columns of the key, with the active snapshot. */
bool
direct_read(DirectReader *reader, Table *table, DirectRights rights, const Datum *key,
			int nkeys)
{
	Assert(nkeys <= table->nkeys);
	if (!open_table(reader, table, rights))
		return false;
	reader->index = index_open(table->key_index, AccessShareLock);
	reader->row = table_slot_create(reader->rel, NULL);
	for (int k = 0; k < nkeys; k++)
		ScanKeyEntryInitialize(&reader->keys[k], 0, k + 1, BTEqualStrategyNumber,
							   InvalidOid, table->key_collations[k],
							   table->columns[k].type == INT8OID ? F_INT8EQ : F_TEXTEQ, key[k]);
	reader->scan = governance_index_beginscan(reader->rel, reader->index, GetActiveSnapshot(),
											  nkeys);
	index_rescan(reader->scan, reader->keys, nkeys, NULL, 0);
	return true;
}

/* A scan of the whole table, with the active snapshot. */
bool
direct_read_all(DirectReader *reader, Table *table, DirectRights rights)
{
	if (!open_table(reader, table, rights))
		return false;
	reader->row = table_slot_create(reader->rel, NULL);
	reader->all = table_beginscan(reader->rel, GetActiveSnapshot(), 0, NULL);
	return true;
}

/* By the length of its file. */
bool
direct_pages(Table *table, BlockNumber *pages)
{
	Relation	rel;

	if (!table_open_readable(table, &rel))
		return false;
	*pages = RelationGetNumberOfBlocks(rel);
	table_close(rel, NoLock);
	return true;
}

/* In the order of the key, or of the table. */
bool
direct_read_next(DirectReader *reader)
{
	if (reader->index != NULL)
		return index_getnext_slot(reader->scan, ForwardScanDirection, reader->row);
	CHECK_FOR_INTERRUPTS();
	return table_scan_getnextslot(reader->all, ForwardScanDirection, reader->row);
}

/* The locks stay until the end of the transaction, as those of a query do. */
void
direct_read_end(DirectReader *reader)
{
	if (reader->index != NULL)
	{
		index_endscan(reader->scan);
		index_close(reader->index, NoLock);
	}
	else
		table_endscan(reader->all);
	ExecDropSingleTupleTableSlot(reader->row);
	table_close(reader->rel, NoLock);
}

#else							/* !GOVERNANCE_DIRECT */

/* There is no direct path in this build. */
bool
direct_read(DirectReader *reader, Table *table, DirectRights rights, const Datum *key,
			int nkeys)
{
	return false;
}

/* Nor for all rows. */
bool
direct_read_all(DirectReader *reader, Table *table, DirectRights rights)
{
	return false;
}

/* So nothing would come of knowing it. */
bool
direct_pages(Table *table, BlockNumber *pages)
{
	return false;
}

/* Nothing is ever open. */
bool
direct_read_next(DirectReader *reader)
{
	return false;
}

/* Nothing is ever open. */
void
direct_read_end(DirectReader *reader)
{
}

#endif							/* GOVERNANCE_DIRECT */
