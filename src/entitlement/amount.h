/*
 * amount.h
 *		Amounts as tables and callers write them.
 *
 * A row says how much in seconds where it is an amount of time, else in whatever
 * its documents name; either way in millionths it is what the meter counts
 * (entitlement.h), but for time that was used before any document said so.
 */
#ifndef GOVERNANCE_ENTITLEMENT_AMOUNT_H
#define GOVERNANCE_ENTITLEMENT_AMOUNT_H

#include "postgres.h"

#include "entitlement/entitlement.h"
#include "utils/numeric.h"

/*
 * A number times a scale, rounded; raises ERRCODE_INVALID_PARAMETER_VALUE for what
 * is negative, no number or out of range.
 */
extern int64 amount_of_numeric(Numeric number, int64 scale);

/* An amount in millionths as a number without zeros at its end. */
extern Datum amount_numeric(int64 amount, int64 scale);

/* A stored amount as one of the capability that it is counted in. */
extern int64 amount_stored(Datum number, bool seconds, const Capability *measure);

#endif							/* GOVERNANCE_ENTITLEMENT_AMOUNT_H */
