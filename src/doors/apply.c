/*
 * apply.c
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
 *	4. writes standings and sanctions in batches (effect.c), and
 *	   what consumers of events are told of them (announce.c).
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
#include "certification/turn.h"
#include "db/plan.h"
#include "doors/apply.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/announce.h"
#include "ledger/effect.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "ledger/seen.h"
#include "ledger/standing_fold.h"
#include "ledger/standing_key.h"
#include "ledger/standing_row.h"
#include "oversight/limits.h"
#include "rulebook/cache.h"

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
	MemoryContext context;		/* of the keys */
	StandingKey **busy;			/* in key order */
	int			nbusy;
} Frame;

static Frame *frames = NULL;

/*
 * From here on, until it is set to nothing, these standings are half
 * written.
 */
static void
set_busy(StandingKey **keys, int nkeys)
{
	frames->busy = keys;
	frames->nbusy = nkeys;
}

/* ---------- the two passes ---------- */

/*
 * May there be rows of sanctions to write?  Not when no sanction has changed since
 * the state was loaded and none ends by a condition that time, a fact to come or a
 * new entry may move: most violations take no further query, those of accounts
 * under a sanction included.
 */
static bool
has_effects(const StandingWork *work)
{
	const EngineState *state = work->state;
	const Policy *policy;

	if (work->replayed || work->key->refresh)
		return true;
	if (state->nsanctions == 0)
		return false;
	policy = rulebook_policy(state->policy_id);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		if (s->dirty || s->sanction_id == 0 ||
			((policy->time_driven || state->npending > 0) && s->ends == DT_NOEND &&
			 s->rung >= 0 && policy->rungs[s->rung].mode == RUNG_WHILE))
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

/*
 * Those of some standings whose sanctions may have changed
 * join a batch.  stored: the standing was there before, and may have rows.
 */
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

/*
 * Which of the new violations have brought an enforced sanction?  To be called
 * once the batch of these standings is numbered; the brakes count by it.
 */
static void
note_sanctioned(const EffectBatch *batch, StandingWork *works, int nworks)
{
	int			member = 0;

	for (int i = 0; i < nworks; i++)
	{
		StandingKey *key = works[i].key;
		bool		joined = has_effects(&works[i]);

		for (int v = 0; v < key->nviolations; v++)
			key->violations[v]->sanctioned = joined &&
				effects_opened_by(batch, member, key->violations[v]->violation_id);
		member += joined;
	}
}

/* How far standings have come that are written. */
static void
note_seen(const StandingWork *works, int nworks)
{
	for (int i = 0; i < nworks; i++)
		seen_note(works[i].key->scheme, works[i].state->as_of);
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
		{
			StandingWork found = works[i];

			/* What a version or a calendar does is nobody's decision. */
			if (found.stale)
				fold_found(&found);

			/* Nor is what facts and time have brought without an entry. */
			if (!stored)
				found.state = found.state != NULL &&
					ledger_begins(found.key->scheme, NULL, found.history) != DT_NOEND ?
					ledger_fresh(found.key->scheme, NULL, found.history, found.state->as_of) : NULL;
			before[i] = limits_served(found.key->scheme, found.state, found.history);
		}
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
	Announcement *announcement;
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
	note_sanctioned(batch, works, n);
	/* Before there was nothing to serve. */
	check_limits(limits, served_before(limits, works, n, false), works, n);
	inserted = palloc0(sizeof(bool) * n);
	standings_insert(table, works, n, inserted);
	note_seen(works, n);
	for (int i = 0; i < n; i++)
		works[i].key->done |= inserted[i];
	for (int i = 0, member = 0; i < n; i++)
		if (has_effects(&works[i]))
			inserted[member++] = inserted[i];
	announcement = announce_begin(works, n);
	effects_write(batch, inserted, announcement);
	announce_end(announcement);
	set_busy(NULL, 0);
}

/*
 * A standing may have been written under an edition of the rulebook that came
 * after this statement had looked at it.  Nobody goes back: what the statement
 * adds is judged by the newer one, too, which may not know its rules, so that it
 * is folded from the history.
 */
static void
follow_editions(StandingWork *works, int nworks)
{
	bool		newer = false;

	for (int i = 0; i < nworks; i++)
		newer |= works[i].edition > edition_number(&works[i].key->scheme->editions);
	if (newer)
	{
		/* The list is held for as long as the keys. */
		MemoryContext old = MemoryContextSwitchTo(frames->context);

		rulebook_refresh();
		MemoryContextSwitchTo(old);
	}
	for (int i = 0; i < nworks && newer; i++)
	{
		StandingKey *key = works[i].key;
		Scheme	   *scheme = rulebook_scheme(key->scheme->name, strlen(key->scheme->name), true);

		if (scheme != NULL)
			key->scheme = scheme;
		works[i].stale = works[i].state != NULL;
	}
}

/*
 * Is there something to be done about a standing?  For settle() only as long as
 * nobody else has come to it.
 */
static bool
is_wanted(const StandingWork *work)
{
	const StandingKey *key = work->key;

	if (work->state == NULL || key->lock_only)
		return false;
	return !key->settle || work->stale ||
		edition_reach(&key->scheme->editions, work->edition) <= GetCurrentTransactionStartTimestamp() ||
		work_comes_by(work, GetCurrentTransactionStartTimestamp());
}

/* Pass two: locks, folds and updates. */
static void
update_standings(StandingTable *table, StandingKey **keys, int nkeys)
{
	StandingWork *works = palloc0(sizeof(StandingWork) * nkeys);
	const LimitSet *limits = limits_now();
	Served	  **before;
	Announcement *announcement;
	EffectBatch *batch;
	int			n = 0;

	for (int i = 0; i < nkeys; i++)
		works[i].key = keys[i];
	set_busy(keys, nkeys);
	standings_lock(table, works, nkeys);
	follow_editions(works, nkeys);
	for (int i = 0; i < nkeys; i++)
		if (is_wanted(&works[i]))
			works[n++] = works[i];
	if (n == 0)
		return;
	announcement = announce_begin(works, n);
	before = served_before(limits, works, n, true);
	fold_works(works, n);
	for (int i = 0; i < n; i++)
		if (works[i].state == NULL)
		{
			/* Every violation was overturned: it stands as if new. */
			works[i].state = ledger_blank(works[i].key->scheme, works[i].history);
			work_advance(&works[i]);
		}
	check_limits(limits, before, works, n);
	batch = effects_begin();
	add_effects(batch, works, n, true);
	effects_number(batch);
	note_sanctioned(batch, works, n);
	effects_write(batch, NULL, announcement);
	set_busy(NULL, 0);

	standings_update(table, works, n);
	announce_end(announcement);
	note_seen(works, n);
}

/* ---------- the entry point ---------- */

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
		require_written("standing", CMD_INSERT, 1, 0);
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

/*
 * A single key can wait for nobody in a circle: its row is looked for at once, and
 * made if it is not there.  Where only what is there is to be refreshed, a row
 * that cannot be locked must not be there at all; under a snapshot of the whole
 * transaction it may only be out of sight.
 */
static void
apply_one_key(StandingTable *table, StandingKey *key)
{
	update_standings(table, &key, 1);
	if (!key->done && !key->refresh)
	{
		create_standings(table, &key, 1);
		if (!key->done)
			update_standings(table, &key, 1);
	}
	else if (!key->done)
	{
		bool		missing = true;

		if (IsolationUsesXactSnapshot())
		{
			missing = false;
			standings_probe(table, &key, 1, &missing);
		}
		key->done = missing;
	}
}

/*
 * Pass one over all keys, in pieces that fit into memory (chunk, the current
 * context, is emptied after each); what is missing and need not be there is done
 * with.
 */
static void
create_missing(StandingTable *table, StandingKey *keys, int nkeys, StandingKey **pending,
			   MemoryContext chunk)
{
	for (int first = 0; first < nkeys; first += CHUNK_SIZE)
	{
		int			n = Min(CHUNK_SIZE, nkeys - first);
		int			npending = 0;
		bool		missing[CHUNK_SIZE] = {0};

		for (int i = 0; i < n; i++)
			pending[i] = &keys[first + i];
		standings_probe(table, pending, n, missing);
		for (int i = 0; i < n; i++)
		{
			StandingKey *key = &keys[first + i];

			if (!missing[i])
				continue;
			if (key->refresh || key->lock_only)
				key->done = true;
			else
				pending[npending++] = key;
		}
		if (npending > 0)
			create_standings(table, pending, npending);
		MemoryContextReset(chunk);
	}
}

/* Pass two over all keys that pass one has not done with, in such pieces. */
static void
update_rest(StandingTable *table, StandingKey *keys, int nkeys, StandingKey **pending,
			MemoryContext chunk)
{
	int			npending = 0;

	for (int i = 0; i < nkeys; i++)
		if (!keys[i].done)
			pending[npending++] = &keys[i];
	for (int first = 0; first < npending; first += CHUNK_SIZE)
	{
		update_standings(table, pending + first, Min(CHUNK_SIZE, npending - first));
		MemoryContextReset(chunk);
	}
}

/*
 * Both passes over sorted, distinct keys.  What a piece takes in memory is in a
 * context of its own, which is emptied after each.
 */
static void
apply_keys(StandingKey *keys, int nkeys)
{
	MemoryContext outer = CurrentMemoryContext;
	MemoryContext chunk;
	StandingTable table;

	standing_table_open(&table);
	chunk = AllocSetContextCreate(outer, "governance standings", ALLOCSET_DEFAULT_SIZES);
	if (nkeys == 1)
	{
		MemoryContextSwitchTo(chunk);
		apply_one_key(&table, &keys[0]);
	}
	else
	{
		StandingKey **pending = MemoryContextAllocHuge(outer, sizeof(StandingKey *) * nkeys);

		MemoryContextSwitchTo(chunk);
		create_missing(&table, keys, nkeys, pending, chunk);
		update_rest(&table, keys, nkeys, pending, chunk);
		pfree(pending);
	}
	for (int i = 0; i < nkeys; i++)
		check_done(&keys[i]);
	MemoryContextSwitchTo(outer);
	standing_table_close(&table);
	MemoryContextDelete(chunk);
}

/* The frame goes when an error leaves through here, too. */
static void
apply_in_frame(StandingKey *keys, int nkeys)
{
	Frame		frame = {.outer = frames, .context = CurrentMemoryContext};

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

/*
 * The accounts' turns come first of all locks (ledger/lock.c), and the keys
 * that they add are locked among the others.
 */
void
standings_apply(StandingKey *keys, int nkeys)
{
	if (nkeys == 0)
		return;
	nkeys = standing_keys_merge(keys, nkeys);
	check_busy(keys, nkeys);
	certified_keys_lock(&keys, &nkeys);
	apply_in_frame(keys, nkeys);
}

/*
 * What a version or a calendar does to an account is nobody's decision on
 * it.
 */
void
standings_follow(StandingKey *keys, int nkeys)
{
	for (int i = 0; i < nkeys; i++)
		keys[i].unlimited = true;
	standings_apply(keys, nkeys);
}
