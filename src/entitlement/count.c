/*
 * count.c
 *		Which uses count for a limit, and what they come to.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "util.h"

/* ---------- which ---------- */

/* Does a capability share a pool of the document? */
static bool
in_pool(const Meter *m, const Capability *pool, const char *name)
{
	const Capability *capability = entitlement_capability(m->document, name);

	for (int i = 0; capability != NULL && i < capability->npools; i++)
		if (&m->document->pools[capability->pools[i]] == pool)
			return true;
	return false;
}

/* Is a capability one of those whose uses count? */
static bool
capability_counts(const Meter *m, const Capability *place, const UsageLimit *limit, const char *name)
{
	char	  **names = limit->ncounting > 0 ? limit->counting : place->counting;
	int			n = limit->ncounting > 0 ? limit->ncounting : place->ncounting;

	if (n > 0)
	{
		for (int i = 0; i < n; i++)
			if (entitlement_matches(names[i], name))
				return true;
		return false;
	}
	if (place->is_pool)
		return in_pool(m, place, name);
	/* each that a pattern stands for counts by itself */
	return strcmp(name, place->is_pattern ? m->request->capability : place->name) == 0;
}

/* Is an account one of those that share a counter by a link, or by being one subject? */
static bool
in_group(const Meter *m, const char *link, int64 account_id)
{
	for (int i = 0; i < m->view->ngroups; i++)
	{
		const MeterGroup *group = &m->view->groups[i];

		if ((group->link == NULL) != (link == NULL) ||
			(link != NULL && strcmp(group->link, link) != 0))
			continue;
		for (int j = 0; j < group->naccounts; j++)
			if (group->accounts[j] == account_id)
				return true;
		return group->naccounts == 0 && account_id == m->view->account_id;
	}
	return account_id == m->view->account_id;
}

/* Have a use and the request the same value in their context? */
static bool
same_context(const Meter *m, int index, const MeterUse *use)
{
	const ExprValue *a = use->context != NULL ? &use->context[index] : NULL;
	const ExprValue *b = m->request->has_context ? &m->request->context[index] : NULL;

	if (a == NULL || b == NULL || a->isnull || b->isnull)
		return false;
	switch (m->document->context_names[index].type)
	{
		case ATTRIBUTE_TEXT:
			return strcmp(a->text, b->text) == 0;
		case ATTRIBUTE_DATE:
			return a->date == b->date;
		default:
			return a->number == b->number;
	}
}

/* Is it the counter of the request's that a use counts in? */
static bool
owner_fits(const Meter *m, int of, const char *link, int context, const MeterUse *use)
{
	if ((of & OF_ACCOUNT) && use->account_id != m->view->account_id)
		return false;
	if ((of & OF_SUBJECT) && !in_group(m, NULL, use->account_id))
		return false;
	if ((of & OF_LINK) && !in_group(m, link, use->account_id))
		return false;
	if ((of & OF_COUNTERPART) && (m->request->counterpart == 0 || use->counterpart != m->request->counterpart))
		return false;
	if ((of & OF_CONTEXT) && !same_context(m, context, use))
		return false;
	return true;
}

/* See meter_state.h; a reservation counts as long as it holds. */
bool
use_counts(const Meter *m, const Capability *place, const UsageLimit *limit, const MeterUse *use, TimestampTz t)
{
	return capability_counts(m, place, limit, use->capability) &&
		owner_fits(m, limit->of, limit->of_link, limit->of_context, use) &&
		!(use->reserved && use->lease_until <= t);
}

/* Under "open" a late use stands in its own window while that is open. */
TimestampTz
use_place(const Meter *m, const UsageLimit *limit, const MeterUse *use)
{
	TimestampTz from;
	TimestampTz to;

	if (use->arrived <= use->from || limit->conventions.late == LATE_OWN || use->session_id != 0)
		return use->from;
	if (limit->conventions.late == LATE_OPEN &&
		(limit->frame == FRAME_WINDOW || limit->frame == FRAME_DURING) &&
		window_bounds(m, limit, use->from, &from, &to) && use->arrived < to)
		return use->from;
	return use->arrived;
}

/* ---------- how much ---------- */

/* What runs ends where the request is made; a session without a sign has its end. */
TimestampTz
use_end(const Meter *m, const MeterUse *use, TimestampTz t)
{
	if (use->to == DT_NOEND)
		return Max(use->from, Min(m->at, t));
	return use->to;
}

/* Do its units pass while a session runs? */
bool
limit_runs(const Meter *m, const Capability *place, const UsageLimit *limit)
{
	return place->is_time && limit->measure == MEASURE_AMOUNT && limit->frame != FRAME_USE &&
		capability_counts(m, place, limit, m->request->capability);
}

/* A measure that is an expression sees the context of the use. */
static int64
measured(const Meter *m, const Capability *place, const UsageLimit *limit, const ExprValue *context,
		 int64 amount, int64 counterpart, TimestampTz t)
{
	MeterRequest request = *m->request;
	Meter		that = *m;
	double		number;

	request.has_context = context != NULL;
	request.context = context;
	request.amount = amount;
	request.counterpart = counterpart;
	that.request = &request;
	if (!meter_number(&that, limit->measured, t, false, &number))
		return -1;
	return entitlement_amount(place, number);
}

/* See meter_state.h. */
int64
use_measure(const Meter *m, const Capability *place, const UsageLimit *limit, const MeterUse *use, TimestampTz t)
{
	int64		amount;

	switch (limit->measure)
	{
		case MEASURE_USES:
			return use->undone ? 0 : place->unit_size;
		case MEASURE_SESSIONS:
			return use->session_id != 0 ? place->unit_size : 0;
		case MEASURE_EXPR:
			return Max(measured(m, place, limit, use->context, use->amount, use->counterpart, use->from), 0);
		default:
			break;
	}
	if (use->session_id != 0 && place->is_time)
		return use->to == DT_NOEND ? use_end(m, use, t) - use->from : use->amount;
	amount = limit->frame == FRAME_HELD ? use->held : use->amount;
	return amount;
}

/* The request measured; a measure that misses what it needs is -1. */
int64
request_measure(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	switch (limit->measure)
	{
		case MEASURE_USES:
			return place->unit_size;
		case MEASURE_SESSIONS:
			return m->request->session || place->is_time ? place->unit_size : 0;
		case MEASURE_EXPR:
			return measured(m, place, limit, m->request->has_context ? m->request->context : NULL,
							m->request->amount, m->request->counterpart, t);
		default:
			return capability_counts(m, place, limit, m->request->capability) ? m->request->amount : 0;
	}
}

/* Up to where the time of each account has been counted: two devices count once. */
typedef struct Covered
{
	int64		account_id;
	TimestampTz until;
} Covered;

typedef struct Cover
{
	int			n;
	int			room;
	Covered    *accounts;
} Cover;

/* The time of an interval that lies in a window and was not counted yet. */
static int64
uncovered(Cover *cover, bool once, int64 account_id, TimestampTz from, TimestampTz to, TimestampTz low,
		  TimestampTz high)
{
	Covered    *covered = NULL;

	for (int i = 0; once && i < cover->n; i++)
		if (cover->accounts[i].account_id == account_id)
			covered = &cover->accounts[i];
	if (once && covered == NULL)
	{
		array_reserve(cover->accounts, cover->room, cover->n + 1);
		covered = &cover->accounts[cover->n++];
		covered->account_id = account_id;
		covered->until = DT_NOBEGIN;
	}
	from = Max(from, low);
	if (once)
	{
		from = Max(from, covered->until);
		covered->until = Max(covered->until, to);
	}
	to = Min(to, high);
	return Max(to - from, 0);
}

/*
 * The uses are in the order of their beginning, and what runs since the request comes
 * last.  What was taken from grants does not count.
 */
int64
count_between(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz from, TimestampTz to,
			  TimestampTz t, int64 *reserved)
{
	bool		once = limit->conventions.concurrent == CONCURRENT_UNION;
	Cover		cover = {0};
	int64		sum = 0;

	if (reserved != NULL)
		*reserved = 0;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz at = use_place(m, limit, use);
		int64		counted;

		if (at > t || at >= to || !use_counts(m, place, limit, use, t))
			continue;
		if (use->session_id != 0 && place->is_time && limit->measure == MEASURE_AMOUNT &&
			!limit->conventions.crossing_start)
		{
			TimestampTz end = use->to == DT_NOEND ? use_end(m, use, t) : use->from + use->amount;

			counted = uncovered(&cover, once, use->account_id, use->from, Min(end, t), from, to);
			if (at >= from)
				counted = Max(counted - use->granted, 0);
		}
		else if (at >= from)
			counted = use_measure(m, place, limit, use, t) - use->granted;
		else
			continue;
		sum = amount_sum(sum, counted);
		if (reserved != NULL && use->reserved)
			*reserved = amount_sum(*reserved, counted);
	}
	if (m->running && t > m->at && limit_runs(m, place, limit))
		sum += limit->conventions.crossing_start ? (m->at >= from && m->at < to ? t - m->at : 0) :
			uncovered(&cover, once, m->view->account_id, m->at, t, from, to);
	return sum;
}
