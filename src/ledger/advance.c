/*
 * advance.c
 *		Moves a state through time, from one version of the policy to the next.
 *
 * What a version counts and the one before it did not is read from the account's
 * history when it takes over (engine_must_remember()): the history is folded up to
 * that instant by the same versions, with full memory, and taken over from there.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/placed.h"
#include "rulebook/attribute.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * A trial run puts a draft in the place of all versions, so that a state does
 * not say by itself which policy it stands under.
 */
const Policy *
state_policy(Scheme *scheme, const EngineState *state, const Policy *draft)
{
	return draft != NULL ? draft : scheme_policy(scheme, state->policy_id);
}

/* ---------- facts ---------- */

/* The value of an attribute as its policy reads it; unreadable counts as none. */
static ExprValue
attribute_value(const Policy *policy, int index, const char *text)
{
	const PolicyAttribute *attribute = &policy->attributes[index];
	ExprValue	value = {0};

	switch (attribute->type)
	{
		case ATTRIBUTE_NUMBER:
			value.type = EXPR_NUMBER;
			break;
		case ATTRIBUTE_BOOLEAN:
			value.type = EXPR_BOOLEAN;
			break;
		case ATTRIBUTE_TEXT:
			value.type = EXPR_TEXT;
			break;
		case ATTRIBUTE_DATE:
			value.type = EXPR_DATE;
			break;
	}
	value.isnull = text == NULL || !policy_read_attribute(policy, index, text, &value);
	if (value.isnull && attribute->has_default)
	{
		value.isnull = false;
		value.number = attribute->default_number;
		value.date = attribute->default_date;
		value.text = attribute->default_text;
	}
	return value;
}

/* What holds at an instant, one value for each attribute of the policy. */
ExprValue *
facts_at(const Policy *policy, const AccountHistory *history, TimestampTz at)
{
	ExprValue  *facts = palloc(sizeof(ExprValue) * Max(policy->nattributes, 1));

	for (int i = 0; i < policy->nattributes; i++)
	{
		const char *text = NULL;

		for (int j = 0; j < history->nattributes; j++)
		{
			const AttributeRow *row = &history->attributes[j];

			if (row->from <= at && at < row->to &&
				strcmp(row->name, policy->attributes[i].name) == 0)
				text = row->value;
		}
		facts[i] = attribute_value(policy, i, text);
	}
	return facts;
}

/*
 * By instant; facts that change at the same instant go in the policy's order,
 * so that a fold does not depend on the order of rows.
 */
static int
pending_cmp(const void *a, const void *b)
{
	const PendingAttribute *pa = a;
	const PendingAttribute *pb = b;

	if (pa->at != pb->at)
		return cmp_instant(pa->at, pb->at);
	return pa->attribute - pb->attribute;
}

/* What is known to change after an instant. */
static PendingAttribute *
facts_after(const Policy *policy, const AccountHistory *history, TimestampTz at,
			int *npending)
{
	PendingAttribute *pending = palloc(sizeof(PendingAttribute) * (2 * history->nattributes + 1));
	int			n = 0;

	for (int j = 0; j < history->nattributes; j++)
	{
		const AttributeRow *row = &history->attributes[j];
		int			index = policy_attribute_index(policy, row->name);
		bool		followed = false;

		if (index < 0)
			continue;
		if (row->from > at)
		{
			pending[n].attribute = index;
			pending[n].at = row->from;
			pending[n++].value = attribute_value(policy, index, row->value);
		}
		/* Rows of one name come in order of time and do not overlap. */
		if (j + 1 < history->nattributes &&
			strcmp(history->attributes[j + 1].name, row->name) == 0 &&
			history->attributes[j + 1].from == row->to)
			followed = true;
		if (row->to > at && row->to != DT_NOEND && !followed)
		{
			pending[n].attribute = index;
			pending[n].at = row->to;
			pending[n++].value = attribute_value(policy, index, NULL);
		}
	}
	qsort(pending, n, sizeof(PendingAttribute), pending_cmp);
	*npending = n;
	return pending;
}

/*
 * Only what lies after as_of is put in the place of what was known before:
 * what holds at as_of is in the state already.
 */
void
ledger_refresh_facts(EngineState *state, const AccountHistory *facts)
{
	const Policy *policy = rulebook_policy(state->policy_id);
	int			npending;
	PendingAttribute *pending = facts_after(policy, facts, state->as_of, &npending);

	engine_set_pending(policy, state, pending, npending);
}

/* ---------- versions ---------- */

/*
 * The version that follows the one that a state stands under: the earliest one
 * that starts after it, and not before what the state has seen.
 */
PolicyVersion *
successor(Scheme *scheme, const EngineState *state)
{
	TimestampTz from = DT_NOBEGIN;

	for (int i = 0; i < scheme->nversions; i++)
		if (scheme->versions[i].policy_id == state->policy_id)
			from = scheme->versions[i].from;
	for (int i = 0; i < scheme->nversions; i++)
	{
		PolicyVersion *version = &scheme->versions[i];

		if (version->policy_id != state->policy_id && version->from > from &&
			version->to > state->as_of)
			return version;
	}
	return NULL;
}

/*
 * A state that has seen entries after the next version's start is taken over
 * where it stands.
 */
TimestampTz
next_version_from(Scheme *scheme, const EngineState *state)
{
	PolicyVersion *next = successor(scheme, state);

	return next == NULL ? DT_NOEND : Max(next->from, state->as_of);
}

/* Asked often, and answered without compiling anything. */
bool
ledger_has_successor(Scheme *scheme, const EngineState *state)
{
	return successor(scheme, state) != NULL;
}

/* The first of the versions that come after the one that a state stands under. */
static int
first_later(Scheme *scheme, const EngineState *state)
{
	int			i = scheme->nversions;

	while (i > 0 && scheme->versions[i - 1].policy_id != state->policy_id)
		i--;
	return i;
}

/* Versions that are over before they could take a state over are passed by. */
bool
ledger_must_remember(Scheme *scheme, const EngineState *state, TimestampTz until)
{
	const Policy *from = NULL;

	if (scheme->nversions < 2)
		return false;
	for (int i = first_later(scheme, state); i < scheme->nversions; i++)
	{
		PolicyVersion *version = &scheme->versions[i];

		if (version->from > until)
			break;
		if (version->to <= state->as_of)
			continue;
		if (from == NULL)
			from = scheme_policy(scheme, state->policy_id);
		if (engine_must_remember(from, rulebook_compiled(version)))
			return true;
		from = rulebook_compiled(version);
	}
	return false;
}

/* ---------- the handover ---------- */

/* In the order of the fold. */
static int
past_activity_cmp(const void *a, const void *b)
{
	const PastActivity *x = a;
	const PastActivity *y = b;

	if (x->at != y->at)
		return cmp_instant(x->at, y->at);
	return cmp_int64(x->id, y->id);
}

/*
 * The activities that a state has lived through when it is taken over at an
 * instant, as far as the new version listens to them, whatever others did.
 */
static EngineMemory
memory_of(const Policy *to, const EngineState *state, const AccountHistory *history, TimestampTz at)
{
	EngineMemory memory = {0};

	memory.activities = MemoryContextAllocHuge(CurrentMemoryContext,
											   sizeof(PastActivity) * ((Size) history->nactivities + 1));
	for (int i = 0; i < history->nactivities; i++)
	{
		const ActivityRow *row = &history->activities[i];
		EventKey	key = {row->occurred, EVENT_ACTIVITY, row->activity_id};
		PastActivity *past = &memory.activities[memory.nactivities];

		if (policy_activity_index(to, row->kind) < 0 ||
			(state->bounded && row->occurred > state->known_at) ||
			(row->occurred >= at &&
			 (row->occurred > at || event_key_cmp(&key, &state->last) > 0)))
			continue;
		past->id = row->activity_id;
		past->at = row->occurred;
		past->kind = row->kind;
		past->quantity = row->quantity;
		past->violation_id = row->violation_id;
		memory.nactivities++;
	}
	if (memory.nactivities > 1)
		qsort(memory.activities, memory.nactivities, sizeof(PastActivity), past_activity_cmp);
	return memory;
}

/*
 * Sanctions that the ledger has on record keep their ids; those that the state
 * had forgotten are on record, too, and nothing has become of them.
 */
static void
adopt_sanctions(EngineState *state, const EngineState *known)
{
	for (int i = 0; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		s->dirty = false;
		for (int j = 0; j < known->nsanctions; j++)
			if (known->sanctions[j].number == s->number)
			{
				s->sanction_id = known->sanctions[j].sanction_id;
				s->dirty = known->sanctions[j].dirty;
			}
	}
}

/*
 * A state with full memory in the place of one without: the same history as far as
 * it goes before an instant, folded anew.  Of one in which nothing has happened yet
 * there is nothing to be remembered.
 */
static EngineState *
remembered(Scheme *scheme, const Policy *from, EngineState *state,
		   const AccountHistory *history, TimestampTz at)
{
	int64		n;
	TimestampTz known_at = state->bounded ? state->known_at : DT_NOEND;
	Placed	  **order = history_placed(scheme, NULL, history, known_at, &n);
	EngineState *result = NULL;

	if (at > DT_NOBEGIN)
		result = fold_placed(scheme, NULL, history, order, n, known_at, at - 1, true, NULL);
	pfree(order);
	if (result == NULL && at > DT_NOBEGIN && ledger_begins(scheme, NULL, history) < at)
		result = ledger_begin(scheme, NULL, history, at - 1, known_at, true, at - 1, NULL);
	if (result == NULL || result->policy_id != state->policy_id)
	{
		engine_remember(from, state, true);
		return state;
	}
	engine_advance_before(from, result, at, NULL);
	adopt_sanctions(result, state);
	return result;
}

/* The history with its entries, where it has been read for its facts alone. */
static const AccountHistory *
whole_history(const AccountHistory *history)
{
	if (history->whole)
		return history;
	return history_load(&history->account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES,
						history->latest ? PLAN_LATEST : PLAN_READ);
}

/*
 * Advances a state to the instant at which the next version takes it over.  Full
 * memory is kept for as long as a later version may ask for it.
 */
EngineState *
hand_over(Scheme *scheme, const Policy *from, const Policy *to, EngineState *state,
		  const AccountHistory *history, TimestampTz at, const EngineTrace *trace)
{
	int			npending;
	PendingAttribute *pending = facts_after(to, history, at, &npending);
	ExprValue  *facts = facts_at(to, history, at);
	bool		boundaries = at > state->as_of;
	bool		remembers = state->remembers;
	EngineState *result;

	engine_advance_before(from, state, at, trace);
	if (!engine_must_remember(from, to))
		result = engine_handover(from, to, state, at, boundaries, facts, pending, npending,
								 NULL, trace);
	else
	{
		EngineMemory memory;

		history = whole_history(history);
		if (!remembers)
			state = remembered(scheme, from, state, history, at);
		memory = memory_of(to, state, history, at);
		result = engine_handover(from, to, state, at, boundaries, facts, pending, npending,
								 &memory, trace);
		pfree(memory.activities);
	}
	if (!remembers || !ledger_must_remember(scheme, result, DT_NOEND))
		engine_remember(to, result, false);
	return result;
}

/*
 * Goes through each version that begins on the way, so that cycles, recoveries
 * and ends of sanctions fall under the version of their time.
 */
void
ledger_advance(Scheme *scheme, const Policy *draft, EngineState **state,
			   const AccountHistory *history, TimestampTz to, const EngineTrace *trace)
{
	if (draft == NULL && scheme->nversions > 1)
	{
		PolicyVersion *next;

		while ((next = successor(scheme, *state)) != NULL && next->from <= to)
		{
			const Policy *policy = scheme_policy(scheme, (*state)->policy_id);
			TimestampTz at = Max(next->from, (*state)->as_of);

			*state = hand_over(scheme, policy, rulebook_compiled(next), *state, history, at, trace);
		}
	}
	engine_advance(state_policy(scheme, *state, draft), *state, to, trace);
}

/* A draft that stands in for every version does so from the opening on. */
TimestampTz
ledger_begins(Scheme *scheme, const Policy *draft, const AccountHistory *history)
{
	if (draft == NULL)
		return scheme_begins(scheme, history->opened);
	return TIMESTAMP_NOT_FINITE(history->opened) || draft->unprompted == UNPROMPTED_NOTHING ?
		DT_NOEND : history->opened;
}

/* See advance.h: the fold begins where the life does, and goes on to the instant. */
EngineState *
ledger_begin(Scheme *scheme, const Policy *draft, const AccountHistory *history, TimestampTz at,
			 TimestampTz known_at, bool remembers, TimestampTz until, const EngineTrace *trace)
{
	TimestampTz begin = Min(ledger_begins(scheme, draft, history), at);
	const Policy *policy = policy_at(scheme, draft, begin);
	PendingAttribute *pending;
	EngineState *state;
	int			npending;

	if (policy == NULL)
		return NULL;

	/* Where it starts is decided by the facts of the account's beginning. */
	if (!TIMESTAMP_NOT_FINITE(history->opened) && history->opened < begin &&
		engine_start_varies(policy))
		begin = history->opened;
	pending = facts_after(policy, history, begin, &npending);
	state = engine_init(policy, history->account_id, history->opened, begin,
						facts_at(policy, history, begin), pending, npending, trace);
	state->bounded = known_at != DT_NOEND;
	state->known_at = known_at;
	if (remembers || (draft == NULL && ledger_must_remember(scheme, state, until)))
		engine_remember(policy, state, true);
	ledger_advance(scheme, draft, &state, history, at, trace);
	return state;
}

/* Of an account without entries nothing is remembered in the end. */
EngineState *
ledger_fresh(Scheme *scheme, const Policy *draft, const AccountHistory *history, TimestampTz at)
{
	EngineState *state = ledger_begin(scheme, draft, history, at, DT_NOEND, false, at, NULL);

	if (state != NULL && state->remembers)
		engine_remember(state_policy(scheme, state, draft), state, false);
	return state;
}

/* Raises ERRCODE_GV_POLICY_IN_FORCE. */
void
report_no_version(const char *scheme, int64 account_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_POLICY_IN_FORCE),
			 errmsg("scheme \"%s\" would be left without a version", scheme),
			 errdetail("Account %lld has entries, dated ahead, that its only version has judged.",
					   (long long) account_id),
			 errhint("Publish a version that begins earlier: it goes on in the place of the one that is withdrawn.")));
}

/*
 * A release alone begins no life under a scheme, unless that has begun by itself:
 * what it releases has been overturned.
 */
EngineState *
fold_placed(Scheme *scheme, const Policy *draft, const AccountHistory *history,
			Placed **order, int64 n, TimestampTz known_at, TimestampTz until, bool remembers,
			const EngineTrace *trace)
{
	EngineState *state = NULL;

	for (int64 i = 0; i < n; i++)
	{
		const Placed *p = order[i];
		const Policy *policy;
		EngineEvent event;

		CHECK_FOR_INTERRUPTS();
		if (p->key.at > until)
			break;
		if (state == NULL)
		{
			if (p->release != NULL && ledger_begins(scheme, draft, history) > p->key.at)
				continue;
			state = ledger_begin(scheme, draft, history, p->key.at, known_at, remembers, until,
								 trace);
			if (state == NULL)
				continue;
		}
		ledger_advance(scheme, draft, &state, history, p->key.at, trace);
		policy = state_policy(scheme, state, draft);
		if (placed_event(p, policy, &event))
			engine_apply(policy, state, &event, trace);
	}
	if (state != NULL && until != DT_NOEND)
		ledger_advance(scheme, draft, &state, history, until, trace);
	if (state != NULL)
		engine_remember(state_policy(scheme, state, draft), state, remembers);
	return state;
}

/*
 * An account whose violations have all been overturned keeps its standing, as
 * if it had been opened and nothing had happened.  Raises
 * ERRCODE_GV_POLICY_IN_FORCE when the scheme has no version at all.
 */
EngineState *
ledger_blank(Scheme *scheme, const AccountHistory *history)
{
	TimestampTz at = history->opened;
	PolicyVersion *version = NULL;

	/* The version in force when the account was opened, or the next, or the last. */
	for (int i = 0; i < scheme->nversions && (version == NULL || version->to <= at); i++)
		version = &scheme->versions[i];
	if (version == NULL)
		report_no_version(scheme->name, history->account_id);
	if (at < version->from)
		at = version->from;
	else if (at >= version->to && version->to != DT_NOEND)
		at = version->to - 1;
	return ledger_fresh(scheme, NULL, history, at);
}
