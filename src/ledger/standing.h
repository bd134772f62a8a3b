/*
 * standing.h
 *		The standing of an account under a scheme, as it is stored and at any instant.
 */
#ifndef GOVERNANCE_LEDGER_STANDING_H
#define GOVERNANCE_LEDGER_STANDING_H

#include "engine/engine.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"

/*
 * Does a stored standing say what is to be known of an instant?  If not, the
 * history is folded: see standing_folded().
 */
extern bool standing_serves(Scheme *scheme, const StoredStanding *standing, TimestampTz at,
							TimestampTz known_at);

/*
 * Does a row show what holds at an instant?  Then it does so up to *until, unless
 * something is written.
 */
extern bool standing_shows(Scheme *scheme, const ShownRow *row, TimestampTz at,
						   TimestampTz *until);

/*
 * The state that a whole history leads to at an instant; standing: what is stored
 * of it, null: nothing.  Null when nothing concerns the scheme by then.
 */
extern EngineState *standing_folded(Scheme *scheme, const StoredStanding *standing,
									const AccountHistory *history, TimestampTz at,
									TimestampTz known_at);

/*
 * Moves a stored standing to an instant; null when that takes more than it has:
 * the history, for an instant that it lies past; facts, for a later version.
 */
extern EngineState *standing_moved(Scheme *scheme, StoredStanding *standing, TimestampTz at,
								   TimestampTz known_at);

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

/*
 * The schemes under which an account has a standing, or may be sanctioned without
 * one, in the order of their names; raises ERRCODE_GV_UNKNOWN_ACCOUNT.  Within
 * ledger_enter() or ledger_read_enter().
 */
extern Scheme **schemes_of_account(int64 account_id, int *nschemes);

/* ---------- the instants that callers ask about ---------- */

/* Does an instant lie in the past, for the transaction that asks? */
extern bool is_past(TimestampTz at);

/*
 * What is known at an instant that a caller asks for: of the past what was known
 * then, of the present and the future everything (DT_NOEND).
 */
extern TimestampTz known_by(TimestampTz at);

#endif							/* GOVERNANCE_LEDGER_STANDING_H */
