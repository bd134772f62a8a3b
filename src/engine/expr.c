/*
 * expr.c
 *		The expression language of policy documents; see expr.h for the grammar.
 *
 * An expression is parsed by recursive descent into a small tree whose types
 * are checked and whose constant parts are folded while it is built.  Both the
 * nesting of the text and the height of the tree are limited, so that neither
 * parsing nor evaluation can run out of stack whatever the document says.
 */
#include "postgres.h"

#include <math.h>

#include "engine/engine.h"
#include "engine/expr.h"

#define MAX_EXPR_LENGTH		8192
#define MAX_EXPR_DEPTH		100
#define MAX_NAME_LENGTH		63

/*
 * Two numbers closer than this are the same: points have two decimals, so that
 * only the dust of binary fractions is smaller.
 */
#define NUMBER_DUST			1e-9

typedef enum NodeKind
{
	NODE_CONSTANT,
	NODE_VAR,
	NODE_AND,
	NODE_OR,
	NODE_NOT,
	NODE_COMPARE,
	NODE_IN,					/* args[0] in the constants args[1..] */
	NODE_ADD,
	NODE_SUBTRACT,
	NODE_MULTIPLY,
	NODE_DIVIDE,
	NODE_MODULO,
	NODE_NEGATE,
	NODE_IF,
	NODE_MIN,
	NODE_MAX,
	NODE_FLOOR,
	NODE_CEIL,
	NODE_ROUND,
	NODE_ABS,
	NODE_COALESCE,
	NODE_IS_NULL,
	NODE_WITHIN
} NodeKind;

typedef enum CompareOp
{
	CMP_EQ,
	CMP_NE,
	CMP_LT,
	CMP_LE,
	CMP_GT,
	CMP_GE
} CompareOp;

typedef struct Node
{
	NodeKind	kind;
	ExprType	type;
	int			height;
	CompareOp	op;				/* compare */
	bool		by_severity;	/* compare: texts by their rank as severities */
	ExprVar		var;			/* var */
	int			index;
	ExprValue	value;			/* constant */
	Span		span;			/* within */
	int			nargs;
	struct Node **args;
} Node;

struct Expr
{
	Node	   *root;

	/* root is "variable <op> constant number": no need to walk a tree */
	bool		simple;
	ExprVar		var;
	int			index;
	CompareOp	op;
	double		constant;
};

static const char *const severity_names[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

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
	{"coalesce", NODE_COALESCE, 1, -1},
	{"within", NODE_WITHIN, 2, 2},
	{"is_null", NODE_IS_NULL, 1, 1}
};

static const char *const keywords[] = {
	"and", "or", "not", "in", "true", "false", "null", "if", "min", "max",
	"floor", "ceil", "round", "abs", "coalesce", "within", "is_null"
};

/* ------------------------------------------------------------------------
 * Evaluation
 * ------------------------------------------------------------------------
 */

static inline ExprValue
null_value(void)
{
	ExprValue	v = {.type = EXPR_NULL, .isnull = true};

	return v;
}

static inline ExprValue
boolean_value(bool b)
{
	ExprValue	v = {.type = EXPR_BOOLEAN, .number = b ? 1 : 0};

	return v;
}

/* What is not a number any more (overflow, 0/0) is null. */
static inline ExprValue
number_value(double d)
{
	ExprValue	v = {.type = EXPR_NUMBER, .number = d};

	if (unlikely(!isfinite(d)))
		return null_value();
	return v;
}

static int
severity_rank(const char *name)
{
	for (int i = 0; i < NUM_SEVERITIES; i++)
	{
		if (strcmp(name, severity_names[i]) == 0)
			return i;
	}
	return -1;
}

static inline int
compare_numbers(double a, double b)
{
	if (fabs(a - b) < NUMBER_DUST)
		return 0;
	return a < b ? -1 : 1;
}

static inline bool
compare_holds(CompareOp op, int cmp)
{
	switch (op)
	{
		case CMP_EQ:
			return cmp == 0;
		case CMP_NE:
			return cmp != 0;
		case CMP_LT:
			return cmp < 0;
		case CMP_LE:
			return cmp <= 0;
		case CMP_GT:
			return cmp > 0;
		case CMP_GE:
			return cmp >= 0;
	}
	return false;
}

/* Neither value is null, and the parser has seen to it that the types match. */
static int
compare_values(const ExprValue *a, const ExprValue *b, bool by_severity)
{
	if (by_severity)
	{
		int			x = severity_rank(a->text);
		int			y = severity_rank(b->text);

		return x < y ? -1 : x > y;
	}

	switch (a->type)
	{
		case EXPR_NUMBER:
		case EXPR_BOOLEAN:
			return compare_numbers(a->number, b->number);
		case EXPR_DATE:
			return a->date < b->date ? -1 : a->date > b->date;
		case EXPR_TEXT:
			return strcmp(a->text, b->text);
		case EXPR_NULL:
			break;
	}
	return 0;
}

/*
 * The local parts of the instant are the expression's own business; all else
 * is asked of the caller.
 */
static ExprValue
variable_value(ExprVar var, int index, const ExprEnv *env)
{
	int			hour,
				weekday,
				day,
				month;

	switch (var)
	{
		case VAR_HOUR:
		case VAR_WEEKDAY:
		case VAR_DAY:
		case VAR_MONTH:
			if (TIMESTAMP_NOT_FINITE(env->at))
				return null_value();
			calendar_parts(env->at, env->policy->zone,
						   &hour, &weekday, &day, &month);
			return number_value(var == VAR_HOUR ? hour :
								var == VAR_WEEKDAY ? weekday :
								var == VAR_DAY ? day : month);
		default:
			return env->value(env->arg, var, index);
	}
}

static ExprValue
eval_node(const Node *node, const ExprEnv *env)
{
	ExprValue	a,
				b;

	switch (node->kind)
	{
		case NODE_CONSTANT:
			return node->value;

		case NODE_VAR:
			a = variable_value(node->var, node->index, env);
			return a.isnull ? null_value() : a;

		case NODE_AND:
		case NODE_OR:
			{
				/* as in SQL: a null only matters if nothing decides */
				bool		decides = node->kind == NODE_OR;
				bool		seen_null = false;

				for (int i = 0; i < node->nargs; i++)
				{
					a = eval_node(node->args[i], env);
					if (a.isnull)
						seen_null = true;
					else if ((a.number != 0) == decides)
						return boolean_value(decides);
				}
				return seen_null ? null_value() : boolean_value(!decides);
			}

		case NODE_NOT:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : boolean_value(a.number == 0);

		case NODE_COMPARE:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = eval_node(node->args[1], env);
			if (b.isnull)
				return b;
			return boolean_value(compare_holds(node->op,
											   compare_values(&a, &b, node->by_severity)));

		case NODE_IN:
			{
				bool		seen_null = false;

				a = eval_node(node->args[0], env);
				if (a.isnull)
					return a;
				for (int i = 1; i < node->nargs; i++)
				{
					b = node->args[i]->value;
					if (b.isnull)
						seen_null = true;
					else if (compare_values(&a, &b, false) == 0)
						return boolean_value(true);
				}
				return seen_null ? null_value() : boolean_value(false);
			}

		case NODE_ADD:
		case NODE_SUBTRACT:
		case NODE_MULTIPLY:
		case NODE_DIVIDE:
		case NODE_MODULO:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			b = eval_node(node->args[1], env);
			if (b.isnull)
				return b;
			switch (node->kind)
			{
				case NODE_ADD:
					return number_value(a.number + b.number);
				case NODE_SUBTRACT:
					return number_value(a.number - b.number);
				case NODE_MULTIPLY:
					return number_value(a.number * b.number);
				case NODE_DIVIDE:
					return b.number == 0 ? null_value() :
						number_value(a.number / b.number);
				default:
					return b.number == 0 ? null_value() :
						number_value(fmod(a.number, b.number));
			}

		case NODE_NEGATE:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : number_value(-a.number);

		case NODE_IF:
			a = eval_node(node->args[0], env);
			return eval_node(node->args[!a.isnull && a.number != 0 ? 1 : 2], env);

		case NODE_MIN:
		case NODE_MAX:
			a = eval_node(node->args[0], env);
			for (int i = 1; i < node->nargs && !a.isnull; i++)
			{
				int			cmp;

				b = eval_node(node->args[i], env);
				if (b.isnull)
					return b;
				cmp = compare_values(&b, &a, false);
				if (node->kind == NODE_MIN ? cmp < 0 : cmp > 0)
					a = b;
			}
			return a;

		case NODE_FLOOR:
		case NODE_CEIL:
		case NODE_ROUND:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			/* 0.1 * 30 is 3, not a little more */
			if (fabs(a.number - round(a.number)) < NUMBER_DUST)
				return number_value(round(a.number));
			return number_value(node->kind == NODE_FLOOR ? floor(a.number) :
								node->kind == NODE_CEIL ? ceil(a.number) :
								round(a.number));

		case NODE_ABS:
			a = eval_node(node->args[0], env);
			return a.isnull ? a : number_value(fabs(a.number));

		case NODE_COALESCE:
			for (int i = 0; i < node->nargs; i++)
			{
				a = eval_node(node->args[i], env);
				if (!a.isnull)
					return a;
			}
			return null_value();

		case NODE_IS_NULL:
			a = eval_node(node->args[0], env);
			return boolean_value(a.isnull);

		case NODE_WITHIN:
			a = eval_node(node->args[0], env);
			if (a.isnull)
				return a;
			return boolean_value(env->at < span_add(a.date, &node->span, 1,
													env->policy->zone));
	}
	return null_value();
}

ExprValue
expr_eval(const Expr *expr, const ExprEnv *env)
{
	if (expr->simple)
	{
		ExprValue	v = variable_value(expr->var, expr->index, env);

		if (v.isnull)
			return null_value();
		return boolean_value(compare_holds(expr->op,
										   compare_numbers(v.number, expr->constant)));
	}
	if (expr->root->kind == NODE_CONSTANT)
		return expr->root->value;
	return eval_node(expr->root, env);
}

bool
expr_true(const Expr *expr, const ExprEnv *env)
{
	ExprValue	v = expr_eval(expr, env);

	return !v.isnull && v.number != 0;
}

double
expr_number(const Expr *expr, const ExprEnv *env)
{
	ExprValue	v = expr_eval(expr, env);

	return v.isnull ? 0 : v.number;
}

Points
expr_points(const Expr *expr, const ExprEnv *env)
{
	return points_from_double(expr_number(expr, env));
}

Points
points_from_double(double points)
{
	double		d = points * 100;

	/* so that 0.285 gives 0.29, although it is stored as a little less */
	d = round(d + copysign(NUMBER_DUST, d));

	if (d >= POINTS_MAX)
		return POINTS_MAX;
	if (d <= -POINTS_MAX)
		return -POINTS_MAX;
	return (Points) d;
}

bool
expr_is_constant(const Expr *expr, double *value)
{
	const Node *root = expr->root;

	if (root->kind != NODE_CONSTANT || root->value.isnull ||
		(root->type != EXPR_NUMBER && root->type != EXPR_BOOLEAN))
		return false;
	if (value)
		*value = root->value.number;
	return true;
}

bool
expr_is_null(const Expr *expr)
{
	return expr->root->kind == NODE_CONSTANT && expr->root->value.isnull;
}

ExprType
expr_type(const Expr *expr)
{
	return expr->root->type;
}

/* ------------------------------------------------------------------------
 * Visiting
 * ------------------------------------------------------------------------
 */

static void
visit_node(const Node *node, ExprVisitor visit, void *arg)
{
	switch (node->kind)
	{
		case NODE_VAR:
			visit(arg, node->var, node->index, false, 0, NULL);
			return;

		case NODE_COMPARE:
			for (int i = 0; i < 2; i++)
			{
				const Node *x = node->args[i];
				const Node *y = node->args[1 - i];

				if (x->kind == NODE_VAR && y->kind == NODE_CONSTANT &&
					y->type == EXPR_NUMBER)
				{
					visit(arg, x->var, x->index, true, y->value.number, NULL);
					return;
				}
			}
			break;

		case NODE_IN:
			if (node->args[0]->kind == NODE_VAR &&
				node->args[0]->type == EXPR_NUMBER)
			{
				for (int i = 1; i < node->nargs; i++)
					visit(arg, node->args[0]->var, node->args[0]->index, true,
						  node->args[i]->value.number, NULL);
				return;
			}
			break;

		case NODE_WITHIN:
			if (node->args[0]->kind == NODE_VAR &&
				node->args[0]->var == VAR_ATTRIBUTE)
			{
				visit(arg, VAR_ATTRIBUTE, node->args[0]->index, false, 0,
					  &node->span);
				return;
			}
			visit(arg, VAR_ATTRIBUTE, -1, false, 0, &node->span);
			break;

		default:
			break;
	}

	for (int i = 0; i < node->nargs; i++)
		visit_node(node->args[i], visit, arg);
}

void
expr_visit(const Expr *expr, ExprVisitor visit, void *arg)
{
	visit_node(expr->root, visit, arg);
}

/* Are two expressions written alike, apart from blanks and parentheses? */
static bool
same_node(const Node *a, const Node *b)
{
	if (a->kind != b->kind || a->type != b->type || a->nargs != b->nargs)
		return false;

	switch (a->kind)
	{
		case NODE_CONSTANT:
			if (a->value.isnull || b->value.isnull)
				return a->value.isnull && b->value.isnull;
			return compare_values(&a->value, &b->value, false) == 0;
		case NODE_VAR:
			return a->var == b->var && a->index == b->index;
		case NODE_COMPARE:
			if (a->op != b->op)
				return false;
			break;
		case NODE_WITHIN:
			if (a->span.months != b->span.months ||
				a->span.days != b->span.days ||
				a->span.usecs != b->span.usecs ||
				a->span.forever != b->span.forever)
				return false;
			break;
		default:
			break;
	}

	for (int i = 0; i < a->nargs; i++)
	{
		if (!same_node(a->args[i], b->args[i]))
			return false;
	}
	return true;
}

bool
expr_equal(const Expr *a, const Expr *b)
{
	return same_node(a->root, b->root);
}

/*
 * Narrows down where a comparison of one variable with a constant holds.  Only
 * a conjunction of such comparisons has an interval.
 */
static bool
narrow(const Node *node, ExprInterval *interval)
{
	const Node *x;
	const Node *y;
	CompareOp	op;
	double		c;

	if (node->kind == NODE_AND)
	{
		for (int i = 0; i < node->nargs; i++)
		{
			if (!narrow(node->args[i], interval))
				return false;
		}
		return true;
	}
	if (node->kind != NODE_COMPARE)
		return false;

	x = node->args[0];
	y = node->args[1];
	op = node->op;
	if (x->kind == NODE_CONSTANT)
	{
		x = node->args[1];
		y = node->args[0];
		op = op == CMP_LT ? CMP_GT : op == CMP_LE ? CMP_GE :
			op == CMP_GT ? CMP_LT : op == CMP_GE ? CMP_LE : op;
	}
	if (x->kind != NODE_VAR || y->kind != NODE_CONSTANT ||
		y->type != EXPR_NUMBER || op == CMP_NE)
		return false;
	if (interval->given &&
		(interval->var != x->var || interval->index != x->index))
		return false;

	interval->given = true;
	interval->var = x->var;
	interval->index = x->index;
	c = y->value.number;
	if (op == CMP_LT || op == CMP_LE || op == CMP_EQ)
	{
		if (c < interval->high || (c == interval->high && op == CMP_LT))
		{
			interval->high = c;
			interval->high_open = op == CMP_LT;
		}
	}
	if (op == CMP_GT || op == CMP_GE || op == CMP_EQ)
	{
		if (c > interval->low || (c == interval->low && op == CMP_GT))
		{
			interval->low = c;
			interval->low_open = op == CMP_GT;
		}
	}
	return true;
}

bool
expr_interval(const Expr *expr, ExprInterval *interval)
{
	memset(interval, 0, sizeof(*interval));
	interval->low = -HUGE_VAL;
	interval->high = HUGE_VAL;
	return narrow(expr->root, interval);
}

/* ------------------------------------------------------------------------
 * Parsing
 * ------------------------------------------------------------------------
 */

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

static Node *parse_or(Parser *p);

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

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
		return fail(p, psprintf("%s expected at the end", wanted));
	if (p->token == TOKEN_TEXT)
		return fail(p, psprintf("%s expected instead of a text at position %d",
								wanted, (int) (p->at - p->start) + 1));
	if (p->token == TOKEN_NAME)
	{
		static const char *const words[] = {"and", "or", "not", "in"};

		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (strcmp(p->text, words[i]) != 0 && pg_strcasecmp(p->text, words[i]) == 0)
				return fail(p, psprintf("\"%s\" must be written \"%s\"",
										p->text, words[i]));
		}
	}
	return fail(p, psprintf("%s expected instead of \"%.*s\" at position %d",
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
			fail(p, psprintf("number too long at position %d",
							 (int) (p->at - p->start) + 1));
			return;
		}
		if (is_name_start(*s))
		{
			fail(p, psprintf("number followed by a letter at position %d",
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
			fail(p, psprintf("name too long at position %d",
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
				fail(p, psprintf("text without closing quote at position %d",
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
			if (*s > ' ' && *s < 0x7f)
				fail(p, psprintf("unexpected \"%c\" at position %d",
								 *s, (int) (s - p->start) + 1));
			else
				fail(p, psprintf("unexpected character at position %d",
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

static const char *
type_name(ExprType type)
{
	switch (type)
	{
		case EXPR_NUMBER:
			return "a number";
		case EXPR_BOOLEAN:
			return "a condition";
		case EXPR_TEXT:
			return "a text";
		case EXPR_DATE:
			return "a date";
		case EXPR_NULL:
			return "null";
	}
	return "?";
}

static Node *
make_node(NodeKind kind, ExprType type)
{
	Node	   *node = palloc0(sizeof(Node));

	node->kind = kind;
	node->type = type;
	node->height = 1;
	return node;
}

static Node *
make_constant(ExprValue value)
{
	Node	   *node = make_node(NODE_CONSTANT, value.type);

	node->value = value;
	return node;
}

static Node *
make_text(char *text)
{
	ExprValue	v = {.type = EXPR_TEXT, .text = text};

	return make_constant(v);
}

/*
 * A node over arguments, folded when they are all constant.  The height is
 * limited here, because a long sum is as deep as it is long.
 */
static Node *
make_op(Parser *p, NodeKind kind, ExprType type, CompareOp op,
		int nargs, Node **args)
{
	Node	   *node = make_node(kind, type);
	bool		constant = kind != NODE_WITHIN;

	node->op = op;
	node->nargs = nargs;
	node->args = palloc(sizeof(Node *) * nargs);
	memcpy(node->args, args, sizeof(Node *) * nargs);
	for (int i = 0; i < nargs; i++)
	{
		node->height = Max(node->height, args[i]->height + 1);
		if (args[i]->kind != NODE_CONSTANT)
			constant = false;
	}
	if (node->height > MAX_EXPR_DEPTH)
		return fail(p, pstrdup("expression nested too deeply"));

	if (constant)
	{
		ExprValue	v = eval_node(node, NULL);

		node = make_constant(v);
		node->type = type;
	}
	return node;
}

static bool
want_type(Parser *p, const Node *node, ExprType type, const char *what)
{
	if (node->type == type || node->type == EXPR_NULL)
		return true;
	fail(p, psprintf("%s needs %s, not %s",
					 what, type_name(type), type_name(node->type)));
	return false;
}

/* The common type of two branches; false when there is none. */
static bool
unify(ExprType *type, ExprType other)
{
	if (*type == EXPR_NULL)
		*type = other;
	return other == EXPR_NULL || *type == other;
}

static bool
enter(Parser *p)
{
	if (++p->depth > MAX_EXPR_DEPTH)
	{
		fail(p, pstrdup("expression nested too deeply"));
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
		if (severity_rank(constant->value.text) < 0)
		{
			fail(p, psprintf("unknown severity \"%s\"", constant->value.text));
			return false;
		}
	}
	else if (p->names->known_text &&
			 !p->names->known_text(p->names->arg, var->var, var->index,
								   constant->value.text))
	{
		fail(p, psprintf("unknown text \"%s\"", constant->value.text));
		return false;
	}
	return true;
}

static bool
is_severity(const Node *node)
{
	return node->kind == NODE_VAR &&
		(node->var == VAR_SEVERITY || node->var == VAR_ENTRY_SEVERITY);
}

static Node *
parse_function(Parser *p, char *name)
{
	Node	  **args = NULL;
	int			nargs = 0;
	int			room = 0;
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
		return fail(p, psprintf("unknown function \"%s\"", name));

	next_token(p);				/* the parenthesis */
	if (!at_symbol(p, ")"))
	{
		for (;;)
		{
			Node	   *arg = parse_or(p);

			if (arg == NULL)
				return NULL;
			if (nargs == room)
			{
				room = room == 0 ? 4 : room * 2;
				args = args == NULL ? palloc(sizeof(Node *) * room) :
					repalloc(args, sizeof(Node *) * room);
			}
			args[nargs++] = arg;
			if (!at_symbol(p, ","))
				break;
			next_token(p);
		}
	}
	if (!at_symbol(p, ")"))
		return fail_unexpected(p, "\",\" or \")\"");
	next_token(p);

	if (nargs < functions[f].min_args ||
		(functions[f].max_args >= 0 && nargs > functions[f].max_args))
	{
		if (functions[f].max_args == functions[f].min_args)
			return fail(p, psprintf("%s() takes %d argument%s, not %d", name,
									functions[f].min_args,
									functions[f].min_args == 1 ? "" : "s", nargs));
		return fail(p, psprintf("%s() takes at least %d argument%s, not %d", name,
								functions[f].min_args,
								functions[f].min_args == 1 ? "" : "s", nargs));
	}

	switch (functions[f].kind)
	{
		case NODE_IF:
			if (!want_type(p, args[0], EXPR_BOOLEAN, "the first argument of if()"))
				return NULL;
			if (!unify(&type, args[1]->type) || !unify(&type, args[2]->type))
				return fail(p, psprintf("if() cannot give both %s and %s",
										type_name(args[1]->type), type_name(args[2]->type)));
			break;

		case NODE_COALESCE:
			for (int i = 0; i < nargs; i++)
			{
				if (!unify(&type, args[i]->type))
					return fail(p, psprintf("coalesce() cannot give both %s and %s",
											type_name(type), type_name(args[i]->type)));
			}
			break;

		case NODE_MIN:
		case NODE_MAX:
			for (int i = 0; i < nargs; i++)
			{
				if (args[i]->type == EXPR_BOOLEAN || args[i]->type == EXPR_TEXT)
					return fail(p, psprintf("%s() needs numbers, not %s",
											name, type_name(args[i]->type)));
				if (!unify(&type, args[i]->type))
					return fail(p, psprintf("%s() cannot compare %s with %s", name,
											type_name(type), type_name(args[i]->type)));
			}
			break;

		case NODE_IS_NULL:
			type = EXPR_BOOLEAN;
			break;

		case NODE_WITHIN:
			if (!want_type(p, args[0], EXPR_DATE, "the first argument of within()"))
				return NULL;
			if (args[1]->kind != NODE_CONSTANT || args[1]->type != EXPR_TEXT ||
				!span_parse(args[1]->value.text, &span))
				return fail(p, pstrdup("the second argument of within() must be a span in quotes, such as \"30 days\""));
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
		node = make_constant(number_value(p->number));
		next_token(p);
		return node;
	}
	if (p->token == TOKEN_TEXT)
	{
		node = make_text(p->text);
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
			return fail_unexpected(p, "a value");

		next_token(p);
		if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
			return make_constant(boolean_value(name[0] == 't'));
		if (strcmp(name, "null") == 0)
			return make_constant(null_value());
		if (at_symbol(p, "("))
			return parse_function(p, name);

		if (!p->names->resolve(p->names->arg, name, &var, &index, &type))
			return fail(p, psprintf("unknown name \"%s\"", name));
		node = make_node(NODE_VAR, type);
		node->var = var;
		node->index = index;
		return node;
	}
	return fail_unexpected(p, "a value");
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
		return fail_unexpected(p, "\"(\" after \"in\"");
	do
	{
		Node	   *item;

		next_token(p);
		item = parse_sum(p);
		if (item == NULL)
			return NULL;
		if (item->kind != NODE_CONSTANT)
			return fail(p, pstrdup("only constants may stand in the list after \"in\""));
		if (subject->type != EXPR_NULL && item->type != EXPR_NULL &&
			subject->type != item->type)
			return fail(p, psprintf("cannot compare %s with %s",
									type_name(subject->type), type_name(item->type)));
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
		return fail_unexpected(p, "\",\" or \")\"");
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
	if (args[1] == NULL)
		return NULL;

	if (args[0]->type != EXPR_NULL && args[1]->type != EXPR_NULL &&
		args[0]->type != args[1]->type)
		return fail(p, psprintf("cannot compare %s with %s",
								type_name(args[0]->type), type_name(args[1]->type)));
	if (!check_text(p, args[0], args[1]) || !check_text(p, args[1], args[0]))
		return NULL;
	if (op != CMP_EQ && op != CMP_NE)
	{
		if (args[0]->type == EXPR_BOOLEAN || args[1]->type == EXPR_BOOLEAN)
			return fail(p, pstrdup("conditions can only be compared with = and <>"));
		if (args[0]->type == EXPR_TEXT && args[1]->type == EXPR_TEXT)
		{
			/* minor < medium < severe < extreme; no other texts have an order */
			if (!is_severity(args[0]) && !is_severity(args[1]))
				return fail(p, pstrdup("texts can only be compared with =, <> and in"));
			by_severity = true;
		}
	}
	if (compare_op(p, &again) || at_word(p, "in"))
		return fail(p, pstrdup("comparisons cannot be chained; combine them with \"and\""));

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

static Expr *
make_expr(Node *root)
{
	Expr	   *expr = palloc0(sizeof(Expr));

	expr->root = root;
	if (root->kind == NODE_COMPARE &&
		root->args[0]->kind == NODE_VAR &&
		root->args[0]->type == EXPR_NUMBER &&
		root->args[1]->kind == NODE_CONSTANT &&
		root->args[1]->type == EXPR_NUMBER)
	{
		expr->simple = true;
		expr->var = root->args[0]->var;
		expr->index = root->args[0]->index;
		expr->op = root->op;
		expr->constant = root->args[1]->value.number;
	}
	return expr;
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
		*error = psprintf("expression longer than %d bytes", MAX_EXPR_LENGTH);
		return NULL;
	}

	next_token(&p);
	if (p.error == NULL && p.token == TOKEN_END)
		fail(&p, pstrdup("empty expression"));
	root = parse_or(&p);
	if (root != NULL && p.error == NULL && p.token != TOKEN_END)
		fail_unexpected(&p, "an operator");
	if (root != NULL && p.error == NULL && wanted != EXPR_NULL &&
		root->type != EXPR_NULL && root->type != wanted)
		fail(&p, psprintf("%s is needed, not %s",
						  type_name(wanted), type_name(root->type)));
	if (p.error != NULL)
	{
		*error = p.error;
		return NULL;
	}
	return make_expr(root);
}

Expr *
expr_constant_number(double value)
{
	return make_expr(make_constant(number_value(value)));
}

Expr *
expr_constant_boolean(bool value)
{
	return make_expr(make_constant(boolean_value(value)));
}

Expr *
expr_if(Expr *condition, Expr *then, Expr *otherwise)
{
	Parser		p = {.start = "", .next = ""};
	Node	   *args[3] = {condition->root, then->root, otherwise->root};
	ExprType	type = then->root->type;
	Node	   *node;

	if (!unify(&type, otherwise->root->type))
		return NULL;
	node = make_op(&p, NODE_IF, type, CMP_EQ, 3, args);
	return node ? make_expr(node) : NULL;
}

Expr *
expr_constant_null(void)
{
	return make_expr(make_constant(null_value()));
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

/* ------------------------------------------------------------------------
 * Spans
 * ------------------------------------------------------------------------
 */

/* Longer than any instant can be away from another. */
#define MAX_SPAN_YEARS		300000
#define MAX_SPAN_USECS		(PG_INT64_MAX / 2)

static const struct
{
	const char *name;
	int			months;
	int			days;
	int64		usecs;
}			span_units[] = {
	{"year", 12, 0, 0},
	{"month", 1, 0, 0},
	{"week", 0, 7, 0},
	{"day", 0, 1, 0},
	{"hour", 0, 0, USECS_PER_HOUR},
	{"minute", 0, 0, USECS_PER_MINUTE},
	{"second", 0, 0, USECS_PER_SEC}
};

bool
span_unit(const char *name, int len, Span *one)
{
	memset(one, 0, sizeof(*one));
	if (len > 1 && name[len - 1] == 's')
		len--;
	for (int i = 0; i < (int) lengthof(span_units); i++)
	{
		if ((int) strlen(span_units[i].name) == len &&
			strncmp(span_units[i].name, name, len) == 0)
		{
			one->months = span_units[i].months;
			one->days = span_units[i].days;
			one->usecs = span_units[i].usecs;
			return true;
		}
	}
	return false;
}

bool
span_parse(const char *text, Span *span)
{
	const char *s = text;
	int			parts = 0;

	memset(span, 0, sizeof(*span));
	while (is_blank(*s))
		s++;

	if (strncmp(s, "ever", 4) == 0)
	{
		s += 4;
		while (is_blank(*s))
			s++;
		span->forever = true;
		return *s == '\0';
	}

	while (*s != '\0')
	{
		const char *unit;
		int64		n = 0;
		Span		one;
		int64		months,
					days,
					usecs;

		if (!is_digit(*s))
			return false;
		while (is_digit(*s))
		{
			n = n * 10 + (*s++ - '0');
			if (n > (int64) MAX_SPAN_YEARS * 366 * 86400)
				return false;
		}
		while (is_blank(*s))
			s++;
		unit = s;
		while (*s >= 'a' && *s <= 'z')
			s++;
		if (!span_unit(unit, s - unit, &one))
			return false;

		months = span->months + n * one.months;
		days = span->days + n * one.days;
		if (months > (int64) MAX_SPAN_YEARS * 12 ||
			days > (int64) MAX_SPAN_YEARS * 366 ||
			(one.usecs > 0 &&
			 n > MAX_SPAN_USECS / one.usecs))
			return false;
		usecs = span->usecs + n * one.usecs;
		if (usecs > MAX_SPAN_USECS)
			return false;

		span->months = (int32) months;
		span->days = (int32) days;
		span->usecs = usecs;
		parts++;
		while (is_blank(*s))
			s++;
	}
	return parts > 0;
}
