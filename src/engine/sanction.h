/*
 * sanction.h
 *		The life of sanctions: opened, started, extended, ended, released.
 */
#ifndef GOVERNANCE_ENGINE_SANCTION_H
#define GOVERNANCE_ENGINE_SANCTION_H

#include "engine/fold_context.h"

/*
 * Opens a rung; `cause` is a violation or 0; held: it is not to be enforced,
 * whatever the policy says; decided: the sanction does not start before, where
 * the policy says so.  True when a sanction opened or an open one changed.
 */
extern bool sanction_open(Fold *fold, int rung, int64 cause, bool held,
						  TimestampTz decided);

/* Ends a sanction before its time. */
extern void sanction_release(Fold *fold, SanctionState *sanction,
							 ReleaseReason reason);

/* Those that wait for another one to end follow its end. */
extern void sanctions_queue(Fold *fold);

/* Starts and ends what is due; true when something happened. */
extern bool sanctions_start_due(Fold *fold);
extern bool sanctions_end_due(Fold *fold);

/* The next instant at which a sanction starts or ends; DT_NOEND: none is known. */
extern TimestampTz sanctions_next_due(Fold *fold);

/* An activity's part in conditions, counts and elections. */
extern void sanctions_activity(Fold *fold, const EngineEvent *event);

/* Somebody lifts the sanction that the event names, if it has not ended. */
extern void sanctions_lift(Fold *fold, const EngineEvent *event);

/* Those that the violation caused are lifted. */
extern void sanctions_overturn(Fold *fold, int64 violation_id);

/* The figures that a sanction's rung puts on it, as of now. */
extern void sanction_fill_terms(Fold *fold, SanctionState *s);

#endif							/* GOVERNANCE_ENGINE_SANCTION_H */
