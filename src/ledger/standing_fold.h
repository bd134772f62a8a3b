/*
 * standing_fold.h
 *		Brings states up to date with what a statement adds to the ledger.
 */
#ifndef GOVERNANCE_LEDGER_STANDING_FOLD_H
#define GOVERNANCE_LEDGER_STANDING_FOLD_H

#include "ledger/history.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"

typedef bool (*WorkTest) (const StandingWork *work);

/* Does a work take facts that it has not read yet? */
extern bool needs_facts(const StandingWork *work);

/* Loads the histories of those works that need them; works come in key order. */
extern void load_histories(StandingWork *works, int nworks, WorkTest test, int what);

/*
 * What a stale standing comes to by the rules as they are now, without what the
 * statement adds: its state and history.
 */
extern void fold_found(StandingWork *work);

/* Is something due in the state of a work, or does a version take it over, by an
 * instant? */
extern bool work_comes_by(const StandingWork *work, TimestampTz at);

/* Moves a folded state to where the key wants it. */
extern void work_advance(StandingWork *work);

/* Keeps the facts as they are that standings look at which are about to begin. */
extern void lock_facts(StandingWork *works, int nworks);

/*
 * Brings the states of the works up to date: by the new rows, or from a history
 * where these do not come last.
 */
extern void fold_works(StandingWork *works, int nworks);

/* The latest decision that a whole history holds for a scheme. */
extern TimestampTz ledger_known_at(Scheme *scheme, const AccountHistory *history);

#endif							/* GOVERNANCE_LEDGER_STANDING_FOLD_H */
