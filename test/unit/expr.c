/*
 * expr.c
 *		The expression language without a server.
 *
 * Links: src/engine/expr_eval.c src/engine/expr_analyze.c src/engine/expr_parse.c src/engine/expr_token.c src/engine/expr_type.c src/engine/names.c src/engine/span.c
 */
#include "postgres.h"

#include <math.h>

#include "engine/engine.h"
#include "engine/expr.h"
#include "errors.h"

static int	failures = 0;

/* ---------- a calendar that is simple enough to check by hand ---------- */

TimestampTz
span_add(TimestampTz at, const Span *span, int64 n, pg_tz *zone)
{
	if (span->forever)
		return DT_NOEND;
	return at + n * ((int64) (span->months * 30 + span->days) * USECS_PER_DAY +
					 span->usecs);
}

void
calendar_parts(TimestampTz at, pg_tz *zone, int *hour, int *weekday, int *day,
			   int *month)
{
	*hour = 22;
	*weekday = 6;
	*day = 31;
	*month = 12;
}

/* days of 24 hours, years of 365 days, and day 0 is a holiday, day 1 is worked on */
bool
calendar_day(TimestampTz at, pg_tz *zone, int *day)
{
	*day = at / USECS_PER_DAY;
	return true;
}

bool
calendar_age(TimestampTz born, TimestampTz at, bool day_after, pg_tz *zone, int64 *years)
{
	int64		days = (at - born) / USECS_PER_DAY - (day_after ? 1 : 0);

	*years = (days - (days < 0 ? 364 : 0)) / 365;
	return true;
}

bool
workday_is(const WorkCalendar *calendar, int32 day, DayKind kind)
{
	return kind == DAY_HOLIDAY ? day == 0 : kind == DAY_WORKED_WEEKEND ? day == 1 : day != 0;
}

/* ---------- messages stay in English ---------- */

const char *
governance_textdomain(void)
{
	return "governance";
}

/* ---------- names and values ---------- */

static bool
resolve(void *arg, const char *name, ExprVar *var, int *index, ExprType *type)
{
	static const struct
	{
		const char *name;
		ExprVar		var;
		int			index;
		ExprType	type;
	}			names[] = {
		{"score", VAR_SCORE, -1, EXPR_NUMBER},
		{"lost", VAR_LOST, -1, EXPR_NUMBER},
		{"rule", VAR_RULE, -1, EXPR_TEXT},
		{"severity", VAR_SEVERITY, -1, EXPR_TEXT},
		{"entry.points", VAR_ENTRY_POINTS, -1, EXPR_NUMBER},
		{"hour", VAR_HOUR, -1, EXPR_NUMBER},
		{"weekday", VAR_WEEKDAY, -1, EXPR_NUMBER},
		{"day", VAR_DAY, -1, EXPR_NUMBER},
		{"month", VAR_MONTH, -1, EXPR_NUMBER},
		{"followers", VAR_ATTRIBUTE, 0, EXPR_NUMBER},
		{"minor_account", VAR_ATTRIBUTE, 1, EXPR_BOOLEAN},
		{"city", VAR_ATTRIBUTE, 2, EXPR_TEXT},
		{"licensed", VAR_ATTRIBUTE, 3, EXPR_DATE},
		{"now", VAR_NOW, -1, EXPR_DATE},
		{"opened", VAR_OPENED, -1, EXPR_DATE},
		{"holiday", VAR_HOLIDAY, -1, EXPR_BOOLEAN},
		{"worked_weekend", VAR_WORKED_WEEKEND, -1, EXPR_BOOLEAN},
		{"working_day", VAR_WORKING_DAY, -1, EXPR_BOOLEAN},
		{"missing", VAR_ATTRIBUTE, 4, EXPR_NUMBER},
		{"missing_date", VAR_ATTRIBUTE, 5, EXPR_DATE},
	};

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(name, names[i].name) == 0)
		{
			*var = names[i].var;
			*index = names[i].index;
			*type = names[i].type;
			return true;
		}
	}
	return false;
}

static bool
known_text(void *arg, ExprVar var, int index, const char *text)
{
	return var != VAR_RULE || strcmp(text, "spam") == 0;
}

static ExprValue
value(void *arg, ExprVar var, int index)
{
	ExprValue	v = {.type = EXPR_NUMBER};

	switch (var)
	{
		case VAR_SCORE:
			v.number = 69;
			break;
		case VAR_LOST:
			v.number = 31;
			break;
		case VAR_RULE:
			v.type = EXPR_TEXT;
			v.text = "spam";
			break;
		case VAR_SEVERITY:
			v.type = EXPR_TEXT;
			v.text = "severe";
			break;
		case VAR_ENTRY_POINTS:
			v.number = 0.5;
			break;
		case VAR_OPENED:
			v.type = EXPR_DATE;
			v.date = 3 * USECS_PER_DAY;
			break;
		case VAR_EXTERNAL:
			v.type = EXPR_TEXT;
			v.text = "low";
			break;
		case VAR_ATTRIBUTE:
			switch (index)
			{
				case 0:
					v.number = 1000000;
					break;
				case 1:
					v.type = EXPR_BOOLEAN;
					v.number = 1;
					break;
				case 2:
					v.type = EXPR_TEXT;
					v.text = "Beijing";
					break;
				case 3:
					v.type = EXPR_DATE;
					v.date = 0;
					break;
				default:
					v.isnull = true;
					break;
			}
			break;
		default:
			v.isnull = true;
			break;
	}
	return v;
}

/* level('one') to level('three'), whose texts are "low" and "high" */
static bool
call(void *arg, const char *name, const char *const *texts, int ntexts, int *index,
	 ExprType *type)
{
	if (strcmp(name, "level") != 0)
		return false;
	if (ntexts < 0)
		return true;
	*type = EXPR_TEXT;
	*index = ntexts == 1 ? (int) strlen(texts[0]) : -1;
	return ntexts == 1;
}

static const char *const *
words(void *arg, int index, int *nwords)
{
	static const char *const levels[] = {"none", "low", "high"};

	*nwords = lengthof(levels);
	return levels;
}

static const ExprNames names = {
	.resolve = resolve, .known_text = known_text, .call = call, .words = words
};
static WorkCalendar calendar;
static ExprEnv env = {
	.at = 10 * USECS_PER_DAY, .value = value
};

/* ---------- checks ---------- */

static const char *
show(ExprValue v)
{
	if (v.isnull)
		return "null";
	switch (v.type)
	{
		case EXPR_NUMBER:
			return psprintf("%.10g", v.number);
		case EXPR_BOOLEAN:
			return v.number != 0 ? "true" : "false";
		case EXPR_TEXT:
			return psprintf("'%s'", v.text);
		case EXPR_DATE:
			return "date";
		case EXPR_NULL:
			return "untyped";
	}
	return "?";
}

static void
check(const char *text, ExprType wanted, const char *expected)
{
	char	   *error;
	Expr	   *expr = expr_parse(text, wanted, &names, &error);
	const char *got = expr ? show(expr_eval(expr, &env)) : error;

	if (strcmp(got, expected) != 0)
	{
		printf("%s\n  gives    %s\n  expected %s\n", text, got, expected);
		failures++;
	}
}

static void
check_span(const char *text, const char *expected)
{
	Span		span;
	const char *got = "refused";

	if (span_parse(text, &span))
		got = span.forever ? "ever" :
			psprintf("%d/%d/%lld", span.months, span.days,
					 (long long) (span.usecs / USECS_PER_SEC));
	if (strcmp(got, expected) != 0)
	{
		printf("span \"%s\"\n  gives    %s\n  expected %s\n", text, got, expected);
		failures++;
	}
}

static char *seen;

static void
visit(void *arg, ExprVar var, int index, bool compared, double constant,
	  const Span *span)
{
	seen = psprintf("%s%d:%d", seen, var, index);
	if (compared)
		seen = psprintf("%s=%g", seen, constant);
	if (span)
		seen = psprintf("%s+%d", seen, span->days);
	seen = psprintf("%s ", seen);
}

static void
check_visit(const char *text, const char *expected)
{
	char	   *error;
	Expr	   *expr = expr_parse(text, EXPR_NULL, &names, &error);

	seen = "";
	if (expr)
		expr_visit(expr, visit, NULL);
	else
		seen = error;
	if (strcmp(seen, expected) != 0)
	{
		printf("%s\n  visits   %s\n  expected %s\n", text, seen, expected);
		failures++;
	}
}

static char *
repeat(const char *what, int n, const char *tail)
{
	char	   *s = palloc(strlen(what) * n + strlen(tail) + 1);

	s[0] = '\0';
	for (int i = 0; i < n; i++)
		memcpy(s + i * strlen(what), what, strlen(what) + 1);
	strcpy(s + strlen(what) * n, tail);
	return s;
}

int
main(void)
{
	ExprInterval interval;
	char	   *error;
	Expr	   *expr;

	/* arithmetic */
	check("1 + 2 * 3", EXPR_NUMBER, "7");
	check("(1 + 2) * 3", EXPR_NUMBER, "9");
	check("10 - 4 - 3", EXPR_NUMBER, "3");
	check("2 - -2", EXPR_NUMBER, "4");
	check("- - 2", EXPR_NUMBER, "2");
	check("7 % 4 + 7 / 2", EXPR_NUMBER, "6.5");
	check(".5 + 0.25", EXPR_NUMBER, "0.75");
	check("1 / 0", EXPR_NUMBER, "null");
	check("1 % 0", EXPR_NUMBER, "null");
	check("score / (lost - 31)", EXPR_NUMBER, "null");
	check("round(2.5)", EXPR_NUMBER, "3");
	check("round(-2.5)", EXPR_NUMBER, "-3");
	check("floor(0.1 * 30)", EXPR_NUMBER, "3");
	check("ceil(0.1 * 30)", EXPR_NUMBER, "3");
	check("ceil(lost / 12)", EXPR_NUMBER, "3");
	check("floor(lost / 12)", EXPR_NUMBER, "2");
	check("abs(-3) + min(4, 2, 3) + max(1, 9)", EXPR_NUMBER, "14");

	/* comparisons and conditions */
	check("score <= 69", EXPR_BOOLEAN, "true");
	check("score < 69", EXPR_BOOLEAN, "false");
	check("score >= 69", EXPR_BOOLEAN, "true");
	check("score > 69", EXPR_BOOLEAN, "false");
	check("score = 69", EXPR_BOOLEAN, "true");
	check("score == 69 and score <> 70 and score != 70", EXPR_BOOLEAN, "true");
	check("70 > score", EXPR_BOOLEAN, "true");
	check("0.1 + 0.2 = 0.3", EXPR_BOOLEAN, "true");
	check("score in (1, 2, 69)", EXPR_BOOLEAN, "true");
	check("score in (1, 2)", EXPR_BOOLEAN, "false");
	check("score in (1, null)", EXPR_BOOLEAN, "null");
	check("city in ('Beijing', \"Shanghai\")", EXPR_BOOLEAN, "true");
	check("not score = 1", EXPR_BOOLEAN, "true");
	check("true or false and false", EXPR_BOOLEAN, "true");
	check("(true or false) and false", EXPR_BOOLEAN, "false");
	check("not true or true", EXPR_BOOLEAN, "true");
	check("minor_account", EXPR_BOOLEAN, "true");
	check("minor_account = false", EXPR_BOOLEAN, "false");
	check("severity >= 'medium'", EXPR_BOOLEAN, "true");
	check("severity >= 'extreme'", EXPR_BOOLEAN, "false");
	check("'minor' < severity", EXPR_BOOLEAN, "true");
	check("severity = 'severe'", EXPR_BOOLEAN, "true");
	check("'it''s' = \"it's\"", EXPR_BOOLEAN, "true");
	check("rule = 'spam'", EXPR_BOOLEAN, "true");
	check("entry.points <= 0.5", EXPR_BOOLEAN, "true");
	check("hour >= 22 and weekday = 6 and day = 31 and month = 12", EXPR_BOOLEAN, "true");

	/* what is missing */
	check("missing", EXPR_NUMBER, "null");
	check("missing > 1", EXPR_BOOLEAN, "null");
	check("not (missing > 1)", EXPR_BOOLEAN, "null");
	check("missing > 1 or true", EXPR_BOOLEAN, "true");
	check("missing > 1 and false", EXPR_BOOLEAN, "false");
	check("missing + 1", EXPR_NUMBER, "null");
	check("null = null", EXPR_BOOLEAN, "null");
	check("min(missing, 1)", EXPR_NUMBER, "null");
	check("coalesce(missing, 5)", EXPR_NUMBER, "5");
	check("coalesce(missing, null)", EXPR_NUMBER, "null");
	check("is_null(missing) and not is_null(score)", EXPR_BOOLEAN, "true");
	check("if(missing > 1, 1, 2)", EXPR_NUMBER, "2");
	check("if(followers >= 1000000, 3, if(followers >= 100000, 2, 1))", EXPR_NUMBER, "3");
	check("if(score < 0, null, 'x')", EXPR_TEXT, "'x'");
	check("null", EXPR_NUMBER, "null");

	/* dates: ten days after `licensed` */
	check("within(licensed, '10 days')", EXPR_BOOLEAN, "false");
	check("within(licensed, '10 days 1 second')", EXPR_BOOLEAN, "true");
	check("within(licensed, 'ever')", EXPR_BOOLEAN, "true");
	check("within(missing_date, 'ever')", EXPR_BOOLEAN, "null");
	check("max(licensed, licensed) = licensed", EXPR_BOOLEAN, "true");

	/* errors */
	check("", EXPR_BOOLEAN, "empty expression");
	check("  ", EXPR_BOOLEAN, "empty expression");
	check("scor <= 69", EXPR_BOOLEAN, "unknown name \"scor\"");
	check("iff(1, 2, 3)", EXPR_NUMBER, "unknown function \"iff\"");
	check("if(true, 2)", EXPR_NUMBER, "if() takes 3 arguments, not 2");
	check("floor()", EXPR_NUMBER, "floor() takes 1 argument, not 0");
	check("min()", EXPR_NUMBER, "min() takes at least 1 argument, not 0");
	check("if(true, 2, 'x')", EXPR_NUMBER, "if() cannot give both a number and a text");
	check("coalesce(1, true)", EXPR_NUMBER, "coalesce() cannot give both a number and a condition");
	check("min(1, true)", EXPR_NUMBER, "min() needs numbers, not a condition");
	check("score", EXPR_BOOLEAN, "a condition is needed, not a number");
	check("score = 1", EXPR_NUMBER, "a number is needed, not a condition");
	check("score = 'x'", EXPR_BOOLEAN, "cannot compare a number with a text");
	check("score in (1, 'x')", EXPR_BOOLEAN, "cannot compare a number with a text");
	check("score in (lost)", EXPR_BOOLEAN, "only constants may stand in the list after \"in\"");
	check("score in 1", EXPR_BOOLEAN, "\"(\" after \"in\" expected instead of \"1\" at position 10");
	check("score in ()", EXPR_BOOLEAN, "a value expected instead of \")\" at position 11");
	check("city < 'x'", EXPR_BOOLEAN, "texts can only be compared with =, <> and in");
	check("minor_account < true", EXPR_BOOLEAN, "conditions can only be compared with = and <>");
	check("severity = 'mild'", EXPR_BOOLEAN, "unknown severity \"mild\"");
	check("severity in ('mild')", EXPR_BOOLEAN, "unknown severity \"mild\"");
	check("rule = 'spma'", EXPR_BOOLEAN, "unknown text \"spma\"");
	check("1 < score < 3", EXPR_BOOLEAN, "comparisons cannot be chained; combine them with \"and\"");
	check("score <= 69 score", EXPR_BOOLEAN, "an operator expected instead of \"score\" at position 13");
	check("score <= 69 AND true", EXPR_BOOLEAN, "\"AND\" must be written \"and\"");
	check("score <=", EXPR_BOOLEAN, "a value expected at the end");
	check("(score <= 1", EXPR_BOOLEAN, "\")\" expected at the end");
	check("score <= 1)", EXPR_BOOLEAN, "an operator expected instead of \")\" at position 11");
	check("score and true", EXPR_BOOLEAN, "\"and\" needs a condition, not a number");
	check("not score", EXPR_BOOLEAN, "\"not\" needs a condition, not a number");
	check("-'x'", EXPR_NUMBER, "\"-\" needs a number, not a text");
	check("true + 1", EXPR_NUMBER, "\"+\" needs a number, not a condition");
	check("'abc", EXPR_TEXT, "text without closing quote at position 1");
	check("score <= 69k", EXPR_BOOLEAN, "number followed by a letter at position 12");
	check("score & 1", EXPR_BOOLEAN, "unexpected \"&\" at position 7");
	check("score \xe2\x89\xa4 1", EXPR_BOOLEAN, "unexpected character at position 7");
	check("and", EXPR_BOOLEAN, "a value expected instead of \"and\" at position 1");
	check("within(licensed, 10)", EXPR_BOOLEAN,
		  "the second argument of within() must be a span in quotes, such as \"30 days\"");
	check("within(score, '1 day')", EXPR_BOOLEAN,
		  "the first argument of within() needs a date, not a number");
	check(repeat("a", 64, ""), EXPR_NUMBER, "name too long at position 1");
	check(repeat("1", 64, ""), EXPR_NUMBER, "number too long at position 1");

	/* neither depth nor length can hurt */
	check(repeat("(", 99, repeat(")", 99, "")), EXPR_NUMBER,
		  "a value expected instead of \")\" at position 100");
	check(repeat("(", 5000, "1"), EXPR_NUMBER, "expression nested too deeply");
	check(repeat("not ", 2000, "true"), EXPR_BOOLEAN, "expression nested too deeply");
	check(repeat("-", 5000, "1"), EXPR_NUMBER, "expression nested too deeply");
	check(repeat("score + ", 1000, "1"), EXPR_NUMBER, "expression nested too deeply");
	check(repeat("abs(", 2000, "1"), EXPR_NUMBER, "expression nested too deeply");
	check(repeat("score = 1 or ", 600, "true"), EXPR_BOOLEAN, "true");
	check(repeat(" ", 9000, "1"), EXPR_NUMBER, "expression longer than 8192 bytes");

	/* ages, dates and spans */
	check("age(licensed)", EXPR_NULL, "0");
	check("age(missing_date)", EXPR_NULL, "null");
	check("age('2025-01-31')", EXPR_NULL, "\"2025-01-31\" is not a date such as \"2025-01-31\" or \"2025-01-31 12:00\"");
	check("age(score)", EXPR_NULL, "age() needs a date, not a number");
	check("now > opened", EXPR_NULL, "true");
	check("now >= plus(opened, '7 days')", EXPR_NULL, "true");
	check("now > plus(opened, '7 days')", EXPR_NULL, "false");
	check("plus(opened, '7 days') <= now", EXPR_NULL, "true");
	check("now >= plus(opened, if(minor_account, '90 days', '4 days'))", EXPR_NULL, "false");
	check("now >= plus(opened, if(score > 70, 'ever', if(score > 60, '1 day', '4 days')))", EXPR_NULL, "true");
	check("now >= plus(opened, if(true, '1 day', '90 days'))", EXPR_NULL, "true");
	check("now < plus(opened, 'ever')", EXPR_NULL, "true");
	check("is_null(plus(missing_date, '1 day'))", EXPR_NULL, "true");
	check("plus(plus(opened, '1 day'), '1 day') = plus(opened, '2 days')", EXPR_NULL, "true");
	check("plus(opened, 4)", EXPR_NULL, "the second argument of plus() must be a span in quotes, such as \"30 days\", or if() of such spans");
	check("plus(opened, city)", EXPR_NULL, "the second argument of plus() must be a span in quotes, such as \"30 days\", or if() of such spans");
	check("plus(opened, if(minor_account, '4 days', null))", EXPR_NULL, "the second argument of plus() must be a span in quotes, such as \"30 days\", or if() of such spans");
	check("plus(opened, '4 dais')", EXPR_NULL, "the second argument of plus() must be a span in quotes, such as \"30 days\", or if() of such spans");
	check("plus(score, '4 days')", EXPR_NULL, "the first argument of plus() needs a date, not a number");
	check("plus(now, '4 days')", EXPR_NULL, "\"now\" can only be compared with a date, as in \"now >= plus(joined, '4 days')\"");
	check("now", EXPR_NULL, "\"now\" can only be compared with a date, as in \"now >= plus(joined, '4 days')\"");
	check("max(now, opened) > opened", EXPR_NULL, "\"now\" can only be compared with a date, as in \"now >= plus(joined, '4 days')\"");
	check("now > 5", EXPR_NULL, "a date is compared with one in quotes, such as \"2025-01-31\", not with 5");

	/* kinds of days, with a calendar and without */
	check("is_null(holiday) and is_null(working_day)", EXPR_NULL, "true");
	env.calendar = &calendar;
	check("holiday", EXPR_NULL, "false");
	check("worked_weekend", EXPR_NULL, "false");
	check("working_day and not holiday", EXPR_NULL, "true");
	env.calendar = NULL;

	/* functions of a room above, and texts in their order */
	check("level('one')", EXPR_NULL, "'low'");
	check("level('one') < 'high' and level('one') > 'none' and 'high' >= level('one')", EXPR_NULL, "true");
	check("level('one') = level('two')", EXPR_NULL, "true");
	check("level('one') in ('none', 'high')", EXPR_NULL, "false");
	check("level('one', 'two')", EXPR_NULL, "level() cannot be asked so here");
	check("level(city)", EXPR_NULL, "level() takes texts in quotes");
	check("levels('one')", EXPR_NULL, "unknown function \"levels\"");

	/* visiting */
	check_visit("score <= 69 and 40 < score", "0:-1=69 0:-1=40 ");
	check_visit("score in (0, 12)", "0:-1=0 0:-1=12 ");
	check_visit("score <= lost + 1", "0:-1 4:-1 ");
	check_visit("within(licensed, '30 days')", "20:3+30 ");
	check_visit("within(max(licensed, missing_date), '30 days')", "20:-1+30 20:3 20:5 ");
	check_visit("within(plus(licensed, '1 day'), '30 days')", "20:-1+30 23:-1=0 20:3 ");
	check_visit("age(licensed) >= 14", "23:-1=0 20:3 ");
	check_visit("age(licensed) >= score", "23:-1 20:3 0:-1 ");

	/* intervals */
	expr = expr_parse("score > 40 and 69 >= score", EXPR_BOOLEAN, &names, &error);
	if (!expr_interval(expr, &interval) || interval.low != 40 ||
		!interval.low_open || interval.high != 69 || interval.high_open)
	{
		printf("wrong interval\n");
		failures++;
	}
	expr = expr_parse("score > 40 or score < 3", EXPR_BOOLEAN, &names, &error);
	if (expr_interval(expr, &interval))
	{
		printf("interval of a disjunction\n");
		failures++;
	}

	/* points */
	if (points_from_double(0.285) != 29 || points_from_double(-0.285) != -29 ||
		points_from_double(1e30) != POINTS_MAX ||
		points_from_double(-1e30) != -POINTS_MAX ||
		points_from_double(11.5) != 1150)
	{
		printf("wrong rounding of points\n");
		failures++;
	}

	/* spans */
	check_span("30 days", "0/30/0");
	check_span("1 day 12 hours", "0/1/43200");
	check_span("90 minutes", "0/0/5400");
	check_span("2 weeks", "0/14/0");
	check_span("3 years", "36/0/0");
	check_span("1 year 1 month 1 day", "13/1/0");
	check_span(" 7  days ", "0/7/0");
	check_span("7days", "0/7/0");
	check_span("0 days", "0/0/0");
	check_span("ever", "ever");
	check_span("everything", "refused");
	check_span("", "refused");
	check_span("30", "refused");
	check_span("-1 day", "refused");
	check_span("1.5 days", "refused");
	check_span("day", "refused");
	check_span("1 dayss", "refused");
	check_span("1 fortnight", "refused");
	check_span("99999999999999999999 days", "refused");
	check_span("300001 years", "refused");
	check_span("9999999999999 seconds", "refused");
	check_span("9223372036854 hours", "refused");

	if (failures == 0)
		printf("ok\n");
	return failures != 0;
}
