/*
 * inherited.h
 *		What accounts inherit from those that they are linked to.
 */
#ifndef GOVERNANCE_LEDGER_INHERITED_H
#define GOVERNANCE_LEDGER_INHERITED_H

#include "db/plan.h"
#include "engine/engine.h"
#include "reports/reports.h"

/* One capability that a sanction of a linked account withholds. */
typedef struct Inherited
{
	const char *capability;		/* null: none, the sanction is not handed on */
	TimestampTz since;
	TimestampTz until;
	const char *scheme;
	const Rung *rung;
	SanctionState sanction;
	int64		account_id;		/* whose it is */
	const char *kind;			/* of the link */
	double		confidence;
} Inherited;

/*
 * What is withheld from an account at an instant because of others, as known by
 * then; without what it is exempt from.  Within ledger_enter() or ledger_read_enter().
 */
extern Inherited *inherited_at(int64 account_id, TimestampTz at, PlanMode mode, int *n);

/* The id of the sanction's row; 0: it has none yet. */
extern int64 inherited_sanction_id(const Inherited *item);

#endif							/* GOVERNANCE_LEDGER_INHERITED_H */
