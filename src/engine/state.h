/*
 * state.h
 *		States: how they are laid out and grow, and plain questions about what is
 *		in them.
 */
#ifndef GOVERNANCE_ENGINE_STATE_H
#define GOVERNANCE_ENGINE_STATE_H

#include "engine/engine.h"

/* ---------- memory ---------- */

/* A state with its fixed arrays, zeroed, in the current context. */
extern EngineState *state_alloc(const Policy *policy);

/*
 * Makes room for one more element of a size behind n, and gives the array, which
 * may have moved; arrays of a state always have room for the next power of two.
 */
extern void *state_room(EngineState *state, void *array, int n, Size size);

/* How many elements an array of a state has room for when n are in it. */
extern Size state_capacity(int n);

/* ---------- values ---------- */

/* Copies with their texts into a context; of no values null. */
extern ExprValue value_copy(MemoryContext context, ExprValue value);
extern ExprValue *values_copy(MemoryContext context, const ExprValue *values, int n);

/* Are two values the same?  Nulls are, whatever their type. */
extern bool value_equal(const ExprValue *a, const ExprValue *b);

/* The value of an attribute of the policy, by its index: the fact, or its default. */
extern ExprValue state_attribute(const Policy *policy, const EngineState *state, int index);

/* ---------- entries ---------- */

/* Does the entry still count? */
static inline bool
entry_live(const LiveEntry *entry)
{
	return (entry->flags & (ENTRY_VOID | ENTRY_EXPIRED | ENTRY_OVERTURNED)) == 0 &&
		(entry->charged == 0 || entry->remaining > 0);
}

/* The instant of an entry by one of its clocks. */
static inline TimestampTz
entry_clock(const LiveEntry *entry, EntryClock clock)
{
	return clock == CLOCK_DECIDED ? entry->decided : entry->occurred;
}

/* Do two entries say the same, apart from their lives? */
static inline bool
entry_equal(const LiveEntry *a, const LiveEntry *b)
{
	return a->id == b->id && a->at == b->at && a->occurred == b->occurred &&
		a->decided == b->decided && a->incident == b->incident && a->content == b->content &&
		a->charged == b->charged && a->remaining == b->remaining && a->rule == b->rule &&
		a->marks == b->marks && a->flags == b->flags && a->done == b->done &&
		a->price == b->price && a->since == b->since;
}

/* For qsort(): orders entries by their place in the fold. */
extern int	entry_place_cmp(const void *a, const void *b);

/* For qsort(): orders groups by all their fields, so that equal ones are the same. */
extern int	collapse_state_cmp(const void *a, const void *b);

/* ---------- sanctions ---------- */

/* Has the end of the sanction not come yet?  It may not have started either. */
static inline bool
sanction_open_now(const SanctionState *sanction)
{
	return (sanction->flags & SANCTION_ENDED) == 0;
}

/* Has the sanction started, and not ended? */
static inline bool
sanction_running(const SanctionState *sanction)
{
	return (sanction->flags & (SANCTION_STARTED | SANCTION_ENDED)) == SANCTION_STARTED;
}

#endif							/* GOVERNANCE_ENGINE_STATE_H */
