/*
 * event_policy.c
 *		What the outbox needs in C: publications are announced whoever
 *		publishes.
 *
 * The other tables whose changes are announced are written by the ledger itself,
 * as their owner, so that plain PL/pgSQL triggers will do.
 */
#include "postgres.h"

#include "compat.h"
#include "db/as_owner.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(governance_event_policy);

/*
 * event_policy(), a row trigger on governance.policy; its work is in
 * event_policy_row().
 */
Datum
governance_event_policy(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "event_policy_row");
}
