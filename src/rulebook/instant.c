/*
 * instant.c
 *		Instants as documents and facts write them.
 */
#include "postgres.h"

#include "rulebook/instant.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Reads exactly n digits at *s and moves on; false where there are fewer. */
static bool
read_digits(const char **s, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++)
	{
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return false;
		*value = *value * 10 + ((*s)[i] - '0');
	}
	*s += n;
	return true;
}

/*
 * YYYY-MM-DD, then optionally HH:MM[:SS[.ffffff]] and an offset.  The server's
 * own reader is not used, because what it makes of a text depends on settings
 * of the session and on today's date, and a document must always mean the
 * same.
 */
bool
parse_instant(const char *s, pg_tz *zone, TimestampTz *result)
{
	struct pg_tm tm;
	fsec_t		fsec = 0;
	int			tz;
	int			days;

	memset(&tm, 0, sizeof(tm));
	if (!read_digits(&s, 4, &tm.tm_year) || *s++ != '-' ||
		!read_digits(&s, 2, &tm.tm_mon) || *s++ != '-' ||
		!read_digits(&s, 2, &tm.tm_mday))
		return false;
	if (tm.tm_year < 1 || tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	days = day_tab[isleap(tm.tm_year)][tm.tm_mon - 1];
	if (tm.tm_mday < 1 || tm.tm_mday > days)
		return false;

	if (*s == 'T' || *s == ' ')
	{
		s++;
		if (!read_digits(&s, 2, &tm.tm_hour) || *s++ != ':' ||
			!read_digits(&s, 2, &tm.tm_min))
			return false;
		if (*s == ':')
		{
			s++;
			if (!read_digits(&s, 2, &tm.tm_sec))
				return false;
			if (*s == '.')
			{
				int			digit;

				if (!(*++s >= '0' && *s <= '9'))
					return false;
				for (int unit = USECS_PER_SEC / 10; *s >= '0' && *s <= '9'; unit /= 10)
				{
					(void) read_digits(&s, 1, &digit);
					if (unit == 0)
						return false;
					fsec += digit * unit;
				}
			}
		}
		if (tm.tm_hour > 24 || tm.tm_min > 59 || tm.tm_sec > 59 ||
			(tm.tm_hour == 24 && (tm.tm_min > 0 || tm.tm_sec > 0 || fsec > 0)))
			return false;
	}

	if (*s == '\0')
	{
		tm.tm_isdst = -1;
		tz = DetermineTimeZoneOffset(&tm, zone);
	}
	else if (*s == 'Z')
	{
		s++;
		tz = 0;
	}
	else if (*s == '+' || *s == '-')
	{
		bool		east = *s++ == '+';
		int			hours,
					minutes = 0;

		if (!read_digits(&s, 2, &hours))
			return false;
		if (*s == ':')
			s++;
		if (*s != '\0' && !read_digits(&s, 2, &minutes))
			return false;
		if (hours > 15 || minutes > 59)
			return false;
		tz = hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE;
		if (east)
			tz = -tz;
	}
	else
		return false;
	if (*s != '\0')
		return false;

	return tm2timestamp(&tm, fsec, &tz, result) == 0;
}
