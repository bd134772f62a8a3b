/*
 * laws.h
 *		The laws of the fold, tried on the states of a dry run.
 */
#ifndef GOVERNANCE_REPORTS_LAWS_H
#define GOVERNANCE_REPORTS_LAWS_H

#include "engine/engine.h"

/* The state as it is read again by an account with many entries. */
extern EngineState *laws_settled(const Policy *policy, const EngineState *state);

/* Raises an error that says what was compared, unless two states are equal. */
extern void laws_equal(const Policy *policy, const EngineState *a, const EngineState *b,
					   const char *what);

/*
 * At one state: it survives being written and read; it gets to a later instant
 * in two strides as in one; next_change is the first change and not later.
 */
extern void laws_check(const Policy *policy, const EngineState *state, TimestampTz until,
					   uint32 *seed);

#endif							/* GOVERNANCE_REPORTS_LAWS_H */
