/*
 * holds.c
 *		Who is using which list of policy versions.
 *
 * Counts of holders, each of which ends with a memory context: so an error needs
 * no cleaning up, because it resets the contexts that it leaves.
 */
#include "postgres.h"

#include "rulebook/holds.h"
#include "utils/memutils.h"

/* A list of versions; lives in the context that its entries live in, too. */
typedef struct PolicyList
{
	MemoryContext context;
	int			holders;
	struct PolicyList *newer;	/* of those that were replaced */
} PolicyList;

/* What ends the hold of a memory context on a list; lives in that context. */
typedef struct Hold
{
	MemoryContextCallback callback;
	MemoryContext context;
	PolicyList *list;
} Hold;

static PolicyList *list = NULL; /* the one that is read */
static PolicyList *oldest = NULL;	/* replaced, but in use */
static PolicyList *newest = NULL;
static Hold *last_hold = NULL;	/* mostly the next one is the same */

/*
 * Deletes the lists that are replaced and not held.  In order, and not beyond
 * the first that is held: who holds a list may have come by what a newer one
 * says without asking for that.
 */
static void
drop_unused(void)
{
	while (oldest != NULL && oldest->holders == 0)
	{
		PolicyList *unused = oldest;

		oldest = unused->newer;
		if (oldest == NULL)
			newest = NULL;
		MemoryContextDelete(unused->context);
	}
}

/*
 * The callback of the context that held: arg is the Hold, which goes with it.
 */
static void
end_hold(void *arg)
{
	Hold	   *hold = arg;

	if (last_hold == hold)
		last_hold = NULL;
	hold->list->holders--;
	drop_unused();
}

/*
 * Called with every statement, mostly from the same context as the last time,
 * which holds the list already.
 */
void
hold_list(void)
{
	Hold	   *hold;

	if (last_hold != NULL && last_hold->context == CurrentMemoryContext &&
		last_hold->list == list)
		return;
	hold = palloc(sizeof(Hold));
	hold->callback.func = end_hold;
	hold->callback.arg = hold;
	hold->context = CurrentMemoryContext;
	hold->list = list;
	list->holders++;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &hold->callback);
	last_hold = hold;
}

/* The list before is put behind those that were replaced before it. */
MemoryContext
new_list(MemoryContext parent)
{
	PolicyList *old = list;
	MemoryContext context = AllocSetContextCreate(parent, "governance policy versions",
												  ALLOCSET_SMALL_SIZES);

	list = MemoryContextAllocZero(context, sizeof(PolicyList));
	list->context = context;
	if (old != NULL)
	{
		if (newest == NULL)
			oldest = old;
		else
			newest->newer = old;
		newest = old;
		drop_unused();
	}
	hold_list();
	return context;
}

/*
 * Whoever uses it holds a list that has been replaced, the newest of them at
 * most.
 */
void
discard_with_lists(MemoryContext context)
{
	if (newest == NULL)
		MemoryContextDelete(context);
	else
		MemoryContextSetParent(context, newest->context);
}
