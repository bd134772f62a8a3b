/*
 * judge.h
 *		Which version of a scheme judges a violation.
 */
#ifndef GOVERNANCE_LEDGER_JUDGE_H
#define GOVERNANCE_LEDGER_JUDGE_H

#include "ledger/entry.h"
#include "rulebook/cache.h"

/*
 * The version in force then or, for a rule that it does not have, one on trial
 * that does; null: none.  For rows that enter, and for what they may cost.
 */
extern PolicyVersion *ledger_judge(Scheme *scheme, TimestampTz at, const char *rule, int len);

/* The version in force then, or one on trial; null: neither. */
extern PolicyVersion *ledger_version_or_trial(Scheme *scheme, TimestampTz at);

/*
 * Does it count under the scheme, or under the trial that is one of its own?  Not
 * when there was no version then, or one that does not have the rule.
 */
extern bool ledger_judges(Scheme *scheme, const ViolationRow *row);

/* The version in force, or the draft that stands in for all of them. */
extern const Policy *policy_at(Scheme *scheme, const Policy *draft, TimestampTz at);

/*
 * The compiled policy of an id: a version of the scheme, which need not be stored
 * (a draft that is tried out), or any that is.
 */
extern const Policy *scheme_policy(Scheme *scheme, int64 policy_id);

#endif							/* GOVERNANCE_LEDGER_JUDGE_H */
