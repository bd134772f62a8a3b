/*
 * expr_eval.c
 *		The expression language of policy documents: the nodes of expressions,
 *		and their values.  Text is read in expr_parse.c, and expr_analyze.c
 *		examines expressions.
 *
 * An expression is a small tree whose constant parts are folded while it is
 * built.  The height of the tree is limited, so that evaluation cannot run out
 * of stack whatever the document says.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "engine/expr.h"
#include "engine/expr_tree.h"
#include "engine/workday.h"

/*
 * Two numbers closer than this are the same: points have two decimals, so that
 * only the dust of binary fractions is smaller.
 */
#define NUMBER_DUST			1e-9

/* ------------------------------------------------------------------------
 * Evaluation
 * ------------------------------------------------------------------------
 */

/* See expr_tree.h; here, so that evaluation has it at hand. */
static inline int
compare_numbers(double a, double b)
{
	if (fabs(a - b) < NUMBER_DUST)
		return 0;
	return a < b ? -1 : 1;
}

/* See expr_tree.h. */
static inline bool
compare_holds(CompareOp op, int cmp)
{
	switch (op)
	{
		case CMP_EQ:
			return cmp == 0;
		case CMP_NE:
			return cmp != 0;
		case CMP_LT:
			return cmp < 0;
		case CMP_LE:
			return cmp <= 0;
		case CMP_GT:
			return cmp > 0;
		case CMP_GE:
			return cmp >= 0;
	}
	return false;
}

/* For the other files of the language. */
int
expr_compare_numbers(double a, double b)
{
	return compare_numbers(a, b);
}

/* For the other files of the language. */
bool
expr_compare_holds(CompareOp op, int cmp)
{
	return compare_holds(op, cmp);
}

/* Where a text stands among the words of a comparison; -1: nowhere. */
static int
cmp_rank(const Node *by, const char *text)
{
	for (int i = 0; i < by->nwords; i++)
		if (strcmp(by->words[i], text) == 0)
			return i;
	return -1;
}

/*
 * Neither value is null, and the parser has seen to it that the types match.  by: the
 * comparison, whose texts may have an order; or null.
 */
static int
compare_values(const ExprValue *a, const ExprValue *b, const Node *by)
{
	if (by != NULL && by->words != NULL)
		return cmp_rank(by, a->text) - cmp_rank(by, b->text);

	switch (a->type)
	{
		case EXPR_NUMBER:
		case EXPR_BOOLEAN:
			return compare_numbers(a->number, b->number);
		case EXPR_DATE:
			return a->date < b->date ? -1 : a->date > b->date;
		case EXPR_TEXT:
			return strcmp(a->text, b->text);
		case EXPR_NULL:
			break;
	}
	return 0;
}

/* For the other files of the language; evaluation has compare_values() at hand. */
bool
expr_values_equal(const ExprValue *a, const ExprValue *b)
{
	return compare_values(a, b, NULL) == 0;
}

/* Is the local day of the instant of a kind?  Null without a calendar. */
static ExprValue
day_value(DayKind kind, const ExprEnv *env)
{
	int			day;

	if (env->calendar == NULL || !calendar_day(env->at, env->zone, &day))
		return null_value();
	return boolean_value(workday_is(env->calendar, day, kind));
}

/*
 * The local parts of the instant are the expression's own business; all else
 * is asked of the caller.
 */
static ExprValue
variable_value(ExprVar var, int index, const ExprEnv *env)
{
	int			hour,
				weekday,
				day,
				month;

	switch (var)
	{
		case VAR_HOUR:
		case VAR_WEEKDAY:
		case VAR_DAY:
		case VAR_MONTH:
			if (TIMESTAMP_NOT_FINITE(env->at))
				return null_value();
			calendar_parts(env->at, env->zone, &hour, &weekday, &day, &month);
			return number_value(var == VAR_HOUR ? hour :
								var == VAR_WEEKDAY ? weekday :
								var == VAR_DAY ? day : month);
		case VAR_NOW:
			return date_value(env->at);
		case VAR_HOLIDAY:
			return day_value(DAY_HOLIDAY, env);
		case VAR_WORKED_WEEKEND:
			return day_value(DAY_WORKED_WEEKEND, env);
		case VAR_WORKING_DAY:
			return day_value(DAY_WORKING, env);
		case VAR_FACET:
			if (env->facets != NULL)
				return expr_eval(env->facets[index].value, env);
			/* FALLTHROUGH */
		default:
			return env->value(env->arg, var, index);
	}
}


/* "and" and "or", as in SQL: a null only matters if nothing decides. */
static ExprValue
eval_logic(const Node *node, const ExprEnv *env)
{
	bool		decides = node->kind == NODE_OR;
	bool		seen_null = false;

	for (int i = 0; i < node->nargs; i++)
	{
		ExprValue	a = expr_eval_node(node->args[i], env);

		if (a.isnull)
			seen_null = true;
		else if ((a.number != 0) == decides)
			return boolean_value(decides);
	}
	return seen_null ? null_value() : boolean_value(!decides);
}

/*
 * Is a value one of a list of constants?  Null when it is not, and the list has
 * a null.
 */
static ExprValue
eval_in(const Node *node, const ExprEnv *env)
{
	ExprValue	a = expr_eval_node(node->args[0], env);
	bool		seen_null = false;

	if (a.isnull)
		return a;
	for (int i = 1; i < node->nargs; i++)
	{
		const ExprValue *b = &node->args[i]->value;

		if (b->isnull)
			seen_null = true;
		else if (compare_values(&a, b, NULL) == 0)
			return boolean_value(true);
	}
	return seen_null ? null_value() : boolean_value(false);
}

/* The result of an operator on two numbers.  Dividing by zero gives null. */
static ExprValue
eval_arithmetic(NodeKind kind, double a, double b)
{
	switch (kind)
	{
		case NODE_ADD:
			return number_value(a + b);
		case NODE_SUBTRACT:
			return number_value(a - b);
		case NODE_MULTIPLY:
			return number_value(a * b);
		case NODE_DIVIDE:
			return b == 0 ? null_value() : number_value(a / b);
		default:
			return b == 0 ? null_value() : number_value(fmod(a, b));
	}
}

/* The least or the greatest of some values; null when one of them is. */
static ExprValue
eval_extreme(const Node *node, const ExprEnv *env)
{
	ExprValue	a = expr_eval_node(node->args[0], env);

	for (int i = 1; i < node->nargs && !a.isnull; i++)
	{
		ExprValue	b = expr_eval_node(node->args[i], env);
		int			cmp;

		if (b.isnull)
			return b;
		cmp = compare_values(&b, &a, NULL);
		if (node->kind == NODE_MIN ? cmp < 0 : cmp > 0)
			a = b;
	}
	return a;
}

/* A number rounded down, up or to the nearest whole one. */
static ExprValue
eval_rounded(NodeKind kind, double number)
{
	/* 0.1 * 30 is 3, not a little more */
	if (fabs(number - round(number)) < NUMBER_DUST)
		return number_value(round(number));
	return number_value(kind == NODE_FLOOR ? floor(number) :
						kind == NODE_CEIL ? ceil(number) : round(number));
}

/* age(date): whole years since then. */
static ExprValue
eval_age(const Node *node, const ExprEnv *env)
{
	ExprValue	born = expr_eval_node(node->args[0], env);
	int64		years;

	if (born.isnull || !calendar_age(born.date, env->at, env->age_day_after, env->zone, &years))
		return null_value();
	return number_value(years);
}

/* See expr_tree.h: what if() and cases choose. */
bool
expr_eval_span(const Node *node, const ExprEnv *env, Span *span)
{
	while (node->kind == NODE_IF)
	{
		ExprValue	a = expr_eval_node(node->args[0], env);

		node = node->args[!a.isnull && a.number != 0 ? 1 : 2];
	}
	*span = node->span;
	return node->kind == NODE_SPAN;
}

/* plus(date, "span"): a date that much later; "ever" is without end. */
static ExprValue
eval_plus(const Node *node, const ExprEnv *env)
{
	ExprValue	a = expr_eval_node(node->args[0], env);
	Span		span;

	if (a.isnull || !expr_eval_span(node->args[1], env, &span))
		return null_value();
	return date_value(span_add(a.date, &span, 1, env->zone));
}

/* See expr_tree.h. */
ExprValue
expr_eval_node(const Node *node, const ExprEnv *env)
{
	ExprValue	a,
				b;

	switch (node->kind)
	{
		case NODE_CONSTANT:
			return node->value;

		case NODE_VAR:
			a = variable_value(node->var, node->index, env);
			return a.isnull ? null_value() : a;

		case NODE_AND:
		case NODE_OR:
			return eval_logic(node, env);

		case NODE_NOT:
			a = expr_eval_node(node->args[0], env);
			return a.isnull ? a : boolean_value(a.number == 0);

		case NODE_COMPARE:
			a = expr_eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = expr_eval_node(node->args[1], env);
			if (b.isnull)
				return b;
			return boolean_value(compare_holds(node->op,
											   compare_values(&a, &b, node)));

		case NODE_IN:
			return eval_in(node, env);

		case NODE_ADD:
		case NODE_SUBTRACT:
		case NODE_MULTIPLY:
		case NODE_DIVIDE:
		case NODE_MODULO:
			a = expr_eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = expr_eval_node(node->args[1], env);
			return b.isnull ? b : eval_arithmetic(node->kind, a.number, b.number);

		case NODE_NEGATE:
			a = expr_eval_node(node->args[0], env);
			return a.isnull ? a : number_value(-a.number);

		case NODE_IF:
			a = expr_eval_node(node->args[0], env);
			return expr_eval_node(node->args[!a.isnull && a.number != 0 ? 1 : 2], env);

		case NODE_MIN:
		case NODE_MAX:
			return eval_extreme(node, env);

		case NODE_FLOOR:
		case NODE_CEIL:
		case NODE_ROUND:
			a = expr_eval_node(node->args[0], env);
			return a.isnull ? a : eval_rounded(node->kind, a.number);

		case NODE_ABS:
			a = expr_eval_node(node->args[0], env);
			return a.isnull ? a : number_value(fabs(a.number));

		case NODE_LN:
			a = expr_eval_node(node->args[0], env);
			return a.isnull || a.number <= 0 ? null_value() : number_value(log(a.number));

		case NODE_COALESCE:
			for (int i = 0; i < node->nargs; i++)
			{
				a = expr_eval_node(node->args[i], env);
				if (!a.isnull)
					return a;
			}
			return null_value();

		case NODE_IS_NULL:
			a = expr_eval_node(node->args[0], env);
			return boolean_value(a.isnull);

		case NODE_WITHIN:
			a = expr_eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			return boolean_value(env->at < span_add(a.date, &node->span, 1, env->zone));

		case NODE_AGE:
			return eval_age(node, env);

		case NODE_PLUS:
			return eval_plus(node, env);

		case NODE_SPAN:
			break;				/* expr_eval_span()'s business */
	}
	return null_value();
}

/* See expr.h. */
ExprValue
expr_eval(const Expr *expr, const ExprEnv *env)
{
	if (expr->simple)
	{
		ExprValue	v = variable_value(expr->var, expr->index, env);

		if (v.isnull)
			return null_value();
		return boolean_value(compare_holds(expr->op,
										   compare_numbers(v.number, expr->constant)));
	}
	if (expr->root->kind == NODE_CONSTANT)
		return expr->root->value;
	return expr_eval_node(expr->root, env);
}

/*
 * See expr.h; here and in expr_eval() the most frequent kind of condition goes
 * without a tree.
 */
bool
expr_true(const Expr *expr, const ExprEnv *env)
{
	ExprValue	v;

	if (expr->simple)
	{
		v = variable_value(expr->var, expr->index, env);
		return !v.isnull &&
			compare_holds(expr->op, compare_numbers(v.number, expr->constant));
	}
	v = expr_eval(expr, env);
	return !v.isnull && v.number != 0;
}

/* See expr.h. */
double
expr_number(const Expr *expr, const ExprEnv *env)
{
	ExprValue	v = expr_eval(expr, env);

	return v.isnull ? 0 : v.number;
}

/* See expr.h. */
Points
expr_points(const Expr *expr, const ExprEnv *env)
{
	return expr->fixed ? expr->points : points_from_double(expr_number(expr, env));
}

/* See expr.h. */
Points
points_from_double(double points)
{
	double		d = points * 100;

	/* so that 0.285 gives 0.29, although it is stored as a little less */
	d = round(d + copysign(NUMBER_DUST, d));

	if (d >= POINTS_MAX)
		return POINTS_MAX;
	if (d <= -POINTS_MAX)
		return -POINTS_MAX;
	return (Points) d;
}

/* See expr.h. */
bool
expr_is_constant(const Expr *expr, double *value)
{
	const Node *root = expr->root;

	if (root->kind != NODE_CONSTANT || root->value.isnull ||
		(root->type != EXPR_NUMBER && root->type != EXPR_BOOLEAN))
		return false;
	if (value)
		*value = root->value.number;
	return true;
}

/* See expr.h. */
bool
expr_is_null(const Expr *expr)
{
	return expr->root->kind == NODE_CONSTANT && expr->root->value.isnull;
}

/* See expr.h. */
ExprType
expr_type(const Expr *expr)
{
	return expr->root->type;
}

/* ------------------------------------------------------------------------
 * Nodes
 * ------------------------------------------------------------------------
 */

/* See expr_tree.h. */
Node *
expr_make_node(NodeKind kind, ExprType type)
{
	Node	   *node = palloc0(sizeof(Node));

	node->kind = kind;
	node->type = type;
	node->height = 1;
	return node;
}

/* See expr_tree.h. */
Node *
expr_make_constant(ExprValue value)
{
	Node	   *node = expr_make_node(NODE_CONSTANT, value.type);

	node->value = value;
	return node;
}

/* See expr_tree.h. */
Node *
expr_make_text(char *text)
{
	ExprValue	v = {.type = EXPR_TEXT, .text = text};

	return expr_make_constant(v);
}

/*
 * A node over arguments, folded when they are all constant.  The height is
 * limited here, because a long sum is as deep as it is long: null when it is
 * passed.
 */
Node *
expr_make_op(NodeKind kind, ExprType type, CompareOp op, int nargs, Node **args)
{
	Node	   *node = expr_make_node(kind, type);
	bool		constant = kind != NODE_WITHIN && kind != NODE_AGE && kind != NODE_PLUS;

	node->op = op;
	node->nargs = nargs;
	node->args = palloc(sizeof(Node *) * nargs);
	memcpy(node->args, args, sizeof(Node *) * nargs);
	for (int i = 0; i < nargs; i++)
	{
		node->height = Max(node->height, args[i]->height + 1);
		if (args[i]->kind != NODE_CONSTANT)
			constant = false;
	}
	if (node->height > MAX_EXPR_DEPTH)
		return NULL;

	if (constant)
	{
		ExprValue	v = expr_eval_node(node, NULL);

		node = expr_make_constant(v);
		node->type = type;
	}
	return node;
}

/*
 * See expr_tree.h.  What is a single comparison, or a number, is known as such
 * from here on.
 */
Expr *
expr_make(Node *root)
{
	Expr	   *expr = palloc0(sizeof(Expr));

	expr->root = root;
	if (root->kind == NODE_COMPARE &&
		root->args[0]->kind == NODE_VAR &&
		root->args[0]->type == EXPR_NUMBER &&
		root->args[1]->kind == NODE_CONSTANT &&
		root->args[1]->type == EXPR_NUMBER)
	{
		expr->simple = true;
		expr->var = root->args[0]->var;
		expr->index = root->args[0]->index;
		expr->op = root->op;
		expr->constant = root->args[1]->value.number;
	}
	else if (root->kind == NODE_CONSTANT && root->type == EXPR_NUMBER && !root->value.isnull)
	{
		expr->fixed = true;
		expr->points = points_from_double(root->value.number);
	}
	return expr;
}

/* See expr.h. */
Expr *
expr_constant_number(double value)
{
	return expr_make(expr_make_constant(number_value(value)));
}

/* See expr.h. */
Expr *
expr_constant_boolean(bool value)
{
	return expr_make(expr_make_constant(boolean_value(value)));
}

/* See expr.h. */
Expr *
expr_constant_null(void)
{
	return expr_make(expr_make_constant(null_value()));
}

/* See expr.h. */
Expr *
expr_if(Expr *condition, Expr *then, Expr *otherwise)
{
	Node	   *args[3] = {condition->root, then->root, otherwise->root};
	ExprType	type = then->root->type;
	Node	   *node;

	if (!expr_unify(&type, otherwise->root->type))
		return NULL;
	node = expr_make_op(NODE_IF, type, CMP_EQ, 3, args);
	return node ? expr_make(node) : NULL;
}
