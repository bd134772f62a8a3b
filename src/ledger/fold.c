/*
 * fold.c
 *		The fold over what the ledger holds: picks the policy version for each
 *		instant, and hands standings over from one version to the next.
 *
 * A state's life under a scheme begins with the first row that concerns the
 * scheme; the facts that hold at that instant decide where it starts.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/placed.h"
#include "rulebook/cache.h"
#include "util.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

/* ---------- one row more ---------- */

/*
 * Is an event's place before what the state has seen?  Time counts as well as
 * the last event: the state may have been moved past the event by time alone.
 */
static bool
out_of_order(const EngineState *state, const EventKey *key)
{
	return key->at < state->as_of || event_key_cmp(key, &state->last) <= 0;
}

/* Has a version kept what was decided before a late entry arrived? */
static bool
any_keeps(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (!rulebook_compiled(&scheme->versions[i])->resanction_late)
			return true;
	return false;
}

/*
 * First by the version that judges it, which is mostly the one that the state
 * stands under, so that the event need not be made twice.
 */
bool
ledger_append_violation(Scheme *scheme, EngineState *state, const AccountHistory *facts,
						const ViolationRow *row, EngineState **result)
{
	const Policy *judged = policy_at(scheme, NULL, row->occurred);
	int			rule = rule_of(judged, row);
	const Policy *policy;
	EngineEvent event;

	violation_event(judged, rule, judged, row, &event);
	if (out_of_order(state, &event.key))
		return false;

	/* Something that is here already may have come late by this one. */
	if (row->decided < state->last_decided && any_keeps(scheme))
		return false;
	*result = state;
	if (scheme->nversions > 1)
		ledger_advance(scheme, NULL, result, facts, event.key.at, NULL);
	policy = rulebook_policy((*result)->policy_id);
	if (policy != judged)
		violation_event(judged, rule, policy, row, &event);
	engine_apply(policy, *result, &event, NULL);
	return true;
}

/*
 * As with violations, but one version alone matters: the one that the state
 * stands under at that instant.
 */
bool
ledger_append_activity(Scheme *scheme, EngineState *state, const AccountHistory *facts,
					   const ActivityRow *row, EngineState **result)
{
	const Policy *policy;
	EngineEvent event;

	*result = state;
	activity_event(rulebook_policy(state->policy_id), row, &event);
	if (out_of_order(state, &event.key))
		return false;
	if (scheme->nversions > 1)
		ledger_advance(scheme, NULL, result, facts, event.key.at, NULL);
	policy = rulebook_policy((*result)->policy_id);
	activity_event(policy, row, &event);
	if (event.activity >= 0)
		engine_apply(policy, *result, &event, NULL);
	return true;
}

/* ---------- the fold over a history ---------- */

/*
 * Everything is placed before anything is applied.  A version that takes over on
 * the way counts what was known then, and no more.
 */
EngineState *
ledger_fold(Scheme *scheme, const Policy *draft, const AccountHistory *history,
			TimestampTz known_at, TimestampTz until, const EngineTrace *trace)
{
	int64		n;
	Placed	  **order = history_placed(scheme, draft, history, known_at, &n);
	EngineState *state = fold_placed(scheme, draft, history, order, n, known_at, until, false, trace);

	pfree(order);
	return state;
}
