/*
 * relief.c
 *		What gives points back: the operations of reliefs, and those that answer
 *		to boundaries, activities and starts and ends of sanctions.  Clean time is
 *		in clean_time.c, age in expiry.c.
 *
 * Where several reliefs answer to the same thing at the same instant, all their
 * conditions are looked at first and then all that hold are carried out, so
 * that the first one does not make the second one's condition true.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/effect.h"
#include "engine/entry_store.h"
#include "engine/expr.h"
#include "engine/filter.h"
#include "engine/group.h"
#include "engine/relief.h"
#include "engine/score.h"
#include "engine/span_param.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* ---------- operations ---------- */

/* See relief.h; ENTRY_EXPIRED or ENTRY_VOID. */
Points
relief_void_entry(Fold *fold, LiveEntry *entry, uint32 flag)
{
	Points		back = group_lower(fold, entry, WHOLE_PRICE);

	entry->flags |= flag;
	return score_give(fold, back);
}

/*
 * Does a relief that voids entries select this one?  sanction, which may be
 * null: only entries that can have led to it count.
 */
static bool
void_selects(Fold *fold, const Relief *relief, const LiveEntry *entry,
			 const SanctionState *sanction)
{
	if (!entry_live(entry))
		return false;
	if (relief->select == VOID_CONTRIBUTING && sanction != NULL &&
		entry->at > sanction->opened)
		return false;
	return entry_matches(fold, &relief->filter, entry);
}

/*
 * Moves the score to a target and gives the change.  A relief by age (entry is
 * not null) gives back no more than its entry still costs, and takes it from
 * that entry.
 */
static Points
move_score(Fold *fold, Points target, LiveEntry *entry)
{
	EngineState *state = fold->state;
	int64		delta = (int64) target - state->score;
	int64		given = fold->policy->accumulate ? -delta : delta;

	if (entry == NULL || given <= 0)
		return score_set(fold, target);
	return score_give(fold, group_lower(fold, entry, (Points) Min(given, POINTS_MAX)));
}

/* See relief.h. */
Points
relief_apply(Fold *fold, int index, LiveEntry *entry, const SanctionState *sanction,
			 bool *changed)
{
	const Relief *relief = &fold->policy->reliefs[index];
	EngineState *state = fold->state;
	uint32		flag = relief->trigger == RELIEF_AGE ? ENTRY_EXPIRED : ENTRY_VOID;
	int64		delta = 0;
	Points		moved;

	if (relief->op != OP_VOID)
	{
		moved = move_score(fold, score_after(fold, relief->op, relief->amount == NULL ? 0 :
											 expr_points(relief->amount, &fold->env)), entry);
		*changed |= moved != 0;
		return moved;
	}
	if (relief->select == VOID_ENTRY)
	{
		if (entry == NULL || !entry_live(entry))
			return 0;
		*changed = true;
		return relief_void_entry(fold, entry, flag);
	}
	store_load_all(fold->policy, state);
	for (int i = 0; i < state->nentries; i++)
	{
		if (!void_selects(fold, relief, &state->entries[i], sanction))
			continue;
		delta += relief_void_entry(fold, &state->entries[i], flag);
		*changed = true;
	}
	return (Points) delta;
}

/*
 * See relief.h.  Settled entries are loaded only when none of the others would
 * be voided.
 */
bool
relief_effective(Fold *fold, int index)
{
	const Relief *relief = &fold->policy->reliefs[index];
	const EngineState *state = fold->state;

	if (relief->op != OP_VOID)
		return score_after(fold, relief->op, relief->amount == NULL ? 0 :
						   expr_points(relief->amount, &fold->env)) != state->score;
	for (int i = 0;; i++)
	{
		if (i >= state->nentries && state->store != NULL && state->store->count > 0)
		{
			store_load_all(fold->policy, state);
			i = 0;
		}
		if (i >= state->nentries)
			return false;
		if (void_selects(fold, relief, &state->entries[i], NULL))
			return true;
	}
}

/* See relief.h. */
void
relief_effect(Fold *fold, EffectKind kind, int index, int64 entry, Points delta,
			  const char *detail)
{
	Effect		effect;

	if (fold->trace == NULL)
		return;
	effect_init(fold, &effect, kind);
	effect.relief = index;
	effect.entry = entry;
	effect.delta = delta;
	effect.detail = detail;
	effect_emit(fold, &effect);
}

/* ---------- boundaries ---------- */

/*
 * See relief.h.  A boundary lies at the instant at hand when it is the first
 * one after the microsecond before.
 */
bool
relief_boundaries(Fold *fold)
{
	const EnginePlan *plan = fold->plan;
	bool		result = false;

	for (int b = 0; b < plan->nboundaries; b++)
	{
		int			index = plan->boundaries[b];
		const Relief *relief = &fold->policy->reliefs[index];

		fold->state->eligible[index] =
			cycle_boundary_after(fold->policy, fold->state, &relief->boundary, fold->at - 1) == fold->at &&
			relief_when(fold, relief);
	}
	for (int b = 0; b < plan->nboundaries; b++)
	{
		int			index = plan->boundaries[b];
		bool		changed = false;
		Points		delta;

		if (!fold->state->eligible[index])
			continue;
		delta = relief_apply(fold, index, NULL, NULL, &changed);
		if (changed)
			relief_effect(fold, EFFECT_BOUNDARY, index, 0, delta, NULL);
		result |= changed;
	}
	return result;
}

/*
 * The next boundary of one relief at which it will do something, as far as can
 * be told from here: where its condition varies, later boundaries are tried,
 * MAX_TICKS_AHEAD of them at most, and none that is not before `before`.
 */
static TimestampTz
boundary_next(Fold *fold, int index, TimestampTz before)
{
	const Relief *relief = &fold->policy->reliefs[index];
	bool		varies = fold->plan->reliefs[index].varies;
	TimestampTz now = fold->at;
	TimestampTz at = now;
	bool		works = false;

	if (!varies && (!relief_when(fold, relief) || !relief_effective(fold, index)))
		return DT_NOEND;
	for (int i = 0; i < MAX_TICKS_AHEAD; i++)
	{
		at = cycle_boundary_after(fold->policy, fold->state, &relief->boundary, at);
		if (!varies || at >= before)
			break;
		fold_at(fold, at);
		works = relief_when(fold, relief) && relief_effective(fold, index);
		fold_at(fold, now);
		if (works)
			break;
	}
	return at;
}

/* See relief.h; each next search stops at the earliest boundary found so far. */
TimestampTz
relief_boundaries_next(Fold *fold, TimestampTz before)
{
	TimestampTz due = before;

	for (int b = 0; b < fold->plan->nboundaries; b++)
	{
		TimestampTz at = boundary_next(fold, fold->plan->boundaries[b], due);

		due = Min(due, at);
	}
	return due;
}

/* ---------- activities ---------- */

/*
 * Everything up to and including this instant lies before the time over which a
 * quota counts; DT_NOBEGIN: it counts for ever.
 */
static TimestampTz
quota_from(Fold *fold, const Quota *quota)
{
	TimestampTz start;

	if (quota->has_window)
		return span_subtract(fold->at, &quota->window, fold->policy->zone);
	if (quota->in_cycle)
		start = cycle_start(fold->policy, fold->state, fold->at);
	else if (quota->unit != UNIT_NONE)
		start = calendar_floor(fold->at, quota->unit, fold->policy->zone);
	else
		return DT_NOBEGIN;
	return TIMESTAMP_NOT_FINITE(start) ? start : start - 1;
}

/*
 * Is it one of the credits that the reliefs of a group count?  What one without
 * quotas has given is only there because nothing is forgotten.
 */
static inline bool
grant_counts(const Fold *fold, const GrantRecord *grant, int group)
{
	return fold->plan->reliefs[grant->relief].quotas == group &&
		relief_rationed(&fold->policy->reliefs[grant->relief]);
}

/*
 * What quotas and the cool-down leave, in points; 0 with *detail when nothing.
 * Quotas are shared by the reliefs of one name.
 */
static Points
quota_left(Fold *fold, int index, const char **detail)
{
	const Relief *relief = &fold->policy->reliefs[index];
	const EngineState *state = fold->state;
	int			group = fold->plan->reliefs[index].quotas;
	int64		left = POINTS_MAX;
	Span		cooldown;

	if (span_value(fold, &relief->cooldown, &cooldown))
	{
		for (int i = 0; i < state->ngrants; i++)
			if (grant_counts(fold, &state->grants[i], group) &&
				fold->at < span_add(state->grants[i].at, &cooldown, 1, fold->policy->zone))
			{
				*detail = "cooling down";
				return 0;
			}
	}
	for (int q = 0; q < relief->nquotas; q++)
	{
		const Quota *quota = &relief->quotas[q];
		TimestampTz from = quota_from(fold, quota);
		int64		used = 0;

		for (int i = 0; i < state->ngrants; i++)
		{
			const GrantRecord *grant = &state->grants[i];

			if (grant_counts(fold, grant, group) && grant->at > from)
				used += quota->in_times ? 100 : grant->amount;
		}
		if (used >= quota->amount)
		{
			*detail = "quota used";
			return 0;
		}
		if (!quota->in_times)
			left = Min(left, quota->amount - used);
	}
	return (Points) left;
}

/*
 * Carries out one relief for an activity, as far as quotas, the cool-down and
 * the score's limits leave room, and tells what it gave or why it gave nothing.
 */
static void
give_credit(Fold *fold, int index, const EngineEvent *event)
{
	const Relief *relief = &fold->policy->reliefs[index];
	EngineState *state = fold->state;
	const char *detail = NULL;
	Points		left = quota_left(fold, index, &detail);
	Points		delta = 0;
	bool		changed = false;

	if (left > 0 && relief->op == OP_VOID)
	{
		LiveEntry  *entry = relief->select != VOID_ENTRY ? NULL :
			group_load(fold, entry_by_id(fold->policy, fold->state, event->violation_id));

		if (relief->select == VOID_ENTRY &&
			(entry == NULL || !entry_live(entry) ||
			 !entry_matches(fold, &relief->filter, entry)))
			detail = "names no violation that counts";
		else
			delta = relief_apply(fold, index, entry, NULL, &changed);
	}
	else if (left > 0)
	{
		Points		amount = relief->amount == NULL ? 0 : expr_points(relief->amount, &fold->env);
		int64		wanted;

		delta = score_after(fold, relief->op, amount) - state->score;
		wanted = relief->op == OP_ADD || relief->op == OP_SUBTRACT ? amount : abs(delta);
		if (delta == 0)
			detail = "nothing to give";
		else if (relief->refuse_partial && (abs(delta) < wanted || abs(delta) > left))
		{
			delta = 0;
			detail = "only a part would fit";
		}
		else
		{
			if (delta > left)
				delta = left;
			else if (delta < -left)
				delta = -left;
			delta = score_set(fold, state->score + delta);
			changed = true;
			if (abs(delta) < wanted)
				detail = "clipped";
		}
	}
	if (changed)
	{
		GrantRecord *record;

		if (relief_rationed(relief) || state->remembers)
		{
			state->grants = state_room(state, state->grants, state->ngrants, sizeof(GrantRecord));
			record = &state->grants[state->ngrants++];
			record->relief = index;
			record->at = fold->at;
			record->amount = abs(delta);
		}
	}
	relief_effect(fold, EFFECT_ACTIVITY, index, event->key.id, delta, detail);
}

/*
 * See relief.h.  An activity to which reliefs listen, but none applies, is told
 * as not eligible.
 */
void
relief_activity(Fold *fold, const EngineEvent *event)
{
	const EnginePlan *plan = fold->plan;
	bool		any = false;
	bool		heard = false;

	for (int a = 0; a < plan->nactivities; a++)
	{
		int			index = plan->activities[a];
		const Relief *relief = &fold->policy->reliefs[index];

		fold->state->eligible[index] = false;
		if (relief->activity != event->activity)
			continue;
		heard = true;
		if ((relief->activity_where != NULL && !expr_true(relief->activity_where, &fold->env)) ||
			!relief_when(fold, relief))
			continue;
		fold->state->eligible[index] = true;
		any = true;
	}
	for (int a = 0; any && a < plan->nactivities; a++)
		if (fold->state->eligible[plan->activities[a]])
			give_credit(fold, plan->activities[a], event);
	if (!any)
		relief_effect(fold, EFFECT_ACTIVITY, -1, event->key.id, 0, heard ? "not eligible" : NULL);
}

/* ---------- sanctions ---------- */

/* See relief.h. */
bool
relief_sanction(Fold *fold, SanctionState *sanction, bool start)
{
	const EnginePlan *plan = fold->plan;
	const int  *list = start ? plan->starts : plan->ends;
	int			n = start ? plan->nstarts : plan->nends;
	SanctionState s = *sanction;	/* the array may move */
	bool		result = false;

	for (int i = 0; i < n; i++)
	{
		const Relief *relief = &fold->policy->reliefs[list[i]];

		fold->state->eligible[list[i]] =
			(relief->rungs == NULL || relief->rungs[s.rung]) && relief_when(fold, relief);
	}
	for (int i = 0; i < n; i++)
	{
		bool		changed = false;
		Effect		effect;
		Points		delta;

		if (!fold->state->eligible[list[i]])
			continue;
		delta = relief_apply(fold, list[i], NULL, &s, &changed);
		if (changed && fold->trace != NULL)
		{
			effect_init(fold, &effect, EFFECT_RELIEF_SANCTION);
			effect.relief = list[i];
			effect.rung = s.rung;
			effect.sanction = s.number;
			effect.opening = s.opening;
			effect.delta = delta;
			effect.starts = s.starts;
			effect.ends = s.ends;
			effect_emit(fold, &effect);
		}
		result |= changed;
	}
	return result;
}
