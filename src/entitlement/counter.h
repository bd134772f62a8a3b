/*
 * counter.h
 *		What uses lock that may get into each other's way.
 *
 * A limit belongs to somebody: to the account, to the one on the other side, to all
 * accounts of a subject or of a household.  Whoever uses, or changes what may be
 * used, locks a row of governance.counter for each of them first, in the order of
 * the key, and reads what was used afterwards.  They come after standings and
 * before the chain of the audit.
 */
#ifndef GOVERNANCE_ENTITLEMENT_COUNTER_H
#define GOVERNANCE_ENTITLEMENT_COUNTER_H

#include "postgres.h"

#include "datatype/timestamp.h"

typedef struct CounterKey
{
	int64		account_id;
	const char *counter;		/* account, counterpart, subject, link:KIND, context */
	const char *key;
} CounterKey;

typedef struct CounterKeys
{
	int			n;
	int			max;
	CounterKey *list;
} CounterKeys;

/* Adds one; one that is there already stays once.  The texts must stay. */
extern void counter_add(CounterKeys *keys, int64 account_id, const char *counter, const char *key);

/*
 * Locks them until the end of the transaction.  What is read afterwards is what
 * those who held them before have left; where the isolation level cannot show it,
 * ERRCODE_T_R_SERIALIZATION_FAILURE is raised.
 */
extern void counters_lock(CounterKeys *keys);

/*
 * Says that something has been used under them, so that nobody goes on who has an
 * older view of it.
 */
extern void counters_used(const CounterKeys *keys, TimestampTz at);

#endif							/* GOVERNANCE_ENTITLEMENT_COUNTER_H */
