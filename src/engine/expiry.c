/*
 * expiry.c
 *		Reliefs by age: entries that lapse, and the marks that keep them from it
 *		or begin it.
 *
 * A relief by age has its entry when the entry is old enough and, from then on,
 * as soon as its condition and its selection hold: an expiry that waits for a
 * task waits for it.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/entry_store.h"
#include "engine/expiry.h"
#include "engine/filter.h"
#include "engine/group.h"
#include "engine/relief.h"
#include "engine/sanction.h"
#include "engine/score.h"
#include "engine/span_param.h"
#include "engine/state.h"
#include "engine/workday.h"
#include "utils/timestamp.h"

/* ---------- age ---------- */

/*
 * Ages that depend on anything are settled when the entry comes in, for good: in
 * cases, or by a formula.  One in which no case holds is for ever.
 */
void
expiry_lives(Fold *fold, LiveEntry *entry)
{
	const LiveEntry *outer = fold->entry;

	if (fold->plan->nlives == 0)
		return;
	if (entry->lives == NULL)
		entry->lives = MemoryContextAllocZero(fold->state->context,
											  sizeof(Span) * fold->plan->nlives);
	fold->entry = entry;
	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];
		int			life = fold->plan->reliefs[index].life;

		if (life >= 0 &&
			!span_value(fold, &fold->policy->reliefs[index].age, &entry->lives[life]))
		{
			memset(&entry->lives[life], 0, sizeof(Span));
			entry->lives[life].forever = true;
		}
	}
	fold->entry = outer;
}

/*
 * When a relief by age has an entry, as far as age goes: its condition is looked
 * at then.  DT_NOEND: never, as things are.
 */
static TimestampTz
age_due(Fold *fold, int index, const LiveEntry *entry)
{
	const Relief *relief = &fold->policy->reliefs[index];
	int			life = fold->plan->reliefs[index].life;
	EngineState *state = fold->state;
	const LiveEntry *outer = fold->entry;
	TimestampTz base;
	Span		span;
	bool		given;

	if (relief->age_mark >= 0)
	{
		base = DT_NOEND;
		if ((entry->marks & ((uint32) 1 << relief->age_mark)) == 0)
			return DT_NOEND;
		for (int i = 0; i < state->nmarks; i++)
			if (state->marks[i].entry == entry->id && state->marks[i].mark == relief->age_mark)
				base = Min(base, state->marks[i].at);
	}
	else
		base = relief->age_clock == CLOCK_DECIDED ? entry->decided : entry->occurred;
	if (relief->age_clean && state->last_violation > base)
		base = state->last_violation;

	if (life >= 0 && entry->lives != NULL)
	{
		span = entry->lives[life];
		given = !span.forever;
	}
	else
	{
		fold->entry = entry;
		given = span_value(fold, &relief->age, &span);
		fold->entry = outer;
	}
	if (!given)
		return DT_NOEND;
	base = calendar_round(span_add(base, &span, 1, fold->policy->zone),
						  relief->rounding, fold->policy->zone);
	return relief->rolls ? workday_roll(&fold->policy->calendar, base, fold->policy->zone) : base;
}

/*
 * The instant before which a relief by age has none of the settled entries;
 * DT_NOBEGIN when that is not known without loading them.  *exact: it has the
 * first of them at that very instant.  Else the instant is a day too early, since
 * local clocks may go back between the entries.
 */
static TimestampTz
age_due_settled(Fold *fold, int index, bool *exact)
{
	const Relief *relief = &fold->policy->reliefs[index];
	const EntryStore *store = fold->state->store;
	const SpanParam *age = &relief->age;
	bool		in_order = fold->plan->reliefs[index].in_order;
	LiveEntry	entry = store->next;
	TimestampTz due;

	*exact = in_order && !fold->plan->reliefs[index].filtered && store->plain;
	if (relief->age_mark >= 0 || age->ncases != 1 || age->cases[0].when != NULL ||
		age->cases[0].times != NULL)
		return DT_NOBEGIN;
	if (!in_order)
	{
		entry.occurred = store->first[CLOCK_OCCURRED];
		entry.decided = store->first[CLOCK_DECIDED];
	}
	due = age_due(fold, index, &entry);
	if (!TIMESTAMP_NOT_FINITE(due) && !*exact)
		due -= USECS_PER_DAY;
	return due;
}

/* Can a relief by age have an entry, now or later?  It has each entry only once. */
static inline bool
age_open(Fold *fold, int index, const LiveEntry *entry)
{
	return (entry->done & ((uint32) 1 << fold->plan->reliefs[index].number)) == 0 &&
		entry_live(entry) &&
		entry_matches(fold, &fold->policy->reliefs[index].filter, entry);
}

/*
 * See expiry.h.  Where entries come of age as they stand, the first one that is
 * too young ends the search; settled entries are loaded only as far as one of
 * them may be old enough.
 */
bool
expiry_run(Fold *fold)
{
	EngineState *state = fold->state;
	bool		result = false;

	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];
		const Relief *relief = &fold->policy->reliefs[index];

		for (int i = 0;; i++)
		{
			LiveEntry  *entry;
			bool		changed = false;
			bool		later = false;
			bool		exact;
			Points		delta;

			while (!later && settled_before(state, i))
			{
				later = age_due_settled(fold, index, &exact) > fold->at;
				if (!later)
					store_load(fold->policy, state, STORE_PAGE);
			}
			if (i >= state->nentries || (later && fold->plan->reliefs[index].in_order))
				break;
			entry = &state->entries[i];
			if (!age_open(fold, index, entry))
				continue;
			if (age_due(fold, index, entry) > fold->at)
			{
				if (fold->plan->reliefs[index].in_order)
					break;		/* those behind it are younger */
				continue;
			}
			entry = group_load(fold, entry);
			i = entry - state->entries;
			fold->entry = entry;
			if (!relief_when(fold, relief))
			{
				fold->entry = NULL;
				continue;
			}
			entry->done |= (uint32) 1 << fold->plan->reliefs[index].number;
			delta = relief_apply(fold, index, entry, NULL, &changed);
			fold->entry = NULL;
			result = true;
			if (changed)
				relief_effect(fold, EFFECT_EXPIRY, index, entry->id, delta, NULL);
		}
	}
	return result;
}

/*
 * See expiry.h.  Settled entries of which only the earliest possible instant is
 * known are not loaded: fold->look becomes that instant, and fold_advance()
 * loads some when it comes.
 */
TimestampTz
expiry_next(Fold *fold)
{
	EngineState *state = fold->state;
	TimestampTz due = DT_NOEND;

	for (int a = 0; a < fold->plan->nages; a++)
	{
		int			index = fold->plan->ages[a];

		for (int i = 0;; i++)
		{
			TimestampTz at;
			bool		later = false;
			bool		exact;

			while (!later && settled_before(state, i))
			{
				at = age_due_settled(fold, index, &exact);
				later = at > fold->at;
				if (later && exact)
					due = Min(due, at);
				else if (later)
					fold->look = Min(fold->look, at);
				else
					store_load(fold->policy, state, STORE_PAGE);
			}
			if (i >= state->nentries || (later && fold->plan->reliefs[index].in_order))
				break;
			if (!age_open(fold, index, &state->entries[i]))
				continue;
			at = age_due(fold, index, &state->entries[i]);
			if (at > fold->at)
			{
				due = Min(due, at);
				if (fold->plan->reliefs[index].in_order)
					break;
			}
		}
	}
	return due;
}

/* ---------- many lapses at once ---------- */

/* Points that can be given back until the score is one that means something. */
static int64
points_to_threshold(const Fold *fold)
{
	const Policy *policy = fold->policy;
	const EngineState *state = fold->state;
	int64		left = PG_INT64_MAX;

	for (int i = -1; i < policy->nthresholds; i++)
	{
		Points		end = i >= 0 ? policy->thresholds[i] :
			policy->accumulate ? state->floor : state->cap;
		int64		distance = policy->accumulate ? (int64) state->score - end :
			(int64) end - state->score;

		if (distance >= 0)
			left = Min(left, distance);
	}
	return left;
}

/*
 * Lets all settled entries lapse at once, without loading them; false when that
 * cannot be.  It can when nothing was ever done about one of them, together they
 * give back less than `left`, the first entry behind them is due by the limit,
 * and nothing looks back at entries that have lapsed.
 */
static bool
lapse_settled(Fold *fold, int index, TimestampTz limit, int64 left)
{
	EngineState *state = fold->state;
	EntryStore *store = state->store;
	const LiveEntry *behind = &state->entries[store->at];
	TimestampTz due;

	if (!store->plain || store->remaining >= left || store->at >= state->nentries ||
		!span_empty(&fold->policy->entry_memory) || fold->plan->entry_cycle ||
		!age_open(fold, index, behind))
		return false;
	due = age_due(fold, index, behind);
	if (due > limit || store->last[CLOCK_OCCURRED] >= due || store->last[CLOCK_DECIDED] >= due)
		return false;
	score_give(fold, (Points) store->remaining);
	for (int p = 0; p < STORE_PARTS; p++)
		store->parts[p].taken = store->parts[p].nentries;
	store->count = 0;
	return true;
}

/*
 * See expiry.h.  The ladder and the conditions need not see the scores in
 * between, since no threshold lies there; what falls due otherwise bounds the
 * stride.
 */
bool
expiry_bulk(Fold *fold, TimestampTz to)
{
	int			index = fold->plan->ages[0];
	EngineState *state = fold->state;
	int64		left = points_to_threshold(fold);
	int64		given = 0;
	TimestampTz limit = state->npending > 0 ? state->pending[0].at : DT_NOEND;
	TimestampTz instant = DT_NOBEGIN;

	if (state->nsanctions > 0)
		limit = Min(limit, sanctions_next_due(fold));
	limit = Min(limit == DT_NOEND ? DT_NOEND : limit - 1, to);
	for (int i = 0; given == 0 || given < left; i++)
	{
		LiveEntry  *entry;
		TimestampTz due;
		bool		exact;

		while (settled_before(state, i))
		{
			int64		settled = state->store->remaining;

			if (age_due_settled(fold, index, &exact) > limit)
				break;
			if (left > given && lapse_settled(fold, index, limit, left - given))
				given += settled;
			else
				store_load(fold->policy, state, STORE_PAGE);
		}
		if (settled_before(state, i) || i >= state->nentries)
			break;
		entry = &state->entries[i];
		if (!age_open(fold, index, entry))
			continue;
		due = age_due(fold, index, entry);
		if (due > limit)
			break;
		entry = group_load(fold, entry);
		i = entry - state->entries;
		entry->done |= (uint32) 1 << fold->plan->reliefs[index].number;
		given += abs(relief_void_entry(fold, entry, ENTRY_EXPIRED));
		instant = Max(instant, due);
	}
	if (instant == DT_NOBEGIN)
		return false;
	state->as_of = Max(state->as_of, instant);
	fold_at(fold, state->as_of);
	return true;
}

/* ---------- marks ---------- */

/*
 * Is there a relief by age that counts from when this mark was put?  Only then
 * its instant is kept.
 */
static bool
counts_from(const Policy *policy, int mark)
{
	for (int i = 0; i < policy->nreliefs; i++)
		if (policy->reliefs[i].trigger == RELIEF_AGE && policy->reliefs[i].age_mark == mark)
			return true;
	return false;
}

/* Puts a mark on an entry, unless it has it. */
static void
put_mark(Fold *fold, LiveEntry *entry, int mark)
{
	EngineState *state = fold->state;
	MarkRecord *record;

	if (entry->marks & ((uint32) 1 << mark))
		return;
	entry->marks |= (uint32) 1 << mark;
	if (!counts_from(fold->policy, mark))
		return;
	state->marks = state_room(state, state->marks, state->nmarks, sizeof(MarkRecord));
	record = &state->marks[state->nmarks++];
	record->entry = entry->id;
	record->mark = mark;
	record->at = fold->at;
}

/*
 * See expiry.h.  An activity that names no violation marks all entries that
 * wait for its mark.
 */
void
expiry_mark(Fold *fold, const EngineEvent *event)
{
	const Policy *policy = fold->policy;
	EngineState *state = fold->state;

	for (int m = 0; m < policy->nmarks; m++)
	{
		if (policy->marks[m] != event->activity)
			continue;
		if (event->violation_id != 0)
		{
			LiveEntry  *entry = entry_by_id(policy, state, event->violation_id);

			if (entry != NULL)
				put_mark(fold, entry, m);
			continue;
		}

		/* It names none: all that wait for it. */
		for (int r = 0; r < policy->nreliefs; r++)
		{
			const Relief *relief = &policy->reliefs[r];

			if (relief->trigger != RELIEF_AGE || relief->age_mark != m)
				continue;
			for (int i = 0; i < state->nentries; i++)
				if (entry_live(&state->entries[i]) &&
					entry_matches(fold, &relief->filter, &state->entries[i]))
					put_mark(fold, &state->entries[i], m);
		}
	}
}
