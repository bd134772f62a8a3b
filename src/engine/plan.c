/*
 * plan.c
 *		What follows from a policy: which entries must be remembered and for how
 *		long, which conditions time alone may change, which rungs are a plain
 *		test of the score.
 *
 * All of it could be asked of the policy again and again; the fold runs inside
 * an insert and has no time for that.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "engine/plan.h"
#include "engine/relief_op.h"
#include "utils/memutils.h"

#define MAX_AGE_RELIEFS 32		/* bits of LiveEntry.done */

typedef struct Scan
{
	Policy	   *policy;
	EnginePlan *plan;
	bool		timed;			/* time alone makes it be evaluated */
	bool	   *wakes;			/* by observable: seen in such a place */

	/* about the expression at hand */
	bool		judged;			/* needs a violation at hand */
	bool		varies;			/* its value may change by time alone */
	bool		ticks;			/* it looks at the calendar */
	bool		turns;			/* it looks at the instant in other ways */
	bool		state;			/* it looks at the score or an observable */

	/* about all of them */
	bool		remaining;		/* entry.remaining is looked at somewhere */
	bool		bulk;			/* `score` is only compared with constants */
	int			nthresholds;
	double	   *thresholds;
	bool		endless;		/* some expression may turn for ever */
	bool		by_weekday;		/* parts of the calendar that time brings */
	bool		by_day;
	bool		by_month;
} Scan;

static void scan_inner(Scan *scan, const Expr *expr);

/*
 * Takes note of a number with which the score is compared, in points: of the
 * scores, in hundredths, on both sides of it when it falls between two.
 */
static void
add_threshold(Scan *scan, double points)
{
	double		x = points * 100;

	/* On both sides when it falls between two scores. */
	scan->thresholds = scan->thresholds == NULL ?
		palloc(sizeof(double) * 2) :
		repalloc(scan->thresholds, sizeof(double) * (scan->nthresholds + 2));
	scan->thresholds[scan->nthresholds++] = floor(x + 1e-7);
	scan->thresholds[scan->nthresholds++] = ceil(x - 1e-7);
}

/*
 * Takes note of a `within` that time may end: the attribute, or the instant
 * when attribute is EXPR_INSTANT, and the span.
 */
static void
add_within(Scan *scan, int attribute, double instant, const Span *span)
{
	EnginePlan *plan = scan->plan;

	plan->within = plan->within == NULL ?
		palloc(sizeof(WithinUse)) :
		repalloc(plan->within, sizeof(WithinUse) * (plan->nwithin + 1));
	plan->within[plan->nwithin].attribute = attribute;
	plan->within[plan->nwithin].instant = (TimestampTz) instant;
	plan->within[plan->nwithin++].span = *span;
}

/*
 * What one name in an expression means for the plan; called by expr_visit() for
 * every one of them.
 */
static void
visit(void *arg, ExprVar var, int index, bool compared, double constant,
	  const Span *span)
{
	Scan	   *scan = arg;
	Policy	   *policy = scan->policy;
	double		start;

	if (span != NULL)
	{
		scan->varies = true;
		if (scan->timed)
			add_within(scan, index, constant, span);
		return;
	}
	if (var != VAR_ATTRIBUTE && var != VAR_FACET)
		scan->state = true;
	switch (var)
	{
		case VAR_SCORE:
			if (!scan->timed)
				break;
			if (compared)
				add_threshold(scan, constant);
			else
				scan->bulk = false;
			break;
		case VAR_LOST:
			if (!scan->timed)
				break;
			if (compared && policy->accumulate)
				add_threshold(scan, constant);
			else if (compared && policy->start != NULL &&
					 expr_is_constant(policy->start, &start))
				add_threshold(scan, start - constant);
			else
				scan->bulk = false;
			break;
		case VAR_POINTS:
		case VAR_RULE:
		case VAR_CLASS:
		case VAR_SEVERITY:
		case VAR_SOURCE:
			scan->judged = true;
			break;
		case VAR_ENTRY_REMAINING:
			scan->remaining = true;
			if (scan->timed)
				scan->bulk = false;
			break;
		case VAR_HOUR:
			scan->varies = scan->ticks = true;
			break;
		case VAR_WEEKDAY:
			scan->varies = scan->ticks = true;
			scan->by_weekday |= scan->timed;
			break;
		case VAR_DAY:
			scan->varies = scan->ticks = true;
			scan->by_day |= scan->timed;
			break;
		case VAR_MONTH:
			scan->varies = scan->ticks = true;
			scan->by_month |= scan->timed;
			break;
		case VAR_NOW:
		case VAR_HOLIDAY:
		case VAR_WORKED_WEEKEND:
		case VAR_WORKING_DAY:
			scan->varies = true;
			scan->turns = true;
			scan->endless |= scan->timed && !compared;
			break;
		case VAR_FACET:
			scan_inner(scan, policy->facets[index].value);
			break;
		case VAR_OBSERVABLE:
			{
				const Observable *o = &policy->observables[index];
				bool		ticks = scan->ticks;

				if (o->same != 0)
					scan->judged = true;
				if (o->has_window || o->in_cycle || o->in_force || o->live)
					scan->varies = true;
				if (scan->timed)
				{
					scan->wakes[index] = true;
					if (o->live)
						scan->bulk = false;
				}
				scan->ticks = false;
				scan_inner(scan, o->filter.where);
				scan->plan->clocked[index] |= scan->ticks;
				scan->ticks |= ticks;
			}
			break;
		default:
			break;
	}
}

/* What is inside of an expression that is being scanned. */
static void
scan_inner(Scan *scan, const Expr *expr)
{
	if (expr != NULL)
		expr_visit(expr, visit, scan);
}

/* Adds an expression to one of the plan's lists. */
static void
add_expr(const Expr ***list, int *n, const Expr *expr)
{
	*list = *list == NULL ? palloc(sizeof(Expr *)) :
		repalloc(*list, sizeof(Expr *) * (*n + 1));
	(*list)[(*n)++] = expr;
}

/*
 * Scans an expression, which may be null.  One that time may change by the
 * calendar, or in ways of its own, goes into the plan's lists.
 */
static void
scan_expr(Scan *scan, const Expr *expr)
{
	EnginePlan *plan = scan->plan;

	scan->ticks = scan->turns = false;
	scan_inner(scan, expr);
	if (scan->ticks && scan->timed)
		add_expr(&plan->ticking, &plan->nticking, expr);
	if (scan->turns && scan->timed)
		add_expr(&plan->turning, &plan->nturning, expr);
}

/* Scans the condition of a selection of entries. */
static void
scan_filter(Scan *scan, const EntryFilter *filter)
{
	scan_expr(scan, filter->where);
}

/* Scans all conditions and formulas of a span that depends on the account. */
static void
scan_param(Scan *scan, const SpanParam *param)
{
	for (int i = 0; i < param->ncases; i++)
	{
		scan_expr(scan, param->cases[i].when);
		scan_expr(scan, param->cases[i].times);
	}
}

/* Makes a look-back at least as long as a span, in each of its parts. */
static void
widen(Span *memory, const Span *span)
{
	memory->months = Max(memory->months, span->months);
	memory->days = Max(memory->days, span->days);
	memory->usecs = Max(memory->usecs, span->usecs);
	memory->forever |= span->forever;
}

/* Is it a constant number, or not given at all? */
static bool
is_constant(const Expr *expr)
{
	return expr == NULL || expr_is_constant(expr, NULL);
}

/* ---------- observables ---------- */

/* Can a plain counter stand for it? */
static bool
can_run(const Policy *policy, const Observable *o)
{
	if (o->has_window || o->in_cycle || o->same != 0 || o->distinct != 0 || o->live)
		return false;
	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			/* what a refund takes back must be found again */
			return o->filter.where == NULL && o->filter.marked == 0 &&
				o->filter.unmarked == 0 && o->clock == policy->clock &&
				policy->revision != REVISION_REFUND;
		case OBSERVE_COUNT_SANCTIONS:
			return span_empty(&o->min_length) && !o->by_end && !o->in_force;
		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			return true;
	}
	return false;
}

/* Tells counters from counts over lists, and how long those lists must be kept. */
static void
plan_observables(Scan *scan)
{
	Policy	   *policy = scan->policy;
	EnginePlan *plan = scan->plan;
	static const Span forever = {0, 0, 0, true};

	policy->ncounters = 0;
	plan->activity_kept = palloc0(sizeof(bool) * Max(policy->nactivities, 1));
	for (int i = 0; i < policy->nobservables; i++)
	{
		Observable *o = &policy->observables[i];
		const Span *window = o->has_window ? &o->window : NULL;

		o->lifetime = !o->has_window && !o->in_cycle;
		o->running = can_run(policy, o);
		o->counter = o->running ? policy->ncounters++ : -1;
		if (o->running)
			continue;
		if (window == NULL && !o->in_cycle)
			window = &forever;
		switch (o->kind)
		{
			case OBSERVE_COUNT_VIOLATIONS:
			case OBSERVE_SUM_POINTS:
				policy->keeps_entries = true;
				if (o->live)
					plan->keeps_remaining = plan->keeps_free = true;
				else if (window != NULL)
					widen(&policy->entry_memory, window);
				else
					plan->entry_cycle = true;
				scan_filter(scan, &o->filter);
				break;
			case OBSERVE_COUNT_SANCTIONS:
				if (o->in_force)
					break;
				policy->keeps_sanctions = true;
				if (window != NULL)
					widen(&policy->sanction_memory, window);
				else
					plan->sanction_cycle = true;
				break;
			case OBSERVE_COUNT_ACTIVITIES:
			case OBSERVE_SUM_QUANTITY:
				plan->activity_kept[o->activity] = true;
				if (window != NULL)
					widen(&plan->activity_memory, window);
				else
					plan->activity_cycle = true;
				break;
		}
	}
}

/* ---------- rungs ---------- */

/* One end of an interval of the score as hundredths. */
static Points
bound(double points, bool open, bool low)
{
	double		x = points * 100;

	if (low)
		x = open ? floor(x + 1e-7) + 1 : ceil(x - 1e-7);
	else
		x = open ? ceil(x - 1e-7) - 1 : floor(x + 1e-7);
	if (x >= POINTS_MAX)
		return POINTS_MAX;
	if (x <= -POINTS_MAX)
		return -POINTS_MAX;
	return (Points) x;
}

/* Is a condition an interval of the score?  Then what it is. */
static bool
score_interval(const Policy *policy, const Expr *when, Points *low, Points *high)
{
	ExprInterval interval;

	if (when == NULL || !expr_interval(when, &interval) || !interval.given ||
		(interval.var != VAR_SCORE && (interval.var != VAR_LOST || !policy->accumulate)))
		return false;
	*low = bound(interval.low, interval.low_open, true);
	*high = bound(interval.high, interval.high_open, false);
	return true;
}

/*
 * The plan of each rung: whether it needs a violation at hand, what it comes
 * after, and whether its condition is an interval of the score.
 */
static void
plan_rungs(Scan *scan)
{
	Policy	   *policy = scan->policy;
	EnginePlan *plan = scan->plan;
	int			previous = -1;

	plan->rungs = palloc0(sizeof(RungPlan) * Max(policy->nrungs, 1));
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];
		RungPlan   *rp = &plan->rungs[i];

		scan->timed = true;
		scan->judged = false;
		scan_expr(scan, rung->when);
		scan_expr(scan, rung->measure);
		rp->judged = scan->judged;
		scan->timed = false;
		if (rung->mode == RUNG_MULTIPLE)
			scan->bulk = false;
		rp->direct_test = score_interval(policy, rung->when, &rp->low, &rp->high);
		rp->before = rung->after_rung;
		if (rung->mode != RUNG_DIRECT)
		{
			if (policy->sequence && rp->before < 0)
				rp->before = previous;
			previous = i;
		}
		if (rung->length.ncases > 0)
			policy->time_driven = true;
	}

	/* A sanction that waits for a decision starts by itself. */
	if (policy->nrungs > 0 && policy->sanctions_from_decided &&
		policy->clock == CLOCK_OCCURRED)
		policy->time_driven = true;
}

/* ---------- reliefs ---------- */

/* Does a selection leave anything out? */
static bool
filter_given(const EntryFilter *filter)
{
	return filter->rules != NULL || filter->marked != 0 ||
		filter->unmarked != 0 || filter->where != NULL;
}

/* The plan of each relief, in declared order. */
static void
plan_reliefs(Scan *scan)
{
	Policy	   *policy = scan->policy;
	EnginePlan *plan = scan->plan;
	int			n = Max(policy->nreliefs, 1);

	plan->reliefs = palloc0(sizeof(ReliefPlan) * n);
	plan->ages = palloc(sizeof(int) * n);
	plan->every = palloc(sizeof(int) * n);
	plan->boundaries = palloc(sizeof(int) * n);
	plan->activities = palloc(sizeof(int) * n);
	plan->starts = palloc(sizeof(int) * n);
	plan->ends = palloc(sizeof(int) * n);
	for (int i = 0; i < policy->nreliefs; i++)
	{
		const Relief *relief = &policy->reliefs[i];
		ReliefPlan *rp = &plan->reliefs[i];

		rp->filtered = filter_given(&relief->filter);
		rp->life = -1;
		rp->direct_test = score_interval(policy, relief->when, &rp->low, &rp->high);
		rp->quotas = i;
		for (int j = 0; j < i; j++)
			if (policy->reliefs[j].trigger == relief->trigger &&
				strcmp(policy->reliefs[j].name, relief->name) == 0)
			{
				rp->quotas = plan->reliefs[j].quotas;
				break;
			}
		if (relief->op == OP_VOID || relief->trigger == RELIEF_AGE ||
			(rp->filtered && relief->trigger != RELIEF_EVERY))
		{
			policy->keeps_entries = true;
			plan->keeps_remaining = plan->keeps_free = true;
		}

		/* Conditions that are looked at whenever something changes. */
		scan->timed = relief->trigger == RELIEF_AGE || relief->trigger == RELIEF_EVERY;
		scan->varies = false;
		scan_expr(scan, relief->when);
		scan_expr(scan, relief->amount);
		rp->varies = scan->varies;
		scan_filter(scan, &relief->filter);
		scan_param(scan, &relief->every);
		scan_param(scan, &relief->wait);
		scan_param(scan, &relief->first_after);
		scan->timed = false;
		scan_param(scan, &relief->age);
		scan_param(scan, &relief->extend_by);
		scan_param(scan, &relief->cooldown);

		switch (relief->trigger)
		{
			case RELIEF_AGE:

				/* One length for all, from where the entry stands. */
				rp->in_order = relief->age_mark < 0 && !relief->rolls && relief->age.ncases == 1 &&
					relief->age.cases[0].when == NULL && relief->age.cases[0].times == NULL &&
					relief->age_clock == policy->clock && policy->resanction_late;
				rp->life = relief->age.ncases > 1 ||
					(relief->age.ncases == 1 && (relief->age.cases[0].when != NULL ||
												 relief->age.cases[0].times != NULL)) ?
					plan->nlives++ : -1;
				rp->number = plan->nages;
				plan->ages[plan->nages++] = i;
				break;
			case RELIEF_EVERY:
				rp->number = plan->nevery;
				plan->every[plan->nevery++] = i;
				break;
			case RELIEF_BOUNDARY:
				rp->number = plan->nboundaries;
				plan->boundaries[plan->nboundaries++] = i;
				break;
			case RELIEF_ACTIVITY:
				rp->number = plan->nactivities;
				plan->activities[plan->nactivities++] = i;
				break;
			case RELIEF_SANCTION_START:
				rp->number = plan->nstarts;
				plan->starts[plan->nstarts++] = i;
				break;
			case RELIEF_SANCTION_END:
				rp->number = plan->nends;
				plan->ends[plan->nends++] = i;
				break;
		}
	}
	if (plan->nages > MAX_AGE_RELIEFS)
		elog(ERROR, "policy \"%s\" has more than %d reliefs by age",
			 policy->scheme, MAX_AGE_RELIEFS);
	if (plan->nages > 0 || plan->nevery > 0 || plan->nboundaries > 0)
		policy->time_driven = true;
}

/*
 * In how many days every case has come up that conditions may tell apart: a
 * 29 February needs eight years, one on a given weekday forty.
 */
static int
tick_period(const Scan *scan)
{
	if (scan->by_month && scan->by_day)
		return scan->by_weekday ? 40 * 366 : 8 * 366;
	if (scan->by_weekday && scan->by_day)
		return 500;
	if (scan->by_month)
		return 400;
	if (scan->by_day)
		return 62;
	return scan->by_weekday ? 8 : 2;
}

/* For qsort(): orders numbers. */
static int
threshold_cmp(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* The scores that mean something, sorted and each once, as the policy keeps them. */
static void
plan_thresholds(Scan *scan)
{
	Policy	   *policy = scan->policy;

	policy->score_simple = scan->bulk;
	policy->nthresholds = 0;
	policy->thresholds = palloc(sizeof(Points) * Max(scan->nthresholds, 1));
	if (scan->nthresholds > 0)
		qsort(scan->thresholds, scan->nthresholds, sizeof(double), threshold_cmp);
	for (int i = 0; i < scan->nthresholds; i++)
	{
		double		x = scan->thresholds[i];

		if (fabs(x) >= POINTS_MAX ||
			(policy->nthresholds > 0 && policy->thresholds[policy->nthresholds - 1] == (Points) x))
			continue;
		policy->thresholds[policy->nthresholds++] = (Points) x;
	}
}

/*
 * May a sanction be opened with no entry and no changed fact?  Not when every
 * rung only asks how bad the score is and time only makes it better.
 */
static bool
may_start_by_time(const Policy *policy, const EnginePlan *plan)
{
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];
		const RungPlan *rp = &plan->rungs[i];

		if (rung->mode == RUNG_DIRECT || (rung->mode == RUNG_MULTIPLE && rung->measure == NULL))
			continue;
		if (rung->mode == RUNG_MULTIPLE || !rp->direct_test ||
			(policy->accumulate ? rp->high < POINTS_MAX : rp->low > 0))
			return true;
	}
	for (int i = 0; i < policy->nreliefs; i++)
		if (!relief_op_helps(policy, &policy->reliefs[i]))
			return true;
	return false;
}

/* Does the first relief by age take entry after entry, whatever else holds? */
static bool
lapses_in_turn(const Policy *policy, const EnginePlan *plan)
{
	const Relief *relief = &policy->reliefs[plan->ages[0]];

	return relief->op == OP_VOID && relief->select == VOID_ENTRY && relief->when == NULL &&
		plan->reliefs[plan->ages[0]].in_order && !plan->reliefs[plan->ages[0]].filtered &&
		!relief->age_clean;
}

/* See engine.h. */
void
engine_prepare(Policy *policy)
{
	MemoryContext old = MemoryContextSwitchTo(policy->context != NULL ? policy->context :
											  CurrentMemoryContext);
	EnginePlan *plan = palloc0(sizeof(EnginePlan));
	Scan		scan = {0};

	scan.policy = policy;
	scan.plan = plan;
	scan.bulk = true;
	scan.wakes = palloc0(sizeof(bool) * Max(policy->nobservables, 1));
	plan->clocked = palloc0(sizeof(bool) * Max(policy->nobservables, 1));
	policy->keeps_entries = policy->keeps_sanctions = policy->time_driven = false;
	memset(&policy->entry_memory, 0, sizeof(Span));
	memset(&policy->sanction_memory, 0, sizeof(Span));

	plan_observables(&scan);
	plan_rungs(&scan);
	plan_reliefs(&scan);

	plan->limits_vary = !is_constant(policy->cap) || !is_constant(policy->floor) ||
		!is_constant(policy->start);
	if (plan->limits_vary)
	{
		scan.timed = true;
		scan.state = scan.varies = false;
		scan_expr(&scan, policy->cap);
		scan_expr(&scan, policy->floor);
		scan_expr(&scan, policy->start);
		scan.timed = false;
		plan->limits_move = scan.state || scan.varies;
	}
	if (policy->revision == REVISION_REFUND || scan.remaining)
		policy->keeps_entries = plan->keeps_remaining = true;
	plan->keeps_free |= scan.remaining;
	for (int i = 0; i < policy->ncollapses && plan->keeps_remaining; i++)
		if (policy->collapses[i].keep != KEEP_FIRST)
			plan->shares = plan->keeps_free = true;
	policy->starts_by_time = may_start_by_time(policy, plan);

	plan->wake = palloc(sizeof(int) * Max(policy->nobservables, 1));
	for (int i = 0; i < policy->nobservables; i++)
	{
		const Observable *o = &policy->observables[i];

		if (!scan.wakes[i])
			continue;
		if (o->in_cycle)
			plan->cycle_matters = true;
		if (o->has_window ||
			(o->clock != policy->clock && (o->kind == OBSERVE_COUNT_VIOLATIONS ||
										   o->kind == OBSERVE_SUM_POINTS)))
			plan->wake[plan->nwake++] = i;
	}
	if (plan->nwake > 0 || plan->nwithin > 0 || plan->nturning > 0 || plan->nticking > 0 ||
		plan->cycle_matters)
		policy->time_driven = true;
	plan->tick_period = tick_period(&scan);
	plan->restless = plan->nticking > 0 || scan.endless || plan->cycle_matters ||
		plan->nboundaries > 0;
	plan->bulk = scan.bulk;
	plan->lapses = plan->nages == 1 && lapses_in_turn(policy, plan) && plan->nevery == 0 &&
		plan->nboundaries == 0 && plan->nwake == 0 && plan->nwithin == 0 &&
		plan->nturning == 0 && plan->nticking == 0 && !plan->cycle_matters && !plan->limits_move && plan->bulk;
	plan_thresholds(&scan);

	policy->plan = plan;
	MemoryContextSwitchTo(old);
}
