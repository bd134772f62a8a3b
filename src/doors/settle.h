/*
 * settle.h
 *		Standings that the rulebook, or time, has left behind.
 */
#ifndef GOVERNANCE_DOORS_SETTLE_H
#define GOVERNANCE_DOORS_SETTLE_H

#include "postgres.h"

/* Is it the name of a version on trial, which may be over, rather than of a scheme? */
extern bool is_trial_name(const char *scheme);

/*
 * Deletes those of the standings given, each an account and the name of a
 * scheme, that are of a trial which is over; gives how many.  Within
 * ledger_enter().
 */
extern int64 ended_trials_delete(const int64 *accounts, char *const *schemes, int n);

#endif							/* GOVERNANCE_DOORS_SETTLE_H */
