/*
 * compile_calendar.c
 *		Working days, and what ends on them.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_calendar.h"
#include "rulebook/policy_keys.h"
#include "rulebook/tables.h"
#include "rulebook/values.h"
#include "util.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#define MAX_DAYS 10000
#define DAYS_PER_WEEK 7

/* For qsort(): the engine looks a day up in the order of days. */
static int
day_cmp(const void *a, const void *b)
{
	const CalendarDay *x = a;
	const CalendarDay *y = b;

	return cmp_int64(x->day, y->day);
}

/* A local day, "2024-10-01", as a Julian date. */
static int32
doc_day(Compiler *c, const Doc *doc)
{
	TimestampTz at = doc_instant(doc, c->policy->zone);
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (strlen(doc_text(doc)) != strlen("2024-10-01") ||
		timestamp2tm(at, &tz, &tm, &fsec, NULL, c->policy->zone) != 0)
		doc_fail(doc, _("Example: \"2024-10-01\"."), NULL, "must be a day");
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
}

/* Adds the days of a list; one that is there already is an error. */
static void
add_days(Compiler *c, const Doc *list, bool working)
{
	WorkCalendar *calendar = &c->policy->calendar;

	doc_need_list(list);
	doc_check_size(list, MAX_DAYS);
	if (list->nchildren == 0)
		return;
	if (calendar->days == NULL)
		calendar->days = palloc0(sizeof(CalendarDay) * (list->nchildren + 1));
	else
		calendar->days = repalloc(calendar->days,
								  sizeof(CalendarDay) * (calendar->ndays + list->nchildren + 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		CalendarDay day = {doc_day(c, &list->children[i]), working};

		for (int j = 0; j < calendar->ndays; j++)
			if (calendar->days[j].day == day.day)
				doc_fail(&list->children[i], NULL, NULL, "the day is given twice");
		calendar->days[calendar->ndays++] = day;
	}
}

/*
 * The days of a named calendar are part of the compiled policy, so that the
 * engine need not ask; cache.c compiles it anew when they change.
 */
void
compile_calendar(Compiler *c)
{
	const Doc  *doc = doc_get(c->root, "calendar");
	WorkCalendar *calendar = &c->policy->calendar;
	const Doc  *part;

	if (doc == NULL)
		return;
	doc_need_object(doc);
	check_keys(doc, &calendar_object);
	calendar->given = true;
	part = doc_get(doc, "weekend");
	if (part == NULL)
		calendar->weekend = (1 << 0) | (1 << 6);
	else
	{
		doc_need_list(part);
		for (int i = 0; i < part->nchildren; i++)
			calendar->weekend |= 1 << word_of(&part->children[i], &calendar_object, "weekend");
		if (calendar->weekend == (1 << DAYS_PER_WEEK) - 1)
			doc_fail(part, NULL, NULL, "a week must have a working day");
	}

	part = doc_get(doc, "holidays");
	if (part != NULL && part->kind == DOC_LIST)
		add_days(c, part, false);
	else if (part != NULL)
	{
		calendar->name = pstrdup(doc_name(part));
		calendar->days = rulebook_holidays(calendar->name, &calendar->ndays);
		calendar->hash = holidays_hash(calendar->days, calendar->ndays);
	}
	part = doc_get(doc, "working");
	if (part != NULL && calendar->name != NULL)
		doc_fail(part, NULL, _("Write them into governance.holiday, with working = true."),
				 "goes with a list of holidays only");
	if (part != NULL)
		add_days(c, part, true);
	if (calendar->ndays > 1)
		qsort(calendar->days, calendar->ndays, sizeof(CalendarDay), day_cmp);

	part = doc_get(doc, "roll");
	if (part == NULL)
		calendar->roll_sanctions = calendar->roll_relief = calendar->roll_appeals = true;
	else
	{
		doc_need_list(part);
		for (int i = 0; i < part->nchildren; i++)
			switch (word_of(&part->children[i], &calendar_object, "roll"))
			{
				case 0:
					calendar->roll_sanctions = true;
					break;
				case 1:
					calendar->roll_relief = true;
					break;
				default:
					calendar->roll_appeals = true;
					break;
			}
	}
}

/* Nothing rolls where no day is said to be worked on. */
bool
compile_roll(Compiler *c, const Doc *object, bool otherwise)
{
	const Doc  *part = doc_get(object, "roll");

	if (part != NULL && !c->policy->calendar.given)
		doc_fail(part, NULL, _("Add \"calendar\" to the document."), "the document has no calendar");
	return doc_get_boolean(object, "roll", otherwise);
}
