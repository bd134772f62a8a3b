/*
 * sanction_row.c
 *		The rows of governance.sanction, by SQL and without it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/rows.h"
#include "db/slot.h"
#include "db/table.h"
#include "json.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "rulebook/cache.h"

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
#define NE " OPERATOR(pg_catalog.<>) "

static KeptPlan find_plan = {
	"SELECT s.sanction_id FROM governance.sanction s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2 AND s.rung" EQ "$3"
	" AND coalesce(s.violation_id, 0)" EQ "$4"
	" ORDER BY (pg_catalog.lower(s.during)" EQ "$5) DESC NULLS LAST, s.sanction_id LIMIT 1",
	5, {INT8OID, TEXTOID, TEXTOID, INT8OID, TIMESTAMPTZOID}
};

/*
 * Statements for many rows scan as many functions as there are columns, which
 * costs more than a row or two: each has a twin for one row.
 */
static KeptPlan insert_sanction_one_plan = {
	"INSERT INTO governance.sanction (account_id, sanction_id, scheme, rung, tier, withholds,"
	" during, violation_id, policy_id, enforced, released_at, release_reason, terms)"
	" VALUES ($1, $2, $3, $4, $5, $6::pg_catalog.text[], pg_catalog.tstzrange($7, $8),"
	" $9, $10, $11, $12, $13, $14::pg_catalog.jsonb)",
	14, {INT8OID, INT8OID, TEXTOID, TEXTOID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID,
	TIMESTAMPTZOID, INT8OID, INT8OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
};

static KeptPlan insert_sanction_plan = {
	"INSERT INTO governance.sanction (account_id, sanction_id, scheme, rung, tier, withholds,"
	" during, violation_id, policy_id, enforced, released_at, release_reason, terms)"
	" SELECT u.account_id, u.sanction_id, u.scheme, u.rung, u.tier, u.withholds::pg_catalog.text[],"
	" pg_catalog.tstzrange(u.starts, u.ends), u.violation_id, u.policy_id, u.enforced,"
	" u.released_at, u.release_reason, u.terms::pg_catalog.jsonb"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13), pg_catalog.unnest($14))"
	" AS u (account_id, sanction_id, scheme, rung, tier, withholds, starts, ends,"
	" violation_id, policy_id, enforced, released_at, release_reason, terms)",
	14, {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, LEDGER_TIER_ARRAY_TYPE,
		TEXTARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	BOOLARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
};

static KeptPlan update_sanction_one_plan = {
	"UPDATE governance.sanction s SET tier = $3, withholds = $4::pg_catalog.text[],"
	" during = pg_catalog.tstzrange($5, $6), enforced = $7, released_at = $8, release_reason = $9,"
	" terms = $10::pg_catalog.jsonb, policy_id = $11"
	" WHERE s.account_id" EQ "$1 AND s.sanction_id" EQ "$2"
	" AND (s.during" NE "pg_catalog.tstzrange($5, $6)"
	" OR s.tier" NE "$3"
	" OR s.enforced" NE "$7"
	" OR s.withholds" NE "$4::pg_catalog.text[]"
	" OR coalesce(s.released_at, '-infinity')" NE "coalesce($8, '-infinity')"
	" OR coalesce(s.release_reason, '')" NE "coalesce($9, '')"
	" OR coalesce(s.terms, '{}')" NE "coalesce($10::pg_catalog.jsonb, '{}')"
	" OR s.policy_id" NE "$11)",
	11, {INT8OID, INT8OID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID,
	TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8OID}
};

static KeptPlan update_sanction_plan = {
	"UPDATE governance.sanction s SET tier = u.tier, withholds = u.withholds::pg_catalog.text[],"
	" during = pg_catalog.tstzrange(u.starts, u.ends), enforced = u.enforced,"
	" released_at = u.released_at, release_reason = u.release_reason,"
	" terms = u.terms::pg_catalog.jsonb, policy_id = u.policy_id"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11))"
	" AS u (account_id, sanction_id, tier, withholds, starts, ends, enforced, released_at, release_reason,"
	" terms, policy_id)"
	" WHERE s.account_id" EQ "u.account_id AND s.sanction_id" EQ "u.sanction_id"
	" AND (s.during" NE "pg_catalog.tstzrange(u.starts, u.ends)"
	" OR s.tier" NE "u.tier"
	" OR s.enforced" NE "u.enforced"
	" OR s.withholds" NE "u.withholds::pg_catalog.text[]"
	" OR coalesce(s.released_at, '-infinity')" NE "coalesce(u.released_at, '-infinity')"
	" OR coalesce(s.release_reason, '')" NE "coalesce(u.release_reason, '')"
	" OR coalesce(s.terms, '{}')" NE "coalesce(u.terms::pg_catalog.jsonb, '{}')"
	" OR s.policy_id" NE "u.policy_id)",
	11, {INT8ARRAYOID, INT8ARRAYOID, LEDGER_TIER_ARRAY_TYPE, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
	TIMESTAMPTZARRAYOID, BOOLARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID}
};

enum
{
	S_ACCOUNT, S_ID, S_SCHEME, S_RUNG, S_TIER, S_WITHHOLDS, S_DURING, S_CAUSE, S_POLICY,
	S_ENFORCED, S_TERMS, S_RECORDED, S_RELEASED, S_REASON, S_COLUMNS
};

static const ColumnSpec sanction_columns[S_COLUMNS] = {
	{"account_id", INT8OID}, {"sanction_id", INT8OID}, {"scheme", TEXTOID}, {"rung", TEXTOID},
	{"tier", LEDGER_TIER_TYPE}, {"withholds", TEXTARRAYOID}, {"during", TSTZRANGEOID},
	{"violation_id", INT8OID}, {"policy_id", INT8OID}, {"enforced", BOOLOID},
	{"terms", JSONBOID}, {"recorded_at", TIMESTAMPTZOID}, {"released_at", TIMESTAMPTZOID},
	{"release_reason", TEXTOID}
};

static Table sanction_table = {
	.name = "sanction", .ncolumns = S_COLUMNS, .columns = sanction_columns, .nkeys = 2
};

/* What an update may change. */
static const int sanction_figures[] = {
	S_TIER, S_WITHHOLDS, S_DURING, S_POLICY, S_ENFORCED, S_TERMS, S_RELEASED, S_REASON
};

/* ---------- columns ---------- */

/* Most sanctions of a statement are of the same few rungs. */
typedef struct RungValues
{
	const Rung *rung;
	Datum		code;
	Datum		withholds;
} RungValues;

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

/* {"a","b"}, as text, since arrays of arrays must be rectangular. */
static Datum
capabilities_text(const Rung *rung)
{
	RungValues	values = {0};
	Oid			output;
	bool		varlena;

	rung_values(rung, &values);
	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	return CStringGetTextDatum(OidOutputFunctionCall(output, values.withholds));
}

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
	RangeBound	lower = {.val = TimestampTzGetDatum(s->starts), .inclusive = true, .lower = true};
	RangeBound	upper = {0};

	upper.val = TimestampTzGetDatum(sanction_end(s, &upper.infinite));
	return RangeTypePGetDatum(make_range_compat(type, &lower, &upper, false));
}

/* What follows from the state, each in its place. */
static void
sanction_values(const SanctionWrite *w, RungValues *rung, Datum *values, bool *nulls)
{
	const SanctionState *s = w->sanction;
	bool		released = (s->flags & SANCTION_RELEASED) != 0;

	rung_values(w->rung, rung);
	values[S_TIER] = CharGetDatum((char) w->rung->tier);
	values[S_WITHHOLDS] = rung->withholds;
	values[S_DURING] = sanction_during(s);
	values[S_POLICY] = Int64GetDatum(s->policy_id);
	values[S_ENFORCED] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
	values[S_TERMS] = sanction_terms(w->rung, s, &nulls[S_TERMS]);
	if (!nulls[S_TERMS])
		values[S_TERMS] = DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(TextDatumGetCString(values[S_TERMS])));
	nulls[S_RELEASED] = nulls[S_REASON] = !released;
	values[S_RELEASED] = TimestampTzGetDatum(s->released);
	if (released)
		values[S_REASON] = CStringGetTextDatum(release_reason_name(s->reason));
}

/* ---------- new ones ---------- */

static void
insert_direct(DirectAccess *access, const SanctionWrite *rows, int n)
{
	RungValues	rung = {0};

	for (int i = 0; i < n; i++)
	{
		const SanctionState *s = rows[i].sanction;
		Datum		values[S_COLUMNS] = {0};
		bool		nulls[S_COLUMNS] = {0};

		sanction_values(&rows[i], &rung, values, nulls);
		values[S_ACCOUNT] = Int64GetDatum(rows[i].account_id);
		values[S_ID] = Int64GetDatum(s->sanction_id);
		values[S_SCHEME] = PointerGetDatum(rows[i].scheme->text);
		values[S_RUNG] = rung.code;
		values[S_CAUSE] = Int64GetDatum(s->cause);
		nulls[S_CAUSE] = s->cause == 0;
		values[S_RECORDED] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
		direct_insert(access, values, nulls);
	}
	direct_flush(access);
}

void
sanctions_insert(const SanctionWrite *rows, int n)
{
	static const Oid types[14] = {
		INT8OID, INT8OID, TEXTOID, TEXTOID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, INT8OID, INT8OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID
	};
	DirectAccess access;
	Columns		columns;

	if (n == 0)
		return;
	if (direct_open(&access, &sanction_table, TABLE_INSERT))
	{
		insert_direct(&access, rows, n);
		direct_close(&access);
		return;
	}
	columns_init(&columns, types, 14);
	for (int i = 0; i < n; i++)
	{
		const SanctionState *s = rows[i].sanction;
		const Rung *rung = rows[i].rung;
		bool		released = (s->flags & SANCTION_RELEASED) != 0;
		Datum		values[14];
		bool		nulls[14] = {0};

		values[0] = Int64GetDatum(rows[i].account_id);
		values[1] = Int64GetDatum(s->sanction_id);
		values[2] = PointerGetDatum(rows[i].scheme->text);
		values[3] = CStringGetTextDatum(rung->code);
		values[4] = CharGetDatum((char) rung->tier);
		values[5] = capabilities_text(rung);
		values[6] = TimestampTzGetDatum(s->starts);
		values[7] = TimestampTzGetDatum(sanction_end(s, &nulls[7]));
		values[8] = Int64GetDatum(s->cause);
		nulls[8] = s->cause == 0;
		values[9] = Int64GetDatum(s->policy_id);
		values[10] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
		values[11] = TimestampTzGetDatum(s->released);
		nulls[11] = !released;
		values[12] = CStringGetTextDatum(release_reason_name(s->reason));
		nulls[12] = !released;
		values[13] = sanction_terms(rung, s, &nulls[13]);
		columns_add(&columns, values, nulls);
	}
	require_written("sanction", CMD_INSERT, columns.nrows,
				   columns_execute(&columns, &insert_sanction_plan, &insert_sanction_one_plan));
}

/* ---------- those that have changed ---------- */

static void
update_direct(DirectAccess *access, const SanctionWrite *rows, int n)
{
	Snapshot	snapshot = snapshot_push();
	RungValues	rung = {0};

	for (int i = 0; i < n; i++)
	{
		Datum		key[2];
		Datum		values[S_COLUMNS] = {0};
		bool		nulls[S_COLUMNS] = {0};
		Datum		before[S_COLUMNS];
		bool		before_nulls[S_COLUMNS];
		bool		same = true;
		ItemPointerData tid;

		key[0] = Int64GetDatum(rows[i].account_id);
		key[1] = Int64GetDatum(rows[i].sanction->sanction_id);
		direct_find(access, snapshot, key, 2);
		if (!direct_next(access))
			continue;
		sanction_values(&rows[i], &rung, values, nulls);
		for (int c = 0; c < S_COLUMNS; c++)
			before[c] = direct_get(access, c, &before_nulls[c]);
		for (size_t f = 0; f < lengthof(sanction_figures); f++)
		{
			int			c = sanction_figures[f];
			Form_pg_attribute attribute =
				TupleDescAttr(RelationGetDescr(access->rel), access->table->numbers[c] - 1);

			same = same && nulls[c] == before_nulls[c] &&
				(nulls[c] || datum_image_eq(values[c], before[c], attribute->attbyval,
											attribute->attlen));
			before[c] = values[c];
			before_nulls[c] = nulls[c];
		}
		if (same)
			continue;
		tid = access->row->tts_tid;
		direct_update(access, &tid, direct_keep(access), before, before_nulls);
	}
	direct_stop(access);
	snapshot_pop();
}

void
sanctions_update(const SanctionWrite *rows, int n)
{
	static const Oid types[11] = {
		INT8OID, INT8OID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID,
		TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8OID
	};
	DirectAccess access;
	Columns		columns;

	if (n == 0)
		return;
	if (direct_open(&access, &sanction_table, TABLE_FIND | TABLE_UPDATE))
	{
		update_direct(&access, rows, n);
		direct_close(&access);
		return;
	}
	columns_init(&columns, types, 11);
	for (int i = 0; i < n; i++)
	{
		const SanctionState *s = rows[i].sanction;
		const Rung *rung = rows[i].rung;
		bool		released = (s->flags & SANCTION_RELEASED) != 0;
		Datum		values[11];
		bool		nulls[11] = {0};

		values[0] = Int64GetDatum(rows[i].account_id);
		values[1] = Int64GetDatum(s->sanction_id);
		values[2] = CharGetDatum((char) rung->tier);
		values[3] = capabilities_text(rung);
		values[4] = TimestampTzGetDatum(s->starts);
		values[5] = TimestampTzGetDatum(sanction_end(s, &nulls[5]));
		values[6] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
		values[7] = TimestampTzGetDatum(s->released);
		nulls[7] = !released;
		values[8] = CStringGetTextDatum(release_reason_name(s->reason));
		nulls[8] = !released;
		values[9] = sanction_terms(rung, s, &nulls[9]);
		values[10] = Int64GetDatum(s->policy_id);
		columns_add(&columns, values, nulls);
	}
	(void) columns_execute(&columns, &update_sanction_plan, &update_sanction_one_plan);
}

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
