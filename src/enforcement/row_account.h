/*
 * row_account.h
 *		The account that a row of an application's own table names.
 */
#ifndef GOVERNANCE_ENFORCEMENT_ROW_ACCOUNT_H
#define GOVERNANCE_ENFORCEMENT_ROW_ACCOUNT_H

#include "postgres.h"

#include "access/attnum.h"
#include "access/htup.h"
#include "utils/relcache.h"

/*
 * The number of a column that an argument of a trigger names; function is whose
 * argument it is.  Raises ERRCODE_UNDEFINED_COLUMN.
 */
extern AttrNumber argument_column(Relation relation, const char *name, const char *function);

/*
 * The account that a column of a row names: by its account_id where the column
 * is an integer, by its external_id where it is a text or a uuid.  False: the
 * column is null.  Raises ERRCODE_DATATYPE_MISMATCH for a column of another type,
 * and ERRCODE_GV_UNKNOWN_ACCOUNT for an external_id that nobody has; that an
 * account_id exists is not looked up here.  Within ledger_enter().
 */
extern bool row_account(Relation relation, HeapTuple row, AttrNumber number, int64 *account_id);

#endif							/* GOVERNANCE_ENFORCEMENT_ROW_ACCOUNT_H */
