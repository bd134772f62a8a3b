/*
 * periods.h
 *		Does a period of an account include an instant?
 *
 * permits() and qualified() ask that of a table whose key begins with an account
 * and a name, and then whether the account exists.  One question is two looks
 * into indexes.  A query that asks it of many accounts (a policy of row-level
 * security does, of every row) remembers the answers, and once it has asked so
 * often that reading both tables whole would have cost no more, it does that and
 * looks nothing up any more.
 */
#ifndef GOVERNANCE_LEDGER_PERIODS_H
#define GOVERNANCE_LEDGER_PERIODS_H

#include "db/read.h"
#include "db/table.h"

#include "fmgr.h"

/* The key begins with columns 0 and 1: a bigint and a text. */
typedef struct PeriodTable
{
	Table *table;
	DirectRights rights;		/* to it and to the table of accounts */
	int			since;			/* columns */
	int			until;
} PeriodTable;

extern const PeriodTable restriction_periods;	/* restriction_row.c */

typedef enum PeriodAnswer
{
	PERIOD_ASK,					/* that takes SQL */
	PERIOD_NOBODY,				/* there is no such account */
	PERIOD_NONE,				/* no period includes it */
	PERIOD_WITHIN
} PeriodAnswer;

/*
 * What the active snapshot shows.  now: not of the instant but, when that is
 * later, of the time on the clock.  An end at infinity is none.  The memory is
 * that of the calling expression and lives as long as it does; null: none.
 */
extern PeriodAnswer periods_ask(FmgrInfo *caller, const PeriodTable *table, int64 account_id,
								text *name, TimestampTz at, bool now);

#endif							/* GOVERNANCE_LEDGER_PERIODS_H */
