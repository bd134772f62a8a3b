/*
 * ledger_view.h
 *		The meter's view of the ledger, filled from the tables.
 */
#ifndef GOVERNANCE_ENTITLEMENT_LEDGER_VIEW_H
#define GOVERNANCE_ENTITLEMENT_LEDGER_VIEW_H

#include "postgres.h"

#include "db/plan.h"
#include "entitlement/counter.h"
#include "entitlement/in_force.h"
#include "entitlement/meter.h"

/* Whom a request is about, and what of the tables may matter to it. */
typedef struct LedgerView
{
	int64		account_id;
	int64		counterpart;	/* 0: none */
	const char *capability;
	TimestampTz at;
	int64		over_session;	/* as if it had ended at that instant, and been no
								 * session; 0: none */
	int			n;				/* documents */
	const InForce *in_force;
	PlanMode	mode;
	bool		facts_only;		/* uses are not read */

	/* filled */
	TimestampTz opened;
	int			of;				/* OF_* of all counters that it has to do with */
	int			ngroups;
	MeterGroup *groups;			/* subject first, where it matters */
	int64	   *owners;			/* of each group */
	MeterView **views;			/* one for each document */
} LedgerView;

/*
 * Whose counters it is about; raises ERRCODE_GV_UNKNOWN_ACCOUNT.  keys: what has to
 * be locked is added to them; null: nothing is.
 */
extern void ledger_view_begin(LedgerView *view, CounterKeys *keys);

/* Reads what the meter needs for each document. */
extern void ledger_view_read(LedgerView *view);

#endif							/* GOVERNANCE_ENTITLEMENT_LEDGER_VIEW_H */
