/*
 * compile_values.c
 *		What stands in many places of a document: names, expressions, cycles and
 *		rungs by name; spans are in compile_span.c.
 */
#include "postgres.h"

#include <math.h>

#include "errors.h"
#include "rulebook/compile.h"

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

/*
 * A kind of activity.  Where a fact has the name, the fact is meant: nothing
 * would ever be heard of such an activity.
 */
int
compile_kind(Compiler *c, const Doc *doc)
{
	const char *name = doc_name(doc);
	int			i = name_list_find(&c->activities, name);

	if (!c->stored && (i < 0 || i >= c->ndeclared) &&
		(policy_attribute_index(c->policy, name) >= 0 ||
		 (c->facets && doc_get(c->facets, name))))
		doc_fail(doc, NULL,
				 _("If there are activities of that name, too, list them in \"activities\"."),
				 "\"%s\" is a fact and not a kind of activity", name);
	return i >= 0 ? i : name_list_push(&c->activities, name);
}

/*
 * A document that declares its capabilities declares them all: one that is
 * misspelt would be withheld from nobody.
 */
int
compile_withheld(Compiler *c, const Doc *list, char ***capabilities)
{
	int			n = 0;

	if (list->kind != DOC_LIST)
		doc_fail(list, NULL, list->kind == DOC_TEXT ?
				 psprintf(_("Write [\"%s\"]."), list->text) : NULL, "must be a list of capabilities");
	doc_check_size(list, 256);
	*capabilities = palloc(sizeof(char *) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *item = &list->children[i];
		const char *name = doc_name(item);

		for (int j = 0; j < n; j++)
			if (strcmp((*capabilities)[j], name) == 0)
				doc_fail(item, NULL, NULL, "\"%s\" is withheld twice", name);
		if (!c->stored && c->vocabulary && name_list_find(&c->capabilities, name) < 0)
		{
			const char *hint = closest_hint(name, (const char *const *) c->capabilities.names,
											c->capabilities.n);

			doc_fail(item, _("A document that has \"capabilities\" lists all that it withholds."),
					 hint != NULL ? hint : _("Add it to \"capabilities\"."),
					 "unknown capability \"%s\"", name);
		}
		name_list_add(&c->capabilities, name);
		(*capabilities)[n++] = pstrdup(name);
	}
	return n;
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
	const char *hint;			/* what is to be written instead */
	NameList	candidates;		/* what it might have been meant to be */
} Scope;

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
			const char *other = strncmp(name, "entry.", 6) == 0 ? name + 6 : psprintf("entry.%s", name);

			/* "entry.points" for "points", and the other way round */
			for (int j = 0; j < (int) lengthof(expr_names); j++)
				if (strcmp(expr_names[j].name, other) == 0 &&
					(expr_names[j].needs & ~scope->may) == 0)
					scope->hint = psprintf(_("Write \"%s\"."), other);
			scope->refused = name;
			scope->why = needs == EXPR_MAY_STATE ?
				_("The score is not known here.") :
				needs == EXPR_MAY_POINTS ?
				_("What a violation costs is known in modifiers and on the ladder only; what has been lost or has piled up is \"score\" and \"lost\".") :
				needs == EXPR_MAY_JUDGED ?
				_("The violation being judged is known in modifiers and on the ladder only.") :
				needs == EXPR_MAY_ENTRY ?
				_("The entry looked at is known in the \"where\" of a selection only.") :
				_("The quantity of an activity is known where the activity is listened to only.");
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
			scope->why = _("What \"observe\" counts is not known here.");
			return false;
		}
		if (!c->stored && policy->observables[i].same != 0 && !(scope->may & EXPR_MAY_JUDGED))
		{
			scope->refused = name;
			scope->why = _("It counts what is the same as the violation being judged (\"same\"), and here none is.");
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

static const char *const severities[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

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

	if (var == VAR_SEVERITY || var == VAR_ENTRY_SEVERITY)
	{
		for (int i = 0; i < NUM_SEVERITIES; i++)
			name_list_push(&scope->candidates, severities[i]);
		scope->refused = text;
		scope->why = psprintf(_("A severity is %s."), word_list(severities, NUM_SEVERITIES, "or"));
		return false;
	}
	if (var == VAR_SOURCE)
	{
		for (int i = 0; i < (int) lengthof(violation_sources); i++)
		{
			if (strcmp(violation_sources[i], text) == 0)
				return true;
			name_list_push(&scope->candidates, violation_sources[i]);
		}
		scope->refused = text;
		scope->why = psprintf(_("The source of a violation is %s."),
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
	scope->why = of_class ? _("No rule has this class.") :
		_("There is no rule with this code.");
	return false;
}

/* What people look for by another name. */
static const char *
known_elsewhere(const char *name)
{
	static const char *const counts[] = {
		"count", "sum", "avg", "total", "number", "distinct", "last", "previous"
	};
	static const char *const clocks[] = {
		"now", "today", "year", "date", "time", "age", "current_date", "current_timestamp", "extract"
	};

	for (int i = 0; i < (int) lengthof(counts); i++)
		if (pg_strcasecmp(name, counts[i]) == 0)
			return _("What is counted or summed up is given a name in \"observe\", and the name stands in the expression.");
	for (int i = 0; i < (int) lengthof(clocks); i++)
		if (pg_strcasecmp(name, clocks[i]) == 0)
			return _("A period is during('2025-01-01', '2026-01-01'), the time since a date within(joined, '30 days'); a date that is a fact is compared with date('2025-01-31').");
	return NULL;
}

static void
unknown_function(void *arg, const char *name, const char *const *known, int nknown)
{
	Scope	   *scope = arg;

	scope->refused = name;
	scope->hint = known_elsewhere(name);
	for (int i = 0; i < nknown; i++)
		name_list_push(&scope->candidates, known[i]);
	if (scope->hint == NULL)
		scope->why = psprintf(_("There are %s."), word_list(known, nknown, "and"));
}

static bool
read_instant(void *arg, const char *text, TimestampTz *at)
{
	Scope	   *scope = arg;

	return parse_instant(text, scope->c->policy->zone, at);
}

static Expr *
parse_expr(Compiler *c, const Doc *doc, ExprType wanted, int may)
{
	Scope		scope = {.c = c, .doc = doc, .may = may};
	ExprNames	names = {.arg = &scope, .resolve = resolve_name,
	.known_text = known_text, .unknown_function = unknown_function, .instant = read_instant};
	char	   *error;
	Expr	   *expr = expr_parse(doc_text(doc), wanted, &names, &error);

	if (expr == NULL)
	{
		const char *detail = NULL;
		const char *hint = NULL;

		if (scope.refused)
		{
			detail = scope.why;
			hint = scope.hint;
			if (hint == NULL)
				hint = closest_hint(scope.refused,
									(const char *const *) scope.candidates.names,
									scope.candidates.n);
			if (detail == NULL && hint == NULL)
				hint = known_elsewhere(scope.refused);
			if (detail == NULL && hint == NULL)
				hint = _("A fact about the account is declared in \"attributes\", what follows from facts in \"facets\", a count or a sum in \"observe\".");
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
			doc_fail(item, NULL, _("Put the case without \"when\" last."),
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
	doc_fail(doc, _("An expression is a text such as \"score <= 69\"; a list of cases is written [{\"when\": condition, \"use\": value}, ...]."),
			 NULL, "must be %s, an expression or a list of cases",
			 wanted == EXPR_NUMBER ? _("a number") :
			 wanted == EXPR_BOOLEAN ? _("true, false") : _("a number, true, false"));
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
 * Cycles
 * ------------------------------------------------------------------------
 */

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
				doc_fail(doc, NULL, _("Add \"cycle\" to the document."),
						 "the document has no cycle");
			*cycle = c->policy->cycle;
			return;
		}
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, psprintf(_("Allowed here: %s, or an object such as {\"every\": \"12 months\", \"from\": \"opened\"}."),
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
			doc_fail(from, _("A cycle counts from \"opened\", an attribute that holds a date, or an instant."),
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
