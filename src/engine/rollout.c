/*
 * rollout.c
 *		Which accounts a policy is enforced for already.
 */
#include "postgres.h"

#include "engine/engine.h"

/*
 * See engine.h.  An account's share is a hash of its id as a number in [0, 1),
 * so that it is drawn once and for all.  The hash is SplitMix64 (G. Steele, D.
 * Lea, C. Flood: "Fast splittable pseudorandom number generators", OOPSLA
 * 2014), which is the same on every machine and in every version.
 */
bool
engine_enforced(const Policy *policy, int64 account_id, TimestampTz starts)
{
	uint64		x = (uint64) account_id;
	double		share;

	if (starts < policy->enforce_from)
		return false;
	if (!policy->has_rollout || starts >= policy->rollout_to)
		return true;
	if (starts < policy->rollout_from)
		return false;

	x += UINT64CONST(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64CONST(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64CONST(0x94d049bb133111eb);
	x ^= x >> 31;
	share = ((double) starts - (double) policy->rollout_from) /
		((double) policy->rollout_to - (double) policy->rollout_from);
	return (double) (x >> 11) / 9007199254740992.0 < share;
}
