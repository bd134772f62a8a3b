/*
 * edition_row.h
 *		Writes what has changed of a scheme's rules into governance.edition.
 */
#ifndef GOVERNANCE_DOORS_EDITION_ROW_H
#define GOVERNANCE_DOORS_EDITION_ROW_H

#include "rulebook/cache.h"

/*
 * The next edition of a scheme, or of one on trial: what has seen `reaches` is
 * folded anew by whoever comes to it (DT_NOBEGIN: everything is); unseen: there
 * may be entries from then on that no standing has seen; policy_id: 0, no version
 * has changed.  Holds the row of the scheme until the end of the transaction, so
 * that editions are committed in the order of their numbers.  Within
 * ledger_enter(), after the change itself has been written.
 */
extern void edition_write(const Scheme *scheme, TimestampTz reaches, bool unseen,
						  int64 policy_id, const char *why);

#endif							/* GOVERNANCE_DOORS_EDITION_ROW_H */
