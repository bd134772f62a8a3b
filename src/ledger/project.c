/*
 * project.c
 *		The sanctions that follow from a state, as the tables show them.
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "rulebook/cache.h"

#include "utils/timestamp.h"

#define AS_IT_ENDS (SANCTION_ENDED | SANCTION_RELEASED | SANCTION_NEVER)

/*
 * Time opens sanctions by rungs that look at the clock, by facts that are
 * known to change, and by a version that waits.
 */
bool
ledger_may_sanction_later(Scheme *scheme, const EngineState *state)
{
	return state->npending > 0 || rulebook_policy(state->policy_id)->starts_by_time ||
		ledger_has_successor(scheme, state);
}

/*
 * The rung that says what a sanction is, in the version under which it was
 * shown last.
 */
static const Rung *
shown_rung(const Policy *draft, const SanctionState *sanction)
{
	const Policy *policy = draft != NULL ? draft : rulebook_policy(sanction->shown_policy);

	return &policy->rungs[sanction->shown_rung];
}

/*
 * Are these one sanction, as two versions show it?  Those that were opened
 * before sanctions had numbers are told by what opened them.
 */
static bool
same_sanction(const SanctionState *a, const SanctionState *b)
{
	if (a->number != 0 && b->number != 0)
		return a->number == b->number;
	return a->starts == b->starts && a->cause == b->cause;
}

/* Was it over when the next version took over, which has remembered it? */
static bool
ended_before(const SanctionState *sanction, TimestampTz horizon)
{
	return (sanction->flags & SANCTION_ENDED) != 0 && sanction->ends <= horizon &&
		sanction->starts < horizon;
}

/* As if the version of the state were the last one. */
ProjectedSanction *
ledger_project_own(Scheme *scheme, const EngineState *state, int *nsanctions)
{
	SanctionState *sanctions = engine_project(state_policy(scheme, state, NULL), state,
											  DT_NOEND, false, nsanctions);
	ProjectedSanction *result = palloc(sizeof(ProjectedSanction) * (*nsanctions + 1));
	int			n = 0;

	for (int i = 0; i < *nsanctions; i++)
	{
		ProjectedSanction *p = &result[n];

		if (sanctions[i].ends <= sanctions[i].starts && (sanctions[i].flags & SANCTION_PROJECTED))
			continue;
		p->sanction = sanctions[i];
		p->rung = shown_rung(NULL, &sanctions[i]);
		p->from = DT_NOBEGIN;
		p->until = DT_NOEND;
		p->is_new = false;
		if (scheme->trial_of != NULL)
			p->sanction.flags &= ~SANCTION_ENFORCED;
		n++;
	}
	*nsanctions = n;
	return result;
}

/* Without an end: as far as anything can be said. */
ProjectedSanction *
ledger_project(Scheme *scheme, const Policy *draft, const EngineState *state,
			   const AccountHistory *facts, int *nsanctions)
{
	return ledger_project_until(scheme, draft, state, facts, DT_NOEND, nsanctions);
}

/*
 * What the version of the state says comes first; the next version's say, in
 * the same way, is joined to it: a sanction that goes on there has its end
 * from there, and occurs again where that version shows it as another rung.
 */
ProjectedSanction *
ledger_project_until(Scheme *scheme, const Policy *draft, const EngineState *state,
					 const AccountHistory *facts, TimestampTz until, int *nsanctions)
{
	const Policy *policy = state_policy(scheme, state, draft);
	PolicyVersion *next = draft != NULL || scheme->nversions < 2 ? NULL : successor(scheme, state);
	TimestampTz horizon = next == NULL ? DT_NOEND : Max(next->from, state->as_of);
	ProjectedSanction *result;
	ProjectedSanction *later = NULL;
	int			nlater = 0;
	bool	   *gone_on;		/* said by what the earlier version shows */
	int			n;
	SanctionState *sanctions;

	if (until < horizon)
	{
		next = NULL;
		horizon = until;
	}
	sanctions = engine_project(policy, state, horizon, next != NULL, &n);
	if (next != NULL)
	{
		EngineState *moved = engine_copy(policy, state);

		moved = hand_over(scheme, policy, rulebook_compiled(next), moved, facts, horizon, NULL);
		later = ledger_project_until(scheme, draft, moved, facts, until, &nlater);
	}
	gone_on = palloc0(sizeof(bool) * (nlater + 1));
	result = palloc(sizeof(ProjectedSanction) * (n + nlater + 1));
	*nsanctions = 0;
	for (int i = 0; i < n; i++)
	{
		ProjectedSanction *p = &result[*nsanctions];
		bool		found = false;

		p->sanction = sanctions[i];
		p->rung = shown_rung(draft, &sanctions[i]);
		p->from = DT_NOBEGIN;
		p->until = DT_NOEND;
		p->is_new = false;
		for (int j = 0; j < nlater && !found; j++)
		{
			SanctionState *s = &later[j].sanction;

			if (!same_sanction(s, &sanctions[i]))
				continue;
			found = true;

			/* The next version decides how it ends. */
			p->sanction.ends = s->ends;
			p->sanction.released = s->released;
			p->sanction.reason = s->reason;
			p->sanction.flags = (p->sanction.flags & ~AS_IT_ENDS) | (s->flags & AS_IT_ENDS);
			p->sanction.dirty |= s->dirty;
			if (s->shown_policy != p->sanction.shown_policy)
			{
				p->until = horizon;
				later[j].from = Max(later[j].from, horizon);
			}
			else if (later[j].until != DT_NOEND)
				p->until = later[j].until;
			gone_on[j] = s->shown_policy == p->sanction.shown_policy;
		}
		if (next != NULL && !found && p->sanction.ends > horizon)
			p->sanction.ends = horizon;
		if (p->sanction.ends <= p->sanction.starts && (p->sanction.flags & SANCTION_PROJECTED))
			continue;
		(*nsanctions)++;
	}
	for (int j = 0; j < nlater; j++)
		if (!gone_on[j] && !ended_before(&later[j].sanction, horizon))
		{
			later[j].sanction.flags |= SANCTION_PROJECTED;
			result[(*nsanctions)++] = later[j];
		}

	/* What a trial leads to is written down and withholds nothing. */
	if (scheme->trial_of != NULL)
		for (int i = 0; i < *nsanctions; i++)
			result[i].sanction.flags &= ~SANCTION_ENFORCED;
	return result;
}

/*
 * A release counts before the end that was set, and neither lies before the
 * start: a sanction that was released before it began has an empty range.
 */
TimestampTz
sanction_end(const SanctionState *sanction, bool *open)
{
	bool		released = (sanction->flags & SANCTION_RELEASED) != 0;

	*open = sanction->ends == DT_NOEND && !released;
	return Max(released ? sanction->released : sanction->ends, sanction->starts);
}

/*
 * The part of a sanction for which this version's rung speaks, cut off where
 * the sanction ends or was released.  A sanction of a trial reaches nothing.
 */
bool
sanction_reach(const ProjectedSanction *sanction, TimestampTz *since, TimestampTz *until)
{
	const SanctionState *s = &sanction->sanction;
	bool		open;

	*since = Max(s->starts, sanction->from);
	*until = Min(Min(sanction_end(s, &open), s->ends), sanction->until);
	return (s->flags & SANCTION_ENFORCED) != 0 && *since < *until;
}
