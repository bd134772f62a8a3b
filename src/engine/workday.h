/*
 * workday.h
 *		Calendars of working days, and periods that end on one of them.
 */
#ifndef GOVERNANCE_ENGINE_WORKDAY_H
#define GOVERNANCE_ENGINE_WORKDAY_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pgtime.h"

/* calendar: which days are worked on */
typedef struct CalendarDay
{
	int32		day;			/* a Julian date */
	int32		working;		/* 0: a holiday; 1: worked on, weekend or not */
} CalendarDay;

typedef struct WorkCalendar
{
	bool		given;
	uint8		weekend;		/* bits by day of the week, Sunday is 0 */
	char	   *name;			/* whose days governance.holiday has, or null */
	uint64		hash;			/* of these when the policy was compiled */
	int			ndays;			/* in order */
	CalendarDay *days;
	bool		roll_sanctions; /* what ends on the next working day when its */
	bool		roll_relief;	/* last day is none; reliefs by age and rungs */
	bool		roll_appeals;	/* have it in `rolls` */
} WorkCalendar;

/* What a local day may be. */
typedef enum DayKind
{
	DAY_HOLIDAY,				/* the calendar says that nobody works on it */
	DAY_WORKED_WEEKEND,			/* a day of the weekend that it says is worked on */
	DAY_WORKING					/* worked on */
} DayKind;

/* Is a day, a Julian date, of a kind? */
extern bool workday_is(const WorkCalendar *calendar, int32 day, DayKind kind);

/*
 * The first day after another one that may be what that one is not, or the other
 * way round; PG_INT32_MAX when there is none.
 */
extern int32 workday_turn(const WorkCalendar *calendar, int32 day, DayKind kind);

/*
 * The end of a period on a calendar of working days: `end` itself, or the same
 * local time on the next working day when the period's last day is none.
 */
extern TimestampTz workday_roll(const WorkCalendar *calendar, TimestampTz end, pg_tz *zone);

#endif							/* GOVERNANCE_ENGINE_WORKDAY_H */
