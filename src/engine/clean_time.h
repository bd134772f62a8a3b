/*
 * clean_time.h
 *		Recovery by clean time: the `every` reliefs.
 */
#ifndef GOVERNANCE_ENGINE_CLEAN_TIME_H
#define GOVERNANCE_ENGINE_CLEAN_TIME_H

#include "engine/fold_context.h"

/* A violation has come in: clocks start anew, go on or are put off. */
extern void clean_violation(Fold *fold, int rule);

/* An activity has come in: its local day may count as an active one. */
extern void clean_activity(Fold *fold, const EngineEvent *event);

/* Stops and starts clocks by the sanctions that are running now. */
extern void clean_pause(Fold *fold);

/* Stops clocks for which there is nothing to give, and starts those that have something. */
extern void clean_idle(Fold *fold);

/* Takes all steps that are due at the instant at hand; true when there was one. */
extern bool clean_steps(Fold *fold);

/* The earliest step after the instant at hand, and whose it is. */
extern TimestampTz clean_next_due(Fold *fold, int *number);

/*
 * Takes as many steps of one clock as can be taken at once, before `until` and
 * not after `to`; false when not even two.  Moves the instant at hand.
 */
extern bool clean_bulk(Fold *fold, int number, TimestampTz until,
					   TimestampTz to);

#endif							/* GOVERNANCE_ENGINE_CLEAN_TIME_H */
