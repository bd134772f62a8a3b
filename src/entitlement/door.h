/*
 * door.h
 *		May an account do something at an instant, by all that says so: standings,
 *		certifications, switches and documents.
 */
#ifndef GOVERNANCE_ENTITLEMENT_DOOR_H
#define GOVERNANCE_ENTITLEMENT_DOOR_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "db/plan.h"

/*
 * Does any document say something of a capability?  Where there are none that is one
 * test of an empty list.  After rulebook_refresh().
 */
extern bool door_is_guarded(const text *capability);

/*
 * May it use one of it, or begin to?  Counts nothing.  Raises
 * ERRCODE_GV_UNKNOWN_ACCOUNT.  Within ledger_enter() or ledger_read_enter().
 */
extern bool door_permits(int64 account_id, text *capability, TimestampTz at, PlanMode mode);

#endif							/* GOVERNANCE_ENTITLEMENT_DOOR_H */
