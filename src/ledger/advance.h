/*
 * advance.h
 *		Moves a state through time, from one version of the policy to the next.
 */
#ifndef GOVERNANCE_LEDGER_ADVANCE_H
#define GOVERNANCE_LEDGER_ADVANCE_H

#include "engine/engine.h"
#include "ledger/history.h"
#include "ledger/placed.h"
#include "rulebook/cache.h"

/*
 * The instant at which the life of an account under a scheme begins without an entry
 * (scheme_begins()); DT_NOEND: only with its first entry.
 */
extern TimestampTz ledger_begins(Scheme *scheme, const Policy *draft,
								 const AccountHistory *history);

/*
 * A state without any event, at an instant, by the facts of a history: an entry at that
 * instant is the first, or there is none.  Null when no version is in force where its
 * life begins.
 */
extern EngineState *ledger_fresh(Scheme *scheme, const Policy *draft,
								 const AccountHistory *history, TimestampTz at);

/*
 * The same, as it was known at known_at.  With full memory where that is asked for,
 * or a version that begins by `until` asks for it.
 */
extern EngineState *ledger_begin(Scheme *scheme, const Policy *draft,
								 const AccountHistory *history, TimestampTz at,
								 TimestampTz known_at, bool remembers, TimestampTz until,
								 const EngineTrace *trace);

/* Complains that an account's scheme has no version. */
pg_noreturn extern void report_no_version(const char *scheme, int64 account_id);

/* The state of an account whose violations were all overturned. */
extern EngineState *ledger_blank(Scheme *scheme, const AccountHistory *history);

/*
 * Moves a state to an instant, across the versions that come into force on the
 * way.  The history need only hold facts: entries are read where a version asks for
 * them (ledger_must_remember()).
 */
extern void ledger_advance(Scheme *scheme, const Policy *draft,
						   EngineState **state, const AccountHistory *history,
						   TimestampTz to, const EngineTrace *trace);

/* The start of the version that follows the one that a state stands under
 * (DT_NOEND: there is none), and whether there is one. */
extern TimestampTz next_version_from(Scheme *scheme, const EngineState *state);
extern bool ledger_has_successor(Scheme *scheme, const EngineState *state);

/* Takes up what the attribute table says about the time after as_of. */
extern void ledger_refresh_facts(EngineState *state, const AccountHistory *facts);

/* The policy that a state stands under, or the draft. */
extern const Policy *state_policy(Scheme *scheme, const EngineState *state,
								  const Policy *draft);

/* What a policy's attributes are at an instant, and how they change after it. */
extern ExprValue *facts_at(const Policy *policy, const AccountHistory *history, TimestampTz at);

/* The version that a state will stand under next; null: none. */
extern PolicyVersion *successor(Scheme *scheme, const EngineState *state);

/* A state as the next version takes it over at an instant. */
extern EngineState *hand_over(Scheme *scheme, const Policy *from, const Policy *to,
							  EngineState *state, const AccountHistory *history,
							  TimestampTz at, const EngineTrace *trace);

/*
 * Does a version that begins by an instant, on the way of a state, take over from
 * what happened, rather than from the state?  Who has the whole history at hand
 * folds it anew then, which is no more work.
 */
extern bool ledger_must_remember(Scheme *scheme, const EngineState *state, TimestampTz until);

/*
 * Folds what is placed, which is what was known at known_at, up to an instant
 * (DT_NOEND: all of it); null when there is nothing.  history: where facts come
 * from, and what versions that take over count.  remembers: with full memory, which the state still has at the
 * end.
 */
extern EngineState *fold_placed(Scheme *scheme, const Policy *draft,
								const AccountHistory *history, Placed **order, int64 n,
								TimestampTz known_at, TimestampTz until, bool remembers,
								const EngineTrace *trace);

#endif							/* GOVERNANCE_LEDGER_ADVANCE_H */
