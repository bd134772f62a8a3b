/*
 * account_row.h
 *		The rows of governance.account, without SQL where the table is what
 *		create_ledger() made (see table.h).
 */
#ifndef GOVERNANCE_LEDGER_ACCOUNT_ROW_H
#define GOVERNANCE_LEDGER_ACCOUNT_ROW_H

#include "db/table.h"
#include "ledger/standing_key.h"

extern Table account_table;

/*
 * What the rows of accounts themselves say, by what is committed by now: their
 * histories without attributes and entries, in the current context; null when
 * that takes SQL.  hold: the rows stay until the end of the transaction, as
 * foreign keys make sure of it (FOR KEY SHARE).
 */
extern AccountHistory *accounts_find(const int64 *accounts, int naccounts, bool hold);

/*
 * Which accounts have any activity, by what is committed by now; false when
 * that takes SQL.
 */
extern bool accounts_active(const int64 *accounts, int naccounts, bool *active);

/* Which of them have ever applied for a certification; likewise. */
extern bool accounts_certified(const int64 *accounts, int naccounts, bool *certified);

/*
 * Of which keys are the violations, which are there already, all that the
 * ledger has of the account, activities apart?  False when that takes SQL.
 */
extern bool accounts_begin(StandingKey *const *keys, int nkeys, bool *begins);

/*
 * Does an account exist, with the rights of the caller?  The probe needs no
 * ledger_read_enter(), and says false when it takes SQL.
 */
extern bool account_exists(int64 account_id);
extern bool account_probe(int64 account_id, bool *exists, TimestampTz *opened);

/* Has an account any entries?  Likewise. */
extern bool account_probe_entries(int64 account_id, bool *has);

/* Raises ERRCODE_GV_UNKNOWN_ACCOUNT unless account_exists(). */
extern void require_account(int64 account_id);

#endif							/* GOVERNANCE_LEDGER_ACCOUNT_ROW_H */
