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

/* Raises ERRCODE_GV_UNKNOWN_ACCOUNT. */
extern void require_account(int64 account_id);

/* Raises ERRCODE_INVALID_PARAMETER_VALUE for infinity. */
extern void require_finite(TimestampTz at, const char *argument);

/* So close to its next rung is near: a tenth of the scale, and at least a point. */
static inline Points
next_rung_near(const EngineState *state)
{
	return Max(state->cap / 10, 100);
}

/* What is known at an instant: of the past what was known then. */
extern TimestampTz known_by(TimestampTz at);

/* The schemes under which an account has a standing; raises
 * ERRCODE_GV_UNKNOWN_ACCOUNT. */
extern Scheme **schemes_of_account(int64 account_id, int *nschemes);

/* permits() for an account, within ledger_enter() or ledger_read_enter(). */
extern bool account_permits(int64 account_id, text *capability, TimestampTz at,
							PlanMode mode);
#endif							/* GOVERNANCE_REPORTS_REPORTS_H */
