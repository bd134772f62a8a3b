/*
 * seen.h
 *		What this transaction has recorded.
 */
#ifndef GOVERNANCE_LEDGER_SEEN_H
#define GOVERNANCE_LEDGER_SEEN_H

#include "rulebook/cache.h"

/* A standing of a scheme that is being written has seen this instant. */
extern void seen_note(const Scheme *scheme, TimestampTz as_of);

/*
 * The latest instant that a standing of a scheme has seen which this transaction
 * wrote, one of its trials perhaps; DT_NOBEGIN: it wrote none, or none that has seen
 * its start.
 */
extern TimestampTz seen_here(const char *scheme, int length);

#endif							/* GOVERNANCE_LEDGER_SEEN_H */
