/*
 * ledger_facts.c
 *		What the tables say of an account beside what it has used: facts, grants,
 *		switches, activities, sanctions, and with whom it shares counters.
 */
#include "postgres.h"

#include "compat.h"
#include "entitlement/amount.h"
#include "entitlement/columns.h"
#include "entitlement/ledger_rows.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "lib/qunique.h"
#include "utils/array.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define NE " OPERATOR(pg_catalog.<>) "
#define GT " OPERATOR(pg_catalog.>) "
#define GE " OPERATOR(pg_catalog.>=) "

static KeptPlan facts_plan = {
	"SELECT a.name, a.value, pg_catalog.lower(a.during), pg_catalog.upper(a.during), false FROM governance.attribute a"
	" WHERE a.account_id" EQ "$1 ORDER BY a.name COLLATE pg_catalog.\"C\", 3 NULLS FIRST",
	1, {INT8OID}
};

static KeptPlan platform_plan = {
	"SELECT a.name, a.value, pg_catalog.lower(a.during), pg_catalog.upper(a.during), true FROM governance.platform_attribute a"
	" ORDER BY a.name COLLATE pg_catalog.\"C\", 3 NULLS FIRST",
	0, {0}
};

/* What ends a grant is about it. */
static KeptPlan grants_plan = {
	"SELECT g.grant_id, g.kind, g.capability, g.rule, g.amount, g.days, g.only_for, g.party, g.by_account, g.recorded_at,"
	" pg_catalog.lower(g.during), LEAST(pg_catalog.upper(g.during),"
	" (SELECT pg_catalog.min(pg_catalog.lower(e.during)) FROM governance.allowance_grant e"
	" WHERE e.account_id" EQ "g.account_id AND e.kind" EQ "'end' AND e.about" EQ "g.grant_id)),"
	" CASE WHEN g.kind" EQ "'more' THEN (SELECT pg_catalog.sum(t.amount) FROM governance.usage u,"
	" ROWS FROM (pg_catalog.unnest(u.grant_ids), pg_catalog.unnest(u.granted)) AS t (id, amount)"
	" WHERE u.account_id" EQ "g.account_id AND u.grant_ids IS NOT NULL AND t.id" EQ "g.grant_id"
	" AND u.recorded_at" GE "g.recorded_at) END"
	" FROM governance.allowance_grant g"
	" WHERE g.account_id" EQ "$1 AND g.kind" NE "'end' AND COALESCE(pg_catalog.upper(g.during), 'infinity')" GT "$2"
	" ORDER BY g.grant_id",
	2, {INT8OID, TIMESTAMPTZOID}
};

static KeptPlan switches_plan = {
	"SELECT s.capability, s.party, s.allowed, pg_catalog.lower(s.during), LEAST(pg_catalog.upper(s.during),"
	" pg_catalog.lead(pg_catalog.lower(s.during)) OVER (PARTITION BY s.capability, s.party ORDER BY s.setting_id))"
	" FROM governance.switch_setting s WHERE s.account_id" EQ "$1 ORDER BY s.setting_id",
	1, {INT8OID}
};

static KeptPlan activities_plan = {
	"SELECT a.kind, a.occurred_at, a.quantity::pg_catalog.float8 FROM governance.activity a"
	" WHERE a.account_id" EQ "$1 AND a.kind" EQ "ANY ($2) ORDER BY a.occurred_at, a.activity_id",
	2, {INT8OID, TEXTARRAYOID}
};

static KeptPlan sanctions_plan = {
	"SELECT s.scheme, s.rung, s.tier::pg_catalog.text, pg_catalog.lower(s.during), pg_catalog.upper(s.during)"
	" FROM governance.sanction s WHERE s.account_id" EQ "$1 AND s.enforced AND NOT pg_catalog.isempty(s.during)"
	" AND s.release_reason IS DISTINCT FROM 'overturned' ORDER BY 4, s.sanction_id",
	1, {INT8OID}
};

static KeptPlan subject_plan = {
	"SELECT a.account_id FROM governance.account a"
	" WHERE a.subject" EQ "(SELECT m.subject FROM governance.account m WHERE m.account_id" EQ "$1) ORDER BY 1",
	1, {INT8OID}
};

static KeptPlan owner_plan = {
	"SELECT l.other_id FROM governance.account_link l WHERE l.account_id" EQ "$1 AND l.kind" EQ "$2"
	" AND l.during OPERATOR(pg_catalog.@>) $3 ORDER BY 1 LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan members_plan = {
	"SELECT l.account_id FROM governance.account_link l WHERE l.other_id" EQ "$1 AND l.kind" EQ "$2"
	" AND l.during OPERATOR(pg_catalog.@>) $3 AND l.account_id" NE "$1 ORDER BY 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan linked_plan = {
	"SELECT COALESCE(pg_catalog.bool_or(l.during OPERATOR(pg_catalog.@>) $3), false),"
	" pg_catalog.min(t.at) FROM governance.account_link l,"
	" LATERAL (VALUES (CASE WHEN pg_catalog.lower(l.during)" GT "$3 THEN pg_catalog.lower(l.during) END),"
	" (CASE WHEN pg_catalog.upper(l.during)" GT "$3 THEN pg_catalog.upper(l.during) END)) AS t (at)"
	" WHERE l.account_id" EQ "$1 AND l.kind" EQ "$2 AND NOT pg_catalog.isempty(l.during)",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* The names of days in the order of the bits ON_*. */
static int
days_of(Datum array)
{
	static const char *const names[] = {
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"holiday", "worked_weekend", "working_day", "free_day"
	};
	Datum	   *values;
	int			n;
	int			days = 0;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	for (int i = 0; i < n; i++)
		for (int day = 0; day < (int) lengthof(names); day++)
			if (text_is(DatumGetTextPP(values[i]), names[day]))
				days |= 1 << day;
	return days;
}

/* The facts that a plan has given, behind those that are there. */
static FactSeen *
facts_take(FactSeen *list, uint64 nrows, int *n)
{
	FactSeen    *facts = palloc(sizeof(FactSeen) * (*n + nrows + 1));

	if (*n > 0)
		memcpy(facts, list, sizeof(FactSeen) * *n);
	for (uint64 row = 0; row < nrows; row++)
	{
		FactSeen    *fact = &facts[(*n)++];

		fact->name = column_text(row, 1);
		fact->value = column_text(row, 2);
		fact->from = column_instant(row, 3, DT_NOBEGIN);
		fact->to = column_instant(row, 4, DT_NOEND);
		fact->platform = DatumGetBool(column(row, 5));
	}
	SPI_freetuptable(SPI_tuptable);
	return facts;
}

/* Those of everybody come last. */
FactSeen *
facts_read(int64 account_id, bool platform, PlanMode mode, int *n)
{
	Datum		value = Int64GetDatum(account_id);
	FactSeen    *facts;

	*n = 0;
	facts = facts_take(NULL, plan_execute(&facts_plan, &value, NULL, mode), n);
	if (platform)
		facts = facts_take(facts, plan_execute(&platform_plan, NULL, NULL, mode), n);
	return facts;
}

/* What was ended before it began is none. */
GrantSeen *
grants_read(int64 account_id, TimestampTz at, PlanMode mode, int *n)
{
	Datum		values[2];
	uint64		nrows;
	GrantSeen   *grants;

	values[0] = Int64GetDatum(account_id);
	values[1] = TimestampTzGetDatum(at);
	nrows = plan_execute(&grants_plan, values, NULL, mode);
	grants = palloc0(sizeof(GrantSeen) * (nrows + 1));
	*n = 0;
	for (uint64 row = 0; row < nrows; row++)
	{
		GrantSeen   *grant = &grants[*n];
		Datum		days = column(row, 6);
		Datum		used = column(row, 13);

		grant->from = column_instant(row, 11, DT_NOBEGIN);
		grant->to = column_instant(row, 12, DT_NOEND);
		if (grant->to <= grant->from || grant->to <= at)
			continue;
		grant->grant_id = DatumGetInt64(column(row, 1));
		grant->kind = column_text(row, 2);
		grant->capability = column_text(row, 3);
		grant->rule = column_text(row, 4);
		grant->amount = column(row, 5) == (Datum) 0 ? (Datum) 0 :
			NumericGetDatum(DatumGetNumericCopy(column(row, 5)));
		grant->days = days == (Datum) 0 ? 0 : days_of(days);
		grant->only = column_text(row, 7);
		grant->party = column_text(row, 8);
		grant->by_account = DatumGetInt64(column(row, 9));
		grant->recorded = column_instant(row, 10, DT_NOBEGIN);
		grant->used = used == (Datum) 0 ? 0 : amount_of_numeric(DatumGetNumeric(used), AMOUNT_SCALE);
		(*n)++;
	}
	SPI_freetuptable(SPI_tuptable);
	return grants;
}

/* A later setting of the same party ends an earlier one. */
SwitchSeen *
switches_read(int64 account_id, PlanMode mode, int *n)
{
	Datum		value = Int64GetDatum(account_id);
	uint64		nrows = plan_execute(&switches_plan, &value, NULL, mode);
	SwitchSeen  *switches = palloc(sizeof(SwitchSeen) * (nrows + 1));

	*n = 0;
	for (uint64 row = 0; row < nrows; row++)
	{
		SwitchSeen  *s = &switches[*n];

		s->from = column_instant(row, 4, DT_NOBEGIN);
		s->to = column_instant(row, 5, DT_NOEND);
		if (s->to <= s->from)
			continue;
		s->capability = column_text(row, 1);
		s->party = column_text(row, 2);
		s->allowed = DatumGetBool(column(row, 3));
		(*n)++;
	}
	SPI_freetuptable(SPI_tuptable);
	return switches;
}

/* Without a kind that is counted nothing is read. */
ActivitySeen *
activities_read(int64 account_id, const char *const *kinds, int nkinds, PlanMode mode, int *n)
{
	Datum		values[2];
	Datum	   *names = palloc(sizeof(Datum) * Max(nkinds, 1));
	ActivitySeen *activities;

	*n = 0;
	if (nkinds == 0)
		return NULL;
	for (int i = 0; i < nkinds; i++)
		names[i] = CStringGetTextDatum(kinds[i]);
	values[0] = Int64GetDatum(account_id);
	values[1] = datum_array(names, NULL, nkinds, TEXTOID);
	*n = plan_execute(&activities_plan, values, NULL, mode);
	activities = palloc(sizeof(ActivitySeen) * (*n + 1));
	for (int row = 0; row < *n; row++)
	{
		activities[row].kind = column_text(row, 1);
		activities[row].at = DatumGetTimestampTz(column(row, 2));
		activities[row].quantity = DatumGetFloat8(column(row, 3));
	}
	SPI_freetuptable(SPI_tuptable);
	return activities;
}

/* As their records say. */
SanctionSeen *
sanctions_read(int64 account_id, PlanMode mode, int *n)
{
	Datum		value = Int64GetDatum(account_id);
	SanctionSeen *sanctions;

	*n = plan_execute(&sanctions_plan, &value, NULL, mode);
	sanctions = palloc(sizeof(SanctionSeen) * (*n + 1));
	for (int row = 0; row < *n; row++)
	{
		char	   *tier = column_text(row, 3);

		sanctions[row].scheme = column_text(row, 1);
		sanctions[row].rung = column_text(row, 2);
		sanctions[row].tier = sanction_tier_from_name(tier, strlen(tier));
		sanctions[row].from = column_instant(row, 4, DT_NOBEGIN);
		sanctions[row].to = column_instant(row, 5, DT_NOEND);
	}
	SPI_freetuptable(SPI_tuptable);
	return sanctions;
}

/* ---------- whose ---------- */

/* The accounts that a plan has given, and one more, in order and each once. */
static int64 *
accounts_take(uint64 nrows, int64 also, int *n)
{
	int64	   *accounts = palloc(sizeof(int64) * (nrows + 1));

	*n = plan_int8_column(accounts, nrows);
	accounts[(*n)++] = also;
	qsort(accounts, *n, sizeof(int64), int64_order);
	*n = qunique(accounts, *n, sizeof(int64), int64_order);
	return accounts;
}

/* Of whom no subject is known stands alone. */
int64 *
accounts_of_subject(int64 account_id, PlanMode mode, int *n)
{
	Datum		value = Int64GetDatum(account_id);

	return accounts_take(plan_execute(&subject_plan, &value, NULL, mode), account_id, n);
}

/* Who names nobody is the one whom others may name. */
int64 *
accounts_of_link(int64 account_id, const char *kind, TimestampTz at, PlanMode mode, int *n,
				 int64 *owner)
{
	Datum		values[3];

	values[0] = Int64GetDatum(account_id);
	values[1] = CStringGetTextDatum(kind);
	values[2] = TimestampTzGetDatum(at);
	*owner = account_id;
	if (plan_execute(&owner_plan, values, NULL, mode) > 0)
		*owner = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	values[0] = Int64GetDatum(*owner);
	return accounts_take(plan_execute(&members_plan, values, NULL, mode), *owner, n);
}

/* By the links of the account itself, as policies are asked. */
bool
account_is_linked(int64 account_id, const char *kind, TimestampTz at, PlanMode mode,
				  TimestampTz *turn)
{
	Datum		values[3];
	bool		linked;

	values[0] = Int64GetDatum(account_id);
	values[1] = CStringGetTextDatum(kind);
	values[2] = TimestampTzGetDatum(at);
	plan_execute(&linked_plan, values, NULL, mode);
	linked = DatumGetBool(column(0, 1));
	*turn = column_instant(0, 2, DT_NOEND);
	SPI_freetuptable(SPI_tuptable);
	return linked;
}
