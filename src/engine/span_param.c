/*
 * span_param.c
 *		Spans that depend on the account: which case of them holds now.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/expr.h"
#include "engine/span_param.h"

/* See span_param.h. */
const SpanCase *
span_case(Fold *fold, const SpanParam *param)
{
	for (int i = 0; i < param->ncases; i++)
	{
		const SpanCase *c = &param->cases[i];

		if (c->when == NULL || expr_true(c->when, &fold->env))
			return c;
	}
	return NULL;
}

/* See span_param.h. */
bool
span_case_value(Fold *fold, const SpanCase *c, Span *span)
{
	ExprValue	times;

	*span = c->span;
	if (c->times == NULL)
		return true;
	times = expr_eval(c->times, &fold->env);

	/* How often is not known: as with no case left. */
	if (times.isnull)
		return false;
	*span = span_times(&c->span, times.number);
	return true;
}

/* See span_param.h. */
bool
span_of_case(Fold *fold, const SpanParam *param, Span *span)
{
	const SpanCase *c = span_case(fold, param);

	return c != NULL && span_case_value(fold, c, span);
}
