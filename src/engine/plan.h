/*
 * plan.h
 *		What follows from a policy, worked out once (plan.c).
 */
#ifndef GOVERNANCE_ENGINE_PLAN_H
#define GOVERNANCE_ENGINE_PLAN_H

#include "engine/engine.h"
#include "engine/expr.h"
#include "engine/policy.h"

/* `within` on a date, somewhere in a condition that time may change. */
typedef struct WithinUse
{
	int			attribute;		/* index; -1: any attribute that is a date; or
								 * EXPR_INSTANT: */
	TimestampTz instant;
	Span		span;
} WithinUse;

typedef struct RungPlan
{
	bool		judged;			/* only makes sense for a violation: rule,
								 * class, severity, source, same */
	int			before;			/* the rung that must have been opened, or -1 */
	bool		direct_test;	/* `when` is an interval of the score: */
	Points		low;			/* low <= score <= high */
	Points		high;
} RungPlan;

typedef struct ReliefPlan
{
	int			number;			/* among those with the same trigger */
	int			quotas;			/* the first relief of the same name: they
								 * share their quotas */
	bool		filtered;		/* the filter leaves something out */
	bool		varies;			/* its condition or amount may change by time
								 * alone */
	int			life;			/* age: its place in the lives of an entry, or -1
								 * where one length holds for all */
	bool		in_order;		/* age: entries come of age as they stand; not
								 * where late ones stand behind younger ones */
	bool		direct_test;	/* `when` is an interval of the score: */
	Points		low;			/* low <= score <= high */
	Points		high;
} ReliefPlan;

typedef struct EnginePlan
{
	RungPlan   *rungs;
	ReliefPlan *reliefs;
	int			nages;			/* reliefs by trigger, in declared order */
	int		   *ages;
	int			nevery;
	int		   *every;
	int			nboundaries;
	int		   *boundaries;
	int			nactivities;
	int		   *activities;
	int			nstarts;
	int		   *starts;
	int			nends;
	int		   *ends;

	bool		keeps_remaining;	/* an entry is needed while it costs points */
	bool		keeps_free;		/* and while it counts, if it costs nothing */
	bool		shares;			/* entries share prices, and pass them on */
	int			nlives;			/* ages that depend on anything */
	bool		limits_vary;	/* cap, floor or start are not constant */
	bool		limits_move;	/* and change otherwise than by facts */
	bool		bulk;			/* many steps of clean time can be one */
	bool		lapses;			/* time alone only lets entries come of age, one
								 * after another */

	/* what may change by time alone */
	int			nwake;			/* windowed observables */
	int		   *wake;
	int			nwithin;
	WithinUse  *within;
	int			nturning;		/* expressions that have turning points of their own */
	const Expr **turning;
	bool	   *clocked;		/* by observable: which entries it selects changes
								 * with the calendar */
	int			nticking;		/* expressions that look at the calendar, */
	const Expr **ticking;
	int			tick_period;	/* and the days in which every case comes up */
	bool		restless;		/* something may be due for ever */
	bool		cycle_matters;	/* the turn of the cycle does */

	bool		entry_cycle;	/* entries are looked at since the cycle began */
	bool		sanction_cycle;
	bool	   *activity_kept;	/* by kind: single records are looked at */
	Span		activity_memory;
	bool		activity_cycle;

	/* the version that this one has last been compared with (remember.c) */
	const Policy *follows;
	int64		follows_id;
	bool		remembers;		/* it did not keep all that this one looks at */
} EnginePlan;

/* The plan of a policy; worked out now if the policy has none yet. */
static inline const EnginePlan *
engine_plan(const Policy *policy)
{
	if (unlikely(policy->plan == NULL))
		engine_prepare((Policy *) policy);
	return policy->plan;
}

/*
 * How many turns of the calendar or boundaries are tried for a condition that
 * changes with them before the last one is taken as an instant at which nothing
 * happens.
 */
#define MAX_TICKS_AHEAD 1000

#endif							/* GOVERNANCE_ENGINE_PLAN_H */
