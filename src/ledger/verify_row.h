/*
 * verify_row.h
 *		The derived rows of an account, one at a time, and what is reported of
 *		them.
 */
#ifndef GOVERNANCE_LEDGER_VERIFY_ROW_H
#define GOVERNANCE_LEDGER_VERIFY_ROW_H

#include "db/stream.h"

#include "nodes/execnodes.h"
#include "utils/typcache.h"

/* The derived tables. */
enum
{
	STANDING, SANCTION, NDERIVED
};

/* What one call of verify_range() has at hand. */
typedef struct Verification
{
	ReturnSetInfo *result;
	RowStream	derived[NDERIVED];
	WordPool	   *names;
	TypeCacheEntry *range;
	int64		account_id;
	const char *scheme;
	bool		uncounted;		/* its state is of an earlier version, which has not
								 * counted how often a rung has opened */

	/* for rebuild(): which accounts are not as it would leave them */
	bool		only_whether;
	bool		stale;			/* this one is not */
	bool		waits;			/* it is to be taken over by settle() */
} Verification;

/* ---------- columns of the row at hand, by number from 1 ---------- */

/* As the column's type prints it; null where the column is null. */
extern char *column_text(const RowStream *stream, int number);

/* One of few words, kept once for all rows. */
extern const char *column_word(const Verification *v, const RowStream *stream, int number);

/* An instant; `missing` where the column is null. */
static inline TimestampTz
column_time(const RowStream *stream, int number, TimestampTz missing)
{
	return stream->nulls[number - 1] ? missing :
		DatumGetTimestampTz(stream->values[number - 1]);
}

/* A number; 0 where the column is null. */
static inline int64
column_int8(const RowStream *stream, int number)
{
	return stream->nulls[number - 1] ? 0 : DatumGetInt64(stream->values[number - 1]);
}

/* Does the row at hand of a derived table belong to the account and scheme that are
 * being looked at? */
extern bool row_here(const Verification *v, int derived);

/* ---------- differences ---------- */

/*
 * Reports what is stored and what a replay gives; null: one of them has none.  In
 * a call that only asks which accounts are stale nothing is printed.
 */
extern void differ(Verification *v, const char *item, const char *stored, const char *replayed);

/* Reports what is in one list of descriptions and not in the other; sorts both. */
extern void differ_lists(Verification *v, const char *item, char **stored, int nstored,
						 char **replayed, int nreplayed);

/* As columns of these types print. */
extern char *timestamptz_text(TimestampTz at);
extern char *text_array_text(Datum array);
extern char *range_text(TimestampTz starts, TimestampTz ends, bool empty);

#endif							/* GOVERNANCE_LEDGER_VERIFY_ROW_H */
