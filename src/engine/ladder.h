/*
 * ladder.h
 *		Which rungs are reached, and which of them open.
 */
#ifndef GOVERNANCE_ENGINE_LADDER_H
#define GOVERNANCE_ENGINE_LADDER_H

#include "engine/fold_context.h"

/* Evaluates every rung; true when a sanction opened, changed or ended. */
extern bool ladder_evaluate(Fold *fold);

/* Rungs that are true from the start have not been crossed. */
extern void ladder_disarm(Fold *fold);

#endif							/* GOVERNANCE_ENGINE_LADDER_H */
