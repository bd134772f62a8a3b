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

#include "db/snapshot.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/*
 * The snapshot that something was read with, if it was that of a parallel query.
 * Static, and all zeroes at first.
 */
typedef struct Provisional
{
	bool		is;
	SnapshotMark mark;
} Provisional;

/* To be noted down before they are read, with newest_snapshot(). */
static inline void
provisional_note(Provisional *provisional)
{
	provisional->is = IsInParallelMode();
	if (provisional->is)
		snapshot_mark(&provisional->mark, GetActiveSnapshot(), CacheMemoryContext);
}

/* Is what was read then of use now? */
static inline bool
provisional_holds(const Provisional *provisional)
{
	return !provisional->is ||
		(IsInParallelMode() && snapshot_is_marked(&provisional->mark, GetActiveSnapshot()));
}

#endif							/* GOVERNANCE_DB_PROVISIONAL_H */
