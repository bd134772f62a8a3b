/*
 * trace.h
 *		The effects of folding one account's history, as a list.
 */
#ifndef GOVERNANCE_REPORTS_TRACE_H
#define GOVERNANCE_REPORTS_TRACE_H

#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "rulebook/cache.h"

typedef struct TracedEffect
{
	Effect		effect;
	const Policy *policy;		/* that rung and relief belong to */
	bool		expected;		/* has not happened yet */
} TracedEffect;

typedef struct Trace
{
	int			n;
	int			max;
	TracedEffect *effects;
	AccountHistory *history;
	Scheme	   *scheme;
	EngineState *state;			/* after the last event; null: nothing happened */
} Trace;

/*
 * A scheme by its name, or what was on trial under it until *ended: with one
 * version, which ended with the trial or, when whole, goes on, so that what was
 * dated later and led to a sanction then does so again.  Raises
 * ERRCODE_GV_UNKNOWN_SCHEME.
 */
extern Scheme *trace_scheme(const char *name, bool whole, TimestampTz *ended);

/*
 * Folds all that is known of an account under a scheme, by the end of the trial
 * if it was one, and what will follow if nothing more happens.
 */
extern Trace *trace_account(int64 account_id, Scheme *scheme, TimestampTz ended);

/* A row of the history by its id, or null. */
extern const ViolationRow *trace_violation(const Trace *trace, int64 id);
extern const ActivityRow *trace_activity(const Trace *trace, int64 id);

/* The violation behind a sanction, by the sanction's number; 0: none. */
extern int64 trace_cause(const Trace *trace, int64 sanction);

/* Its rung, under the version that opened it. */
extern const char *trace_rung(const Trace *trace, int64 sanction);

#endif							/* GOVERNANCE_REPORTS_TRACE_H */
