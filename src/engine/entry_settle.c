/*
 * entry_settle.c
 *		Moving entries and groups of a state into the parts that are kept apart.
 *
 * What has gone of the first part is only counted.  New entries are added to the
 * second part, which is made anew then, until it is large enough to be joined to
 * the first one: with n entries each is written again about sqrt(n) times less
 * often than the part before it.
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "engine/bytes.h"
#include "engine/entry_bytes.h"
#include "engine/entry_settle.h"
#include "engine/entry_store.h"
#include "engine/forget.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "errors.h"
#include "fmgr.h"
#include "utils/memutils.h"

const EngineLimits engine_limits = {
	.few = 64, .oldest = 8, .newest = 8, .many = 32, .small = 256
};

/* Groups in a bucket. */
#define BUCKET	8

/* ---------- writing parts ---------- */

/* For qsort_arg(): orders groups by bucket, arg is the number of buckets. */
static int
bucket_cmp(const void *a, const void *b, void *arg)
{
	const CollapseState *x = a;
	const CollapseState *y = b;
	uint32		bx = group_bucket(x->collapse, x->group, *(int *) arg);
	uint32		by = group_bucket(y->collapse, y->group, *(int *) arg);

	if (bx != by)
		return bx < by ? -1 : 1;
	return group_cmp(a, b);
}

/* Writes a part of entries and groups, which it sorts; both may be none. */
static void
make_part(StorePart *part, const LiveEntry *entries, int nentries,
		  CollapseState *collapses, int ncollapses)
{
	Writer		w = {0};
	LiveEntry	base = {0};

	memset(part, 0, sizeof(StorePart));
	if (nentries == 0 && ncollapses == 0)
		return;
	w.size = 1024;
	w.data = palloc(w.size);
	w.used = VARHDRSZ + STAMP_SIZE;
	for (int i = 0; i < nentries; i++)
		put_settled(&w, &base, &entries[i]);
	part->nentries = nentries;
	part->ncollapses = ncollapses;
	part->entries_size = w.used - VARHDRSZ - STAMP_SIZE;
	if (ncollapses > 0)
	{
		Size		directory = w.used;
		Size		groups;
		const int	nbuckets = Max(1, ncollapses / BUCKET);
		int			i = 0;

		part->nbuckets = nbuckets;
		qsort_arg(collapses, ncollapses, sizeof(CollapseState), bucket_cmp, &part->nbuckets);
		for (int b = 0; b <= nbuckets; b++)
			put_fixed(&w, 0);
		groups = w.used;
		for (int b = 0; b <= nbuckets; b++)
		{
			set_fixed(&w, directory + sizeof(uint32) * b, w.used - groups);
			w.last = 0;
			while (i < ncollapses &&
				   group_bucket(collapses[i].collapse, collapses[i].group, nbuckets) == (uint32) b)
			{
				w.last = 0;
				put_group(&w, &collapses[i++]);
			}
		}
	}
	if (w.used > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the state of an account is too large")));
	part->stamp = hash_bytes_extended((unsigned char *) w.data + VARHDRSZ + STAMP_SIZE,
									  (int) (w.used - VARHDRSZ - STAMP_SIZE), 0);
	set_raw(&w, VARHDRSZ, part->stamp);
	SET_VARSIZE(w.data, w.used);
	part->data = w.data;
}

/* ---------- settling ---------- */

/* Adds an entry to what is known of all settled ones. */
static void
sum_up(EntryStore *store, const LiveEntry *entry)
{
	const TimestampTz clocks[2] = {
		[CLOCK_OCCURRED] = entry->occurred, [CLOCK_DECIDED] = entry->decided
	};

	for (int c = 0; c < 2; c++)
	{
		store->first[c] = store->count == 0 ? clocks[c] : Min(store->first[c], clocks[c]);
		store->last[c] = store->count == 0 ? clocks[c] : Max(store->last[c], clocks[c]);
	}
	if (store->count == 0)
	{
		store->plain = true;
		store->remaining = 0;
	}
	store->plain &= !entry_has_history(entry) && entry_live(entry);
	store->remaining += entry->remaining;
	store->count++;
}

/*
 * Entries that were taken in and nothing was done about go back to where they
 * are written already.
 */
static void
give_back(const Policy *policy, EngineState *state, const EngineLimits *limits)
{
	EntryStore *store = state->store;

	for (int p = STORE_PARTS - 1; p >= 0 && store->at > limits->oldest; p--)
	{
		StorePart  *part = &store->parts[p];
		StorePart	whole = *part;
		LiveEntry  *entries;
		int			n = part->taken;
		int			k = 0;
		struct varlena *value;
		LiveEntry	base = {0};
		const uint8 *begin;
		Reader		r;

		if (n == 0)
			continue;
		entries = palloc_extended(sizeof(LiveEntry) * n, MCXT_ALLOC_HUGE);
		whole.offset = 0;
		r = store_part_open(&whole, &value);
		begin = r.at;
		r.end = r.at + part->entries_size;
		for (int i = 0; i < n; i++)
			get_settled(&r, policy, &base, &entries[i]);
		while (k < n && store->at - k > limits->oldest &&
			   entry_equal(&state->entries[store->at - k - 1], &entries[n - k - 1]))
			k++;
		if (k > 0)
		{
			r.at = begin;
			memset(&base, 0, sizeof(base));
			for (int i = 0; i < n - k; i++)
			{
				LiveEntry	entry;

				get_settled(&r, policy, &base, &entry);
			}
			part->taken -= k;
			part->offset = r.at - begin;
			part->base = base;
			for (int i = 0; i < k; i++)
				sum_up(store, &entries[n - k + i]);
			memmove(&state->entries[store->at - k], &state->entries[store->at],
					sizeof(LiveEntry) * (state->nentries - store->at));
			state->nentries -= k;
			store->at -= k;
		}
		store_part_close(part, value);
		pfree(entries);
		if (k < n)
			break;				/* an entry was changed, and those before it stay with it */
	}
	if (store->count > 0)
		store_find_next(policy, store);
}

/* What is left of the entries of both parts, with room before and behind. */
static LiveEntry *
gather(const Policy *policy, EngineState *state, int from_part, int from, int nbefore,
	   int nbehind, int *n)
{
	EntryStore *store = state->store;
	LiveEntry  *entries;
	int64		total = (int64) nbefore + nbehind;

	for (int p = from_part; p < STORE_PARTS; p++)
		total += store->parts[p].nentries - store->parts[p].taken;
	entries = palloc_extended(sizeof(LiveEntry) * Max(total, 1), MCXT_ALLOC_HUGE);
	if (nbefore > 0)
		memcpy(entries, &state->entries[from], sizeof(LiveEntry) * nbefore);
	*n = nbefore;
	for (int p = from_part; p < STORE_PARTS; p++)
		*n += store_part_entries(policy, &store->parts[p], entries + *n);
	if (nbehind > 0)
		memcpy(entries + *n, &state->entries[store->at], sizeof(LiveEntry) * nbehind);
	*n += nbehind;
	return entries;
}

/*
 * Moves entries at hand into the parts: those behind the settled ones except for
 * the newest, and those before them if they are many.
 */
static void
put_away(const Policy *policy, EngineState *state, const EngineLimits *limits)
{
	EntryStore *store = state->store;
	int			nbehind = Max(state->nentries - store->at - limits->newest, 0);
	int			nbefore = store->at > limits->many ? store->at - limits->oldest : 0;
	int64		large = Max(store->parts[0].nentries - store->parts[0].taken,
							store->parts[0].ncollapses);
	int64		small = Max(store->parts[1].nentries - store->parts[1].taken + nbehind,
							store->parts[1].ncollapses + state->ncollapses);
	int			to = nbefore > 0 || small > Max(limits->small, 8 * sqrt((double) large)) ? 0 : 1;
	CollapseState *groups;
	LiveEntry  *entries;
	int			ngroups;
	int			n;

	entries = gather(policy, state, to, limits->oldest, nbefore, nbehind, &n);
	groups = store_groups(policy, state, to, &ngroups);
	make_part(&store->parts[to], entries, n, groups, ngroups);
	if (to == 0)
		memset(&store->parts[1], 0, sizeof(StorePart));
	else if (store->parts[0].taken == store->parts[0].nentries && store->parts[0].ncollapses == 0)
		memset(&store->parts[0], 0, sizeof(StorePart));
	if (nbefore > 0)
	{
		store->count = 0;
		for (int i = 0; i < n; i++)
			sum_up(store, &entries[i]);
	}
	else
		for (int i = 0; i < nbehind; i++)
			sum_up(store, &state->entries[store->at + i]);

	/* what is left at hand */
	n = state->nentries - store->at - nbehind;
	store->at -= nbefore;
	if (n > 0)
		memmove(&state->entries[store->at], &state->entries[state->nentries - n],
				sizeof(LiveEntry) * n);
	state->nentries = store->at + n;
	state->ncollapses = 0;
	state->nindexed = 0;
	store->collapses = store->parts[0].ncollapses > 0 || store->parts[1].ncollapses > 0;
	if (store->count > 0)
		store_find_next(policy, store);
	pfree(entries);
	pfree(groups);
}

/*
 * See entry_settle.h.  Entries with marks or lives of their own are never
 * settled, since their bytes do not have these.
 */
void
store_settle(const Policy *policy, EngineState *state, const EngineLimits *limits)
{
	EntryStore *store = state->store;

	if (policy->nmarks > 0 || engine_plan(policy)->nlives > 0)
		return;
	forget_entries(policy, state);
	if (store != NULL && (store->count == 0 || store->at > limits->many))
		give_back(policy, state, limits);
	if (store != NULL && store->count == 0 && state->nentries <= limits->few &&
		state->ncollapses + store->parts[0].ncollapses + store->parts[1].ncollapses <= limits->few)
	{
		store_load_collapses(policy, state);
		state->store = NULL;
		return;
	}
	if (store == NULL)
	{
		if (state->nentries <= limits->few && state->ncollapses <= limits->few)
			return;
		store = state->store = MemoryContextAllocZero(state->context, sizeof(EntryStore));
	}
	if (store->count == 0)
		store->at = Min(limits->oldest, state->nentries);
	if (store->at > limits->many || state->nentries - store->at > limits->many || state->ncollapses > limits->many)
		put_away(policy, state, limits);
}
