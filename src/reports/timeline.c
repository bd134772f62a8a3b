/*
 * timeline.c
 *		timeline(): everything that happened to a standing, and what will.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/entry.h"
#include "ledger/sanction_row.h"
#include "points.h"
#include "reports/trace.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_timeline);

#define TIMELINE_COLUMNS 13

/* Adds one more thing to a detail, behind a semicolon. */
static void
add_detail(StringInfo detail, const char *text)
{
	if (text == NULL)
		return;
	if (detail->len > 0)
		appendStringInfoString(detail, "; ");
	appendStringInfoString(detail, text);
}

/* From when until when a sanction that opens or changes is to last, in words. */
static void
add_length(StringInfo detail, const Effect *effect)
{
	add_detail(detail, "from ");
	if (effect->starts == DT_NOEND)
	{
		appendStringInfoString(detail, "the end of the one before");
		return;
	}
	appendStringInfoString(detail, timestamptz_to_str(effect->starts));
	appendStringInfo(detail, " until %s",
					 effect->ends == DT_NOEND ? "released" : timestamptz_to_str(effect->ends));
}

/* What the other columns do not say of an effect; empty: nothing. */
static void
effect_detail(const Trace *trace, const TracedEffect *traced, StringInfo detail)
{
	const Effect *effect = &traced->effect;
	const ActivityRow *activity;

	add_detail(detail, effect->modifiers);
	add_detail(detail, effect->detail);
	if (effect->relief >= 0)
		add_detail(detail, traced->policy->reliefs[effect->relief].name);
	activity = effect->kind == EFFECT_ACTIVITY ? trace_activity(trace, effect->entry) : NULL;
	if (activity != NULL)
		add_detail(detail, activity->kind);
	if (effect->kind == EFFECT_SANCTION_START || effect->kind == EFFECT_SANCTION_EXTEND)
		add_length(detail, effect);
	if (effect->kind == EFFECT_SANCTION_RELEASE)
		add_detail(detail, release_reason_name(effect->reason));
}

/* The row of one effect. */
static void
put_effect(ReturnSetInfo *result, int64 account_id, Scheme *scheme, const Trace *trace,
		   const TracedEffect *traced)
{
	const Effect *effect = &traced->effect;
	const ViolationRow *violation = NULL;
	const char *rung = NULL;
	int64		sanction_id = 0;
	StringInfoData detail;
	Datum		values[TIMELINE_COLUMNS];
	bool		nulls[TIMELINE_COLUMNS] = {0};

	initStringInfo(&detail);
	effect_detail(trace, traced, &detail);
	if (effect->entry != 0)
		violation = trace_violation(trace, effect->entry);
	if (effect->rung >= 0)
		rung = traced->policy->rungs[effect->rung].code;
	else if (effect->sanction != 0)
		rung = trace_rung(trace, effect->sanction);
	if (effect->sanction != 0 && rung != NULL && !traced->expected)
		sanction_id = stored_sanction(account_id, scheme, rung,
									  trace_cause(trace, effect->sanction), effect->starts, PLAN_READ);

	values[0] = TimestampTzGetDatum(effect->at);
	values[1] = CStringGetTextDatum(effect->kind == EFFECT_SANCTION_START && effect->starts > effect->at
									? "sanction opened" : effect_phrase(effect->kind));
	values[2] = points_numeric(effect->delta);
	values[3] = CreditScoreGetDatum(credit_score_make(effect->score, effect->cap));
	values[4] = SanctionTierGetDatum(effect->tier);
	nulls[5] = rung == NULL;
	if (rung != NULL)
		values[5] = CStringGetTextDatum(rung);
	values[6] = Int64GetDatum(sanction_id);
	nulls[6] = sanction_id == 0;
	values[7] = Int64GetDatum(traced->policy->policy_id);
	values[8] = Int64GetDatum(effect->entry);
	nulls[8] = effect->entry == 0;
	nulls[9] = violation == NULL;
	if (violation != NULL)
		values[9] = CStringGetTextDatum(violation->rule);
	nulls[10] = detail.len == 0;
	values[10] = CStringGetTextDatum(detail.data);
	values[11] = BoolGetDatum(traced->expected);
	values[12] = Int32GetDatum(effect->opening);
	nulls[12] = effect->opening == 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * timeline(account_id, scheme): a row for each effect, in the order of the fold.
 * Raises ERRCODE_GV_UNKNOWN_SCHEME and ERRCODE_GV_UNKNOWN_ACCOUNT.
 */
Datum
governance_timeline(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Scheme	   *scheme;
	TimestampTz ended;
	Trace	   *trace;
	int64		account_id;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	require_select("standing");
	rulebook_refresh();
	ledger_read_enter();
	scheme = trace_scheme(text_to_cstring(PG_GETARG_TEXT_PP(1)), false, &ended);
	trace = trace_account(account_id, scheme, ended);
	for (int i = 0; i < trace->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_effect(result, account_id, scheme, trace, &trace->effects[i]);
	}
	ledger_read_leave();
	return (Datum) 0;
}
