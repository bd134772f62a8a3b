/*
 * limits.h
 *		How far those who decide may go: governance.moderator_limit.
 *
 * What counts is what a statement does, not how: doors/apply.c has every standing
 * before and after, and whatever becomes stricter or more lenient is looked at
 * here.
 */
#ifndef GOVERNANCE_OVERSIGHT_LIMITS_H
#define GOVERNANCE_OVERSIGHT_LIMITS_H

#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "rulebook/cache.h"

/* The limits that hold for those on whose behalf this is done. */
typedef struct LimitSet LimitSet;

/*
 * Null: none.  While there is no limit at all, no table is asked and no role
 * looked up.  In the current memory context.
 */
extern const LimitSet *limits_now(void);

/* What an account has to serve under a scheme, as far as it is known. */
typedef struct ServedSpan
{
	const char *rung;
	int			tier;
	bool		for_ever;
	TimestampTz from;			/* under this tier */
	TimestampTz until;
	TimestampTz starts;			/* the whole of it; */
	TimestampTz ends;			/* DT_NOEND: no end in sight */
} ServedSpan;

typedef struct Served
{
	int			nspans;
	ServedSpan *spans;
	Points		score;
} Served;

/* state: null, nothing. */
extern Served *limits_served(Scheme *scheme, const EngineState *state,
							 const AccountHistory *history);

/* A span that is inherited from another account. */
extern ServedSpan limits_span(const Rung *rung, TimestampTz from, TimestampTz until);

/*
 * Refuses what goes beyond: raises ERRCODE_GV_BEYOND_LIMIT.  confirmed: a second
 * person has agreed to it.  past: what is over counts as well when it is taken
 * away.
 */
extern void limits_compare(const LimitSet *limits, int64 account_id, const char *scheme,
						   const Served *before, const Served *after,
						   bool confirmed, bool past);

/* The same for what an entry costs. */
extern void limits_points(const LimitSet *limits, int64 account_id, const char *scheme,
						  Points points);

/*
 * Have all of the violations been proposed by one and confirmed by another, as
 * they are?
 */
extern bool limits_confirmed(const ViolationRow *rows, int64 nrows);

/*
 * decided_by and its like: whose name stands there?  Below the level of an
 * administrator it is that of the current or the session user, or begins with it
 * and a colon.
 */
extern void check_name_given(Oid userid, Relation relation, const char *column, const text *name);

#endif							/* GOVERNANCE_OVERSIGHT_LIMITS_H */
