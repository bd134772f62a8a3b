/*
 * calendar.h
 *		Arithmetic on the local calendar of a time zone: adding and counting
 *		spans, the units of the calendar, and cycles.
 *
 * Instants are TimestampTz, that is microseconds.  A result that leaves the
 * range of the calendar is DT_NOEND, or DT_NOBEGIN when the way led backwards.
 */
#ifndef GOVERNANCE_ENGINE_CALENDAR_H
#define GOVERNANCE_ENGINE_CALENDAR_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "engine/span.h"
#include "pgtime.h"

typedef enum Rounding
{
	ROUND_NONE,
	ROUND_DAY_END,				/* up to the 24:00 that follows, local time;
								 * an instant that is midnight stays only
								 * when it is one already */
	ROUND_DAY_START				/* down to 00:00 */
} Rounding;

typedef enum CalendarUnit
{
	UNIT_NONE,
	UNIT_DAY,
	UNIT_WEEK,					/* begins on Monday */
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR
} CalendarUnit;

/* ---------- spans ---------- */

/*
 * The instant that lies n spans after another.  Months are clamped at the end
 * of the month; DT_NOEND when the span is for ever or the range is left.
 */
extern TimestampTz span_add(TimestampTz at, const Span *span, int64 n, pg_tz *zone);

/*
 * The instant that lies one span before another; DT_NOBEGIN for a span for ever.
 * Where the month has no such day it is the end of its last one, so that a later
 * instant never leads to an earlier one.
 */
extern TimestampTz span_subtract(TimestampTz at, const Span *span, pg_tz *zone);

/*
 * The largest n >= 0 for which base + n spans <= limit; -1 when not even base
 * is.  An empty span, or one for ever, counts as none.
 */
extern int64 span_count(TimestampTz base, const Span *span, TimestampTz limit,
						pg_tz *zone);

/* The span taken a number of times that need not be whole; empty when it is not positive. */
extern Span span_times(const Span *span, double times);

/*
 * The first instant at which something of an instant has left a look-back
 * window: the smallest t with t - span >= instant.
 */
extern TimestampTz span_leaving(TimestampTz instant, const Span *span,
								pg_tz *zone);

/* ---------- units of the calendar ---------- */

/* An instant rounded to the beginning or the end of its local day. */
extern TimestampTz calendar_round(TimestampTz at, Rounding rounding, pg_tz *zone);

/* The start of the unit that holds `at`, and the start of the next one. */
extern TimestampTz calendar_floor(TimestampTz at, CalendarUnit unit, pg_tz *zone);
extern TimestampTz calendar_next(TimestampTz at, CalendarUnit unit, pg_tz *zone);

/* The next full local hour. */
extern TimestampTz calendar_next_hour(TimestampTz at, pg_tz *zone);

/* How far b is from a on the local calendar, in days and time, added to base. */
extern TimestampTz calendar_shift(TimestampTz base, TimestampTz a,
								  TimestampTz b, pg_tz *zone);

/*
 * What expressions see of an instant: the local hour (0 to 23), the ISO day of
 * the week (Monday is 1), the day of the month and the month.
 */
extern void calendar_parts(TimestampTz at, pg_tz *zone, int *hour, int *weekday,
						   int *day, int *month);

/* The Julian date of its local day; false when it is out of range. */
extern bool calendar_day(TimestampTz at, pg_tz *zone, int *day);

/*
 * The same with the time that the clock shows, in microseconds since midnight, and
 * with the next instant at which the zone changes: up to it the clock runs evenly.
 * DT_NOEND: it never does again.
 */
extern bool calendar_clock(TimestampTz at, pg_tz *zone, int *day, int64 *time,
						   TimestampTz *change);

/*
 * A day, a Julian date, as calendar_parts() has it, and how many more its month
 * has.
 */
extern void calendar_day_parts(int day, int *weekday, int *mday, int *month, int *left);

/* ---------- ages ---------- */

/*
 * The local midnight at which so many years since a date are full: its day of the
 * month, 28 February for the 29th in a year that has none; day_after: the midnight
 * that follows.
 */
extern TimestampTz calendar_birthday(TimestampTz born, int64 years, bool day_after, pg_tz *zone);

/*
 * How many years since a date are full at an instant, below 0 before the date;
 * false when either is out of range.
 */
extern bool calendar_age(TimestampTz born, TimestampTz at, bool day_after, pg_tz *zone,
						 int64 *years);

/* ---------- cycles ---------- */

/*
 * The boundaries of a cycle of some length that is counted from an anchor: the
 * last one that is not after an instant (DT_NOBEGIN before the anchor), and the
 * first one after it.
 */
extern TimestampTz cycle_floor(TimestampTz anchor, const Span *length,
							   TimestampTz at, pg_tz *zone);
extern TimestampTz cycle_next(TimestampTz anchor, const Span *length,
							  TimestampTz at, pg_tz *zone);

#endif							/* GOVERNANCE_ENGINE_CALENDAR_H */
