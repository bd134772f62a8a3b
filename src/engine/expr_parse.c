/*
 * expr_parse.c
 *		From text to an expression: tokens, grammar and types; see expr.h for
 *		the grammar.
 *
 * An expression is parsed by recursive descent, and its types are checked on
 * the way.  The nesting of the text is limited as the height of the tree is,
 * so that parsing cannot run out of stack whatever the document says.
 */
#include "postgres.h"

#include "engine/characters.h"
#include "engine/expr.h"
#include "engine/expr_tree.h"
#include "engine/names.h"
#include "errors.h"

#define MAX_EXPR_LENGTH		8192
#define MAX_NAME_LENGTH		63

static const struct
{
	const char *name;
	NodeKind	kind;
	int			min_args;
	int			max_args;		/* -1: any number */
}			functions[] = {
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
	{"is_null", NODE_IS_NULL, 1, 1}
};

/*
 * What no fact may be called.  A function is told by its parenthesis, so that
 * those that came later ("date", "ln"...) need not be in the list.
 */
static const char *const keywords[] = {
	"and", "or", "not", "in", "true", "false", "null", "if", "min", "max",
	"floor", "ceil", "round", "abs", "coalesce", "within", "is_null"
};

/* ---------- tokens ---------- */

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_TEXT,
	TOKEN_NAME,
	TOKEN_SYMBOL
} TokenKind;

typedef struct Parser
{
	const char *start;
	const char *next;			/* first byte that has not been read */
	int			depth;
	const ExprNames *names;
	char	   *error;			/* the first one counts */

	/* the current token */
	TokenKind	token;
	const char *at;				/* where it begins */
	int			length;
	char		symbol[3];
	double		number;
	char	   *text;			/* of a text or a name */
} Parser;

static Node *
fail(Parser *p, char *error)
{
	if (p->error == NULL)
		p->error = error;
	/* nothing after an error is read */
	p->token = TOKEN_END;
	p->next = p->start + strlen(p->start);
	return NULL;
}

static Node *
fail_unexpected(Parser *p, const char *wanted)
{
	if (p->error)
		return NULL;
	if (p->token == TOKEN_END)
		return fail(p, psprintf(_("%s expected at the end"), wanted));
	if (p->token == TOKEN_TEXT)
		return fail(p, psprintf(_("%s expected instead of a text at position %d"),
								wanted, (int) (p->at - p->start) + 1));
	if (p->token == TOKEN_NAME)
	{
		static const char *const words[] = {"and", "or", "not", "in"};

		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (strcmp(p->text, words[i]) != 0 && pg_strcasecmp(p->text, words[i]) == 0)
				return fail(p, psprintf(_("\"%s\" must be written \"%s\""),
										p->text, words[i]));
		}
	}
	if (p->at > p->start && p->at[-1] == '=' && (*p->at == '>' || *p->at == '<'))
		return fail(p, psprintf(_("\"=%c\" must be written \"%c=\""), *p->at, *p->at));
	if (p->token == TOKEN_NAME && pg_strcasecmp(p->text, "between") == 0)
		return fail(p, pstrdup(_("\"x between a and b\" must be written \"x >= a and x <= b\"")));
	return fail(p, psprintf(_("%s expected instead of \"%.*s\" at position %d"),
							wanted, Min(p->length, MAX_NAME_LENGTH), p->at,
							(int) (p->at - p->start) + 1));
}

static void
next_token(Parser *p)
{
	const char *s = p->next;

	if (p->error)
		return;

	while (is_blank(*s))
		s++;
	p->at = s;

	if (*s == '\0')
	{
		p->token = TOKEN_END;
	}
	else if (is_digit(*s) || (*s == '.' && is_digit(s[1])))
	{
		char		buf[64];

		while (is_digit(*s))
			s++;
		if (*s == '.' && is_digit(s[1]))
		{
			s++;
			while (is_digit(*s))
				s++;
		}
		if (s - p->at >= (int) sizeof(buf))
		{
			fail(p, psprintf(_("number too long at position %d"),
							 (int) (p->at - p->start) + 1));
			return;
		}
		if (is_name_start(*s))
		{
			fail(p, psprintf(_("number followed by a letter at position %d"),
							 (int) (s - p->start) + 1));
			return;
		}
		memcpy(buf, p->at, s - p->at);
		buf[s - p->at] = '\0';
		p->token = TOKEN_NUMBER;
		p->number = strtod(buf, NULL);
	}
	else if (is_name_start(*s))
	{
		while (is_name_start(*s) || is_digit(*s))
			s++;
		/* one dot, as in entry.points */
		if (*s == '.' && is_name_start(s[1]))
		{
			s++;
			while (is_name_start(*s) || is_digit(*s))
				s++;
		}
		if (s - p->at > MAX_NAME_LENGTH)
		{
			fail(p, psprintf(_("name too long at position %d"),
							 (int) (p->at - p->start) + 1));
			return;
		}
		p->token = TOKEN_NAME;
		p->text = pnstrdup(p->at, s - p->at);
	}
	else if (*s == '"' || *s == '\'')
	{
		char		quote = *s++;
		char	   *d;

		p->text = d = palloc(strlen(s) + 1);
		for (;;)
		{
			if (*s == '\0')
			{
				fail(p, psprintf(_("text without closing quote at position %d"),
								 (int) (p->at - p->start) + 1));
				return;
			}
			if (*s == quote)
			{
				if (s[1] != quote)
					break;
				s++;
			}
			*d++ = *s++;
		}
		*d = '\0';
		s++;
		p->token = TOKEN_TEXT;
	}
	else
	{
		static const char *const symbols[] = {
			"==", "!=", "<>", "<=", ">=",
			"=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","
		};
		int			i;

		for (i = 0; i < (int) lengthof(symbols); i++)
		{
			if (strncmp(s, symbols[i], strlen(symbols[i])) == 0)
				break;
		}
		if (i == lengthof(symbols))
		{
			/* what other languages write */
			if (strncmp(s, "&&", 2) == 0 || strncmp(s, "||", 2) == 0)
				fail(p, psprintf(_("\"%.2s\" must be written \"%s\""), s, *s == '&' ? "and" : "or"));
			else if (*s > ' ' && *s < 0x7f)
				fail(p, psprintf(_("unexpected \"%c\" at position %d"),
								 *s, (int) (s - p->start) + 1));
			else
				fail(p, psprintf(_("unexpected character at position %d"),
								 (int) (s - p->start) + 1));
			return;
		}
		p->token = TOKEN_SYMBOL;
		strlcpy(p->symbol, symbols[i], sizeof(p->symbol));
		s += strlen(symbols[i]);
	}

	p->length = s - p->at;
	p->next = s;
}

static bool
at_symbol(const Parser *p, const char *symbol)
{
	return p->token == TOKEN_SYMBOL && strcmp(p->symbol, symbol) == 0;
}

static bool
at_word(const Parser *p, const char *word)
{
	return p->token == TOKEN_NAME && strcmp(p->text, word) == 0;
}

/* ---------- types and texts ---------- */

static const char *
type_name(ExprType type)
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

static Node *
make_op(Parser *p, NodeKind kind, ExprType type, CompareOp op,
		int nargs, Node **args)
{
	Node	   *node = expr_make_op(kind, type, op, nargs, args);

	if (node == NULL)
		return fail(p, pstrdup(_("expression nested too deeply")));
	return node;
}

static bool
want_type(Parser *p, const Node *node, ExprType type, const char *what)
{
	if (node->type == type || node->type == EXPR_NULL)
		return true;
	fail(p, psprintf(_("%s needs %s, not %s"),
					 what, type_name(type), type_name(node->type)));
	return false;
}

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
		fail(p, psprintf(_("\"%s\" is not a date such as \"2025-01-31\" or \"2025-01-31 12:00\""),
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

static bool
enter(Parser *p)
{
	if (++p->depth > MAX_EXPR_DEPTH)
	{
		fail(p, pstrdup(_("expression nested too deeply")));
		return false;
	}
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
			fail(p, psprintf(_("unknown severity \"%s\""), constant->value.text));
			return false;
		}
	}
	else if (p->names->known_text &&
			 !p->names->known_text(p->names->arg, var->var, var->index,
								   constant->value.text))
	{
		fail(p, psprintf(_("unknown text \"%s\""), constant->value.text));
		return false;
	}
	return true;
}

/* ---------- grammar ---------- */

static Node *parse_or(Parser *p);

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
			return fail(p, psprintf(_("a number is written without quotes, not '%s'"),
									text->value.text));
	}
	if ((a->type == EXPR_DATE || b->type == EXPR_DATE) && number->type == EXPR_NUMBER &&
		number->kind == NODE_CONSTANT)
		return fail(p, psprintf(_("a date is compared with one in quotes, such as \"2025-01-31\", not with %.10g"),
								number->value.number));
	return fail(p, psprintf(_("cannot compare %s with %s"),
							type_name(a->type), type_name(b->type)));
}

static bool
is_severity(const Node *node)
{
	return node->kind == NODE_VAR &&
		(node->var == VAR_SEVERITY || node->var == VAR_ENTRY_SEVERITY);
}

/* From one date on and before another: what has not passed the one and has not
 * passed the other. */
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
		return fail(p, pstrdup(_("during() ends before it begins")));
	parts[0] = make_op(p, NODE_NOT, EXPR_BOOLEAN, CMP_EQ, 1, &parts[0]);
	return parts[0] == NULL ? NULL :
		make_op(p, NODE_AND, EXPR_BOOLEAN, CMP_EQ, 2, parts);
}

static Node *
parse_function(Parser *p, char *name)
{
	Node	  **args;
	int			nargs = 0;
	int			room = 4;
	int			f;
	ExprType	type = EXPR_NULL;
	Node	   *node;
	Span		span;

	for (f = 0; f < (int) lengthof(functions); f++)
	{
		if (strcmp(functions[f].name, name) == 0)
			break;
	}
	if (f == lengthof(functions))
	{
		const char *known[lengthof(functions)];

		for (f = 0; f < (int) lengthof(functions); f++)
			known[f] = functions[f].name;
		if (p->names->unknown_function)
			p->names->unknown_function(p->names->arg, name, known, lengthof(functions));
		return fail(p, psprintf(_("unknown function \"%s\""), name));
	}

	next_token(p);				/* the parenthesis */
	args = palloc(sizeof(Node *) * room);
	if (!at_symbol(p, ")"))
	{
		for (;;)
		{
			Node	   *arg = parse_or(p);

			if (arg == NULL)
				return NULL;
			if (nargs == room)
			{
				room *= 2;
				args = repalloc(args, sizeof(Node *) * room);
			}
			args[nargs++] = arg;
			if (!at_symbol(p, ","))
				break;
			next_token(p);
		}
	}
	if (!at_symbol(p, ")"))
		return fail_unexpected(p, _("\",\" or \")\""));
	next_token(p);

	if (nargs < functions[f].min_args ||
		(functions[f].max_args >= 0 && nargs > functions[f].max_args))
	{
		if (functions[f].max_args == functions[f].min_args)
			return fail(p, psprintf(functions[f].min_args == 1 ?
									_("%s() takes %d argument, not %d") :
									_("%s() takes %d arguments, not %d"), name,
									functions[f].min_args, nargs));
		return fail(p, psprintf(functions[f].min_args == 1 ?
								_("%s() takes at least %d argument, not %d") :
								_("%s() takes at least %d arguments, not %d"), name,
								functions[f].min_args, nargs));
	}

	switch (functions[f].kind)
	{
		case NODE_IF:
			if (!want_type(p, args[0], EXPR_BOOLEAN, _("the first argument of if()")))
				return NULL;
			if (!read_dates(p, args + 1, 2))
				return NULL;
			if (!expr_unify(&type, args[1]->type) || !expr_unify(&type, args[2]->type))
				return fail(p, psprintf(_("if() cannot give both %s and %s"),
										type_name(args[1]->type), type_name(args[2]->type)));
			break;

		case NODE_COALESCE:
			if (!read_dates(p, args, nargs))
				return NULL;
			for (int i = 0; i < nargs; i++)
			{
				if (!expr_unify(&type, args[i]->type))
					return fail(p, psprintf(_("coalesce() cannot give both %s and %s"),
											type_name(type), type_name(args[i]->type)));
			}
			break;

		case NODE_MIN:
		case NODE_MAX:
			if (!read_dates(p, args, nargs))
				return NULL;
			for (int i = 0; i < nargs; i++)
			{
				if (args[i]->type == EXPR_BOOLEAN || args[i]->type == EXPR_TEXT)
					return fail(p, psprintf(_("%s() needs numbers, not %s"),
											name, type_name(args[i]->type)));
				if (!expr_unify(&type, args[i]->type))
					return fail(p, psprintf(_("%s() cannot compare %s with %s"), name,
											type_name(type), type_name(args[i]->type)));
			}
			break;

		case NODE_IS_NULL:
			type = EXPR_BOOLEAN;
			break;

		case NODE_CONSTANT:
			if (!is_text(args[0]))
				return fail(p, pstrdup(_("date() needs a date in quotes, such as \"2025-01-31\"")));
			return read_date(p, args[0]) ? args[0] : NULL;

		case NODE_WITHIN:
			if (strcmp(name, "during") == 0)
				return make_during(p, args);
			if (!read_date(p, args[0]) ||
				!want_type(p, args[0], EXPR_DATE, _("the first argument of within()")))
				return NULL;
			if (args[1]->kind != NODE_CONSTANT || args[1]->type != EXPR_TEXT ||
				!span_parse(args[1]->value.text, &span))
				return fail(p, pstrdup(_("the second argument of within() must be a span in quotes, such as \"30 days\"")));
			node = make_op(p, NODE_WITHIN, EXPR_BOOLEAN, CMP_EQ, 1, args);
			if (node)
				node->span = span;
			return node;

		default:
			if (!want_type(p, args[0], EXPR_NUMBER, psprintf("%s()", name)))
				return NULL;
			type = EXPR_NUMBER;
			break;
	}

	return make_op(p, functions[f].kind, type, CMP_EQ, nargs, args);
}

static Node *
parse_primary(Parser *p)
{
	Node	   *node;

	if (p->token == TOKEN_NUMBER)
	{
		node = expr_make_constant(number_value(p->number));
		next_token(p);
		return node;
	}
	if (p->token == TOKEN_TEXT)
	{
		node = expr_make_text(p->text);
		next_token(p);
		return node;
	}
	if (at_symbol(p, "("))
	{
		next_token(p);
		node = parse_or(p);
		if (node == NULL)
			return NULL;
		if (!at_symbol(p, ")"))
			return fail_unexpected(p, "\")\"");
		next_token(p);
		return node;
	}
	if (p->token == TOKEN_NAME)
	{
		char	   *name = p->text;
		ExprVar		var;
		int			index = -1;
		ExprType	type;

		if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0 ||
			strcmp(name, "in") == 0)
			return fail_unexpected(p, _("a value"));

		next_token(p);
		if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
			return expr_make_constant(boolean_value(name[0] == 't'));
		if (strcmp(name, "null") == 0)
			return expr_make_constant(null_value());
		if (p->error)
			return NULL;
		if (at_symbol(p, "("))
			return parse_function(p, name);

		if (!p->names->resolve(p->names->arg, name, &var, &index, &type))
			return fail(p, psprintf(_("unknown name \"%s\""), name));
		node = expr_make_node(NODE_VAR, type);
		node->var = var;
		node->index = index;
		return node;
	}
	return fail_unexpected(p, _("a value"));
}

static Node *
parse_unary(Parser *p)
{
	Node	   *node;

	if (!at_symbol(p, "-"))
		return parse_primary(p);

	if (!enter(p))
		return NULL;
	next_token(p);
	node = parse_unary(p);
	p->depth--;
	if (node == NULL || !want_type(p, node, EXPR_NUMBER, "\"-\""))
		return NULL;
	return make_op(p, NODE_NEGATE, EXPR_NUMBER, CMP_EQ, 1, &node);
}

static Node *
parse_term(Parser *p)
{
	Node	   *args[2];

	args[0] = parse_unary(p);
	while (args[0] != NULL &&
		   (at_symbol(p, "*") || at_symbol(p, "/") || at_symbol(p, "%")))
	{
		char		symbol = p->symbol[0];
		char	   *what = psprintf("\"%c\"", symbol);

		next_token(p);
		args[1] = parse_unary(p);
		if (args[1] == NULL ||
			!want_type(p, args[0], EXPR_NUMBER, what) ||
			!want_type(p, args[1], EXPR_NUMBER, what))
			return NULL;
		args[0] = make_op(p, symbol == '*' ? NODE_MULTIPLY :
						  symbol == '/' ? NODE_DIVIDE : NODE_MODULO,
						  EXPR_NUMBER, CMP_EQ, 2, args);
	}
	return args[0];
}

static Node *
parse_sum(Parser *p)
{
	Node	   *args[2];

	args[0] = parse_term(p);
	while (args[0] != NULL && (at_symbol(p, "+") || at_symbol(p, "-")))
	{
		char		symbol = p->symbol[0];
		char	   *what = psprintf("\"%c\"", symbol);

		next_token(p);
		args[1] = parse_term(p);
		if (args[1] == NULL ||
			!want_type(p, args[0], EXPR_NUMBER, what) ||
			!want_type(p, args[1], EXPR_NUMBER, what))
			return NULL;
		args[0] = make_op(p, symbol == '+' ? NODE_ADD : NODE_SUBTRACT,
						  EXPR_NUMBER, CMP_EQ, 2, args);
	}
	return args[0];
}

static bool
compare_op(const Parser *p, CompareOp *op)
{
	static const struct
	{
		const char *symbol;
		CompareOp	op;
	}			ops[] = {
		{"=", CMP_EQ}, {"==", CMP_EQ}, {"!=", CMP_NE}, {"<>", CMP_NE},
		{"<", CMP_LT}, {"<=", CMP_LE}, {">", CMP_GT}, {">=", CMP_GE}
	};

	for (int i = 0; i < (int) lengthof(ops); i++)
	{
		if (at_symbol(p, ops[i].symbol))
		{
			*op = ops[i].op;
			return true;
		}
	}
	return false;
}

static Node *
parse_in(Parser *p, Node *subject)
{
	Node	  **args;
	int			nargs = 1;
	int			room = 8;

	args = palloc(sizeof(Node *) * room);
	args[0] = subject;

	next_token(p);
	if (!at_symbol(p, "("))
		return fail_unexpected(p, _("\"(\" after \"in\""));
	do
	{
		Node	   *item;

		next_token(p);
		item = parse_sum(p);
		if (item == NULL)
			return NULL;
		if (item->kind != NODE_CONSTANT)
			return fail(p, pstrdup(_("only constants may stand in the list after \"in\"")));
		if (subject->type == EXPR_DATE && !read_date(p, item))
			return NULL;
		if (subject->type != EXPR_NULL && item->type != EXPR_NULL &&
			subject->type != item->type)
			return fail_compare(p, subject, item);
		if (!check_text(p, subject, item))
			return NULL;
		if (nargs == room)
		{
			room *= 2;
			args = repalloc(args, sizeof(Node *) * room);
		}
		args[nargs++] = item;
	} while (at_symbol(p, ","));
	if (!at_symbol(p, ")"))
		return fail_unexpected(p, _("\",\" or \")\""));
	next_token(p);

	return make_op(p, NODE_IN, EXPR_BOOLEAN, CMP_EQ, nargs, args);
}

static Node *
parse_compare(Parser *p)
{
	Node	   *args[2];
	CompareOp	op;
	CompareOp	again;
	bool		by_severity = false;
	Node	   *node;

	args[0] = parse_sum(p);
	if (args[0] == NULL)
		return NULL;
	if (at_word(p, "in"))
		return parse_in(p, args[0]);
	if (!compare_op(p, &op))
		return args[0];

	next_token(p);
	args[1] = parse_sum(p);
	if (args[1] == NULL || !read_dates(p, args, 2))
		return NULL;

	if (args[0]->type != EXPR_NULL && args[1]->type != EXPR_NULL &&
		args[0]->type != args[1]->type)
		return fail_compare(p, args[0], args[1]);
	if (!check_text(p, args[0], args[1]) || !check_text(p, args[1], args[0]))
		return NULL;
	if (op != CMP_EQ && op != CMP_NE)
	{
		if (args[0]->type == EXPR_BOOLEAN || args[1]->type == EXPR_BOOLEAN)
			return fail(p, pstrdup(_("conditions can only be compared with = and <>")));
		if (args[0]->type == EXPR_TEXT && args[1]->type == EXPR_TEXT)
		{
			/* minor < medium < severe < extreme; no other texts have an order */
			if (!is_severity(args[0]) && !is_severity(args[1]))
				return fail(p, pstrdup(_("texts can only be compared with =, <> and in")));
			by_severity = true;
		}
	}
	if (compare_op(p, &again) || at_word(p, "in"))
		return fail(p, pstrdup(_("comparisons cannot be chained; combine them with \"and\"")));

	node = make_op(p, NODE_COMPARE, EXPR_BOOLEAN, op, 2, args);
	if (node)
		node->by_severity = by_severity;
	return node;
}

static Node *
parse_not(Parser *p)
{
	Node	   *node;

	if (!at_word(p, "not"))
		return parse_compare(p);

	if (!enter(p))
		return NULL;
	next_token(p);
	node = parse_not(p);
	p->depth--;
	if (node == NULL || !want_type(p, node, EXPR_BOOLEAN, "\"not\""))
		return NULL;
	return make_op(p, NODE_NOT, EXPR_BOOLEAN, CMP_EQ, 1, &node);
}

/* A chain of one connective is one node, however long it is. */
static Node *
parse_chain(Parser *p, NodeKind kind, const char *word, Node *(*operand) (Parser *))
{
	Node	   *first = operand(p);
	Node	  **args;
	char	   *what;
	int			nargs = 1;
	int			room = 4;

	if (first == NULL || !at_word(p, word))
		return first;

	what = psprintf("\"%s\"", word);
	args = palloc(sizeof(Node *) * room);
	args[0] = first;
	while (at_word(p, word))
	{
		if (nargs == room)
		{
			room *= 2;
			args = repalloc(args, sizeof(Node *) * room);
		}
		next_token(p);
		args[nargs] = operand(p);
		if (args[nargs] == NULL)
			return NULL;
		nargs++;
	}
	for (int i = 0; i < nargs; i++)
	{
		if (!want_type(p, args[i], EXPR_BOOLEAN, what))
			return NULL;
	}
	return make_op(p, kind, EXPR_BOOLEAN, CMP_EQ, nargs, args);
}

static Node *
parse_and(Parser *p)
{
	return parse_chain(p, NODE_AND, "and", parse_not);
}

static Node *
parse_or(Parser *p)
{
	Node	   *node;

	if (!enter(p))
		return NULL;
	node = parse_chain(p, NODE_OR, "or", parse_and);
	p->depth--;
	return node;
}

Expr *
expr_parse(const char *text, ExprType wanted, const ExprNames *names,
		   char **error)
{
	Parser		p = {.start = text, .next = text, .names = names};
	Node	   *root;

	*error = NULL;
	if (strlen(text) > MAX_EXPR_LENGTH)
	{
		*error = psprintf(_("expression longer than %d bytes"), MAX_EXPR_LENGTH);
		return NULL;
	}

	next_token(&p);
	if (p.error == NULL && p.token == TOKEN_END)
		fail(&p, pstrdup(_("empty expression")));
	root = parse_or(&p);
	if (root != NULL && p.error == NULL && p.token != TOKEN_END)
		fail_unexpected(&p, _("an operator"));
	if (root != NULL && p.error == NULL && wanted != EXPR_NULL &&
		root->type != EXPR_NULL && root->type != wanted)
		fail(&p, psprintf(_("%s is needed, not %s"),
						  type_name(wanted), type_name(root->type)));
	if (p.error != NULL)
	{
		*error = p.error;
		return NULL;
	}
	return expr_make(root);
}

bool
expr_reserved(const char *name)
{
	static const char *const names[] = {
		"score", "start", "cap", "limit", "floor", "lost", "points", "rule",
		"class", "severity", "source", "entry", "quantity", "hour", "weekday",
		"day", "month"
	};

	for (int i = 0; i < (int) lengthof(keywords); i++)
	{
		if (strcmp(name, keywords[i]) == 0)
			return true;
	}
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}
