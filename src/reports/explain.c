/*
 * explain.c
 *		explain(): the reasons for one sanction.
 *
 * The account's history is folded anew and the sanction found in it, so that
 * what is said is what the engine did, and not a story told about it later.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "json.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/opening.h"
#include "ledger/sanction_row.h"
#include "reports/arguments.h"
#include "reports/trace.h"
#include "rulebook/cache.h"
#include "types/sanction_tier.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_explain);
PG_FUNCTION_INFO_V1(governance_explain_opening);
PG_FUNCTION_INFO_V1(governance_sanction_opened);

static KeptPlan sanction_plan = {
	"SELECT s.account_id, s.scheme, s.rung, s.tier, pg_catalog.to_json(s.withholds)::pg_catalog.text,"
	" pg_catalog.lower(s.during), pg_catalog.upper(s.during), s.violation_id, s.policy_id,"
	" s.enforced, s.terms::pg_catalog.text, s.released_at, s.release_reason,"
	" p.version, r.condition, r.length, coalesce(pg_catalog.isempty(p.in_force), false),"
	" s.opening::pg_catalog.int8"
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
	S_WITHDRAWN, S_OPENING
};

/* The same of a sanction that has no row. */
static KeptPlan rung_plan = {
	"SELECT p.version, r.condition, r.length, coalesce(pg_catalog.isempty(p.in_force), false)"
	" FROM governance.policy p"
	" LEFT JOIN governance.policy_rung r ON r.policy_id" EQ "p.policy_id AND r.rung" EQ "$2"
	" WHERE p.policy_id" EQ "$1",
	2, {INT8OID, TEXTOID}
};

enum
{
	P_VERSION = 1, P_CONDITION, P_LENGTH, P_WITHDRAWN
};

enum
{
	V_RULE = 1, V_TITLE, V_SEVERITY, V_SOURCE, V_CONTENT_REF, V_DECIDED_BY, V_CAMPAIGN,
	V_INCIDENT, V_EVIDENCE
};

/*
 * By the version that judged it: the sanction's own when that was on trial or has
 * been withdrawn before it began, else the one in force when it occurred.
 */
static KeptPlan violation_plan = {
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
static KeptPlan release_plan = {
	"SELECT r.decided_by, r.reason, r.revision_id FROM governance.revision r"
	" WHERE r.account_id" EQ "$1 AND r.sanction_id" EQ "$2 AND r.action" EQ "'release'"
	" AND r.decided_at" EQ "$3 ORDER BY r.revision_id LIMIT 1",
	3, {INT8OID, INT8OID, TIMESTAMPTZOID}
};

enum
{
	R_DECIDED_BY = 1, R_REASON, R_ID
};

/* The sanction as its row has it, or will, and what the rung says of it. */
typedef struct ExplainedSanction
{
	int64		sanction_id;	/* 0: it has no row yet */
	int64		opening;		/* 0: not known */
	int64		account_id;
	int64		cause;			/* the violation; 0: none */
	int64		policy_id;
	char	   *scheme;
	char	   *rung;
	char	   *tier;
	char	   *withholds;		/* a JSON array */
	char	   *terms;			/* a JSON object; null: none */
	char	   *version;		/* of the policy; null: the policy is gone */
	char	   *condition;		/* of the rung, in words; null: nobody wrote one */
	char	   *length;			/* of the rung, in words */
	bool		enforced;
	bool		withdrawn;		/* its version was, before it began */
	TimestampTz starts;
	TimestampTz ends;			/* infinity: when it is released */
	TimestampTz released;		/* infinity: it is not */
	char	   *reason;			/* of the release */
} ExplainedSanction;

/* An explanation on its way: as JSON, and as sentences. */
typedef struct Explanation
{
	StringInfoData json;
	StringInfoData words;
	ExplainedSanction sanction;
	const Scheme *scheme;
	const Trace *trace;
	const Effect *start;		/* what opened the sanction; null: it was not found */
	const Effect *price;		/* the entry before it that cost or gave points */
	const char *chosen;			/* the length that was decided on; null: the rung's */
} Explanation;

/* ---------- the first row of what was asked for last ---------- */

/* Its value as text, null for null. */
static char *
column_text(int number)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number);
}

/* An id; 0 for null. */
static int64
column_int8(int number)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* False for null. */
static bool
column_boolean(int number)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &isnull);

	return !isnull && DatumGetBool(value);
}

/* An instant, or what stands for one that is missing. */
static TimestampTz
column_time(int number, TimestampTz missing)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &isnull);

	return isnull ? missing : DatumGetTimestampTz(value);
}

/* Raises ERRCODE_GV_UNKNOWN_SANCTION. */
static void
read_sanction(int64 sanction_id, ExplainedSanction *sanction)
{
	Datum		value = Int64GetDatum(sanction_id);

	if (plan_execute(&sanction_plan, &value, NULL, PLAN_READ) == 0)
		report_missing_id(MISSING_SANCTION, sanction_id, NULL, 0);
	sanction->sanction_id = sanction_id;
	sanction->account_id = column_int8(S_ACCOUNT);
	sanction->scheme = column_text(S_SCHEME);
	sanction->rung = column_text(S_RUNG);
	sanction->tier = column_text(S_TIER);
	sanction->withholds = column_text(S_WITHHOLDS);
	sanction->starts = column_time(S_STARTS, DT_NOBEGIN);
	sanction->ends = column_time(S_ENDS, DT_NOEND);
	sanction->cause = column_int8(S_VIOLATION);
	sanction->policy_id = column_int8(S_POLICY);
	sanction->enforced = column_boolean(S_ENFORCED);
	sanction->terms = column_text(S_TERMS);
	sanction->released = column_time(S_RELEASED, DT_NOEND);
	sanction->reason = column_text(S_REASON);
	sanction->version = column_text(S_VERSION);
	sanction->condition = column_text(S_CONDITION);
	sanction->length = column_text(S_LENGTH);
	sanction->withdrawn = column_boolean(S_WITHDRAWN);
	sanction->opening = column_int8(S_OPENING);
	SPI_freetuptable(SPI_tuptable);
}

/* What a rung withholds, as the text of a JSON array. */
static char *
withheld_array(const Rung *rung)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (int i = 0; i < rung->ncapabilities; i++)
	{
		appendStringInfoString(&json, i > 0 ? "," : "");
		escape_json(&json, rung->capabilities[i]);
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

/*
 * The sanction of an opening that has no row yet, as the fold gives it, and what
 * the rung says of it.  Raises ERRCODE_GV_UNKNOWN_SANCTION.
 */
static void
find_sanction(const Trace *trace, Scheme *scheme, const Opening *opening,
			  ExplainedSanction *sanction)
{
	EngineState *state = trace->state == NULL ? NULL :
		engine_copy(rulebook_policy(trace->state->policy_id), trace->state);
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	ProjectedSanction found;
	const SanctionState *s = &found.sanction;
	Datum		values[2];
	Datum		terms;
	bool		isnull;
	bool		open;

	if (state != NULL && state->as_of < now)
		ledger_advance(scheme, NULL, &state, trace->history, now, NULL);
	if (state == NULL || !opening_find(scheme, state, trace->history, opening, &found))
		report_no_opening(opening);
	sanction->account_id = opening->account_id;
	sanction->opening = opening->number;
	sanction->scheme = scheme->name;
	sanction->rung = pstrdup(found.rung->code);
	sanction->tier = pstrdup(sanction_tier_name(found.rung->tier));
	sanction->withholds = withheld_array(found.rung);
	sanction->starts = s->starts;
	sanction->ends = sanction_end(s, &open);
	sanction->cause = s->cause;
	sanction->policy_id = s->policy_id;
	sanction->enforced = (s->flags & SANCTION_ENFORCED) != 0;
	terms = sanction_terms(found.rung, s, &isnull);
	sanction->terms = isnull ? NULL : TextDatumGetCString(terms);
	sanction->released = s->flags & SANCTION_RELEASED ? s->released : DT_NOEND;
	sanction->reason = pstrdup(release_reason_name(s->reason));
	values[0] = Int64GetDatum(s->policy_id);
	values[1] = CStringGetTextDatum(sanction->rung);
	if (plan_execute(&rung_plan, values, NULL, PLAN_READ) > 0)
	{
		sanction->version = column_text(P_VERSION);
		sanction->condition = column_text(P_CONDITION);
		sanction->length = column_text(P_LENGTH);
		sanction->withdrawn = column_boolean(P_WITHDRAWN);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* ---------- what the fold says of it ---------- */

/*
 * The effect that opened the sanction; *price becomes the last entry before it
 * that cost or gave points.  Where no effect starts when the row says, the last
 * one of the same rung and violation is taken: when a sanction opens that waits for
 * the one before it, nobody knows yet when it will start.  Null: there is none.
 */
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

/* ---------- the parts, in the order in which people read them ---------- */

/* An id as a member; null when there is none. */
static void
put_id(StringInfo json, const char *key, int64 id)
{
	if (id == 0)
		json_null(json, key);
	else
		json_int64(json, key, id);
}

/* A member that is left out when there is nothing to say. */
static void
put_optional(StringInfo json, const char *key, const char *text)
{
	if (text != NULL)
		json_text(json, key, text);
}

/* The row of the sanction: whose, by which rung, for how long. */
static void
put_sanction(Explanation *e)
{
	const ExplainedSanction *sanction = &e->sanction;
	StringInfo	json = &e->json;
	StringInfo	words = &e->words;

	put_id(json, "sanction_id", sanction->sanction_id);
	put_id(json, "account_id", sanction->account_id);
	json_text(json, "scheme", sanction->scheme);
	json_begin_object(json, "policy");
	put_id(json, "policy_id", sanction->policy_id);
	json_raw(json, "version", sanction->version);
	json_end_object(json);
	json_text(json, "rung", sanction->rung);
	if (sanction->opening != 0)
		json_int64(json, "opening", sanction->opening);
	json_text(json, "tier", sanction->tier);
	json_text(json, "condition", sanction->condition);
	json_raw(json, "withholds", sanction->withholds);
	json_instant(json, "starts", sanction->starts);
	json_instant(json, "ends", sanction->ends);
	json_text(json, "length", sanction->length);
	put_optional(json, "chosen_length", e->chosen);
	json_boolean(json, "enforced", sanction->enforced);
	if (sanction->terms != NULL)
		json_raw(json, "terms", sanction->terms);

	appendStringInfo(words, "Account " INT64_FORMAT " is %s under scheme \"%s\" by rung \"%s\"",
					 sanction->account_id, sanction->tier, sanction->scheme, sanction->rung);
	if (sanction->starts == DT_NOEND)
		appendStringInfoString(words, " once the one before it has ended");
	else if (sanction->starts != DT_NOBEGIN)
		appendStringInfo(words, " from %s", timestamptz_to_str(sanction->starts));
	if (sanction->ends != DT_NOEND)
		appendStringInfo(words, " until %s", timestamptz_to_str(sanction->ends));
	appendStringInfoString(words, ". ");
}

/* What the violation cost, as members of the object that describes it. */
static void
put_price(StringInfo json, const Effect *price)
{
	json_points(json, "base", price->base);
	put_optional(json, "modifiers", price->modifiers);
	json_points(json, "price", price->price);
	json_points(json, "charged", abs(price->delta));
	put_optional(json, "note", price->detail);
}

/* The same as a part of a sentence. */
static void
tell_price(StringInfo words, const Effect *price)
{
	appendStringInfo(words, "; it cost %s", points_text(abs(price->delta)));
	if (price->modifiers != NULL)
		appendStringInfo(words, " (%s and %s)", points_text(price->base), price->modifiers);
	if (price->detail != NULL)
		appendStringInfo(words, " (%s)", price->detail);
}

/*
 * The violation behind it, with what it cost.  Nothing, when none is, or when
 * the history no longer has it.
 */
static void
put_violation(Explanation *e)
{
	const ExplainedSanction *sanction = &e->sanction;
	const ViolationRow *row = trace_violation(e->trace, sanction->cause);
	const Effect *price = e->price != NULL && e->price->entry == sanction->cause ? e->price : NULL;
	StringInfo	json = &e->json;
	StringInfo	words = &e->words;
	Datum		values[4];
	char	   *title;

	values[0] = Int64GetDatum(sanction->account_id);
	values[1] = Int64GetDatum(sanction->cause);
	values[2] = Int64GetDatum(sanction->policy_id);
	values[3] = BoolGetDatum(sanction->withdrawn || e->scheme->trial_of != NULL);
	if (row == NULL || plan_execute(&violation_plan, values, NULL, PLAN_READ) == 0)
		return;
	title = column_text(V_TITLE);
	json_begin_object(json, "violation");
	put_id(json, "violation_id", sanction->cause);
	json_text(json, "rule", column_text(V_RULE));
	json_text(json, "title", title);
	json_text(json, "severity", column_text(V_SEVERITY));
	json_instant(json, "occurred_at", row->occurred);
	json_instant(json, "decided_at", row->decided);
	json_text(json, "decided_by", column_text(V_DECIDED_BY));
	json_text(json, "source", column_text(V_SOURCE));
	put_optional(json, "campaign", column_text(V_CAMPAIGN));
	put_optional(json, "incident", column_text(V_INCIDENT));
	put_optional(json, "content_ref", column_text(V_CONTENT_REF));
	if (column_text(V_EVIDENCE) != NULL)
		json_raw(json, "evidence", column_text(V_EVIDENCE));
	if (price != NULL)
		put_price(json, price);
	json_end_object(json);

	appendStringInfo(words, "Violation " INT64_FORMAT " of rule \"%s\"", sanction->cause, row->rule);
	if (title != NULL)
		appendStringInfo(words, " (%s)", title);
	appendStringInfo(words, " occurred at %s", timestamptz_to_str(row->occurred));
	appendStringInfo(words, " and was decided at %s", timestamptz_to_str(row->decided));
	if (price != NULL)
		tell_price(words, price);
	appendStringInfoString(words, ". ");
	SPI_freetuptable(SPI_tuptable);
}

/* The score that the account brought along, where that is what led to it. */
static void
put_opening_balance(Explanation *e)
{
	const Effect *opening = e->price;

	if (opening == NULL || opening->kind != EFFECT_OPENING)
		return;
	json_begin_object(&e->json, "opening_balance");
	put_id(&e->json, "revision_id", opening->entry);
	json_instant(&e->json, "at", opening->at);
	json_points(&e->json, "score", opening->score);
	json_end_object(&e->json);
	appendStringInfo(&e->words, "The account came with a score of %s at %s. ",
					 points_text(opening->score), timestamptz_to_str(opening->at));
}

/* The score before and after that entry. */
static void
put_score(Explanation *e)
{
	Points		before;

	if (e->price == NULL || e->start == NULL)
		return;
	before = e->price->score - e->price->delta;
	json_begin_object(&e->json, "score");
	json_points(&e->json, "before", before);
	json_points(&e->json, "after", e->price->score);
	json_points(&e->json, "cap", e->price->cap);
	json_end_object(&e->json);
	appendStringInfo(&e->words, "The score went from %s to %s of %s. ", points_text(before),
					 points_text(e->price->score), points_text(e->price->cap));
}

/* What the rung asks for and withholds, which the JSON has said already. */
static void
tell_rung(Explanation *e)
{
	const ExplainedSanction *sanction = &e->sanction;
	StringInfo	words = &e->words;

	if (e->chosen != NULL && sanction->length != NULL)
		appendStringInfo(words, "Its length was chosen with the decision: %s, where the rung has %s. ",
						 e->chosen, sanction->length);
	if (sanction->condition != NULL)
		appendStringInfo(words, "The rung is reached when %s (version %s of the policy). ",
						 sanction->condition, sanction->version == NULL ? "?" : sanction->version);
	if (strcmp(sanction->withholds, "[]") != 0)
		appendStringInfo(words, "Withheld meanwhile: %s. ", sanction->withholds);
	if (!sanction->enforced)
		appendStringInfoString(words, "It is computed and not enforced. ");
}

/* Who lifted a sanction that a person has lifted, and why. */
static void
put_release_decision(Explanation *e)
{
	Datum		values[3];

	values[0] = Int64GetDatum(e->sanction.account_id);
	values[1] = Int64GetDatum(e->sanction.sanction_id);
	values[2] = TimestampTzGetDatum(e->sanction.released);
	if (plan_execute(&release_plan, values, NULL, PLAN_READ) > 0)
	{
		char	   *decided_by = column_text(R_DECIDED_BY);
		char	   *why = column_text(R_REASON);

		put_id(&e->json, "revision_id", column_int8(R_ID));
		json_text(&e->json, "decided_by", decided_by);
		json_text(&e->json, "why", why);
		appendStringInfo(&e->words, " by %s: %s", decided_by, why);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* How it ended before its time, or will. */
static void
put_release(Explanation *e)
{
	const ExplainedSanction *sanction = &e->sanction;

	if (sanction->released == DT_NOEND)
		return;
	json_begin_object(&e->json, "released");
	json_instant(&e->json, "at", sanction->released);
	json_text(&e->json, "reason", sanction->reason);
	appendStringInfo(&e->words, sanction->released > GetCurrentTransactionStartTimestamp()
					 ? "If nothing else happens it will be released at %s (%s)"
					 : "It was released at %s (%s)",
					 timestamptz_to_str(sanction->released), sanction->reason);
	if (strcmp(sanction->reason, "manual") == 0)
		put_release_decision(e);
	json_end_object(&e->json);
	appendStringInfoString(&e->words, ". ");
}

/* Folds the history of the account of a sanction that has a row. */
static void
trace_sanction(Explanation *e)
{
	TimestampTz ended;
	Scheme	   *scheme = trace_scheme(e->sanction.scheme, true, &ended);

	e->scheme = scheme;
	e->trace = trace_account(e->sanction.account_id, scheme, ended);
}

/* Finds a sanction by its opening, in its row or in the fold; either way it is traced. */
static void
trace_opening(Explanation *e, FunctionCallInfo fcinfo)
{
	Opening		opening = {
		.account_id = PG_GETARG_INT64(0), .scheme = text_to_cstring(PG_GETARG_TEXT_PP(1)),
		.rung = text_to_cstring(PG_GETARG_TEXT_PP(2)), .number = PG_GETARG_INT32(3)
	};
	int64		sanction_id = opening_recorded(&opening, PLAN_READ);
	TimestampTz ended;
	Scheme	   *scheme;

	if (sanction_id != 0)
	{
		read_sanction(sanction_id, &e->sanction);
		trace_sanction(e);
		return;
	}
	scheme = trace_scheme(opening.scheme, true, &ended);
	e->scheme = scheme;
	e->trace = trace_account(opening.account_id, scheme, ended);
	find_sanction(e->trace, scheme, &opening, &e->sanction);
}

/* The reasons for a sanction that has been traced, as jsonb in a memory context. */
static Datum
explanation(Explanation *e, MemoryContext context)
{
	MemoryContext old;
	Datum		result;

	e->start = find_start(e->trace, e->sanction.rung, e->sanction.cause, e->sanction.starts,
						  &e->price);
	e->chosen = chosen_length(e->trace, e->start, e->sanction.cause);
	initStringInfo(&e->json);
	initStringInfo(&e->words);
	json_begin_object(&e->json, NULL);
	put_sanction(e);
	put_violation(e);
	put_opening_balance(e);
	put_score(e);
	tell_rung(e);
	put_release(e);
	if (e->words.len > 0 && e->words.data[e->words.len - 1] == ' ')
		e->words.data[--e->words.len] = '\0';
	json_text(&e->json, "text", e->words.data);
	json_end_object(&e->json);
	old = MemoryContextSwitchTo(context);
	result = DirectFunctionCall1(jsonb_in, CStringGetDatum(e->json.data));
	MemoryContextSwitchTo(old);
	return result;
}

/*
 * explain(sanction_id) returns jsonb: the reasons, as members and as one text in
 * the end.  Raises ERRCODE_GV_UNKNOWN_SANCTION.
 */
Datum
governance_explain(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	Explanation e = {0};
	Datum		result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rulebook_refresh();
	ledger_read_enter();
	read_sanction(PG_GETARG_INT64(0), &e.sanction);
	trace_sanction(&e);
	result = explanation(&e, context);
	ledger_read_leave();
	PG_RETURN_DATUM(result);
}

/*
 * explain(account_id, scheme, rung, opening): the same of a sanction that may have
 * no row yet.
 */
Datum
governance_explain_opening(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	Explanation e = {0};
	Datum		result;

	require_select("sanction");
	rulebook_refresh();
	ledger_read_enter();
	trace_opening(&e, fcinfo);
	result = explanation(&e, context);
	ledger_read_leave();
	PG_RETURN_DATUM(result);
}

/*
 * sanction_opened(account_id, scheme, rung, opening): the columns of
 * governance.sanction that it has, or will have once it is recorded.
 */
Datum
governance_sanction_opened(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext old;
	Explanation e = {0};
	const ExplainedSanction *sanction = &e.sanction;
	StringInfoData json;
	Datum		result;

	require_select("sanction");
	rulebook_refresh();
	ledger_read_enter();
	trace_opening(&e, fcinfo);
	initStringInfo(&json);
	json_begin_object(&json, NULL);
	put_id(&json, "account_id", sanction->account_id);
	put_id(&json, "sanction_id", sanction->sanction_id);
	json_text(&json, "scheme", sanction->scheme);
	json_text(&json, "rung", sanction->rung);
	json_text(&json, "tier", sanction->tier);
	json_raw(&json, "withholds", sanction->withholds);
	json_text(&json, "during",
			  sanction->ends <= sanction->starts ? "empty" :
			  psprintf("[\"%s\",%s)", timestamptz_to_str(sanction->starts),
					   sanction->ends == DT_NOEND ? "" :
					   psprintf("\"%s\"", timestamptz_to_str(sanction->ends))));
	put_id(&json, "violation_id", sanction->cause);
	put_id(&json, "policy_id", sanction->policy_id);
	json_boolean(&json, "enforced", sanction->enforced);
	json_raw(&json, "terms", sanction->terms);
	json_instant(&json, "released_at", sanction->released);
	json_text(&json, "release_reason", sanction->released == DT_NOEND ? NULL : sanction->reason);
	put_id(&json, "opening", sanction->opening);
	json_end_object(&json);
	old = MemoryContextSwitchTo(context);
	result = DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
	MemoryContextSwitchTo(old);
	ledger_read_leave();
	PG_RETURN_DATUM(result);
}
