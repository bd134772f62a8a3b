/*
 * compile_limit.c
 *		Limits: an amount and a frame, as a text or an object.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "utils/timestamp.h"

/* ---------- whose counter ---------- */

/* One word of "of", or {"link": kind}. */
static int
compile_one_of(EntitlementCompiler *e, const Doc *doc, char **link, int *context)
{
	static const char *const words[] = {"account", "subject", "counterpart", "pair"};
	static const int bits[] = {OF_ACCOUNT, OF_SUBJECT, OF_COUNTERPART, OF_ACCOUNT | OF_COUNTERPART};

	if (doc->kind == DOC_OBJECT)
	{
		check_keys(doc, &link_object_of);
		if (*link != NULL)
			doc_fail(doc, NULL, NULL, "only one kind of link can be given");
		*link = pstrdup(doc_name(doc_required(doc, "link")));
		return OF_LINK;
	}
	if (doc->kind == DOC_TEXT && strncmp(doc->text, "context.", 8) == 0)
	{
		if (*context >= 0)
			doc_fail(doc, NULL, NULL, "only one name of the context can be given");
		*context = compile_context_name(e, doc);
		return OF_CONTEXT;
	}
	for (int i = 0; i < (int) lengthof(words); i++)
		if (doc->kind == DOC_TEXT && strcmp(doc->text, words[i]) == 0)
			return bits[i];
	doc_fail(doc, _("Allowed here: \"account\", \"subject\", \"counterpart\", \"pair\", {\"link\": kind}, a name of the context, or a list of these."),
			 doc->kind == DOC_TEXT ? closest_hint(doc->text, words, lengthof(words)) : NULL, "must say whose counter it is");
	return 0;					/* keep compiler quiet */
}

/* The default is the account. */
int
compile_whose(EntitlementCompiler *e, const Doc *object, char **link, int *context)
{
	const Doc  *doc = doc_get(object, "of");
	int			of = 0;

	*link = NULL;
	*context = -1;
	if (doc == NULL)
		return OF_ACCOUNT;
	if (doc->kind != DOC_LIST)
		return compile_one_of(e, doc, link, context);
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	for (int i = 0; i < doc->nchildren; i++)
		of |= compile_one_of(e, &doc->children[i], link, context);
	return of;
}

/* ---------- frames ---------- */

/* The unit of the calendar that a span is one of; null: it is none. */
static const char *
unit_of_span(const Span *span)
{
	static const struct
	{
		int			months;
		int			days;
		const char *unit;
	}			units[] = {
		{0, 1, "day"}, {0, 7, "week"}, {1, 0, "month"}, {3, 0, "quarter"}, {12, 0, "year"}
	};

	for (int i = 0; i < (int) lengthof(units); i++)
		if (span->usecs == 0 && span->months == units[i].months && span->days == units[i].days)
			return units[i].unit;
	return NULL;
}

/*
 * A unit of the calendar, or equal parts of a day: "minute", "hour", "30 minutes".
 * What does not divide a day has no fixed start.
 */
bool
window_parse(const char *text, WindowKind *kind, CalendarUnit *unit, int64 *slice)
{
	Span		span;
	const char *word = text;

	*slice = 0;
	if (calendar_unit(text, unit))
	{
		*kind = WINDOW_UNIT;
		return true;
	}
	if (strcmp(text, "minute") == 0 || strcmp(text, "hour") == 0)
		word = psprintf("1 %s", text);
	if (!span_parse(word, &span) || span.forever || span.months != 0 || span.days != 0 ||
		span.usecs <= 0 || USECS_PER_DAY % span.usecs != 0)
		return false;
	*kind = WINDOW_SLICE;
	*slice = span.usecs;
	return true;
}

/*
 * Why a text is no window, and what is: the limit in a line, or the value of "per",
 * is quoted as it stands.
 */
static void
fail_window(const Doc *doc, const char *text)
{
	static const char *const words[] = {
		"use", "session", "minute", "hour", "day", "week", "month", "quarter", "year", "cycle"
	};
	const char *hint = closest_hint(text, words, lengthof(words));
	Span		span;

	if (span_parse(text, &span) && !span.forever && !span_is_zero(&span))
	{
		const char *unit = unit_of_span(&span);
		const char *line = limit_words(doc->text);
		int			digits = strspn(line, "0123456789.");

		if (unit != NULL)
			hint = psprintf(_("Write \"per %s\"."), unit);
		else if (text != doc->text)
			hint = psprintf(_("For a window that moves with the instant write \"%.*s within %s\"; for one from the first use {\"every\": \"%s\", \"from\": \"first_use\"}."),
							digits, line, text, text);
		else
			hint = psprintf(_("For a window that moves with the instant write \"within\": \"%s\"; for one from the first use \"per\": {\"every\": \"%s\", \"from\": \"first_use\"}."),
							text, text);
		doc_fail(doc, NULL, hint, "\"%s\" has no fixed start", doc->text);
	}
	doc_fail(doc, _("Allowed here: \"use\", \"session\", \"minute\", \"hour\", \"day\", \"week\", \"month\", \"quarter\", \"year\", \"cycle\", and lengths that divide a day, as \"30 minutes\"."),
			 hint, "\"%s\" is no window", text);
}

/* "per": a word, a window, a session, or a window from an anchor. */
static void
compile_per(EntitlementCompiler *e, const Doc *doc, const char *text, UsageLimit *limit)
{
	const Doc  *from;

	limit->frame = FRAME_WINDOW;
	if (text != NULL)
	{
		if (strcmp(text, "use") == 0)
			limit->frame = FRAME_USE;
		else if (strcmp(text, "session") == 0)
			limit->frame = FRAME_SESSION;
		else if (strcmp(text, "cycle") == 0)
		{
			if (!e->c.policy->cycle.given)
				doc_fail(doc, NULL, _("Add \"cycle\" to the document."), "the document has no cycle");
			limit->window = e->c.policy->cycle.unit != UNIT_NONE ? WINDOW_UNIT : WINDOW_CYCLE;
			limit->unit = e->c.policy->cycle.unit;
			limit->cycle = e->c.policy->cycle;
		}
		else if (!window_parse(text, &limit->window, &limit->unit, &limit->slice))
			fail_window(doc, text);
		return;
	}
	if (doc->kind == DOC_OBJECT && doc_get(doc, "session") != NULL)
	{
		check_keys(doc, &per_session_object);
		limit->frame = FRAME_SESSION;
		limit->session = compile_place_name(e, doc_get(doc, "session"));
		return;
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, _("Examples: \"day\", \"30 minutes\", {\"every\": \"5 hours\", \"from\": \"first_use\"}."), NULL,
				 "must be a window");
	check_keys(doc, &every_object);
	from = doc_required(doc, "from");
	if (from->kind == DOC_TEXT && strcmp(from->text, "first_use") == 0)
	{
		limit->frame = FRAME_FIRST_USE;
		limit->length = compile_span(doc_required(doc, "every"));
		if (span_is_zero(&limit->length) || limit->length.forever)
			doc_fail(doc_get(doc, "every"), NULL, NULL, "a window must have a length");
		limit->has_length = true;
		return;
	}
	limit->window = WINDOW_CYCLE;
	compile_cycle(&e->c, doc, true, &limit->cycle);
}

/* "within": a window that moves. */
static void
compile_within(EntitlementCompiler *e, const Doc *doc, const char *text, UsageLimit *limit)
{
	if (text != NULL ? !span_parse(text, &limit->length) : (limit->length = compile_span(doc), false))
		doc_fail(doc, _("Example: \"2000 within 24 hours\"."), span_text_hint(text), "\"%s\" is no span of time", text);
	if (span_is_zero(&limit->length) || limit->length.forever)
		doc_fail(doc, NULL, NULL, "a window must have a length");
	limit->has_length = true;
	limit->frame = FRAME_WITHIN;
}

/* "1 per 2 seconds" of a bucket. */
static void
compile_refill(const Doc *doc, const Capability *place, UsageLimit *limit)
{
	const char *text = doc_text(doc);
	char	   *end;
	double		amount = strtod(text, &end);
	char		per[4];
	int			read = 0;

	if (end == text || sscanf(end, " %3s %n", per, &read) != 1 || strcmp(per, "per") != 0 ||
		!(amount > 0 && amount < 1e12) || !span_parse(end + read, &limit->refill_span) ||
		limit->refill_span.forever || span_is_zero(&limit->refill_span) ||
		limit->refill_span.months != 0)
		doc_fail(doc, _("Example: \"1 per 2 seconds\"."), NULL, "must be so much per span");
	limit->frame = FRAME_REFILL;
	limit->refill_amount = entitlement_amount(place, amount);
}

/* ---------- the whole limit ---------- */

/* What limits have before anything is said. */
static void
begin_limit(const EntitlementCompiler *e, const Capability *place, UsageLimit *limit)
{
	limit->of = OF_ACCOUNT;
	limit->of_context = -1;
	limit->rest = -1;
	limit->conventions = place->conventions;
}

/*
 * "40 per day", "2000 within 24 hours", "2 during 20:00-22:00", "8 since pause",
 * "7500 held".
 */
static void
compile_limit_text(EntitlementCompiler *e, const Doc *doc, const Capability *place, UsageLimit *limit)
{
	const char *text = limit_words(doc_text(doc));
	int			digits = strspn(text, "0123456789.");
	char	   *end = NULL;
	double		amount = digits > 0 ? strtod(text, &end) : 0;
	char		word[8];
	int			read = 0;
	const char *rest;

	if (digits == 0 || end != text + digits || amount >= 1e15 ||
		sscanf(end, " %7s%n", word, &read) != 1)
		doc_fail(doc, _("Examples: \"40 per day\", \"2000 within 24 hours\", \"2 during 20:00-22:00\", \"8 since pause\", \"7500 held\"."),
				 NULL, "must be a limit");
	limit->amount = expr_constant_number(amount);
	rest = end + read;
	while (*rest == ' ')
		rest++;
	if (strcmp(word, "per") == 0)
		compile_per(e, doc, rest, limit);
	else if (strcmp(word, "within") == 0)
		compile_within(e, doc, rest, limit);
	else if (strcmp(word, "during") == 0)
	{
		HourSpan   *span = palloc(sizeof(HourSpan));

		if (!hour_span_parse(rest, span))
			doc_fail(doc, _("Example: \"2 during 20:00-22:00\"."), NULL, "must be hours of the day");
		limit->frame = FRAME_DURING;
		limit->during.given = true;
		limit->during.ncases = 1;
		limit->during.cases = palloc0(sizeof(HourCase));
		limit->during.cases->nrules = 1;
		limit->during.cases->rules = palloc0(sizeof(HourRule));
		limit->during.cases->rules->on = ON_EVERY_DAY;
		limit->during.cases->rules->nspans = 1;
		limit->during.cases->rules->spans = span;
	}
	else if (strcmp(word, "since") == 0)
	{
		limit->frame = FRAME_SINCE;
		limit->rest = compile_rest_name(e, doc, rest);
	}
	else if (strcmp(word, "held") == 0 && *rest == '\0')
		limit->frame = FRAME_HELD;
	else
	{
		static const char *const words[] = {"per", "within", "during", "since", "held"};

		doc_fail(doc, _("A limit in a line is \"N per WINDOW\", \"N within SPAN\", \"N during HOURS\", \"N since REST\" or \"N held\"."),
				 closest_hint(word, words, lengthof(words)), "must be a limit");
	}
	limit->name = limit_name(doc);
}

/* Which frame: exactly one, but that within goes with since. */
static void
compile_frame(EntitlementCompiler *e, const Doc *doc, const Capability *place, UsageLimit *limit)
{
	static const char *const frames[] = {"per", "within", "during", "since", "held", "refill"};
	const Doc  *given[lengthof(frames)];
	int			n = 0;

	for (int i = 0; i < (int) lengthof(frames); i++)
	{
		given[i] = doc_get(doc, frames[i]);
		n += given[i] != NULL;
	}
	if (n == 0)
		doc_fail(doc, NULL, NULL, "one of %s must be given", word_list(frames, lengthof(frames), "or"));
	if (n > 1 && !(n == 2 && given[1] && given[3]))
		doc_fail(doc, NULL, NULL, "only one of %s can be given", word_list(frames, lengthof(frames), "and"));
	if (given[1])
		compile_within(e, given[1], NULL, limit);
	if (given[0])
		compile_per(e, given[0], given[0]->kind == DOC_TEXT ? given[0]->text : NULL, limit);
	if (given[2])
	{
		limit->frame = FRAME_DURING;
		compile_hours(e, given[2], &limit->during);
	}
	if (given[3])
	{
		limit->rest = compile_rest_name(e, given[3], doc_text(given[3]));
		if (!given[1])
			limit->frame = FRAME_SINCE;
	}
	if (given[4])
	{
		limit->frame = FRAME_HELD;
		if (given[4]->kind != DOC_BOOLEAN)
			limit->held = compile_expr(&e->c, given[4], EXPR_NUMBER, EXPR_MAY_EXTERNAL);
		else if (!given[4]->boolean)
			doc_fail(given[4], NULL, NULL, "must be true or an expression");
	}
	if (given[5])
		compile_refill(given[5], place, limit);
}

/*
 * Names of limits may have blanks, as those that follow from the frame do; and none
 * is that of another rule of every place.
 */
static void
check_limit_name(const Doc *doc)
{
	char	   *name = pstrdup(doc_text(doc));
	bool		tidy = strcmp(limit_words(name), name) == 0;

	for (char *s = name; tidy && *s; s++)
		if (*s == ' ')
			*s = '_';
	doc_check_name(doc, name);
	check_rule_name(doc, doc->text);
}

/* "measure": a word or an expression over the request. */
static void
compile_measure(EntitlementCompiler *e, const Doc *doc, UsageLimit *limit)
{
	if (doc == NULL || strcmp(doc_text(doc), "amount") == 0)
		limit->measure = MEASURE_AMOUNT;
	else if (strcmp(doc->text, "uses") == 0)
		limit->measure = MEASURE_USES;
	else if (strcmp(doc->text, "sessions") == 0)
		limit->measure = MEASURE_SESSIONS;
	else
	{
		limit->measure = MEASURE_EXPR;
		limit->measured = compile_expr(&e->c, doc, EXPR_NUMBER, EXPR_MAY_EXTERNAL | EXPR_MAY_REQUEST);
	}
}

/* "raise_after": a span, "period", or both. */
static void
compile_raise(const Doc *doc, UsageLimit *limit)
{
	int			n = doc == NULL ? 0 : doc->kind == DOC_LIST ? doc->nchildren : 1;

	for (int i = 0; i < n; i++)
	{
		const Doc  *item = doc->kind == DOC_LIST ? &doc->children[i] : doc;

		if (strcmp(doc_text(item), "period") == 0)
			limit->raise_period = true;
		else
		{
			limit->has_raise_after = true;
			limit->raise_after = compile_span(item);
		}
	}
	if (limit->raise_period && limit->frame != FRAME_WINDOW)
		doc_fail(doc, NULL, NULL, "\"period\" goes with a fixed window only");
}

/* Keys that would have no effect. */
static void
check_limit(const Doc *doc, const Capability *place, const UsageLimit *limit)
{
	if (doc_get(doc, "by") != NULL && limit->frame != FRAME_WITHIN)
		doc_fail(doc_get(doc, "by"), NULL, NULL, "goes with \"within\" only");
	if (limit->by == ROLL_SHARE && !place->is_time)
		doc_fail(doc_get(doc, "by"), NULL, _("What is no time leaves whole: \"exact\" or \"day\"."),
				 "\"share\" goes with a unit of time only");
	if (limit->has_only_for && limit->frame != FRAME_SINCE)
		doc_fail(doc_get(doc, "only_for"), NULL, NULL, "goes with \"since\" only");
	if (limit->has_only_for && doc_get(doc, "amount") != NULL)
		doc_fail(doc_get(doc, "amount"), NULL, NULL, "stands instead of \"only_for\"");
	if (limit->carry != CARRY_NONE && doc_get(doc, "carry") != NULL && limit->frame != FRAME_WINDOW)
		doc_fail(doc_get(doc, "carry"), NULL, NULL, "goes with a fixed window only");
	if (limit->frame == FRAME_REFILL && (limit->amount == NULL || limit->null_limits_nothing))
		doc_fail(doc, NULL, NULL, "a bucket needs an amount");
	if (doc_get(doc, "unset") != NULL && doc_get(doc, "amount") != NULL)
		doc_fail(doc_get(doc, "unset"), NULL, NULL, "goes with a limit without \"amount\" only");
}

/* Which names its amount may ask for: see formats of windows that others see. */
static int
amount_may(const UsageLimit *limit)
{
	bool		own = limit->of == OF_ACCOUNT &&
		(limit->frame != FRAME_USE && limit->frame != FRAME_SESSION);

	return EXPR_MAY_EXTERNAL | (own ? 0 : EXPR_MAY_REQUEST);
}

/* An object, key by key. */
static void
compile_limit_object(EntitlementCompiler *e, const Doc *doc, Capability *place, UsageLimit *limit)
{
	const Doc  *amount = doc_get(doc, "amount");
	double		constant;

	check_keys(doc, &limit_object);
	compile_conventions(e, doc, &limit->conventions);
	compile_frame(e, doc, place, limit);
	limit->of = compile_whose(e, doc, &limit->of_link, &limit->of_context);
	if (amount != NULL && amount->kind == DOC_NULL)
		limit->null_limits_nothing = true;
	else if (amount != NULL)
	{
		limit->amount = compile_expr(&e->c, amount, EXPR_NUMBER, amount_may(limit) | EXPR_MAY_BE_NULL);
		if (expr_is_constant(limit->amount, &constant) && constant < 0)
			doc_fail(amount, NULL, _("0 refuses everything, null limits nothing."), "must not be negative");
	}
	if (doc_get(doc, "title") != NULL)
		limit->title = pstrdup(doc_title(doc_get(doc, "title")));
	if (doc_get(doc, "note") != NULL)
		(void) doc_title(doc_get(doc, "note"));
	limit->by = (RollingBy) get_word(doc, &limit_object, "by", 0);
	if (doc_get(doc, "only_for") != NULL)
	{
		limit->has_only_for = true;
		compile_span_param(&e->c, doc_get(doc, "only_for"), EXPR_MAY_EXTERNAL, false, &limit->only_for);
	}
	if (doc_get(doc, "counting") != NULL)
		limit->ncounting = compile_places(e, doc_get(doc, "counting"), &limit->counting);
	compile_measure(e, doc_get(doc, "measure"), limit);
	limit->when = compile_condition(&e->c, doc, "when",
									EXPR_MAY_EXTERNAL | EXPR_MAY_REQUEST | EXPR_MAY_USED);
	compile_reaching(e, doc, limit);
	compile_carry(e, doc, limit);
	compile_raise(doc_get(doc, "raise_after"), limit);
	limit->unset_refuses = get_word(doc, &limit_object, "unset", 0) == 1;
	limit->ours = doc_get_boolean(doc, "ours", false);
	if (doc_get(doc, "name") != NULL)
		check_limit_name(doc_get(doc, "name"));
	limit->name = limit_name(doc);
	compile_source(doc_get(doc, "source"));
	check_limit(doc, place, limit);
	check_limit_keys(doc, place, limit);
}

/* "at_most" of a capability or pool; names are different. */
void
compile_limits(EntitlementCompiler *e, const Doc *list, Capability *place)
{
	const Doc  *document = doc_get(e->c.root, "conventions");

	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	doc_check_size(list, 64);
	place->limits = palloc0(sizeof(UsageLimit) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *doc = &list->children[i];
		UsageLimit	   *limit = &place->limits[i];

		begin_limit(e, place, limit);
		/* what the conventions around say */
		if (document != NULL)
		{
			compile_reaching(e, document, limit);
			compile_carry(e, document, limit);
		}
		compile_reaching(e, list->parent, limit);
		compile_carry(e, list->parent, limit);
		if (doc->kind == DOC_OBJECT)
			compile_limit_object(e, doc, place, limit);
		else if (doc->kind != DOC_TEXT)
			doc_fail(doc, _("Examples: \"40 per day\", {\"amount\": 40, \"per\": \"day\"}."), NULL, "must be a limit");
		else
			compile_limit_text(e, doc, place, limit);
		for (int j = 0; j < i; j++)
			if (strcmp(place->limits[j].name, limit->name) == 0)
				doc_fail(doc, NULL, _("Give it a \"name\" of its own."), "there is a limit called \"%s\" already", limit->name);
		place->nlimits++;
	}
}
