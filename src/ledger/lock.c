/*
 * lock.c
 *		Locks on the table of standings and on accounts.
 *
 * The order of locks is: the table of standings, the configuration of
 * certification, the turns of certified accounts by id, accounts by id, standings
 * by account and scheme.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "db/plan.h"
#include "ledger/lock.h"

#include "catalog/pg_type.h"
#include "storage/lmgr.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan accounts_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.account_id" EQ "ANY ($1)"
	" ORDER BY a.account_id FOR NO KEY UPDATE",
	1, {INT8ARRAYOID}
};

/* By the table's OID: a ledger that was made anew has another table. */
void
standings_table_lock(LOCKMODE mode)
{
	LockRelationOid(standings_relation(), mode);
}

/*
 * In the order of ids, which is the order in which everybody locks accounts.
 */
void
accounts_lock(const int64 *accounts, int naccounts)
{
	Datum		array;

	if (naccounts == 0)
		return;
	array = int8_array(accounts, naccounts);
	plan_execute(&accounts_plan, &array, NULL, PLAN_FRESH);
	SPI_freetuptable(SPI_tuptable);
}
