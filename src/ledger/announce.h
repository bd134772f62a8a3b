/*
 * announce.h
 *		What consumers of events are told of standings that are written.
 *
 * Within ledger_enter().  One call begins it for some standings, before they are
 * folded or, of new ones, once they are inserted; others say which sanctions are
 * written; the last one, when all is written, writes the events.  All but the
 * first accept null: nobody listens.
 */
#ifndef GOVERNANCE_LEDGER_ANNOUNCE_H
#define GOVERNANCE_LEDGER_ANNOUNCE_H

#include "ledger/sanction_row.h"
#include "ledger/standing_row.h"

typedef struct Announcement Announcement;

/*
 * For those standings that are this statement's to write (key->done), in key
 * order; null when there is no consumer.  What it makes is in the current memory
 * context.
 */
extern Announcement *announce_begin(StandingWork *works, int nworks);

/* These are new. */
extern void announce_inserted(Announcement *announcement, const SanctionWrite *writes, int n);

/* These are about to become so, or to stay as they are. */
extern void announce_updating(Announcement *announcement, const SanctionWrite *writes, int n);

/* As sanction_rows_overturn(), before it. */
extern void announce_overturning(Announcement *announcement, const int64 *accounts,
								 const int64 *sanctions, const TimestampTz *at, int n);

/*
 * When something is due next in a state, which need not show; as far as the version
 * that it stands under and the one after it are concerned.
 */
extern TimestampTz announce_due(Scheme *scheme, EngineState *state);

/* Everything has been written. */
extern void announce_end(Announcement *announcement);

#endif							/* GOVERNANCE_LEDGER_ANNOUNCE_H */
