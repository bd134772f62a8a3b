/*
 * advance.c
 *		Moves a state through time, from one version of the policy to the next.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "rulebook/attribute.h"
#include "rulebook/cache.h"
#include "util.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/*
 * A trial run puts a draft in the place of all versions, so that a state does
 * not say by itself which policy it stands under.
 */
const Policy *
state_policy(const EngineState *state, const Policy *draft)
{
	return draft != NULL ? draft : rulebook_policy(state->policy_id);
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

/* Advances a state to the instant at which the next version takes it over. */
EngineState *
hand_over(const Policy *from, const Policy *to, EngineState *state,
		  const AccountHistory *history, TimestampTz at, const EngineTrace *trace)
{
	int			npending;
	PendingAttribute *pending = facts_after(to, history, at, &npending);
	bool		boundaries = at > state->as_of;

	engine_advance_before(from, state, at, trace);
	return engine_handover(from, to, state, at, boundaries, facts_at(to, history, at),
						   pending, npending, trace);
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
			const Policy *policy = rulebook_policy((*state)->policy_id);
			TimestampTz at = Max(next->from, (*state)->as_of);

			*state = hand_over(policy, rulebook_compiled(next), *state, history, at, trace);
		}
	}
	engine_advance(state_policy(*state, draft), *state, to, trace);
}

/*
 * A state begins with the score that the policy starts with and the facts of
 * that instant; time alone may already have changed it by `at`.
 */
EngineState *
ledger_fresh(Scheme *scheme, const Policy *draft, const AccountHistory *history, TimestampTz at)
{
	const Policy *policy = policy_at(scheme, draft, at);
	PendingAttribute *pending;
	EngineState *state;
	TimestampTz begin;
	int			npending;

	if (policy == NULL)
		return NULL;

	/* Where it starts is decided by the facts of the account's beginning. */
	begin = !TIMESTAMP_NOT_FINITE(history->opened) && history->opened < at &&
		engine_start_varies(policy) ? history->opened : at;
	pending = facts_after(policy, history, begin, &npending);
	state = engine_init(policy, history->account_id, history->opened, begin,
						facts_at(policy, history, begin), pending, npending);
	engine_advance(policy, state, at, NULL);
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
		ereport(ERROR,
				(errcode(ERRCODE_GV_POLICY_IN_FORCE),
				 errmsg("scheme \"%s\" would be left without a version", scheme->name),
				 errdetail("Account %lld has entries, dated ahead, that its only version has judged.",
						   (long long) history->account_id),
				 errhint("Publish a version that begins earlier: it goes on in the place of the one that is withdrawn.")));
	if (at < version->from)
		at = version->from;
	else if (at >= version->to && version->to != DT_NOEND)
		at = version->to - 1;
	return ledger_fresh(scheme, NULL, history, at);
}

/* The state is copied before it is moved: the caller's stays as it is. */
int
ledger_tier(const Policy *policy, const EngineState *state, TimestampTz known_at)
{
	if (known_at > state->as_of && state->nsanctions > 0)
	{
		EngineState *moved = engine_copy(policy, state);

		engine_advance(policy, moved, known_at, NULL);
		return engine_tier(policy, moved, known_at);
	}
	return engine_tier(policy, state, state->as_of);
}
