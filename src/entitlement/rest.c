/*
 * rest.c
 *		Rests: from when on time accumulates.
 *
 * The busy times of what a rest must be free of have gaps between them; a gap that is
 * long enough is a rest, and so are two that together are one, in order.  After the
 * first part of such a pair its length counts as not elapsed until the next gap of at
 * least the shorter part completes the pair, or does not.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "util.h"
#include "utils/timestamp.h"

/* A busy time, or one in what a rest must be spent in. */
typedef struct Stretch
{
	TimestampTz from;
	TimestampTz to;
} Stretch;

typedef struct StretchList
{
	int			n;
	int			room;
	Stretch    *items;
} StretchList;

/* Adds a time; the last one grows where they touch.  They come by their beginning. */
static void
add_stretch(StretchList *list, TimestampTz from, TimestampTz to)
{
	if (to <= from)
		return;
	if (list->n > 0 && from <= list->items[list->n - 1].to)
	{
		list->items[list->n - 1].to = Max(list->items[list->n - 1].to, to);
		return;
	}
	array_reserve(list->items, list->room, list->n + 1);
	list->items[list->n].from = from;
	list->items[list->n++].to = to;
}

/* The times of sessions of some capabilities up to an instant. */
static StretchList
stretches(const Meter *m, char *const *names, int n, TimestampTz t)
{
	StretchList list = {0};

	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];
		bool		fits = false;

		for (int j = 0; j < n && !fits; j++)
			fits = entitlement_matches(names[j], use->capability);
		if (fits && use->account_id == m->view->account_id && use->session_id != 0 && use->from < t)
			add_stretch(&list, use->from,
						Min(t, use->to == DT_NOEND ? use_end(m, use, t) : use->to));
	}
	if (m->running && t > m->at)
		for (int j = 0; j < n; j++)
			if (entitlement_matches(names[j], m->request->capability))
			{
				add_stretch(&list, m->at, t);
				break;
			}
	return list;
}

/* Is so much of a gap, at its end, spent in what it must be spent in? */
static bool
spent_in(const Meter *m, const char *in, TimestampTz from, TimestampTz to, const Span *length, TimestampTz t)
{
	char	   *names[1];
	StretchList list;

	if (in == NULL)
		return meter_plus(m, from, length) <= to;
	names[0] = unconstify(char *, in);
	list = stretches(m, names, 1, t);
	for (int i = 0; i < list.n; i++)
	{
		TimestampTz low = Max(list.items[i].from, from);
		TimestampTz high = Min(list.items[i].to, to);

		if (high > low && meter_plus(m, low, length) <= high)
			return true;
	}
	return false;
}

/* What has been found so far. */
typedef struct Search
{
	const Meter *m;
	const Rest *rest;
	TimestampTz t;
	TimestampTz since;
	int			part;			/* of the first part at hand; -1: there is none */
	TimestampTz part_from;
	TimestampTz part_to;
	TimestampTz excluded_from;	/* of what does not elapse; equal: nothing */
	TimestampTz excluded_to;
} Search;

/* Which part of a split a gap may be; -1: none.  not: one that it may not be. */
static int
part_of(const Search *s, TimestampTz from, TimestampTz to, int not)
{
	for (int i = 0; i < s->rest->nparts; i++)
		if (i != not && spent_in(s->m, s->rest->parts[i].in, from, to, &s->rest->parts[i].length, s->t))
			return i;
	return -1;
}

/* Do the part at hand and a gap make a rest together? */
static bool
completes(const Search *s, TimestampTz from, TimestampTz to, int *part)
{
	if (s->part < 0)
		return false;
	*part = 1 - s->part;
	if (!s->rest->any_order && *part != 1)
		return false;
	if (!spent_in(s->m, s->rest->parts[*part].in, from, to, &s->rest->parts[*part].length, s->t))
		return false;
	return !s->rest->has_total ||
		meter_plus(s->m, 0, &s->rest->total) <= (s->part_to - s->part_from) + (to - from);
}

/* Is a gap as long as the shorter part? */
static bool
long_enough(const Search *s, TimestampTz from, TimestampTz to)
{
	for (int i = 0; i < s->rest->nparts; i++)
		if (meter_plus(s->m, from, &s->rest->parts[i].length) <= to)
			return true;
	return false;
}

/* Is no other part longer? */
static bool
is_longest(const Search *s, int part)
{
	for (int i = 0; i < s->rest->nparts; i++)
		if (meter_plus(s->m, 0, &s->rest->parts[i].length) > meter_plus(s->m, 0, &s->rest->parts[part].length))
			return false;
	return true;
}

/*
 * The part at hand is this gap now.  It does not elapse when it has completed a rest;
 * and provisionally, where it is the longer one, whose use otherwise would end before
 * anybody could know.
 */
static void
take_part(Search *s, int part, TimestampTz from, TimestampTz to, bool completes)
{
	s->part = part;
	s->part_from = from;
	s->part_to = to;
	s->excluded_from = s->excluded_to = 0;
	if (s->rest->from_first && (completes || is_longest(s, part)))
	{
		s->excluded_from = from;
		s->excluded_to = to;
	}
}

/* One gap; next: when what follows it begins, DT_NOEND: it has not. */
static void
look_at_gap(Search *s, TimestampTz from, TimestampTz to, TimestampTz next)
{
	int			part;

	if (spent_in(s->m, s->rest->in, from, to, &s->rest->length, s->t))
	{
		s->since = next;
		s->part = -1;
		s->excluded_from = s->excluded_to = 0;
		return;
	}
	if (s->rest->nparts == 0)
		return;
	if (completes(s, from, to, &part))
	{
		s->since = s->rest->from_first ? s->part_to : next;
		s->excluded_from = s->excluded_to = 0;
		take_part(s, part, from, to, true);
		return;
	}
	part = part_of(s, from, to, s->rest->any_order ? -1 : 1);
	if (part >= 0)
		take_part(s, part, from, to, false);
	else if (s->part >= 0 && long_enough(s, from, to))
	{
		s->part = -1;
		s->excluded_from = s->excluded_to = 0;
	}
}

/* When the gap that is open may be something, if it goes on. */
static TimestampTz
gap_turn(const Search *s, TimestampTz from, TimestampTz t)
{
	TimestampTz result = DT_NOEND;
	TimestampTz at = meter_plus(s->m, from, &s->rest->length);

	if (at > t)
		result = at;
	for (int i = 0; i < s->rest->nparts; i++)
	{
		at = meter_plus(s->m, from, &s->rest->parts[i].length);
		if (at > t)
			result = Min(result, at);
	}
	if (s->rest->has_total && s->part >= 0)
	{
		at = meter_plus(s->m, from, &s->rest->total) - (s->part_to - s->part_from);
		if (at > t)
			result = Min(result, at);
	}
	return result;
}

/* See meter_state.h. */
RestState
rest_state(const Meter *m, const Rest *rest, TimestampTz t)
{
	StretchList busy = stretches(m, rest->without, rest->nwithout, t);
	Search		s = {.m = m, .rest = rest, .t = t, .since = DT_NOEND, .part = -1};
	RestState	state = {.since = DT_NOEND, .turn = DT_NOEND};

	if (busy.n == 0)
		return state;
	s.since = busy.items[0].from;
	for (int i = 0; i < busy.n; i++)
	{
		bool		last = i == busy.n - 1;
		TimestampTz from = busy.items[i].to;
		TimestampTz to = last ? t : busy.items[i + 1].from;

		if (last)
			state.turn = gap_turn(&s, from, t);
		if (to > from)
			look_at_gap(&s, from, to, last ? DT_NOEND : to);
	}
	state.since = s.since;
	if (s.since != DT_NOEND && s.excluded_to > s.since)
		state.excluded = s.excluded_to - Max(s.excluded_from, s.since);
	return state;
}
