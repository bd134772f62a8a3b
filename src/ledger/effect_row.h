/*
 * effect_row.h
 *		The rows of governance.sanction and governance.restriction, written
 *		without SQL where the tables are what create_ledger() made (see
 *		table.h).
 */
#ifndef GOVERNANCE_LEDGER_EFFECT_ROW_H
#define GOVERNANCE_LEDGER_EFFECT_ROW_H

#include "ledger/effect.h"

/* A sanction as its row is to be. */
typedef struct SanctionWrite
{
	int64		account_id;
	Scheme	   *scheme;
	const SanctionState *sanction;
	const Rung *rung;
} SanctionWrite;

extern void sanctions_insert(const SanctionWrite *rows, int n);

/* Leaves those alone that are so already. */
extern void sanctions_update(const SanctionWrite *rows, int n);

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

#endif							/* GOVERNANCE_LEDGER_EFFECT_ROW_H */
