/*
 * restriction_row.h
 *		The rows of governance.restriction, written without SQL where the table is
 *		what create_ledger() made (see table.h).
 */
#ifndef GOVERNANCE_LEDGER_RESTRICTION_ROW_H
#define GOVERNANCE_LEDGER_RESTRICTION_ROW_H

#include "ledger/withheld.h"
#include "rulebook/cache.h"

/* What a standing withholds: all of its restrictions. */
typedef struct RestrictionWrite
{
	int64		account_id;
	Scheme	   *scheme;
	bool		stored;			/* there may be rows */
	int			nspans;
	Withheld   *spans;			/* as withheld_by() gives them */
} RestrictionWrite;

/* In key order. */
extern void restrictions_write(const RestrictionWrite *sets, int n);

#endif							/* GOVERNANCE_LEDGER_RESTRICTION_ROW_H */
