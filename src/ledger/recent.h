/*
 * recent.h
 *		The last few entries of a standing, and its state before them.
 *
 * Transactions that wait for one standing get it in another order than they
 * began in, and what occurred when they began comes late by a few entries.
 * Folding a long history anew for each of them would make a busy account slower
 * and slower.  So once an entry has come late, the standing keeps its state as
 * it was some entries back, with those entries: the next one that is not later
 * than that only folds these.
 *
 * It is kept in governance.standing.recent, changes with the standing and under
 * its lock, and goes with everything that is not simply a further entry: a
 * revision, a changed fact, another version.
 */
#ifndef GOVERNANCE_LEDGER_RECENT_H
#define GOVERNANCE_LEDGER_RECENT_H

#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"

/* A sanction that was opened by the recent entries, and has a row. */
typedef struct RecentSanction
{
	int64		number;			/* in the state */
	int64		sanction_id;
	int64		cause;
	TimestampTz starts;
	const Rung *rung;
} RecentSanction;

typedef struct Recent Recent;

/* Null when it is of no use any more. */
extern Recent *recent_read(Scheme *scheme, const bytea *bytes);

/* After a whole history was folded up to as_of; null when it is not worth it. */
extern Recent *recent_begin(Scheme *scheme, const AccountHistory *history,
							TimestampTz as_of);

/* Takes up the rows of a key; fold: they came late, and *state becomes what all
 * lead to.  False: they lie before what is kept. */
extern bool recent_add(Recent *recent, const StandingKey *key, bool fold, EngineState **state);

/* What the entries lead to, for verify(). */
extern EngineState *recent_fold(Recent *recent);

/* Does what is kept begin by an instant, with all that was known then? */
extern bool recent_reaches(const Recent *recent, TimestampTz at);

/* What the entries that count by an instant lead to at that instant; null when
 * they lie before what is kept. */
extern EngineState *recent_fold_until(const Recent *recent, TimestampTz at);

/* The entries, by number from 0, each a violation or an activity. */
extern bool recent_entry(const Recent *recent, int i, const ViolationRow **violation,
						 const ActivityRow **activity);

extern const RecentSanction *recent_sanctions(const Recent *recent, int *n);

/*
 * As bytes, when the sanctions of the state have their ids; anew: all of those
 * that the entries opened are in the state.  Null when it cannot be kept.
 */
extern bytea *recent_write(Recent *recent, const EngineState *state, bool anew);

#endif							/* GOVERNANCE_LEDGER_RECENT_H */
