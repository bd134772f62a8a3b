/*
 * standing_row.h
 *		The rows of governance.standing: found, locked, read and written, without
 *		SQL where the table is what create_ledger() made (see table.h).
 */
#ifndef GOVERNANCE_LEDGER_STANDING_ROW_H
#define GOVERNANCE_LEDGER_STANDING_ROW_H

#include "db/rows.h"
#include "db/table.h"
#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/recent.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"

extern Table standing_table;

/* What a standing becomes. */
typedef struct StandingWork
{
	StandingKey *key;
	AccountHistory *history;	/* null until it is needed */
	EngineState *state;			/* null: nothing concerns the scheme */
	TimestampTz known_at;
	TimestampTz seen;			/* as_of before, DT_NOBEGIN: none: sanctions that
								 * time brought up to here have been written */
	bool		replayed;		/* not just continued: by late rows, or */
	bool		whole;			/* from its whole history */
	int64		edition;		/* under which it was written */
	TimestampTz next_due;		/* as stored; DT_NOEND: it is new */
	bool		stale;			/* since then its rules have changed under it */
	bool		first;			/* there is nothing before its new rows */
	bool		held;			/* the account stays until the end of the
								 * transaction: its row is locked */
	const void *parts[ENGINE_PARTS];	/* of the state, as stored, or null */
	bytea	   *recent_bytes;	/* as stored, or null */
	Recent	   *recent;			/* as it is to be stored, or null */
} StandingWork;

/* The table, open for one statement; see db/rows.h. */
typedef Rows StandingTable;

extern void standing_table_open(StandingTable *table);
extern void standing_table_close(StandingTable *table);

/* Which of the keys have no standing yet, as far as anybody has committed one. */
extern void standings_probe(StandingTable *table, StandingKey **keys, int nkeys,
							bool *missing);

/*
 * Locks the standings of the works, which come in key order, and reads them as
 * they are once the lock is there.  Sets key->done of those that are there.
 */
extern void standings_lock(StandingTable *table, StandingWork *works, int nworks);

/* Writes those that standings_lock() has found. */
extern void standings_update(StandingTable *table, StandingWork *works, int nworks);

/*
 * Inserts standings in key order; inserted[] says which: others have been made
 * by another session meanwhile.
 */
extern void standings_insert(StandingTable *table, StandingWork *works, int nworks,
							 bool *inserted);

/*
 * Locks so many standings, each an account and the name of a scheme, as far as
 * they are there; in key order.
 */
extern void standings_hold(const int64 *accounts, text *const *schemes, int n);

/* Is there a standing, whoever has committed it meanwhile? */
extern bool standing_is_there(const StandingKey *key);

/* The state in a row of ours. */
extern EngineState *standing_state(Datum state, const void *const *parts, int64 policy_id);

/* The parts of a state that the active snapshot shows; for whoever may see it. */
extern void standing_parts(int64 account_id, Scheme *scheme, const void **parts);

/* Reads one stored standing; null when there is none.  With rights of the
 * caller. */
typedef struct StoredStanding
{
	TimestampTz as_of;
	TimestampTz known_at;
	int64		policy_id;
	int64		edition;
	EngineState *state;			/* null: it is stale (rulebook/edition.h) */
} StoredStanding;

/* What a row shows without its state; see shown.h. */
typedef struct ShownRow
{
	struct varlena *scheme;
	int64		policy_id;
	int64		edition;
	TimestampTz as_of;
	TimestampTz known_at;
	TimestampTz next_due;
	Datum		withholds;		/* 0: nothing */
} ShownRow;

/* The row at hand, found by the direct path in standing_table. */
extern void standing_row_shown(const DirectReader *reader, ShownRow *shown);
extern StoredStanding *standing_row_stored(const DirectReader *reader, Scheme *scheme);

extern StoredStanding *standing_read(int64 account_id, Scheme *scheme);

/*
 * standing_read() without SQL, and outside of ledger_read_enter(); false when that
 * cannot be.
 */
extern bool standing_probe(int64 account_id, Scheme *scheme, StoredStanding **standing);

#endif							/* GOVERNANCE_LEDGER_STANDING_ROW_H */
