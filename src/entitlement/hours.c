/*
 * hours.c
 *		Hours of the day: is it open, and when is it otherwise?
 *
 * Open is where the local clock reads inside: an hour that occurs twice counts twice,
 * one that the clocks leave out is not there.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "engine/calendar.h"
#include "utils/timestamp.h"

/* So many days ahead a boundary is looked for. */
#define MOST_DAYS 1500

/* Is a day, a Julian date, one of those of a rule? */
static bool
day_fits(const Meter *m, const HourRule *rule, int32 day)
{
	const WorkCalendar *calendar = &m->document->facts->calendar;
	int			weekday = (day % 7 + 7) % 7;	/* Julian days: 0 is a Monday */
	int			is = 1 << weekday;

	if (calendar->given)
	{
		bool		working = workday_is(calendar, day, DAY_WORKING);

		if (workday_is(calendar, day, DAY_HOLIDAY))
			is |= ON_HOLIDAY;
		if (workday_is(calendar, day, DAY_WORKED_WEEKEND))
			is |= ON_WORKED_WEEKEND;
		is |= working ? ON_WORKING_DAY : ON_FREE_DAY;
	}
	return (is & rule->on) != 0 && (is & rule->except) == 0;
}

/* The case that counts at an instant; null: none. */
static const HourCase *
case_at(const Meter *m, const Hours *hours, TimestampTz t, bool unknown)
{
	for (int i = 0; i < hours->ncases; i++)
		if (meter_holds(m, hours->cases[i].when, t, unknown))
			return &hours->cases[i];
	return NULL;
}

/* The day whose kind counts for hours that begin at a time of day. */
static int32
kind_day(const Conventions *conventions, int32 day, const HourSpan *span)
{
	return span->from < conventions->day_starts ? day - 1 : day;
}

/*
 * The hours that contain an instant, and the day that they begin on; null: none do.
 */
static const HourSpan *
span_at(const Meter *m, const Hours *hours, const Conventions *conventions, TimestampTz t,
		bool unknown, int32 *begins)
{
	const HourCase *one = case_at(m, hours, t, unknown);
	int			day;
	int64		time;
	TimestampTz change;

	if (one == NULL || !calendar_clock(t, meter_zone(m, t), &day, &time, &change))
		return NULL;
	for (int i = 0; i < one->nrules; i++)
	{
		const HourRule *rule = &one->rules[i];

		if (!meter_holds(m, rule->when, t, unknown))
			continue;
		for (int j = 0; j < rule->nspans; j++)
			for (int back = 0; back < 2; back++)
			{
				const HourSpan *span = &rule->spans[j];
				int64		clock = time + back * USECS_PER_DAY;

				if (clock < span->from ||
					(conventions->interval_end_included ? clock > span->to : clock >= span->to))
					continue;
				if (!day_fits(m, rule, kind_day(conventions, day - back, span)))
					continue;
				*begins = day - back;
				return span;
			}
	}
	return NULL;
}

/* See meter_state.h. */
bool
hours_inside(const Meter *m, const Hours *hours, const Conventions *conventions, TimestampTz t,
			 bool unknown)
{
	int32		day;

	return span_at(m, hours, conventions, t, unknown, &day) != NULL;
}

/* The latest beginning up to the instant, and the first end after it. */
bool
hours_interval(const Meter *m, const Hours *hours, const Conventions *conventions, TimestampTz t,
			   TimestampTz *from, TimestampTz *to)
{
	int32		day;
	const HourSpan *span = span_at(m, hours, conventions, t, true, &day);
	pg_tz	   *zone = meter_zone(m, t);
	TimestampTz instants[2];
	int			n;

	if (span == NULL)
		return false;
	*from = local_instant(day, span->from, false, zone);
	n = local_instants(day, span->from, zone, instants);
	for (int i = 0; i < n; i++)
		if (instants[i] <= t)
			*from = instants[i];
	*to = local_instant(day, span->to, false, zone);
	n = local_instants(day, span->to, zone, instants);
	for (int i = n - 1; i >= 0; i--)
		if (instants[i] > t)
			*to = instants[i];
	return true;
}

/* The first boundary after an instant among those of hours that begin on a day. */
static TimestampTz
boundary_of_day(const Meter *m, const HourCase *one, const Conventions *conventions, int32 day,
				TimestampTz t, pg_tz *zone, TimestampTz result)
{
	for (int i = 0; i < one->nrules; i++)
		for (int j = 0; j < one->rules[i].nspans; j++)
		{
			const HourSpan *span = &one->rules[i].spans[j];

			if (!day_fits(m, &one->rules[i], kind_day(conventions, day, span)))
				continue;
			for (int end = 0; end < 2; end++)
			{
				int64		time = end ? span->to : span->from;
				TimestampTz instants[3];
				int			n = local_instants(day, time, zone, instants);

				if (n == 0)
					instants[n++] = local_instant(day, time, false, zone);
				if (end && conventions->interval_end_included)
					for (int k = 0; k < n; k++)
						instants[k]++;
				for (int k = 0; k < n; k++)
					if (instants[k] > t)
						result = Min(result, instants[k]);
			}
		}
	return result;
}

/* Conditions of all cases and rules count, whether they hold or not. */
static TimestampTz
conditions_turn(const Meter *m, const Hours *hours, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < hours->ncases; i++)
	{
		if (hours->cases[i].when != NULL)
			result = Min(result, meter_turn(m, hours->cases[i].when, t));
		for (int j = 0; j < hours->cases[i].nrules; j++)
			if (hours->cases[i].rules[j].when != NULL)
				result = Min(result, meter_turn(m, hours->cases[i].rules[j].when, t));
	}
	return result;
}

/*
 * Day by day, from the one before on, since hours may run past midnight; no boundary
 * of a day lies before its beginning.
 */
TimestampTz
hours_turn(const Meter *m, const Hours *hours, const Conventions *conventions, TimestampTz t)
{
	pg_tz	   *zone = meter_zone(m, t);
	TimestampTz result = conditions_turn(m, hours, t);
	TimestampTz change;
	int			day;
	int64		time;

	if (!calendar_clock(t, zone, &day, &time, &change))
		return result;
	if (change > t)
		result = Min(result, change);
	for (int i = -2; i < MOST_DAYS; i++)
	{
		if (i > 1 && result <= local_instant(day + i, 0, false, zone))
			break;
		for (int c = 0; c < hours->ncases; c++)
			result = boundary_of_day(m, &hours->cases[c], conventions, day + i, t, zone, result);
	}
	return result;
}
