/*
 * provisional.h
 *		What a parallel query has read of tables that are otherwise read anew when
 *		they change.
 *
 * Such tables are read with the latest snapshot, which is newer than every
 * notice of a change that came in before.  In a parallel query there are no new
 * snapshots: what it reads with its own may be older than a notice that is not
 * repeated, so it is good for that snapshot alone.
 */
#ifndef GOVERNANCE_DB_PROVISIONAL_H
#define GOVERNANCE_DB_PROVISIONAL_H

#include "postgres.h"

#include "access/xact.h"
#include "utils/snapmgr.h"

/* The snapshot that something was read with, if it was that of a parallel query. */
typedef struct Provisional
{
	bool		is;
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	int32		subxcnt;
	CommandId	curcid;
} Provisional;

/* The snapshot to read such tables with. */
static inline Snapshot
newest_snapshot(void)
{
	return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

/* To be noted down before they are read. */
static inline void
provisional_note(Provisional *provisional)
{
	memset(provisional, 0, sizeof(Provisional));
	if (IsInParallelMode())
	{
		Snapshot	snapshot = GetActiveSnapshot();

		provisional->is = true;
		provisional->xmin = snapshot->xmin;
		provisional->xmax = snapshot->xmax;
		provisional->xcnt = snapshot->xcnt;
		provisional->subxcnt = snapshot->subxcnt;
		provisional->curcid = snapshot->curcid;
	}
}

/* Is what was read then of use now? */
static inline bool
provisional_holds(const Provisional *provisional)
{
	Provisional now;

	if (!provisional->is)
		return true;
	provisional_note(&now);
	return now.is && now.xmin == provisional->xmin && now.xmax == provisional->xmax &&
		now.xcnt == provisional->xcnt && now.subxcnt == provisional->subxcnt &&
		now.curcid == provisional->curcid;
}

#endif							/* GOVERNANCE_DB_PROVISIONAL_H */
