/*
 * identity.c
 *		Becoming the owner of the ledger, and knowing who acted meanwhile.
 */
#include "postgres.h"

#include "db/identity.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * The role that acts and the transaction's nesting level at which it was noted;
 * invalid while nobody has become the owner.
 */
static Oid	actor = InvalidOid;
static int	actor_level = 0;

/* An error leaves without identity_leave(): what it interrupted is over. */
static void
forget_actor_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		actor = InvalidOid;
}

/* The same for a part of a transaction, if that was where the actor was noted. */
static void
forget_actor_of_subtransaction(SubXactEvent event, SubTransactionId mine,
							   SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && actor_level >= GetCurrentTransactionNestLevel())
		actor = InvalidOid;
}

/*
 * Does a role own the ledger, which is who owns its standings?  False when
 * there is none.
 */
static bool
owns_ledger(Oid userid)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid("standing", nsp) : InvalidOid;
	HeapTuple	tuple = OidIsValid(relid) ? SearchSysCache1(RELOID, ObjectIdGetDatum(relid)) : NULL;
	bool		owns = HeapTupleIsValid(tuple) && ((Form_pg_class) GETSTRUCT(tuple))->relowner == userid;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return owns;
}

/*
 * Who acts while nobody has been noted.  Foreign keys mark their work as we mark
 * ours, and do it as the owner of the table that they change.  Where that is a
 * table of the ledger, whoever is outermost acted.  Where it is another one, its
 * triggers are code of its owner, in the statement of somebody who never agreed
 * to it: then the owner is the one who acts.
 */
static Oid
role_outside(void)
{
	Oid			userid = GetUserId();

	return InNoForceRLSOperation() && owns_ledger(userid) ? GetOuterUserId() : userid;
}

/*
 * Only a fresh start notes who acts: what the owner's code runs in its turn,
 * triggers of other tables among it, works for the same role.
 */
void
identity_enter(Oid owner, Identity *identity)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterXactCallback(forget_actor_of_transaction, NULL);
		RegisterSubXactCallback(forget_actor_of_subtransaction, NULL);
		registered = true;
	}
	GetUserIdAndSecContext(&identity->userid, &identity->sec_context);
	identity->actor = actor;
	identity->actor_level = actor_level;
	if (!InNoForceRLSOperation() || !OidIsValid(actor))
	{
		actor = role_outside();
		actor_level = GetCurrentTransactionNestLevel();
	}
	SetUserIdAndSecContext(owner, identity->sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

/* Everything is as it was before the call of identity_enter() that it belongs to. */
void
identity_leave(const Identity *identity)
{
	SetUserIdAndSecContext(identity->userid, identity->sec_context);
	actor = identity->actor;
	actor_level = identity->actor_level;
}

/* As pg_trigger_depth() gives it. */
int
trigger_depth(void)
{
	return DatumGetInt32(pg_trigger_depth(NULL));
}

/*
 * Who is noted counts only while somebody works as the owner: a role that the
 * owner's code has become meanwhile acts for itself.
 */
Oid
acting_role(void)
{
	return InNoForceRLSOperation() && OidIsValid(actor) ? actor : role_outside();
}
