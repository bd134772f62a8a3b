/*
 * entry_id.h
 *		Ids of entries that were given by hand.
 */
#ifndef GOVERNANCE_DOORS_ENTRY_ID_H
#define GOVERNANCE_DOORS_ENTRY_ID_H

#include "ledger/entry.h"

#include "utils/relcache.h"

/*
 * New rows of a table of entries have ids between min and max: raises
 * ERRCODE_GV_INVALID_ENTRY for ids that nobody may give, and moves the sequence
 * on past those that were given by hand.  Within ledger_enter().
 */
extern void entry_ids_given(Relation relation, const char *column, int64 min, int64 max);

/*
 * The same for violations, whose ids are also looked at whether another account
 * has one of them.
 */
extern void violation_ids_given(Relation relation, const ViolationRow *rows, int64 nrows);

#endif							/* GOVERNANCE_DOORS_ENTRY_ID_H */
