/*
 * entry_store.h
 *		What is settled of a state: entries and groups that are kept apart, so
 *		that an insertion need not read and write them.
 *
 * A state with many entries has most of them in two parts, a large one that is
 * written seldom and a small one that is added to more often; both never change
 * once they are written.  The state itself holds its oldest entries, which go
 * next, and its newest.  Between them the settled ones belong, and what the
 * fold must know of them all is summed up.  Whatever has to look at a settled
 * entry takes it in first (store_take()): from there it is an entry like the
 * others.
 */
#ifndef GOVERNANCE_ENGINE_ENTRY_STORE_H
#define GOVERNANCE_ENGINE_ENTRY_STORE_H

#include "engine/bytes.h"
#include "engine/engine.h"

/* 0: the large part, whose entries are the older ones; 1: the small part */
#define STORE_PARTS ENGINE_PARTS

/* A part, and how far it has been taken in. */
typedef struct StorePart
{
	const void *data;			/* the value of the column, or null: none */
	uint64		stamp;			/* of its bytes */
	int32		nentries;		/* that it was written with */
	int32		ncollapses;
	uint32		entries_size;	/* in bytes */
	int32		nbuckets;
	int32		taken;			/* so many entries are not in it any more */
	uint32		offset;			/* where the next one begins */
	LiveEntry	base;			/* that the next one is told from */
} StorePart;

typedef struct EntryStore
{
	StorePart	parts[STORE_PARTS];
	int32		count;			/* entries that are not in state->entries, */
	int32		at;				/* but belong before this one of them */
	bool		collapses;		/* there are groups that are not in
								 * state->collapses */

	/* of those that are not in state->entries */
	bool		plain;			/* nothing has ever been done about one */
	int64		remaining;		/* the sum */
	LiveEntry	next;			/* the first one: only its clocks */
	TimestampTz first[2];		/* the earliest, by EntryClock */
	TimestampTz last[2];		/* the latest */
} EntryStore;

/* An entry, told from the one before it. */
extern void put_settled(Writer *w, LiveEntry *base, const LiveEntry *entry);
extern void get_settled(Reader *r, const Policy *policy, LiveEntry *base, LiveEntry *entry);

/* As many as are taken in for a look at the next. */
#define STORE_PAGE 32

/* Takes in the next n entries, or all that are left. */
extern void store_take(const Policy *policy, EngineState *state, int n);

/* Takes in all groups. */
extern void store_take_collapses(const Policy *policy, EngineState *state);

/* The settled group, if there is one. */
extern bool store_find_collapse(const Policy *policy, const EngineState *state,
								int collapse, uint64 group, CollapseState *found);

/* Puts away what need not be at hand, for engine_store(). */
extern void store_settle(const Policy *policy, EngineState *state,
						 const EngineLimits *limits);

/* Are there entries to be taken in before this one? */
static inline bool
store_before(const EngineState *state, int i)
{
	return state->store != NULL && state->store->count > 0 && state->store->at == i;
}

/* Sees to it that all entries are at hand. */
static inline void
store_take_all(const Policy *policy, const EngineState *state)
{
	if (state->store != NULL && state->store->count > 0)
		store_take(policy, (EngineState *) state, PG_INT32_MAX);
}

#endif							/* GOVERNANCE_ENGINE_ENTRY_STORE_H */
