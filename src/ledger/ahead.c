/*
 * ahead.c
 *		What is withheld while entries of a later date wait.
 *
 * A standing has seen every entry, those that are dated after now as well; its
 * state says what holds from the last of them on.  What holds until then follows
 * from what happened before, and is put together from the state at each instant
 * at which more becomes known: just what score() and tier() answer for it.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/effect.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/*
 * Clocks differ: what another one dates so much later than ours is taken as of
 * now, so that an application a little ahead need not pay for it.
 */
#define CLOCK_TOLERANCE (5 * USECS_PER_MINUTE)

bool
is_ahead(TimestampTz at)
{
	return at > GetCurrentTimestamp() + CLOCK_TOLERANCE;
}

static int
instant_cmp(const void *a, const void *b)
{
	TimestampTz ta = *(const TimestampTz *) a;
	TimestampTz tb = *(const TimestampTz *) b;

	return ta < tb ? -1 : ta > tb;
}

/* The instants from now on at which more is known than before, in order. */
static TimestampTz *
instants(Scheme *scheme, const AccountHistory *history, TimestampTz now, int64 *ninstants)
{
	TimestampTz *list = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(TimestampTz) *
											   ((Size) history->nviolations * 2 +
												history->nactivities + history->nrevisions + 1));
	int64		n = 0;
	int64		distinct = 1;

	list[n++] = now;
	for (int i = 0; i < history->nviolations; i++)
	{
		const ViolationRow *row = &history->violations[i];

		if (!scheme_concerned(scheme, row->scheme))
			continue;
		if (row->occurred > now)
			list[n++] = row->occurred;
		if (row->decided > now)
			list[n++] = row->decided;
	}
	for (int i = 0; i < history->nactivities; i++)
		if (history->activities[i].occurred > now)
			list[n++] = history->activities[i].occurred;
	for (int i = 0; i < history->nrevisions; i++)
		if (history->revisions[i].decided > now)
			list[n++] = history->revisions[i].decided;
	qsort(list, n, sizeof(TimestampTz), instant_cmp);
	for (int64 i = 1; i < n; i++)
		if (list[i] != list[distinct - 1])
			list[distinct++] = list[i];
	*ninstants = distinct;
	return list;
}

/* The id under which the tables know a sanction, 0: they do not. */
static int64
known_id(Scheme *scheme, int64 account_id, const ProjectedSanction *of,
		 const ProjectedSanction *sanctions, int nsanctions)
{
	const SanctionState *s = &of->sanction;

	for (int i = 0; i < nsanctions; i++)
		if (sanctions[i].sanction.cause == s->cause && sanctions[i].sanction.starts == s->starts &&
			strcmp(sanctions[i].rung->code, of->rung->code) == 0)
			return sanctions[i].sanction.sanction_id;
	if (s->flags & SANCTION_PROJECTED)
		return 0;
	return stored_sanction(account_id, scheme, of->rung->code, s->cause, s->starts, LEDGER_FRESH);
}

Withheld *
withheld_ahead(Scheme *scheme, const AccountHistory *history, TimestampTz now,
			   const ProjectedSanction *sanctions, int nsanctions, int *nwithheld)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext piece = AllocSetContextCreate(context, "governance instants",
												ALLOCSET_DEFAULT_SIZES);
	int64		ninstants;
	TimestampTz *list = instants(scheme, history, now, &ninstants);
	Withheld   *result = palloc(sizeof(Withheld) * 16);
	int			max = 16;
	int			n = 0;

	MemoryContextSwitchTo(piece);
	for (int64 i = 0; i < ninstants; i++)
	{
		TimestampTz next = i + 1 < ninstants ? list[i + 1] : DT_NOEND;
		EngineState *state = ledger_fold(scheme, NULL, history, list[i], list[i], NULL);
		ProjectedSanction *projected;
		Withheld   *spans;
		int			nprojected;
		int			nspans;

		CHECK_FOR_INTERRUPTS();
		if (state == NULL)
			continue;
		projected = ledger_project(scheme, NULL, state, history, &nprojected);
		for (int p = 0; p < nprojected; p++)
			projected[p].sanction.sanction_id =
				known_id(scheme, history->account_id, &projected[p], sanctions, nsanctions);
		spans = withheld_by(projected, nprojected, list[i], &nspans);
		for (int s = 0; s < nspans; s++)
		{
			/* Of what began before now, the beginning is kept. */
			TimestampTz since = i == 0 ? spans[s].since : Max(spans[s].since, list[i]);
			TimestampTz until = Min(spans[s].until, next);

			if (since >= until)
				continue;
			if (n == max)
			{
				max *= 2;
				result = repalloc(result, sizeof(Withheld) * max);
			}
			result[n] = spans[s];
			result[n].since = since;
			result[n++].until = until;
		}
		MemoryContextReset(piece);
	}
	MemoryContextSwitchTo(context);
	MemoryContextDelete(piece);
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
		spans = withheld_ahead(scheme, history, from, sanctions, nsanctions, &nspans);
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
