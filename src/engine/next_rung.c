/*
 * next_rung.c
 *		How far a state is from the next rung of its ladder.
 *
 * Most conditions are an interval of the score, and say so themselves.  The
 * others are tried with a score that is so many whole points worse and all else
 * as it is; what does not look at the score at all is never next.
 */
#include "postgres.h"

#include <math.h>

#include "engine/engine.h"
#include "engine/expr.h"
#include "engine/observe.h"
#include "engine/plan.h"

/* So many whole points ahead is looked for conditions that are not intervals. */
#define MAX_POINTS_AHEAD 200

/* The score after losing points. */
static Points
worse(const Policy *policy, const EngineState *state, Points points)
{
	if (policy->accumulate)
	{
		int64		score = (int64) state->score + points;

		return Min(score, policy->capped ? Max(state->cap, state->score) : PG_INT32_MAX);
	}
	return Max(state->score - points, Min(state->floor, state->score));
}

/*
 * How many points further a rung is that an interval of the score opens;
 * POINTS_NONE when it is reached already, or no such score can be.
 */
static Points
interval_distance(const Policy *policy, const EngineState *state, const RungPlan *rung)
{
	int64		points = policy->accumulate ?
		(int64) rung->low - state->score : (int64) state->score - rung->high;
	Points		score;

	if (points <= 0 || points > PG_INT32_MAX)
		return POINTS_NONE;
	score = worse(policy, state, points);
	return score >= rung->low && score <= rung->high ? (Points) points : POINTS_NONE;
}

/*
 * How many points further the next multiple of the points lost is; POINTS_NONE
 * when the rung measures something else.
 */
static Points
multiple_distance(Fold *fold, const Rung *rung, int32 reached)
{
	double		lost;
	int64		points;

	if (rung->measure != NULL)
		return POINTS_NONE;
	lost = observe_value(fold, VAR_LOST, 0).number * 100;
	points = ((int64) reached + 1) * rung->each - (int64) rint(lost);
	return points > 0 && points <= PG_INT32_MAX ? (Points) points : POINTS_NONE;
}

/*
 * How many points further a rung is whose condition is no interval: found by
 * trying one whole point after another.  POINTS_NONE when it holds already, or
 * is not reached.
 */
static Points
tried_distance(Fold *fold, const Rung *rung)
{
	EngineState *state = fold->state;
	Points		score = state->score;
	Points		found = POINTS_NONE;

	if (expr_true(rung->when, &fold->env))
		return POINTS_NONE;
	for (int n = 1; n <= MAX_POINTS_AHEAD && found == POINTS_NONE; n++)
	{
		Points		tried = worse(fold->policy, state, n * 100);

		if (tried == worse(fold->policy, state, (n - 1) * 100))
			break;
		state->score = tried;
		if (expr_true(rung->when, &fold->env))
			found = n * 100;
		state->score = score;
	}
	return found;
}

/* See engine.h. */
int
engine_next_rung(const Policy *policy, EngineState *state, Points *points)
{
	int			next = -1;
	Fold		fold;

	*points = POINTS_NONE;
	fold_begin(&fold, policy, state, NULL);
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];
		const RungPlan *rp = &fold.plan->rungs[i];
		Points		distance = POINTS_NONE;

		if (rung->mode == RUNG_DIRECT || rp->judged ||
			(rp->before >= 0 && state->fired[rp->before] == 0))
			continue;
		if (rung->mode == RUNG_MULTIPLE)
			distance = multiple_distance(&fold, rung, state->multiples[i]);
		else if (rp->direct_test)
			distance = interval_distance(policy, state, rp);
		else
			distance = tried_distance(&fold, rung);
		if (distance != POINTS_NONE &&
			(next < 0 || distance < *points ||
			 (distance == *points && rung_heavier(policy, i, next))))
		{
			next = i;
			*points = distance;
		}
	}
	return next;
}

/* A tenth of the scale, and at least a point: small scales have few steps. */
Points
engine_near(const EngineState *state)
{
	return Max(state->cap / 10, POINTS_UNIT);
}
