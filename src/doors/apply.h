/*
 * apply.h
 *		The one way in which standings change.
 */
#ifndef GOVERNANCE_DOORS_APPLY_H
#define GOVERNANCE_DOORS_APPLY_H

#include "ledger/standing_key.h"

/*
 * Brings the standings of keys up to date: sorts them, locks them in key
 * order, folds, and writes standings and sanctions in batches.
 */
extern void standings_apply(StandingKey *keys, int nkeys);

/*
 * The same where the ground under them has changed (a version, a calendar, a
 * rebuild): nobody's limits are asked about what that does to an account.
 */
extern void standings_follow(StandingKey *keys, int nkeys);

#endif							/* GOVERNANCE_DOORS_APPLY_H */
