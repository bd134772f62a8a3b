/*
 * window.c
 *		Fixed windows: where the one begins and ends that an instant lies in.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "entitlement/meter_state.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* The first local day of the unit that a day lies in, and of the next one. */
static void
unit_days(const Conventions *conventions, CalendarUnit unit, int32 day, int32 *from, int32 *to)
{
	int			y;
	int			mon;
	int			d;

	j2date(day, &y, &mon, &d);
	switch (unit)
	{
		case UNIT_WEEK:
			*from = day - ((day - (conventions->week_starts - 1)) % 7 + 7) % 7;
			*to = *from + 7;
			break;
		case UNIT_MONTH:
			*from = date2j(y, mon, 1);
			*to = mon == 12 ? date2j(y + 1, 1, 1) : date2j(y, mon + 1, 1);
			break;
		case UNIT_QUARTER:
			mon = (mon - 1) / 3 * 3 + 1;
			*from = date2j(y, mon, 1);
			*to = mon == 10 ? date2j(y + 1, 1, 1) : date2j(y, mon + 3, 1);
			break;
		case UNIT_YEAR:
			*from = date2j(y, 1, 1);
			*to = date2j(y + 1, 1, 1);
			break;
		default:
			*from = day;
			*to = day + 1;
			break;
	}
}

/*
 * Equal parts of the local day, by the clock: where it is put back or forward, by an
 * hour as a rule, parts of up to an hour are as long as ever, and longer ones are as
 * the day is.
 */
static void
slice_bounds(const Meter *m, const UsageLimit *limit, TimestampTz t, TimestampTz *from, TimestampTz *to)
{
	const Conventions *conventions = &limit->conventions;
	pg_tz	   *zone = meter_zone(m, t);
	int			day = POSTGRES_EPOCH_JDATE;
	int64		time = 0;
	int64		into;
	TimestampTz change;

	(void) calendar_clock(t, zone, &day, &time, &change);
	into = ((time - conventions->day_starts) % limit->slice + limit->slice) % limit->slice;
	if (limit->slice <= USECS_PER_HOUR)
	{
		*from = t - into;
		*to = *from + limit->slice;
		return;
	}
	*from = local_instant(day, time - into, false, zone);
	*to = local_instant(day, time - into + limit->slice, false, zone);
	if (*from > t)
		*from = t - into;
	if (*to <= t)
		*to = t + (limit->slice - into);
}

/* Every so long from an anchor: the account's opening, a fact, an instant. */
static bool
cycle_bounds(const Meter *m, const Cycle *cycle, TimestampTz t, TimestampTz *from, TimestampTz *to)
{
	TimestampTz anchor = cycle->anchor_instant;
	pg_tz	   *zone = meter_zone(m, t);

	if (cycle->anchor_opened)
		anchor = m->view->opened;
	else if (cycle->anchor_attribute >= 0)
	{
		bool		known = false;

		for (int i = 0; i < m->view->nfacts; i++)
			if (m->view->facts[i].attribute == cycle->anchor_attribute && m->view->facts[i].from <= t &&
				t < m->view->facts[i].to && !m->view->facts[i].value.isnull)
			{
				anchor = m->view->facts[i].value.date;
				known = true;
			}
		if (!known)
		{
			const PolicyAttribute *attribute = &m->document->facts->attributes[cycle->anchor_attribute];

			if (!attribute->has_default)
				return false;
			anchor = attribute->default_date;
		}
	}
	*from = cycle_floor(anchor, &cycle->length, t, zone);
	*to = *from == DT_NOBEGIN ? anchor : cycle_next(anchor, &cycle->length, t, zone);
	return true;
}

/* See meter_state.h. */
bool
window_bounds(const Meter *m, const UsageLimit *limit, TimestampTz t, TimestampTz *from, TimestampTz *to)
{
	const Conventions *conventions = &limit->conventions;
	int32		first;
	int32		next;

	if (limit->frame == FRAME_FIRST_USE)
		return false;
	if (limit->frame == FRAME_DURING)
		return hours_interval(m, &limit->during, conventions, t, from, to);
	if (limit->window == WINDOW_SLICE)
	{
		slice_bounds(m, limit, t, from, to);
		return true;
	}
	if (limit->window == WINDOW_CYCLE)
		return cycle_bounds(m, &limit->cycle, t, from, to);
	unit_days(conventions, limit->unit, local_day(m, conventions, t), &first, &next);
	*from = day_start(m, conventions, first, t);
	*to = day_start(m, conventions, next, t);
	return true;
}
