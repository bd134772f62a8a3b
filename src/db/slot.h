/*
 * slot.h
 *		The columns of a row by their names.
 */
#ifndef GOVERNANCE_DB_SLOT_H
#define GOVERNANCE_DB_SLOT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

/* What may happen to a column after its row was inserted; the key never changes. */
#define COLUMN_FIXED	0x01	/* nothing */
#define COLUMN_MAY_STAY	0x02	/* it is large: who rewrites the row may say that it
								 * is what it was */

/* A column, by its name. */
typedef struct ColumnSpec
{
	const char *name;
	Oid			type;			/* in a Table maybe LEDGER_*_TYPE (plan.h) */
	int			flags;			/* COLUMN_*, in a Table that is written */
} ColumnSpec;

/* Finds columns by name; they must be there with the type that we write. */
extern void find_columns(Relation relation, const ColumnSpec *specs, int nspecs,
						 AttrNumber *numbers);

/* A hash of a text that is never 0, which stands for "none". */
extern uint64 text_hash(const char *text, int len);

/* A bigint of a row; 0 where it is null. */
static inline int64
slot_int8(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* An instant of a row; 0 where it is null. */
static inline TimestampTz
slot_time(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

/* A text of a row, in the row itself or detoasted; null where it is null. */
static inline text *
slot_text(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? NULL : DatumGetTextPP(value);
}

/* The hash of a text of a row; 0 where it is null. */
static inline uint64
slot_hash(TupleTableSlot *slot, AttrNumber number)
{
	text	   *value = slot_text(slot, number);

	return value == NULL ? 0 : text_hash(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

#endif							/* GOVERNANCE_DB_SLOT_H */
