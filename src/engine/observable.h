/*
 * observable.h
 *		Observables: counts and sums over entries, sanctions and activities.
 */
#ifndef GOVERNANCE_ENGINE_OBSERVABLE_H
#define GOVERNANCE_ENGINE_OBSERVABLE_H

#include "engine/fold_context.h"

/* The value of an observable at the instant at hand; null where it makes no sense. */
extern ExprValue observable_value(Fold *fold, const Observable *o);

/*
 * Where the look-back window of an observable begins: everything up to and
 * including this instant lies before it.
 */
extern TimestampTz observable_from(Fold *fold, const Observable *o);

/* Does an observable of sanctions look at those of a rung (-1: of none)? */
extern bool observable_of_rung(const Policy *policy, const Observable *o, int rung);

/* ---------- running observables, which are plain counters ---------- */

/* A violation that cost so much has come in; sign -1: it is taken back. */
extern void observe_violation(Fold *fold, int rule, Points charged, int sign);

/* An activity has come in. */
extern void observe_activity(Fold *fold, int kind, double quantity);

/* Points pass from an entry of one rule to one of another. */
extern void observe_moved(Fold *fold, int from, int to, Points charged);

/* A sanction of a rung has started. */
extern void observe_sanction(Fold *fold, int rung);

/* A value of an observable as its counter holds it. */
extern int64 observe_counter(const Observable *o, double value);

#endif							/* GOVERNANCE_ENGINE_OBSERVABLE_H */
