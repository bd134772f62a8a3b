/*
 * meter.h
 *		The meter: what a document says to a request, as a pure function of the
 *		compiled document, a view of the account's ledger, and an instant.
 *
 * No table, no clock of its own, no global state: use(), allowance(), permits(),
 * a document's examples and verify() all ask this.
 */
#ifndef GOVERNANCE_ENTITLEMENT_METER_H
#define GOVERNANCE_ENTITLEMENT_METER_H

#include "postgres.h"

#include "entitlement/meter_view.h"

/*
 * What one document says to a request.  The view may hold more than matters.
 */
extern MeterAnswer *meter_ask(const Entitlement *document, const MeterView *view,
							  const MeterRequest *request);

/*
 * Which grants a use that is allowed takes from, and how much of each: fills in the
 * answer.  meter_ask() does so itself.
 */
extern void meter_take(const Entitlement *document, const MeterView *view, const MeterRequest *request,
					   MeterAnswer *answer);

/*
 * Several documents in force: all must allow.  views are one for each, since
 * indexes of facts and context are the documents' own.  until and again are those of
 * all together.
 */
extern MeterAnswer *meter_ask_all(const Entitlement *const *documents,
								  const MeterView *const *views,
								  const MeterRequest *const *requests, int n);

/*
 * From when on uses matter to a request at an instant: the furthest look of any of
 * its limits, rests and observations.  DT_NOBEGIN: all of them.
 */
extern TimestampTz meter_needs(const Entitlement *document, const char *capability,
							   TimestampTz at, const MeterView *view);

/*
 * The capabilities (names and patterns) whose uses matter to one, and what other
 * accounts' (OF_* bits): what the one who fills a view has to read, and what has to
 * be locked.
 */
extern void meter_reads(const Entitlement *document, const char *capability,
						const char ***names, int *nnames, int *of);

/* Has an achievement been reached at an instant, and since when? */
extern bool meter_achieved(const Entitlement *document, const MeterView *view,
						   const char *name, TimestampTz at, TimestampTz *since);

/* Does the document apply to the account at an instant? */
extern bool meter_applies(const Entitlement *document, const MeterView *view, TimestampTz at);

/*
 * Does a condition that sees no request (null: always) hold at an instant?  What is not
 * known does not.
 */
extern bool meter_condition_holds(const Entitlement *document, const MeterView *view,
								  const Expr *condition, TimestampTz at);

#endif							/* GOVERNANCE_ENTITLEMENT_METER_H */
