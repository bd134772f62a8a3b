/*
 * placed.c
 *		Rows of the ledger as events of a policy, and where they stand in the fold.
 */
#include "postgres.h"

#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/judge.h"
#include "ledger/placed.h"
#include "rulebook/cache.h"
#include "util.h"

#include "utils/timestamp.h"

/* ---------- rows as events ---------- */

/*
 * Where no version was in force nothing judges the violation, and its place
 * does not matter.
 */
TimestampTz
ledger_place(Scheme *scheme, const ViolationRow *row)
{
	const Policy *policy = policy_at(scheme, NULL, row->occurred);

	return policy != NULL && policy->clock == CLOCK_DECIDED ? row->decided : row->occurred;
}

/*
 * The moderator's choice, as far as the rule allows it: a draft, or a version on
 * trial, may have another range than the one that it was made in.  What a copy
 * costs is the policy's choice, and needs no range.
 */
static Points
allowed_points(const Policy *judged, int rule, const ViolationRow *row, Points points)
{
	if (points == POINTS_NONE || rule < 0 || row->copied)
		return points;
	return Min(Max(points, judged->rules[rule].min), judged->rules[rule].max);
}

/* -1: the version has no such rule. */
int
rule_of(const Policy *judged, const ViolationRow *row)
{
	return policy_rule_index(judged, row->rule, strlen(row->rule));
}

/*
 * A violation as an event of the policy that the state stands under.  It is
 * priced by the version in force when it occurred, by the rule that it has
 * there: where that is another one, its price is carried over.
 */
void
violation_event(const Policy *judged, int rule, const Policy *policy, const ViolationRow *row,
				EngineEvent *event)
{
	memset(event, 0, sizeof(EngineEvent));
	event->key.at = judged->clock == CLOCK_DECIDED ? row->decided : row->occurred;
	event->key.class = EVENT_VIOLATION;
	event->key.id = row->violation_id;
	event->occurred = row->occurred;
	event->decided = row->decided;
	event->rule = rule;
	event->points = allowed_points(judged, rule, row, row->points);
	event->surcharge = row->surcharge;
	event->source = row->source;
	event->incident = row->incident;
	event->content = row->content;
	event->length = row->length;
	event->held = row->held;
	if (judged != policy)
	{
		if (event->points == POINTS_NONE && rule >= 0)
			event->points = judged->rules[rule].usual;
		event->rule = rule_of(policy, row);
	}
}

/*
 * An activity stands where it occurred.  event->activity is -1 when the policy
 * does not listen to its kind.
 */
void
activity_event(const Policy *policy, const ActivityRow *row, EngineEvent *event)
{
	memset(event, 0, sizeof(EngineEvent));
	event->key.at = row->occurred;
	event->key.class = EVENT_ACTIVITY;
	event->key.id = row->activity_id;
	event->occurred = row->occurred;
	event->decided = row->occurred;
	event->points = POINTS_NONE;
	event->surcharge = POINTS_NONE;
	event->activity = policy_activity_index(policy, row->kind);
	event->quantity = row->quantity;
	event->violation_id = row->violation_id;
}

/* ---------- a history in the order of the fold ---------- */

/*
 * The order of the fold is that of event_key_cmp(): instant, class of event,
 * id.
 */
static int
placed_cmp(const void *a, const void *b)
{
	return event_key_cmp(&(*(Placed *const *) a)->key, &(*(Placed *const *) b)->key);
}

/*
 * By violation, then in the order of decisions: last_revision() looks for the
 * end of a violation's run.
 */
static int
revision_cmp(const void *a, const void *b)
{
	const RevisionRow *ra = *(const RevisionRow *const *) a;
	const RevisionRow *rb = *(const RevisionRow *const *) b;

	if (ra->violation_id != rb->violation_id)
		return cmp_int64(ra->violation_id, rb->violation_id);
	if (ra->decided != rb->decided)
		return cmp_instant(ra->decided, rb->decided);
	return cmp_int64(ra->revision_id, rb->revision_id);
}

/*
 * Moves those that arrive late (engine/late.c).  placed: violations, each
 * followed by its refund.
 */
static void
place_late(Placed *placed, int64 n)
{
	LatePlace  *places = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(LatePlace) * (n + 1));
	int64		nplaces = 0;

	for (int64 i = 0; i < n; i++)
		if (placed[i].violation != NULL)
		{
			places[nplaces].id = placed[i].key.id;
			places[nplaces].at = placed[i].key.at;
			places[nplaces].decided = placed[i].violation->decided;
			places[nplaces++].keeps = placed[i].keeps;
		}
	engine_place_late(places, nplaces);
	nplaces = 0;
	for (int64 i = 0; i < n; i++)
	{
		if (placed[i].violation != NULL)
			placed[i].key.at = places[nplaces++].at;
		else if (i > 0 && placed[i].refund != NULL)
			placed[i].key.at = Max(placed[i].key.at, placed[i - 1].key.at);
	}
	pfree(places);
}

/* The last revision of a violation among those known, by binary search. */
static const RevisionRow *
last_revision(const RevisionRow **revisions, int n, int64 violation_id)
{
	int			lo = 0;
	int			hi = n;

	/* first revision of a later violation */
	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (revisions[mid]->violation_id <= violation_id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && revisions[lo - 1]->violation_id == violation_id ? revisions[lo - 1] : NULL;
}

/* An empty place for one more row. */
static Placed *
place_next(Placed *placed, int64 *n)
{
	Placed	   *p = &placed[(*n)++];

	memset(p, 0, sizeof(Placed));
	return p;
}

/*
 * The violations that concern the scheme, as far as they were known at known_at,
 * each by the version that judges it, with its last revision applied.  One that
 * was overturned is either left out or, where the version gives its points back
 * from the decision on, followed by a refund.
 */
static void
place_violations(Scheme *scheme, const Policy *draft, const AccountHistory *history,
				 TimestampTz known_at, Placed *placed, int64 *n)
{
	const RevisionRow **revisions = palloc(sizeof(RevisionRow *) * (history->nrevisions + 1));
	int			nrevisions = 0;
	bool		keeps = false;

	for (int i = 0; i < history->nrevisions; i++)
		if (history->revisions[i].decided <= known_at &&
			history->revisions[i].action != REVISE_RELEASE &&
			history->revisions[i].action != REVISE_OPENING)
			revisions[nrevisions++] = &history->revisions[i];
	qsort(revisions, nrevisions, sizeof(RevisionRow *), revision_cmp);

	for (int i = 0; i < history->nviolations; i++)
	{
		const ViolationRow *row = &history->violations[i];
		const RevisionRow *revision;
		const Policy *judged;
		int			rule;
		Placed	   *p;

		if (!scheme_concerned(scheme, row->scheme) || row->decided > known_at)
			continue;
		judged = policy_at(scheme, draft, row->occurred);
		rule = judged == NULL ? -1 : rule_of(judged, row);
		if (rule < 0)
			continue;			/* nothing to this version (judge.c) */
		revision = nrevisions == 0 ? NULL : last_revision(revisions, nrevisions, row->violation_id);
		if (revision != NULL && revision->action == REVISE_OVERTURN &&
			judged->revision == REVISION_REPLAY)
			continue;
		p = place_next(placed, n);
		p->violation = row;
		p->judged = judged;
		p->rule = rule;
		p->key.at = judged->clock == CLOCK_DECIDED ? row->decided : row->occurred;
		p->key.class = EVENT_VIOLATION;
		p->key.id = row->violation_id;
		p->keeps = !judged->resanction_late;
		keeps |= p->keeps;
		if (revision != NULL && revision->action == REVISE_CHANGE)
		{
			p->changed = true;
			p->points = revision->points;
		}
		if (revision != NULL && revision->action == REVISE_OVERTURN)
		{
			p = place_next(placed, n);
			p->refund = revision;
			p->key.at = Max(revision->decided, (p - 1)->key.at);
			p->key.class = EVENT_REFUND;
			p->key.id = revision->revision_id;
		}
	}
	if (keeps)
		place_late(placed, *n);
	pfree(revisions);
}

/* The activities that the version of their time listens to. */
static void
place_activities(Scheme *scheme, const Policy *draft, const AccountHistory *history,
				 TimestampTz known_at, Placed *placed, int64 *n)
{
	for (int i = 0; i < history->nactivities; i++)
	{
		const ActivityRow *row = &history->activities[i];
		const Policy *policy;
		Placed	   *p;

		if (row->occurred > known_at)
			continue;
		policy = policy_at(scheme, draft, row->occurred);
		if (policy == NULL || policy_activity_index(policy, row->kind) < 0)
			continue;
		p = place_next(placed, n);
		p->activity = row;
		p->key.at = row->occurred;
		p->key.class = EVENT_ACTIVITY;
		p->key.id = row->activity_id;
	}
}

/* Revisions that are events of their own: releases of sanctions, and balances. */
static void
place_revisions(Scheme *scheme, const AccountHistory *history, TimestampTz known_at,
				Placed *placed, int64 *n)
{
	for (int i = 0; i < history->nrevisions; i++)
	{
		const RevisionRow *row = &history->revisions[i];
		Placed	   *p;

		if ((row->action != REVISE_RELEASE && row->action != REVISE_OPENING) ||
			row->decided > known_at || row->scheme == NULL ||
			!scheme_concerned(scheme, row->scheme))
			continue;
		p = place_next(placed, n);
		if (row->action == REVISE_RELEASE)
			p->release = row;
		else
			p->opening = row;
		p->key.at = row->decided;
		p->key.class = row->action == REVISE_RELEASE ? EVENT_RELEASE : EVENT_OPENING;
		p->key.id = row->revision_id;
	}
}

/*
 * What stands at a place, as an event of the policy that the state has come to.
 * False: that policy does not know it.
 */
bool
placed_event(const Placed *p, const Policy *policy, EngineEvent *event)
{
	if (p->violation != NULL)
	{
		violation_event(p->judged, p->rule, policy, p->violation, event);
		event->key = p->key;
		if (p->changed)
			event->points = allowed_points(p->judged, p->rule, p->violation, p->points);
		return true;
	}
	if (p->activity != NULL)
	{
		activity_event(policy, p->activity, event);
		return event->activity >= 0;
	}
	memset(event, 0, sizeof(EngineEvent));
	event->key = p->key;
	event->occurred = event->decided = p->key.at;
	event->points = POINTS_NONE;
	event->surcharge = POINTS_NONE;
	if (p->opening != NULL)
		event->points = p->opening->points;
	else if (p->refund != NULL)
		event->violation_id = p->refund->violation_id;
	else if (p->release != NULL)
	{
		event->violation_id = p->release->violation_id;
		event->starts = p->release->since;
		event->rung = policy_rung_index(policy, p->release->rung);
		return event->rung >= 0;
	}
	return true;
}

/*
 * Everything is placed and sorted before anything is applied, since an entry's
 * place is not always where it occurred.  The rows lie behind the pointers to
 * them, so that one pfree() is enough.
 */
Placed **
history_placed(Scheme *scheme, const Policy *draft, const AccountHistory *history,
			   TimestampTz known_at, int64 *n)
{
	Size		most = (Size) history->nviolations * 2 + history->nactivities + history->nrevisions + 1;
	Placed	  **order = MemoryContextAllocHuge(CurrentMemoryContext,
											   (sizeof(Placed *) + sizeof(Placed)) * most);
	Placed	   *placed = (Placed *) (order + most);

	*n = 0;
	place_violations(scheme, draft, history, known_at, placed, n);
	place_activities(scheme, draft, history, known_at, placed, n);
	place_revisions(scheme, history, known_at, placed, n);
	for (int64 i = 0; i < *n; i++)
		order[i] = &placed[i];
	qsort(order, *n, sizeof(Placed *), placed_cmp);
	return order;
}
