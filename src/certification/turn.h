/*
 * turn.h
 *		The turns of certified accounts.
 */
#ifndef GOVERNANCE_CERTIFICATION_TURN_H
#define GOVERNANCE_CERTIFICATION_TURN_H

#include "ledger/standing_key.h"

/*
 * Takes the turns of those of the accounts (sorted, distinct) that have ever
 * applied for a certification, until the end of the transaction; they are moved
 * to the front, and their number is given.  steps: steps may follow, so that the
 * configuration of certification has to stay as it is, too.
 */
extern int	certified_lock(int64 *accounts, int naccounts, bool steps);

/* Do facts follow from certifications? */
extern bool facts_derive(void);

/*
 * Takes the turns of certified accounts (turn.c) whose certifications may
 * change with the standings of keys, or gain and lose weight by a sanction.
 * Where facts follow from certifications, the standings that look at facts are
 * added, to be locked among the others; keys are sorted and distinct, and stay
 * so.  Goes before all other locks of rows.
 */
extern void certified_keys_lock(StandingKey **keys, int *nkeys);

/*
 * Do steps of certified accounts lead to facts, and these to standings?  If so,
 * locks the accounts; the schemes whose standings are to be locked next are in
 * *schemes.
 */
extern bool lock_facts_of(const int64 *accounts, int naccounts, Datum *schemes);

/* Against standings that begin meanwhile, which look at the same facts. */
extern void lock_accounts_of(const KeyList *list);

#endif							/* GOVERNANCE_CERTIFICATION_TURN_H */
