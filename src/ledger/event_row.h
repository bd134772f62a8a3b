/*
 * event_row.h
 *		The rows of governance.event, and those of governance.event_watch that say
 *		how far a standing has been announced.
 *
 * Within ledger_enter().
 */
#ifndef GOVERNANCE_LEDGER_EVENT_ROW_H
#define GOVERNANCE_LEDGER_EVENT_ROW_H

#include "db/rows.h"
#include "ledger/consumer.h"
#include "rulebook/cache.h"

/* How far a standing has been announced. */
typedef struct EventWatch
{
	int64		account_id;
	Scheme	   *scheme;
	const char *rung;			/* that it is known to be near; null: none */
	TimestampTz seen;			/* what time has brought is announced up to here */
	TimestampTz told;			/* and what became of sanctions up to here */
	TimestampTz near_at;		/* when an entry last brought it near a rung, or
								 * DT_NOBEGIN */
	TimestampTz next_at;		/* when tick() looks at it again */
	bool		known;			/* it has been looked at since there is a consumer */
	bool		fresh;			/* its standing is new: it has hardly a row */
	bool		locked;			/* it was looked for, or is fresh, and its row is */
	bool		there;			/* locked if there is one */
	bool		changed;		/* for event_watches_write() */
	RowHandle	row;
} EventWatch;

/* The table of them, open for one statement. */
typedef Rows WatchTable;

extern void event_watches_open(WatchTable *table);
extern void event_watches_close(WatchTable *table);

/*
 * Locks the rows of standings, whose own rows are locked: distinct and in the
 * order of account and scheme.  Fills in those that are there.  Whoever else waits
 * for such a row has the row of its standing, so that the order matters to nobody.
 * Raises ERRCODE_T_R_SERIALIZATION_FAILURE when the transaction may not see a row.
 */
extern void event_watches_lock(WatchTable *table, EventWatch *const *watches, int n);

/*
 * Writes those that are locked and have changed, or were not there.  A fresh one
 * may have a row all the same, of a standing that somebody has taken away: that is
 * written.
 */
extern void event_watches_write(WatchTable *table, EventWatch *watches, int n);

/* An event, as it is written. */
typedef struct EventWrite
{
	int64		account_id;
	EventKind	kind;
	TimestampTz at;
	text	   *scheme;
	int64		sanction_id;	/* 0: none */
	int64		policy_id;		/* likewise */
	const char *detail;			/* a JSON object */
} EventWrite;

/* Writes events in the order given, and wakes who listens. */
extern void events_insert(const EventWrite *events, int n);

#endif							/* GOVERNANCE_LEDGER_EVENT_ROW_H */
