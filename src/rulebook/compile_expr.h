/*
 * compile_expr.h
 *		Expressions in a document, and the facets that they use.
 *
 * may: EXPR_MAY_*, what an expression can ask for in its place.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_EXPR_H
#define GOVERNANCE_RULEBOOK_COMPILE_EXPR_H

#include "postgres.h"

#include "engine/expr.h"
#include "rulebook/compiler.h"

/* EXPR_MAY_* plus: the price so far, in modifiers and on the ladder */
#define EXPR_MAY_POINTS		0x10

/* a case may give null, which is written without quotes */
#define EXPR_MAY_BE_NULL	0x40

/* An expression: a number, true or false, a text, or a list of cases. */
extern Expr *compile_expr(Compiler *c, const Doc *doc, ExprType wanted, int may);

/* A condition that is absent is null; one that is always true, too. */
extern Expr *compile_condition(Compiler *c, const Doc *object, const char *key,
							   int may);

/* Points, or an expression that gives points. */
extern Expr *compile_points(Compiler *c, const Doc *doc, int may,
							bool may_be_negative);

/* The facets of the document: their names first, then what each stands for. */
extern void compile_facet_names(Compiler *c);
extern void compile_facets(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_EXPR_H */
