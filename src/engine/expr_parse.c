/*
 * expr_parse.c
 *		From text to an expression: the grammar, which expr.h has.
 *
 * An expression is parsed by recursive descent, with one function for each rule
 * of the grammar.  Tokens are read in expr_token.c, and types are checked on the
 * way in expr_type.c.  The nesting of the text is limited as the height of the
 * tree is, so that parsing cannot run out of stack whatever the document says.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "engine/expr_token.h"
#include "engine/expr_tree.h"
#include "engine/expr_type.h"
#include "errors.h"

#define MAX_EXPR_LENGTH		8192

/* One level deeper; fails when the text is nested too deeply. */
static bool
enter(Parser *p)
{
	if (++p->depth > MAX_EXPR_DEPTH)
	{
		parse_fail(p, pstrdup(_("expression nested too deeply")));
		return false;
	}
	return true;
}

static Node *parse_or(Parser *p);

/*
 * The arguments of a function, from its opening parenthesis on: *nargs of them.
 * Null after an error.
 */
static Node **
parse_arguments(Parser *p, int *nargs)
{
	int			room = 4;
	Node	  **args = palloc(sizeof(Node *) * room);

	*nargs = 0;
	next_token(p);				/* the parenthesis */
	for (bool more = !at_symbol(p, ")"); more;)
	{
		Node	   *arg = parse_or(p);

		if (arg == NULL)
			return NULL;
		if (*nargs == room)
		{
			room *= 2;
			args = repalloc(args, sizeof(Node *) * room);
		}
		args[(*nargs)++] = arg;
		more = at_symbol(p, ",");
		if (more)
			next_token(p);
	}
	if (!at_symbol(p, ")"))
		return parse_fail_expected(p, _("\",\" or \")\""));
	next_token(p);
	return args;
}

/* A function of a room above: its arguments are texts that are written out. */
static Node *
parse_room_call(Parser *p, const char *name)
{
	int			nargs;
	Node	  **args = parse_arguments(p, &nargs);
	const char **texts = palloc(sizeof(char *) * Max(nargs, 1));
	int			index = -1;
	ExprType	type;
	Node	   *node;

	if (args == NULL)
		return NULL;
	for (int i = 0; i < nargs; i++)
	{
		if (args[i]->kind != NODE_CONSTANT || args[i]->type != EXPR_TEXT || args[i]->value.isnull)
			return parse_fail(p, psprintf(_("%s() takes texts in quotes"), name));
		texts[i] = args[i]->value.text;
	}
	if (!p->names->call(p->names->arg, name, texts, nargs, &index, &type))
		return parse_fail(p, psprintf(_("%s() cannot be asked so here"), name));
	node = expr_make_node(NODE_VAR, type);
	node->var = VAR_EXTERNAL;
	node->index = index;
	return node;
}

/* A name before a parenthesis is that of a function. */
static Node *
parse_function(Parser *p, const char *name)
{
	const ExprFunction *function;
	Node	  **args;
	int			nargs;

	if (p->names->call != NULL && p->names->call(p->names->arg, name, NULL, -1, NULL, NULL))
		return parse_room_call(p, name);
	function = find_function(p, name);
	if (function == NULL)
		return NULL;
	args = parse_arguments(p, &nargs);
	return args == NULL ? NULL : make_call(p, function, nargs, args);
}

/* A number, a text, a name, a call, or anything in parentheses. */
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
			return parse_fail_expected(p, "\")\"");
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
			return parse_fail_expected(p, _("a value"));

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
			return parse_fail(p, psprintf(_("unknown name \"%s\""), name));
		node = expr_make_node(NODE_VAR, type);
		node->var = var;
		node->index = index;
		return node;
	}
	return parse_fail_expected(p, _("a value"));
}

/* Any number of signs before one of these. */
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

/* Products, quotients and remainders, from left to right. */
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

/* Sums and differences of these, from left to right. */
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

/* Is the current token an operator that compares?  Then which. */
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

/* The list after "in", of which one item is what the subject equals. */
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
		return parse_fail_expected(p, _("\"(\" after \"in\""));
	do
	{
		Node	   *item;

		next_token(p);
		item = parse_sum(p);
		if (item == NULL || !check_item(p, subject, item))
			return NULL;
		if (nargs == room)
		{
			room *= 2;
			args = repalloc(args, sizeof(Node *) * room);
		}
		args[nargs++] = item;
	} while (at_symbol(p, ","));
	if (!at_symbol(p, ")"))
		return parse_fail_expected(p, _("\",\" or \")\""));
	next_token(p);

	return make_op(p, NODE_IN, EXPR_BOOLEAN, CMP_EQ, nargs, args);
}

/* A comparison of two sums, or one of them alone. */
static Node *
parse_compare(Parser *p)
{
	Node	   *args[2];
	CompareOp	op;
	CompareOp	again;
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
	if (args[1] == NULL)
		return NULL;
	node = make_compare(p, op, args);
	if (node == NULL)
		return NULL;
	if (compare_op(p, &again) || at_word(p, "in"))
		return parse_fail(p, pstrdup(_("comparisons cannot be chained; combine them with \"and\"")));
	return node;
}

/* A comparison, or what is not. */
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

/* "and" binds closer than "or". */
static Node *
parse_and(Parser *p)
{
	return parse_chain(p, NODE_AND, "and", parse_not);
}

/* The whole grammar, also of what stands in parentheses. */
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

/* See expr.h. */
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
		parse_fail(&p, pstrdup(_("empty expression")));
	root = parse_or(&p);
	if (root != NULL && p.error == NULL && p.token != TOKEN_END)
		parse_fail_expected(&p, _("an operator"));
	if (root != NULL && p.error == NULL && wanted != EXPR_NULL &&
		root->type != EXPR_NULL && root->type != wanted)
		parse_fail(&p, psprintf(_("%s is needed, not %s"),
						  expr_type_name(wanted), expr_type_name(root->type)));
	if (root != NULL && p.error == NULL)
		(void) check_now(&p, root);
	if (p.error != NULL)
	{
		*error = p.error;
		return NULL;
	}
	return expr_make(root);
}
