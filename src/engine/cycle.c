/*
 * cycle.c
 *		The cycles of a policy, such as a scoring year, as they run for one
 *		account: by the calendar, or counted from an anchor that an account may
 *		have for itself.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/cycle.h"
#include "engine/state.h"
#include "utils/timestamp.h"

/* The instant from which a cycle is counted; DT_NOEND: the account has none. */
static TimestampTz
cycle_anchor(const Policy *policy, const EngineState *state, const Cycle *cycle)
{
	if (cycle->anchor_attribute >= 0)
	{
		ExprValue	v = state_attribute(policy, state, cycle->anchor_attribute);

		return v.isnull ? DT_NOEND : v.date;
	}
	return cycle->anchor_opened ? state->opened : cycle->anchor_instant;
}

/* The policy has one cycle for all that looks back to its beginning. */
TimestampTz
cycle_start(const Policy *policy, const EngineState *state, TimestampTz at)
{
	const Cycle *cycle = &policy->cycle;

	if (!cycle->given)
		return DT_NOBEGIN;
	if (cycle->unit != UNIT_NONE)
		return calendar_floor(at, cycle->unit, policy->zone);
	return cycle_floor(cycle_anchor(policy, state, cycle), &cycle->length, at, policy->zone);
}

/* Of any cycle: the policy's, or one that a relief has for itself. */
TimestampTz
cycle_boundary_after(const Policy *policy, const EngineState *state, const Cycle *cycle,
					 TimestampTz at)
{
	if (!cycle->given)
		return DT_NOEND;
	if (cycle->unit != UNIT_NONE)
		return calendar_next(at, cycle->unit, policy->zone);
	return cycle_next(cycle_anchor(policy, state, cycle), &cycle->length, at, policy->zone);
}
