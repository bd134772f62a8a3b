/*
 * calendar.c
 *		Arithmetic on the local calendar of a time zone.
 *
 * Months and days are counted on the calendar of the zone and keep the local
 * time of day; hours and less are exact.  As in PostgreSQL's own interval
 * arithmetic, a month's end is clamped (31 January + 1 month is the last day of
 * February), and a local time that a change of the clock skips becomes the
 * instant of the change or the same distance after it.
 */
#include "postgres.h"

#include <limits.h>
#include <math.h>

#include "common/int.h"
#include "engine/calendar.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#define APPROX_DAYS_PER_MONTH	30.436875

/* Breaks an instant down in a zone; false when it is out of range. */
static bool
local_parts(TimestampTz at, pg_tz *zone, struct pg_tm *tm, fsec_t *fsec)
{
	int			tz;

	return timestamp2tm(at, &tz, tm, fsec, NULL, zone) == 0;
}

/* The instant of local parts in a zone; DT_NOEND when it is out of range. */
static TimestampTz
from_parts(struct pg_tm *tm, fsec_t fsec, pg_tz *zone)
{
	TimestampTz result;
	int			tz;

	if (!IS_VALID_JULIAN(tm->tm_year, tm->tm_mon, tm->tm_mday))
		return DT_NOEND;
	tz = DetermineTimeZoneOffset(tm, zone);
	if (tm2timestamp(tm, fsec, &tz, &result) != 0)
		return DT_NOEND;
	return result;
}

/*
 * A stretch of time during which a zone keeps one distance from UTC, as it was
 * last found.  It only remembers what the zone's own data say, so that it does
 * not matter who asks: most arithmetic of an account's life takes place between
 * two changes of the clock, where days are all equally long.
 */
typedef struct Steady
{
	const pg_tz *zone;
	TimestampTz from;
	TimestampTz to;				/* two days before the next change, where no
								 * local time comes twice */
	int64		offset;			/* local time less UTC, in microseconds */
} Steady;

static Steady steady = {NULL, 0, 0, 0};

/* Far from either end of time, where nothing overflows. */
#define STEADY_FROM ((1900 - 2000) * INT64CONST(31556952) * USECS_PER_SEC)
#define STEADY_TO	((2400 - 2000) * INT64CONST(31556952) * USECS_PER_SEC)
#define EPOCH_SHIFT (((int64) POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

/* Makes the stretch that holds an instant the one at hand; false: none is known. */
static bool
find_steady(TimestampTz at, pg_tz *zone)
{
	pg_time_t	utc;
	pg_time_t	boundary;
	long		before;
	long		after;
	int			before_dst;
	int			after_dst;
	int			found;
	TimestampTz to;

	if (steady.zone == zone && steady.from <= at && at < steady.to)
		return true;
	if (at < STEADY_FROM || at >= STEADY_TO)
		return false;
	/* The whole second that holds it, rounded down. */
	utc = (at - STEADY_FROM) / USECS_PER_SEC + STEADY_FROM / USECS_PER_SEC + EPOCH_SHIFT;
	found = pg_next_dst_boundary(&utc, &before, &before_dst, &boundary, &after, &after_dst, zone);
	if (found < 0)
		return false;
	to = STEADY_TO;
	if (found > 0 && boundary - EPOCH_SHIFT < STEADY_TO / USECS_PER_SEC)
		to = (boundary - EPOCH_SHIFT) * USECS_PER_SEC - 2 * USECS_PER_DAY;
	if (to <= at)
		return false;
	if (steady.zone != zone || steady.to != to || steady.from > at)
		steady.from = at;
	steady.zone = zone;
	steady.to = to;
	steady.offset = (int64) before * USECS_PER_SEC;
	return true;
}

/* Adds months, days and microseconds; past either end of time gives that end. */
static TimestampTz
shift(TimestampTz at, int64 months, int64 days, int64 usecs, pg_tz *zone)
{
	TimestampTz beyond = months < 0 || days < 0 || usecs < 0 ? DT_NOBEGIN : DT_NOEND;
	TimestampTz result = at;

	if (months == 0 && days != 0 && find_steady(at, zone) &&
		(days > 0 ? days <= (steady.to - 1 - at) / USECS_PER_DAY :
		 -days <= (at - steady.from) / USECS_PER_DAY))
		result = at + days * USECS_PER_DAY;
	else if (months != 0 || days != 0)
	{
		struct pg_tm tm;
		fsec_t		fsec;
		int64		month;
		int64		julian;

		if (!local_parts(at, zone, &tm, &fsec))
			return beyond;
		month = (int64) tm.tm_year * MONTHS_PER_YEAR + (tm.tm_mon - 1) + months;
		if (month / MONTHS_PER_YEAR > JULIAN_MAXYEAR || month < 0)
			return beyond;
		tm.tm_year = month / MONTHS_PER_YEAR;
		tm.tm_mon = month % MONTHS_PER_YEAR + 1;
		if (tm.tm_mday > day_tab[isleap(tm.tm_year)][tm.tm_mon - 1])
		{
			tm.tm_mday = day_tab[isleap(tm.tm_year)][tm.tm_mon - 1];

			/*
			 * Backwards all of that day is gone: what has left a window of one
			 * month on 30 December is not in it again on the 31st.
			 */
			if (months < 0)
			{
				tm.tm_hour = 23;
				tm.tm_min = tm.tm_sec = 59;
				fsec = USECS_PER_SEC - 1;
			}
		}
		if (days != 0)
		{
			julian = (int64) date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) + days;
			if (julian < 0 || julian > INT_MAX / 2)
				return beyond;
			j2date((int) julian, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		}
		result = from_parts(&tm, fsec, zone);
		if (TIMESTAMP_NOT_FINITE(result))
			return beyond;
	}
	if (usecs != 0 && (pg_add_s64_overflow(result, usecs, &result) ||
					   !IS_VALID_TIMESTAMP(result)))
		return beyond;
	return result;
}

/* See calendar.h. */
TimestampTz
span_add(TimestampTz at, const Span *span, int64 n, pg_tz *zone)
{
	int64		months,
				days,
				usecs;

	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	if (span->forever)
		return n > 0 ? DT_NOEND : at;
	if (pg_mul_s64_overflow(span->months, n, &months) ||
		pg_mul_s64_overflow(span->days, n, &days) ||
		pg_mul_s64_overflow(span->usecs, n, &usecs) ||
		months > INT_MAX || days > INT_MAX)
		return DT_NOEND;
	return shift(at, months, days, usecs, zone);
}

/* See calendar.h. */
TimestampTz
span_subtract(TimestampTz at, const Span *span, pg_tz *zone)
{
	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	if (span->forever)
		return DT_NOBEGIN;
	return shift(at, -(int64) span->months, -(int64) span->days, -span->usecs, zone);
}

/* Its length, more or less, in microseconds. */
static double
span_approximately(const Span *span)
{
	return ((double) span->months * APPROX_DAYS_PER_MONTH + span->days) * USECS_PER_DAY +
		span->usecs;
}

/*
 * See calendar.h.  The first guess comes from the span's average length; from
 * there the number is bracketed and found by halving, since months differ in
 * length.
 */
int64
span_count(TimestampTz base, const Span *span, TimestampTz limit, pg_tz *zone)
{
	int64		lo = 0;
	int64		hi;
	int64		guess;

	if (base > limit)
		return -1;
	if (span->forever || span_empty(span) || TIMESTAMP_NOT_FINITE(base))
		return 0;
	if (limit == DT_NOEND)
		limit = END_TIMESTAMP - 1;

	/* The guess is off by a few at most; widen until it is bracketed. */
	guess = (int64) (((double) limit - (double) base) / span_approximately(span));
	hi = guess + 2;
	while (span_add(base, span, hi, zone) <= limit)
	{
		lo = hi;
		hi += hi / 8 + 8;
	}
	if (guess - 2 > lo && span_add(base, span, guess - 2, zone) <= limit)
		lo = guess - 2;
	while (hi - lo > 1)
	{
		int64		mid = lo + (hi - lo) / 2;

		if (span_add(base, span, mid, zone) <= limit)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/*
 * See calendar.h.  A part of a month is dropped, a part of a day becomes time.
 * What gets too long is for ever.
 */
Span
span_times(const Span *span, double times)
{
	Span		result = {0};
	double		days;
	double		usecs;

	if (isnan(times) || times <= 0)
		return result;
	if (span->forever || times > 1e9)
	{
		result.forever = span->forever || !span_empty(span);
		return result;
	}
	/* 7 * 3 is 21, whatever binary fractions say */
	if (fabs(times - rint(times)) < 1e-9)
		times = rint(times);
	if (span->months * times >= INT_MAX || span->days * times >= INT_MAX ||
		span->usecs * times >= 9e18)
	{
		result.forever = true;
		return result;
	}
	result.months = (int32) trunc(span->months * times);
	days = span->days * times;
	result.days = (int32) trunc(days);
	usecs = span->usecs * times + (days - trunc(days)) * USECS_PER_DAY;
	result.usecs = (int64) rint(usecs);
	return result;
}

/* See calendar.h. */
TimestampTz
span_leaving(TimestampTz instant, const Span *span, pg_tz *zone)
{
	TimestampTz at = span_add(instant, span, 1, zone);

	if (TIMESTAMP_NOT_FINITE(at))
		return at;

	/*
	 * 31 January is still in a window of one month on 28 February, because 28
	 * February less a month is 28 January; it leaves with the month's end.
	 */
	while (span_subtract(at, span, zone) < instant)
		at = calendar_next(at, UNIT_DAY, zone);
	return at;
}

/* See calendar.h. */
TimestampTz
calendar_round(TimestampTz at, Rounding rounding, pg_tz *zone)
{
	TimestampTz floor;

	if (rounding == ROUND_NONE || TIMESTAMP_NOT_FINITE(at))
		return at;
	floor = calendar_floor(at, UNIT_DAY, zone);
	if (rounding == ROUND_DAY_START || floor == at)
		return floor;
	return calendar_next(at, UNIT_DAY, zone);
}

/* The local midnight that begins a unit, moved on by a number of units. */
static TimestampTz
unit_start(TimestampTz at, CalendarUnit unit, int move, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			julian;
	int			months = 0;

	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	if (unit == UNIT_DAY && find_steady(at, zone))
	{
		int64		local = at + steady.offset;
		int64		within = local % USECS_PER_DAY;
		TimestampTz midnight = at - (within < 0 ? within + USECS_PER_DAY : within) +
			move * USECS_PER_DAY;

		if (midnight >= steady.from && midnight < steady.to)
			return midnight;
	}
	if (!local_parts(at, zone, &tm, &fsec))
		return move > 0 ? DT_NOEND : DT_NOBEGIN;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	switch (unit)
	{
		case UNIT_NONE:
		case UNIT_DAY:
		case UNIT_WEEK:
			julian = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
			if (unit == UNIT_WEEK)
				julian += 7 * move - (j2day(julian) + 6) % 7;
			else
				julian += move;
			j2date(julian, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
			break;
		case UNIT_MONTH:
			tm.tm_mday = 1;
			months = move;
			break;
		case UNIT_QUARTER:
			tm.tm_mday = 1;
			tm.tm_mon -= (tm.tm_mon - 1) % 3;
			months = 3 * move;
			break;
		case UNIT_YEAR:
			tm.tm_mday = 1;
			tm.tm_mon = 1;
			months = 12 * move;
			break;
	}
	if (months != 0)
	{
		int			month = tm.tm_year * MONTHS_PER_YEAR + tm.tm_mon - 1 + months;

		tm.tm_year = month / MONTHS_PER_YEAR;
		tm.tm_mon = month % MONTHS_PER_YEAR + 1;
	}
	return from_parts(&tm, 0, zone);
}

/* See calendar.h. */
TimestampTz
calendar_floor(TimestampTz at, CalendarUnit unit, pg_tz *zone)
{
	return unit_start(at, unit, 0, zone);
}

/* See calendar.h. */
TimestampTz
calendar_next(TimestampTz at, CalendarUnit unit, pg_tz *zone)
{
	return unit_start(at, unit, 1, zone);
}

/* See calendar.h. */
bool
calendar_day(TimestampTz at, pg_tz *zone, int *day)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(at) || !local_parts(at, zone, &tm, &fsec))
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	return true;
}

/* See calendar.h.  What is not known of a zone may be on the next day. */
bool
calendar_clock(TimestampTz at, pg_tz *zone, int *day, int64 *time, TimestampTz *change)
{
	struct pg_tm tm;
	fsec_t		fsec;
	pg_time_t	utc;
	pg_time_t	boundary;
	long		before;
	long		after;
	int			before_dst;
	int			after_dst;
	int			found;

	if (TIMESTAMP_NOT_FINITE(at) || !local_parts(at, zone, &tm, &fsec))
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	*time = ((tm.tm_hour * MINS_PER_HOUR + tm.tm_min) * SECS_PER_MINUTE + tm.tm_sec) *
		USECS_PER_SEC + fsec;
	*change = DT_NOEND;
	utc = (at < 0 ? (at - USECS_PER_SEC + 1) / USECS_PER_SEC : at / USECS_PER_SEC) + EPOCH_SHIFT;
	found = pg_next_dst_boundary(&utc, &before, &before_dst, &boundary, &after, &after_dst, zone);
	if (found < 0)
		*change = at + USECS_PER_DAY;
	else if (found > 0 && boundary - EPOCH_SHIFT < END_TIMESTAMP / USECS_PER_SEC)
		*change = (boundary - EPOCH_SHIFT) * USECS_PER_SEC;
	return true;
}

/* See calendar.h. */
void
calendar_day_parts(int day, int *weekday, int *mday, int *month, int *left)
{
	int			sunday0 = j2day(day);
	int			year;

	j2date(day, &year, month, mday);
	*weekday = sunday0 == 0 ? 7 : sunday0;
	*left = day_tab[isleap(year)][*month - 1] - *mday;
}

/* See calendar.h. */
TimestampTz
calendar_birthday(TimestampTz born, int64 years, bool day_after, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(born) || !local_parts(born, zone, &tm, &fsec))
		return born < 0 ? DT_NOBEGIN : DT_NOEND;
	if (years < -JULIAN_MAXYEAR || years > JULIAN_MAXYEAR || tm.tm_year + years < 1)
		return years < 0 ? DT_NOBEGIN : DT_NOEND;
	tm.tm_year += years;
	tm.tm_mday = Min(tm.tm_mday, day_tab[isleap(tm.tm_year)][tm.tm_mon - 1]);
	if (day_after)
		j2date(date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) + 1,
			   &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return from_parts(&tm, 0, zone);
}

/*
 * See calendar.h.  The difference of the local years is off by one at most, and
 * what counts are the birthdays.
 */
bool
calendar_age(TimestampTz born, TimestampTz at, bool day_after, pg_tz *zone, int64 *years)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			year;

	if (TIMESTAMP_NOT_FINITE(born) || TIMESTAMP_NOT_FINITE(at) ||
		!local_parts(at, zone, &tm, &fsec))
		return false;
	year = tm.tm_year;
	if (!local_parts(born, zone, &tm, &fsec))
		return false;
	*years = (int64) year - tm.tm_year;
	while (calendar_birthday(born, *years, day_after, zone) > at)
		(*years)--;
	while (calendar_birthday(born, *years + 1, day_after, zone) <= at)
		(*years)++;
	return true;
}

/* See calendar.h. */
TimestampTz
cycle_floor(TimestampTz anchor, const Span *length, TimestampTz at, pg_tz *zone)
{
	int64		n;

	if (TIMESTAMP_NOT_FINITE(anchor) || anchor > at)
		return DT_NOBEGIN;
	if (at == DT_NOEND)
		return DT_NOEND;
	n = span_count(anchor, length, at, zone);
	return span_add(anchor, length, n, zone);
}

/* See calendar.h. */
TimestampTz
cycle_next(TimestampTz anchor, const Span *length, TimestampTz at, pg_tz *zone)
{
	if (TIMESTAMP_NOT_FINITE(anchor))
		return DT_NOEND;
	if (anchor > at)
		return anchor;
	if (at == DT_NOEND || span_empty(length))
		return DT_NOEND;
	return span_add(anchor, length, span_count(anchor, length, at, zone) + 1, zone);
}

/*
 * See calendar.h.  Both instants are broken down in the zone, so that a change
 * of the clock between them does not count.
 */
TimestampTz
calendar_shift(TimestampTz base, TimestampTz a, TimestampTz b, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			days;
	int64		time;

	if (TIMESTAMP_NOT_FINITE(base))
		return base;
	if (TIMESTAMP_NOT_FINITE(b))
		return b;
	if (!local_parts(b, zone, &tm, &fsec))
		return DT_NOEND;
	days = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	time = ((tm.tm_hour * MINS_PER_HOUR + tm.tm_min) * SECS_PER_MINUTE + tm.tm_sec) * USECS_PER_SEC +
		fsec;
	if (!local_parts(a, zone, &tm, &fsec))
		return DT_NOEND;
	days -= date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	time -= ((tm.tm_hour * MINS_PER_HOUR + tm.tm_min) * SECS_PER_MINUTE + tm.tm_sec) * USECS_PER_SEC +
		fsec;
	if (time < 0)
	{
		time += USECS_PER_DAY;
		days--;
	}
	return shift(base, 0, days, time, zone);
}

/* See calendar.h. */
TimestampTz
calendar_next_hour(TimestampTz at, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(at) || !local_parts(at, zone, &tm, &fsec))
		return DT_NOEND;
	return at + USECS_PER_HOUR -
		((tm.tm_min * SECS_PER_MINUTE + tm.tm_sec) * USECS_PER_SEC + fsec);
}

/* See calendar.h; of an infinite instant the first of everything. */
void
calendar_parts(TimestampTz at, pg_tz *zone, int *hour, int *weekday, int *day,
			   int *month)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			sunday0;

	if (TIMESTAMP_NOT_FINITE(at) || !local_parts(at, zone, &tm, &fsec))
	{
		*hour = 0;
		*weekday = *day = *month = 1;
		return;
	}
	*hour = tm.tm_hour;
	sunday0 = j2day(date2j(tm.tm_year, tm.tm_mon, tm.tm_mday));
	*weekday = sunday0 == 0 ? 7 : sunday0;
	*day = tm.tm_mday;
	*month = tm.tm_mon;
}
