/*
 * owner.c
 *		Working as the owner of the ledger, and what that is.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Tables are looked up by name each time: a ledger may be dropped and made anew. */
Oid
ledger_relation(const char *name)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid(name, nsp) : InvalidOid;

	if (!OidIsValid(relid))
		report_missing_of(MISSING_LEDGER, NULL, NULL, psprintf(_("There is no table governance.%s."), name),
						  NULL, 0);
	return relid;
}

/* Without a hint at one table: where this one is missing, all are. */
Oid
standings_relation(void)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid("standing", nsp) : InvalidOid;

	if (!OidIsValid(relid))
		report_missing(MISSING_LEDGER, NULL, NULL, 0);
	return relid;
}

/* The owner of the ledger is the owner of its standings. */
Oid
ledger_owner(void)
{
	Oid			relid = standings_relation();
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Members of the owner may, too. */
bool
ledger_owned_by(Oid userid)
{
	return has_privs_of_role(userid, ledger_owner());
}

/* The identity first, so that SPI plans with the rights of the owner. */
void
ledger_enter(Identity *identity)
{
	Oid			owner = ledger_owner();

	identity_enter(owner, identity);
	SPI_connect();
}

/* In the opposite order. */
void
ledger_leave(const Identity *identity)
{
	SPI_finish();
	identity_leave(identity);
}

/* The identity stays that of the caller. */
void
ledger_read_enter(void)
{
	SPI_connect();
}

/* What was allocated in between is gone, but for what was copied out. */
void
ledger_read_leave(void)
{
	SPI_finish();
}

/* By the right on the table itself. */
bool
may_tell(const char *table)
{
	return pg_class_aclcheck(ledger_relation(table), acting_role(), ACL_SELECT) == ACLCHECK_OK;
}

/* The right of the current role, which is the caller. */
void
require_insert(const char *table)
{
	Oid			nsp = get_namespace_oid("governance", false);
	Oid			relid = get_relname_relid(table, nsp);
	AclResult	result;

	if (!OidIsValid(relid))
		elog(ERROR, "relation governance.%s does not exist", table);
	result = pg_class_aclcheck(relid, GetUserId(), ACL_INSERT);
	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_TABLE, table);
}
