/*
 * read.h
 *		The direct path for readers: a few rows looked up for a caller, with the
 *		caller's rights, or all rows of a table.
 */
#ifndef GOVERNANCE_DB_READ_H
#define GOVERNANCE_DB_READ_H

#include "db/table.h"

#include "access/genam.h"
#include "access/tableam.h"

/* Rows that are looked up by the key, or all of them, seen by the active snapshot. */
typedef struct DirectReader
{
	Table	   *table;
	Relation	rel;
	Relation	index;			/* null: all rows */
	IndexScanDesc scan;
	TableScanDesc all;
	TupleTableSlot *row;
	ScanKeyData keys[TABLE_MAX_KEYS];
} DirectReader;

/* Whose rights count? */
typedef enum DirectRights
{
	DIRECT_AS_CALLER,			/* who must be allowed to select from it */
	DIRECT_AS_OWNER				/* the answer is for everybody */
} DirectRights;

/*
 * Looks for rows by the key, or for all rows; false (and nothing is open) when
 * that takes a statement, which also says what rights are missing.
 */
extern bool direct_read(DirectReader *reader, Table *table, DirectRights rights,
						const Datum *key, int nkeys);
extern bool direct_read_all(DirectReader *reader, Table *table, DirectRights rights);

/* Is there another row?  Then it is at hand. */
extern bool direct_read_next(DirectReader *reader);
extern void direct_read_end(DirectReader *reader);

/* How large is it, in pages?  False when it cannot be read so. */
extern bool direct_pages(Table *table, BlockNumber *pages);

/* A column of the row at hand, by its number in table->columns. */
static inline Datum
direct_read_get(const DirectReader *reader, int column, bool *isnull)
{
	return slot_getattr(reader->row, reader->table->numbers[column], isnull);
}

#endif							/* GOVERNANCE_DB_READ_H */
