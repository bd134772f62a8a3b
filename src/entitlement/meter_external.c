/*
 * meter_external.c
 *		The names of expressions that are no facts of the account: the request, the
 *		counterpart, what has happened, achievements, limits, and what the rooms below
 *		know.
 */
#include "postgres.h"

#include "engine/expr_tree.h"
#include "entitlement/meter_state.h"

/* A missing value of a type. */
static ExprValue
unknown(ExprType type)
{
	ExprValue	v = {.type = type, .isnull = true};

	return v;
}

/* What the request brought with it, or the default. */
static ExprValue
context_value(const Meter *m, int index)
{
	if (m->request->has_context && !m->request->context[index].isnull)
		return m->request->context[index];
	return m->document->context_names[index].value;
}

/* used() and remaining(), in units of the place. */
static ExprValue
limit_value(const Meter *m, const External *external, TimestampTz t)
{
	const Capability *place;
	const UsageLimit *limit = limit_by_name(m, external->name, &place);
	LimitState	state;

	if (limit == NULL)
		return unknown(EXPR_NUMBER);
	state = limit_state(m, place, limit, t);
	if (external->kind == EXTERNAL_USED)
		return number_value(entitlement_units(place, state.used));
	return state.remaining == AMOUNT_NONE ? unknown(EXPR_NUMBER) :
		number_value(entitlement_units(place, state.remaining));
}

/* As MeterNames wants it. */
static ExprValue
external_value(const Meter *m, int index, TimestampTz t)
{
	const External *external = &m->document->externals[index];
	const MeterFact *fact;

	switch (external->kind)
	{
		case EXTERNAL_CONTEXT:
			return context_value(m, external->index);
		case EXTERNAL_OTHER:
			fact = meter_fact(m->view->others, m->view->nothers, index, t);
			if (m->request->counterpart == 0)
				return unknown(external->type);
			return fact != NULL ? fact->value :
				meter_default(&m->document->facts->attributes[external->index]);
		case EXTERNAL_AMOUNT:
			return number_value(entitlement_units(m->capability, m->request->amount));
		case EXTERNAL_USED:
		case EXTERNAL_REMAINING:
			return limit_value(m, external, t);
		case EXTERNAL_OBSERVED:
			return observation_value(m, &m->document->observations[external->index], t);
		case EXTERNAL_ACHIEVED:
			return boolean_value(achievement_holds(m, &m->document->achievements[external->index], t, NULL));
		default:
			return m->view->external != NULL ? m->view->external(m->view->arg, external, t) :
				unknown(external->type);
	}
}

/* As MeterNames wants it: when a name may have another value by time alone. */
static TimestampTz
external_turn(const Meter *m, int index, TimestampTz after)
{
	const External *external = &m->document->externals[index];

	switch (external->kind)
	{
		case EXTERNAL_CONTEXT:
		case EXTERNAL_AMOUNT:
			return DT_NOEND;
		case EXTERNAL_OTHER:
			return meter_fact_turn(m->view->others, m->view->nothers, index, after);
		case EXTERNAL_USED:
		case EXTERNAL_REMAINING:
			{
				const Capability *place;
				const UsageLimit *limit = limit_by_name(m, external->name, &place);

				return limit == NULL ? DT_NOEND : limit_turn(m, place, limit, after);
			}
		case EXTERNAL_OBSERVED:
			return observation_turn(m, &m->document->observations[external->index], after);
		case EXTERNAL_ACHIEVED:
			return achievement_turn(m, &m->document->achievements[external->index], after);
		default:
			return m->view->external_turn != NULL ?
				m->view->external_turn(m->view->arg, external, after) : DT_NOEND;
	}
}

const MeterNames meter_names = {.value = external_value, .turn = external_turn};
