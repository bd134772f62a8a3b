/*
 * brake_count.h
 *		How many accounts a brake has seen sanctioned within its window.
 */
#ifndef GOVERNANCE_OVERSIGHT_BRAKE_COUNT_H
#define GOVERNANCE_OVERSIGHT_BRAKE_COUNT_H

#include "datatype/timestamp.h"

/* A row of governance.brake, as far as counting goes by it. */
typedef struct Brake
{
	int64		brake_id;
	const char *scheme;
	const char *rule;			/* null: all of them */
	bool		has_max;
	int64		max_accounts;
	bool		has_share;
	Datum		max_share;		/* numeric */
	Interval	within;
	TimestampTz released;		/* when it was last, DT_NOBEGIN: never */
} Brake;

/*
 * Accounts, distinct and in ascending order, have been sanctioned under the eyes
 * of a brake.  True: they are counted.  False, and nothing is: they would become
 * more than are allowed; then *counted and *allowed say how many.  To be called
 * between ledger_enter() and ledger_leave(), while their standings are locked.
 */
extern bool brake_admits(const Brake *brake, const int64 *accounts, int naccounts,
						 int64 *counted, int64 *allowed);

#endif							/* GOVERNANCE_OVERSIGHT_BRAKE_COUNT_H */
