/*
 * restriction_row.c
 *		The rows of governance.restriction, by SQL and without it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/find.h"
#include "db/rows.h"
#include "db/table.h"
#include "db/write.h"
#include "ledger/periods.h"
#include "ledger/restriction_row.h"
#include "ledger/withheld.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

enum
{
	R_ACCOUNT, R_CAPABILITY, R_SCHEME, R_SINCE, R_UNTIL, R_SANCTION, R_COLUMNS
};

static const ColumnSpec restriction_columns[R_COLUMNS] = {
	{"account_id", INT8OID}, {"capability", TEXTOID}, {"scheme", TEXTOID},
	{"since", TIMESTAMPTZOID}, {"until", TIMESTAMPTZOID}, {"sanction_id", INT8OID}
};

/* What rows of one standing are chosen by. */
#define OF_STANDING (COLUMN_BIT(R_ACCOUNT) | COLUMN_BIT(R_SCHEME))

/*
 * The certification room has a row trigger for what withholds this capability;
 * such rows are written by SQL.
 */
#define TRIGGERING_CAPABILITY "certification"

static Table restriction_table = {
	.name = "restriction", .ncolumns = R_COLUMNS, .columns = restriction_columns, .nkeys = 4,
	.own_trigger = "certification_withheld"
};

/* The row that shows a span of what a standing withholds. */
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

/* ---------- the direct path: row by row, each where it is ---------- */

/* A stored row, and the span that it is to show. */
typedef struct StoredRow
{
	ItemPointerData tid;
	HeapTuple	row;			/* of what changes, if there are columns that are
								 * not ours */
	const Withheld *span;		/* null: it goes */
	bool		same;
} StoredRow;

typedef struct StoredRows
{
	int			n;
	int			max;
	StoredRow  *rows;
} StoredRows;

/* Does a standing withhold what a trigger has to know of? */
static bool
withholds_triggering(const RestrictionWrite *set)
{
	for (int i = 0; i < set->nspans; i++)
		if (strcmp(set->spans[i].capability, TRIGGERING_CAPABILITY) == 0)
			return true;
	return false;
}

/*
 * Takes the row at hand down, with the span of the same capability from the same
 * instant, if there is one; found[] says which spans have a row.
 */
static void
take_stored(const DirectAccess *access, const RestrictionWrite *set, StoredRows *stored, bool *found)
{
	bool		isnull;
	const text *capability = DatumGetTextPP(direct_get(access, R_CAPABILITY, &isnull));
	TimestampTz since = DatumGetTimestampTz(direct_get(access, R_SINCE, &isnull));
	int64		sanction_id;
	StoredRow  *row;

	array_reserve(stored->rows, stored->max, stored->n + 1);
	row = &stored->rows[stored->n++];
	memset(row, 0, sizeof(StoredRow));
	row->tid = access->row->tts_tid;
	for (int i = 0; i < set->nspans && row->span == NULL; i++)
		if (set->spans[i].since == since && text_is(capability, set->spans[i].capability))
		{
			row->span = &set->spans[i];
			found[i] = true;
		}
	if (row->span == NULL)
		return;
	sanction_id = DatumGetInt64(direct_get(access, R_SANCTION, &isnull));
	row->same = (isnull ? 0 : sanction_id) == row->span->sanction_id &&
		DatumGetTimestampTz(direct_get(access, R_UNTIL, &isnull)) == row->span->until;
	if (!row->same)
		row->row = direct_keep(access);
}

/* The stored rows of a standing; false when a trigger has to know of one. */
static bool
find_stored(Rows *rows, const RestrictionWrite *set, StoredRows *stored, bool *found)
{
	DirectAccess *access = &rows->access;
	Datum		key = Int64GetDatum(set->account_id);

	direct_find(access, rows_snapshot(rows), &key, 1);
	while (direct_next(access))
	{
		bool		isnull;

		if (!text_is(DatumGetTextPP(direct_get(access, R_SCHEME, &isnull)), set->scheme->name))
			continue;
		if (text_is(DatumGetTextPP(direct_get(access, R_CAPABILITY, &isnull)), TRIGGERING_CAPABILITY))
			return false;
		take_stored(access, set, stored, found);
	}
	return true;
}

/*
 * Brings one standing's rows in line: a row for the same capability from the
 * same instant is changed, others go, and what has none yet gets one.  False,
 * and nothing is done, when a trigger has to know of it.
 */
static bool
write_set(Rows *rows, const RestrictionWrite *set)
{
	bool	   *found = palloc0(sizeof(bool) * (set->nspans + 1));
	Datum		values[R_COLUMNS];
	bool		nulls[R_COLUMNS];
	StoredRows	stored = {0};

	if (withholds_triggering(set) || (set->stored && !find_stored(rows, set, &stored, found)))
		return false;
	for (int r = 0; r < stored.n; r++)
	{
		StoredRow  *row = &stored.rows[r];

		if (row->span == NULL)
			direct_delete(&rows->access, &row->tid);
		else if (!row->same)
		{
			restriction_values(set, row->span, values, nulls);
			direct_update(&rows->access, &row->tid, row->row, values, nulls);
		}
	}
	for (int i = 0; i < set->nspans; i++)
		if (!found[i])
		{
			restriction_values(set, &set->spans[i], values, nulls);
			rows_insert(rows, values, nulls);
		}
	return true;
}

/* ---------- by statements: what is not as it is to be goes, and is written anew ---------- */

/* Is the row at hand one of a standing? */
static bool
is_of_standing(const RowsFound *stored, const RestrictionWrite *set)
{
	return row_int8(&stored->row, R_ACCOUNT) == set->account_id &&
		text_is(row_text(&stored->row, R_SCHEME), set->scheme->name);
}

/* Does the row at hand show a span? */
static bool
shows_span(const RowsFound *stored, const Withheld *span)
{
	const FoundRow *row = &stored->row;

	return row_int8(row, R_SANCTION) == span->sanction_id &&
		row_instant(row, R_SINCE) == span->since && row_instant(row, R_UNTIL) == span->until &&
		text_is(row_text(row, R_CAPABILITY), span->capability);
}

/*
 * Are the stored rows from the one at hand on just what a standing is to have?
 * Moves past them; *more: there is a row at hand.  *n is how many there were.
 */
static bool
same_restrictions(const RestrictionWrite *set, RowsFound *stored, bool *more, int *n)
{
	bool		same = true;

	for (*n = 0; *more && is_of_standing(stored, set); *more = rows_next(stored))
	{
		if (*n >= set->nspans || !shows_span(stored, &set->spans[*n]))
			same = false;
		(*n)++;
	}
	return same && *n == set->nspans;
}

/* The keys of those standings that may have rows: account and scheme, one after the other. */
static Datum *
stored_keys(const RestrictionWrite *sets, int n, int *nkeys)
{
	Datum	   *keys = palloc(sizeof(Datum) * 2 * n);

	*nkeys = 0;
	for (int i = 0; i < n; i++)
		if (sets[i].stored)
		{
			keys[2 * *nkeys] = Int64GetDatum(sets[i].account_id);
			keys[2 * (*nkeys)++ + 1] = PointerGetDatum(sets[i].scheme->text);
		}
	return keys;
}

/* The sets come in key order, and so do the rows that are stored of them. */
static void
write_by_sql(const RestrictionWrite *sets, int n)
{
	static const RowSearch search = {
		.table = &restriction_table, .by = OF_STANDING,
		.columns = COLUMN_BIT(R_CAPABILITY) | COLUMN_BIT(R_SINCE) | COLUMN_BIT(R_UNTIL) |
		COLUMN_BIT(R_SANCTION)
	};
	Datum		values[R_COLUMNS];
	bool		nulls[R_COLUMNS];
	Rows		rows;
	RowsFound	stored;
	int			nkeys;
	Datum	   *keys = stored_keys(sets, n, &nkeys);
	bool		more = false;

	rows_open_sql(&rows, &restriction_table);
	if (nkeys > 0)
	{
		rows_select(&stored, &search, keys, nkeys, PLAN_FRESH);
		more = rows_next(&stored);
	}
	for (int i = 0; i < n; i++)
	{
		const RestrictionWrite *set = &sets[i];
		int			there;

		if (set->stored)
		{
			if (same_restrictions(set, &stored, &more, &there))
				continue;
			values[R_ACCOUNT] = Int64GetDatum(set->account_id);
			values[R_SCHEME] = PointerGetDatum(set->scheme->text);
			if (there > 0)
				rows_delete(&rows, OF_STANDING, values, there);
		}
		for (int j = 0; j < set->nspans; j++)
		{
			restriction_values(set, &set->spans[j], values, nulls);
			rows_insert(&rows, values, nulls);
		}
	}
	if (nkeys > 0)
		rows_end(&stored);
	rows_flush(&rows);
	rows_close(&rows);
}

/*
 * By the direct path where the table allows all of it, but for standings that a
 * trigger has to know of.
 */
void
restrictions_write(const RestrictionWrite *sets, int n)
{
	Rows		rows;
	RestrictionWrite *others;
	int			nothers = 0;

	if (n == 0)
		return;
	rows_open(&rows, &restriction_table,
			  TABLE_FIND | TABLE_INSERT | TABLE_UPDATE | TABLE_DELETE, 0);
	if (rows.direct == 0)
	{
		write_by_sql(sets, n);
		return;
	}
	others = palloc(sizeof(RestrictionWrite) * n);
	(void) rows_snapshot(&rows);
	for (int i = 0; i < n; i++)
		if (!write_set(&rows, &sets[i]))
			others[nothers++] = sets[i];
	rows_flush(&rows);
	rows_close(&rows);
	if (nothers > 0)
		write_by_sql(others, nothers);
}
