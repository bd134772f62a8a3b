/*
 * identity.c
 *		Becoming the owner of the ledger, and knowing who acted meanwhile.
 */
#include "postgres.h"

#include "identity.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"

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

static void
forget_actor_of_subtransaction(SubXactEvent event, SubTransactionId mine,
							   SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && actor_level >= GetCurrentTransactionNestLevel())
		actor = InvalidOid;
}

/*
 * Only a fresh start notes who acts: what the owner's code runs in its turn,
 * triggers of other tables among it, works for the same role.  Checks of foreign
 * keys mark their work in the same way; whoever is outermost there is all that
 * is known.
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
		actor = InNoForceRLSOperation() ? GetOuterUserId() : identity->userid;
		actor_level = GetCurrentTransactionNestLevel();
	}
	SetUserIdAndSecContext(owner, identity->sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
identity_leave(const Identity *identity)
{
	SetUserIdAndSecContext(identity->userid, identity->sec_context);
	actor = identity->actor;
	actor_level = identity->actor_level;
}

int
trigger_depth(void)
{
	return DatumGetInt32(pg_trigger_depth(NULL));
}

Oid
acting_role(void)
{
	if (!InNoForceRLSOperation())
		return GetUserId();
	return OidIsValid(actor) ? actor : GetOuterUserId();
}
