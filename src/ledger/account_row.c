/*
 * account_row.c
 *		The rows of governance.account: found, and kept from going away, without
 *		SQL where the table is what create_ledger() made (see table.h).
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/report.h"
#include "db/slot.h"
#include "db/table.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/standing_key.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

enum
{
	A_ACCOUNT, A_OPENED_AT, A_COLUMNS
};

static const ColumnSpec account_columns[A_COLUMNS] = {
	{"account_id", INT8OID}, {"opened_at", TIMESTAMPTZOID}
};

Table account_table = {
	.name = "account", .ncolumns = A_COLUMNS, .columns = account_columns, .nkeys = 1
};

enum
{
	Y_ACCOUNT, Y_ACTIVITY, Y_COLUMNS
};

static const ColumnSpec activity_columns[Y_COLUMNS] = {
	{"account_id", INT8OID}, {"activity_id", INT8OID}
};

static Table activity_table = {
	.name = "activity", .ncolumns = Y_COLUMNS, .columns = activity_columns, .nkeys = 1
};

static const ColumnSpec certified_columns[1] = {{"account_id", INT8OID}};

static Table certified_table = {
	.name = "certified_account", .ncolumns = 1, .columns = certified_columns, .nkeys = 1
};

static const ColumnSpec violation_columns[2] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}
};

static Table violation_table = {
	.name = "violation", .ncolumns = 2, .columns = violation_columns, .nkeys = 1
};

static const ColumnSpec revision_columns[2] = {
	{"account_id", INT8OID}, {"revision_id", INT8OID}
};

static Table revision_table = {
	.name = "revision", .ncolumns = 2, .columns = revision_columns, .nkeys = 1
};

static KeptPlan exists_plan = {
	"SELECT 1 FROM governance.account a WHERE a.account_id" EQ "$1",
	1, {INT8OID}
};

bool
account_probe(int64 account_id, bool *exists, TimestampTz *opened)
{
	DirectReader reader;
	Datum		key = Int64GetDatum(account_id);
	bool		isnull;

	if (!direct_read(&reader, &account_table, DIRECT_AS_CALLER, &key, 1))
		return false;
	*exists = direct_read_next(&reader);
	if (*exists && opened != NULL)
		*opened = DatumGetTimestampTz(direct_read_get(&reader, A_OPENED_AT, &isnull));
	direct_read_end(&reader);
	return true;
}

bool
account_exists(int64 account_id)
{
	Datum		value = Int64GetDatum(account_id);
	bool		exists;

	if (account_probe(account_id, &exists, NULL))
		return exists;
	exists = plan_execute(&exists_plan, &value, NULL, PLAN_READ) > 0;
	SPI_freetuptable(SPI_tuptable);
	return exists;
}

/* For callers who named the account in an argument, and not in a row. */
void
require_account(int64 account_id)
{
	if (!account_exists(account_id))
		report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
}

AccountHistory *
accounts_find(const int64 *accounts, int naccounts, bool hold)
{
	AccountHistory *histories;
	DirectAccess access;
	Snapshot	snapshot;

	/*
	 * A snapshot of the whole transaction does not show what others have
	 * committed since.
	 */
	if (IsolationUsesXactSnapshot() || !direct_open(&access, &account_table, TABLE_FIND))
		return NULL;
	histories = palloc0(sizeof(AccountHistory) * naccounts);
	snapshot = snapshot_push();
	for (int i = 0; i < naccounts; i++)
	{
		AccountHistory *history = &histories[i];
		Datum		key = Int64GetDatum(accounts[i]);
		Datum		opened;
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		history->account_id = accounts[i];
		direct_find(&access, snapshot, &key, 1);
		history->exists = direct_next(&access);
		if (history->exists && hold)
		{
			ItemPointerData tid = access.row->tts_tid;

			history->exists = direct_lock(&access, &tid, snapshot, LockTupleKeyShare);
		}
		if (!history->exists)
			continue;
		opened = direct_get(&access, A_OPENED_AT, &isnull);
		history->opened = isnull ? DT_NOBEGIN : DatumGetTimestampTz(opened);
	}
	direct_stop(&access);
	snapshot_pop();
	direct_close(&access);
	return histories;
}

/* Which of the accounts have a row in a table whose key they lead? */
static bool
accounts_in(Table *table, const int64 *accounts, int naccounts, bool *found)
{
	DirectAccess access;
	Snapshot	snapshot;

	if (IsolationUsesXactSnapshot() || !direct_open(&access, table, TABLE_FIND))
		return false;
	snapshot = snapshot_push();
	for (int i = 0; i < naccounts; i++)
	{
		Datum		key = Int64GetDatum(accounts[i]);

		CHECK_FOR_INTERRUPTS();
		direct_find(&access, snapshot, &key, 1);
		found[i] = direct_next(&access);
	}
	direct_stop(&access);
	snapshot_pop();
	direct_close(&access);
	return true;
}

bool
accounts_active(const int64 *accounts, int naccounts, bool *active)
{
	return accounts_in(&activity_table, accounts, naccounts, active);
}

bool
accounts_certified(const int64 *accounts, int naccounts, bool *certified)
{
	return accounts_in(&certified_table, accounts, naccounts, certified);
}

/* Of which keys are the violations all that the account has? */
static bool
all_violations(StandingKey *const *keys, int nkeys, bool *all)
{
	DirectAccess access;
	Snapshot	snapshot;

	if (IsolationUsesXactSnapshot() || !direct_open(&access, &violation_table, TABLE_FIND))
		return false;
	snapshot = snapshot_push();
	for (int i = 0; i < nkeys; i++)
	{
		Datum		key = Int64GetDatum(keys[i]->account_id);
		int			n = 0;

		CHECK_FOR_INTERRUPTS();
		direct_find(&access, snapshot, &key, 1);
		while (n <= keys[i]->nviolations && direct_next(&access))
			n++;
		all[i] = n == keys[i]->nviolations;
	}
	direct_stop(&access);
	snapshot_pop();
	direct_close(&access);
	return true;
}

bool
accounts_begin(StandingKey *const *keys, int nkeys, bool *begins)
{
	int64	   *accounts = palloc(sizeof(int64) * nkeys);
	bool	   *revised = palloc(sizeof(bool) * nkeys);
	bool		known;

	for (int i = 0; i < nkeys; i++)
		accounts[i] = keys[i]->account_id;
	known = all_violations(keys, nkeys, begins) &&
		accounts_in(&revision_table, accounts, nkeys, revised);
	for (int i = 0; i < nkeys && known; i++)
		begins[i] = begins[i] && !revised[i];
	pfree(accounts);
	pfree(revised);
	return known;
}
