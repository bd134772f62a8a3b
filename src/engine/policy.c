/*
 * policy.c
 *		Finding things of a compiled policy by their names.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/policy.h"
#include "engine/workday.h"

/*
 * See policy.h.  The rules are sorted by code, so that half of those left are
 * put aside at each step.
 */
int
policy_rule_index(const Policy *policy, const char *code, int len)
{
	int			lo = 0;
	int			hi = policy->nrules - 1;

	while (lo <= hi)
	{
		int			mid = (lo + hi) / 2;
		const char *other = policy->rules[mid].code;
		int			cmp = strncmp(code, other, len);

		if (cmp == 0 && other[len] != '\0')
			cmp = -1;
		if (cmp == 0)
			return mid;
		if (cmp < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	return -1;
}

/* See policy.h; a policy listens to few kinds, so that they are looked through. */
int
policy_activity_index(const Policy *policy, const char *kind)
{
	for (int i = 0; i < policy->nactivities; i++)
		if (strcmp(policy->activities[i], kind) == 0)
			return i;
	return -1;
}

/* See policy.h. */
int
policy_attribute_index(const Policy *policy, const char *name)
{
	for (int i = 0; i < policy->nattributes; i++)
		if (strcmp(policy->attributes[i].name, name) == 0)
			return i;
	return -1;
}

/* See policy.h. */
int
policy_rung_index(const Policy *policy, const char *code)
{
	for (int i = 0; i < policy->nrungs; i++)
		if (strcmp(policy->rungs[i].code, code) == 0)
			return i;
	return -1;
}

/* See policy.h. */
TimestampTz
policy_deadline(const Policy *policy, TimestampTz from, const Span *span)
{
	TimestampTz end = span_add(from, span, 1, policy->zone);

	return policy->calendar.roll_appeals ? workday_roll(&policy->calendar, end, policy->zone) : end;
}
