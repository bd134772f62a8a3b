/*
 * trigger.h
 *		How trigger functions were called.
 */
#ifndef GOVERNANCE_DB_TRIGGER_H
#define GOVERNANCE_DB_TRIGGER_H

#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"

/*
 * How a function wants to be called: one of the levels, and any of the times and
 * of the events that are named.  Where none is named, all will do.
 */
#define FIRED_BEFORE		0x01
#define FIRED_AFTER			0x02
#define FIRED_ON_INSERT		0x04
#define FIRED_ON_UPDATE		0x08
#define FIRED_FOR_ROW		0x10
#define FIRED_FOR_STATEMENT	0x20

/*
 * What a trigger function was called with.  function is its name, for the message
 * when something else called it: ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED.
 */
extern TriggerData *called_as_trigger(FunctionCallInfo fcinfo, const char *function);

/*
 * The same where it matters how: fired says FIRED_... of what is wanted.  As the
 * functions of foreign keys do: nothing is looked at before it is known to be
 * there.
 */
extern TriggerData *check_trigger(FunctionCallInfo fcinfo, const char *function, int fired);

/*
 * A transition table has to be there; which is "NEW" or "OLD", for the hint.
 * Raises the same error.
 */
extern void require_transition(const Tuplestorestate *table, const char *function,
							   const char *which);

#endif							/* GOVERNANCE_DB_TRIGGER_H */
