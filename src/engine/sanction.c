/*
 * sanction.c
 *		The life of sanctions: opened, started, extended, ended, released.
 *
 * A sanction is opened at its place in the fold and starts then or, when the
 * decision behind it came later, at that decision.  Its start and its end are
 * processed at their own instants; only then do the reliefs tied to them run.
 * Reliefs for the end of a sanction run when it has ended in its own way: its
 * time was over, its conditions were met, its events were counted or the
 * condition of its rung ended; not when another took its place.
 */
#include "postgres.h"

#include "engine/clean_time.h"
#include "engine/effect.h"
#include "engine/expr.h"
#include "engine/observable.h"
#include "engine/relief.h"
#include "engine/sanction.h"
#include "engine/sanction_length.h"
#include "engine/state.h"

/* ---------- effects ---------- */

/*
 * Tells a trace about a sanction; of openings one is told that asked for
 * nothing else.
 */
static void
sanction_effect(Fold *fold, EffectKind kind, const SanctionState *s, const char *detail)
{
	Effect		effect;

	if (fold->trace == NULL && (fold->told == NULL || kind != EFFECT_SANCTION_START))
		return;
	effect_init(fold, &effect, kind);
	effect.entry = s->cause;
	effect.rung = s->rung;
	effect.sanction = s->number;
	effect.opening = s->opening;
	effect.terms = s->terms;
	effect.starts = s->starts;
	effect.ends = s->ends;
	effect.reason = s->reason;
	effect.detail = detail;
	effect_emit(fold, &effect);
}

/* ---------- opening ---------- */

/*
 * The last sanction of a rung that has not ended, or null.  One that is not
 * enforced does not keep others from being enforced, nor does it change them.
 */
static SanctionState *
open_sanction_of(EngineState *state, int rung, bool enforced)
{
	for (int i = state->nsanctions - 1; i >= state->first_open; i--)
	{
		SanctionState *s = &state->sanctions[i];

		if (s->rung == rung && sanction_open_now(s) &&
			((s->flags & SANCTION_ENFORCED) != 0) == enforced)
			return s;
	}
	return NULL;
}

/* Adds a sanction to the state, with nothing known yet of its end. */
static SanctionState *
append_sanction(Fold *fold, int rung, int64 cause, bool held, TimestampTz starts)
{
	EngineState *state = fold->state;
	SanctionState *s;

	state->sanctions = state_room(state, state->sanctions, state->nsanctions,
								  sizeof(SanctionState));
	s = &state->sanctions[state->nsanctions++];
	memset(s, 0, sizeof(SanctionState));
	s->number = ++state->nsanctions_ever;
	s->opening = ++state->openings[rung];
	s->rung = s->shown_rung = rung;
	s->policy_id = s->shown_policy = fold->policy->policy_id;
	s->cause = cause;
	s->opened = fold->at;
	s->starts = s->minimum = starts;
	s->ends = DT_NOEND;
	s->left = -1;
	s->dirty = true;
	if (held)
		s->flags |= SANCTION_HELD;
	else if (engine_enforced(fold->policy, state->account_id, starts))
		s->flags |= SANCTION_ENFORCED;
	return s;
}

/*
 * See sanction.h.  Figures are those of the instant at which the sanction
 * opens, merges or is taken over; they do not change with the account later.
 */
void
sanction_fill_terms(Fold *fold, SanctionState *s)
{
	const Rung *rung = &fold->policy->rungs[s->rung];

	if (s->nterms != rung->nterms)
		s->terms = rung->nterms == 0 ? NULL :
			MemoryContextAlloc(fold->state->context, sizeof(ExprValue) * rung->nterms);
	s->nterms = rung->nterms;
	for (int i = 0; i < rung->nterms; i++)
		s->terms[i] = value_copy(fold->state->context,
								 expr_eval(rung->terms[i].value, &fold->env));
}

/*
 * A rung fires again while a sanction of it runs, and the two become one: with
 * add the new length is put behind the old end, else the later end counts.  True
 * when that changed anything.
 */
static bool
merge_sanction(Fold *fold, SanctionState *s, const Measure *m, TimestampTz starts, bool add)
{
	TimestampTz ends = s->ends;
	int			left = s->left;
	uint32		met = s->met;

	if (m->left >= 0)
		s->left = add ? s->left + m->left : Max(s->left, m->left);
	if (m->conditions || m->left >= 0)
	{
		TimestampTz minimum = s->minimum;

		if (m->has_length)
			minimum = add ? sanction_length_end(fold, s->rung, s->minimum, &m->length) :
				Max(minimum, sanction_length_end(fold, s->rung, starts, &m->length));
		s->minimum = minimum;
		s->met = 0;				/* they are to be met anew */
		s->ends = DT_NOEND;
	}
	else if (m->has_length)
		s->ends = add ? sanction_length_end(fold, s->rung, s->ends, &m->length) :
			Max(s->ends, sanction_length_end(fold, s->rung, starts, &m->length));
	sanction_fill_terms(fold, s);
	s->dirty = true;
	if (s->ends == ends && s->left == left && s->met == met)
		return false;
	sanction_effect(fold, EFFECT_SANCTION_EXTEND, s, m->detail);
	return true;
}

/*
 * See sanction.h.  A sanction of the same rung that runs already decides by the
 * rung's `overlap` what comes of the new one.
 */
bool
sanction_open(Fold *fold, int rung_index, int64 cause, bool held, TimestampTz decided)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	const Rung *rung = &policy->rungs[rung_index];
	TimestampTz starts = fold->at;
	SanctionState *running;
	SanctionState *before = NULL;
	int64		queued_after = 0;
	TimestampTz earliest;
	SanctionState *s;
	Measure		m;

	if (cause != 0 && policy->sanctions_from_decided && decided > starts)
		starts = decided;
	if (!sanction_measure(fold, rung, &m))
	{
		effect_rung_passed(fold, rung_index, "not opened: no length for it");
		return false;
	}

	state->just_fired[rung_index] = true;
	running = open_sanction_of(state, rung_index,
							   !held && engine_enforced(policy, state->account_id, starts));
	if (running != NULL && running->ends > starts)
	{
		switch (rung->overlap)
		{
			case OVERLAP_MAX:
				return merge_sanction(fold, running, &m, starts, false);
			case OVERLAP_EXTEND:
				return merge_sanction(fold, running, &m, starts, true);
			case OVERLAP_QUEUE:
				before = running;
				break;
			case OVERLAP_REPLACE:
				if (running->starts >= starts || starts <= fold->at)
					sanction_release(fold, running, RELEASE_REPLACED);
				else
				{
					running->ends = starts;
					running->left = -1;
					running->dirty = true;
					sanction_effect(fold, EFFECT_SANCTION_EXTEND, running, "replaced");
				}
				break;
			case OVERLAP_PARALLEL:
				break;
		}
	}

	earliest = starts;
	if (before != NULL)
	{
		queued_after = before->number;
		starts = before->ends;	/* may not be known yet */
	}
	s = append_sanction(fold, rung_index, cause, held, starts);
	if (queued_after != 0)
	{
		s->flags |= SANCTION_QUEUED;
		s->queued_after = queued_after;
		s->earliest = earliest;
		s->has_length = m.has_length;
		s->length = m.length;
	}
	sanction_set_ends(fold, s, &m, starts);
	sanction_fill_terms(fold, s);
	sanction_effect(fold, EFFECT_SANCTION_START, s, m.detail);
	return true;
}

/* ---------- waiting for another ---------- */

/* The sanction of a number, or null when it is forgotten. */
static SanctionState *
sanction_numbered(EngineState *state, int64 number)
{
	for (int i = 0; i < state->nsanctions; i++)
		if (state->sanctions[i].number == number)
			return &state->sanctions[i];
	return NULL;
}

/*
 * Sanctions that wait for another one start when that one ends: called whenever
 * an end has become known or has moved.  They stand behind those that they wait
 * for, so that one pass sees to all of them.
 */
void
sanctions_queue(Fold *fold)
{
	EngineState *state = fold->state;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];
		const SanctionState *before;
		TimestampTz starts;
		Measure		m;

		if ((s->flags & (SANCTION_QUEUED | SANCTION_STARTED | SANCTION_ENDED)) != SANCTION_QUEUED)
			continue;
		before = sanction_numbered(state, s->queued_after);

		/* One that never was leaves its place to those behind it. */
		while (before != NULL && (before->flags & SANCTION_NEVER))
		{
			s->queued_after = before->queued_after;
			s->dirty = true;
			before = sanction_numbered(state, s->queued_after);
		}
		starts = Max(before == NULL ? fold->at : before->ends, s->earliest);
		if (starts == s->starts)
			continue;
		s->starts = s->minimum = starts;
		m.has_length = s->has_length;
		m.length = s->length;
		m.left = s->left;
		m.conditions = fold->policy->rungs[s->rung].nconditions > 0;
		sanction_set_ends(fold, s, &m, starts);
		s->flags &= ~SANCTION_ENFORCED;
		if ((s->flags & SANCTION_HELD) == 0 &&
			engine_enforced(fold->policy, state->account_id, starts))
			s->flags |= SANCTION_ENFORCED;
		s->dirty = true;
		sanction_effect(fold, EFFECT_SANCTION_EXTEND, s, "queued");
	}
}

/* ---------- starting and ending ---------- */

/*
 * The end of a sanction has come: clocks of clean time go on, reliefs tied to
 * the end run, and what waited for it follows.
 */
static void
end_sanction(Fold *fold, SanctionState *s, EffectKind kind, bool in_its_own_way)
{
	int			at = s - fold->state->sanctions;

	s->flags |= SANCTION_ENDED;
	s->dirty = true;
	sanction_effect(fold, kind, s, NULL);
	if (s->flags & SANCTION_STARTED)
	{
		clean_pause(fold);
		if (in_its_own_way)
			relief_sanction(fold, &fold->state->sanctions[at], false);
	}
	sanctions_queue(fold);
}

/* See sanction.h.  One that has not started is one that never was. */
void
sanction_release(Fold *fold, SanctionState *s, ReleaseReason reason)
{
	s->flags |= SANCTION_RELEASED;
	s->reason = reason;
	s->released = fold->at;
	if ((s->flags & SANCTION_STARTED) == 0 && s->starts >= fold->at)
	{
		s->flags |= SANCTION_NEVER;
		s->ends = s->starts;
	}
	else
		s->ends = fold->at;
	end_sanction(fold, s, EFFECT_SANCTION_RELEASE,
				 reason == RELEASE_CLEARED || reason == RELEASE_CONDITIONS ||
				 reason == RELEASE_COUNTED);
}

/* See sanction.h.  Ends are processed in the order of opening. */
bool
sanctions_end_due(Fold *fold)
{
	EngineState *state = fold->state;
	bool		changed = false;

	while (state->first_open < state->nsanctions &&
		   !sanction_open_now(&state->sanctions[state->first_open]))
		state->first_open++;
	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		if (sanction_running(s) && s->ends <= fold->at)
		{
			end_sanction(fold, s, EFFECT_SANCTION_END, true);
			changed = true;
		}
	}
	return changed;
}

/* Ends the sanctions that the start of one ends, as its rung says; at: its place. */
static void
end_others(Fold *fold, int at)
{
	EngineState *state = fold->state;
	int			n = state->nsanctions;
	const Rung *rung = &fold->policy->rungs[state->sanctions[at].rung];
	bool		enforced = (state->sanctions[at].flags & SANCTION_ENFORCED) != 0;

	for (int i = state->first_open; rung->ends != NULL && i < n; i++)
	{
		SanctionState *s = &state->sanctions[i];

		/* What is enforced does not make way for what is not. */
		if (i != at && s->rung >= 0 && rung->ends[s->rung] && sanction_open_now(s) &&
			(enforced || (s->flags & SANCTION_ENFORCED) == 0))
			sanction_release(fold, s, RELEASE_REPLACED);
	}
}

/*
 * See sanction.h.  Starting counts: it is now that a rung has fired, and that
 * what it replaces ends.
 */
bool
sanctions_start_due(Fold *fold)
{
	EngineState *state = fold->state;
	bool		changed = false;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		if ((s->flags & (SANCTION_STARTED | SANCTION_ENDED)) != 0 || s->starts > fold->at)
			continue;
		s->flags = (s->flags & ~SANCTION_QUEUED) | SANCTION_STARTED;
		s->dirty = true;
		state->fired[s->rung]++;
		state->just_fired[s->rung] = true;
		observe_sanction(fold, s->rung);
		if (s->starts > s->opened)
			sanction_effect(fold, EFFECT_SANCTION_BEGIN, s, NULL);
		clean_pause(fold);
		relief_sanction(fold, s, true);
		end_others(fold, i);
		changed = true;
	}
	return changed;
}

/* See sanction.h. */
TimestampTz
sanctions_next_due(Fold *fold)
{
	EngineState *state = fold->state;
	TimestampTz due = DT_NOEND;

	while (state->first_open < state->nsanctions &&
		   !sanction_open_now(&state->sanctions[state->first_open]))
		state->first_open++;
	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if (!sanction_open_now(s))
			continue;
		if ((s->flags & SANCTION_STARTED) == 0)
			due = Min(due, s->starts);
		else
			due = Min(due, s->ends);
	}
	return due;
}

/* ---------- activities ---------- */

/*
 * All conditions of a sanction are met, or all events counted: it ends now, or at
 * the end of its least length.
 */
static void
conditions_met(Fold *fold, SanctionState *s, ReleaseReason reason)
{
	if (s->minimum > fold->at)
	{
		s->ends = s->minimum;
		s->reason = reason;
		s->dirty = true;
		sanction_effect(fold, EFFECT_SANCTION_EXTEND, s,
						reason == RELEASE_COUNTED ? "counted" : "conditions met");
		sanctions_queue(fold);
	}
	else
		sanction_release(fold, s, reason);
}

/*
 * See sanction.h.  A condition is met by one activity, once; a choice between
 * sanctions ends the one that runs and opens the other.
 */
void
sanctions_activity(Fold *fold, const EngineEvent *event)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	int			n = state->nsanctions;	/* not those that open meanwhile */

	for (int i = state->first_open; i < n; i++)
	{
		SanctionState *s = &state->sanctions[i];
		const Rung *rung;
		bool		all;

		if (!sanction_running(s))
			continue;
		rung = &policy->rungs[s->rung];
		if (rung->elect_activity == event->activity && rung->elect_rung >= 0)
		{
			int			other = rung->elect_rung;
			int64		cause = s->cause;
			bool		held = (s->flags & SANCTION_HELD) != 0;
			Measure		m;

			/* What does not concern the account cannot be chosen. */
			if (!sanction_measure(fold, &policy->rungs[other], &m))
				continue;
			sanction_release(fold, s, RELEASE_ELECTED);
			sanction_open(fold, other, cause, held, fold->at);
			continue;
		}
		if (rung->count_activity == event->activity && s->left > 0)
		{
			s->left--;
			s->dirty = true;
		}
		for (int c = 0; c < rung->nconditions; c++)
		{
			const ReleaseCondition *condition = &rung->conditions[c];

			if (condition->activity == event->activity && (s->met & ((uint32) 1 << c)) == 0 &&
				(condition->where == NULL || expr_true(condition->where, &fold->env)))
			{
				s->met |= (uint32) 1 << c;
				s->dirty = true;
			}
		}
		if ((rung->nconditions == 0 && s->left < 0) || s->ends != DT_NOEND)
			continue;
		all = s->left <= 0;
		for (int c = 0; c < rung->nconditions; c++)
			all = all && (s->met & ((uint32) 1 << c)) != 0;
		if (all)
			conditions_met(fold, s, rung->nconditions > 0 ? RELEASE_CONDITIONS : RELEASE_COUNTED);
	}
}

/* See sanction.h. */
void
sanctions_overturn(Fold *fold, int64 violation_id)
{
	EngineState *state = fold->state;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		/* A rung that holds while its condition does looks after itself. */
		if (s->cause == violation_id && sanction_open_now(s) &&
			fold->policy->rungs[s->rung].mode != RUNG_WHILE)
			sanction_release(fold, s, RELEASE_OVERTURNED);
	}
}

/*
 * The sanction that a release names: of its rung, with the same cause and start
 * where there is one, else with the same cause, else the one that runs.  After
 * another revision a different violation may be what caused it; what was lifted
 * is what ran then.
 */
void
sanctions_lift(Fold *fold, const EngineEvent *event)
{
	EngineState *state = fold->state;
	const Rung *rung = &fold->policy->rungs[event->rung];
	SanctionState *lifted = NULL;
	int			best = 0;

	for (int i = state->first_open; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];
		int			likeness = 0;

		if (s->rung != event->rung || !sanction_open_now(s))
			continue;
		if (s->cause == event->violation_id)
			likeness = s->starts == event->starts ? 3 : 2;
		else if (sanction_running(s) && rung->overlap != OVERLAP_PARALLEL)
			likeness = 1;
		if (likeness > best)
		{
			best = likeness;
			lifted = s;
		}
	}
	if (lifted == NULL)
		return;

	/* It is not to begin anew while its condition goes on holding. */
	if (rung->mode == RUNG_WHILE)
		state->disarmed[event->rung] = true;
	sanction_release(fold, lifted, RELEASE_MANUAL);
}
