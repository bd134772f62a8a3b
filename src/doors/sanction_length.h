/*
 * sanction_length.h
 *		Lengths of sanctions that were chosen by whoever decided.
 */
#ifndef GOVERNANCE_DOORS_SANCTION_LENGTH_H
#define GOVERNANCE_DOORS_SANCTION_LENGTH_H

#include "ledger/entry.h"

#include "utils/relcache.h"

/* Raises ERRCODE_GV_INVALID_ENTRY unless the rulebook takes the row's sanction_length. */
extern void sanction_length_check(Relation relation, const Policy *policy, int rule,
								const ViolationRow *row);

/* Likewise, once the rows have opened what they open. */
extern void sanction_lengths_taken(Relation relation, const ViolationRow *rows, int64 nrows);

#endif							/* GOVERNANCE_DOORS_SANCTION_LENGTH_H */
