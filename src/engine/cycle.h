/*
 * cycle.h
 *		The cycles of a policy, such as a scoring year, as they run for one
 *		account.
 */
#ifndef GOVERNANCE_ENGINE_CYCLE_H
#define GOVERNANCE_ENGINE_CYCLE_H

#include "engine/engine.h"

/*
 * The start of the policy's cycle that holds an instant: DT_NOBEGIN where the
 * policy has none, or the account's cycles have not begun.
 */
extern TimestampTz cycle_start(const Policy *policy, const EngineState *state, TimestampTz at);

/* The first boundary of a cycle after an instant; DT_NOEND: there is none. */
extern TimestampTz cycle_boundary_after(const Policy *policy, const EngineState *state,
										const Cycle *cycle, TimestampTz at);

#endif							/* GOVERNANCE_ENGINE_CYCLE_H */
