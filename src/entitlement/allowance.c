/*
 * allowance.c
 *		allowance(): what an account may still use, rule by rule.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "entitlement/columns.h"
#include "errors.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_allowance);

#define EQ " OPERATOR(pg_catalog.=) "

/* What withholds it, whatever documents say. */
static KeptPlan withheld_plan = {
	"SELECT r.scheme, r.rung, r.until FROM governance.restrictions($1, $3) r WHERE r.capability" EQ "$2"
	" AND r.scheme OPERATOR(pg_catalog.<>) 'switch' ORDER BY r.until, r.scheme COLLATE pg_catalog.\"C\"",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* The columns, in their order. */
enum
{
	A_ENTITLEMENT, A_RULE, A_KIND, A_TITLE, A_UNIT, A_LIMIT, A_PER, A_USED, A_RESERVED, A_GRANTED,
	A_REMAINING, A_RESETS, A_ALLOWED, A_WARNING, A_UNTIL, A_AGAIN, A_BECAUSE, A_CONSENT, A_COLUMNS
};

/* A row that is being filled. */
typedef struct AllowanceRow
{
	Datum		values[A_COLUMNS];
	bool		nulls[A_COLUMNS];
} AllowanceRow;

/* A value of it. */
static void
put(AllowanceRow *row, int number, Datum value)
{
	row->values[number] = value;
	row->nulls[number] = false;
}

/* A text; null: none. */
static void
put_text(AllowanceRow *row, int number, const char *value)
{
	if (value != NULL)
		put(row, number, CStringGetTextDatum(value));
}

/* An amount in a unit; AMOUNT_NONE: none. */
static void
put_amount(AllowanceRow *row, int number, int64 amount, int64 scale)
{
	if (amount != AMOUNT_NONE)
		put(row, number, amount_numeric(amount, scale));
}

/* An instant; DT_NOEND: none. */
static void
put_instant(AllowanceRow *row, int number, TimestampTz at)
{
	if (at != DT_NOEND)
		put(row, number, TimestampTzGetDatum(at));
}

/* A list of texts; empty: none. */
static void
put_list(AllowanceRow *row, int number, const char *const *texts, int n)
{
	Datum		value;

	if (text_list(texts, n, &value))
		put(row, number, value);
}

/* Into the result, and begun anew. */
static void
finish(ReturnSetInfo *result, AllowanceRow *row)
{
	tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
}

/* The word of a kind of rule. */
static const char *
kind_word(RuleKind kind)
{
	static const char *const words[] = {
		[RULE_GATE] = "gate", [RULE_SWITCH] = "switch", [RULE_HOURS] = "hours", [RULE_USE] = "use",
		[RULE_APART] = "apart", [RULE_LOCK] = "lock", [RULE_WINDOW] = "window", [RULE_ROLLING] = "rolling",
		[RULE_DURING] = "during", [RULE_REST] = "rest", [RULE_HELD] = "held", [RULE_BUCKET] = "bucket",
		[RULE_SESSION] = "session"
	};

	return words[kind];
}

/* A span as the server writes intervals. */
static char *
span_words(const Span *span)
{
	Interval	interval = {.time = span->usecs, .day = span->days, .month = span->months};

	return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(&interval)));
}

/* What a limit is counted in. */
static const char *
per_text(const UsageLimit *limit)
{
	static const char *const units[] = {
		[UNIT_DAY] = "day", [UNIT_WEEK] = "week", [UNIT_MONTH] = "month", [UNIT_QUARTER] = "quarter", [UNIT_YEAR] = "year"
	};
	Span		slice = {.usecs = limit->slice};

	switch (limit->frame)
	{
		case FRAME_USE:
			return "use";
		case FRAME_SESSION:
			return limit->session != NULL ? psprintf("session of %s", limit->session) : "session";
		case FRAME_WINDOW:
			return limit->window == WINDOW_UNIT ? units[limit->unit] :
				limit->window == WINDOW_SLICE ? span_words(&slice) : "cycle";
		case FRAME_FIRST_USE:
			return psprintf("%s from the first use", span_words(&limit->length));
		case FRAME_WITHIN:
			return span_words(&limit->length);
		case FRAME_DURING:
			return "interval";
		case FRAME_SINCE:
			return "rest";
		case FRAME_REFILL:
			return span_words(&limit->refill_span);
		case FRAME_HELD:
			break;
	}
	return NULL;
}

/* One rule of one document. */
static void
put_rule(AllowanceRow *row, const MeterRow *rule, const Question *question)
{
	int64		scale = rule->place != NULL ? rule->place->unit_size : question->unit_size;

	put_text(row, A_ENTITLEMENT, rule->document);
	put_text(row, A_RULE, rule->rule);
	put_text(row, A_KIND, kind_word(rule->kind));
	put_text(row, A_TITLE, rule->title);
	if (rule->limit != NULL)
	{
		/* What is not measured by amounts has no unit. */
		if (rule->limit->measure == MEASURE_AMOUNT)
			put_text(row, A_UNIT, rule->place != NULL ? rule->place->unit : question->unit);
		put_amount(row, A_LIMIT, rule->limit_amount, scale);
		put_text(row, A_PER, per_text(rule->limit));
		put_amount(row, A_USED, rule->used, scale);
		put_amount(row, A_RESERVED, rule->reserved, scale);
		put_amount(row, A_GRANTED, rule->granted, scale);
		put_amount(row, A_REMAINING, rule->remaining, scale);
		put_instant(row, A_RESETS, rule->resets_at);
	}
	put(row, A_ALLOWED, BoolGetDatum(rule->allowed));
	put(row, A_WARNING, BoolGetDatum(rule->warning));
	if (rule->allowed)
		put_instant(row, A_UNTIL, rule->until);
	else
		put_instant(row, A_AGAIN, rule->again);
	put_list(row, A_CONSENT, rule->consents, rule->nconsents);
}

/* All together; of what is withheld nobody knows when again. */
static void
put_all(AllowanceRow *row, const Question *question)
{
	const MeterAnswer *answer = question->answer;
	const char *withheld = "withheld";

	put_text(row, A_UNIT, question->unit);
	put(row, A_ALLOWED, BoolGetDatum(question->allowed));
	put(row, A_WARNING, BoolGetDatum(answer != NULL && answer->nwarnings > 0));
	if (answer != NULL)
	{
		put_amount(row, A_REMAINING, answer->remaining, question->unit_size);
		if (question->allowed)
			put_instant(row, A_UNTIL, answer->until);
		else if (!question->withheld)
			put_instant(row, A_AGAIN, answer->again);
		put_list(row, A_CONSENT, answer->consents, answer->nconsents);
	}
	if (answer != NULL && answer->nbecause > 0 && (!question->withheld || !answer->allowed))
		put_list(row, A_BECAUSE, answer->because, answer->nbecause);
	else if (question->withheld)
		put_list(row, A_BECAUSE, &withheld, 1);
}

/* A row for each sanction, or other ground, that withholds it. */
static void
put_withheld(ReturnSetInfo *result, AllowanceRow *row, const Question *question)
{
	Datum		values[3];
	uint64		nrows;

	values[0] = Int64GetDatum(question->account_id);
	values[1] = PointerGetDatum(question->capability);
	values[2] = TimestampTzGetDatum(question->at);
	nrows = plan_execute(&withheld_plan, values, NULL, question->mode);
	for (uint64 i = 0; i < nrows; i++)
	{
		const char *scheme = column_text(i, 1);
		const char *rung = column_text(i, 2);

		put_text(row, A_RULE, rung == NULL ? scheme : psprintf("%s.%s", scheme, rung));
		put_text(row, A_KIND, "sanction");
		put(row, A_ALLOWED, BoolGetDatum(false));
		put(row, A_WARNING, BoolGetDatum(false));
		put_instant(row, A_AGAIN, column_instant(i, 3, DT_NOEND));
		finish(result, row);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* allowance(account_id, capability, amount, at, counterpart, context) */
Datum
governance_allowance(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Question	question = {0};
	AllowanceRow row;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		return (Datum) 0;
	question.account_id = PG_GETARG_INT64(0);
	question.capability = PG_GETARG_TEXT_PP(1);
	question.amount = PG_ARGISNULL(2) ? NULL : PG_GETARG_NUMERIC(2);
	question.at = PG_GETARG_TIMESTAMPTZ(3);
	question.counterpart = ARGUMENT_INT8(4);
	question.context = ARGUMENT_JSONB(5);
	question.mode = PLAN_READ;
	if (TIMESTAMP_NOT_FINITE(question.at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a finite instant", "at")));
	memset(row.values, 0, sizeof(row.values));
	memset(row.nulls, true, sizeof(row.nulls));
	rulebook_refresh();
	ledger_read_enter();
	question_begin(&question, NULL);
	/* of time without an amount it is about a session that begins then */
	question.session = question.is_time && question.amount == NULL;
	question_ask(&question);
	put_all(&row, &question);
	finish(result, &row);
	if (question.withheld)
		put_withheld(result, &row, &question);
	for (int i = 0; question.answer != NULL && i < question.answer->nrows; i++)
	{
		put_rule(&row, &question.answer->rows[i], &question);
		finish(result, &row);
	}
	ledger_read_leave();
	return (Datum) 0;
}
