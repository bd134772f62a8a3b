/*
 * expiry.h
 *		Reliefs by age: entries that lapse, and the marks that keep them from it
 *		or begin it.
 */
#ifndef GOVERNANCE_ENGINE_EXPIRY_H
#define GOVERNANCE_ENGINE_EXPIRY_H

#include "engine/fold_context.h"

/* Fixes the lives of an entry, as of the instant at hand. */
extern void expiry_lives(Fold *fold, LiveEntry *entry);

/* Runs the reliefs by age on the entries that are old enough; true when one did. */
extern bool expiry_run(Fold *fold);

/* The next instant at which an entry comes of age; DT_NOEND: never. */
extern TimestampTz expiry_next(Fold *fold);

/*
 * Where entries come of age one after another and nothing else is due: takes as
 * many as there are up to the next score that means something, and not after
 * `to`; false when it cannot be told.  Moves the instant at hand.
 */
extern bool expiry_bulk(Fold *fold, TimestampTz to);

/* An activity puts its marks on entries. */
extern void expiry_mark(Fold *fold, const EngineEvent *event);

#endif							/* GOVERNANCE_ENGINE_EXPIRY_H */
