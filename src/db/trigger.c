/*
 * trigger.c
 *		What the statement triggers of the ledger share.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/trigger.h"
#include "db/report.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *function, bool for_row, bool before)
{
	TriggerData *trigger = called_as_trigger(fcinfo, function);

	if (before ? !TRIGGER_FIRED_BEFORE(trigger->tg_event) : !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s", function, before ? "BEFORE" : "AFTER")));
	if ((TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != 0) != for_row)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired FOR EACH %s", function,
						for_row ? "ROW" : "STATEMENT")));
	return trigger;
}

void
require_transition(const Tuplestorestate *table, const char *function, const char *which)
{
	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs a transition table", function),
				 errhint("Create the trigger with REFERENCING %s TABLE AS.", which)));
}
