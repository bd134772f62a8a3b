/*
 * expr_token.h
 *		The tokens of an expression, and what is said of one that cannot be read.
 */
#ifndef GOVERNANCE_ENGINE_EXPR_TOKEN_H
#define GOVERNANCE_ENGINE_EXPR_TOKEN_H

#include "engine/expr.h"

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

/*
 * Makes the next token the current one.  At the end of the text, and after an
 * error, it is TOKEN_END.
 */
extern void next_token(Parser *p);

/* Is the current token this symbol, or this word? */
extern bool at_symbol(const Parser *p, const char *symbol);
extern bool at_word(const Parser *p, const char *word);

/*
 * Takes note of an error, a palloc'd sentence fragment, unless there was one
 * before.  Always gives null, so that a function that gives a tree can return
 * what it gives.
 */
extern void *parse_fail(Parser *p, char *error);

/* The same: something else than the current token was expected. */
extern void *parse_fail_expected(Parser *p, const char *wanted);

#endif							/* GOVERNANCE_ENGINE_EXPR_TOKEN_H */
