/*
 * remember.c
 *		What a new version counts and the old one did not: whether there is
 *		anything of the kind, and where it comes from.
 *
 * A state holds what its version needed.  Where that is all that the next one
 * asks, the state goes over by itself and nothing else is read, which is the
 * usual case.  Otherwise the account's history is folded with full memory: by the
 * same versions and to the same effect, but with nothing forgotten.  Which of the
 * two it is follows from the two versions alone, so that it does not matter how a
 * state came about, nor when it forgot what.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/expiry.h"
#include "engine/expr.h"
#include "engine/filter.h"
#include "engine/fold_context.h"
#include "engine/group.h"
#include "engine/match.h"
#include "engine/observable.h"
#include "engine/plan.h"
#include "engine/remember.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* ---------- two versions compared ---------- */

/* Do their cycles begin at the same instants? */
static bool
same_cycle(const Policy *from, const Policy *to)
{
	const Cycle *a = &from->cycle;
	const Cycle *b = &to->cycle;

	if (a->given != b->given || a->unit != b->unit || !span_equal(&a->length, &b->length) ||
		a->anchor_opened != b->anchor_opened || a->anchor_instant != b->anchor_instant ||
		(a->anchor_attribute < 0) != (b->anchor_attribute < 0) || from->zone != to->zone)
		return false;
	return a->anchor_attribute < 0 ||
		strcmp(from->attributes[a->anchor_attribute].name,
			   to->attributes[b->anchor_attribute].name) == 0;
}

/*
 * Does one look-back reach as far as another, wherever it is counted from?  Days
 * and months of two time zones are not compared.
 */
static bool
reaches(const Policy *from, const Policy *to, const Span *has, const Span *needs)
{
	if (has->forever || span_empty(needs))
		return true;
	if (needs->forever || needs->months > has->months || needs->days > has->days ||
		needs->usecs > has->usecs)
		return false;
	return from->zone == to->zone || (has->months == 0 && has->days == 0);
}

/* The same of look-backs that may also reach to where the cycle began. */
static bool
memory_reaches(const Policy *from, const Policy *to, const Span *has, const Span *needs,
			   bool has_cycle, bool needs_cycle)
{
	return reaches(from, to, has, needs) &&
		(!needs_cycle || has->forever || (has_cycle && same_cycle(from, to)));
}

/* Are the entries there that the new version looks at? */
static bool
keeps_entries(const Policy *from, const Policy *to)
{
	const EnginePlan *before = engine_plan(from);
	const EnginePlan *after = engine_plan(to);

	if (!to->keeps_entries)
		return true;
	if ((after->keeps_remaining && !before->keeps_remaining) ||
		(after->keeps_free && !before->keeps_free))
		return false;
	return memory_reaches(from, to, &from->entry_memory, &to->entry_memory,
						  before->entry_cycle, after->entry_cycle);
}

/* Are the activities there? */
static bool
keeps_activities(const Policy *from, const Policy *to)
{
	const EnginePlan *before = engine_plan(from);
	const EnginePlan *after = engine_plan(to);

	for (int k = 0; k < to->nactivities; k++)
	{
		int			old = policy_activity_index(from, to->activities[k]);

		if (after->activity_kept[k] &&
			(old < 0 || !before->activity_kept[old] ||
			 !memory_reaches(from, to, &before->activity_memory, &after->activity_memory,
							 before->activity_cycle, after->activity_cycle)))
			return false;
	}
	return true;
}

/* Do two reliefs count their credits over the same times? */
static bool
same_quotas(const Policy *from, const Policy *to, const Relief *a, const Relief *b)
{
	bool		zoned = b->cooldown.ncases > 0;

	if (a->nquotas != b->nquotas || a->cooldown.ncases != b->cooldown.ncases)
		return false;
	for (int q = 0; q < b->nquotas; q++)
	{
		const Quota *x = &a->quotas[q];
		const Quota *y = &b->quotas[q];

		if (x->has_window != y->has_window || !span_equal(&x->window, &y->window) ||
			x->unit != y->unit || x->in_cycle != y->in_cycle ||
			(y->in_cycle && !same_cycle(from, to)))
			return false;
		zoned |= y->has_window || y->unit != UNIT_NONE;
	}
	for (int c = 0; c < b->cooldown.ncases; c++)
		if (a->cooldown.cases[c].times != NULL || b->cooldown.cases[c].times != NULL ||
			!span_equal(&a->cooldown.cases[c].span, &b->cooldown.cases[c].span))
			return false;
	return !zoned || from->zone == to->zone;
}

/* Are the credits there that quotas count?  Reliefs of one name share theirs. */
static bool
keeps_grants(const Policy *from, const Policy *to)
{
	for (int r = 0; r < to->nreliefs; r++)
	{
		const Relief *relief = &to->reliefs[r];
		bool		kept = true;
		bool		found = false;

		if (relief->trigger != RELIEF_ACTIVITY || !relief_rationed(relief))
			continue;
		for (int i = 0; i < from->nreliefs; i++)
			if (from->reliefs[i].trigger == RELIEF_ACTIVITY &&
				strcmp(from->reliefs[i].name, relief->name) == 0)
			{
				found = true;
				kept &= same_quotas(from, to, &from->reliefs[i], relief);
			}
		if (!found || !kept)
			return false;
	}
	return true;
}

/* A callback: does a condition look at anything that is counted? */
static void
note_count(void *arg, ExprVar var, int index, bool compared, double constant, const Span *span)
{
	if (span == NULL && (var == VAR_OBSERVABLE || var == VAR_FACET))
		*(bool *) arg = true;
}

/*
 * Have entries the lives that the new version gives them, or can these be told
 * without what was counted when the entries came?
 */
static bool
keeps_lives(const Policy *from, const Policy *to)
{
	const EnginePlan *before = engine_plan(from);
	const EnginePlan *after = engine_plan(to);

	for (int r = 0; r < to->nreliefs; r++)
	{
		const SpanParam *age = &to->reliefs[r].age;
		bool		kept = after->reliefs[r].life < 0;
		bool		counts = false;

		for (int i = 0; i < from->nreliefs && !kept; i++)
			kept = before->reliefs[i].life >= 0 && match_relief(from, to, i) == r &&
				from->reliefs[i].age_print == to->reliefs[r].age_print;
		for (int c = 0; c < age->ncases && !kept; c++)
		{
			if (age->cases[c].when != NULL)
				expr_visit(age->cases[c].when, note_count, &counts);
			if (age->cases[c].times != NULL)
				expr_visit(age->cases[c].times, note_count, &counts);
		}
		if (counts)
			return false;
	}
	return true;
}

/* Is everything there that the new version looks at? */
static bool
keeps_all(const Policy *from, const Policy *to)
{
	if (to->handover == HANDOVER_FRESH)
		return true;
	for (int i = 0; i < to->nobservables; i++)
		if (to->observables[i].running && match_counter(from, to, &to->observables[i]) < 0)
			return false;
	for (int m = 0; m < to->nmarks; m++)
		if (!same_mark(from, to, m))
			return false;
	for (int c = 0; c < to->ncollapses; c++)
		if (match_collapse(from, to, c) < 0)
			return false;
	for (int r = 0; r < to->nreliefs; r++)
		if (to->reliefs[r].trigger == RELIEF_EVERY && !same_days(from, to, r))
			return false;
	if (to->keeps_sanctions &&
		!memory_reaches(from, to, &from->sanction_memory, &to->sanction_memory,
						engine_plan(from)->sanction_cycle, engine_plan(to)->sanction_cycle))
		return false;
	return keeps_entries(from, to) && keeps_activities(from, to) && keeps_grants(from, to) &&
		keeps_lives(from, to);
}

/*
 * See engine.h.  Kept with the new version, which mostly follows the same one; a
 * draft has no id to be known by again.
 */
bool
engine_must_remember(const Policy *from, const Policy *to)
{
	EnginePlan *plan;

	(void) engine_plan(from);
	(void) engine_plan(to);
	plan = to->plan;
	if (plan->follows == NULL || plan->follows != from || plan->follows_id != from->policy_id ||
		from->policy_id == 0)
	{
		plan->remembers = !keeps_all(from, to);
		plan->follows = from;
		plan->follows_id = from->policy_id;
	}
	return plan->remembers;
}

/* ---------- what happened ---------- */

/* Activities of kinds that single records are looked at of. */
static void
recall_activities(Fold *fold, const EngineMemory *memory)
{
	EngineState *state = fold->state;

	state->nactivities = 0;
	for (int i = 0; i < memory->nactivities; i++)
	{
		const PastActivity *past = &memory->activities[i];
		int			kind = policy_activity_index(fold->policy, past->kind);
		ActivityRecord *record;

		if (kind < 0 || !fold->plan->activity_kept[kind])
			continue;
		state->activities = state_room(state, state->activities, state->nactivities,
									   sizeof(ActivityRecord));
		record = &state->activities[state->nactivities++];
		record->id = past->id;
		record->at = past->at;
		record->kind = kind;
		record->quantity = past->quantity;
	}
}

/*
 * Marks that the old version has not put, or on others: each activity marks what
 * had come before it, as far as that counts still.
 */
static void
recall_marks(Fold *fold, const Policy *from, const EngineMemory *memory)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	TimestampTz now = fold->at;
	int			nentries = state->nentries;
	uint32		missing = 0;

	for (int m = 0; m < policy->nmarks; m++)
		if (!same_mark(from, policy, m))
			missing |= (uint32) 1 << m;
	state->nentries = 0;
	for (int i = 0; i < memory->nactivities && missing != 0; i++)
	{
		const PastActivity *past = &memory->activities[i];
		EngineEvent event = {.activity = policy_activity_index(policy, past->kind),
			.violation_id = past->violation_id};

		while (state->nentries < nentries && state->entries[state->nentries].at < past->at)
			state->nentries++;
		for (int m = 0; m < policy->nmarks; m++)
			if (policy->marks[m] == event.activity && (missing & ((uint32) 1 << m)))
			{
				fold_at(fold, past->at);
				expiry_mark(fold, &event);
			}
	}
	state->nentries = nentries;
	fold_at(fold, now);
}

/* What an entry adds to a group, of which its own price is not what counts. */
static void
add_to_group(CollapseState *s, CollapseKeep keep, Points price)
{
	if (keep == KEEP_SUM)
		s->charged = (Points) Min((int64) s->charged + price, POINTS_MAX);
	else
		s->charged = Max(s->charged, price);
}

/*
 * Groups that the old version has not made: entries are in them as if it had.
 * They go on costing what they were charged.
 */
static void
recall_groups(Fold *fold, const Policy *from)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	TimestampTz now = fold->at;

	for (int c = 0; c < policy->ncollapses; c++)
	{
		if (match_collapse(from, policy, c) >= 0)
			continue;
		for (int i = 0; i < state->nentries; i++)
		{
			const LiveEntry *entry = &state->entries[i];
			CollapseState *s;
			uint64		group;

			if ((entry->flags & (ENTRY_COLLAPSED | ENTRY_OVERTURNED)) ||
				!collapse_group(policy, c, entry->rule, entry->incident, entry->content, &group))
				continue;
			fold_at(fold, Min(entry->at, now));
			s = collapse_state(fold, c, group);
			s->count++;
			if (policy->collapses[c].keep == KEEP_FIRST)
				continue;
			if (!fold->plan->shares || group_sharing(policy, entry) != c ||
				(!entry_live(entry) && (entry->flags & (ENTRY_VOID | ENTRY_EXPIRED)) == 0))
				add_to_group(s, policy->collapses[c].keep, entry->price);
		}
	}
	fold_at(fold, now);
}

/* What a running observable would have counted; points are in hundredths. */
static int64
recall_counter(const Fold *fold, const Observable *o, const EngineMemory *memory)
{
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;
	int64		n = 0;

	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			for (int i = 0; i < state->nentries; i++)
				if ((state->entries[i].flags & (ENTRY_COLLAPSED | ENTRY_OVERTURNED)) == 0 &&
					filter_rule(&o->filter, state->entries[i].rule))
					n += o->kind == OBSERVE_SUM_POINTS ? state->entries[i].charged : 1;
			break;
		case OBSERVE_COUNT_SANCTIONS:
			for (int i = 0; i < state->nsanctions; i++)
				n += (state->sanctions[i].flags & (SANCTION_STARTED | SANCTION_NEVER)) == SANCTION_STARTED &&
					observable_of_rung(policy, o, state->sanctions[i].rung);
			break;
		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			for (int i = 0; i < memory->nactivities; i++)
				if (strcmp(memory->activities[i].kind, policy->activities[o->activity]) == 0)
					n += o->kind == OBSERVE_COUNT_ACTIVITIES ? 1 :
						observe_counter(o, memory->activities[i].quantity);
			break;
	}
	return n;
}

/*
 * Days of clean time that the old version has not counted, since the clock's last
 * step or where it begins.
 */
static void
recall_days(Fold *fold, int n, const EngineMemory *memory)
{
	const Policy *policy = fold->policy;
	const char *kind = policy->activities[policy->reliefs[fold->plan->every[n]].active_activity];
	CleanClock *clock = &fold->state->clocks[n];

	if (clock->steps > 0)
		clock->base = span_add(clock->base, &clock->span, clock->steps, policy->zone);
	memset(&clock->span, 0, sizeof(Span));
	clock->steps = clock->active_days = 0;
	clock->active_day = DT_NOBEGIN;
	for (int i = 0; i < memory->nactivities; i++)
	{
		TimestampTz day;

		if (strcmp(memory->activities[i].kind, kind) != 0)
			continue;
		day = calendar_floor(memory->activities[i].at, UNIT_DAY, policy->zone);
		if (day < clock->base || day <= clock->active_day)
			continue;
		clock->active_day = day;
		clock->active_days++;
	}
}

/* See remember.h. */
void
recall(Fold *fold, const Policy *from, const EngineMemory *memory)
{
	const Policy *policy = fold->policy;

	recall_activities(fold, memory);
	recall_marks(fold, from, memory);
	recall_groups(fold, from);
	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (o->running && match_counter(from, policy, o) < 0)
			fold->state->counters[o->counter] = recall_counter(fold, o, memory);
	}
	for (int n = 0; n < fold->plan->nevery; n++)
		if (!same_days(from, policy, fold->plan->every[n]))
			recall_days(fold, n, memory);
}
