/*
 * seen.c
 *		What this transaction has recorded, so that a version which it publishes
 *		begins after that.
 *
 * What others record meanwhile nobody waits for: it is judged by the version in
 * force when it occurred.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/seen.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* One scheme, noted at a level of subtransactions; trials count as their scheme. */
typedef struct Seen
{
	struct Seen *next;			/* of the same level or of one further out */
	int			level;
	TimestampTz as_of;
	char		scheme[FLEXIBLE_ARRAY_MEMBER];
} Seen;

static Seen *seen = NULL;		/* in TopTransactionContext */

/* They go with the transaction, whose last triggers run before it is committed. */
static void
forget(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		seen = NULL;
}

/* What a part of the transaction has noted goes with it, or is that of the rest. */
static void
forget_part(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (seen != NULL && seen->level >= level)
			seen = seen->next;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (Seen *s = seen; s != NULL && s->level >= level; s = s->next)
			s->level = level - 1;
}

/* Notes that a standing has seen something; what lies before the start of the
 * transaction is of no interest. */
void
seen_note(const Scheme *scheme, TimestampTz as_of)
{
	static bool registered = false;
	const char *name = scheme->trial_of != NULL ? scheme->trial_of : scheme->name;
	int			level = GetCurrentTransactionNestLevel();
	Seen	   *s = seen;

	if (as_of < GetCurrentTransactionStartTimestamp())
		return;
	if (!registered)
	{
		RegisterXactCallback(forget, NULL);
		RegisterSubXactCallback(forget_part, NULL);
		registered = true;
	}
	while (s != NULL && s->level == level && strcmp(s->scheme, name) != 0)
		s = s->next;
	if (s == NULL || s->level != level)
	{
		s = MemoryContextAlloc(TopTransactionContext, offsetof(Seen, scheme) + strlen(name) + 1);
		strcpy(s->scheme, name);
		s->as_of = as_of;
		s->level = level;
		s->next = seen;
		seen = s;
	}
	s->as_of = Max(s->as_of, as_of);
}

/* Of all levels: those that were undone are gone. */
TimestampTz
seen_here(const char *scheme, int length)
{
	TimestampTz latest = DT_NOBEGIN;

	for (const Seen *s = seen; s != NULL; s = s->next)
		if (strncmp(s->scheme, scheme, length) == 0 && s->scheme[length] == '\0')
			latest = Max(latest, s->as_of);
	return latest;
}
