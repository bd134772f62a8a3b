/*
 * next_rung.h
 *		When an account is near to its next sanction.
 */
#ifndef GOVERNANCE_REPORTS_NEXT_RUNG_H
#define GOVERNANCE_REPORTS_NEXT_RUNG_H

#include "engine/engine.h"

/* So close to its next rung is near, in hundredths of a point. */
extern Points next_rung_near(const EngineState *state);

#endif							/* GOVERNANCE_REPORTS_NEXT_RUNG_H */
