/*
 * entry_store.h
 *		Entries and groups of a state that are kept apart from it, so that an
 *		insertion need not read and write them; they are called settled.
 *
 * A state with many entries has most of them in two parts, a large one that is
 * written seldom and a small one that is added to more often; both never change
 * once they are written.  This is a log-structured merge tree of two levels (P.
 * O'Neil, E. Cheng, D. Gawlick, E. O'Neil: "The Log-Structured Merge-Tree", Acta
 * Informatica 33, 1996).  The parts are the columns `settled` and `settling` of
 * governance.standing.
 *
 * The state itself holds its oldest entries, which go next, and its newest.
 * Between them the settled ones belong, and what the fold must know of them all
 * is summed up here.  Whatever has to look at a settled entry loads it first
 * (store_load()): from there on it is an entry like the others.
 */
#ifndef GOVERNANCE_ENGINE_ENTRY_STORE_H
#define GOVERNANCE_ENGINE_ENTRY_STORE_H

#include "engine/bytes.h"
#include "engine/engine.h"
#include "util.h"

/* 0: the large part, whose entries are the older ones; 1: the small part */
#define STORE_PARTS ENGINE_PARTS

/* A part, and how far it has been loaded. */
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

/* The length of the stamp, with which a part begins. */
#define STAMP_SIZE 8

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

/* ---------- for the fold ---------- */

/* As many as are loaded for a look at the next. */
#define STORE_PAGE 32

/* Loads the next n settled entries, or all that are left. */
extern void store_load(const Policy *policy, EngineState *state, int n);

/* Loads all groups. */
extern void store_load_collapses(const Policy *policy, EngineState *state);

/* Reads the settled group, if there is one, without loading it. */
extern bool store_find_collapse(const Policy *policy, const EngineState *state,
								int collapse, uint64 group, CollapseState *found);

/* The entry with an id, or null; loads all of them if need be. */
extern LiveEntry *entry_by_id(const Policy *policy, EngineState *state, int64 id);

/* Do settled entries that are not loaded belong before entry i? */
static inline bool
settled_before(const EngineState *state, int i)
{
	return state->store != NULL && state->store->count > 0 && state->store->at == i;
}

/* Sees to it that all entries are in state->entries. */
static inline void
store_load_all(const Policy *policy, const EngineState *state)
{
	if (state->store != NULL && state->store->count > 0)
		store_load(policy, (EngineState *) state, PG_INT32_MAX);
}

/* ---------- for entry_settle.c, which writes parts ---------- */

/*
 * A reader over a whole part, from the first entry on; *value must be given to
 * store_part_close().
 */
extern Reader store_part_open(const StorePart *part, struct varlena **value);
extern void store_part_close(const StorePart *part, struct varlena *value);

/* Reads all entries that are left in a part into an array with room; gives how many. */
extern int	store_part_entries(const Policy *policy, const StorePart *part, LiveEntry *entries);

/* The groups of the state with those of the parts from one on; *n of them, palloc'd. */
extern CollapseState *store_groups(const Policy *policy, const EngineState *state, int from_part,
								   int *n);

/* Takes note of which settled entry is the first one now. */
extern void store_find_next(const Policy *policy, EntryStore *store);

/* The bucket of a part in which a group stands. */
static inline uint32
group_bucket(int collapse, uint64 group, int nbuckets)
{
	return hash_number(group + (uint64) collapse) % (uint32) nbuckets;
}

/* For qsort(): by collapse and group; two groups with the same are one. */
extern int	group_cmp(const void *a, const void *b);

#endif							/* GOVERNANCE_ENGINE_ENTRY_STORE_H */
