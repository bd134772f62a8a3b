/*
 * arguments.h
 *		Arguments that many calls have, and what they may be.
 */
#ifndef GOVERNANCE_REPORTS_ARGUMENTS_H
#define GOVERNANCE_REPORTS_ARGUMENTS_H

#include "rulebook/cache.h"

/* The scheme of a name.  Raises ERRCODE_GV_UNKNOWN_SCHEME. */
extern Scheme *scheme_argument(text *name);

/* Raises ERRCODE_INVALID_PARAMETER_VALUE for infinity; argument is its name. */
extern void require_finite(TimestampTz at, const char *argument);

#endif							/* GOVERNANCE_REPORTS_ARGUMENTS_H */
