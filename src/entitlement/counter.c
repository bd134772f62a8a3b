/*
 * counter.c
 *		What uses lock that may get into each other's way.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "entitlement/counter.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define KEYS " ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (account_id, counter, key)"
#define SAME "c.account_id OPERATOR(pg_catalog.=) k.account_id AND c.counter OPERATOR(pg_catalog.=) k.counter" \
	" AND c.key OPERATOR(pg_catalog.=) k.key"
#define ONE "c.account_id OPERATOR(pg_catalog.=) $1 AND c.counter OPERATOR(pg_catalog.=) $2 AND c.key OPERATOR(pg_catalog.=) $3"

static KeptPlan lock_one_plan = {
	"SELECT 1 FROM governance.counter c WHERE " ONE " FOR NO KEY UPDATE",
	3, {INT8OID, TEXTOID, TEXTOID}
};

static KeptPlan lock_plan = {
	"SELECT 1 FROM governance.counter c,"
	KEYS " WHERE " SAME
	" ORDER BY c.account_id, c.counter COLLATE pg_catalog.\"C\", c.key COLLATE pg_catalog.\"C\" FOR NO KEY UPDATE OF c",
	3, {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
};

static KeptPlan insert_plan = {
	"INSERT INTO governance.counter (account_id, counter, key) SELECT k.account_id, k.counter, k.key FROM"
	KEYS " WHERE NOT EXISTS (SELECT FROM governance.counter c WHERE " SAME ")"
	" ORDER BY k.account_id, k.counter COLLATE pg_catalog.\"C\", k.key COLLATE pg_catalog.\"C\" ON CONFLICT DO NOTHING",
	3, {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
};

static KeptPlan used_one_plan = {
	"UPDATE governance.counter c SET uses = c.uses OPERATOR(pg_catalog.+) 1, last_use_at = $4 WHERE " ONE,
	4, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan used_plan = {
	"UPDATE governance.counter c SET uses = c.uses OPERATOR(pg_catalog.+) 1, last_use_at = $4 FROM"
	KEYS " WHERE " SAME,
	4, {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID}
};

/* The order in which everybody locks them. */
static int
counter_cmp(const void *a, const void *b)
{
	const CounterKey *ka = a;
	const CounterKey *kb = b;
	int			cmp = cmp_int64(ka->account_id, kb->account_id);

	if (cmp == 0)
		cmp = strcmp(ka->counter, kb->counter);
	return cmp != 0 ? cmp : strcmp(ka->key, kb->key);
}

/* They are a handful. */
void
counter_add(CounterKeys *keys, int64 account_id, const char *counter, const char *key)
{
	CounterKey	added = {account_id, counter, key};

	for (int i = 0; i < keys->n; i++)
		if (counter_cmp(&keys->list[i], &added) == 0)
			return;
	array_reserve(keys->list, keys->max, keys->n + 1);
	keys->list[keys->n++] = added;
}

/* The parameters of a statement about all of them, or about the only one. */
static void
counter_values(const CounterKeys *keys, Datum *values)
{
	int64	   *accounts = palloc(sizeof(int64) * keys->n);
	Datum	   *counters = palloc(sizeof(Datum) * keys->n);
	Datum	   *texts = palloc(sizeof(Datum) * keys->n);

	for (int i = 0; i < keys->n; i++)
	{
		accounts[i] = keys->list[i].account_id;
		counters[i] = CStringGetTextDatum(keys->list[i].counter);
		texts[i] = CStringGetTextDatum(keys->list[i].key);
	}
	values[0] = keys->n == 1 ? Int64GetDatum(accounts[0]) : int8_array(accounts, keys->n);
	values[1] = keys->n == 1 ? counters[0] : datum_array(counters, NULL, keys->n, TEXTOID);
	values[2] = keys->n == 1 ? texts[0] : datum_array(texts, NULL, keys->n, TEXTOID);
}

/* The rows that are not there yet, in their order. */
static void
insert_missing(const CounterKeys *keys)
{
	Datum		values[3];

	counter_values(keys, values);
	if (keys->n == 1)
	{
		values[0] = int8_array(&keys->list[0].account_id, 1);
		values[1] = datum_array(&values[1], NULL, 1, TEXTOID);
		values[2] = datum_array(&values[2], NULL, 1, TEXTOID);
	}
	plan_execute(&insert_plan, values, NULL, PLAN_WRITE);
}

/*
 * One row is mostly there: it is locked at once.  Of several, those that are
 * missing are made while none is held, since making one may have to wait for
 * somebody who makes it too, and then wants the others.
 */
void
counters_lock(CounterKeys *keys)
{
	Datum		values[3];
	KeptPlan   *plan = keys->n == 1 ? &lock_one_plan : &lock_plan;

	qsort(keys->list, keys->n, sizeof(CounterKey), counter_cmp);
	counter_values(keys, values);
	if (keys->n > 1)
		insert_missing(keys);
	if (plan_execute(plan, values, NULL, PLAN_FRESH) < (uint64) keys->n)
	{
		insert_missing(keys);
		plan_execute(plan, values, NULL, PLAN_FRESH);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* They are locked by this transaction. */
void
counters_used(const CounterKeys *keys, TimestampTz at)
{
	Datum		values[4];

	counter_values(keys, values);
	values[3] = TimestampTzGetDatum(at);
	plan_execute(keys->n == 1 ? &used_one_plan : &used_plan, values, NULL, PLAN_WRITE);
}
