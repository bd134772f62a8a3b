/*
 * lock.h
 *		Locks on the table of standings and on accounts.
 */
#ifndef GOVERNANCE_LEDGER_LOCK_H
#define GOVERNANCE_LEDGER_LOCK_H

#include "postgres.h"

#include "storage/lockdefs.h"

/*
 * Takes part in, or keeps out, the changes of standings until the end of the
 * transaction; call it before rulebook_refresh().  What changes some standings
 * takes ROW EXCLUSIVE, so that the versions it goes by stay the ones in force
 * until it commits; what changes the ground under all of them (a policy, a
 * rebuild) takes EXCLUSIVE, and so sees every standing there is.
 */
extern void standings_table_lock(LOCKMODE mode);

/*
 * Keeps the facts of accounts (sorted, distinct) as they are until the end of
 * the transaction.  Facts change, and standings begin, under this lock: the one
 * sees the other.
 */
extern void accounts_lock(const int64 *accounts, int naccounts);

#endif							/* GOVERNANCE_LEDGER_LOCK_H */
