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

/* What one row says of a name. */
typedef struct PeriodRow
{
	bool		within;			/* there is a period: */
	TimestampTz since;			/* inclusive */
	TimestampTz until;			/* exclusive; an end at infinity is none */
	TimestampTz holds;			/* no more than that is so before this instant; from
								 * there on the row has to be read again */
} PeriodRow;

/*
 * Reads the row at hand for an instant; false when that takes SQL.  fold: it is to
 * be worked out if the row by itself does not say it; otherwise it holds for no
 * time, and is asked for again.
 */
typedef bool (*PeriodReader) (const DirectReader *reader, const char *name, Size length,
							  TimestampTz at, bool fold, PeriodRow *row);

typedef struct PeriodTable
{
	Table	   *table;
	DirectRights rights;		/* to it and to the table of accounts */
	int			since;			/* columns of a period; the key begins with an */
	int			until;			/* account (column 0) and a name (column 1) */
	PeriodReader read;			/* not null: the key begins with an account, and
								 * each of its rows says something of every name */
	const struct PeriodTable *also; /* its periods count as well; null: none */
} PeriodTable;

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
