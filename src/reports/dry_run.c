/*
 * dry_run.c
 *		governance.dry_run(): what a policy document would do with events that
 *		never happened.
 *
 * No table is read or written, so that a document can be tried while it is
 * being written.  The same fold runs here as under the triggers.
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "errors.h"
#include "points.h"
#include "reports/dry_run_events.h"
#include "reports/laws.h"
#include "rulebook/compile.h"
#include "rulebook/compile_span.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_dry_run);

#define NCOLUMNS 10

/* Rows that time alone brings after the last event, when no end is given. */
#define MAX_ROWS_AFTER 1000

typedef struct DryRun
{
	DryEvents	given;
	EngineState *state;
	Tuplestorestate *tuples;
	TupleDesc	desc;
	int64		rows;
} DryRun;

/* ---------- rows ---------- */

/*
 * Details stand one behind the other; nothing is added where there is no text.
 */
static void
add_detail(StringInfo out, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (out->len > 0)
		appendStringInfoString(out, "; ");
	appendStringInfoString(out, text);
}

/* The terms that were put on a sanction. */
static void
add_terms(StringInfo out, const Policy *policy, const Effect *effect)
{
	const Rung *rung = effect->rung >= 0 ? &policy->rungs[effect->rung] : NULL;

	for (int t = 0; rung != NULL && effect->terms != NULL && t < rung->nterms; t++)
	{
		const ExprValue *v = &effect->terms[t];

		add_detail(out, v->isnull ? psprintf("%s null", rung->terms[t].name) :
				   v->type == EXPR_TEXT ? psprintf("%s %s", rung->terms[t].name, v->text) :
				   v->type == EXPR_BOOLEAN ?
				   psprintf("%s %s", rung->terms[t].name, v->number != 0 ? "true" : "false") :
				   psprintf("%s %.10g", rung->terms[t].name, v->number));
	}
}

/* A length that was chosen must be one that what is opened leaves open. */
static void
check_length_taken(const DryRun *run, const Effect *effect)
{
	const EngineEvent *event = dry_event_find(&run->given, effect->entry, EVENT_VIOLATION);
	const Rung *rung = &run->given.policy->rungs[effect->rung];
	const SpanCase *range = NULL;

	if (event == NULL || span_is_zero(&event->length) || rung->mode == RUNG_WHILE ||
		run->given.policy->apply_all)
		return;
	if (!engine_length_open(rung, &event->length, event->key.at, run->given.policy->zone, &range))
		dry_event_fail_length("events", event, run->given.policy, effect->rung, range);
}

/* What there is to say of a step beside its figures; null: nothing. */
static char *
effect_detail(const DryRun *run, const Effect *effect)
{
	const Policy *policy = run->given.policy;
	const EngineEvent *event;
	StringInfoData out;

	initStringInfo(&out);
	switch (effect->kind)
	{
		case EFFECT_VIOLATION:
			event = dry_event_find(&run->given, effect->entry, EVENT_VIOLATION);
			if (event != NULL)
				add_detail(&out, policy->rules[event->rule].code);
			break;
		case EFFECT_ACTIVITY:
			event = dry_event_find(&run->given, effect->entry, EVENT_ACTIVITY);
			if (event != NULL)
				add_detail(&out, policy->activities[event->activity]);
			break;
		case EFFECT_SANCTION_START:
		case EFFECT_SANCTION_EXTEND:
			add_terms(&out, policy, effect);
			break;
		default:
			break;
	}
	if (effect->kind == EFFECT_SANCTION_START)
		check_length_taken(run, effect);
	if (effect->relief >= 0)
		add_detail(&out, policy->reliefs[effect->relief].name);
	add_detail(&out, effect->modifiers);
	add_detail(&out, effect->detail);
	if ((effect->kind == EFFECT_SANCTION_END || effect->kind == EFFECT_SANCTION_RELEASE) &&
		effect->reason != RELEASE_NONE)
		add_detail(&out, release_reason_name(effect->reason));
	return out.len > 0 ? out.data : NULL;
}

/* Called by the fold for each step: puts it into a row. */
static void
row_for_effect(void *arg, const Effect *effect)
{
	DryRun	   *run = arg;
	Datum		values[NCOLUMNS] = {0};
	bool		nulls[NCOLUMNS] = {0};
	bool		sanction = effect->sanction != 0;
	char	   *detail = effect_detail(run, effect);

	values[0] = TimestampTzGetDatum(effect->at);
	values[1] = CStringGetTextDatum(effect_word(effect->kind));
	values[2] = Int64GetDatum(effect->entry);
	nulls[2] = effect->entry == 0;
	values[3] = points_numeric(effect->delta);
	nulls[3] = effect->delta == 0 && effect->kind != EFFECT_VIOLATION &&
		effect->kind != EFFECT_ACTIVITY;
	if (credit_score_valid(effect->score, effect->cap))
		values[4] = CreditScoreGetDatum(credit_score_make(effect->score, effect->cap));
	else
		nulls[4] = true;
	values[5] = SanctionTierGetDatum(effect->tier);
	if (effect->rung >= 0)
		values[6] = CStringGetTextDatum(run->given.policy->rungs[effect->rung].code);
	else
		nulls[6] = true;
	values[7] = TimestampTzGetDatum(effect->starts);
	values[8] = TimestampTzGetDatum(effect->ends);
	nulls[7] = nulls[8] = !sanction;
	if (detail != NULL)
		values[9] = CStringGetTextDatum(detail);
	else
		nulls[9] = true;
	tuplestore_putvalues(run->tuples, run->desc, values, nulls);
	run->rows++;
}

/* ---------- the function ---------- */

/*
 * Folds the events from the beginning of the account on.  Until an end (ends:
 * until is one), or else on until nothing changes any more, at most so many
 * rows later.
 */
static void
run_events(DryRun *run, TimestampTz until, bool ends, bool checked)
{
	const Policy *policy = run->given.policy;
	EngineTrace trace = {run, row_for_effect, .passed = true};
	EngineState *plain = NULL;
	EngineState *apart = NULL;
	TimestampTz start = run->given.first == DT_NOEND ? until : run->given.first;
	uint32		seed = 42;

	if (TIMESTAMP_NOT_FINITE(start))
		return;
	if (run->given.opened == DT_NOBEGIN)
		run->given.opened = start;
	start = dry_events_begin(&run->given, start);
	run->state = engine_init(policy, 1, run->given.opened, start, run->given.facts, NULL, 0,
							 &trace);
	if (checked)
	{
		plain = engine_copy(policy, run->state);
		apart = engine_copy(policy, run->state);
	}
	for (int i = 0; i < run->given.nevents; i++)
	{
		const EngineEvent *event = &run->given.events[i];

		CHECK_FOR_INTERRUPTS();
		if (ends && event->key.at > until)
			break;
		if (checked)
		{
			laws_check(policy, plain, event->key.at, &seed);
			engine_advance(policy, plain, event->key.at, NULL);
		}
		engine_advance(policy, run->state, event->key.at, &trace);
		if (checked)
			laws_equal(policy, run->state, plain, "traced and not, after time");
		engine_apply(policy, run->state, event, &trace);
		if (checked)
		{
			engine_apply(policy, plain, event, NULL);
			apart = laws_settled(policy, apart);
			engine_apply(policy, apart, event, NULL);
			laws_equal(policy, plain, apart, "settled and not, after an event");
			laws_equal(policy, run->state, plain, "traced and not, after an event");
		}
	}
	if (ends)
	{
		if (checked)
			laws_check(policy, plain, until, &seed);
		engine_advance(policy, run->state, until, &trace);
	}
	else
	{
		int64		rows;

		engine_advance(policy, run->state, run->given.last, &trace);
		rows = run->rows;
		while (run->rows < rows + MAX_ROWS_AFTER)
		{
			TimestampTz change = engine_next_change(policy, run->state);

			CHECK_FOR_INTERRUPTS();
			if (change == DT_NOEND)
				break;
			if (checked)
				laws_check(policy, run->state, change, &seed);
			engine_advance(policy, run->state, change, &trace);
		}
	}
}

/*
 * dry_run(document, events, until, checked): see the comment of the SQL
 * function. checked also holds the laws of the fold against each state, which
 * tests do.
 */
Datum
governance_dry_run(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		checked = PG_ARGISNULL(3) ? false : PG_GETARG_BOOL(3);
	bool		ends = !PG_ARGISNULL(2);
	TimestampTz until = ends ? PG_GETARG_TIMESTAMPTZ(2) : DT_NOEND;
	DryRun		run = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("there is no policy document to try"),
				 errhint("Give one, for example governance.pack('douyin.health').")));
	InitMaterializedSRF(fcinfo, 0);
	run.tuples = rsinfo->setResult;
	run.desc = rsinfo->setDesc;
	run.given.policy = policy_compile(PG_GETARG_JSONB_P(0), 0, CurrentMemoryContext);
	if (PG_ARGISNULL(1))
		return (Datum) 0;
	dry_events_read(&run.given, PG_GETARG_JSONB_P(1));
	dry_events_order(&run.given);
	if (ends && until == DT_NOEND)
		ends = false;
	run_events(&run, until, ends, checked);
	return (Datum) 0;
}
