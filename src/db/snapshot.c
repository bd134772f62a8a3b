/*
 * snapshot.c
 *		Snapshots to read with, and marks to know one again by.
 */
#include "postgres.h"

#include "compat.h"
#include "db/snapshot.h"

#include "access/xact.h"
#include "utils/snapmgr.h"

/* The command counter moves on, so that what this command has done is seen. */
Snapshot
snapshot_push(void)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	return GetActiveSnapshot();
}

/* The snapshot before it is the active one again. */
void
snapshot_pop(void)
{
	PopActiveSnapshot();
}

/* The caller registers it, or is done with it before the next one is taken. */
Snapshot
newest_snapshot(void)
{
	return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

/*
 * The server itself counts the transactions that have come to an end, and uses a
 * snapshot again while there is no further one; but copies, as every active
 * snapshot is one, do not have the count.  So the transactions are noted.
 */
void
snapshot_mark(SnapshotMark *mark, Snapshot snapshot, MemoryContext context)
{
	uint32		n = snapshot->xcnt + snapshot->subxcnt;

	/* Should there be no memory, the mark is one of no snapshot. */
	mark->xmax = InvalidTransactionId;
	if (n > mark->room)
	{
		if (mark->xids != NULL)
			pfree(mark->xids);
		mark->xids = NULL;
		mark->room = 0;
		mark->xids = MemoryContextAlloc(context, sizeof(TransactionId) * n * 2);
		mark->room = n * 2;
	}
	if (mark->xids != NULL && snapshot->xcnt > 0)
		memcpy(mark->xids, snapshot->xip, sizeof(TransactionId) * snapshot->xcnt);
	if (mark->xids != NULL && snapshot->subxcnt > 0)
		memcpy(mark->xids + snapshot->xcnt, snapshot->subxip,
			   sizeof(TransactionId) * snapshot->subxcnt);
	mark->xmin = snapshot->xmin;
	mark->curcid = snapshot->curcid;
	mark->xcnt = snapshot->xcnt;
	mark->subxcnt = snapshot->subxcnt;
	mark->suboverflowed = snapshot->suboverflowed;
	mark->in_recovery = snapshot->takenDuringRecovery;
	mark->xmax = snapshot->xmax;
}

/*
 * Two snapshots that name the same transactions show the same rows of other
 * sessions; of our own they do when no command has been counted in between.
 */
bool
snapshot_is_marked(const SnapshotMark *mark, Snapshot snapshot)
{
	return snapshot->snapshot_type == SNAPSHOT_MVCC &&
		mark->curcid == snapshot->curcid &&
		mark->xmax == snapshot->xmax && mark->xmin == snapshot->xmin &&
		mark->xcnt == snapshot->xcnt && mark->subxcnt == snapshot->subxcnt &&
		mark->suboverflowed == snapshot->suboverflowed &&
		mark->in_recovery == snapshot->takenDuringRecovery &&
		(mark->xcnt == 0 ||
		 memcmp(mark->xids, snapshot->xip, sizeof(TransactionId) * mark->xcnt) == 0) &&
		(mark->subxcnt == 0 ||
		 memcmp(mark->xids + mark->xcnt, snapshot->subxip,
				sizeof(TransactionId) * mark->subxcnt) == 0);
}
