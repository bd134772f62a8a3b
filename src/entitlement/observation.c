/*
 * observation.c
 *		Observables of entitlements: what has happened up to an instant.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/expr_tree.h"
#include "entitlement/meter_state.h"
#include "rulebook/names.h"
#include "util.h"
#include "utils/timestamp.h"

/* Does a text match one of some patterns?  No patterns: any does. */
static bool
one_matches(char *const *patterns, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (glob_matches(patterns[i], text))
			return true;
	return n == 0;
}

/* Is a sanction one of those that an observable looks at? */
static bool
sanction_fits(const Observation *o, const MeterSanction *sanction)
{
	return one_matches(o->schemes, o->nschemes, sanction->scheme) &&
		one_matches(o->rungs, o->nrungs, sanction->rung);
}

/* Everything up to and including this instant lies before the window. */
static TimestampTz
window_from(const Meter *m, const Observation *o, TimestampTz t)
{
	return o->has_window ? meter_minus(m, t, &o->window) : DT_NOBEGIN;
}

/* ---------- days ---------- */

/* Different days, in no order. */
typedef struct DaySet
{
	int			n;
	int			room;
	int32	   *days;
} DaySet;

/* Adds the days from one to another. */
static void
add_days(DaySet *set, int32 from, int32 to)
{
	for (int32 day = from; day <= to; day++)
	{
		bool		known = false;

		for (int i = 0; i < set->n && !known; i++)
			known = set->days[i] == day;
		if (known)
			continue;
		array_reserve(set->days, set->room, set->n + 1);
		set->days[set->n++] = day;
	}
}

/* Local days with an activity, or with use of a capability. */
static int
count_days(const Meter *m, const Observation *o, TimestampTz from, TimestampTz t)
{
	const Conventions *conventions = &m->document->conventions;
	DaySet		set = {0};

	for (int i = 0; o->activity != NULL && i < m->view->nactivities; i++)
	{
		const MeterActivity *a = &m->view->activities[i];

		if (strcmp(a->kind, o->activity) == 0 && a->at > from && a->at <= t)
			add_days(&set, local_day(m, conventions, a->at), local_day(m, conventions, a->at));
	}
	for (int i = 0; o->capability != NULL && i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz end = use_end(m, use, t);

		if (use->account_id == m->view->account_id && entitlement_matches(o->capability, use->capability) &&
			use->from <= t && end >= from && (end > from || use->from > from))
			add_days(&set, local_day(m, conventions, Max(use->from, from + 1)),
					 local_day(m, conventions, end > use->from ? end - 1 : end));
	}
	return set.n;
}

/* ---------- sanctions ---------- */

/* A sanction taken as so many times its length: whole local days stay whole. */
static TimestampTz
stretched_end(const Meter *m, const MeterSanction *s, double stretch)
{
	pg_tz	   *zone = meter_zone(m, s->from);
	int			first;
	int			last;
	int64		first_time;
	int64		last_time;
	TimestampTz change;

	if (s->to == DT_NOEND || stretch == 1)
		return s->to;
	if (calendar_clock(s->from, zone, &first, &first_time, &change) &&
		calendar_clock(s->to, zone, &last, &last_time, &change) && first_time == last_time)
	{
		Span		day = {.days = last - first};
		Span		span = span_times(&day, stretch);

		return span_add(s->from, &span, 1, zone);
	}
	return s->from + (int64) ((s->to - s->from) * stretch);
}

/* The latest start, or end, of sanctions that have begun; null: there was none. */
static ExprValue
latest_sanction(const Meter *m, const Observation *o, TimestampTz from, TimestampTz t)
{
	ExprValue	result = {.type = EXPR_DATE, .isnull = true};

	for (int i = 0; i < m->view->nsanctions; i++)
	{
		const MeterSanction *s = &m->view->sanctions[i];
		TimestampTz at = o->by_end ? stretched_end(m, s, o->stretch) : s->from;

		if (!sanction_fits(o, s) || s->from > t || (o->has_window && at <= from))
			continue;
		if (result.isnull || at > result.date)
			result.date = at;
		result.isnull = false;
	}
	return result;
}

/* How many have started in the window, or run now. */
static int
count_sanctions(const Meter *m, const Observation *o, TimestampTz from, TimestampTz t)
{
	int			n = 0;

	for (int i = 0; i < m->view->nsanctions; i++)
	{
		const MeterSanction *s = &m->view->sanctions[i];

		if (sanction_fits(o, s) && s->from <= t && (o->in_force ? s->to > t : s->from > from))
			n++;
	}
	return n;
}

/* ---------- all of them ---------- */

/* Activities and uses in the window: how many, or how much. */
static double
sum_entries(const Meter *m, const Observation *o, TimestampTz from, TimestampTz t)
{
	double		sum = 0;

	if (o->kind == OBSERVED_ACTIVITIES || o->kind == OBSERVED_QUANTITY)
	{
		for (int i = 0; i < m->view->nactivities; i++)
		{
			const MeterActivity *a = &m->view->activities[i];

			if (strcmp(a->kind, o->activity) == 0 && a->at > from && a->at <= t)
				sum += o->kind == OBSERVED_ACTIVITIES ? 1 : a->quantity;
		}
		return sum;
	}
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		const Capability *capability = entitlement_capability(m->document, use->capability);

		if (use->account_id != m->view->account_id || use->from <= from || use->from > t || use->reserved ||
			!entitlement_matches(o->capability, use->capability) ||
			(o->kind == OBSERVED_SESSIONS && use->session_id == 0))
			continue;
		if (o->kind == OBSERVED_AMOUNT && capability != NULL)
			sum += entitlement_units(capability, use->session_id != 0 && capability->is_time ?
									 use_end(m, use, t) - use->from : use->amount);
		else
			sum += use->undone ? 0 : 1;
	}
	return sum;
}

/* See meter_state.h. */
ExprValue
observation_value(const Meter *m, const Observation *o, TimestampTz t)
{
	TimestampTz from = window_from(m, o, t);

	switch (o->kind)
	{
		case OBSERVED_DAYS:
			return number_value(count_days(m, o, from, t));
		case OBSERVED_SANCTIONS:
			return number_value(count_sanctions(m, o, from, t));
		case OBSERVED_LATEST:
			return latest_sanction(m, o, from, t);
		default:
			return number_value(sum_entries(m, o, from, t));
	}
}

/* When something of an instant leaves the window, if that is later than t. */
static TimestampTz
leaving(const Meter *m, const Observation *o, TimestampTz at, TimestampTz t)
{
	TimestampTz leaves;

	if (at > t)
		return at;
	if (!o->has_window || at < t - 2 * (TimestampTz) USECS_PER_DAY * 366 * 10)
		return DT_NOEND;
	leaves = span_leaving(at, &o->window, meter_zone(m, at));
	return leaves > t ? leaves : DT_NOEND;
}

/* See meter_state.h. */
TimestampTz
observation_turn(const Meter *m, const Observation *o, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; o->activity != NULL && i < m->view->nactivities; i++)
		if (strcmp(m->view->activities[i].kind, o->activity) == 0)
			result = Min(result, leaving(m, o, m->view->activities[i].at, t));
	for (int i = 0; o->capability != NULL && i < m->view->nuses; i++)
		if (entitlement_matches(o->capability, m->view->uses[i].capability))
		{
			result = Min(result, leaving(m, o, m->view->uses[i].from, t));
			result = Min(result, leaving(m, o, use_end(m, &m->view->uses[i], m->at), t));
		}
	if (o->kind == OBSERVED_SANCTIONS || o->kind == OBSERVED_LATEST)
		for (int i = 0; i < m->view->nsanctions; i++)
		{
			const MeterSanction *s = &m->view->sanctions[i];

			if (!sanction_fits(o, s))
				continue;
			result = Min(result, leaving(m, o, s->from, t));
			if (s->to > t)
				result = Min(result, s->to);
			if (o->has_window && o->by_end && s->to != DT_NOEND)
				result = Min(result, leaving(m, o, stretched_end(m, s, o->stretch), t));
		}
	return result;
}
