/*
 * use.h
 *		Something is used, if it may be.
 */
#ifndef GOVERNANCE_ENTITLEMENT_USE_H
#define GOVERNANCE_ENTITLEMENT_USE_H

#include "postgres.h"

#include "entitlement/question.h"

/*
 * Records a use and gives its id; 0: it was refused, and question says why.  now: the
 * instant is the clock's, once everything is locked.  *used: how much.  Within
 * ledger_enter(), after rulebook_refresh().
 */
extern int64 use_one(Question *question, text *ref, bool now, int64 *used);

/* The same where everything is locked. */
extern int64 use_locked(Question *question, CounterKeys *keys, text *ref, int64 *used);

/* An instant moved by a span, in the zone of the session; DT_NOEND: for ever. */
extern TimestampTz span_after(TimestampTz at, const Span *span);

#endif							/* GOVERNANCE_ENTITLEMENT_USE_H */
