/*
 * span.c
 *		Spans of time as they are written: "30 days", "1 day 12 hours", "ever".
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "engine/characters.h"
#include "engine/span.h"
#include "lib/stringinfo.h"

/* Longer than any instant can be away from another. */
#define MAX_SPAN_YEARS		300000
#define MAX_SPAN_USECS		(PG_INT64_MAX / 2)

static const struct
{
	const char *name;
	int			months;
	int			days;
	int64		usecs;
}			span_units[] = {
	{"year", 12, 0, 0},
	{"month", 1, 0, 0},
	{"week", 0, 7, 0},
	{"day", 0, 1, 0},
	{"hour", 0, 0, USECS_PER_HOUR},
	{"minute", 0, 0, USECS_PER_MINUTE},
	{"second", 0, 0, USECS_PER_SEC}
};

/* See span.h; "day" and "days" are the same. */
bool
span_unit(const char *name, int len, Span *one)
{
	memset(one, 0, sizeof(*one));
	if (len > 1 && name[len - 1] == 's')
		len--;
	for (int i = 0; i < (int) lengthof(span_units); i++)
	{
		if ((int) strlen(span_units[i].name) == len &&
			strncmp(span_units[i].name, name, len) == 0)
		{
			one->months = span_units[i].months;
			one->days = span_units[i].days;
			one->usecs = span_units[i].usecs;
			return true;
		}
	}
	return false;
}

/* See span.h.  Parts may come in any order and more than once; their sum counts. */
bool
span_parse(const char *text, Span *span)
{
	const char *s = text;
	int			parts = 0;

	memset(span, 0, sizeof(*span));
	while (is_blank(*s))
		s++;

	if (strncmp(s, "ever", 4) == 0)
	{
		s += 4;
		while (is_blank(*s))
			s++;
		span->forever = true;
		return *s == '\0';
	}

	while (*s != '\0')
	{
		const char *unit;
		int64		n = 0;
		Span		one;
		int64		months,
					days,
					usecs;

		if (!is_digit(*s))
			return false;
		while (is_digit(*s))
		{
			n = n * 10 + (*s++ - '0');
			if (n > (int64) MAX_SPAN_YEARS * 366 * 86400)
				return false;
		}
		while (is_blank(*s))
			s++;
		unit = s;
		while (*s >= 'a' && *s <= 'z')
			s++;
		if (!span_unit(unit, s - unit, &one))
			return false;

		months = span->months + n * one.months;
		days = span->days + n * one.days;
		if (months > (int64) MAX_SPAN_YEARS * 12 ||
			days > (int64) MAX_SPAN_YEARS * 366 ||
			(one.usecs > 0 &&
			 n > MAX_SPAN_USECS / one.usecs))
			return false;
		usecs = span->usecs + n * one.usecs;
		if (usecs > MAX_SPAN_USECS)
			return false;

		span->months = (int32) months;
		span->days = (int32) days;
		span->usecs = usecs;
		parts++;
		while (is_blank(*s))
			s++;
	}
	return parts > 0;
}

/* See span.h.  A span of less than a second is told in microseconds. */
char *
span_text(const Span *span)
{
	struct
	{
		int64		n;
		const char *unit;
	}			parts[] = {
		{span->months / 12, "year"}, {span->months % 12, "month"},
		{span->days, "day"},
		{span->usecs / USECS_PER_HOUR, "hour"},
		{span->usecs % USECS_PER_HOUR / USECS_PER_MINUTE, "minute"},
		{span->usecs % USECS_PER_MINUTE / USECS_PER_SEC, "second"}
	};
	StringInfoData out;

	initStringInfo(&out);
	if (span->forever)
		appendStringInfoString(&out, "ever");
	for (int i = 0; i < (int) lengthof(parts); i++)
		if (parts[i].n != 0)
			appendStringInfo(&out, "%s%lld %s%s", out.len > 0 ? " " : "", (long long) parts[i].n,
							 parts[i].unit, parts[i].n == 1 ? "" : "s");
	if (out.len == 0)
		appendStringInfo(&out, "%lld microseconds", (long long) span->usecs);
	return out.data;
}
