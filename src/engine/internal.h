/*
 * internal.h
 *		What the files of the engine share with each other and nobody else.
 *
 * Everything goes through a Fold: one state under one policy at one instant,
 * on the stack of engine_advance() or engine_apply().
 */
#ifndef GOVERNANCE_ENGINE_INTERNAL_H
#define GOVERNANCE_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "engine/entry_store.h"

/* ---------- the plan: what follows from a policy (plan.c) ---------- */

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
	CalendarUnit tick;			/* finest local unit that matters; UNIT_NONE */
	bool		ticks_hourly;	/* finer than a day */
	int			tick_period;	/* days in which every case comes up */
	int			nticking;		/* the expressions in which it does */
	const Expr **ticking;
	bool		restless;		/* something may be due for ever */
	bool		cycle_matters;	/* the turn of the cycle does */

	bool		entry_cycle;	/* entries are looked at since the cycle began */
	bool		sanction_cycle;
	bool	   *activity_kept;	/* by kind: single records are looked at */
	Span		activity_memory;
	bool		activity_cycle;
} EnginePlan;

static inline const EnginePlan *
engine_plan(const Policy *policy)
{
	if (unlikely(policy->plan == NULL))
		engine_prepare((Policy *) policy);
	return policy->plan;
}

/*
 * How many hours, days or boundaries are tried for a condition that changes
 * with the calendar before the last one is taken as an instant at which nothing
 * happens.
 */
#define MAX_TICKS_AHEAD 1000

/* ---------- the fold at work ---------- */

typedef struct Fold
{
	const Policy *policy;
	const EnginePlan *plan;
	EngineState *state;
	const EngineTrace *told;	/* of sanctions that open; null: nobody */
	const EngineTrace *trace;	/* of everything; null: nobody */
	TimestampTz at;				/* the instant at hand */
	ExprEnv		env;

	const EngineEvent *judged;	/* the violation at hand, or null */
	Points		price;			/* of it, so far */
	const LiveEntry *entry;		/* that a selection looks at */
	bool		has_quantity;
	double		quantity;
	TimestampTz look;			/* the next settled entries may matter from here */

	/* the violation at hand shares its price: what it would cost by itself */
	bool		shares;
	Points		share;

	bool		fresh;			/* the violation has not been on the ladder yet */
	int			direct;			/* rung that the violation's rule opened, or -1 */
	TimestampTz boundaries_to;	/* those from here on are another version's */
} Fold;

/* Sets the instant at hand. */
static inline void
fold_at(Fold *fold, TimestampTz at)
{
	fold->at = at;
	fold->env.at = at;
}

/*
 * A fresh state before anything has been looked at: facts, limits, score and
 * clocks.  In the current memory context.
 */
extern EngineState *fold_fresh(const Policy *policy, int64 account_id,
							   TimestampTz opened, TimestampTz at,
							   const ExprValue *facts,
							   const PendingAttribute *pending, int npending);

extern void fold_begin(Fold *fold, const Policy *policy, EngineState *state,
					   const EngineTrace *trace);

/* An effect with the figures of the state filled in. */
extern void fold_effect_init(const Fold *fold, Effect *effect, EffectKind kind);
extern void fold_emit(const Fold *fold, Effect *effect);

/* Recomputes start, cap and floor; true when something changed. */
extern bool fold_limits(Fold *fold);

/*
 * Brings everything to rest at the instant at hand: ends, expiries, boundaries
 * (only when asked for), steps, ladder, starts, until nothing moves any more.
 */
extern void fold_settle(Fold *fold, bool boundaries);

/*
 * Processes what is due up to an instant, at most max_dues instants of it;
 * gives how many there were.  With less than that the state is at the instant.
 */
extern int	fold_advance(Fold *fold, TimestampTz to, int max_dues, bool bulk);

/* ---------- growing arrays (state.c) ---------- */

/*
 * Makes room for one more element behind n; arrays of a state always have room
 * for the next power of two.
 */
extern void *state_room(EngineState *state, void *array, int n, Size size);
extern Size state_capacity(int n);

/* A state with its fixed arrays, zeroed, in the current context. */
extern EngineState *state_alloc(const Policy *policy);

/* The groups that still matter, in an order that says nothing of their past. */
struct Memory;
extern CollapseState *sorted_collapses(const struct Memory *memory, int *n);

/* Copies with their texts into a context. */
extern ExprValue value_copy(MemoryContext context, ExprValue value);
extern ExprValue *values_copy(MemoryContext context, const ExprValue *values, int n);
extern bool value_equal(const ExprValue *a, const ExprValue *b);

/* What nothing looks at any more at the state's as_of (forget.c). */
typedef struct Memory
{
	const Policy *policy;
	const EnginePlan *plan;
	const EngineState *state;
	TimestampTz entries_from;	/* dead entries after this are looked at */
	TimestampTz sanctions_from;
	TimestampTz activities_from;
} Memory;

extern void memory_begin(Memory *memory, const Policy *policy,
						 const EngineState *state);
extern bool memory_entry(const Memory *memory, const LiveEntry *entry);
extern bool memory_mark(const Memory *memory, const MarkRecord *mark);
extern bool memory_activity(const Memory *memory, const ActivityRecord *record);
extern bool memory_collapse(const Memory *memory, const CollapseState *collapse);
extern bool memory_sanction(const Memory *memory, const SanctionState *sanction);

/* Of entries and groups only. */
extern void forget_entries(const Policy *policy, EngineState *state);
extern bool memory_grant(const Memory *memory, const GrantRecord *grant);

/* ---------- price.c ---------- */

/*
 * What the violation at hand costs: modifiers, then collapse.  Fills in the
 * effect's base, price, detail and modifiers when traced; *collapsed is set
 * when it does not count at all.
 */
extern Points price_violation(Fold *fold, const EngineEvent *event,
							  Effect *effect, bool *collapsed);

/* ---------- group.c ---------- */

/* The group of a violation under one collapse; false: it has none. */
extern bool collapse_group(const Policy *policy, int index, int rule, uint64 incident,
						   uint64 content, uint64 *group);

/* The group's state; made, or begun anew when its window is over. */
extern CollapseState *collapse_state(Fold *fold, int index, uint64 group);

/* The collapse by which an entry shares its price, or -1. */
extern int	group_sharing(const Policy *policy, const LiveEntry *entry);

/* What a group costs now, before it is bounded: the maximum or the sum. */
extern int64 group_cost(Fold *fold, const CollapseState *s);

/* An entry that shares its price has come in: the worst one carries it all. */
extern void group_join(Fold *fold, LiveEntry *entry);

/*
 * The price of an entry falls, or it counts no longer (WHOLE_PRICE).  Takes from
 * the entry what is to be given back, and gives how much that is; what its group
 * goes on costing passes to the others.
 */
#define WHOLE_PRICE PG_INT32_MAX
extern Points group_lower(Fold *fold, LiveEntry *entry, Points by);

/* All that an entry cost has been given back: its group remembers. */
extern void group_given_back(Fold *fold, const LiveEntry *entry);

/* The entry, with all of its group at hand; entries may have moved. */
extern LiveEntry *group_at_hand(Fold *fold, LiveEntry *entry);

/* ---------- observe.c ---------- */

extern ExprValue observe_value(void *arg, ExprVar var, int index);

/* Does the entry still count? */
static inline bool
entry_live(const LiveEntry *entry)
{
	return (entry->flags & (ENTRY_VOID | ENTRY_EXPIRED | ENTRY_OVERTURNED)) == 0 &&
		(entry->charged == 0 || entry->remaining > 0);
}

/* The entry with an id, or null. */
extern LiveEntry *entry_by_id(Fold *fold, int64 id);

extern bool entry_matches(Fold *fold, const EntryFilter *filter,
						  const LiveEntry *entry);

/* By rule only: is this the kind of violation that the filter selects? */
static inline bool
filter_rule(const EntryFilter *filter, int rule)
{
	return filter->rules == NULL || (rule >= 0 && filter->rules[rule]);
}

/* Adds to the running observables. */
extern void observe_violation(Fold *fold, int rule, Points charged, int sign);
extern void observe_activity(Fold *fold, int kind, double quantity);

/* Points pass from an entry of one rule to one of another. */
extern void observe_moved(Fold *fold, int from, int to, Points charged);
extern void observe_sanction(Fold *fold, int rung);

/* A value of an observable as its counter holds it. */
extern int64 observe_counter(const Observable *o, double value);

/*
 * The next instant after the one at hand at which a windowed observable, a
 * `within` or a part of the calendar may change a condition; of no interest
 * when it is not before a given one.
 */
extern TimestampTz observe_next_wake(Fold *fold, TimestampTz before);

/* The start of the policy's cycle at an instant, and the next one. */
extern TimestampTz cycle_start(Fold *fold, TimestampTz at);
extern TimestampTz cycle_boundary_after(Fold *fold, const Cycle *cycle,
										TimestampTz at);

/* The case that holds, or null, and the span that it gives; false: none. */
extern const SpanCase *span_case(Fold *fold, const SpanParam *param);
extern bool span_case_value(Fold *fold, const SpanCase *c, Span *span);

/* Evaluates a parameter; false when no case holds. */
extern bool span_of_case(Fold *fold, const SpanParam *param, Span *span);

static inline bool
span_value(Fold *fold, const SpanParam *param, Span *span)
{
	if (param->ncases == 0)
		return false;
	if (param->cases[0].when != NULL || param->cases[0].times != NULL)
		return span_of_case(fold, param, span);
	*span = param->cases[0].span;
	return true;
}

/* ---------- score.c ---------- */

/* The score that an operation would give; clipped. */
extern Points score_after(Fold *fold, ReliefOp op, Points amount);

/* Moves the score and takes what it gives back from the oldest entries. */
extern Points score_set(Fold *fold, Points target);

/* Charges a price; gives the effect on the score, not negative. */
extern Points score_charge(Fold *fold, Points price);

/* Gives points back without touching entries; gives the effect. */
extern Points score_give(Fold *fold, Points amount);

/* ---------- ladder.c ---------- */

/* Evaluates every rung; true when a sanction opened, changed or ended. */
extern bool ladder_evaluate(Fold *fold);

/* Tells that a rung was reached and did not open. */
extern void ladder_passed(Fold *fold, int rung, const char *why);

/* Rungs that are true from the start have not been crossed. */
extern void ladder_disarm(Fold *fold);

/*
 * Opens a rung; `cause` is a violation or 0; held: it is not to be enforced,
 * whatever the policy says.
 */
extern bool sanction_open(Fold *fold, int rung, int64 cause, bool held,
						  TimestampTz decided);

extern void sanction_release(Fold *fold, SanctionState *sanction,
							 ReleaseReason reason);

/* Those that wait for another one to end follow its end. */
extern void sanctions_queue(Fold *fold);

/* Starts and ends what is due; true when something happened. */
extern bool sanctions_start_due(Fold *fold);
extern bool sanctions_end_due(Fold *fold);
extern TimestampTz sanctions_next_due(Fold *fold);

/* An activity's part in conditions, counts and elections. */
extern void sanctions_activity(Fold *fold, const EngineEvent *event);

/* Somebody lifts the sanction that the event names, if it has not ended. */
extern void sanctions_lift(Fold *fold, const EngineEvent *event);

/* Those that the violation caused are lifted. */
extern void sanctions_overturn(Fold *fold, int64 violation_id);

/* The figures that a sanction's rung puts on it, as of now. */
extern void sanction_fill_terms(Fold *fold, SanctionState *s);

static inline bool
sanction_open_now(const SanctionState *sanction)
{
	return (sanction->flags & SANCTION_ENDED) == 0;
}

static inline bool
sanction_running(const SanctionState *sanction)
{
	return (sanction->flags & (SANCTION_STARTED | SANCTION_ENDED)) == SANCTION_STARTED;
}

static inline bool
rung_heavier(const Policy *policy, int a, int b)
{
	if (b < 0)
		return true;
	if (policy->rungs[a].tier != policy->rungs[b].tier)
		return policy->rungs[a].tier > policy->rungs[b].tier;
	return a > b;
}

/* ---------- relief.c ---------- */

extern bool relief_ages(Fold *fold);
extern TimestampTz relief_ages_next(Fold *fold);

/*
 * Where entries come of age one after another and nothing else is due: takes as
 * many as there are up to the next score that means something, and not after
 * `to`; false when it cannot be told.  Moves the instant at hand.
 */
extern bool relief_lapse(Fold *fold, TimestampTz to);
extern bool relief_boundaries(Fold *fold);
extern TimestampTz relief_boundaries_next(Fold *fold, TimestampTz before);
extern void relief_activity(Fold *fold, const EngineEvent *event);

/* Runs the reliefs of a sanction's start or end; true when one did something. */
extern bool relief_sanction(Fold *fold, SanctionState *sanction, bool start);

/* Puts marks on entries. */
extern void relief_mark(Fold *fold, const EngineEvent *event);

/* Applies a relief's operation; gives the change of the score. */
extern Points relief_apply(Fold *fold, int relief, LiveEntry *entry,
						   const SanctionState *sanction, bool *changed);

/* Settles the lives of an entry, as of the instant at hand. */
extern void relief_lives(Fold *fold, LiveEntry *entry);

/* Would it do anything now? */
extern bool relief_effective(Fold *fold, int relief);

/* ---------- clean_time.c ---------- */

extern void clean_violation(Fold *fold, int rule);
extern void clean_activity(Fold *fold, const EngineEvent *event);

/* Stops and starts clocks by the sanctions that are running now. */
extern void clean_pause(Fold *fold);
extern void clean_idle(Fold *fold);
extern bool clean_steps(Fold *fold);

/* The earliest step after the instant at hand, and whose it is. */
extern TimestampTz clean_next_due(Fold *fold, int *number);

/*
 * Takes as many steps of one clock as can be taken at once, before `until` and
 * not after `to`; false when not even one.  Moves the instant at hand.
 */
extern bool clean_bulk(Fold *fold, int number, TimestampTz until,
					   TimestampTz to);

/* ---------- calendar.c ---------- */

extern bool span_equal(const Span *a, const Span *b);
extern bool span_empty(const Span *span);

/* The largest n >= 0 for which base + n spans <= limit; -1: not even base. */
extern int64 span_count(TimestampTz base, const Span *span, TimestampTz limit,
						pg_tz *zone);

/* The span taken a number of times that need not be whole. */
extern Span span_times(const Span *span, double times);

/*
 * The first instant at which something of an instant has left a look-back
 * window: the smallest t with t - span >= instant.
 */
extern TimestampTz span_leaving(TimestampTz instant, const Span *span,
								pg_tz *zone);

/* How far b is from a on the local calendar, added to base. */
extern TimestampTz calendar_shift(TimestampTz base, TimestampTz a,
								  TimestampTz b, pg_tz *zone);

/* The next full local hour. */
extern TimestampTz calendar_next_hour(TimestampTz at, pg_tz *zone);

#endif							/* GOVERNANCE_ENGINE_INTERNAL_H */
