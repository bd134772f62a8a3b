/*
 * withheld.c
 *		What is withheld while entries of a later date wait.
 *
 * A standing has seen every entry, those that are dated after now as well; its
 * state says what holds from the last of them on.  What holds until then follows
 * from what happened before, and is put together from the state at each instant
 * at which more becomes known: just what score() and tier() answer for it.  The
 * state goes from one of them to the next, and where the recent entries reach
 * back to now (recent.h) the rest of the history is not read.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/project.h"
#include "ledger/recent.h"
#include "ledger/sanction_row.h"
#include "ledger/withheld.h"
#include "rulebook/cache.h"
#include "util.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/*
 * Clocks differ: what another one dates so much later than ours is taken as of
 * now, so that an application a little ahead need not pay for it.
 */
#define CLOCK_TOLERANCE (5 * USECS_PER_MINUTE)

/*
 * The clock is that of this moment, not of the transaction's start: an entry
 * may have been dated by an application meanwhile.
 */
bool
is_ahead(TimestampTz at)
{
	return at > GetCurrentTimestamp() + CLOCK_TOLERANCE;
}

/*
 * What is dated later than now: a row, at the instant at which it counts, or an
 * instant from which on what lies before it is another thing than it was.
 */
typedef struct Coming
{
	EventKey	key;
	const ViolationRow *violation;
	const ActivityRow *activity;
	bool		anew;			/* everything is to be folded anew */
} Coming;

/* Where the entries come from: the whole history, or the recent ones. */
typedef struct Entries
{
	Scheme	   *scheme;
	const AccountHistory *history;	/* may only hold facts when there is */
	const Recent *recent;
	TimestampTz now;
	int64		n;
	int64		max;
	Coming	   *coming;			/* in order */
} Entries;

/*
 * One more instant at which something becomes known; its other fields are
 * empty.
 */
static Coming *
add_coming(Entries *entries, TimestampTz at)
{
	Coming	   *coming;

	array_reserve(entries->coming, entries->max, entries->n + 1);
	coming = &entries->coming[entries->n++];
	memset(coming, 0, sizeof(Coming));
	coming->key.at = at;
	return coming;
}

/*
 * A violation is known from its decision on, and counts from its place on: it
 * matters from the later of the two, if that lies ahead.
 */
static void
add_violation(Entries *entries, const ViolationRow *row, bool anew)
{
	TimestampTz place = ledger_place(entries->scheme, row);
	TimestampTz at = Max(place, row->decided);
	Coming	   *coming;

	if (at <= entries->now)
		return;
	coming = add_coming(entries, at);

	/* One that counts from before it is known changes what was. */
	coming->anew = anew || place < at;
	coming->violation = row;
	coming->key.class = EVENT_VIOLATION;
	coming->key.id = row->violation_id;
}

/* Adds an activity that lies ahead. */
static void
add_activity(Entries *entries, const ActivityRow *row)
{
	Coming	   *coming;

	if (row->occurred <= entries->now)
		return;
	coming = add_coming(entries, row->occurred);
	coming->activity = row;
	coming->key.class = EVENT_ACTIVITY;
	coming->key.id = row->activity_id;
}

/* In the order of the fold, as engine and ledger sort events. */
static int
coming_cmp(const void *a, const void *b)
{
	return event_key_cmp(&((const Coming *) a)->key, &((const Coming *) b)->key);
}

/* Does a version let a late entry go to the end, where others decide its place? */
static bool
keeps_late(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (!rulebook_compiled(&scheme->versions[i])->resanction_late)
			return true;
	return false;
}

/*
 * Everything in the history that becomes known later than now.  Revisions
 * change what lies before them, so that the history is folded anew at each of
 * their decisions, and so it is with violations that have been revised.
 */
static void
collect_history(Entries *entries)
{
	const AccountHistory *history = entries->history;
	bool		keeps = keeps_late(entries->scheme);
	int64	   *revised = MemoryContextAllocHuge(CurrentMemoryContext,
												 sizeof(int64) * ((Size) history->nrevisions + 1));

	for (int i = 0; i < history->nrevisions; i++)
	{
		revised[i] = history->revisions[i].violation_id;
		if (history->revisions[i].decided > entries->now)
			add_coming(entries, history->revisions[i].decided)->anew = true;
	}
	qsort(revised, history->nrevisions, sizeof(int64), int64_order);
	for (int i = 0; i < history->nviolations; i++)
	{
		const ViolationRow *row = &history->violations[i];

		if (!scheme_concerned(entries->scheme, row->scheme))
			continue;
		add_violation(entries, row, keeps ||
					  bsearch(&row->violation_id, revised, history->nrevisions, sizeof(int64),
							  int64_order) != NULL);
		/* It may stand at either of the two. */
		if (keeps && row->occurred > entries->now)
			add_coming(entries, row->occurred)->anew = true;
		if (keeps && row->decided > entries->now)
			add_coming(entries, row->decided)->anew = true;
	}
	for (int i = 0; i < history->nactivities; i++)
		add_activity(entries, &history->activities[i]);
	pfree(revised);
}

/* The same from the recent entries, which have no revisions among them. */
static void
collect_recent(Entries *entries)
{
	const ViolationRow *violation;
	const ActivityRow *activity;

	for (int i = 0; recent_entry(entries->recent, i, &violation, &activity); i++)
		if (violation != NULL)
			add_violation(entries, violation, false);
		else
			add_activity(entries, activity);
}

/*
 * The state at an instant, as it was known then; null: nothing had happened
 * yet.
 */
static EngineState *
fold_until(const Entries *entries, TimestampTz at)
{
	if (entries->recent != NULL)
		return recent_fold_until(entries->recent, at);
	return ledger_fold(entries->scheme, NULL, entries->history, at, at, NULL);
}

/* Applies one to the state that all before it led to; false when that is no way. */
static bool
apply_coming(const Entries *entries, const Coming *coming, EngineState **state)
{
	PolicyVersion *version;

	if (coming->anew || *state == NULL)
		return false;
	if (coming->activity != NULL)
	{
		version = rulebook_version_at(entries->scheme, coming->activity->occurred);
		return version == NULL ||
			policy_activity_index(rulebook_compiled(version), coming->activity->kind) < 0 ||
			ledger_append_activity(entries->scheme, *state, entries->history, coming->activity, state);
	}
	return !ledger_judges(entries->scheme, coming->violation) ||
		ledger_append_violation(entries->scheme, *state, entries->history, coming->violation, state);
}

/* A sanction as one instant after the other shows it. */
typedef struct KnownKey
{
	int64		cause;
	TimestampTz starts;
	const char *rung;
} KnownKey;

typedef struct KnownSanction
{
	KnownKey	key;
	int64		sanction_id;
} KnownSanction;

/*
 * A table of the sanctions whose ids have been looked up, since each instant
 * shows the same ones again.  The rung's code is compared by its address: it
 * belongs to a compiled policy.
 */
static HTAB *
known_create(void)
{
	HASHCTL		ctl = {0};

	ctl.keysize = sizeof(KnownKey);
	ctl.entrysize = sizeof(KnownSanction);
	ctl.hcxt = CurrentMemoryContext;
	return hash_create("governance sanctions ahead", 64, &ctl,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The id under which the tables know a sanction, 0: they do not. */
static int64
known_id(HTAB *known, Scheme *scheme, int64 account_id, const ProjectedSanction *of,
		 const ProjectedSanction *sanctions, int nsanctions)
{
	const SanctionState *s = &of->sanction;
	KnownKey	key;
	KnownSanction *entry;
	int64		sanction_id = 0;
	bool		found = false;

	memset(&key, 0, sizeof(key));
	key.cause = s->cause;
	key.starts = s->starts;
	key.rung = of->rung->code;
	entry = hash_search(known, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->sanction_id;
	for (int i = 0; i < nsanctions && !found; i++)
		if (sanctions[i].sanction.cause == s->cause && sanctions[i].sanction.starts == s->starts &&
			strcmp(sanctions[i].rung->code, of->rung->code) == 0)
		{
			sanction_id = sanctions[i].sanction.sanction_id;
			found = true;
		}
	if (!found && (s->flags & SANCTION_PROJECTED))
		return 0;
	if (!found)
		sanction_id = stored_sanction(account_id, scheme, of->rung->code, s->cause, s->starts,
									  PLAN_FRESH);
	entry = hash_search(known, &key, HASH_ENTER, NULL);
	entry->sanction_id = sanction_id;
	return sanction_id;
}

/*
 * Memory goes in two kinds: the state lives until a new one is folded, and
 * what one instant shows until its spans are copied.
 */
Withheld *
withheld_ahead(Scheme *scheme, int64 account_id, const AccountHistory *history,
			   const Recent *recent, TimestampTz now,
			   const ProjectedSanction *sanctions, int nsanctions, int *nwithheld)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext piece = AllocSetContextCreate(context, "governance instants",
												ALLOCSET_DEFAULT_SIZES);
	MemoryContext folded = NULL;
	Entries		entries = {.scheme = scheme, .history = history, .recent = recent, .now = now};
	HTAB	   *known = known_create();
	EngineState *state = NULL;
	Withheld   *result = palloc(sizeof(Withheld) * 16);
	int			max = 16;
	int			n = 0;
	int64		next = 0;

	if (recent != NULL)
		collect_recent(&entries);
	else
		collect_history(&entries);
	if (entries.n > 1)
		qsort(entries.coming, entries.n, sizeof(Coming), coming_cmp);

	/*
	 * From one instant to the next: what comes is mostly a further entry, and
	 * the state moves on with it.
	 */
	for (TimestampTz at = now;; at = entries.coming[next].key.at)
	{
		bool		anew = at == now;
		TimestampTz until;
		ProjectedSanction *projected;
		Withheld   *spans;
		int			nprojected;
		int			nspans;

		CHECK_FOR_INTERRUPTS();
		if (folded != NULL)
			MemoryContextSwitchTo(folded);
		for (; next < entries.n && entries.coming[next].key.at <= at; next++)
			anew = anew || !apply_coming(&entries, &entries.coming[next], &state);
		if (anew)
		{
			/* It is left before it is deleted. */
			MemoryContextSwitchTo(context);
			if (folded != NULL)
				MemoryContextDelete(folded);
			folded = AllocSetContextCreate(context, "governance state ahead",
										   ALLOCSET_DEFAULT_SIZES);
			MemoryContextSwitchTo(folded);
			state = fold_until(&entries, at);
		}
		else
			ledger_advance(scheme, NULL, &state, history, at, NULL);
		until = next < entries.n ? entries.coming[next].key.at : DT_NOEND;

		MemoryContextSwitchTo(piece);
		if (state != NULL &&
			(state->nsanctions > 0 || ledger_may_sanction_later(scheme, state)))
		{
			projected = ledger_project_until(scheme, NULL, state, history, until, &nprojected);
			for (int p = 0; p < nprojected; p++)
				projected[p].sanction.sanction_id =
					known_id(known, scheme, account_id, &projected[p], sanctions, nsanctions);
			spans = withheld_by(projected, nprojected, at, &nspans);
		}
		else
		{
			spans = NULL;
			nspans = 0;
		}
		for (int s = 0; s < nspans; s++)
		{
			/* Of what began before now, the beginning is kept. */
			TimestampTz begins = at == now ? spans[s].since : Max(spans[s].since, at);
			TimestampTz ends = Min(spans[s].until, until);

			if (begins >= ends)
				continue;
			array_reserve(result, max, n + 1);
			result[n] = spans[s];
			result[n].since = begins;
			result[n++].until = ends;
		}
		MemoryContextReset(piece);
		if (next == entries.n)
			break;
	}
	MemoryContextSwitchTo(context);
	if (folded != NULL)
		MemoryContextDelete(folded);
	MemoryContextDelete(piece);
	hash_destroy(known);
	*nwithheld = withheld_merge(result, n);
	return result;
}

/* Only what reaches past an instant, from there on. */
static int
clip(Withheld *spans, int n, TimestampTz from)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (spans[i].until > from)
		{
			spans[kept] = spans[i];
			spans[kept].since = Max(spans[i].since, from);
			kept++;
		}
	return withheld_merge(spans, kept);
}

/*
 * Compares from the last entry that lies ahead on or, while that has not come,
 * from now on.
 */
bool
withheld_alike(Scheme *scheme, const AccountHistory *history,
			   const ProjectedSanction *sanctions, int nsanctions, TimestampTz last,
			   Withheld *stored, int nstored)
{
	TimestampTz from = last;
	Withheld   *spans;
	int			nspans;

	if (is_ahead(last))
	{
		from = GetCurrentTimestamp();
		spans = withheld_ahead(scheme, history->account_id, history, NULL, from,
							   sanctions, nsanctions, &nspans);
	}
	else
		spans = withheld_by(sanctions, nsanctions, from, &nspans);
	nstored = clip(stored, nstored, from);
	nspans = clip(spans, nspans, from);
	if (nstored != nspans)
		return false;
	for (int i = 0; i < nspans; i++)
		if (strcmp(stored[i].capability, spans[i].capability) != 0 ||
			stored[i].since != spans[i].since || stored[i].until != spans[i].until)
			return false;
	return true;
}

/*
 * By capability and start; of spans that start together the longest comes
 * first, so that the others fall into it.
 */
static int
withheld_cmp(const void *a, const void *b)
{
	const Withheld *wa = a;
	const Withheld *wb = b;
	int			cmp = strcmp(wa->capability, wb->capability);

	if (cmp != 0)
		return cmp;
	if (wa->since != wb->since)
		return cmp_instant(wa->since, wb->since);
	return cmp_instant(wb->until, wa->until);
}

/*
 * Spans that overlap or touch become one, which names the sanction that lasts
 * longest.
 */
int
withheld_merge(Withheld *spans, int n)
{
	int			merged = 0;

	qsort(spans, n, sizeof(Withheld), withheld_cmp);
	for (int i = 0; i < n; i++)
	{
		Withheld   *last = merged > 0 ? &spans[merged - 1] : NULL;

		if (last != NULL && strcmp(last->capability, spans[i].capability) == 0 &&
			spans[i].since <= last->until)
		{
			if (spans[i].until > last->until)
			{
				last->until = spans[i].until;
				last->sanction_id = spans[i].sanction_id;
			}
		}
		else
			spans[merged++] = spans[i];
	}
	return merged;
}

/*
 * One span for each capability of each sanction that reaches past the instant,
 * merged.
 */
Withheld *
withheld_by(const ProjectedSanction *sanctions, int nsanctions, TimestampTz after, int *nwithheld)
{
	Withheld   *spans;
	int			max = 0;
	int			n = 0;

	for (int i = 0; i < nsanctions; i++)
		max += sanctions[i].rung->ncapabilities;
	spans = palloc(sizeof(Withheld) * Max(max, 1));
	for (int i = 0; i < nsanctions; i++)
	{
		const Rung *rung = sanctions[i].rung;
		TimestampTz since;
		TimestampTz until;

		if (!sanction_reach(&sanctions[i], &since, &until) || until <= after)
			continue;
		for (int j = 0; j < rung->ncapabilities; j++)
		{
			spans[n].capability = rung->capabilities[j];
			spans[n].since = since;
			spans[n].until = until;
			spans[n++].sanction_id = sanctions[i].sanction.sanction_id;
		}
	}
	*nwithheld = withheld_merge(spans, n);
	return spans;
}

/* ---------- writing ---------- */
