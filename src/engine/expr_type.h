/*
 * expr_type.h
 *		The types of expressions while they are parsed: nodes are made here when
 *		what they are made of has the types that it needs.
 */
#ifndef GOVERNANCE_ENGINE_EXPR_TYPE_H
#define GOVERNANCE_ENGINE_EXPR_TYPE_H

#include "engine/expr.h"
#include "engine/expr_token.h"
#include "engine/expr_tree.h"

/* A type in words, translated: "a number". */
extern const char *expr_type_name(ExprType type);

/* All of the following give null, or false, after parse_fail(). */

/* A node over arguments; fails when the tree gets too high. */
extern Node *make_op(Parser *p, NodeKind kind, ExprType type, CompareOp op,
					 int nargs, Node **args);

/* Is it anything but the instant of evaluation, which only comparisons may be made of? */
extern bool check_now(Parser *p, const Node *node);

/* Has a node the type that `what` needs?  A literal null has any. */
extern bool want_type(Parser *p, const Node *node, ExprType type, const char *what);

/* A comparison of args[0] with args[1]. */
extern Node *make_compare(Parser *p, CompareOp op, Node **args);

/* May an item stand in the list after "in" of a subject? */
extern bool check_item(Parser *p, const Node *subject, Node *item);

/* A function that expressions may call. */
typedef struct ExprFunction ExprFunction;

/* The function of a name; fails when there is none. */
extern const ExprFunction *find_function(Parser *p, const char *name);

/* A call of it. */
extern Node *make_call(Parser *p, const ExprFunction *function, int nargs, Node **args);

#endif							/* GOVERNANCE_ENGINE_EXPR_TYPE_H */
