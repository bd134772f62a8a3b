/*
 * columns.h
 *		The columns of the rows that a plan has given (db/plan.h).
 */
#ifndef GOVERNANCE_ENTITLEMENT_COLUMNS_H
#define GOVERNANCE_ENTITLEMENT_COLUMNS_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

/* A column of a row that a plan has given; 0 where it is null. */
static inline Datum
column(uint64 row, int number)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? (Datum) 0 : value;
}

/* A text of it in the current context; null where it is null. */
static inline char *
column_text(uint64 row, int number)
{
	Datum		value = column(row, number);

	return value == (Datum) 0 ? NULL : TextDatumGetCString(value);
}

/* JSON of it in the current context; null where it is null. */
static inline Jsonb *
column_jsonb(uint64 row, int number)
{
	Datum		value = column(row, number);

	return value == (Datum) 0 ? NULL : DatumGetJsonbPCopy(value);
}

/* An instant of it, or what stands for null. */
static inline TimestampTz
column_instant(uint64 row, int number, TimestampTz otherwise)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(value);
}

#endif							/* GOVERNANCE_ENTITLEMENT_COLUMNS_H */
