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

/*
 * The end of a period on a calendar of working days: `end` itself, or the same
 * local time on the next working day when the period's last day is none.
 */
extern TimestampTz workday_roll(const WorkCalendar *calendar, TimestampTz end, pg_tz *zone);

#endif							/* GOVERNANCE_ENGINE_WORKDAY_H */
