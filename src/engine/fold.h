/*
 * fold.h
 *		Moving a state through time, for the other files of the engine; engine.h
 *		has what the rooms above call.
 */
#ifndef GOVERNANCE_ENGINE_FOLD_H
#define GOVERNANCE_ENGINE_FOLD_H

#include "engine/fold_context.h"

/*
 * A fresh state before anything has been looked at: facts, limits, score and
 * clocks.  In the current memory context.
 */
extern EngineState *fold_fresh(const Policy *policy, int64 account_id,
							   TimestampTz opened, TimestampTz at,
							   const ExprValue *facts,
							   const PendingAttribute *pending, int npending);

/*
 * Brings everything to rest at the instant at hand: ends, expiries, boundaries
 * (only when asked for), steps, ladder, starts, until nothing moves any more.
 */
extern void fold_stabilize(Fold *fold, bool boundaries);

/*
 * Processes what is due up to an instant, at most max_dues instants of it;
 * gives how many there were.  With less than that the state is at the instant.
 * bulk: what comes in rows may be taken at once, which no trace would see.
 */
extern int	fold_advance(Fold *fold, TimestampTz to, int max_dues, bool bulk);

#endif							/* GOVERNANCE_ENGINE_FOLD_H */
