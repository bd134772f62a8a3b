/*
 * expr.c
 *		The expression language of policy documents: making, evaluating and
 *		examining expressions.  Their text is read in expr_parse.c.
 *
 * An expression is a small tree whose constant parts are folded while it is
 * built.  The height of the tree is limited, so that evaluation cannot run out
 * of stack whatever the document says.
 */
#include "postgres.h"

#include <math.h>

#include "engine/engine.h"
#include "engine/expr_tree.h"

/*
 * Two numbers closer than this are the same: points have two decimals, so that
 * only the dust of binary fractions is smaller.
 */
#define NUMBER_DUST			1e-9

static const char *const severity_names[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

/* ------------------------------------------------------------------------
 * Evaluation
 * ------------------------------------------------------------------------
 */

int
expr_severity_rank(const char *name)
{
	for (int i = 0; i < NUM_SEVERITIES; i++)
	{
		if (strcmp(name, severity_names[i]) == 0)
			return i;
	}
	return -1;
}

static inline int
compare_numbers(double a, double b)
{
	if (fabs(a - b) < NUMBER_DUST)
		return 0;
	return a < b ? -1 : 1;
}

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

/* Neither value is null, and the parser has seen to it that the types match. */
static int
compare_values(const ExprValue *a, const ExprValue *b, bool by_severity)
{
	if (by_severity)
	{
		int			x = expr_severity_rank(a->text);
		int			y = expr_severity_rank(b->text);

		return x < y ? -1 : x > y;
	}

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
			calendar_parts(env->at, env->policy->zone,
						   &hour, &weekday, &day, &month);
			return number_value(var == VAR_HOUR ? hour :
								var == VAR_WEEKDAY ? weekday :
								var == VAR_DAY ? day : month);
		default:
			return env->value(env->arg, var, index);
	}
}

static ExprValue
eval_node(const Node *node, const ExprEnv *env)
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
			{
				/* as in SQL: a null only matters if nothing decides */
				bool		decides = node->kind == NODE_OR;
				bool		seen_null = false;

				for (int i = 0; i < node->nargs; i++)
				{
					a = eval_node(node->args[i], env);
					if (a.isnull)
						seen_null = true;
					else if ((a.number != 0) == decides)
						return boolean_value(decides);
				}
				return seen_null ? null_value() : boolean_value(!decides);
			}

		case NODE_NOT:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : boolean_value(a.number == 0);

		case NODE_COMPARE:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = eval_node(node->args[1], env);
			if (b.isnull)
				return b;
			return boolean_value(compare_holds(node->op,
											   compare_values(&a, &b, node->by_severity)));

		case NODE_IN:
			{
				bool		seen_null = false;

				a = eval_node(node->args[0], env);
				if (a.isnull)
					return a;
				for (int i = 1; i < node->nargs; i++)
				{
					b = node->args[i]->value;
					if (b.isnull)
						seen_null = true;
					else if (compare_values(&a, &b, false) == 0)
						return boolean_value(true);
				}
				return seen_null ? null_value() : boolean_value(false);
			}

		case NODE_ADD:
		case NODE_SUBTRACT:
		case NODE_MULTIPLY:
		case NODE_DIVIDE:
		case NODE_MODULO:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = eval_node(node->args[1], env);
			if (b.isnull)
				return b;
			switch (node->kind)
			{
				case NODE_ADD:
					return number_value(a.number + b.number);
				case NODE_SUBTRACT:
					return number_value(a.number - b.number);
				case NODE_MULTIPLY:
					return number_value(a.number * b.number);
				case NODE_DIVIDE:
					return b.number == 0 ? null_value() :
						number_value(a.number / b.number);
				default:
					return b.number == 0 ? null_value() :
						number_value(fmod(a.number, b.number));
			}

		case NODE_NEGATE:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : number_value(-a.number);

		case NODE_IF:
			a = eval_node(node->args[0], env);
			return eval_node(node->args[!a.isnull && a.number != 0 ? 1 : 2], env);

		case NODE_MIN:
		case NODE_MAX:
			a = eval_node(node->args[0], env);
			for (int i = 1; i < node->nargs && !a.isnull; i++)
			{
				int			cmp;

				b = eval_node(node->args[i], env);
				if (b.isnull)
					return b;
				cmp = compare_values(&b, &a, false);
				if (node->kind == NODE_MIN ? cmp < 0 : cmp > 0)
					a = b;
			}
			return a;

		case NODE_FLOOR:
		case NODE_CEIL:
		case NODE_ROUND:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			/* 0.1 * 30 is 3, not a little more */
			if (fabs(a.number - round(a.number)) < NUMBER_DUST)
				return number_value(round(a.number));
			return number_value(node->kind == NODE_FLOOR ? floor(a.number) :
								node->kind == NODE_CEIL ? ceil(a.number) :
								round(a.number));

		case NODE_ABS:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : number_value(fabs(a.number));

		case NODE_LN:
			a = eval_node(node->args[0], env);
			if (a.isnull || a.number <= 0)
				return null_value();
			return number_value(log(a.number));

		case NODE_COALESCE:
			for (int i = 0; i < node->nargs; i++)
			{
				a = eval_node(node->args[i], env);
				if (!a.isnull)
					return a;
			}
			return null_value();

		case NODE_IS_NULL:
			a = eval_node(node->args[0], env);
			return boolean_value(a.isnull);

		case NODE_WITHIN:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			return boolean_value(env->at < span_add(a.date, &node->span, 1,
													env->policy->zone));
	}
	return null_value();
}

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
	return eval_node(expr->root, env);
}

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

double
expr_number(const Expr *expr, const ExprEnv *env)
{
	ExprValue	v = expr_eval(expr, env);

	return v.isnull ? 0 : v.number;
}

Points
expr_points(const Expr *expr, const ExprEnv *env)
{
	return expr->fixed ? expr->points : points_from_double(expr_number(expr, env));
}

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

bool
expr_is_null(const Expr *expr)
{
	return expr->root->kind == NODE_CONSTANT && expr->root->value.isnull;
}

ExprType
expr_type(const Expr *expr)
{
	return expr->root->type;
}

/* ------------------------------------------------------------------------
 * Nodes
 * ------------------------------------------------------------------------
 */

Node *
expr_make_node(NodeKind kind, ExprType type)
{
	Node	   *node = palloc0(sizeof(Node));

	node->kind = kind;
	node->type = type;
	node->height = 1;
	return node;
}

Node *
expr_make_constant(ExprValue value)
{
	Node	   *node = expr_make_node(NODE_CONSTANT, value.type);

	node->value = value;
	return node;
}

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
	bool		constant = kind != NODE_WITHIN;

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
		ExprValue	v = eval_node(node, NULL);

		node = expr_make_constant(v);
		node->type = type;
	}
	return node;
}

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

Expr *
expr_constant_number(double value)
{
	return expr_make(expr_make_constant(number_value(value)));
}

Expr *
expr_constant_boolean(bool value)
{
	return expr_make(expr_make_constant(boolean_value(value)));
}

Expr *
expr_constant_null(void)
{
	return expr_make(expr_make_constant(null_value()));
}

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

/* ------------------------------------------------------------------------
 * Visiting
 * ------------------------------------------------------------------------
 */

/* The constant dates from which a `within` may count. */
static void
visit_instants(const Node *node, const Span *span, ExprVisitor visit, void *arg)
{
	if (node->kind == NODE_CONSTANT && node->type == EXPR_DATE && !node->value.isnull)
		visit(arg, VAR_ATTRIBUTE, EXPR_INSTANT, false, (double) node->value.date, span);
	for (int i = 0; i < node->nargs; i++)
		visit_instants(node->args[i], span, visit, arg);
}

static void
visit_node(const Node *node, ExprVisitor visit, void *arg)
{
	switch (node->kind)
	{
		case NODE_VAR:
			visit(arg, node->var, node->index, false, 0, NULL);
			return;

		case NODE_COMPARE:
			for (int i = 0; i < 2; i++)
			{
				const Node *x = node->args[i];
				const Node *y = node->args[1 - i];

				if (x->kind == NODE_VAR && y->kind == NODE_CONSTANT &&
					y->type == EXPR_NUMBER)
				{
					visit(arg, x->var, x->index, true, y->value.number, NULL);
					return;
				}
			}
			break;

		case NODE_IN:
			if (node->args[0]->kind == NODE_VAR &&
				node->args[0]->type == EXPR_NUMBER)
			{
				for (int i = 1; i < node->nargs; i++)
					visit(arg, node->args[0]->var, node->args[0]->index, true,
						  node->args[i]->value.number, NULL);
				return;
			}
			break;

		case NODE_WITHIN:
			if (node->args[0]->kind == NODE_VAR &&
				node->args[0]->var == VAR_ATTRIBUTE)
			{
				visit(arg, VAR_ATTRIBUTE, node->args[0]->index, false, 0,
					  &node->span);
				return;
			}
			visit_instants(node->args[0], &node->span, visit, arg);
			if (node->args[0]->kind != NODE_CONSTANT)
				visit(arg, VAR_ATTRIBUTE, -1, false, 0, &node->span);
			break;

		default:
			break;
	}

	for (int i = 0; i < node->nargs; i++)
		visit_node(node->args[i], visit, arg);
}

void
expr_visit(const Expr *expr, ExprVisitor visit, void *arg)
{
	visit_node(expr->root, visit, arg);
}

/* Are two expressions written alike, apart from blanks and parentheses? */
static bool
same_node(const Node *a, const Node *b)
{
	if (a->kind != b->kind || a->type != b->type || a->nargs != b->nargs)
		return false;

	switch (a->kind)
	{
		case NODE_CONSTANT:
			if (a->value.isnull || b->value.isnull)
				return a->value.isnull && b->value.isnull;
			return compare_values(&a->value, &b->value, false) == 0;
		case NODE_VAR:
			return a->var == b->var && a->index == b->index;
		case NODE_COMPARE:
			if (a->op != b->op)
				return false;
			break;
		case NODE_WITHIN:
			if (a->span.months != b->span.months ||
				a->span.days != b->span.days ||
				a->span.usecs != b->span.usecs ||
				a->span.forever != b->span.forever)
				return false;
			break;
		default:
			break;
	}

	for (int i = 0; i < a->nargs; i++)
	{
		if (!same_node(a->args[i], b->args[i]))
			return false;
	}
	return true;
}

bool
expr_equal(const Expr *a, const Expr *b)
{
	return same_node(a->root, b->root);
}

/*
 * Narrows down where a comparison of one variable with a constant holds.  Only
 * a conjunction of such comparisons has an interval.
 */
static bool
narrow(const Node *node, ExprInterval *interval)
{
	const Node *x;
	const Node *y;
	CompareOp	op;
	double		c;

	if (node->kind == NODE_AND)
	{
		for (int i = 0; i < node->nargs; i++)
		{
			if (!narrow(node->args[i], interval))
				return false;
		}
		return true;
	}
	if (node->kind != NODE_COMPARE)
		return false;

	x = node->args[0];
	y = node->args[1];
	op = node->op;
	if (x->kind == NODE_CONSTANT)
	{
		x = node->args[1];
		y = node->args[0];
		op = op == CMP_LT ? CMP_GT : op == CMP_LE ? CMP_GE :
			op == CMP_GT ? CMP_LT : op == CMP_GE ? CMP_LE : op;
	}
	if (x->kind != NODE_VAR || y->kind != NODE_CONSTANT ||
		y->type != EXPR_NUMBER || op == CMP_NE)
		return false;
	if (interval->given &&
		(interval->var != x->var || interval->index != x->index))
		return false;

	interval->given = true;
	interval->var = x->var;
	interval->index = x->index;
	c = y->value.number;
	if (op == CMP_LT || op == CMP_LE || op == CMP_EQ)
	{
		if (c < interval->high || (c == interval->high && op == CMP_LT))
		{
			interval->high = c;
			interval->high_open = op == CMP_LT;
		}
	}
	if (op == CMP_GT || op == CMP_GE || op == CMP_EQ)
	{
		if (c > interval->low || (c == interval->low && op == CMP_GT))
		{
			interval->low = c;
			interval->low_open = op == CMP_GT;
		}
	}
	return true;
}

bool
expr_interval(const Expr *expr, ExprInterval *interval)
{
	memset(interval, 0, sizeof(*interval));
	interval->low = -HUGE_VAL;
	interval->high = HUGE_VAL;
	return narrow(expr->root, interval);
}
