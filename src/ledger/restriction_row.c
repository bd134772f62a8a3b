/*
 * restriction_row.c
 *		The rows of governance.restriction, by SQL and without it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/rows.h"
#include "db/slot.h"
#include "db/table.h"
#include "ledger/periods.h"
#include "ledger/restriction_row.h"
#include "ledger/withheld.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* Statements for many rows have twins for one row: see sanction_row.c. */
static KeptPlan restriction_one_plan = {
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until, r.sanction_id"
	" FROM governance.restriction r"
	" WHERE r.account_id" EQ "$1 AND r.scheme" EQ "$2"
	" ORDER BY r.capability COLLATE pg_catalog.\"C\", r.since",
	2, {INT8OID, TEXTOID}
};

static KeptPlan restriction_plan = {
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until, r.sanction_id"
	" FROM governance.restriction r"
	" JOIN (SELECT DISTINCT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))) AS u (account_id, scheme)"
	" ON r.account_id" EQ "u.account_id AND r.scheme" EQ "u.scheme"
	" ORDER BY r.account_id, r.scheme COLLATE pg_catalog.\"C\","
	" r.capability COLLATE pg_catalog.\"C\", r.since",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static KeptPlan delete_restriction_one_plan = {
	"DELETE FROM governance.restriction r WHERE r.account_id" EQ "$1 AND r.scheme" EQ "$2",
	2, {INT8OID, TEXTOID}
};

static KeptPlan delete_restriction_plan = {
	"DELETE FROM governance.restriction r"
	" USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, scheme)"
	" WHERE r.account_id" EQ "u.account_id AND r.scheme" EQ "u.scheme",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static KeptPlan insert_restriction_one_plan = {
	"INSERT INTO governance.restriction (account_id, capability, scheme, since, until, sanction_id)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	6, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID}
};

static KeptPlan insert_restriction_plan = {
	"INSERT INTO governance.restriction (account_id, capability, scheme, since, until, sanction_id)"
	" SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))",
	6, {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
	INT8ARRAYOID}
};

enum
{
	R_ACCOUNT, R_CAPABILITY, R_SCHEME, R_SINCE, R_UNTIL, R_SANCTION, R_COLUMNS
};

static const ColumnSpec restriction_columns[R_COLUMNS] = {
	{"account_id", INT8OID}, {"capability", TEXTOID}, {"scheme", TEXTOID},
	{"since", TIMESTAMPTZOID}, {"until", TIMESTAMPTZOID}, {"sanction_id", INT8OID}
};

/*
 * The certification room has a row trigger for what withholds this capability;
 * such rows are written by SQL.
 */
#define TRIGGERING_CAPABILITY "certification"

static Table restriction_table = {
	.name = "restriction", .ncolumns = R_COLUMNS, .columns = restriction_columns, .nkeys = 2,
	.own_trigger = "certification_withheld"
};

static void
restriction_values(const RestrictionWrite *set, const Withheld *span, Datum *values, bool *nulls)
{
	memset(nulls, 0, sizeof(bool) * R_COLUMNS);
	values[R_ACCOUNT] = Int64GetDatum(set->account_id);
	values[R_CAPABILITY] = CStringGetTextDatum(span->capability);
	values[R_SCHEME] = PointerGetDatum(set->scheme->text);
	values[R_SINCE] = TimestampTzGetDatum(span->since);
	values[R_UNTIL] = TimestampTzGetDatum(span->until);
	values[R_SANCTION] = Int64GetDatum(span->sanction_id);
	nulls[R_SANCTION] = span->sanction_id == 0;
}

const PeriodTable restriction_periods = {
	.table = &restriction_table, .rights = DIRECT_AS_CALLER, .since = R_SINCE, .until = R_UNTIL
};

/* ---------- without SQL ---------- */

/* A stored row, and the span that it is to show. */
typedef struct StoredRow
{
	ItemPointerData tid;
	HeapTuple	row;
	const Withheld *span;		/* null: it goes */
	bool		same;
} StoredRow;

/*
 * Brings one standing's rows in line: a row for the same capability from the
 * same instant is changed, others go, and what has none yet gets one.  False,
 * and nothing is done, when a trigger has to know of it.
 */
static bool
write_set(DirectAccess *access, Snapshot snapshot, const RestrictionWrite *set)
{
	bool	   *found = palloc0(sizeof(bool) * (set->nspans + 1));
	Datum		values[R_COLUMNS];
	bool		nulls[R_COLUMNS];
	Datum		key = Int64GetDatum(set->account_id);
	StoredRow	few[4];
	StoredRow  *rows = few;
	int			nrows = 0;
	int			max = lengthof(few);

	for (int i = 0; i < set->nspans; i++)
		if (strcmp(set->spans[i].capability, TRIGGERING_CAPABILITY) == 0)
			return false;
	if (set->stored)
		direct_find(access, snapshot, &key, 1);
	while (set->stored && direct_next(access))
	{
		bool		isnull;
		StoredRow  *stored;
		Datum		capability;
		TimestampTz since;
		int64		sanction_id;

		if (!text_is(DatumGetTextPP(direct_get(access, R_SCHEME, &isnull)), set->scheme->name))
			continue;
		capability = direct_get(access, R_CAPABILITY, &isnull);
		if (text_is(DatumGetTextPP(capability), TRIGGERING_CAPABILITY))
			return false;
		if (nrows == max)
		{
			StoredRow  *more = palloc(sizeof(StoredRow) * max * 2);

			memcpy(more, rows, sizeof(StoredRow) * max);
			rows = more;
			max *= 2;
		}
		stored = &rows[nrows++];
		memset(stored, 0, sizeof(StoredRow));
		stored->tid = access->row->tts_tid;
		since = DatumGetTimestampTz(direct_get(access, R_SINCE, &isnull));
		for (int i = 0; i < set->nspans && stored->span == NULL; i++)
			if (set->spans[i].since == since &&
				text_is(DatumGetTextPP(capability), set->spans[i].capability))
			{
				stored->span = &set->spans[i];
				found[i] = true;
			}
		if (stored->span == NULL)
			continue;
		sanction_id = DatumGetInt64(direct_get(access, R_SANCTION, &isnull));
		stored->same = (isnull ? 0 : sanction_id) == stored->span->sanction_id &&
			DatumGetTimestampTz(direct_get(access, R_UNTIL, &isnull)) == stored->span->until;
		if (!stored->same)
			stored->row = direct_keep(access);
	}
	for (int r = 0; r < nrows; r++)
	{
		if (rows[r].span == NULL)
			direct_delete(access, &rows[r].tid);
		else if (!rows[r].same)
		{
			restriction_values(set, rows[r].span, values, nulls);
			direct_update(access, &rows[r].tid, rows[r].row, values, nulls);
		}
	}
	for (int i = 0; i < set->nspans; i++)
		if (!found[i])
		{
			restriction_values(set, &set->spans[i], values, nulls);
			direct_insert(access, values, nulls);
		}
	return true;
}

/* ---------- by SQL ---------- */

/* Are the stored rows from *row on just what a standing is to have?  Moves *row
 * past them. */
static bool
same_restrictions(const RestrictionWrite *set, uint64 *row, uint64 nrows)
{
	bool		same = true;
	int			n = 0;

	for (; *row < nrows; (*row)++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[*row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Datum		sanction;

		if (DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)) != set->account_id ||
			strcmp(SPI_getvalue(tuple, desc, 2), set->scheme->name) != 0)
			break;
		sanction = SPI_getbinval(tuple, desc, 6, &isnull);
		if (n >= set->nspans ||
			(isnull ? 0 : DatumGetInt64(sanction)) != set->spans[n].sanction_id ||
			DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull)) != set->spans[n].since ||
			DatumGetTimestampTz(SPI_getbinval(tuple, desc, 5, &isnull)) != set->spans[n].until ||
			strcmp(SPI_getvalue(tuple, desc, 3), set->spans[n].capability) != 0)
			same = false;
		n++;
	}
	return same && n == set->nspans;
}

static void
write_by_sql(const RestrictionWrite *sets, int n)
{
	static const Oid key_types[2] = {INT8OID, TEXTOID};
	static const Oid row_types[R_COLUMNS] = {
		INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID
	};
	Columns		keys;
	Columns		stale;
	Columns		rows;
	Datum		values[R_COLUMNS];
	bool		nulls[R_COLUMNS];
	uint64		nrows = 0;
	uint64		row = 0;
	uint64		nstale = 0;

	columns_init(&keys, key_types, 2);
	columns_init(&stale, key_types, 2);
	columns_init(&rows, row_types, R_COLUMNS);
	for (int i = 0; i < n; i++)
	{
		if (!sets[i].stored)
			continue;
		values[0] = Int64GetDatum(sets[i].account_id);
		values[1] = PointerGetDatum(sets[i].scheme->text);
		columns_add(&keys, values, NULL);
	}
	if (keys.nrows == 1)
	{
		values[0] = keys.columns[0].values[0];
		values[1] = keys.columns[1].values[0];
		nrows = plan_execute(&restriction_one_plan, values, NULL, PLAN_FRESH);
	}
	else if (keys.nrows > 1)
	{
		columns_arrays(&keys, values);
		nrows = plan_execute(&restriction_plan, values, NULL, PLAN_FRESH);
	}
	for (int i = 0; i < n; i++)
	{
		const RestrictionWrite *set = &sets[i];

		if (set->stored)
		{
			uint64		first = row;

			if (same_restrictions(set, &row, nrows))
				continue;
			if (row > first)
			{
				values[0] = Int64GetDatum(set->account_id);
				values[1] = PointerGetDatum(set->scheme->text);
				columns_add(&stale, values, NULL);
				nstale += row - first;
			}
		}
		for (int j = 0; j < set->nspans; j++)
		{
			restriction_values(set, &set->spans[j], values, nulls);
			columns_add(&rows, values, nulls);
		}
	}
	if (keys.nrows > 0)
		SPI_freetuptable(SPI_tuptable);
	require_written("restriction", CMD_DELETE, nstale,
				   columns_execute(&stale, &delete_restriction_plan, &delete_restriction_one_plan));
	require_written("restriction", CMD_INSERT, rows.nrows,
				   columns_execute(&rows, &insert_restriction_plan, &insert_restriction_one_plan));
}

void
restrictions_write(const RestrictionWrite *sets, int n)
{
	DirectAccess access;
	Snapshot	snapshot;
	RestrictionWrite *others;
	int			nothers = 0;

	if (n == 0)
		return;
	if (!direct_open(&access, &restriction_table,
					 TABLE_FIND | TABLE_INSERT | TABLE_UPDATE | TABLE_DELETE))
	{
		write_by_sql(sets, n);
		return;
	}
	others = palloc(sizeof(RestrictionWrite) * n);
	snapshot = snapshot_push();
	for (int i = 0; i < n; i++)
		if (!write_set(&access, snapshot, &sets[i]))
			others[nothers++] = sets[i];
	direct_flush(&access);
	direct_stop(&access);
	snapshot_pop();
	direct_close(&access);
	if (nothers > 0)
		write_by_sql(others, nothers);
}
