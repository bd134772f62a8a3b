/*
 * score.c
 *		Moving the score between its floor and its cap.
 *
 * What a violation costs stays with its entry as `remaining`: what is given
 * back otherwise than by the entry itself is taken from the oldest entries
 * first, so that an entry that later expires returns only what it still costs.
 */
#include "postgres.h"

#include "engine/entry_store.h"
#include "engine/expr.h"
#include "engine/group.h"
#include "engine/relief_op.h"
#include "engine/score.h"
#include "engine/state.h"

/*
 * A number of points as Points, which cannot be larger than POINTS_MAX on
 * either side.
 */
static inline Points
clamp(int64 points)
{
	if (points > POINTS_MAX)
		return POINTS_MAX;
	if (points < -POINTS_MAX)
		return -POINTS_MAX;
	return (Points) points;
}

/*
 * Into [floor, cap]; an accumulating score that is not capped has no upper
 * end.  A score that is already outside is not moved further out, nor pulled
 * in by an operation that goes the other way.
 */
static Points
clip(const Fold *fold, int64 target)
{
	const EngineState *state = fold->state;
	int64		low = Min(state->floor, state->score);
	int64		high = fold->policy->accumulate && !fold->policy->capped ?
		POINTS_MAX : Max(state->cap, state->score);

	return (Points) Min(Max(target, low), high);
}

/* See score.h. */
Points
score_after(Fold *fold, ReliefOp op, Points amount)
{
	return clip(fold, relief_op_score(op, fold->state, amount));
}

/* Takes points given back from the oldest entries that still cost any. */
static void
consume(Fold *fold, int64 points)
{
	EngineState *state = fold->state;

	if (!fold->plan->keeps_remaining)
		return;
	for (int i = 0; points > 0; i++)
	{
		LiveEntry  *entry;

		if (settled_before(state, i))
			store_load(fold->policy, state, STORE_PAGE);
		if (i >= state->nentries)
			break;
		entry = &state->entries[i];
		if (entry->remaining > 0 && entry_live(entry))
		{
			Points		taken = (Points) Min(points, entry->remaining);

			entry->remaining -= taken;
			points -= taken;
			if (entry->remaining == 0)
				group_given_back(fold, entry);
		}
	}
}

/*
 * See score.h.  What is given back is the change in the account's favour:
 * upwards, or downwards where points pile up.
 */
Points
score_set(Fold *fold, Points target)
{
	EngineState *state = fold->state;
	int64		delta = (int64) target - state->score;
	int64		given = fold->policy->accumulate ? -delta : delta;

	state->score = target;
	if (given > 0)
		consume(fold, given);
	return clamp(delta);
}

/* See score.h.  A score at its limit takes no more than what is left to it. */
Points
score_charge(Fold *fold, Points price)
{
	EngineState *state = fold->state;
	Points		before = state->score;

	if (fold->policy->accumulate)
	{
		state->score = clip(fold, (int64) before + price);
		return state->score - before;
	}
	state->score = clip(fold, (int64) before - price);
	return before - state->score;
}

/* See score.h. */
Points
score_give(Fold *fold, Points amount)
{
	EngineState *state = fold->state;
	Points		before = state->score;

	if (fold->policy->accumulate)
		state->score = clip(fold, (int64) before - amount);
	else
		state->score = clip(fold, (int64) before + amount);
	return state->score - before;
}

/*
 * The new cap moves the score as the policy says.  The limit of an
 * accumulating score moves nothing, but clips a capped one.
 */
bool
score_limits(Fold *fold)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	Points		cap = policy->cap == NULL ? state->cap : expr_points(policy->cap, &fold->env);
	Points		floor = policy->floor == NULL ? 0 : expr_points(policy->floor, &fold->env);
	Points		before = state->score;
	int64		raised = (int64) cap - state->cap;
	int64		score = before;
	Points		start;
	bool		changed;

	changed = cap != state->cap || floor != state->floor;
	state->cap = cap;
	state->floor = floor;
	if (raised != 0 && !policy->accumulate &&
		(raised > 0 ? policy->on_cap_raise : policy->on_cap_lower) == CAP_SHIFT)
		score += raised;
	if (!policy->accumulate || policy->capped)
		score = Min(score, cap);
	score = Max(score, floor);
	state->score = clamp(score);

	/* A start that is given is that of the account's beginning. */
	start = policy->start != NULL ? state->start : policy->accumulate ? floor : cap;
	changed |= start != state->start;
	state->start = start;
	return changed || state->score != before;
}
