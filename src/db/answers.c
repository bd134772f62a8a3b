/*
 * answers.c
 *		Does an expression still see the tables as it did before?
 */
#include "postgres.h"

#include "compat.h"
#include "db/answers.h"
#include "db/snapshot.h"
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

/* At its end, whichever. */
static void
count_transaction(XactEvent event, void *arg)
{
	undone++;
}

/* Only when it is rolled back. */
static void
count_subtransaction(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		undone++;
}

/* Any change of roles, memberships or the database (whose owner has rights). */
static void
count_members(Datum arg, int cacheid, uint32 hash)
{
	members++;
}

/* Once, and for as long as the backend lives: callbacks of caches cannot be taken back. */
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
 * A view with another kind of snapshot (of a catalog, say) is never taken down.
 * Notices of changed tables come with the direct path, and of a server that it has
 * not been read against nobody knows what else a snapshot may hold: there none is
 * the same.
 */
bool
read_view_is_same(ReadView *view, Table *const *tables, MemoryContext context)
{
	Snapshot	snapshot = GetActiveSnapshot();
	bool		same = GOVERNANCE_DIRECT && view->taken && view->undone == undone && view->members == members &&
		view->userid == GetUserId() && snapshot_is_marked(&view->snapshot, snapshot);

	for (int i = 0; i < READ_VIEW_TABLES; i++)
		same = same && (tables[i] == NULL || view->generations[i] == tables[i]->generation);
	if (same || snapshot->snapshot_type != SNAPSHOT_MVCC)
		return same;
	start_counting();
	view->taken = false;
	snapshot_mark(&view->snapshot, snapshot, context);
	view->undone = undone;
	view->members = members;
	view->userid = GetUserId();
	for (int i = 0; i < READ_VIEW_TABLES; i++)
		view->generations[i] = tables[i] == NULL ? 0 : tables[i]->generation;
	view->taken = true;
	return false;
}
