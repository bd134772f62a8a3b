/*
 * expr_token.c
 *		The tokens of an expression, and what is said of one that cannot be read.
 */
#include "postgres.h"

#include "engine/characters.h"
#include "engine/expr.h"
#include "engine/expr_token.h"
#include "errors.h"

#define MAX_NAME_LENGTH		63

/*
 * What no fact may be called.  A function is told by its parenthesis, so that
 * those that came later ("date", "ln"...) need not be in the list.
 */
static const char *const keywords[] = {
	"and", "or", "not", "in", "true", "false", "null", "if", "min", "max",
	"floor", "ceil", "round", "abs", "coalesce", "within", "is_null"
};

/* See expr_token.h.  Nothing after an error is read. */
void *
parse_fail(Parser *p, char *error)
{
	if (p->error == NULL)
		p->error = error;
	p->token = TOKEN_END;
	p->next = p->start + strlen(p->start);
	return NULL;
}

/*
 * See expr_token.h.  Where the token is what another language writes, the message
 * says how it is written here.
 */
void *
parse_fail_expected(Parser *p, const char *wanted)
{
	if (p->error)
		return NULL;
	if (p->token == TOKEN_END)
		return parse_fail(p, psprintf(_("%s expected at the end"), wanted));
	if (p->token == TOKEN_TEXT)
		return parse_fail(p, psprintf(_("%s expected instead of a text at position %d"),
								wanted, (int) (p->at - p->start) + 1));
	if (p->token == TOKEN_NAME)
	{
		static const char *const words[] = {"and", "or", "not", "in"};

		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (strcmp(p->text, words[i]) != 0 && pg_strcasecmp(p->text, words[i]) == 0)
				return parse_fail(p, psprintf(_("\"%s\" must be written \"%s\""),
										p->text, words[i]));
		}
	}
	if (p->at > p->start && p->at[-1] == '=' && (*p->at == '>' || *p->at == '<'))
		return parse_fail(p, psprintf(_("\"=%c\" must be written \"%c=\""), *p->at, *p->at));
	if (p->token == TOKEN_NAME && pg_strcasecmp(p->text, "between") == 0)
		return parse_fail(p, pstrdup(_("\"x between a and b\" must be written \"x >= a and x <= b\"")));
	return parse_fail(p, psprintf(_("%s expected instead of \"%.*s\" at position %d"),
							wanted, Min(p->length, MAX_NAME_LENGTH), p->at,
							(int) (p->at - p->start) + 1));
}

/* Where in the expression a byte stands, counted from 1, for messages. */
static int
position(const Parser *p, const char *s)
{
	return (int) (s - p->start) + 1;
}

/* Reads a number, which has digits and may have a point and more digits; gives its end. */
static const char *
read_number(Parser *p, const char *s)
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
		return parse_fail(p, psprintf(_("number too long at position %d"), position(p, p->at)));
	if (is_name_start(*s))
		return parse_fail(p, psprintf(_("number followed by a letter at position %d"),
									  position(p, s)));
	memcpy(buf, p->at, s - p->at);
	buf[s - p->at] = '\0';
	p->token = TOKEN_NUMBER;
	p->number = strtod(buf, NULL);
	return s;
}

/* Reads a name, which may have one dot, as in entry.points; gives its end. */
static const char *
read_name(Parser *p, const char *s)
{
	while (is_name_start(*s) || is_digit(*s))
		s++;
	if (*s == '.' && is_name_start(s[1]))
	{
		s++;
		while (is_name_start(*s) || is_digit(*s))
			s++;
	}
	if (s - p->at > MAX_NAME_LENGTH)
		return parse_fail(p, psprintf(_("name too long at position %d"), position(p, p->at)));
	p->token = TOKEN_NAME;
	p->text = pnstrdup(p->at, s - p->at);
	return s;
}

/* Reads a text in quotes of either kind; the quote itself is written twice.  Gives its end. */
static const char *
read_text(Parser *p, const char *s)
{
	char		quote = *s++;
	char	   *d;

	p->text = d = palloc(strlen(s) + 1);
	for (;;)
	{
		if (*s == '\0')
			return parse_fail(p, psprintf(_("text without closing quote at position %d"),
										  position(p, p->at)));
		if (*s == quote)
		{
			if (s[1] != quote)
				break;
			s++;
		}
		*d++ = *s++;
	}
	*d = '\0';
	p->token = TOKEN_TEXT;
	return s + 1;
}

/* Reads an operator, a bracket or a comma; gives its end. */
static const char *
read_symbol(Parser *p, const char *s)
{
	/* the longer ones first */
	static const char *const symbols[] = {
		"==", "!=", "<>", "<=", ">=",
		"=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","
	};

	for (int i = 0; i < (int) lengthof(symbols); i++)
	{
		if (strncmp(s, symbols[i], strlen(symbols[i])) != 0)
			continue;
		p->token = TOKEN_SYMBOL;
		strlcpy(p->symbol, symbols[i], sizeof(p->symbol));
		return s + strlen(symbols[i]);
	}

	/* what other languages write */
	if (strncmp(s, "&&", 2) == 0 || strncmp(s, "||", 2) == 0)
		return parse_fail(p, psprintf(_("\"%.2s\" must be written \"%s\""), s,
									  *s == '&' ? "and" : "or"));
	if (*s > ' ' && *s < 0x7f)
		return parse_fail(p, psprintf(_("unexpected \"%c\" at position %d"), *s, position(p, s)));
	return parse_fail(p, psprintf(_("unexpected character at position %d"), position(p, s)));
}

/* See expr_token.h; what the token is, its first byte tells. */
void
next_token(Parser *p)
{
	const char *s = p->next;

	if (p->error)
		return;
	while (is_blank(*s))
		s++;
	p->at = s;
	if (*s == '\0')
		p->token = TOKEN_END;
	else if (is_digit(*s) || (*s == '.' && is_digit(s[1])))
		s = read_number(p, s);
	else if (is_name_start(*s))
		s = read_name(p, s);
	else if (*s == '"' || *s == '\'')
		s = read_text(p, s);
	else
		s = read_symbol(p, s);
	if (s == NULL)
		return;
	p->length = s - p->at;
	p->next = s;
}

/* See expr_token.h. */
bool
at_symbol(const Parser *p, const char *symbol)
{
	return p->token == TOKEN_SYMBOL && strcmp(p->symbol, symbol) == 0;
}

/* See expr_token.h; a text in quotes is no word. */
bool
at_word(const Parser *p, const char *word)
{
	return p->token == TOKEN_NAME && strcmp(p->text, word) == 0;
}

/* See expr.h: the words above, and the names that documents have by themselves. */
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
