/*
 * entry_settle.h
 *		Moving entries and groups of a state into the parts that are kept apart.
 */
#ifndef GOVERNANCE_ENGINE_ENTRY_SETTLE_H
#define GOVERNANCE_ENGINE_ENTRY_SETTLE_H

#include "engine/engine.h"

/* Puts away what need not be in the state itself, for engine_store(). */
extern void store_settle(const Policy *policy, EngineState *state,
						 const EngineLimits *limits);

#endif							/* GOVERNANCE_ENGINE_ENTRY_SETTLE_H */
