/*
 * say.h
 *		Whose word loosens what: consents, lasting limits and switches.
 */
#ifndef GOVERNANCE_ENTITLEMENT_SAY_H
#define GOVERNANCE_ENTITLEMENT_SAY_H

#include "postgres.h"

#include "entitlement/counter.h"
#include "entitlement/in_force.h"

/* Somebody speaks for an account about a capability or a pool. */
typedef struct Say
{
	int64		account_id;
	int64		by;				/* 0: support */
	const char *name;			/* of the capability, or pool */
	TimestampTz at;

	/* filled */
	CounterKeys keys;
	int			nparties;		/* what he is to the account: self, kinds of links */
	const char **parties;
	int			n;				/* documents that name it */
	InForce    *in_force;
	struct MeterView **views;
	const char *party;			/* as what he has a say; null: support */
} Say;

/*
 * Locks the account's counter, and reads who he is and what documents say.  Raises
 * ERRCODE_GV_UNKNOWN_ACCOUNT, ERRCODE_GV_UNKNOWN_CAPABILITY, and ERRCODE_GV_NO_SAY
 * for somebody who is nothing to the account.
 */
extern void say_begin(Say *say);

/*
 * The word of a document that lets him loosen a rule (null: any limit) for a time, or
 * set it (lasting); raises ERRCODE_GV_NO_SAY where there is none.  *measure: the place
 * that says it; null: of support, which needs none.  Raises
 * ERRCODE_INVALID_PARAMETER_VALUE for a rule that no document has.
 */
extern const Loosening *say_loosens(Say *say, const char *rule, bool lasting,
									const Capability **measure, const InForce **document);

/* May he switch it?  As what, stands in say->party.  Raises the same. */
extern void say_switches(Say *say);

#endif							/* GOVERNANCE_ENTITLEMENT_SAY_H */
