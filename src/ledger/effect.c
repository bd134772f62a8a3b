/*
 * effect.c
 *		Writes what standings lead to: the sanctions on record.
 *
 * A sanction keeps its row for ever.  When a history is folded anew, the
 * sanctions that follow again are recognized by rung, cause and time and keep
 * their ids: one of the same rung that runs at the same time is the same, even if
 * another entry turns out to have led to it.  Those that no longer follow are
 * released, with their record kept.
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "ledger/announce.h"
#include "ledger/effect.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "ledger/recent.h"
#include "ledger/sanction_row.h"
#include "rulebook/cache.h"
#include "util.h"

#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

typedef struct EffectMember
{
	int64		account_id;
	Scheme	   *scheme;
	EngineState *state;
	bool		stored;
	bool		replayed;
	bool		refreshed;
	TimestampTz known_from;
	const Recent *recent;
	TimestampTz known_at;
	const AccountHistory *history;
	int			nsanctions;
	ProjectedSanction *sanctions;
} EffectMember;

struct EffectBatch
{
	int			nmembers;
	int			maxmembers;
	EffectMember *members;
	int			noverturned;	/* stored sanctions that no longer follow */
	int			room_accounts;
	int			room_overturned;
	int			room_at;
	int64	   *overturned_accounts;
	int64	   *overturned;
	TimestampTz *overturned_at;
};

/* ---------- the batch ---------- */

/* Batches are small, mostly of a single standing. */
EffectBatch *
effects_begin(void)
{
	EffectBatch *batch = palloc0(sizeof(EffectBatch));

	batch->maxmembers = 16;
	batch->members = palloc(sizeof(EffectMember) * batch->maxmembers);
	return batch;
}

/*
 * The projection is made here, once for each standing: what is numbered and
 * written later follows from it.
 */
void
effects_add(EffectBatch *batch, int64 account_id, Scheme *scheme, EngineState *state,
			const AccountHistory *history, bool stored, bool replayed, bool refreshed,
			TimestampTz known_from, TimestampTz known_at,
			const Recent *recent)
{
	EffectMember *member;

	array_reserve(batch->members, batch->maxmembers, batch->nmembers + 1);
	member = &batch->members[batch->nmembers++];
	member->account_id = account_id;
	member->scheme = scheme;
	member->state = state;
	member->stored = stored;
	member->replayed = replayed;
	member->refreshed = refreshed;
	member->known_from = known_from;
	member->recent = recent;
	member->known_at = Max(known_at, state->last_decided);
	member->history = history;
	member->sanctions = ledger_project_own(scheme, state, &member->nsanctions);
}

/* Puts a sanction's id into the state that it comes from, and wherever it
 * occurs under a later version. */
static void
set_sanction_id(EffectMember *member, ProjectedSanction *sanction, int64 sanction_id)
{
	for (int i = 0; i < member->nsanctions; i++)
		if (member->sanctions[i].sanction.number == sanction->sanction.number)
			member->sanctions[i].sanction.sanction_id = sanction_id;
	for (int i = 0; i < member->state->nsanctions; i++)
		if (member->state->sanctions[i].number == sanction->sanction.number)
			member->state->sanctions[i].sanction_id = sanction_id;
}

/*
 * Is it a sanction that only a later version, or time, will open or go on
 * with?  It has no row of its own yet.
 */
static bool
is_projected(const ProjectedSanction *sanction)
{
	return (sanction->sanction.flags & SANCTION_PROJECTED) != 0;
}

/* Notes a stored sanction that no longer follows, to be released by effects_write(). */
static void
add_overturned(EffectBatch *batch, const EffectMember *member, int64 sanction_id)
{
	int			n = batch->noverturned++;

	array_reserve(batch->overturned_accounts, batch->room_accounts, n + 1);
	array_reserve(batch->overturned, batch->room_overturned, n + 1);
	array_reserve(batch->overturned_at, batch->room_at, n + 1);
	batch->overturned_accounts[n] = member->account_id;
	batch->overturned[n] = sanction_id;
	batch->overturned_at[n] = member->known_from;
}

/* How sure it is that a stored sanction is one that follows, the surest first. */
typedef enum Likeness
{
	LIKE_START,					/* the same cause, and the same start */
	LIKE_NEVER,					/* the same cause, and neither was ever in force */
	LIKE_TIME,					/* the same cause, and some of the same time */
	LIKE_CAUSE,					/* caused by the same violation */
	LIKE_OVERLAP,				/* some of the same time */
	NUM_LIKENESSES
} Likeness;

/*
 * Is a stored sanction of the same rung one that follows, in the way that is
 * asked for?  What time or a fact brought has no cause that would tell it from
 * others; and one that was overturned is over, whatever follows at its time.
 */
static bool
is_like(const StoredSanction *stored, const SanctionState *s, Likeness how)
{
	bool		open;
	TimestampTz ends = sanction_end(s, &open);
	bool		never = ends <= s->starts && !open;
	bool		overlaps = stored->starts != DT_NOBEGIN && !never &&
		s->starts < stored->ends && stored->starts < (open ? DT_NOEND : ends);

	switch (how)
	{
		case LIKE_START:
			return stored->cause == s->cause && stored->starts == s->starts;
		case LIKE_NEVER:
			return stored->cause == s->cause && stored->starts == DT_NOBEGIN && never;
		case LIKE_TIME:
			return stored->cause == s->cause && overlaps;
		case LIKE_CAUSE:
			return stored->cause == s->cause && s->cause != 0;
		case LIKE_OVERLAP:
			return overlaps && !stored->undone;
		case NUM_LIKENESSES:
			break;
	}
	return false;
}

/*
 * Finds the sanctions of a member that was folded anew among the stored ones of
 * the same rung, the likest first; an entry that came late may have moved the
 * cause and the start of what runs all the same.  Both are in order of time, and
 * each is found once.  Gives how many are left without one.
 */
static int
find_among(EffectMember *member, StoredSanction *stored, int nstored, Likeness last)
{
	int			nleft = 0;

	for (Likeness how = 0; how <= last; how++)
	{
		nleft = 0;
		for (int i = 0; i < member->nsanctions; i++)
		{
			ProjectedSanction *sanction = &member->sanctions[i];

			if (is_projected(sanction) || sanction->sanction.sanction_id != 0)
				continue;
			nleft++;
			for (int j = 0; j < nstored; j++)
				if (!stored[j].taken && strcmp(stored[j].rung, sanction->rung->code) == 0 &&
					is_like(&stored[j], &sanction->sanction, how))
				{
					stored[j].taken = true;
					set_sanction_id(member, sanction, stored[j].sanction_id);
					nleft--;
					break;
				}
		}
	}
	return nleft;
}

/* Stored sanctions that are left over no longer follow. */
static void
overturn_rest(EffectBatch *batch, const EffectMember *member, const StoredSanction *stored,
			  int nstored)
{
	for (int j = 0; j < nstored; j++)
		if (!stored[j].taken && !stored[j].overturned)
			add_overturned(batch, member, stored[j].sanction_id);
}

/* Is what the last revision says of a violation that it never was? */
static bool
was_overturned(const AccountHistory *history, int64 violation_id)
{
	const RevisionRow *last = NULL;

	for (int i = 0; i < history->nrevisions; i++)
	{
		const RevisionRow *r = &history->revisions[i];

		if (r->violation_id != violation_id || r->action == REVISE_RELEASE ||
			r->action == REVISE_OPENING)
			continue;
		if (last == NULL || r->decided > last->decided ||
			(r->decided == last->decided && r->revision_id > last->revision_id))
			last = r;
	}
	return last != NULL && last->action == REVISE_OVERTURN;
}

/* The same for what is stored, in order of time. */
static void
match_stored(EffectBatch *batch, EffectMember *member, StoredSanction *stored, int nstored)
{
	const AccountHistory *history = member->history;

	for (int j = 0; j < nstored; j++)
		stored[j].undone = stored[j].overturned ||
			(stored[j].cause != 0 && history != NULL &&
			 was_overturned(history, stored[j].cause));
	if (nstored > 1)
		qsort(stored, nstored, sizeof(StoredSanction), stored_sanction_cmp);
	find_among(member, stored, nstored, LIKE_OVERLAP);
	overturn_rest(batch, member, stored, nstored);
}

/*
 * The same, for a member whose stored sanctions are at hand, but for when they
 * end: their rows are read where it depends on that.
 */
static void
match_recent(EffectBatch *batch, EffectMember *member)
{
	int			n;
	const RecentSanction *recent = recent_sanctions(member->recent, &n);
	StoredSanction *stored = palloc0(sizeof(StoredSanction) * (n + 1));
	SanctionsOf key = {.account_id = member->account_id, .scheme = member->scheme};
	StoredSanctions found;
	int			nleft;

	for (int i = 0; i < n; i++)
	{
		stored[i].sanction_id = recent[i].sanction_id;
		stored[i].rung = recent[i].rung->code;
		stored[i].cause = recent[i].cause;
		stored[i].starts = recent[i].starts;
		stored[i].ends = recent[i].starts;
	}
	nleft = find_among(member, stored, n, LIKE_START);
	if (nleft > 0)
	{
		sanctions_find(&key, 1, &found);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < found.n; j++)
				if (found.sanctions[j].sanction_id == stored[i].sanction_id)
				{
					bool		taken = stored[i].taken;

					stored[i] = found.sanctions[j];
					stored[i].taken = taken;
				}
		qsort(stored, n, sizeof(StoredSanction), stored_sanction_cmp);
		find_among(member, stored, n, LIKE_OVERLAP);
	}
	overturn_rest(batch, member, stored, n);
}

/* Does a member have to find its sanctions among stored ones that are not at hand? */
static bool
has_to_load(const EffectMember *member)
{
	return member->stored && member->replayed && member->recent == NULL;
}

/* The same, for members whose stored sanctions have to be read: of all at once. */
static void
load_stored(EffectBatch *batch)
{
	SanctionsOf *keys = palloc(sizeof(SanctionsOf) * Max(batch->nmembers, 1));
	StoredSanctions *found;
	int			n = 0;

	for (int i = 0; i < batch->nmembers; i++)
		if (has_to_load(&batch->members[i]))
		{
			keys[n].account_id = batch->members[i].account_id;
			keys[n++].scheme = batch->members[i].scheme;
		}
	if (n == 0)
		return;
	found = palloc(sizeof(StoredSanctions) * n);
	sanctions_find(keys, n, found);
	n = 0;
	for (int i = 0; i < batch->nmembers; i++)
		if (has_to_load(&batch->members[i]))
		{
			match_stored(batch, &batch->members[i], found[n].sanctions, found[n].n);
			n++;
		}
}

/*
 * Ids that are there already are found first; what is left is new, and gets
 * the next ones of the sequence in the order of the batch.
 */
void
effects_number(EffectBatch *batch)
{
	Oid			sequence = InvalidOid;

	load_stored(batch);
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];

		if (member->stored && member->replayed && member->recent != NULL)
			match_recent(batch, member);

		for (int j = 0; j < member->nsanctions; j++)
		{
			ProjectedSanction *sanction = &member->sanctions[j];

			if (!is_projected(sanction) && sanction->sanction.sanction_id == 0)
			{
				if (!OidIsValid(sequence))
					sequence = get_relname_relid("sanction_seq",
												 get_namespace_oid("governance", false));
				set_sanction_id(member, sanction, nextval_internal(sequence, false));
				sanction->is_new = true;
			}
		}
	}
}

/* See effect.h. */
bool
effects_opened_by(const EffectBatch *batch, int member, int64 violation_id)
{
	const EffectMember *m = &batch->members[member];

	for (int i = 0; i < m->nsanctions; i++)
		if (m->sanctions[i].is_new && m->sanctions[i].sanction.cause == violation_id &&
			(m->sanctions[i].sanction.flags & SANCTION_ENFORCED) != 0)
			return true;
	return false;
}

/* ---------- the rows ---------- */

/*
 * New sanctions are inserted, and of the others those updated that the fold
 * has changed; overturned ones are released.
 */
void
effects_write(EffectBatch *batch, const bool *only_for, Announcement *announcement)
{
	SanctionWrite *inserts;
	SanctionWrite *updates;
	int			ninserts = 0;
	int			nupdates = 0;
	int64		max = 0;

	if (batch->nmembers == 0)
		return;
	for (int i = 0; i < batch->nmembers; i++)
		max += batch->members[i].nsanctions;
	inserts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(SanctionWrite) * (max + 1));
	updates = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(SanctionWrite) * (max + 1));
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];

		if (only_for != NULL && !only_for[i])
			continue;
		for (int j = 0; j < member->nsanctions; j++)
		{
			ProjectedSanction *p = &member->sanctions[j];
			SanctionState *s = &p->sanction;
			SanctionWrite *row;

			if (is_projected(p))
				continue;

			/*
			 * A sanction that ended before this statement is final, and one of
			 * a fixed length that nothing has touched is as it was.
			 */
			if (!p->is_new && !member->replayed && !s->dirty &&
				((s->flags & (SANCTION_ENDED | SANCTION_RELEASED)) != 0 ||
				 (member->scheme->nversions == 1 && !member->refreshed &&
				  p->rung->mode != RUNG_WHILE)))
				continue;
			row = p->is_new ? &inserts[ninserts++] : &updates[nupdates++];
			row->account_id = member->account_id;
			row->scheme = member->scheme;
			row->sanction = s;
			row->rung = p->rung;
		}
	}
	announce_inserted(announcement, inserts, ninserts);
	announce_updating(announcement, updates, nupdates);
	announce_overturning(announcement, batch->overturned_accounts, batch->overturned,
						 batch->overturned_at, batch->noverturned);
	sanctions_insert(inserts, ninserts);
	sanctions_update(updates, nupdates);
	sanction_rows_overturn(batch->overturned_accounts, batch->overturned, batch->overturned_at,
					   batch->noverturned);
}
