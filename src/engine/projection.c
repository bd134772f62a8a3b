/*
 * projection.c
 *		What will be if nothing more happens.
 */
#include "postgres.h"

#include "engine/engine.h"
#include "engine/fold.h"
#include "engine/observe.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* Instants looked at, and sanctions that will start by themselves. */
#define MAX_DUES 10000
#define MAX_PROJECTED 64

/*
 * A policy with boundaries, or with conditions that follow the calendar, may
 * never come to rest; it is looked at for so long.
 */
#define MAX_AHEAD (20 * 366 * USECS_PER_DAY)

/*
 * The horizon up to which a policy is looked at.  One that may never come to
 * rest is not looked at for longer than MAX_AHEAD.
 */
static TimestampTz
restless_horizon(const Policy *policy, const EngineState *state, TimestampTz horizon)
{
	if (!engine_plan(policy)->restless || TIMESTAMP_NOT_FINITE(state->as_of) ||
		state->as_of > END_TIMESTAMP - MAX_AHEAD)
		return horizon;
	return Min(horizon, state->as_of + MAX_AHEAD);
}

/*
 * Are the ends of all sanctions, as the state has them, what will be?  They are
 * when no sanction starts by time alone, no fact is known to change, and no open
 * sanction waits for its condition to end or for another sanction.  Then the
 * fold need not run.
 */
static bool
ends_are_known(const Policy *policy, const EngineState *state)
{
	if (policy->starts_by_time || state->npending > 0)
		return false;
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if (sanction_open_now(s) &&
			(s->rung < 0 || policy->rungs[s->rung].mode == RUNG_WHILE ||
			 (s->flags & SANCTION_QUEUED)))
			return false;
	}
	return true;
}

/*
 * See engine.h.  The fold runs on a copy, one instant at a time, so that both
 * limits hold.
 */
SanctionState *
engine_project(const Policy *policy, const EngineState *state, TimestampTz horizon,
			   bool before, int *nsanctions)
{
	EngineState *copy;
	SanctionState *result;
	Fold		fold;
	int			n;

	if (horizon == DT_NOEND && ends_are_known(policy, state))
	{
		result = palloc(sizeof(SanctionState) * (state->nsanctions + 1));
		if (state->nsanctions > 0)
			memcpy(result, state->sanctions, sizeof(SanctionState) * state->nsanctions);
		*nsanctions = state->nsanctions;
		return result;
	}
	copy = engine_copy(policy, state);
	fold_begin(&fold, policy, copy, NULL);
	if (before)
		fold.boundaries_to = horizon;
	horizon = restless_horizon(policy, state, horizon);
	for (int i = 0; i < MAX_DUES && copy->nsanctions < state->nsanctions + MAX_PROJECTED; i++)
		if (fold_advance(&fold, horizon, 1, true) == 0)
			break;
	result = palloc(sizeof(SanctionState) * (copy->nsanctions + 1));
	for (n = 0; n < state->nsanctions; n++)
		result[n] = copy->sanctions[n];
	for (int i = state->nsanctions; i < copy->nsanctions; i++)
	{
		if (copy->sanctions[i].flags & SANCTION_NEVER)
			continue;
		result[n] = copy->sanctions[i];
		result[n++].flags |= SANCTION_PROJECTED;
	}
	*nsanctions = n;
	return result;
}

/* What a reader sees of a state; enough to tell that it changed. */
typedef struct Seen
{
	Points		score;
	Points		cap;
	int			tier;
	uint64		sanctions;
} Seen;

/*
 * What a reader sees of a state.  Sanctions are hashed by their flags and ends
 * (FNV-1a).
 */
static Seen
seen(const Policy *policy, const EngineState *state)
{
	Seen		s;

	s.score = state->score;
	s.cap = state->cap;
	s.tier = engine_tier(policy, state, state->as_of);
	s.sanctions = 0;
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *x = &state->sanctions[i];

		s.sanctions = (s.sanctions ^ (uint64) (x->flags & (SANCTION_STARTED | SANCTION_ENDED))) *
			UINT64CONST(0x100000001b3);
		s.sanctions = (s.sanctions ^ (uint64) x->ends) * UINT64CONST(0x100000001b3);
	}
	return s;
}

/* See engine.h.  Instants that only load entries or put off a clock are passed over. */
TimestampTz
engine_next_change(const Policy *policy, const EngineState *state)
{
	EngineState *copy;
	TimestampTz horizon = restless_horizon(policy, state, DT_NOEND);
	Fold		fold;
	Seen		before;

	if (state->due_known && state->next_due == DT_NOEND)
		return DT_NOEND;
	copy = engine_copy(policy, state);
	before = seen(policy, copy);
	fold_begin(&fold, policy, copy, NULL);
	for (int i = 0; i < MAX_DUES; i++)
	{
		Seen		now;

		if (fold_advance(&fold, horizon, 1, false) == 0)
			break;
		now = seen(policy, copy);
		if (now.score != before.score || now.cap != before.cap || now.tier != before.tier ||
			now.sanctions != before.sanctions)
			return copy->as_of;
	}
	return DT_NOEND;
}
