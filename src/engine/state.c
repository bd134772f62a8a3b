/*
 * state.c
 *		States: how they are laid out and grow, and plain questions about what is
 *		in them.
 *
 * The arrays whose length follows from the policy lie in one piece of memory
 * with the state itself; the others grow by powers of two.
 */
#include "postgres.h"

#include "engine/plan.h"
#include "engine/state.h"
#include "util.h"
#include "utils/memutils.h"

/* ---------- memory ---------- */

/* See state.h; none for no elements, else a power of two from 4 on. */
Size
state_capacity(int n)
{
	Size		capacity = 4;

	if (n == 0)
		return 0;
	while (capacity < (Size) n)
		capacity *= 2;
	return capacity;
}

/*
 * See state.h.  The room is full whenever n is a power of two, so that no
 * capacity need be kept.
 */
void *
state_room(EngineState *state, void *array, int n, Size size)
{
	if (array == NULL)
		return MemoryContextAlloc(state->context, 4 * size);
	if (n >= 4 && (n & (n - 1)) == 0)
		return repalloc_huge(array, 2 * (Size) n * size);
	return array;
}

/* The place of the next array of n elements, or null when lay_out() only measures. */
#define PLACE(type, n) \
	((type *) (base == NULL ? NULL : base + at)); at += MAXALIGN(sizeof(type) * (n))

/* Lays out the fixed arrays behind the state; with null only measures. */
static Size
lay_out(const Policy *policy, EngineState *state, char *base)
{
	const EnginePlan *plan = engine_plan(policy);
	EngineState dummy;
	Size		at = MAXALIGN(sizeof(EngineState));

	if (state == NULL)
		state = &dummy;
	state->attributes = PLACE(ExprValue, policy->nattributes);
	state->counters = PLACE(int64, policy->ncounters);
	state->clocks = PLACE(CleanClock, plan->nevery);
	state->multiples = PLACE(int32, policy->nrungs);
	state->fired = PLACE(int32, policy->nrungs);
	state->openings = PLACE(int32, policy->nrungs);
	state->disarmed = PLACE(bool, policy->nrungs);
	state->holds = PLACE(bool, policy->nrungs);
	state->just_fired = PLACE(bool, policy->nrungs);
	state->eligible = PLACE(bool, policy->nreliefs);
	return at;
}

/* See state.h. */
EngineState *
state_alloc(const Policy *policy)
{
	Size		size = lay_out(policy, NULL, NULL);
	char	   *base = palloc0(size);
	EngineState *state = (EngineState *) base;

	lay_out(policy, state, base);
	state->context = CurrentMemoryContext;
	state->policy_id = policy->policy_id;
	return state;
}

/* ---------- values ---------- */

/* See state.h. */
ExprValue
value_copy(MemoryContext context, ExprValue value)
{
	if (value.isnull)
		value.text = NULL;
	else if (value.text != NULL)
		value.text = MemoryContextStrdup(context, value.text);
	return value;
}

/* See state.h. */
ExprValue *
values_copy(MemoryContext context, const ExprValue *values, int n)
{
	ExprValue  *copy;

	if (values == NULL || n == 0)
		return NULL;
	copy = MemoryContextAlloc(context, sizeof(ExprValue) * n);
	for (int i = 0; i < n; i++)
		copy[i] = value_copy(context, values[i]);
	return copy;
}

/* See state.h. */
bool
value_equal(const ExprValue *a, const ExprValue *b)
{
	if (a->isnull || b->isnull)
		return a->isnull && b->isnull;
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case EXPR_NUMBER:
		case EXPR_BOOLEAN:
			return a->number == b->number;
		case EXPR_DATE:
			return a->date == b->date;
		case EXPR_TEXT:
			return strcmp(a->text, b->text) == 0;
		case EXPR_NULL:
			return true;
	}
	return false;
}

/* See state.h. */
ExprValue
state_attribute(const Policy *policy, const EngineState *state, int index)
{
	const PolicyAttribute *a = &policy->attributes[index];
	ExprValue	v = state->attributes[index];

	switch (a->type)
	{
		case ATTRIBUTE_NUMBER:
			v.type = EXPR_NUMBER;
			break;
		case ATTRIBUTE_BOOLEAN:
			v.type = EXPR_BOOLEAN;
			break;
		case ATTRIBUTE_TEXT:
			v.type = EXPR_TEXT;
			break;
		case ATTRIBUTE_DATE:
			v.type = EXPR_DATE;
			break;
	}
	if (v.isnull && a->has_default)
	{
		v.isnull = false;
		v.number = a->default_number;
		v.date = a->default_date;
		v.text = a->default_text;
	}
	return v;
}

/* See engine.h: by instant, then by class, then by id. */
int
event_key_cmp(const EventKey *a, const EventKey *b)
{
	if (a->at != b->at)
		return cmp_instant(a->at, b->at);
	if (a->class != b->class)
		return cmp_int64(a->class, b->class);
	return cmp_int64(a->id, b->id);
}

/* See state.h. */
int
collapse_state_cmp(const void *a, const void *b)
{
	const CollapseState *x = a;
	const CollapseState *y = b;

#define BY(field) \
	if (x->field != y->field) \
		return x->field < y->field ? -1 : 1
	BY(collapse);
	BY(group);
	BY(since);
	BY(until);
	BY(charged);
	BY(count);
#undef BY
	return 0;
}

/* See engine.h; TIER_CLEAR, which is 0, when no sanction is in force. */
int
engine_tier(const Policy *policy, const EngineState *state, TimestampTz at)
{
	int			tier = 0;

	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if ((s->flags & SANCTION_ENFORCED) && s->rung >= 0 && s->starts <= at && at < s->ends)
			tier = Max(tier, policy->rungs[s->rung].tier);
	}
	return tier;
}

/* See state.h. */
int
entry_place_cmp(const void *a, const void *b)
{
	const LiveEntry *x = a;
	const LiveEntry *y = b;

	if (x->at != y->at)
		return cmp_instant(x->at, y->at);
	return cmp_int64(x->id, y->id);
}
