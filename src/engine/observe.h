/*
 * observe.h
 *		What expressions see of a state, and the beginning of a fold, whose
 *		expressions see it.
 */
#ifndef GOVERNANCE_ENGINE_OBSERVE_H
#define GOVERNANCE_ENGINE_OBSERVE_H

#include "engine/fold_context.h"

/* The value of a name; arg is the Fold.  As ExprEnv.value wants it. */
extern ExprValue observe_value(void *arg, ExprVar var, int index);

/*
 * Fills in a Fold over a state at the instant up to which it has been processed.
 * trace may be null.
 */
extern void fold_begin(Fold *fold, const Policy *policy, EngineState *state,
					   const EngineTrace *trace);

#endif							/* GOVERNANCE_ENGINE_OBSERVE_H */
