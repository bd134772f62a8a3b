/*
 * local_time.c
 *		Local times as instants, also on days of 23 and 25 hours.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "engine/calendar.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* How far the local clock is ahead of UTC at an instant, in microseconds. */
static int64
clock_offset(TimestampTz t, pg_tz *zone)
{
	pg_time_t	seconds = timestamptz_to_time_t(t);
	struct pg_tm *tm = pg_localtime(&seconds, zone);

	return tm == NULL ? 0 : (int64) tm->tm_gmtoff * USECS_PER_SEC;
}

/* A local time as if the clock showed UTC. */
static TimestampTz
clock_time(int32 day, int64 time)
{
	return ((int64) day - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY + time;
}

/* The clock is asked a day before and a day after: no zone changes twice between. */
int
local_instants(int32 day, int64 time, pg_tz *zone, TimestampTz *instants)
{
	TimestampTz clock = clock_time(day, time);
	int64		before = clock_offset(clock - USECS_PER_DAY, zone);
	int64		after = clock_offset(clock + USECS_PER_DAY, zone);
	int			n = 0;

	if (clock_offset(clock - before, zone) == before)
		instants[n++] = clock - before;
	if (after != before && clock_offset(clock - after, zone) == after)
		instants[n++] = clock - after;
	return n;
}

/* The change lies between what the two clocks make of the time. */
TimestampTz
local_instant(int32 day, int64 time, bool shift, pg_tz *zone)
{
	TimestampTz instants[2];
	TimestampTz clock = clock_time(day, time);
	TimestampTz low;
	TimestampTz high;
	int64		before;

	if (local_instants(day, time, zone, instants) > 0)
		return instants[0];
	before = clock_offset(clock - USECS_PER_DAY, zone);
	if (shift)
		return clock - before;
	low = clock - USECS_PER_DAY;
	high = clock + USECS_PER_DAY;
	while (high - low > 1)
	{
		TimestampTz middle = low + (high - low) / 2;

		if (clock_offset(middle, zone) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Before the start of day an instant belongs to the day before. */
int32
local_day(const Meter *m, const Conventions *conventions, TimestampTz t)
{
	pg_tz	   *zone = meter_zone(m, t);
	int			day = POSTGRES_EPOCH_JDATE;
	int64		time;
	TimestampTz change;

	(void) calendar_clock(t, zone, &day, &time, &change);
	if (conventions->day_starts > 0)
	{
		if (t < local_instant(day, conventions->day_starts, conventions->missing_hour_shifts, zone))
			day--;
	}
	return day;
}

/* near: an instant whose zone counts. */
TimestampTz
day_start(const Meter *m, const Conventions *conventions, int32 day, TimestampTz near)
{
	return local_instant(day, conventions->day_starts, conventions->missing_hour_shifts,
						 meter_zone(m, near));
}
