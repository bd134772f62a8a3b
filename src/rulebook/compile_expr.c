/*
 * compile_expr.c
 *		Expressions in a document, and the facets that they use.
 *
 * Both are here because each asks for the other: a facet is an expression, and
 * an expression compiles the facets that it names.
 */
#include "postgres.h"

#include <math.h>

#include "engine/names.h"
#include "errors.h"
#include "miscadmin.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/instant.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/*
 * A facet that uses a facet that uses a facet...  The weight is how much there
 * is to evaluate when every facet is replaced by what it stands for; without a
 * limit, thirty lines that each use the one before twice would never end.
 */
#define MAX_FACET_DEPTH		16
#define MAX_FACET_WEIGHT	10000

static int	compile_facet(Compiler *c, int i);

/* ------------------------------------------------------------------------
 * What a name may be
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

/* Names of the language that came later: where a document has one of its own, that counts. */
static const struct
{
	const char *name;
	ExprVar		var;
	ExprType	type;
	bool		of_calendar;	/* only where the document has one */
}			late_names[] = {
	{"now", VAR_NOW, EXPR_DATE, false},
	{"opened", VAR_OPENED, EXPR_DATE, false},
	{"holiday", VAR_HOLIDAY, EXPR_BOOLEAN, true},
	{"worked_weekend", VAR_WORKED_WEEKEND, EXPR_BOOLEAN, true},
	{"working_day", VAR_WORKING_DAY, EXPR_BOOLEAN, true}
};

/* Is it one of these?  As resolve_name(). */
static bool
resolve_late_name(Scope *scope, const char *name, ExprVar *var, ExprType *type)
{
	for (int i = 0; i < (int) lengthof(late_names); i++)
	{
		if (strcmp(name, late_names[i].name) != 0)
			continue;
		if (late_names[i].of_calendar && !scope->c->policy->calendar.given)
		{
			scope->refused = name;
			scope->why = _("Kinds of days are those of the document's \"calendar\", and it has none.");
			return false;
		}
		*var = late_names[i].var;
		*type = late_names[i].type;
		return true;
	}
	return false;
}

/*
 * Called by the parser for each name: what it stands for, and false where it
 * is none that may stand here.  What the error is to say then is left in the
 * scope.
 *
 * In this order: names of the language, attributes, facets (which are compiled
 * when they are first asked for), observables.  No two of these have the same
 * name.  Last come the names of the language that came later.
 */
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
			if (c->room != NULL && c->room->is_function(c->room_arg, name))
				scope->hint = psprintf(_("Say of which scheme: %s('shop.credit')."), name);
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

	if (c->room != NULL)
	{
		const char *why;

		if (c->room->resolve(c->room_arg, name, scope->may, index, type, &why))
		{
			*var = VAR_EXTERNAL;
			return true;
		}
		if (why != NULL)
		{
			c->room->candidates(c->room_arg, scope->may, &scope->candidates);
			scope->refused = name;
			scope->why = why;
			return false;
		}
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

	if (resolve_late_name(scope, name, var, type))
		return true;
	if (scope->refused != NULL)
		return false;

	/* What might it have been meant to be? */
	scope->refused = name;
	for (i = 0; i < (int) lengthof(late_names); i++)
		if (!late_names[i].of_calendar || policy->calendar.given)
			name_list_push(&scope->candidates, late_names[i].name);
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
	if (c->room != NULL)
		c->room->candidates(c->room_arg, scope->may, &scope->candidates);
	return false;
}

/* Called by the parser for functions, which may be those of a room above. */
static bool
call_room(void *arg, const char *name, const char *const *texts, int ntexts, int *index,
		  ExprType *type)
{
	Scope	   *scope = arg;
	Compiler   *c = scope->c;
	const char *why = NULL;

	if (c->room == NULL)
		return false;
	if (ntexts < 0)
		return c->room->is_function(c->room_arg, name);
	if (c->room->call(c->room_arg, name, texts, ntexts, scope->may, index, type, &why, &scope->candidates))
		return true;
	scope->refused = ntexts > 0 ? texts[0] : name;
	scope->why = why;
	return false;
}

/* Called by the parser where texts are compared. */
static const char *const *
room_words(void *arg, int index, int *nwords)
{
	Scope	   *scope = arg;
	Compiler   *c = scope->c;

	return c->room != NULL ? c->room->words(c->room_arg, index, nwords) : NULL;
}

/*
 * Called by the parser for each text that a name is compared with: rules,
 * classes and sources must exist, and severities are compared in other
 * ways.  False where the text cannot be meant.
 */
static bool
known_text(void *arg, ExprVar var, int index, const char *text)
{
	Scope	   *scope = arg;
	Policy	   *policy = scope->c->policy;
	bool		of_class = var == VAR_CLASS || var == VAR_ENTRY_CLASS;

	if (var == VAR_SEVERITY || var == VAR_ENTRY_SEVERITY)
	{
		for (int i = 0; i < NUM_SEVERITIES; i++)
			name_list_push(&scope->candidates, severity_names[i]);
		scope->refused = text;
		scope->why = psprintf(_("A severity is %s."), word_list(severity_names, NUM_SEVERITIES, "or"));
		return false;
	}
	if (var == VAR_SOURCE)
	{
		for (int i = 0; i < (int) lengthof(source_names); i++)
		{
			if (strcmp(source_names[i], text) == 0)
				return true;
			name_list_push(&scope->candidates, source_names[i]);
		}
		scope->refused = text;
		scope->why = psprintf(_("The source of a violation is %s."),
							  word_list(source_names,
										lengthof(source_names), "or"));
		return false;
	}
	if (var == VAR_EXTERNAL)
	{
		int			nwords;
		const char *const *words = room_words(scope, index, &nwords);

		for (int i = 0; words != NULL && i < nwords; i++)
		{
			if (strcmp(words[i], text) == 0)
				return true;
			name_list_push(&scope->candidates, words[i]);
		}
		if (words == NULL)
			return true;
		scope->refused = text;
		scope->why = psprintf(_("There are %s."), word_list(words, nwords, "and"));
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

/* ------------------------------------------------------------------------
 * Expressions
 * ------------------------------------------------------------------------
 */

/* What people look for by another name: a hint, or null. */
static const char *
known_elsewhere(const char *name)
{
	static const char *const counts[] = {
		"count", "sum", "avg", "total", "number", "distinct", "last", "previous"
	};
	static const char *const clocks[] = {
		"today", "year", "date", "time", "current_date", "current_timestamp", "extract"
	};

	for (int i = 0; i < (int) lengthof(counts); i++)
		if (pg_strcasecmp(name, counts[i]) == 0)
			return _("What is counted or summed up is given a name in \"observe\", and the name stands in the expression.");
	for (int i = 0; i < (int) lengthof(clocks); i++)
		if (pg_strcasecmp(name, clocks[i]) == 0)
			return _("The instant is \"now\", as in now >= plus(joined, '30 days'); a period is during('2025-01-01', '2026-01-01'), and the years since a date are age(born).");
	return NULL;
}

/* Called by the parser before it gives up on a function. */
static void
unknown_function(void *arg, const char *name, const char *const *known, int nknown)
{
	Scope	   *scope = arg;

	scope->refused = name;
	scope->hint = known_elsewhere(name);
	for (int i = 0; i < nknown; i++)
		name_list_push(&scope->candidates, known[i]);
	if (scope->c->room != NULL)
		scope->c->room->functions(scope->c->room_arg, &scope->candidates);
	if (scope->hint == NULL)
		scope->why = psprintf(_("There are %s."), word_list(known, nknown, "and"));
}

/*
 * Called by the parser for a date in an expression: the document's zone counts.
 */
static bool
read_instant(void *arg, const char *text, TimestampTz *at)
{
	Scope	   *scope = arg;

	return parse_instant(text, scope->c->policy->zone, at);
}

/* A text as an expression; the error says what may have been meant. */
static Expr *
parse_expr(Compiler *c, const Doc *doc, ExprType wanted, int may)
{
	Scope		scope = {.c = c, .doc = doc, .may = may};
	ExprNames	names = {.arg = &scope, .resolve = resolve_name,
	.known_text = known_text, .call = call_room, .words = room_words,
	.unknown_function = unknown_function, .instant = read_instant};
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
 * none left there is nothing.  Put together from the last case on, each being
 * what the one before it is otherwise.
 */
static Expr *
compile_cases(Compiler *c, const Doc *list, ExprType wanted, int may)
{
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

		check_keys(item, &case_object);
		use = doc_required(item, "use");
		if (use->kind == DOC_LIST)
			doc_fail(use, NULL, NULL, "cases cannot be nested");
		value = use->kind == DOC_NULL && (may & EXPR_MAY_BE_NULL) ? expr_constant_null() :
			compile_expr(c, use, wanted, may);

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

/*
 * The kinds of JSON that cannot be an expression are refused with an example
 * of one.
 */
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

/* What can never be true is a slip; what is always true needs no evaluation. */
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

/*
 * A number is read from its decimal digits, so that it has hundredths exactly.
 */
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
 * Facets
 * ------------------------------------------------------------------------
 */

typedef struct Weighing
{
	const Compiler *c;
	int64		weight;
	int			depth;
} Weighing;

/* Called for each name in an expression: adds up what there is to evaluate. */
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
	value = compile_expr(c, doc, EXPR_NULL, c->facet_may);
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

/*
 * Only the names, so that attributes and facets can be told apart everywhere.
 */
void
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

/* Those that nothing has asked for are checked as well. */
void
compile_facets(Compiler *c)
{
	for (int i = 0; c->facets && i < c->facets->nchildren; i++)
		(void) compile_facet(c, i);
}
