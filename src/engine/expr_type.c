/*
 * expr_type.c
 *		The types of expressions while they are parsed: nodes are made here when
 *		what they are made of has the types that it needs.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "engine/expr_token.h"
#include "engine/expr_tree.h"
#include "engine/expr_type.h"
#include "engine/names.h"
#include "engine/span.h"
#include "errors.h"

/* The kind of "date" is that of what it gives, and "during" is made of two "within". */
struct ExprFunction
{
	const char *name;
	NodeKind	kind;
	int			min_args;
	int			max_args;		/* -1: any number */
};

static const ExprFunction functions[] = {
	{"if", NODE_IF, 3, 3},
	{"min", NODE_MIN, 1, -1},
	{"max", NODE_MAX, 1, -1},
	{"floor", NODE_FLOOR, 1, 1},
	{"ceil", NODE_CEIL, 1, 1},
	{"round", NODE_ROUND, 1, 1},
	{"abs", NODE_ABS, 1, 1},
	{"ln", NODE_LN, 1, 1},
	{"coalesce", NODE_COALESCE, 1, -1},
	{"within", NODE_WITHIN, 2, 2},
	{"during", NODE_WITHIN, 2, 2},
	{"date", NODE_CONSTANT, 1, 1},
	{"age", NODE_AGE, 1, 1},
	{"plus", NODE_PLUS, 2, 2},
	{"is_null", NODE_IS_NULL, 1, 1}
};

/* ---------- types and texts ---------- */

/* See expr_type.h. */
const char *
expr_type_name(ExprType type)
{
	switch (type)
	{
		case EXPR_NUMBER:
			return _("a number");
		case EXPR_BOOLEAN:
			return _("a condition");
		case EXPR_TEXT:
			return _("a text");
		case EXPR_DATE:
			return _("a date");
		case EXPR_NULL:
			return _("null");
	}
	return "?";
}

/* See expr_type.h.  Anything else made of it would change all the time. */
bool
check_now(Parser *p, const Node *node)
{
	if (node->kind != NODE_VAR || node->var != VAR_NOW)
		return true;
	parse_fail(p, pstrdup(_("\"now\" can only be compared with a date, as in \"now >= plus(joined, '4 days')\"")));
	return false;
}

/* See expr_type.h. */
Node *
make_op(Parser *p, NodeKind kind, ExprType type, CompareOp op,
		int nargs, Node **args)
{
	Node	   *node;

	for (int i = 0; i < nargs && kind != NODE_COMPARE; i++)
		if (!check_now(p, args[i]))
			return NULL;
	node = expr_make_op(kind, type, op, nargs, args);
	if (node == NULL)
		return parse_fail(p, pstrdup(_("expression nested too deeply")));
	return node;
}

/* See expr_type.h; what: how the message names what needs it. */
bool
want_type(Parser *p, const Node *node, ExprType type, const char *what)
{
	if (node->type == type || node->type == EXPR_NULL)
		return true;
	parse_fail(p, psprintf(_("%s needs %s, not %s"),
					 what, expr_type_name(type), expr_type_name(node->type)));
	return false;
}

/* Is it a text that is written out? */
static bool
is_text(const Node *node)
{
	return node->kind == NODE_CONSTANT && node->type == EXPR_TEXT && !node->value.isnull;
}

/* A text where a date is wanted is read as one. */
static bool
read_date(Parser *p, Node *node)
{
	TimestampTz at;

	if (!is_text(node))
		return true;
	if (p->names->instant == NULL || !p->names->instant(p->names->arg, node->value.text, &at))
	{
		parse_fail(p, psprintf(_("\"%s\" is not a date such as \"2025-01-31\" or \"2025-01-31 12:00\""),
						 node->value.text));
		return false;
	}
	node->type = node->value.type = EXPR_DATE;
	node->value.text = NULL;
	node->value.date = at;
	return true;
}

/* Among dates, texts are dates. */
static bool
read_dates(Parser *p, Node **args, int nargs)
{
	bool		dates = false;

	for (int i = 0; i < nargs; i++)
		dates |= args[i]->type == EXPR_DATE;
	for (int i = 0; dates && i < nargs; i++)
		if (!read_date(p, args[i]))
			return false;
	return true;
}

/* A text that a variable is compared with must be one that it can have. */
static bool
check_text(Parser *p, const Node *var, const Node *constant)
{
	if (var->kind != NODE_VAR || constant->kind != NODE_CONSTANT ||
		constant->type != EXPR_TEXT || constant->value.isnull)
		return true;
	if (var->var == VAR_SEVERITY || var->var == VAR_ENTRY_SEVERITY)
	{
		if (severity_by_name(constant->value.text) < 0)
		{
			if (p->names->known_text)
				(void) p->names->known_text(p->names->arg, var->var, var->index,
											constant->value.text);
			parse_fail(p, psprintf(_("unknown severity \"%s\""), constant->value.text));
			return false;
		}
	}
	else if (p->names->known_text &&
			 !p->names->known_text(p->names->arg, var->var, var->index,
								   constant->value.text))
	{
		parse_fail(p, psprintf(_("unknown text \"%s\""), constant->value.text));
		return false;
	}
	return true;
}

/* Two of different types are compared: how one of them is written, where that is why. */
static Node *
fail_compare(Parser *p, const Node *a, const Node *b)
{
	const Node *text = is_text(a) ? a : is_text(b) ? b : NULL;
	const Node *number = a->type == EXPR_NUMBER ? a : b;

	if (text != NULL && number->type == EXPR_NUMBER && text->value.text[0] != '\0')
	{
		char	   *end;

		(void) strtod(text->value.text, &end);
		if (*end == '\0')
			return parse_fail(p, psprintf(_("a number is written without quotes, not '%s'"),
									text->value.text));
	}
	if ((a->type == EXPR_DATE || b->type == EXPR_DATE) && number->type == EXPR_NUMBER &&
		number->kind == NODE_CONSTANT)
		return parse_fail(p, psprintf(_("a date is compared with one in quotes, such as \"2025-01-31\", not with %.10g"),
								number->value.number));
	return parse_fail(p, psprintf(_("cannot compare %s with %s"),
							expr_type_name(a->type), expr_type_name(b->type)));
}

/* The texts of a name in their order, as those of severities; null: they have none. */
static const char *const *
ordered_words(const Parser *p, const Node *node, int *nwords)
{
	if (node->kind != NODE_VAR)
		return NULL;
	if (node->var == VAR_SEVERITY || node->var == VAR_ENTRY_SEVERITY)
	{
		*nwords = NUM_SEVERITIES;
		return severity_names;
	}
	if (node->var == VAR_EXTERNAL && p->names->words != NULL)
		return p->names->words(p->names->arg, node->index, nwords);
	return NULL;
}

/* See expr_type.h.  Of texts, those of some names have an order alone. */
Node *
make_compare(Parser *p, CompareOp op, Node **args)
{
	const char *const *words = NULL;
	int			nwords = 0;
	Node	   *node;

	if (!read_dates(p, args, 2))
		return NULL;
	if (args[0]->type != EXPR_NULL && args[1]->type != EXPR_NULL &&
		args[0]->type != args[1]->type)
		return fail_compare(p, args[0], args[1]);
	if (!check_text(p, args[0], args[1]) || !check_text(p, args[1], args[0]))
		return NULL;
	if (op != CMP_EQ && op != CMP_NE)
	{
		if (args[0]->type == EXPR_BOOLEAN || args[1]->type == EXPR_BOOLEAN)
			return parse_fail(p, pstrdup(_("conditions can only be compared with = and <>")));
		if (args[0]->type == EXPR_TEXT && args[1]->type == EXPR_TEXT)
		{
			/* as minor < medium < severe < extreme */
			words = ordered_words(p, args[0], &nwords);
			if (words == NULL)
				words = ordered_words(p, args[1], &nwords);
			if (words == NULL)
				return parse_fail(p, pstrdup(_("texts can only be compared with =, <> and in")));
		}
	}
	node = make_op(p, NODE_COMPARE, EXPR_BOOLEAN, op, 2, args);
	if (node)
	{
		node->words = words;
		node->nwords = nwords;
	}
	return node;
}

/* See expr_type.h. */
bool
check_item(Parser *p, const Node *subject, Node *item)
{
	if (item->kind != NODE_CONSTANT)
	{
		parse_fail(p, pstrdup(_("only constants may stand in the list after \"in\"")));
		return false;
	}
	if (subject->type == EXPR_DATE && !read_date(p, item))
		return false;
	if (subject->type != EXPR_NULL && item->type != EXPR_NULL &&
		subject->type != item->type)
	{
		fail_compare(p, subject, item);
		return false;
	}
	return check_text(p, subject, item);
}

/* ---------- functions ---------- */

/*
 * during(a, b): from one date on and before another.  That is what is not within
 * the time before the first one, and is within the time before the second one.
 */
static Node *
make_during(Parser *p, Node **args)
{
	Node	   *parts[2];

	for (int i = 0; i < 2; i++)
	{
		if (!read_date(p, args[i]) || !want_type(p, args[i], EXPR_DATE, "during()"))
			return NULL;
		parts[i] = make_op(p, NODE_WITHIN, EXPR_BOOLEAN, CMP_EQ, 1, &args[i]);
		if (parts[i] == NULL)
			return NULL;
	}
	if (args[0]->kind == NODE_CONSTANT && args[1]->kind == NODE_CONSTANT &&
		!args[0]->value.isnull && !args[1]->value.isnull &&
		args[0]->value.date >= args[1]->value.date)
		return parse_fail(p, pstrdup(_("during() ends before it begins")));
	parts[0] = make_op(p, NODE_NOT, EXPR_BOOLEAN, CMP_EQ, 1, &parts[0]);
	return parts[0] == NULL ? NULL :
		make_op(p, NODE_AND, EXPR_BOOLEAN, CMP_EQ, 2, parts);
}

/* See expr_type.h. */
const ExprFunction *
find_function(Parser *p, const char *name)
{
	const char *known[lengthof(functions)];

	for (int f = 0; f < (int) lengthof(functions); f++)
	{
		if (strcmp(functions[f].name, name) == 0)
			return &functions[f];
		known[f] = functions[f].name;
	}
	if (p->names->unknown_function)
		p->names->unknown_function(p->names->arg, name, known, lengthof(functions));
	return parse_fail(p, psprintf(_("unknown function \"%s\""), name));
}

/* Has a call as many arguments as the function takes? */
static bool
check_count(Parser *p, const ExprFunction *function, int nargs)
{
	int			min = function->min_args;

	if (nargs >= min && (function->max_args < 0 || nargs <= function->max_args))
		return true;
	if (function->max_args == min)
		parse_fail(p, psprintf(min == 1 ? _("%s() takes %d argument, not %d") :
							   _("%s() takes %d arguments, not %d"), function->name, min, nargs));
	else
		parse_fail(p, psprintf(min == 1 ? _("%s() takes at least %d argument, not %d") :
							   _("%s() takes at least %d arguments, not %d"), function->name, min,
							   nargs));
	return false;
}

/* if(condition, a, b): *type becomes that of both branches. */
static bool
check_if(Parser *p, Node **args, ExprType *type)
{
	if (!want_type(p, args[0], EXPR_BOOLEAN, _("the first argument of if()")))
		return false;
	if (!read_dates(p, args + 1, 2))
		return false;
	if (expr_unify(type, args[1]->type) && expr_unify(type, args[2]->type))
		return true;
	parse_fail(p, psprintf(_("if() cannot give both %s and %s"),
						   expr_type_name(args[1]->type), expr_type_name(args[2]->type)));
	return false;
}

/* coalesce(a, b, c): *type becomes that of all of them. */
static bool
check_coalesce(Parser *p, int nargs, Node **args, ExprType *type)
{
	if (!read_dates(p, args, nargs))
		return false;
	for (int i = 0; i < nargs; i++)
	{
		if (expr_unify(type, args[i]->type))
			continue;
		parse_fail(p, psprintf(_("coalesce() cannot give both %s and %s"),
							   expr_type_name(*type), expr_type_name(args[i]->type)));
		return false;
	}
	return true;
}

/* min(a, b) and max(a, b), of numbers or of dates: *type becomes theirs. */
static bool
check_extreme(Parser *p, const char *name, int nargs, Node **args, ExprType *type)
{
	if (!read_dates(p, args, nargs))
		return false;
	for (int i = 0; i < nargs; i++)
	{
		if (args[i]->type == EXPR_BOOLEAN || args[i]->type == EXPR_TEXT)
		{
			parse_fail(p, psprintf(_("%s() needs numbers, not %s"),
								   name, expr_type_name(args[i]->type)));
			return false;
		}
		if (!expr_unify(type, args[i]->type))
		{
			parse_fail(p, psprintf(_("%s() cannot compare %s with %s"), name,
								   expr_type_name(*type), expr_type_name(args[i]->type)));
			return false;
		}
	}
	return true;
}

/* within(date, "span"): the span is a constant, so that it is known when it ends. */
static Node *
make_within(Parser *p, Node **args)
{
	Node	   *node;
	Span		span;

	if (!read_date(p, args[0]) ||
		!want_type(p, args[0], EXPR_DATE, _("the first argument of within()")))
		return NULL;
	if (args[1]->kind != NODE_CONSTANT || args[1]->type != EXPR_TEXT ||
		!span_parse(args[1]->value.text, &span))
		return parse_fail(p, pstrdup(_("the second argument of within() must be a span in quotes, such as \"30 days\"")));
	node = make_op(p, NODE_WITHIN, EXPR_BOOLEAN, CMP_EQ, 1, args);
	if (node)
		node->span = span;
	return node;
}

/*
 * Makes spans of the constant texts that if() and cases choose from; false where
 * there is anything else.
 */
static bool
read_spans(Node *node)
{
	if (node->kind == NODE_IF)
		return read_spans(node->args[1]) && read_spans(node->args[2]);
	if (node->kind == NODE_SPAN)
		return true;
	if (!is_text(node) || !span_parse(node->value.text, &node->span))
		return false;
	node->kind = NODE_SPAN;
	return true;
}

/* plus(date, "span"): the spans are constants, only the choice is not. */
static Node *
make_plus(Parser *p, Node **args)
{
	if (!read_date(p, args[0]) ||
		!want_type(p, args[0], EXPR_DATE, _("the first argument of plus()")))
		return NULL;
	if (!read_spans(args[1]))
		return parse_fail(p, pstrdup(_("the second argument of plus() must be a span in quotes, such as \"30 days\", or if() of such spans")));
	return make_op(p, NODE_PLUS, EXPR_DATE, CMP_EQ, 2, args);
}

/* See expr_type.h.  All functions that are not named below take one number. */
Node *
make_call(Parser *p, const ExprFunction *function, int nargs, Node **args)
{
	ExprType	type = EXPR_NULL;

	if (!check_count(p, function, nargs))
		return NULL;
	switch (function->kind)
	{
		case NODE_IF:
			if (!check_if(p, args, &type))
				return NULL;
			break;

		case NODE_COALESCE:
			if (!check_coalesce(p, nargs, args, &type))
				return NULL;
			break;

		case NODE_MIN:
		case NODE_MAX:
			if (!check_extreme(p, function->name, nargs, args, &type))
				return NULL;
			break;

		case NODE_IS_NULL:
			type = EXPR_BOOLEAN;
			break;

		case NODE_CONSTANT:
			if (!is_text(args[0]))
				return parse_fail(p, pstrdup(_("date() needs a date in quotes, such as \"2025-01-31\"")));
			return read_date(p, args[0]) ? args[0] : NULL;

		case NODE_AGE:
			if (!read_date(p, args[0]) || !want_type(p, args[0], EXPR_DATE, "age()"))
				return NULL;
			type = EXPR_NUMBER;
			break;

		case NODE_PLUS:
			return make_plus(p, args);

		case NODE_WITHIN:
			return strcmp(function->name, "during") == 0 ? make_during(p, args) :
				make_within(p, args);

		default:
			if (!want_type(p, args[0], EXPR_NUMBER, psprintf("%s()", function->name)))
				return NULL;
			type = EXPR_NUMBER;
			break;
	}
	return make_op(p, function->kind, type, CMP_EQ, nargs, args);
}
