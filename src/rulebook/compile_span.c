/*
 * compile_span.c
 *		Spans of time in a document: fixed ones, formulas, cases, and ranges in
 *		which somebody chooses.
 */
#include "postgres.h"

#include <math.h>

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_span.h"
#include "rulebook/policy_keys.h"

/* A span of no length at all; "ever" has one. */
bool
span_is_zero(const Span *span)
{
	return !span->forever && span->months == 0 && span->days == 0 &&
		span->usecs == 0;
}

/* In microseconds, with months of 31 days; "ever" is infinite. */
double
span_estimate(const Span *span)
{
	if (span->forever)
		return HUGE_VAL;
	return (span->months * 31.0 + span->days) * USECS_PER_DAY + span->usecs;
}

/*
 * "2.5 years" is "30 months": a hint at the same in whole smaller units, or
 * null.
 */
static const char *
whole_units(const char *text)
{
	static const struct
	{
		const char *unit;
		const char *smaller;
		int			times;
	}			units[] = {
		{"year", "months", 12}, {"week", "days", 7}, {"day", "hours", 24},
		{"hour", "minutes", 60}, {"minute", "seconds", 60}
	};
	double		n;
	char		unit[16];
	int			read = 0;

	if (sscanf(text, " %lf %15s %n", &n, unit, &read) != 2 || text[read] != '\0' ||
		!(n > 0 && n < 100000))
		return NULL;
	for (int i = 0; i < (int) lengthof(units); i++)
	{
		int			len = strlen(units[i].unit);
		double		whole = n * units[i].times;

		if (strncmp(unit, units[i].unit, len) != 0 ||
			(unit[len] != '\0' && strcmp(unit + len, "s") != 0))
			continue;
		if (fabs(whole - rint(whole)) < 1e-6 && rint(whole) > 0)
			return psprintf(_("Write \"%.0f %s\"."), rint(whole), units[i].smaller);
		return _("The numbers in a span are whole: write it in a smaller unit.");
	}
	return NULL;
}

/* "7d", "P7D", "36h": a hint at how "7 days" is written here, or null. */
static const char *
short_units(const char *text)
{
	static const struct
	{
		char		letter;
		const char *unit;
	}			units[] = {
		{'y', "years"}, {'w', "weeks"}, {'d', "days"}, {'h', "hours"}, {'s', "seconds"}
	};
	int			n;
	char		letter;
	int			read = 0;

	if (pg_tolower(text[0]) == 'p')
		text++;
	if (pg_tolower(text[0]) == 't')
		text++;
	if (sscanf(text, "%5d%c%n", &n, &letter, &read) != 2 || text[read] != '\0' || n < 1)
		return NULL;
	for (int i = 0; i < (int) lengthof(units); i++)
		if (pg_tolower(letter) == units[i].letter)
			return psprintf(_("Write \"%.0f %s\"."), (double) n, units[i].unit);
	return NULL;
}

/* What might have been meant, or null. */
static const char *
span_hint(const Doc *doc)
{
	if (doc->kind == DOC_NUMBER)
		return _("Say of what: \"7 days\".");
	return doc->kind == DOC_TEXT ? span_text_hint(doc->text) : NULL;
}

/* See compile_span.h. */
const char *
span_text_hint(const char *text)
{
	static const char *const bare[][2] = {
		{"day", "1 day"}, {"week", "1 week"}, {"month", "1 month"}, {"quarter", "3 months"},
		{"year", "1 year"}
	};
	static const char *const for_ever[] = {
		"forever", "for ever", "permanent", "permanently", "indefinite", "indefinitely", "infinity", "never"
	};
	int			n;
	char		unit[16];

	if (text[0] != '\0' && strspn(text, "0123456789.") == strlen(text))
		return _("Say of what: \"7 days\".");
	for (int i = 0; i < (int) lengthof(for_ever); i++)
		if (pg_strcasecmp(text, for_ever[i]) == 0)
			return _("Write \"ever\".");
	for (int i = 0; i < (int) lengthof(bare); i++)
		if (strcmp(text, bare[i][0]) == 0)
			return psprintf(_("Write \"%s\"."), bare[i][1]);
	if (sscanf(text, "%d %15s", &n, unit) == 2 &&
		(pg_strncasecmp(unit, "match", 5) == 0 || pg_strncasecmp(unit, "game", 4) == 0 ||
		 pg_strncasecmp(unit, "event", 5) == 0))
		return _("A number of events is written {\"count\": 2, \"of\": \"match\"}, with the kind of activity that counts.");
	return strchr(text, '.') != NULL ? whole_units(text) : short_units(text);
}

#define SPAN_DETAIL \
	_("Examples: \"30 days\", \"12 months\", \"1 day 12 hours\", \"ever\".")

/* Raises an error with what may have been meant where it is none. */
Span
compile_span(const Doc *doc)
{
	Span		span;

	if (doc->kind != DOC_TEXT || !span_parse(doc->text, &span))
		doc_fail(doc, SPAN_DETAIL, span_hint(doc), "must be a span of time");
	return span;
}

/* One unit of time, a number of times: {"days": "7 * strikes"}. */
static void
compile_formula(Compiler *c, const Doc *doc, int may, SpanCase *sc)
{
	const Doc  *value;
	double		constant;

	check_keys(doc, &formula_object);
	if (doc->nchildren != 1)
		doc_fail(doc, _("Example: {\"days\": \"7 * strikes\"}."), NULL,
				 "a formula for a span has exactly one unit");
	value = &doc->children[0];
	if (!span_unit(value->key, strlen(value->key), &sc->span))
		elog(ERROR, "unknown unit \"%s\"", value->key);
	if (value->kind == DOC_LIST && value->nchildren > 0 && value->children[0].kind == DOC_NUMBER)
		doc_fail(value, NULL, may & SPAN_MAY_RANGE ?
				 _("A length that is chosen inside of a range is written {\"range\": [\"1 month\", \"6 months\"]}.") : NULL,
				 "must be one number, or an expression");
	sc->times = compile_expr(c, value, EXPR_NUMBER, may);
	if (expr_is_constant(sc->times, &constant) && constant < 0)
		doc_fail(value, NULL, NULL, "a span must not be negative");
}

static void compile_span_case(Compiler *c, const Doc *doc, int may, bool may_be_ever,
							  SpanCase *sc);

/*
 * {"range": ["1 month", "6 months"], "usual": "2 months"}: the length that is
 * taken when nobody chooses one is the usual one, or else the shortest.
 */
static void
compile_range(Compiler *c, const Doc *doc, int may, SpanCase *sc)
{
	const Doc  *range;
	const Doc  *usual;

	check_keys(doc, &length_range_object);
	range = doc_required(doc, "range");
	usual = doc_get(doc, "usual");
	if (range->kind != DOC_LIST || range->nchildren != 2)
		doc_fail(range, NULL, _("Example: {\"range\": [\"1 month\", \"6 months\"], \"usual\": \"2 months\"}."),
				 "a range has two spans, the shortest and the longest");
	sc->is_range = true;
	sc->min = compile_span(&range->children[0]);
	sc->max = compile_span(&range->children[1]);
	for (int i = 0; i < 2; i++)
	{
		const Span *end = i == 0 ? &sc->min : &sc->max;

		if (end->forever)
			doc_fail(&range->children[i], NULL,
					 _("What lasts for ever is a rung of its own, which a rule opens (\"direct\")."),
					 "a range cannot have \"ever\"");
		if (span_is_zero(end))
			doc_fail(&range->children[i], NULL, NULL, "the span must have a length");
	}
	if (span_estimate(&sc->min) >= span_estimate(&sc->max))
		doc_fail(range, NULL, NULL, "the range begins at %s and ends at %s",
				 range->children[0].text, range->children[1].text);
	sc->span = sc->min;
	if (usual == NULL)
		return;
	if (usual->kind == DOC_LIST)
		doc_fail(usual, NULL, _("Put the cases outside: [{\"when\": condition, \"use\": {\"range\": ...}}, ...]."),
				 "cases cannot be nested");
	if (usual->kind == DOC_OBJECT && doc_get(usual, "range"))
		doc_fail(usual, NULL, NULL, "must be one span");
	compile_span_case(c, usual, may & ~SPAN_MAY_RANGE, false, sc);
	if (sc->times == NULL && (span_estimate(&sc->span) < span_estimate(&sc->min) ||
							  span_estimate(&sc->span) > span_estimate(&sc->max)))
		doc_fail(usual, NULL, NULL, "%s is not in the range from %s to %s",
				 usual->text, range->children[0].text, range->children[1].text);
}

/* One case: a fixed span, a formula or, where that may stand, a range. */
static void
compile_span_case(Compiler *c, const Doc *doc, int may, bool may_be_ever,
				  SpanCase *sc)
{
	if (doc->kind == DOC_OBJECT && (may & SPAN_MAY_RANGE) &&
		(doc_get(doc, "range") || doc_get(doc, "usual")))
	{
		compile_range(c, doc, may, sc);
		return;
	}
	if (doc->kind == DOC_OBJECT)
	{
		compile_formula(c, doc, may, sc);
		return;
	}
	if (doc->kind != DOC_TEXT || !span_parse(doc->text, &sc->span))
		doc_fail(doc, _("Examples: \"30 days\", \"12 months\", \"1 day 12 hours\", \"ever\". A formula is written {\"days\": \"7 * strikes\"}."),
				 span_hint(doc), "must be a span of time, a formula or a list of cases");
	if (sc->span.forever && !may_be_ever)
		doc_fail(doc, NULL, NULL, "\"ever\" makes no sense here");
}

/* Anything but a list is a single case that always holds. */
void
compile_span_param(Compiler *c, const Doc *doc, int may, bool may_be_ever,
				   SpanParam *param)
{

	if (doc->kind != DOC_LIST)
	{
		param->ncases = 1;
		param->cases = palloc0(sizeof(SpanCase));
		compile_span_case(c, doc, may, may_be_ever, &param->cases[0]);
		return;
	}

	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "a list of cases must not be empty");
	doc_check_size(doc, 64);
	param->ncases = doc->nchildren;
	param->cases = palloc0(sizeof(SpanCase) * doc->nchildren);
	for (int i = 0; i < doc->nchildren; i++)
	{
		const Doc  *item = &doc->children[i];
		SpanCase   *sc = &param->cases[i];

		check_keys(item, &case_object);
		compile_span_case(c, doc_required(item, "use"), may, true, sc);
		sc->when = compile_condition(c, item, "when", may);
		if (sc->when == NULL && i < doc->nchildren - 1)
			doc_fail(item, NULL, _("Put the case without \"when\" last."),
					 "no case after this one can ever be used");
	}
}
