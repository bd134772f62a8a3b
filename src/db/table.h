/*
 * table.h
 *		The tables that we derive, read and written without SQL.
 *
 * A statement costs more to start than a row or two cost to write.  Where a
 * table of the ledger is what create_ledger() made, its rows are found by its
 * primary key and written through the table's access method, with the server's
 * own code for constraints, generated columns, indexes and foreign keys.
 * Everything else (a partitioned or foreign table, a view, a shard, triggers and
 * rules of the user's own, row-level security, columns with defaults of their
 * own) is left to SQL: direct_open() says which it is.
 *
 * The caller acts as the owner of the ledger and has an active snapshot.
 */
#ifndef GOVERNANCE_DB_TABLE_H
#define GOVERNANCE_DB_TABLE_H

#include "db/slot.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "nodes/execnodes.h"
#include "storage/lock.h"

#define TABLE_MAX_COLUMNS	16
#define TABLE_MAX_KEYS		4

#define TABLE_FIND		0x01	/* find rows by the key, lock them */
#define TABLE_INSERT	0x02
#define TABLE_UPDATE	0x04
#define TABLE_DELETE	0x08
#define TABLE_INSERT_UNLESS 0x10	/* insert rows whose key may be there */

/* A table, and what this backend knows of it until it is altered. */
typedef struct Table
{
	const char *name;			/* in schema governance */
	int			ncolumns;		/* all that we write; types may be LEDGER_*_TYPE */
	const ColumnSpec *columns;
	int			nkeys;			/* the first so many lead the primary key */
	const char *own_trigger;	/* function of a row trigger of ours that has
								 * nothing to do with the rows written here */
	const struct Table *parent;	/* the first column refers to the first of
										 * this table, whose row must be locked
										 * FOR KEY SHARE at least when a row is
										 * inserted without SQL; or null */

	/* private to table.c */
	bool		valid;
	bool		read_valid;		/* readable is known */
	bool		readable;		/* rows may be found without SQL, by whoever may
								 * select them */
	uint64		generation;		/* how often it was invalidated */
	int			can;			/* DIRECT_* */
	Oid			relid;
	Oid			owner;
	Oid			key_index;
	Oid			key_collations[TABLE_MAX_KEYS];
	AttrNumber	numbers[TABLE_MAX_COLUMNS];
	bool		complete;		/* there are no other columns */
	bool		generated;
	bool		insert_fires;	/* foreign keys have to be looked at */
	bool		update_fires;
	MemoryContext context;
	ExprState **checks;			/* compiled; null: by the executor each time */
	struct Table *next;
} Table;

/* A table at work in one statement. */
typedef struct DirectAccess
{
	Table *table;
	MemoryContext context;		/* that it was opened in */
	int			needs;
	Relation	rel;
	EState	   *estate;			/* null until it is needed */
	ResultRelInfo *info;		/* likewise */
	bool		indexes_open;
	TupleTableSlot *row;		/* that direct_next() or direct_lock() gave */
	TupleTableSlot *virtual;	/* to update with */
	Relation	key;
	IndexScanDesc scan;
	Buffer		buffer;			/* of the row found last */
	ScanKeyData scankeys[TABLE_MAX_KEYS];
	int			nslots;
	int			nrows;
	TupleTableSlot **slots;		/* rows that are still to be inserted */
} DirectAccess;

/*
 * Opens a table for what is needed; false (and nothing is open) when that takes
 * SQL.
 */
extern bool direct_open(DirectAccess *access, Table *table, int needs);
extern void direct_close(DirectAccess *access);

/*
 * Sees all that this transaction has done, and in read committed all that is
 * committed by now.  To be popped by snapshot_pop().
 */
extern Snapshot snapshot_push(void);
extern void snapshot_pop(void);

/* Finds rows by the leading columns of the key, which are a bigint and texts. */
extern void direct_find(DirectAccess *access, Snapshot snapshot, const Datum *key, int nkeys);
extern bool direct_next(DirectAccess *access);

/* Ends the search, before its snapshot goes; the row at hand stays. */
extern void direct_stop(DirectAccess *access);

/* A column of the row at hand, by its number in table->columns. */
static inline Datum
direct_get(const DirectAccess *access, int column, bool *isnull)
{
	return slot_getattr(access->row, access->table->numbers[column], isnull);
}

/*
 * Locks a row; the row at hand is then the last version of it.  False when it
 * is gone.  Raises ERRCODE_T_R_SERIALIZATION_FAILURE where the isolation level
 * asks for it.
 */
extern bool direct_lock(DirectAccess *access, ItemPointer tid, Snapshot snapshot,
						LockTupleMode mode);

/* Has this transaction changed or locked the row at hand already? */
extern bool direct_is_ours(const DirectAccess *access);

/* A place in the queue for a row. */
typedef struct DirectTurn
{
	LOCKTAG		tag;
	bool		held;
} DirectTurn;

/*
 * Waits until it is this session's turn to lock the row with a key, of all the
 * columns of the key; ends the search that was at work.  The next session has its
 * turn after direct_turn_end(), when this one has the lock of the row.
 */
extern void direct_turn_begin(DirectAccess *access, const Datum *key, DirectTurn *turn);
extern void direct_turn_end(DirectTurn *turn);

/*
 * The whole of the row at hand, as far as an update needs it; null when the
 * table has no other columns than ours.
 */
extern HeapTuple direct_keep(const DirectAccess *access);

extern void direct_update(DirectAccess *access, ItemPointer tid, HeapTuple old,
						  const Datum *values, const bool *nulls);
extern void direct_delete(DirectAccess *access, ItemPointer tid);

/*
 * Inserts a row unless its key is there already (false), or gets there by a
 * transaction that this one has to wait for.
 */
extern bool direct_insert_unless_there(DirectAccess *access, const Datum *values,
									   const bool *nulls);

/*
 * What is inserted is there after direct_flush() at the latest; what the values
 * point to must stay until then.
 */
extern void direct_insert(DirectAccess *access, const Datum *values, const bool *nulls);
extern void direct_flush(DirectAccess *access);

/* ---------- reading for a caller (read.c) ---------- */

/* Rows that are looked up by the key, or all of them, seen by the active snapshot. */
typedef struct DirectReader
{
	Table *table;
	Relation	rel;
	Relation	index;			/* null: all rows */
	IndexScanDesc scan;
	TableScanDesc all;
	TupleTableSlot *row;
	ScanKeyData keys[TABLE_MAX_KEYS];
} DirectReader;

typedef enum DirectRights
{
	DIRECT_AS_CALLER,			/* who must be allowed to select from it */
	DIRECT_AS_OWNER				/* the answer is for everybody */
} DirectRights;

/* What kind of table is it?  True: open, and locked as a query locks it. */
extern bool direct_readable(Table *table, Relation *rel);

/*
 * Looks for rows by the key, or for all rows; false (and nothing is open) when
 * that takes SQL, which also says what rights are missing.
 */
extern bool direct_read(DirectReader *reader, Table *table, DirectRights rights,
						const Datum *key, int nkeys);
extern bool direct_read_all(DirectReader *reader, Table *table, DirectRights rights);
extern bool direct_read_next(DirectReader *reader);
extern void direct_read_end(DirectReader *reader);

/* How large is it?  False when it cannot be read so. */
extern bool direct_pages(Table *table, BlockNumber *pages);

static inline Datum
direct_read_get(const DirectReader *reader, int column, bool *isnull)
{
	return slot_getattr(reader->row, reader->table->numbers[column], isnull);
}

/* Raises ERRCODE_T_R_SERIALIZATION_FAILURE. */
pg_noreturn
extern void direct_changed_meanwhile(bool deleted);

#endif							/* GOVERNANCE_DB_TABLE_H */
