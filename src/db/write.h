/*
 * write.h
 *		The direct path: rows of a table written through its access method.
 *
 * Values and nulls are those of all columns of the description, in order.
 */
#ifndef GOVERNANCE_DB_WRITE_H
#define GOVERNANCE_DB_WRITE_H

#include "db/find.h"

/*
 * Writes new values of our columns into a row; nulls may be missing when there
 * are none.  old is what direct_keep() gave of the row.  Raises
 * ERRCODE_T_R_SERIALIZATION_FAILURE when somebody else has changed it.
 */
extern void direct_update(DirectAccess *access, ItemPointer tid, HeapTuple old,
						  const Datum *values, const bool *nulls);

/* Deletes a row; raises the same. */
extern void direct_delete(DirectAccess *access, ItemPointer tid);

/*
 * Inserts a row unless its key is there already (false), or gets there by a
 * transaction that this one has to wait for.
 */
extern bool direct_insert_unless_there(DirectAccess *access, const Datum *values,
									   const bool *nulls);

/*
 * What is inserted is there after direct_flush() at the latest; what the values
 * point to must stay until then.
 */
extern void direct_insert(DirectAccess *access, const Datum *values, const bool *nulls);
extern void direct_flush(DirectAccess *access);

#endif							/* GOVERNANCE_DB_WRITE_H */
