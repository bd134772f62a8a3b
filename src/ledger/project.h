/*
 * project.h
 *		The sanctions that follow from a state, as the tables show them.
 */
#ifndef GOVERNANCE_LEDGER_PROJECT_H
#define GOVERNANCE_LEDGER_PROJECT_H

#include "engine/engine.h"
#include "ledger/history.h"
#include "rulebook/cache.h"

/* May sanctions open without a further entry, so that a state without any has
 * to be projected all the same? */
extern bool ledger_may_sanction_later(Scheme *scheme, const EngineState *state);

/*
 * What the state will bring if nothing more happens, across versions: the
 * sanctions as the tables show them, each with the rung that says what it is
 * from one instant to another.  A sanction that goes on under a new version
 * occurs again, flagged SANCTION_PROJECTED, with the rung of that version.
 */
typedef struct ProjectedSanction
{
	SanctionState sanction;
	const Rung *rung;
	TimestampTz from;			/* what the rung withholds it withholds from */
	TimestampTz until;			/* here to there, as far as the sanction lasts */
	bool		is_new;			/* effect.c: has no row yet */
} ProjectedSanction;

extern ProjectedSanction *ledger_project(Scheme *scheme, const Policy *draft,
										 const EngineState *state,
										 const AccountHistory *facts,
										 int *nsanctions);

/*
 * The same by the version of the state alone, whatever comes after it: what records
 * of sanctions say, which do not change because a version is published.
 */
extern ProjectedSanction *ledger_project_own(Scheme *scheme, const EngineState *state,
											 int *nsanctions);

/*
 * As far as it shows until an instant, across versions; what has no end by then is said
 * to have none.
 */
extern ProjectedSanction *ledger_project_until(Scheme *scheme, const Policy *draft,
											   const EngineState *state,
											   const AccountHistory *facts,
											   TimestampTz until, int *nsanctions);

/*
 * Until when a sanction is on record, which is never before it starts.  *open:
 * without an end, unless it is released.
 */
extern TimestampTz sanction_end(const SanctionState *sanction, bool *open);

/*
 * From when until when does it withhold what its rung says?  False: it never
 * does.  Whoever wants to know why something is withheld, or from whom, asks
 * this.
 */
extern bool sanction_reach(const ProjectedSanction *sanction, TimestampTz *since,
						   TimestampTz *until);

#endif							/* GOVERNANCE_LEDGER_PROJECT_H */
