/*
 * account_row.c
 *		The rows of governance.account: found, and kept from going away, by the
 *		direct path where the tables allow it (see rows.h).
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "db/find.h"
#include "db/rows.h"
#include "db/table.h"
#include "ledger/account_row.h"
#include "ledger/entry.h"
#include "ledger/standing_key.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* Of governance.account, as far as the ledger reads it. */
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

/* Tables whose key begins with the account, of which no more is asked than that. */
static const ColumnSpec account_column[1] = {{"account_id", INT8OID}};

#define TABLE_BY_ACCOUNT(table) \
	{.name = table, .ncolumns = 1, .columns = account_column, .nkeys = 1}

static Table activity_table = TABLE_BY_ACCOUNT("activity");
static Table certified_table = TABLE_BY_ACCOUNT("certified_account");
static Table violation_table = TABLE_BY_ACCOUNT("violation");
static Table revision_table = TABLE_BY_ACCOUNT("revision");

/* ---------- for a caller, by what its snapshot shows ---------- */

/* By the direct path only; false when that takes SQL. */
bool
account_probe(int64 account_id, bool *exists, TimestampTz *opened)
{
	static const RowSearch search = {
		.table = &account_table, .by = COLUMN_BIT(A_ACCOUNT), .columns = COLUMN_BIT(A_OPENED_AT)
	};
	RowsFound	found;
	Datum		key = Int64GetDatum(account_id);

	if (!rows_look(&found, &search, &key))
		return false;
	*exists = rows_next(&found);
	if (*exists && opened != NULL)
		*opened = row_instant(&found.row, A_OPENED_AT);
	rows_end(&found);
	return true;
}

/*
 * Any violation, activity or revision: of which scheme is not looked at.  By the
 * direct path only; false when that takes SQL.
 */
bool
account_probe_entries(int64 account_id, bool *has)
{
	Table	   *const tables[] = {&activity_table, &violation_table, &revision_table};
	Datum		key = Int64GetDatum(account_id);

	*has = false;
	for (size_t i = 0; i < lengthof(tables) && !*has; i++)
	{
		RowSearch	search = {.table = tables[i], .by = COLUMN_BIT(0)};
		RowsFound	found;

		if (!rows_look(&found, &search, &key))
			return false;
		*has = rows_next(&found);
		rows_end(&found);
	}
	return true;
}

/* Asks for no other column than the id, which the caller may be allowed to see alone. */
bool
account_exists(int64 account_id)
{
	static const RowSearch search = {.table = &account_table, .by = COLUMN_BIT(A_ACCOUNT)};
	RowsFound	found;
	Datum		key = Int64GetDatum(account_id);
	bool		exists;

	if (account_probe(account_id, &exists, NULL))
		return exists;
	rows_select(&found, &search, &key, 1, PLAN_READ);
	exists = rows_next(&found);
	rows_end(&found);
	return exists;
}

/* For callers who named the account in an argument, and not in a row. */
void
require_account(int64 account_id)
{
	if (!account_exists(account_id))
		report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
}

/* ---------- for the ledger, by what is committed by now ---------- */

/*
 * Opens a table to look into it by the direct path; false when that cannot be.  A
 * snapshot of the whole transaction does not show what others have committed
 * since, so there the questions go to statements that take a later one.
 */
static bool
open_latest(Rows *rows, Table *table)
{
	if (IsolationUsesXactSnapshot())
		return false;
	rows_open(rows, table, TABLE_FIND, 0);
	return rows->direct != 0;
}

/* With hold, accounts are locked FOR KEY SHARE in the order given. */
AccountHistory *
accounts_find(const int64 *accounts, int naccounts, bool hold)
{
	AccountHistory *histories;
	Rows		rows;
	Snapshot	snapshot;

	if (!open_latest(&rows, &account_table))
		return NULL;
	histories = palloc0(sizeof(AccountHistory) * naccounts);
	snapshot = rows_snapshot(&rows);
	for (int i = 0; i < naccounts; i++)
	{
		AccountHistory *history = &histories[i];
		Datum		key = Int64GetDatum(accounts[i]);
		Datum		opened;
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		history->account_id = accounts[i];
		history->latest = true;
		direct_find(&rows.access, snapshot, &key, 1);
		history->exists = direct_next(&rows.access);
		if (history->exists && hold)
		{
			ItemPointerData tid = rows.access.row->tts_tid;

			history->exists = direct_lock(&rows.access, &tid, snapshot, LockTupleKeyShare);
		}
		if (!history->exists)
			continue;
		opened = direct_get(&rows.access, A_OPENED_AT, &isnull);
		history->opened = isnull ? DT_NOBEGIN : DatumGetTimestampTz(opened);
	}
	rows_close(&rows);
	return histories;
}

/*
 * How many rows has each account in a table whose key it leads?  Stops counting
 * at most[i], or null: at 1.  False when that takes SQL.
 */
static bool
count_rows(Table *table, const int64 *accounts, const int *most, int naccounts, int *n)
{
	Rows		rows;
	Snapshot	snapshot;

	if (!open_latest(&rows, table))
		return false;
	snapshot = rows_snapshot(&rows);
	for (int i = 0; i < naccounts; i++)
	{
		Datum		key = Int64GetDatum(accounts[i]);

		CHECK_FOR_INTERRUPTS();
		n[i] = 0;
		direct_find(&rows.access, snapshot, &key, 1);
		while (n[i] < (most == NULL ? 1 : most[i]) && direct_next(&rows.access))
			n[i]++;
	}
	rows_close(&rows);
	return true;
}

/* Which of the accounts have a row in a table whose key they lead? */
static bool
accounts_in(Table *table, const int64 *accounts, int naccounts, bool *found)
{
	int		   *n = palloc(sizeof(int) * Max(naccounts, 1));
	bool		known = count_rows(table, accounts, NULL, naccounts, n);

	for (int i = 0; i < naccounts && known; i++)
		found[i] = n[i] > 0;
	pfree(n);
	return known;
}

/* Those that have rows in governance.activity. */
bool
accounts_active(const int64 *accounts, int naccounts, bool *active)
{
	return accounts_in(&activity_table, accounts, naccounts, active);
}

/* Those that have a row in governance.certified_account. */
bool
accounts_certified(const int64 *accounts, int naccounts, bool *certified)
{
	return accounts_in(&certified_table, accounts, naccounts, certified);
}

/* No violation but those of the key, and no revision. */
bool
accounts_begin(StandingKey *const *keys, int nkeys, bool *begins)
{
	int64	   *accounts = palloc(sizeof(int64) * nkeys);
	int		   *most = palloc(sizeof(int) * nkeys);
	int		   *n = palloc(sizeof(int) * nkeys);
	bool	   *revised = palloc(sizeof(bool) * nkeys);
	bool		known;

	for (int i = 0; i < nkeys; i++)
	{
		accounts[i] = keys[i]->account_id;
		most[i] = keys[i]->nviolations + 1;
	}
	known = count_rows(&violation_table, accounts, most, nkeys, n) &&
		accounts_in(&revision_table, accounts, nkeys, revised);
	for (int i = 0; i < nkeys && known; i++)
		begins[i] = n[i] == keys[i]->nviolations && !revised[i];
	pfree(accounts);
	pfree(most);
	pfree(n);
	pfree(revised);
	return known;
}
