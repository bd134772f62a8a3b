/*
 * permits.h
 *		May an account do something at an instant?
 *
 * Below both the reports, which answer that question, and the triggers that
 * enforce the answer.
 */
#ifndef GOVERNANCE_LEDGER_PERMITS_H
#define GOVERNANCE_LEDGER_PERMITS_H

#include "db/plan.h"
#include "ledger/project.h"
#include "ledger/withheld.h"
#include "rulebook/cache.h"

/*
 * Is nothing withheld from the account under that name at the instant?  Raises
 * ERRCODE_GV_UNKNOWN_CAPABILITY and ERRCODE_GV_UNKNOWN_ACCOUNT.  Within
 * ledger_enter() or ledger_read_enter().
 */
extern bool account_permits(int64 account_id, text *capability, TimestampTz at,
							PlanMode mode);

/*
 * The same of the present and the future where that takes no SQL: false when it
 * does.  caller: remembers what it has learnt; null: nobody.
 */
extern bool permits_at_once(FmgrInfo *caller, int64 account_id, text *capability,
							TimestampTz at, bool *permitted);

/*
 * What one scheme withholds from an account at an instant, as known then, and the
 * sanctions that it follows from.
 */
extern Withheld *withheld_at(int64 account_id, Scheme *scheme, TimestampTz at, int *nwithheld,
							 ProjectedSanction **sanctions, int *nsanctions);

/* An instant of the present or the future: not before the time on the clock. */
extern TimestampTz now_or_later(TimestampTz at);

#endif							/* GOVERNANCE_LEDGER_PERMITS_H */
