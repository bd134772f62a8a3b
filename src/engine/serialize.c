/*
 * serialize.c
 *		A state as bytes and back.
 *
 * Numbers are little-endian groups of seven bits, signed ones folded so that
 * small ones are short; an instant is one byte when it is infinite or the same
 * as the one before it, else nine.  What nothing looks at any more is left out.
 * Nothing is trusted when it is read back: every length and index is checked,
 * and all else that the fold relies on not to go astray.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "compat.h"
#include "engine/bytes.h"
#include "engine/internal.h"
#include "engine/entry_store.h"
#include "errors.h"
#include "utils/timestamp.h"
#include "db/report.h"

#define FORMAT_VERSION 1
#define FORMAT_WITH_PARTS 2		/* entries are told from each other, and there is
								 * more behind the rest */
#define FORMAT_SHARING 2		/* more than these two, where entries share prices
								 * or have lives of their own */

/* ---------- writing ---------- */

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

static void
put_span(Writer *w, const Span *span)
{
	put_signed(w, span->months);
	put_signed(w, span->days);
	put_signed(w, span->usecs);
	put_byte(w, span->forever);
}

/* The shape of the arrays whose length follows from the policy. */
static uint64
policy_shape(const Policy *policy)
{
	uint64		shape = policy->nrungs;

	shape = shape * 1009 + engine_plan(policy)->nevery;
	shape = shape * 1009 + policy->ncounters;
	return shape * 1009 + policy->nattributes;
}

#define PUT_LIST(count, keep, list, body) \
	do { \
		int			n_ = 0; \
		for (int i = 0; i < state->count; i++) \
			n_ += keep(&memory, &state->list[i]); \
		put_unsigned(&w, n_); \
		for (int i = 0; n_ > 0 && i < state->count; i++) \
			if (keep(&memory, &state->list[i])) \
				body(&w, policy, &state->list[i]); \
	} while (0)

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

static void
put_mark(Writer *w, const Policy *policy, const MarkRecord *mark)
{
	put_signed(w, mark->entry);
	put_unsigned(w, mark->mark);
	put_instant(w, mark->at);
}

static void
put_activity(Writer *w, const Policy *policy, const ActivityRecord *record)
{
	put_signed(w, record->id);
	put_instant(w, record->at);
	put_unsigned(w, record->kind);
	put_double(w, record->quantity);
}

static void
put_collapse(Writer *w, const Policy *policy, const CollapseState *collapse)
{
	put_unsigned(w, collapse->collapse);
	put_raw(w, collapse->group);
	put_instant(w, collapse->since);
	put_instant(w, collapse->until);
	put_signed(w, collapse->charged);
	put_unsigned(w, collapse->count);
}

static void
put_sanction(Writer *w, const Policy *policy, const SanctionState *s)
{
	put_signed(w, s->sanction_id);
	put_unsigned(w, s->number);
	put_signed(w, s->rung);
	put_signed(w, s->policy_id);
	put_signed(w, s->shown_policy);
	put_signed(w, s->shown_rung);
	put_unsigned(w, s->flags);
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

static void
put_grant(Writer *w, const Policy *policy, const GrantRecord *grant)
{
	put_unsigned(w, grant->relief);
	put_instant(w, grant->at);
	put_signed(w, grant->amount);
}

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

static bool
any_rung_memory(const Policy *policy, const EngineState *state)
{
	for (int i = 0; i < policy->nrungs; i++)
		if (state->disarmed[i] || state->multiples[i] != 0 || state->fired[i] != 0)
			return true;
	return false;
}

static bytea *
state_bytes(const Policy *policy, const EngineState *state)
{
	const EnginePlan *plan = engine_plan(policy);
	Memory		memory;
	Writer		w = {0};
	bytea	   *result;

	w.size = 256;
	w.data = palloc(w.size);
	w.used = VARHDRSZ;
	memory_begin(&memory, policy, state);

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
	{
		const CleanClock *clock = &state->clocks[i];

		put_instant(&w, clock->base);
		put_span(&w, &clock->span);
		put_signed(&w, clock->steps);
		put_signed(&w, clock->active_days);
		put_instant(&w, clock->active_day);
		put_instant(&w, clock->paused);
		put_byte(&w, (clock->first ? 1 : 0) | (clock->idle ? 2 : 0));
	}
	if (!any_rung_memory(policy, state))
		put_byte(&w, 0);
	else
	{
		put_byte(&w, 1);
		for (int i = 0; i < policy->nrungs; i++)
		{
			put_unsigned(&w, ((uint64) state->fired[i] << 1) | state->disarmed[i]);
			put_signed(&w, state->multiples[i]);
		}
	}
	put_unsigned(&w, state->npending);
	for (int i = 0; i < state->npending; i++)
	{
		put_unsigned(&w, state->pending[i].attribute);
		put_instant(&w, state->pending[i].at);
		put_value(&w, &state->pending[i].value);
	}
	if (state->store == NULL)
		PUT_LIST(nentries, memory_entry, entries, put_entry);
	else
	{
		LiveEntry	base = {0};

		put_unsigned(&w, state->nentries);
		for (int i = 0; i < state->nentries; i++)
			put_settled(&w, &base, &state->entries[i]);
	}
	PUT_LIST(nmarks, memory_mark, marks, put_mark);
	PUT_LIST(nactivities, memory_activity, activities, put_activity);
	if (state->ncollapses == 0)
		put_unsigned(&w, 0);
	else
	{
		int			n;
		CollapseState *collapses = sorted_collapses(&memory, &n);

		put_unsigned(&w, n);
		for (int i = 0; i < n; i++)
			put_collapse(&w, policy, &collapses[i]);
		pfree(collapses);
	}
	PUT_LIST(nsanctions, memory_sanction, sanctions, put_sanction);
	PUT_LIST(ngrants, memory_grant, grants, put_grant);
	if (state->store != NULL)
		put_store(&w, state->store);

	result = (bytea *) w.data;
	SET_VARSIZE(result, w.used);
	return result;
}

bytea *
engine_serialize(const Policy *policy, const EngineState *state)
{
	EngineState *whole;

	if (state->store == NULL)
		return state_bytes(policy, state);
	whole = engine_copy(policy, state);
	store_take_all(policy, whole);
	store_take_collapses(policy, whole);
	whole->store = NULL;
	return state_bytes(policy, whole);
}

bytea *
engine_store(const Policy *policy, EngineState *state, const EngineLimits *limits,
			 const void **parts)
{
	store_settle(policy, state, limits);
	for (int p = 0; p < STORE_PARTS; p++)
		parts[p] = state->store == NULL ? NULL : state->store->parts[p].data;
	return state_bytes(policy, state);
}

/* ---------- reading ---------- */

void
corrupted(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored state of an account is damaged"),
			 errdetail_internal("%s", what),
			 errhint("governance.rebuild() makes it anew from the ledger.")));
}

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
				corrupted("A text is too long.");
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
	corrupted("A value is malformed.");
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
		corrupted("A fact has another type.");
	return value;
}

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

static void
get_mark(Reader *r, const Policy *policy, MarkRecord *mark)
{
	mark->entry = get_signed(r);
	mark->mark = get_index(r, policy->nmarks, false);
	mark->at = get_instant(r);
}

static void
get_activity(Reader *r, const Policy *policy, ActivityRecord *record)
{
	record->id = get_signed(r);
	record->at = get_instant(r);
	record->kind = get_index(r, policy->nactivities, false);
	record->quantity = get_double(r);
}

static void
get_collapse(Reader *r, const Policy *policy, CollapseState *collapse)
{
	collapse->collapse = get_index(r, policy->ncollapses, false);
	collapse->group = get_raw(r);
	collapse->since = get_instant(r);
	collapse->until = get_instant(r);
	collapse->charged = get_int(r);
	collapse->count = (int32) get_unsigned(r);
}

static void
get_sanction(Reader *r, const Policy *policy, SanctionState *s)
{
	s->sanction_id = get_signed(r);
	s->number = (int64) get_unsigned(r);
	s->rung = get_index(r, policy->nrungs, true);
	s->policy_id = get_signed(r);
	s->shown_policy = get_signed(r);
	s->shown_rung = get_int(r);
	s->flags = (int32) get_unsigned(r);
	if (s->rung < 0 && sanction_open_now(s))
		corrupted("A sanction without a rung is open.");
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
	if (s->flags & SANCTION_QUEUED)
	{
		s->queued_after = (int64) get_unsigned(r);
		if (s->queued_after < 0 || s->queued_after >= s->number)
			corrupted("A sanction waits for one that opened later.");
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

static void
get_grant(Reader *r, const Policy *policy, GrantRecord *grant)
{
	grant->relief = get_index(r, policy->nreliefs, false);
	grant->at = get_instant(r);
	grant->amount = get_int(r);
}

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
		corrupted("A size is out of range.");
	return (int32) x;
}

/* Each entry takes three bytes at least, each group thirteen. */
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
				corrupted("Something is settled that it does not know of.");
			continue;
		}
		part->data = parts == NULL ? NULL : parts[p];
		if (part->data == NULL)
			corrupted("What is settled is missing.");
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
			corrupted("There are groups and no buckets.");
		if (part->base.rule < -1 || part->base.rule >= policy->nrules)
			corrupted("An index is out of range.");
		if (part->nentries - part->taken > PG_INT32_MAX - store->count)
			corrupted("Too much is settled.");
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

bool
engine_has_parts(const bytea *bytes)
{
	uint8		format = VARSIZE_ANY_EXHDR(bytes) > 0 ? *(const uint8 *) VARDATA_ANY(bytes) : 0;

	return format == FORMAT_WITH_PARTS || format == FORMAT_WITH_PARTS + FORMAT_SHARING;
}

EngineState *
engine_deserialize(const Policy *policy, const bytea *bytes)
{
	return engine_restore(policy, bytes, NULL);
}

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
		corrupted("It has an unknown format version.");
	if (get_unsigned(&r) != policy_shape(policy))
		corrupted("It does not belong to this version of the policy.");
	if (get_signed(&r) != policy->policy_id)
		corrupted("It belongs to another version of the policy.");
	state->account_id = get_signed(&r);
	state->opened = get_instant(&r);
	state->last.at = get_instant(&r);
	state->as_of = get_instant(&r);
	state->last_decided = get_instant(&r);
	state->last_violation = get_instant(&r);
	state->last.class = get_index(&r, NUM_EVENT_CLASSES, false);
	state->last.id = get_signed(&r);
	state->score = get_int(&r);
	state->cap = get_int(&r);
	state->floor = get_int(&r);
	state->start = get_int(&r);
	state->nviolations = get_signed(&r);
	state->nsanctions_ever = get_signed(&r);
	for (int i = 0; i < policy->nattributes; i++)
		state->attributes[i] = get_fact(&r, policy, i);
	for (int i = 0; i < policy->ncounters; i++)
		state->counters[i] = get_signed(&r);
	for (int i = 0; i < plan->nevery; i++)
	{
		CleanClock *clock = &state->clocks[i];
		uint8		flags;

		clock->base = get_instant(&r);
		clock->span = get_span(&r);
		clock->steps = get_int(&r);
		clock->active_days = get_int(&r);
		clock->active_day = get_instant(&r);
		clock->paused = get_instant(&r);
		flags = get_byte(&r);
		clock->first = (flags & 1) != 0;
		clock->idle = (flags & 2) != 0;
	}
	if (get_byte(&r))
	{
		for (int i = 0; i < policy->nrungs; i++)
		{
			uint64		x = get_unsigned(&r);

			state->disarmed[i] = x & 1;
			state->fired[i] = (int32) (x >> 1);
			state->multiples[i] = get_int(&r);
		}
	}
	state->npending = get_count(&r);
	if (state->npending > 0)
		state->pending = palloc0(sizeof(PendingAttribute) * state_capacity(state->npending));
	for (int i = 0; i < state->npending; i++)
	{
		state->pending[i].attribute = get_index(&r, policy->nattributes, false);
		state->pending[i].at = get_instant(&r);
		state->pending[i].value = get_fact(&r, policy, state->pending[i].attribute);
	}
	if (format == FORMAT_VERSION)
		GET_LIST(nentries, entries, LiveEntry, get_entry);
	else
	{
		LiveEntry	base = {0};

		state->nentries = get_count(&r);
		if (state->nentries > 0)
			state->entries = palloc_extended(state_capacity(state->nentries) * sizeof(LiveEntry),
											 MCXT_ALLOC_HUGE);
		for (int i = 0; i < state->nentries; i++)
			get_settled(&r, policy, &base, &state->entries[i]);
	}
	GET_LIST(nmarks, marks, MarkRecord, get_mark);
	GET_LIST(nactivities, activities, ActivityRecord, get_activity);
	GET_LIST(ncollapses, collapses, CollapseState, get_collapse);
	GET_LIST(nsanctions, sanctions, SanctionState, get_sanction);
	for (int i = 0; i < state->nsanctions; i++)
		if (state->sanctions[i].number < 1 || state->sanctions[i].number > state->nsanctions_ever)
			corrupted("A sanction is numbered as none was.");
	GET_LIST(ngrants, grants, GrantRecord, get_grant);
	if (format == FORMAT_WITH_PARTS)
		get_store(&r, policy, state, parts);
	else if (parts != NULL && (parts[0] != NULL || parts[1] != NULL))
		corrupted("Something is settled that it does not know of.");
	if (r.at != r.end)
		corrupted("Bytes are left over.");
	return state;
}

/*
 * The same; null, and what is wrong with it, where it is damaged.  Decoding
 * holds nothing but memory, so that it may be given up anywhere.
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
			store_take_all(policy, read);
			store_take_collapses(policy, read);
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
