/*
 * event.c
 *		What is announced of policies and certifications, whoever changes them, and
 *		what tick() waits for.
 *
 * The work is that of PL/pgSQL; here it is seen whether there is anybody to do it
 * for.  What is announced of standings is written with these
 * (ledger/announce.c).
 */
#include "postgres.h"

#include "compat.h"
#include "db/as_owner.h"
#include "db/owner.h"
#include "db/trigger.h"
#include "ledger/announce.h"
#include "ledger/consumer.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"

#include "fmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_event_due);
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

/*
 * event_due(account_id, scheme, after): when something is due in a stored
 * standing; null when that is not after an instant, when the rulebook has left it
 * behind, or when there is none.
 */
Datum
governance_event_due(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	StoredStanding *standing = NULL;
	TimestampTz due = DT_NOBEGIN;
	Scheme	   *scheme;

	rulebook_refresh();
	scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	ledger_read_enter();
	if (scheme != NULL)
		standing = standing_read(PG_GETARG_INT64(0), scheme);
	if (standing != NULL && standing->state != NULL)
		due = announce_due(scheme, standing->state);
	ledger_read_leave();
	if (due <= PG_GETARG_TIMESTAMPTZ(2))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(due);
}
