/*
 * expr_turn.c
 *		Turning points: when time alone may give an expression another value.
 *
 * A tree is gone through once.  What follows from the clock turns where the local
 * clock does, what is compared with the instant where it passes the other side,
 * and all else where those say who give the values.  Where a condition or a
 * comparison tells that a part of the expression cannot matter yet, that part is
 * left out, so that there are few instants at which nothing changes.
 *
 * The local clock runs evenly between two changes of a zone.  Each change of the
 * zone is a turning point of what looks at the clock, so that arithmetic on days
 * and hours is enough.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "engine/expr.h"
#include "engine/expr_tree.h"
#include "engine/workday.h"

/* No year of age is looked for beyond this many. */
#define MAX_YEARS	300000

typedef struct Turn
{
	ExprEnv		env;			/* at: the instant after which it is looked for */
	bool		has_clock;		/* what follows is known: */
	int			day;			/* the local day, a Julian date, */
	int64		time;			/* and the time since its midnight by the clock */
	TimestampTz change;			/* when the zone changes next */
} Turn;

static TimestampTz node_turn(Turn *turn, const Node *node);

/* ---------- the local clock ---------- */

/* What a part of the clock reads at a local day and hour. */
static int
clock_reads(ExprVar var, int day, int hour)
{
	int			weekday,
				mday,
				month,
				left;

	if (var == VAR_HOUR)
		return hour;
	calendar_day_parts(day, &weekday, &mday, &month, &left);
	return var == VAR_WEEKDAY ? weekday : var == VAR_DAY ? mday : month;
}

/* Moves on to where a part of the clock next reads something else; false: nowhere. */
static bool
clock_step(const Turn *turn, ExprVar var, int *day, int *hour)
{
	int			weekday,
				mday,
				month,
				left;
	int32		next;

	switch (var)
	{
		case VAR_HOUR:
			if (++*hour < HOURS_PER_DAY)
				return true;
			break;
		case VAR_MONTH:
			calendar_day_parts(*day, &weekday, &mday, &month, &left);
			*day += left;
			break;
		case VAR_HOLIDAY:
		case VAR_WORKED_WEEKEND:
		case VAR_WORKING_DAY:
			if (turn->env.calendar == NULL)
				return false;
			next = workday_turn(turn->env.calendar, *day,
								var == VAR_HOLIDAY ? DAY_HOLIDAY :
								var == VAR_WORKED_WEEKEND ? DAY_WORKED_WEEKEND : DAY_WORKING);
			if (next == PG_INT32_MAX)
				return false;
			*day = next - 1;
			break;
		default:
			break;
	}
	++*day;
	*hour = 0;
	return true;
}

/* Reads the clock when it is first needed; false: the instant is out of its range. */
static bool
read_clock(Turn *turn)
{
	if (!turn->has_clock)
		turn->has_clock = calendar_clock(turn->env.at, turn->env.zone, &turn->day, &turn->time,
										 &turn->change);
	return turn->has_clock;
}

/* When the clock reads a local day and hour, or the zone changes before that. */
static TimestampTz
clock_instant(const Turn *turn, int day, int hour)
{
	double		ahead = (double) (day - turn->day) * USECS_PER_DAY;

	if (turn->env.at + ahead >= (double) END_TIMESTAMP - USECS_PER_DAY)
		return turn->change;
	return Min(turn->change, turn->env.at + (int64) (day - turn->day) * USECS_PER_DAY +
			   hour * USECS_PER_HOUR - turn->time);
}

/* Is it a name that the clock and the calendar answer? */
static bool
is_clock(const Node *node)
{
	if (node->kind != NODE_VAR)
		return false;
	switch (node->var)
	{
		case VAR_HOUR:
		case VAR_WEEKDAY:
		case VAR_DAY:
		case VAR_MONTH:
		case VAR_HOLIDAY:
		case VAR_WORKED_WEEKEND:
		case VAR_WORKING_DAY:
			return true;
		default:
			return false;
	}
}

/* When a part of the clock reads something else. */
static TimestampTz
clock_turn(Turn *turn, ExprVar var)
{
	int			day;
	int			hour;

	if (!read_clock(turn))
		return DT_NOEND;
	day = turn->day;
	hour = turn->time / USECS_PER_HOUR;
	return clock_step(turn, var, &day, &hour) ? clock_instant(turn, day, hour) : DT_NOEND;
}

/* ---------- comparisons ---------- */

/* A facet is what it stands for. */
static const Node *
look_through(const Turn *turn, const Node *node)
{
	while (node->kind == NODE_VAR && node->var == VAR_FACET && turn->env.facets != NULL)
		node = turn->env.facets[node->index].value->root;
	return node;
}

/*
 * What a comparison, or a list of constants, says of a number that stands at a
 * place of it: 0 or 1, and -1 for null.
 */
static int
says(const Node *test, int place, double number)
{
	bool		seen_null = false;

	if (test->kind == NODE_COMPARE)
	{
		const ExprValue *other = &test->args[1 - place]->value;
		int			cmp = expr_compare_numbers(number, other->number);

		if (other->isnull)
			return -1;
		return expr_compare_holds(test->op, place == 0 ? cmp : -cmp);
	}
	for (int i = 1; i < test->nargs; i++)
	{
		if (test->args[i]->value.isnull)
			seen_null = true;
		else if (expr_compare_numbers(number, test->args[i]->value.number) == 0)
			return 1;
	}
	return seen_null ? -1 : 0;
}

/* When what is said of a part of the clock changes. */
static TimestampTz
tested_clock(Turn *turn, ExprVar var, const Node *test, int place)
{
	/* in so many steps all that the clock can read has come up */
	int			steps = var == VAR_HOUR ? 24 : var == VAR_WEEKDAY ? 7 : var == VAR_DAY ? 62 : 12;
	int			day;
	int			hour;
	int			now;

	if (!read_clock(turn))
		return DT_NOEND;
	day = turn->day;
	hour = turn->time / USECS_PER_HOUR;
	now = says(test, place, clock_reads(var, day, hour));
	for (int i = 0; i < steps && clock_step(turn, var, &day, &hour); i++)
		if (says(test, place, clock_reads(var, day, hour)) != now)
			return clock_instant(turn, day, hour);
	return DT_NOEND;
}

/* The first birthday near a constant at which what is said of the age changes. */
static TimestampTz
tested_birthday(const Turn *turn, TimestampTz born, const Node *test, int place, double constant)
{
	if (fabs(constant) > MAX_YEARS)
		return DT_NOEND;
	for (int64 years = (int64) floor(constant) - 1; years <= (int64) floor(constant) + 2; years++)
	{
		TimestampTz at;

		if (says(test, place, years) == says(test, place, years - 1))
			continue;
		at = calendar_birthday(born, years, turn->env.age_day_after, turn->env.zone);
		if (at > turn->env.at)
			return at;
	}
	return DT_NOEND;
}

/* When what is said of an age changes. */
static TimestampTz
tested_age(Turn *turn, const Node *age, const Node *test, int place)
{
	TimestampTz result = node_turn(turn, age->args[0]);
	ExprValue	born = expr_eval_node(age->args[0], &turn->env);

	if (born.isnull || TIMESTAMP_NOT_FINITE(born.date))
		return result;
	for (int i = 0; i < test->nargs; i++)
		if (i != place && !test->args[i]->value.isnull)
			result = Min(result, tested_birthday(turn, born.date, test, place,
												 test->args[i]->value.number));
	return result;
}

/* Does a comparison hold on this side of the instant that it is about, and not on it? */
static TimestampTz
passing(const Turn *turn, CompareOp op, TimestampTz date)
{
	TimestampTz after = turn->env.at;

	if (TIMESTAMP_NOT_FINITE(date))
		return DT_NOEND;
	if (date > after && (op == CMP_LT || op == CMP_GE || op == CMP_EQ || op == CMP_NE))
		return date;
	if (date >= after && op != CMP_LT && op != CMP_GE)
		return date + 1;
	return DT_NOEND;
}

/* When now passes a date: where the comparison changes is on it, or just after it. */
static TimestampTz
tested_now(Turn *turn, const Node *compare, int place)
{
	const Node *other = compare->args[1 - place];
	CompareOp	op = compare->op;
	TimestampTz result = node_turn(turn, other);
	ExprValue	date = expr_eval_node(other, &turn->env);

	if (place == 1)
		op = op == CMP_LT ? CMP_GT : op == CMP_LE ? CMP_GE :
			op == CMP_GT ? CMP_LT : op == CMP_GE ? CMP_LE : op;
	return date.isnull ? result : Min(result, passing(turn, op, date.date));
}

/* Is it all constants but for one place? */
static bool
only_constants_but(const Node *test, int place)
{
	for (int i = 0; i < test->nargs; i++)
		if (i != place && test->args[i]->kind != NODE_CONSTANT)
			return false;
	return true;
}

/* The earliest turning point of the arguments. */
static TimestampTz
arguments_turn(Turn *turn, const Node *node)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < node->nargs; i++)
		result = Min(result, node_turn(turn, node->args[i]));
	return result;
}

/* Of a comparison, or of a list of constants. */
static TimestampTz
test_turn(Turn *turn, const Node *test)
{
	int			places = test->kind == NODE_COMPARE ? 2 : 1;

	for (int place = 0; place < places; place++)
	{
		const Node *node = look_through(turn, test->args[place]);

		if (test->kind == NODE_COMPARE && node->kind == NODE_VAR && node->var == VAR_NOW)
		{
			const Node *other = test->args[1 - place];

			/* now = now */
			if (other->kind == NODE_VAR && other->var == VAR_NOW)
				return DT_NOEND;
			return tested_now(turn, test, place);
		}
		if (node->type != EXPR_NUMBER || !only_constants_but(test, place))
			continue;
		if (is_clock(node))
			return tested_clock(turn, node->var, test, place);
		if (node->kind == NODE_AGE)
			return tested_age(turn, node, test, place);
	}
	return arguments_turn(turn, test);
}

/* ---------- the tree ---------- */

/*
 * Of "and" and "or": while an operand decides, the others do not matter.  Of
 * several that do the last one to turn counts.
 */
static TimestampTz
logic_turn(Turn *turn, const Node *node)
{
	bool		decided = false;
	TimestampTz result = DT_NOBEGIN;

	for (int i = 0; i < node->nargs; i++)
	{
		ExprValue	value = expr_eval_node(node->args[i], &turn->env);

		if (value.isnull || (value.number != 0) != (node->kind == NODE_OR))
			continue;
		decided = true;
		result = Max(result, node_turn(turn, node->args[i]));
	}
	return decided ? result : arguments_turn(turn, node);
}

/*
 * Of if(): only the branch that is taken matters until the condition turns.  A
 * condition that is not known here may be elsewhere.
 */
static TimestampTz
if_turn(Turn *turn, const Node *node)
{
	ExprValue	condition = expr_eval_node(node->args[0], &turn->env);
	const Node *branch = node->args[condition.number != 0 ? 1 : 2];
	TimestampTz result;

	if (condition.isnull)
		return arguments_turn(turn, node);
	result = node_turn(turn, node->args[0]);
	return Min(result, node_turn(turn, branch));
}

/* Of within(): the end of the span. */
static TimestampTz
within_turn(Turn *turn, const Node *node)
{
	TimestampTz result = node_turn(turn, node->args[0]);
	ExprValue	date = expr_eval_node(node->args[0], &turn->env);

	if (!date.isnull)
	{
		TimestampTz end = span_add(date.date, &node->span, 1, turn->env.zone);

		if (end > turn->env.at)
			result = Min(result, end);
	}
	return result;
}

/* Of age() whose very number counts: the next birthday. */
static TimestampTz
age_turn(Turn *turn, const Node *node)
{
	TimestampTz result = node_turn(turn, node->args[0]);
	ExprValue	date = expr_eval_node(node->args[0], &turn->env);
	bool		day_after = turn->env.age_day_after;
	int64		years;

	if (!date.isnull &&
		calendar_age(date.date, turn->env.at, day_after, turn->env.zone, &years))
		result = Min(result, calendar_birthday(date.date, years + 1, day_after, turn->env.zone));
	return result;
}

/* Of a name. */
static TimestampTz
name_turn(Turn *turn, const Node *node)
{
	if (is_clock(node))
		return clock_turn(turn, node->var);
	if (node->var == VAR_NOW)
		return turn->env.at + 1;
	if (node->var == VAR_FACET && turn->env.facets != NULL)
		return node_turn(turn, turn->env.facets[node->index].value->root);
	return turn->env.next_turn == NULL ? DT_NOEND :
		turn->env.next_turn(turn->env.arg, node->var, node->index, turn->env.at);
}

/* Of any tree. */
static TimestampTz
node_turn(Turn *turn, const Node *node)
{
	switch (node->kind)
	{
		case NODE_CONSTANT:
		case NODE_SPAN:
			return DT_NOEND;
		case NODE_VAR:
			return name_turn(turn, node);
		case NODE_AND:
		case NODE_OR:
			return logic_turn(turn, node);
		case NODE_COMPARE:
		case NODE_IN:
			return test_turn(turn, node);
		case NODE_IF:
			return if_turn(turn, node);
		case NODE_WITHIN:
			return within_turn(turn, node);
		case NODE_AGE:
			return age_turn(turn, node);
		default:
			return arguments_turn(turn, node);
	}
}

/* See expr.h. */
TimestampTz
expr_next_turn(const Expr *expr, const ExprEnv *env, TimestampTz after)
{
	Turn		turn = {.env = *env};

	if (TIMESTAMP_NOT_FINITE(after))
		return DT_NOEND;
	turn.env.at = after;
	return node_turn(&turn, expr->root);
}
