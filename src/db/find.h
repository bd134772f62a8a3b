/*
 * find.h
 *		The direct path: rows of a table found by the primary key, and locked.
 *
 * There is an active snapshot, and the caller acts as the owner of the ledger.
 * What is opened is closed, or the transaction ends with an error.
 */
#ifndef GOVERNANCE_DB_FIND_H
#define GOVERNANCE_DB_FIND_H

#include "compat.h"
#include "db/table.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "storage/lock.h"

/* A table at work in one statement of the user. */
typedef struct DirectAccess
{
	Table	   *table;
	MemoryContext context;		/* that it was opened in */
	int			needs;			/* TABLE_* */
	Relation	rel;
	EState	   *estate;			/* null until it is needed */
	ResultRelInfo *info;		/* likewise */
	bool		indexes_open;	/* as they are to be written */
	TupleTableSlot *row;		/* that direct_next() or direct_lock() gave */
	TupleTableSlot *virtual;	/* to write single rows with */
	Relation	key;			/* the index of the primary key, once it is used */
	IndexScanDesc scan;
	Buffer		buffer;			/* of the row found last */
	ScanKeyData scankeys[TABLE_MAX_KEYS];
	int			nslots;
	int			nrows;
	TupleTableSlot **slots;		/* rows that are still to be inserted */
} DirectAccess;

/*
 * Opens a table for what is needed (TABLE_*); false (and nothing is open) when
 * that takes a statement.  The caller acts as the owner of the ledger.
 */
extern bool direct_open(DirectAccess *access, Table *table, int needs);
extern void direct_close(DirectAccess *access);

/*
 * Looks for rows by the leading columns of the key, which are bigints and texts,
 * as a snapshot shows them; the search lasts until the next one, direct_stop()
 * or direct_close().
 */
extern void direct_find(DirectAccess *access, Snapshot snapshot, const Datum *key, int nkeys);

/* Is there another one?  Then it is at hand. */
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

/* Raises ERRCODE_T_R_SERIALIZATION_FAILURE: somebody has changed or deleted a row. */
pg_noreturn
extern void direct_changed_meanwhile(bool deleted);

#endif							/* GOVERNANCE_DB_FIND_H */
