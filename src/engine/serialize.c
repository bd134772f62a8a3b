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

#include "compat.h"
#include "complain.h"
#include "engine/internal.h"
#include "errors.h"
#include "utils/timestamp.h"

#define FORMAT_VERSION 1

#define TAG_BEGIN	0
#define TAG_END		1
#define TAG_SAME	2
#define TAG_RAW		3

/* ---------- writing ---------- */

typedef struct Writer
{
	char	   *data;
	Size		used;
	Size		size;
	TimestampTz last;
} Writer;

static inline void
reserve(Writer *w, Size n)
{
	if (unlikely(w->used + n > w->size))
	{
		while (w->used + n > w->size)
			w->size *= 2;
		w->data = repalloc_huge(w->data, w->size);
	}
}

static inline void
put_byte(Writer *w, uint8 byte)
{
	reserve(w, 1);
	w->data[w->used++] = (char) byte;
}

static inline void
put_bytes(Writer *w, const void *bytes, Size n)
{
	reserve(w, n);
	memcpy(w->data + w->used, bytes, n);
	w->used += n;
}

static inline void
put_unsigned(Writer *w, uint64 x)
{
	reserve(w, 10);
	while (x >= 0x80)
	{
		w->data[w->used++] = (char) (x | 0x80);
		x >>= 7;
	}
	w->data[w->used++] = (char) x;
}

static inline void
put_signed(Writer *w, int64 x)
{
	put_unsigned(w, ((uint64) x << 1) ^ (uint64) (x >> 63));
}

static void
put_raw(Writer *w, uint64 x)
{
	uint8		bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8) (x >> (8 * i));
	put_bytes(w, bytes, 8);
}

static void
put_instant(Writer *w, TimestampTz at)
{
	if (at == DT_NOBEGIN)
		put_byte(w, TAG_BEGIN);
	else if (at == DT_NOEND)
		put_byte(w, TAG_END);
	else if (at == w->last)
		put_byte(w, TAG_SAME);
	else
	{
		put_byte(w, TAG_RAW);
		put_raw(w, (uint64) at);
		w->last = at;
	}
}

static void
put_double(Writer *w, double x)
{
	uint64		bits;

	memcpy(&bits, &x, sizeof(bits));
	put_raw(w, bits);
}

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
	put_byte(w, (entry->incident != 0 ? 1 : 0) | (entry->content != 0 ? 2 : 0));
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

static bool
any_rung_memory(const Policy *policy, const EngineState *state)
{
	for (int i = 0; i < policy->nrungs; i++)
		if (state->disarmed[i] || state->multiples[i] != 0 || state->fired[i] != 0)
			return true;
	return false;
}

bytea *
engine_serialize(const Policy *policy, const EngineState *state)
{
	const EnginePlan *plan = engine_plan(policy);
	Memory		memory;
	Writer		w = {0};
	bytea	   *result;

	w.size = 256;
	w.data = palloc(w.size);
	w.used = VARHDRSZ;
	memory_begin(&memory, policy, state);

	put_byte(&w, FORMAT_VERSION);
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
	PUT_LIST(nentries, memory_entry, entries, put_entry);
	PUT_LIST(nmarks, memory_mark, marks, put_mark);
	PUT_LIST(nactivities, memory_activity, activities, put_activity);
	PUT_LIST(ncollapses, memory_collapse, collapses, put_collapse);
	PUT_LIST(nsanctions, memory_sanction, sanctions, put_sanction);
	PUT_LIST(ngrants, memory_grant, grants, put_grant);

	result = (bytea *) w.data;
	SET_VARSIZE(result, w.used);
	return result;
}

/* ---------- reading ---------- */

typedef struct Reader
{
	const uint8 *at;
	const uint8 *end;
	TimestampTz last;
} Reader;

pg_noreturn
static void
corrupted(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored state of an account is damaged"),
			 errdetail_internal("%s", what),
			 errhint("governance.rebuild() makes it anew from the ledger.")));
}

static inline uint8
get_byte(Reader *r)
{
	if (r->at >= r->end)
		corrupted("It ends too early.");
	return *r->at++;
}

static inline uint64
get_unsigned(Reader *r)
{
	uint64		x = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		uint8		byte = get_byte(r);

		x |= (uint64) (byte & 0x7F) << shift;
		if ((byte & 0x80) == 0)
			return x;
	}
	corrupted("A number is too long.");
}

static inline int64
get_signed(Reader *r)
{
	uint64		x = get_unsigned(r);

	return (int64) (x >> 1) ^ -(int64) (x & 1);
}

static int32
get_int(Reader *r)
{
	int64		x = get_signed(r);

	if (x < PG_INT32_MIN || x > PG_INT32_MAX)
		corrupted("A number is too large.");
	return (int32) x;
}

/* An index below a limit, or -1 where that is allowed. */
static int32
get_index(Reader *r, int limit, bool none)
{
	int64		x = none ? get_signed(r) : (int64) get_unsigned(r);

	if (x < (none ? -1 : 0) || x >= limit)
		corrupted("An index is out of range.");
	return (int32) x;
}

/* The number of elements to come; each takes at least a byte. */
static int
get_count(Reader *r)
{
	uint64		n = get_unsigned(r);

	if (n > (uint64) (r->end - r->at))
		corrupted("A list is too long.");
	return (int) n;
}

static uint64
get_raw(Reader *r)
{
	uint64		x = 0;

	if (r->end - r->at < 8)
		corrupted("It ends too early.");
	for (int i = 0; i < 8; i++)
		x |= (uint64) r->at[i] << (8 * i);
	r->at += 8;
	return x;
}

static TimestampTz
get_instant(Reader *r)
{
	switch (get_byte(r))
	{
		case TAG_BEGIN:
			return DT_NOBEGIN;
		case TAG_END:
			return DT_NOEND;
		case TAG_SAME:
			return r->last;
		case TAG_RAW:
			r->last = (TimestampTz) get_raw(r);
			if (!IS_VALID_TIMESTAMP(r->last))
				corrupted("An instant is out of range.");
			return r->last;
	}
	corrupted("An instant is malformed.");
}

static double
get_double(Reader *r)
{
	uint64		bits = get_raw(r);
	double		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
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

EngineState *
engine_deserialize(const Policy *policy, const bytea *bytes)
{
	const EnginePlan *plan = engine_plan(policy);
	EngineState *state = state_alloc(policy);
	Reader		r;

	r.at = (const uint8 *) VARDATA_ANY(bytes);
	r.end = r.at + VARSIZE_ANY_EXHDR(bytes);
	r.last = 0;
	if (get_byte(&r) != FORMAT_VERSION)
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
	GET_LIST(nentries, entries, LiveEntry, get_entry);
	GET_LIST(nmarks, marks, MarkRecord, get_mark);
	GET_LIST(nactivities, activities, ActivityRecord, get_activity);
	GET_LIST(ncollapses, collapses, CollapseState, get_collapse);
	GET_LIST(nsanctions, sanctions, SanctionState, get_sanction);
	for (int i = 0; i < state->nsanctions; i++)
		if (state->sanctions[i].number < 1 || state->sanctions[i].number > state->nsanctions_ever)
			corrupted("A sanction is numbered as none was.");
	GET_LIST(ngrants, grants, GrantRecord, get_grant);
	if (r.at != r.end)
		corrupted("Bytes are left over.");
	return state;
}

/*
 * The same; null, and what is wrong with it, where it is damaged.  Decoding
 * holds nothing but memory, so that it may be given up anywhere.
 */
EngineState *
engine_deserialize_or_null(const Policy *policy, const bytea *bytes, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	EngineState *volatile state = NULL;

	PG_TRY();
	{
		state = engine_deserialize(policy, bytes);
	}
	PG_CATCH();
	{
		*why = caught_damage(context);
	}
	PG_END_TRY();
	return state;
}
