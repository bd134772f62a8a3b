/*
 * usage_row.c
 *		Rows of governance.usage, one at a time: written, and found by their ids.
 */
#include "postgres.h"

#include "compat.h"
#include "db/identity.h"
#include "db/plan.h"
#include "entitlement/amount.h"
#include "entitlement/columns.h"
#include "entitlement/usage_row.h"
#include "errors.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define GT " OPERATOR(pg_catalog.>) "

static KeptPlan insert_plan = {
	"INSERT INTO governance.usage (account_id, entry, about, capability, amount, unit, used_at, during, ref,"
	" counterpart, session_id, place, context, lapses_at, settles_at, grant_ids, granted, would_refuse, reason, recorded_by)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 IS NULL OR $8 OPERATOR(pg_catalog.=) $7 THEN NULL ELSE pg_catalog.tstzrange($8, $7) END, $9,"
	" $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING use_id",
	20, {INT8OID, TEXTOID, INT8OID, TEXTOID, NUMERICOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
	INT8OID, INT8OID, TEXTOID, JSONBOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8ARRAYOID, NUMERICARRAYOID, TEXTARRAYOID, TEXTOID, TEXTOID}
};

#define GET_COLUMNS \
	"SELECT u.use_id, u.account_id, u.entry, u.capability, u.amount, u.unit IS NOT NULL, u.used_at, u.counterpart," \
	" u.session_id, u.lapses_at, u.settles_at, u.recorded_at, u.about FROM governance.usage u WHERE "

static KeptPlan get_plan = {
	GET_COLUMNS "u.use_id" EQ "$1", 1, {INT8OID}
};

static KeptPlan ref_plan = {
	GET_COLUMNS "u.account_id" EQ "$1 AND u.ref" EQ "$2 AND u.recorded_at" GT "$3 ORDER BY u.use_id DESC LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan since_plan = {
	"SELECT u.entry, u.amount FROM governance.usage u WHERE u.account_id" EQ "$1 AND u.capability" EQ "$2"
	" AND u.used_at" EQ "$3 AND u.about" EQ "$4",
	4, {INT8OID, TEXTOID, TIMESTAMPTZOID, INT8OID}
};

/* The values of the row, in the order of the plan. */
static void
usage_values(const UsageEntry *entry, Datum *values, char *nulls)
{
	Datum	   *amounts = palloc(sizeof(Datum) * Max(entry->ngrants, 1));
	Datum	   *rules = palloc(sizeof(Datum) * Max(entry->nwould_refuse, 1));

	memset(nulls, ' ', 20);
	nulls[20] = '\0';
	for (int i = 0; i < entry->ngrants; i++)
		amounts[i] = amount_numeric(entry->grant_amounts[i], AMOUNT_SCALE);
	for (int i = 0; i < entry->nwould_refuse; i++)
		rules[i] = CStringGetTextDatum(entry->would_refuse[i]);
	values[0] = Int64GetDatum(entry->account_id);
	values[1] = CStringGetTextDatum(entry->entry);
	values[2] = Int64GetDatum(entry->about);
	nulls[2] = entry->about == 0 ? 'n' : ' ';
	values[3] = CStringGetTextDatum(entry->capability);
	values[4] = amount_numeric(entry->amount, AMOUNT_SCALE);
	values[5] = CStringGetTextDatum("seconds");
	nulls[5] = entry->is_time ? ' ' : 'n';
	values[6] = TimestampTzGetDatum(entry->used_at);
	values[7] = TimestampTzGetDatum(entry->from);
	nulls[7] = entry->from == DT_NOBEGIN ? 'n' : ' ';
	values[8] = PointerGetDatum(entry->ref);
	nulls[8] = entry->ref == NULL ? 'n' : ' ';
	values[9] = Int64GetDatum(entry->counterpart);
	nulls[9] = entry->counterpart == 0 ? 'n' : ' ';
	values[10] = Int64GetDatum(entry->session_id);
	nulls[10] = entry->session_id == 0 ? 'n' : ' ';
	values[11] = entry->place == NULL ? (Datum) 0 : CStringGetTextDatum(entry->place);
	nulls[11] = entry->place == NULL ? 'n' : ' ';
	values[12] = PointerGetDatum(entry->context);
	nulls[12] = entry->context == NULL ? 'n' : ' ';
	values[13] = TimestampTzGetDatum(entry->lapses);
	nulls[13] = strcmp(entry->entry, "reserve") == 0 ? ' ' : 'n';
	values[14] = TimestampTzGetDatum(entry->settles);
	nulls[14] = entry->settles == DT_NOBEGIN ? 'n' : ' ';
	values[15] = entry->ngrants == 0 ? (Datum) 0 : int8_array(entry->grants, entry->ngrants);
	values[16] = entry->ngrants == 0 ? (Datum) 0 : datum_array(amounts, NULL, entry->ngrants, NUMERICOID);
	nulls[15] = nulls[16] = entry->ngrants == 0 ? 'n' : ' ';
	values[17] = entry->nwould_refuse == 0 ? (Datum) 0 : datum_array(rules, NULL, entry->nwould_refuse, TEXTOID);
	nulls[17] = entry->nwould_refuse == 0 ? 'n' : ' ';
	values[18] = PointerGetDatum(entry->reason);
	nulls[18] = entry->reason == NULL ? 'n' : ' ';
	values[19] = CStringGetTextDatum(GetUserNameFromId(acting_role(), false));
}

/* Who acted stands in it. */
int64
usage_write(const UsageEntry *entry)
{
	Datum		values[20];
	char		nulls[21];
	int64		use_id;

	usage_values(entry, values, nulls);
	plan_execute(&insert_plan, values, nulls, PLAN_WRITE);
	use_id = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	return use_id;
}

/* A row that a plan has given. */
static void
usage_read_row(UsageEntry *entry)
{
	memset(entry, 0, sizeof(UsageEntry));
	entry->use_id = DatumGetInt64(column(0, 1));
	entry->account_id = DatumGetInt64(column(0, 2));
	entry->entry = column_text(0, 3);
	entry->capability = column_text(0, 4);
	entry->amount = amount_of_numeric(DatumGetNumeric(column(0, 5)), AMOUNT_SCALE);
	entry->is_time = DatumGetBool(column(0, 6));
	entry->used_at = DatumGetTimestampTz(column(0, 7));
	entry->counterpart = DatumGetInt64(column(0, 8));
	entry->session_id = DatumGetInt64(column(0, 9));
	entry->lapses = column_instant(0, 10, DT_NOEND);
	entry->settles = column_instant(0, 11, DT_NOBEGIN);
	entry->recorded = DatumGetTimestampTz(column(0, 12));
	entry->about = DatumGetInt64(column(0, 13));
	entry->from = DT_NOBEGIN;
}

/* What is about another use is none itself. */
void
usage_get(int64 use_id, UsageEntry *entry)
{
	Datum		value = Int64GetDatum(use_id);

	if (plan_execute(&get_plan, &value, NULL, PLAN_FRESH) > 0)
		usage_read_row(entry);
	else
		entry->about = -1;
	SPI_freetuptable(SPI_tuptable);
	if (entry->about != 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_USE),
				 errmsg("there is no use %lld", (long long) use_id),
				 errhint("governance.usage lists what accounts have used; the entry is \"use\" or \"reserve\".")));
}

/* The last one counts. */
bool
usage_by_ref(int64 account_id, text *ref, TimestampTz since, UsageEntry *entry)
{
	Datum		values[3];
	bool		there;

	values[0] = Int64GetDatum(account_id);
	values[1] = PointerGetDatum(ref);
	values[2] = TimestampTzGetDatum(since);
	there = plan_execute(&ref_plan, values, NULL, PLAN_FRESH) > 0;
	if (there)
		usage_read_row(entry);
	SPI_freetuptable(SPI_tuptable);
	return there;
}

/* Rows about a use have its capability and its instant. */
void
usage_since(const UsageEntry *entry, UsageSince *since)
{
	Datum		values[4];
	uint64		nrows;

	memset(since, 0, sizeof(UsageSince));
	values[0] = Int64GetDatum(entry->account_id);
	values[1] = CStringGetTextDatum(entry->capability);
	values[2] = TimestampTzGetDatum(entry->used_at);
	values[3] = Int64GetDatum(entry->use_id);
	nrows = plan_execute(&since_plan, values, NULL, PLAN_FRESH);
	for (uint64 row = 0; row < nrows; row++)
	{
		char	   *what = column_text(row, 1);
		int64		amount = amount_of_numeric(DatumGetNumeric(column(row, 2)), AMOUNT_SCALE);

		if (strcmp(what, "commit") == 0)
		{
			since->committed = true;
			since->committed_amount = amount;
		}
		else if (strcmp(what, "refund") == 0)
			since->refunded += amount;
		else
		{
			since->released += amount;
			since->given_up = true;
		}
	}
	SPI_freetuptable(SPI_tuptable);
}
