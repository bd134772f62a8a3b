/*
 * reports.h
 *		What the answers to callers share.
 */
#ifndef GOVERNANCE_REPORTS_REPORTS_H
#define GOVERNANCE_REPORTS_REPORTS_H

#include "db/plan.h"
#include "engine/engine.h"
#include "rulebook/cache.h"

/* Raises ERRCODE_GV_UNKNOWN_SCHEME. */
extern Scheme *scheme_argument(text *name);

/* Raises ERRCODE_INVALID_PARAMETER_VALUE for infinity. */
extern void require_finite(TimestampTz at, const char *argument);

/* So close to its next rung is near: a tenth of the scale, and at least a point. */
static inline Points
next_rung_near(const EngineState *state)
{
	return Max(state->cap / 10, 100);
}

#endif							/* GOVERNANCE_REPORTS_REPORTS_H */
