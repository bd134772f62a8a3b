/*
 * wake.c
 *		When time alone may change a condition: the instants at which something
 *		enters or leaves a look-back window, a `within` ends, an expression has a
 *		turning point, or the calendar turns.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/entry_store.h"
#include "engine/expr.h"
#include "engine/filter.h"
#include "engine/observable.h"
#include "engine/state.h"
#include "engine/wake.h"
#include "utils/timestamp.h"

/* When something of an instant enters a window or leaves it, after now. */
static TimestampTz
window_turn(Fold *fold, const Observable *o, TimestampTz instant)
{
	if (instant > fold->at)
		return instant;
	if (!o->has_window)
		return DT_NOEND;
	return span_leaving(instant, &o->window, fold->policy->zone);
}

/*
 * When time alone changes the value of an observable next.  What enters or
 * leaves first counts; where things leave in the order in which they stand, the
 * first one is that.
 */
static TimestampTz
observable_wake(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from = observable_from(fold, o);
	TimestampTz wake = DT_NOEND;
	bool		in_order;

	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			in_order = o->clock == fold->policy->clock && fold->policy->resanction_late;
			for (int i = 0;; i++)
			{
				const LiveEntry *entry;
				TimestampTz at;

				while (settled_before(state, i) && state->store->last[o->clock] > from)
					store_load(fold->policy, fold->state, STORE_PAGE);
				if (i >= state->nentries)
					break;
				entry = &state->entries[i];
				at = entry_clock(entry, o->clock);
				if (at <= from || !filter_rule(&o->filter, entry->rule))
					continue;
				wake = Min(wake, window_turn(fold, o, at));
				if (in_order)
					break;		/* those after it leave later */
			}
			break;
		case OBSERVE_COUNT_SANCTIONS:
			for (int i = 0; i < state->nsanctions; i++)
			{
				const SanctionState *s = &state->sanctions[i];
				TimestampTz at = o->by_end ? s->ends : s->starts;

				if (at > from && observable_of_rung(fold->policy, o, s->rung))
					wake = Min(wake, window_turn(fold, o, at));
			}
			break;
		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			for (int i = 0; i < state->nactivities; i++)
			{
				const ActivityRecord *a = &state->activities[i];

				if (a->kind == o->activity && a->at > from)
				{
					wake = Min(wake, window_turn(fold, o, a->at));
					break;
				}
			}
			break;
	}
	return wake;
}

/*
 * The next turn of the calendar at which an expression that looks at it has another
 * value than now.  Everything else in it has its own instants,
 * which are not before `before`.
 */
static TimestampTz
next_tick(Fold *fold, TimestampTz before)
{
	const EnginePlan *plan = fold->plan;
	TimestampTz now = fold->at;
	TimestampTz at = now;
	TimestampTz end = before;
	ExprValue	buffer[16];
	ExprValue  *values = plan->nticking <= (int) lengthof(buffer) ? buffer :
		palloc(sizeof(ExprValue) * plan->nticking);
	bool		differs = false;

	/* What has not come up in a whole period never will. */
	if (!TIMESTAMP_NOT_FINITE(now) && now < END_TIMESTAMP - (plan->tick_period + 1) * USECS_PER_DAY)
		end = Min(end, now + plan->tick_period * USECS_PER_DAY);
	for (int i = 0; i < plan->nticking; i++)
		values[i] = expr_eval(plan->ticking[i], &fold->env);
	for (int n = 0; n < MAX_TICKS_AHEAD && !differs; n++)
	{
		TimestampTz next = DT_NOEND;

		fold_at(fold, at);
		for (int i = 0; i < plan->nticking; i++)
			next = Min(next, expr_next_turn(plan->ticking[i], &fold->env, at));
		at = next;
		if (at >= end)
		{
			at = before;
			break;
		}
		fold_at(fold, at);
		for (int i = 0; i < plan->nticking && !differs; i++)
		{
			ExprValue	value = expr_eval(plan->ticking[i], &fold->env);

			differs = !value_equal(&value, &values[i]);
		}
	}
	fold_at(fold, now);
	if (values != buffer)
		pfree(values);
	return at;
}

/* See wake.h. */
TimestampTz
observe_next_wake(Fold *fold, TimestampTz before)
{
	const EnginePlan *plan = fold->plan;
	const Policy *policy = fold->policy;
	TimestampTz wake = before;

	for (int i = 0; i < plan->nwake; i++)
		wake = Min(wake, observable_wake(fold, &policy->observables[plan->wake[i]]));

	for (int i = 0; i < plan->nwithin; i++)
	{
		const WithinUse *use = &plan->within[i];

		if (use->attribute == EXPR_INSTANT)
		{
			TimestampTz end = span_add(use->instant, &use->span, 1, policy->zone);

			if (end > fold->at)
				wake = Min(wake, end);
			continue;
		}
		for (int a = 0; a < policy->nattributes; a++)
		{
			ExprValue	v;

			if (policy->attributes[a].type != ATTRIBUTE_DATE ||
				(use->attribute >= 0 && use->attribute != a))
				continue;
			v = state_attribute(policy, fold->state, a);
			if (!v.isnull)
			{
				TimestampTz end = span_add(v.date, &use->span, 1, policy->zone);

				if (end > fold->at)
					wake = Min(wake, end);
			}
		}
	}

	for (int i = 0; i < plan->nturning; i++)
		wake = Min(wake, expr_next_turn(plan->turning[i], &fold->env, fold->at));
	if (plan->cycle_matters)
		wake = Min(wake, cycle_boundary_after(fold->policy, fold->state, &policy->cycle, fold->at));
	if (plan->nticking > 0)
		wake = Min(wake, next_tick(fold, wake));
	return wake;
}
