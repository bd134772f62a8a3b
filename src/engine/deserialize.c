/*
 * deserialize.c
 *		Bytes as a state again; serialize.c says how they are laid out.
 *
 * Nothing is trusted when it is read back: every length and index is checked,
 * and all else that the fold relies on not to go astray.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "db/report.h"
#include "engine/bytes.h"
#include "engine/engine.h"
#include "engine/entry_bytes.h"
#include "engine/entry_store.h"
#include "engine/plan.h"
#include "engine/serialize.h"
#include "engine/state.h"

/* Reads a value; texts are copied into the current context. */
static ExprValue
get_value(Reader *r)
{
	ExprValue	value = {0};
	uint64		len;
	char	   *text;

	value.type = get_byte(r);
	switch (value.type)
	{
		case EXPR_NUMBER:
		case EXPR_BOOLEAN:
			value.number = get_double(r);
			return value;
		case EXPR_DATE:
			value.date = get_instant(r);
			return value;
		case EXPR_TEXT:
			len = get_unsigned(r);
			if (len > (uint64) (r->end - r->at))
				state_damaged("A text is too long.");
			text = palloc(len + 1);
			memcpy(text, r->at, len);
			text[len] = '\0';
			r->at += len;
			value.text = text;
			return value;
		case EXPR_NULL:
			value.isnull = true;
			return value;
	}
	state_damaged("A value is malformed.");
}

/* A fact, which has the type that the policy gives it. */
static ExprValue
get_fact(Reader *r, const Policy *policy, int index)
{
	static const ExprType types[] = {
		[ATTRIBUTE_NUMBER] = EXPR_NUMBER, [ATTRIBUTE_BOOLEAN] = EXPR_BOOLEAN,
		[ATTRIBUTE_TEXT] = EXPR_TEXT, [ATTRIBUTE_DATE] = EXPR_DATE
	};
	ExprValue	value = get_value(r);

	if (!value.isnull && value.type != types[policy->attributes[index].type])
		state_damaged("A fact has another type.");
	return value;
}

/* Reads a span. */
static Span
get_span(Reader *r)
{
	Span		span = {0};

	span.months = get_int(r);
	span.days = get_int(r);
	span.usecs = get_signed(r);
	span.forever = get_byte(r) != 0;
	return span;
}

/* Reads an entry. */
static void
get_entry(Reader *r, const Policy *policy, LiveEntry *entry)
{
	uint8		given;

	entry->id = get_signed(r);
	entry->at = get_instant(r);
	entry->occurred = get_instant(r);
	entry->decided = get_instant(r);
	given = get_byte(r);
	if (given & 1)
		entry->incident = get_raw(r);
	if (given & 2)
		entry->content = get_raw(r);
	entry->charged = get_int(r);
	entry->remaining = get_int(r);
	entry->rule = get_index(r, policy->nrules, true);
	entry->marks = (uint32) get_unsigned(r);
	entry->flags = (uint32) get_unsigned(r);
	entry->done = (uint32) get_unsigned(r);
	entry->price = entry->charged;
	if (given & 4)
	{
		entry->price = get_int(r);
		entry->since = get_instant(r);
	}
	if (given & 8)
	{
		int			nlives = engine_plan(policy)->nlives;

		entry->lives = palloc(sizeof(Span) * Max(nlives, 1));
		for (int i = 0; i < nlives; i++)
			entry->lives[i] = get_span(r);
	}
}

/* Reads the record of a mark. */
static void
get_mark(Reader *r, const Policy *policy, MarkRecord *mark)
{
	mark->entry = get_signed(r);
	mark->mark = get_index(r, policy->nmarks, false);
	mark->at = get_instant(r);
}

/* Reads an activity. */
static void
get_activity(Reader *r, const Policy *policy, ActivityRecord *record)
{
	record->id = get_signed(r);
	record->at = get_instant(r);
	record->kind = get_index(r, policy->nactivities, false);
	record->quantity = get_double(r);
}

/*
 * Reads a sanction.  The fold relies on open ones having a rung, and on those
 * that wait doing so for one that opened before them.
 */
static void
get_sanction(Reader *r, const Policy *policy, SanctionState *s)
{
	bool		counted;

	s->sanction_id = get_signed(r);
	s->number = (int64) get_unsigned(r);
	s->rung = get_index(r, policy->nrungs, true);
	s->policy_id = get_signed(r);
	s->shown_policy = get_signed(r);
	s->shown_rung = get_int(r);
	s->flags = (int32) get_unsigned(r);
	counted = (s->flags & SANCTION_COUNTED) != 0;
	s->flags &= ~SANCTION_COUNTED;
	if (s->rung < 0 && sanction_open_now(s))
		state_damaged("A sanction without a rung is open.");
	s->cause = get_signed(r);
	s->opened = get_instant(r);
	s->starts = get_instant(r);
	s->ends = get_instant(r);
	s->minimum = get_instant(r);
	if (s->flags & SANCTION_RELEASED)
		s->released = get_instant(r);
	s->reason = (int32) get_unsigned(r);
	s->met = (uint32) get_unsigned(r);
	s->left = get_int(r);
	s->opening = counted ? get_int(r) : 0;
	if (s->flags & SANCTION_QUEUED)
	{
		s->queued_after = (int64) get_unsigned(r);
		if (s->queued_after < 0 || s->queued_after >= s->number)
			state_damaged("A sanction waits for one that opened later.");
		s->earliest = get_instant(r);
		s->has_length = get_byte(r) != 0;
		s->length = get_span(r);
	}
	s->nterms = get_count(r);
	if (s->nterms > 0)
		s->terms = palloc(sizeof(ExprValue) * s->nterms);
	for (int i = 0; i < s->nterms; i++)
		s->terms[i] = get_value(r);
}

/* Reads a credit. */
static void
get_grant(Reader *r, const Policy *policy, GrantRecord *grant)
{
	grant->relief = get_index(r, policy->nreliefs, false);
	grant->at = get_instant(r);
	grant->amount = get_int(r);
}

/* Reads a list of the state, each element with a function. */
#define GET_LIST(count, list, type, body) \
	do { \
		state->count = get_count(&r); \
		if (state->count > 0) \
			state->list = palloc_extended(state_capacity(state->count) * sizeof(type), \
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO); \
		for (int i = 0; i < state->count; i++) \
			body(&r, policy, &state->list[i]); \
	} while (0)

/* A number that is not negative, and not above a limit. */
static int32
get_size(Reader *r, int32 limit)
{
	uint64		x = get_unsigned(r);

	if (x > (uint64) limit)
		state_damaged("A size is out of range.");
	return (int32) x;
}

/*
 * Reads what is known of the parts, whose values are `parts`, and checks it
 * against their sizes: each entry takes three bytes at least, each group
 * thirteen.
 */
static void
get_store(Reader *r, const Policy *policy, EngineState *state, const void *const *parts)
{
	EntryStore *store = state->store = palloc0(sizeof(EntryStore));

	for (int p = 0; p < STORE_PARTS; p++)
	{
		StorePart  *part = &store->parts[p];
		int32		size;

		if (!get_byte(r))
		{
			if (parts != NULL && parts[p] != NULL)
				state_damaged("Something is settled that it does not know of.");
			continue;
		}
		part->data = parts == NULL ? NULL : parts[p];
		if (part->data == NULL)
			state_damaged("What is settled is missing.");
		size = (int32) (toast_raw_datum_size(PointerGetDatum(part->data)) - VARHDRSZ);
		part->stamp = get_raw(r);
		part->nentries = get_size(r, size / 3);
		part->ncollapses = get_size(r, size / 13);
		part->entries_size = get_size(r, size);
		part->nbuckets = get_size(r, size / sizeof(uint32));
		part->taken = get_size(r, part->nentries);
		part->offset = get_size(r, part->entries_size);
		part->base.id = get_signed(r);
		part->base.at = get_signed(r);
		part->base.charged = get_int(r);
		part->base.rule = get_int(r);
		if (part->ncollapses > 0 && part->nbuckets == 0)
			state_damaged("There are groups and no buckets.");
		if (part->base.rule < -1 || part->base.rule >= policy->nrules)
			state_damaged("An index is out of range.");
		if (part->nentries - part->taken > PG_INT32_MAX - store->count)
			state_damaged("Too much is settled.");
		store->count += part->nentries - part->taken;
		store->collapses |= part->ncollapses > 0;
	}
	store->at = get_size(r, state->nentries);
	store->plain = get_byte(r) != 0;
	store->remaining = get_signed(r);
	store->next.occurred = get_instant(r);
	store->next.decided = get_instant(r);
	for (int c = 0; c < 2; c++)
	{
		store->first[c] = get_instant(r);
		store->last[c] = get_instant(r);
	}
}

/* See engine.h. */
bool
engine_has_parts(const bytea *bytes)
{
	uint8		format = VARSIZE_ANY_EXHDR(bytes) > 0 ? *(const uint8 *) VARDATA_ANY(bytes) : 0;

	return format == FORMAT_WITH_PARTS || format == FORMAT_WITH_PARTS + FORMAT_SHARING;
}

/* See engine.h. */
EngineState *
engine_deserialize(const Policy *policy, const bytea *bytes)
{
	return engine_restore(policy, bytes, NULL);
}

/* Reads what every state has, up to the counters. */
static void
get_header(Reader *r, const Policy *policy, EngineState *state)
{
	if (get_unsigned(r) != policy_shape(policy))
		state_damaged("It does not belong to this version of the policy.");
	if (get_signed(r) != policy->policy_id)
		state_damaged("It belongs to another version of the policy.");
	state->account_id = get_signed(r);
	state->opened = get_instant(r);
	state->last.at = get_instant(r);
	state->as_of = get_instant(r);
	state->last_decided = get_instant(r);
	state->last_violation = get_instant(r);
	state->last.class = get_index(r, NUM_EVENT_CLASSES, false);
	state->last.id = get_signed(r);
	state->score = get_int(r);
	state->cap = get_int(r);
	state->floor = get_int(r);
	state->start = get_int(r);
	state->nviolations = get_signed(r);
	state->nsanctions_ever = get_signed(r);
	for (int i = 0; i < policy->nattributes; i++)
		state->attributes[i] = get_fact(r, policy, i);
	for (int i = 0; i < policy->ncounters; i++)
		state->counters[i] = get_signed(r);
}

/* Reads the clocks of clean time. */
static void
get_clocks(Reader *r, const Policy *policy, EngineState *state)
{
	for (int i = 0; i < engine_plan(policy)->nevery; i++)
	{
		CleanClock *clock = &state->clocks[i];
		uint8		flags;

		clock->base = get_instant(r);
		clock->span = get_span(r);
		clock->steps = get_int(r);
		clock->active_days = get_int(r);
		clock->active_day = get_instant(r);
		clock->paused = get_instant(r);
		flags = get_byte(r);
		clock->first = (flags & 1) != 0;
		clock->idle = (flags & 2) != 0;
	}
}

/* Reads what the ladder remembers. */
static void
get_rungs(Reader *r, const Policy *policy, EngineState *state)
{
	uint8		known = get_byte(r);

	if (known == RUNGS_NONE)
	{
		state->outdated |= state->nsanctions_ever > 0;
		return;
	}
	if (known != RUNGS_FIRED && known != RUNGS_COUNTED)
		state_damaged("What the ladder remembers is malformed.");
	state->outdated |= known == RUNGS_FIRED;
	for (int i = 0; i < policy->nrungs; i++)
	{
		uint64		x = get_unsigned(r);

		state->disarmed[i] = x & 1;
		state->fired[i] = (int32) (x >> 1);
		state->multiples[i] = get_int(r);
		state->openings[i] = known == RUNGS_COUNTED ? get_int(r) : state->fired[i];
	}
}

/*
 * Of a state of an earlier version, which has not counted openings: the last
 * sanctions of a rung are taken for its last openings until it is folded anew.
 */
static void
count_openings(EngineState *state)
{
	for (int i = 0; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];

		if (s->rung < 0 || s->opening != 0)
			continue;
		state->outdated = true;
		if ((s->flags & SANCTION_STARTED) == 0)
			state->openings[s->rung]++;
	}
	for (int i = 0; i < state->nsanctions; i++)
	{
		SanctionState *s = &state->sanctions[i];
		int			behind = 0;

		if (s->rung < 0 || s->opening != 0)
			continue;
		for (int j = i + 1; j < state->nsanctions; j++)
			behind += state->sanctions[j].rung == s->rung;
		s->opening = Max(state->openings[s->rung] - behind, 1);
	}
}

/* Reads the facts that are known to change. */
static void
get_pending(Reader *r, const Policy *policy, EngineState *state)
{
	state->npending = get_count(r);
	if (state->npending > 0)
		state->pending = palloc0(sizeof(PendingAttribute) * state_capacity(state->npending));
	for (int i = 0; i < state->npending; i++)
	{
		state->pending[i].attribute = get_index(r, policy->nattributes, false);
		state->pending[i].at = get_instant(r);
		state->pending[i].value = get_fact(r, policy, state->pending[i].attribute);
	}
}

/* Reads the entries of a state that has parts, which are told from each other. */
static void
get_entries_told(Reader *r, const Policy *policy, EngineState *state)
{
	LiveEntry	base = {0};

	state->nentries = get_count(r);
	if (state->nentries > 0)
		state->entries = palloc_extended(state_capacity(state->nentries) * sizeof(LiveEntry),
										 MCXT_ALLOC_HUGE);
	for (int i = 0; i < state->nentries; i++)
		get_settled(r, policy, &base, &state->entries[i]);
}

/* See engine.h. */
EngineState *
engine_restore(const Policy *policy, const bytea *bytes, const void *const *parts)
{
	const EnginePlan *plan = engine_plan(policy);
	EngineState *state = state_alloc(policy);
	Reader		r;
	uint8		format;

	r.at = (const uint8 *) VARDATA_ANY(bytes);
	r.end = r.at + VARSIZE_ANY_EXHDR(bytes);
	r.last = 0;
	format = get_byte(&r);
	if (format > FORMAT_SHARING)
		format -= FORMAT_SHARING;
	else
		state->outdated = plan->shares || plan->nlives > 0;
	if (format != FORMAT_VERSION && format != FORMAT_WITH_PARTS)
		state_damaged("It has an unknown format version.");
	get_header(&r, policy, state);
	get_clocks(&r, policy, state);
	get_rungs(&r, policy, state);
	get_pending(&r, policy, state);
	if (format == FORMAT_VERSION)
		GET_LIST(nentries, entries, LiveEntry, get_entry);
	else
		get_entries_told(&r, policy, state);
	GET_LIST(nmarks, marks, MarkRecord, get_mark);
	GET_LIST(nactivities, activities, ActivityRecord, get_activity);
	GET_LIST(ncollapses, collapses, CollapseState, get_group);
	GET_LIST(nsanctions, sanctions, SanctionState, get_sanction);
	for (int i = 0; i < state->nsanctions; i++)
		if (state->sanctions[i].number < 1 || state->sanctions[i].number > state->nsanctions_ever)
			state_damaged("A sanction is numbered as none was.");
	count_openings(state);
	GET_LIST(ngrants, grants, GrantRecord, get_grant);
	if (format == FORMAT_WITH_PARTS)
		get_store(&r, policy, state, parts);
	else if (parts != NULL && (parts[0] != NULL || parts[1] != NULL))
		state_damaged("Something is settled that it does not know of.");
	if (r.at != r.end)
		state_damaged("Bytes are left over.");
	return state;
}

/*
 * See engine.h.  Decoding holds nothing but memory, so that it may be given up
 * anywhere.
 */
EngineState *
engine_restore_or_null(const Policy *policy, const bytea *bytes, const void *const *parts,
					   bool whole, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	EngineState *volatile state = NULL;

	PG_TRY();
	{
		EngineState *read = engine_restore(policy, bytes, parts);

		if (whole)
		{
			store_load_all(policy, read);
			store_load_collapses(policy, read);
		}
		state = read;
	}
	PG_CATCH();
	{
		*why = caught_damage(context);
	}
	PG_END_TRY();
	return state;
}
