/*
 * limits.h
 *		How far those who decide may go: governance.moderator_limit.
 */
#ifndef GOVERNANCE_OVERSIGHT_LIMITS_H
#define GOVERNANCE_OVERSIGHT_LIMITS_H

/* Is there any limit at all?  Asks no table unless the limits have changed. */
extern bool limits_any(void);

/*
 * Refuses what goes beyond the limits of a role; to be called after the
 * standings have followed, between ledger_enter() and ledger_leave().
 */
extern void limits_check(Oid userid, const int64 *accounts, const int64 *violations, int n);

#endif							/* GOVERNANCE_OVERSIGHT_LIMITS_H */
