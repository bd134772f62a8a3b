/*
 * ledger_rows.c
 *		What accounts have used, and when sessions began and ended.
 */
#include "postgres.h"

#include "compat.h"
#include "entitlement/amount.h"
#include "entitlement/columns.h"
#include "entitlement/ledger_rows.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define GE " OPERATOR(pg_catalog.>=) "

#define USAGE_COLUMNS \
	"SELECT u.use_id, u.account_id, u.entry, u.about, u.capability, u.amount, u.unit IS NOT NULL, u.used_at," \
	" pg_catalog.lower(u.during), u.recorded_at, u.counterpart, u.session_id, u.place, u.context, u.lapses_at," \
	" (SELECT pg_catalog.sum(g) FROM pg_catalog.unnest(u.granted) g) FROM governance.usage u WHERE "
#define IN_ORDER " ORDER BY u.use_id"

/* Capabilities by name. */
static KeptPlan named_plan = {
	USAGE_COLUMNS "u.account_id" EQ "ANY ($1) AND u.capability" EQ "ANY ($2) AND u.used_at" GE "$3" IN_ORDER,
	3, {INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID}
};

/* The same of one account and one capability, which is the rule. */
static KeptPlan one_plan = {
	USAGE_COLUMNS "u.account_id" EQ "$1 AND u.capability" EQ "$2 AND u.used_at" GE "$3" IN_ORDER,
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* Where patterns are among them. */
static KeptPlan all_plan = {
	USAGE_COLUMNS "u.account_id" EQ "ANY ($1) AND u.used_at" GE "$2" IN_ORDER,
	2, {INT8ARRAYOID, TIMESTAMPTZOID}
};

/* What others used with an account on the other side. */
static KeptPlan received_plan = {
	USAGE_COLUMNS "u.counterpart" EQ "$1 AND u.used_at" GE "$2" IN_ORDER,
	2, {INT8OID, TIMESTAMPTZOID}
};

static KeptPlan open_plan = {
	"SELECT s.session_id, s.account_id, s.capability, s.opened_at, s.last_sign_at, s.until, s.lease, s.place,"
	" s.counterpart, s.context FROM governance.session s"
	" WHERE s.closed_at IS NULL AND (s.account_id" EQ "ANY ($1) OR s.counterpart" EQ "$2)"
	" ORDER BY s.session_id",
	2, {INT8ARRAYOID, INT8OID}
};

/* ---------- uses ---------- */

/* Is a capability among those that are wanted? */
static bool
is_wanted(const UsageWanted *wanted, const char *capability)
{
	for (int i = 0; i < wanted->nnames; i++)
		if (entitlement_matches(wanted->names[i], capability))
			return true;
	return false;
}

/* The use that a row is about; null: it is not among those that were read. */
static UsageRow *
usage_find(UsageRows *rows, int64 use_id)
{
	for (int i = rows->n - 1; i >= 0; i--)
		if (rows->list[i].use_id == use_id)
			return &rows->list[i];
	return NULL;
}

/* What a row about a use says of it. */
static void
usage_about(UsageRow *use, const char *entry, int64 amount)
{
	if (strcmp(entry, "commit") == 0)
	{
		use->committed = true;
		use->granted = Max(use->granted - (use->amount - amount), 0);
		use->amount = use->held = amount;
	}
	else if (strcmp(entry, "refund") == 0)
	{
		use->amount = Max(use->amount - amount, 0);
		use->held = Max(use->held - amount, 0);
		use->granted = Min(use->granted, use->amount);
		use->undone = use->amount == 0;
	}
	else if (use->reserve && !use->committed)
		use->given_up = true;
	else
		use->held = Max(use->held - amount, 0);
}

/* A row that is a use itself. */
static void
usage_add(UsageRows *rows, uint64 row, const char *entry, char *capability)
{
	UsageRow   *use;
	Datum		granted = column(row, 16);

	array_reserve(rows->list, rows->max, rows->n + 1);
	use = &rows->list[rows->n++];
	memset(use, 0, sizeof(UsageRow));
	use->use_id = DatumGetInt64(column(row, 1));
	use->account_id = DatumGetInt64(column(row, 2));
	use->capability = capability;
	use->reserve = strcmp(entry, "reserve") == 0;
	use->seconds = DatumGetBool(column(row, 7));
	use->amount = use->held = amount_of_numeric(DatumGetNumeric(column(row, 6)), AMOUNT_SCALE);
	use->granted = granted == (Datum) 0 ? 0 : amount_of_numeric(DatumGetNumeric(granted), AMOUNT_SCALE);
	use->to = column_instant(row, 8, DT_NOEND);
	use->from = column_instant(row, 9, use->to);
	use->recorded = column_instant(row, 10, DT_NOBEGIN);
	use->counterpart = DatumGetInt64(column(row, 11));
	use->session_id = DatumGetInt64(column(row, 12));
	use->place = column_text(row, 13);
	use->context = column_jsonb(row, 14);
	use->lapses = column_instant(row, 15, DT_NOEND);
}

/* The rows that a plan has given, by id: a row about a use comes after it. */
static void
usage_take(UsageRows *rows, const UsageWanted *wanted, uint64 nrows)
{
	for (uint64 row = 0; row < nrows; row++)
	{
		char	   *entry = TextDatumGetCString(column(row, 3));
		char	   *capability = TextDatumGetCString(column(row, 5));
		int64		about = DatumGetInt64(column(row, 4));
		UsageRow   *use;

		if (!is_wanted(wanted, capability))
			continue;
		if (about == 0)
			usage_add(rows, row, entry, capability);
		else if ((use = usage_find(rows, about)) != NULL)
			usage_about(use, entry, amount_of_numeric(DatumGetNumeric(column(row, 6)), AMOUNT_SCALE));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* An open session is a use that has not come to an end. */
static void
sessions_take(UsageRows *rows, const UsageWanted *wanted, uint64 nrows)
{
	for (uint64 row = 0; row < nrows; row++)
	{
		char	   *capability = TextDatumGetCString(column(row, 3));
		int64		session_id = DatumGetInt64(column(row, 1));
		UsageRow   *use;

		if (!is_wanted(wanted, capability))
			continue;
		array_reserve(rows->list, rows->max, rows->n + 1);
		use = &rows->list[rows->n++];
		memset(use, 0, sizeof(UsageRow));
		use->session_id = session_id;
		use->account_id = DatumGetInt64(column(row, 2));
		use->capability = capability;
		use->seconds = true;
		use->from = use->recorded = column_instant(row, 4, DT_NOBEGIN);
		use->to = use->lapses = DT_NOEND;
		use->last_sign = column_instant(row, 5, use->from);
		use->until = column_instant(row, 6, DT_NOEND);
		use->lease = palloc(sizeof(Interval));
		*use->lease = *DatumGetIntervalP(column(row, 7));
		use->place = column_text(row, 8);
		use->counterpart = DatumGetInt64(column(row, 9));
		use->context = column_jsonb(row, 10);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* By when they began; what began together as it was written down. */
static int
usage_cmp(const void *a, const void *b)
{
	const UsageRow *ua = a;
	const UsageRow *ub = b;
	int			cmp = cmp_instant(ua->from, ub->from);

	if (cmp == 0)
		cmp = cmp_int64(ua->use_id, ub->use_id);
	return cmp != 0 ? cmp : cmp_int64(ua->session_id, ub->session_id);
}

/* A row may come by both of its sides. */
static void
usage_unique(UsageRows *rows)
{
	int			n = 0;

	qsort(rows->list, rows->n, sizeof(UsageRow), usage_cmp);
	for (int i = 0; i < rows->n; i++)
		if (n == 0 || usage_cmp(&rows->list[n - 1], &rows->list[i]) != 0)
			rows->list[n++] = rows->list[i];
	rows->n = n;
}

/* Whoever gets, and the sessions in which he does. */
static void
read_received(UsageRows *rows, const UsageWanted *wanted, PlanMode mode)
{
	Datum		values[3];

	values[0] = Int64GetDatum(wanted->counterpart);
	values[1] = TimestampTzGetDatum(wanted->since);
	usage_take(rows, wanted, plan_execute(&received_plan, values, NULL, mode));
	values[0] = int8_array(&wanted->counterpart, 1);
	usage_take(rows, wanted, plan_execute(&all_plan, values, NULL, mode));
}

/* Rows of others come after those of the account, each lot by id. */
UsageRows *
usage_read(const UsageWanted *wanted, PlanMode mode)
{
	UsageRows  *rows = palloc0(sizeof(UsageRows));
	Datum		values[3];
	bool		patterns = false;
	Datum	   *names = palloc(sizeof(Datum) * Max(wanted->nnames, 1));
	int64	   *accounts = palloc(sizeof(int64) * (wanted->naccounts + 1));
	int			naccounts = wanted->naccounts;

	for (int i = 0; i < wanted->nnames; i++)
	{
		names[i] = CStringGetTextDatum(wanted->names[i]);
		patterns |= strchr(wanted->names[i], '*') != NULL;
	}
	memcpy(accounts, wanted->accounts, sizeof(int64) * naccounts);
	values[0] = int8_array(accounts, naccounts);
	if (patterns)
	{
		values[1] = TimestampTzGetDatum(wanted->since);
		usage_take(rows, wanted, plan_execute(&all_plan, values, NULL, mode));
	}
	else if (naccounts == 1 && wanted->nnames == 1)
	{
		values[0] = Int64GetDatum(accounts[0]);
		values[1] = names[0];
		values[2] = TimestampTzGetDatum(wanted->since);
		usage_take(rows, wanted, plan_execute(&one_plan, values, NULL, mode));
	}
	else
	{
		values[1] = datum_array(names, NULL, wanted->nnames, TEXTOID);
		values[2] = TimestampTzGetDatum(wanted->since);
		usage_take(rows, wanted, plan_execute(&named_plan, values, NULL, mode));
	}
	if (wanted->counterpart != 0)
	{
		accounts[naccounts++] = wanted->counterpart;
		read_received(rows, wanted, mode);
	}
	values[0] = int8_array(accounts, naccounts);
	values[1] = Int64GetDatum(wanted->counterpart);
	sessions_take(rows, wanted, plan_execute(&open_plan, values, NULL, mode));
	usage_unique(rows);
	return rows;
}
