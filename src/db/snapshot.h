/*
 * snapshot.h
 *		Snapshots to read with, and marks to know one again by.
 */
#ifndef GOVERNANCE_DB_SNAPSHOT_H
#define GOVERNANCE_DB_SNAPSHOT_H

#include "postgres.h"

#include "utils/snapshot.h"

/*
 * Makes a snapshot the active one that sees all that this transaction has done,
 * and in read committed all that is committed by now.  To be popped by
 * snapshot_pop().
 */
extern Snapshot snapshot_push(void);
extern void snapshot_pop(void);

/*
 * The snapshot to read small tables with that are read anew when they change: the
 * latest, or in a parallel query, where there are no new ones, its own.
 */
extern Snapshot newest_snapshot(void);

/*
 * What a snapshot is known again by, when it itself may be gone: all that decides
 * what it shows.  All zeroes at first.
 */
typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	CommandId	curcid;
	uint32		xcnt;			/* transactions, and parts of them, that were in */
	int32		subxcnt;		/* progress */
	bool		suboverflowed;
	bool		in_recovery;
	uint32		room;			/* how many fit into xids */
	TransactionId *xids;		/* those of both kinds, one after the other */
} SnapshotMark;

/* Notes a snapshot down, in a context that lives as long as the mark. */
extern void snapshot_mark(SnapshotMark *mark, Snapshot snapshot, MemoryContext context);

/*
 * Does a snapshot show the same rows as the one that was marked, as far as nothing
 * of the transaction was undone meanwhile?
 */
extern bool snapshot_is_marked(const SnapshotMark *mark, Snapshot snapshot);

#endif							/* GOVERNANCE_DB_SNAPSHOT_H */
