/*
 * standing_fold.c
 *		Brings states up to date with what a statement adds to the ledger.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/lock.h"
#include "ledger/recent.h"
#include "ledger/standing_fold.h"
#include "ledger/standing_key.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* ---------- folding ---------- */

/*
 * In the order of the fold, for a single policy: each violation stands where
 * its scheme's clock puts it.
 */
static int
violation_place_cmp(const void *a, const void *b)
{
	const ViolationRow *va = *(ViolationRow *const *) a;
	const ViolationRow *vb = *(ViolationRow *const *) b;
	TimestampTz pa = ledger_place(va->scheme, va);
	TimestampTz pb = ledger_place(vb->scheme, vb);

	if (pa != pb)
		return cmp_instant(pa, pb);
	return cmp_int64(va->violation_id, vb->violation_id);
}

/* In the order of the fold. */
static int
activity_place_cmp(const void *a, const void *b)
{
	const ActivityRow *aa = *(ActivityRow *const *) a;
	const ActivityRow *ab = *(ActivityRow *const *) b;

	if (aa->occurred != ab->occurred)
		return cmp_instant(aa->occurred, ab->occurred);
	return cmp_int64(aa->activity_id, ab->activity_id);
}

/*
 * Appends the new rows of a key to its state; false when one of them belongs
 * before what the state has seen.  The state is spoilt then.
 */
static bool
append_rows(StandingWork *work)
{
	StandingKey *key = work->key;
	EngineState *state = work->state;

	if (key->nviolations > 1)
		qsort(key->violations, key->nviolations, sizeof(ViolationRow *), violation_place_cmp);
	if (key->nactivities > 1)
		qsort(key->activities, key->nactivities, sizeof(ActivityRow *), activity_place_cmp);
	for (int i = 0; i < key->nviolations; i++)
	{
		ViolationRow *row = key->violations[i];

		if (!ledger_append_violation(key->scheme, state, work->history, row, &state))
			return false;
		if (row->decided > work->known_at)
			work->known_at = row->decided;
	}
	for (int i = 0; i < key->nactivities; i++)
	{
		if (!ledger_append_activity(key->scheme, state, work->history,
									key->activities[i], &state))
			return false;
		if (key->activities[i]->occurred > work->known_at)
			work->known_at = key->activities[i]->occurred;
	}
	work->state = state;
	return true;
}

/*
 * Only what the scheme judges counts.  A revision of a violation is known to
 * concern the scheme by that violation.
 */
TimestampTz
ledger_known_at(Scheme *scheme, const AccountHistory *history)
{
	TimestampTz latest = DT_NOBEGIN;

	for (int i = 0; i < history->nviolations; i++)
		if (scheme_concerned(scheme, history->violations[i].scheme) &&
			ledger_judges(scheme, &history->violations[i]))
			latest = Max(latest, history->violations[i].decided);
	for (int i = 0; i < history->nactivities; i++)
	{
		PolicyVersion *version = rulebook_version_at(scheme, history->activities[i].occurred);

		if (version != NULL &&
			policy_activity_index(rulebook_compiled(version), history->activities[i].kind) >= 0)
			latest = Max(latest, history->activities[i].occurred);
	}
	for (int i = 0; i < history->nrevisions; i++)
		if (history->revisions[i].scheme != NULL &&
			scheme_concerned(scheme, history->revisions[i].scheme))
			latest = Max(latest, history->revisions[i].decided);
	for (int i = 0; i < history->nrevisions; i++)
	{
		const RevisionRow *revision = &history->revisions[i];

		/* What names a scheme is of that one only, a trial of its own perhaps. */
		if (revision->action == REVISE_RELEASE || revision->action == REVISE_OPENING ||
			revision->decided <= latest)
			continue;
		for (int j = 0; j < history->nviolations; j++)
			if (history->violations[j].violation_id == revision->violation_id &&
				scheme_concerned(scheme, history->violations[j].scheme))
			{
				latest = revision->decided;
				break;
			}
	}
	return latest;
}

/* ---------- histories for a set of keys ---------- */

/*
 * A new standing starts by the facts; one that facts or versions move on needs
 * them to move.
 */
bool
needs_facts(const StandingWork *work)
{
	return work->history == NULL &&
		(work->state == NULL || work->key->refresh ||
		 ledger_has_successor(work->key->scheme, work->state));
}

/* Up to where the rows of a work, or what it is moved for, bring its state. */
static TimestampTz
comes_to(const StandingWork *work)
{
	const StandingKey *key = work->key;
	TimestampTz to = key->refresh ? key->advance_to : DT_NOBEGIN;

	for (int i = 0; i < key->nviolations; i++)
		to = Max(to, ledger_place(key->scheme, key->violations[i]));
	for (int i = 0; i < key->nactivities; i++)
		to = Max(to, key->activities[i]->occurred);
	return to;
}

/* Does a version take it over on the way that asks for what happened before? */
static bool
must_remember(const StandingWork *work)
{
	return work->key->scheme->nversions > 1 &&
		ledger_must_remember(work->key->scheme, work->state, comes_to(work));
}

/* Will one do so later, which what is ahead of the standing depends on? */
static bool
needs_memory(const StandingWork *work)
{
	return work->history == NULL && work->state != NULL && work->key->scheme->nversions > 1 &&
		ledger_must_remember(work->key->scheme, work->state, DT_NOEND) && !must_remember(work);
}

/* Is it folded from its whole history? */
static bool
needs_replay(const StandingWork *work)
{
	return work->whole;
}

/* Loads the histories of those keys that need them; keys come in order. */
void
load_histories(StandingWork *works, int nworks, WorkTest test, int what)
{
	int64	   *accounts = palloc(sizeof(int64) * Max(nworks, 1));
	AccountHistory *histories = NULL;
	bool		bare = what == HISTORY_FACTS;
	bool		begins = true;
	int			n = 0;
	int			h = -1;

	for (int i = 0; i < nworks; i++)
		if (test(&works[i]))
		{
			if (n == 0 || accounts[n - 1] != works[i].key->account_id)
				accounts[n++] = works[i].key->account_id;
			bare &= !scheme_has_attributes(works[i].key->scheme);
			begins &= works[i].state == NULL;
		}
	if (n > 0)
	{
		/* All that is asked for is in the rows of the accounts themselves? */
		if (bare)
			histories = accounts_find(accounts, n, begins);
		bare = histories != NULL;
		if (!bare)
			histories = history_load(accounts, n, what, PLAN_LATEST);
		for (int i = 0; i < nworks; i++)
			if (test(&works[i]))
			{
				while (h < 0 || histories[h].account_id != works[i].key->account_id)
					h++;
				works[i].history = &histories[h];
				works[i].held |= bare && begins;
			}
	}
	pfree(accounts);
}

/*
 * Standings that are about to begin depend on facts that nobody could tell us
 * of when they change: there is no standing yet to be locked.
 */
void
lock_facts(StandingWork *works, int nworks)
{
	int64	   *accounts = palloc(sizeof(int64) * nworks);
	int			n = 0;

	for (int i = 0; i < nworks; i++)
		if (scheme_has_attributes(works[i].key->scheme))
		{
			if (n == 0 || accounts[n - 1] != works[i].key->account_id)
				accounts[n++] = works[i].key->account_id;
			works[i].held = true;
		}
	accounts_lock(accounts, n);
	pfree(accounts);
}

/*
 * The new rows of an account that has no standing yet are all its history
 * (version.c sees to it), but for activities where the scheme listens to some.
 * Where the scheme is or was on trial that says less: what nobody folded, as no
 * version was there for it, may come to matter once there is a state.
 */
static void
find_first(StandingWork *works, int nworks)
{
	StandingWork **asking = palloc(sizeof(StandingWork *) * nworks);
	StandingKey **keys = palloc(sizeof(StandingKey *) * nworks);
	int64	   *accounts = palloc(sizeof(int64) * nworks);
	bool	   *answers = palloc(sizeof(bool) * nworks);
	int			n = 0;

	for (int i = 0; i < nworks; i++)
	{
		StandingKey *key = works[i].key;

		if (works[i].state != NULL || key->refresh || key->replay || key->nactivities > 0)
			continue;
		if (!key->scheme->tried)
			works[i].first = true;
		else
		{
			keys[n] = key;
			asking[n++] = &works[i];
		}
	}
	if (n > 0 && accounts_begin(keys, n, answers))
		for (int i = 0; i < n; i++)
			asking[i]->first = answers[i];
	n = 0;
	for (int i = 0; i < nworks; i++)
		if (works[i].first && scheme_has_activities(works[i].key->scheme))
		{
			accounts[n] = works[i].key->account_id;
			asking[n++] = &works[i];
		}
	if (n > 0 && !accounts_active(accounts, n, answers))
		memset(answers, true, sizeof(bool) * n);
	for (int i = 0; i < n; i++)
		asking[i]->first = !answers[i];
	pfree(asking);
	pfree(keys);
	pfree(accounts);
	pfree(answers);
}

/* Is a row of the history one that the statement adds? */
static bool
is_new_violation(const StandingKey *key, int64 violation_id)
{
	for (int i = 0; i < key->nviolations; i++)
		if (key->violations[i]->violation_id == violation_id)
			return true;
	return false;
}

/* Likewise. */
static bool
is_new_activity(const StandingKey *key, int64 activity_id)
{
	for (int i = 0; i < key->nactivities; i++)
		if (key->activities[i]->activity_id == activity_id)
			return true;
	return false;
}

/*
 * Folds a stale standing as the statement has found it: by the rules as they are
 * now, without what the statement adds, which is in the tables already.  What has
 * been decided at the same instant is taken for a part of it.
 */
void
fold_found(StandingWork *work)
{
	StandingKey *key = work->key;
	AccountHistory *history = history_load(&key->account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES,
										   PLAN_LATEST);
	int			n = 0;

	for (int i = 0; i < history->nviolations; i++)
		if (!is_new_violation(key, history->violations[i].violation_id))
			history->violations[n++] = history->violations[i];
	history->nviolations = n;
	n = 0;
	for (int i = 0; i < history->nactivities; i++)
		if (!is_new_activity(key, history->activities[i].activity_id))
			history->activities[n++] = history->activities[i];
	history->nactivities = n;
	n = 0;
	for (int i = 0; i < history->nrevisions; i++)
		if (!key->replay || history->revisions[i].decided != key->decided)
			history->revisions[n++] = history->revisions[i];
	history->nrevisions = n;
	work->history = history;
	work->state = ledger_fold(key->scheme, NULL, history, DT_NOEND, DT_NOEND, NULL);
	if (work->state != NULL && work->seen > work->state->as_of)
		ledger_advance(key->scheme, NULL, &work->state, history, work->seen, NULL);
}

/* Raises ERRCODE_GV_UNKNOWN_ACCOUNT. */
static void
check_account(const StandingWork *work)
{
	if (work->history != NULL && !work->history->exists)
		report_missing_id(MISSING_ACCOUNT, work->key->account_id, NULL, 0);
}

/* When the rows of a key became known. */
static void
take_note_of(StandingWork *work)
{
	StandingKey *key = work->key;

	for (int i = 0; i < key->nviolations; i++)
		work->known_at = Max(work->known_at, key->violations[i]->decided);
	for (int i = 0; i < key->nactivities; i++)
		work->known_at = Max(work->known_at, key->activities[i]->occurred);
}

/* Is something due in a state, or does a version take it over, by an instant? */
bool
work_comes_by(const StandingWork *work, TimestampTz at)
{
	const EngineState *state = work->state;

	return at > state->as_of &&
		((!work->replayed && work->next_due <= at) ||
		 next_version_from(work->key->scheme, state) <= at ||
		 engine_next_change(rulebook_policy(state->policy_id), state) <= at);
}

/*
 * Moves a folded state to where it has to stand: to where it stood before it was
 * folded anew, to what the key asks for, and with settle() past what is due.
 */
void
work_advance(StandingWork *work)
{
	const StandingKey *key = work->key;
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	TimestampTz to = work->replayed ? work->seen : DT_NOBEGIN;

	if (key->refresh || key->replay)
		to = Max(to, key->advance_to);
	if (key->settle && work_comes_by(work, now))
		to = Max(to, now);
	if (to > work->state->as_of)
		ledger_advance(key->scheme, NULL, &work->state, work->history, to, NULL);
}

/*
 * Brings the states of the works up to date: those that are there get the new
 * rows appended, those that are not, and those in which a row came late, are
 * folded from the whole history, or from a few entries back where that is kept
 * and enough (recent.c).  The whole history also where a version takes over that
 * counts what the one before it did not.
 */
void
fold_works(StandingWork *works, int nworks)
{
	bool		replays = false;

	find_first(works, nworks);
	load_histories(works, nworks, needs_memory, HISTORY_FACTS | HISTORY_ENTRIES);
	load_histories(works, nworks, needs_facts, HISTORY_FACTS);
	for (int i = 0; i < nworks; i++)
	{
		StandingWork *work = &works[i];
		StandingKey *key = work->key;

		CHECK_FOR_INTERRUPTS();
		check_account(work);

		/*
		 * A state in which nothing has happened, since all of it was
		 * overturned, is no beginning: the first row to come is.
		 */
		if (work->state != NULL && work->state->last.at == DT_NOBEGIN && !key->refresh &&
			!work->stale)
			work->state = NULL;
		else if (work->first)
		{
			/* These rows are its whole history. */
			if (key->nviolations > 1)
				qsort(key->violations, key->nviolations, sizeof(ViolationRow *), violation_place_cmp);
			work->state = ledger_fresh(key->scheme, NULL, work->history,
									   ledger_place(key->scheme, key->violations[0]));
		}
		if (work->state == NULL || work->stale || key->replay || work->state->outdated ||
			(key->refresh && key->changed_from <= work->state->as_of) || must_remember(work))
			work->replayed = work->whole = replays = true;
		else if (key->refresh)
			ledger_refresh_facts(work->state, work->history);
		else
		{
			bool		late = !append_rows(work);

			if (work->recent_bytes != NULL)
				work->recent = recent_read(key->scheme, work->recent_bytes);
			if (work->recent != NULL &&
				!recent_add(work->recent, key, late, &work->state))
				work->recent = NULL;
			work->replayed = late;
			if (late && work->recent == NULL)
				work->whole = replays = true;
			else if (late)
				take_note_of(work);
		}
	}
	if (replays)
	{
		load_histories(works, nworks, needs_replay, HISTORY_FACTS | HISTORY_ENTRIES);
		for (int i = 0; i < nworks; i++)
		{
			StandingWork *work = &works[i];

			if (!work->whole)
				continue;
			check_account(work);
			work->state = ledger_fold(work->key->scheme, NULL, work->history,
									  DT_NOEND, DT_NOEND, NULL);
			if (work->state == NULL && work->key->begins &&
				ledger_begins(work->key->scheme, NULL, work->history) != DT_NOEND)
				work->state = ledger_blank(work->key->scheme, work->history);
			work->known_at = ledger_known_at(work->key->scheme, work->history);
			if (work->state != NULL && !work->key->replay && !work->key->refresh &&
				work->seen != DT_NOBEGIN)
				work->recent = recent_begin(work->key->scheme, work->history,
											work->state->as_of);
		}
	}
	for (int i = 0; i < nworks; i++)
		if (works[i].state != NULL)
			work_advance(&works[i]);
}
