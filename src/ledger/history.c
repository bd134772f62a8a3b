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
#include "ledger/ledger.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

static LedgerPlan account_plan = {
	"SELECT account_id, opened_at FROM governance.account"
	" WHERE account_id" EQ "ANY ($1) ORDER BY account_id",
	1, {INT8ARRAYOID}
};

static LedgerPlan attribute_plan = {
	"SELECT account_id, name, value, pg_catalog.lower(during), pg_catalog.upper(during)"
	" FROM governance.attribute"
	" WHERE account_id" EQ "ANY ($1) ORDER BY account_id, name, during",
	1, {INT8ARRAYOID}
};

static LedgerPlan violation_plan = {
	"SELECT account_id, violation_id, scheme, rule, points, surcharge, occurred_at,"
	" decided_at, source, incident, content_ref, sanction_length, held"
	" FROM governance.violation"
	" WHERE account_id" EQ "ANY ($1) ORDER BY account_id, violation_id",
	1, {INT8ARRAYOID}
};

static LedgerPlan activity_plan = {
	"SELECT account_id, activity_id, kind, occurred_at, quantity, violation_id"
	" FROM governance.activity"
	" WHERE account_id" EQ "ANY ($1) ORDER BY account_id, activity_id",
	1, {INT8ARRAYOID}
};

static LedgerPlan revision_plan = {
	"SELECT account_id, revision_id, violation_id, action, points, decided_at, scheme, rung, since"
	" FROM governance.revision"
	" WHERE account_id" EQ "ANY ($1) ORDER BY account_id, decided_at, revision_id",
	1, {INT8ARRAYOID}
};

/* A column of the current result, by number from 1. */
static inline Datum
column(uint64 row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
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
 * Counts the rows of one account that begin at *row, and gives the account's
 * history the place to keep them; rows of accounts that are not asked for
 * cannot occur.
 */
static uint64
rows_of(int64 account_id, uint64 row, uint64 nrows)
{
	uint64		end = row;

	while (end < nrows && int8_column(end, 1) == account_id)
		end++;
	return end - row;
}

static void
read_facts(AccountHistory *histories, int n, Datum accounts, MemoryContext context,
		   LedgerMode mode)
{
	uint64		nrows = ledger_execute(&account_plan, &accounts, NULL, mode);
	uint64		row = 0;
	MemoryContext old;

	for (int i = 0; i < n; i++)
		if (row < nrows && int8_column(row, 1) == histories[i].account_id)
		{
			histories[i].exists = true;
			histories[i].opened = time_column(row++, 2, DT_NOBEGIN);
		}
	SPI_freetuptable(SPI_tuptable);

	nrows = ledger_execute(&attribute_plan, &accounts, NULL, mode);
	row = 0;
	old = MemoryContextSwitchTo(context);
	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, row, nrows);

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
	SPI_freetuptable(SPI_tuptable);
}

static void
read_violations(AccountHistory *histories, int n, Datum accounts, MemoryContext context,
				LedgerMode mode)
{
	uint64		nrows = ledger_execute(&violation_plan, &accounts, NULL, mode);
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, row, nrows);

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
	SPI_freetuptable(SPI_tuptable);
}

static void
read_activities(AccountHistory *histories, int n, Datum accounts, MemoryContext context,
				LedgerMode mode)
{
	uint64		nrows = ledger_execute(&activity_plan, &accounts, NULL, mode);
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, row, nrows);

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
	SPI_freetuptable(SPI_tuptable);
}

static void
read_revisions(AccountHistory *histories, int n, Datum accounts, MemoryContext context,
			   LedgerMode mode)
{
	uint64		nrows = ledger_execute(&revision_plan, &accounts, NULL, mode);
	uint64		row = 0;
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int i = 0; i < n && row < nrows; i++)
	{
		int			count = rows_of(histories[i].account_id, row, nrows);

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
	SPI_freetuptable(SPI_tuptable);
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
		read_facts(histories, naccounts, array, context, mode);
	if (what & HISTORY_ENTRIES)
	{
		read_violations(histories, naccounts, array, context, mode);
		read_activities(histories, naccounts, array, context, mode);
		read_revisions(histories, naccounts, array, context, mode);
	}
	return histories;
}
