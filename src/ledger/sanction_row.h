/*
 * sanction_row.h
 *		The rows of governance.sanction, written without SQL where the table is
 *		what create_ledger() made (see table.h).
 */
#ifndef GOVERNANCE_LEDGER_SANCTION_ROW_H
#define GOVERNANCE_LEDGER_SANCTION_ROW_H

#include "db/plan.h"
#include "engine/engine.h"
#include "rulebook/cache.h"

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

/* The id of a stored sanction by what identifies it in a replay; 0: none. */
extern int64 stored_sanction(int64 account_id, Scheme *scheme, const char *rung,
							 int64 cause, TimestampTz starts, PlanMode mode);

/* The figures that a rung puts on a sanction, as the text of a JSON object. */
extern Datum sanction_terms(const Rung *rung, const SanctionState *sanction, bool *isnull);

#endif							/* GOVERNANCE_LEDGER_SANCTION_ROW_H */
