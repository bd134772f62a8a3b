/*
 * use.c
 *		use(), try_use(), use_many() and reserve(): something is used, if it may be.
 *
 * First what decides is locked, then it is read, then the use is written: so twenty
 * at once under a limit of three are three.  A refusal writes nothing.
 */
#include "postgres.h"

#include "compat.h"
#include "db/identity.h"
#include "db/owner.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "entitlement/refuse.h"
#include "entitlement/use.h"
#include "entitlement/usage_row.h"
#include "errors.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_use);
PG_FUNCTION_INFO_V1(governance_try_use);
PG_FUNCTION_INFO_V1(governance_use_many);
PG_FUNCTION_INFO_V1(governance_reserve);

/* An instant moved by a span, in the zone of the session. */
TimestampTz
span_after(TimestampTz at, const Span *span)
{
	Interval	interval = {.time = span->usecs, .day = span->days, .month = span->months};

	if (span->forever)
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(at),
												   IntervalPGetDatum(&interval)));
}

/* An instant moved back by one. */
static TimestampTz
span_before(TimestampTz at, const Span *span)
{
	Span		back = {-span->months, -span->days, -span->usecs, false};

	return span->forever ? DT_NOBEGIN : span_after(at, &back);
}

/* What a capability's documents say by convention; the longest counts. */
static TimestampTz
remembered_since(const Question *question)
{
	Span		month = {.days = 30};
	TimestampTz since = span_before(GetCurrentTimestamp(), &month);

	for (int i = 0; i < question->view.n; i++)
		if (question->view.in_force[i].capability != NULL)
			since = Min(since, span_before(GetCurrentTimestamp(),
										   &question->view.in_force[i].capability->conventions.ref_span));
	return since;
}

/* The shortest reservation that a document allows. */
static TimestampTz
reservation_lapses(const Question *question)
{
	Span		minutes = {.usecs = 10 * USECS_PER_MINUTE};
	TimestampTz lapses = DT_NOEND;

	for (int i = 0; i < question->view.n; i++)
		if (question->view.in_force[i].capability != NULL && !question->view.in_force[i].trial)
			lapses = Min(lapses, span_after(question->at,
											&question->view.in_force[i].capability->conventions.reservation));
	return lapses == DT_NOEND ? span_after(question->at, &minutes) : lapses;
}

/* May less pass than is asked for? */
static bool
may_be_cut(const Question *question)
{
	for (int i = 0; i < question->view.n; i++)
	{
		const InForce *in_force = &question->view.in_force[i];

		if (in_force->capability == NULL)
			continue;
		for (int j = 0; j < in_force->capability->nlimits; j++)
			if (in_force->capability->limits[j].conventions.clip)
				return true;
		for (int p = 0; p < in_force->capability->npools; p++)
			if (in_force->document->pools[in_force->capability->pools[p]].conventions.clip)
				return true;
	}
	return false;
}

/*
 * A reference that is there already is answered from its row: the same request is the
 * same use.
 */
static int64
use_by_ref(const Question *question, text *ref)
{
	UsageEntry	entry;

	if (ref == NULL ||
		!usage_by_ref(question->account_id, ref, remembered_since(question), &entry))
		return 0;
	if (strcmp(entry.capability, question->name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_REFERENCE_USED),
				 errmsg("reference \"%s\" of account %lld was used for \"%s\", not for \"%s\"", text_to_cstring(ref),
						(long long) question->account_id, entry.capability, question->name),
				 errhint("Name each use by a reference of its own.")));
	if (entry.session_id == 0 && (strcmp(entry.entry, "reserve") == 0) != question->reserve)
		ereport(ERROR,
				(errcode(ERRCODE_GV_REFERENCE_USED),
				 question->reserve ? errmsg("reference \"%s\" of account %lld is that of a use", text_to_cstring(ref), (long long) question->account_id) :
				 errmsg("reference \"%s\" of account %lld is that of a reservation", text_to_cstring(ref), (long long) question->account_id),
				 errhint("Name each use by a reference of its own.")));
	if (entry.session_id == 0 && entry.amount != question->wanted &&
		!(entry.amount < question->wanted && may_be_cut(question)))
		ereport(ERROR,
				(errcode(ERRCODE_GV_REFERENCE_USED),
				 errmsg("reference \"%s\" of account %lld was used with amount %s, not %s", text_to_cstring(ref),
						(long long) question->account_id,
						DatumGetCString(DirectFunctionCall1(numeric_out, amount_numeric(entry.amount, question->unit_size))),
						DatumGetCString(DirectFunctionCall1(numeric_out, amount_numeric(question->wanted, question->unit_size)))),
				 errhint("Name each use by a reference of its own.")));
	return entry.use_id;
}

/* The row of a use that is allowed. */
static int64
write_use(const Question *question, text *ref, int64 amount)
{
	UsageEntry	entry = {
		.account_id = question->account_id, .entry = question->reserve ? "reserve" : "use",
		.capability = question->name, .amount = amount, .is_time = question->is_time,
		.used_at = question->at, .from = DT_NOBEGIN, .ref = ref,
		.counterpart = question->counterpart, .place = question->place, .context = question->context,
		.lapses = DT_NOEND, .settles = DT_NOBEGIN,
		.nwould_refuse = question->nwould_refuse, .would_refuse = question->would_refuse
	};

	if (question->reserve)
		entry.lapses = reservation_lapses(question);
	if (question->answer != NULL)
	{
		if (question->answer->settles > question->at && question->answer->settles != DT_NOEND)
			entry.settles = question->answer->settles;
		entry.ngrants = question->answer->ngrants;
		entry.grants = question->answer->grants;
		entry.grant_amounts = question->answer->grant_amounts;
	}
	return usage_write(&entry);
}

/* Within ledger_enter(). */
int64
use_locked(Question *question, CounterKeys *keys, text *ref, int64 *used)
{
	int64		use_id = use_by_ref(question, ref);

	*used = 0;
	question_ask(question);
	if (use_id != 0)
	{
		question->allowed = true;
		return use_id;
	}
	if (!question->allowed)
		return 0;
	*used = question->answer != NULL && !question->answer->silent ? question->answer->amount : question->wanted;
	use_id = write_use(question, ref, *used);
	counters_used(keys, GetCurrentTimestamp());
	return use_id;
}

/* One use needs an amount: one unit where none is named. */
static void
use_amount(Question *question)
{
	if (question->amount == NULL)
		question->amount = int64_to_numeric(1);
}

/* Within ledger_enter(); now: at is the clock's. */
int64
use_one(Question *question, text *ref, bool now, int64 *used)
{
	CounterKeys keys = {0};
	int64		use_id;

	use_amount(question);
	question->mode = PLAN_FRESH;
	question_begin(question, &keys);
	question_lock(question, &keys, now);
	use_id = use_locked(question, &keys, ref, used);
	question_unlock();
	return use_id;
}

/* The arguments of use(), try_use() and reserve(): they are the same. */
static void
use_arguments(FunctionCallInfo fcinfo, Question *question, bool *now)
{
	static const int numbers[] = {0, 1};
	static const char *const names[] = {"account_id", "capability"};

	require_arguments(fcinfo, numbers, names, 2);
	memset(question, 0, sizeof(Question));
	question->account_id = PG_GETARG_INT64(0);
	question->capability = PG_GETARG_TEXT_PP(1);
	question->amount = PG_ARGISNULL(2) ? NULL : PG_GETARG_NUMERIC(2);
	question->at = instant_argument(fcinfo, 4, now);
	question->counterpart = ARGUMENT_INT8(5);
	question->context = ARGUMENT_JSONB(6);
}

/* use() and reserve(): what is refused is an error. */
static int64
use_or_refuse(FunctionCallInfo fcinfo, bool reserve)
{
	Question	question;
	Identity	identity;
	int64		use_id;
	int64		used;
	bool		now;

	use_arguments(fcinfo, &question, &now);
	question.reserve = reserve;
	rulebook_refresh();
	ledger_enter(&identity);
	use_id = use_one(&question, ref_argument(fcinfo, 3), now, &used);
	if (use_id == 0)
		refuse_use(&question, may_tell("usage"), NULL);
	ledger_leave(&identity);
	return use_id;
}

/* use(account_id, capability, amount, ref, at, counterpart, context) */
Datum
governance_use(PG_FUNCTION_ARGS)
{
	return Int64GetDatum(use_or_refuse(fcinfo, false));
}

/* reserve(...), likewise: it is held, and committed, given up or lost later. */
Datum
governance_reserve(PG_FUNCTION_ARGS)
{
	return Int64GetDatum(use_or_refuse(fcinfo, true));
}

/* try_use(...): a row instead of an error. */
Datum
governance_try_use(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext old;
	TupleDesc	desc;
	Question	question;
	Identity	identity;
	int64		use_id;
	int64		used;
	bool		now;
	HeapTuple	row;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	use_arguments(fcinfo, &question, &now);
	rulebook_refresh();
	ledger_enter(&identity);
	use_id = use_one(&question, ref_argument(fcinfo, 3), now, &used);
	old = MemoryContextSwitchTo(context);
	row = call_row(&question, desc, use_id, used);
	MemoryContextSwitchTo(old);
	ledger_leave(&identity);
	return HeapTupleGetDatum(row);
}

/* ---------- many ---------- */

/* One of the uses of use_many(). */
typedef struct ManyUse
{
	int			place;			/* in the arrays */
	Question	question;
	text	   *ref;
	CounterKeys keys;
} ManyUse;

/* The items of an array argument; null: there is none. */
static Datum *
array_argument(FunctionCallInfo fcinfo, int n, Oid type, int wanted, bool **nulls)
{
	Datum	   *values;
	int			nvalues;
	int16		length;
	bool		by_value;
	char		align;
	ArrayType  *array;

	if (PG_ARGISNULL(n))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(n);
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &values, nulls, &nvalues);
	if (nvalues != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the arrays have %d and %d items", wanted, nvalues)));
	return values;
}

/* By account, so that statements that use for several take turns in one order. */
static int
many_cmp(const void *a, const void *b)
{
	const ManyUse *ma = a;
	const ManyUse *mb = b;
	int			cmp = cmp_int64(ma->question.account_id, mb->question.account_id);

	return cmp != 0 ? cmp : ma->place - mb->place;
}

/*
 * All counters of all uses are locked first, in order; then each is asked and
 * written, so that one sees those before it.
 */
static void
use_all(ManyUse *uses, int n, bool now, int64 *ids)
{
	CounterKeys all = {0};

	qsort(uses, n, sizeof(ManyUse), many_cmp);
	for (int i = 0; i < n; i++)
	{
		Question   *question = &uses[i].question;

		use_amount(question);
		question->mode = PLAN_FRESH;
		question_begin(question, &uses[i].keys);
		for (int j = 0; j < uses[i].keys.n; j++)
			counter_add(&all, uses[i].keys.list[j].account_id, uses[i].keys.list[j].counter, uses[i].keys.list[j].key);
	}
	if (n == 0)
		return;
	counters_lock(&all);
	for (int i = 0; i < n; i++)
	{
		int64		used;

		question_lock(&uses[i].question, &uses[i].keys, now);
		ids[uses[i].place] = use_locked(&uses[i].question, &uses[i].keys, uses[i].ref, &used);
		question_unlock();
		if (ids[uses[i].place] == 0)
			refuse_use(&uses[i].question, may_tell("usage"), NULL);
	}
}

/*
 * use_many(account_ids, capabilities, amounts, refs, at): all or none, and the ids in
 * the order of the arrays.
 */
Datum
governance_use_many(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1};
	static const char *const names[] = {"account_ids", "capabilities"};
	MemoryContext context = CurrentMemoryContext;
	MemoryContext old;
	Identity	identity;
	bool		now;
	TimestampTz at = instant_argument(fcinfo, 4, &now);
	int			n;
	bool	   *nulls[4] = {NULL, NULL, NULL, NULL};
	Datum	   *columns[4];
	ManyUse    *uses;
	int64	   *ids;
	Datum		result;

	require_arguments(fcinfo, numbers, names, 2);
	n = ArrayGetNItems(ARR_NDIM(PG_GETARG_ARRAYTYPE_P(0)), ARR_DIMS(PG_GETARG_ARRAYTYPE_P(0)));
	columns[0] = array_argument(fcinfo, 0, INT8OID, n, &nulls[0]);
	columns[1] = array_argument(fcinfo, 1, TEXTOID, n, &nulls[1]);
	columns[2] = array_argument(fcinfo, 2, NUMERICOID, n, &nulls[2]);
	columns[3] = array_argument(fcinfo, 3, TEXTOID, n, &nulls[3]);
	uses = palloc0(sizeof(ManyUse) * Max(n, 1));
	ids = palloc0(sizeof(int64) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		if (nulls[0][i] || nulls[1][i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not hold null", nulls[0][i] ? names[0] : names[1])));
		uses[i].place = i;
		uses[i].question.account_id = DatumGetInt64(columns[0][i]);
		uses[i].question.capability = DatumGetTextPP(columns[1][i]);
		uses[i].question.amount = columns[2] == NULL || nulls[2][i] ? NULL : DatumGetNumeric(columns[2][i]);
		uses[i].question.at = at;
		uses[i].ref = columns[3] == NULL || nulls[3][i] ? NULL : ref_checked(DatumGetTextPP(columns[3][i]));
	}
	rulebook_refresh();
	ledger_enter(&identity);
	use_all(uses, n, now, ids);
	old = MemoryContextSwitchTo(context);
	result = int8_array(ids, n);
	MemoryContextSwitchTo(old);
	ledger_leave(&identity);
	return result;
}
