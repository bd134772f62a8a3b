/*
 * consumer.h
 *		Who is given the events: what consumers want to hear of at all.
 */
#ifndef GOVERNANCE_LEDGER_CONSUMER_H
#define GOVERNANCE_LEDGER_CONSUMER_H

#include "postgres.h"

/* The kinds of events that are written where standings are. */
typedef enum EventKind
{
	EVENT_SANCTION_SCHEDULED,
	EVENT_SANCTION_STARTED,
	EVENT_SANCTION_CHANGED,
	EVENT_SANCTION_ENDED,
	EVENT_SANCTION_RELEASED,
	EVENT_NEAR_RUNG
} EventKind;

#define NUM_EVENT_KINDS (EVENT_NEAR_RUNG + 1)

/* The name of a kind. */
extern const char *event_kind_name(EventKind kind);

/*
 * Is there anybody to whom events are told?  For whoever has a lock on the table
 * whose changes are told, as a statement that writes to it has.
 */
extern bool consumers_exist(void);

/*
 * The same of standings, which it locks.  *kinds says of which kinds anybody
 * wants to hear, 1 << EventKind.  The answer stays true for whatever this
 * transaction writes to standings: create_consumer() waits for it.
 */
extern bool consumers_listen(uint32 *kinds);

#endif							/* GOVERNANCE_LEDGER_CONSUMER_H */
