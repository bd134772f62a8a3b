/*
 * meter_state.c
 *		Expressions of a document at any instant: what facts, the request and the
 *		rooms below say then.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "engine/calendar.h"
#include "engine/expr_tree.h"

/* An expression is evaluated at an instant. */
typedef struct Moment
{
	const Meter *m;
	TimestampTz t;
} Moment;

/* A missing value of a type. */
static ExprValue
nothing(ExprType type)
{
	ExprValue	v = {.type = type, .isnull = true};

	return v;
}

/* The type of an attribute as expressions have it. */
static ExprType
attribute_type(const PolicyAttribute *attribute)
{
	return attribute->type == ATTRIBUTE_NUMBER ? EXPR_NUMBER :
		attribute->type == ATTRIBUTE_BOOLEAN ? EXPR_BOOLEAN :
		attribute->type == ATTRIBUTE_TEXT ? EXPR_TEXT : EXPR_DATE;
}

/* Its default, or nothing. */
ExprValue
meter_default(const PolicyAttribute *attribute)
{
	ExprValue	v = nothing(attribute_type(attribute));

	if (attribute->has_default)
	{
		v.isnull = false;
		v.number = attribute->default_number;
		v.date = attribute->default_date;
		v.text = attribute->default_text;
	}
	return v;
}

/* The fact of an index in a list of facts at an instant; null: it has none there. */
const MeterFact *
meter_fact(const MeterFact *facts, int n, int index, TimestampTz t)
{
	for (int i = 0; i < n; i++)
		if (facts[i].attribute == index && facts[i].from <= t && t < facts[i].to)
			return &facts[i];
	return NULL;
}

/* When a fact of an index begins or ends next. */
TimestampTz
meter_fact_turn(const MeterFact *facts, int n, int index, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < n; i++)
	{
		if (facts[i].attribute != index)
			continue;
		if (facts[i].from > t)
			result = Min(result, facts[i].from);
		if (facts[i].to > t)
			result = Min(result, facts[i].to);
	}
	return result;
}

/* A fact of the account, or its default. */
static ExprValue
attribute_value(const Meter *m, int index, TimestampTz t)
{
	const MeterFact *fact = meter_fact(m->view->facts, m->view->nfacts, index, t);

	return fact != NULL ? fact->value : meter_default(&m->document->facts->attributes[index]);
}

/* As ExprEnv wants it. */
static ExprValue
moment_value(void *arg, ExprVar var, int index)
{
	const Moment *moment = arg;

	switch (var)
	{
		case VAR_ATTRIBUTE:
			return attribute_value(moment->m, index, moment->t);
		case VAR_OPENED:
			return date_value(moment->m->view->opened);
		case VAR_EXTERNAL:
			return moment->m->names->value(moment->m, index, moment->t);
		default:
			return null_value();
	}
}

/* When a name may have another value by time alone. */
static TimestampTz
moment_turn(void *arg, ExprVar var, int index, TimestampTz after)
{
	const Moment *moment = arg;
	const Meter *m = moment->m;

	if (var == VAR_ATTRIBUTE)
		return meter_fact_turn(m->view->facts, m->view->nfacts, index, after);
	if (var != VAR_EXTERNAL)
		return DT_NOEND;
	return m->names->turn(m, index, after);
}

/* The environment of expressions at an instant. */
static ExprEnv
environment(const Meter *m, Moment *moment, TimestampTz t)
{
	ExprEnv		env = {0};

	moment->m = m;
	moment->t = t;
	env.arg = moment;
	env.at = t;
	env.zone = meter_zone(m, t);
	env.calendar = &m->document->facts->calendar;
	env.facets = m->document->facts->facets;
	env.age_day_after = m->document->conventions.age_day_after;
	env.value = moment_value;
	env.next_turn = moment_turn;
	return env;
}

/* A fact that names no zone of the server's leaves the document's. */
pg_tz *
meter_zone(const Meter *m, TimestampTz t)
{
	ExprValue	name;
	pg_tz	   *zone;

	if (m->document->zone_attribute < 0)
		return m->document->facts->zone;
	name = attribute_value(m, m->document->zone_attribute, t);
	if (name.isnull || name.text == NULL || (strchr(name.text, '/') == NULL && strcmp(name.text, "UTC") != 0))
		return m->document->facts->zone;
	zone = pg_tzset(name.text);
	return zone != NULL ? zone : m->document->facts->zone;
}

/* See meter_state.h. */
ExprValue
meter_value(const Meter *m, const Expr *expr, TimestampTz t)
{
	Moment		moment;
	ExprEnv		env = environment(m, &moment, t);

	return expr_eval(expr, &env);
}

/* Another zone is a turn as well. */
TimestampTz
meter_turn(const Meter *m, const Expr *expr, TimestampTz t)
{
	Moment		moment;
	ExprEnv		env = environment(m, &moment, t);
	TimestampTz result = expr_next_turn(expr, &env, t);

	if (m->document->zone_attribute >= 0)
		result = Min(result, meter_fact_turn(m->view->facts, m->view->nfacts, m->document->zone_attribute, t));
	return result;
}

/* See meter_state.h. */
bool
meter_holds(const Meter *m, const Expr *condition, TimestampTz t, bool unknown)
{
	ExprValue	v;

	if (condition == NULL)
		return true;
	v = meter_value(m, condition, t);
	return v.isnull ? unknown : v.number != 0;
}

/* What is looked for among the names of an expression. */
typedef struct Missing
{
	const Meter *m;
	TimestampTz t;
	const char *name;
} Missing;

/* Called for each name. */
static void
note_missing(void *arg, ExprVar var, int index, bool compared, double constant, const Span *span)
{
	Missing    *missing = arg;
	const Entitlement *document = missing->m->document;

	if (missing->name != NULL || index < 0)
		return;
	if (var == VAR_FACET)
		expr_visit(document->facts->facets[index].value, note_missing, missing);
	else if (var == VAR_ATTRIBUTE && attribute_value(missing->m, index, missing->t).isnull)
		missing->name = document->facts->attributes[index].name;
	else if (var == VAR_EXTERNAL &&
			 (document->externals[index].kind == EXTERNAL_CONTEXT || document->externals[index].kind == EXTERNAL_OTHER) &&
			 missing->m->names->value(missing->m, index, missing->t).isnull)
		missing->name = psprintf("%s.%s", document->externals[index].kind == EXTERNAL_CONTEXT ? "context" : "other",
								 document->externals[index].name);
}

/* See meter_state.h. */
const char *
meter_missing(const Meter *m, const Expr *expr, TimestampTz t)
{
	Missing		missing = {m, t, NULL};

	if (expr != NULL)
		expr_visit(expr, note_missing, &missing);
	return missing.name;
}

/* The least of cases that may hold; null limits nothing. */
static ExprValue
least_case(const Node *node, const ExprEnv *env)
{
	ExprValue	condition;
	ExprValue	a;
	ExprValue	b;

	if (node->kind != NODE_IF)
		return expr_eval_node(node, env);
	condition = expr_eval_node(node->args[0], env);
	if (!condition.isnull)
		return least_case(node->args[condition.number != 0 ? 1 : 2], env);
	a = least_case(node->args[1], env);
	b = least_case(node->args[2], env);
	if (a.isnull || b.isnull)
		return a.isnull ? b : a;
	return a.number <= b.number ? a : b;
}

/* See meter_state.h. */
bool
meter_number(const Meter *m, const Expr *expr, TimestampTz t, bool strict, double *number)
{
	Moment		moment;
	ExprEnv		env = environment(m, &moment, t);
	ExprValue	v = strict ? least_case(expr->root, &env) : expr_eval(expr, &env);

	*number = v.number;
	return !v.isnull;
}

/* A formula takes its unit so many times. */
bool
meter_span(const Meter *m, const SpanParam *param, TimestampTz t, Span *span)
{
	for (int i = 0; i < param->ncases; i++)
	{
		const SpanCase *one = &param->cases[i];
		double		times;

		if (!meter_holds(m, one->when, t, false))
			continue;
		*span = one->span;
		if (one->times != NULL)
		{
			if (!meter_number(m, one->times, t, false, &times))
				return false;
			*span = span_times(&one->span, times);
		}
		return true;
	}
	return false;
}

/* See meter_state.h. */
bool
meter_span_against(const Meter *m, const SpanParam *param, TimestampTz t, bool longest, Span *span, bool *missing)
{
	bool		given = false;

	*missing = false;
	for (int i = 0; i < param->ncases; i++)
	{
		const SpanCase *one = &param->cases[i];
		Span		length = one->span;
		double		times;
		bool		known = true;

		if (!meter_holds(m, one->when, t, true))
			continue;
		if (one->times != NULL)
		{
			known = meter_number(m, one->times, t, false, &times);
			if (known)
				length = span_times(&one->span, times);
			else
				*missing = *missing || meter_missing(m, one->times, t) != NULL;
		}
		if (known && (!given || (meter_plus(m, t, &length) > meter_plus(m, t, span)) == longest))
			*span = length;
		given = given || known;
		if (meter_holds(m, one->when, t, false))
			break;
	}
	return given;
}

/* See meter_state.h; whatever case counts. */
TimestampTz
meter_span_turn(const Meter *m, const SpanParam *param, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < param->ncases; i++)
	{
		if (param->cases[i].when != NULL)
			result = Min(result, meter_turn(m, param->cases[i].when, t));
		if (param->cases[i].times != NULL)
			result = Min(result, meter_turn(m, param->cases[i].times, t));
	}
	return result;
}

/* See meter_state.h. */
TimestampTz
meter_plus(const Meter *m, TimestampTz t, const Span *span)
{
	return span_add(t, span, 1, meter_zone(m, t));
}

/* See meter_state.h. */
TimestampTz
meter_minus(const Meter *m, TimestampTz t, const Span *span)
{
	return span_subtract(t, span, meter_zone(m, t));
}
