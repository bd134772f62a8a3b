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
 * As foreign keys do: nothing is looked at before it is known to be there.
 * Raises ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED.
 */
extern TriggerData *check_trigger(FunctionCallInfo fcinfo, const char *function,
								  bool for_row, bool before);
extern void require_transition(const Tuplestorestate *table, const char *function,
							   const char *which);

#endif							/* GOVERNANCE_DB_TRIGGER_H */
