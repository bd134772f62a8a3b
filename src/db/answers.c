/*
 * answers.c
 *		Does an expression still see the tables as it did before?
 */
#include "postgres.h"

#include "compat.h"
#include "db/answers.h"
#include "db/table.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* How often a transaction ended, or a part of one was undone. */
static uint64 undone = 0;

/* How often roles and their members have changed. */
static uint64 members = 0;

static void
count_transaction(XactEvent event, void *arg)
{
	undone++;
}

static void
count_subtransaction(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		undone++;
}

static void
count_members(Datum arg, int cacheid, uint32 hash)
{
	members++;
}

static void
start_counting(void)
{
	static bool counting = false;

	if (counting)
		return;
	RegisterXactCallback(count_transaction, NULL);
	RegisterSubXactCallback(count_subtransaction, NULL);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, count_members, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, count_members, (Datum) 0);
	CacheRegisterSyscacheCallback(DATABASEOID, count_members, (Datum) 0);
	counting = true;
}

/*
 * Two snapshots that name the same transactions show the same rows of other
 * sessions; of our own they do when no command has been counted in between and
 * nothing was undone.
 */
static bool
same_snapshot(const SnapshotData *a, const SnapshotData *b)
{
	return a->snapshot_type == b->snapshot_type && a->curcid == b->curcid && a->xmax == b->xmax && a->xmin == b->xmin &&
		a->xcnt == b->xcnt && a->subxcnt == b->subxcnt &&
		a->suboverflowed == b->suboverflowed && a->takenDuringRecovery == b->takenDuringRecovery &&
		(a->xcnt == 0 || memcmp(a->xip, b->xip, sizeof(TransactionId) * a->xcnt) == 0) &&
		(a->subxcnt == 0 || memcmp(a->subxip, b->subxip, sizeof(TransactionId) * a->subxcnt) == 0);
}

/* A copy whose arrays outlast the snapshot. */
static void
keep_snapshot(ReadView *view, Snapshot snapshot, MemoryContext context)
{
	int			n = (int) snapshot->xcnt + snapshot->subxcnt;
	TransactionId *xids = view->snapshot.xip;

	if (n > view->room)
	{
		if (xids != NULL)
			pfree(xids);
		view->snapshot.xip = NULL;
		view->room = 0;
		xids = MemoryContextAlloc(context, sizeof(TransactionId) * n * 2);
		view->room = n * 2;
	}
	view->snapshot = *snapshot;
	view->snapshot.xip = xids;
	view->snapshot.subxip = xids == NULL ? NULL : xids + snapshot->xcnt;
	if (xids == NULL)
		return;					/* none are under way */
	if (snapshot->xcnt > 0)
		memcpy(view->snapshot.xip, snapshot->xip, sizeof(TransactionId) * snapshot->xcnt);
	if (snapshot->subxcnt > 0)
		memcpy(view->snapshot.subxip, snapshot->subxip, sizeof(TransactionId) * snapshot->subxcnt);
}

bool
read_view_is_same(ReadView *view, Table *const *tables, MemoryContext context)
{
	Snapshot	snapshot = GetActiveSnapshot();
	bool		same = view->taken && view->undone == undone && view->members == members &&
		view->userid == GetUserId() && same_snapshot(&view->snapshot, snapshot);

	for (int i = 0; i < READ_VIEW_TABLES; i++)
		same = same && view->generations[i] == tables[i]->generation;
	if (same || snapshot->snapshot_type != SNAPSHOT_MVCC)
		return same;
	start_counting();
	view->taken = false;
	keep_snapshot(view, snapshot, context);
	view->undone = undone;
	view->members = members;
	view->userid = GetUserId();
	for (int i = 0; i < READ_VIEW_TABLES; i++)
		view->generations[i] = tables[i]->generation;
	view->taken = true;
	return false;
}
