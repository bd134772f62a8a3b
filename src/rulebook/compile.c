/*
 * compile.c
 *		From a policy document to a compiled policy: the frame, the score,
 *		attributes, facets and names; what else there is in compile_*.c.
 *
 * Everything that can be wrong with a document is found here, before it is
 * stored, so that the fold can take each field as it is.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "errors.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rulebook/cache.h"
#include "rulebook/compile.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_check_policy);

/*
 * A facet that uses a facet that uses a facet...  The weight is how much there
 * is to evaluate when every facet is replaced by what it stands for; without a
 * limit, thirty lines that each use the one before twice would never end.
 */
#define MAX_FACET_DEPTH		16
#define MAX_FACET_WEIGHT	10000

/* ------------------------------------------------------------------------
 * Names
 * ------------------------------------------------------------------------
 */

int
name_list_find(const NameList *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
	{
		if (strcmp(list->names[i], name) == 0)
			return i;
	}
	return -1;
}

/* Without a look at what is there already. */
static int
name_list_push(NameList *list, const char *name)
{
	if (list->n == list->room)
	{
		list->room = list->room == 0 ? 8 : list->room * 2;
		list->names = list->names == NULL ?
			palloc(sizeof(char *) * list->room) :
			repalloc(list->names, sizeof(char *) * list->room);
	}
	list->names[list->n] = pstrdup(name);
	return list->n++;
}

int
name_list_add(NameList *list, const char *name)
{
	int			i = name_list_find(list, name);

	return i >= 0 ? i : name_list_push(list, name);
}

int
compile_kind(Compiler *c, const Doc *doc)
{
	return name_list_add(&c->activities, doc_name(doc));
}

/* An activity kind that marks the violations it names. */
int
compile_mark(Compiler *c, const Doc *doc)
{
	int			kind = compile_kind(c, doc);
	int			mark = name_list_find(&c->marks, doc->text);

	if (mark >= 0)
		return mark;
	if (c->marks.n >= 32)
		doc_fail(doc, NULL, NULL,
				 "a document can use at most 32 kinds of activities as marks");
	mark = name_list_add(&c->marks, doc->text);
	c->policy->marks[mark] = kind;
	c->policy->nmarks = c->marks.n;
	return mark;
}

bool
glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*text)
	{
		if (*pattern == '*')
		{
			star = pattern++;
			resume = text;
		}
		else if (*pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (star)
		{
			pattern = star + 1;
			text = ++resume;
		}
		else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* ------------------------------------------------------------------------
 * Expressions
 * ------------------------------------------------------------------------
 */

typedef struct Scope
{
	Compiler   *c;
	const Doc  *doc;
	int			may;
	const char *refused;		/* the name or text that is not known */
	const char *why;			/* detail, when it would be known elsewhere */
	NameList	candidates;		/* what it might have been meant to be */
} Scope;

static int	compile_facet(Compiler *c, int i);

static const struct
{
	const char *name;
	ExprVar		var;
	ExprType	type;
	int			needs;			/* EXPR_MAY_*, 0: everywhere */
}			expr_names[] = {
	{"score", VAR_SCORE, EXPR_NUMBER, EXPR_MAY_STATE},
	{"start", VAR_START, EXPR_NUMBER, EXPR_MAY_STATE},
	{"cap", VAR_CAP, EXPR_NUMBER, EXPR_MAY_STATE},
	{"limit", VAR_CAP, EXPR_NUMBER, EXPR_MAY_STATE},
	{"floor", VAR_FLOOR, EXPR_NUMBER, EXPR_MAY_STATE},
	{"lost", VAR_LOST, EXPR_NUMBER, EXPR_MAY_STATE},
	{"points", VAR_POINTS, EXPR_NUMBER, EXPR_MAY_POINTS},
	{"rule", VAR_RULE, EXPR_TEXT, EXPR_MAY_JUDGED},
	{"class", VAR_CLASS, EXPR_TEXT, EXPR_MAY_JUDGED},
	{"severity", VAR_SEVERITY, EXPR_TEXT, EXPR_MAY_JUDGED},
	{"source", VAR_SOURCE, EXPR_TEXT, EXPR_MAY_JUDGED},
	{"entry.points", VAR_ENTRY_POINTS, EXPR_NUMBER, EXPR_MAY_ENTRY},
	{"entry.remaining", VAR_ENTRY_REMAINING, EXPR_NUMBER, EXPR_MAY_ENTRY},
	{"entry.rule", VAR_ENTRY_RULE, EXPR_TEXT, EXPR_MAY_ENTRY},
	{"entry.class", VAR_ENTRY_CLASS, EXPR_TEXT, EXPR_MAY_ENTRY},
	{"entry.severity", VAR_ENTRY_SEVERITY, EXPR_TEXT, EXPR_MAY_ENTRY},
	{"quantity", VAR_QUANTITY, EXPR_NUMBER, EXPR_MAY_QUANTITY},
	{"hour", VAR_HOUR, EXPR_NUMBER, 0},
	{"weekday", VAR_WEEKDAY, EXPR_NUMBER, 0},
	{"day", VAR_DAY, EXPR_NUMBER, 0},
	{"month", VAR_MONTH, EXPR_NUMBER, 0}
};

static bool
resolve_name(void *arg, const char *name, ExprVar *var, int *index, ExprType *type)
{
	Scope	   *scope = arg;
	Compiler   *c = scope->c;
	Policy	   *policy = c->policy;
	int			i;

	*index = -1;
	for (i = 0; i < (int) lengthof(expr_names); i++)
	{
		int			needs = expr_names[i].needs;

		if (strcmp(name, expr_names[i].name) != 0)
			continue;
		if (needs & ~scope->may)
		{
			scope->refused = name;
			scope->why = needs == EXPR_MAY_STATE ?
				"The score is not known here." :
				needs == EXPR_MAY_POINTS ?
				"The price so far is known in modifiers only." :
				needs == EXPR_MAY_JUDGED ?
				"The violation being judged is known in modifiers and on the ladder only." :
				needs == EXPR_MAY_ENTRY ?
				"The entry looked at is known in the \"where\" of a selection only." :
				"The quantity of an activity is known where the activity is listened to only.";
			return false;
		}
		*var = expr_names[i].var;
		*type = expr_names[i].type;
		return true;
	}

	i = policy_attribute_index(policy, name);
	if (i >= 0)
	{
		AttributeType t = policy->attributes[i].type;

		*var = VAR_ATTRIBUTE;
		*index = i;
		*type = t == ATTRIBUTE_NUMBER ? EXPR_NUMBER :
			t == ATTRIBUTE_BOOLEAN ? EXPR_BOOLEAN :
			t == ATTRIBUTE_TEXT ? EXPR_TEXT : EXPR_DATE;
		return true;
	}

	for (i = 0; c->facets && i < c->facets->nchildren; i++)
	{
		if (strcmp(name, c->facets->children[i].key) != 0)
			continue;
		if (c->facet_state[i] == 1)
			doc_fail(scope->doc, NULL, NULL, "facet \"%s\" depends on itself", name);
		*var = VAR_FACET;
		*index = compile_facet(c, i);
		*type = expr_type(policy->facets[*index].value);
		return true;
	}

	for (i = 0; i < policy->nobservables; i++)
	{
		if (strcmp(name, policy->observables[i].name) != 0)
			continue;
		if (!(scope->may & EXPR_MAY_STATE))
		{
			scope->refused = name;
			scope->why = "What \"observe\" counts is not known here.";
			return false;
		}
		*var = VAR_OBSERVABLE;
		*index = i;
		*type = EXPR_NUMBER;
		return true;
	}

	/* What might it have been meant to be? */
	scope->refused = name;
	for (i = 0; i < (int) lengthof(expr_names); i++)
	{
		if ((expr_names[i].needs & ~scope->may) == 0)
			name_list_push(&scope->candidates, expr_names[i].name);
	}
	for (i = 0; i < policy->nattributes; i++)
		name_list_push(&scope->candidates, policy->attributes[i].name);
	for (i = 0; c->facets && i < c->facets->nchildren; i++)
		name_list_push(&scope->candidates, c->facets->children[i].key);
	for (i = 0; (scope->may & EXPR_MAY_STATE) && i < policy->nobservables; i++)
		name_list_push(&scope->candidates, policy->observables[i].name);
	return false;
}

static const char *const violation_sources[] = {
	"report", "patrol", "model", "campaign", "system"
};

/* Rules, classes and sources that a text is compared with must exist. */
static bool
known_text(void *arg, ExprVar var, int index, const char *text)
{
	Scope	   *scope = arg;
	Policy	   *policy = scope->c->policy;
	bool		of_class = var == VAR_CLASS || var == VAR_ENTRY_CLASS;

	if (var == VAR_SOURCE)
	{
		for (int i = 0; i < (int) lengthof(violation_sources); i++)
		{
			if (strcmp(violation_sources[i], text) == 0)
				return true;
			name_list_push(&scope->candidates, violation_sources[i]);
		}
		scope->refused = text;
		scope->why = psprintf("The source of a violation is %s.",
							  word_list(violation_sources,
										lengthof(violation_sources), "or"));
		return false;
	}
	if (!of_class && var != VAR_RULE && var != VAR_ENTRY_RULE)
		return true;

	for (int i = 0; i < policy->nrules; i++)
	{
		const char *name = of_class ? policy->rules[i].class : policy->rules[i].code;

		if (name != NULL && strcmp(name, text) == 0)
			return true;
	}
	for (int i = 0; i < policy->nrules; i++)
	{
		const char *name = of_class ? policy->rules[i].class : policy->rules[i].code;

		if (name != NULL)
			name_list_push(&scope->candidates, name);
	}
	scope->refused = text;
	scope->why = of_class ? "No rule has this class." :
		"There is no rule with this code.";
	return false;
}

static Expr *
parse_expr(Compiler *c, const Doc *doc, ExprType wanted, int may)
{
	Scope		scope = {.c = c, .doc = doc, .may = may};
	ExprNames	names = {.arg = &scope, .resolve = resolve_name,
	.known_text = known_text};
	char	   *error;
	Expr	   *expr = expr_parse(doc_text(doc), wanted, &names, &error);

	if (expr == NULL)
	{
		const char *detail = NULL;
		const char *hint = NULL;

		if (scope.refused && strncmp(error, "unknown ", 8) == 0)
		{
			detail = scope.why;
			hint = closest_hint(scope.refused,
								(const char *const *) scope.candidates.names,
								scope.candidates.n);
		}
		doc_fail(doc, detail, hint, "%s", error);
	}
	return expr;
}

/*
 * [{"when": ..., "use": ...}, {"use": ...}]: the first case that holds; with
 * none left there is nothing.
 */
static Expr *
compile_cases(Compiler *c, const Doc *list, ExprType wanted, int may)
{
	static const char *const keys[] = {"when", "use"};
	Expr	   *result = NULL;

	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "a list of cases must not be empty");
	doc_check_size(list, 64);

	for (int i = list->nchildren - 1; i >= 0; i--)
	{
		const Doc  *item = &list->children[i];
		const Doc  *when;
		const Doc  *use;
		Expr	   *value;

		doc_check_keys(item, keys, lengthof(keys));
		use = doc_required(item, "use");
		if (use->kind == DOC_LIST)
			doc_fail(use, NULL, NULL, "cases cannot be nested");
		value = compile_expr(c, use, wanted, may);

		when = doc_get(item, "when");
		if (when == NULL && i < list->nchildren - 1)
			doc_fail(item, NULL, "Put the case without \"when\" last.",
					 "no case after this one can ever be used");
		if (when == NULL)
			result = value;
		else
		{
			Expr	   *condition = compile_expr(c, when, EXPR_BOOLEAN, may);
			Expr	   *otherwise = result ? result : expr_constant_null();

			result = expr_if(condition, value, otherwise);
			if (result == NULL)
				doc_fail(item, NULL, NULL,
						 "the cases do not all give the same type");
		}
	}
	return result;
}

Expr *
compile_expr(Compiler *c, const Doc *doc, ExprType wanted, int may)
{
	switch (doc->kind)
	{
		case DOC_TEXT:
			return parse_expr(c, doc, wanted, may);
		case DOC_NUMBER:
			if (wanted == EXPR_NUMBER || wanted == EXPR_NULL)
				return expr_constant_number(doc_number(doc));
			break;
		case DOC_BOOLEAN:
			if (wanted == EXPR_BOOLEAN || wanted == EXPR_NULL)
				return expr_constant_boolean(doc->boolean);
			break;
		case DOC_LIST:
			return compile_cases(c, doc, wanted, may);
		default:
			break;
	}
	doc_fail(doc, "An expression is a text such as \"score <= 69\"; a list of cases is written [{\"when\": condition, \"use\": value}, ...].",
			 NULL, "must be %s, an expression or a list of cases",
			 wanted == EXPR_NUMBER ? "a number" :
			 wanted == EXPR_BOOLEAN ? "true, false" : "a number, true, false");
	return NULL;				/* keep compiler quiet */
}

Expr *
compile_condition(Compiler *c, const Doc *object, const char *key, int may)
{
	const Doc  *doc = doc_get(object, key);
	Expr	   *expr;
	double		constant;
	ExprInterval interval;

	if (doc == NULL)
		return NULL;
	expr = compile_expr(c, doc, EXPR_BOOLEAN, may);

	if (expr_is_null(expr) ||
		(expr_is_constant(expr, &constant) && constant == 0))
		doc_fail(doc, NULL, NULL, "the condition is never true");
	if (expr_is_constant(expr, &constant))
		return NULL;
	if (expr_interval(expr, &interval) &&
		(interval.low > interval.high ||
		 (interval.low == interval.high &&
		  (interval.low_open || interval.high_open))))
		doc_fail(doc, NULL, NULL, "the condition is never true");
	return expr;
}

Expr *
compile_points(Compiler *c, const Doc *doc, int may, bool may_be_negative)
{
	Expr	   *expr;
	double		constant;

	if (doc->kind == DOC_NUMBER)
		return expr_constant_number(doc_points(doc, may_be_negative) / 100.0);

	expr = compile_expr(c, doc, EXPR_NUMBER, may);
	if (expr_is_constant(expr, &constant))
	{
		if (constant < 0 && !may_be_negative)
			doc_fail(doc, NULL, NULL, "points must not be negative");
		if (fabs(constant) * 100 > POINTS_MAX)
			doc_fail(doc, NULL, NULL, "points out of range");
	}
	return expr;
}

/* ------------------------------------------------------------------------
 * Spans
 * ------------------------------------------------------------------------
 */

bool
span_is_zero(const Span *span)
{
	return !span->forever && span->months == 0 && span->days == 0 &&
		span->usecs == 0;
}

double
span_estimate(const Span *span)
{
	if (span->forever)
		return HUGE_VAL;
	return (span->months * 31.0 + span->days) * USECS_PER_DAY + span->usecs;
}

#define SPAN_DETAIL \
	"Examples: \"30 days\", \"12 months\", \"1 day 12 hours\", \"ever\"."

Span
compile_span(const Doc *doc)
{
	Span		span;

	if (doc->kind != DOC_TEXT || !span_parse(doc->text, &span))
		doc_fail(doc, SPAN_DETAIL, NULL, "must be a span of time");
	return span;
}

/* One unit of time, a number of times: {"days": "7 * strikes"} */
static void
compile_formula(Compiler *c, const Doc *doc, int may, SpanCase *sc)
{
	static const char *const units[] = {
		"seconds", "minutes", "hours", "days", "weeks", "months", "years"
	};
	const Doc  *value;
	double		constant;

	doc_check_keys(doc, units, lengthof(units));
	if (doc->nchildren != 1)
		doc_fail(doc, "Example: {\"days\": \"7 * strikes\"}.", NULL,
				 "a formula for a span has exactly one unit");
	value = &doc->children[0];
	if (!span_unit(value->key, strlen(value->key), &sc->span))
		elog(ERROR, "unknown unit \"%s\"", value->key);
	sc->times = compile_expr(c, value, EXPR_NUMBER, may);
	if (expr_is_constant(sc->times, &constant) && constant < 0)
		doc_fail(value, NULL, NULL, "a span must not be negative");
}

static void
compile_span_case(Compiler *c, const Doc *doc, int may, bool may_be_ever,
				  SpanCase *sc)
{
	if (doc->kind == DOC_OBJECT)
	{
		compile_formula(c, doc, may, sc);
		return;
	}
	if (doc->kind != DOC_TEXT || !span_parse(doc->text, &sc->span))
		doc_fail(doc, SPAN_DETAIL " A formula is written {\"days\": \"7 * strikes\"}.",
				 NULL, "must be a span of time, a formula or a list of cases");
	if (sc->span.forever && !may_be_ever)
		doc_fail(doc, NULL, NULL, "\"ever\" makes no sense here");
}

void
compile_span_param(Compiler *c, const Doc *doc, int may, bool may_be_ever,
				   SpanParam *param)
{
	static const char *const keys[] = {"when", "use"};

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

		doc_check_keys(item, keys, lengthof(keys));
		compile_span_case(c, doc_required(item, "use"), may, true, sc);
		sc->when = compile_condition(c, item, "when", may);
		if (sc->when == NULL && i < doc->nchildren - 1)
			doc_fail(item, NULL, "Put the case without \"when\" last.",
					 "no case after this one can ever be used");
	}
}

/* "cycle" is no unit, but stands in the same places as one. */
const char *const calendar_units[NUM_CALENDAR_UNITS + 1] = {
	"day", "week", "month", "quarter", "year", "cycle"
};

bool
calendar_unit(const char *word, CalendarUnit *unit)
{
	for (int i = 0; i < NUM_CALENDAR_UNITS; i++)
	{
		if (strcmp(word, calendar_units[i]) == 0)
		{
			*unit = UNIT_DAY + i;
			return true;
		}
	}
	return false;
}

/*
 * "month", {"every": "12 months", "from": "licensed_on"}; as the boundary of a
 * relief also "cycle", the policy's own.
 */
void
compile_cycle(Compiler *c, const Doc *doc, bool is_the_cycle, Cycle *cycle)
{
	static const char *const keys[] = {"every", "from"};
	int			nunits = NUM_CALENDAR_UNITS + (is_the_cycle ? 0 : 1);
	const Doc  *every;
	const Doc  *from;

	memset(cycle, 0, sizeof(*cycle));
	cycle->anchor_attribute = -1;

	if (doc->kind == DOC_TEXT)
	{
		if (calendar_unit(doc->text, &cycle->unit))
		{
			cycle->given = true;
			return;
		}
		if (!is_the_cycle && strcmp(doc->text, "cycle") == 0)
		{
			if (!c->policy->cycle.given)
				doc_fail(doc, NULL, "Add \"cycle\" to the document.",
						 "the document has no cycle");
			*cycle = c->policy->cycle;
			return;
		}
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, psprintf("Allowed here: %s, or an object such as {\"every\": \"12 months\", \"from\": \"opened\"}.",
							   word_list(calendar_units, nunits, "and")),
				 doc->kind == DOC_TEXT ?
				 closest_hint(doc->text, calendar_units, nunits) : NULL,
				 "must be a cycle");

	doc_check_keys(doc, keys, lengthof(keys));
	every = doc_required(doc, "every");
	from = doc_required(doc, "from");
	cycle->given = true;
	cycle->length = compile_span(every);
	if (cycle->length.forever || span_is_zero(&cycle->length))
		doc_fail(every, NULL, NULL, "a cycle must have a length");
	if (cycle->length.months == 0 && cycle->length.days == 0 &&
		cycle->length.usecs < USECS_PER_MINUTE)
		doc_fail(every, NULL, NULL, "a cycle must be at least a minute long");

	if (from->kind == DOC_TEXT && strcmp(from->text, "opened") == 0)
		cycle->anchor_opened = true;
	else if (from->kind == DOC_TEXT && from->text[0] >= '0' && from->text[0] <= '9')
		cycle->anchor_instant = doc_instant(from, c->policy->zone);
	else
	{
		const char *name = doc_text(from);

		cycle->anchor_attribute = policy_attribute_index(c->policy, name);
		if (cycle->anchor_attribute < 0)
		{
			NameList	candidates = {0};

			for (int i = 0; i < c->policy->nattributes; i++)
				name_list_add(&candidates, c->policy->attributes[i].name);
			doc_fail(from, "A cycle counts from \"opened\", an attribute that holds a date, or an instant.",
					 closest_hint(name, (const char *const *) candidates.names,
								  candidates.n),
					 "unknown attribute \"%s\"", name);
		}
		if (c->policy->attributes[cycle->anchor_attribute].type != ATTRIBUTE_DATE)
			doc_fail(from, NULL, NULL, "attribute \"%s\" is not a date", name);
	}
}

/* ------------------------------------------------------------------------
 * Rungs by name
 * ------------------------------------------------------------------------
 */

static const char *const *
rung_codes(Compiler *c)
{
	const char **codes = palloc(sizeof(char *) * Max(c->policy->nrungs, 1));

	for (int i = 0; i < c->policy->nrungs; i++)
		codes[i] = c->policy->rungs[i].code;
	return codes;
}

int
compile_rung_name(Compiler *c, const Doc *doc)
{
	const char *name = doc_text(doc);

	for (int i = 0; i < c->policy->nrungs; i++)
	{
		if (strcmp(c->policy->rungs[i].code, name) == 0)
			return i;
	}
	doc_fail(doc, NULL, closest_hint(name, rung_codes(c), c->policy->nrungs),
			 "unknown rung \"%s\"", name);
	return -1;
}

bool *
compile_rung_set(Compiler *c, const Doc *doc)
{
	bool	   *set = palloc0(sizeof(bool) * Max(c->policy->nrungs, 1));

	doc_need_list(doc);
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	for (int i = 0; i < doc->nchildren; i++)
	{
		const Doc  *item = &doc->children[i];
		const char *pattern = doc_text(item);
		bool		found = false;

		for (int r = 0; r < c->policy->nrungs; r++)
		{
			if (glob_matches(pattern, c->policy->rungs[r].code))
				set[r] = found = true;
		}
		if (!found)
			doc_fail(item, NULL,
					 closest_hint(pattern, rung_codes(c), c->policy->nrungs),
					 "no rung matches \"%s\"", pattern);
	}
	return set;
}

/* ------------------------------------------------------------------------
 * The frame of the document
 * ------------------------------------------------------------------------
 */

static void
compile_scheme(Compiler *c)
{
	const Doc  *doc = doc_required(c->root, "scheme");
	const char *name = doc_text(doc);
	bool		good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 63;

	for (const char *s = name; good && *s; s++)
		good = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
			strchr("_.-", *s) != NULL;
	if (!good)
		doc_fail(doc, "A scheme's name begins with a lower-case letter, has lower-case letters, digits, \"_\", \".\" and \"-\", and at most 63 of them.",
				 NULL, "invalid name of a scheme");
	c->policy->scheme = pstrdup(name);
}

static void
compile_zone(Compiler *c)
{
	const Doc  *doc = doc_get(c->root, "time_zone");
	const char *name = doc ? doc_text(doc) : "UTC";

	/*
	 * Only names of the time zone database: "+8" or "UTC-8", which the server
	 * would read the POSIX way, mean the contrary of what people expect.
	 */
	if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 ||
		(strchr(name, '/') != NULL && strlen(name) < 64 && name[0] != '/'))
		c->policy->zone = pg_tzset(name);
	if (c->policy->zone == NULL || !pg_tz_acceptable(c->policy->zone))
		doc_fail(doc, "A time zone is named as in \"Asia/Shanghai\" or \"UTC\".",
				 "The view pg_timezone_names lists them.",
				 "unknown time zone \"%s\"", name);
}

static void
compile_attributes(Compiler *c)
{
	static const char *const keys[] = {"type", "default", "title"};
	static const char *const types[] = {"number", "boolean", "text", "date"};
	const Doc  *object = doc_get(c->root, "attributes");
	Policy	   *policy = c->policy;

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 256);
	policy->attributes = palloc0(sizeof(PolicyAttribute) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];
		PolicyAttribute *a = &policy->attributes[i];
		const Doc  *value;

		doc_check_identifier(doc, doc->key);
		a->name = pstrdup(doc->key);
		policy->nattributes++;
		if (doc->kind == DOC_TEXT)
		{
			a->type = (AttributeType) doc_word(doc, types, lengthof(types));
			continue;
		}
		if (doc->kind != DOC_OBJECT)
			doc_fail(doc, "Example: {\"type\": \"number\", \"default\": 0}.", NULL,
					 "must be a type or an object");
		doc_check_keys(doc, keys, lengthof(keys));
		a->type = (AttributeType) doc_word(doc_required(doc, "type"),
										   types, lengthof(types));
		if (doc_get(doc, "title"))
			(void) doc_title(doc_get(doc, "title"));
		value = doc_get(doc, "default");
		if (value == NULL)
			continue;
		a->has_default = true;
		switch (a->type)
		{
			case ATTRIBUTE_NUMBER:
				a->default_number = doc_number(value);
				break;
			case ATTRIBUTE_BOOLEAN:
				a->default_number = doc_boolean(value) ? 1 : 0;
				break;
			case ATTRIBUTE_TEXT:
				if (value->kind != DOC_TEXT)
					doc_fail(value, NULL, NULL, "must be a text");
				a->default_text = pstrdup(value->text);
				break;
			case ATTRIBUTE_DATE:
				a->default_date = doc_instant(value, policy->zone);
				break;
		}
	}
}

typedef struct Weighing
{
	const Compiler *c;
	int64		weight;
	int			depth;
} Weighing;

static void
weigh(void *arg, ExprVar var, int index, bool compared, double constant,
	  const Span *span)
{
	Weighing   *w = arg;

	if (var == VAR_FACET)
	{
		w->weight += w->c->facet_weights[index];
		w->depth = Max(w->depth, w->c->facet_depths[index] + 1);
	}
	else
		w->weight++;
}

/*
 * A facet, compiled when another one or an expression first asks for it, so
 * that each comes after those that it uses.
 */
static int
compile_facet(Compiler *c, int i)
{
	const Doc  *doc = &c->facets->children[i];
	Weighing	weighing = {.c = c, .weight = 1, .depth = 1};
	Expr	   *value;
	int			f;

	if (c->facet_state[i] == 2)
		return c->facet_order[i];

	check_stack_depth();
	if (++c->facet_nesting > MAX_FACET_DEPTH)
		doc_fail(doc, NULL, NULL, "facets use each other too deeply");
	c->facet_state[i] = 1;
	value = compile_expr(c, doc, EXPR_NULL, 0);
	c->facet_nesting--;
	if (expr_type(value) == EXPR_NULL)
		doc_fail(doc, NULL, NULL, "a facet must have a value");
	c->facet_state[i] = 2;
	expr_visit(value, weigh, &weighing);
	if (weighing.weight > MAX_FACET_WEIGHT)
		doc_fail(doc, NULL, NULL, "too much to evaluate in one facet");
	if (weighing.depth > MAX_FACET_DEPTH)
		doc_fail(doc, NULL, NULL, "facets use each other too deeply");

	f = c->policy->nfacets++;
	c->facet_weights[f] = weighing.weight;
	c->facet_depths[f] = weighing.depth;
	c->facet_order[i] = f;
	c->policy->facets[f].name = pstrdup(doc->key);
	c->policy->facets[f].value = value;
	return f;
}

/* Only the names. */
static void
compile_facet_names(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "facets");

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 256);
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];

		doc_check_identifier(doc, doc->key);
		if (policy_attribute_index(c->policy, doc->key) >= 0)
			doc_fail(doc, NULL, NULL, "there is an attribute of that name");
	}
	c->facets = object;
	c->facet_state = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->facet_order = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->facet_weights = palloc0(sizeof(int64) * Max(object->nchildren, 1));
	c->facet_depths = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->policy->facets = palloc0(sizeof(PolicyFacet) * Max(object->nchildren, 1));
}

static void
compile_facets(Compiler *c)
{
	for (int i = 0; c->facets && i < c->facets->nchildren; i++)
		(void) compile_facet(c, i);
}

static void
compile_score(Compiler *c)
{
	static const char *const keys[] = {
		"direction", "cap", "limit", "start", "floor", "stop_at_limit",
		"on_cap_raise", "on_cap_lower"
	};
	static const char *const directions[] = {"deduct", "accumulate"};
	static const char *const changes[] = {"shift", "keep"};
	const Doc  *doc = doc_required(c->root, "score");
	const Doc  *cap;
	const Doc  *start;
	const Doc  *floor;
	const Doc  *wrong;
	Policy	   *policy = c->policy;
	double		cap_points,
				start_points,
				floor_points;

	doc_check_keys(doc, keys, lengthof(keys));
	policy->accumulate = doc_get_word(doc, "direction", directions,
									  lengthof(directions), 0) == 1;

	wrong = doc_get(doc, policy->accumulate ? "cap" : "limit");
	if (wrong)
		doc_fail(wrong, NULL, psprintf("Use \"%s\".", policy->accumulate ? "limit" : "cap"),
				 "a score that %s has no %s",
				 policy->accumulate ? "accumulates" : "is deducted from",
				 policy->accumulate ? "cap" : "limit");
	cap = doc_required(doc, policy->accumulate ? "limit" : "cap");
	start = doc_get(doc, "start");
	floor = doc_get(doc, "floor");

	policy->cap = compile_points(c, cap, 0, false);
	if (start)
		policy->start = compile_points(c, start, 0, false);
	else
		policy->start = policy->accumulate ? expr_constant_number(0) : policy->cap;
	policy->floor = floor ? compile_points(c, floor, 0, false) :
		expr_constant_number(0);

	if (expr_is_constant(policy->cap, &cap_points) && cap_points <= 0)
		doc_fail(cap, NULL, NULL, "must be more than 0");
	if (start && !policy->accumulate &&
		expr_is_constant(policy->cap, &cap_points) &&
		expr_is_constant(policy->start, &start_points) &&
		start_points > cap_points)
		doc_fail(start, NULL, NULL, "the start is above the cap");
	if (floor && expr_is_constant(policy->floor, &floor_points) &&
		expr_is_constant(policy->start, &start_points) &&
		floor_points > start_points)
		doc_fail(floor, NULL, NULL, "the floor is above the start");

	wrong = doc_get(doc, "stop_at_limit");
	if (wrong)
	{
		policy->capped = doc_boolean(wrong);
		if (!policy->accumulate)
			doc_fail(wrong, NULL, NULL,
					 "only a score that accumulates has a limit");
	}
	policy->on_cap_raise = doc_get_word(doc, "on_cap_raise", changes, 2, 0) == 0 ?
		CAP_SHIFT : CAP_KEEP;
	policy->on_cap_lower = doc_get_word(doc, "on_cap_lower", changes, 2, 1) == 0 ?
		CAP_SHIFT : CAP_KEEP;
}

/* Titles for kinds and capabilities: a list of names, or names with titles. */
static void
compile_titles(const Doc *object, NameList *names)
{
	if (object == NULL)
		return;
	if (object->kind == DOC_LIST)
	{
		for (int i = 0; i < object->nchildren; i++)
			name_list_add(names, doc_name(&object->children[i]));
		return;
	}
	if (object->kind != DOC_OBJECT)
		doc_fail(object, NULL, NULL,
				 "must be a list of names, or an object of name and title");
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];

		doc_check_name(doc, doc->key);
		(void) doc_title(doc);
		name_list_add(names, doc->key);
	}
}

static void
compile_revision(Compiler *c)
{
	static const char *const keys[] = {"overturn", "late", "handover"};
	static const char *const overturn[] = {"replay", "refund"};
	static const char *const late[] = {"recompute", "keep"};
	static const char *const handover[] = {"carry", "convert", "fresh"};
	const Doc  *doc = doc_get(c->root, "revision");
	Policy	   *policy = c->policy;

	policy->revision = REVISION_REPLAY;
	policy->resanction_late = true;
	policy->handover = HANDOVER_CARRY;
	if (doc == NULL)
		return;
	doc_check_keys(doc, keys, lengthof(keys));
	policy->revision = doc_get_word(doc, "overturn", overturn, 2, 0) == 0 ?
		REVISION_REPLAY : REVISION_REFUND;
	policy->resanction_late = doc_get_word(doc, "late", late, 2, 0) == 0;
	policy->handover = (Handover) doc_get_word(doc, "handover", handover, 3, 0);
}

static void
compile_enforcement(Compiler *c)
{
	static const char *const keys[] = {"from", "rollout"};
	static const char *const rollout_keys[] = {"from", "to"};
	const Doc  *doc = doc_get(c->root, "enforcement");
	const Doc  *part;
	Policy	   *policy = c->policy;

	policy->enforce_from = DT_NOBEGIN;
	if (doc == NULL)
		return;
	doc_check_keys(doc, keys, lengthof(keys));
	part = doc_get(doc, "from");
	if (part)
		policy->enforce_from = doc_instant(part, policy->zone);
	part = doc_get(doc, "rollout");
	if (part)
	{
		doc_check_keys(part, rollout_keys, lengthof(rollout_keys));
		policy->has_rollout = true;
		policy->rollout_from = doc_instant(doc_required(part, "from"), policy->zone);
		policy->rollout_to = doc_instant(doc_required(part, "to"), policy->zone);
		if (policy->rollout_to <= policy->rollout_from)
			doc_fail(part, NULL, NULL, "the rollout ends before it begins");
	}
}

/* A source: a text or several. */
static void
check_source(const Doc *doc)
{
	if (doc == NULL)
		return;
	if (doc->kind == DOC_LIST)
	{
		for (int i = 0; i < doc->nchildren; i++)
			(void) doc_text(&doc->children[i]);
		return;
	}
	if (doc->kind != DOC_TEXT)
		doc_fail(doc, NULL, NULL, "must be a text or a list of texts");
	(void) doc_text(doc);
}

static void
compile_document(Compiler *c)
{
	static const char *const keys[] = {
		"scheme", "title", "note", "source", "time_zone", "score",
		"attributes", "facets", "activities", "capabilities", "severities",
		"rules", "modifiers", "collapse", "observe", "relief", "ladder",
		"ladder_apply", "ladder_sequence", "cycle", "clock",
		"sanctions_from", "revision", "enforcement"
	};
	static const char *const apply[] = {"heaviest", "all"};
	static const char *const clocks[] = {"occurred", "decided"};
	static const char *const from[] = {"decided", "occurred"};
	Policy	   *policy = c->policy;

	if (c->root->kind != DOC_OBJECT)
		doc_fail(c->root, NULL, NULL, "must be a JSON object");
	doc_check_keys(c->root, keys, lengthof(keys));

	compile_scheme(c);
	if (doc_get(c->root, "title"))
		(void) doc_title(doc_get(c->root, "title"));
	if (doc_get(c->root, "note"))
		(void) doc_title(doc_get(c->root, "note"));
	check_source(doc_get(c->root, "source"));
	compile_zone(c);

	policy->marks = palloc0(sizeof(int) * 32);
	policy->apply_all = doc_get_word(c->root, "ladder_apply", apply, 2, 0) == 1;
	policy->sequence = doc_get_boolean(c->root, "ladder_sequence", false);
	policy->clock = (EntryClock) doc_get_word(c->root, "clock", clocks, 2, 0);
	policy->sanctions_from_decided =
		doc_get_word(c->root, "sanctions_from", from, 2, 0) == 0;
	compile_revision(c);
	compile_enforcement(c);

	/* names first, so that everything can refer to everything */
	compile_titles(doc_get(c->root, "activities"), &c->activities);
	compile_titles(doc_get(c->root, "capabilities"), &c->capabilities);
	compile_attributes(c);
	if (doc_get(c->root, "cycle"))
		compile_cycle(c, doc_get(c->root, "cycle"), true, &policy->cycle);
	else
		policy->cycle.anchor_attribute = -1;
	compile_facet_names(c);
	compile_observable_names(c);
	compile_rung_names(c);
	compile_facets(c);

	compile_score(c);
	compile_rules(c);
	compile_observables(c);
	compile_modifiers(c);
	compile_collapse(c);
	compile_relief(c);
	compile_ladder(c);
	check_ladder(c);

	policy->nactivities = c->activities.n;
	policy->activities = c->activities.names;
	engine_prepare(policy);
}

/*
 * Everything is allocated in the policy's own context, which only moves below
 * its parent once nothing can go wrong any more.
 */
static Policy *
compile(Jsonb *document, int64 policy_id, MemoryContext parent, char **summary)
{
	MemoryContext context;
	MemoryContext scratch;
	MemoryContext old;
	Compiler	c = {0};

	context = AllocSetContextCreate(CurrentMemoryContext, "governance policy",
									ALLOCSET_SMALL_SIZES);
	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"governance policy document",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	c.root = doc_read(document);

	MemoryContextSwitchTo(context);
	c.policy = palloc0(sizeof(Policy));
	c.policy->context = context;
	c.policy->policy_id = policy_id;
	compile_document(&c);

	MemoryContextSwitchTo(old);
	if (summary)
		*summary = policy_summary(&c);
	MemoryContextDelete(scratch);
	if (parent)
		MemoryContextSetParent(context, parent);
	return c.policy;
}

Policy *
policy_compile(Jsonb *document, int64 policy_id, MemoryContext parent)
{
	return compile(document, policy_id, parent, NULL);
}

/* check_policy(document jsonb) returns jsonb */
Datum
governance_check_policy(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	char	   *summary;
	Policy	   *policy = compile(document, 0, NULL, &summary);

	MemoryContextDelete(policy->context);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(summary));
}
