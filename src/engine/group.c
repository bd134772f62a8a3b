/*
 * group.c
 *		Groups of violations that cost less than their sum (collapse[]).
 *
 * At each instant a group costs the maximum, or the bounded sum, of the prices
 * of those of its entries that are live.  So each entry keeps what it would cost
 * by itself, its price.  Of a maximum the worst entry carries all that the group
 * costs, whichever came first, and the others carry nothing; when it lapses, is
 * voided or is overturned, the next worst takes over as much of it as is its own
 * price, and only the rest is given back.  Of a bounded sum those that came first
 * carry their own, and others take over in that order what they have room for.
 *
 * Points that relief gives back to a group stay given back: what passes on is
 * never more than what was carried.  An entry whose points have all been given
 * back is live no longer, but the group remembers its price, so that what comes
 * to it later is not charged in its place.
 *
 * Of several collapses an entry shares its price by the first one that is not of
 * the kind that keeps the first; what the others have let it off stays so.  Where
 * nothing looks at what remains of entries, the group's state has it all.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/entry_store.h"
#include "engine/filter.h"
#include "engine/forget.h"
#include "engine/group.h"
#include "engine/observable.h"
#include "engine/state.h"
#include "util.h"

/* ---------- which group ---------- */

/*
 * A hash of a name that is the same on every machine (FNV-1a, 64 bits); it is
 * stored.
 */
static uint64
hash_name(const char *name)
{
	uint64		hash = UINT64CONST(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8) *name) * UINT64CONST(0x100000001b3);
	return hash;
}

/* See group.h. */
bool
collapse_group(const Policy *policy, int index, int rule, uint64 incident, uint64 content,
			   uint64 *group)
{
	const Collapse *c = &policy->collapses[index];

	*group = 0;
	if (rule < 0 || !filter_rule(&c->filter, rule))
		return false;
	switch (c->group)
	{
		case GROUP_INCIDENT:
			*group = incident;
			return incident != 0;
		case GROUP_CONTENT:
			*group = content;
			return content != 0;
		case GROUP_RULE:
			*group = hash_name(policy->rules[rule].code);
			return true;
		case GROUP_CLASS:
			if (policy->rules[rule].class == NULL)
				return false;
			*group = hash_name(policy->rules[rule].class);
			return true;
		case GROUP_ALL:
			return true;
	}
	return false;
}

/* So many groups are found by an index, and looked through for what is over. */
#define MANY_GROUPS 32

/*
 * Where the search for a group begins in the index, which is a hash table with
 * open addressing.
 */
static inline uint32
group_slot(const EngineState *state, int collapse, uint64 group)
{
	return hash_number(group + (uint64) collapse) & (uint32) (state->index_size - 1);
}

/* Sees to it that all groups at hand can be found by the index. */
static void
index_groups(EngineState *state)
{
	if (state->index_size < 2 * state->ncollapses)
	{
		if (state->index != NULL)
			pfree(state->index);
		state->index_size = 4 * (int) state_capacity(state->ncollapses);
		state->index = MemoryContextAllocHuge(state->context, sizeof(uint32) * state->index_size);
		state->nindexed = 0;
	}
	if (state->nindexed == 0)
		memset(state->index, 0, sizeof(uint32) * state->index_size);
	for (; state->nindexed < state->ncollapses; state->nindexed++)
	{
		const CollapseState *s = &state->collapses[state->nindexed];
		uint32		slot = group_slot(state, s->collapse, s->group);

		while (state->index[slot] != 0)
			slot = (slot + 1) & (uint32) (state->index_size - 1);
		state->index[slot] = state->nindexed + 1;
	}
}

/* The group, if it is at hand. */
static CollapseState *
find_group(EngineState *state, int collapse, uint64 group)
{
	if (state->ncollapses < MANY_GROUPS)
	{
		for (int i = 0; i < state->ncollapses; i++)
			if (state->collapses[i].collapse == collapse && state->collapses[i].group == group)
				return &state->collapses[i];
		return NULL;
	}
	index_groups(state);
	for (uint32 slot = group_slot(state, collapse, group); state->index[slot] != 0;
		 slot = (slot + 1) & (uint32) (state->index_size - 1))
	{
		CollapseState *s = &state->collapses[state->index[slot] - 1];

		if (s->collapse == collapse && s->group == group)
			return s;
	}
	return NULL;
}

/* See group.h. */
CollapseState *
collapse_state(Fold *fold, int index, uint64 group)
{
	EngineState *state = fold->state;
	const Collapse *c = &fold->policy->collapses[index];
	pg_tz	   *zone = fold->policy->zone;
	CollapseState *found = find_group(state, index, group);
	CollapseState settled;

	if (found == NULL)
	{
		bool		known = store_find_collapse(fold->policy, state, index, group, &settled);

		if (state->ncollapses >= MANY_GROUPS && (state->ncollapses & (state->ncollapses - 1)) == 0)
			forget_entries(fold->policy, state);
		state->collapses = state_room(state, state->collapses, state->ncollapses,
									  sizeof(CollapseState));
		found = &state->collapses[state->ncollapses++];
		if (known)
			*found = settled;
		else
			found->until = DT_NOBEGIN;
	}
	if (found->until > fold->at)
		return found;
	found->collapse = index;
	found->group = group;
	found->since = c->unit != UNIT_NONE ? calendar_floor(fold->at, c->unit, zone) : fold->at;
	found->until = c->unit != UNIT_NONE ? calendar_next(fold->at, c->unit, zone) :
		c->has_window ? span_add(fold->at, &c->window, 1, zone) : DT_NOEND;
	found->charged = 0;
	found->count = 0;
	return found;
}

/* ---------- what a group costs ---------- */

/*
 * The first collapse by which an entry can share a price, and the group in it;
 * false: there is none.
 */
static bool
group_of(const Policy *policy, const LiveEntry *entry, int *index, uint64 *group)
{
	for (int i = 0; i < policy->ncollapses; i++)
		if (policy->collapses[i].keep != KEEP_FIRST &&
			collapse_group(policy, i, entry->rule, entry->incident, entry->content, group))
		{
			*index = i;
			return true;
		}
	return false;
}

/* See group.h. */
int
group_sharing(const Policy *policy, const LiveEntry *entry)
{
	uint64		group;
	int			index;

	return group_of(policy, entry, &index, &group) ? index : -1;
}

/* Is the entry one of those whose prices make up what a group costs? */
static bool
in_group(const Policy *policy, const LiveEntry *entry, int index, uint64 group,
		 TimestampTz since, TimestampTz until)
{
	uint64		other;
	int			i;

	if (!entry_live(entry) || (entry->flags & ENTRY_COLLAPSED))
		return false;
	if ((entry->flags & ENTRY_GROUPED) ? entry->since != since :
		entry->at < since || entry->at >= until)
		return false;
	return group_of(policy, entry, &i, &other) && i == index && other == group;
}

/* Settled entries are taken in unless all of them lie before the group. */
static void
group_entries(Fold *fold, TimestampTz since)
{
	const EntryStore *store = fold->state->store;

	if (store != NULL && store->count > 0 &&
		Max(store->last[CLOCK_OCCURRED], store->last[CLOCK_DECIDED]) >= since)
		store_load_all(fold->policy, fold->state);
}

/* See group.h. */
int64
group_cost(Fold *fold, const CollapseState *s)
{
	const EngineState *state = fold->state;
	bool		sum = fold->policy->collapses[s->collapse].keep == KEEP_SUM;
	int64		cost = s->charged;

	if (!fold->plan->shares || s->count == 1)
		return cost;
	group_entries(fold, s->since);
	for (int i = 0; i < state->nentries; i++)
	{
		const LiveEntry *entry = &state->entries[i];

		if (!in_group(fold->policy, entry, s->collapse, s->group, s->since, s->until))
			continue;
		cost = sum ? cost + entry->price : Max(cost, entry->price);
	}
	return cost;
}

/* ---------- who carries it ---------- */

/* Makes points that one entry cost, and what remains of them, those of another. */
static void
pass_points(Fold *fold, LiveEntry *from, LiveEntry *to, Points charged, Points remaining)
{
	from->charged -= charged;
	from->remaining -= remaining;
	to->charged += charged;
	to->remaining += remaining;
	observe_moved(fold, from->rule, to->rule, charged);
}

/* See group.h. */
void
group_join(Fold *fold, LiveEntry *entry)
{
	EngineState *state = fold->state;
	const CollapseState *s;
	bool		worst;
	uint64		group;
	int			index;

	entry->price = fold->share;
	if (!group_of(fold->policy, entry, &index, &group))
		return;
	s = collapse_state(fold, index, group);
	if (s->count == 1)
		return;
	worst = fold->policy->collapses[index].keep == KEEP_MAX;
	for (int i = 0; i < state->nentries; i++)
	{
		LiveEntry  *other = &state->entries[i];

		if (other == entry || !in_group(fold->policy, other, index, group, s->since, s->until))
			continue;
		worst &= other->price < entry->price;
		other->flags |= ENTRY_GROUPED;
		entry->flags |= ENTRY_GROUPED;
		other->since = entry->since = s->since;
	}
	for (int i = 0; i < state->nentries && worst; i++)
	{
		LiveEntry  *other = &state->entries[i];

		if (other != entry && in_group(fold->policy, other, index, group, s->since, s->until))
			pass_points(fold, other, entry, other->charged, other->remaining);
	}
}

/* What is given back is taken from an entry. */
static void
take_back(LiveEntry *entry, int64 *back)
{
	Points		taken = (Points) Min(*back, entry->remaining);

	entry->remaining -= taken;
	*back -= taken;
}

/* The points that an entry has come to carry for others pass to them. */
static void
hand_on(Fold *fold, LiveEntry *entry, LiveEntry **others, int nothers, const Collapse *c)
{
	LiveEntry  *top = entry->price > 0 ? entry : NULL;

	if (c->keep == KEEP_SUM)
	{
		for (int i = 0; i < nothers && entry->remaining > entry->price; i++)
		{
			Points		room = Max(others[i]->price - others[i]->remaining, 0);
			Points		passed = Min(room, entry->remaining - entry->price);

			pass_points(fold, entry, others[i], passed, passed);
		}
		return;
	}
	for (int i = 0; i < nothers; i++)
		if (top == NULL || others[i]->price > top->price)
			top = others[i];
	if (top == NULL || top == entry)
		return;
	pass_points(fold, entry, top, entry->price > 0 ? entry->charged : entry->remaining,
		 entry->remaining);
	for (int i = 0; i < nothers; i++)
		if (others[i] != top && others[i]->remaining > 0)
			pass_points(fold, others[i], top, others[i]->charged, others[i]->remaining);
}

/* The state of the group that an entry is in, if it has not begun anew. */
static CollapseState *
group_running(Fold *fold, const LiveEntry *entry, int index, uint64 group)
{
	EngineState *state = fold->state;
	CollapseState *s = find_group(state, index, group);
	CollapseState settled;

	if (s == NULL && store_find_collapse(fold->policy, state, index, group, &settled))
	{
		state->collapses = state_room(state, state->collapses, state->ncollapses,
									  sizeof(CollapseState));
		s = &state->collapses[state->ncollapses++];
		*s = settled;
	}
	return s == NULL || entry->at < s->since || entry->at >= s->until ? NULL : s;
}

/*
 * See group.h.  The group costs less by what the entry's price no longer adds;
 * that is given back, first from the entry itself, then from the others, and
 * what the entry still carries is handed on.
 */
Points
group_lower(Fold *fold, LiveEntry *entry, Points by)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;
	const Collapse *c;
	LiveEntry **others;
	int			nothers = 0;
	int64		carried = entry->remaining;
	int64		cost;
	int64		back;
	int64		settled;
	const CollapseState *s;
	Points		result;
	uint64		group;
	int			index;

	if (!fold->plan->shares || !group_of(policy, entry, &index, &group))
	{
		result = Min(by, entry->remaining);
		entry->remaining -= result;
		return result;
	}
	entry->price = Max(entry->price - by, 0);
	if ((entry->flags & ENTRY_GROUPED) == 0)
	{
		result = Min(by, entry->remaining);
		entry->remaining -= result;
		return result;
	}
	c = &policy->collapses[index];
	others = palloc(sizeof(LiveEntry *) * state->nentries);
	cost = entry->price;
	for (int i = 0; i < state->nentries; i++)
	{
		LiveEntry  *other = &state->entries[i];

		if (other == entry ||
			!in_group(policy, other, index, group, entry->since, entry->since))
			continue;
		others[nothers++] = other;
		carried += other->remaining;
		cost = c->keep == KEEP_SUM ? cost + other->price : Max(cost, other->price);
	}

	/* What relief has given back before is not charged again. */
	s = group_running(fold, entry, index, group);
	settled = s == NULL ? 0 : s->charged;
	if (c->keep == KEEP_SUM)
		cost = Min(cost, Max((int64) c->at_most - settled, 0));
	else
		cost = Max(cost - settled, 0);
	back = carried - Min(carried, cost);
	result = (Points) back;
	take_back(entry, &back);
	for (int i = 0; i < nothers; i++)
		take_back(others[i], &back);
	hand_on(fold, entry, others, nothers, c);
	pfree(others);
	return result;
}

/* See group.h. */
void
group_given_back(Fold *fold, const LiveEntry *entry)
{
	CollapseState *s;
	uint64		group;
	int			index;

	if (!fold->plan->shares || !group_of(fold->policy, entry, &index, &group))
		return;
	s = group_running(fold, entry, index, group);
	if (s == NULL)
		return;
	if (fold->policy->collapses[index].keep == KEEP_SUM)
		s->charged = (Points) Min((int64) s->charged + entry->price, POINTS_MAX);
	else
		s->charged = Max(s->charged, entry->price);
}

/* See group.h. */
LiveEntry *
group_load(Fold *fold, LiveEntry *entry)
{
	const EntryStore *store = fold->state->store;
	int64		id;

	if (entry == NULL || (entry->flags & ENTRY_GROUPED) == 0 ||
		store == NULL || store->count == 0)
		return entry;
	id = entry->id;
	group_entries(fold, entry->since);
	return entry_by_id(fold->policy, fold->state, id);
}
