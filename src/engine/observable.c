/*
 * observable.c
 *		Observables: counts and sums over entries, sanctions and activities.
 *
 * A look-back window W at an instant t covers (t - W, t].  While a violation is
 * being priced its entry is not there yet, and while a sanction is being opened
 * it is not there yet either: counts of sanctions are of those before.
 *
 * What needs no list is a running observable: a plain counter that is added to.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/entry_store.h"
#include "engine/filter.h"
#include "engine/observable.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* A number as a value. */
static inline ExprValue
number(double x)
{
	ExprValue	v = {0};

	v.type = EXPR_NUMBER;
	v.number = x;
	return v;
}

/* The null of that type. */
static inline ExprValue
no_number(void)
{
	ExprValue	v = {0};

	v.type = EXPR_NUMBER;
	v.isnull = true;
	return v;
}

/* Everything up to and including this instant lies before the window. */
TimestampTz
observable_from(Fold *fold, const Observable *o)
{
	if (o->has_window)
		return span_subtract(fold->at, &o->window, fold->policy->zone);
	if (o->in_cycle)
	{
		TimestampTz start = cycle_start(fold->policy, fold->state, fold->at);

		/* the cycle's first instant belongs to it */
		return TIMESTAMP_NOT_FINITE(start) ? start : start - 1;
	}
	return DT_NOBEGIN;
}

/* Is an entry like the violation at hand in all that `same` names (SAME_* bits)? */
static bool
entry_same(Fold *fold, int same, const LiveEntry *entry)
{
	const Policy *policy = fold->policy;
	const EngineEvent *event = fold->judged;
	const PolicyRule *mine;
	const PolicyRule *other;

	if ((same & SAME_INCIDENT) && (event->incident == 0 || event->incident != entry->incident))
		return false;
	if ((same & SAME_CONTENT) && (event->content == 0 || event->content != entry->content))
		return false;
	if ((same & (SAME_RULE | SAME_CLASS | SAME_SEVERITY)) == 0)
		return true;
	if (event->rule < 0 || entry->rule < 0)
		return false;
	mine = &policy->rules[event->rule];
	other = &policy->rules[entry->rule];
	if ((same & SAME_RULE) && event->rule != entry->rule)
		return false;
	if ((same & SAME_CLASS) &&
		(mine->class == NULL || other->class == NULL || strcmp(mine->class, other->class) != 0))
		return false;
	if ((same & SAME_SEVERITY) && mine->severity != other->severity)
		return false;
	return true;
}

/* For qsort(): orders numbers without a sign. */
static int
key_cmp(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * Counts violations or adds up their points, as an observable wants them.
 * Settled entries are loaded only when one of them can be in the window.
 */
static ExprValue
observe_violations(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;
	int64		sum = 0;
	uint64	   *keys = NULL;

	if (o->same != 0 && fold->judged == NULL)
		return no_number();
	from = observable_from(fold, o);
	if (state->store != NULL && state->store->count > 0 && state->store->last[o->clock] > from)
		store_load_all(fold->policy, state);
	if (state->nentries == 0)
		return number(0);
	for (int i = 0; i < state->nentries; i++)
	{
		const LiveEntry *entry = &state->entries[i];
		TimestampTz at = entry_clock(entry, o->clock);

		if (at <= from || at > fold->at)
			continue;
		if (o->live && !entry_live(entry))
			continue;
		if (!entry_matches(fold, &o->filter, entry))
			continue;
		if (o->same != 0 && !entry_same(fold, o->same, entry))
			continue;
		if (o->distinct != 0)
		{
			uint64		key = o->distinct == SAME_CONTENT ? entry->content :
				o->distinct == SAME_INCIDENT ? entry->incident : (uint64) (entry->rule + 1);

			/* What has none is not one of several. */
			if (key == 0)
				continue;
			if (keys == NULL)
				keys = palloc(sizeof(uint64) * state->nentries);
			keys[count] = key;
		}
		count++;
		sum += o->live ? entry->remaining : entry->charged;
	}
	if (count > 1 && keys != NULL)
	{
		int64		n = 1;

		qsort(keys, count, sizeof(uint64), key_cmp);
		for (int64 i = 1; i < count; i++)
			n += keys[i] != keys[i - 1];
		count = n;
	}
	if (keys != NULL)
		pfree(keys);
	return number(o->kind == OBSERVE_SUM_POINTS ? sum / 100.0 : (double) count);
}

/* See observable.h. */
bool
observable_of_rung(const Policy *policy, const Observable *o, int rung)
{
	if (rung < 0)
		return o->rungs == NULL && o->tier == 0;
	if (o->rungs != NULL && !o->rungs[rung])
		return false;
	return o->tier == 0 || policy->rungs[rung].tier >= o->tier;
}

/*
 * Does an observable of sanctions select this one?  It must have started, and
 * must not have been overturned.
 */
static bool
sanction_matches(Fold *fold, const Observable *o, const SanctionState *s)
{
	if (!observable_of_rung(fold->policy, o, s->rung))
		return false;
	if ((s->flags & (SANCTION_STARTED | SANCTION_NEVER | SANCTION_FORGOTTEN)) != SANCTION_STARTED)
		return false;
	if ((s->flags & SANCTION_RELEASED) && s->reason == RELEASE_OVERTURNED)
		return false;
	return span_empty(&o->min_length) ||
		s->ends >= span_add(s->starts, &o->min_length, 1, fold->policy->zone);
}

/* Counts sanctions. */
static ExprValue
observe_sanctions(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;

	if (state->nsanctions == 0)
		return number(0);
	from = observable_from(fold, o);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if (!sanction_matches(fold, o, s))
			continue;
		if (o->in_force && (s->flags & SANCTION_ENDED))
			continue;
		if (o->by_end)
		{
			if (s->ends <= from || s->ends > fold->at)
				continue;
		}
		else if (s->starts <= from || s->starts > fold->at)
			continue;
		count++;
	}
	return number((double) count);
}

/* Counts activities or adds up their quantities. */
static ExprValue
observe_activities(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;
	double		sum = 0;

	if (state->nactivities == 0)
		return number(0);
	from = observable_from(fold, o);
	for (int i = 0; i < state->nactivities; i++)
	{
		const ActivityRecord *a = &state->activities[i];

		if (a->kind != o->activity || a->at <= from || a->at > fold->at)
			continue;
		count++;
		sum += a->quantity;
	}
	return number(o->kind == OBSERVE_SUM_QUANTITY ? sum : (double) count);
}

/* Sums of quantities are counted in millionths. */
#define QUANTITY_UNIT 1000000.0

/* See observable.h. */
ExprValue
observable_value(Fold *fold, const Observable *o)
{
	if (o->running)
	{
		int64		n = fold->state->counters[o->counter];

		if (o->kind == OBSERVE_SUM_POINTS)
			return number(n / 100.0);
		if (o->kind == OBSERVE_SUM_QUANTITY)
			return number(n / QUANTITY_UNIT);
		return number((double) n);
	}
	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			return observe_violations(fold, o);
		case OBSERVE_COUNT_SANCTIONS:
			return observe_sanctions(fold, o);
		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			return observe_activities(fold, o);
	}
	return no_number();
}

/*
 * See observable.h: points in hundredths, quantities in millionths, all else by
 * ones.
 */
int64
observe_counter(const Observable *o, double value)
{
	double		unit = o->kind == OBSERVE_SUM_POINTS ? 100.0 :
		o->kind == OBSERVE_SUM_QUANTITY ? QUANTITY_UNIT : 1.0;

	return (int64) rint(value * unit);
}

/* See observable.h. */
void
observe_violation(Fold *fold, int rule, Points charged, int sign)
{
	const Policy *policy = fold->policy;

	if (policy->ncounters == 0)
		return;
	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (!o->running || !filter_rule(&o->filter, rule))
			continue;
		if (o->kind == OBSERVE_COUNT_VIOLATIONS)
			fold->state->counters[o->counter] += sign;
		else if (o->kind == OBSERVE_SUM_POINTS)
			fold->state->counters[o->counter] += (int64) sign * charged;
	}
}

/* See observable.h. */
void
observe_moved(Fold *fold, int from, int to, Points charged)
{
	const Policy *policy = fold->policy;

	if (policy->ncounters == 0 || charged == 0)
		return;
	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (o->running && o->kind == OBSERVE_SUM_POINTS)
			fold->state->counters[o->counter] += (int64) charged *
				(filter_rule(&o->filter, to) - filter_rule(&o->filter, from));
	}
}

/* See observable.h. */
void
observe_activity(Fold *fold, int kind, double quantity)
{
	const Policy *policy = fold->policy;

	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (!o->running || o->activity != kind)
			continue;
		if (o->kind == OBSERVE_COUNT_ACTIVITIES)
			fold->state->counters[o->counter]++;
		else if (o->kind == OBSERVE_SUM_QUANTITY)
			fold->state->counters[o->counter] += observe_counter(o, quantity);
	}
}

/* See observable.h. */
void
observe_sanction(Fold *fold, int rung)
{
	const Policy *policy = fold->policy;

	if (policy->ncounters == 0)
		return;
	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (o->running && o->kind == OBSERVE_COUNT_SANCTIONS &&
			observable_of_rung(policy, o, rung))
			fold->state->counters[o->counter]++;
	}
}
