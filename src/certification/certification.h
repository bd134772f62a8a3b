/*
 * certification.h
 *		What the files of certification share.
 *
 * Whatever follows from a step, a violation or a row of an application is read
 * and written as the owner of the ledger, as the checks of foreign keys are:
 * who inserts needs no right on it.
 */
#ifndef GOVERNANCE_CERTIFICATION_CERTIFICATION_H
#define GOVERNANCE_CERTIFICATION_CERTIFICATION_H

#include "postgres.h"

#include "commands/trigger.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/rel.h"

/*
 * The OID of a table of the ledger; raises ERRCODE_GV_NO_LEDGER when
 * create_ledger() has not run.
 */
extern Oid	certification_table(const char *name);

/* The owner of the ledger: of governance.qualified_domain. */
extern Oid	certification_owner(void);

/*
 * Passes a trigger call on to a PL/pgSQL function of schema governance, as the
 * owner of the table.
 */
extern Datum trigger_as_owner(FunctionCallInfo fcinfo, const char *name);

/*
 * May a violation of a rule (nulls: any violation) cost a certification?  Looks at
 * governance.certification_consequence only.
 */
extern bool certification_may_cost(const char *scheme, const char *rule);

/* May the acting role select from a table of the ledger, and so be told what is there? */
extern bool owner_may_tell(const char *table);

/*
 * By plain queries, as the owner of the ledger: is the account qualified for a
 * "domain" or a "capability"?  Raises an error when either is unknown.
 */
extern bool qualified_slowly(const char *what, int64 account_id, text *name,
							 TimestampTz at);

#endif							/* GOVERNANCE_CERTIFICATION_CERTIFICATION_H */
