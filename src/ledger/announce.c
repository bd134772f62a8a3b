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
#include "ledger/sanction_steps.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
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

/* A standing that is written. */
typedef struct Subject
{
	const StandingWork *work;
	EventWatch *watch;
	TimestampTz until;			/* its sanctions are announced up to here, once its
								 * watch is locked */
	TimestampTz due_before;		/* when something was due in it as it was; in the
								 * past where that is not known */
	bool		near_before;	/* it was near a rung */
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

/* ---------- sanctions ---------- */

/* Announces the steps from what is known of a sanction to what its record says. */
static void
announce_steps(Announcement *a, Subject *subject, const SanctionRecord *record, Stage known,
			   bool changed, const SanctionRecord *old)
{
	SanctionStep steps[SANCTION_STEPS_MAX];
	int			n = sanction_steps(record, known, changed, old, a->now, subject->until, steps);

	for (int i = 0; i < n; i++)
	{
		EventWrite *event = add_event(a, subject, steps[i].kind, steps[i].at);

		if (event == NULL)
			continue;
		event->sanction_id = record->sanction_id;
		event->policy_id = record->policy_id;
		event->detail = sanction_detail(record, steps[i].kind, old);
	}
}

/* One without a row has been announced up to now. */
static void
begin_watch(const Announcement *a, EventWatch *watch)
{
	watch->seen = watch->told = a->now;
	watch->near_at = DT_NOBEGIN;
	watch->next_at = DT_NOEND;
	watch->known = true;
}

/* Locks the watches of those standings that need it and are not locked yet. */
static void
lock_watches(Announcement *a, Subject *const *subjects, int n)
{
	EventWatch **watches = palloc(sizeof(EventWatch *) * Max(n, 1));
	WatchTable	table;
	int			nwatches = 0;

	for (int i = 0; i < n; i++)
		if (subjects[i] != NULL && !subjects[i]->watch->locked &&
			(nwatches == 0 || watches[nwatches - 1] != subjects[i]->watch))
			watches[nwatches++] = subjects[i]->watch;
	if (nwatches == 0)
		return;
	event_watches_open(&table);
	event_watches_lock(&table, watches, nwatches);
	event_watches_close(&table);
	for (int i = 0; i < nwatches; i++)
	{
		EventWatch *watch = watches[i];

		if (!watch->there)
			begin_watch(a, watch);
		a->subjects[watch - a->watches].until = Max(watch->told, a->now);
	}
	pfree(watches);
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

/* Those of sanctions that are written, which come by account and scheme; locked. */
static Subject **
find_subjects(Announcement *a, const SanctionWrite *writes, int n)
{
	Subject   **subjects = palloc(sizeof(Subject *) * Max(n, 1));

	for (int i = 0; i < n; i++)
		subjects[i] = find_subject(a, writes[i].account_id, writes[i].scheme->name);
	lock_watches(a, subjects, n);
	return subjects;
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
	Subject   **subjects;

	if (a == NULL || n == 0)
		return;
	subjects = find_subjects(a, writes, n);
	for (int i = 0; i < n; i++)
	{
		Subject    *subject = subjects[i];
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
	Subject   **subjects;

	if (a == NULL || n == 0)
		return;
	subjects = find_subjects(a, writes, n);
	for (int i = 0; i < n; i++)
	{
		Subject    *subject = subjects[i];
		SanctionRecord record;
		SanctionRecord old;

		if (subject == NULL)
			continue;
		sanction_record(&writes[i], &record);
		if (!sanction_record_read(writes[i].account_id, record.sanction_id, &old))
			continue;
		announce_steps(a, subject, &record, sanction_known(&old, subject->watch->told),
					   sanction_has_changed(&old, &record), &old);
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
		lock_watches(a, &subject, 1);
		record = old;
		sanction_record_overturn(&record, at[i]);
		announce_steps(a, subject, &record, sanction_known(&old, subject->watch->told),
					   sanction_has_changed(&old, &record), &old);
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

/* See announce.h. */
TimestampTz
announce_due(Scheme *scheme, EngineState *state)
{
	return Min(engine_next_due(scheme_policy(scheme, state->policy_id), state),
			   next_version_from(scheme, state));
}

/* The same of the state that a standing has just now. */
static TimestampTz
next_due(const Subject *subject)
{
	return announce_due(subject->watch->scheme, subject->work->state);
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
		Stage		known = sanction_known(&records[i], subject->watch->told);

		if (known != STAGE_NONE && known != STAGE_OVER &&
			known != sanction_stage(&records[i], subject->until) &&
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

	/* Where nothing was due, and nothing is, time brings nothing up to now. */
	for (int i = 0; i < key->nviolations && subject->due_before <= a->now; i++)
		if (ledger_place(key->scheme, key->violations[i]) < subject->watch->seen)
			return a->now;
	return due;
}

/* ---------- standings ---------- */

/*
 * Notes what is asked of a standing that was there, as it was: its state is about
 * to leave that.
 */
static void
begin_subject(const Announcement *a, Subject *subject)
{
	const StandingWork *work = subject->work;
	Scheme	   *scheme = subject->watch->scheme;
	EngineState *state = work->state;
	EngineState *moved;
	Points		points;

	subject->due_before = DT_NOBEGIN;
	if (work->seen == DT_NOBEGIN && !work->key->replay)
	{
		/* It has just been inserted. */
		begin_watch(a, subject->watch);
		subject->watch->fresh = subject->watch->locked = true;
		subject->until = a->now;
	}
	if (state == NULL || work->stale || work->seen == DT_NOBEGIN ||
		state->as_of >= a->now || work->known_at > a->now)
		return;
	subject->due_before = next_due(subject);
	if (subject->due_before > a->now)
		subject->near_before = near_rung(scheme, state, NULL, state->as_of, &moved, &points) != NULL;
	else if (next_version_from(scheme, state) > a->now)
		subject->before = engine_copy(scheme_policy(scheme, state->policy_id), state);
}

/* See announce.h.  Trials are announced to nobody. */
Announcement *
announce_begin(StandingWork *works, int nworks)
{
	Announcement *a;
	uint32		kinds;

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
	for (int i = 0; i < a->n; i++)
		begin_subject(a, &a->subjects[i]);
	return a;
}

/*
 * Is there nothing to be said, and nothing to be noted?  Most entries neither
 * bring a sanction nor come near one.  What tick() waits for is no later than what
 * was due (40_tick.sql), and so no later than what is due now.
 */
static bool
is_quiet(const Announcement *a, const Subject *subject, TimestampTz due, TimestampTz look)
{
	EngineState *moved;
	Points		points;

	return !subject->watch->locked && subject->due_before > a->now && !subject->near_before &&
		due >= subject->due_before && look == due &&
		near_rung(subject->watch->scheme, subject->work->state, NULL, subject->work->state->as_of,
				  &moved, &points) == NULL;
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

/* Sees to all standings that something is to be said or noted of; gives whether. */
static bool
end_subjects(Announcement *a)
{
	Subject   **loud = palloc(sizeof(Subject *) * Max(a->n, 1));
	bool		changed = false;
	int			n = 0;

	for (int i = 0; i < a->n; i++)
	{
		Subject    *subject = &a->subjects[i];
		TimestampTz due = next_due(subject);

		if (!is_quiet(a, subject, due, look_at(a, subject, due)))
			loud[n++] = subject;
	}
	lock_watches(a, loud, n);
	for (int i = 0; i < n; i++)
	{
		end_subject(a, loud[i]);
		changed |= loud[i]->watch->changed || !loud[i]->watch->there;
	}
	pfree(loud);
	return changed;
}

/* See announce.h. */
void
announce_end(Announcement *a)
{
	EventWrite *events;
	int64		nevents = 0;

	if (a == NULL)
		return;
	if (end_subjects(a))
	{
		WatchTable	table;

		event_watches_open(&table);
		event_watches_write(&table, a->watches, a->n);
		event_watches_close(&table);
	}
	for (int i = 0; i < a->n; i++)
		nevents += a->subjects[i].nevents;
	if (nevents == 0)
		return;
	events = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(EventWrite) * nevents);
	nevents = 0;
	for (int i = 0; i < a->n; i++)
		for (int j = 0; j < a->subjects[i].nevents; j++)
			events[nevents++] = a->subjects[i].events[j];
	events_insert(events, nevents);
}
