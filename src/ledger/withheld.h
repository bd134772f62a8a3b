/*
 * withheld.h
 *		What is withheld from an account, and until when.
 */
#ifndef GOVERNANCE_LEDGER_WITHHELD_H
#define GOVERNANCE_LEDGER_WITHHELD_H

#include "ledger/periods.h"
#include "ledger/project.h"
#include "rulebook/cache.h"

/* A span of time during which something is withheld. */
typedef struct Withheld
{
	const char *capability;
	TimestampTz since;
	TimestampTz until;
	int64		sanction_id;	/* the one that lasts longest; 0: not stored yet */
} Withheld;

/*
 * What projected sanctions withhold after an instant, sorted by capability and
 * time, what overlaps or touches merged.
 */
extern Withheld *withheld_by(const ProjectedSanction *sanctions, int nsanctions,
							 TimestampTz after, int *nwithheld);

/*
 * What an account may not do now or later: its standings and, beside them, the
 * rows of governance.withholding.  PERIOD_WITHIN: it may not.  Accounts without a
 * standing, and what linked accounts hand on, are left to the caller.
 */
extern const PeriodTable withheld_periods;

/* The same of the rows of governance.withholding alone, for any instant. */
extern const PeriodTable withholding_periods;

#endif							/* GOVERNANCE_LEDGER_WITHHELD_H */
