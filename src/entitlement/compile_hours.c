/*
 * compile_hours.c
 *		Hours of the day, and the days on which they are open.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/values.h"
#include "utils/timestamp.h"

/* Two digits, as a number; -1: they are none. */
static int
two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* "22:00", to be followed by `end`, in microseconds after midnight; -1: it is none. */
static int64
time_of_day_parse(const char *s, char end, bool may_be_24)
{
	int			hour = two_digits(s);
	int			minute = hour < 0 || s[2] != ':' ? -1 : two_digits(s + 3);

	if (minute < 0 || minute > 59 || s[5] != end || hour > 24 ||
		(hour == 24 && (minute != 0 || !may_be_24)))
		return -1;
	return hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE;
}

/* Hours that end before they begin end on the next day; those of no length are none. */
bool
hour_span_parse(const char *text, HourSpan *span)
{
	if (strlen(text) != strlen("22:00-06:00"))
		return false;
	span->from = time_of_day_parse(text, '-', false);
	span->to = time_of_day_parse(text + 6, '\0', true);
	if (span->from < 0 || span->to < 0)
		return false;
	if (span->to == span->from)
		return false;
	if (span->to < span->from)
		span->to += USECS_PER_DAY;
	return true;
}

/* Raises an error with an example where it is none. */
int64
compile_time_of_day(const Doc *doc)
{
	int64		result = strlen(doc_text(doc)) == 5 ? time_of_day_parse(doc->text, '\0', false) : -1;

	if (result < 0)
		doc_fail(doc, _("Example: \"03:00\"."), NULL, "must be a time of day");
	return result;
}

/* "9:00-17", "08:00-08:00": how it is written, or null. */
static const char *
hour_hint(const char *text)
{
	int			from[2] = {0, 0};
	int			to[2] = {0, 0};

	if (sscanf(text, " %2d : %2d - %2d : %2d", &from[0], &from[1], &to[0], &to[1]) != 4 &&
		(from[1] = to[1] = 0, sscanf(text, " %2d - %2d", &from[0], &to[0]) != 2))
		return NULL;
	if (from[0] < 0 || from[0] > 23 || from[1] < 0 || from[1] > 59 || to[0] < 0 || to[0] > 24 || to[1] < 0 ||
		to[1] > 59 || (to[0] == 24 && to[1] > 0))
		return NULL;
	if (from[0] == to[0] && from[1] == to[1])
		return _("The whole day is \"00:00-24:00\".");
	return psprintf(_("Write \"%02d:%02d-%02d:%02d\"."), from[0], from[1], to[0], to[1]);
}

/* The same for hours. */
static void
compile_hour_span(const Doc *doc, HourSpan *span)
{
	if (doc->kind != DOC_TEXT || !hour_span_parse(doc->text, span))
		doc_fail(doc, _("Examples: \"06:00-22:00\", \"22:00-06:00\", \"20:00-24:00\"."),
				 doc->kind == DOC_TEXT ? hour_hint(doc->text) : NULL, "must be hours of the day");
}

/* Kinds of days as bits, in the order of the words. */
static int
compile_days(EntitlementCompiler *e, const Doc *object, const char *key)
{
	const Doc  *list = doc_get(object, key);
	int			days = 0;

	if (list == NULL)
		return 0;
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	for (int i = 0; i < list->nchildren; i++)
	{
		int			day = 1 << word_of(&list->children[i], &hour_object, key);

		if (day > ON_DAYS && !e->c.policy->calendar.given)
			doc_fail(&list->children[i], NULL, _("Add \"calendar\" to the document."),
					 "the document has no calendar");
		days |= day;
	}
	return days;
}

/* One item of a list of hours. */
static void
compile_hour_rule(EntitlementCompiler *e, const Doc *doc, HourRule *rule)
{
	const Doc  *at;

	rule->on = ON_EVERY_DAY;
	if (doc->kind != DOC_OBJECT)
	{
		rule->nspans = 1;
		rule->spans = palloc(sizeof(HourSpan));
		compile_hour_span(doc, rule->spans);
		return;
	}
	check_keys(doc, &hour_object);
	if (doc_get(doc, "on") != NULL)
		rule->on = compile_days(e, doc, "on");
	rule->except = compile_days(e, doc, "except");
	at = doc_required(doc, "at");
	if (at->kind == DOC_LIST)
	{
		if (at->nchildren == 0)
			doc_fail(at, NULL, NULL, "must not be empty");
		rule->nspans = at->nchildren;
		rule->spans = palloc(sizeof(HourSpan) * at->nchildren);
		for (int i = 0; i < at->nchildren; i++)
			compile_hour_span(&at->children[i], &rule->spans[i]);
	}
	else
	{
		rule->nspans = 1;
		rule->spans = palloc(sizeof(HourSpan));
		compile_hour_span(at, rule->spans);
	}
	rule->when = compile_condition(&e->c, doc, "when", EXPR_MAY_EXTERNAL);
}

/* A list of hours, which is one case. */
static void
compile_hour_list(EntitlementCompiler *e, const Doc *list, HourCase *one)
{
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	doc_check_size(list, 64);
	one->nrules = list->nchildren;
	one->rules = palloc0(sizeof(HourRule) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
		compile_hour_rule(e, &list->children[i], &one->rules[i]);
}

/* Hours, or a list of cases of hours, which is told by its first item. */
void
compile_hours(EntitlementCompiler *e, const Doc *doc, Hours *hours)
{
	hours->given = true;
	doc_need_list(doc);
	if (doc->nchildren == 0 || doc->children[0].kind != DOC_OBJECT ||
		doc_get(&doc->children[0], "use") == NULL)
	{
		hours->ncases = 1;
		hours->cases = palloc0(sizeof(HourCase));
		compile_hour_list(e, doc, hours->cases);
		return;
	}
	doc_check_size(doc, 64);
	hours->ncases = doc->nchildren;
	hours->cases = palloc0(sizeof(HourCase) * doc->nchildren);
	for (int i = 0; i < doc->nchildren; i++)
	{
		const Doc  *item = &doc->children[i];

		check_keys(item, &hour_case_object);
		compile_hour_list(e, doc_required(item, "use"), &hours->cases[i]);
		hours->cases[i].when = compile_condition(&e->c, item, "when", EXPR_MAY_EXTERNAL);
		if (hours->cases[i].when == NULL && i < doc->nchildren - 1)
			doc_fail(item, NULL, _("Put the case without \"when\" last."),
					 "no case after this one can ever be used");
	}
}
