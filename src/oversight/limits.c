/*
 * limits.c
 *		Keeps those who decide within their limits.
 *
 * Nearly always there are none, and a backend knows that without a look at the
 * table.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "certification/smalltable.h"
#include "compat.h"
#include "ledger/ledger.h"
#include "miscadmin.h"
#include "oversight/limits.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static SmallTable limits = {
	.name = "moderator_limit",
	.columns = {"limit_id"},
	.ncolumns = 1
};

static LedgerPlan check_plan = {
	"SELECT governance.check_limits($1, $2, $3)",
	3, {TEXTOID, INT8ARRAYOID, INT8ARRAYOID}
};

bool
limits_any(void)
{
	int			nrows;

	/* A ledger of an earlier version has no such table. */
	if (!limits.valid &&
		!OidIsValid(get_relname_relid(limits.name, get_namespace_oid("governance", false))))
		return false;
	small_table_rows(&limits, &nrows);
	return nrows > 0;
}

void
limits_check(Oid userid, const int64 *accounts, const int64 *violations, int n)
{
	Datum		values[3];

	if (n == 0)
		return;
	values[0] = CStringGetTextDatum(GetUserNameFromId(userid, false));
	values[1] = ledger_int8_array(accounts, n);
	values[2] = ledger_int8_array(violations, n);
	ledger_execute(&check_plan, values, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
}
