/*
 * equal.c
 *		Comparing two states field by field, as verify() does with what is stored
 *		and what a replay gives.
 *
 * What nothing looks at any more does not count, so that it does not matter when
 * it was forgotten.
 */
#include "postgres.h"

#include "engine/engine.h"
#include "engine/entry_store.h"
#include "engine/forget.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* The next element that counts, or the count. */
#define NEXT(i, n, keep) \
	while ((i) < (n) && !(keep)) \
		(i)++

/* Leaves the function: the states differ, and this is where. */
#define DIFFER(...) \
	do { \
		if (why) \
			*why = psprintf(__VA_ARGS__); \
		return false; \
	} while (0)

/* Leaves the function unless a field is the same number in both states. */
#define SAME_NUMBER(field) \
	do { \
		if (a->field != b->field) \
			DIFFER(#field ": " INT64_FORMAT " and " INT64_FORMAT, \
				   (int64) a->field, (int64) b->field); \
	} while (0)

/*
 * Are two sanctions the same?  Fields that only some have are compared where
 * they count.
 */
static bool
same_sanction(const Policy *policy, const SanctionState *a, const SanctionState *b)
{
	if ((a->opening != b->opening && a->opening != 0 && b->opening != 0) ||
		a->number != b->number || a->rung != b->rung || a->policy_id != b->policy_id ||
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

/* Are the lives of two entries the same? */
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

/* Are two clocks the same? */
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
	(entry_equal(x, y) && same_lives(policy, (x)->lives, (y)->lives))
#define SAME_MARK(x, y) \
	((x)->entry == (y)->entry && (x)->mark == (y)->mark && (x)->at == (y)->at)
#define SAME_ACTIVITY(x, y) \
	((x)->id == (y)->id && (x)->at == (y)->at && (x)->kind == (y)->kind && \
	 (x)->quantity == (y)->quantity)
#define SAME_SANCTION(x, y) same_sanction(policy, x, y)
#define SAME_GRANT(x, y) \
	((x)->relief == (y)->relief && (x)->at == (y)->at && (x)->amount == (y)->amount)

/* Are the groups that still matter the same? */
static bool
same_collapses(const Retention *a, const Retention *b)
{
	int			na;
	int			nb;
	CollapseState *x = retained_collapses(a, &na);
	CollapseState *y = retained_collapses(b, &nb);
	bool		same = na == nb;

	for (int i = 0; i < na && same; i++)
		same = collapse_state_cmp(&x[i], &y[i]) == 0;
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
	store_load_all(policy, copy);
	store_load_collapses(policy, copy);
	return copy;
}

/* See engine.h. */
bool
engine_state_equal(const Policy *policy, const EngineState *a, const EngineState *b,
				   char **why)
{
	Retention		ma,
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
		/* An earlier version has not counted them. */
		if (!a->outdated && !b->outdated)
			SAME_NUMBER(openings[i]);
	}
	a = with_settled(policy, a);
	b = with_settled(policy, b);
	retention_begin(&ma, policy, a);
	retention_begin(&mb, policy, b);
	SAME_LIST(entries, nentries, retains_entry, SAME_ENTRY);
	SAME_LIST(marks, nmarks, retains_mark, SAME_MARK);
	SAME_LIST(activities, nactivities, retains_activity, SAME_ACTIVITY);
	if (!same_collapses(&ma, &mb))
		DIFFER("collapses: they differ");
	SAME_LIST(sanctions, nsanctions, retains_sanction, SAME_SANCTION);
	SAME_LIST(grants, ngrants, retains_grant, SAME_GRANT);
	return true;
}
