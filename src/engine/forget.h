/*
 * forget.h
 *		What of a state is still looked at, and what can be forgotten.
 */
#ifndef GOVERNANCE_ENGINE_FORGET_H
#define GOVERNANCE_ENGINE_FORGET_H

#include "engine/engine.h"
#include "engine/plan.h"

/* How far back anything looks at the state's as_of. */
typedef struct Retention
{
	const Policy *policy;
	const EnginePlan *plan;
	const EngineState *state;
	TimestampTz entries_from;	/* dead entries after this are looked at */
	TimestampTz sanctions_from;
	TimestampTz activities_from;
} Retention;

/* Works out how far back anything looks in a state, for the questions below. */
extern void retention_begin(Retention *retention, const Policy *policy,
							const EngineState *state);

/* Does anything still look at it?  What nothing looks at is forgotten. */
extern bool retains_entry(const Retention *retention, const LiveEntry *entry);
extern bool retains_mark(const Retention *retention, const MarkRecord *mark);
extern bool retains_activity(const Retention *retention, const ActivityRecord *record);
extern bool retains_collapse(const Retention *retention, const CollapseState *collapse);
extern bool retains_sanction(const Retention *retention, const SanctionState *sanction);
extern bool retains_grant(const Retention *retention, const GrantRecord *grant);

/*
 * The groups that still matter, *n of them, in an order that says nothing of
 * their past; palloc'd.
 */
extern CollapseState *retained_collapses(const Retention *retention, int *n);

/* As engine_forget(), but entries and groups only. */
extern void forget_entries(const Policy *policy, EngineState *state);

/* Puts the entries that a state with full memory has put aside back in their places. */
extern void entries_recollect(EngineState *state);

#endif							/* GOVERNANCE_ENGINE_FORGET_H */
