/*
 * refuse.h
 *		Errors that say why something may not be used.
 */
#ifndef GOVERNANCE_ENTITLEMENT_REFUSE_H
#define GOVERNANCE_ENTITLEMENT_REFUSE_H

#include "postgres.h"

#include "entitlement/question.h"
#include "utils/relcache.h"

/*
 * Raises the error of the first rule that refuses: ERRCODE_GV_NOT_ENTITLED and so
 * on, with a line of detail for each.  tell: what the ledger says of the account
 * may be told.  relation: a table of the application; null: none.
 */
pg_noreturn extern void refuse_use(const Question *question, bool tell, Relation relation);

#endif							/* GOVERNANCE_ENTITLEMENT_REFUSE_H */
