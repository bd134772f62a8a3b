/*
 * trace.c
 *		Folds one account's history and keeps what happened on the way.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "reports/reports.h"
#include "reports/trace.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

static void
add_effect(void *arg, const Effect *effect)
{
	Trace	   *trace = arg;

	if (trace->n == trace->max)
	{
		trace->max = Max(64, trace->max * 2);
		trace->effects = trace->effects == NULL
			? palloc(sizeof(TracedEffect) * trace->max)
			: repalloc_huge(trace->effects, sizeof(TracedEffect) * trace->max);
	}
	trace->effects[trace->n].effect = *effect;
	trace->effects[trace->n].policy = rulebook_policy(effect->policy_id);
	trace->effects[trace->n].expected = effect->at > GetCurrentTransactionStartTimestamp();
	trace->n++;
}

Trace *
trace_account(int64 account_id, Scheme *scheme)
{
	Trace	   *trace = palloc0(sizeof(Trace));
	EngineTrace callback = {trace, add_effect};
	EngineState *future;

	trace->scheme = scheme;
	trace->history = history_load(&account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES, LEDGER_READ);
	if (!trace->history->exists)
		require_account(account_id);
	trace->state = ledger_fold(scheme, NULL, trace->history, DT_NOEND, DT_NOEND, &callback);
	if (trace->state != NULL)
	{
		future = engine_copy(rulebook_policy(trace->state->policy_id), trace->state);
		ledger_advance(scheme, NULL, &future, trace->history, DT_NOEND, &callback);
	}
	return trace;
}

const ViolationRow *
trace_violation(const Trace *trace, int64 id)
{
	for (int i = 0; i < trace->history->nviolations; i++)
		if (trace->history->violations[i].violation_id == id)
			return &trace->history->violations[i];
	return NULL;
}

const ActivityRow *
trace_activity(const Trace *trace, int64 id)
{
	for (int i = 0; i < trace->history->nactivities; i++)
		if (trace->history->activities[i].activity_id == id)
			return &trace->history->activities[i];
	return NULL;
}

int64
trace_cause(const Trace *trace, int64 sanction)
{
	for (int i = 0; i < trace->n; i++)
		if (trace->effects[i].effect.kind == EFFECT_SANCTION_START &&
			trace->effects[i].effect.sanction == sanction)
			return trace->effects[i].effect.entry;
	return 0;
}

const char *
trace_rung(const Trace *trace, int64 sanction)
{
	for (int i = 0; i < trace->n; i++)
		if (trace->effects[i].effect.kind == EFFECT_SANCTION_START &&
			trace->effects[i].effect.sanction == sanction)
			return trace->effects[i].policy->rungs[trace->effects[i].effect.rung].code;
	return NULL;
}

const char *
effect_name(EffectKind kind)
{
	switch (kind)
	{
		case EFFECT_VIOLATION:
			return "violation";
		case EFFECT_ACTIVITY:
			return "activity";
		case EFFECT_ATTRIBUTE:
			return "attribute";
		case EFFECT_REFUND:
			return "refund";
		case EFFECT_EXPIRY:
			return "expiry";
		case EFFECT_RECOVERY:
			return "recovery";
		case EFFECT_BOUNDARY:
			return "boundary";
		case EFFECT_RELIEF_SANCTION:
			return "relief";
		case EFFECT_SANCTION_START:
		case EFFECT_SANCTION_BEGIN:
			return "sanction starts";
		case EFFECT_SANCTION_EXTEND:
			return "sanction changes";
		case EFFECT_SANCTION_END:
			return "sanction ends";
		case EFFECT_SANCTION_RELEASE:
			return "sanction released";
		case EFFECT_HANDOVER:
			return "new version";
		case EFFECT_OPENING:
			return "opening balance";
	}
	return "unknown";
}
