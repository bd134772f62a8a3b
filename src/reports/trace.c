/*
 * trace.c
 *		Folds one account's history and keeps what happened on the way.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "reports/trace.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* What was on trial under a name is no scheme any more; its version is there. */
static KeptPlan ended_trial_plan = {
	"SELECT p.policy_id, p.scheme, pg_catalog.lower(p.tried), pg_catalog.upper(p.tried),"
	" pg_catalog.isempty(p.tried)"
	" FROM governance.policy p WHERE p.policy_id" EQ "$1 AND p.scheme" EQ "$2"
	" AND p.status OPERATOR(pg_catalog.<>) 'draft'",
	2, {INT8OID, TEXTOID}
};

/*
 * What was on trial under a name such as "scheme@12", as a scheme of one version;
 * null: no trial was.  See trace_scheme().
 */
static Scheme *
ended_trial(const char *name, bool whole, TimestampTz *ended)
{
	MemoryContext context = CurrentMemoryContext;
	const char *at = strrchr(name, '@');
	char	   *end;
	Datum		values[2];
	Scheme	   *trial = NULL;

	if (at == NULL || at[1] < '1' || at[1] > '9')
		return NULL;
	errno = 0;
	values[0] = Int64GetDatum(strtoll(at + 1, &end, 10));
	if (errno != 0 || *end != '\0')
		return NULL;
	values[1] = PointerGetDatum(cstring_to_text_with_len(name, at - name));
	if (plan_execute(&ended_trial_plan, values, NULL, PLAN_READ) > 0)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		MemoryContext old = MemoryContextSwitchTo(context);
		bool		isnull;
		bool		empty;
		Datum		value;

		trial = palloc0(sizeof(Scheme));
		trial->name = pstrdup(name);
		trial->text = cstring_to_text(name);
		trial->trial_of = TextDatumGetCString(SPI_getbinval(tuple, desc, 2, &isnull));
		trial->tried = true;
		trial->nversions = 1;
		trial->versions = palloc0(sizeof(PolicyVersion));
		trial->versions->policy_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		trial->versions->status = POLICY_TRIAL;
		value = SPI_getbinval(tuple, desc, 5, &isnull);
		empty = isnull || DatumGetBool(value);
		value = SPI_getbinval(tuple, desc, 3, &isnull);
		trial->versions->from = empty || isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
		value = SPI_getbinval(tuple, desc, 4, &isnull);
		if (!empty && !isnull)
			*ended = DatumGetTimestampTz(value);
		trial->versions->to = whole ? DT_NOEND : *ended;
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
	return trial;
}

/* What is a scheme now comes first; the last look-up raises the error. */
Scheme *
trace_scheme(const char *name, bool whole, TimestampTz *ended)
{
	Scheme	   *scheme = rulebook_scheme(name, strlen(name), true);

	*ended = DT_NOEND;
	if (scheme == NULL)
		scheme = ended_trial(name, whole, ended);
	return scheme != NULL ? scheme : rulebook_scheme(name, strlen(name), false);
}

/* A callback of the fold: takes down one effect. */
static void
add_effect(void *arg, const Effect *effect)
{
	Trace	   *trace = arg;

	array_reserve(trace->effects, trace->max, trace->n + 1);
	trace->effects[trace->n].effect = *effect;
	trace->effects[trace->n].policy = rulebook_policy(effect->policy_id);
	trace->effects[trace->n].expected = effect->at > GetCurrentTransactionStartTimestamp();
	trace->n++;
}

/*
 * The fold goes on from a copy of the state, so that trace->state stays what it is
 * after the last event.
 */
Trace *
trace_account(int64 account_id, Scheme *scheme, TimestampTz ended)
{
	Trace	   *trace = palloc0(sizeof(Trace));
	EngineTrace callback = {trace, add_effect};
	EngineState *future;

	trace->scheme = scheme;
	trace->history = history_load(&account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES, PLAN_READ);
	if (!trace->history->exists)
		require_account(account_id);
	if (ended != DT_NOEND)
	{
		AccountHistory *history = trace->history;
		int			n = 0;

		/* What was revised after the trial did not reach its standings. */
		for (int i = 0; i < history->nrevisions; i++)
			if (history->revisions[i].decided < ended)
				history->revisions[n++] = history->revisions[i];
		history->nrevisions = n;
	}
	trace->state = ledger_fold(scheme, NULL, trace->history, DT_NOEND, DT_NOEND, &callback);
	if (trace->state == NULL)
	{
		/* Without an entry there may be something to tell all the same. */
		TimestampTz begin = ledger_begins(scheme, NULL, trace->history);

		if (begin != DT_NOEND)
			trace->state = ledger_begin(scheme, NULL, trace->history, begin, DT_NOEND, false,
										DT_NOEND, &callback);
	}
	if (trace->state != NULL)
	{
		future = engine_copy(rulebook_policy(trace->state->policy_id), trace->state);
		ledger_advance(scheme, NULL, &future, trace->history, DT_NOEND, &callback);
	}
	return trace;
}

/*
 * A history is loaded for one account, which has few rows: they are looked through.
 */
const ViolationRow *
trace_violation(const Trace *trace, int64 id)
{
	for (int i = 0; i < trace->history->nviolations; i++)
		if (trace->history->violations[i].violation_id == id)
			return &trace->history->violations[i];
	return NULL;
}

/* The same for an activity. */
const ActivityRow *
trace_activity(const Trace *trace, int64 id)
{
	for (int i = 0; i < trace->history->nactivities; i++)
		if (trace->history->activities[i].activity_id == id)
			return &trace->history->activities[i];
	return NULL;
}

/* The effect that opened the sanction says it. */
int64
trace_cause(const Trace *trace, int64 sanction)
{
	for (int i = 0; i < trace->n; i++)
		if (trace->effects[i].effect.kind == EFFECT_SANCTION_START &&
			trace->effects[i].effect.sanction == sanction)
			return trace->effects[i].effect.entry;
	return 0;
}

/* The effect that opened the sanction says it; null: none did. */
const char *
trace_rung(const Trace *trace, int64 sanction)
{
	for (int i = 0; i < trace->n; i++)
		if (trace->effects[i].effect.kind == EFFECT_SANCTION_START &&
			trace->effects[i].effect.sanction == sanction)
			return trace->effects[i].policy->rungs[trace->effects[i].effect.rung].code;
	return NULL;
}
