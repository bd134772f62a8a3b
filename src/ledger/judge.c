/*
 * judge.c
 *		By which version of its scheme a violation is judged.
 *
 * That is the version in force when it occurred.  A version on trial judges it as
 * well, under a scheme of its own, and may have rules that the one in force does
 * not: to that one a violation of such a rule is nothing that has happened.
 * Whoever hands violations to a state asks here; the fold over a history leaves
 * out by itself what no version judges (fold.c).
 */
#include "postgres.h"

#include "ledger/entry.h"
#include "ledger/judge.h"
#include "rulebook/cache.h"

/*
 * Is the version there at an instant?  The end does not belong to it, unless
 * that is infinity.
 */
static bool
covers(const PolicyVersion *version, TimestampTz at)
{
	return version->from <= at && (at < version->to || version->to == DT_NOEND);
}

/* Does it have the rule? */
static bool
knows(PolicyVersion *version, const char *rule, int len)
{
	return policy_rule_index(rulebook_compiled(version), rule, len) >= 0;
}

/*
 * The version in force goes before those on trial, which are asked in their
 * order.
 */
PolicyVersion *
ledger_judge(Scheme *scheme, TimestampTz at, const char *rule, int len)
{
	PolicyVersion *version = rulebook_version_at(scheme, at);

	if (version != NULL && knows(version, rule, len))
		return version;
	for (int i = 0; i < scheme->ntrials; i++)
		if (covers(&scheme->trials[i], at) && knows(&scheme->trials[i], rule, len))
			return &scheme->trials[i];
	return NULL;
}

/* For activities and the like, of which any version may know. */
PolicyVersion *
ledger_version_or_trial(Scheme *scheme, TimestampTz at)
{
	PolicyVersion *version = rulebook_version_at(scheme, at);

	for (int i = 0; i < scheme->ntrials && version == NULL; i++)
		if (covers(&scheme->trials[i], at))
			version = &scheme->trials[i];
	return version;
}

/* No trial is asked: it judges under a scheme of its own name. */
bool
ledger_judges(Scheme *scheme, const ViolationRow *row)
{
	PolicyVersion *version = rulebook_version_at(scheme, row->occurred);

	return version != NULL && knows(version, row->rule, strlen(row->rule));
}

/* The compiled policy of a version; null: there is none. */
static const Policy *
policy_of(PolicyVersion *version)
{
	return version == NULL ? NULL : rulebook_compiled(version);
}

/* The version in force, or the draft that stands in for all of them. */
const Policy *
policy_at(Scheme *scheme, const Policy *draft, TimestampTz at)
{
	return draft != NULL ? draft : policy_of(rulebook_version_at(scheme, at));
}

/* Mostly the last version; a draft among them has no id. */
const Policy *
scheme_policy(Scheme *scheme, int64 policy_id)
{
	for (int i = scheme->nversions - 1; i >= 0 && policy_id == 0; i--)
		if (scheme->versions[i].policy_id == policy_id)
			return rulebook_compiled(&scheme->versions[i]);
	return rulebook_policy(policy_id);
}
