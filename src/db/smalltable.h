/*
 * smalltable.h
 *		Small tables of the configuration, kept in the memory of each backend.
 *
 * A trigger on such a table tells every backend to read it anew; see
 * governance_small_table_changed().
 */
#ifndef GOVERNANCE_DB_SMALLTABLE_H
#define GOVERNANCE_DB_SMALLTABLE_H

#include "postgres.h"

#include "db/provisional.h"

#define SMALL_TABLE_COLUMNS_MAX 7

typedef struct SmallRow
{
	Datum		values[SMALL_TABLE_COLUMNS_MAX];
	bool		nulls[SMALL_TABLE_COLUMNS_MAX];
} SmallRow;

typedef struct SmallTable
{
	const char *name;
	const char *columns[SMALL_TABLE_COLUMNS_MAX];
	int			ncolumns;

	/* the rest belongs to smalltable.c; valid is set last */
	bool		valid;
	Provisional provisional;
	uint64		generation;
	Oid			relid;
	MemoryContext context;
	SmallRow   *rows;
	int			nrows;
	struct SmallTable *next;
} SmallTable;

/*
 * The rows, good until the next call into the server that may take a lock.
 */
extern const SmallRow *small_table_rows(SmallTable *table, int *nrows);

/* Is a text value this string? */
extern bool small_text_equals(Datum value, const char *string, Size len);

#endif							/* GOVERNANCE_DB_SMALLTABLE_H */
