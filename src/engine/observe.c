/*
 * observe.c
 *		What expressions see of a state: the values of names.  A fold begins here,
 *		since it is what they see it through.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/expr.h"
#include "engine/names.h"
#include "engine/observable.h"
#include "engine/observe.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* A number as a value. */
static inline ExprValue
number(double x)
{
	ExprValue	v = {0};

	v.type = EXPR_NUMBER;
	v.number = x;
	return v;
}

/* A text as a value, or null.  It is not copied. */
static inline ExprValue
words(const char *s)
{
	ExprValue	v = {0};

	v.type = EXPR_TEXT;
	v.text = s;
	v.isnull = s == NULL;
	return v;
}

/* An instant as a value; an account that was opened at an unknown one has none. */
static inline ExprValue
instant(TimestampTz at)
{
	ExprValue	v = {0};

	v.type = EXPR_DATE;
	v.date = at;
	v.isnull = TIMESTAMP_NOT_FINITE(at);
	return v;
}

/* The null of a type. */
static inline ExprValue
nothing(ExprType type)
{
	ExprValue	v = {0};

	v.type = type;
	v.isnull = true;
	return v;
}

/* The code, class or severity of a rule (-1: of one that the policy does not have). */
static ExprValue
rule_value(const Policy *policy, int rule, ExprVar var)
{
	const PolicyRule *r;

	if (rule < 0)
		return nothing(EXPR_TEXT);
	r = &policy->rules[rule];
	switch (var)
	{
		case VAR_RULE:
		case VAR_ENTRY_RULE:
			return words(r->code);
		case VAR_CLASS:
		case VAR_ENTRY_CLASS:
			return words(r->class);
		default:
			return words(severity_names[r->severity]);
	}
}

/*
 * See observe.h.  What belongs to a violation, an entry or an activity at hand
 * is null when there is none.
 */
ExprValue
observe_value(void *arg, ExprVar var, int index)
{
	Fold	   *fold = arg;
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;

	switch (var)
	{
		case VAR_SCORE:
			return number(state->score / 100.0);
		case VAR_START:
			return number(state->start / 100.0);
		case VAR_CAP:
			return number(state->cap / 100.0);
		case VAR_FLOOR:
			return number(state->floor / 100.0);
		case VAR_LOST:
			if (policy->accumulate)
				return number(state->score / 100.0);
			return number(Max((int64) state->start - state->score, 0) / 100.0);
		case VAR_POINTS:
			return fold->judged == NULL ? nothing(EXPR_NUMBER) : number(fold->price / 100.0);
		case VAR_RULE:
		case VAR_CLASS:
		case VAR_SEVERITY:
			if (fold->judged == NULL)
				return nothing(EXPR_TEXT);
			return rule_value(policy, fold->judged->rule, var);
		case VAR_SOURCE:
			return words(fold->judged == NULL ? NULL : fold->judged->source);
		case VAR_ENTRY_POINTS:
			return fold->entry == NULL ? nothing(EXPR_NUMBER) : number(fold->entry->charged / 100.0);
		case VAR_ENTRY_REMAINING:
			return fold->entry == NULL ? nothing(EXPR_NUMBER) : number(fold->entry->remaining / 100.0);
		case VAR_ENTRY_RULE:
		case VAR_ENTRY_CLASS:
		case VAR_ENTRY_SEVERITY:
			if (fold->entry == NULL)
				return nothing(EXPR_TEXT);
			return rule_value(policy, fold->entry->rule, var);
		case VAR_QUANTITY:
			return fold->has_quantity ? number(fold->quantity) : nothing(EXPR_NUMBER);
		case VAR_ATTRIBUTE:
			return state_attribute(policy, state, index);
		case VAR_OBSERVABLE:
			return observable_value(fold, &policy->observables[index]);
		case VAR_OPENED:
			return instant(state->opened);
		case VAR_FACET:
		case VAR_HOUR:
		case VAR_WEEKDAY:
		case VAR_MONTH:
		case VAR_DAY:
		case VAR_NOW:
		case VAR_HOLIDAY:
		case VAR_WORKED_WEEKEND:
		case VAR_WORKING_DAY:
			break;				/* the expression's own business */
		case VAR_EXTERNAL:
			break;				/* documents of other kinds have these */
	}
	return nothing(EXPR_NUMBER);
}

/*
 * As ExprEnv.next_turn wants it.  What entries, facts and windows bring, the fold
 * wakes for by itself; which entries are selected may change with any hour.
 */
static TimestampTz
observe_turn(void *arg, ExprVar var, int index, TimestampTz after)
{
	const Fold *fold = arg;

	return var == VAR_OBSERVABLE && fold->plan->clocked[index] ?
		calendar_next_hour(after, fold->policy->zone) : DT_NOEND;
}

/* See observe.h. */
void
fold_begin(Fold *fold, const Policy *policy, EngineState *state, const EngineTrace *trace)
{
	memset(fold, 0, sizeof(Fold));
	fold->policy = policy;
	fold->plan = engine_plan(policy);
	fold->state = state;
	fold->told = trace;
	fold->trace = trace != NULL && trace->starts_only ? NULL : trace;
	fold->direct = -1;
	fold->boundaries_to = DT_NOEND;
	fold->at = state->as_of;
	fold->env.arg = fold;
	fold->env.at = state->as_of;
	fold->env.zone = policy->zone;
	fold->env.calendar = policy->calendar.given ? &policy->calendar : NULL;
	fold->env.facets = policy->facets;
	fold->env.value = observe_value;
	fold->env.next_turn = observe_turn;
}
