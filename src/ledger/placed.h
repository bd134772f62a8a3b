/*
 * placed.h
 *		Rows of the ledger as events of a policy, and where they stand in the fold.
 */
#ifndef GOVERNANCE_LEDGER_PLACED_H
#define GOVERNANCE_LEDGER_PLACED_H

#include "engine/engine.h"
#include "ledger/entry.h"
#include "rulebook/cache.h"

/* A row and where it stands, before it is turned into an event. */
typedef struct Placed
{
	EventKey	key;
	const ViolationRow *violation;
	const ActivityRow *activity;
	const RevisionRow *refund;
	const RevisionRow *release;
	const RevisionRow *opening;
	const Policy *judged;		/* violation: by this version, */
	int			rule;			/* and its rule there */
	Points		points;			/* of a changed violation */
	bool		changed;
	bool		keeps;			/* what was decided before it arrived stays */
} Placed;

/*
 * All that an account's history holds for a scheme, as it was known at known_at,
 * in the order of the fold; *n of them, palloc'd.  What no version judges is left
 * out.  With draft, that policy stands in for every version.
 */
extern Placed **history_placed(Scheme *scheme, const Policy *draft,
							   const AccountHistory *history, TimestampTz known_at,
							   int64 *n);

/* As an event of the policy that a state has come to; false: it has none for it. */
extern bool placed_event(const Placed *p, const Policy *policy, EngineEvent *event);

/* The index of a violation's rule in a policy, or -1. */
extern int	rule_of(const Policy *judged, const ViolationRow *row);

/* Single rows as events. */
extern void violation_event(const Policy *judged, int rule, const Policy *policy,
							const ViolationRow *row, EngineEvent *event);
extern void activity_event(const Policy *policy, const ActivityRow *row, EngineEvent *event);

/* Where a violation stands in the fold. */
extern TimestampTz ledger_place(Scheme *scheme, const ViolationRow *row);

#endif							/* GOVERNANCE_LEDGER_PLACED_H */
