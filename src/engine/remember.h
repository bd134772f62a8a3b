/*
 * remember.h
 *		Whether a state that one version has kept says all that another one asks.
 */
#ifndef GOVERNANCE_ENGINE_REMEMBER_H
#define GOVERNANCE_ENGINE_REMEMBER_H

#include "engine/fold_context.h"

/*
 * Takes over from what happened, rather than from a state, whatever the old
 * version has not counted: counts, activities, marks, groups and days of clean
 * time.  fold: over the new state, which has all entries, sanctions and credits
 * already; at the instant of the handover, where it is again afterwards.
 */
extern void recall(Fold *fold, const Policy *from, const EngineMemory *memory);

#endif							/* GOVERNANCE_ENGINE_REMEMBER_H */
