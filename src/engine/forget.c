/*
 * forget.c
 *		What of a state nothing looks at any more.
 *
 * Forgetting changes nothing that shows: a state is compared and serialized
 * without what is forgotten, so that it does not matter when it happens.
 */
#include "postgres.h"

#include "engine/internal.h"
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

void
memory_begin(Memory *memory, const Policy *policy, const EngineState *state)
{
	const EnginePlan *plan = engine_plan(policy);
	TimestampTz cycle = DT_NOBEGIN;
	Fold		fold;

	if (plan->entry_cycle || plan->sanction_cycle || plan->activity_cycle)
	{
		fold_begin(&fold, policy, (EngineState *) state, NULL);
		cycle = cycle_start(&fold, state->as_of);
		if (cycle == DT_NOEND)
			cycle = DT_NOBEGIN;
	}
	memory->policy = policy;
	memory->plan = plan;
	memory->state = state;
	memory->entries_from = look_back(state, &policy->entry_memory,
									 plan->entry_cycle, cycle, policy->zone);
	memory->sanctions_from = look_back(state, &policy->sanction_memory,
									   plan->sanction_cycle, cycle, policy->zone);
	memory->activities_from = look_back(state, &plan->activity_memory,
										plan->activity_cycle, cycle, policy->zone);
}

bool
memory_entry(const Memory *memory, const LiveEntry *entry)
{
	if (!memory->policy->keeps_entries)
		return false;
	if (memory->plan->keeps_remaining && entry_live(entry) &&
		(memory->plan->keeps_free || entry->remaining > 0))
		return true;
	if (entry->flags & ENTRY_OVERTURNED)
		return false;
	return Max(entry->at, Max(entry->occurred, entry->decided)) > memory->entries_from;
}

bool
memory_mark(const Memory *memory, const MarkRecord *mark)
{
	const EngineState *state = memory->state;

	for (int i = 0; i < state->nentries; i++)
		if (state->entries[i].id == mark->entry)
			return entry_live(&state->entries[i]) && memory_entry(memory, &state->entries[i]);
	return false;
}

bool
memory_activity(const Memory *memory, const ActivityRecord *record)
{
	return record->at > memory->activities_from;
}

bool
memory_collapse(const Memory *memory, const CollapseState *collapse)
{
	return collapse->until > memory->state->as_of;
}

bool
memory_sanction(const Memory *memory, const SanctionState *sanction)
{
	if (sanction_open_now(sanction))
		return true;
	if (sanction->flags & (SANCTION_NEVER | SANCTION_FORGOTTEN))
		return false;
	return memory->policy->keeps_sanctions && sanction->ends > memory->sanctions_from;
}

/* A quota or a cool-down may still count it. */
bool
memory_grant(const Memory *memory, const GrantRecord *grant)
{
	const Policy *policy = memory->policy;
	const EngineState *state = memory->state;

	for (int i = 0; i < policy->nreliefs; i++)
	{
		const Relief *relief = &policy->reliefs[i];

		if (relief->trigger != RELIEF_ACTIVITY ||
			memory->plan->reliefs[i].quotas != memory->plan->reliefs[grant->relief].quotas)
			continue;
		for (int q = 0; q < relief->nquotas; q++)
		{
			const Quota *quota = &relief->quotas[q];

			if (quota->in_cycle)
			{
				Fold		fold;

				fold_begin(&fold, policy, (EngineState *) state, NULL);
				if (grant->at >= cycle_start(&fold, state->as_of))
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

static void
forget_by(const Memory *memory, EngineState *state)
{
	EntryStore *store = state->store;
	int			kept = 0;
	int			before = 0;

	for (int i = 0; i < state->nentries; i++)
	{
		if (!memory_entry(memory, &state->entries[i]))
			continue;
		if (store != NULL && i < store->at)
			before++;
		if (kept != i)
			state->entries[kept] = state->entries[i];
		kept++;
	}
	state->nentries = kept;
	if (store != NULL)
		store->at = before;
	FORGET(state->collapses, state->ncollapses, CollapseState, memory_collapse(memory, e));
	state->nindexed = 0;
}

void
forget_entries(const Policy *policy, EngineState *state)
{
	Memory		memory;

	memory_begin(&memory, policy, state);
	forget_by(&memory, state);
}

void
engine_forget(const Policy *policy, EngineState *state)
{
	Memory		memory;

	if (state->nentries == 0 && state->nactivities == 0 && state->ncollapses == 0 &&
		state->nsanctions == 0 && state->ngrants == 0)
		return;
	memory_begin(&memory, policy, state);
	FORGET(state->marks, state->nmarks, MarkRecord, memory_mark(&memory, e));
	forget_by(&memory, state);
	FORGET(state->activities, state->nactivities, ActivityRecord,
		   memory_activity(&memory, e));
	FORGET(state->sanctions, state->nsanctions, SanctionState,
		   e->dirty || memory_sanction(&memory, e));
	FORGET(state->grants, state->ngrants, GrantRecord, memory_grant(&memory, e));
	state->first_open = 0;
}
