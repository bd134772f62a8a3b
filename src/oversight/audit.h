/*
 * audit.h
 *		Entries of the audit that are no row of a table.
 */
#ifndef GOVERNANCE_OVERSIGHT_AUDIT_H
#define GOVERNANCE_OVERSIGHT_AUDIT_H

/* Call between ledger_enter() and ledger_leave(); reason may be null. */
extern void audit_event(Oid userid, const char *action, const char *reason);

#endif							/* GOVERNANCE_OVERSIGHT_AUDIT_H */
