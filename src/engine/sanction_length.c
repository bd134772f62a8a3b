/*
 * sanction_length.c
 *		How long sanctions of a rung last.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "engine/engine.h"
#include "engine/expr.h"
#include "engine/sanction_length.h"
#include "engine/span_param.h"
#include "engine/workday.h"

/* -1, 0, 1: a length is below a range, in it, above it, counted from an instant. */
static int
span_in_range(const Span *length, const SpanCase *range, TimestampTz from, pg_tz *zone)
{
	TimestampTz end = span_add(from, length, 1, zone);

	return end < span_add(from, &range->min, 1, zone) ? -1 :
		end > span_add(from, &range->max, 1, zone);
}

/* Is one range nearer to a length than another? Neither holds it. */
static bool
is_nearer(const SpanCase *a, const SpanCase *b, const Span *length, TimestampTz from, pg_tz *zone)
{
	TimestampTz end = span_add(from, length, 1, zone);
	const SpanCase *ranges[2] = {a, b};
	TimestampTz away[2];

	for (int i = 0; i < 2; i++)
	{
		TimestampTz min = span_add(from, &ranges[i]->min, 1, zone);

		away[i] = end < min ? min - end : end - span_add(from, &ranges[i]->max, 1, zone);
	}
	return away[0] < away[1];
}

/* See engine.h. */
bool
engine_length_open(const Rung *rung, const Span *length, TimestampTz from, pg_tz *zone,
				   const SpanCase **range)
{
	for (int i = 0; i < rung->length.ncases; i++)
	{
		const SpanCase *c = &rung->length.cases[i];

		if (!c->is_range)
			continue;
		if (span_in_range(length, c, from, zone) == 0)
			return true;
		if (*range == NULL || is_nearer(c, *range, length, from, zone))
			*range = c;
	}
	return false;
}

/*
 * See engine.h.  Which rungs a violation opens is not known before, so that the
 * length of any will do; rungs that hold while their condition does have none.
 */
bool
engine_check_length(const Policy *policy, int rule, const Span *length, TimestampTz from,
					const SpanCase **range)
{
	int			direct = policy->rules[rule].direct;

	*range = NULL;
	if (direct >= 0 &&
		engine_length_open(&policy->rungs[direct], length, from, policy->zone, range))
		return true;
	for (int i = 0; i < policy->nrungs; i++)
		if ((policy->rungs[i].mode == RUNG_CROSSING || policy->rungs[i].mode == RUNG_MULTIPLE) &&
			engine_length_open(&policy->rungs[i], length, from, policy->zone, range))
			return true;
	return false;
}

/* See sanction_length.h. */
bool
sanction_measure(Fold *fold, const Rung *rung, Measure *m)
{
	memset(m, 0, sizeof(Measure));
	m->left = -1;
	m->conditions = rung->nconditions > 0;
	if (rung->length.ncases > 0)
	{
		const SpanCase *c = span_case(fold, &rung->length);

		/* No case for this account: the rung does not concern it. */
		if (c == NULL)
			return false;
		if (!span_case_value(fold, c, &m->length))
			return false;
		if (c->is_range)
		{
			int			side;

			/*
			 * Whoever decided on the violation chooses, inside the range: what
			 * was chosen under another version may lie outside of this one's.
			 */
			if (fold->judged != NULL && !span_empty(&fold->judged->length))
			{
				m->length = fold->judged->length;
				m->detail = "length chosen";
			}
			side = span_in_range(&m->length, c, fold->at, fold->policy->zone);
			if (side != 0)
				m->length = side < 0 ? c->min : c->max;
		}

		/* For ever until something is done is until that is done. */
		m->has_length = !(m->length.forever && m->conditions);
	}
	if (rung->count_activity >= 0)
	{
		double		count = ceil(expr_number(rung->count, &fold->env) - 1e-9);

		m->left = (int) Min(Max(count, 1), PG_INT32_MAX);
	}

	/* Nothing opens that would be over at once. */
	return !m->has_length || !span_empty(&m->length) || m->conditions || m->left >= 0;
}

/* See sanction_length.h. */
TimestampTz
sanction_length_end(const Fold *fold, int rung, TimestampTz from, const Span *length)
{
	const Policy *policy = fold->policy;
	TimestampTz end = span_add(from, length, 1, policy->zone);

	return policy->rungs[rung].rolls ? workday_roll(&policy->calendar, end, policy->zone) : end;
}

/*
 * See sanction_length.h.  With conditions or a count the end is not known
 * before they are met, and the length is the least.
 */
void
sanction_set_ends(Fold *fold, SanctionState *s, const Measure *m, TimestampTz from)
{
	TimestampTz end = m->has_length ? sanction_length_end(fold, s->rung, from, &m->length) : from;

	if (m->conditions || m->left >= 0)
	{
		s->minimum = end;
		s->ends = DT_NOEND;
	}
	else
		s->ends = m->has_length ? end : DT_NOEND;
	s->left = m->left;
	s->met = 0;
}
