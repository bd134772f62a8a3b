/*
 * expr_turn.c
 *		Turning points of expressions without a server: in a zone of a few changes
 *		of the clock, the values of random expressions are looked at on both sides of
 *		every instant that could matter, and never change but at a turning point.
 *
 * Links: src/engine/expr_eval.c src/engine/expr_analyze.c src/engine/expr_parse.c src/engine/expr_token.c src/engine/expr_type.c src/engine/expr_turn.c src/engine/calendar.c src/engine/workday.c src/engine/names.c src/engine/span.c
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "engine/workday.h"
#include "errors.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

static int	failures = 0;

/* ---------- what calendar.c takes from the server ---------- */

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

int
date2j(int year, int month, int day)
{
	int			julian;
	int			century;

	if (month > 2)
	{
		month += 1;
		year += 4800;
	}
	else
	{
		month += 13;
		year += 4799;
	}
	century = year / 100;
	julian = year * 365 - 32167;
	julian += year / 4 - century + century / 4;
	julian += 7834 * month / 256 + day;
	return julian;
}

void
j2date(int jd, int *year, int *month, int *day)
{
	unsigned int julian = jd + 32044;
	unsigned int quad = julian / 146097;
	unsigned int extra = (julian - quad * 146097) * 4 + 3;
	int			y;

	julian += 60 + quad * 3 + extra / 146097;
	quad = julian / 1461;
	julian -= quad * 1461;
	y = julian * 4 / 1461;
	julian = ((y != 0) ? ((julian + 305) % 365) : ((julian + 306) % 366)) + 123;
	y += quad * 4;
	*year = y - 4800;
	quad = julian * 2141 / 65536;
	*day = julian - 7834 * quad / 256;
	*month = (quad + 10) % MONTHS_PER_YEAR + 1;
}

int
j2day(int date)
{
	date += 1;
	date %= 7;
	return date < 0 ? date + 7 : date;
}

#define MIDNIGHT(year, month, day) \
	((TimestampTz) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

/*
 * UTC and some hours: one more from 10 March 2024 02:00 on, one less from 3 November
 * on, and two changes at midnight in 2025.
 */
static struct
{
	TimestampTz at;
	int64		offset;			/* from there on */
}			changes[] = {
	{0, -5 * USECS_PER_HOUR},
	{0, -4 * USECS_PER_HOUR},
	{0, -5 * USECS_PER_HOUR},
	{0, -4 * USECS_PER_HOUR},
	{0, -5 * USECS_PER_HOUR}
};

static void
set_zone(void)
{
	changes[0].at = DT_NOBEGIN;
	changes[1].at = MIDNIGHT(2024, 3, 10) + 7 * USECS_PER_HOUR;
	changes[2].at = MIDNIGHT(2024, 11, 3) + 6 * USECS_PER_HOUR;
	changes[3].at = MIDNIGHT(2025, 3, 9) + 5 * USECS_PER_HOUR;	/* 00:00 to 01:00 */
	changes[4].at = MIDNIGHT(2025, 11, 2) + 4 * USECS_PER_HOUR;	/* 00:00 to 23:00 */
}

/* The last change that is not after an instant. */
static int
stretch(TimestampTz at)
{
	int			i = lengthof(changes) - 1;

	while (changes[i].at > at)
		i--;
	return i;
}

int
timestamp2tm(Timestamp dt, int *tzp, struct pg_tm *tm, fsec_t *fsec, const char **tzn,
			 pg_tz *zone)
{
	int64		local = dt + changes[stretch(dt)].offset;
	int64		day = local / USECS_PER_DAY;
	int64		time = local % USECS_PER_DAY;

	if (time < 0)
	{
		time += USECS_PER_DAY;
		day--;
	}
	j2date(day + POSTGRES_EPOCH_JDATE, &tm->tm_year, &tm->tm_mon, &tm->tm_mday);
	tm->tm_hour = time / USECS_PER_HOUR;
	tm->tm_min = time / USECS_PER_MINUTE % 60;
	tm->tm_sec = time / USECS_PER_SEC % 60;
	*fsec = time % USECS_PER_SEC;
	*tzp = -(changes[stretch(dt)].offset / USECS_PER_SEC);
	return 0;
}

/* Local parts as if the zone were UTC. */
static int64
as_utc(const struct pg_tm *tm)
{
	return MIDNIGHT(tm->tm_year, tm->tm_mon, tm->tm_mday) + tm->tm_hour * USECS_PER_HOUR +
		tm->tm_min * USECS_PER_MINUTE + tm->tm_sec * USECS_PER_SEC;
}

/* As the server: before a gap, and after a local time that comes twice. */
int
DetermineTimeZoneOffset(struct pg_tm *tm, pg_tz *zone)
{
	int64		local = as_utc(tm);
	int64		offset = changes[0].offset;

	for (int i = 1; i < (int) lengthof(changes); i++)
	{
		bool		forward = changes[i].offset > changes[i - 1].offset;
		int64		by = forward ? changes[i - 1].offset : changes[i].offset;

		/* a gap: the old offset leads past the change, and what it means is there */
		if (local - by >= changes[i].at)
			offset = forward && local - changes[i].offset < changes[i].at ?
				changes[i - 1].offset : changes[i].offset;
	}
	return -(offset / USECS_PER_SEC);
}

int
tm2timestamp(struct pg_tm *tm, fsec_t fsec, int *tzp, Timestamp *result)
{
	*result = as_utc(tm) + fsec + *tzp * USECS_PER_SEC;
	return 0;
}

#define EPOCH_SHIFT (((int64) POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

int
pg_next_dst_boundary(const pg_time_t *timep, long int *before_gmtoff, int *before_isdst,
					 pg_time_t *boundary, long int *after_gmtoff, int *after_isdst,
					 const pg_tz *tz)
{
	int			i = stretch((*timep - EPOCH_SHIFT) * USECS_PER_SEC);

	*before_gmtoff = changes[i].offset / USECS_PER_SEC;
	if (i + 1 == (int) lengthof(changes))
		return 0;
	*boundary = changes[i + 1].at / USECS_PER_SEC + EPOCH_SHIFT;
	*after_gmtoff = changes[i + 1].offset / USECS_PER_SEC;
	return 1;
}

const char *
governance_textdomain(void)
{
	return "governance";
}

/* ---------- names and values ---------- */

/* Facts and names of a room above, some of which change at known instants. */
static const struct
{
	const char *name;
	ExprVar		var;
	int			index;
	ExprType	type;
}			known[] = {
	{"hour", VAR_HOUR, -1, EXPR_NUMBER},
	{"weekday", VAR_WEEKDAY, -1, EXPR_NUMBER},
	{"day", VAR_DAY, -1, EXPR_NUMBER},
	{"month", VAR_MONTH, -1, EXPR_NUMBER},
	{"now", VAR_NOW, -1, EXPR_DATE},
	{"opened", VAR_OPENED, -1, EXPR_DATE},
	{"holiday", VAR_HOLIDAY, -1, EXPR_BOOLEAN},
	{"worked_weekend", VAR_WORKED_WEEKEND, -1, EXPR_BOOLEAN},
	{"working_day", VAR_WORKING_DAY, -1, EXPR_BOOLEAN},
	{"born", VAR_ATTRIBUTE, 0, EXPR_DATE},
	{"leap", VAR_ATTRIBUTE, 1, EXPR_DATE},
	{"joined", VAR_ATTRIBUTE, 2, EXPR_DATE},
	{"unknown", VAR_ATTRIBUTE, 3, EXPR_DATE},
	{"years", VAR_FACET, 0, EXPR_NUMBER},
	{"x.number", VAR_EXTERNAL, 0, EXPR_NUMBER},
	{"x.flag", VAR_EXTERNAL, 1, EXPR_BOOLEAN},
	{"x.date", VAR_EXTERNAL, 2, EXPR_DATE},
};

#define STEPS 4

/* When the names of the room above change; their values follow from how often they did. */
static TimestampTz steps[3][STEPS];

static bool
resolve(void *arg, const char *name, ExprVar *var, int *index, ExprType *type)
{
	for (int i = 0; i < (int) lengthof(known); i++)
		if (strcmp(name, known[i].name) == 0)
		{
			*var = known[i].var;
			*index = known[i].index;
			*type = known[i].type;
			return true;
		}
	return false;
}

static bool
instant(void *arg, const char *text, TimestampTz *at)
{
	int			year,
				month,
				day;

	if (sscanf(text, "%d-%d-%d", &year, &month, &day) != 3)
		return false;
	*at = MIDNIGHT(year, month, day) + 5 * USECS_PER_HOUR;
	return true;
}

static const ExprNames names = {.resolve = resolve, .instant = instant};

/* How often one of them has changed up to an instant. */
static int
changed(int index, TimestampTz at)
{
	int			n = 0;

	while (n < STEPS && steps[index][n] <= at)
		n++;
	return n;
}

static ExprValue
value(void *arg, ExprVar var, int index)
{
	TimestampTz at = *(TimestampTz *) arg;
	ExprValue	v = {.type = EXPR_DATE};

	if (var == VAR_OPENED)
		v.date = MIDNIGHT(2024, 1, 31) + 15 * USECS_PER_HOUR;
	else if (var == VAR_ATTRIBUTE && index == 0)
		v.date = MIDNIGHT(2010, 3, 10) + 20 * USECS_PER_HOUR;
	else if (var == VAR_ATTRIBUTE && index == 1)
		v.date = MIDNIGHT(2008, 2, 29) + 7 * USECS_PER_HOUR;
	else if (var == VAR_ATTRIBUTE && index == 2)
		v.date = MIDNIGHT(2024, 5, 31) + 3 * USECS_PER_HOUR + 17;
	else if (var == VAR_ATTRIBUTE)
		v.isnull = true;
	else if (index == 0)
	{
		v.type = EXPR_NUMBER;
		v.number = 10 + changed(index, at);
	}
	else if (index == 1)
	{
		v.type = EXPR_BOOLEAN;
		v.isnull = changed(index, at) == 2;
		v.number = changed(index, at) % 2;
	}
	else
		v.date = MIDNIGHT(2024, 2, 29) + changed(index, at) * 61 * USECS_PER_DAY;
	return v;
}

static TimestampTz
next_turn(void *arg, ExprVar var, int index, TimestampTz after)
{
	int			n;

	if (var != VAR_EXTERNAL)
		return DT_NOEND;
	n = changed(index, after);
	return n < STEPS ? steps[index][n] : DT_NOEND;
}

static CalendarDay marked[16];
static WorkCalendar calendar = {.given = true, .weekend = 1 << 0 | 1 << 6, .days = marked};

/* A week off, a holiday by itself, and two days of the weekend that are worked on. */
static void
set_calendar(void)
{
	for (int i = 0; i < 8; i++)
		marked[calendar.ndays++] = (CalendarDay) {date2j(2024, 5, 1) + i, false};
	marked[calendar.ndays++] = (CalendarDay) {date2j(2024, 5, 11), true};
	marked[calendar.ndays++] = (CalendarDay) {date2j(2024, 7, 14), true};
	marked[calendar.ndays++] = (CalendarDay) {date2j(2024, 12, 25), false};
	marked[calendar.ndays++] = (CalendarDay) {date2j(2025, 3, 9), false};
}

/* ---------- random expressions ---------- */

static uint64 seed = 1;

/* A number from 0 up to n - 1. */
static int
any(int n)
{
	seed = seed * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
	return (int) ((seed >> 33) % n);
}

#define PICK(...) (((const char *const[]) {__VA_ARGS__}) \
				   [any(lengthof(((const char *const[]) {__VA_ARGS__})))])
#define OPERATOR PICK("=", "<>", "<", "<=", ">", ">=")

static const char *condition(int depth);

static const char *
span(int depth)
{
	const char *one = PICK("1 day", "3 days", "1 month", "11 months", "90 minutes", "2 weeks",
						   "1 month 1 day", "0 days", "ever", "14 years");

	if (depth > 0 && any(3) == 0)
		return psprintf("if(%s, %s, %s)", condition(depth - 1), span(depth - 1), span(depth - 1));
	return psprintf("'%s'", one);
}

static const char *
date(int depth)
{
	switch (depth > 0 ? any(8) : 0)
	{
		case 1:
			return psprintf("plus(%s, %s)", date(depth - 1), span(depth - 1));
		case 2:
			return psprintf("if(%s, %s, %s)", condition(depth - 1), date(depth - 1), date(depth - 1));
		case 3:
			return psprintf("%s(%s, %s)", PICK("max", "min"), date(depth - 1), date(depth - 1));
		case 4:
			return psprintf("coalesce(unknown, %s)", date(depth - 1));
		default:
			return PICK("born", "leap", "joined", "opened", "unknown", "x.date", "date('2024-03-10')",
						"date('2024-06-30')");
	}
}

static const char *
number(int depth)
{
	switch (depth > 0 ? any(8) : 0)
	{
		case 1:
			return psprintf("age(%s)", date(depth - 1));
		case 2:
			return psprintf("(%s %s %s)", number(depth - 1), PICK("+", "-", "*", "%"), number(depth - 1));
		case 3:
			return psprintf("if(%s, %s, %s)", condition(depth - 1), number(depth - 1), number(depth - 1));
		default:
			return PICK("hour", "weekday", "day", "month", "years", "x.number", "12", "3", "age(born)",
						"age(leap)", "15");
	}
}

static const char *
condition(int depth)
{
	switch (any(depth > 0 ? 20 : 11))
	{
		case 0:
			return psprintf("hour %s %d", OPERATOR, any(25));
		case 1:
			return psprintf("%d %s weekday", any(8), OPERATOR);
		case 2:
			return psprintf("%s in (%d, %d)", PICK("day", "month", "hour", "years", "age(leap)"), any(31), any(31));
		case 3:
			return psprintf("month %s %d", OPERATOR, any(13));
		case 4:
			return psprintf("day %s %d", OPERATOR, any(32));
		case 5:
			return PICK("holiday", "worked_weekend", "working_day", "x.flag");
		case 6:
		case 7:
			return psprintf("%s %s %d", PICK("age(born)", "age(leap)", "years", "age(joined)"), OPERATOR,
							any(4) == 0 ? any(3) : 13 + any(4));
		case 8:
			return psprintf("now %s %s", OPERATOR, date(depth));
		case 9:
			return psprintf("%s %s now", date(depth), OPERATOR);
		case 10:
			return psprintf("within(%s, '%s')", date(depth), PICK("30 days", "1 month", "14 years", "0 days"));
		case 11:
			return psprintf("during(%s, %s)", date(depth - 1), date(depth - 1));
		case 12:
		case 13:
			return psprintf("(%s and %s)", condition(depth - 1), condition(depth - 1));
		case 14:
		case 15:
			return psprintf("(%s or %s)", condition(depth - 1), condition(depth - 1));
		case 16:
			return psprintf("not %s", condition(depth - 1));
		case 17:
			return psprintf("if(%s, %s, %s)", condition(depth - 1), condition(depth - 1), condition(depth - 1));
		case 18:
			return psprintf("%s %s %s", number(depth - 1), OPERATOR, number(depth - 1));
		default:
			return psprintf("%s %s %s", date(depth - 1), OPERATOR, date(depth - 1));
	}
}

/* ---------- checks ---------- */

static PolicyFacet facets[1];

/* The environment at an instant. */
static ExprEnv *
env_at(TimestampTz at, bool day_after)
{
	static ExprEnv env;
	static TimestampTz instant_of;

	instant_of = at;
	env = (ExprEnv) {
		.arg = &instant_of, .at = at, .calendar = &calendar, .facets = facets, .age_day_after = day_after,
		.value = value, .next_turn = next_turn
	};
	return &env;
}

/* Do two values show a difference? */
static bool
same(const ExprValue *a, const ExprValue *b)
{
	if (a->isnull || b->isnull)
		return a->isnull == b->isnull;
	return a->type == EXPR_DATE ? a->date == b->date : a->number == b->number;
}

static const char *
instant_text(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (TIMESTAMP_NOT_FINITE(at))
		return at < 0 ? "-infinity" : "infinity";
	(void) timestamp2tm(at, &tz, &tm, &fsec, NULL, NULL);
	return psprintf("%04d-%02d-%02d %02d:%02d:%02d.%06d%+d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
					tm.tm_min, tm.tm_sec, (int) fsec, -tz / 3600);
}

/* Parses an expression that must be one. */
static Expr *
parse(const char *text)
{
	char	   *error;
	Expr	   *expr = expr_parse(text, EXPR_NULL, &names, &error);

	if (expr == NULL)
	{
		printf("%s\n  %s\n", text, error);
		failures++;
	}
	return expr;
}

/* Instants at which something may happen in any expression: on both sides of them it is looked. */
static int	nlooks;
static TimestampTz looks[70000];

static int
look_cmp(const void *a, const void *b)
{
	TimestampTz x = *(const TimestampTz *) a;
	TimestampTz y = *(const TimestampTz *) b;

	return x < y ? -1 : x > y;
}

static void
look_at(TimestampTz at)
{
	looks[nlooks++] = at - 1;
	looks[nlooks++] = at;
	looks[nlooks++] = at + 1;
}

static void
set_looks(TimestampTz from, TimestampTz to)
{
	static const char *const spans[] = {
		"1 day", "3 days", "1 month", "11 months", "90 minutes", "2 weeks", "1 month 1 day", "0 days", "30 days"
	};

	nlooks = 0;
	for (TimestampTz at = from; at < to; at += USECS_PER_HOUR / 2)
		look_at(at);
	for (int i = 1; i < (int) lengthof(changes); i++)
		look_at(changes[i].at);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < STEPS; j++)
			look_at(steps[i][j]);
	for (int i = 0; i < 3; i++)
		for (int years = 0; years < 20; years++)
			for (int j = 0; j < (int) lengthof(spans); j++)
			{
				TimestampTz at = from;
				ExprValue	v = value(&at, VAR_ATTRIBUTE, i);
				Span		s;

				(void) span_parse(spans[j], &s);
				look_at(calendar_birthday(v.date, years, false, NULL));
				at = span_add(v.date, &s, 1, NULL);
				look_at(at);
				look_at(span_add(at, &s, 1, NULL));
			}
	qsort(looks, nlooks, sizeof(TimestampTz), look_cmp);
}

/* Between two turning points a value stays. */
static void
check_constant(const char *text, TimestampTz from, TimestampTz to, bool day_after)
{
	Expr	   *expr = parse(text);
	TimestampTz since = from;
	TimestampTz turn;
	ExprValue	before;
	int			turns = 0;

	if (expr == NULL)
		return;
	before = expr_eval(expr, env_at(from, day_after));
	turn = expr_next_turn(expr, env_at(from, day_after), from);
	for (int i = 0; i < nlooks; i++)
	{
		ExprValue	v;

		if (looks[i] < from || looks[i] >= to)
			continue;
		while (turn <= looks[i])
		{
			if (turn <= since || ++turns > 20000)
			{
				printf("%s\n  the turning point after %s is %s\n", text, instant_text(since), instant_text(turn));
				failures++;
				return;
			}
			since = turn;
			before = expr_eval(expr, env_at(since, day_after));
			turn = expr_next_turn(expr, env_at(since, day_after), since);
		}
		v = expr_eval(expr, env_at(looks[i], day_after));
		if (!same(&before, &v))
		{
			printf("%s\n  changes up to %s, and from %s on the next turning point is %s\n", text,
				   instant_text(looks[i]), instant_text(since), instant_text(turn));
			failures++;
			return;
		}
	}
}

/* How many turning points there are from one instant to another. */
static void
check_count(const char *text, TimestampTz from, TimestampTz to, int most)
{
	Expr	   *expr = parse(text);
	int			turns = 0;

	if (expr == NULL)
		return;
	for (TimestampTz at = from; (at = expr_next_turn(expr, env_at(at, false), at)) < to;)
		turns++;
	if (turns > most)
	{
		printf("%s\n  has %d turning points, more than %d\n", text, turns, most);
		failures++;
	}
}

/* The turning point after an instant. */
static void
check_turn(const char *text, TimestampTz after, bool day_after, const char *expected)
{
	Expr	   *expr = parse(text);
	const char *got = expr == NULL ? "" :
		instant_text(expr_next_turn(expr, env_at(after, day_after), after));

	if (strcmp(got, expected) != 0)
	{
		printf("%s\n  turns at %s\n  expected %s\n", text, got, expected);
		failures++;
	}
}

/* An age is full at the birthday, and stays so for a year. */
static void
check_birthdays(void)
{
	TimestampTz leap = MIDNIGHT(2008, 2, 29) + 7 * USECS_PER_HOUR;

	for (int years = -2; years < 40; years++)
		for (int day_after = 0; day_after < 2; day_after++)
		{
			TimestampTz at = calendar_birthday(leap, years, day_after, NULL);
			int64		age = -100;
			int64		before = -100;

			if (!calendar_age(leap, at, day_after, NULL, &age) || age != years ||
				!calendar_age(leap, at - 1, day_after, NULL, &before) || before != years - 1)
			{
				printf("on birthday %d, %s, the age is %d, and %d before\n", years, instant_text(at),
					   (int) age, (int) before);
				failures++;
			}
		}
}

int
main(void)
{
	TimestampTz from = MIDNIGHT(2024, 2, 20) + 9 * USECS_PER_HOUR;
	TimestampTz to = MIDNIGHT(2025, 4, 1);

	set_zone();
	set_calendar();
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < STEPS; j++)
			steps[i][j] = MIDNIGHT(2024, 3, 1) + (j * 80 + i * 13) * USECS_PER_DAY + i * 7 * USECS_PER_HOUR + i;
	set_looks(from, to);
	facets[0].value = parse("age(born)");
	check_birthdays();

	/* one by one */
	check_turn("age(born) >= 14", from, false, "2024-03-10 00:00:00.000000-5");
	check_turn("age(born) >= 14", from, true, "2024-03-11 00:00:00.000000-4");
	check_turn("years >= 14", from, false, "2024-03-10 00:00:00.000000-5");
	check_turn("years >= 18", from, false, "2028-03-10 00:00:00.000000-5");
	check_turn("years >= 14", MIDNIGHT(2024, 3, 11), false, "infinity");
	check_turn("age(leap)", from, false, "2024-02-29 00:00:00.000000-5");
	check_turn("age(leap)", MIDNIGHT(2024, 3, 11), false, "2025-02-28 00:00:00.000000-5");
	check_turn("age(leap)", MIDNIGHT(2024, 3, 11), true, "2025-03-01 00:00:00.000000-5");
	check_turn("age(unknown) >= 14", from, false, "infinity");
	check_turn("now >= plus(opened, '1 month')", from, false, "2024-02-29 10:00:00.000000-5");
	check_turn("now > plus(opened, '1 month')", from, false, "2024-02-29 10:00:00.000001-5");
	check_turn("plus(opened, '1 month') < now", from, false, "2024-02-29 10:00:00.000001-5");
	check_turn("now >= plus(opened, 'ever')", from, false, "infinity");
	check_turn("now >= plus(opened, if(x.flag, '90 days', '1 month'))", from, false, "2024-02-29 10:00:00.000000-5");
	check_turn("hour >= 22", from, false, "2024-02-20 22:00:00.000000-5");
	check_turn("hour < 24", from, false, "infinity");
	check_turn("month = 6", from, false, "2024-03-10 03:00:00.000000-4");
	check_turn("month = 6", MIDNIGHT(2024, 3, 20), false, "2024-06-01 00:00:00.000000-4");
	check_turn("holiday", MIDNIGHT(2024, 3, 20), false, "2024-05-01 00:00:00.000000-4");
	check_turn("worked_weekend", MIDNIGHT(2024, 3, 20), false, "2024-05-11 00:00:00.000000-4");
	check_turn("working_day", MIDNIGHT(2024, 3, 20) + 5 * USECS_PER_HOUR, false, "2024-03-23 00:00:00.000000-4");
	check_turn("holiday", MIDNIGHT(2026, 1, 1), false, "infinity");
	check_turn("false and hour > 3", from, false, "infinity");

	/* not more often than need be */
	check_count("month = 6", MIDNIGHT(2026, 1, 1), MIDNIGHT(2036, 1, 1), 20);
	check_count("month", MIDNIGHT(2026, 1, 1), MIDNIGHT(2036, 1, 1), 120);
	check_count("hour >= 22 or hour < 6", MIDNIGHT(2026, 1, 1), MIDNIGHT(2027, 1, 1), 3 * 365);
	check_count("age(born) >= 18 and hour >= 22", MIDNIGHT(2026, 1, 1), MIDNIGHT(2028, 3, 1), 0);
	check_count("day = 31", MIDNIGHT(2026, 1, 1), MIDNIGHT(2027, 1, 1), 14);

	/* all at once */
	for (int i = 0; i < 200; i++)
	{
		const char *text = i % 2 ? condition(3) : number(3);

		check_constant(text, from, to, i % 4 < 2);
	}

	if (failures == 0)
		printf("ok\n");
	return failures != 0;
}
