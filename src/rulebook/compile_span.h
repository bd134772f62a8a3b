/*
 * compile_span.h
 *		Spans of time in a document: fixed ones, formulas, cases, and ranges in
 *		which somebody chooses.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_SPAN_H
#define GOVERNANCE_RULEBOOK_COMPILE_SPAN_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* Beside EXPR_MAY_*: a range may stand here, too. */
#define SPAN_MAY_RANGE		0x20

/* A fixed span: "30 days". */
extern Span compile_span(const Doc *doc);

/* A span of any shape; may_be_ever: it may be without end. */
extern void compile_span_param(Compiler *c, const Doc *doc, int may,
							   bool may_be_ever, SpanParam *param);

/* How a text that is no span may have been meant; null: nothing comes to mind. */
extern const char *span_text_hint(const char *text);

extern bool span_is_zero(const Span *span);

/* Roughly, to tell which of two spans is longer. */
extern double span_estimate(const Span *span);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_SPAN_H */
