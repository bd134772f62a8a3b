/*
 * unprompted.c
 *		What a policy may do with an account that has no entries at all, by facts
 *		and by time alone.
 *
 * Expressions are evaluated over ranges: a value is null or not, and somewhere
 * between two numbers, which for conditions are 0 and 1.  The score lies where an
 * account may start, widened by what reliefs make of it; counts of entries are 0;
 * facts and the calendar may be anything.  Where that does not tell what a value
 * is, it may be anything, so that the answer errs on the side of more.
 */
#include "postgres.h"

#include <math.h>

#include "engine/engine.h"
#include "engine/expr.h"
#include "engine/expr_tree.h"
#include "engine/plan.h"
#include "engine/unprompted.h"

/* Numbers closer than this are one, as in expr_eval.c. */
#define DUST		1e-9

/* Rounds after which a score that still moves may be anywhere. */
#define MAX_ROUNDS	16

/* What a value may be; numbers in points, not hundredths. */
typedef struct Range
{
	bool		null;			/* it may be null, */
	bool		some;			/* it may be a value: between these */
	double		lo;
	double		hi;
} Range;

/* What is known of an account without entries, so far. */
typedef struct Analysis
{
	const Policy *policy;
	const EnginePlan *plan;
	Range		cap;
	Range		floor;
	Range		start;
	Range		score;
	bool	   *opens;			/* per rung: it may open */
	bool		sanctions;		/* any may */
	bool		moves;			/* anything else may happen */
} Analysis;

static Range eval(const Analysis *a, const Node *node);

/* ---------- ranges ---------- */

/* From one number to another. */
static inline Range
between(double lo, double hi)
{
	Range		r = {.some = true, .lo = lo, .hi = hi};

	return r;
}

/* A null, and nothing else. */
static inline Range
nothing(void)
{
	Range		r = {.null = true};

	return r;
}

/* Any number; with null: or none. */
static inline Range
anything(bool null)
{
	Range		r = {.null = null, .some = true, .lo = -HUGE_VAL, .hi = HUGE_VAL};

	return r;
}

/* A condition that may be true, false and null. */
static inline Range
condition(bool may_be_true, bool may_be_false, bool null)
{
	Range		r = {.null = null, .some = may_be_true || may_be_false,
		.lo = may_be_false ? 0 : 1, .hi = may_be_true ? 1 : 0};

	return r;
}

/* Is it one number, whatever the account? */
static inline bool
is_one(Range r)
{
	return r.some && !r.null && r.lo == r.hi;
}

/* All that is in either of two. */
static Range
either(Range a, Range b)
{
	Range		r = a.some ? a : b;

	r.null = a.null || b.null;
	if (a.some && b.some)
	{
		r.lo = Min(a.lo, b.lo);
		r.hi = Max(a.hi, b.hi);
	}
	return r;
}

/* Between two sums or products, one of which may be none (infinity less itself). */
static Range
between_finite(double lo, double hi, bool null)
{
	Range		r;

	if (isnan(lo) || isnan(hi))
		return anything(true);
	r = between(lo, hi);
	r.null = null || !isfinite(lo) || !isfinite(hi);
	return r;
}

/* As numbers are compared in expressions. */
static int
compare(double a, double b)
{
	if (a == b || fabs(a - b) < DUST)
		return 0;
	return a < b ? -1 : 1;
}

/* May a condition be true? */
static inline bool
may_hold(Range r)
{
	return r.some && r.hi != 0;
}

/* May it be false or null, which counts as false? */
static inline bool
may_fail(Range r)
{
	return r.null || (r.some && r.lo == 0);
}

/* ---------- expressions ---------- */

/* Of a comparison of numbers or conditions; of others anything may come. */
static Range
eval_compare(const Analysis *a, const Node *node)
{
	Range		x = eval(a, node->args[0]);
	Range		y = eval(a, node->args[1]);
	ExprType	type = node->args[0]->type == EXPR_NULL ? node->args[1]->type : node->args[0]->type;
	bool		null = x.null || y.null;
	bool		below;			/* may it be below, the same, above? */
	bool		same;
	bool		above;

	if (!x.some || !y.some)
		return nothing();
	if (type != EXPR_NUMBER && type != EXPR_BOOLEAN)
		return condition(true, true, null);
	below = compare(x.lo, y.hi) < 0;
	above = compare(x.hi, y.lo) > 0;
	same = compare(x.lo, y.hi) <= 0 && compare(y.lo, x.hi) <= 0;
	switch (node->op)
	{
		case CMP_EQ:
			return condition(same, below || above, null);
		case CMP_NE:
			return condition(below || above, same, null);
		case CMP_LT:
			return condition(below, same || above, null);
		case CMP_LE:
			return condition(below || same, above, null);
		case CMP_GT:
			return condition(above, same || below, null);
		case CMP_GE:
			return condition(above || same, below, null);
	}
	return condition(true, true, true);
}

/* One of a list of constants? */
static Range
eval_in(const Analysis *a, const Node *node)
{
	Range		x = eval(a, node->args[0]);
	bool		numbers = node->args[0]->type == EXPR_NUMBER;
	bool		may = false;
	bool		must = false;

	if (!x.some)
		return nothing();
	for (int i = 1; i < node->nargs; i++)
	{
		const ExprValue *c = &node->args[i]->value;

		if (c->isnull)
			continue;
		may |= !numbers || (compare(x.lo, c->number) <= 0 && compare(c->number, x.hi) <= 0);
		must |= numbers && is_one(x) && compare(x.lo, c->number) == 0;
	}
	return condition(may, !must, true);
}

/* "and" and "or": a null only matters if nothing decides. */
static Range
eval_logic(const Analysis *a, const Node *node)
{
	bool		decides = node->kind == NODE_OR;
	bool		may_decide = false;
	bool		may_not = true;
	bool		null = false;

	for (int i = 0; i < node->nargs; i++)
	{
		Range		x = eval(a, node->args[i]);
		bool		yes = x.some && (decides ? x.hi != 0 : x.lo == 0);
		bool		no = x.some && (decides ? x.lo == 0 : x.hi != 0);

		may_decide |= yes;
		may_not &= no;
		null |= x.null;
		if (yes && !no && !x.null)
			return condition(decides, !decides, false);
	}
	return decides ? condition(may_decide, may_not, null) : condition(may_not, may_decide, null);
}

/* An operator on two numbers. */
static Range
eval_arithmetic(NodeKind kind, Range x, Range y)
{
	bool		null = x.null || y.null;
	double		p[4];

	if (!x.some || !y.some)
		return nothing();
	switch (kind)
	{
		case NODE_ADD:
			return between_finite(x.lo + y.lo, x.hi + y.hi, null);
		case NODE_SUBTRACT:
			return between_finite(x.lo - y.hi, x.hi - y.lo, null);
		case NODE_MULTIPLY:
			break;
		case NODE_DIVIDE:
			if (y.lo <= 0 && y.hi >= 0)
				return anything(true);
			y = between_finite(1 / y.hi, 1 / y.lo, null);
			break;
		default:
			return anything(true);
	}
	p[0] = x.lo * y.lo;
	p[1] = x.lo * y.hi;
	p[2] = x.hi * y.lo;
	p[3] = x.hi * y.hi;
	for (int i = 0; i < 4; i++)
		if (isnan(p[i]))
			return anything(true);
	return between_finite(Min(Min(p[0], p[1]), Min(p[2], p[3])),
						  Max(Max(p[0], p[1]), Max(p[2], p[3])), null);
}

/* The least or the greatest of some values. */
static Range
eval_extreme(const Analysis *a, const Node *node)
{
	Range		x = eval(a, node->args[0]);

	for (int i = 1; i < node->nargs; i++)
	{
		Range		y = eval(a, node->args[i]);

		if (!x.some || !y.some)
			return nothing();
		x.null |= y.null;
		x.lo = node->kind == NODE_MIN ? Min(x.lo, y.lo) : Max(x.lo, y.lo);
		x.hi = node->kind == NODE_MIN ? Min(x.hi, y.hi) : Max(x.hi, y.hi);
	}
	return x;
}

/* A number rounded as expr_eval.c does. */
static double
rounded(NodeKind kind, double x)
{
	if (!isfinite(x) || fabs(x - round(x)) < DUST)
		return round(x);
	return kind == NODE_FLOOR ? floor(x) : kind == NODE_CEIL ? ceil(x) : round(x);
}

/* A function of one number. */
static Range
eval_function(NodeKind kind, Range x)
{
	if (!x.some)
		return nothing();
	switch (kind)
	{
		case NODE_NEGATE:
			return between_finite(-x.hi, -x.lo, x.null);
		case NODE_ABS:
			return between_finite(x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0,
								  Max(fabs(x.lo), fabs(x.hi)), x.null);
		case NODE_LN:
			if (x.hi <= 0)
				return nothing();
			return between_finite(x.lo > 0 ? log(x.lo) : -HUGE_VAL, log(x.hi), x.null || x.lo <= 0);
		default:
			return between_finite(rounded(kind, x.lo), rounded(kind, x.hi), x.null);
	}
}

/* What a name may stand for. */
static Range
eval_name(const Analysis *a, ExprVar var, int index)
{
	const Policy *policy = a->policy;

	switch (var)
	{
		case VAR_SCORE:
			return a->score;
		case VAR_START:
			return a->start;
		case VAR_CAP:
			return a->cap;
		case VAR_FLOOR:
			return a->floor;
		case VAR_LOST:
			if (policy->accumulate)
				return a->score;
			return between(Max(a->start.lo - a->score.hi, 0), Max(a->start.hi - a->score.lo, 0));
		case VAR_HOUR:
			return between(0, 23);
		case VAR_WEEKDAY:
			return between(1, 7);
		case VAR_DAY:
			return between(1, 31);
		case VAR_MONTH:
			return between(1, 12);
		case VAR_NOW:
		case VAR_OPENED:
			return anything(true);
		case VAR_HOLIDAY:
		case VAR_WORKED_WEEKEND:
		case VAR_WORKING_DAY:
			return condition(true, true, false);
		case VAR_ATTRIBUTE:
			{
				const PolicyAttribute *attribute = &policy->attributes[index];

				if (attribute->type == ATTRIBUTE_BOOLEAN)
					return condition(true, true, !attribute->has_default);
				return anything(!attribute->has_default);
			}
		case VAR_FACET:
			return eval(a, policy->facets[index].value->root);
		case VAR_OBSERVABLE:
			return between(0, policy->observables[index].kind == OBSERVE_COUNT_SANCTIONS &&
						   a->sanctions ? HUGE_VAL : 0);
		default:
			break;
	}

	/* What belongs to a violation, an entry or an activity at hand. */
	return nothing();
}

/* What an expression may give. */
static Range
eval(const Analysis *a, const Node *node)
{
	Range		x;

	switch (node->kind)
	{
		case NODE_CONSTANT:
			if (node->value.isnull)
				return nothing();
			if (node->type == EXPR_NUMBER || node->type == EXPR_BOOLEAN)
				return between(node->value.number, node->value.number);
			return anything(false);
		case NODE_VAR:
			return eval_name(a, node->var, node->index);
		case NODE_AND:
		case NODE_OR:
			return eval_logic(a, node);
		case NODE_NOT:
			x = eval(a, node->args[0]);
			return condition(x.some && x.lo == 0, x.some && x.hi != 0, x.null);
		case NODE_COMPARE:
			return eval_compare(a, node);
		case NODE_IN:
			return eval_in(a, node);
		case NODE_ADD:
		case NODE_SUBTRACT:
		case NODE_MULTIPLY:
		case NODE_DIVIDE:
		case NODE_MODULO:
			return eval_arithmetic(node->kind, eval(a, node->args[0]), eval(a, node->args[1]));
		case NODE_IF:
			x = eval(a, node->args[0]);
			if (!may_hold(x))
				return eval(a, node->args[2]);
			if (!may_fail(x))
				return eval(a, node->args[1]);
			return either(eval(a, node->args[1]), eval(a, node->args[2]));
		case NODE_MIN:
		case NODE_MAX:
			return eval_extreme(a, node);
		case NODE_NEGATE:
		case NODE_FLOOR:
		case NODE_CEIL:
		case NODE_ROUND:
		case NODE_ABS:
		case NODE_LN:
			return eval_function(node->kind, eval(a, node->args[0]));
		case NODE_COALESCE:
			x = eval(a, node->args[0]);
			for (int i = 1; i < node->nargs && x.null; i++)
			{
				x.null = false;
				x = either(x, eval(a, node->args[i]));
			}
			return x;
		case NODE_IS_NULL:
			x = eval(a, node->args[0]);
			return condition(x.null, x.some, false);
		case NODE_WITHIN:
			x = eval(a, node->args[0]);
			return x.some ? condition(true, true, x.null) : nothing();
		case NODE_AGE:
		case NODE_PLUS:
			x = eval(a, node->args[0]);
			return x.some ? anything(x.null) : nothing();
		case NODE_SPAN:
			break;
	}
	return anything(true);
}

/* A number of points; no expression: so many, and what is null counts as 0. */
static Range
points_of(const Analysis *a, const Expr *expr, double otherwise)
{
	Range		r = expr == NULL ? between(otherwise, otherwise) : eval(a, expr->root);

	if (r.null)
	{
		r.null = false;
		r = either(r, between(0, 0));
	}
	return r;
}

/* ---------- the score ---------- */

/* Where an account may start, and where limits that depend on facts move it. */
static void
begin_score(Analysis *a)
{
	const Policy *policy = a->policy;

	a->cap = a->floor = a->start = a->score = anything(false);
	a->cap = points_of(a, policy->cap, 0);
	a->floor = points_of(a, policy->floor, 0);
	a->start = policy->start != NULL ? points_of(a, policy->start, 0) :
		policy->accumulate ? a->floor : a->cap;
	a->score = a->start;
	if (!a->plan->limits_vary)
		return;
	a->moves = true;
	if (a->plan->limits_move)
	{
		/* By more than facts. */
		a->cap = a->floor = a->start = a->score = anything(false);
		return;
	}
	if (!policy->accumulate)
	{
		a->score = either(a->score, a->cap);
		if (policy->on_cap_lower == CAP_SHIFT && policy->on_cap_raise == CAP_KEEP)
			a->score.lo = a->floor.lo;
		else if (policy->on_cap_lower == CAP_SHIFT && policy->start != NULL)
			a->score.lo -= a->cap.hi - a->cap.lo;
	}
	else if (policy->capped)
		a->score.lo = Min(a->score.lo, a->cap.lo);
	a->score.lo = Max(a->score.lo, a->floor.lo);
	a->score.hi = Max(a->score.hi, a->floor.hi);
}

/* The score that an operation leads to from where the score may be. */
static Range
target_of(const Analysis *a, const Relief *relief)
{
	Range		by = points_of(a, relief->amount, 0);
	Range		score = a->score;
	double		low = Min(a->floor.lo, score.lo);
	double		high = a->policy->accumulate && !a->policy->capped ? HUGE_VAL :
		Max(a->cap.hi, score.hi);

	switch (relief->op)
	{
		case OP_ADD:
			score = between(score.lo + by.lo, score.hi + by.hi);
			break;
		case OP_SUBTRACT:
			score = between(score.lo - by.hi, score.hi - by.lo);
			break;
		case OP_SET:
			score = by;
			break;
		case OP_RAISE_TO:
			score = between(Max(score.lo, by.lo), Max(score.hi, by.hi));
			break;
		case OP_LOWER_TO:
			score = between(Min(score.lo, by.lo), Min(score.hi, by.hi));
			break;
		case OP_RESTORE:
			score = a->start;
			break;
		case OP_VOID:
			break;
	}
	if (isnan(score.lo) || isnan(score.hi))
		score = anything(false);
	return between(Min(Max(score.lo, low), high), Min(Max(score.hi, low), high));
}

/* Lets a relief do what it may; true when the score may be elsewhere now. */
static bool
run_relief(Analysis *a, const Relief *relief)
{
	Range		target;
	Range		before = a->score;
	bool		sanction = relief->trigger == RELIEF_SANCTION_START ||
		relief->trigger == RELIEF_SANCTION_END;

	if (relief->op == OP_VOID || relief->trigger == RELIEF_AGE ||
		relief->trigger == RELIEF_ACTIVITY || (sanction && !a->sanctions))
		return false;
	target = target_of(a, relief);
	if (is_one(a->score) && is_one(target) && compare(target.lo, a->score.lo) == 0)
		return false;

	/* A clock that has something to give runs, whether its condition holds or not. */
	a->moves |= relief->trigger == RELIEF_EVERY;
	if (relief->when != NULL && !may_hold(eval(a, relief->when->root)))
		return false;
	a->moves = true;
	a->score = either(a->score, target);
	return a->score.lo != before.lo || a->score.hi != before.hi;
}

/* ---------- rungs ---------- */

/* Can a rung be reached that was not reached when the account was opened? */
static bool
may_reach(Analysis *a, const Rung *rung)
{
	Range		r;

	switch (rung->mode)
	{
		case RUNG_WHILE:
			return may_hold(eval(a, rung->when->root));
		case RUNG_CROSSING:
			r = eval(a, rung->when->root);
			return may_hold(r) && may_fail(r);
		case RUNG_MULTIPLE:
			r = rung->measure != NULL ? points_of(a, rung->measure, 0) : eval_name(a, VAR_LOST, 0);
			return floor((Max(r.lo, 0) * 100 + 1e-7) / rung->each) <
				floor((Max(r.hi, 0) * 100 + 1e-7) / rung->each);
		case RUNG_DIRECT:
			break;
	}
	return false;
}

/* Lets a rung open if it may; true when it is the first time that it does. */
static bool
run_rung(Analysis *a, int index)
{
	const RungPlan *plan = &a->plan->rungs[index];

	if (a->opens[index] || plan->judged || !may_reach(a, &a->policy->rungs[index]))
		return false;
	a->moves = true;
	if (plan->before >= 0 && !a->opens[plan->before])
		return false;
	a->opens[index] = a->sanctions = true;
	return true;
}

/* See unprompted.h.  Each round may bring what the one before made possible. */
Unprompted
engine_unprompted(const Policy *policy)
{
	Analysis	a = {.policy = policy, .plan = engine_plan(policy)};
	bool		changed = true;

	a.opens = palloc0(sizeof(bool) * Max(policy->nrungs, 1));
	begin_score(&a);
	for (int round = 0; changed; round++)
	{
		changed = false;
		for (int i = 0; i < policy->nreliefs; i++)
			changed |= run_relief(&a, &policy->reliefs[i]);
		if (changed && round == MAX_ROUNDS)
			a.score = anything(false);
		for (int i = 0; i < policy->nrungs; i++)
			changed |= run_rung(&a, i);
		changed &= round <= MAX_ROUNDS + policy->nrungs;
	}
	pfree(a.opens);
	return a.sanctions ? UNPROMPTED_SANCTION : a.moves ? UNPROMPTED_SCORE : UNPROMPTED_NOTHING;
}
