/*
 * clean_time.c
 *		Recovery by clean time: the `every` reliefs.
 *
 * Each of them has a clock: an instant from which spans are counted, and how
 * many were taken since.  Several with exclusive conditions share their time:
 * when one of them takes a step, the clocks of those whose condition does not
 * hold at that moment start there too, while the clock of one that holds at the
 * same time goes on by itself.
 *
 * A clock for which there is nothing to give is idle.  The violation that gives
 * it something to do starts it, whatever on_violation says; so does anything
 * else that leaves the score below its best.  A condition that becomes true
 * late finds the time that has passed, and takes its step at once.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/clean_time.h"
#include "engine/effect.h"
#include "engine/expr.h"
#include "engine/relief.h"
#include "engine/relief_op.h"
#include "engine/score.h"
#include "engine/span_param.h"
#include "engine/state.h"

/* The relief whose clock has a number. */
static inline const Relief *
clock_relief(const Fold *fold, int n)
{
	return &fold->policy->reliefs[fold->plan->every[n]];
}

/*
 * Does the condition of a clock's relief hold?  Most compare the score with
 * constants, and then no expression is evaluated.
 */
static inline bool
clock_when(Fold *fold, int n)
{
	const Relief *relief = clock_relief(fold, n);
	const ReliefPlan *rp = &fold->plan->reliefs[fold->plan->every[n]];

	if (rp->direct_test)
		return fold->state->score >= rp->low && fold->state->score <= rp->high;
	return relief->when == NULL || expr_true(relief->when, &fold->env);
}

/* The last step, or the start. */
static TimestampTz
clock_last(const Fold *fold, const CleanClock *clock)
{
	if (clock->steps == 0)
		return clock->base;
	return span_add(clock->base, &clock->span, clock->steps, fold->policy->zone);
}

/*
 * Starts a clock anew at an instant; first: a violation is the reason, so that
 * a wait applies.
 */
static void
clock_start(CleanClock *clock, TimestampTz base, bool first)
{
	clock->base = base;
	memset(&clock->span, 0, sizeof(Span));
	clock->steps = 0;
	clock->active_days = 0;
	clock->first = first;
}

/* ---------- what sets clocks ---------- */

/* Where clean time begins after a violation now, by the relief's rounding. */
static TimestampTz
clean_round(const Fold *fold, const Relief *relief)
{
	/* The 24:00 of the day of the violation; also of one at 0:00 sharp. */
	if (relief->rounding == ROUND_DAY_END)
		return calendar_next(fold->at, UNIT_DAY, fold->policy->zone);
	return calendar_round(fold->at, relief->rounding, fold->policy->zone);
}

/* See clean_time.h. */
void
clean_violation(Fold *fold, int rule)
{
	for (int n = 0; n < fold->plan->nevery; n++)
	{
		const Relief *relief = clock_relief(fold, n);
		CleanClock *clock = &fold->state->clocks[n];
		Span		span;

		if (clock->idle || relief->on_violation == CLEAN_RESTART)
		{
			clock_start(clock, clean_round(fold, relief), true);
			clock->idle = false;
		}
		else if (relief->on_violation == CLEAN_EXTEND &&
				 span_value(fold, &relief->extend_by, &span))
		{
			if (relief->active_activity >= 0)
				clock->active_days -= span.days;
			else
			{
				TimestampTz last = clock_last(fold, clock);
				bool		first = clock->first;

				clock_start(clock, span_add(last, &span, 1, fold->policy->zone), first);
			}
		}
	}
}

/* See clean_time.h. */
void
clean_activity(Fold *fold, const EngineEvent *event)
{
	TimestampTz day;

	for (int n = 0; n < fold->plan->nevery; n++)
	{
		const Relief *relief = clock_relief(fold, n);
		CleanClock *clock = &fold->state->clocks[n];

		if (relief->active_activity != event->activity || clock->idle ||
			clock->paused != DT_NOEND || !clock_when(fold, n))
			continue;
		day = calendar_floor(fold->at, UNIT_DAY, fold->policy->zone);

		/* Only whole days of clean time count, and each one once. */
		if (day < clock->base || day <= clock->active_day)
			continue;
		clock->active_day = day;
		clock->active_days++;
	}
}

/* Does a clock stand still while a sanction of a rung runs? */
static bool
pauses(const Relief *relief, int rung)
{
	return relief->pauses && (relief->pause_rungs == NULL || relief->pause_rungs[rung]);
}

/* The time under sanctions is put in front of what is left. */
static void
resume(Fold *fold, CleanClock *clock)
{
	TimestampTz from;

	if (clock->steps > 0)
		clock_start(clock, clock_last(fold, clock), clock->first);
	from = Max(clock->base, clock->paused);
	if (from < fold->at)
		clock->base = calendar_shift(clock->base, from, fold->at, fold->policy->zone);
	clock->paused = DT_NOEND;
}

/* See clean_time.h. */
void
clean_pause(Fold *fold)
{
	EngineState *state = fold->state;

	for (int n = 0; n < fold->plan->nevery; n++)
	{
		const Relief *relief = clock_relief(fold, n);
		CleanClock *clock = &state->clocks[n];
		bool		paused = false;

		if (!relief->pauses)
			continue;
		for (int i = state->first_open; i < state->nsanctions && !paused; i++)
			paused = sanction_running(&state->sanctions[i]) &&
				pauses(relief, state->sanctions[i].rung);
		if (paused && clock->paused == DT_NOEND)
			clock->paused = fold->at;
		else if (!paused && clock->paused != DT_NOEND)
			resume(fold, clock);
	}
}

/* See clean_time.h. */
void
clean_idle(Fold *fold)
{
	EngineState *state = fold->state;

	for (int n = 0; n < fold->plan->nevery; n++)
	{
		const Relief *relief = clock_relief(fold, n);
		CleanClock *clock = &state->clocks[n];
		bool		at_floor = fold->policy->accumulate ?
			state->score >= state->cap : state->score <= state->floor;
		bool		idle = (relief->off_at_floor && at_floor) ||
			!relief_effective(fold, fold->plan->every[n]);

		if (idle == clock->idle)
			continue;
		clock->idle = idle;
		if (!idle)
			clock_start(clock, fold->at, false);
	}
}

/* ---------- steps ---------- */

/*
 * When the next step is due; *plain is set when it is the next of a row of
 * equal spans.
 */
static TimestampTz
clock_due(Fold *fold, int n, Span *span, bool *plain)
{
	const Relief *relief = clock_relief(fold, n);
	const CleanClock *clock = &fold->state->clocks[n];
	pg_tz	   *zone = fold->policy->zone;
	Span		wait = {0};
	bool		first_after = false;

	*plain = false;
	if (clock->idle || clock->paused != DT_NOEND || !clock_when(fold, n))
		return DT_NOEND;
	if (!span_value(fold, &relief->every, span) || span->forever || span_empty(span))
		return DT_NOEND;
	if (clock->first)
	{
		first_after = span_value(fold, &relief->first_after, &wait);
		if (!first_after && !span_value(fold, &relief->wait, &wait))
			memset(&wait, 0, sizeof(Span));
	}

	if (relief->active_activity >= 0)
	{
		int64		need = first_after ? wait.days : (int64) wait.days + span->days;

		if (clock->active_days < need)
			return DT_NOEND;
		return calendar_next(clock->active_day, UNIT_DAY, zone);
	}
	if (first_after)
		return span_add(clock->base, &wait, 1, zone);
	if (!span_empty(&wait))
		return span_add(span_add(clock->base, &wait, 1, zone), span, 1, zone);
	if (clock->steps == 0 || span_equal(&clock->span, span))
	{
		*plain = true;
		return span_add(clock->base, span, (int64) clock->steps + 1, zone);
	}
	return span_add(clock_last(fold, clock), span, 1, zone);
}

/*
 * A clock that starts now has no step to take yet, unless spans may be empty:
 * there is no need to reckon when it will, which is most of what a violation
 * costs here.
 */
static inline bool
has_just_started(const Fold *fold, int n)
{
	const CleanClock *clock = &fold->state->clocks[n];
	const Relief *relief = clock_relief(fold, n);

	return clock->steps == 0 && clock->base >= fold->at &&
		relief->active_activity < 0 && relief->first_after.ncases == 0;
}

/* Takes a number of steps of one clock, the last one now. */
static void
take_steps(Fold *fold, int n, const Span *span, bool plain, int steps)
{
	CleanClock *clock = &fold->state->clocks[n];
	int			index = fold->plan->every[n];
	bool		changed = false;
	Points		delta = 0;

	for (int q = 0; q < fold->plan->nevery; q++)
	{
		CleanClock *other = &fold->state->clocks[q];

		if (q != n && (other->idle || !clock_when(fold, q)))
			clock_start(other, fold->at, false);
	}
	if (plain)
	{
		clock->span = *span;
		clock->steps += steps;
		clock->first = false;
	}
	else
		clock_start(clock, fold->at, false);

	if (steps == 1)
		delta = relief_apply(fold, index, NULL, NULL, &changed);
	else
	{
		const Relief *relief = &fold->policy->reliefs[index];
		double		amount = (double) expr_points(relief->amount, &fold->env) * steps;

		delta = score_set(fold, score_after(fold, relief->op,
											(Points) Min(amount, POINTS_MAX)));
	}
	if (fold->trace != NULL)
	{
		Effect		effect;

		effect_init(fold, &effect, EFFECT_RECOVERY);
		effect.relief = index;
		effect.delta = delta;
		effect.steps = steps;
		effect_emit(fold, &effect);
	}
}

/* More steps than this at one instant are a mistake in the policy. */
#define MAX_STEPS_AT_ONCE 10000

/*
 * See clean_time.h.  A step may make another clock's step due, so that all
 * clocks are gone through until none has one.
 */
bool
clean_steps(Fold *fold)
{
	bool		result = false;

	if (fold->plan->nevery == 0)
		return false;
	clean_idle(fold);
	for (int i = 0; i < MAX_STEPS_AT_ONCE; i++)
	{
		bool		taken = false;

		for (int n = 0; n < fold->plan->nevery; n++)
		{
			Span		span;
			bool		plain;
			TimestampTz due;

			if (has_just_started(fold, n))
				continue;
			due = clock_due(fold, n, &span, &plain);
			if (due > fold->at)
				continue;
			take_steps(fold, n, &span, plain && due == fold->at, 1);
			clean_idle(fold);
			taken = result = true;
		}
		if (!taken)
			break;
	}
	return result;
}

/* See clean_time.h. */
TimestampTz
clean_next_due(Fold *fold, int *number)
{
	TimestampTz result = DT_NOEND;

	*number = -1;
	for (int n = 0; n < fold->plan->nevery; n++)
	{
		Span		span;
		bool		plain;
		TimestampTz due = clock_due(fold, n, &span, &plain);

		if (due < result)
		{
			result = due;
			*number = n;
		}
	}
	return result;
}

/* ---------- many steps at once ---------- */

/* Fewer steps, if so many would reach a threshold or go past it. */
static int64
not_past(int64 steps, int64 threshold, int64 score, int64 amount, bool up)
{
	int64		distance = up ? threshold - score : score - threshold;

	if (distance == 0)
		return 1;
	return distance < 0 ? steps : Min(steps, (distance + amount - 1) / amount);
}

/*
 * Steps of `amount` after which the score may mean something else: to a
 * condition, or to a clock for which there is something to give or no longer.
 */
static int64
steps_to_threshold(Fold *fold, int64 amount, bool up)
{
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;
	int64		steps = PG_INT32_MAX;

	if (amount <= 0)
		return 1;
	steps = not_past(steps, state->cap, state->score, amount, up);
	steps = not_past(steps, state->floor, state->score, amount, up);
	for (int i = 0; i < policy->nthresholds; i++)
		steps = not_past(steps, policy->thresholds[i], state->score, amount, up);
	for (int n = 0; n < fold->plan->nevery; n++)
	{
		Points		target;

		if (relief_op_target(clock_relief(fold, n), &fold->env, state, &target))
			steps = not_past(steps, target, state->score, amount, up);
	}
	return Max(steps, 1);
}

/*
 * See clean_time.h.  The steps must be equal spans in a row, and no score in
 * between may mean anything to anybody.
 */
bool
clean_bulk(Fold *fold, int number, TimestampTz until, TimestampTz to)
{
	const Relief *relief = clock_relief(fold, number);
	CleanClock *clock = &fold->state->clocks[number];
	TimestampTz limit;
	int64		steps;
	int64		in_time;
	Span		span;
	bool		plain;

	if (!fold->plan->bulk || fold->trace != NULL || relief->active_activity >= 0 ||
		(relief->op != OP_ADD && relief->op != OP_SUBTRACT))
		return false;

	/* not past the step of another clock either */
	for (int q = 0; q < fold->plan->nevery; q++)
		if (q != number)
			until = Min(until, clock_due(fold, q, &span, &plain));
	limit = Min(until == DT_NOEND ? DT_NOEND : until - 1, to);
	if (clock_due(fold, number, &span, &plain) > limit || !plain)
		return false;

	steps = steps_to_threshold(fold, expr_points(relief->amount, &fold->env),
							   relief->op == OP_ADD);
	in_time = span_count(clock->base, &span, limit, fold->policy->zone) - clock->steps;
	steps = Min(steps, in_time);
	if (steps < 2)
		return false;
	fold_at(fold, span_add(clock->base, &span, clock->steps + steps, fold->policy->zone));
	fold->state->as_of = fold->at;
	take_steps(fold, number, &span, true, (int) steps);
	return true;
}
