/*
 * known_below.h
 *		What the rooms below say of an account to a document: scores, sanctions,
 *		certifications, links.
 */
#ifndef GOVERNANCE_ENTITLEMENT_KNOWN_BELOW_H
#define GOVERNANCE_ENTITLEMENT_KNOWN_BELOW_H

#include "postgres.h"

#include "db/plan.h"
#include "entitlement/entitlement.h"
#include "entitlement/ledger_rows.h"

typedef struct KnownBelow
{
	int64		account_id;
	PlanMode	mode;
} KnownBelow;

/*
 * The value of a name at an instant, and the first instant after one at which it
 * may be another; DT_NOEND: never by itself.  arg: a KnownBelow.  Within
 * ledger_enter() or ledger_read_enter().
 */
extern ExprValue known_below(void *arg, const External *external, TimestampTz at);
extern TimestampTz known_below_turn(void *arg, const External *external, TimestampTz after);

/* The sanctions under the schemes of a pattern, as they are known at an instant. */
extern SanctionSeen *sanctions_known(const KnownBelow *known, const char *pattern, TimestampTz at,
									int *n);

#endif							/* GOVERNANCE_ENTITLEMENT_KNOWN_BELOW_H */
