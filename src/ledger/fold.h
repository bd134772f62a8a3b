/*
 * fold.h
 *		The fold over an account's history: the state under a scheme at an instant.
 */
#ifndef GOVERNANCE_LEDGER_FOLD_H
#define GOVERNANCE_LEDGER_FOLD_H

#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "ledger/placed.h"
#include "rulebook/cache.h"

/*
 * Folds all that an account's history holds for a scheme, as it was known at
 * known_at (DT_NOEND: all that is known), up to `until` (DT_NOEND: up to the
 * last event); null when nothing concerns the scheme by then.  With draft,
 * that policy stands in for every version.
 */
extern EngineState *ledger_fold(Scheme *scheme, const Policy *draft,
								const AccountHistory *history,
								TimestampTz known_at, TimestampTz until,
								const EngineTrace *trace);

/*
 * Appends one row to a state; false when its place in the fold lies before
 * what the state has seen, so that a replay is needed.  An activity that the
 * version in force does not listen to is passed over.
 */
extern bool ledger_append_violation(Scheme *scheme, EngineState *state,
									const AccountHistory *facts,
									const ViolationRow *row,
									EngineState **result);
extern bool ledger_append_activity(Scheme *scheme, EngineState *state,
								   const AccountHistory *facts,
								   const ActivityRow *row,
								   EngineState **result);

#endif							/* GOVERNANCE_LEDGER_FOLD_H */
