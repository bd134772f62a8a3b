/*
 * explain.c
 *		explain(): the reasons for one sanction.
 *
 * The account's history is folded anew and the sanction found in it, so that
 * what is said is what the engine did, and not a story told about it later.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "report.h"
#include "reports/reports.h"
#include "reports/trace.h"
#include "types/sanction_tier.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_explain);

static LedgerPlan sanction_plan = {
	"SELECT s.account_id, s.scheme, s.rung, s.tier, pg_catalog.to_json(s.withholds)::pg_catalog.text,"
	" pg_catalog.lower(s.during), pg_catalog.upper(s.during), s.violation_id, s.policy_id,"
	" s.enforced, s.terms::pg_catalog.text, s.released_at, s.release_reason,"
	" p.version, r.condition, r.length, coalesce(pg_catalog.isempty(p.in_force), false)"
	" FROM governance.sanction s"
	" LEFT JOIN governance.policy p ON p.policy_id" EQ "s.policy_id"
	" LEFT JOIN governance.policy_rung r ON r.policy_id" EQ "s.policy_id AND r.rung" EQ "s.rung"
	" WHERE s.sanction_id" EQ "$1",
	1, {INT8OID}
};

enum
{
	S_ACCOUNT = 1, S_SCHEME, S_RUNG, S_TIER, S_WITHHOLDS, S_STARTS, S_ENDS, S_VIOLATION,
	S_POLICY, S_ENFORCED, S_TERMS, S_RELEASED, S_REASON, S_VERSION, S_CONDITION, S_LENGTH,
	S_WITHDRAWN
};

/*
 * By the version that judged it: the sanction's own when that was on trial or has
 * been withdrawn before it began, else the one in force when it occurred.
 */
static LedgerPlan violation_plan = {
	"SELECT v.rule, pr.title, pr.severity, v.source, v.content_ref, v.decided_by, v.campaign,"
	" v.incident, v.evidence::pg_catalog.text"
	" FROM governance.violation v"
	" LEFT JOIN governance.policy p ON p.scheme" EQ "v.scheme AND NOT $4"
	" AND p.status" EQ "ANY ('{active,retired}'::pg_catalog.text[])"
	" AND p.in_force OPERATOR(pg_catalog.@>) v.occurred_at"
	" LEFT JOIN governance.policy_rule pr"
	" ON pr.policy_id" EQ "coalesce(p.policy_id, $3) AND pr.rule" EQ "v.rule"
	" WHERE v.account_id" EQ "$1 AND v.violation_id" EQ "$2",
	4, {INT8OID, INT8OID, INT8OID, BOOLOID}
};

/* Who lifted it, and why. */
static LedgerPlan release_plan = {
	"SELECT r.decided_by, r.reason, r.revision_id FROM governance.revision r"
	" WHERE r.account_id" EQ "$1 AND r.sanction_id" EQ "$2 AND r.action" EQ "'release'"
	" AND r.decided_at" EQ "$3 ORDER BY r.revision_id LIMIT 1",
	3, {INT8OID, INT8OID, TIMESTAMPTZOID}
};

/* ---------- JSON by hand: keys in the order in which people read them ---------- */

static void
key(StringInfo json, const char *name)
{
	if (json->data[json->len - 1] != '{')
		appendStringInfoChar(json, ',');
	escape_json(json, name);
	appendStringInfoChar(json, ':');
}

static void
text_member(StringInfo json, const char *name, const char *value)
{
	key(json, name);
	if (value == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, value);
}

static void
raw_member(StringInfo json, const char *name, const char *value)
{
	key(json, name);
	appendStringInfoString(json, value == NULL ? "null" : value);
}

static char *
points_string(Points points)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, points_numeric(points)));
}

static void
points_member(StringInfo json, const char *name, Points points)
{
	raw_member(json, name, points_string(points));
}

static void
id_member(StringInfo json, const char *name, int64 id)
{
	raw_member(json, name, id == 0 ? NULL : psprintf(INT64_FORMAT, id));
}

static void
time_member(StringInfo json, const char *name, TimestampTz at)
{
	char		buffer[MAXDATELEN + 1];

	key(json, name);
	if (TIMESTAMP_NOT_FINITE(at))
		appendStringInfoString(json, "null");
	else
	{
		JsonEncodeDateTime(buffer, TimestampTzGetDatum(at), TIMESTAMPTZOID, NULL);
		appendStringInfo(json, "\"%s\"", buffer);
	}
}

static char *
column_text(int number)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number);
}

static int64
column_int8(int number)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static TimestampTz
column_time(int number, TimestampTz missing)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? missing : DatumGetTimestampTz(value);
}

/* The effect that opened the sanction, and the entry before it that cost or
 * gave points. */
static const Effect *
find_start(const Trace *trace, const char *rung, int64 cause, TimestampTz starts,
		   const Effect **price)
{
	const Effect *last = NULL;
	const Effect *loose = NULL;
	const Effect *loose_price = NULL;

	*price = NULL;
	for (int i = 0; i < trace->n; i++)
	{
		const Effect *effect = &trace->effects[i].effect;

		if (effect->kind == EFFECT_VIOLATION || effect->kind == EFFECT_OPENING)
			last = effect;
		if (effect->kind != EFFECT_SANCTION_START ||
			strcmp(trace->effects[i].policy->rungs[effect->rung].code, rung) != 0 ||
			trace_cause(trace, effect->sanction) != cause)
			continue;
		if (effect->starts == starts)
		{
			*price = last;
			return effect;
		}
		loose = effect;
		loose_price = last;
	}
	*price = loose_price;
	return loose;
}

static void
violation_member(StringInfo json, StringInfo words, const Trace *trace, int64 account_id,
				 int64 violation_id, int64 policy_id, bool own, const Effect *price)
{
	const ViolationRow *row = trace_violation(trace, violation_id);
	Datum		values[4];
	char	   *title;

	values[0] = Int64GetDatum(account_id);
	values[1] = Int64GetDatum(violation_id);
	values[2] = Int64GetDatum(policy_id);
	values[3] = BoolGetDatum(own);
	if (row == NULL || ledger_execute(&violation_plan, values, NULL, LEDGER_READ) == 0)
		return;
	key(json, "violation");
	appendStringInfoChar(json, '{');
	id_member(json, "violation_id", violation_id);
	text_member(json, "rule", column_text(1));
	title = column_text(2);
	text_member(json, "title", title);
	text_member(json, "severity", column_text(3));
	time_member(json, "occurred_at", row->occurred);
	time_member(json, "decided_at", row->decided);
	text_member(json, "decided_by", column_text(6));
	text_member(json, "source", column_text(4));
	if (column_text(7) != NULL)
		text_member(json, "campaign", column_text(7));
	if (column_text(8) != NULL)
		text_member(json, "incident", column_text(8));
	if (column_text(5) != NULL)
		text_member(json, "content_ref", column_text(5));
	if (column_text(9) != NULL)
		raw_member(json, "evidence", column_text(9));
	if (price != NULL && price->entry == violation_id)
	{
		points_member(json, "base", price->base);
		if (price->modifiers != NULL)
			text_member(json, "modifiers", price->modifiers);
		points_member(json, "price", price->price);
		points_member(json, "charged", price->delta < 0 ? -price->delta : price->delta);
		if (price->detail != NULL)
			text_member(json, "note", price->detail);
	}
	appendStringInfoChar(json, '}');

	appendStringInfo(words, "Violation " INT64_FORMAT " of rule \"%s\"", violation_id, row->rule);
	if (title != NULL)
		appendStringInfo(words, " (%s)", title);
	appendStringInfo(words, " occurred at %s", timestamptz_to_str(row->occurred));
	appendStringInfo(words, " and was decided at %s", timestamptz_to_str(row->decided));
	if (price != NULL && price->entry == violation_id)
	{
		appendStringInfo(words, "; it cost %s", points_string(price->delta < 0 ? -price->delta : price->delta));
		if (price->modifiers != NULL)
			appendStringInfo(words, " (%s and %s)", points_string(price->base), price->modifiers);
		if (price->detail != NULL)
			appendStringInfo(words, " (%s)", price->detail);
	}
	appendStringInfoString(words, ". ");
	SPI_freetuptable(SPI_tuptable);
}

/* How long whoever decided on the violation said that it is to last, or null. */
static const char *
chosen_length(const Trace *trace, const Effect *start, int64 cause)
{
	const ViolationRow *row = trace_violation(trace, cause);

	if (row == NULL || start == NULL || start->detail == NULL ||
		strcmp(start->detail, "length chosen") != 0)
		return NULL;
	return span_text(&row->length);
}

Datum
governance_explain(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext old;
	StringInfoData json;
	StringInfoData words;
	Datum		value;
	int64		sanction_id;
	int64		account_id;
	int64		cause;
	int64		policy_id;
	char	   *scheme_name;
	char	   *rung;
	char	   *tier;
	char	   *withholds;
	char	   *terms;
	char	   *reason;
	char	   *version;
	char	   *condition;
	char	   *length;
	const char *chosen;
	bool		enforced;
	bool		withdrawn;
	TimestampTz starts;
	TimestampTz ends;
	TimestampTz released;
	TimestampTz ended;
	Scheme	   *scheme;
	Trace	   *trace;
	const Effect *start;
	const Effect *price;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sanction_id = PG_GETARG_INT64(0);
	rulebook_refresh();
	ledger_read_enter();
	value = Int64GetDatum(sanction_id);
	if (ledger_execute(&sanction_plan, &value, NULL, LEDGER_READ) == 0)
		report_missing_id(MISSING_SANCTION, sanction_id, NULL, 0);
	account_id = column_int8(S_ACCOUNT);
	scheme_name = column_text(S_SCHEME);
	rung = column_text(S_RUNG);
	tier = column_text(S_TIER);
	withholds = column_text(S_WITHHOLDS);
	starts = column_time(S_STARTS, DT_NOBEGIN);
	ends = column_time(S_ENDS, DT_NOEND);
	cause = column_int8(S_VIOLATION);
	policy_id = column_int8(S_POLICY);
	enforced = strcmp(column_text(S_ENFORCED), "t") == 0;
	terms = column_text(S_TERMS);
	released = column_time(S_RELEASED, DT_NOEND);
	reason = column_text(S_REASON);
	version = column_text(S_VERSION);
	condition = column_text(S_CONDITION);
	length = column_text(S_LENGTH);
	withdrawn = strcmp(column_text(S_WITHDRAWN), "t") == 0;
	SPI_freetuptable(SPI_tuptable);

	scheme = trace_scheme(scheme_name, true, &ended);
	trace = trace_account(account_id, scheme, ended);
	start = find_start(trace, rung, cause, starts, &price);

	initStringInfo(&json);
	initStringInfo(&words);
	appendStringInfoChar(&json, '{');
	id_member(&json, "sanction_id", sanction_id);
	id_member(&json, "account_id", account_id);
	text_member(&json, "scheme", scheme_name);
	key(&json, "policy");
	appendStringInfoChar(&json, '{');
	id_member(&json, "policy_id", policy_id);
	raw_member(&json, "version", version);
	appendStringInfoChar(&json, '}');
	text_member(&json, "rung", rung);
	text_member(&json, "tier", tier);
	text_member(&json, "condition", condition);
	raw_member(&json, "withholds", withholds);
	time_member(&json, "starts", starts);
	time_member(&json, "ends", ends);
	text_member(&json, "length", length);
	chosen = chosen_length(trace, start, cause);
	if (chosen != NULL)
		text_member(&json, "chosen_length", chosen);
	raw_member(&json, "enforced", enforced ? "true" : "false");
	if (terms != NULL)
		raw_member(&json, "terms", terms);

	appendStringInfo(&words, "Account " INT64_FORMAT " is %s under scheme \"%s\" by rung \"%s\"",
					 account_id, tier, scheme_name, rung);
	if (starts == DT_NOEND)
		appendStringInfoString(&words, " once the one before it has ended");
	else if (starts != DT_NOBEGIN)
		appendStringInfo(&words, " from %s", timestamptz_to_str(starts));
	if (ends != DT_NOEND)
		appendStringInfo(&words, " until %s", timestamptz_to_str(ends));
	appendStringInfoString(&words, ". ");
	violation_member(&json, &words, trace, account_id, cause, policy_id,
					 withdrawn || scheme->trial_of != NULL, price);
	if (price != NULL && price->kind == EFFECT_OPENING)
	{
		key(&json, "opening_balance");
		appendStringInfoChar(&json, '{');
		id_member(&json, "revision_id", price->entry);
		time_member(&json, "at", price->at);
		points_member(&json, "score", price->score);
		appendStringInfoChar(&json, '}');
		appendStringInfo(&words, "The account came with a score of %s at %s. ",
						 points_string(price->score), timestamptz_to_str(price->at));
	}
	if (price != NULL && start != NULL)
	{
		Points		before = price->score - price->delta;

		key(&json, "score");
		appendStringInfoChar(&json, '{');
		points_member(&json, "before", before);
		points_member(&json, "after", price->score);
		points_member(&json, "cap", price->cap);
		appendStringInfoChar(&json, '}');
		appendStringInfo(&words, "The score went from %s", points_string(before));
		appendStringInfo(&words, " to %s", points_string(price->score));
		appendStringInfo(&words, " of %s. ", points_string(price->cap));
	}
	if (chosen != NULL && length != NULL)
		appendStringInfo(&words, "Its length was chosen with the decision: %s, where the rung has %s. ",
						 chosen, length);
	if (condition != NULL)
		appendStringInfo(&words, "The rung is reached when %s (version %s of the policy). ",
						 condition, version == NULL ? "?" : version);
	if (strcmp(withholds, "[]") != 0)
		appendStringInfo(&words, "Withheld meanwhile: %s. ", withholds);
	if (!enforced)
		appendStringInfoString(&words, "It is computed and not enforced. ");
	if (released != DT_NOEND)
	{
		key(&json, "released");
		appendStringInfoChar(&json, '{');
		time_member(&json, "at", released);
		text_member(&json, "reason", reason);
		if (released > GetCurrentTransactionStartTimestamp())
			appendStringInfo(&words, "If nothing else happens it will be released at %s (%s)",
							 timestamptz_to_str(released), reason);
		else
			appendStringInfo(&words, "It was released at %s (%s)", timestamptz_to_str(released), reason);
		if (strcmp(reason, "manual") == 0)
		{
			Datum		values[3];

			values[0] = Int64GetDatum(account_id);
			values[1] = Int64GetDatum(sanction_id);
			values[2] = TimestampTzGetDatum(released);
			if (ledger_execute(&release_plan, values, NULL, LEDGER_READ) > 0)
			{
				id_member(&json, "revision_id", column_int8(3));
				text_member(&json, "decided_by", column_text(1));
				text_member(&json, "why", column_text(2));
				appendStringInfo(&words, " by %s: %s", column_text(1), column_text(2));
			}
			SPI_freetuptable(SPI_tuptable);
		}
		appendStringInfoChar(&json, '}');
		appendStringInfoString(&words, ". ");
	}
	if (words.len > 0 && words.data[words.len - 1] == ' ')
		words.data[--words.len] = '\0';
	text_member(&json, "text", words.data);
	appendStringInfoChar(&json, '}');

	old = MemoryContextSwitchTo(context);
	value = DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
	MemoryContextSwitchTo(old);
	ledger_read_leave();
	PG_RETURN_DATUM(value);
}
