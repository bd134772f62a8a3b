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
#include "util.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define EQ " OPERATOR(pg_catalog.=) "

static SmallTable brakes = {
	.name = "brake",
	.columns = {"scheme"},
	.ncolumns = 1
};

static SmallTable parked = {
	.name = "parked",
	.columns = {"scheme", "rule", "released_at"},
	.ncolumns = 3
};

static KeptPlan hold_plan = {
	"UPDATE governance.violation v SET held = true"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, violation_id)"
	" WHERE v.account_id" EQ "u.account_id AND v.violation_id" EQ "u.violation_id",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

static KeptPlan check_plan = {
	"SELECT b.id FROM governance.brake_check($1, $2) AS b (id)",
	2, {INT8ARRAYOID, INT8ARRAYOID}
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
		if (found[i].nulls[2] &&
			small_text_equals(found[i].values[0], row->scheme->name, strlen(row->scheme->name)) &&
			(found[i].nulls[1] ||
			 small_text_equals(found[i].values[1], row->rule, strlen(row->rule))))
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
 * Does a brake count the violations of its scheme?  One that is held has no
 * consequences, and is not counted.
 */
static bool
is_watched(const ViolationRow *row)
{
	int			nrows;
	const SmallRow *found = small_table_rows(&brakes, &nrows);

	for (int i = 0; i < nrows && !row->held; i++)
		if (small_text_equals(found[i].values[0], row->scheme->name, strlen(row->scheme->name)))
			return true;
	return false;
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

static int64 *held_ids;
static uint64 nheld;

/*
 * Is it among the ids that brake_count() found?  bsearch() takes no argument
 * for it.
 */
static bool
is_held_now(const ViolationRow *row)
{
	return bsearch(&row->violation_id, held_ids, nheld, sizeof(int64), int64_order) != NULL;
}

/*
 * Whether a brake has gone too far is counted in SQL (brake_check()), after
 * standings and sanctions are written, so that what this statement did
 * counts, too.
 */
void
brake_count(ViolationRow *rows, int64 nrows, KeyList *list)
{
	Datum		values[2];

	if (!row_arrays(rows, nrows, is_watched, values))
		return;
	nheld = plan_execute(&check_plan, values, NULL, PLAN_FRESH);
	held_ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nheld + 1));
	for (uint64 row = 0; row < nheld; row++)
	{
		bool		isnull;

		held_ids[row] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
													1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	if (nheld == 0)
		return;

	/* This very statement went too far: as if it had come after the parking. */
	qsort(held_ids, nheld, sizeof(int64), int64_order);
	row_arrays(rows, nrows, is_held_now, values);
	plan_execute(&hold_plan, values, NULL, PLAN_WRITE);
	for (int64 i = 0; i < nrows; i++)
		if (is_held_now(&rows[i]))
		{
			StandingKey *key = key_list_add(list, rows[i].account_id, rows[i].scheme);

			key->replay = true;
			key->unlimited = true;
		}
}
