/*
 * sanction_length.h
 *		How long sanctions of a rung last.
 */
#ifndef GOVERNANCE_ENGINE_SANCTION_LENGTH_H
#define GOVERNANCE_ENGINE_SANCTION_LENGTH_H

#include "engine/fold_context.h"

/*
 * What a new sanction of a rung would be, before overlaps are looked at:
 * how many spans long, how many events, how many conditions.
 */
typedef struct Measure
{
	bool		has_length;
	Span		length;
	int			left;			/* -1: not counting */
	bool		conditions;
	const char *detail;			/* of the effect */
} Measure;

/* Measures a sanction of a rung; false when none would open for this account now. */
extern bool sanction_measure(Fold *fold, const Rung *rung, Measure *m);

/* The end of a sanction of a rung that lasts so long from an instant. */
extern TimestampTz sanction_length_end(const Fold *fold, int rung, TimestampTz from,
									   const Span *length);

/* Sets the ends of a sanction that starts, or goes on, at an instant. */
extern void sanction_set_ends(Fold *fold, SanctionState *s, const Measure *m, TimestampTz from);

#endif							/* GOVERNANCE_ENGINE_SANCTION_LENGTH_H */
