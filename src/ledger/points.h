/*
 * points.h
 *		Points as the columns of the ledger hold them.
 */
#ifndef GOVERNANCE_LEDGER_POINTS_H
#define GOVERNANCE_LEDGER_POINTS_H

#include "engine/engine.h"

#include "executor/tuptable.h"

/* numeric -> hundredths; raises ERRCODE_GV_POINTS_OUT_OF_RANGE past two decimals. */
extern Points ledger_points(Datum numeric, const char *column);

/* The same of what is being written, digit by digit: rows of earlier versions
 * may have more of them. */
extern Points entered_points(Datum numeric, const char *column);


static inline Points
slot_points(TupleTableSlot *slot, AttrNumber number, const char *column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? POINTS_NONE : entered_points(value, column);
}

#endif							/* GOVERNANCE_LEDGER_POINTS_H */
