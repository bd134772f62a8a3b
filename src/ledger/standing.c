/*
 * standing.c
 *		The one way in which standings change.
 *
 * Whatever happens to the ledger, a statement trigger names the accounts and
 * schemes that it concerns and hands them to standings_apply(), which
 *
 *	1. makes the standings that do not exist yet, in key order, already with
 *	   the state that the statement leads to;
 *	2. locks those that do exist, in key order, and reads them as they are once
 *	   the lock is there;
 *	3. folds the new rows into them, or the whole history where a row's place
 *	   lies in the past;
 *	4. writes standings, sanctions and restrictions in batches (effect.c).
 *
 * All rows are made before any is locked, and both go in the order of (account,
 * scheme), so that two statements never wait for each other in a circle.  What
 * follows from a violation for certifications, and from these for facts, comes
 * when this is done: what that locks is locked here, in its order (lock.c).  A
 * serialization failure is let through.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/account_row.h"
#include "ledger/ledger.h"
#include "ledger/effect.h"
#include "ledger/standing_row.h"
#include "oversight/limits.h"
#include "report.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* How many standings are held in memory at a time. */
#define CHUNK_SIZE 2048

/*
 * The standings whose outcome is being written at each level of nesting: a
 * trigger of the user's own on what we write may come here again.
 */
typedef struct Frame
{
	struct Frame *outer;
	StandingKey **busy;			/* in key order */
	int			nbusy;
} Frame;

static Frame *frames = NULL;

static void
set_busy(StandingKey **keys, int nkeys)
{
	frames->busy = keys;
	frames->nbusy = nkeys;
}

int
standing_key_cmp(const void *a, const void *b)
{
	const StandingKey *ka = a;
	const StandingKey *kb = b;

	if (ka->account_id != kb->account_id)
		return ka->account_id < kb->account_id ? -1 : 1;
	return strcmp(ka->scheme->name, kb->scheme->name);
}

/* ---------- folding ---------- */

static int
violation_place_cmp(const void *a, const void *b)
{
	const ViolationRow *va = *(ViolationRow *const *) a;
	const ViolationRow *vb = *(ViolationRow *const *) b;
	TimestampTz pa = ledger_place(va->scheme, va);
	TimestampTz pb = ledger_place(vb->scheme, vb);

	if (pa != pb)
		return pa < pb ? -1 : 1;
	return va->violation_id < vb->violation_id ? -1 : va->violation_id > vb->violation_id;
}

static int
activity_place_cmp(const void *a, const void *b)
{
	const ActivityRow *aa = *(ActivityRow *const *) a;
	const ActivityRow *ab = *(ActivityRow *const *) b;

	if (aa->occurred != ab->occurred)
		return aa->occurred < ab->occurred ? -1 : 1;
	return aa->activity_id < ab->activity_id ? -1 : aa->activity_id > ab->activity_id;
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

typedef bool (*WorkTest) (const StandingWork *work);

static bool
needs_facts(const StandingWork *work)
{
	return work->history == NULL &&
		(work->state == NULL || work->key->refresh ||
		 ledger_has_successor(work->key->scheme, work->state));
}

static bool
needs_replay(const StandingWork *work)
{
	return work->whole;
}

/* Loads the histories of those keys that need them; keys come in order. */
static void
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
			histories = history_load(accounts, n, what, LEDGER_LATEST);
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
static void
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

/*
 * Brings the states of the works up to date: those that are there get the new
 * rows appended, those that are not, and those in which a row came late, are
 * folded from the whole history, or from a few entries back where that is kept
 * and enough (recent.c).
 */
static void
fold_works(StandingWork *works, int nworks)
{
	bool		replays = false;

	find_first(works, nworks);
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
		if (work->state != NULL && work->state->last.at == DT_NOBEGIN && !key->refresh)
			work->state = NULL;
		else if (work->first)
		{
			/* These rows are its whole history. */
			if (key->nviolations > 1)
				qsort(key->violations, key->nviolations, sizeof(ViolationRow *), violation_place_cmp);
			work->state = ledger_fresh(key->scheme, NULL, work->history,
									   ledger_place(key->scheme, key->violations[0]));
		}
		if (work->state == NULL || key->replay || work->state->outdated ||
			(key->refresh && key->changed_from <= work->state->as_of))
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
			work->known_at = ledger_known_at(work->key->scheme, work->history);
			if (work->state != NULL && !work->key->replay && !work->key->refresh &&
				work->seen != DT_NOBEGIN)
				work->recent = recent_begin(work->key->scheme, work->history,
											work->state->as_of);
		}
	}
	for (int i = 0; i < nworks; i++)
	{
		StandingWork *work = &works[i];
		TimestampTz to = work->replayed ? work->seen : DT_NOBEGIN;

		if (work->key->refresh || work->key->replay)
			to = Max(to, work->key->advance_to);
		if (work->state != NULL && to > work->state->as_of)
			ledger_advance(work->key->scheme, NULL, &work->state, work->history, to, NULL);
	}
}

/* ---------- the two passes ---------- */

/*
 * May there be rows of sanctions or restrictions to write?  Not when no
 * sanction has changed since the state was loaded and none ends by a condition
 * that time or a new entry may move: most violations take no further query,
 * those of accounts under a sanction included.
 */
static bool
has_effects(const StandingWork *work)
{
	const EngineState *state = work->state;
	const Policy *policy;

	if (work->replayed || work->key->refresh ||
		ledger_may_sanction_later(work->key->scheme, state))
		return true;
	if (state->nsanctions == 0)
		return false;
	policy = rulebook_policy(state->policy_id);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if (s->dirty || s->sanction_id == 0 ||
			(policy->time_driven && s->ends == DT_NOEND && s->rung >= 0 &&
			 policy->rungs[s->rung].mode == RUNG_WHILE))
			return true;
	}
	return false;
}

/* When what a key brings became known: what follows no longer is released then. */
static TimestampTz
known_from(const StandingKey *key)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	TimestampTz known = key->decided;

	for (int i = 0; i < key->nviolations; i++)
		known = Max(known, key->violations[i]->decided);
	for (int i = 0; i < key->nactivities; i++)
		known = Max(known, key->activities[i]->occurred);
	return known == DT_NOBEGIN ? now : Min(known, now);
}

static void
add_effects(EffectBatch *batch, StandingWork *works, int nworks, bool stored)
{
	for (int i = 0; i < nworks; i++)
		if (has_effects(&works[i]))
			effects_add(batch, works[i].key->account_id, works[i].key->scheme, works[i].state,
						works[i].history, stored || works[i].key->replay, works[i].replayed,
						works[i].key->refresh, known_from(works[i].key), works[i].known_at,
						works[i].whole ? NULL : works[i].recent);
}

/* ---------- limits ---------- */

/*
 * What those whose accounts are about to change have to serve, for
 * check_limits(); null when nobody is limited, which is nearly always.
 */
static Served **
served_before(const LimitSet *limits, StandingWork *works, int nworks, bool stored)
{
	Served	  **before;

	if (limits == NULL)
		return NULL;
	if (stored)
		load_histories(works, nworks, needs_facts, HISTORY_FACTS);
	before = palloc0(sizeof(Served *) * nworks);
	for (int i = 0; i < nworks; i++)
		if (!works[i].key->unlimited && works[i].key->scheme->trial_of == NULL)
			before[i] = limits_served(works[i].key->scheme, stored ? works[i].state : NULL,
									  works[i].history);
	return before;
}

/* Whatever the way in was: this is where it takes effect. */
static void
check_limits(const LimitSet *limits, Served **before, const StandingWork *works, int nworks)
{
	for (int i = 0; before != NULL && i < nworks; i++)
	{
		const StandingKey *key = works[i].key;
		const EngineState *state = works[i].state;
		Points		known;

		if (before[i] == NULL || state == NULL)
			continue;
		if (key->opening)
		{
			/* A balance is as heavy as what it makes of the score. */
			known = before[i]->spans == NULL ? state->start : before[i]->score;
			limits_points(limits, key->account_id, key->scheme->name,
						  Max(abs(state->score - known), abs(state->score - state->start)));
		}
		limits_compare(limits, key->account_id, key->scheme->name, before[i],
					   limits_served(key->scheme, state, works[i].history),
					   key->confirmed, key->replay);
	}
}

/*
 * Pass one, for keys that had no standing when they were looked for: folds and
 * inserts them.  A standing that another session made meanwhile is left for
 * pass two.
 */
static void
create_standings(StandingTable *table, StandingKey **keys, int nkeys)
{
	StandingWork *works = palloc0(sizeof(StandingWork) * nkeys);
	const LimitSet *limits = limits_now();
	EffectBatch *batch;
	bool	   *inserted;
	int			n = 0;

	for (int i = 0; i < nkeys; i++)
	{
		works[i].key = keys[i];
		works[i].known_at = works[i].seen = DT_NOBEGIN;
	}
	set_busy(keys, nkeys);
	lock_facts(works, nkeys);
	fold_works(works, nkeys);
	for (int i = 0; i < nkeys; i++)
	{
		if (works[i].state == NULL)
			works[i].key->done = true;	/* nothing concerns the scheme */
		else
			works[n++] = works[i];
	}
	if (n == 0)
		return;

	/* Sanctions get their ids before the states that hold these are written. */
	batch = effects_begin();
	add_effects(batch, works, n, false);
	effects_number(batch);
	/* Before there was nothing to serve. */
	check_limits(limits, served_before(limits, works, n, false), works, n);
	inserted = palloc0(sizeof(bool) * n);
	standings_insert(table, works, n, inserted);
	for (int i = 0; i < n; i++)
		works[i].key->done |= inserted[i];
	for (int i = 0, member = 0; i < n; i++)
		if (has_effects(&works[i]))
			inserted[member++] = inserted[i];
	effects_write(batch, inserted);
	set_busy(NULL, 0);
}

/* Pass two: locks, folds and updates. */
static void
update_standings(StandingTable *table, StandingKey **keys, int nkeys)
{
	StandingWork *works = palloc0(sizeof(StandingWork) * nkeys);
	const LimitSet *limits = limits_now();
	Served	  **before;
	EffectBatch *batch;
	int			n = 0;

	for (int i = 0; i < nkeys; i++)
		works[i].key = keys[i];
	set_busy(keys, nkeys);
	standings_lock(table, works, nkeys);
	for (int i = 0; i < nkeys; i++)
		if (works[i].state != NULL && !keys[i]->lock_only)
			works[n++] = works[i];
	if (n == 0)
		return;
	before = served_before(limits, works, n, true);
	fold_works(works, n);
	for (int i = 0; i < n; i++)
		if (works[i].state == NULL)
		{
			/* Every violation was overturned: it stands as if new. */
			works[i].state = ledger_blank(works[i].key->scheme, works[i].history);
			if (works[i].seen > works[i].state->as_of)
				ledger_advance(works[i].key->scheme, NULL, &works[i].state, works[i].history,
							   works[i].seen, NULL);
		}
	check_limits(limits, before, works, n);
	batch = effects_begin();
	add_effects(batch, works, n, true);
	effects_number(batch);
	effects_write(batch, NULL);
	set_busy(NULL, 0);

	standings_update(table, works, n);
}

/* ---------- the entry point ---------- */

/* Folds rows for the same account and scheme into one key; keys are sorted. */
static int
merge_keys(StandingKey *keys, int nkeys)
{
	int			n = 0;

	for (int i = 0; i < nkeys; i++)
		if (n == 0 || standing_key_cmp(&keys[n - 1], &keys[i]) != 0)
			keys[n++] = keys[i];
		else
		{
			keys[n - 1].replay |= keys[i].replay;
			keys[n - 1].refresh |= keys[i].refresh;
			keys[n - 1].lock_only &= keys[i].lock_only;
			keys[n - 1].unlimited &= keys[i].unlimited;
			keys[n - 1].confirmed &= keys[i].confirmed;
			keys[n - 1].opening |= keys[i].opening;
			keys[n - 1].decided = Max(keys[n - 1].decided, keys[i].decided);
			keys[n - 1].advance_to = Max(keys[n - 1].advance_to, keys[i].advance_to);
			keys[n - 1].changed_from = Min(keys[n - 1].changed_from, keys[i].changed_from);
		}
	return n;
}

/*
 * A standing that is there but could not be locked came after this
 * transaction's snapshot, or went after it was looked for.  One that is not
 * there at all was never let in.
 */
static void
check_done(const StandingKey *key)
{
	if (key->done)
		return;
	if (!standing_is_there(key))
		ledger_written("standing", CMD_INSERT, 1, 0);
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update"),
			 errdetail("The standing of account %lld under scheme \"%s\" changed meanwhile.",
					   (long long) key->account_id, key->scheme->name),
			 errhint("The transaction might succeed if retried.")));
}

/* What is half written can take no further entry. */
static void
check_busy(const StandingKey *keys, int nkeys)
{
	for (Frame *frame = frames; frame != NULL; frame = frame->outer)
		for (int i = 0; i < frame->nbusy; i++)
			if (!frame->busy[i]->lock_only &&
				bsearch(frame->busy[i], keys, nkeys, sizeof(StandingKey), standing_key_cmp) != NULL)
				ereport(ERROR,
						(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
						 errmsg("the standing of account %lld under scheme \"%s\" is being changed already",
								(long long) frame->busy[i]->account_id, frame->busy[i]->scheme->name),
						 errdetail("A trigger on a table of the ledger records an entry for the account whose sanctions are being written."),
						 errhint("Record it in an AFTER trigger on governance.violation instead.")));
}

static void
apply_keys(StandingKey *keys, int nkeys)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext chunk;
	StandingTable table;
	StandingKey **pending;
	int			npending;

	standing_table_open(&table);
	pending = MemoryContextAllocHuge(outer, sizeof(StandingKey *) * nkeys);
	chunk = AllocSetContextCreate(outer, "governance standings", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(chunk);

	/* A single key can wait for nobody in a circle: look for its row at once. */
	if (nkeys == 1)
	{
		pending[0] = &keys[0];
		update_standings(&table, pending, 1);
		if (!keys[0].done && !keys[0].refresh)
		{
			create_standings(&table, pending, 1);
			if (!keys[0].done)
				update_standings(&table, pending, 1);
		}
		if (!keys[0].done && keys[0].refresh)
		{
			bool		missing = true;

			if (IsolationUsesXactSnapshot())
			{
				missing = false;
				standings_probe(&table, pending, 1, &missing);
			}
			keys[0].done = missing;
		}
		check_done(&keys[0]);
	}
	else
	{
		for (int first = 0; first < nkeys; first += CHUNK_SIZE)
		{
			int			n = Min(CHUNK_SIZE, nkeys - first);
			bool		missing[CHUNK_SIZE] = {0};

			npending = 0;
			for (int i = 0; i < n; i++)
				pending[npending++] = &keys[first + i];
			standings_probe(&table, pending, npending, missing);
			npending = 0;
			for (int i = 0; i < n; i++)
				if (missing[i])
				{
					if (keys[first + i].refresh || keys[first + i].lock_only)
						keys[first + i].done = true;
					else
						pending[npending++] = &keys[first + i];
				}
			if (npending > 0)
				create_standings(&table, pending, npending);
			MemoryContextReset(chunk);
		}
		npending = 0;
		for (int i = 0; i < nkeys; i++)
			if (!keys[i].done)
				pending[npending++] = &keys[i];
		for (int first = 0; first < npending; first += CHUNK_SIZE)
		{
			update_standings(&table, pending + first, Min(CHUNK_SIZE, npending - first));
			MemoryContextReset(chunk);
		}
		for (int i = 0; i < nkeys; i++)
			check_done(&keys[i]);
	}
	MemoryContextSwitchTo(outer);
	standing_table_close(&table);
	MemoryContextDelete(chunk);
	pfree(pending);
}

static void
apply_in_frame(StandingKey *keys, int nkeys)
{
	Frame		frame = {.outer = frames};

	frames = &frame;
	PG_TRY();
	{
		apply_keys(keys, nkeys);
	}
	PG_FINALLY();
	{
		frames = frame.outer;
	}
	PG_END_TRY();
}

void
standings_apply(StandingKey *keys, int nkeys)
{
	if (nkeys == 0)
		return;
	qsort(keys, nkeys, sizeof(StandingKey), standing_key_cmp);
	nkeys = merge_keys(keys, nkeys);
	check_busy(keys, nkeys);
	certified_keys_lock(&keys, &nkeys);
	apply_in_frame(keys, nkeys);
}

void
standings_follow(StandingKey *keys, int nkeys)
{
	for (int i = 0; i < nkeys; i++)
		keys[i].unlimited = true;
	standings_apply(keys, nkeys);
}

/* ---------- reading ---------- */

EngineState *
standing_moved(Scheme *scheme, StoredStanding *standing, TimestampTz at, TimestampTz known_at)
{
	if (standing == NULL || at < standing->as_of || Min(at, known_at) < standing->known_at ||
		next_version_from(scheme, standing->state) <= at)
		return NULL;
	ledger_advance(scheme, NULL, &standing->state, NULL, at, NULL);
	return standing->state;
}

EngineState *
standing_at_once(int64 account_id, Scheme *scheme, TimestampTz at, TimestampTz known_at)
{
	StoredStanding *standing;
	AccountHistory facts = {.account_id = account_id};

	if (!standing_probe(account_id, scheme, &standing))
		return NULL;
	if (standing != NULL)
		return standing_moved(scheme, standing, at, known_at);

	/* As the policy starts it. */
	if (scheme_has_attributes(scheme) ||
		!account_probe(account_id, &facts.exists, &facts.opened) || !facts.exists)
		return NULL;
	return ledger_fresh(scheme, NULL, &facts, at);
}

EngineState *
standing_at(int64 account_id, Scheme *scheme, TimestampTz at, TimestampTz known_at,
			AccountHistory **history)
{
	StoredStanding *standing = standing_read(account_id, scheme);
	EngineState *state = standing_moved(scheme, standing, at, known_at);
	bool		past = standing != NULL &&
		(at < standing->as_of || Min(at, known_at) < standing->known_at);

	*history = NULL;
	if (state != NULL)
		return state;
	*history = history_of(account_id, scheme,
						  past ? HISTORY_FACTS | HISTORY_ENTRIES : HISTORY_FACTS);
	if (!(*history)->exists)
		report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
	if (past)
		state = ledger_fold(scheme, NULL, *history, known_at == DT_NOEND ? at : known_at, at, NULL);
	else if (standing != NULL)
	{
		state = standing->state;
		ledger_advance(scheme, NULL, &state, *history, at, NULL);
	}
	if (state == NULL)
		state = ledger_fresh(scheme, NULL, *history, at);
	return state;
}
