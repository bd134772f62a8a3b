/*
 * direct_read.c
 *		Looking up a few rows for a caller without SQL.
 *
 * An answer that takes one probe of an index should cost little more than that.
 * A query does the same work here, by the same access methods, under the same
 * lock and snapshot, after the same check of rights; what is saved is the
 * executor around it.  Whoever has hooked into that check (an auditing
 * extension, say) sees queries as before.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/direct.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

bool
direct_read(DirectReader *reader, DirectTable *table, const Datum *key, int nkeys)
{
	Assert(nkeys <= table->nkeys);
	if (ExecutorCheckPerms_hook != NULL || !ActiveSnapshotSet() ||
		!direct_readable(table, &reader->rel))
		return false;
	if (pg_class_aclcheck(table->relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
	{
		table_close(reader->rel, NoLock);
		return false;
	}
	reader->table = table;
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

bool
direct_read_next(DirectReader *reader)
{
	return index_getnext_slot(reader->scan, ForwardScanDirection, reader->row);
}

void
direct_read_end(DirectReader *reader)
{
	index_endscan(reader->scan);
	ExecDropSingleTupleTableSlot(reader->row);
	index_close(reader->index, NoLock);
	table_close(reader->rel, NoLock);
}
