/*
 * price.c
 *		What one violation costs: the rule's price or the moderator's choice,
 *		then modifiers in their order, then what it shares with others.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "engine/group.h"
#include "engine/price.h"
#include "lib/stringinfo.h"

/* See engine.h. */
bool
engine_check_points(const PolicyRule *rule, Points points)
{
	return points == POINTS_NONE || (points >= rule->min && points <= rule->max);
}

/* A price is never negative. */
static Points
price_clamp(double hundredths)
{
	if (!(hundredths > 0))
		return 0;
	if (hundredths >= POINTS_MAX)
		return POINTS_MAX;
	return (Points) floor(hundredths + 0.5 + 1e-7);
}

/* All that is left of the score, or up to the limit. */
static Points
price_to_floor(const Fold *fold)
{
	const EngineState *state = fold->state;
	int64		left = fold->policy->accumulate ?
		(int64) state->cap - state->score : (int64) state->score - state->floor;

	return (Points) Min(Max(left, 0), POINTS_MAX);
}

/* Adds a modifier that applied to a list for people: "level surcharge +5". */
static void
describe(StringInfo out, const Modifier *m, double value)
{
	static const char *const signs[] = {"+", "x", "=", "at most ", "at least ", "to floor"};

	if (out->len > 0)
		appendStringInfoString(out, ", ");
	if (m->name != NULL)
		appendStringInfo(out, "%s ", m->name);
	appendStringInfoString(out, signs[m->op]);
	if (m->op != MODIFY_TO_FLOOR)
		appendStringInfo(out, "%.10g", value);
}

/* The price after one modifier; *value becomes what the modifier took, in points. */
static Points
modify(Fold *fold, const Modifier *m, const EngineEvent *event, double *value)
{
	double		price = fold->price;

	*value = 0;
	if (m->op == MODIFY_TO_FLOOR)
		return price_to_floor(fold);
	if (m->is_range)
	{
		Points		chosen = event->surcharge != POINTS_NONE ? event->surcharge :
			m->value != NULL ? expr_points(m->value, &fold->env) : m->min;

		*value = Min(Max(chosen, m->min), m->max) / 100.0;
	}
	else
	{
		ExprValue	v = expr_eval(m->value, &fold->env);

		/* what is not known changes nothing */
		if (v.isnull)
			return fold->price;
		*value = v.number;
	}

	switch (m->op)
	{
		case MODIFY_ADD:
			return price_clamp(price + rint(*value * 100));
		case MODIFY_MULTIPLY:
			return price_clamp(price * *value);
		case MODIFY_REPLACE:
			return price_clamp(*value * 100);
		case MODIFY_AT_MOST:
			return price_clamp(Min(price, *value * 100));
		case MODIFY_AT_LEAST:
			return price_clamp(Max(price, *value * 100));
		case MODIFY_TO_FLOOR:
			break;
	}
	return fold->price;
}

/* ---------- collapse ---------- */

/*
 * What is left of a price under one collapse; *collapsed is set when the
 * violation does not count at all.
 */
static Points
collapse_price(Fold *fold, int index, const EngineEvent *event, Points price,
			   bool *collapsed)
{
	const Collapse *c = &fold->policy->collapses[index];
	CollapseState *s;
	uint64		group;
	int64		cost;
	bool		shares;

	if (!collapse_group(fold->policy, index, event->rule, event->incident, event->content, &group))
		return price;
	s = collapse_state(fold, index, group);
	s->count++;
	if (c->keep == KEEP_FIRST)
	{
		*collapsed |= s->count > 1;
		return s->count > 1 ? 0 : price;
	}
	cost = group_cost(fold, s);

	/* It shares by the first one, and what it costs is found with the entry. */
	shares = fold->plan->shares && !fold->shares;
	if (shares)
	{
		fold->shares = true;
		fold->share = price;
	}
	if (c->keep == KEEP_MAX)
	{
		if (!shares)
			s->charged = Max(s->charged, price);
		return (Points) Max((int64) price - cost, 0);
	}
	price = (Points) Min(price, Max((int64) c->at_most - cost, 0));
	if (!shares)
		s->charged += price;
	return price;
}

/*
 * See price.h.  A violation whose rule the version in force does not have costs
 * what the moderator said, and nothing changes that.
 */
Points
price_violation(Fold *fold, const EngineEvent *event, Effect *effect, bool *collapsed)
{
	const Policy *policy = fold->policy;
	StringInfoData applied = {0};
	Points		price;

	*collapsed = fold->shares = false;
	fold->price = event->points != POINTS_NONE ? Max(event->points, 0) :
		event->rule >= 0 ? policy->rules[event->rule].usual : 0;
	effect->base = effect->price = fold->price;
	if (event->rule < 0)
		return fold->price;		/* the version in force has lost the rule */
	if (fold->trace != NULL && policy->nmodifiers > 0)
		initStringInfo(&applied);
	for (int i = 0; i < policy->nmodifiers; i++)
	{
		const Modifier *m = &policy->modifiers[i];
		double		value;

		if ((m->rules != NULL && !m->rules[event->rule]) ||
			(m->when != NULL && !expr_true(m->when, &fold->env)))
			continue;
		price = modify(fold, m, event, &value);
		if (fold->trace != NULL && price != fold->price)
			describe(&applied, m, value);
		fold->price = price;
	}
	effect->price = fold->price;
	if (fold->trace != NULL && policy->nmodifiers > 0 && applied.len > 0)
		effect->modifiers = applied.data;

	price = fold->price;
	for (int i = 0; i < policy->ncollapses; i++)
		price = collapse_price(fold, i, event, price, collapsed);
	if (price < fold->price || *collapsed)
		effect->detail = "collapsed";
	return price;
}
