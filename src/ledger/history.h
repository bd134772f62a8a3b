/*
 * history.h
 *		All that the ledger holds of an account.
 */
#ifndef GOVERNANCE_LEDGER_HISTORY_H
#define GOVERNANCE_LEDGER_HISTORY_H

#include "db/plan.h"
#include "db/stream.h"
#include "ledger/entry.h"
#include "rulebook/cache.h"

#define HISTORY_FACTS	0x01	/* account and attribute */
#define HISTORY_ENTRIES 0x02	/* violation, activity, revision */

/*
 * Reads the histories of accounts (sorted, distinct) in the current context,
 * one for each, in that order.
 */
extern AccountHistory *history_load(const int64 *accounts, int naccounts,
									int what, PlanMode mode);

/*
 * What an account holds that a scheme may look at (of the violations, perhaps
 * only those that concern it), with the rights of the caller; within
 * ledger_read_enter().
 */
extern AccountHistory *history_of(int64 account_id, Scheme *scheme, int what);

/* ---------- many accounts ---------- */

/* The histories of accounts from one to another, in order. */
typedef struct HistoryStream
{
	RowStream	accounts;
	RowStream	attributes;
	RowStream	violations;
	RowStream	activities;
	RowStream	revisions;
	WordPool	   *names;
} HistoryStream;

/* scheme: only accounts with a standing under it, and violations of it; null:
 * all. */
extern void history_stream_open(HistoryStream *stream, int64 first, int64 last,
								const char *scheme);

/*
 * Those of accounts whose standing under a scheme has seen something after an
 * instant, and of their violations the ones of the scheme.
 */
extern void history_stream_open_past(HistoryStream *stream, RowStream *standings,
									 const char *scheme, TimestampTz since);
extern void history_stream_close(HistoryStream *stream);

/*
 * The next history, in the current memory context; its words are those of
 * stream->names, its violations in no order.  Null at the end.
 */
extern AccountHistory *history_stream_next(HistoryStream *stream);

#endif							/* GOVERNANCE_LEDGER_HISTORY_H */
