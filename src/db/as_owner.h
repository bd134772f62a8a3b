/*
 * as_owner.h
 *		Code in SQL that works with the rights of the ledger's owner.
 */
#ifndef GOVERNANCE_DB_AS_OWNER_H
#define GOVERNANCE_DB_AS_OWNER_H

#include "postgres.h"

#include "db/plan.h"

#include "fmgr.h"
#include "utils/rel.h"

/*
 * Passes a trigger call on to a PL/pgSQL function of schema governance, as the
 * owner of the table.
 */
extern Datum trigger_as_owner(FunctionCallInfo fcinfo, const char *name);

/*
 * Hands n accounts and the ids of an entry of each to the function of schema
 * governance that a plan calls, as the owner of a table.  Nothing happens when n
 * is 0.
 */
extern void call_as_owner(Relation rel, KeptPlan *plan, const int64 *accounts, const int64 *ids,
						  int n);

/* Is it the owner's own code, called by one of these, that fires a trigger just now? */
extern bool owner_is_writing(void);

#endif							/* GOVERNANCE_DB_AS_OWNER_H */
