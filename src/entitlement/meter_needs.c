/*
 * meter_needs.c
 *		What has to be read for a request: how far back, and whose.
 */
#include "postgres.h"

#include "entitlement/meter.h"
#include "entitlement/meter_state.h"
#include "rulebook/names.h"
#include "utils/timestamp.h"

/* The names that matter to a capability are put together here. */
typedef struct Reads
{
	const Entitlement *document;
	NameList	names;
	int			of;
} Reads;

/* The members of a pool, and what counts in it. */
static void
add_pool(Reads *reads, const Capability *pool)
{
	int			index = pool - reads->document->pools;

	for (int i = 0; i < pool->ncounting; i++)
		name_list_add(&reads->names, pool->counting[i]);
	for (int i = 0; i < reads->document->ncapabilities; i++)
	{
		const Capability *capability = &reads->document->capabilities[i];

		for (int p = 0; p < capability->npools; p++)
			if (capability->pools[p] == index)
				name_list_add(&reads->names, capability->name);
	}
}

/* What limits, rests and sessions of a place look at. */
static void
add_place(Reads *reads, const Capability *place)
{
	for (int i = 0; i < place->nlimits; i++)
	{
		const UsageLimit *limit = &place->limits[i];

		reads->of |= limit->of;
		for (int j = 0; j < limit->ncounting; j++)
			name_list_add(&reads->names, limit->counting[j]);
		if (limit->session != NULL)
			name_list_add(&reads->names, limit->session);
		if (limit->rest >= 0)
		{
			const Rest *rest = &reads->document->rests[limit->rest];

			for (int j = 0; j < rest->nwithout; j++)
				name_list_add(&reads->names, rest->without[j]);
			if (rest->in != NULL)
				name_list_add(&reads->names, rest->in);
			for (int j = 0; j < rest->nparts; j++)
				if (rest->parts[j].in != NULL)
					name_list_add(&reads->names, rest->parts[j].in);
		}
	}
	if (place->session.given)
		reads->of |= place->session.of;
}

/* See meter.h. */
void
meter_reads(const Entitlement *document, const char *capability, const char ***names, int *nnames, int *of)
{
	const Capability *place = entitlement_capability(document, capability);
	Reads		reads = {.document = document, .of = OF_ACCOUNT};

	if (place != NULL)
	{
		name_list_add(&reads.names, place->is_pattern ? capability : place->name);
		add_place(&reads, place);
		for (int i = 0; i < place->npools; i++)
		{
			add_pool(&reads, &document->pools[place->pools[i]]);
			add_place(&reads, &document->pools[place->pools[i]]);
		}
		for (int i = 0; i < document->nobservations; i++)
			if (document->observations[i].capability != NULL)
				name_list_add(&reads.names, document->observations[i].capability);
	}
	*names = (const char **) reads.names.names;
	*nnames = reads.names.n;
	*of = reads.of;
}

/* How far a limit looks back. */
static TimestampTz
limit_needs(const Meter *m, const UsageLimit *limit, TimestampTz at)
{
	static const Span week = {.days = 8};
	TimestampTz from;
	TimestampTz to;

	if (limit->carry != CARRY_NONE || limit->action == REACH_LOCK || limit->action == REACH_GRACE ||
		limit->rest >= 0)
		return DT_NOBEGIN;
	switch (limit->frame)
	{
		case FRAME_USE:
			return at;
		case FRAME_WINDOW:
			return window_bounds(m, limit, at, &from, &to) ? from : at;
		case FRAME_DURING:
			return hours_interval(m, &limit->during, &limit->conventions, at, &from, &to) ? from : at;
		case FRAME_WITHIN:
			return meter_minus(m, meter_minus(m, at, &limit->length), &week);
		default:
			return DT_NOBEGIN;
	}
}

/* How far a place looks back. */
static TimestampTz
place_needs(const Meter *m, const Capability *place, TimestampTz at)
{
	static const Span day = {.days = 1};
	TimestampTz from = at;
	Span		span;

	for (int i = 0; i < place->nlimits; i++)
		from = Min(from, limit_needs(m, &place->limits[i], at));
	if (place->apart.ncases > 0)
		from = Min(from, meter_span(m, &place->apart, at, &span) ? meter_minus(m, at, &span) : DT_NOBEGIN);
	if (place->session.given)
	{
		from = Min(from, meter_minus(m, at, &day));
		if (meter_span(m, &place->session.apart, at, &span))
			from = Min(from, meter_minus(m, at, &span));
	}
	return from;
}

/* See meter.h.  The view need not have any uses. */
TimestampTz
meter_needs(const Entitlement *document, const char *capability, TimestampTz at, const MeterView *view)
{
	const Capability *place = entitlement_capability(document, capability);
	MeterRequest request = {.capability = capability, .at = at};
	Meter		m = {.names = &meter_names, .document = document, .view = view, .request = &request, .capability = place, .at = at,
	.horizon = DT_NOEND};
	TimestampTz from = at;

	if (place == NULL)
		return at;
	from = Min(from, place_needs(&m, place, at));
	for (int i = 0; i < place->npools; i++)
		from = Min(from, place_needs(&m, &document->pools[place->pools[i]], at));
	for (int i = 0; i < document->nobservations; i++)
		if (document->observations[i].capability != NULL)
			from = Min(from, document->observations[i].has_window ?
					   meter_minus(&m, at, &document->observations[i].window) : DT_NOBEGIN);
	for (int i = 0; i < document->nachievements; i++)
		for (int o = 0; o < document->nobservations; o++)
			if (document->observations[o].capability != NULL)
				from = DT_NOBEGIN;
	return from;
}
