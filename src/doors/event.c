/*
 * event.c
 *		What is announced of policies and certifications, whoever changes them.
 *
 * The work is that of PL/pgSQL; here it is seen whether there is anybody to do it
 * for.  What is announced of standings is written with these
 * (ledger/announce.c).
 */
#include "postgres.h"

#include "compat.h"
#include "db/as_owner.h"
#include "db/trigger.h"
#include "ledger/consumer.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(governance_event_policy);
PG_FUNCTION_INFO_V1(governance_event_certification);

/* The table is locked already, by the statement that fires the trigger. */
static Datum
announce_row(FunctionCallInfo fcinfo, const char *name, const char *inner)
{
	called_as_trigger(fcinfo, name);
	if (!consumers_exist())
		return PointerGetDatum(NULL);
	return trigger_as_owner(fcinfo, inner);
}

/* event_policy(), a row trigger on governance.policy: event_policy_row(). */
Datum
governance_event_policy(PG_FUNCTION_ARGS)
{
	return announce_row(fcinfo, "event_policy", "event_policy_row");
}

/*
 * event_certification(), a row trigger on governance.certification:
 * event_certification_row().
 */
Datum
governance_event_certification(PG_FUNCTION_ARGS)
{
	return announce_row(fcinfo, "event_certification", "event_certification_row");
}
