/*
 * fold.c
 *		The fold over what the ledger holds: picks the policy version for each
 *		instant, turns rows into events, and hands standings over from one
 *		version to the next.
 *
 * A state's life under a scheme begins with the first row that concerns the
 * scheme; the facts that hold at that instant decide where it starts.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "rulebook/cache.h"
#include "util.h"

#include "miscadmin.h"
#include "utils/builtins.h"
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
static int
rule_of(const Policy *judged, const ViolationRow *row)
{
	return policy_rule_index(judged, row->rule, strlen(row->rule));
}

/*
 * A violation as an event of the policy that the state stands under.  It is
 * priced by the version in force when it occurred, by the rule that it has
 * there: where that is another one, its price is carried over.
 */
static void
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
static void
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

/*
 * Is an event's place before what the state has seen?  Time counts as well as
 * the last event: the state may have been moved past the event by time alone.
 */
static bool
out_of_order(const EngineState *state, const EventKey *key)
{
	return key->at < state->as_of || event_key_cmp(key, &state->last) <= 0;
}

/*
 * First by the version that judges it, which is mostly the one that the state
 * stands under, so that the event need not be made twice.
 */
bool
ledger_append_violation(Scheme *scheme, EngineState *state, const AccountHistory *facts,
						const ViolationRow *row, EngineState **result)
{
	const Policy *judged = policy_at(scheme, NULL, row->occurred);
	int			rule = rule_of(judged, row);
	const Policy *policy;
	EngineEvent event;

	violation_event(judged, rule, judged, row, &event);
	if (out_of_order(state, &event.key))
		return false;

	/* Something that is here already may have come late by this one. */
	if (!judged->resanction_late && row->decided < state->last_decided)
		return false;
	*result = state;
	if (scheme->nversions > 1)
		ledger_advance(scheme, NULL, result, facts, event.key.at, NULL);
	policy = rulebook_policy((*result)->policy_id);
	if (policy != judged)
		violation_event(judged, rule, policy, row, &event);
	engine_apply(policy, *result, &event, NULL);
	return true;
}

/*
 * As with violations, but one version alone matters: the one that the state
 * stands under at that instant.
 */
bool
ledger_append_activity(Scheme *scheme, EngineState *state, const AccountHistory *facts,
					   const ActivityRow *row, EngineState **result)
{
	const Policy *policy;
	EngineEvent event;

	*result = state;
	activity_event(rulebook_policy(state->policy_id), row, &event);
	if (out_of_order(state, &event.key))
		return false;
	if (scheme->nversions > 1)
		ledger_advance(scheme, NULL, result, facts, event.key.at, NULL);
	policy = rulebook_policy((*result)->policy_id);
	activity_event(policy, row, &event);
	if (event.activity >= 0)
		engine_apply(policy, *result, &event, NULL);
	return true;
}

/* ---------- the fold over a history ---------- */

/* A row and where it stands, before it is turned into an event. */
typedef struct Placed
{
	EventKey	key;
	const ViolationRow *violation;
	const ActivityRow *activity;
	const RevisionRow *refund;
	const RevisionRow *release;
	const RevisionRow *opening;
	const Policy *judged;		/* violation: by this version, */
	int			rule;			/* and its rule there */
	Points		points;			/* of a changed violation */
	bool		changed;
	bool		keeps;			/* what was decided before it arrived stays */
} Placed;

/*
 * The order of the fold is that of event_key_cmp(): instant, class of event,
 * id.
 */
static int
placed_cmp(const void *a, const void *b)
{
	return event_key_cmp(&(*(Placed *const *) a)->key, &(*(Placed *const *) b)->key);
}

/* In the order of the fold. */
static Placed **
in_order(Placed *placed, int64 n)
{
	Placed	  **order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Placed *) * (n + 1));

	for (int64 i = 0; i < n; i++)
		order[i] = &placed[i];
	qsort(order, n, sizeof(Placed *), placed_cmp);
	return order;
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
static bool
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
 * place is not always where it occurred.  A release alone begins no life under a
 * scheme: what it releases has been overturned.
 */
EngineState *
ledger_fold(Scheme *scheme, const Policy *draft, const AccountHistory *history,
			TimestampTz known_at, TimestampTz until, const EngineTrace *trace)
{
	Placed	   *placed = MemoryContextAllocHuge(CurrentMemoryContext,
												sizeof(Placed) * ((Size) history->nviolations * 2 +
																  history->nactivities +
																  history->nrevisions + 1));
	Placed	  **order;
	EngineState *state = NULL;
	int64		n = 0;

	place_violations(scheme, draft, history, known_at, placed, &n);
	place_activities(scheme, draft, history, known_at, placed, &n);
	place_revisions(scheme, history, known_at, placed, &n);
	order = in_order(placed, n);
	for (int64 i = 0; i < n; i++)
	{
		const Placed *p = order[i];
		const Policy *policy;
		EngineEvent event;

		CHECK_FOR_INTERRUPTS();
		if (p->key.at > until)
			break;
		if (state == NULL)
		{
			if (p->release != NULL)
				continue;
			state = ledger_fresh(scheme, draft, history, p->key.at);
			if (state == NULL)
				continue;
		}
		ledger_advance(scheme, draft, &state, history, p->key.at, trace);
		policy = state_policy(state, draft);
		if (placed_event(p, policy, &event))
			engine_apply(policy, state, &event, trace);
	}
	pfree(order);
	pfree(placed);
	if (state != NULL && until != DT_NOEND)
		ledger_advance(scheme, draft, &state, history, until, trace);
	return state;
}
