/*
 * qualified.h
 *		Is an account qualified at an instant?
 */
#ifndef GOVERNANCE_CERTIFICATION_QUALIFIED_H
#define GOVERNANCE_CERTIFICATION_QUALIFIED_H

#include "postgres.h"

#include "datatype/timestamp.h"

/*
 * By plain queries, as the owner of the ledger: is the account qualified for a
 * "domain" or a "capability"?  Raises an error when either is unknown.
 */
extern bool qualified_slowly(const char *what, int64 account_id, text *name,
							 TimestampTz at);

#endif							/* GOVERNANCE_CERTIFICATION_QUALIFIED_H */
