/*
 * sanction_row.c
 *		The rows of governance.sanction, by SQL and without it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/rows.h"
#include "db/slot.h"
#include "db/snapshot.h"
#include "db/table.h"
#include "json.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan find_plan = {
	"SELECT s.sanction_id FROM governance.sanction s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2 AND s.rung" EQ "$3"
	" AND coalesce(s.violation_id, 0)" EQ "$4"
	" ORDER BY (pg_catalog.lower(s.during)" EQ "$5) DESC NULLS LAST, s.sanction_id LIMIT 1",
	5, {INT8OID, TEXTOID, TEXTOID, INT8OID, TIMESTAMPTZOID}
};

/* Served or not: it should never have been. */
static KeptPlan overturn_plan = {
	"UPDATE governance.sanction s SET released_at = u.at, release_reason = 'overturned', opening = NULL,"
	" during = s.during OPERATOR(pg_catalog.*) pg_catalog.tstzrange(NULL, u.at)"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))"
	" AS u (account_id, sanction_id, at)"
	" WHERE s.account_id" EQ "u.account_id AND s.sanction_id" EQ "u.sanction_id",
	3, {INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID}
};

enum
{
	S_ACCOUNT, S_ID, S_SCHEME, S_RUNG, S_TIER, S_WITHHOLDS, S_DURING, S_CAUSE, S_POLICY,
	S_ENFORCED, S_TERMS, S_RECORDED, S_RELEASED, S_REASON, S_OPENING, S_COLUMNS
};

static const ColumnSpec sanction_columns[S_COLUMNS] = {
	{"account_id", INT8OID}, {"sanction_id", INT8OID}, {"scheme", TEXTOID, COLUMN_FIXED},
	{"rung", TEXTOID, COLUMN_FIXED}, {"tier", LEDGER_TIER_TYPE}, {"withholds", TEXTARRAYOID},
	{"during", TSTZRANGEOID}, {"violation_id", INT8OID}, {"policy_id", INT8OID},
	{"enforced", BOOLOID}, {"terms", JSONBOID}, {"recorded_at", TIMESTAMPTZOID, COLUMN_FIXED},
	{"released_at", TIMESTAMPTZOID}, {"release_reason", TEXTOID}, {"opening", INT4OID}
};

static Table sanction_table = {
	.name = "sanction", .ncolumns = S_COLUMNS, .columns = sanction_columns, .nkeys = 2
};

/* ---------- columns ---------- */

/* Most sanctions of a statement are of the same few rungs. */
typedef struct RungValues
{
	const Rung *rung;
	Datum		code;
	Datum		withholds;
} RungValues;

/* Makes the values of a rung, unless they are those of the row before. */
static void
rung_values(const Rung *rung, RungValues *last)
{
	Datum	   *names;

	if (last->rung == rung)
		return;
	names = palloc(sizeof(Datum) * Max(rung->ncapabilities, 1));
	for (int i = 0; i < rung->ncapabilities; i++)
		names[i] = CStringGetTextDatum(rung->capabilities[i]);
	last->rung = rung;
	last->code = CStringGetTextDatum(rung->code);
	last->withholds = datum_array(names, NULL, rung->ncapabilities, TEXTOID);
}

/* In the order of the rung's terms; an instant as the server writes it. */
Datum
sanction_terms(const Rung *rung, const SanctionState *sanction, bool *isnull)
{
	StringInfoData json;

	*isnull = sanction->nterms == 0;
	if (*isnull)
		return (Datum) 0;
	initStringInfo(&json);
	json_begin_object(&json, NULL);
	for (int i = 0; i < sanction->nterms; i++)
	{
		const char *name = rung->terms[i].name;
		const ExprValue *value = &sanction->terms[i];

		if (value->isnull)
			json_null(&json, name);
		else if (value->type == EXPR_NUMBER)
			json_double(&json, name, value->number);
		else if (value->type == EXPR_BOOLEAN)
			json_boolean(&json, name, value->number != 0);
		else if (value->type == EXPR_DATE)
			json_text(&json, name, timestamptz_to_str(value->date));
		else
			json_text(&json, name, value->text);
	}
	json_end_object(&json);
	return CStringGetTextDatum(json.data);
}

/* As tstzrange() makes it: nothing when it ends where it starts. */
static Datum
sanction_during(const SanctionState *s)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower = {0};
	RangeBound	upper = {0};

	lower.val = TimestampTzGetDatum(s->starts);
	lower.inclusive = lower.lower = true;
	upper.val = TimestampTzGetDatum(sanction_end(s, &upper.infinite));
	return RangeTypePGetDatum(make_range_compat(type, &lower, &upper, false));
}

/* The row of a sanction: values and nulls are for S_COLUMNS. */
static void
sanction_values(const SanctionWrite *w, RungValues *rung, Datum *values, bool *nulls)
{
	const SanctionState *s = w->sanction;
	bool		released = (s->flags & SANCTION_RELEASED) != 0;

	rung_values(w->rung, rung);
	memset(nulls, 0, sizeof(bool) * S_COLUMNS);
	values[S_ACCOUNT] = Int64GetDatum(w->account_id);
	values[S_ID] = Int64GetDatum(s->sanction_id);
	values[S_SCHEME] = PointerGetDatum(w->scheme->text);
	values[S_RUNG] = rung->code;
	values[S_TIER] = CharGetDatum((char) w->rung->tier);
	values[S_WITHHOLDS] = rung->withholds;
	values[S_DURING] = sanction_during(s);
	values[S_CAUSE] = Int64GetDatum(s->cause);
	nulls[S_CAUSE] = s->cause == 0;
	values[S_POLICY] = Int64GetDatum(s->policy_id);
	values[S_ENFORCED] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
	values[S_TERMS] = sanction_terms(w->rung, s, &nulls[S_TERMS]);
	if (!nulls[S_TERMS])
		values[S_TERMS] = DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(TextDatumGetCString(values[S_TERMS])));
	values[S_RECORDED] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	values[S_RELEASED] = TimestampTzGetDatum(s->released);
	values[S_REASON] = released ? CStringGetTextDatum(release_reason_name(s->reason)) : (Datum) 0;
	nulls[S_RELEASED] = nulls[S_REASON] = !released;
	values[S_OPENING] = Int32GetDatum(s->opening);
	nulls[S_OPENING] = s->opening == 0;
}

/* ---------- writing ---------- */

/* New sanctions. */
void
sanctions_insert(const SanctionWrite *writes, int n)
{
	RungValues	rung = {0};
	Rows		rows;

	if (n == 0)
		return;
	rows_open(&rows, &sanction_table, TABLE_INSERT, 0);
	for (int i = 0; i < n; i++)
	{
		Datum		values[S_COLUMNS];
		bool		nulls[S_COLUMNS];

		sanction_values(&writes[i], &rung, values, nulls);
		rows_insert(&rows, values, nulls);
	}
	rows_flush(&rows);
	rows_close(&rows);
}

/* Those that may have changed; what it is about never does (COLUMN_FIXED). */
void
sanctions_update(const SanctionWrite *writes, int n)
{
	RungValues	rung = {0};
	Rows		rows;

	if (n == 0)
		return;
	rows_open(&rows, &sanction_table, TABLE_FIND | TABLE_UPDATE, 0);
	for (int i = 0; i < n; i++)
	{
		Datum		values[S_COLUMNS];
		bool		nulls[S_COLUMNS];

		sanction_values(&writes[i], &rung, values, nulls);
		rows_update(&rows, values, nulls);
	}
	rows_flush(&rows);
	rows_close(&rows);
}

/* They get their end in the past, or are empty when they had not begun. */
void
sanction_rows_overturn(const int64 *accounts, const int64 *sanctions, const TimestampTz *at, int n)
{
	Datum		arrays[3];

	if (n == 0)
		return;
	arrays[0] = int8_array(accounts, n);
	arrays[1] = int8_array(sanctions, n);
	arrays[2] = instant_array(at, n);
	require_written("sanction", CMD_UPDATE, n,
					plan_execute(&overturn_plan, arrays, NULL, PLAN_WRITE));
}

/* ---------- reading ---------- */

/* From when until when a sanction is in force; both DT_NOBEGIN: it never was. */
static void
during_bounds(Datum during, TimestampTz *starts, TimestampTz *ends)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, DatumGetRangeTypeP(during), &lower, &upper, &empty);
	*starts = empty || lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
	*ends = empty ? DT_NOBEGIN : upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
}

/* See sanction_row.h. */
int
stored_sanction_cmp(const void *a, const void *b)
{
	const StoredSanction *x = a;
	const StoredSanction *y = b;

	if (x->starts != y->starts)
		return cmp_instant(x->starts, y->starts);
	return cmp_int64(x->sanction_id, y->sanction_id);
}

/* One search for all; rows come by account, scheme and id, as the keys do. */
void
sanctions_find(const SanctionsOf *keys, int n, StoredSanctions *found)
{
	static const RowSearch search = {
		.table = &sanction_table, .by = COLUMN_BIT(S_ACCOUNT) | COLUMN_BIT(S_SCHEME),
		.columns = COLUMN_BIT(S_ID) | COLUMN_BIT(S_RUNG) | COLUMN_BIT(S_DURING) |
		COLUMN_BIT(S_CAUSE) | COLUMN_BIT(S_REASON)
	};
	Datum	   *values = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * 2 * (n + 1));
	RowsFound	rows;
	int			i = 0;

	memset(found, 0, sizeof(StoredSanctions) * n);
	if (n == 0)
		return;
	for (int k = 0; k < n; k++)
	{
		values[2 * k] = Int64GetDatum(keys[k].account_id);
		values[2 * k + 1] = PointerGetDatum(keys[k].scheme->text);
	}
	rows_select(&rows, &search, values, n, PLAN_FRESH);
	while (rows_next(&rows))
	{
		int64		account_id = row_int8(&rows.row, S_ACCOUNT);
		text	   *scheme = row_text(&rows.row, S_SCHEME);
		StoredSanction *s;
		bool		isnull;
		Datum		reason;

		while (i < n && (keys[i].account_id != account_id ||
						 !text_is(scheme, keys[i].scheme->name)))
			i++;
		if (i == n)
			elog(ERROR, "a sanction that nobody asked for was found");
		array_reserve(found[i].sanctions, found[i].max, found[i].n + 1);
		s = &found[i].sanctions[found[i].n++];
		s->sanction_id = row_int8(&rows.row, S_ID);
		s->rung = text_to_cstring(row_text(&rows.row, S_RUNG));
		s->cause = row_int8(&rows.row, S_CAUSE);
		during_bounds(row_get(&rows.row, S_DURING, &isnull), &s->starts, &s->ends);
		reason = row_get(&rows.row, S_REASON, &isnull);
		s->overturned = !isnull && text_is(DatumGetTextPP(reason), release_reason_name(RELEASE_OVERTURNED));
		s->undone = s->taken = false;
	}
	rows_end(&rows);
	pfree(values);
}

/*
 * Where several have the same cause, the one that starts at that instant comes
 * first.
 */
int64
stored_sanction(int64 account_id, Scheme *scheme, const char *rung, int64 cause,
				TimestampTz starts, PlanMode mode)
{
	Datum		values[5];
	int64		sanction_id = 0;
	bool		isnull;

	values[0] = Int64GetDatum(account_id);
	values[1] = CStringGetTextDatum(scheme->name);
	values[2] = CStringGetTextDatum(rung);
	values[3] = Int64GetDatum(cause);
	values[4] = TimestampTzGetDatum(starts);
	if (plan_execute(&find_plan, values, NULL, mode) > 0)
		sanction_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
												  1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return sanction_id;
}

/* ---------- what consumers of events are told ---------- */

/* The columns of a record, those of the key apart. */
#define RECORD_COLUMNS \
	(COLUMN_BIT(S_RUNG) | COLUMN_BIT(S_TIER) | COLUMN_BIT(S_WITHHOLDS) | COLUMN_BIT(S_DURING) | \
	 COLUMN_BIT(S_CAUSE) | COLUMN_BIT(S_POLICY) | COLUMN_BIT(S_ENFORCED) | \
	 COLUMN_BIT(S_RELEASED) | COLUMN_BIT(S_REASON))

/* By its key. */
static const RowSearch record_search = {
	.table = &sanction_table, .by = COLUMN_BIT(S_ACCOUNT) | COLUMN_BIT(S_ID),
	.columns = RECORD_COLUMNS | COLUMN_BIT(S_SCHEME)
};

/* All of an account: the first column of the key leads to them. */
static const RowSearch account_search = {
	.table = &sanction_table, .by = COLUMN_BIT(S_ACCOUNT),
	.columns = RECORD_COLUMNS | COLUMN_BIT(S_ID) | COLUMN_BIT(S_SCHEME)
};

/* See sanction_row.h; as sanction_values() writes it. */
void
sanction_record(const SanctionWrite *w, SanctionRecord *record)
{
	const SanctionState *s = w->sanction;
	RungValues	rung = {0};
	bool		open;

	rung_values(w->rung, &rung);
	memset(record, 0, sizeof(SanctionRecord));
	record->sanction_id = s->sanction_id;
	record->scheme = w->scheme->text;
	record->rung = w->rung->code;
	record->tier = w->rung->tier;
	record->withholds = rung.withholds;
	record->starts = s->starts;
	record->ends = sanction_end(s, &open);
	if (open)
		record->ends = DT_NOEND;
	record->never = record->ends <= record->starts;
	record->cause = s->cause;
	record->policy_id = s->policy_id;
	record->enforced = (s->flags & SANCTION_ENFORCED) != 0;
	record->released = (s->flags & SANCTION_RELEASED) != 0;
	record->released_at = s->released;
	record->reason = record->released ? release_reason_name(s->reason) : NULL;
}

/* See sanction_row.h. */
void
sanction_record_overturn(SanctionRecord *record, TimestampTz at)
{
	record->never = record->never || at <= record->starts;
	record->ends = Min(record->ends, at);
	record->released = true;
	record->released_at = at;
	record->reason = release_reason_name(RELEASE_OVERTURNED);
}

/* A row of one of the searches; what it points to is copied. */
static void
take_record(const FoundRow *row, SanctionRecord *record)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	Datum		reason;
	bool		isnull;

	memset(record, 0, sizeof(SanctionRecord));
	range_deserialize(type, DatumGetRangeTypeP(row_get(row, S_DURING, &isnull)), &lower, &upper,
					  &record->never);
	record->starts = record->never || lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
	record->ends = record->never || upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	record->sanction_id = row_int8(row, S_ID);
	record->scheme = DatumGetTextPCopy(row_get(row, S_SCHEME, &isnull));
	record->rung = text_to_cstring(row_text(row, S_RUNG));
	record->tier = DatumGetChar(row_get(row, S_TIER, &isnull));
	record->withholds = datumCopy(row_get(row, S_WITHHOLDS, &isnull), false, -1);
	record->cause = row_int8(row, S_CAUSE);
	record->policy_id = row_int8(row, S_POLICY);
	record->enforced = DatumGetBool(row_get(row, S_ENFORCED, &isnull));
	reason = row_get(row, S_REASON, &isnull);
	record->reason = isnull ? NULL : TextDatumGetCString(reason);
	record->released_at = DatumGetTimestampTz(row_get(row, S_RELEASED, &isnull));
	record->released = !isnull;
}

/* The rows of a search by the leading columns of the key, either way. */
static void
records_begin(RowsFound *found, const RowSearch *search, const Datum *key)
{
	snapshot_push();
	if (!rows_look(found, search, key))
		rows_select(found, search, key, 1, PLAN_LATEST);
}

/* Ends what records_begin() has begun. */
static void
records_end(RowsFound *found)
{
	rows_end(found);
	snapshot_pop();
}

/* See sanction_row.h. */
bool
sanction_record_read(int64 account_id, int64 sanction_id, SanctionRecord *record)
{
	Datum		key[2] = {Int64GetDatum(account_id), Int64GetDatum(sanction_id)};
	RowsFound	found;
	bool		there;

	records_begin(&found, &record_search, key);
	there = rows_next(&found);
	if (there)
		take_record(&found.row, record);
	records_end(&found);
	return there;
}

/* See sanction_row.h. */
SanctionRecord *
sanction_records_of(int64 account_id, Scheme *scheme, int *n)
{
	Datum		key = Int64GetDatum(account_id);
	SanctionRecord *records = NULL;
	RowsFound	found;
	int			max = 0;

	*n = 0;
	records_begin(&found, &account_search, &key);
	while (rows_next(&found))
	{
		if (!text_is(row_text(&found.row, S_SCHEME), scheme->name))
			continue;
		array_reserve(records, max, *n + 1);
		take_record(&found.row, &records[(*n)++]);
	}
	records_end(&found);
	return records;
}
