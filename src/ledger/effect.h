/*
 * effect.h
 *		What standings lead to: the rows of governance.sanction and
 *		governance.restriction.
 */
#ifndef GOVERNANCE_LEDGER_EFFECT_H
#define GOVERNANCE_LEDGER_EFFECT_H

#include "ledger/ledger.h"
#include "ledger/recent.h"

typedef struct EffectBatch EffectBatch;

/* An empty batch in the current memory context. */
extern EffectBatch *effects_begin(void);

/*
 * Adds the outcome of one standing.  history holds at least the facts when a
 * later version of the policy waits.  stored: the standing has been there
 * before, so that rows may exist; replayed: it was folded anew, so that its
 * sanctions have to be found again among the stored ones; refreshed: facts or
 * versions changed, so that any of its rows may be stale; those that no longer
 * follow are released as of known_from.  known_at is the latest decision that
 * the state holds.  recent, when given, has all the stored sanctions that a fold
 * of late entries may change.
 */
extern void effects_add(EffectBatch *batch, int64 account_id, Scheme *scheme,
						EngineState *state, const AccountHistory *history,
						bool stored, bool replayed, bool refreshed,
						TimestampTz known_from, TimestampTz known_at,
						const Recent *recent);

/*
 * Gives every sanction of the batch its id, in its state too.  Call before the
 * states are written.
 */
extern void effects_number(EffectBatch *batch);

/* Writes sanctions and restrictions; only_for, when given, says for which
 * members (by the order of effects_add). */
extern void effects_write(EffectBatch *batch, const bool *only_for);

/* A span of time during which something is withheld. */
typedef struct Withheld
{
	const char *capability;
	TimestampTz since;
	TimestampTz until;
	int64		sanction_id;	/* the one that lasts longest; 0: not stored yet */
} Withheld;

/*
 * What projected sanctions withhold after an instant, sorted by capability and
 * time, what overlaps or touches merged.
 */
extern Withheld *withheld_by(const ProjectedSanction *sanctions, int nsanctions,
							 TimestampTz after, int *nwithheld);

/* Sorts spans like that and merges them; gives how many are left. */
extern int	withheld_merge(Withheld *spans, int n);

/*
 * What a scheme withholds from `now` on when entries of the account's history
 * are dated later: until each of these comes, what is known without it holds.
 * The entries are those of the history or, when given, the recent ones, which
 * recent_reaches() down to now.  The ids of sanctions are left out where
 * `sanctions` does not have them.
 */
extern Withheld *withheld_ahead(Scheme *scheme, int64 account_id, const AccountHistory *history,
								const Recent *recent, TimestampTz now,
								const ProjectedSanction *sanctions, int nsanctions,
								int *nwithheld);

/*
 * Do stored spans (which are spoilt) agree with what follows?  Rows written
 * while entries of a later date waited also say what held until then, as of a
 * moment that nobody remembers: they agree when they do so from the last of
 * those dates on or, while that lies ahead, from now on.
 */
extern bool withheld_alike(Scheme *scheme, const AccountHistory *history,
						   const ProjectedSanction *sanctions, int nsanctions,
						   TimestampTz last, Withheld *stored, int nstored);

/* Is an instant later than now, by more than clocks differ? */
extern bool is_ahead(TimestampTz at);

/* The id of a stored sanction by what identifies it in a replay; 0: none. */
extern int64 stored_sanction(int64 account_id, Scheme *scheme, const char *rung,
							 int64 cause, TimestampTz starts, LedgerMode mode);

/* The figures that a rung puts on a sanction, as the text of a JSON object. */
extern Datum sanction_terms(const Rung *rung, const SanctionState *sanction, bool *isnull);

#endif							/* GOVERNANCE_LEDGER_EFFECT_H */
