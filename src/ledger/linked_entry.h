/*
 * linked_entry.h
 *		Entries of linked accounts.
 */
#ifndef GOVERNANCE_LEDGER_LINKED_ENTRY_H
#define GOVERNANCE_LEDGER_LINKED_ENTRY_H

#include "ledger/entry.h"
#include "rulebook/cache.h"

#include "utils/relcache.h"

/*
 * Inserts the copies of new violations for the accounts that are linked to
 * theirs, as the policies in force say, and appends them to the rows.  Whose
 * standings follow is then up to the caller: all in one call, and so in the
 * order in which everybody locks them.
 */
extern void linked_entries_copy(ViolationRow **rows, int64 *nrows);

/*
 * Inserts what a revision of a violation means for its copies; gives the
 * accounts that have some.
 */
extern int64 *linked_entries_revise(const Scheme *scheme, int64 account_id, int64 revision_id,
									int *ncopies);

/* Refuses a row with a reference that only the ledger itself writes; true when
 * the ledger itself does. */
extern bool linked_entry_check(Relation relation, const char *column, bool refers);

#endif							/* GOVERNANCE_LEDGER_LINKED_ENTRY_H */
