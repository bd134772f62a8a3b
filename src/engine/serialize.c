/*
 * serialize.c
 *		A state as bytes.
 *
 * Numbers are little-endian groups of seven bits, signed ones folded so that
 * small ones are short; an instant is one byte when it is infinite or the same
 * as the one before it, else nine.  What nothing looks at any more is left out.
 */
#include "postgres.h"

#include "engine/bytes.h"
#include "engine/engine.h"
#include "engine/entry_bytes.h"
#include "engine/entry_settle.h"
#include "engine/entry_store.h"
#include "engine/forget.h"
#include "engine/plan.h"
#include "engine/serialize.h"
#include "engine/state.h"

/* Writes the value of a fact or of a figure; a null has no type. */
static void
put_value(Writer *w, const ExprValue *value)
{
	put_byte(w, value->isnull ? EXPR_NULL : value->type);
	if (value->isnull)
		return;
	switch (value->type)
	{
		case EXPR_NUMBER:
		case EXPR_BOOLEAN:
			put_double(w, value->number);
			break;
		case EXPR_DATE:
			put_instant(w, value->date);
			break;
		case EXPR_TEXT:
			put_unsigned(w, strlen(value->text));
			put_bytes(w, value->text, strlen(value->text));
			break;
		case EXPR_NULL:
			break;
	}
}

/* Writes a span. */
static void
put_span(Writer *w, const Span *span)
{
	put_signed(w, span->months);
	put_signed(w, span->days);
	put_signed(w, span->usecs);
	put_byte(w, span->forever);
}

/* The shape of the arrays whose length follows from the policy. */
uint64
policy_shape(const Policy *policy)
{
	uint64		shape = policy->nrungs;

	shape = shape * 1009 + engine_plan(policy)->nevery;
	shape = shape * 1009 + policy->ncounters;
	return shape * 1009 + policy->nattributes;
}

/* Writes those elements of a list of the state that are still looked at. */
#define PUT_LIST(count, keep, list, body) \
	do { \
		int			n_ = 0; \
		for (int i = 0; i < state->count; i++) \
			n_ += keep(&retention, &state->list[i]); \
		put_unsigned(&w, n_); \
		for (int i = 0; n_ > 0 && i < state->count; i++) \
			if (keep(&retention, &state->list[i])) \
				body(&w, policy, &state->list[i]); \
	} while (0)

/*
 * Writes an entry by itself, for a state without parts.  A byte says which of
 * the rarer fields follow.
 */
static void
put_entry(Writer *w, const Policy *policy, const LiveEntry *entry)
{
	put_signed(w, entry->id);
	put_instant(w, entry->at);
	put_instant(w, entry->occurred);
	put_instant(w, entry->decided);
	put_byte(w, (entry->incident != 0 ? 1 : 0) | (entry->content != 0 ? 2 : 0) |
			 (entry->price != entry->charged || (entry->flags & ENTRY_GROUPED) ? 4 : 0) |
			 (entry->lives != NULL ? 8 : 0));
	if (entry->incident != 0)
		put_raw(w, entry->incident);
	if (entry->content != 0)
		put_raw(w, entry->content);
	put_signed(w, entry->charged);
	put_signed(w, entry->remaining);
	put_signed(w, entry->rule);
	put_unsigned(w, entry->marks);
	put_unsigned(w, entry->flags);
	put_unsigned(w, entry->done);
	if (entry->price != entry->charged || (entry->flags & ENTRY_GROUPED))
	{
		put_signed(w, entry->price);
		put_instant(w, entry->since);
	}
	for (int i = 0; entry->lives != NULL && i < engine_plan(policy)->nlives; i++)
		put_span(w, &entry->lives[i]);
}

/* Writes the record of a mark. */
static void
put_mark(Writer *w, const Policy *policy, const MarkRecord *mark)
{
	put_signed(w, mark->entry);
	put_unsigned(w, mark->mark);
	put_instant(w, mark->at);
}

/* Writes an activity. */
static void
put_activity(Writer *w, const Policy *policy, const ActivityRecord *record)
{
	put_signed(w, record->id);
	put_instant(w, record->at);
	put_unsigned(w, record->kind);
	put_double(w, record->quantity);
}

/* Writes a sanction; what only some have is written where its flags say so. */
static void
put_sanction(Writer *w, const Policy *policy, const SanctionState *s)
{
	put_signed(w, s->sanction_id);
	put_unsigned(w, s->number);
	put_signed(w, s->rung);
	put_signed(w, s->policy_id);
	put_signed(w, s->shown_policy);
	put_signed(w, s->shown_rung);
	put_unsigned(w, s->flags | SANCTION_COUNTED);
	put_signed(w, s->cause);
	put_instant(w, s->opened);
	put_instant(w, s->starts);
	put_instant(w, s->ends);
	put_instant(w, s->minimum);
	if (s->flags & SANCTION_RELEASED)
		put_instant(w, s->released);
	put_unsigned(w, s->reason);
	put_unsigned(w, s->met);
	put_signed(w, s->left);
	put_signed(w, s->opening);
	if (s->flags & SANCTION_QUEUED)
	{
		put_unsigned(w, s->queued_after);
		put_instant(w, s->earliest);
		put_byte(w, s->has_length);
		put_span(w, &s->length);
	}
	put_unsigned(w, s->nterms);
	for (int i = 0; i < s->nterms; i++)
		put_value(w, &s->terms[i]);
}

/* Writes a credit. */
static void
put_grant(Writer *w, const Policy *policy, const GrantRecord *grant)
{
	put_unsigned(w, grant->relief);
	put_instant(w, grant->at);
	put_signed(w, grant->amount);
}

/*
 * Writes what must be known of the parts to read them: their stamps and sizes,
 * how far each has been loaded, and the summary of what is settled.
 */
static void
put_store(Writer *w, const EntryStore *store)
{
	for (int p = 0; p < STORE_PARTS; p++)
	{
		const StorePart *part = &store->parts[p];

		put_byte(w, part->data != NULL);
		if (part->data == NULL)
			continue;
		put_raw(w, part->stamp);
		put_unsigned(w, part->nentries);
		put_unsigned(w, part->ncollapses);
		put_unsigned(w, part->entries_size);
		put_unsigned(w, part->nbuckets);
		put_unsigned(w, part->taken);
		put_unsigned(w, part->offset);
		put_signed(w, part->base.id);
		put_signed(w, part->base.at);
		put_signed(w, part->base.charged);
		put_signed(w, part->base.rule);
	}
	put_unsigned(w, store->at);
	put_byte(w, store->plain);
	put_signed(w, store->remaining);
	put_instant(w, store->next.occurred);
	put_instant(w, store->next.decided);
	for (int c = 0; c < 2; c++)
	{
		put_instant(w, store->first[c]);
		put_instant(w, store->last[c]);
	}
}

/* Does the ladder remember anything?  Mostly not, and then one byte says so. */
static bool
any_rung_memory(const Policy *policy, const EngineState *state)
{
	for (int i = 0; i < policy->nrungs; i++)
		if (state->disarmed[i] || state->multiples[i] != 0)
			return true;
	return state->nsanctions_ever > 0;
}

/* Writes the clock of a relief by clean time. */
static void
put_clock(Writer *w, const CleanClock *clock)
{
	put_instant(w, clock->base);
	put_span(w, &clock->span);
	put_signed(w, clock->steps);
	put_signed(w, clock->active_days);
	put_instant(w, clock->active_day);
	put_instant(w, clock->paused);
	put_byte(w, (clock->first ? 1 : 0) | (clock->idle ? 2 : 0));
}

/* Writes what the ladder remembers. */
static void
put_rungs(Writer *w, const Policy *policy, const EngineState *state)
{
	bool		any = any_rung_memory(policy, state);

	put_byte(w, any ? RUNGS_COUNTED : RUNGS_NONE);
	for (int i = 0; any && i < policy->nrungs; i++)
	{
		put_unsigned(w, ((uint64) state->fired[i] << 1) | state->disarmed[i]);
		put_signed(w, state->multiples[i]);
		put_signed(w, state->openings[i]);
	}
}

/* The bytes of a state, with what must be known of its parts, but without these. */
static bytea *
state_bytes(const Policy *policy, const EngineState *state)
{
	const EnginePlan *plan = engine_plan(policy);
	Retention		retention;
	Writer		w = {0};
	bytea	   *result;

	w.size = 256;
	w.data = palloc(w.size);
	w.used = VARHDRSZ;
	retention_begin(&retention, policy, state);

	put_byte(&w, (state->store == NULL ? FORMAT_VERSION : FORMAT_WITH_PARTS) +
			 (plan->shares || plan->nlives > 0 ? FORMAT_SHARING : 0));
	put_unsigned(&w, policy_shape(policy));
	put_signed(&w, state->policy_id);
	put_signed(&w, state->account_id);
	put_instant(&w, state->opened);
	put_instant(&w, state->last.at);
	put_instant(&w, state->as_of);
	put_instant(&w, state->last_decided);
	put_instant(&w, state->last_violation);
	put_unsigned(&w, state->last.class);
	put_signed(&w, state->last.id);
	put_signed(&w, state->score);
	put_signed(&w, state->cap);
	put_signed(&w, state->floor);
	put_signed(&w, state->start);
	put_signed(&w, state->nviolations);
	put_signed(&w, state->nsanctions_ever);
	for (int i = 0; i < policy->nattributes; i++)
		put_value(&w, &state->attributes[i]);
	for (int i = 0; i < policy->ncounters; i++)
		put_signed(&w, state->counters[i]);
	for (int i = 0; i < plan->nevery; i++)
		put_clock(&w, &state->clocks[i]);
	put_rungs(&w, policy, state);
	put_unsigned(&w, state->npending);
	for (int i = 0; i < state->npending; i++)
	{
		put_unsigned(&w, state->pending[i].attribute);
		put_instant(&w, state->pending[i].at);
		put_value(&w, &state->pending[i].value);
	}
	if (state->store == NULL)
		PUT_LIST(nentries, retains_entry, entries, put_entry);
	else
	{
		LiveEntry	base = {0};

		put_unsigned(&w, state->nentries);
		for (int i = 0; i < state->nentries; i++)
			put_settled(&w, &base, &state->entries[i]);
	}
	PUT_LIST(nmarks, retains_mark, marks, put_mark);
	PUT_LIST(nactivities, retains_activity, activities, put_activity);
	if (state->ncollapses == 0)
		put_unsigned(&w, 0);
	else
	{
		int			n;
		CollapseState *collapses = retained_collapses(&retention, &n);

		put_unsigned(&w, n);
		for (int i = 0; i < n; i++)
			put_group(&w, &collapses[i]);
		pfree(collapses);
	}
	PUT_LIST(nsanctions, retains_sanction, sanctions, put_sanction);
	PUT_LIST(ngrants, retains_grant, grants, put_grant);
	if (state->store != NULL)
		put_store(&w, state->store);

	result = (bytea *) w.data;
	SET_VARSIZE(result, w.used);
	return result;
}

/* See engine.h; entries that are settled are loaded first, in a copy. */
bytea *
engine_serialize(const Policy *policy, const EngineState *state)
{
	EngineState *whole;

	if (state->store == NULL)
		return state_bytes(policy, state);
	whole = engine_copy(policy, state);
	store_load_all(policy, whole);
	store_load_collapses(policy, whole);
	whole->store = NULL;
	return state_bytes(policy, whole);
}

/* See engine.h. */
bytea *
engine_store(const Policy *policy, EngineState *state, const EngineLimits *limits,
			 const void **parts)
{
	store_settle(policy, state, limits);
	for (int p = 0; p < STORE_PARTS; p++)
		parts[p] = state->store == NULL ? NULL : state->store->parts[p].data;
	return state_bytes(policy, state);
}
