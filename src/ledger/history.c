/*
 * history.c
 *		Reads what the ledger holds about accounts: facts, violations,
 *		activities, revisions.
 *
 * One query for each table and batch of accounts, ordered by account, so that
 * the cost of a batch is that of its rows.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/stream.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

#define BETWEEN " OPERATOR(pg_catalog.>=) $1 AND account_id OPERATOR(pg_catalog.<=) $2"

#define ACCOUNTS "SELECT account_id, opened_at FROM governance.account WHERE account_id"
#define ACCOUNTS_ORDER " ORDER BY account_id"
#define ATTRIBUTES \
	"SELECT account_id, name, value, pg_catalog.lower(during), pg_catalog.upper(during)" \
	" FROM governance.attribute WHERE account_id"
#define ATTRIBUTES_ORDER " ORDER BY account_id, name, during"
#define VIOLATIONS \
	"SELECT account_id, violation_id, scheme, rule, points, surcharge, occurred_at," \
	" decided_at, source, incident, content_ref, sanction_length, held" \
	" FROM governance.violation WHERE account_id"
#define VIOLATIONS_ORDER " ORDER BY account_id, violation_id"
#define ACTIVITIES \
	"SELECT account_id, activity_id, kind, occurred_at, quantity, violation_id" \
	" FROM governance.activity WHERE account_id"
#define ACTIVITIES_ORDER " ORDER BY account_id, activity_id"
#define REVISIONS \
	"SELECT account_id, revision_id, violation_id, action, points, decided_at, scheme, rung, since" \
	" FROM governance.revision WHERE account_id"
#define REVISIONS_ORDER " ORDER BY account_id, decided_at, revision_id"

static LedgerPlan account_plan = {
	ACCOUNTS EQ "ANY ($1)" ACCOUNTS_ORDER,
	1, {INT8ARRAYOID}
};

static LedgerPlan attribute_plan = {
	ATTRIBUTES EQ "ANY ($1)" ATTRIBUTES_ORDER,
	1, {INT8ARRAYOID}
};

static LedgerPlan violation_plan = {
	VIOLATIONS EQ "ANY ($1)" VIOLATIONS_ORDER,
	1, {INT8ARRAYOID}
};

static LedgerPlan activity_plan = {
	ACTIVITIES EQ "ANY ($1)" ACTIVITIES_ORDER,
	1, {INT8ARRAYOID}
};

static LedgerPlan revision_plan = {
	REVISIONS EQ "ANY ($1)" REVISIONS_ORDER,
	1, {INT8ARRAYOID}
};

#define MAX_COLUMNS 16

/*
 * The rows that are being read: of the last query, or of a batch of a stream.
 * One row at a time is taken apart.
 */
static HeapTuple *rows;
static TupleDesc desc;
static uint64 row_at;
static Datum row_values[MAX_COLUMNS];
static bool row_nulls[MAX_COLUMNS];

static uint64
use_query(LedgerPlan *plan, Datum accounts, LedgerMode mode)
{
	uint64		nrows = ledger_execute(plan, &accounts, NULL, mode);

	rows = SPI_tuptable->vals;
	desc = SPI_tuptable->tupdesc;
	row_at = PG_UINT64_MAX;
	return nrows;
}

static uint64
use_stream(const RowStream *stream)
{
	rows = stream->rows;
	desc = stream->desc;
	row_at = PG_UINT64_MAX;
	return stream->nrows;
}

/* A column of one of them, by number from 1. */
static inline Datum
column(uint64 row, int number, bool *isnull)
{
	if (row != row_at)
	{
		Assert(desc->natts <= MAX_COLUMNS);
		heap_deform_tuple(rows[row], desc, row_values, row_nulls);
		row_at = row;
	}
	*isnull = row_nulls[number - 1];
	return row_values[number - 1];
}

static inline int64
int8_column(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static inline TimestampTz
time_column(uint64 row, int number, TimestampTz missing)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? missing : DatumGetTimestampTz(value);
}

static inline char *
text_column(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static inline Points
points_column(uint64 row, int number, const char *name)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? POINTS_NONE : ledger_points(value, name);
}

static inline uint64
hash_column(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);
	text	   *t;

	if (isnull)
		return 0;
	t = DatumGetTextPP(value);
	return ledger_hash(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/*
 * Counts the rows of one account from *row on; passes over those of accounts
 * before it, which nobody asks for.
 */
static uint64
rows_of(int64 account_id, uint64 *row, uint64 nrows)
{
	uint64		end;

	while (*row < nrows && int8_column(*row, 1) < account_id)
		(*row)++;
	for (end = *row; end < nrows && int8_column(end, 1) == account_id; end++)
		;
	return end - *row;
}

static void
read_accounts(AccountHistory *histories, int n, uint64 nrows)
{
	uint64		row = 0;

	for (int i = 0; i < n; i++)
		if (row < nrows && int8_column(row, 1) == histories[i].account_id)
		{
			histories[i].exists = true;
			histories[i].opened = time_column(row++, 2, DT_NOBEGIN);
		}
}

static void
read_attributes(AccountHistory *histories, int n, uint64 nrows, MemoryContext context)
{
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, &row, nrows);

		histories[i].nattributes = count;
		if (count > 0)
			histories[i].attributes = palloc(sizeof(AttributeRow) * count);
		for (int j = 0; j < count; j++, row++)
		{
			AttributeRow *a = &histories[i].attributes[j];

			a->name = text_column(row, 2);
			a->value = text_column(row, 3);
			a->from = time_column(row, 4, DT_NOBEGIN);
			a->to = time_column(row, 5, DT_NOEND);
		}
	}
	MemoryContextSwitchTo(old);
}

static void
read_violations(AccountHistory *histories, int n, uint64 nrows, MemoryContext context)
{
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, &row, nrows);

		histories[i].nviolations = count;
		if (count > 0)
			histories[i].violations = MemoryContextAllocHuge(context, sizeof(ViolationRow) * count);
		for (int j = 0; j < count; j++, row++)
		{
			ViolationRow *v = &histories[i].violations[j];
			bool		isnull;
			Datum		value;
			text	   *scheme;

			CHECK_FOR_INTERRUPTS();
			memset(v, 0, sizeof(ViolationRow));
			v->account_id = histories[i].account_id;
			v->violation_id = int8_column(row, 2);
			value = column(row, 3, &isnull);
			scheme = DatumGetTextPP(value);
			v->scheme = rulebook_scheme(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme), false);
			v->rule = text_column(row, 4);
			v->points = points_column(row, 5, "points");
			v->surcharge = points_column(row, 6, "surcharge");
			v->occurred = time_column(row, 7, 0);
			v->decided = time_column(row, 8, 0);
			v->source = text_column(row, 9);
			v->incident = hash_column(row, 10);
			v->content = hash_column(row, 11);
			value = column(row, 12, &isnull);
			if (!isnull)
			{
				Interval   *length = DatumGetIntervalP(value);

				v->length.months = length->month;
				v->length.days = length->day;
				v->length.usecs = length->time;
			}
			v->held = DatumGetBool(column(row, 13, &isnull));
		}
	}
	MemoryContextSwitchTo(old);
}

static void
read_activities(AccountHistory *histories, int n, uint64 nrows, MemoryContext context)
{
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, &row, nrows);

		histories[i].nactivities = count;
		if (count > 0)
			histories[i].activities = MemoryContextAllocHuge(context, sizeof(ActivityRow) * count);
		for (int j = 0; j < count; j++, row++)
		{
			ActivityRow *a = &histories[i].activities[j];
			bool		isnull;

			CHECK_FOR_INTERRUPTS();
			a->account_id = histories[i].account_id;
			a->activity_id = int8_column(row, 2);
			a->kind = text_column(row, 3);
			a->occurred = time_column(row, 4, 0);
			a->quantity = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															 column(row, 5, &isnull)));
			a->violation_id = int8_column(row, 6);
		}
	}
	MemoryContextSwitchTo(old);
}

static void
read_revisions(AccountHistory *histories, int n, uint64 nrows, MemoryContext context)
{
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, &row, nrows);

		histories[i].nrevisions = count;
		if (count > 0)
			histories[i].revisions = palloc(sizeof(RevisionRow) * count);
		for (int j = 0; j < count; j++, row++)
		{
			RevisionRow *r = &histories[i].revisions[j];
			char	   *action = text_column(row, 4);

			r->revision_id = int8_column(row, 2);
			r->violation_id = int8_column(row, 3);
			r->action = strcmp(action, "overturn") == 0 ? REVISE_OVERTURN :
				strcmp(action, "change") == 0 ? REVISE_CHANGE :
				strcmp(action, "release") == 0 ? REVISE_RELEASE :
				strcmp(action, "opening") == 0 ? REVISE_OPENING : REVISE_REINSTATE;
			r->points = points_column(row, 5, "points");
			r->decided = time_column(row, 6, 0);
			r->scheme = NULL;
			r->rung = NULL;
			r->since = DT_NOBEGIN;
			if (r->action == REVISE_RELEASE || r->action == REVISE_OPENING)
			{
				char	   *scheme = text_column(row, 7);

				/* A trial that is over is known no longer. */
				r->scheme = rulebook_scheme(scheme, strlen(scheme), true);
				r->rung = text_column(row, 8);
				r->since = time_column(row, 9, DT_NOBEGIN);
			}
		}
	}
	MemoryContextSwitchTo(old);
}

AccountHistory *
history_load(const int64 *accounts, int naccounts, int what, LedgerMode mode)
{
	MemoryContext context = CurrentMemoryContext;
	AccountHistory *histories = palloc0(sizeof(AccountHistory) * Max(naccounts, 1));
	Datum		array = ledger_int8_array(accounts, naccounts);

	for (int i = 0; i < naccounts; i++)
		histories[i].account_id = accounts[i];
	if (what & HISTORY_FACTS)
	{
		read_accounts(histories, naccounts, use_query(&account_plan, array, mode));
		SPI_freetuptable(SPI_tuptable);
		read_attributes(histories, naccounts, use_query(&attribute_plan, array, mode), context);
		SPI_freetuptable(SPI_tuptable);
	}
	if (what & HISTORY_ENTRIES)
	{
		read_violations(histories, naccounts, use_query(&violation_plan, array, mode), context);
		SPI_freetuptable(SPI_tuptable);
		read_activities(histories, naccounts, use_query(&activity_plan, array, mode), context);
		SPI_freetuptable(SPI_tuptable);
		read_revisions(histories, naccounts, use_query(&revision_plan, array, mode), context);
		SPI_freetuptable(SPI_tuptable);
	}
	return histories;
}

/* ---------- many, one after the other ---------- */

void
history_stream_open(HistoryStream *stream, int64 first, int64 last, const char *scheme)
{
	Oid			types[3] = {INT8OID, INT8OID, TEXTOID};
	Datum		values[3];
	int			nargs = scheme == NULL ? 2 : 3;

	values[0] = Int64GetDatum(first);
	values[1] = Int64GetDatum(last);
	values[2] = scheme == NULL ? (Datum) 0 : CStringGetTextDatum(scheme);
	stream_open(&stream->accounts, scheme == NULL ? ACCOUNTS BETWEEN ACCOUNTS_ORDER :
				ACCOUNTS BETWEEN " AND EXISTS (SELECT FROM governance.standing s"
				" WHERE s.account_id" EQ "account.account_id AND s.scheme" EQ "$3)" ACCOUNTS_ORDER,
				nargs, types, values);
	stream_open(&stream->attributes, ATTRIBUTES BETWEEN ATTRIBUTES_ORDER, 2, types, values);
	stream_open(&stream->violations, scheme == NULL ? VIOLATIONS BETWEEN VIOLATIONS_ORDER :
				VIOLATIONS BETWEEN " AND scheme" EQ "$3" VIOLATIONS_ORDER, nargs, types, values);
	stream_open(&stream->activities, ACTIVITIES BETWEEN ACTIVITIES_ORDER, 2, types, values);
	stream_open(&stream->revisions, REVISIONS BETWEEN REVISIONS_ORDER, 2, types, values);
}

void
history_stream_close(HistoryStream *stream)
{
	stream_close(&stream->accounts);
	stream_close(&stream->attributes);
	stream_close(&stream->violations);
	stream_close(&stream->activities);
	stream_close(&stream->revisions);
}

AccountHistory *
history_stream_next(HistoryStream *stream, int most, int *n)
{
	MemoryContext context = CurrentMemoryContext;
	AccountHistory *histories;
	int64		last;

	stream_take(&stream->accounts, most);
	*n = (int) stream->accounts.nrows;
	if (*n == 0)
		return NULL;
	histories = palloc0(sizeof(AccountHistory) * *n);
	use_stream(&stream->accounts);
	for (int i = 0; i < *n; i++)
		histories[i].account_id = int8_column(i, 1);
	last = histories[*n - 1].account_id;
	read_accounts(histories, *n, use_stream(&stream->accounts));
	stream_batch(&stream->attributes, last);
	read_attributes(histories, *n, use_stream(&stream->attributes), context);
	stream_batch(&stream->violations, last);
	read_violations(histories, *n, use_stream(&stream->violations), context);
	stream_batch(&stream->activities, last);
	read_activities(histories, *n, use_stream(&stream->activities), context);
	stream_batch(&stream->revisions, last);
	read_revisions(histories, *n, use_stream(&stream->revisions), context);
	return histories;
}
