/*
 * expr_analyze.c
 *		Examining expressions: which names they use, whether two say the same, and
 *		in which interval a condition holds.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "engine/expr_tree.h"

/* The constant dates from which a `within` may count. */
static void
visit_instants(const Node *node, const Span *span, ExprVisitor visit, void *arg)
{
	if (node->kind == NODE_CONSTANT && node->type == EXPR_DATE && !node->value.isnull)
		visit(arg, VAR_ATTRIBUTE, EXPR_INSTANT, false, (double) node->value.date, span);
	for (int i = 0; i < node->nargs; i++)
		visit_instants(node->args[i], span, visit, arg);
}

/* Calls back for the names in a tree; see expr_visit() in expr.h. */
static void
visit_node(const Node *node, ExprVisitor visit, void *arg)
{
	switch (node->kind)
	{
		case NODE_VAR:
			visit(arg, node->var, node->index, node->var == VAR_NOW, 0, NULL);
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
				if (x->kind == NODE_AGE && y->kind == NODE_CONSTANT)
				{
					visit(arg, VAR_NOW, -1, true, 0, NULL);
					visit_node(x->args[0], visit, arg);
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

		case NODE_PLUS:
			visit(arg, VAR_NOW, -1, true, 0, NULL);
			break;

		case NODE_AGE:
			visit(arg, VAR_NOW, -1, false, 0, NULL);
			break;

		default:
			break;
	}

	for (int i = 0; i < node->nargs; i++)
		visit_node(node->args[i], visit, arg);
}

/* See expr.h. */
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
			return expr_values_equal(&a->value, &b->value);
		case NODE_VAR:
			return a->var == b->var && a->index == b->index;
		case NODE_COMPARE:
			if (a->op != b->op)
				return false;
			break;
		case NODE_WITHIN:
		case NODE_SPAN:
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

/* See expr.h. */
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

/* See expr.h. */
bool
expr_interval(const Expr *expr, ExprInterval *interval)
{
	memset(interval, 0, sizeof(*interval));
	interval->low = -HUGE_VAL;
	interval->high = HUGE_VAL;
	return narrow(expr->root, interval);
}
