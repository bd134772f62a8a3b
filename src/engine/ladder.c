/*
 * ladder.c
 *		Which rungs are reached, and which of them open.
 *
 * Rungs that hold as long as their condition are a function of the state: with
 * "heaviest" the heaviest true one holds.  Rungs that are crossed remember that
 * they were (disarmed, or the multiple reached), and forget it by their rearm
 * rule.  Of those newly crossed only the heaviest opens, and only if no heavier
 * rung came with it: a rung that newly holds, or the one that the violation's
 * rule opened directly.  All that were crossed are disarmed, opened or not.
 *
 * A rung whose condition looks at the violation at hand (rule, class, same...)
 * is only evaluated for one, and left alone when time or an activity moves the
 * state.
 *
 * A rung that must come after another opens once a sanction of that one has
 * started, and never in the same event, or at the same instant, as it did.  One
 * that is reached before waits: for the next violation, or until its condition,
 * having been false, is true again.  What merely happens next does not open it.
 */
#include "postgres.h"

#include <math.h>

#include "engine/effect.h"
#include "engine/expr.h"
#include "engine/ladder.h"
#include "engine/observe.h"
#include "engine/sanction.h"
#include "engine/state.h"

/*
 * Does the condition of a rung hold?  One that is an interval of the score is
 * not evaluated.
 */
static inline bool
rung_true(Fold *fold, int index)
{
	const RungPlan *rp = &fold->plan->rungs[index];

	if (rp->direct_test)
		return fold->state->score >= rp->low && fold->state->score <= rp->high;
	return expr_true(fold->policy->rungs[index].when, &fold->env);
}

/*
 * A rung that waits for another one is noted where its mode leaves room: a rung
 * that is crossed has no multiple, one with multiples is never disarmed.
 */
static inline bool
rung_waits(const Fold *fold, int index)
{
	return fold->policy->rungs[index].mode == RUNG_MULTIPLE ?
		fold->state->disarmed[index] : fold->state->multiples[index] != 0;
}

/* Takes note whether a rung waits for another one. */
static inline void
set_waits(Fold *fold, int index, bool waits)
{
	if (fold->policy->rungs[index].mode == RUNG_MULTIPLE)
		fold->state->disarmed[index] = waits;
	else
		fold->state->multiples[index] = waits;
}

/*
 * Must a rung that is reached wait for another one?  Takes note of that, since a
 * rung that has waited does not open by what merely happens next.
 */
static bool
rung_blocked(Fold *fold, int index)
{
	int			before = fold->plan->rungs[index].before;
	bool		blocked;

	if (before < 0)
		return false;
	blocked = fold->state->fired[before] == 0 || fold->state->just_fired[before] ||
		(rung_waits(fold, index) && !fold->fresh);
	set_waits(fold, index, blocked);
	return blocked;
}

/* A rung is not reached, or no longer: it waits for nothing. */
static inline void
rung_left(Fold *fold, int index)
{
	if (fold->plan->rungs[index].before >= 0)
		set_waits(fold, index, false);
}

/* The violation that is the cause of what opens now, or 0. */
static int64
cause_now(const Fold *fold)
{
	return fold->judged == NULL ? 0 : fold->judged->key.id;
}

/* Is what opens now not to be enforced, since its violation is held? */
static bool
held_now(const Fold *fold)
{
	return fold->judged != NULL && fold->judged->held;
}

/* When what opens now was decided. */
static TimestampTz
decided_now(const Fold *fold)
{
	return fold->judged == NULL ? fold->at : fold->judged->decided;
}

/* ---------- rungs that hold as long as their condition ---------- */

/* The open sanction of a rung, or null. */
static SanctionState *
holding(EngineState *state, int rung)
{
	for (int i = state->first_open; i < state->nsanctions; i++)
		if (state->sanctions[i].rung == rung && sanction_open_now(&state->sanctions[i]))
			return &state->sanctions[i];
	return NULL;
}

/* Which rungs hold now (state->holds); gives the heaviest of them, or -1. */
static int
find_holding(Fold *fold)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	int			top = -1;

	for (int i = 0; i < policy->nrungs; i++)
	{
		if (policy->rungs[i].mode != RUNG_WHILE)
			continue;
		if (fold->plan->rungs[i].judged && fold->judged == NULL)
			state->holds[i] = holding(state, i) != NULL;
		else
		{
			state->holds[i] = rung_true(fold, i);

			/*
			 * One that was lifted holds again once its condition has been
			 * false; where that looks at single violations, with the next one.
			 */
			if (!state->holds[i] || (fold->plan->rungs[i].judged && fold->fresh))
				state->disarmed[i] = false;
			if (!state->holds[i])
				rung_left(fold, i);
			if (state->disarmed[i])
				state->holds[i] = false;
			if (state->holds[i] && fold->plan->rungs[i].before >= 0 &&
				holding(state, i) == NULL && rung_blocked(fold, i))
				state->holds[i] = false;
		}
		if (state->holds[i] && rung_heavier(policy, i, top))
			top = i;
	}
	return top;
}

/* What a sanction that takes over from others has of the first of them. */
typedef struct Inheritance
{
	int64		cause;			/* 0: nothing ended */
	bool		held;			/* is the cause? */
	TimestampTz decided;
} Inheritance;

/*
 * Ends the sanctions of rungs that hold no longer.  The first of them leaves
 * its cause, whether that was held, and the instant from which it was known:
 * what takes over from it has the same.
 */
static bool
end_holding(Fold *fold, Inheritance *from)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	bool		changed = false;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		if (!sanction_open_now(s) || policy->rungs[s->rung].mode != RUNG_WHILE ||
			state->holds[s->rung])
			continue;
		if (from->cause == 0)
		{
			from->cause = s->cause;
			from->held = (s->flags & SANCTION_HELD) != 0;
			from->decided = Max(from->decided, s->starts);
		}
		sanction_release(fold, s, RELEASE_CLEARED);
		changed = true;
	}
	return changed;
}

/*
 * Lighter sanctions make way once the heaviest one has started; what is
 * enforced does not make way for what is held.
 */
static bool
make_way(Fold *fold, int top, bool top_held)
{
	EngineState *state = fold->state;
	bool		changed = false;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		if (sanction_open_now(s) && fold->policy->rungs[s->rung].mode == RUNG_WHILE &&
			s->rung != top && !(top_held && (s->flags & SANCTION_ENFORCED)))
		{
			sanction_release(fold, s, RELEASE_REPLACED);
			changed = true;
		}
	}
	return changed;
}

/*
 * Opens and releases the rungs that hold as long as their condition; *heaviest
 * becomes the heaviest one that newly holds, if it is heavier.  What holds no
 * longer ends first, so that its cause can be taken over.
 */
static bool
evaluate_holding(Fold *fold, int *heaviest)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	Inheritance from = {.decided = fold->at};
	int			top = find_holding(fold);
	bool		changed = end_holding(fold, &from);
	bool		top_runs = false;
	bool		top_held = false;

	for (int i = 0; i < policy->nrungs; i++)
	{
		const SanctionState *s;

		if (policy->rungs[i].mode != RUNG_WHILE || !state->holds[i] ||
			(i != top && !policy->apply_all))
			continue;
		s = holding(state, i);
		if (s != NULL)
		{
			if (i == top)
			{
				top_runs = (s->flags & SANCTION_STARTED) != 0;
				top_held = (s->flags & SANCTION_HELD) != 0;
			}
			continue;
		}
		if (fold->judged != NULL ?
			sanction_open(fold, i, cause_now(fold), held_now(fold), decided_now(fold)) :
			sanction_open(fold, i, from.cause, from.held, from.decided))
		{
			changed = true;
			if (rung_heavier(policy, i, *heaviest))
				*heaviest = i;
		}
	}
	if (!policy->apply_all && top_runs)
		changed |= make_way(fold, top, top_held);
	return changed;
}

/* ---------- rungs that are crossed ---------- */

/* The multiple that the measure has reached. */
static int32
multiple_reached(Fold *fold, const Rung *rung)
{
	double		measure;
	double		n;

	if (rung->measure != NULL)
		measure = expr_number(rung->measure, &fold->env);
	else
		measure = observe_value(fold, VAR_LOST, 0).number;
	n = floor((measure * 100 + 1e-7) / rung->each);
	return (int32) Min(Max(n, 0), PG_INT32_MAX);
}

/* Does the violation at hand fire a rung that was crossed before, by its rearm rule? */
static bool
fires_again(const Fold *fold, const Rung *rung)
{
	return fold->fresh && ((rung->rearm == REARM_ALWAYS && fold->price > 0) ||
						   rung->rearm == REARM_ANY);
}

/* Is the rung crossed now?  Sees to its memory. */
static bool
rung_crossed(Fold *fold, int index)
{
	EngineState *state = fold->state;
	const Rung *rung = &fold->policy->rungs[index];
	bool		fires;

	if (rung->mode == RUNG_MULTIPLE)
	{
		int32		n = multiple_reached(fold, rung);

		if (n < state->multiples[index] && rung->rearm != REARM_NEVER)
			state->multiples[index] = n;
		fires = n > state->multiples[index] || (n > 0 && fires_again(fold, rung));
		if (!fires)
			rung_left(fold, index);
		else if (rung_blocked(fold, index))
			return false;
		state->multiples[index] = Max(state->multiples[index], n);
		return fires;
	}
	if (!rung_true(fold, index))
	{
		if (rung->rearm != REARM_NEVER)
			state->disarmed[index] = false;
		rung_left(fold, index);
		return false;
	}
	fires = !state->disarmed[index] || fires_again(fold, rung);
	if (!fires || rung_blocked(fold, index))
		return false;
	state->disarmed[index] = true;
	return true;
}

/*
 * See ladder.h.  The rungs that hold as long as their condition come first.
 * *newly is the heaviest rung that has opened already: one that is crossed
 * opens only when it is heavier.
 */
bool
ladder_evaluate(Fold *fold)
{
	const Policy *policy = fold->policy;
	int			newly = fold->direct;
	int			best = -1;
	bool		passed = fold->trace != NULL && fold->trace->passed && !policy->apply_all;
	int			npassed = 0;
	int		   *crossed = passed ? palloc(sizeof(int) * policy->nrungs) : NULL;
	bool		changed = false;

	for (int i = 0; i < policy->nrungs; i++)
	{
		if (policy->rungs[i].mode == RUNG_WHILE)
		{
			changed = evaluate_holding(fold, &newly);
			break;
		}
	}
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];

		if (rung->mode != RUNG_CROSSING && rung->mode != RUNG_MULTIPLE)
			continue;
		if (fold->plan->rungs[i].judged && fold->judged == NULL)
			continue;
		if (!rung_crossed(fold, i))
			continue;
		if (policy->apply_all)
			changed |= sanction_open(fold, i, cause_now(fold), held_now(fold), decided_now(fold));
		else
		{
			if (passed)
				crossed[npassed++] = i;
			if (rung_heavier(policy, i, best))
				best = i;
		}
	}
	for (int i = 0; i < npassed; i++)
		if (crossed[i] != best || !rung_heavier(policy, best, newly))
			effect_rung_passed(fold, crossed[i], "not opened: a heavier rung");
	if (best >= 0 && rung_heavier(policy, best, newly))
		changed |= sanction_open(fold, best, cause_now(fold), held_now(fold), decided_now(fold));
	fold->fresh = false;
	return changed;
}

/* See ladder.h. */
void
ladder_disarm(Fold *fold)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;

	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];

		if (fold->plan->rungs[i].judged)
			continue;
		if (rung->mode == RUNG_CROSSING && rung_true(fold, i))
			state->disarmed[i] = true;
		else if (rung->mode == RUNG_MULTIPLE)
			state->multiples[i] = Max(state->multiples[i], multiple_reached(fold, rung));
	}
}
