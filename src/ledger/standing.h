/*
 * standing.h
 *		The standing of an account under a scheme, as it is stored and at any instant.
 */
#ifndef GOVERNANCE_LEDGER_STANDING_H
#define GOVERNANCE_LEDGER_STANDING_H

#include "engine/engine.h"
#include "ledger/history.h"
#include "rulebook/cache.h"

/* Reads one stored standing; null when there is none.  With rights of the
 * caller. */
typedef struct StoredStanding
{
	TimestampTz as_of;
	TimestampTz known_at;
	int64		policy_id;
	EngineState *state;
} StoredStanding;

extern StoredStanding *standing_read(int64 account_id, Scheme *scheme);

/*
 * Moves a stored standing to an instant; null when that takes more than it has:
 * the history, for an instant that it lies past; facts, for a later version.
 */
extern EngineState *standing_moved(Scheme *scheme, StoredStanding *standing, TimestampTz at,
								   TimestampTz known_at);

/*
 * The same without SQL, and outside of ledger_read_enter(); false when that
 * cannot be.
 */
extern bool standing_probe(int64 account_id, Scheme *scheme, StoredStanding **standing);

/*
 * standing_at() where one or two probes settle it, outside of
 * ledger_read_enter(); null when they do not.
 */
extern EngineState *standing_at_once(int64 account_id, Scheme *scheme, TimestampTz at,
									 TimestampTz known_at);

/*
 * The state of an account under a scheme at an instant, as it was known at
 * known_at (DT_NOEND: by now and for later instants).  Raises
 * ERRCODE_GV_UNKNOWN_ACCOUNT; null when no version was in force.
 */
extern EngineState *standing_at(int64 account_id, Scheme *scheme,
								TimestampTz at, TimestampTz known_at,
								AccountHistory **history);

#endif							/* GOVERNANCE_LEDGER_STANDING_H */
