/*
 * meter_rule.h
 *		The rules that apply to a request, one by one.
 */
#ifndef GOVERNANCE_ENTITLEMENT_METER_RULE_H
#define GOVERNANCE_ENTITLEMENT_METER_RULE_H

#include "postgres.h"

#include "entitlement/meter_state.h"

typedef struct Rule
{
	RuleKind	kind;
	const Capability *place;
	const UsageLimit *limit;	/* of limits */
	const Clause *clause;		/* of gates; null: the capability is never */
	const Hours *hours;			/* of hours */
	bool		closed;			/* hours: those of "closed" */
	const char *party;			/* of switches */
	const char *name;			/* limit, clause, "hours", ... */
} Rule;

/* All rules that stand in the way of a request's capability, in their order. */
extern int	meter_rules(const Meter *m, Rule **rules);

/* Does a rule let the request pass at an instant, nothing else happening? */
extern bool rule_passes(const Meter *m, const Rule *rule, TimestampTz t);

/* Does it let a session go on that has run since the request?  m->running is set. */
extern bool rule_runs(const Meter *m, const Rule *rule, TimestampTz t);

/* The next instant at which either may be otherwise. */
extern TimestampTz rule_turn(const Meter *m, const Rule *rule, TimestampTz t);

/* The first instant from t on at which it lets the request pass; DT_NOEND: none. */
extern TimestampTz rule_first_pass(const Meter *m, const Rule *rule, TimestampTz t);

/* The first instant from t on at which it ends a session that has run since the request. */
extern TimestampTz rule_first_end(const Meter *m, const Rule *rule, TimestampTz t);

/* How much of the request a limit lets pass; all of it where it is none. */
extern int64 rule_fits(const Meter *m, const Rule *rule, TimestampTz t);

/* The row that an answer has of it; until and again are left to the caller. */
extern MeterRow rule_row(const Meter *m, const Rule *rule, TimestampTz t);

#endif							/* GOVERNANCE_ENTITLEMENT_METER_RULE_H */
