/*
 * observe.c
 *		What expressions see of a state: the values of names, counts and sums
 *		over entries, sanctions and activities, and the instants at which time
 *		alone may change them.
 *
 * A look-back window W at an instant t covers (t - W, t].  While a violation is
 * being priced its entry is not there yet, and while a sanction is being opened
 * it is not there yet either: counts of sanctions are of those before.
 */
#include "postgres.h"

#include <math.h>

#include "engine/internal.h"
#include "utils/timestamp.h"

static const char *const severity_names[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

static inline ExprValue
number(double x)
{
	ExprValue	v = {0};

	v.type = EXPR_NUMBER;
	v.number = x;
	return v;
}

static inline ExprValue
words(const char *s)
{
	ExprValue	v = {0};

	v.type = EXPR_TEXT;
	v.text = s;
	v.isnull = s == NULL;
	return v;
}

static inline ExprValue
nothing(ExprType type)
{
	ExprValue	v = {0};

	v.type = type;
	v.isnull = true;
	return v;
}

/* ---------- selections ---------- */

bool
entry_matches(Fold *fold, const EntryFilter *filter, const LiveEntry *entry)
{
	const LiveEntry *outer = fold->entry;
	bool		result;

	if (entry->flags & (ENTRY_COLLAPSED | ENTRY_OVERTURNED))
		return false;
	if (!filter_rule(filter, entry->rule))
		return false;
	if ((entry->marks & filter->marked) != filter->marked ||
		(entry->marks & filter->unmarked) != 0)
		return false;
	if (filter->where == NULL)
		return true;
	fold->entry = entry;
	result = expr_true(filter->where, &fold->env);
	fold->entry = outer;
	return result;
}

LiveEntry *
entry_by_id(Fold *fold, int64 id)
{
	EngineState *state = fold->state;

	for (int taken = 0; taken < 2; taken++)
	{
		for (int i = state->nentries - 1; i >= 0; i--)
			if (state->entries[i].id == id)
				return &state->entries[i];
		if (state->store == NULL || state->store->count == 0)
			break;
		store_take_all(fold->policy, state);
	}
	return NULL;
}

/* ---------- cycles ---------- */

static TimestampTz
cycle_anchor(Fold *fold, const Cycle *cycle)
{
	if (cycle->anchor_attribute >= 0)
	{
		ExprValue	v = observe_value(fold, VAR_ATTRIBUTE, cycle->anchor_attribute);

		return v.isnull ? DT_NOEND : v.date;
	}
	return cycle->anchor_opened ? fold->state->opened : cycle->anchor_instant;
}

TimestampTz
cycle_start(Fold *fold, TimestampTz at)
{
	const Cycle *cycle = &fold->policy->cycle;

	if (!cycle->given)
		return DT_NOBEGIN;
	if (cycle->unit != UNIT_NONE)
		return calendar_floor(at, cycle->unit, fold->policy->zone);
	return cycle_floor(cycle_anchor(fold, cycle), &cycle->length, at, fold->policy->zone);
}

TimestampTz
cycle_boundary_after(Fold *fold, const Cycle *cycle, TimestampTz at)
{
	if (!cycle->given)
		return DT_NOEND;
	if (cycle->unit != UNIT_NONE)
		return calendar_next(at, cycle->unit, fold->policy->zone);
	return cycle_next(cycle_anchor(fold, cycle), &cycle->length, at, fold->policy->zone);
}

/* ---------- counts and sums ---------- */

/* Everything up to and including this instant lies before the window. */
static TimestampTz
window_from(Fold *fold, const Observable *o)
{
	if (o->has_window)
		return span_subtract(fold->at, &o->window, fold->policy->zone);
	if (o->in_cycle)
	{
		TimestampTz start = cycle_start(fold, fold->at);

		/* the cycle's first instant belongs to it */
		return TIMESTAMP_NOT_FINITE(start) ? start : start - 1;
	}
	return DT_NOBEGIN;
}

static inline TimestampTz
entry_clock(const LiveEntry *entry, EntryClock clock)
{
	return clock == CLOCK_DECIDED ? entry->decided : entry->occurred;
}

/* As the violation that is being judged? */
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

static int
key_cmp(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

static ExprValue
observe_violations(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;
	int64		sum = 0;
	uint64	   *keys = NULL;

	if (o->same != 0 && fold->judged == NULL)
		return nothing(EXPR_NUMBER);
	from = window_from(fold, o);
	if (state->store != NULL && state->store->count > 0 && state->store->last[o->clock] > from)
		store_take_all(fold->policy, state);
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

static bool
sanction_kind_matches(const Policy *policy, const Observable *o, int rung)
{
	if (rung < 0)
		return o->rungs == NULL && o->tier == 0;
	if (o->rungs != NULL && !o->rungs[rung])
		return false;
	return o->tier == 0 || policy->rungs[rung].tier >= o->tier;
}

static bool
sanction_matches(Fold *fold, const Observable *o, const SanctionState *s)
{
	if (!sanction_kind_matches(fold->policy, o, s->rung))
		return false;
	if ((s->flags & (SANCTION_STARTED | SANCTION_NEVER | SANCTION_FORGOTTEN)) != SANCTION_STARTED)
		return false;
	if ((s->flags & SANCTION_RELEASED) && s->reason == RELEASE_OVERTURNED)
		return false;
	return span_empty(&o->min_length) ||
		s->ends >= span_add(s->starts, &o->min_length, 1, fold->policy->zone);
}

static ExprValue
observe_sanctions(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;

	if (state->nsanctions == 0)
		return number(0);
	from = window_from(fold, o);
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

static ExprValue
observe_activities(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from;
	int64		count = 0;
	double		sum = 0;

	if (state->nactivities == 0)
		return number(0);
	from = window_from(fold, o);
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

static ExprValue
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
	return nothing(EXPR_NUMBER);
}

int64
observe_counter(const Observable *o, double value)
{
	double		unit = o->kind == OBSERVE_SUM_POINTS ? 100.0 :
		o->kind == OBSERVE_SUM_QUANTITY ? QUANTITY_UNIT : 1.0;

	return (int64) rint(value * unit);
}

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
			sanction_kind_matches(policy, o, rung))
			fold->state->counters[o->counter]++;
	}
}

/* ---------- the values of names ---------- */

static ExprValue
attribute_value(Fold *fold, int index)
{
	const PolicyAttribute *a = &fold->policy->attributes[index];
	ExprValue	v = fold->state->attributes[index];

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

static ExprValue
rule_value(const Policy *policy, int rule, ExprVar var)
{
	const PolicyRule *r;

	if (rule < 0)
		return nothing(EXPR_TEXT);
	r = &policy->rules[rule];
	switch (var)
	{
		case VAR_RULE:
		case VAR_ENTRY_RULE:
			return words(r->code);
		case VAR_CLASS:
		case VAR_ENTRY_CLASS:
			return words(r->class);
		default:
			return words(severity_names[r->severity]);
	}
}

ExprValue
observe_value(void *arg, ExprVar var, int index)
{
	Fold	   *fold = arg;
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;

	switch (var)
	{
		case VAR_SCORE:
			return number(state->score / 100.0);
		case VAR_START:
			return number(state->start / 100.0);
		case VAR_CAP:
			return number(state->cap / 100.0);
		case VAR_FLOOR:
			return number(state->floor / 100.0);
		case VAR_LOST:
			if (policy->accumulate)
				return number(state->score / 100.0);
			return number(Max((int64) state->start - state->score, 0) / 100.0);
		case VAR_POINTS:
			return fold->judged == NULL ? nothing(EXPR_NUMBER) : number(fold->price / 100.0);
		case VAR_RULE:
		case VAR_CLASS:
		case VAR_SEVERITY:
			if (fold->judged == NULL)
				return nothing(EXPR_TEXT);
			return rule_value(policy, fold->judged->rule, var);
		case VAR_SOURCE:
			return words(fold->judged == NULL ? NULL : fold->judged->source);
		case VAR_ENTRY_POINTS:
			return fold->entry == NULL ? nothing(EXPR_NUMBER) : number(fold->entry->charged / 100.0);
		case VAR_ENTRY_REMAINING:
			return fold->entry == NULL ? nothing(EXPR_NUMBER) : number(fold->entry->remaining / 100.0);
		case VAR_ENTRY_RULE:
		case VAR_ENTRY_CLASS:
		case VAR_ENTRY_SEVERITY:
			if (fold->entry == NULL)
				return nothing(EXPR_TEXT);
			return rule_value(policy, fold->entry->rule, var);
		case VAR_QUANTITY:
			return fold->has_quantity ? number(fold->quantity) : nothing(EXPR_NUMBER);
		case VAR_ATTRIBUTE:
			return attribute_value(fold, index);
		case VAR_FACET:
			return expr_eval(policy->facets[index].value, &fold->env);
		case VAR_OBSERVABLE:
			return observable_value(fold, &policy->observables[index]);
		case VAR_HOUR:
		case VAR_WEEKDAY:
		case VAR_MONTH:
		case VAR_DAY:
			break;				/* the expression's own business */
	}
	return nothing(EXPR_NUMBER);
}

const SpanCase *
span_case(Fold *fold, const SpanParam *param)
{
	for (int i = 0; i < param->ncases; i++)
	{
		const SpanCase *c = &param->cases[i];

		if (c->when == NULL || expr_true(c->when, &fold->env))
			return c;
	}
	return NULL;
}

bool
span_case_value(Fold *fold, const SpanCase *c, Span *span)
{
	ExprValue	times;

	*span = c->span;
	if (c->times == NULL)
		return true;
	times = expr_eval(c->times, &fold->env);

	/* How often is not known: as with no case left. */
	if (times.isnull)
		return false;
	*span = span_times(&c->span, times.number);
	return true;
}

bool
span_of_case(Fold *fold, const SpanParam *param, Span *span)
{
	const SpanCase *c = span_case(fold, param);

	return c != NULL && span_case_value(fold, c, span);
}

/* ---------- what time alone may change ---------- */

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

static TimestampTz
observable_wake(Fold *fold, const Observable *o)
{
	const EngineState *state = fold->state;
	TimestampTz from = window_from(fold, o);
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

				while (store_before(state, i) && state->store->last[o->clock] > from)
					store_take(fold->policy, fold->state, STORE_PAGE);
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

				if (at > from && sanction_kind_matches(fold->policy, o, s->rung))
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
 * The next hour, day or month at which an expression that looks at the calendar
 * has another value than now.  Everything else in it has its own instants,
 * which are not before `before`.
 */
static TimestampTz
next_tick(Fold *fold, TimestampTz before)
{
	const EnginePlan *plan = fold->plan;
	pg_tz	   *zone = fold->policy->zone;
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
		at = plan->ticks_hourly ? calendar_next_hour(at, zone) :
			calendar_next(at, plan->tick, zone);
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
		fold_at(fold, now);
	}
	if (values != buffer)
		pfree(values);
	return at;
}

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
			v = attribute_value(fold, a);
			if (!v.isnull)
			{
				TimestampTz end = span_add(v.date, &use->span, 1, policy->zone);

				if (end > fold->at)
					wake = Min(wake, end);
			}
		}
	}

	if (plan->cycle_matters)
		wake = Min(wake, cycle_boundary_after(fold, &policy->cycle, fold->at));
	if (plan->tick != UNIT_NONE)
		wake = Min(wake, next_tick(fold, wake));
	return wake;
}
