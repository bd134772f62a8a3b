/*
 * limit.c
 *		What a limit comes to at an instant: so much, used, left.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "entitlement/meter_state.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* ---------- amounts ---------- */

/* What the document or somebody has set; AMOUNT_NONE: nothing limits. */
static int64
base_amount(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, const char **missing)
{
	bool		strict = limit->conventions.missing != MISSING_IGNORE;
	double		number;
	bool		has_own = false;
	int64		own = AMOUNT_NONE;
	int64		set;

	*missing = NULL;
	if (limit->amount != NULL)
	{
		*missing = meter_missing(m, limit->amount, t);
		has_own = meter_number(m, limit->amount, t, strict, &number);
		if (has_own)
			own = Max(entitlement_amount(place, number), 0);
		else if (*missing != NULL && strict)
			own = 0;
	}
	if (limit_value_set(m, place, limit, t, has_own, own, &set))
		return set;
	if (limit->amount == NULL && !limit->null_limits_nothing && !limit->has_only_for && limit->unset_refuses)
		return 0;
	return own;
}

/* ---------- windows ---------- */

/* Goes on with a use: it opens a window where none is, and so does time that runs past its end. */
static void
follow_first_use(const Meter *m, const UsageLimit *limit, TimestampTz at, TimestampTz end, TimestampTz t,
				 TimestampTz *from, TimestampTz *to)
{
	for (int steps = 0; steps < METER_STEPS && at <= t; steps++)
	{
		if (*from == DT_NOBEGIN || at >= *to)
		{
			*from = at;
			*to = meter_plus(m, at, &limit->length);
		}
		if (*to >= end)
			return;
		at = *to;
	}
}

/* The window that is open from the first use on; none is when nothing was used. */
static bool
first_use_bounds(const Meter *m, const UsageLimit *limit, const Capability *place, TimestampTz t,
				 TimestampTz *from, TimestampTz *to)
{
	bool		runs = limit_runs(m, place, limit);
	bool		crosses = place->is_time && limit->measure == MEASURE_AMOUNT && !limit->conventions.crossing_start;

	*from = *to = DT_NOBEGIN;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz at = use_place(m, limit, use);

		if (at <= t && use_counts(m, place, limit, use, t))
			follow_first_use(m, limit, at, crosses && use->session_id != 0 ? use_end(m, use, t) : at, t, from, to);
	}
	if (m->running && runs)
		follow_first_use(m, limit, m->at, crosses ? PG_INT64_MAX : m->at, t, from, to);
	return *from != DT_NOBEGIN && t < *to;
}

/* See meter_state.h. */
bool
frame_bounds(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, TimestampTz *from,
			 TimestampTz *to)
{
	if (limit->frame == FRAME_FIRST_USE)
		return first_use_bounds(m, limit, place, t, from, to);
	return window_bounds(m, limit, t, from, to);
}

/* ---------- carrying over ---------- */

/*
 * What earlier windows have left for the one that begins at an instant: from the
 * window of the first use on, in which nothing is carried.
 */
static int64
carried(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz begins, TimestampTz t)
{
	TimestampTz from;
	TimestampTz to;
	TimestampTz first = DT_NOEND;
	int64		carry = 0;

	for (int i = 0; i < m->view->nuses; i++)
		if (use_counts(m, place, limit, &m->view->uses[i], t))
			first = Min(first, use_place(m, limit, &m->view->uses[i]));
	if (first >= begins)
		return 0;
	/* back to a window of which it is known what it leaves, whatever came before */
	for (from = begins; from > first;)
	{
		TimestampTz low;

		if (!frame_bounds(m, place, limit, from - 1, &low, &to))
			return 0;
		from = low;
		if (limit->carry == CARRY_LAST || count_between(m, place, limit, low, to, t, NULL) == 0)
			break;
	}
	if (!frame_bounds(m, place, limit, from, &from, &to))
		return 0;
	while (from < begins)
	{
		const char *missing;
		int64		amount = base_amount(m, place, limit, from, &missing);
		int64		used = count_between(m, place, limit, from, to, t, NULL);
		int64		most = amount;
		double		number;

		CHECK_FOR_INTERRUPTS();
		if (amount == AMOUNT_NONE)
			return 0;
		if (limit->carry_at_most != NULL && meter_number(m, limit->carry_at_most, from, true, &number))
			most = entitlement_amount(place, number);
		carry = limit->carry == CARRY_FIRST ? amount - Max(used - carry, 0) : amount - used;
		carry = Max(Min(carry, most), 0);
		from = to;
		if (!frame_bounds(m, place, limit, from, &from, &to))
			return 0;
	}
	return carry;
}

/* ---------- rolling windows ---------- */

/* Where the window begins that ends at an instant: what lies at it is out. */
static TimestampTz
rolling_from(const Meter *m, const UsageLimit *limit, TimestampTz t)
{
	TimestampTz from = meter_minus(m, t, &limit->length);

	return limit->conventions.rolling_end_included ? from : from + 1;
}

/* The first of the local days that count, of which today is the last. */
static int32
first_day(const UsageLimit *limit, int32 today)
{
	int32		days = limit->length.days + limit->length.months * 30 +
		(int32) (limit->length.usecs / USECS_PER_DAY);

	return today - Max(days, 1) + 1;
}

/* What a moving window holds. */
static int64
rolling_used(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz since, TimestampTz t,
			 int64 *reserved)
{
	TimestampTz from;

	if (limit->by == ROLL_DAY)
	{
		int32		today = local_day(m, &limit->conventions, t);

		from = day_start(m, &limit->conventions, first_day(limit, today), t);
		return count_between(m, place, limit, Max(from, since), DT_NOEND, t, reserved);
	}
	from = rolling_from(m, limit, t);
	if (limit->by == ROLL_SHARE || !limit_runs(m, place, limit))
		return count_between(m, place, limit, Max(from, since), DT_NOEND, t, reserved);
	else
	{
		/* exact: a session leaves whole, when its end does */
		int64		sum = 0;

		*reserved = 0;
		for (int i = 0; i < m->view->nuses; i++)
		{
			const MeterUse *use = &m->view->uses[i];

			if (use->from > t || use_end(m, use, t) < from || use->from < since ||
				!use_counts(m, place, limit, use, t))
				continue;
			sum = amount_sum(sum, use_measure(m, place, limit, use, t) - use->granted);
			*reserved = amount_sum(*reserved, use->reserved ? use->amount : 0);
		}
		return sum + (m->running ? Max(t - m->at, 0) : 0);
	}
}

/* When something leaves a moving window next. */
static TimestampTz
rolling_turn(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	pg_tz	   *zone = meter_zone(m, t);
	TimestampTz result = DT_NOEND;

	if (limit->by == ROLL_DAY)
		return day_start(m, &limit->conventions, local_day(m, &limit->conventions, t) + 1, t);
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz ends[2] = {use_place(m, limit, use), use_end(m, use, t)};

		if (!use_counts(m, place, limit, use, t))
			continue;
		for (int j = 0; j < 2; j++)
		{
			TimestampTz leaves = span_leaving(ends[j], &limit->length, zone);

			if (limit->conventions.rolling_end_included)
				leaves++;
			if (leaves > t)
				result = Min(result, leaves);
		}
	}
	return result;
}

/* ---------- buckets ---------- */

/*
 * How much of a bucket is used at an instant: it fills evenly, and each use takes out
 * of it.  What is used is not rounded down, so that nothing passes too early, and not
 * up while a session runs, so that it does not end too early; a millionth of the
 * smallest part of a unit is only what sums of fractions leave.
 */
static int64
bucket_used(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, int64 *reserved)
{
	double		rate = (double) limit->refill_amount / (limit->refill_span.usecs +
														limit->refill_span.days * (double) USECS_PER_DAY);
	bool		runs = m->running && t > m->at && limit_runs(m, place, limit);
	TimestampTz now = runs ? m->at : t;
	double		used = 0;
	TimestampTz at = DT_NOBEGIN;

	*reserved = 0;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];

		if (use->from > now || !use_counts(m, place, limit, use, t))
			continue;
		if (at != DT_NOBEGIN)
			used = Max(used - rate * (use->from - at), 0);
		at = use->from;
		used += use_measure(m, place, limit, use, t) - use->granted;
	}
	if (at != DT_NOBEGIN)
		used = Max(used - rate * (now - at), 0);
	if (runs)
		return (int64) Min(Max(used + (1 - rate) * (t - m->at), 0) + 1e-6, (double) AMOUNT_MOST);
	return (int64) ceil(Min(used, (double) AMOUNT_MOST) - 1e-6);
}

/* ---------- stocks ---------- */

/* Uses less what was given up, or the fact that says it. */
static int64
held_now(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, int64 *reserved)
{
	int64		sum = 0;
	double		number;

	*reserved = 0;
	if (limit->held != NULL)
		return meter_number(m, limit->held, t, false, &number) ? entitlement_amount(place, number) : 0;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];

		if (use->from > t || !use_counts(m, place, limit, use, t))
			continue;
		sum = amount_sum(sum, use_measure(m, place, limit, use, t));
		*reserved = amount_sum(*reserved, use->reserved ? use->amount : 0);
	}
	return sum;
}

/* ---------- sessions of another capability ---------- */

/* When the session began that a limit counts in; DT_NOEND: none is open. */
static TimestampTz
session_since(const Meter *m, const UsageLimit *limit, TimestampTz t)
{
	TimestampTz since = DT_NOEND;
	int64		owner = (limit->of & OF_COUNTERPART) ? m->request->counterpart : m->view->account_id;

	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];

		if (use->session_id != 0 && use->account_id == owner && use->from <= t && use->to > t &&
			entitlement_matches(limit->session, use->capability))
			since = use->from;
	}
	return since;
}

/* ---------- used ---------- */

/* What is used in the frame of a limit, from an instant on at the earliest. */
static int64
frame_used(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz since, TimestampTz t,
		   int64 *reserved, TimestampTz *resets, bool *silent)
{
	TimestampTz from;
	TimestampTz to;

	*reserved = 0;
	*resets = DT_NOEND;
	switch (limit->frame)
	{
		case FRAME_USE:
			return 0;
		case FRAME_SESSION:
			if (limit->session == NULL)
				return m->running && limit_runs(m, place, limit) ? t - m->at : 0;
			from = session_since(m, limit, t);
			return from == DT_NOEND ? 0 : count_between(m, place, limit, Max(from, since), DT_NOEND, t, reserved);
		case FRAME_WINDOW:
		case FRAME_FIRST_USE:
		case FRAME_DURING:
			if (!frame_bounds(m, place, limit, t, &from, &to))
			{
				*silent = limit->frame == FRAME_DURING;
				return 0;
			}
			*resets = to;
			return count_between(m, place, limit, Max(from, since), to, t, reserved);
		case FRAME_WITHIN:
			if (limit->rest >= 0)
			{
				RestState	rest = rest_state(m, &m->document->rests[limit->rest], t);

				since = Max(since, rest.since);
			}
			*resets = rolling_turn(m, place, limit, t);
			return since == DT_NOEND ? 0 : rolling_used(m, place, limit, since, t, reserved);
		case FRAME_SINCE:
			{
				RestState	rest = rest_state(m, &m->document->rests[limit->rest], t);

				*resets = rest.turn;
				if (rest.since == DT_NOEND)
					return 0;
				if (limit->has_only_for)
					return t - rest.since - rest.excluded;
				return count_between(m, place, limit, Max(rest.since, since), DT_NOEND, t, reserved);
			}
		case FRAME_HELD:
			return held_now(m, place, limit, t, reserved);
		case FRAME_REFILL:
			return bucket_used(m, place, limit, t, reserved);
	}
	return 0;
}

/* ---------- locks and grace ---------- */

/*
 * Follows the uses in their order: each that reaches the amount shuts the limit, and
 * with a reset counting begins from nothing when it opens again.
 */
static void
follow_locks(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, LimitState *state,
			 TimestampTz *since)
{
	Span		length;
	Meter		past = *m;

	past.running = false;
	state->locked_until = DT_NOBEGIN;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz at = use_end(m, use, t);
		const char *missing;
		TimestampTz resets;
		bool		silent = false;
		int64		reserved;
		int64		amount;

		if (use->from > t || use->reserved || !use_counts(m, place, limit, use, t))
			continue;
		if (at < state->locked_until || (limit->lock_resets && at < *since))
			continue;
		amount = base_amount(&past, place, limit, at, &missing);
		if (amount == AMOUNT_NONE ||
			frame_used(&past, place, limit, *since, at, &reserved, &resets, &silent) < amount ||
			!meter_span(&past, &limit->action_length, at, &length))
			continue;
		state->locked_at = at;
		state->locked_until = meter_plus(&past, at, &length);
		if (limit->lock_resets)
			*since = state->locked_until;
	}
	if (state->locked_until <= t)
		state->locked_until = DT_NOBEGIN;
}

/* Since when more is used than the limit has, and until when that is let pass. */
static void
follow_grace(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t, LimitState *state)
{
	Span		length;
	Meter		past = *m;

	past.running = false;
	state->grace_until = DT_NOEND;
	if (state->used <= state->amount)
		return;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		TimestampTz resets;
		bool		silent = false;
		int64		reserved;

		if (use->from > t || !use_counts(m, place, limit, use, t) ||
			frame_used(&past, place, limit, DT_NOBEGIN, use->from, &reserved, &resets, &silent) <= state->amount)
			continue;
		state->exceeded = true;
		if (meter_span(&past, &limit->action_length, use->from, &length))
			state->grace_until = meter_plus(&past, use->from, &length);
		return;
	}
}

/* ---------- the whole ---------- */

/* Does a use still run, so that nothing is noted yet of what it takes from grants? */
static bool
is_open(const MeterUse *use)
{
	return use->to == DT_NOEND || (use->use_id == 0 && !use->reserved);
}

/* Does any? */
static bool
anything_open(const MeterView *view)
{
	for (int i = 0; i < view->nuses; i++)
		if (is_open(&view->uses[i]))
			return true;
	return false;
}

/* The view without what runs. */
static MeterView
without_open(const MeterView *view)
{
	MeterView	result = *view;

	result.uses = palloc(sizeof(MeterUse) * Max(view->nuses, 1));
	result.nuses = 0;
	for (int i = 0; i < view->nuses; i++)
		if (!is_open(&view->uses[i]))
			result.uses[result.nuses++] = view->uses[i];
	return result;
}

/* Clock time from a use on, which is an amount of another kind; none where it is not known. */
static int64
only_for_amount(const Meter *m, const UsageLimit *limit, TimestampTz t)
{
	Span		length;
	bool		missing = false;
	bool		given = limit->conventions.missing == MISSING_IGNORE ? meter_span(m, &limit->only_for, t, &length) :
		meter_span_against(m, &limit->only_for, t, false, &length, &missing);

	if (missing)
		return 0;
	if (!given)
		return AMOUNT_NONE;
	return meter_plus(m, t, &length) - t;
}

/* What was used before the amount last changed inside the window counts no longer. */
static TimestampTz
restarted(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	TimestampTz from;
	TimestampTz to;
	TimestampTz result = DT_NOBEGIN;
	const char *missing;

	if (!limit->conventions.restart || limit->amount == NULL || !frame_bounds(m, place, limit, t, &from, &to))
		return result;
	for (int steps = 0; from <= t && steps < METER_STEPS; steps++)
	{
		TimestampTz next = Min(meter_turn(m, limit->amount, from), grants_turn(m, place, limit, from));

		if (next > t)
			break;
		if (base_amount(m, place, limit, from, &missing) != base_amount(m, place, limit, next, &missing))
			result = next;
		from = next;
	}
	return result;
}

/* See meter_state.h. */
LimitState
limit_state(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	LimitState	state = {.amount = AMOUNT_NONE, .remaining = AMOUNT_NONE, .resets = DT_NOEND,
	.locked_until = DT_NOBEGIN, .grace_until = DT_NOEND};
	bool		strict = limit->conventions.missing == MISSING_STRICT;
	TimestampTz since = DT_NOBEGIN;
	TimestampTz from;
	TimestampTz to;

	if (limit->when != NULL && limit->conventions.missing == MISSING_REFUSE)
		state.missing = meter_missing(m, limit->when, t);
	if (state.missing == NULL && !meter_holds(m, limit->when, t, strict))
	{
		state.silent = true;
		return state;
	}
	if (limit->has_only_for)
		state.amount = only_for_amount(m, limit, t);
	else
	{
		const char *missing;

		state.amount = base_amount(m, place, limit, t, &missing);
		if (limit->conventions.missing == MISSING_REFUSE && state.missing == NULL)
			state.missing = missing;
	}
	since = restarted(m, place, limit, t);
	if (limit->action == REACH_LOCK)
		follow_locks(m, place, limit, t, &state, &since);
	state.used = frame_used(m, place, limit, since, t, &state.reserved, &state.resets, &state.silent);
	if (state.amount == AMOUNT_NONE)
	{
		state.none = true;
		return state;
	}
	if (limit->carry != CARRY_NONE && frame_bounds(m, place, limit, t, &from, &to))
		state.amount = amount_sum(state.amount, carried(m, place, limit, from, t));
	state.more = grants_more(m, place, limit, t);
	if (limit->action == REACH_GRACE)
		follow_grace(m, place, limit, t, &state);
	if (state.more > 0 && (m->running || anything_open(m->view)))
	{
		/* what runs takes from the limit first, and then from grants */
		MeterView	ended = without_open(m->view);
		Meter		past = *m;
		int64		reserved;
		TimestampTz resets;
		bool		silent = false;
		int64		before;

		past.running = false;
		past.view = &ended;
		before = frame_used(&past, place, limit, since, t, &reserved, &resets, &silent);
		state.remaining = Max(Max(state.amount - before, 0) + state.more - (state.used - before), 0);
	}
	else
		state.remaining = Max(state.amount - state.used, 0) + state.more;
	return state;
}

/* See meter_state.h. */
TimestampTz
limit_turn(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	TimestampTz result = grants_turn(m, place, limit, t);
	TimestampTz from;
	TimestampTz to;

	if (limit->amount != NULL)
		result = Min(result, meter_turn(m, limit->amount, t));
	if (limit->when != NULL)
		result = Min(result, meter_turn(m, limit->when, t));
	if (limit->held != NULL)
		result = Min(result, meter_turn(m, limit->held, t));
	if (limit->has_only_for)
		result = Min(result, meter_span_turn(m, &limit->only_for, t));
	for (int i = 0; i < m->view->nuses; i++)
		if (m->view->uses[i].reserved && m->view->uses[i].lease_until > t)
			result = Min(result, m->view->uses[i].lease_until);
	if (limit->frame == FRAME_WITHIN)
		result = Min(result, rolling_turn(m, place, limit, t));
	else if (limit->frame == FRAME_DURING)
		result = Min(result, hours_turn(m, &limit->during, &limit->conventions, t));
	else if ((limit->frame == FRAME_WINDOW || limit->frame == FRAME_FIRST_USE) &&
			 frame_bounds(m, place, limit, t, &from, &to))
		result = Min(result, to);
	if (limit->rest >= 0)
		result = Min(result, rest_state(m, &m->document->rests[limit->rest], t).turn);
	if (limit->action == REACH_LOCK || limit->action == REACH_GRACE)
	{
		LimitState	state = limit_state(m, place, limit, t);

		if (state.locked_until > t)
			result = Min(result, state.locked_until);
		if (state.exceeded && state.grace_until > t)
			result = Min(result, state.grace_until);
	}
	return result;
}

/* See meter_state.h. */
const UsageLimit *
limit_by_name(const Meter *m, const char *name, const Capability **place)
{
	const Capability *places[2] = {m->place, m->capability};

	for (int p = 0; p < 2; p++)
	{
		if (places[p] == NULL)
			continue;
		for (int i = 0; i < places[p]->nlimits; i++)
			if (strcmp(places[p]->limits[i].name, name) == 0)
			{
				*place = places[p];
				return &places[p]->limits[i];
			}
		for (int j = 0; j < places[p]->npools; j++)
		{
			const Capability *pool = &m->document->pools[places[p]->pools[j]];

			for (int i = 0; i < pool->nlimits; i++)
				if (strcmp(pool->limits[i].name, name) == 0)
				{
					*place = pool;
					return &pool->limits[i];
				}
		}
	}
	return NULL;
}
