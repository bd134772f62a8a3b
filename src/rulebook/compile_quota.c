/*
 * compile_quota.c
 *		"at_most" of a relief: so often, or so many points, in a period.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "errors.h"
#include "rulebook/compile_quota.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/words.h"

#define QUOTA_DETAIL \
	_("Examples: \"1 per 30 days\", \"6 points per cycle\", \"2 per month\", \"1 per ever\".")

/* "1 per 30 days", "6 points per cycle". */
void
compile_quota(Compiler *c, const Doc *doc, Quota *quota)
{
	const char *text = doc->kind == DOC_TEXT ? doc->text : "";
	const char *per = strstr(text, " per ");
	const char *s = text;
	int64		amount = 0;
	int			decimals = -1;
	char		unit[16];
	int			len = 0;

	if (per == NULL)
		doc_fail(doc, QUOTA_DETAIL, doc->kind == DOC_NUMBER ?
				 _("Say of what, and per what: \"10 points per year\", or \"10 per year\" for the number of times.") : NULL,
				 "must be an amount per period");

	/* the amount, in hundredths */
	while (*s == ' ')
		s++;
	for (; (*s >= '0' && *s <= '9') || (*s == '.' && decimals < 0); s++)
	{
		if (*s == '.')
		{
			decimals = 0;
			continue;
		}
		if (decimals >= 2)
			doc_fail(doc, QUOTA_DETAIL, NULL, "points have at most two decimals");
		amount = amount * 10 + (*s - '0');
		if (decimals >= 0)
			decimals++;
		if (amount > POINTS_MAX)
			doc_fail(doc, NULL, NULL, "amount out of range");
		len++;
	}
	for (int i = Max(decimals, 0); i < 2; i++)
		amount *= 10;
	if (len == 0 || amount > POINTS_MAX)
		doc_fail(doc, QUOTA_DETAIL, NULL,
				 len == 0 ? gettext_noop("must begin with a number") : gettext_noop("amount out of range"));
	if (amount == 0)
		doc_fail(doc, NULL, NULL, "the amount must be more than 0");

	/* what is counted */
	while (*s == ' ' && s < per)
		s++;
	len = 0;
	while (s < per && *s != ' ' && len < (int) sizeof(unit) - 1)
		unit[len++] = *s++;
	unit[len] = '\0';
	while (*s == ' ' && s < per)
		s++;
	quota->in_times = len == 0 || strcmp(unit, "time") == 0 ||
		strcmp(unit, "times") == 0;
	if (s != per || (!quota->in_times && strcmp(unit, "point") != 0 &&
					 strcmp(unit, "points") != 0))
		doc_fail(doc, QUOTA_DETAIL, NULL, "must be an amount per period");
	if (quota->in_times && amount % 100 != 0)
		doc_fail(doc, QUOTA_DETAIL, NULL, "a number of times is whole");
	quota->amount = (Points) amount;

	/* the period */
	s = per + strlen(" per ");
	while (*s == ' ')
		s++;
	if (strcmp(s, "cycle") == 0)
	{
		if (!c->policy->cycle.given)
			doc_fail(doc, NULL, _("Add \"cycle\" to the document."),
					 "the document has no cycle");
		quota->in_cycle = true;
	}
	else if (calendar_unit(s, &quota->unit))
		return;
	else if (!span_parse(s, &quota->window))
		doc_fail(doc, _("A period is a span, \"day\", \"week\", \"month\", \"quarter\", \"year\", \"cycle\" or \"ever\"."),
				 closest_hint(s, calendar_units, NUM_CALENDAR_UNITS),
				 "unknown period \"%s\"", s);
	else if (span_is_zero(&quota->window))
		doc_fail(doc, NULL, NULL, "the period must have a length");
	else if (quota->window.forever)
		memset(&quota->window, 0, sizeof(Span));
	else
		quota->has_window = true;
}
