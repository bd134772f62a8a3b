/*
 * expr_tree.h
 *		What the files of the expression language share: the tree of an
 *		expression, and how it is built.
 *
 * Not together with the server's nodes.h and primnodes.h, which have a Node and
 * an Expr of their own.
 */
#ifndef GOVERNANCE_ENGINE_EXPR_TREE_H
#define GOVERNANCE_ENGINE_EXPR_TREE_H

#include <math.h>

#include "engine/expr.h"

/* Of the text, when it is parsed, and of the tree. */
#define MAX_EXPR_DEPTH		100

typedef enum NodeKind
{
	NODE_CONSTANT,
	NODE_VAR,
	NODE_AND,
	NODE_OR,
	NODE_NOT,
	NODE_COMPARE,
	NODE_IN,					/* args[0] in the constants args[1..] */
	NODE_ADD,
	NODE_SUBTRACT,
	NODE_MULTIPLY,
	NODE_DIVIDE,
	NODE_MODULO,
	NODE_NEGATE,
	NODE_IF,
	NODE_MIN,
	NODE_MAX,
	NODE_FLOOR,
	NODE_CEIL,
	NODE_ROUND,
	NODE_ABS,
	NODE_LN,
	NODE_COALESCE,
	NODE_IS_NULL,
	NODE_WITHIN,
	NODE_AGE,
	NODE_PLUS,					/* args[0] a date, args[1] a choice of spans */
	NODE_SPAN					/* a constant text that is read as a span */
} NodeKind;

typedef enum CompareOp
{
	CMP_EQ,
	CMP_NE,
	CMP_LT,
	CMP_LE,
	CMP_GT,
	CMP_GE
} CompareOp;

typedef struct Node
{
	NodeKind	kind;
	ExprType	type;
	int			height;
	CompareOp	op;				/* compare */
	const char *const *words;	/* compare: texts by their rank among these; */
	int			nwords;			/* null: they have no order */
	ExprVar		var;			/* var */
	int			index;
	ExprValue	value;			/* constant */
	Span		span;			/* within, span */
	int			nargs;
	struct Node **args;
} Node;

struct Expr
{
	Node	   *root;

	/* root is "variable <op> constant number": no need to walk a tree */
	bool		simple;
	ExprVar		var;
	int			index;
	CompareOp	op;
	double		constant;

	/* root is a number: as points */
	bool		fixed;
	Points		points;
};

/* ---------- expr_eval.c ---------- */

extern Node *expr_make_node(NodeKind kind, ExprType type);
extern Node *expr_make_constant(ExprValue value);
extern Node *expr_make_text(char *text);

/* Folded when the arguments are constant; null: the tree gets too high. */
extern Node *expr_make_op(NodeKind kind, ExprType type, CompareOp op,
						  int nargs, Node **args);

/* The expression that has this tree. */
extern Expr *expr_make(Node *root);

/* Are two values the same?  Neither is null, and both have one type. */
extern bool expr_values_equal(const ExprValue *a, const ExprValue *b);

/* Does an operator hold for the outcome of a comparison (below, at or above 0)? */
extern bool expr_compare_holds(CompareOp op, int cmp);

/* How two numbers compare; what differs by the dust of binary fractions is equal. */
extern int	expr_compare_numbers(double a, double b);

/* The value of a tree; env may be null for one that has no names. */
extern ExprValue expr_eval_node(const Node *node, const ExprEnv *env);

/* The span that a choice of them comes to; false: null. */
extern bool expr_eval_span(const Node *node, const ExprEnv *env, Span *span);

/* ---------- values and types ---------- */

/* The null that has no type. */
static inline ExprValue
null_value(void)
{
	ExprValue	v = {.type = EXPR_NULL, .isnull = true};

	return v;
}

/* A condition that is true or false. */
static inline ExprValue
boolean_value(bool b)
{
	ExprValue	v = {.type = EXPR_BOOLEAN, .number = b ? 1 : 0};

	return v;
}

/* What is not a number any more (overflow, 0/0) is null. */
static inline ExprValue
number_value(double d)
{
	ExprValue	v = {.type = EXPR_NUMBER, .number = d};

	if (unlikely(!isfinite(d)))
		return null_value();
	return v;
}

/* An instant, which may be without end. */
static inline ExprValue
date_value(TimestampTz at)
{
	ExprValue	v = {.type = EXPR_DATE, .date = at};

	return v;
}

/* The common type of two branches; false when there is none. */
static inline bool
expr_unify(ExprType *type, ExprType other)
{
	if (*type == EXPR_NULL)
		*type = other;
	return other == EXPR_NULL || *type == other;
}

#endif							/* GOVERNANCE_ENGINE_EXPR_TREE_H */
