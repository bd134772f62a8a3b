/*
 * effect.h
 *		What standings lead to: the rows of governance.sanction.
 */
#ifndef GOVERNANCE_LEDGER_EFFECT_H
#define GOVERNANCE_LEDGER_EFFECT_H

#include "engine/engine.h"
#include "ledger/history.h"
#include "ledger/recent.h"
#include "rulebook/cache.h"

typedef struct EffectBatch EffectBatch;
struct Announcement;

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

/*
 * Has a violation opened an enforced sanction, one that was not there before?
 * member: by the order of effects_add(); once all have their ids.
 */
extern bool effects_opened_by(const EffectBatch *batch, int member, int64 violation_id);

/* Writes the sanctions, and says so to an announcement, which may be
 * null; only_for, when given, says for which members (by the order of
 * effects_add). */
extern void effects_write(EffectBatch *batch, const bool *only_for,
						  struct Announcement *announcement);

#endif							/* GOVERNANCE_LEDGER_EFFECT_H */
