/*
 * effect.c
 *		Writes what standings lead to: sanctions and restrictions.
 *
 * A sanction keeps its row for ever.  When a history is folded anew, the
 * sanctions that follow again are recognized by rung and cause and keep their
 * ids; those that no longer follow are released, with their record kept.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/effect.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define NE " OPERATOR(pg_catalog.<>) "

static LedgerPlan stored_plan = {
	"SELECT s.account_id, s.scheme, s.sanction_id, s.rung, s.violation_id,"
	" pg_catalog.lower(s.during), s.release_reason" EQ "'overturned'"
	" FROM governance.sanction s"
	" JOIN ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, scheme)"
	" ON s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.sanction_id",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

/*
 * Statements for many rows scan as many functions as there are columns, which
 * costs more than a row or two: each has a twin for one row.
 */
static LedgerPlan insert_sanction_one_plan = {
	"INSERT INTO governance.sanction (account_id, sanction_id, scheme, rung, tier, withholds,"
	" during, violation_id, policy_id, enforced, released_at, release_reason, terms)"
	" VALUES ($1, $2, $3, $4, $5, $6::pg_catalog.text[], pg_catalog.tstzrange($7, $8),"
	" $9, $10, $11, $12, $13, $14::pg_catalog.jsonb)",
	14, {INT8OID, INT8OID, TEXTOID, TEXTOID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID,
	TIMESTAMPTZOID, INT8OID, INT8OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
};

static LedgerPlan insert_sanction_plan = {
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

static LedgerPlan update_sanction_one_plan = {
	"UPDATE governance.sanction s SET tier = $3, withholds = $4::pg_catalog.text[],"
	" during = pg_catalog.tstzrange($5, $6), enforced = $7, released_at = $8, release_reason = $9,"
	" terms = $10::pg_catalog.jsonb"
	" WHERE s.account_id" EQ "$1 AND s.sanction_id" EQ "$2"
	" AND (s.during" NE "pg_catalog.tstzrange($5, $6)"
	" OR s.tier" NE "$3"
	" OR s.enforced" NE "$7"
	" OR s.withholds" NE "$4::pg_catalog.text[]"
	" OR coalesce(s.released_at, '-infinity')" NE "coalesce($8, '-infinity')"
	" OR coalesce(s.release_reason, '')" NE "coalesce($9, '')"
	" OR coalesce(s.terms, '{}')" NE "coalesce($10::pg_catalog.jsonb, '{}'))",
	10, {INT8OID, INT8OID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID,
	TIMESTAMPTZOID, TEXTOID, TEXTOID}
};

static LedgerPlan update_sanction_plan = {
	"UPDATE governance.sanction s SET tier = u.tier, withholds = u.withholds::pg_catalog.text[],"
	" during = pg_catalog.tstzrange(u.starts, u.ends), enforced = u.enforced,"
	" released_at = u.released_at, release_reason = u.release_reason,"
	" terms = u.terms::pg_catalog.jsonb"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10))"
	" AS u (account_id, sanction_id, tier, withholds, starts, ends, enforced, released_at, release_reason,"
	" terms)"
	" WHERE s.account_id" EQ "u.account_id AND s.sanction_id" EQ "u.sanction_id"
	" AND (s.during" NE "pg_catalog.tstzrange(u.starts, u.ends)"
	" OR s.tier" NE "u.tier"
	" OR s.enforced" NE "u.enforced"
	" OR s.withholds" NE "u.withholds::pg_catalog.text[]"
	" OR coalesce(s.released_at, '-infinity')" NE "coalesce(u.released_at, '-infinity')"
	" OR coalesce(s.release_reason, '')" NE "coalesce(u.release_reason, '')"
	" OR coalesce(s.terms, '{}')" NE "coalesce(u.terms::pg_catalog.jsonb, '{}'))",
	10, {INT8ARRAYOID, INT8ARRAYOID, LEDGER_TIER_ARRAY_TYPE, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
	TIMESTAMPTZARRAYOID, BOOLARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
};

/* Served or not: it should never have been. */
static LedgerPlan overturn_plan = {
	"UPDATE governance.sanction s SET released_at = u.at, release_reason = 'overturned',"
	" during = s.during OPERATOR(pg_catalog.*) pg_catalog.tstzrange(NULL, u.at)"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))"
	" AS u (account_id, sanction_id, at)"
	" WHERE s.account_id" EQ "u.account_id AND s.sanction_id" EQ "u.sanction_id",
	3, {INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID}
};

static LedgerPlan restriction_one_plan = {
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until, r.sanction_id"
	" FROM governance.restriction r"
	" WHERE r.account_id" EQ "$1 AND r.scheme" EQ "$2"
	" ORDER BY r.capability COLLATE pg_catalog.\"C\", r.since",
	2, {INT8OID, TEXTOID}
};

static LedgerPlan restriction_plan = {
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until, r.sanction_id"
	" FROM governance.restriction r"
	" JOIN (SELECT DISTINCT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))) AS u (account_id, scheme)"
	" ON r.account_id" EQ "u.account_id AND r.scheme" EQ "u.scheme"
	" ORDER BY r.account_id, r.scheme COLLATE pg_catalog.\"C\","
	" r.capability COLLATE pg_catalog.\"C\", r.since",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static LedgerPlan delete_restriction_one_plan = {
	"DELETE FROM governance.restriction r WHERE r.account_id" EQ "$1 AND r.scheme" EQ "$2",
	2, {INT8OID, TEXTOID}
};

static LedgerPlan delete_restriction_plan = {
	"DELETE FROM governance.restriction r"
	" USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, scheme)"
	" WHERE r.account_id" EQ "u.account_id AND r.scheme" EQ "u.scheme",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static LedgerPlan insert_restriction_one_plan = {
	"INSERT INTO governance.restriction (account_id, capability, scheme, since, until, sanction_id)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	6, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID}
};

static LedgerPlan insert_restriction_plan = {
	"INSERT INTO governance.restriction (account_id, capability, scheme, since, until, sanction_id)"
	" SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))",
	6, {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
	INT8ARRAYOID}
};

typedef struct EffectMember
{
	int64		account_id;
	Scheme	   *scheme;
	EngineState *state;
	bool		stored;
	bool		replayed;
	bool		refreshed;
	TimestampTz known_from;
	int			nsanctions;
	ProjectedSanction *sanctions;
} EffectMember;

struct EffectBatch
{
	int			nmembers;
	int			maxmembers;
	EffectMember *members;
	int			noverturned;	/* stored sanctions that no longer follow */
	int64	   *overturned_accounts;
	int64	   *overturned;
	Datum	   *overturned_at;
};

/* ---------- growing columns ---------- */

typedef struct Column
{
	Oid			type;
	Datum	   *values;
	bool	   *nulls;
} Column;

typedef struct Columns
{
	int			ncolumns;
	int			nrows;
	int			maxrows;
	Column		columns[LEDGER_MAX_ARGS];
} Columns;

static void
columns_init(Columns *columns, const Oid *types, int ncolumns)
{
	memset(columns, 0, sizeof(Columns));
	columns->ncolumns = ncolumns;
	columns->maxrows = 16;
	for (int c = 0; c < ncolumns; c++)
	{
		columns->columns[c].type = types[c];
		columns->columns[c].values = palloc(sizeof(Datum) * columns->maxrows);
		columns->columns[c].nulls = palloc(sizeof(bool) * columns->maxrows);
	}
}

static void
columns_add(Columns *columns, const Datum *values, const bool *nulls)
{
	if (columns->nrows == columns->maxrows)
	{
		columns->maxrows *= 2;
		for (int c = 0; c < columns->ncolumns; c++)
		{
			columns->columns[c].values = repalloc(columns->columns[c].values,
												  sizeof(Datum) * columns->maxrows);
			columns->columns[c].nulls = repalloc(columns->columns[c].nulls,
												 sizeof(bool) * columns->maxrows);
		}
	}
	for (int c = 0; c < columns->ncolumns; c++)
	{
		columns->columns[c].values[columns->nrows] = values[c];
		columns->columns[c].nulls[columns->nrows] = nulls != NULL && nulls[c];
	}
	columns->nrows++;
}

/* Up to so many rows are written one by one. */
#define FEW_ROWS 3

static void
columns_execute(Columns *columns, LedgerPlan *plan, LedgerPlan *one_plan)
{
	Datum		values[LEDGER_MAX_ARGS];
	char		nulls[LEDGER_MAX_ARGS + 1];

	if (columns->nrows <= FEW_ROWS)
	{
		for (int row = 0; row < columns->nrows; row++)
		{
			for (int c = 0; c < columns->ncolumns; c++)
			{
				values[c] = columns->columns[c].values[row];
				nulls[c] = columns->columns[c].nulls[row] ? 'n' : ' ';
			}
			nulls[columns->ncolumns] = '\0';
			ledger_execute(one_plan, values, nulls, LEDGER_WRITE);
		}
		return;
	}
	for (int c = 0; c < columns->ncolumns; c++)
		values[c] = ledger_array(columns->columns[c].values, columns->columns[c].nulls,
								 columns->nrows, ledger_type(columns->columns[c].type));
	ledger_execute(plan, values, NULL, LEDGER_WRITE);
}

/* ---------- the batch ---------- */

EffectBatch *
effects_begin(void)
{
	EffectBatch *batch = palloc0(sizeof(EffectBatch));

	batch->maxmembers = 16;
	batch->members = palloc(sizeof(EffectMember) * batch->maxmembers);
	return batch;
}

void
effects_add(EffectBatch *batch, int64 account_id, Scheme *scheme, EngineState *state,
			const AccountHistory *history, bool stored, bool replayed, bool refreshed,
			TimestampTz known_from)
{
	EffectMember *member;

	if (batch->nmembers == batch->maxmembers)
	{
		batch->maxmembers *= 2;
		batch->members = repalloc(batch->members, sizeof(EffectMember) * batch->maxmembers);
	}
	member = &batch->members[batch->nmembers++];
	member->account_id = account_id;
	member->scheme = scheme;
	member->state = state;
	member->stored = stored;
	member->replayed = replayed;
	member->refreshed = refreshed;
	member->known_from = known_from;
	member->sanctions = ledger_project(scheme, NULL, state, history, &member->nsanctions);
}

static int64
next_sanction_id(void)
{
	Oid			nsp = get_namespace_oid("governance", false);

	return nextval_internal(get_relname_relid("sanction_seq", nsp), false);
}

/* Puts a sanction's id into the state that it comes from, and wherever it
 * occurs under a later version. */
static void
set_sanction_id(EffectMember *member, ProjectedSanction *sanction, int64 sanction_id)
{
	for (int i = 0; i < member->nsanctions; i++)
		if (member->sanctions[i].sanction.number == sanction->sanction.number)
			member->sanctions[i].sanction.sanction_id = sanction_id;
	for (int i = 0; i < member->state->nsanctions; i++)
		if (member->state->sanctions[i].number == sanction->sanction.number)
			member->state->sanctions[i].sanction_id = sanction_id;
}

static bool
is_projected(const ProjectedSanction *sanction)
{
	return (sanction->sanction.flags & SANCTION_PROJECTED) != 0;
}

typedef struct StoredSanction
{
	int64		sanction_id;
	const char *rung;
	int64		cause;
	TimestampTz starts;			/* DT_NOBEGIN: it never was in force */
	bool		overturned;
	bool		taken;
} StoredSanction;

/*
 * Finds the sanctions of a member that was folded anew among the stored ones:
 * first by rung, cause and start, then by rung and cause alone (a start that
 * has moved).  Stored ones that are left over no longer follow.
 */
static void
match_stored(EffectBatch *batch, EffectMember *member, StoredSanction *stored, int nstored)
{
	for (int exact = 1; exact >= 0; exact--)
		for (int i = 0; i < member->nsanctions; i++)
		{
			ProjectedSanction *sanction = &member->sanctions[i];
			const char *rung = sanction->rung->code;

			if (is_projected(sanction) || sanction->sanction.sanction_id != 0)
				continue;
			for (int j = 0; j < nstored; j++)
				if (!stored[j].taken && stored[j].cause == sanction->sanction.cause &&
					strcmp(stored[j].rung, rung) == 0 &&
					(!exact || stored[j].starts == sanction->sanction.starts))
				{
					stored[j].taken = true;
					set_sanction_id(member, sanction, stored[j].sanction_id);
					break;
				}
		}
	for (int j = 0; j < nstored; j++)
		if (!stored[j].taken && !stored[j].overturned)
		{
			batch->overturned_accounts[batch->noverturned] = member->account_id;
			batch->overturned_at[batch->noverturned] = TimestampTzGetDatum(member->known_from);
			batch->overturned[batch->noverturned++] = stored[j].sanction_id;
		}
}

static void
load_stored(EffectBatch *batch)
{
	Columns		keys;
	static const Oid types[2] = {INT8OID, TEXTOID};
	Datum		arrays[2];
	uint64		nrows;
	uint64		row = 0;
	StoredSanction *stored;

	columns_init(&keys, types, 2);
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];
		Datum		values[2];

		if (!member->stored || !member->replayed)
			continue;
		values[0] = Int64GetDatum(member->account_id);
		values[1] = CStringGetTextDatum(member->scheme->name);
		columns_add(&keys, values, NULL);
	}
	if (keys.nrows == 0)
		return;
	for (int c = 0; c < 2; c++)
		arrays[c] = ledger_array(keys.columns[c].values, NULL, keys.nrows, types[c]);
	nrows = ledger_execute(&stored_plan, arrays, NULL, LEDGER_FRESH);
	stored = palloc(sizeof(StoredSanction) * Max(nrows, 1));
	batch->overturned_accounts = palloc(sizeof(int64) * Max(nrows, 1));
	batch->overturned = palloc(sizeof(int64) * Max(nrows, 1));
	batch->overturned_at = palloc(sizeof(Datum) * Max(nrows, 1));
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];
		int			nstored = 0;

		if (!member->stored || !member->replayed)
			continue;
		for (; row < nrows; row++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[row];
			TupleDesc	desc = SPI_tuptable->tupdesc;
			bool		isnull;
			StoredSanction *s = &stored[nstored];
			Datum		value;

			if (DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)) != member->account_id ||
				strcmp(SPI_getvalue(tuple, desc, 2), member->scheme->name) != 0)
				break;
			s->sanction_id = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
			s->rung = SPI_getvalue(tuple, desc, 4);
			value = SPI_getbinval(tuple, desc, 5, &isnull);
			s->cause = isnull ? 0 : DatumGetInt64(value);
			value = SPI_getbinval(tuple, desc, 6, &isnull);
			s->starts = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
			value = SPI_getbinval(tuple, desc, 7, &isnull);
			s->overturned = !isnull && DatumGetBool(value);
			s->taken = false;
			nstored++;
		}
		match_stored(batch, member, stored, nstored);
	}
	SPI_freetuptable(SPI_tuptable);
}

void
effects_number(EffectBatch *batch)
{
	load_stored(batch);
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];

		for (int j = 0; j < member->nsanctions; j++)
		{
			ProjectedSanction *sanction = &member->sanctions[j];

			if (!is_projected(sanction) && sanction->sanction.sanction_id == 0)
			{
				set_sanction_id(member, sanction, next_sanction_id());
				sanction->is_new = true;
			}
		}
	}
}

/* ---------- writing sanctions ---------- */

/* Most sanctions of a statement are of the same few rungs. */
typedef struct CapabilitiesText
{
	const Rung *rung;
	Datum		text;
} CapabilitiesText;

/* {"a","b"}, as text, since arrays of arrays must be rectangular. */
static Datum
capabilities_text(const Rung *rung, CapabilitiesText *last)
{
	Datum	   *names;
	Oid			output;
	bool		varlena;

	if (last->rung == rung)
		return last->text;
	names = palloc(sizeof(Datum) * Max(rung->ncapabilities, 1));
	for (int i = 0; i < rung->ncapabilities; i++)
		names[i] = CStringGetTextDatum(rung->capabilities[i]);
	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	last->rung = rung;
	last->text = CStringGetTextDatum(OidOutputFunctionCall(output,
														   ledger_array(names, NULL, rung->ncapabilities, TEXTOID)));
	return last->text;
}

Datum
sanction_terms(const Rung *rung, const SanctionState *sanction, bool *isnull)
{
	StringInfoData json;

	*isnull = sanction->nterms == 0;
	if (*isnull)
		return (Datum) 0;
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; i < sanction->nterms; i++)
	{
		const ExprValue *value = &sanction->terms[i];

		if (i > 0)
			appendStringInfoChar(&json, ',');
		escape_json(&json, rung->terms[i].name);
		appendStringInfoChar(&json, ':');
		if (value->isnull)
			appendStringInfoString(&json, "null");
		else if (value->type == EXPR_NUMBER)
			appendStringInfo(&json, "%.15g", value->number);
		else if (value->type == EXPR_BOOLEAN)
			appendStringInfoString(&json, value->number != 0 ? "true" : "false");
		else if (value->type == EXPR_DATE)
			escape_json(&json, timestamptz_to_str(value->date));
		else
			escape_json(&json, value->text);
	}
	appendStringInfoChar(&json, '}');
	return CStringGetTextDatum(json.data);
}

static void
write_sanctions(EffectBatch *batch, const bool *only_for)
{
	static const Oid insert_types[14] = {
		INT8OID, INT8OID, TEXTOID, TEXTOID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, INT8OID, INT8OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID
	};
	static const Oid update_types[10] = {
		INT8OID, INT8OID, LEDGER_TIER_TYPE, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID,
		TIMESTAMPTZOID, TEXTOID, TEXTOID
	};
	Columns		inserts;
	Columns		updates;
	CapabilitiesText last = {0};

	columns_init(&inserts, insert_types, 14);
	columns_init(&updates, update_types, 10);
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];

		if (only_for != NULL && !only_for[i])
			continue;
		for (int j = 0; j < member->nsanctions; j++)
		{
			ProjectedSanction *p = &member->sanctions[j];
			SanctionState *s = &p->sanction;
			const Rung *rung = p->rung;
			bool		released = (s->flags & SANCTION_RELEASED) != 0;
			bool		open = s->ends == DT_NOEND;
			TimestampTz ends = released ? Max(s->released, s->starts) : Max(s->ends, s->starts);

			if (is_projected(p))
				continue;
			if (p->is_new)
			{
				Datum		values[14];
				bool		nulls[14] = {0};

				values[0] = Int64GetDatum(member->account_id);
				values[1] = Int64GetDatum(s->sanction_id);
				values[2] = CStringGetTextDatum(member->scheme->name);
				values[3] = CStringGetTextDatum(rung->code);
				values[4] = CharGetDatum((char) rung->tier);
				values[5] = capabilities_text(rung, &last);
				values[6] = TimestampTzGetDatum(s->starts);
				values[7] = TimestampTzGetDatum(ends);
				nulls[7] = open && !released;
				values[8] = Int64GetDatum(s->cause);
				nulls[8] = s->cause == 0;
				values[9] = Int64GetDatum(s->policy_id);
				values[10] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
				values[11] = TimestampTzGetDatum(s->released);
				nulls[11] = !released;
				values[12] = CStringGetTextDatum(release_reason_name(s->reason));
				nulls[12] = !released;
				values[13] = sanction_terms(rung, s, &nulls[13]);
				columns_add(&inserts, values, nulls);
			}
			else
			{
				Datum		values[10];
				bool		nulls[10] = {0};

				/*
				 * A sanction that ended before this statement is final, and one
				 * of a fixed length that nothing has touched is as it was.
				 */
				if (!member->replayed && !s->dirty &&
					((s->flags & (SANCTION_ENDED | SANCTION_RELEASED)) != 0 ||
					 (member->scheme->nversions == 1 && !member->refreshed &&
					  rung->mode != RUNG_WHILE)))
					continue;
				values[0] = Int64GetDatum(member->account_id);
				values[1] = Int64GetDatum(s->sanction_id);
				values[2] = CharGetDatum((char) rung->tier);
				values[3] = capabilities_text(rung, &last);
				values[4] = TimestampTzGetDatum(s->starts);
				values[5] = TimestampTzGetDatum(ends);
				nulls[5] = open && !released;
				values[6] = BoolGetDatum((s->flags & SANCTION_ENFORCED) != 0);
				values[7] = TimestampTzGetDatum(s->released);
				nulls[7] = !released;
				values[8] = CStringGetTextDatum(release_reason_name(s->reason));
				nulls[8] = !released;
				values[9] = sanction_terms(rung, s, &nulls[9]);
				columns_add(&updates, values, nulls);
			}
		}
	}
	columns_execute(&inserts, &insert_sanction_plan, &insert_sanction_one_plan);
	columns_execute(&updates, &update_sanction_plan, &update_sanction_one_plan);
	if (batch->noverturned > 0)
	{
		Datum		arrays[3];

		arrays[0] = ledger_int8_array(batch->overturned_accounts, batch->noverturned);
		arrays[1] = ledger_int8_array(batch->overturned, batch->noverturned);
		arrays[2] = ledger_array(batch->overturned_at, NULL, batch->noverturned, TIMESTAMPTZOID);
		ledger_execute(&overturn_plan, arrays, NULL, LEDGER_WRITE);
	}
}

/* ---------- restrictions ---------- */

static int
withheld_cmp(const void *a, const void *b)
{
	const Withheld *wa = a;
	const Withheld *wb = b;
	int			cmp = strcmp(wa->capability, wb->capability);

	if (cmp != 0)
		return cmp;
	if (wa->since != wb->since)
		return wa->since < wb->since ? -1 : 1;
	return wa->until < wb->until ? 1 : wa->until > wb->until ? -1 : 0;
}

Withheld *
withheld_by(const ProjectedSanction *sanctions, int nsanctions, TimestampTz after, int *nwithheld)
{
	Withheld   *spans;
	int			max = 0;
	int			n = 0;
	int			merged = 0;

	for (int i = 0; i < nsanctions; i++)
		max += sanctions[i].rung->ncapabilities;
	spans = palloc(sizeof(Withheld) * Max(max, 1));
	for (int i = 0; i < nsanctions; i++)
	{
		const SanctionState *s = &sanctions[i].sanction;
		const Rung *rung = sanctions[i].rung;
		TimestampTz since = Max(s->starts, sanctions[i].from);
		TimestampTz until = (s->flags & SANCTION_RELEASED) ? Min(s->released, s->ends) : s->ends;

		until = Min(until, sanctions[i].until);
		if ((s->flags & SANCTION_ENFORCED) == 0 || until <= since || until <= after)
			continue;
		for (int j = 0; j < rung->ncapabilities; j++)
		{
			spans[n].capability = rung->capabilities[j];
			spans[n].since = since;
			spans[n].until = until;
			spans[n++].sanction_id = s->sanction_id;
		}
	}
	qsort(spans, n, sizeof(Withheld), withheld_cmp);
	for (int i = 0; i < n; i++)
	{
		Withheld   *last = merged > 0 ? &spans[merged - 1] : NULL;

		if (last != NULL && strcmp(last->capability, spans[i].capability) == 0 &&
			spans[i].since <= last->until)
		{
			if (spans[i].until > last->until)
			{
				last->until = spans[i].until;
				last->sanction_id = spans[i].sanction_id;
			}
		}
		else
			spans[merged++] = spans[i];
	}
	*nwithheld = merged;
	return spans;
}

/* Are the stored rows from *row on just what a member is to have?  Moves *row
 * past them. */
static bool
same_restrictions(const EffectMember *member, const Withheld *spans, int nspans,
				  uint64 *row, uint64 nrows)
{
	bool		same = true;
	int			n = 0;

	for (; *row < nrows; (*row)++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[*row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Datum		sanction;

		if (DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)) != member->account_id ||
			strcmp(SPI_getvalue(tuple, desc, 2), member->scheme->name) != 0)
			break;
		sanction = SPI_getbinval(tuple, desc, 6, &isnull);
		if (n >= nspans ||
			(isnull ? 0 : DatumGetInt64(sanction)) != spans[n].sanction_id ||
			DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull)) != spans[n].since ||
			DatumGetTimestampTz(SPI_getbinval(tuple, desc, 5, &isnull)) != spans[n].until ||
			strcmp(SPI_getvalue(tuple, desc, 3), spans[n].capability) != 0)
			same = false;
		n++;
	}
	return same && n == nspans;
}

static void
write_restrictions(EffectBatch *batch, const bool *only_for)
{
	static const Oid key_types[2] = {INT8OID, TEXTOID};
	static const Oid row_types[6] = {
		INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID
	};
	Columns		keys;
	Columns		stale;
	Columns		rows;
	uint64		nrows = 0;
	uint64		row = 0;

	columns_init(&keys, key_types, 2);
	columns_init(&stale, key_types, 2);
	columns_init(&rows, row_types, 6);
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];
		Datum		values[2];

		if (!member->stored)
			continue;
		values[0] = Int64GetDatum(member->account_id);
		values[1] = CStringGetTextDatum(member->scheme->name);
		columns_add(&keys, values, NULL);
	}
	if (keys.nrows == 1)
	{
		Datum		key[2];

		key[0] = keys.columns[0].values[0];
		key[1] = keys.columns[1].values[0];
		nrows = ledger_execute(&restriction_one_plan, key, NULL, LEDGER_FRESH);
	}
	else if (keys.nrows > 1)
	{
		Datum		arrays[2];

		for (int c = 0; c < 2; c++)
			arrays[c] = ledger_array(keys.columns[c].values, NULL, keys.nrows, key_types[c]);
		nrows = ledger_execute(&restriction_plan, arrays, NULL, LEDGER_FRESH);
	}
	for (int i = 0; i < batch->nmembers; i++)
	{
		EffectMember *member = &batch->members[i];
		Withheld   *spans;
		int			nspans;
		Datum		values[6];

		if (only_for != NULL && !only_for[i])
			continue;
		spans = withheld_by(member->sanctions, member->nsanctions, member->state->as_of, &nspans);
		values[0] = Int64GetDatum(member->account_id);
		if (member->stored)
		{
			uint64		first = row;

			if (same_restrictions(member, spans, nspans, &row, nrows))
				continue;
			if (row > first)
			{
				values[1] = CStringGetTextDatum(member->scheme->name);
				columns_add(&stale, values, NULL);
			}
		}
		for (int j = 0; j < nspans; j++)
		{
			bool		nulls[6] = {0};

			values[1] = CStringGetTextDatum(spans[j].capability);
			values[2] = CStringGetTextDatum(member->scheme->name);
			values[3] = TimestampTzGetDatum(spans[j].since);
			values[4] = TimestampTzGetDatum(spans[j].until);
			values[5] = Int64GetDatum(spans[j].sanction_id);
			nulls[5] = spans[j].sanction_id == 0;
			columns_add(&rows, values, nulls);
		}
	}
	if (keys.nrows > 0)
		SPI_freetuptable(SPI_tuptable);
	columns_execute(&stale, &delete_restriction_plan, &delete_restriction_one_plan);
	columns_execute(&rows, &insert_restriction_plan, &insert_restriction_one_plan);
}

void
effects_write(EffectBatch *batch, const bool *only_for)
{
	if (batch->nmembers == 0)
		return;
	write_sanctions(batch, only_for);
	write_restrictions(batch, only_for);
}

const char *
release_reason_name(int reason)
{
	switch ((ReleaseReason) reason)
	{
		case RELEASE_CLEARED:
			return "cleared";
		case RELEASE_CONDITIONS:
			return "conditions";
		case RELEASE_COUNTED:
			return "counted";
		case RELEASE_REPLACED:
			return "replaced";
		case RELEASE_ELECTED:
			return "elected";
		case RELEASE_OVERTURNED:
			return "overturned";
		case RELEASE_MANUAL:
			return "manual";
		case RELEASE_POLICY:
			return "policy";
		case RELEASE_NONE:
			break;
	}
	return "none";
}
