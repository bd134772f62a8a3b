/*
 * event_row.c
 *		The rows of governance.event and governance.event_watch, by SQL and without
 *		it.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/rows.h"
#include "db/slot.h"
#include "db/table.h"
#include "ledger/event_row.h"
#include "rulebook/cache.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

/* ---------- how far standings have been announced ---------- */

enum
{
	W_ACCOUNT, W_SUBJECT, W_SCHEME, W_ID, W_ANNOUNCED, W_RUNG, W_SEEN, W_TOLD, W_NEAR_AT, W_NEXT_AT,
	W_COLUMNS
};

static const ColumnSpec watch_columns[W_COLUMNS] = {
	{"account_id", INT8OID}, {"subject", TEXTOID}, {"scheme", TEXTOID}, {"id", INT8OID},
	{"announced", TEXTOID}, {"rung", TEXTOID}, {"seen", TIMESTAMPTZOID}, {"told", TIMESTAMPTZOID},
	{"near_at", TIMESTAMPTZOID}, {"next_at", TIMESTAMPTZOID}
};

static Table watch_table = {
	.name = "event_watch", .ncolumns = W_COLUMNS, .columns = watch_columns, .nkeys = 4
};

#define WATCH_KEYS 4

static const RowSearch watch_search = {
	.table = &watch_table,
	.by = COLUMN_BIT(W_ACCOUNT) | COLUMN_BIT(W_SUBJECT) | COLUMN_BIT(W_SCHEME) | COLUMN_BIT(W_ID),
	.columns = COLUMN_BIT(W_ANNOUNCED) | COLUMN_BIT(W_RUNG) | COLUMN_BIT(W_SEEN) |
	COLUMN_BIT(W_TOLD) | COLUMN_BIT(W_NEAR_AT) | COLUMN_BIT(W_NEXT_AT)
};

/* New rows may take a statement where those that are there do not. */
void
event_watches_open(WatchTable *table)
{
	rows_open(table, &watch_table,
			  TABLE_FIND | TABLE_UPDATE | TABLE_INSERT | TABLE_INSERT_UNLESS,
			  TABLE_INSERT | TABLE_INSERT_UNLESS);
}

/* Ends it. */
void
event_watches_close(WatchTable *table)
{
	rows_close(table);
}

/* The columns of the key. */
static void
watch_key(const EventWatch *watch, Datum subject, Datum *values)
{
	values[W_ACCOUNT] = Int64GetDatum(watch->account_id);
	values[W_SUBJECT] = subject;
	values[W_SCHEME] = PointerGetDatum(watch->scheme->text);
	values[W_ID] = Int64GetDatum(0);
}

/* An instant that may be null: then another one. */
static TimestampTz
instant_or(const FoundRow *row, int column, TimestampTz otherwise)
{
	bool		isnull;
	Datum		value = row_get(row, column, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(value);
}

/* What the row of a standing says; its texts are copied. */
static void
take_watch(EventWatch *watch, const FoundRow *row)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	bool		isnull;
	Datum		rung = row_get(row, W_RUNG, &isnull);

	watch->rung = isnull ? NULL : TextDatumGetCString(rung);
	watch->seen = instant_or(row, W_SEEN, now);
	watch->told = instant_or(row, W_TOLD, now);
	watch->near_at = instant_or(row, W_NEAR_AT, DT_NOBEGIN);
	watch->next_at = row_instant(row, W_NEXT_AT);
	(void) row_get(row, W_ANNOUNCED, &isnull);
	watch->known = !isnull;
	watch->there = true;
}

/* A row that is there, and that this transaction may not see. */
static void
require_there(const EventWatch *watch)
{
	if (!watch->there)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update"),
				 errhint("The transaction might succeed if retried.")));
}

/* They are looked for first, which also says where they are. */
void
event_watches_lock(WatchTable *table, EventWatch *const *watches, int n)
{
	Datum		subject = CStringGetTextDatum("standing");
	Datum	   *keys = palloc(sizeof(Datum) * WATCH_KEYS * Max(n, 1));
	RowHandle **handles = palloc(sizeof(RowHandle *) * Max(n, 1));
	EventWatch **found = palloc(sizeof(EventWatch *) * Max(n, 1));
	bool	   *missing = palloc0(sizeof(bool) * Max(n, 1));
	int			nfound = 0;
	FoundRow	row;
	int			i;

	for (i = 0; i < n; i++)
	{
		watch_key(watches[i], subject, keys + WATCH_KEYS * i);
		handles[i] = &watches[i]->row;
		watches[i]->locked = true;
	}
	rows_probe(table, keys, handles, n, missing);
	for (i = 0; i < n; i++)
	{
		if (missing[i])
			continue;
		found[nfound] = watches[i];
		handles[nfound] = &watches[i]->row;
		memmove(keys + WATCH_KEYS * nfound, keys + WATCH_KEYS * i, sizeof(Datum) * WATCH_KEYS);
		nfound++;
	}
	if (nfound > 0)
	{
		rows_lock(table, &watch_search, keys, handles, nfound);
		while ((i = rows_lock_next(table, &row)) >= 0)
			take_watch(found[i], &row);
	}
	for (i = 0; i < nfound; i++)
		require_there(found[i]);
}

/* A text, or null. */
static Datum
text_or_null(const char *value, bool *isnull)
{
	*isnull = value == NULL;
	return *isnull ? (Datum) 0 : CStringGetTextDatum(value);
}

/* The row of a watch. */
static void
watch_values(const EventWatch *watch, Datum subject, Datum *values, bool *nulls)
{
	memset(nulls, 0, sizeof(bool) * W_COLUMNS);
	watch_key(watch, subject, values);
	values[W_ANNOUNCED] = text_or_null(watch->known ? "known" : NULL, &nulls[W_ANNOUNCED]);
	values[W_RUNG] = text_or_null(watch->rung, &nulls[W_RUNG]);
	values[W_SEEN] = TimestampTzGetDatum(watch->seen);
	values[W_TOLD] = TimestampTzGetDatum(watch->told);
	values[W_NEAR_AT] = TimestampTzGetDatum(watch->near_at);
	nulls[W_NEAR_AT] = watch->near_at == DT_NOBEGIN;
	values[W_NEXT_AT] = TimestampTzGetDatum(watch->next_at);
}

/* Takes the place of what is there already. */
static void
replace_watch(WatchTable *table, EventWatch *watch, Datum subject)
{
	EventWatch	old = {.account_id = watch->account_id, .scheme = watch->scheme};
	EventWatch *one = &old;
	Datum		values[W_COLUMNS];
	bool		nulls[W_COLUMNS];

	event_watches_lock(table, &one, 1);
	if (!old.there)
		require_written(table->table->name, CMD_INSERT, 1, 0);
	require_there(one);
	watch_values(watch, subject, values, nulls);
	rows_rewrite(table, &old.row, values, nulls, 0);
}

/* See event_row.h. */
void
event_watches_write(WatchTable *table, EventWatch *watches, int n)
{
	Datum		subject = CStringGetTextDatum("standing");
	bool	   *inserted = palloc0(sizeof(bool) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		EventWatch *watch = &watches[i];
		Datum		values[W_COLUMNS];
		bool		nulls[W_COLUMNS];

		if (!watch->locked || (watch->there && !watch->changed))
			continue;
		watch_values(watch, subject, values, nulls);
		if (watch->there)
			rows_rewrite(table, &watch->row, values, nulls, 0);
		else if (watch->fresh)
			rows_insert_unless(table, values, nulls, &inserted[i]);
		else
			rows_insert(table, values, nulls);
	}
	rows_flush(table);
	for (int i = 0; i < n; i++)
		if (watches[i].fresh && !watches[i].there && !inserted[i])
			replace_watch(table, &watches[i], subject);
	rows_flush(table);
	pfree(inserted);
}

/* ---------- events ---------- */

enum
{
	E_ACCOUNT, E_ID, E_KIND, E_AT, E_SCHEME, E_SANCTION, E_CERTIFICATION, E_POLICY, E_DETAIL, E_RECORDED,
	E_XID, E_COLUMNS
};

static const ColumnSpec event_columns[E_COLUMNS] = {
	{"account_id", INT8OID}, {"event_id", INT8OID}, {"kind", TEXTOID}, {"at", TIMESTAMPTZOID},
	{"scheme", TEXTOID}, {"sanction_id", INT8OID}, {"certification_id", INT8OID},
	{"policy_id", INT8OID}, {"detail", JSONBOID}, {"recorded_at", TIMESTAMPTZOID}, {"xid", XID8OID}
};

static Table event_table = {
	.name = "event", .ncolumns = E_COLUMNS, .columns = event_columns, .nkeys = 2
};

/*
 * Wakes who listens on the channel, unless governance.notify is off: the server
 * refuses to prepare a transaction that has notified.
 */
static void
notify(void)
{
	const char *setting = GetConfigOption("governance.notify", true, false);

	if (setting == NULL || strcmp(setting, "off") != 0)
		Async_Notify("governance_event", "");
}

/* Ids are drawn in the order in which events are written. */
void
events_insert(const EventWrite *events, int n)
{
	Datum		recorded = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	Datum		xid = FullTransactionIdGetDatum(GetTopFullTransactionId());
	Oid			sequence;
	Rows		rows;

	if (n == 0)
		return;
	sequence = get_relname_relid("event_seq", get_namespace_oid("governance", false));
	rows_open(&rows, &event_table, TABLE_INSERT, 0);
	for (int i = 0; i < n; i++)
	{
		const EventWrite *event = &events[i];
		Datum		values[E_COLUMNS];
		bool		nulls[E_COLUMNS] = {0};

		values[E_ACCOUNT] = Int64GetDatum(event->account_id);
		values[E_ID] = Int64GetDatum(nextval_internal(sequence, false));
		values[E_KIND] = CStringGetTextDatum(event_kind_name(event->kind));
		values[E_AT] = TimestampTzGetDatum(event->at);
		values[E_SCHEME] = PointerGetDatum(event->scheme);
		values[E_SANCTION] = Int64GetDatum(event->sanction_id);
		nulls[E_SANCTION] = event->sanction_id == 0;
		values[E_CERTIFICATION] = (Datum) 0;
		nulls[E_CERTIFICATION] = true;
		values[E_POLICY] = Int64GetDatum(event->policy_id);
		nulls[E_POLICY] = event->policy_id == 0;
		values[E_DETAIL] = DirectFunctionCall1(jsonb_in, CStringGetDatum(event->detail));
		values[E_RECORDED] = recorded;
		values[E_XID] = xid;
		rows_insert(&rows, values, nulls);
	}
	rows_flush(&rows);
	rows_close(&rows);
	notify();
}
