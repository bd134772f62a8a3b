/*
 * brake_count.c
 *		Counts the accounts that a brake sees sanctioned: governance.brake_count
 *		and governance.brake_sum.
 *
 * The window of a brake is cut into 64 buckets of the clock.  Each account is
 * counted in one of them, the one in which it was sanctioned last: a row of
 * brake_count says when that was, and an account that is sanctioned again in a
 * later bucket moves there.  So however the window slides, an account is counted
 * once, and as long as the window reaches back.
 *
 * How many accounts are in a bucket is the sum over the rows of brake_sum, of
 * which each transaction that counts has one to itself: the first whose number
 * nobody holds an (advisory) lock on, which lasts as long as the transaction.
 * There are as many rows as there were ever transactions that counted at the same
 * time, whatever they count; nobody waits, and what is rolled back was not
 * counted.  A statement reads these few rows, looks for its own accounts by the
 * key of brake_count, and writes one row for each that is new or moves.
 *
 * The same account is not counted by two transactions at once: whoever sanctions
 * it has locked its standing.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/rows.h"
#include "db/snapshot.h"
#include "oversight/brake_count.h"
#include "util.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* So many buckets make a window. */
#define BUCKETS 64

/* An objsubid that the functions for advisory locks do not use, and rows in a
 * queue (db/find.c) neither. */
#define SUM_SUBID 4

/* So long an exact number of all accounts is good enough, if it allows more. */
#define TOTAL_LASTS (60 * USECS_PER_SEC)

/* One statement in so many looks for counts that are no longer needed. */
#define CLEAN_EVERY 16

/* ---------- tables ---------- */

enum
{
	C_ACCOUNT, C_BRAKE, C_AT, C_COLUMNS
};

static const ColumnSpec count_columns[C_COLUMNS] = {
	{"account_id", INT8OID}, {"brake_id", INT8OID}, {"at", TIMESTAMPTZOID}
};

/* Rows are looked for by account and brake; the key ends with the time. */
static Table count_table = {
	.name = "brake_count", .ncolumns = C_COLUMNS, .columns = count_columns, .nkeys = 2
};

enum
{
	S_BRAKE, S_SLOT, S_WIDTH, S_SINCE, S_BUCKETS, S_ACCOUNTS, S_COLUMNS
};

static const ColumnSpec sum_columns[S_COLUMNS] = {
	{"brake_id", INT8OID}, {"slot", INT8OID}, {"width", INT8OID}, {"since", TIMESTAMPTZOID},
	{"buckets", TIMESTAMPTZARRAYOID}, {"accounts", INT8ARRAYOID}
};

static Table sum_table = {
	.name = "brake_sum", .ncolumns = S_COLUMNS, .columns = sum_columns, .nkeys = 2
};

static KeptPlan total_plan = {
	"SELECT pg_catalog.count(*) FROM governance.account", 0
};

static KeptPlan clean_plan = {
	"SELECT governance.brake_clean($1, $2, $3)",
	3, {INT8OID, TIMESTAMPTZOID, INT8OID}
};

/* ---------- the window ---------- */

/* Which accounts are counted, in microseconds. */
typedef struct Window
{
	TimestampTz now;
	TimestampTz start;			/* where its first bucket starts */
	TimestampTz released;		/* what was before is not counted */
	int64		width;			/* of a bucket */
} Window;

/* The start of the bucket that an instant falls into: that on or before it. */
static TimestampTz
bucket_start(int64 width, TimestampTz at)
{
	int64		rest = at % width;

	return at - (rest < 0 ? rest + width : rest);
}

/*
 * The name of a bucket: its start, or the release that it is cut by.  So counts
 * of before a release are told from those after it.
 */
static TimestampTz
bucket_name(const Window *window, TimestampTz at)
{
	return Max(bucket_start(window->width, at), window->released);
}

/* The window as of now.  A month has 30 days for the width of a bucket. */
static void
window_begin(Window *window, const Brake *brake)
{
	Interval	within = brake->within;
	int64		length = within.time + (within.day + (int64) within.month * DAYS_PER_MONTH) * USECS_PER_DAY;

	window->now = GetCurrentTimestamp();
	window->released = brake->released;
	window->width = Max(length / BUCKETS, 1);
	window->start = bucket_start(window->width,
								 DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
																		 TimestampTzGetDatum(window->now),
																		 IntervalPGetDatum(&within))));
}

/* Does the window reach back to a bucket? */
static bool
is_within(const Window *window, TimestampTz bucket)
{
	return bucket >= window->start && bucket >= window->released;
}

/* ---------- sums ---------- */

/* How many accounts are in which bucket, by one row of brake_sum. */
typedef struct Sum
{
	int			n;
	TimestampTz *buckets;		/* ascending */
	int64	   *accounts;
	int			room_buckets;
	int			room_accounts;
} Sum;

/* All that is known of a brake. */
typedef struct Sums
{
	int64		slot;			/* our row */
	bool		there;			/* it is there */
	RowHandle	row;			/* where, if that shows */
	TimestampTz since;			/* from when on accounts are counted in buckets of
								 * this width: the first row */
	TimestampTz own_since;		/* the same of our row */
	Sum			own;
	int64		known;			/* accounts within the window, by all rows */
} Sums;

/*
 * The number of a row of brake_sum that is ours until the end of the transaction;
 * mostly that of the time before.  A statement with a snapshot of the whole
 * transaction cannot change what others have written since; where that is how
 * rows are written, a transaction has a row of its own, which brake_clean()
 * deletes in the end.
 */
static int64
take_slot(const Rows *table)
{
	static uint32 last = 0;
	Oid			relid = get_relname_relid(sum_table.name, get_namespace_oid("governance", false));

	if (IsolationUsesXactSnapshot() && (table->direct == 0 || ExecutorCheckPerms_hook != NULL))
		return PG_UINT32_MAX + (int64) GetTopTransactionId();

	for (uint32 i = 0;; i++)
	{
		uint32		slot = i == 0 ? last : i - 1;
		LOCKTAG		tag;

		SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relid, slot, SUM_SUBID);
		if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
			continue;
		last = slot;
		return slot;
	}
}

/* Adds accounts to a bucket; in place, as there are few. */
static void
sum_add(Sum *sum, TimestampTz bucket, int64 accounts)
{
	int			i = sum->n;

	while (i > 0 && sum->buckets[i - 1] >= bucket)
		i--;
	if (i == sum->n || sum->buckets[i] != bucket)
	{
		array_reserve(sum->buckets, sum->room_buckets, sum->n + 1);
		array_reserve(sum->accounts, sum->room_accounts, sum->n + 1);
		memmove(&sum->buckets[i + 1], &sum->buckets[i], sizeof(TimestampTz) * (sum->n - i));
		memmove(&sum->accounts[i + 1], &sum->accounts[i], sizeof(int64) * (sum->n - i));
		sum->buckets[i] = bucket;
		sum->accounts[i] = 0;
		sum->n++;
	}
	sum->accounts[i] += accounts;
}

/* The elements of an array of 8 bytes each, in the current context; *n: how many. */
static int64 *
array_elements(Datum value, int *n)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	Datum	   *elements;
	int64	   *numbers;

	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, NULL, n);
	numbers = palloc(sizeof(int64) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
		numbers[i] = DatumGetInt64(elements[i]);
	pfree(elements);
	return numbers;
}

/*
 * A row of brake_sum joins the others.  One of another width is of before the
 * window of the brake was changed, and counts nothing; a bucket that the window
 * has left is dropped.
 */
static void
take_sum(Sums *sums, const Window *window, const FoundRow *row)
{
	bool		is_own = row_int8(row, S_SLOT) == sums->slot;
	TimestampTz since = row_instant(row, S_SINCE);
	bool		isnull;
	int			nbuckets;
	int			naccounts;
	int64	   *buckets;
	int64	   *accounts;

	sums->there = sums->there || is_own;
	if (row_int8(row, S_WIDTH) != window->width)
		return;
	buckets = array_elements(row_get(row, S_BUCKETS, &isnull), &nbuckets);
	accounts = array_elements(row_get(row, S_ACCOUNTS, &isnull), &naccounts);
	sums->since = Min(sums->since, since);
	if (is_own)
		sums->own_since = since;
	for (int i = 0; i < Min(nbuckets, naccounts); i++)
	{
		if (!is_within(window, buckets[i]))
			continue;
		sums->known += accounts[i];
		if (is_own)
			sum_add(&sums->own, buckets[i], accounts[i]);
	}
}

/* Reads all rows of a brake, as the active snapshot shows them, and finds ours. */
static void
read_sums(Sums *sums, const Window *window, const Brake *brake, const Rows *table)
{
	static const RowSearch search = {
		.table = &sum_table, .by = COLUMN_BIT(S_BRAKE),
		.columns = COLUMN_BIT(S_SLOT) | COLUMN_BIT(S_WIDTH) | COLUMN_BIT(S_SINCE) |
		COLUMN_BIT(S_BUCKETS) | COLUMN_BIT(S_ACCOUNTS)
	};
	Datum		key = Int64GetDatum(brake->brake_id);
	RowsFound	found;

	sums->since = sums->own_since = window->now;
	if (!rows_look(&found, &search, &key))
		rows_select(&found, &search, &key, 1, PLAN_LATEST);
	while (rows_next(&found))
	{
		take_sum(sums, window, &found.row);
		if (!found.direct || row_int8(&found.row, S_SLOT) != sums->slot)
			continue;
		sums->row.tid = found.row.slot->tts_tid;
		sums->row.row = table->direct != 0 && !sum_table.complete ?
			ExecCopySlotHeapTuple(found.row.slot) : NULL;
	}
	rows_end(&found);
}

/* Writes our row: where it was found, or by its key, or a new one. */
static void
write_sum(Rows *table, const Sums *sums, const Window *window, const Brake *brake)
{
	Datum		values[S_COLUMNS];
	RowHandle	handle = sums->row;

	values[S_BRAKE] = Int64GetDatum(brake->brake_id);
	values[S_SLOT] = Int64GetDatum(sums->slot);
	values[S_WIDTH] = Int64GetDatum(window->width);
	values[S_SINCE] = TimestampTzGetDatum(sums->own_since);
	values[S_BUCKETS] = instant_array(sums->own.buckets, sums->own.n);
	values[S_ACCOUNTS] = int8_array(sums->own.accounts, sums->own.n);
	if (!sums->there)
		rows_insert(table, values, NULL);
	else if (table->direct != 0 && ItemPointerIsValid(&handle.tid))
		rows_rewrite(table, &handle, values, NULL, 0);
	else
		rows_update(table, values, NULL);
	rows_flush(table);
}

/* ---------- accounts ---------- */

/* An account is counted anew when nothing in the window is known of it. */
typedef struct Counted
{
	int64		account_id;
	TimestampTz before;			/* when it was counted last; DT_NOBEGIN: never */
} Counted;

/* When each account was counted last, by the direct path or one statement for all. */
static void
find_counted(Rows *table, const Brake *brake, Counted *counted, int n)
{
	static const RowSearch search = {
		.table = &count_table, .by = COLUMN_BIT(C_ACCOUNT) | COLUMN_BIT(C_BRAKE),
		.columns = COLUMN_BIT(C_AT)
	};
	Datum		brake_id = Int64GetDatum(brake->brake_id);
	Datum	   *keys;
	RowsFound	found;
	int			i = 0;

	if ((table->direct & TABLE_FIND) != 0)
	{
		for (i = 0; i < n; i++)
		{
			Datum		key[2] = {Int64GetDatum(counted[i].account_id), brake_id};

			direct_find(&table->access, GetActiveSnapshot(), key, 2);
			while (direct_next(&table->access))
			{
				bool		isnull;
				Datum		at = direct_get(&table->access, C_AT, &isnull);

				counted[i].before = Max(counted[i].before, DatumGetTimestampTz(at));
			}
		}
		direct_stop(&table->access);
		return;
	}
	keys = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * 2 * n);
	for (i = 0; i < n; i++)
	{
		keys[2 * i] = Int64GetDatum(counted[i].account_id);
		keys[2 * i + 1] = brake_id;
	}
	rows_select(&found, &search, keys, n, PLAN_LATEST);
	i = 0;
	while (rows_next(&found))
	{
		int64		account_id = row_int8(&found.row, C_ACCOUNT);

		while (i < n && counted[i].account_id != account_id)
			i++;
		if (i == n)
			elog(ERROR, "a count that nobody asked for was found");
		counted[i].before = Max(counted[i].before, row_instant(&found.row, C_AT));
	}
	rows_end(&found);
	pfree(keys);
}

/* Is an account counted within the window? */
static bool
is_counted(const Counted *counted, const Window *window, const Sums *sums)
{
	return counted->before != DT_NOBEGIN && counted->before > window->released &&
		counted->before >= sums->since && counted->before >= window->start;
}

/*
 * Writes a row for each account that is new, or that a later bucket takes over,
 * and notes in our sum what that changes.
 */
static int
write_counted(Rows *table, const Brake *brake, const Counted *counted, int n,
			  const Window *window, Sums *sums)
{
	TimestampTz bucket = bucket_name(window, window->now);
	int			written = 0;

	for (int i = 0; i < n; i++)
	{
		Datum		values[C_COLUMNS];

		if (is_counted(&counted[i], window, sums))
		{
			TimestampTz before = bucket_name(window, counted[i].before);

			if (before >= bucket)
				continue;
			sum_add(&sums->own, before, -1);
		}
		sum_add(&sums->own, bucket, 1);
		values[C_ACCOUNT] = Int64GetDatum(counted[i].account_id);
		values[C_BRAKE] = Int64GetDatum(brake->brake_id);
		values[C_AT] = TimestampTzGetDatum(window->now);
		rows_insert(table, values, NULL);
		written++;
	}
	rows_flush(table);
	return written;
}

/*
 * Old counts go little by little, a few more than come, and where that can fail
 * nobody: under a snapshot of the whole transaction a row that is gone would.  A
 * session that has found too few looks again when there is another bucket.
 */
static void
clean_counts(const Brake *brake, const Window *window, int written)
{
	static TimestampTz next = DT_NOBEGIN;
	int64		most = 4 * CLEAN_EVERY + 2 * (int64) written;
	int64		gone;
	Datum		values[3];

	if (IsolationUsesXactSnapshot() || window->now < next ||
		(written < CLEAN_EVERY && pg_prng_uint64(&pg_global_prng_state) % CLEAN_EVERY != 0))
		return;
	values[0] = Int64GetDatum(brake->brake_id);
	values[1] = TimestampTzGetDatum(window->start - (window->now - window->start));
	values[2] = Int64GetDatum(most);
	(void) plan_execute(&clean_plan, values, NULL, PLAN_WRITE);
	(void) plan_int8_column(&gone, 1);
	next = gone < most ? window->now + window->width : DT_NOBEGIN;
}

/* ---------- limits ---------- */

/* How many accounts there are, by the statistics of the server; 0: not known. */
static int64
estimated_accounts(void)
{
	Oid			relid = get_relname_relid("account", get_namespace_oid("governance", false));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int64		total;

	if (!HeapTupleIsValid(tuple))
		return 0;
	total = (int64) Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
	ReleaseSysCache(tuple);
	return total;
}

/* How many accounts there are, as a session remembers it for a minute, or anew. */
static int64
counted_accounts(bool anew)
{
	static TimestampTz counted_at = DT_NOBEGIN;
	static int64 total = 0;
	TimestampTz now = GetCurrentTimestamp();

	if (anew || counted_at == DT_NOBEGIN || now < counted_at || now - counted_at > TOTAL_LASTS)
	{
		(void) plan_execute(&total_plan, NULL, NULL, PLAN_FRESH);
		(void) plan_int8_column(&total, 1);
		counted_at = now;
	}
	return total;
}

/* So much of a total is a share, rounded down. */
static int64
share_of(const Brake *brake, int64 total)
{
	Datum		product = DirectFunctionCall2(numeric_mul, brake->max_share,
											  DirectFunctionCall1(int8_numeric, Int64GetDatum(total)));

	return DatumGetInt64(DirectFunctionCall1(numeric_int8, DirectFunctionCall1(numeric_floor, product)));
}

/*
 * How many accounts may be sanctioned, if so many are.  What is a share of all
 * accounts is asked of an estimate first, then of what the session remembers,
 * and counted only where these would stop it.
 */
static int64
allowed_for(const Brake *brake, int64 wanted)
{
	int64		allowed = brake->has_max ? brake->max_accounts : PG_INT64_MAX;
	int64		share;

	if (!brake->has_share)
		return allowed;
	share = share_of(brake, estimated_accounts());
	if (wanted > share)
		share = share_of(brake, counted_accounts(false));
	if (wanted > share)
		share = share_of(brake, counted_accounts(true));
	return Min(allowed, share);
}

/* See brake_count.h. */
bool
brake_admits(const Brake *brake, const int64 *accounts, int naccounts,
			 int64 *counted, int64 *allowed)
{
	Counted    *found = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Counted) * naccounts);
	Window		window;
	Sums		sums = {0};
	Rows		counts;
	Rows		table;
	int			fresh = 0;
	bool		admitted;

	for (int i = 0; i < naccounts; i++)
	{
		found[i].account_id = accounts[i];
		found[i].before = DT_NOBEGIN;
	}
	window_begin(&window, brake);
	rows_open(&table, &sum_table, TABLE_FIND | TABLE_UPDATE | TABLE_INSERT, 0);
	rows_open(&counts, &count_table, TABLE_FIND | TABLE_INSERT, 0);

	/*
	 * Once our row is ours: it is the last that anybody has committed.  That is
	 * so under a snapshot of the whole transaction, too.
	 */
	sums.slot = take_slot(&table);
	ItemPointerSetInvalid(&sums.row.tid);
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	read_sums(&sums, &window, brake, &table);
	find_counted(&counts, brake, found, naccounts);
	for (int i = 0; i < naccounts; i++)
		if (!is_counted(&found[i], &window, &sums))
			fresh++;
	*counted = sums.known + fresh;
	admitted = fresh == 0;
	if (!admitted)
	{
		*allowed = allowed_for(brake, *counted);
		admitted = *counted <= *allowed;
	}
	if (admitted)
	{
		int			written = write_counted(&counts, brake, found, naccounts, &window, &sums);

		if (written > 0)
		{
			write_sum(&table, &sums, &window, brake);
			clean_counts(brake, &window, written);
		}
	}
	rows_close(&counts);
	rows_close(&table);
	PopActiveSnapshot();
	pfree(found);
	return admitted;
}
