/*
 * span.h
 *		Spans of time, and how they are written: "30 days", "ever".
 */
#ifndef GOVERNANCE_ENGINE_SPAN_H
#define GOVERNANCE_ENGINE_SPAN_H

#include "postgres.h"

/* A calendar span, as an interval is: months are added first, then days, then time. */
typedef struct Span
{
	int32		months;
	int32		days;
	int64		usecs;
	bool		forever;		/* "ever": the other fields are zero */
} Span;

/* Are two spans written with the same parts?  12 months is not 365 days. */
static inline bool
span_equal(const Span *a, const Span *b)
{
	return a->months == b->months && a->days == b->days &&
		a->usecs == b->usecs && a->forever == b->forever;
}

/* Does the span last no time at all? */
static inline bool
span_empty(const Span *span)
{
	return span->months == 0 && span->days == 0 && span->usecs == 0 &&
		!span->forever;
}

/*
 * Parses "30 days", "12 months", "1 day 12 hours", "90 minutes", "2 weeks",
 * "3 years", "ever" into *span.  False when the text is no span; a part with a
 * sign is refused, and so is a span longer than all of the calendar.
 */
extern bool span_parse(const char *text, Span *span);

/*
 * One "day", "days", "month" and so on, as a span; name has len bytes.  False
 * when it is no unit.
 */
extern bool span_unit(const char *name, int len, Span *one);

/* The span as it is written, "2 months", "1 day 12 hours", as a palloc'd text. */
extern char *span_text(const Span *span);

#endif							/* GOVERNANCE_ENGINE_SPAN_H */
