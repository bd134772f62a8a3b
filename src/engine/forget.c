/*
 * forget.c
 *		What of a state nothing looks at any more.
 *
 * Forgetting changes nothing that shows: a state is compared and serialized
 * without what is forgotten, so that it does not matter when it happens.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/entry_store.h"
#include "engine/forget.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* Everything up to here lies before a look-back of that length. */
static TimestampTz
look_back(const EngineState *state, const Span *span, bool in_cycle,
		  TimestampTz cycle, pg_tz *zone)
{
	TimestampTz from = span_empty(span) ? state->as_of :
		span_subtract(state->as_of, span, zone);

	if (in_cycle && cycle != DT_NOBEGIN)
		from = Min(from, cycle - 1);
	else if (in_cycle)
		from = DT_NOBEGIN;
	return from;
}

/* See forget.h: everything is as of the state's as_of. */
void
retention_begin(Retention *retention, const Policy *policy, const EngineState *state)
{
	const EnginePlan *plan = engine_plan(policy);
	TimestampTz cycle = DT_NOBEGIN;

	if (plan->entry_cycle || plan->sanction_cycle || plan->activity_cycle)
	{
		cycle = cycle_start(policy, state, state->as_of);
		if (cycle == DT_NOEND)
			cycle = DT_NOBEGIN;
	}
	retention->policy = policy;
	retention->plan = plan;
	retention->state = state;
	retention->entries_from = look_back(state, &policy->entry_memory,
									 plan->entry_cycle, cycle, policy->zone);
	retention->sanctions_from = look_back(state, &policy->sanction_memory,
									   plan->sanction_cycle, cycle, policy->zone);
	retention->activities_from = look_back(state, &plan->activity_memory,
										plan->activity_cycle, cycle, policy->zone);
}

/*
 * See forget.h.  A live entry is needed while its points count; a dead one as
 * long as a look-back reaches it.
 */
bool
retains_entry(const Retention *retention, const LiveEntry *entry)
{
	if (!retention->policy->keeps_entries)
		return false;
	if (retention->plan->keeps_remaining && entry_live(entry) &&
		(retention->plan->keeps_free || entry->remaining > 0))
		return true;
	if (entry->flags & ENTRY_OVERTURNED)
		return false;
	return Max(entry->at, Max(entry->occurred, entry->decided)) > retention->entries_from;
}

/* See forget.h.  A mark is needed as long as its entry. */
bool
retains_mark(const Retention *retention, const MarkRecord *mark)
{
	const EngineState *state = retention->state;

	for (int i = 0; i < state->nentries; i++)
		if (state->entries[i].id == mark->entry)
			return entry_live(&state->entries[i]) && retains_entry(retention, &state->entries[i]);
	return false;
}

/* See forget.h. */
bool
retains_activity(const Retention *retention, const ActivityRecord *record)
{
	return record->at > retention->activities_from;
}

/* See forget.h.  A group whose window is over begins anew. */
bool
retains_collapse(const Retention *retention, const CollapseState *collapse)
{
	return collapse->until > retention->state->as_of;
}

/* See forget.h. */
bool
retains_sanction(const Retention *retention, const SanctionState *sanction)
{
	if (sanction_open_now(sanction))
		return true;
	if (sanction->flags & (SANCTION_NEVER | SANCTION_FORGOTTEN))
		return false;
	return retention->policy->keeps_sanctions && sanction->ends > retention->sanctions_from;
}

/* See forget.h.  A credit is needed as long as a quota or a cool-down may count it. */
bool
retains_grant(const Retention *retention, const GrantRecord *grant)
{
	const Policy *policy = retention->policy;
	const EngineState *state = retention->state;

	if (!relief_rationed(&policy->reliefs[grant->relief]))
		return false;
	for (int i = 0; i < policy->nreliefs; i++)
	{
		const Relief *relief = &policy->reliefs[i];

		if (relief->trigger != RELIEF_ACTIVITY ||
			retention->plan->reliefs[i].quotas != retention->plan->reliefs[grant->relief].quotas)
			continue;
		for (int q = 0; q < relief->nquotas; q++)
		{
			const Quota *quota = &relief->quotas[q];

			if (quota->in_cycle)
			{
				if (grant->at >= cycle_start(policy, state, state->as_of))
					return true;
			}
			else if (quota->unit != UNIT_NONE)
			{
				if (grant->at >= calendar_floor(state->as_of, quota->unit, policy->zone))
					return true;
			}
			else if (!quota->has_window ||
					 grant->at > span_subtract(state->as_of, &quota->window, policy->zone))
				return true;
		}

		/* the longest of the cool-downs; one that varies is never over */
		for (int c = 0; c < relief->cooldown.ncases; c++)
		{
			const SpanCase *sc = &relief->cooldown.cases[c];

			if (sc->times != NULL ||
				grant->at > span_subtract(state->as_of, &sc->span, policy->zone))
				return true;
		}
	}
	return false;
}

/* See forget.h. */
CollapseState *
retained_collapses(const Retention *retention, int *n)
{
	const EngineState *state = retention->state;
	CollapseState *result = palloc_extended(sizeof(CollapseState) * Max(state->ncollapses, 1),
											MCXT_ALLOC_HUGE);

	*n = 0;
	for (int i = 0; i < state->ncollapses; i++)
		if (retains_collapse(retention, &state->collapses[i]))
			result[(*n)++] = state->collapses[i];
	qsort(result, *n, sizeof(CollapseState), collapse_state_cmp);
	return result;
}

/* Removes elements for which keep is false; keeps the order. */
#define FORGET(array, count, type, keep) \
	do { \
		int			kept_ = 0; \
		for (int i = 0; i < (count); i++) \
		{ \
			type	   *e = &(array)[i]; \
			if (keep) \
			{ \
				if (kept_ != i) \
					(array)[kept_] = *e; \
				kept_++; \
			} \
		} \
		(count) = kept_; \
	} while (0)

/*
 * Removes the entries and groups that nothing looks at; the place of the
 * settled ones moves along.  A state with full memory puts such entries aside, so
 * that they do not have to be passed by again and again.
 */
static void
forget_by(const Retention *retention, EngineState *state)
{
	EntryStore *store = state->store;
	int			kept = 0;
	int			before = 0;

	for (int i = 0; i < state->nentries; i++)
	{
		if (!retains_entry(retention, &state->entries[i]))
		{
			if (state->remembers)
			{
				state->past = state_room(state, state->past, state->npast, sizeof(LiveEntry));
				state->past[state->npast++] = state->entries[i];
			}
			continue;
		}
		if (store != NULL && i < store->at)
			before++;
		if (kept != i)
			state->entries[kept] = state->entries[i];
		kept++;
	}
	state->nentries = kept;
	if (store != NULL)
		store->at = before;
	FORGET(state->collapses, state->ncollapses, CollapseState, retains_collapse(retention, e));
	state->nindexed = 0;
}

/* See forget.h. */
void
forget_entries(const Policy *policy, EngineState *state)
{
	Retention		retention;

	retention_begin(&retention, policy, state);
	forget_by(&retention, state);
}

/* See engine.h.  Sanctions that have not been stored stay, and with full memory all. */
void
engine_forget(const Policy *policy, EngineState *state)
{
	Retention		retention;

	if (state->nentries == 0 && state->nactivities == 0 && state->ncollapses == 0 &&
		state->nsanctions == 0 && state->ngrants == 0)
		return;
	retention_begin(&retention, policy, state);
	FORGET(state->marks, state->nmarks, MarkRecord, retains_mark(&retention, e));
	forget_by(&retention, state);
	FORGET(state->activities, state->nactivities, ActivityRecord,
		   retains_activity(&retention, e));
	FORGET(state->sanctions, state->nsanctions, SanctionState,
		   state->remembers || e->dirty || retains_sanction(&retention, e));
	FORGET(state->grants, state->ngrants, GrantRecord,
		   state->remembers || retains_grant(&retention, e));
	state->first_open = 0;
}

/* See engine.h. */
void
engine_remember(const Policy *policy, EngineState *state, bool remembers)
{
	if (state->remembers == remembers)
		return;
	state->remembers = remembers;
	state->npast = 0;
	if (!remembers)
		engine_forget(policy, state);
}

/* See forget.h. */
void
entries_recollect(EngineState *state)
{
	for (int i = 0; i < state->npast; i++)
	{
		state->entries = state_room(state, state->entries, state->nentries, sizeof(LiveEntry));
		state->entries[state->nentries++] = state->past[i];
	}
	if (state->npast > 0)
		qsort(state->entries, state->nentries, sizeof(LiveEntry), entry_place_cmp);
	state->npast = 0;
}
