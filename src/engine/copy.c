/*
 * copy.c
 *		A deep copy of a state.
 */
#include "postgres.h"

#include "engine/engine.h"
#include "engine/entry_store.h"
#include "engine/plan.h"
#include "engine/state.h"

/* A copy of an array of n elements of a size, with room to grow, or null. */
static void *
copy_array(const void *array, int n, Size size)
{
	void	   *copy;

	if (n == 0)
		return NULL;
	copy = palloc_extended(state_capacity(n) * size, MCXT_ALLOC_HUGE);
	memcpy(copy, array, n * size);
	return copy;
}

/*
 * See engine.h.  The index of groups is not copied, it is made again when it is
 * needed.
 */
EngineState *
engine_copy(const Policy *policy, const EngineState *state)
{
	EngineState *copy = state_alloc(policy);
	MemoryContext context = copy->context;
	int			nlives = engine_plan(policy)->nlives;
	EngineState fixed = *copy;

	*copy = *state;
	copy->context = context;
#define KEEP(field, n) \
	(copy->field = fixed.field, \
	 (n) > 0 ? memcpy(copy->field, state->field, sizeof(*copy->field) * (n)) : NULL)
	KEEP(attributes, policy->nattributes);
	KEEP(counters, policy->ncounters);
	KEEP(clocks, engine_plan(policy)->nevery);
	KEEP(multiples, policy->nrungs);
	KEEP(fired, policy->nrungs);
	KEEP(openings, policy->nrungs);
	KEEP(disarmed, policy->nrungs);
	KEEP(holds, policy->nrungs);
	KEEP(just_fired, policy->nrungs);
	KEEP(eligible, policy->nreliefs);
#undef KEEP
	for (int i = 0; i < policy->nattributes; i++)
		copy->attributes[i] = value_copy(context, copy->attributes[i]);

#define COPY(field, n) \
	(copy->field = copy_array(state->field, state->n, sizeof(*state->field)))
	COPY(pending, npending);
	COPY(entries, nentries);
	COPY(past, npast);
	for (int i = 0; i < copy->nentries && nlives > 0; i++)
		if (copy->entries[i].lives != NULL)
			copy->entries[i].lives = copy_array(state->entries[i].lives, nlives, sizeof(Span));
	for (int i = 0; i < copy->npast && nlives > 0; i++)
		if (copy->past[i].lives != NULL)
			copy->past[i].lives = copy_array(state->past[i].lives, nlives, sizeof(Span));
	COPY(marks, nmarks);
	COPY(activities, nactivities);
	COPY(collapses, ncollapses);
	COPY(sanctions, nsanctions);
	COPY(grants, ngrants);
#undef COPY
	copy->nindexed = copy->index_size = 0;
	copy->index = NULL;
	if (state->store != NULL)
	{
		copy->store = palloc(sizeof(EntryStore));
		*copy->store = *state->store;
	}
	for (int i = 0; i < copy->npending; i++)
		copy->pending[i].value = value_copy(context, copy->pending[i].value);
	for (int i = 0; i < copy->nsanctions; i++)
	{
		SanctionState *s = &copy->sanctions[i];

		if (s->terms != NULL)
			s->terms = values_copy(context, s->terms, s->nterms);
	}
	return copy;
}
