/*
 * brake.c
 *		Holds violations whose scheme or rule is parked.
 *
 * Whether a violation is held is written into its row, so that it does not
 * depend on who saw what when: a replay, verify() and rebuild() read it there.
 * Nothing on the way of a violation locks a row that another one might want.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/smalltable.h"
#include "ledger/entry.h"
#include "ledger/standing_key.h"
#include "oversight/brake.h"
#include "oversight/brake_count.h"
#include "util.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define EQ " OPERATOR(pg_catalog.=) "

enum
{
	B_ID, B_SCHEME, B_RULE, B_MAX_ACCOUNTS, B_MAX_SHARE, B_WITHIN, B_COLUMNS
};

static SmallTable brakes = {
	.name = "brake",
	.columns = {"brake_id", "scheme", "rule", "max_accounts", "max_share", "within"},
	.ncolumns = B_COLUMNS
};

enum
{
	P_BRAKE, P_SCHEME, P_RULE, P_RELEASED, P_COLUMNS
};

static SmallTable parked = {
	.name = "parked",
	.columns = {"brake_id", "scheme", "rule", "released_at"},
	.ncolumns = P_COLUMNS
};

static KeptPlan hold_plan = {
	"UPDATE governance.violation v SET held = true"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, violation_id)"
	" WHERE v.account_id" EQ "u.account_id AND v.violation_id" EQ "u.violation_id",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

static KeptPlan park_plan = {
	"SELECT governance.park($1, $2, $3, $4, $5)",
	5, {INT8OID, TEXTOID, TEXTOID, INT8OID, INT8OID}
};

/*
 * The small table is in the memory of the backend; only where it is not is
 * the catalog asked whether there is such a table.
 */
bool
brake_any(void)
{
	int			nrows;

	/* A ledger of an earlier version has no such table. */
	if (!brakes.valid &&
		!OidIsValid(get_relname_relid(brakes.name, get_namespace_oid("governance", false))))
		return false;
	small_table_rows(&brakes, &nrows);
	return nrows > 0;
}

/* Is a row one of those that are wanted? */
typedef bool (*RowTest) (const ViolationRow *row);

/*
 * The accounts and ids of those rows that pass a test, as the two parameters
 * of a plan in values; false when none does.
 */
static bool
row_arrays(const ViolationRow *rows, int64 nrows, RowTest test, Datum *values)
{
	int64	   *accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nrows + 1));
	int64	   *violations = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nrows + 1));
	int			n = 0;

	for (int64 i = 0; i < nrows; i++)
		if (test(&rows[i]))
		{
			accounts[n] = rows[i].account_id;
			violations[n++] = rows[i].violation_id;
		}
	if (n > 0)
	{
		values[0] = int8_array(accounts, n);
		values[1] = int8_array(violations, n);
	}
	pfree(accounts);
	pfree(violations);
	return n > 0;
}

/*
 * Is the rule of a violation, or its whole scheme, parked and not released
 * yet?
 */
static bool
is_parked(const ViolationRow *row)
{
	int			nrows;
	const SmallRow *found = small_table_rows(&parked, &nrows);

	for (int i = 0; i < nrows; i++)
		if (found[i].nulls[P_RELEASED] &&
			small_text_equals(found[i].values[P_SCHEME], row->scheme->name,
							  strlen(row->scheme->name)) &&
			(found[i].nulls[P_RULE] ||
			 small_text_equals(found[i].values[P_RULE], row->rule, strlen(row->rule))))
			return true;
	return false;
}

/* Parked, and not held by whoever loads a history. */
static bool
to_be_held(const ViolationRow *row)
{
	return !row->held && is_parked(row);
}

/*
 * The rows in memory and those in the table are marked alike: the fold goes
 * by the one, a replay by the other.
 */
void
brake_hold(ViolationRow *rows, int64 nrows)
{
	Datum		values[2];

	if (!row_arrays(rows, nrows, to_be_held, values))
		return;
	for (int64 i = 0; i < nrows; i++)
		rows[i].held = rows[i].held || is_parked(&rows[i]);
	plan_execute(&hold_plan, values, NULL, PLAN_WRITE);
}

/* ---------- counting ---------- */

/* Does a brake watch a violation?  One that is held has no consequences. */
static bool
watches(const Brake *brake, const ViolationRow *row)
{
	return !row->held && strcmp(brake->scheme, row->scheme->name) == 0 &&
		(brake->rule == NULL || strcmp(brake->rule, row->rule) == 0);
}

/*
 * When a brake was released last.  False: it is on, and counts nothing until
 * then.
 */
static bool
last_release(int64 brake_id, TimestampTz *released)
{
	int			nrows;
	const SmallRow *found = small_table_rows(&parked, &nrows);

	*released = DT_NOBEGIN;
	for (int i = 0; i < nrows; i++)
	{
		if (DatumGetInt64(found[i].values[P_BRAKE]) != brake_id)
			continue;
		if (found[i].nulls[P_RELEASED])
			return false;
		*released = Max(*released, DatumGetTimestampTz(found[i].values[P_RELEASED]));
	}
	return true;
}

/* A row of governance.brake, copied: the table may be read anew at any lock. */
static void
take_brake(const SmallRow *row, Brake *brake)
{
	memset(brake, 0, sizeof(Brake));
	brake->brake_id = DatumGetInt64(row->values[B_ID]);
	brake->scheme = TextDatumGetCString(row->values[B_SCHEME]);
	brake->rule = row->nulls[B_RULE] ? NULL : TextDatumGetCString(row->values[B_RULE]);
	brake->has_max = !row->nulls[B_MAX_ACCOUNTS];
	brake->max_accounts = brake->has_max ? DatumGetInt64(row->values[B_MAX_ACCOUNTS]) : 0;
	brake->has_share = !row->nulls[B_MAX_SHARE];
	if (brake->has_share)
		brake->max_share = datumCopy(row->values[B_MAX_SHARE], false, -1);
	brake->within = *DatumGetIntervalP(row->values[B_WITHIN]);
}

/* The brakes are few, and their order does not matter. */
static Brake *
copy_brakes(int *n)
{
	const SmallRow *rows = small_table_rows(&brakes, n);
	Brake	   *copies = palloc(sizeof(Brake) * Max(*n, 1));

	for (int i = 0; i < *n; i++)
		take_brake(&rows[i], &copies[i]);
	return copies;
}

/* Does a statement have a violation that has brought a sanction? */
static bool
any_sanctioned(const ViolationRow *rows, int64 nrows)
{
	for (int64 i = 0; i < nrows; i++)
		if (rows[i].sanctioned)
			return true;
	return false;
}

/* The accounts that violations have brought a sanction under the eyes of a brake,
 * each once, in ascending order; null: none. */
static int64 *
sanctioned_accounts(const Brake *brake, const ViolationRow *rows, int64 nrows, int *n)
{
	int64	   *accounts = NULL;
	int			distinct = 0;

	*n = 0;
	for (int64 i = 0; i < nrows; i++)
		if (rows[i].sanctioned && watches(brake, &rows[i]))
		{
			if (accounts == NULL)
				accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nrows - i));
			accounts[(*n)++] = rows[i].account_id;
		}
	if (*n > 1)
		qsort(accounts, *n, sizeof(int64), int64_order);
	for (int i = 0; i < *n; i++)
		if (i == 0 || accounts[i] != accounts[i - 1])
			accounts[distinct++] = accounts[i];
	*n = distinct;
	return accounts;
}

/* A row of governance.parked, and whoever listens is told. */
static void
park(const Brake *brake, int64 counted, int64 allowed)
{
	Datum		values[5];
	char		nulls[] = {' ', ' ', brake->rule == NULL ? 'n' : ' ', ' ', ' ', '\0'};

	values[0] = Int64GetDatum(brake->brake_id);
	values[1] = CStringGetTextDatum(brake->scheme);
	values[2] = brake->rule == NULL ? (Datum) 0 : CStringGetTextDatum(brake->rule);
	values[3] = Int64GetDatum(counted);
	values[4] = Int64GetDatum(allowed);
	(void) plan_execute(&park_plan, values, nulls, PLAN_WRITE);
	SPI_freetuptable(SPI_tuptable);
}

/* Was it this very statement that went too far with it? */
static bool
is_held_now(const ViolationRow *row)
{
	return row->too_far;
}

/*
 * Counting comes after standings and sanctions are written, so that what this
 * statement did counts, too (brake_count.c).  What it goes too far with is held
 * as if it had come after the parking.
 */
void
brake_count(ViolationRow *rows, int64 nrows, KeyList *list)
{
	bool		any = false;
	Datum		values[2];
	Brake	   *all;
	int			n;

	if (!any_sanctioned(rows, nrows))
		return;
	all = copy_brakes(&n);
	for (int b = 0; b < n; b++)
	{
		int			naccounts;
		int64	   *accounts = sanctioned_accounts(&all[b], rows, nrows, &naccounts);
		int64		counted;
		int64		allowed;

		if (naccounts == 0 || !last_release(all[b].brake_id, &all[b].released) ||
			brake_admits(&all[b], accounts, naccounts, &counted, &allowed))
			continue;
		park(&all[b], counted, allowed);
		any = true;
		for (int64 i = 0; i < nrows; i++)
			rows[i].too_far |= watches(&all[b], &rows[i]);
	}
	if (!any || !row_arrays(rows, nrows, is_held_now, values))
		return;
	plan_execute(&hold_plan, values, NULL, PLAN_WRITE);
	for (int64 i = 0; i < nrows; i++)
		if (rows[i].too_far)
		{
			StandingKey *key = key_list_add(list, rows[i].account_id, rows[i].scheme);

			key->replay = true;
			key->unlimited = true;
		}
}
