/*
 * owner.h
 *		Working as the owner of the ledger.
 *
 * Everything that reads or writes the ledger's tables on behalf of somebody else
 * runs as the tables' owner, between ledger_enter() and ledger_leave(), as the
 * checks of foreign keys do: whoever may insert a violation needs no right on
 * anything that follows from it.
 */
#ifndef GOVERNANCE_DB_OWNER_H
#define GOVERNANCE_DB_OWNER_H

#include "db/identity.h"

/*
 * The OID of a table of the ledger; raises ERRCODE_GV_NO_LEDGER when
 * create_ledger() has not run.
 */
extern Oid	ledger_relation(const char *name);

/* The same of governance.standing, without which there is no ledger at all. */
extern Oid	standings_relation(void);

/* The owner of the ledger is the owner of its standings. */
extern Oid	ledger_owner(void);

/* May a role act as the owner of the ledger? */
extern bool ledger_owned_by(Oid userid);

/*
 * Becomes the owner of the ledger and connects to SPI; raises
 * ERRCODE_GV_NO_LEDGER when create_ledger() has not run.  An error in between
 * undoes the change of identity, as the abort of a (sub)transaction does.
 */
extern void ledger_enter(Identity *identity);
extern void ledger_leave(const Identity *identity);

/* Only connects: for functions that read with the rights of their caller. */
extern void ledger_read_enter(void);
extern void ledger_read_leave(void);

/* May the acting role select from a table of the ledger, and so be told what is there? */
extern bool may_tell(const char *table);

/*
 * Who may hold up others is who may write what the lock is for; raises
 * ERRCODE_INSUFFICIENT_PRIVILEGE.
 */
extern void require_insert(const char *table);

#endif							/* GOVERNANCE_DB_OWNER_H */
