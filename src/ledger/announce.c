/*
 * announce.c
 *		What consumers of events are told of standings that are written.
 *
 * What they know of a sanction is kept nowhere: it is what its record said of it
 * at the instant up to which the sanctions of its standing have been announced
 * (EventWatch.told).  Whoever writes the standing, or finds in tick() that time
 * has gone on, announces what takes them from there to what the record says now,
 * for every sanction of the standing, and moves the instant on.  The row of the
 * standing, then that of its watch, are locked all the while, so that this
 * happens once.
 *
 * What time brings to the score is left to tick(), which is told when to look
 * (EventWatch.next_at).
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "json.h"
#include "ledger/advance.h"
#include "ledger/announce.h"
#include "ledger/consumer.h"
#include "ledger/event_row.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/placed.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* What tick() has announced of a sanction before it had a record. */
static KeptPlan recorded_plan = {
	"DELETE FROM governance.event_watch w"
	" WHERE w.account_id" EQ "$1 AND w.subject" EQ "'unrecorded' AND w.scheme" EQ "$2"
	" AND w.id" EQ "pg_catalog.hashtextextended($3, pg_catalog.extract('epoch', $4)::pg_catalog.int8)"
	" RETURNING w.announced",
	4, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
};

/* What consumers know of a sanction, or could know. */
typedef enum Stage
{
	STAGE_NONE,					/* nothing */
	STAGE_SCHEDULED,
	STAGE_STARTED,
	STAGE_OVER
} Stage;

/* A standing that is written. */
typedef struct Subject
{
	const StandingWork *work;
	EventWatch *watch;
	TimestampTz until;			/* its sanctions are announced up to here */
	EngineState *before;		/* as it was, where it may have moved away from a
								 * rung by itself; or null */
	int			ndone;
	int			maxdone;
	int64	   *done;			/* sanctions that are written */
	int			nevents;
	int			maxevents;
	EventWrite *events;
} Subject;

struct Announcement
{
	uint32		kinds;			/* that anybody wants to hear of */
	TimestampTz now;
	int			n;
	Subject    *subjects;		/* in key order */
	EventWatch *watches;
};

/* ---------- events ---------- */

/* Puts an event off until the end; not one that nobody wants. */
static EventWrite *
add_event(const Announcement *a, Subject *subject, EventKind kind, TimestampTz at)
{
	EventWrite *event;

	if ((a->kinds & (1 << kind)) == 0)
		return NULL;
	array_reserve(subject->events, subject->maxevents, subject->nevents + 1);
	event = &subject->events[subject->nevents++];
	memset(event, 0, sizeof(EventWrite));
	event->account_id = subject->watch->account_id;
	event->scheme = subject->watch->scheme->text;
	event->kind = kind;
	event->at = at;
	return event;
}

/* An instant that is left out where there is none. */
static void
put_instant(StringInfo json, const char *key, TimestampTz at)
{
	if (!TIMESTAMP_NOT_FINITE(at))
		json_instant(json, key, at);
}

/* From when until when a sanction lasts; nothing when it never does. */
static void
put_time(StringInfo json, const SanctionRecord *record)
{
	if (record->never)
		return;
	put_instant(json, "since", record->starts);
	put_instant(json, "until", record->ends);
}

/* What there is to say about a sanction; old: as it was before it changed, or null. */
static char *
sanction_detail(const SanctionRecord *record, EventKind kind, const SanctionRecord *old)
{
	StringInfoData json;
	Datum	   *capabilities;
	int			n;

	initStringInfo(&json);
	json_begin_object(&json, NULL);
	json_text(&json, "rung", record->rung);
	json_text(&json, "tier", sanction_tier_name(record->tier));
	deconstruct_array(DatumGetArrayTypeP(record->withholds), TEXTOID, -1, false, TYPALIGN_INT,
					  &capabilities, NULL, &n);
	json_begin_array(&json, "withholds");
	for (int i = 0; i < n; i++)
		json_text(&json, NULL, TextDatumGetCString(capabilities[i]));
	json_end_array(&json);
	put_time(&json, record);
	if (record->cause != 0)
		json_int64(&json, "violation_id", record->cause);
	if (kind == EVENT_SANCTION_RELEASED && record->reason != NULL)
		json_text(&json, "reason", record->reason);
	if (kind == EVENT_SANCTION_CHANGED && old != NULL)
	{
		json_begin_object(&json, "before");
		put_time(&json, old);
		json_text(&json, "tier", sanction_tier_name(old->tier));
		if (old->cause != 0 && old->cause != record->cause)
			json_int64(&json, "violation_id", old->cause);
		json_end_object(&json);
	}
	json_end_object(&json);
	return json.data;
}

/* ---------- sanctions ---------- */

/* What a record says of a sanction at an instant. */
static Stage
stage_of(const SanctionRecord *record, TimestampTz at)
{
	if (!record->enforced || record->never || record->ends <= at)
		return STAGE_OVER;
	return record->starts > at ? STAGE_SCHEDULED : STAGE_STARTED;
}

/* What has been announced of a sanction that had a record. */
static Stage
known_of(const Subject *subject, const SanctionRecord *old)
{
	if (!old->enforced || old->never)
		return STAGE_NONE;
	return stage_of(old, subject->watch->told);
}

/* Are two arrays of names the same? */
static bool
same_names(Datum a, Datum b)
{
	ArrayType  *left = DatumGetArrayTypeP(a);
	ArrayType  *right = DatumGetArrayTypeP(b);

	return VARSIZE(left) == VARSIZE(right) && memcmp(left, right, VARSIZE(left)) == 0;
}

/* Is what consumers are told of it another than before? */
static bool
has_changed(const SanctionRecord *old, const SanctionRecord *record)
{
	return old->never != record->never ||
		(!old->never && (old->starts != record->starts || old->ends != record->ends)) ||
		old->tier != record->tier || old->cause != record->cause ||
		!same_names(old->withholds, record->withholds);
}

/*
 * Announces the steps from what is known of a sanction to what its record says.
 * This is the one place that says which these are.  changed: it is another than
 * was announced; old: as it was before, or null.
 */
static void
announce_steps(Announcement *a, Subject *subject, const SanctionRecord *record, Stage known,
			   bool changed, const SanctionRecord *old)
{
	TimestampTz until = subject->until;
	Stage		actual = stage_of(record, until);
	bool		served = record->enforced && !record->never && record->starts <= until;
	bool		overturned = known == STAGE_OVER && old != NULL &&
		(record->never ||
		 (record->reason != NULL && strcmp(record->reason, "overturned") == 0 &&
		  (old->reason == NULL || strcmp(old->reason, "overturned") != 0)));
	EventKind	kinds[4];
	TimestampTz at[4];
	int			n = 0;

	if (actual == STAGE_SCHEDULED && (known == STAGE_NONE || known == STAGE_OVER))
	{
		kinds[n] = EVENT_SANCTION_SCHEDULED;
		at[n++] = a->now;
	}
	if ((actual == STAGE_STARTED && known != STAGE_STARTED) ||
		(actual == STAGE_OVER && served && known < STAGE_STARTED))
	{
		kinds[n] = EVENT_SANCTION_STARTED;
		at[n++] = record->starts;
	}
	if (actual == STAGE_OVER && known != STAGE_OVER && served && !record->released)
	{
		kinds[n] = EVENT_SANCTION_ENDED;
		at[n++] = record->ends;
	}
	else if (actual == STAGE_OVER &&
			 (((known == STAGE_SCHEDULED || known == STAGE_STARTED) && !served) ||
			  (known != STAGE_OVER && served) || overturned))
	{
		kinds[n] = EVENT_SANCTION_RELEASED;
		at[n++] = record->released ? record->released_at : until;
	}
	if ((known == actual && changed && (actual != STAGE_OVER || (served && !overturned))) ||
		(known == STAGE_STARTED && actual == STAGE_SCHEDULED))
	{
		kinds[n] = EVENT_SANCTION_CHANGED;
		at[n++] = a->now;
	}

	for (int i = 0; i < n; i++)
	{
		EventWrite *event = add_event(a, subject, kinds[i], at[i]);

		if (event == NULL)
			continue;
		event->sanction_id = record->sanction_id;
		event->policy_id = record->policy_id;
		event->detail = sanction_detail(record, kinds[i], old);
	}
}

/* The standing of an account under a scheme by its name; null: it is not told of. */
static Subject *
find_subject(Announcement *a, int64 account_id, const char *scheme)
{
	int			low = 0;
	int			high = a->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const EventWatch *watch = &a->watches[middle];
		int			order = cmp_int64(account_id, watch->account_id);

		if (order == 0)
			order = strcmp(scheme, watch->scheme->name);
		if (order == 0)
			return &a->subjects[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* It is seen to, and its standing will have been announced up to now. */
static void
note_done(Subject *subject, int64 sanction_id)
{
	array_reserve(subject->done, subject->maxdone, subject->ndone + 1);
	subject->done[subject->ndone++] = sanction_id;
}

/*
 * What tick() has announced of a sanction that time alone brought, before it had
 * a record; that is forgotten now.
 */
static Stage
known_unrecorded(int64 account_id, const SanctionRecord *record)
{
	Datum		values[4] = {
		Int64GetDatum(account_id), PointerGetDatum(record->scheme),
		CStringGetTextDatum(record->rung), TimestampTzGetDatum(record->starts)
	};
	Stage		known = STAGE_NONE;

	if (plan_execute(&recorded_plan, values, NULL, PLAN_WRITE) > 0)
	{
		bool		isnull;
		Datum		announced = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		known = text_is(DatumGetTextPP(announced), "over") ? STAGE_OVER : STAGE_STARTED;
	}
	SPI_freetuptable(SPI_tuptable);
	return known;
}

/* See announce.h. */
void
announce_inserted(Announcement *a, const SanctionWrite *writes, int n)
{
	for (int i = 0; a != NULL && i < n; i++)
	{
		Subject    *subject = find_subject(a, writes[i].account_id, writes[i].scheme->name);
		SanctionRecord record;
		Stage		known = STAGE_NONE;

		if (subject == NULL)
			continue;
		sanction_record(&writes[i], &record);
		if (record.cause == 0)
			known = known_unrecorded(writes[i].account_id, &record);
		announce_steps(a, subject, &record, known, known != STAGE_NONE, NULL);
		note_done(subject, record.sanction_id);
	}
}

/* See announce.h. */
void
announce_updating(Announcement *a, const SanctionWrite *writes, int n)
{
	for (int i = 0; a != NULL && i < n; i++)
	{
		Subject    *subject = find_subject(a, writes[i].account_id, writes[i].scheme->name);
		SanctionRecord record;
		SanctionRecord old;

		if (subject == NULL)
			continue;
		sanction_record(&writes[i], &record);
		if (!sanction_record_read(writes[i].account_id, record.sanction_id, &old))
			continue;
		announce_steps(a, subject, &record, known_of(subject, &old), has_changed(&old, &record),
					   &old);
		note_done(subject, record.sanction_id);
	}
}

/* See announce.h. */
void
announce_overturning(Announcement *a, const int64 *accounts, const int64 *sanctions,
					 const TimestampTz *at, int n)
{
	for (int i = 0; a != NULL && i < n; i++)
	{
		Subject    *subject;
		SanctionRecord record;
		SanctionRecord old;

		if (!sanction_record_read(accounts[i], sanctions[i], &old))
			continue;
		subject = find_subject(a, accounts[i], text_to_cstring(old.scheme));
		if (subject == NULL)
			continue;
		record = old;
		sanction_record_overturn(&record, at[i]);
		announce_steps(a, subject, &record, known_of(subject, &old), has_changed(&old, &record),
					   &old);
		note_done(subject, record.sanction_id);
	}
}

/* Has it been written, and announced? */
static bool
is_done(const Subject *subject, int64 sanction_id)
{
	for (int i = 0; i < subject->ndone; i++)
		if (subject->done[i] == sanction_id)
			return true;
	return false;
}

/*
 * When something happens next by itself; due: as far as the version at hand and
 * the one after it are concerned.
 */
static TimestampTz
next_due(const Subject *subject)
{
	EngineState *state = subject->work->state;
	Scheme	   *scheme = subject->watch->scheme;

	return Min(engine_next_due(scheme_policy(scheme, state->policy_id), state),
			   next_version_from(scheme, state));
}

/*
 * May time have begun or ended sanctions that were not written, since they were
 * announced last?  Not before something was due, as the watch says, which is no
 * later.  Then the state says it, as far as time has not gone on beyond it: it
 * holds all that had not ended when it was stored.
 */
static bool
time_went_on(const Subject *subject, TimestampTz due)
{
	const StandingWork *work = subject->work;
	TimestampTz told = subject->watch->told;
	TimestampTz until = subject->until;

	if (told >= until || (due > until && subject->watch->next_at > until))
		return false;
	if (due <= until || work->seen > told)
		return true;
	for (int i = 0; i < work->state->nsanctions; i++)
	{
		const SanctionState *s = &work->state->sanctions[i];
		bool		open;
		TimestampTz end = sanction_end(s, &open);

		if (((s->starts > told && s->starts <= until) || (!open && end > told && end <= until)) &&
			!is_done(subject, s->sanction_id))
			return true;
	}
	return false;
}

/* Sanctions that are as they were, and that time has begun or ended. */
static void
announce_time(Announcement *a, Subject *subject)
{
	int			n;
	SanctionRecord *records = sanction_records_of(subject->watch->account_id,
												  subject->watch->scheme, &n);

	for (int i = 0; i < n; i++)
	{
		Stage		known = known_of(subject, &records[i]);

		if (known != STAGE_NONE && known != STAGE_OVER &&
			known != stage_of(&records[i], subject->until) &&
			!is_done(subject, records[i].sanction_id))
			announce_steps(a, subject, &records[i], known, false, NULL);
	}
}

/* ---------- how far the next rung is ---------- */

/* The rung that a state is near, moved to an instant; null: none. */
static const Rung *
near_rung(Scheme *scheme, EngineState *state, const AccountHistory *history, TimestampTz at,
		  EngineState **moved, Points *points)
{
	const Policy *policy;
	int			rung;

	if (at > state->as_of)
	{
		state = engine_copy(scheme_policy(scheme, state->policy_id), state);
		ledger_advance(scheme, NULL, &state, history, at, NULL);
	}
	policy = scheme_policy(scheme, state->policy_id);
	*moved = state;
	rung = engine_next_rung(policy, state, points);
	return rung >= 0 && *points <= engine_near(state) ? &policy->rungs[rung] : NULL;
}

/* The facts of an account, and perhaps its entries, as they are by now. */
static AccountHistory *
load_history(int64 account_id, int what)
{
	return history_load(&account_id, 1, what, PLAN_LATEST);
}

/* The state of a standing that is written, now; it may have seen more than that. */
static const Rung *
near_now(const Announcement *a, const Subject *subject, TimestampTz due, EngineState **state,
		 Points *points)
{
	const StandingWork *work = subject->work;
	Scheme	   *scheme = subject->watch->scheme;
	AccountHistory *history = work->history;

	*state = work->state;
	if (work->state->as_of > a->now || work->known_at > a->now)
	{
		history = load_history(subject->watch->account_id, HISTORY_FACTS | HISTORY_ENTRIES);
		*state = ledger_fold(scheme, NULL, history, a->now, a->now, NULL);
		if (*state == NULL)
			return NULL;
	}
	else if (due > a->now)
	{
		/* Nothing happens until then. */
		return near_rung(scheme, work->state, NULL, work->state->as_of, state, points);
	}
	else if (history == NULL && next_version_from(scheme, work->state) <= a->now)
		history = load_history(subject->watch->account_id, HISTORY_FACTS);
	return near_rung(scheme, *state, history, a->now, state, points);
}

/*
 * A rung is announced once each time that an account comes near it.  Time may
 * have taken it away from there since that was done last.
 */
static void
announce_near(const Announcement *a, Subject *subject, TimestampTz due)
{
	EventWatch *watch = subject->watch;
	const char *known = watch->rung;
	EngineState *state;
	Points		points;
	const Rung *rung = near_now(a, subject, due, &state, &points);
	bool		again = rung != NULL && known != NULL && strcmp(known, rung->code) == 0;

	if (again && subject->before != NULL)
	{
		EngineState *moved;
		Points		ignored;
		const Rung *before = near_rung(watch->scheme, subject->before, NULL, a->now - 1, &moved,
									   &ignored);

		again = before != NULL && strcmp(before->code, rung->code) == 0;
	}
	if ((rung == NULL) != (known == NULL) || (rung != NULL && !again) || !watch->known)
	{
		watch->rung = rung == NULL ? NULL : rung->code;
		watch->known = watch->changed = true;
	}
	if (rung != NULL && !again)
	{
		EventWrite *event = add_event(a, subject, EVENT_NEAR_RUNG, a->now);
		StringInfoData json;
		char		score[CREDIT_SCORE_TEXT_SIZE + 1];
		int			len;

		watch->near_at = a->now;
		if (event == NULL)
			return;
		len = credit_score_format(credit_score_make(state->score, state->cap), score);
		score[len] = '\0';
		initStringInfo(&json);
		json_begin_object(&json, NULL);
		json_text(&json, "rung", rung->code);
		json_text(&json, "tier", sanction_tier_name(rung->tier));
		json_points(&json, "points", points);
		json_text(&json, "score", score);
		json_end_object(&json);
		event->detail = json.data;
	}
}

/* ---------- what is left to tick() ---------- */

/*
 * May an entry bring, at its own instant, what time brings otherwise: points
 * that come back, entries that lapse?
 */
static bool
brings_more(const StandingWork *work)
{
	const Policy *policy = scheme_policy(work->key->scheme, work->state->policy_id);
	const StandingKey *key = work->key;
	bool		aged = false;

	for (int i = 0; i < key->nviolations; i++)
		aged |= key->violations[i]->occurred != key->violations[i]->decided;
	for (int i = 0; i < policy->nreliefs; i++)
	{
		const Relief *relief = &policy->reliefs[i];

		switch (relief->trigger)
		{
			case RELIEF_BOUNDARY:
			case RELIEF_ACTIVITY:
				break;
			case RELIEF_AGE:
				if (aged)
					return true;
				break;
			case RELIEF_EVERY:
				if (relief->on_violation != CLEAN_RESTART || relief->rounding == ROUND_DAY_START)
					return true;
				break;
			default:
				return true;
		}
	}
	return false;
}

/*
 * When is tick() to look?  At once where what was written may have changed, or
 * brought, anything up to now but sanctions.
 */
static TimestampTz
look_at(const Announcement *a, const Subject *subject, TimestampTz due)
{
	const StandingWork *work = subject->work;
	const StandingKey *key = work->key;

	if (work->replayed || key->replay || key->refresh || key->nactivities > 0 || key->opening ||
		work->state->as_of > a->now || due <= a->now || brings_more(work))
		return a->now;
	for (int i = 0; i < key->nviolations; i++)
		if (ledger_place(key->scheme, key->violations[i]) < subject->watch->seen)
			return a->now;
	return due;
}

/* ---------- standings ---------- */

/* A standing without a row has been announced up to now. */
static void
begin_subject(const Announcement *a, Subject *subject)
{
	EventWatch *watch = subject->watch;
	EngineState *state = subject->work->state;

	if (!watch->there)
	{
		watch->seen = watch->told = a->now;
		watch->near_at = DT_NOBEGIN;
		watch->next_at = DT_NOEND;
		watch->known = true;
	}
	subject->until = Max(watch->told, a->now);
	if (watch->rung != NULL && watch->next_at <= a->now && state != NULL &&
		!subject->work->stale && state->as_of < a->now &&
		next_version_from(watch->scheme, state) > a->now)
		subject->before = engine_copy(scheme_policy(watch->scheme, state->policy_id), state);
}

/* See announce.h.  Trials are announced to nobody. */
Announcement *
announce_begin(StandingWork *works, int nworks)
{
	Announcement *a;
	uint32		kinds;
	WatchTable	table;

	if (!consumers_listen(&kinds))
		return NULL;
	a = palloc0(sizeof(Announcement));
	a->kinds = kinds;
	a->now = GetCurrentTransactionStartTimestamp();
	a->subjects = palloc0(sizeof(Subject) * Max(nworks, 1));
	a->watches = palloc0(sizeof(EventWatch) * Max(nworks, 1));
	for (int i = 0; i < nworks; i++)
	{
		const StandingKey *key = works[i].key;

		if (!key->done || key->scheme->trial_of != NULL)
			continue;
		a->watches[a->n].account_id = key->account_id;
		a->watches[a->n].scheme = key->scheme;
		a->subjects[a->n].work = &works[i];
		a->subjects[a->n].watch = &a->watches[a->n];
		a->n++;
	}
	event_watches_open(&table);
	event_watches_lock(&table, a->watches, a->n);
	event_watches_close(&table);
	for (int i = 0; i < a->n; i++)
		begin_subject(a, &a->subjects[i]);
	return a;
}

/* What is left to be said of a standing, and how far it is announced now. */
static void
end_subject(Announcement *a, Subject *subject)
{
	EventWatch *watch = subject->watch;
	TimestampTz due = next_due(subject);
	TimestampTz look = look_at(a, subject, due);
	bool		went_on = time_went_on(subject, due);

	if (went_on)
		announce_time(a, subject);
	if ((went_on || subject->ndone > 0) && watch->told < subject->until)
	{
		watch->told = subject->until;
		watch->changed = true;
	}
	announce_near(a, subject, due);
	if (look < watch->next_at)
	{
		watch->next_at = look;
		watch->changed = true;
	}
}

/* See announce.h. */
void
announce_end(Announcement *a)
{
	EventWrite *events;
	int64		nevents = 0;
	bool		changed = false;

	if (a == NULL)
		return;
	for (int i = 0; i < a->n; i++)
	{
		end_subject(a, &a->subjects[i]);
		nevents += a->subjects[i].nevents;
		changed |= a->watches[i].changed || !a->watches[i].there;
	}
	if (changed)
	{
		WatchTable	table;

		event_watches_open(&table);
		event_watches_write(&table, a->watches, a->n);
		event_watches_close(&table);
	}
	if (nevents == 0)
		return;
	events = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(EventWrite) * nevents);
	nevents = 0;
	for (int i = 0; i < a->n; i++)
		for (int j = 0; j < a->subjects[i].nevents; j++)
			events[nevents++] = a->subjects[i].events[j];
	events_insert(events, nevents);
}
