/*
 * opening.h
 *		A sanction by what it is before it has a row: account, scheme, rung, and
 *		which time it is that the rung opens.
 */
#ifndef GOVERNANCE_LEDGER_OPENING_H
#define GOVERNANCE_LEDGER_OPENING_H

#include "db/plan.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "rulebook/cache.h"

typedef struct Opening
{
	int64		account_id;
	const char *scheme;
	const char *rung;
	int32		number;			/* from 1 */
} Opening;

/* The id of its row; 0: it has none yet. */
extern int64 opening_recorded(const Opening *opening, PlanMode mode);

/*
 * What follows from a state has it, up to what will follow if nothing more
 * happens; false: the rung has not opened so often.
 */
extern bool opening_find(Scheme *scheme, const EngineState *state,
						 const AccountHistory *history, const Opening *opening,
						 ProjectedSanction *found);

/* Raises ERRCODE_GV_UNKNOWN_SANCTION: there is none. */
pg_noreturn extern void report_no_opening(const Opening *opening);

#endif							/* GOVERNANCE_LEDGER_OPENING_H */
