/*
 * workday.c
 *		Periods whose last day is no working day.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/workday.h"
#include "util.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* A calendar on which nobody ever works leaves a period as it is. */
#define MAX_DAYS_OFF 366

#define DAYS_PER_WEEK 7

/* For bsearch(): a Julian date with a day of a calendar. */
static int
day_cmp(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = ((const CalendarDay *) b)->day;

	return cmp_int64(x, y);
}

/* What the calendar lists of a day, a Julian date, or null. */
static const CalendarDay *
listed(const WorkCalendar *calendar, int32 day)
{
	return calendar->ndays == 0 ? NULL :
		bsearch(&day, calendar->days, calendar->ndays, sizeof(CalendarDay), day_cmp);
}

/*
 * Is a day, a Julian date, one that is worked on?  A day that the calendar
 * lists is what the list says; all others follow the weekend.
 */
static bool
works_on(const WorkCalendar *calendar, int32 day)
{
	const CalendarDay *known = listed(calendar, day);

	if (known != NULL)
		return known->working != 0;
	return (calendar->weekend & (1 << j2day(day))) == 0;
}

/* See workday.h. */
bool
workday_is(const WorkCalendar *calendar, int32 day, DayKind kind)
{
	switch (kind)
	{
		case DAY_HOLIDAY:
			return !works_on(calendar, day) && listed(calendar, day) != NULL;
		case DAY_WORKED_WEEKEND:
			return (calendar->weekend & (1 << j2day(day))) != 0 && works_on(calendar, day);
		case DAY_WORKING:
			return works_on(calendar, day);
	}
	return false;
}

/*
 * See workday.h.  Away from the days that the calendar lists there are only plain
 * weeks.
 */
int32
workday_turn(const WorkCalendar *calendar, int32 day, DayKind kind)
{
	bool		now = workday_is(calendar, day, kind);
	int			low = 0;
	int			high = calendar->ndays;

	/* the first listed day after this one */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (calendar->days[middle].day <= day)
			low = middle + 1;
		else
			high = middle;
	}
	if (kind == DAY_WORKING || now)
	{
		for (int i = 1; i <= DAYS_PER_WEEK; i++)
			if (workday_is(calendar, day + i, kind) != now)
				return day + i;
		/* a row of listed days, or a week like any other */
		return low == calendar->ndays ? PG_INT32_MAX : day + DAYS_PER_WEEK;
	}
	for (; low < calendar->ndays; low++)
		if (workday_is(calendar, calendar->days[low].day, kind))
			return calendar->days[low].day;
	return PG_INT32_MAX;
}

/*
 * See workday.h.  The last day of a period that ends at midnight is the day
 * before.  The end moves by whole days, so that what was cut off in the middle
 * of a day still is.
 */
TimestampTz
workday_roll(const WorkCalendar *calendar, TimestampTz end, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;
	int32		last;
	Span		later = {0};

	if (TIMESTAMP_NOT_FINITE(end) || timestamp2tm(end, &tz, &tm, &fsec, NULL, zone) != 0)
		return end;
	last = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	if (tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0 && fsec == 0)
		last--;
	while (!works_on(calendar, last + later.days))
		if (++later.days > MAX_DAYS_OFF)
			return end;
	return later.days == 0 ? end : span_add(end, &later, 1, zone);
}
