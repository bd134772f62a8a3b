/*
 * fold.c
 *		Moving a state through time and applying events to it.
 *
 * At one instant things happen in this order:
 *
 *		1. facts that were known to change then;
 *		2. start, cap and floor, when they depend on anything;
 *		3. ends of sanctions, in the order in which they were opened, each with
 *		   the reliefs tied to it;
 *		4. expiries: reliefs by age in declared order, entries in fold order;
 *		5. boundaries, in declared order;
 *		6. steps of clean time, in declared order;
 *		7. the ladder;
 *		8. starts of sanctions, with the reliefs tied to them;
 *
 * and, if the ladder or a start did anything, again from 2 until nothing moves.
 * The ladder sees only what an instant leads to, never the middle of it.  Then
 * come the events of the instant, each followed by 2 to 8.
 *
 * Only instants at which something is due are visited.  What is due is a
 * function of the state alone, and an instant at which nothing changes leaves
 * no trace, so that it does not matter in how many strides time is crossed.
 */
#include "postgres.h"

#include "engine/clean_time.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entry_store.h"
#include "engine/expiry.h"
#include "engine/fold.h"
#include "engine/forget.h"
#include "engine/group.h"
#include "engine/ladder.h"
#include "engine/observable.h"
#include "engine/observe.h"
#include "engine/price.h"
#include "engine/relief.h"
#include "engine/sanction.h"
#include "engine/score.h"
#include "engine/state.h"
#include "engine/wake.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* Passes over one instant; more are a policy that bites its own tail. */
#define MAX_PASSES 64

/* Instants visited on the way to the end of time. */
#define MAX_DUES_FOREVER 100000

/* An array this long is worth looking through for what can be forgotten. */
#define FORGET_FROM 64

/* ---------- facts ---------- */

/* A fact changes, and with it what depends on facts. */
static void
set_attribute(Fold *fold, int index, ExprValue value)
{
	EngineState *state = fold->state;
	Points		before = state->score;
	Effect		effect;

	state->attributes[index] = value_copy(state->context, value);
	if (fold->plan->limits_vary)
		score_limits(fold);
	if (fold->trace == NULL)
		return;
	effect_init(fold, &effect, EFFECT_ATTRIBUTE);
	effect.delta = state->score - before;
	effect.detail = fold->policy->attributes[index].name;
	effect_emit(fold, &effect);
}

/* Facts that change at or before the instant at hand. */
static void
take_pending(Fold *fold)
{
	EngineState *state = fold->state;
	int			n = 0;

	while (n < state->npending && state->pending[n].at <= fold->at)
	{
		set_attribute(fold, state->pending[n].attribute, state->pending[n].value);
		n++;
	}
	if (n > 0)
	{
		memmove(state->pending, state->pending + n,
				sizeof(PendingAttribute) * (state->npending - n));
		state->npending -= n;
	}
}

/* Replaces the facts that are known to change by copies of others. */
static void
keep_pending(EngineState *state, const PendingAttribute *pending, int npending)
{
	state->npending = 0;
	state->pending = npending == 0 ? NULL :
		MemoryContextAlloc(state->context, sizeof(PendingAttribute) * state_capacity(npending));
	for (int i = 0; i < npending; i++)
	{
		state->pending[i] = pending[i];
		state->pending[i].value = value_copy(state->context, pending[i].value);
		state->npending++;
	}
	state->due_known = false;
}

/* See engine.h. */
void
engine_set_pending(const Policy *policy, EngineState *state,
				   const PendingAttribute *pending, int npending)
{
	keep_pending(state, pending, npending);
}

/* ---------- coming to rest ---------- */

/* A cap that follows time or counts changes without any fact changing. */
static void
update_limits(Fold *fold)
{
	Points		before = fold->state->score;
	Effect		effect;

	if (!score_limits(fold) || fold->trace == NULL)
		return;
	effect_init(fold, &effect, EFFECT_ATTRIBUTE);
	effect.delta = fold->state->score - before;
	effect_emit(fold, &effect);
}

/* See fold.h.  A policy that moves for ever is left after MAX_PASSES. */
void
fold_stabilize(Fold *fold, bool boundaries)
{
	const EnginePlan *plan = fold->plan;

	for (int pass = 0; pass < MAX_PASSES; pass++)
	{
		bool		changed;

		if (plan->limits_move)
			update_limits(fold);
		if (fold->state->nsanctions > 0)
			sanctions_end_due(fold);
		if (plan->nages > 0)
			expiry_run(fold);
		if (boundaries && pass == 0)
			relief_boundaries(fold);
		if (plan->nevery > 0)
			clean_steps(fold);
		changed = ladder_evaluate(fold);
		if (fold->state->nsanctions > 0)
			changed |= sanctions_start_due(fold);
		if (!changed)
			break;
	}
}

/* ---------- time ---------- */

/* The next instant at which something is due, apart from steps. */
static TimestampTz
next_other(Fold *fold)
{
	const EnginePlan *plan = fold->plan;
	EngineState *state = fold->state;
	TimestampTz due = DT_NOEND;

	fold->look = DT_NOEND;
	if (state->npending > 0)
		due = state->pending[0].at;
	if (state->nsanctions > 0)
		due = Min(due, sanctions_next_due(fold));
	if (plan->nages > 0 && (state->nentries > 0 || state->store != NULL))
		due = Min(due, expiry_next(fold));
	if (plan->nwake > 0 || plan->nwithin > 0 || plan->nturning > 0 ||
		plan->nticking > 0 || plan->cycle_matters)
		due = Min(due, observe_next_wake(fold, due));
	if (plan->nboundaries > 0)
		due = Min(due, relief_boundaries_next(fold, due));
	return due;
}

/* See fold.h. */
int
fold_advance(Fold *fold, TimestampTz to, int max_dues, bool bulk)
{
	EngineState *state = fold->state;
	int			n = 0;
	int			stuck = 0;

	if (to <= state->as_of)
		return 0;
	if (state->due_known && to < state->next_due)
	{
		state->as_of = to;
		fold_at(fold, to);
		return 0;
	}
	while (n < max_dues)
	{
		TimestampTz other;
		TimestampTz step = DT_NOEND;
		TimestampTz due;
		int			clock = -1;

		CHECK_FOR_INTERRUPTS();
		fold_at(fold, state->as_of);
		other = next_other(fold);
		if (fold->plan->nevery > 0)
			step = clean_next_due(fold, &clock);

		/* What may be due is looked at, which is no instant at which anything is. */
		if (fold->look < other && fold->look <= to)
		{
			store_load(fold->policy, state, STORE_PAGE);
			continue;
		}
		due = Min(other, step);
		if (due > to || due == DT_NOEND)
		{
			state->due_known = true;
			state->next_due = Min(due, fold->look);
			state->as_of = to;
			fold_at(fold, to);
			return n;
		}
		n++;
		state->due_known = false;
		if (fold->policy->nrungs > 0)
			memset(state->just_fired, 0, fold->policy->nrungs);
		if (bulk && fold->plan->lapses && expiry_bulk(fold, to))
		{
			fold_stabilize(fold, false);
			continue;
		}
		if (bulk && step < other && clean_bulk(fold, clock, other, to))
		{
			fold_stabilize(fold, false);
			continue;
		}
		if (due <= state->as_of && ++stuck > MAX_PASSES)
			elog(ERROR, "policy \"%s\" does not get past one instant", fold->policy->scheme);
		if (due > state->as_of)
		{
			stuck = 0;
			state->as_of = due;
		}
		fold_at(fold, state->as_of);
		if (state->npending > 0)
			take_pending(fold);
		fold_stabilize(fold, fold->plan->nboundaries > 0 && state->as_of < fold->boundaries_to);
	}
	return n;
}

/* See engine.h.  What is known not to be due before an instant is not looked for. */
void
engine_advance(const Policy *policy, EngineState *state, TimestampTz to,
			   const EngineTrace *trace)
{
	Fold		fold;

	if (to <= state->as_of)
		return;
	if (state->due_known && to < state->next_due)
	{
		state->as_of = to;
		return;
	}
	fold_begin(&fold, policy, state, trace);
	fold_advance(&fold, to, to == DT_NOEND ? MAX_DUES_FOREVER : PG_INT32_MAX, fold.trace == NULL);
}

/* See engine.h. */
void
engine_advance_before(const Policy *policy, EngineState *state, TimestampTz to,
					  const EngineTrace *trace)
{
	Fold		fold;

	if (to <= state->as_of)
		return;
	fold_begin(&fold, policy, state, trace);
	fold.boundaries_to = to;
	fold_advance(&fold, to, PG_INT32_MAX, fold.trace == NULL);
	state->due_known = false;
}

/* See engine.h.  What fold_advance() would find out before it goes anywhere. */
TimestampTz
engine_next_due(const Policy *policy, EngineState *state)
{
	TimestampTz step = DT_NOEND;
	TimestampTz other;
	int			clock;
	Fold		fold;

	if (state->due_known)
		return state->next_due;
	fold_begin(&fold, policy, state, NULL);
	other = next_other(&fold);
	if (fold.plan->nevery > 0)
		step = clean_next_due(&fold, &clock);
	state->due_known = true;
	state->next_due = Min(Min(other, step), fold.look);
	return state->next_due;
}

/* ---------- events ---------- */

/* Adds the entry of a violation that cost so much. */
static void
append_entry(Fold *fold, const EngineEvent *event, Points charged)
{
	EngineState *state = fold->state;
	LiveEntry  *entry;

	if (state->nentries >= FORGET_FROM && (state->nentries & (state->nentries - 1)) == 0)
		engine_forget(fold->policy, state);
	state->entries = state_room(state, state->entries, state->nentries, sizeof(LiveEntry));
	entry = &state->entries[state->nentries++];
	memset(entry, 0, sizeof(LiveEntry));
	entry->id = event->key.id;
	entry->at = event->key.at;
	entry->occurred = event->occurred;
	entry->decided = event->decided;
	entry->incident = event->incident;
	entry->content = event->content;
	entry->charged = entry->remaining = entry->price = charged;
	entry->rule = event->rule;
	if (fold->shares)
		group_join(fold, entry);
	expiry_lives(fold, entry);
}

/*
 * A violation is priced, charged and counted, and then the rung that its rule
 * names is opened; the ladder looks at the score afterwards, in
 * fold_stabilize().
 */
static void
apply_violation(Fold *fold, const EngineEvent *event)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	Effect		effect;
	Points		price;
	Points		charged;
	bool		collapsed;
	int			direct = event->rule >= 0 ? policy->rules[event->rule].direct : -1;

	fold->judged = event;
	effect_init(fold, &effect, EFFECT_VIOLATION);
	price = price_violation(fold, event, &effect, &collapsed);
	charged = score_charge(fold, price);
	fold->price = price;
	if (charged < price && effect.detail == NULL)
		effect.detail = "clipped";
	state->nviolations++;

	if (!collapsed)
	{
		observe_violation(fold, event->rule, charged, 1);
		if (policy->keeps_entries || state->remembers)
			append_entry(fold, event, charged);
		clean_violation(fold, event->rule);
		state->last_violation = fold->at;
	}
	if (fold->trace != NULL)
	{
		effect.entry = event->key.id;
		effect.delta = policy->accumulate ? charged : -charged;
		effect_emit(fold, &effect);
	}

	/* What is not counted opens nothing, and the ladder does not see it. */
	if (collapsed)
	{
		fold->judged = NULL;
		return;
	}
	fold->fresh = true;
	if (direct >= 0 &&
		sanction_open(fold, direct, event->key.id, event->held, event->decided))
		fold->direct = direct;
}

/*
 * A violation was overturned under "revision": "refund": what it still costs is
 * given back, and what it caused is lifted.
 */
static void
apply_refund(Fold *fold, const EngineEvent *event)
{
	LiveEntry  *entry = group_load(fold, entry_by_id(fold->policy, fold->state, event->violation_id));
	Effect		effect;
	Points		delta = 0;

	if (entry != NULL)
	{
		if (entry_live(entry))
			delta = score_give(fold, group_lower(fold, entry, WHOLE_PRICE));
		entry->remaining = 0;
		entry->flags |= ENTRY_OVERTURNED;
	}
	else if (!fold->plan->keeps_remaining && event->points != POINTS_NONE)
		delta = score_give(fold, event->points);
	sanctions_overturn(fold, event->violation_id);
	if (fold->trace == NULL)
		return;
	effect_init(fold, &effect, EFFECT_REFUND);
	effect.entry = event->violation_id;
	effect.delta = delta;
	effect_emit(fold, &effect);
}

/*
 * An activity marks entries, is counted, and then does what clean time, reliefs
 * and sanctions have for it, in this order.
 */
static void
apply_activity(Fold *fold, const EngineEvent *event)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;

	fold->has_quantity = true;
	fold->quantity = event->quantity;
	if (policy->nmarks > 0)
		expiry_mark(fold, event);
	if (policy->ncounters > 0)
		observe_activity(fold, event->activity, event->quantity);
	if (fold->plan->activity_kept[event->activity])
	{
		ActivityRecord *record;

		if (state->nactivities >= FORGET_FROM &&
			(state->nactivities & (state->nactivities - 1)) == 0)
			engine_forget(policy, state);
		state->activities = state_room(state, state->activities, state->nactivities,
									   sizeof(ActivityRecord));
		record = &state->activities[state->nactivities++];
		record->id = event->key.id;
		record->at = fold->at;
		record->kind = event->activity;
		record->quantity = event->quantity;
	}
	clean_activity(fold, event);
	relief_activity(fold, event);
	sanctions_activity(fold, event);
	fold->has_quantity = false;
}

/*
 * The score is what it is said to be.  Rungs that are crossed count as reached
 * before; those that hold as long as their condition hold from here on.
 */
static void
apply_opening(Fold *fold, const EngineEvent *event)
{
	Points		delta = score_set(fold, score_after(fold, OP_SET, event->points));
	Effect		effect;

	ladder_disarm(fold);
	if (fold->trace == NULL)
		return;
	effect_init(fold, &effect, EFFECT_OPENING);
	effect.entry = event->key.id;
	effect.delta = delta;
	effect_emit(fold, &effect);
}

/* See engine.h. */
void
engine_apply(const Policy *policy, EngineState *state, const EngineEvent *event,
			 const EngineTrace *trace)
{
	Fold		fold;

	if (event->key.at < state->as_of || event_key_cmp(&event->key, &state->last) < 0)
		elog(ERROR, "event " INT64_FORMAT " lies before what the state has seen", event->key.id);
	engine_advance(policy, state, event->key.at, trace);
	fold_begin(&fold, policy, state, trace);
	if (policy->nrungs > 0)
		memset(state->just_fired, 0, policy->nrungs);
	switch ((EventClass) event->key.class)
	{
		case EVENT_ATTRIBUTE:
			set_attribute(&fold, event->attribute, event->value);
			break;
		case EVENT_REFUND:
			apply_refund(&fold, event);
			break;
		case EVENT_ACTIVITY:
			apply_activity(&fold, event);
			break;
		case EVENT_VIOLATION:
			apply_violation(&fold, event);
			break;
		case EVENT_RELEASE:
			sanctions_lift(&fold, event);
			break;
		case EVENT_OPENING:
			apply_opening(&fold, event);
			break;
	}
	fold_stabilize(&fold, false);
	state->due_known = false;
	state->last = event->key;
	if (event->key.class != EVENT_ATTRIBUTE && event->decided > state->last_decided)
		state->last_decided = event->decided;
}

/* ---------- the beginning ---------- */

/* See fold.h. */
EngineState *
fold_fresh(const Policy *policy, int64 account_id, TimestampTz opened, TimestampTz at,
		   const ExprValue *facts, const PendingAttribute *pending, int npending)
{
	EngineState *state = state_alloc(policy);
	Fold		fold;

	state->account_id = account_id;
	state->opened = opened;
	state->as_of = at;
	state->last.at = DT_NOBEGIN;
	state->last_decided = DT_NOBEGIN;
	state->last_violation = DT_NOBEGIN;
	for (int i = 0; i < policy->nattributes; i++)
		state->attributes[i] = value_copy(state->context, facts[i]);
	keep_pending(state, pending, npending);

	fold_begin(&fold, policy, state, NULL);
	while (state->npending > 0 && state->pending[0].at <= at)
	{
		state->attributes[state->pending[0].attribute] = state->pending[0].value;
		memmove(state->pending, state->pending + 1,
				sizeof(PendingAttribute) * --state->npending);
	}
	if (policy->floor != NULL)
		state->floor = expr_points(policy->floor, &fold.env);
	if (policy->cap != NULL)
		state->cap = expr_points(policy->cap, &fold.env);
	state->start = policy->start != NULL ? expr_points(policy->start, &fold.env) :
		policy->accumulate ? state->floor : state->cap;
	state->score = Max(state->start, state->floor);
	if (!policy->accumulate || policy->capped)
		state->score = Min(state->score, state->cap);

	for (int n = 0; n < fold.plan->nevery; n++)
	{
		state->clocks[n].base = at;
		state->clocks[n].active_day = DT_NOBEGIN;
		state->clocks[n].paused = DT_NOEND;
	}
	return state;
}

/* See engine.h. */
bool
engine_start_varies(const Policy *policy)
{
	return policy->start != NULL && engine_plan(policy)->limits_vary &&
		!expr_is_constant(policy->start, NULL);
}

/* See engine.h. */
EngineState *
engine_init(const Policy *policy, int64 account_id, TimestampTz opened, TimestampTz at,
			const ExprValue *facts, const PendingAttribute *pending, int npending,
			const EngineTrace *trace)
{
	EngineState *state = fold_fresh(policy, account_id, opened, at, facts, pending, npending);
	const EnginePlan *plan = engine_plan(policy);
	Fold		fold;

	fold_begin(&fold, policy, state, trace);
	clean_idle(&fold);

	/*
	 * An account that can do better than it starts has been earning since it
	 * was opened.
	 */
	if (!TIMESTAMP_NOT_FINITE(opened) && opened < at)
	{
		bool		earns = false;

		for (int n = 0; n < plan->nevery; n++)
			earns |= !state->clocks[n].idle;
		for (int b = 0; b < plan->nboundaries; b++)
			earns |= relief_effective(&fold, plan->boundaries[b]);
		if (earns)
		{
			state->as_of = opened;
			for (int n = 0; n < plan->nevery; n++)
				state->clocks[n].base = opened;
			fold_at(&fold, opened);
		}
	}
	ladder_disarm(&fold);
	fold_stabilize(&fold, false);
	engine_advance(policy, state, at, trace);
	return state;
}
