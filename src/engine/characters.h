/*
 * characters.h
 *		The characters of which expressions and spans are written.
 *
 * Only ASCII counts, whatever the locale of the server is: a policy document
 * must mean the same in every database, so isdigit() and the like will not do.
 */
#ifndef GOVERNANCE_ENGINE_CHARACTERS_H
#define GOVERNANCE_ENGINE_CHARACTERS_H

#include "postgres.h"

/* Can a name begin with the character? */
static inline bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Is it a decimal digit? */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is it one of the characters that only separate others? */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif							/* GOVERNANCE_ENGINE_CHARACTERS_H */
