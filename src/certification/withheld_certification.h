/*
 * withheld_certification.h
 *		Sanctions that withhold the capability "certification": while one runs, no
 *		certification of the account counts.
 */
#ifndef GOVERNANCE_CERTIFICATION_WITHHELD_CERTIFICATION_H
#define GOVERNANCE_CERTIFICATION_WITHHELD_CERTIFICATION_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* May any scheme do that?  If not, nothing is asked for. */
extern bool certification_may_be_withheld(void);

/*
 * Is it so at an instant?  Of an account that exists; within ledger_enter() or
 * ledger_read_enter().
 */
extern bool certification_is_withheld(int64 account_id, TimestampTz at);

#endif							/* GOVERNANCE_CERTIFICATION_WITHHELD_CERTIFICATION_H */
