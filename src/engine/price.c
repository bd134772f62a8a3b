/*
 * price.c
 *		What one violation costs: the rule's price or the moderator's choice,
 *		then modifiers in their order, then what it shares with others.
 */
#include "postgres.h"

#include <math.h>

#include "engine/internal.h"
#include "lib/stringinfo.h"
#include "mix.h"

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

/* "level surcharge +5" */
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

static uint64
hash_name(const char *name)
{
	uint64		hash = UINT64CONST(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8) *name) * UINT64CONST(0x100000001b3);
	return hash;
}

/* False when the violation has no such group. */
static bool
collapse_group(const Policy *policy, const Collapse *c, const EngineEvent *event,
			   uint64 *group)
{
	*group = 0;
	switch (c->group)
	{
		case GROUP_INCIDENT:
			*group = event->incident;
			return event->incident != 0;
		case GROUP_CONTENT:
			*group = event->content;
			return event->content != 0;
		case GROUP_RULE:
			*group = hash_name(policy->rules[event->rule].code);
			return true;
		case GROUP_CLASS:
			if (policy->rules[event->rule].class == NULL)
				return false;
			*group = hash_name(policy->rules[event->rule].class);
			return true;
		case GROUP_ALL:
			return true;
	}
	return false;
}

/* So many groups are found by an index, and looked through for what is over. */
#define MANY_GROUPS 32

static inline uint32
group_slot(const EngineState *state, int collapse, uint64 group)
{
	return mix_number(group + (uint64) collapse) & (uint32) (state->index_size - 1);
}

/* Sees to it that all groups at hand can be found by the index. */
static void
index_groups(EngineState *state)
{
	if (state->index_size < 2 * state->ncollapses)
	{
		if (state->index != NULL)
			pfree(state->index);
		state->index_size = 4 * (int) state_capacity(state->ncollapses);
		state->index = MemoryContextAllocHuge(state->context, sizeof(uint32) * state->index_size);
		state->nindexed = 0;
	}
	if (state->nindexed == 0)
		memset(state->index, 0, sizeof(uint32) * state->index_size);
	for (; state->nindexed < state->ncollapses; state->nindexed++)
	{
		const CollapseState *s = &state->collapses[state->nindexed];
		uint32		slot = group_slot(state, s->collapse, s->group);

		while (state->index[slot] != 0)
			slot = (slot + 1) & (uint32) (state->index_size - 1);
		state->index[slot] = state->nindexed + 1;
	}
}

/* The group, if it is at hand. */
static CollapseState *
find_group(EngineState *state, int collapse, uint64 group)
{
	if (state->ncollapses < MANY_GROUPS)
	{
		for (int i = 0; i < state->ncollapses; i++)
			if (state->collapses[i].collapse == collapse && state->collapses[i].group == group)
				return &state->collapses[i];
		return NULL;
	}
	index_groups(state);
	for (uint32 slot = group_slot(state, collapse, group); state->index[slot] != 0;
		 slot = (slot + 1) & (uint32) (state->index_size - 1))
	{
		CollapseState *s = &state->collapses[state->index[slot] - 1];

		if (s->collapse == collapse && s->group == group)
			return s;
	}
	return NULL;
}

/* The group's state; made, or begun anew when its window is over. */
static CollapseState *
collapse_state(Fold *fold, int index, uint64 group)
{
	EngineState *state = fold->state;
	const Collapse *c = &fold->policy->collapses[index];
	pg_tz	   *zone = fold->policy->zone;
	CollapseState *found = find_group(state, index, group);
	CollapseState settled;

	if (found == NULL)
	{
		bool		known = store_find_collapse(fold->policy, state, index, group, &settled);

		if (state->ncollapses >= MANY_GROUPS && (state->ncollapses & (state->ncollapses - 1)) == 0)
			forget_entries(fold->policy, state);
		state->collapses = state_room(state, state->collapses, state->ncollapses,
									  sizeof(CollapseState));
		found = &state->collapses[state->ncollapses++];
		if (known)
			*found = settled;
		else
			found->until = DT_NOBEGIN;
	}
	if (found->until > fold->at)
		return found;
	found->collapse = index;
	found->group = group;
	found->since = c->unit != UNIT_NONE ? calendar_floor(fold->at, c->unit, zone) : fold->at;
	found->until = c->unit != UNIT_NONE ? calendar_next(fold->at, c->unit, zone) :
		c->has_window ? span_add(fold->at, &c->window, 1, zone) : DT_NOEND;
	found->charged = 0;
	found->count = 0;
	return found;
}

static Points
collapse_price(Fold *fold, int index, const EngineEvent *event, Points price,
			   bool *collapsed)
{
	const Collapse *c = &fold->policy->collapses[index];
	CollapseState *s;
	uint64		group;
	int64		left;

	if (!filter_rule(&c->filter, event->rule) ||
		!collapse_group(fold->policy, c, event, &group))
		return price;
	s = collapse_state(fold, index, group);
	s->count++;
	switch (c->keep)
	{
		case KEEP_FIRST:
			if (s->count > 1)
			{
				*collapsed = true;
				return 0;
			}
			s->charged = price;
			return price;
		case KEEP_MAX:
			left = (int64) price - s->charged;
			s->charged = Max(s->charged, price);
			return (Points) Max(left, 0);
		case KEEP_SUM:
			left = Max((int64) c->at_most - s->charged, 0);
			price = (Points) Min(price, left);
			s->charged += price;
			return price;
	}
	return price;
}

Points
price_violation(Fold *fold, const EngineEvent *event, Effect *effect, bool *collapsed)
{
	const Policy *policy = fold->policy;
	StringInfoData applied = {0};
	Points		price;

	*collapsed = false;
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
