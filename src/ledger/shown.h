/*
 * shown.h
 *		What a row of governance.standing shows: what holds, and until when.
 */
#ifndef GOVERNANCE_LEDGER_SHOWN_H
#define GOVERNANCE_LEDGER_SHOWN_H

#include "engine/engine.h"
#include "rulebook/cache.h"

/*
 * From an instant on, shown_from(), up to next_due nothing of this changes by
 * itself under the version that the state stands under.
 */
typedef struct Shown
{
	Points		score;
	Points		cap;
	int			tier;			/* the strictest sanction in force */
	Datum		withholds;		/* text[], sorted; 0: nothing */
	TimestampTz next_due;		/* DT_NOEND: never */
} Shown;

/*
 * The instant as of which a row shows what holds: everything up to as_of has
 * happened, and everything decided up to known_at is known.
 */
static inline TimestampTz
shown_from(TimestampTz as_of, TimestampTz known_at)
{
	return Max(as_of, known_at);
}

/*
 * What the row of a state is to show.  The state stays where it is; what is
 * made is in the current memory context.
 */
extern void state_shown(Scheme *scheme, EngineState *state, TimestampTz known_at, Shown *shown);

/* Does all that a state shows hold until an instant? */
extern bool shown_until(const EngineState *state, TimestampTz known_at, TimestampTz until);

/*
 * Does a state, which is at an instant, withhold what has that name then?  A
 * trial withholds nothing.
 */
extern bool state_withholds(Scheme *scheme, const EngineState *state, const char *name, Size length);

/* Is a name in what a row of governance.standing withholds? */
extern bool shown_withholds(Datum withholds, const char *name, Size length);

#endif							/* GOVERNANCE_LEDGER_SHOWN_H */
