/*
 * handover.c
 *		A new version of a policy takes over the standings of the one before.
 *
 * What has a name is matched by name: rules, rungs, kinds of activity, reliefs
 * (match.c).  Entries keep their instants and what they cost, so that a new length
 * of life counts for them as if it had always been; what they have lost of their
 * life is not given back.  The score, and what the ladder remembers, go over as
 * revision.handover says.
 *
 * No figure depends on what the old version happened to keep.  Where the new one
 * looks at nothing else, the state says it all, and what the old one has no use
 * for any more is not handed over, so that it does not matter when it was
 * forgotten.  Where it does, everything that happened is at hand: the state is one
 * with full memory, and activities come from the ledger (remember.c).
 *
 * Taking over punishes nobody: a rung that is crossed under the new version by
 * what stands there already counts as crossed before.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "engine/clean_time.h"
#include "engine/effect.h"
#include "engine/engine.h"
#include "engine/entry_store.h"
#include "engine/expiry.h"
#include "engine/fold.h"
#include "engine/forget.h"
#include "engine/group.h"
#include "engine/ladder.h"
#include "engine/match.h"
#include "engine/observable.h"
#include "engine/observe.h"
#include "engine/plan.h"
#include "engine/remember.h"
#include "engine/sanction.h"
#include "engine/span_param.h"
#include "engine/state.h"
#include "engine/workday.h"
#include "util.h"

typedef struct Transfer
{
	const Policy *from;
	const Policy *to;
	const EngineState *old;
	EngineState *new;
	Fold	   *fold;			/* over the new state */
	Retention	retention;		/* of the old state */
	const EngineMemory *memory; /* null: what is retained goes over */
	double		scale;			/* of points */
} Transfer;

/* ---------- the score ---------- */

/* Points as the new version counts them, rounded and bounded. */
static Points
scaled(double points)
{
	double		x = rint(points);

	if (x > POINTS_MAX)
		return POINTS_MAX;
	return x < -POINTS_MAX ? -POINTS_MAX : (Points) x;
}

/* What was lost, or piled up, under the old version. */
static double
points_lost(const Transfer *t)
{
	return t->from->accumulate ? t->old->score : (double) t->old->start - t->old->score;
}

/*
 * The score against which points are in proportion: the start, or the limit
 * where they pile up.
 */
static double
full_measure(const Policy *policy, const EngineState *state)
{
	return policy->accumulate ? state->cap : state->start;
}

/*
 * The score under the new version, by its way of taking over, and the scale for
 * all other points.
 */
static void
transfer_score(Transfer *t)
{
	EngineState *state = t->new;
	double		lost = points_lost(t);
	double		score;

	if (t->to->handover == HANDOVER_FRESH)
		return;
	t->scale = 1;
	if (t->to->handover == HANDOVER_CONVERT && full_measure(t->from, t->old) > 0)
		t->scale = full_measure(t->to, state) / full_measure(t->from, t->old);
	if (t->to->handover == HANDOVER_CARRY && t->from->accumulate == t->to->accumulate)
		score = t->old->score;
	else
		score = t->to->accumulate ? lost * t->scale : state->start - lost * t->scale;
	if (!t->to->accumulate || t->to->capped)
		score = Min(score, state->cap);
	state->score = scaled(Max(score, state->floor));
}

/* ---------- entries, activities, credits ---------- */

/* Does something go over that the old state holds?  retained: it was not to forget it. */
static inline bool
goes_over(const Transfer *t, bool retained)
{
	return retained || t->new->remembers;
}

/* Entries that shared a price go on sharing it, if they do so in the same way. */
static void
transfer_price(Transfer *t, const LiveEntry *old, LiveEntry *entry)
{
	int			before = engine_plan(t->from)->shares ? group_sharing(t->from, old) : -1;
	int			after = engine_plan(t->to)->shares ? group_sharing(t->to, entry) : -1;

	if (before < 0 || before != after ||
		!same_collapse(&t->from->collapses[before], &t->to->collapses[after]))
	{
		entry->flags &= ~ENTRY_GROUPED;
		entry->since = 0;
		entry->price = entry->charged;
	}
	else
		entry->price = scaled(old->price * t->scale);
}

/*
 * The lives of entries under the new version.  An age that is written as it was
 * before is what it was; any other is judged by the entry's own time, for which
 * the counts are taken back to it: those that came later do not count.
 */
static void
transfer_lives(Transfer *t)
{
	const EnginePlan *before = engine_plan(t->from);
	const EnginePlan *after = engine_plan(t->to);
	EngineState *state = t->new;
	Fold	   *fold = t->fold;
	TimestampTz now = fold->at;
	int			nentries = state->nentries;
	int64	   *counters;
	int			o = t->old->nentries - 1;

	if (after->nlives == 0 || nentries == 0)
		return;
	counters = palloc(sizeof(int64) * Max(t->to->ncounters, 1));
	if (t->to->ncounters > 0)
		memcpy(counters, state->counters, sizeof(int64) * t->to->ncounters);
	for (int i = nentries - 1; i >= 0; i--)
	{
		LiveEntry  *entry = &state->entries[i];
		const LiveEntry *old = NULL;

		/* they stand in the same order, unless the clock is another */
		for (int n = 0; n < t->old->nentries && old == NULL; n++, o--)
		{
			if (o < 0)
				o = t->old->nentries - 1;
			if (t->old->entries[o].id == entry->id)
				old = &t->old->entries[o];
		}
		fold_at(fold, Min(entry->at, now));
		state->nentries = i + 1;
		expiry_lives(fold, entry);
		for (int r = 0; r < t->from->nreliefs && old != NULL && old->lives != NULL; r++)
		{
			int			other = before->reliefs[r].life < 0 ? -1 : match_relief(t->from, t->to, r);

			if (other >= 0 && after->reliefs[other].life >= 0 &&
				t->from->reliefs[r].age_print == t->to->reliefs[other].age_print)
				entry->lives[after->reliefs[other].life] = old->lives[before->reliefs[r].life];
		}
		if ((entry->flags & (ENTRY_COLLAPSED | ENTRY_OVERTURNED)) == 0)
			observe_violation(fold, entry->rule, entry->charged, -1);
	}
	state->nentries = nentries;
	fold_at(fold, now);
	if (t->to->ncounters > 0)
		memcpy(state->counters, counters, sizeof(int64) * t->to->ncounters);
	pfree(counters);
}

/* Is a mark of the new version (-1: it has none such) one that entries have already? */
static bool
mark_goes_over(const Transfer *t, int mark)
{
	return mark >= 0 && (t->memory == NULL || same_mark(t->from, t->to, mark));
}

/*
 * The marks of an entry, and the reliefs by age that have had it, under their
 * new numbers.
 */
static void
transfer_marks(const Transfer *t, const LiveEntry *old, LiveEntry *entry)
{
	entry->marks = entry->done = 0;
	for (int m = 0; m < t->from->nmarks; m++)
	{
		int			mark = match_mark(t->from, t->to, m);

		if ((old->marks & ((uint32) 1 << m)) && mark_goes_over(t, mark))
			entry->marks |= (uint32) 1 << mark;
	}
	for (int r = 0; r < t->from->nreliefs; r++)
	{
		int			other;

		if (t->from->reliefs[r].trigger == RELIEF_AGE &&
			(old->done & ((uint32) 1 << engine_plan(t->from)->reliefs[r].number)) &&
			(other = match_relief(t->from, t->to, r)) >= 0)
			entry->done |= (uint32) 1 << engine_plan(t->to)->reliefs[other].number;
	}
}

/*
 * Entries go over with their instants; rules, points and marks are those of the
 * new version.
 */
static void
transfer_entries(Transfer *t)
{
	const EngineState *old = t->old;
	EngineState *state = t->new;

	/* What stood elsewhere, by its clock or because it came late, goes there. */
	bool		moves = t->to->clock != t->from->clock ||
		(t->to->resanction_late && !t->from->resanction_late);

	if (!goes_over(t, t->to->keeps_entries))
		return;
	store_load_all(t->from, old);
	entries_recollect((EngineState *) old);
	for (int i = 0; i < old->nentries; i++)
	{
		LiveEntry  *entry;

		if (!goes_over(t, retains_entry(&t->retention, &old->entries[i])))
			continue;
		state->entries = state_room(state, state->entries, state->nentries, sizeof(LiveEntry));
		entry = &state->entries[state->nentries++];
		*entry = old->entries[i];
		if (moves)
			entry->at = t->to->clock == CLOCK_DECIDED ? entry->decided : entry->occurred;
		entry->rule = match_rule(t->from, t->to, entry->rule);
		entry->charged = scaled(entry->charged * t->scale);
		entry->remaining = scaled(entry->remaining * t->scale);
		transfer_price(t, &old->entries[i], entry);
		entry->lives = NULL;
		transfer_marks(t, &old->entries[i], entry);
	}
	if (moves && state->nentries > 1)
		qsort(state->entries, state->nentries, sizeof(LiveEntry), entry_place_cmp);
	for (int i = 0; i < old->nmarks; i++)
	{
		int			mark = match_mark(t->from, t->to, old->marks[i].mark);

		if (!mark_goes_over(t, mark) ||
			!goes_over(t, retains_mark(&t->retention, &old->marks[i])))
			continue;
		state->marks = state_room(state, state->marks, state->nmarks, sizeof(MarkRecord));
		state->marks[state->nmarks] = old->marks[i];
		state->marks[state->nmarks++].mark = mark;
	}
}

/* Activities, credits and groups go over as far as the new version knows them. */
static void
transfer_records(Transfer *t)
{
	const EngineState *old = t->old;
	EngineState *state = t->new;

	for (int i = 0; i < old->nactivities; i++)
	{
		int			kind = match_kind(t->from, t->to, old->activities[i].kind);

		if (kind < 0 || !engine_plan(t->to)->activity_kept[kind] ||
			!retains_activity(&t->retention, &old->activities[i]))
			continue;
		state->activities = state_room(state, state->activities, state->nactivities,
									   sizeof(ActivityRecord));
		state->activities[state->nactivities] = old->activities[i];
		state->activities[state->nactivities++].kind = kind;
	}
	for (int i = 0; i < old->ngrants; i++)
	{
		int			relief = match_relief(t->from, t->to, old->grants[i].relief);

		if (relief < 0)
			continue;
		if (t->memory == NULL && (!relief_rationed(&t->from->reliefs[old->grants[i].relief]) ||
								  !goes_over(t, retains_grant(&t->retention, &old->grants[i]))))
			continue;
		state->grants = state_room(state, state->grants, state->ngrants, sizeof(GrantRecord));
		state->grants[state->ngrants] = old->grants[i];
		state->grants[state->ngrants++].relief = relief;
	}
	store_load_collapses(t->from, (EngineState *) old);
	for (int i = 0; i < old->ncollapses; i++)
		for (int c = 0; c < t->to->ncollapses; c++)
		{
			CollapseState *s;

			if (match_collapse(t->from, t->to, c) != old->collapses[i].collapse ||
				!retains_collapse(&t->retention, &old->collapses[i]))
				continue;
			state->collapses = state_room(state, state->collapses, state->ncollapses,
										  sizeof(CollapseState));
			s = &state->collapses[state->ncollapses++];
			*s = old->collapses[i];
			s->collapse = c;
			s->charged = scaled(s->charged * t->scale);
		}
}

/* Running counters start with what the same ones of the old version say. */
static void
transfer_counters(Transfer *t)
{
	for (int i = 0; i < t->to->nobservables; i++)
	{
		const Observable *o = &t->to->observables[i];
		int			same = o->running ? match_counter(t->from, t->to, o) : -1;
		int64		n;

		if (same < 0)
			continue;
		n = t->old->counters[t->from->observables[same].counter];
		t->new->counters[o->counter] = o->kind == OBSERVE_SUM_POINTS && t->scale != 1 ?
			(int64) rint((double) n * t->scale) : n;
	}
}

/* ---------- clean time ---------- */

/* Clocks of the same relief go on as they are. */
static void
transfer_clocks(Transfer *t)
{
	const EnginePlan *before = engine_plan(t->from);
	const EnginePlan *after = engine_plan(t->to);
	TimestampTz last = t->old->last_violation;

	/* Time that no clock of the same name has kept counts from the last step. */
	for (int n = 0; n < before->nevery; n++)
	{
		const CleanClock *clock = &t->old->clocks[n];

		last = Max(last, clock->steps == 0 ? clock->base :
				   span_add(clock->base, &clock->span, clock->steps, t->from->zone));
	}
	for (int n = 0; n < after->nevery; n++)
	{
		CleanClock *clock = &t->new->clocks[n];

		clock->base = last == DT_NOBEGIN || last > t->fold->at ? t->fold->at : last;
		clock->active_day = DT_NOBEGIN;
		clock->paused = DT_NOEND;
	}
	for (int n = 0; n < before->nevery; n++)
	{
		int			relief = match_relief(t->from, t->to, before->every[n]);

		if (relief >= 0)
			t->new->clocks[after->reliefs[relief].number] = t->old->clocks[n];
	}
}

/* ---------- sanctions ---------- */

/* Do two rungs put figures of the same names on their sanctions? */
static bool
same_terms(const Rung *a, const Rung *b)
{
	if (a->nterms != b->nterms)
		return false;
	for (int i = 0; i < a->nterms; i++)
		if (strcmp(a->terms[i].name, b->terms[i].name) != 0)
			return false;
	return true;
}

/* The end by the new version's length, where the old one has set none. */
static TimestampTz
new_end(Transfer *t, const Rung *rung, const SanctionState *s)
{
	Span		span;
	TimestampTz span_end;

	if (!span_value(t->fold, &rung->length, &span))
		return DT_NOEND;
	span_end = span_add(s->starts, &span, 1, t->to->zone);
	return rung->rolls ? workday_roll(&t->to->calendar, span_end, t->to->zone) : span_end;
}

/* An open sanction under a rung of the new version: what has changed about its end. */
static void
transfer_open(Transfer *t, const SanctionState *old, SanctionState *s)
{
	const Rung *before = &t->from->rungs[old->rung];
	const Rung *after = &t->to->rungs[s->rung];

	s->shown_policy = t->to->policy_id;
	s->shown_rung = s->rung;
	if (!same_terms(before, after))
		sanction_fill_terms(t->fold, s);
	if (after->mode == RUNG_WHILE)
	{
		s->ends = DT_NOEND;
		s->left = -1;
		return;
	}
	if (after->count_activity < 0)
		s->left = -1;
	else if (s->left < 0)
		s->left = 1;
	if (after->nconditions != before->nconditions)
		s->met = 0;
	if (after->nconditions > 0 || s->left >= 0)
	{
		if (before->nconditions == 0 && old->left < 0)
		{
			s->minimum = s->ends == DT_NOEND ? s->starts : s->ends;
			s->ends = DT_NOEND;
		}
	}
	else if (s->ends == DT_NOEND && (before->mode == RUNG_WHILE || before->nconditions > 0 ||
									 old->left >= 0))
		s->ends = new_end(t, after, s);
}

/*
 * A sanction goes over under the rung of the same name; an open one whose rung
 * is gone is released.
 */
static void
transfer_sanction(Transfer *t, const SanctionState *old)
{
	EngineState *state = t->new;
	SanctionState *s;

	state->sanctions = state_room(state, state->sanctions, state->nsanctions,
								  sizeof(SanctionState));
	s = &state->sanctions[state->nsanctions++];
	*s = *old;
	s->rung = match_rung(t->from, t->to, old->rung);
	if (old->terms != NULL)
		s->terms = values_copy(state->context, old->terms, old->nterms);
	if (!sanction_open_now(s))
	{
		if (!goes_over(t, retains_sanction(&t->retention, old)))
			s->flags |= SANCTION_FORGOTTEN;
		return;
	}
	s->dirty = true;
	if (s->rung < 0)
	{
		s->flags |= SANCTION_ENDED | SANCTION_RELEASED;
		s->reason = RELEASE_POLICY;
		s->released = t->fold->at;
		if ((s->flags & SANCTION_STARTED) == 0)
			s->flags |= SANCTION_NEVER;
		s->ends = (s->flags & SANCTION_NEVER) ? s->starts : t->fold->at;
		return;
	}
	transfer_open(t, old, s);
}

/* Sanctions, and what the ladder remembers of rungs of the same name and mode. */
static void
transfer_ladder(Transfer *t)
{
	for (int i = 0; i < t->old->nsanctions; i++)
		transfer_sanction(t, &t->old->sanctions[i]);
	t->new->nsanctions_ever = t->old->nsanctions_ever;
	for (int i = 0; i < t->from->nrungs; i++)
	{
		int			rung = match_rung(t->from, t->to, i);

		if (rung < 0)
			continue;
		t->new->fired[rung] = t->old->fired[i];
		t->new->openings[rung] = t->old->openings[i];
		if (t->to->handover == HANDOVER_FRESH)
			continue;
		if ((t->from->rungs[i].mode == RUNG_MULTIPLE) != (t->to->rungs[rung].mode == RUNG_MULTIPLE))
			continue;
		if ((t->from->rungs[i].mode == RUNG_WHILE) == (t->to->rungs[rung].mode == RUNG_WHILE))
			t->new->disarmed[rung] = t->old->disarmed[i];
		t->new->multiples[rung] = t->old->multiples[i];
	}
}

/*
 * Tells a trace that another version has taken over, and which sanctions it
 * released.
 */
static void
tell_handover(Fold *fold, Points delta)
{
	const EngineState *state = fold->state;
	Effect		effect;

	effect_init(fold, &effect, EFFECT_HANDOVER);
	effect.delta = delta;
	effect_emit(fold, &effect);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if ((s->flags & SANCTION_RELEASED) == 0 || s->reason != RELEASE_POLICY ||
			s->released != fold->at)
			continue;
		effect_init(fold, &effect, EFFECT_SANCTION_RELEASE);
		effect.entry = s->cause;
		effect.sanction = s->number;
		effect.opening = s->opening;
		effect.starts = s->starts;
		effect.ends = s->ends;
		effect.reason = s->reason;
		effect_emit(fold, &effect);
	}
}

/* See engine.h. */
EngineState *
engine_handover(const Policy *from, const Policy *to, const EngineState *state,
				TimestampTz at, bool boundaries, const ExprValue *facts,
				const PendingAttribute *pending, int npending, const EngineMemory *memory,
				const EngineTrace *trace)
{
	EngineState *result = fold_fresh(to, state->account_id, state->opened, at, facts,
									 pending, npending);
	bool		fresh = to->handover == HANDOVER_FRESH;
	Points		before = state->score;
	Transfer	t;
	Fold		fold;

	result->last = state->last;
	result->last_decided = state->last_decided;
	result->nviolations = state->nviolations;
	result->remembers = state->remembers;
	result->bounded = state->bounded;
	result->known_at = state->known_at;

	fold_begin(&fold, to, result, trace);
	t.from = from;
	t.to = to;
	t.old = state;
	t.new = result;
	t.fold = &fold;
	t.memory = memory;
	t.scale = 1;
	retention_begin(&t.retention, from, state);
	transfer_score(&t);
	if (!fresh)
	{
		result->last_violation = state->last_violation;
		transfer_entries(&t);
		transfer_records(&t);
		transfer_counters(&t);
		transfer_clocks(&t);
	}
	transfer_ladder(&t);
	if (!fresh && memory != NULL)
		recall(&fold, from, memory);
	if (!fresh)
		transfer_lives(&t);
	sanctions_queue(&fold);
	clean_pause(&fold);
	clean_idle(&fold);
	ladder_disarm(&fold);
	result->due_known = false;
	if (fold.trace != NULL)
		tell_handover(&fold, result->score - before);
	fold_stabilize(&fold, boundaries && fold.plan->nboundaries > 0);
	return result;
}
