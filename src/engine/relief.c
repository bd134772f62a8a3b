/*
 * relief.c
 *		Everything that gives points back, except clean time (clean_time.c): age,
 *		boundaries, activities, starts and ends of sanctions.
 *
 * Where several reliefs answer to the same thing at the same instant, all their
 * conditions are looked at first and then all that hold are carried out, so
 * that the first one does not make the second one's condition true.
 *
 * A relief by age has its entry when the entry is old enough and, from then on,
 * as soon as its condition and its selection hold: an expiry that waits for a
 * task waits for it.
 */
#include "postgres.h"

#include "engine/internal.h"
#include "utils/timestamp.h"

/* ---------- operations ---------- */

/* Gives back what an entry still costs, which counts no longer. */
static Points
void_entry(Fold *fold, LiveEntry *entry, uint32 flag)
{
	Points		back = group_lower(fold, entry, WHOLE_PRICE);

	entry->flags |= flag;
	return score_give(fold, back);
}

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

/* Moves the score towards a target; an age relief only within its entry. */
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
		return void_entry(fold, entry, flag);
	}
	store_take_all(fold->policy, state);
	for (int i = 0; i < state->nentries; i++)
	{
		if (!void_selects(fold, relief, &state->entries[i], sanction))
			continue;
		delta += void_entry(fold, &state->entries[i], flag);
		*changed = true;
	}
	return (Points) delta;
}

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
			store_take_all(fold->policy, state);
			i = 0;
		}
		if (i >= state->nentries)
			return false;
		if (void_selects(fold, relief, &state->entries[i], NULL))
			return true;
	}
}

static void
relief_effect(Fold *fold, EffectKind kind, int index, int64 entry, Points delta,
			  const char *detail)
{
	Effect		effect;

	if (fold->trace == NULL)
		return;
	fold_effect_init(fold, &effect, kind);
	effect.relief = index;
	effect.entry = entry;
	effect.delta = delta;
	effect.detail = detail;
	fold_emit(fold, &effect);
}

static inline bool
relief_when(Fold *fold, const Relief *relief)
{
	return relief->when == NULL || expr_true(relief->when, &fold->env);
}

/* ---------- age ---------- */

/*
 * Ages that depend on anything are settled when the entry comes in, for good: in
 * cases, or by a formula.  One in which no case holds is for ever.
 */
void
relief_lives(Fold *fold, LiveEntry *entry)
{
	const LiveEntry *outer = fold->entry;

	if (fold->plan->nlives == 0)
		return;
	if (entry->lives == NULL)
		entry->lives = MemoryContextAllocZero(fold->state->context,
											  sizeof(Span) * fold->plan->nlives);
	fold->entry = entry;
	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];
		int			life = fold->plan->reliefs[index].life;

		if (life >= 0 &&
			!span_value(fold, &fold->policy->reliefs[index].age, &entry->lives[life]))
		{
			memset(&entry->lives[life], 0, sizeof(Span));
			entry->lives[life].forever = true;
		}
	}
	fold->entry = outer;
}

/* When the relief has the entry, as far as age goes. */
static TimestampTz
age_due(Fold *fold, int index, const LiveEntry *entry)
{
	const Relief *relief = &fold->policy->reliefs[index];
	int			life = fold->plan->reliefs[index].life;
	EngineState *state = fold->state;
	const LiveEntry *outer = fold->entry;
	TimestampTz base;
	Span		span;
	bool		given;

	if (relief->age_mark >= 0)
	{
		base = DT_NOEND;
		if ((entry->marks & ((uint32) 1 << relief->age_mark)) == 0)
			return DT_NOEND;
		for (int i = 0; i < state->nmarks; i++)
			if (state->marks[i].entry == entry->id && state->marks[i].mark == relief->age_mark)
				base = Min(base, state->marks[i].at);
	}
	else
		base = relief->age_clock == CLOCK_DECIDED ? entry->decided : entry->occurred;
	if (relief->age_clean && state->last_violation > base)
		base = state->last_violation;

	if (life >= 0 && entry->lives != NULL)
	{
		span = entry->lives[life];
		given = !span.forever;
	}
	else
	{
		fold->entry = entry;
		given = span_value(fold, &relief->age, &span);
		fold->entry = outer;
	}
	if (!given)
		return DT_NOEND;
	base = calendar_round(span_add(base, &span, 1, fold->policy->zone),
						  relief->rounding, fold->policy->zone);
	return relief->rolls ? workday_roll(&fold->policy->calendar, base, fold->policy->zone) : base;
}

/*
 * When the relief has the next of the settled entries: it has none of them
 * before.  Where that is not exact, which of them it has is looked for a day
 * earlier, since local clocks go back, too.
 */
static TimestampTz
age_due_settled(Fold *fold, int index, bool *exact)
{
	const Relief *relief = &fold->policy->reliefs[index];
	const EntryStore *store = fold->state->store;
	const SpanParam *age = &relief->age;
	bool		in_order = fold->plan->reliefs[index].in_order;
	LiveEntry	entry = store->next;
	TimestampTz due;

	*exact = in_order && !fold->plan->reliefs[index].filtered && store->plain;
	if (relief->age_mark >= 0 || age->ncases != 1 || age->cases[0].when != NULL ||
		age->cases[0].times != NULL)
		return DT_NOBEGIN;
	if (!in_order)
	{
		entry.occurred = store->first[CLOCK_OCCURRED];
		entry.decided = store->first[CLOCK_DECIDED];
	}
	due = age_due(fold, index, &entry);
	if (!TIMESTAMP_NOT_FINITE(due) && !*exact)
		due -= USECS_PER_DAY;
	return due;
}

/* Could it still have the entry? */
static inline bool
age_open(Fold *fold, int index, const LiveEntry *entry)
{
	return (entry->done & ((uint32) 1 << fold->plan->reliefs[index].number)) == 0 &&
		entry_live(entry) &&
		entry_matches(fold, &fold->policy->reliefs[index].filter, entry);
}

bool
relief_ages(Fold *fold)
{
	EngineState *state = fold->state;
	bool		result = false;

	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];
		const Relief *relief = &fold->policy->reliefs[index];

		for (int i = 0;; i++)
		{
			LiveEntry  *entry;
			bool		changed = false;
			bool		later = false;
			bool		exact;
			Points		delta;

			while (!later && store_before(state, i))
			{
				later = age_due_settled(fold, index, &exact) > fold->at;
				if (!later)
					store_take(fold->policy, state, STORE_PAGE);
			}
			if (i >= state->nentries || (later && fold->plan->reliefs[index].in_order))
				break;
			entry = &state->entries[i];
			if (!age_open(fold, index, entry))
				continue;
			if (age_due(fold, index, entry) > fold->at)
			{
				if (fold->plan->reliefs[index].in_order)
					break;		/* those behind it are younger */
				continue;
			}
			entry = group_at_hand(fold, entry);
			i = entry - state->entries;
			fold->entry = entry;
			if (!relief_when(fold, relief))
			{
				fold->entry = NULL;
				continue;
			}
			entry->done |= (uint32) 1 << fold->plan->reliefs[index].number;
			delta = relief_apply(fold, index, entry, NULL, &changed);
			fold->entry = NULL;
			result = true;
			if (changed)
				relief_effect(fold, EFFECT_EXPIRY, index, entry->id, delta, NULL);
		}
	}
	return result;
}

TimestampTz
relief_ages_next(Fold *fold)
{
	EngineState *state = fold->state;
	TimestampTz due = DT_NOEND;

	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];

		for (int i = 0;; i++)
		{
			TimestampTz at;
			bool		later = false;
			bool		exact;

			while (!later && store_before(state, i))
			{
				at = age_due_settled(fold, index, &exact);
				later = at > fold->at;
				if (later && exact)
					due = Min(due, at);
				else if (later)
					fold->look = Min(fold->look, at);
				else
					store_take(fold->policy, state, STORE_PAGE);
			}
			if (i >= state->nentries || (later && fold->plan->reliefs[index].in_order))
				break;
			if (!age_open(fold, index, &state->entries[i]))
				continue;
			at = age_due(fold, index, &state->entries[i]);
			if (at > fold->at)
			{
				due = Min(due, at);
				if (fold->plan->reliefs[index].in_order)
					break;
			}
		}
	}
	return due;
}

/* ---------- many lapses at once ---------- */

/* Points that can be given back until the score is one that means something. */
static int64
points_to_threshold(const Fold *fold)
{
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;
	int64		left = PG_INT64_MAX;

	for (int i = -1; i < policy->nthresholds; i++)
	{
		Points		end = i >= 0 ? policy->thresholds[i] :
			policy->accumulate ? state->floor : state->cap;
		int64		distance = policy->accumulate ? (int64) state->score - end :
			(int64) end - state->score;

		if (distance >= 0)
			left = Min(left, distance);
	}
	return left;
}

/*
 * All settled entries go at once where they give back less than that, the first
 * one behind them goes too, and nothing looks at what has gone.
 */
static bool
lapse_settled(Fold *fold, int index, TimestampTz limit, int64 left)
{
	EngineState *state = fold->state;
	EntryStore *store = state->store;
	const LiveEntry *behind = &state->entries[store->at];
	TimestampTz due;

	if (!store->plain || store->remaining >= left || store->at >= state->nentries ||
		!span_empty(&fold->policy->entry_memory) || fold->plan->entry_cycle ||
		!age_open(fold, index, behind))
		return false;
	due = age_due(fold, index, behind);
	if (due > limit || store->last[CLOCK_OCCURRED] >= due || store->last[CLOCK_DECIDED] >= due)
		return false;
	score_give(fold, (Points) store->remaining);
	for (int p = 0; p < STORE_PARTS; p++)
		store->parts[p].taken = store->parts[p].nentries;
	store->count = 0;
	return true;
}

bool
relief_lapse(Fold *fold, TimestampTz to)
{
	int			index = fold->plan->ages[0];
	EngineState *state = fold->state;
	int64		left = points_to_threshold(fold);
	int64		given = 0;
	TimestampTz limit = state->npending > 0 ? state->pending[0].at : DT_NOEND;
	TimestampTz instant = DT_NOBEGIN;

	if (state->nsanctions > 0)
		limit = Min(limit, sanctions_next_due(fold));
	limit = Min(limit == DT_NOEND ? DT_NOEND : limit - 1, to);
	for (int i = 0; given == 0 || given < left; i++)
	{
		LiveEntry  *entry;
		TimestampTz due;
		bool		exact;

		while (store_before(state, i))
		{
			int64		settled = state->store->remaining;

			if (age_due_settled(fold, index, &exact) > limit)
				break;
			if (left > given && lapse_settled(fold, index, limit, left - given))
				given += settled;
			else
				store_take(fold->policy, state, STORE_PAGE);
		}
		if (store_before(state, i) || i >= state->nentries)
			break;
		entry = &state->entries[i];
		if (!age_open(fold, index, entry))
			continue;
		due = age_due(fold, index, entry);
		if (due > limit)
			break;
		entry = group_at_hand(fold, entry);
		i = entry - state->entries;
		entry->done |= (uint32) 1 << fold->plan->reliefs[index].number;
		given += abs(void_entry(fold, entry, ENTRY_EXPIRED));
		instant = Max(instant, due);
	}
	if (instant == DT_NOBEGIN)
		return false;
	state->as_of = Max(state->as_of, instant);
	fold_at(fold, state->as_of);
	return true;
}

/* ---------- marks ---------- */

static bool
counts_from(const Policy *policy, int mark)
{
	for (int i = 0; i < policy->nreliefs; i++)
		if (policy->reliefs[i].trigger == RELIEF_AGE && policy->reliefs[i].age_mark == mark)
			return true;
	return false;
}

static void
put_mark(Fold *fold, LiveEntry *entry, int mark)
{
	EngineState *state = fold->state;
	MarkRecord *record;

	if (entry->marks & ((uint32) 1 << mark))
		return;
	entry->marks |= (uint32) 1 << mark;
	if (!counts_from(fold->policy, mark))
		return;
	state->marks = state_room(state, state->marks, state->nmarks, sizeof(MarkRecord));
	record = &state->marks[state->nmarks++];
	record->entry = entry->id;
	record->mark = mark;
	record->at = fold->at;
}

void
relief_mark(Fold *fold, const EngineEvent *event)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;

	for (int m = 0; m < policy->nmarks; m++)
	{
		if (policy->marks[m] != event->activity)
			continue;
		if (event->violation_id != 0)
		{
			for (int i = 0; i < state->nentries; i++)
				if (state->entries[i].id == event->violation_id)
					put_mark(fold, &state->entries[i], m);
			continue;
		}

		/* It names none: all that wait for it. */
		for (int r = 0; r < policy->nreliefs; r++)
		{
			const Relief *relief = &policy->reliefs[r];

			if (relief->trigger != RELIEF_AGE || relief->age_mark != m)
				continue;
			for (int i = 0; i < state->nentries; i++)
				if (entry_live(&state->entries[i]) &&
					entry_matches(fold, &relief->filter, &state->entries[i]))
					put_mark(fold, &state->entries[i], m);
		}
	}
}

/* ---------- boundaries ---------- */

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
			cycle_boundary_after(fold, &relief->boundary, fold->at - 1) == fold->at &&
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

/* The next boundary that will do something, as far as can be told from here. */
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
		at = cycle_boundary_after(fold, &relief->boundary, at);
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

static TimestampTz
quota_from(Fold *fold, const Quota *quota)
{
	TimestampTz start;

	if (quota->has_window)
		return span_subtract(fold->at, &quota->window, fold->policy->zone);
	if (quota->in_cycle)
		start = cycle_start(fold, fold->at);
	else if (quota->unit != UNIT_NONE)
		start = calendar_floor(fold->at, quota->unit, fold->policy->zone);
	else
		return DT_NOBEGIN;
	return TIMESTAMP_NOT_FINITE(start) ? start : start - 1;
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
			if (fold->plan->reliefs[state->grants[i].relief].quotas == group &&
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

			if (fold->plan->reliefs[grant->relief].quotas == group && grant->at > from)
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

static void
grant(Fold *fold, int index, const EngineEvent *event)
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
			group_at_hand(fold, entry_by_id(fold, event->violation_id));

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

		if (relief->nquotas > 0 || relief->cooldown.ncases > 0)
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
			grant(fold, plan->activities[a], event);
	if (!any)
		relief_effect(fold, EFFECT_ACTIVITY, -1, event->key.id, 0, heard ? "not eligible" : NULL);
}

/* ---------- sanctions ---------- */

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
			fold_effect_init(fold, &effect, EFFECT_RELIEF_SANCTION);
			effect.relief = list[i];
			effect.rung = s.rung;
			effect.sanction = s.number;
			effect.delta = delta;
			effect.starts = s.starts;
			effect.ends = s.ends;
			fold_emit(fold, &effect);
		}
		result |= changed;
	}
	return result;
}
