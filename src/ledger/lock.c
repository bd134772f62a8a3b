/*
 * lock.c
 *		Locks on accounts and standings, for those who have no right to lock rows
 *		of tables that they may not change.
 *
 * The order of locks is: the table of standings (see ledger_lock()), accounts
 * by id, standings by account and scheme.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/ledger.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_hold_account);
PG_FUNCTION_INFO_V1(governance_hold_scheme);
PG_FUNCTION_INFO_V1(governance_hold_standing);

static LedgerPlan accounts_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.account_id" EQ "ANY ($1)"
	" ORDER BY a.account_id FOR NO KEY UPDATE",
	1, {INT8ARRAYOID}
};

static LedgerPlan standing_plan = {
	"SELECT s.account_id FROM governance.standing s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2 FOR NO KEY UPDATE",
	2, {INT8OID, TEXTOID}
};

/* With those that have copies of the account's entries. */
static LedgerPlan linked_standings_plan = {
	"SELECT s.account_id FROM governance.standing s WHERE s.scheme" EQ "$2 AND s.account_id" EQ "ANY"
	" (ARRAY(SELECT $1 UNION SELECT v.account_id FROM governance.violation v"
	" WHERE v.linked_account_id" EQ "$1 AND v.scheme" EQ "$2))"
	" ORDER BY s.account_id FOR NO KEY UPDATE",
	2, {INT8OID, TEXTOID}
};

static LedgerPlan latest_plan = {
	"SELECT pg_catalog.max(s.as_of) FROM governance.standing s WHERE s.scheme" EQ "$1",
	1, {TEXTOID}
};

void
accounts_lock(const int64 *accounts, int naccounts)
{
	Datum		array;

	if (naccounts == 0)
		return;
	array = ledger_int8_array(accounts, naccounts);
	ledger_execute(&accounts_plan, &array, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
}

/* Who may hold up others is who may write what the lock is for. */
static void
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

/* hold_account(account_id): part of set_attribute(). */
Datum
governance_hold_account(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	LedgerIdentity identity;

	require_insert("attribute");
	ledger_lock(RowExclusiveLock);
	ledger_enter(&identity);
	accounts_lock(&account_id, 1);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}

/*
 * hold_scheme(scheme): part of publish(), activate() and retire().  Gives the
 * latest instant that a standing of the scheme has seen.
 */
Datum
governance_hold_scheme(PG_FUNCTION_ARGS)
{
	Datum		scheme = PG_GETARG_DATUM(0);
	LedgerIdentity identity;
	Datum		latest;
	bool		isnull;

	require_insert("policy");
	ledger_lock(ExclusiveLock);
	ledger_enter(&identity);
	ledger_execute(&latest_plan, &scheme, NULL, LEDGER_LATEST);
	latest = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	ledger_leave(&identity);
	if (isnull)
		PG_RETURN_NULL();
	return latest;
}

/* hold_standing(account_id, scheme): part of revise(). */
Datum
governance_hold_standing(PG_FUNCTION_ARGS)
{
	Datum		values[2];
	text	   *name = PG_GETARG_TEXT_PP(1);
	LedgerIdentity identity;
	const Scheme *scheme;

	require_insert("revision");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	ledger_enter(&identity);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	ledger_execute(scheme != NULL && scheme->copies ? &linked_standings_plan : &standing_plan,
				   values, NULL, LEDGER_FRESH);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}
