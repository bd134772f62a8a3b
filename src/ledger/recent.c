/*
 * recent.c
 *		The last few entries of a standing, and its state before them.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/recent.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"
#include "util.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/timestamp.h"

#define FORMAT_VERSION 1

/* So many entries are left when there are more than the other. */
#define FEW_ENTRIES		16
#define MANY_ENTRIES	32

/* With what lies ahead there may be so many. */
#define MOST_ENTRIES	256

#define HAS_ACTIVITY	0x01
#define HAS_DECIDED		0x02
#define HAS_POINTS		0x04
#define HAS_SURCHARGE	0x08
#define HAS_INCIDENT	0x10
#define HAS_CONTENT		0x20
#define HAS_LENGTH		0x40
#define HAS_VIOLATION	0x80	/* an activity names one, a copy has one behind it */
#define IS_HELD			0x80	/* beside the source */

typedef struct RecentEntry
{
	bool		is_activity;
	ViolationRow violation;
	ActivityRow activity;
} RecentEntry;

struct Recent
{
	Scheme	   *scheme;
	const Policy *policy;
	EngineState *before;		/* null: only as bytes */
	bytea	   *bytes;			/* of it; null: only as a state */
	int64		ever;			/* sanctions opened before */
	int			n;
	int			max;
	RecentEntry *entries;		/* in the order of the fold */
	int			nsanctions;
	int			maxsanctions;
	RecentSanction *sanctions;
};

/* The one version that there is, if late entries simply go where they belong. */
static const Policy *
only_policy(Scheme *scheme)
{
	const Policy *policy;

	if (scheme->nversions != 1)
		return NULL;
	policy = rulebook_compiled(&scheme->versions[0]);
	return policy->resanction_late ? policy : NULL;
}

/* Room for n entries and some more. */
static Recent *
recent_new(Scheme *scheme, const Policy *policy, int n)
{
	Recent	   *recent = palloc0(sizeof(Recent));

	recent->scheme = scheme;
	recent->policy = policy;
	recent->max = Max(MANY_ENTRIES, n) + FEW_ENTRIES;
	recent->entries = palloc(sizeof(RecentEntry) * recent->max);
	return recent;
}

/* An empty entry at the end; place_last() puts it where it belongs. */
static RecentEntry *
add_entry(Recent *recent)
{
	RecentEntry *entry;

	array_reserve(recent->entries, recent->max, recent->n + 1);
	entry = &recent->entries[recent->n++];
	memset(entry, 0, sizeof(RecentEntry));
	return entry;
}

/* An empty sanction at the end. */
static RecentSanction *
add_sanction(Recent *recent)
{
	RecentSanction *sanction;

	array_reserve(recent->sanctions, recent->maxsanctions, recent->nsanctions + 1);
	sanction = &recent->sanctions[recent->nsanctions++];
	memset(sanction, 0, sizeof(RecentSanction));
	return sanction;
}

/* The caller does not change them. */
const RecentSanction *
recent_sanctions(const Recent *recent, int *n)
{
	*n = recent->nsanctions;
	return recent->sanctions;
}

/* ---------- bytes ---------- */

/* The length, then the bytes. */
static void
put_bytes(StringInfo out, const void *bytes, int len)
{
	pq_sendint32(out, len);
	appendBinaryStringInfo(out, bytes, len);
}

/* False when the entry cannot be put down shortly. */
static bool
put_entry(StringInfo out, const Policy *policy, const RecentEntry *entry)
{
	if (entry->is_activity)
	{
		const ActivityRow *a = &entry->activity;
		int			kind = policy_activity_index(policy, a->kind);

		if (kind < 0)
			return false;
		pq_sendbyte(out, HAS_ACTIVITY | (a->violation_id != 0 ? HAS_VIOLATION : 0));
		pq_sendint64(out, a->activity_id);
		pq_sendint64(out, a->occurred);
		pq_sendint32(out, kind);
		pq_sendfloat8(out, a->quantity);
		if (a->violation_id != 0)
			pq_sendint64(out, a->violation_id);
	}
	else
	{
		const ViolationRow *v = &entry->violation;
		int			rule = policy_rule_index(policy, v->rule, strlen(v->rule));
		int			source = source_by_name(v->source, strlen(v->source));
		bool		length = v->length.months != 0 || v->length.days != 0 || v->length.usecs != 0;

		if (rule < 0 || source < 0)
			return false;
		pq_sendbyte(out, (v->decided != v->occurred ? HAS_DECIDED : 0) |
					(v->points != POINTS_NONE ? HAS_POINTS : 0) |
					(v->surcharge != POINTS_NONE ? HAS_SURCHARGE : 0) |
					(v->incident != 0 ? HAS_INCIDENT : 0) |
					(v->content != 0 ? HAS_CONTENT : 0) |
					(length ? HAS_LENGTH : 0) |
					(v->copied ? HAS_VIOLATION : 0));
		pq_sendint64(out, v->violation_id);
		pq_sendint64(out, v->occurred);
		pq_sendint32(out, rule);
		pq_sendbyte(out, (uint8) source | (v->held ? IS_HELD : 0));
		if (v->decided != v->occurred)
			pq_sendint64(out, v->decided);
		if (v->points != POINTS_NONE)
			pq_sendint32(out, v->points);
		if (v->surcharge != POINTS_NONE)
			pq_sendint32(out, v->surcharge);
		if (v->incident != 0)
			pq_sendint64(out, v->incident);
		if (v->content != 0)
			pq_sendint64(out, v->content);
		if (length)
		{
			pq_sendint32(out, v->length.months);
			pq_sendint32(out, v->length.days);
			pq_sendint64(out, v->length.usecs);
		}
	}
	return true;
}

/*
 * Raises ERRCODE_DATA_CORRUPTED: the bytes are not what recent_write() makes.
 */
pg_noreturn
static void
damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("recent entries of an account are damaged"),
			 errhint("governance.rebuild() makes them anew from the ledger.")));
}

/* What is stored is not trusted. */
static StringInfo
need(StringInfo in, int n)
{
	if (n < 0 || in->len - in->cursor < n)
		damaged();
	return in;
}

#define get_byte(in)	pq_getmsgbyte(need(in, 1))
#define get_int(in)		((int32) pq_getmsgint(need(in, 4), 4))
#define get_int64(in)	pq_getmsgint64(need(in, 8))

/* An index below a limit. */
static int
get_index(StringInfo in, int limit)
{
	int			index = get_int(in);

	if (index < 0 || index >= limit)
		damaged();
	return index;
}

/*
 * Reads what put_entry() has written.  Fields that an entry does not have keep
 * the value that stands for none.
 */
static void
get_entry(StringInfo in, Recent *recent)
{
	const Policy *policy = recent->policy;
	RecentEntry *entry = add_entry(recent);
	int			flags = get_byte(in);

	if (flags & HAS_ACTIVITY)
	{
		ActivityRow *a = &entry->activity;

		entry->is_activity = true;
		a->activity_id = get_int64(in);
		a->occurred = get_int64(in);
		a->kind = policy->activities[get_index(in, policy->nactivities)];
		a->quantity = pq_getmsgfloat8(need(in, 8));
		if (flags & HAS_VIOLATION)
			a->violation_id = get_int64(in);
	}
	else
	{
		ViolationRow *v = &entry->violation;
		int			source;

		v->scheme = recent->scheme;
		v->violation_id = get_int64(in);
		v->occurred = v->decided = get_int64(in);
		v->rule = policy->rules[get_index(in, policy->nrules)].code;
		source = get_byte(in);
		v->held = (source & IS_HELD) != 0;
		v->copied = (flags & HAS_VIOLATION) != 0;
		source &= ~IS_HELD;
		v->source = source_names[Min(source, NUM_SOURCES - 1)];
		v->points = v->surcharge = POINTS_NONE;
		if (flags & HAS_DECIDED)
			v->decided = get_int64(in);
		if (flags & HAS_POINTS)
			v->points = (Points) get_int(in);
		if (flags & HAS_SURCHARGE)
			v->surcharge = (Points) get_int(in);
		if (flags & HAS_INCIDENT)
			v->incident = get_int64(in);
		if (flags & HAS_CONTENT)
			v->content = get_int64(in);
		if (flags & HAS_LENGTH)
		{
			v->length.months = get_int(in);
			v->length.days = get_int(in);
			v->length.usecs = get_int64(in);
		}
	}
}

/*
 * The bytes name the policy that they were written under: under any other
 * version they are of no use, and the whole history is folded instead.
 */
Recent *
recent_read(Scheme *scheme, const bytea *bytes)
{
	const Policy *policy = only_policy(scheme);
	StringInfoData in;
	Recent	   *recent;
	int			n;
	int			len;

	if (policy == NULL)
		return NULL;
	in.data = (char *) VARDATA_ANY(bytes);
	in.len = in.maxlen = VARSIZE_ANY_EXHDR(bytes);
	in.cursor = 0;
	if (get_byte(&in) != FORMAT_VERSION || get_int64(&in) != policy->policy_id)
		return NULL;
	n = get_index(&in, MOST_ENTRIES + 1);
	recent = recent_new(scheme, policy, n);
	for (int i = 0; i < n; i++)
		get_entry(&in, recent);
	recent->ever = get_int64(&in);
	n = get_index(&in, PG_INT16_MAX);
	for (int i = 0; i < n; i++)
	{
		RecentSanction *s = add_sanction(recent);

		s->number = get_int64(&in);
		s->sanction_id = get_int64(&in);
		s->cause = get_int64(&in);
		s->starts = get_int64(&in);
		s->rung = &policy->rungs[get_index(&in, policy->nrungs)];
	}
	len = get_index(&in, PG_INT32_MAX);
	recent->bytes = palloc(VARHDRSZ + len);
	SET_VARSIZE(recent->bytes, VARHDRSZ + len);
	memcpy(VARDATA(recent->bytes), pq_getmsgbytes(need(&in, len), len), len);
	if (in.cursor != in.len)
		damaged();
	return recent;
}

/* ---------- entries ---------- */

/* Where an entry stands in the fold. */
static void
entry_key(const Recent *recent, const RecentEntry *entry, EventKey *key)
{
	if (entry->is_activity)
	{
		key->at = entry->activity.occurred;
		key->class = EVENT_ACTIVITY;
		key->id = entry->activity.activity_id;
	}
	else
	{
		key->at = recent->policy->clock == CLOCK_DECIDED ? entry->violation.decided :
			entry->violation.occurred;
		key->class = EVENT_VIOLATION;
		key->id = entry->violation.violation_id;
	}
}

/* Puts the last entry where it belongs; mostly that is near the end. */
static void
place_last(Recent *recent)
{
	RecentEntry last = recent->entries[recent->n - 1];
	EventKey	key;
	int			i = recent->n - 1;

	entry_key(recent, &last, &key);
	for (; i > 0; i--)
	{
		EventKey	other;

		entry_key(recent, &recent->entries[i - 1], &other);
		if (event_key_cmp(&other, &key) <= 0)
			break;
		recent->entries[i] = recent->entries[i - 1];
	}
	recent->entries[i] = last;
}

/* The instant of that place. */
static TimestampTz
entry_place(const Recent *recent, const RecentEntry *entry)
{
	EventKey	key;

	entry_key(recent, entry, &key);
	return key.at;
}

/* How many are to stay when some go: the last few, and what lies ahead. */
static int
entries_to_keep(const Recent *recent)
{
	TimestampTz now = GetCurrentTimestamp();
	int			n = 0;

	while (n < recent->n && entry_place(recent, &recent->entries[recent->n - 1 - n]) > now)
		n++;
	return n > MOST_ENTRIES - FEW_ENTRIES ? FEW_ENTRIES : Max(n, FEW_ENTRIES);
}

/*
 * The state before the entries, read from its bytes when it is first asked
 * for: most statements only add an entry.
 */
static EngineState *
state_before(const Recent *recent)
{
	Recent	   *kept = unconstify(Recent *, recent);

	if (recent->before == NULL)
		kept->before = engine_deserialize(recent->policy, recent->bytes);
	return recent->before;
}

/* Applies entries to a state; false when one lies before it. */
static bool
apply_entries(const Recent *recent, int from, int to, EngineState **state)
{
	for (int i = from; i < to; i++)
	{
		const RecentEntry *entry = &recent->entries[i];

		if (entry->is_activity
			? !ledger_append_activity(recent->scheme, *state, NULL, &entry->activity, state)
			: !ledger_append_violation(recent->scheme, *state, NULL, &entry->violation, state))
			return false;
	}
	return true;
}

/* Null when the entries cannot be applied in their order. */
EngineState *
recent_fold(Recent *recent)
{
	EngineState *state = engine_copy(recent->policy, state_before(recent));

	return apply_entries(recent, 0, recent->n, &state) ? state : NULL;
}

/*
 * A decision that came later than the instant would show what was not known
 * then.
 */
bool
recent_reaches(const Recent *recent, TimestampTz at)
{
	const EngineState *before = state_before(recent);

	return before->as_of <= at && before->last_decided <= at;
}

/*
 * Entries that were decided after the instant are left out, as nobody knew
 * them; the result is moved on to the instant.
 */
EngineState *
recent_fold_until(const Recent *recent, TimestampTz at)
{
	EngineState *state = engine_copy(recent->policy, state_before(recent));

	for (int i = 0; i < recent->n; i++)
	{
		const RecentEntry *entry = &recent->entries[i];

		if (entry_place(recent, entry) > at)
			break;
		if (!entry->is_activity && entry->violation.decided > at)
			continue;
		if (!apply_entries(recent, i, i + 1, &state))
			return NULL;
	}
	ledger_advance(recent->scheme, NULL, &state, NULL, at, NULL);
	return state;
}

/* False behind the last one. */
bool
recent_entry(const Recent *recent, int i, const ViolationRow **violation,
			 const ActivityRow **activity)
{
	if (i >= recent->n)
		return false;
	*violation = recent->entries[i].is_activity ? NULL : &recent->entries[i].violation;
	*activity = recent->entries[i].is_activity ? &recent->entries[i].activity : NULL;
	return true;
}

/*
 * New entries go where they belong, and what has come late makes the state
 * follow from the kept entries anew.
 */
bool
recent_add(Recent *recent, const StandingKey *key, bool fold, EngineState **state)
{
	EngineState *result;

	for (int i = 0; i < key->nviolations; i++)
	{
		add_entry(recent)->violation = *key->violations[i];
		place_last(recent);
	}
	for (int i = 0; i < key->nactivities; i++)
	{
		RecentEntry *entry;

		/* One that the policy does not listen to is no event. */
		if (policy_activity_index(recent->policy, key->activities[i]->kind) < 0)
			continue;
		entry = add_entry(recent);
		entry->is_activity = true;
		entry->activity = *key->activities[i];
		place_last(recent);
	}
	if (!fold)
		return true;
	result = recent_fold(recent);
	if (result == NULL)
		return false;
	*state = result;
	return true;
}

/* ---------- the beginning ---------- */

/*
 * Where the kept entries begin: at the last few entries of the history or, if
 * those that lie ahead of now are more, at now.  Behind every revision, since
 * what a revision concerns must lie in the state before.  *most: so many entries
 * may be kept.  DT_NOEND: the history is too short to be worth it.
 */
static TimestampTz
recent_start(Scheme *scheme, const Policy *policy, const AccountHistory *history, int *most)
{
	TimestampTz *places;
	TimestampTz until;
	TimestampTz now = GetCurrentTimestamp();
	int64		n = 0;
	int64		nahead = 0;

	if (history->nviolations + history->nactivities <= MANY_ENTRIES)
		return DT_NOEND;
	places = MemoryContextAllocHuge(CurrentMemoryContext,
									sizeof(TimestampTz) * ((Size) history->nviolations +
														   history->nactivities));
	for (int i = 0; i < history->nviolations; i++)
		if (scheme_concerned(scheme, history->violations[i].scheme) &&
			ledger_judges(scheme, &history->violations[i]))
			places[n++] = ledger_place(scheme, &history->violations[i]);
	for (int i = 0; i < history->nactivities; i++)
		if (policy_activity_index(policy, history->activities[i].kind) >= 0)
			places[n++] = history->activities[i].occurred;
	if (n <= MANY_ENTRIES)
		return DT_NOEND;
	qsort(places, n, sizeof(TimestampTz), instant_order);

	/* Entries of one instant stay together. */
	until = places[n - FEW_ENTRIES] - 1;
	*most = MANY_ENTRIES;
	while (nahead < n && places[n - 1 - nahead] > now)
		nahead++;
	if (until > now && nahead <= MOST_ENTRIES - FEW_ENTRIES)
	{
		until = now;
		*most = MOST_ENTRIES;
	}
	pfree(places);
	for (int i = 0; i < history->nrevisions; i++)
	{
		until = Max(until, history->revisions[i].decided);
		for (int j = 0; j < history->nviolations; j++)
			if (history->violations[j].violation_id == history->revisions[i].violation_id)
				until = Max(until, ledger_place(scheme, &history->violations[j]));
	}
	return until;
}

/*
 * Nothing is kept of a history that has something to be kept behind as_of, where
 * the standing has not come to yet, or more entries than are worth it.
 */
Recent *
recent_begin(Scheme *scheme, const AccountHistory *history, TimestampTz as_of)
{
	const Policy *policy = only_policy(scheme);
	TimestampTz until;
	Recent	   *recent;
	int			most = MANY_ENTRIES;

	if (policy == NULL)
		return NULL;
	until = recent_start(scheme, policy, history, &most);
	if (until > as_of)
		return NULL;

	recent = recent_new(scheme, policy, FEW_ENTRIES);
	recent->before = ledger_fold(scheme, NULL, history, DT_NOEND, until, NULL);
	if (recent->before == NULL)
		return NULL;
	recent->ever = recent->before->nsanctions_ever;
	for (int i = 0; i < history->nviolations; i++)
	{
		const ViolationRow *row = &history->violations[i];

		if (!scheme_concerned(scheme, row->scheme) || !ledger_judges(scheme, row) ||
			ledger_place(scheme, row) <= until)
			continue;
		if (recent->n == most)
			return NULL;
		add_entry(recent)->violation = *row;
		place_last(recent);
	}
	for (int i = 0; i < history->nactivities; i++)
	{
		const ActivityRow *row = &history->activities[i];
		RecentEntry *entry;

		if (policy_activity_index(policy, row->kind) < 0 || row->occurred <= until)
			continue;
		if (recent->n == most)
			return NULL;
		entry = add_entry(recent);
		entry->is_activity = true;
		entry->activity = *row;
		place_last(recent);
	}
	return recent;
}

/* ---------- the end ---------- */

/* Takes note of the sanctions that the entries have opened. */
static bool
note_sanctions(Recent *recent, const EngineState *state, bool anew)
{
	if (anew)
		recent->nsanctions = 0;
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];
		RecentSanction *r = NULL;

		if (s->number <= recent->ever)
			continue;
		if (s->sanction_id == 0 || s->shown_rung < 0 ||
			s->shown_policy != recent->policy->policy_id)
			return false;
		for (int j = 0; j < recent->nsanctions && r == NULL; j++)
			if (recent->sanctions[j].number == s->number)
				r = &recent->sanctions[j];
		if (r == NULL)
			r = add_sanction(recent);
		r->number = s->number;
		r->sanction_id = s->sanction_id;
		r->cause = s->cause;
		r->starts = s->starts;
		r->rung = &recent->policy->rungs[s->shown_rung];
	}
	return true;
}

/* Gives the sanctions of the state before their ids, as far as they are known. */
static bool
number_before(Recent *recent, const EngineState *state)
{
	EngineState *before = recent->before;

	for (int i = 0; i < before->nsanctions; i++)
	{
		SanctionState *s = &before->sanctions[i];

		for (int j = 0; j < recent->nsanctions && s->sanction_id == 0; j++)
			if (recent->sanctions[j].number == s->number)
				s->sanction_id = recent->sanctions[j].sanction_id;
		for (int j = 0; j < state->nsanctions && s->sanction_id == 0; j++)
			if (state->sanctions[j].number == s->number)
				s->sanction_id = state->sanctions[j].sanction_id;
		if (s->sanction_id == 0)
			return false;
	}
	return true;
}

/*
 * When the entries have become many, the oldest move into the state before
 * them.  Null: something cannot be written shortly, and nothing is kept.
 */
bytea *
recent_write(Recent *recent, const EngineState *state, bool anew)
{
	StringInfoData out;
	int			kept = 0;
	int			few = recent->n > MANY_ENTRIES ? entries_to_keep(recent) : FEW_ENTRIES;

	if (!note_sanctions(recent, state, anew))
		return NULL;
	if (recent->n > few + MANY_ENTRIES - FEW_ENTRIES)
	{
		int			old = recent->n - few;

		state_before(recent);
		if (!apply_entries(recent, 0, old, &recent->before))
			return NULL;
		recent->bytes = NULL;
		recent->n -= old;
		memmove(recent->entries, recent->entries + old, sizeof(RecentEntry) * recent->n);
	}
	if (recent->bytes == NULL)
	{
		if (!number_before(recent, state))
			return NULL;
		recent->bytes = engine_serialize(recent->policy, recent->before);
		recent->ever = recent->before->nsanctions_ever;
		for (int i = 0; i < recent->nsanctions; i++)
			if (recent->sanctions[i].number > recent->ever)
				recent->sanctions[kept++] = recent->sanctions[i];
		recent->nsanctions = kept;
	}

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	pq_sendbyte(&out, FORMAT_VERSION);
	pq_sendint64(&out, recent->policy->policy_id);
	pq_sendint32(&out, recent->n);
	for (int i = 0; i < recent->n; i++)
		if (!put_entry(&out, recent->policy, &recent->entries[i]))
			return NULL;
	pq_sendint64(&out, recent->ever);
	pq_sendint32(&out, recent->nsanctions);
	for (int i = 0; i < recent->nsanctions; i++)
	{
		const RecentSanction *s = &recent->sanctions[i];

		pq_sendint64(&out, s->number);
		pq_sendint64(&out, s->sanction_id);
		pq_sendint64(&out, s->cause);
		pq_sendint64(&out, s->starts);
		pq_sendint32(&out, s->rung - recent->policy->rungs);
	}
	put_bytes(&out, VARDATA_ANY(recent->bytes), VARSIZE_ANY_EXHDR(recent->bytes));
	SET_VARSIZE(out.data, out.len);
	return (bytea *) out.data;
}
