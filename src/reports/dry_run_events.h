/*
 * dry_run_events.h
 *		The events of a dry run.
 */
#ifndef GOVERNANCE_REPORTS_DRY_RUN_EVENTS_H
#define GOVERNANCE_REPORTS_DRY_RUN_EVENTS_H

#include "postgres.h"

#include "engine/engine.h"
#include "utils/jsonb.h"

/* What dry_run() was given, read by the policy that it is tried under. */
typedef struct DryEvents
{
	Policy	   *policy;
	int			nevents;
	EngineEvent *events;		/* in the list's order, later in the fold's */
	bool	   *overturned;		/* by event: the policy replays without it */
	ExprValue  *facts;			/* that hold from the start, by attribute */
	TimestampTz opened;			/* when the account was; DT_NOBEGIN: nobody says */
	TimestampTz first;			/* earliest instant named anywhere */
	TimestampTz last;
} DryEvents;

/*
 * Reads a list of events; the policy is set.  Raises ERRCODE_GV_INVALID_ENTRY with
 * the place of what is wrong ("events[1].points"), and what the ledger raises of
 * unknown rules and points out of range.
 */
extern void dry_events_read(DryEvents *given, Jsonb *jsonb);

/* Leaves out what a replay leaves out, and puts the rest in order. */
extern void dry_events_order(DryEvents *given);

/*
 * The instant at which the account begins, start or another one; facts up to then
 * are taken out of the events and hold from the start.
 */
extern TimestampTz dry_events_begin(DryEvents *given, TimestampTz start);

/* The event of that id and class, or null. */
extern const EngineEvent *dry_event_find(const DryEvents *given, int64 id, int32 class);

/*
 * Raises that the length chosen for a violation is none that the rung (-1: any
 * rung) leaves open.  range: what it leaves open; null: nothing.
 */
pg_noreturn
extern void dry_event_fail_length(const char *where, const EngineEvent *event,
								  const Policy *policy, int rung, const SpanCase *range);

#endif							/* GOVERNANCE_REPORTS_DRY_RUN_EVENTS_H */
