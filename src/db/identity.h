/*
 * identity.h
 *		On whose behalf code works that runs with the rights of the ledger's owner.
 *
 * Whatever follows from an entry is read and written as the owner of the ledger,
 * as the checks of foreign keys are.  Who acted stays known all the while: it
 * is the role that was current when the outermost of these calls began.
 */
#ifndef GOVERNANCE_DB_IDENTITY_H
#define GOVERNANCE_DB_IDENTITY_H

#include "postgres.h"

typedef struct Identity
{
	Oid			userid;
	int			sec_context;
	Oid			actor;
	int			actor_level;
} Identity;

/*
 * Become the given role until identity_leave().  An error in between undoes it,
 * as the abort of a (sub)transaction does.
 */
extern void identity_enter(Oid owner, Identity *identity);
extern void identity_leave(const Identity *identity);

/* The current role or, where code runs as the owner, the one that it works for. */
extern Oid	acting_role(void);

/*
 * How many triggers are at work within each other.  A trigger on a table that
 * the owner's code writes is one deeper than that code: so it is told apart from
 * what another trigger writes there meanwhile.
 */
extern int	trigger_depth(void);

#endif							/* GOVERNANCE_DB_IDENTITY_H */
