/*
 * smalltable.c
 *		Small tables of the configuration, kept in the memory of each backend.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/owner.h"
#include "db/provisional.h"
#include "db/report.h"
#include "db/smalltable.h"
#include "db/trigger.h"
#include "util.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(governance_small_table_changed);

/* Every table that has been asked for; they are static and never leave it. */
static SmallTable *small_tables = NULL;

/*
 * May come at any time that a lock is taken: nothing is freed or looked up.
 */
static void
forget_small_table(Datum arg, Oid relid)
{
	for (SmallTable *table = small_tables; table != NULL; table = table->next)
	{
		if (relid == InvalidOid || relid == table->relid)
		{
			table->valid = false;
			table->generation++;
		}
	}
}

/*
 * Read a table with the latest snapshot: a notice that came in before an older
 * one was taken is not repeated.  See provisional.h for parallel queries.
 */
static void
load_small_table(SmallTable *table)
{
	static bool registered = false;
	AttrNumber	attnums[SMALL_TABLE_COLUMNS_MAX];
	uint64		generation;
	Relation	rel;
	TupleDesc	desc;
	TableScanDesc scan;
	TupleTableSlot *slot;
	Snapshot	snapshot;
	MemoryContext context;
	SmallRow   *rows;
	int			allocated = 8;
	int			n = 0;

	if (!registered)
	{
		CacheRegisterRelcacheCallback(forget_small_table, (Datum) 0);
		registered = true;
	}

	table->relid = ledger_relation(table->name);
	if (table->context == NULL)
	{
		table->context = AllocSetContextCreate(CacheMemoryContext, "governance small table",
											   ALLOCSET_SMALL_SIZES);
		table->next = small_tables;
		small_tables = table;
	}

	rel = table_open(table->relid, AccessShareLock);
	generation = table->generation;
	desc = RelationGetDescr(rel);
	for (int i = 0; i < table->ncolumns; i++)
	{
		attnums[i] = get_attnum(table->relid, table->columns[i]);
		if (attnums[i] <= 0)
			report_no_column(rel, table->columns[i], NULL);
	}

	context = AllocSetContextCreate(CurrentMemoryContext, "governance small table",
									ALLOCSET_SMALL_SIZES);
	rows = MemoryContextAlloc(context, allocated * sizeof(SmallRow));
	slot = table_slot_create(rel, NULL);
	table->valid = false;
	provisional_note(&table->provisional);
	snapshot = RegisterSnapshot(newest_snapshot());
	scan = table_beginscan(rel, snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		array_reserve(rows, allocated, n + 1);
		for (int i = 0; i < table->ncolumns; i++)
		{
			Form_pg_attribute attr = TupleDescAttr(desc, attnums[i] - 1);
			Datum		value = slot_getattr(slot, attnums[i], &rows[n].nulls[i]);

			if (rows[n].nulls[i])
				rows[n].values[i] = (Datum) 0;
			else if (attr->attlen == -1)
				rows[n].values[i] = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
			else
				rows[n].values[i] = datumCopy(value, attr->attbyval, attr->attlen);
		}
		n++;
		MemoryContextSwitchTo(old);
	}
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);

	/* From here on nothing can fail. */
	MemoryContextDelete(table->context);
	MemoryContextSetParent(context, CacheMemoryContext);
	table->context = context;
	table->rows = rows;
	table->nrows = n;
	table->valid = (generation == table->generation);
}

/* Reads the table when it is asked for first, and after every notice of a change. */
const SmallRow *
small_table_rows(SmallTable *table, int *nrows)
{
	if (!table->valid || !provisional_holds(&table->provisional))
		load_small_table(table);
	*nrows = table->nrows;
	return table->rows;
}

/* Byte by byte; no collation has a say. */
bool
small_text_equals(Datum value, const char *string, Size len)
{
	return text_is_bytes(DatumGetTextPP(value), string, len);
}

/*
 * Trigger on a small table: by row, or for a statement that truncates it.
 */
Datum
governance_small_table_changed(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_as_trigger(fcinfo, "small_table_changed");

	CacheInvalidateRelcache(data->tg_relation);
	return PointerGetDatum(NULL);
}
