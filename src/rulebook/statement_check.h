/*
 * statement_check.h
 *		What a value of a statement of reasons may look like.
 */
#ifndef GOVERNANCE_RULEBOOK_STATEMENT_CHECK_H
#define GOVERNANCE_RULEBOOK_STATEMENT_CHECK_H

#include "postgres.h"


/* How many characters, of any script. */
extern int	statement_length(const char *text);

/* Nothing but blanks, of any script? */
extern bool statement_blank(const char *text);

/*
 * http or https, a host that has a dot, and nothing that would have to be
 * escaped.
 */
extern bool statement_url(const char *text);

/* Thirteen digits. */
extern bool statement_ean(const char *text);

/* Letters, digits, "-" and "_". */
extern bool statement_puid(const char *text);

/* YYYY-MM-DD of the calendar; compares as text then. */
extern bool statement_date(const char *text);

#endif							/* GOVERNANCE_RULEBOOK_STATEMENT_CHECK_H */
