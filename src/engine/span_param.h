/*
 * span_param.h
 *		Spans that depend on the account: which case of them holds now.
 */
#ifndef GOVERNANCE_ENGINE_SPAN_PARAM_H
#define GOVERNANCE_ENGINE_SPAN_PARAM_H

#include "engine/fold_context.h"

/* The first case whose condition holds, or null. */
extern const SpanCase *span_case(Fold *fold, const SpanParam *param);

/* The span that a case gives; false when it is not known how often it is taken. */
extern bool span_case_value(Fold *fold, const SpanCase *c, Span *span);

/* The span of the case that holds; false when none does. */
extern bool span_of_case(Fold *fold, const SpanParam *param, Span *span);

/* The same, quickly where there is a single case that always holds. */
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

#endif							/* GOVERNANCE_ENGINE_SPAN_PARAM_H */
