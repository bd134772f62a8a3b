/*
 * rows.h
 *		Rows of a table that has one description (table.h), found, locked and
 *		written in whichever way the table allows.
 *
 * There are two ways.  The direct path (table.h) finds a row by the primary key
 * and writes it through the table's access method, which for a row or two costs
 * a fraction of a statement.  The executor runs the statements of statement.h,
 * which is right for every kind of table.  The direct path is taken where the
 * table is what create_ledger() made, and this build has it (GOVERNANCE_DIRECT
 * in compat.h); rows_open() asks for both.  The choice is made once for each
 * table and statement of the user, for all rows alike, and verb by verb: a table
 * can be one to update directly and to insert into by a statement.
 *
 * What is handed over by rows_insert() and so on is there after rows_flush() at
 * the latest.  Until then what the values point to must stay.
 *
 * Between ledger_enter() and ledger_leave(), but for rows_look(), which works
 * with the rights of the caller and needs no connection to SPI.
 */
#ifndef GOVERNANCE_DB_ROWS_H
#define GOVERNANCE_DB_ROWS_H

#include "db/find.h"
#include "db/plan.h"
#include "db/read.h"
#include "db/statement.h"
#include "db/table.h"

#include "executor/spi.h"

/* A column by its number in table->columns, in a set of columns. */
#define COLUMN_BIT(column) (1U << (column))

/* ---------- a row that was found ---------- */

/* It stays until the next one is asked for; what lies out of line stays there. */
typedef struct FoundRow
{
	const AttrNumber *numbers;	/* where the columns of the table stand in it */
	TupleTableSlot *slot;		/* of the direct path, or null and */
	HeapTuple	tuple;			/* of a statement */
	TupleDesc	desc;
} FoundRow;

/* A column of it, by its number in table->columns, that was asked for. */
static inline Datum
row_get(const FoundRow *row, int column, bool *isnull)
{
	if (row->slot != NULL)
		return slot_getattr(row->slot, row->numbers[column], isnull);
	return SPI_getbinval(row->tuple, row->desc, row->numbers[column], isnull);
}

/* A bigint that is null where there is none; then 0. */
static inline int64
row_int8(const FoundRow *row, int column)
{
	bool		isnull;
	Datum		value = row_get(row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* An instant that is never null. */
static inline TimestampTz
row_instant(const FoundRow *row, int column)
{
	bool		isnull;

	return DatumGetTimestampTz(row_get(row, column, &isnull));
}

/* A text that is never null; in the current context, or in the row itself. */
static inline text *
row_text(const FoundRow *row, int column)
{
	bool		isnull;

	return DatumGetTextPP(row_get(row, column, &isnull));
}

/* ---------- reading ---------- */

/* Which rows, and what of them. */
typedef struct RowSearch
{
	Table	   *table;
	uint32		by;				/* the columns whose values are given */
	uint32		columns;		/* that are asked for, those of `by` apart */
} RowSearch;

/* The rows of a search, one at hand at a time. */
typedef struct RowsFound
{
	FoundRow	row;			/* at hand */
	bool		direct;
	DirectReader reader;
	SPITupleTable *tuples;
	uint64		next;
} RowsFound;

/*
 * Looks for rows by the leading columns of the key, as the active snapshot shows
 * them and with the rights of the caller; false (and nothing is begun) when that
 * takes SQL.
 */
extern bool rows_look(RowsFound *found, const RowSearch *search, const Datum *key);

/*
 * The same by a statement, of one key or of many, which are distinct: n times
 * the values of search->by, one key after the other.  Rows come in the order of
 * the columns they are chosen by, then of the key.
 */
extern void rows_select(RowsFound *found, const RowSearch *search, const Datum *keys, int n,
						PlanMode mode);

/* The next row; false at the end. */
extern bool rows_next(RowsFound *found);

/* Every search that was begun is ended. */
extern void rows_end(RowsFound *found);

/*
 * Locks rows FOR NO KEY UPDATE by a statement, in the order of the key, whatever
 * the order of the keys given, and looks at none.
 */
extern void rows_hold(const RowSearch *search, const Datum *keys, int n);

/* ---------- writing ---------- */

/* Rows that wait for a statement: the values of its parameters, row by row. */
typedef struct RowQueue
{
	uint32		by;				/* of VERB_DELETE */
	int			nrows;
	int			maxvalues;
	int			maxnulls;
	int			maxresults;
	int			nparams;
	Datum	   *values;
	bool	   *nulls;
	bool	  **results;		/* of VERB_INSERT_UNLESS: where to say it */
	uint64		wanted;			/* rows that it must be for all to be well */
} RowQueue;

/* A row that may be locked: what of it has to be kept to write it. */
typedef struct RowHandle
{
	ItemPointerData tid;		/* where it is; invalid: not known, or by SQL */
	HeapTuple	row;			/* as it was, where there are columns that are not
								 * ours */
} RowHandle;

/* A table at work in one statement of the user. */
typedef struct Rows
{
	Table	   *table;
	int			direct;			/* what goes by the direct path: TABLE_*; 0: nothing */
	DirectAccess access;		/* when anything does */
	Snapshot	snapshot;		/* that rows are looked for with, once it is taken */
	RowQueue	deletes;
	RowQueue	updates;
	RowQueue	rewrites;
	RowQueue	inserts;
	RowQueue	inserts_unless;

	/* of rows_lock() */
	const RowSearch *search;
	const Datum *keys;
	RowHandle *const *handles;
	int			nkeys;
	int			next_key;
	RowsFound	locked;
} Rows;

/*
 * Opens a table for TABLE_* verbs: by the direct path if it allows all of them;
 * if not, all but those that the caller can do without.
 */
extern void rows_open(Rows *rows, Table *table, int verbs, int dispensable);

/* Opens it to be written by statements only. */
extern void rows_open_sql(Rows *rows, Table *table);

/* Everything has been flushed. */
extern void rows_close(Rows *rows);

/*
 * Values and nulls are those of all columns of the table, in order; nulls may be
 * missing when there are none.
 */
extern void rows_insert(Rows *rows, const Datum *values, const bool *nulls);

/*
 * Inserts a row unless its key is there, maybe by a transaction that this one
 * has to wait for.  *inserted becomes true, after rows_flush() at the latest; it
 * is false before.
 */
extern void rows_insert_unless(Rows *rows, const Datum *values, const bool *nulls, bool *inserted);

/* Changes the row that has the key among the values, unless it is so already. */
extern void rows_update(Rows *rows, const Datum *values, const bool *nulls);

/*
 * Writes a row that rows_lock() has locked.  stays: which of the columns that may
 * (COLUMN_MAY_STAY) are what they are in the row.
 */
extern void rows_rewrite(Rows *rows, RowHandle *handle, const Datum *values, const bool *nulls,
						 uint32 stays);

/*
 * Deletes, by a statement, all rows that have some values; there are so many.
 * Between two calls of rows_flush(), always by the same columns.
 */
extern void rows_delete(Rows *rows, uint32 by, const Datum *values, uint64 there);

/*
 * Sees to all that was handed over: what goes, what changes, what is new.  Raises
 * ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION when somebody's trigger has kept a row
 * back.
 */
extern void rows_flush(Rows *rows);

/* ---------- locking ---------- */

/* The snapshot that rows are looked for with; it sees all that is committed by now. */
extern Snapshot rows_snapshot(Rows *rows);

/*
 * Which of the keys have no row, as far as anybody has committed one?  Keys are
 * all of the key columns, one key after the other.  Where rows are is in the
 * handles, if that shows.
 */
extern void rows_probe(Rows *rows, const Datum *keys, RowHandle *const *handles, int n,
					   bool *missing);

/*
 * Begins to lock rows FOR NO KEY UPDATE.  The keys are those of all key columns,
 * distinct and in order; search->by says the same.  Keys and handles must stay.
 */
extern void rows_lock(Rows *rows, const RowSearch *search, const Datum *keys,
					  RowHandle *const *handles, int n);

/*
 * The next of them that is there, locked and as it is once the lock is there:
 * the number of its key, or -1 at the end.  *row is good until the next call.
 */
extern int	rows_lock_next(Rows *rows, FoundRow *row);

#endif							/* GOVERNANCE_DB_ROWS_H */
