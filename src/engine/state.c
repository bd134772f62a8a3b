/*
 * state.c
 *		States: how they are laid out, copied and compared.
 *
 * The arrays whose length follows from the policy lie in one piece of memory
 * with the state itself; the others grow by powers of two.
 */
#include "postgres.h"

#include "engine/internal.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* ---------- memory ---------- */

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

void *
state_room(EngineState *state, void *array, int n, Size size)
{
	if (array == NULL)
		return MemoryContextAlloc(state->context, 4 * size);
	if (n >= 4 && (n & (n - 1)) == 0)
		return repalloc_huge(array, 2 * (Size) n * size);
	return array;
}

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
	state->disarmed = PLACE(bool, policy->nrungs);
	state->holds = PLACE(bool, policy->nrungs);
	state->just_fired = PLACE(bool, policy->nrungs);
	state->eligible = PLACE(bool, policy->nreliefs);
	return at;
}

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

ExprValue
value_copy(MemoryContext context, ExprValue value)
{
	if (value.isnull)
		value.text = NULL;
	else if (value.text != NULL)
		value.text = MemoryContextStrdup(context, value.text);
	return value;
}

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

/* ---------- copies ---------- */

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
	for (int i = 0; i < copy->nentries && nlives > 0; i++)
		if (copy->entries[i].lives != NULL)
			copy->entries[i].lives = copy_array(state->entries[i].lives, nlives, sizeof(Span));
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

int
event_key_cmp(const EventKey *a, const EventKey *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return 0;
}

/* ---------- comparison ---------- */

/* The next element that counts, or the count. */
#define NEXT(i, n, keep) \
	while ((i) < (n) && !(keep)) \
		(i)++

#define DIFFER(...) \
	do { \
		if (why) \
			*why = psprintf(__VA_ARGS__); \
		return false; \
	} while (0)

#define SAME_NUMBER(field) \
	do { \
		if (a->field != b->field) \
			DIFFER(#field ": " INT64_FORMAT " and " INT64_FORMAT, \
				   (int64) a->field, (int64) b->field); \
	} while (0)

static bool
same_sanction(const Policy *policy, const SanctionState *a, const SanctionState *b)
{
	if (a->number != b->number || a->rung != b->rung || a->policy_id != b->policy_id ||
		a->shown_policy != b->shown_policy || a->shown_rung != b->shown_rung ||
		a->flags != b->flags ||
		a->cause != b->cause || a->opened != b->opened || a->starts != b->starts ||
		a->ends != b->ends || a->minimum != b->minimum || a->reason != b->reason ||
		((a->flags & SANCTION_RELEASED) && a->released != b->released) ||
		a->met != b->met || a->left != b->left)
		return false;
	if ((a->flags & SANCTION_QUEUED) &&
		(a->queued_after != b->queued_after || a->earliest != b->earliest ||
		 a->has_length != b->has_length || !span_equal(&a->length, &b->length)))
		return false;
	if (a->nterms != b->nterms)
		return false;
	for (int i = 0; i < a->nterms; i++)
		if (!value_equal(&a->terms[i], &b->terms[i]))
			return false;
	return true;
}

static bool
same_lives(const Policy *policy, const Span *a, const Span *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (int i = 0; i < engine_plan(policy)->nlives; i++)
		if (!span_equal(&a[i], &b[i]))
			return false;
	return true;
}

static bool
same_clock(const CleanClock *a, const CleanClock *b)
{
	return a->base == b->base && span_equal(&a->span, &b->span) &&
		a->steps == b->steps && a->active_days == b->active_days &&
		a->active_day == b->active_day && a->paused == b->paused &&
		a->first == b->first && a->idle == b->idle;
}

/* Compares two lists of which only some elements count. */
#define SAME_LIST(list, count, keep, same) \
	do { \
		int			i = 0; \
		int			j = 0; \
		for (;;) \
		{ \
			NEXT(i, a->count, keep(&ma, &a->list[i])); \
			NEXT(j, b->count, keep(&mb, &b->list[j])); \
			if (i == a->count || j == b->count) \
				break; \
			if (!same(&a->list[i], &b->list[j])) \
				DIFFER(#list ": element %d differs", i); \
			i++, j++; \
		} \
		if (i != a->count || j != b->count) \
			DIFFER(#list ": there are more on one side"); \
	} while (0)

#define SAME_ENTRY(x, y) \
	((x)->id == (y)->id && (x)->at == (y)->at && (x)->occurred == (y)->occurred && \
	 (x)->decided == (y)->decided && (x)->incident == (y)->incident && \
	 (x)->content == (y)->content && (x)->charged == (y)->charged && \
	 (x)->remaining == (y)->remaining && (x)->rule == (y)->rule && \
	 (x)->marks == (y)->marks && (x)->flags == (y)->flags && (x)->done == (y)->done && \
	 (x)->price == (y)->price && (x)->since == (y)->since && \
	 same_lives(policy, (x)->lives, (y)->lives))
#define SAME_MARK(x, y) \
	((x)->entry == (y)->entry && (x)->mark == (y)->mark && (x)->at == (y)->at)
#define SAME_ACTIVITY(x, y) \
	((x)->id == (y)->id && (x)->at == (y)->at && (x)->kind == (y)->kind && \
	 (x)->quantity == (y)->quantity)
#define SAME_SANCTION(x, y) same_sanction(policy, x, y)
#define SAME_GRANT(x, y) \
	((x)->relief == (y)->relief && (x)->at == (y)->at && (x)->amount == (y)->amount)

static int
collapse_cmp(const void *a, const void *b)
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

CollapseState *
sorted_collapses(const Memory *memory, int *n)
{
	const EngineState *state = memory->state;
	CollapseState *result = palloc_extended(sizeof(CollapseState) * Max(state->ncollapses, 1),
											MCXT_ALLOC_HUGE);

	*n = 0;
	for (int i = 0; i < state->ncollapses; i++)
		if (memory_collapse(memory, &state->collapses[i]))
			result[(*n)++] = state->collapses[i];
	qsort(result, *n, sizeof(CollapseState), collapse_cmp);
	return result;
}

static bool
same_collapses(const Memory *a, const Memory *b)
{
	int			na;
	int			nb;
	CollapseState *x = sorted_collapses(a, &na);
	CollapseState *y = sorted_collapses(b, &nb);
	bool		same = na == nb;

	for (int i = 0; i < na && same; i++)
		same = collapse_cmp(&x[i], &y[i]) == 0;
	pfree(x);
	pfree(y);
	return same;
}

/* The state with all its entries. */
static const EngineState *
with_settled(const Policy *policy, const EngineState *state)
{
	EngineState *copy;

	if (state->store == NULL)
		return state;
	copy = engine_copy(policy, state);
	store_take_all(policy, copy);
	store_take_collapses(policy, copy);
	return copy;
}

bool
engine_state_equal(const Policy *policy, const EngineState *a, const EngineState *b,
				   char **why)
{
	Memory		ma,
				mb;

	SAME_NUMBER(policy_id);
	SAME_NUMBER(account_id);
	SAME_NUMBER(as_of);
	SAME_NUMBER(opened);
	SAME_NUMBER(score);
	SAME_NUMBER(cap);
	SAME_NUMBER(floor);
	SAME_NUMBER(start);
	SAME_NUMBER(nviolations);
	SAME_NUMBER(nsanctions_ever);
	SAME_NUMBER(last_violation);
	SAME_NUMBER(last_decided);
	if (event_key_cmp(&a->last, &b->last) != 0)
		DIFFER("last: the last events differ");
	for (int i = 0; i < policy->nattributes; i++)
		if (!value_equal(&a->attributes[i], &b->attributes[i]))
			DIFFER("attribute \"%s\" differs", policy->attributes[i].name);
	SAME_NUMBER(npending);
	for (int i = 0; i < a->npending; i++)
		if (a->pending[i].at != b->pending[i].at ||
			a->pending[i].attribute != b->pending[i].attribute ||
			!value_equal(&a->pending[i].value, &b->pending[i].value))
			DIFFER("pending: element %d differs", i);
	for (int i = 0; i < policy->ncounters; i++)
		SAME_NUMBER(counters[i]);
	for (int i = 0; i < engine_plan(policy)->nevery; i++)
	{
		const CleanClock *x = &a->clocks[i];
		const CleanClock *y = &b->clocks[i];
		char	   *base;

		if (same_clock(x, y))
			continue;
		base = pstrdup(timestamptz_to_str(x->base));
		DIFFER("clocks: clock %d counts from %s, %d steps%s, and from %s, %d steps%s", i,
			   base, x->steps, x->idle ? ", idle" : "",
			   timestamptz_to_str(y->base), y->steps, y->idle ? ", idle" : "");
	}
	for (int i = 0; i < policy->nrungs; i++)
	{
		SAME_NUMBER(disarmed[i]);
		SAME_NUMBER(multiples[i]);
		SAME_NUMBER(fired[i]);
	}
	a = with_settled(policy, a);
	b = with_settled(policy, b);
	memory_begin(&ma, policy, a);
	memory_begin(&mb, policy, b);
	SAME_LIST(entries, nentries, memory_entry, SAME_ENTRY);
	SAME_LIST(marks, nmarks, memory_mark, SAME_MARK);
	SAME_LIST(activities, nactivities, memory_activity, SAME_ACTIVITY);
	if (!same_collapses(&ma, &mb))
		DIFFER("collapses: they differ");
	SAME_LIST(sanctions, nsanctions, memory_sanction, SAME_SANCTION);
	SAME_LIST(grants, ngrants, memory_grant, SAME_GRANT);
	return true;
}
