/*
 * entry_store.c
 *		Entries and groups that are kept apart from a state: finding and loading
 *		them.
 *
 * A part is a stamp of the bytes that follow it; the entries, each told from the
 * one before it; a directory of buckets; and the groups of each bucket.  All
 * that says how long these are is in the state, so that a few entries, or one
 * bucket, can be read of a value that is stored out of line.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "engine/bytes.h"
#include "engine/entry_bytes.h"
#include "engine/entry_store.h"
#include "engine/state.h"
#include "fmgr.h"
#include "util.h"
#include "utils/memutils.h"

/* ---------- reading parts ---------- */

/*
 * A reader over some bytes of a part, from the first one on; *value is to be
 * given to store_part_close().  Of a value that is stored out of line only
 * these are read.
 */
static Reader
part_slice(const StorePart *part, uint32 first, uint32 size, struct varlena **value)
{
	Reader		r = {0};

	*value = pg_detoast_datum_slice((struct varlena *) part->data, (int32) first, (int32) size);
	r.at = (const uint8 *) VARDATA_ANY(*value);
	r.end = r.at + VARSIZE_ANY_EXHDR(*value);
	return r;
}

/*
 * See entry_store.h.  The stamp tells whether the part is the one that the
 * state knows, and whether it is whole.
 */
Reader
store_part_open(const StorePart *part, struct varlena **value)
{
	Reader		r = {0};

	*value = pg_detoast_datum_packed((struct varlena *) part->data);
	r.at = (const uint8 *) VARDATA_ANY(*value);
	r.end = r.at + VARSIZE_ANY_EXHDR(*value);
	if (get_raw(&r) != part->stamp ||
		hash_bytes_extended(r.at, (int) (r.end - r.at), 0) != part->stamp ||
		(uint64) (r.end - r.at) < part->entries_size ||
		part->offset > part->entries_size)
		state_damaged("What is settled does not belong to it.");
	return r;
}

/* See entry_store.h: what was decompressed or fetched is freed. */
void
store_part_close(const StorePart *part, struct varlena *value)
{
	if ((const void *) value != part->data)
		pfree(value);
}

/* All entries that are left in a part, behind those of an array with room. */
int
store_part_entries(const Policy *policy, const StorePart *part, LiveEntry *entries)
{
	struct varlena *value;
	Reader		r;
	LiveEntry	base = part->base;
	int			n = part->nentries - part->taken;

	if (n == 0)
		return 0;
	r = store_part_open(part, &value);
	r.end = r.at + part->entries_size;
	r.at += part->offset;
	for (int i = 0; i < n; i++)
		get_settled(&r, policy, &base, &entries[i]);
	if (r.at != r.end)
		state_damaged("Settled entries are left over.");
	store_part_close(part, value);
	return n;
}

/* Reads all groups of a part into an array with room; gives how many. */
static int
part_collapses(const Policy *policy, const StorePart *part, CollapseState *collapses)
{
	struct varlena *value;
	Reader		r;

	if (part->ncollapses == 0)
		return 0;
	r = store_part_open(part, &value);
	r.at += part->entries_size;
	if ((r.end - r.at) / sizeof(uint32) < (Size) part->nbuckets + 1)
		state_damaged("It ends too early.");
	r.at += sizeof(uint32) * ((Size) part->nbuckets + 1);
	for (int i = 0; i < part->ncollapses; i++)
		get_group(&r, policy, &collapses[i]);
	if (r.at != r.end)
		state_damaged("Settled groups are left over.");
	store_part_close(part, value);
	return part->ncollapses;
}

/*
 * See entry_store.h.  The small part comes first, since what it has is later.
 * Of each part a place in the directory and one bucket are read.
 */
bool
store_find_collapse(const Policy *policy, const EngineState *state, int collapse,
					uint64 group, CollapseState *found)
{
	if (state->store == NULL || !state->store->collapses)
		return false;
	for (int p = STORE_PARTS - 1; p >= 0; p--)
	{
		const StorePart *part = &state->store->parts[p];
		struct varlena *value;
		Reader		r;
		uint32		directory = STAMP_SIZE + part->entries_size;
		uint32		from;
		uint32		to;

		if (part->ncollapses == 0)
			continue;
		r = part_slice(part, directory + sizeof(uint32) * group_bucket(collapse, group, part->nbuckets),
					   2 * sizeof(uint32), &value);
		from = get_fixed(&r);
		to = get_fixed(&r);
		store_part_close(part, value);
		if (to < from)
			state_damaged("A bucket is malformed.");
		if (to == from)
			continue;
		r = part_slice(part, directory + sizeof(uint32) * (part->nbuckets + 1) + from, to - from,
					   &value);
		found->collapse = -1;
		while (r.at < r.end)
		{
			get_group(&r, policy, found);
			if (found->collapse == collapse && found->group == group)
				break;
			found->collapse = -1;
		}
		store_part_close(part, value);
		if (found->collapse >= 0)
			return true;
	}
	return false;
}

/* ---------- taking in ---------- */

/* Room for k more before an entry. */
static LiveEntry *
entries_make_room(EngineState *state, int at, int k)
{
	int			n = state->nentries;

	if (state->entries == NULL || state_capacity(n) < (Size) n + k)
	{
		LiveEntry  *entries = MemoryContextAllocHuge(state->context,
													 sizeof(LiveEntry) * state_capacity(n + k));

		if (n > 0)
		{
			memcpy(entries, state->entries, sizeof(LiveEntry) * n);
			pfree(state->entries);
		}
		state->entries = entries;
	}
	if (n > at)
		memmove(&state->entries[at + k], &state->entries[at], sizeof(LiveEntry) * (n - at));
	state->nentries += k;
	return &state->entries[at];
}

/* The part that has the next settled entry, or null when all are loaded. */
static StorePart *
first_part(EntryStore *store)
{
	for (int p = 0; p < STORE_PARTS; p++)
		if (store->parts[p].taken < store->parts[p].nentries)
			return &store->parts[p];
	return NULL;
}

/* Takes note of which is the first one now. */
void
store_find_next(const Policy *policy, EntryStore *store)
{
	StorePart  *part = first_part(store);
	LiveEntry	base;
	struct varlena *value;
	Reader		r;

	if (part == NULL)
		return;
	base = part->base;
	r = part_slice(part, STAMP_SIZE + part->offset,
				   Min(MAX_ENTRY_SIZE, part->entries_size - part->offset), &value);
	get_settled(&r, policy, &base, &store->next);
	store_part_close(part, value);
}

/*
 * Loads at most n of the next entries of one part, and gives how many.  As many
 * bytes are read as so many entries usually take.
 */
static int
load_page(const Policy *policy, EngineState *state, StorePart *part, int n)
{
	EntryStore *store = state->store;
	uint32		left = part->entries_size - part->offset;
	uint32		size = Min((Size) left, (Size) n * 24 + MAX_ENTRY_SIZE);
	bool		whole = n >= part->nentries - part->taken;
	LiveEntry  *entries;
	struct varlena *value;
	const uint8 *begin;
	Reader		r;
	int			k = 0;

	n = Min(n, part->nentries - part->taken);
	entries = palloc_extended(sizeof(LiveEntry) * n, MCXT_ALLOC_HUGE);
	if (whole)
	{
		k = store_part_entries(policy, part, entries);
		part->base = entries[k - 1];
		part->offset = part->entries_size;
	}
	else
	{
		r = part_slice(part, STAMP_SIZE + part->offset, size, &value);
		begin = r.at;
		while (k < n && (r.end - r.at >= MAX_ENTRY_SIZE || size == left))
			get_settled(&r, policy, &part->base, &entries[k++]);
		part->offset += r.at - begin;
		store_part_close(part, value);
	}
	part->taken += k;
	for (int i = 0; i < k; i++)
		store->remaining -= entries[i].remaining;
	memcpy(entries_make_room(state, store->at, k), entries, sizeof(LiveEntry) * k);
	pfree(entries);
	store->at += k;
	store->count -= k;
	return k;
}

/* See entry_store.h. */
void
store_load(const Policy *policy, EngineState *state, int n)
{
	EntryStore *store = state->store;

	while (n > 0 && store->count > 0)
		n -= load_page(policy, state, first_part(store), n);
	if (store->count > 0)
		store_find_next(policy, store);
}

/* See entry_store.h. */
int
group_cmp(const void *a, const void *b)
{
	const CollapseState *x = a;
	const CollapseState *y = b;

	if (x->collapse != y->collapse)
		return x->collapse < y->collapse ? -1 : 1;
	return x->group < y->group ? -1 : x->group > y->group;
}

/*
 * Joins lists of groups, those of the first one being the latest word.  A list
 * holds each group once.
 */
static CollapseState *
join_groups(CollapseState **lists, const int *counts, int nlists, int *n)
{
	CollapseState *result;
	int64		total = 0;
	int64		max = 0;

	for (int l = 0; l < nlists; l++)
	{
		max += counts[l];
		if (counts[l] > 1)
			qsort(lists[l], counts[l], sizeof(CollapseState), group_cmp);
	}
	result = palloc_extended(sizeof(CollapseState) * Max(max, 1), MCXT_ALLOC_HUGE);
	for (int l = 0; l < nlists; l++)
		for (int i = 0; i < counts[l]; i++)
		{
			bool		later = false;

			for (int k = 0; k < l && !later; k++)
				later = counts[k] > 0 &&
					bsearch(&lists[l][i], lists[k], counts[k], sizeof(CollapseState), group_cmp) != NULL;
			if (!later)
				result[total++] = lists[l][i];
		}
	*n = (int) total;
	return result;
}

/* The groups at hand with those of the parts from one on. */
CollapseState *
store_groups(const Policy *policy, const EngineState *state, int from_part, int *n)
{
	CollapseState *lists[STORE_PARTS + 1];
	int			counts[STORE_PARTS + 1];
	int			nlists = 1;

	counts[0] = state->ncollapses;
	lists[0] = palloc_extended(sizeof(CollapseState) * Max(counts[0], 1), MCXT_ALLOC_HUGE);
	if (counts[0] > 0)
		memcpy(lists[0], state->collapses, sizeof(CollapseState) * counts[0]);
	for (int p = STORE_PARTS - 1; p >= from_part && state->store->collapses; p--)
	{
		const StorePart *part = &state->store->parts[p];

		lists[nlists] = palloc_extended(sizeof(CollapseState) * Max(part->ncollapses, 1),
										MCXT_ALLOC_HUGE);
		counts[nlists] = part_collapses(policy, part, lists[nlists]);
		nlists++;
	}
	return join_groups(lists, counts, nlists, n);
}

/* See entry_store.h. */
void
store_load_collapses(const Policy *policy, EngineState *state)
{
	CollapseState *all;
	int			n;

	if (state->store == NULL || !state->store->collapses)
		return;
	all = store_groups(policy, state, 0, &n);
	state->collapses = MemoryContextAllocHuge(state->context,
											  sizeof(CollapseState) * state_capacity(Max(n, 1)));
	memcpy(state->collapses, all, sizeof(CollapseState) * n);
	state->ncollapses = n;
	state->nindexed = 0;
	state->store->collapses = false;
	pfree(all);
}

/*
 * See entry_store.h.  The newest entries are named most often, so that the
 * search goes backwards.
 */
LiveEntry *
entry_by_id(const Policy *policy, EngineState *state, int64 id)
{
	for (int taken = 0; taken < 2; taken++)
	{
		for (int i = state->nentries - 1; i >= 0; i--)
			if (state->entries[i].id == id)
				return &state->entries[i];
		if (state->store == NULL || state->store->count == 0)
			break;
		store_load_all(policy, state);
	}

	/* With full memory what becomes of those that nothing looks at counts later. */
	for (int i = state->npast - 1; i >= 0; i--)
		if (state->past[i].id == id)
			return &state->past[i];
	return NULL;
}
