/*
 * group.h
 *		Groups of violations that cost less than their sum (collapse[]).
 */
#ifndef GOVERNANCE_ENGINE_GROUP_H
#define GOVERNANCE_ENGINE_GROUP_H

#include "engine/fold_context.h"

/* The group of a violation under one collapse; false: it has none. */
extern bool collapse_group(const Policy *policy, int index, int rule, uint64 incident,
						   uint64 content, uint64 *group);

/* The group's state; made, or begun anew when its window is over. */
extern CollapseState *collapse_state(Fold *fold, int index, uint64 group);

/* The collapse by which an entry shares its price, or -1. */
extern int	group_sharing(const Policy *policy, const LiveEntry *entry);

/* What a group costs now, before it is bounded: the maximum or the sum. */
extern int64 group_cost(Fold *fold, const CollapseState *s);

/* An entry that shares its price has come in: the worst one carries it all. */
extern void group_join(Fold *fold, LiveEntry *entry);

/*
 * The price of an entry falls, or it counts no longer (WHOLE_PRICE).  Takes from
 * the entry what is to be given back, and gives how much that is; what its group
 * goes on costing passes to the others.
 */
#define WHOLE_PRICE PG_INT32_MAX
extern Points group_lower(Fold *fold, LiveEntry *entry, Points by);

/* All that an entry cost has been given back: its group remembers. */
extern void group_given_back(Fold *fold, const LiveEntry *entry);

/*
 * Loads all of the entry's group that is settled, and gives the entry, which may
 * have moved.
 */
extern LiveEntry *group_load(Fold *fold, LiveEntry *entry);

#endif							/* GOVERNANCE_ENGINE_GROUP_H */
