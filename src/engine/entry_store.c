/*
 * entry_store.c
 *		What is settled of a state: entries and groups that are kept apart.
 *
 * A part is a stamp of the bytes that follow it; the entries, each told from the
 * one before it; a directory of buckets; and the groups of each bucket.  All
 * that says how long these are is in the state, so that a few entries, or one
 * bucket, can be read of a value that is stored out of line.
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
#include "engine/internal.h"
#include "engine/entry_store.h"
#include "errors.h"
#include "fmgr.h"
#include "util.h"
#include "utils/memutils.h"

const EngineLimits engine_limits = {
	.few = 64, .oldest = 8, .newest = 8, .many = 32, .small = 256
};

/* Groups in a bucket. */
#define BUCKET	8

/* No entry takes more bytes. */
#define MAX_ENTRY_SIZE 128

#define STAMP_SIZE 8

/* ---------- entries as bytes ---------- */

#define OTHER_OCCURRED	0x01
#define OTHER_DECIDED	0x02
#define HAS_INCIDENT	0x04
#define HAS_CONTENT		0x08
#define OTHER_REMAINING	0x10
#define HAS_HISTORY		0x20
#define OTHER_CHARGED	0x40
#define OTHER_RULE		0x80

static inline int64
apart(int64 x, int64 from)
{
	return (int64) ((uint64) x - (uint64) from);
}

static inline bool
has_history(const LiveEntry *entry)
{
	return entry->marks != 0 || entry->flags != 0 || entry->done != 0 ||
		entry->price != entry->charged;
}

void
put_settled(Writer *w, LiveEntry *base, const LiveEntry *entry)
{
	put_byte(w, (entry->occurred != entry->at ? OTHER_OCCURRED : 0) |
			 (entry->decided != entry->occurred ? OTHER_DECIDED : 0) |
			 (entry->incident != 0 ? HAS_INCIDENT : 0) |
			 (entry->content != 0 ? HAS_CONTENT : 0) |
			 (entry->remaining != entry->charged ? OTHER_REMAINING : 0) |
			 (has_history(entry) ? HAS_HISTORY : 0) |
			 (entry->charged != base->charged ? OTHER_CHARGED : 0) |
			 (entry->rule != base->rule ? OTHER_RULE : 0));
	put_signed(w, apart(entry->id, base->id));
	put_signed(w, apart(entry->at, base->at));
	if (entry->occurred != entry->at)
		put_signed(w, apart(entry->occurred, entry->at));
	if (entry->decided != entry->occurred)
		put_signed(w, apart(entry->decided, entry->occurred));
	if (entry->incident != 0)
		put_raw(w, entry->incident);
	if (entry->content != 0)
		put_raw(w, entry->content);
	if (entry->charged != base->charged)
		put_signed(w, entry->charged);
	if (entry->remaining != entry->charged)
		put_signed(w, entry->remaining);
	if (entry->rule != base->rule)
		put_signed(w, entry->rule);
	if (has_history(entry))
	{
		put_unsigned(w, entry->marks);
		put_unsigned(w, entry->flags);
		put_unsigned(w, entry->done);
		put_signed(w, entry->price);
		if (entry->flags & ENTRY_GROUPED)
			put_signed(w, apart(entry->since, entry->at));
	}
	*base = *entry;
}

static inline TimestampTz
get_later(Reader *r, TimestampTz from)
{
	TimestampTz at = (TimestampTz) ((uint64) from + (uint64) get_signed(r));

	if (!TIMESTAMP_NOT_FINITE(at) && !IS_VALID_TIMESTAMP(at))
		corrupted("An instant is out of range.");
	return at;
}

void
get_settled(Reader *r, const Policy *policy, LiveEntry *base, LiveEntry *entry)
{
	uint8		given = get_byte(r);

	memset(entry, 0, sizeof(LiveEntry));
	entry->id = (int64) ((uint64) base->id + (uint64) get_signed(r));
	entry->at = get_later(r, base->at);
	entry->occurred = given & OTHER_OCCURRED ? get_later(r, entry->at) : entry->at;
	entry->decided = given & OTHER_DECIDED ? get_later(r, entry->occurred) : entry->occurred;
	if (given & HAS_INCIDENT)
		entry->incident = get_raw(r);
	if (given & HAS_CONTENT)
		entry->content = get_raw(r);
	entry->charged = given & OTHER_CHARGED ? get_int(r) : base->charged;
	entry->remaining = given & OTHER_REMAINING ? get_int(r) : entry->charged;
	entry->rule = given & OTHER_RULE ? get_index(r, policy->nrules, true) : base->rule;
	if (given & HAS_HISTORY)
	{
		entry->marks = (uint32) get_unsigned(r);
		entry->flags = (uint32) get_unsigned(r);
		entry->done = (uint32) get_unsigned(r);
		entry->price = get_int(r);
		if (entry->flags & ENTRY_GROUPED)
			entry->since = get_later(r, entry->at);
	}
	else
		entry->price = entry->charged;
	*base = *entry;
}

/* ---------- groups as bytes ---------- */

static void
put_group(Writer *w, const CollapseState *c)
{
	put_unsigned(w, c->collapse);
	put_raw(w, c->group);
	put_instant(w, c->since);
	put_instant(w, c->until);
	put_signed(w, c->charged);
	put_unsigned(w, c->count);
}

static void
get_group(Reader *r, const Policy *policy, CollapseState *c)
{
	c->collapse = get_index(r, policy->ncollapses, false);
	c->group = get_raw(r);
	c->since = get_instant(r);
	c->until = get_instant(r);
	c->charged = get_int(r);
	c->count = (int32) get_unsigned(r);
}

static inline uint32
bucket_of(int collapse, uint64 group, int nbuckets)
{
	return hash_number(group + (uint64) collapse) % (uint32) nbuckets;
}

/* ---------- reading parts ---------- */

static Reader
part_slice(const StorePart *part, uint32 first, uint32 size, struct varlena **value)
{
	Reader		r = {0};

	*value = pg_detoast_datum_slice((struct varlena *) part->data, (int32) first, (int32) size);
	r.at = (const uint8 *) VARDATA_ANY(*value);
	r.end = r.at + VARSIZE_ANY_EXHDR(*value);
	return r;
}

/* The whole part, from the first entry on. */
static Reader
part_whole(const StorePart *part, struct varlena **value)
{
	Reader		r = {0};

	*value = pg_detoast_datum_packed((struct varlena *) part->data);
	r.at = (const uint8 *) VARDATA_ANY(*value);
	r.end = r.at + VARSIZE_ANY_EXHDR(*value);
	if (get_raw(&r) != part->stamp ||
		hash_bytes_extended(r.at, (int) (r.end - r.at), 0) != part->stamp ||
		(uint64) (r.end - r.at) < part->entries_size ||
		part->offset > part->entries_size)
		corrupted("What is settled does not belong to it.");
	return r;
}

static void
part_release(const StorePart *part, struct varlena *value)
{
	if ((const void *) value != part->data)
		pfree(value);
}

/* All entries that are left in a part, behind those of an array with room. */
static int
part_entries(const Policy *policy, const StorePart *part, LiveEntry *entries)
{
	struct varlena *value;
	Reader		r;
	LiveEntry	base = part->base;
	int			n = part->nentries - part->taken;

	if (n == 0)
		return 0;
	r = part_whole(part, &value);
	r.end = r.at + part->entries_size;
	r.at += part->offset;
	for (int i = 0; i < n; i++)
		get_settled(&r, policy, &base, &entries[i]);
	if (r.at != r.end)
		corrupted("Settled entries are left over.");
	part_release(part, value);
	return n;
}

static int
part_collapses(const Policy *policy, const StorePart *part, CollapseState *collapses)
{
	struct varlena *value;
	Reader		r;

	if (part->ncollapses == 0)
		return 0;
	r = part_whole(part, &value);
	r.at += part->entries_size;
	if ((r.end - r.at) / sizeof(uint32) < (Size) part->nbuckets + 1)
		corrupted("It ends too early.");
	r.at += sizeof(uint32) * ((Size) part->nbuckets + 1);
	for (int i = 0; i < part->ncollapses; i++)
		get_group(&r, policy, &collapses[i]);
	if (r.at != r.end)
		corrupted("Settled groups are left over.");
	part_release(part, value);
	return part->ncollapses;
}

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
		r = part_slice(part, directory + sizeof(uint32) * bucket_of(collapse, group, part->nbuckets),
					   2 * sizeof(uint32), &value);
		from = get_fixed(&r);
		to = get_fixed(&r);
		part_release(part, value);
		if (to < from)
			corrupted("A bucket is malformed.");
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
		part_release(part, value);
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

static StorePart *
first_part(EntryStore *store)
{
	for (int p = 0; p < STORE_PARTS; p++)
		if (store->parts[p].taken < store->parts[p].nentries)
			return &store->parts[p];
	return NULL;
}

/* Takes note of which is the first one now. */
static void
find_next(const Policy *policy, EntryStore *store)
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
	part_release(part, value);
}

/* Some of the next entries of one part; gives how many. */
static int
take_page(const Policy *policy, EngineState *state, StorePart *part, int n)
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
		k = part_entries(policy, part, entries);
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
		part_release(part, value);
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

void
store_take(const Policy *policy, EngineState *state, int n)
{
	EntryStore *store = state->store;

	while (n > 0 && store->count > 0)
		n -= take_page(policy, state, first_part(store), n);
	if (store->count > 0)
		find_next(policy, store);
}

static int
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
static CollapseState *
all_groups(const Policy *policy, const EngineState *state, int from_part, int *n)
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

void
store_take_collapses(const Policy *policy, EngineState *state)
{
	CollapseState *all;
	int			n;

	if (state->store == NULL || !state->store->collapses)
		return;
	all = all_groups(policy, state, 0, &n);
	state->collapses = MemoryContextAllocHuge(state->context,
											  sizeof(CollapseState) * state_capacity(Max(n, 1)));
	memcpy(state->collapses, all, sizeof(CollapseState) * n);
	state->ncollapses = n;
	state->nindexed = 0;
	state->store->collapses = false;
	pfree(all);
}

/* ---------- writing parts ---------- */

static int
bucket_cmp(const void *a, const void *b, void *arg)
{
	const CollapseState *x = a;
	const CollapseState *y = b;
	uint32		bx = bucket_of(x->collapse, x->group, *(int *) arg);
	uint32		by = bucket_of(y->collapse, y->group, *(int *) arg);

	if (bx != by)
		return bx < by ? -1 : 1;
	return group_cmp(a, b);
}

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
		int			i = 0;

		part->nbuckets = Max(1, ncollapses / BUCKET);
		qsort_arg(collapses, ncollapses, sizeof(CollapseState), bucket_cmp, &part->nbuckets);
		for (int b = 0; b <= part->nbuckets; b++)
			put_fixed(&w, 0);
		groups = w.used;
		for (int b = 0; b <= part->nbuckets; b++)
		{
			set_fixed(&w, directory + sizeof(uint32) * b, w.used - groups);
			w.last = 0;
			while (i < ncollapses &&
				   bucket_of(collapses[i].collapse, collapses[i].group, part->nbuckets) == (uint32) b)
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
	store->plain &= !has_history(entry) && entry_live(entry);
	store->remaining += entry->remaining;
	store->count++;
}

/* Does an entry stand as it was settled? */
static bool
same_entry(const LiveEntry *a, const LiveEntry *b)
{
	return a->id == b->id && a->at == b->at && a->occurred == b->occurred &&
		a->decided == b->decided && a->incident == b->incident && a->content == b->content &&
		a->charged == b->charged && a->remaining == b->remaining && a->rule == b->rule &&
		a->marks == b->marks && a->flags == b->flags && a->done == b->done &&
		a->price == b->price && a->since == b->since;
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
		r = part_whole(&whole, &value);
		begin = r.at;
		r.end = r.at + part->entries_size;
		for (int i = 0; i < n; i++)
			get_settled(&r, policy, &base, &entries[i]);
		while (k < n && store->at - k > limits->oldest &&
			   same_entry(&state->entries[store->at - k - 1], &entries[n - k - 1]))
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
		part_release(part, value);
		pfree(entries);
		if (k < n)
			break;				/* those before it do not belong here */
	}
	if (store->count > 0)
		find_next(policy, store);
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
		*n += part_entries(policy, &store->parts[p], entries + *n);
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
	groups = all_groups(policy, state, to, &ngroups);
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
		find_next(policy, store);
	pfree(entries);
	pfree(groups);
}

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
		store_take_collapses(policy, state);
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
