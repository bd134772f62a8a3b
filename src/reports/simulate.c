/*
 * simulate.c
 *		simulate_account() and simulate_range(): histories of accounts under a
 *		draft policy, beside how they stand.
 *
 * They read only, so that simulate() can spread the accounts over parallel
 * workers.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/stream.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "rulebook/cache.h"
#include "rulebook/compile.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_simulate_account);
PG_FUNCTION_INFO_V1(governance_simulate_range);

#define SIMULATE_COLUMNS 8

/* A range of time: from its start on, and before its end. */
typedef struct TimeRange
{
	bool		given;
	TimestampTz from;			/* DT_NOBEGIN: since ever */
	TimestampTz to;				/* DT_NOEND: for ever; of an empty one DT_NOBEGIN */
	char	   *text;
} TimeRange;

/* The draft, compiled once for all the rows of a query that have the same one. */
typedef struct Draft
{
	MemoryContext context;		/* all of it lives here */
	Jsonb	   *document;
	Policy	   *policy;
	TimeRange	over;			/* only violations of this time */
	TimeRange	in_force;		/* not given: it stands in for all versions */
} Draft;

/*
 * An argument that is a range, or null.  whole: it must be one in which a version
 * can be in force; raises ERRCODE_INVALID_PARAMETER_VALUE.
 */
static TimeRange
range_argument(FunctionCallInfo fcinfo, int number, bool whole)
{
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	TimeRange	range = {.from = DT_NOBEGIN, .to = DT_NOEND};
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	if (PG_ARGISNULL(number))
		return range;
	range.given = true;
	range.text = OidOutputFunctionCall(F_RANGE_OUT, PG_GETARG_DATUM(number));
	range_deserialize(typcache, PG_GETARG_RANGE_P(number), &lower, &upper, &empty);
	if (whole && (empty || (!upper.infinite && upper.inclusive) ||
				  (!lower.infinite && !lower.inclusive)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a policy cannot be in force during %s", range.text),
				 errdetail("The range must include its start and exclude its end."),
				 errhint("Write tstzrange(since, until).")));
	if (empty)
		range.to = DT_NOBEGIN;
	else
	{
		if (!lower.infinite)
			range.from = DatumGetTimestampTz(lower.val);
		if (!upper.infinite)
			range.to = DatumGetTimestampTz(upper.val);
	}
	return range;
}

/*
 * The draft of a call whose first argument is its document; over and in_force are
 * the numbers of the arguments that are ranges of time.  It is compiled when there
 * is another document than before, and kept with the call.
 */
static Draft *
draft_of_call(FunctionCallInfo fcinfo, int over, int in_force)
{
	Draft	   *draft = fcinfo->flinfo->fn_extra;
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	MemoryContext old;

	if (draft == NULL || VARSIZE(draft->document) != VARSIZE(document) ||
		memcmp(draft->document, document, VARSIZE(document)) != 0)
	{
		MemoryContext context;

		fcinfo->flinfo->fn_extra = NULL;
		if (draft != NULL)
			MemoryContextDelete(draft->context);
		context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "governance draft",
										ALLOCSET_DEFAULT_SIZES);
		old = MemoryContextSwitchTo(context);
		draft = palloc0(sizeof(Draft));
		draft->context = context;
		draft->document = (Jsonb *) PG_DETOAST_DATUM_COPY(JsonbPGetDatum(document));
		draft->policy = policy_compile(draft->document, 0, context);
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = draft;
	}
	draft->over = range_argument(fcinfo, over, false);
	draft->in_force = range_argument(fcinfo, in_force, true);
	return draft;
}

/*
 * The scheme as it would be with the draft in force, in the current context: what
 * policy_place() makes of the versions that overlap.  Raises
 * ERRCODE_GV_POLICY_IN_FORCE where that refuses.
 */
static Scheme *
with_draft(const Scheme *scheme, const Draft *draft, TimestampTz now)
{
	const TimeRange *in_force = &draft->in_force;
	Scheme	   *result = palloc(sizeof(Scheme));
	PolicyVersion place = {.status = POLICY_ACTIVE, .from = in_force->from, .to = in_force->to,
		.policy = draft->policy};
	int			at = 0;

	*result = *scheme;
	result->versions = palloc(sizeof(PolicyVersion) * (scheme->nversions + 1));
	result->nversions = 0;
	for (int i = 0; i < scheme->nversions; i++)
	{
		PolicyVersion version = scheme->versions[i];

		if (version.to > in_force->from && version.from < in_force->to)
		{
			if (version.from == in_force->from && version.from >= now && version.to <= in_force->to)
				continue;		/* it would have begun at the same instant */
			if (version.from >= in_force->from || in_force->from < now ||
				version.to > in_force->to)
				ereport(ERROR,
						(errcode(ERRCODE_GV_POLICY_IN_FORCE),
						 errmsg("scheme \"%s\" cannot have the draft in force during %s: policy %lld stands in the way",
								scheme->name, in_force->text, (long long) version.policy_id),
						 errhint("Give a range that publish() would take; the view governance.policies has the versions.")));
			version.to = in_force->from;
		}
		result->versions[result->nversions++] = version;
		if (version.from < in_force->from)
			at = result->nversions;
	}
	memmove(&result->versions[at + 1], &result->versions[at],
			sizeof(PolicyVersion) * (result->nversions - at));
	result->versions[at] = place;
	result->nversions++;
	return result;
}

/* Leaves only what happened in the time that the draft is tried over. */
static void
bound_history(AccountHistory *history, const Draft *draft)
{
	const TimeRange *over = &draft->over;
	int			n = 0;

	for (int i = 0; i < history->nviolations; i++)
		if (history->violations[i].occurred >= over->from &&
			history->violations[i].occurred < over->to)
			history->violations[n++] = history->violations[i];
	history->nviolations = n;
	n = 0;
	for (int i = 0; i < history->nactivities; i++)
		if (history->activities[i].occurred >= over->from &&
			history->activities[i].occurred < over->to)
			history->activities[n++] = history->activities[i];
	history->nactivities = n;
}

/* A sanction that opened on the way, as far as two policies can share it. */
typedef struct Opened
{
	int64		cause;			/* the violation; 0: none */
	int			tier;
} Opened;

typedef struct OpenedList
{
	int			n;
	int			max;
	Opened	   *items;
	Scheme	   *scheme;			/* whose version opens it */
	const Policy *policy;		/* the draft that stands in for all of them, or null */
} OpenedList;

/* A callback of the fold: takes down a sanction that opens. */
static void
note_opening(void *arg, const Effect *effect)
{
	OpenedList *list = arg;
	const Policy *policy;

	policy = list->policy != NULL ? list->policy : scheme_policy(list->scheme, effect->policy_id);
	array_reserve(list->items, list->max, list->n + 1);
	list->items[list->n].cause = effect->entry;
	list->items[list->n++].tier = policy->rungs[effect->rung].tier;
}

/*
 * How many sanctions of one list the other does not have: none there is for the
 * same violation and at least as severe.
 */
static int
unmatched(const OpenedList *list, const OpenedList *other)
{
	int			n = 0;

	for (int i = 0; i < list->n; i++)
	{
		bool		found = false;

		for (int j = 0; j < other->n && !found; j++)
			found = other->items[j].cause == list->items[i].cause &&
				other->items[j].tier >= list->items[i].tier;
		if (!found)
			n++;
	}
	return n;
}

/*
 * How an account stands at an instant; null: no version is in force.  One of which
 * all was overturned stands as if it had been opened and nothing had happened.
 */
static EngineState *
state_at(Scheme *scheme, const Policy *stand_in, const AccountHistory *history, TimestampTz at,
		 const EngineTrace *trace)
{
	EngineState *state = ledger_fold(scheme, stand_in, history, at, at, trace);

	if (state == NULL && stand_in == NULL && scheme->nversions > 0 &&
		history->nviolations + history->nactivities + history->nrevisions > 0 &&
		ledger_fold(scheme, NULL, history, DT_NOEND, DT_NOEND, NULL) == NULL)
	{
		state = ledger_blank(scheme, history);
		if (state->as_of <= at)
			ledger_advance(scheme, NULL, &state, history, at, trace);
		else
			state = NULL;
	}
	return state == NULL ? ledger_fresh(scheme, stand_in, history, at) : state;
}

/*
 * One account under the versions in force and under the draft, as of now: fills in
 * SIMULATE_COLUMNS values.  scheme is null when there is none of the draft's name
 * yet: then nobody has an entry under it.  drafted: with the draft among its
 * versions, where it does not stand in for all of them.
 */
static void
simulate(const Draft *draft, Scheme *scheme, Scheme *drafted, AccountHistory *history,
		 TimestampTz now, Datum *values, bool *nulls)
{
	EngineState *states[2];
	OpenedList	opened[2];
	int			tiers[2];

	if (draft->over.given)
		bound_history(history, draft);
	memset(opened, 0, sizeof(opened));
	for (int i = 0; i < 2; i++)
	{
		const Policy *stand_in = i == 1 && drafted == NULL ? draft->policy : NULL;
		EngineTrace trace = {&opened[i], note_opening, .starts_only = true};

		states[i] = NULL;
		tiers[i] = TIER_CLEAR;
		if (scheme == NULL)
			continue;			/* nobody has an entry under it */
		opened[i].scheme = i == 1 && drafted != NULL ? drafted : scheme;
		opened[i].policy = stand_in;
		states[i] = state_at(opened[i].scheme, stand_in, history, now, &trace);
		if (states[i] != NULL)
			tiers[i] = engine_tier(state_policy(opened[i].scheme, states[i], stand_in),
								   states[i], states[i]->as_of);
	}
	memset(nulls, 0, sizeof(bool) * SIMULATE_COLUMNS);
	for (int i = 0; i < 2; i++)
	{
		nulls[2 * i] = states[i] == NULL;
		if (states[i] != NULL)
			values[2 * i] = CreditScoreGetDatum(credit_score_make(states[i]->score, states[i]->cap));
		values[2 * i + 1] = SanctionTierGetDatum(tiers[i]);
		values[4 + i] = Int32GetDatum(opened[i].n);
	}
	values[6] = Int32GetDatum(unmatched(&opened[1], &opened[0]));
	values[7] = Int32GetDatum(unmatched(&opened[0], &opened[1]));
}

/*
 * simulate_account(document, account_id, over, in_force): one account.  Raises
 * ERRCODE_GV_INVALID_POLICY, ERRCODE_GV_POLICY_IN_FORCE and ERRCODE_GV_UNKNOWN_ACCOUNT.
 */
Datum
governance_simulate_account(PG_FUNCTION_ARGS)
{
	Draft	   *draft;
	TupleDesc	desc;
	Datum		values[SIMULATE_COLUMNS];
	bool		nulls[SIMULATE_COLUMNS];
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	int64		account_id;
	AccountHistory *history;
	Scheme	   *scheme;
	Scheme	   *drafted = NULL;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	desc = BlessTupleDesc(desc);
	rulebook_refresh();
	draft = draft_of_call(fcinfo, 2, 3);
	scheme = rulebook_scheme(draft->policy->scheme, strlen(draft->policy->scheme), true);
	if (scheme != NULL && draft->in_force.given)
		drafted = with_draft(scheme, draft, now);
	account_id = PG_GETARG_INT64(1);
	ledger_read_enter();
	history = history_load(&account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES, PLAN_READ);
	if (!history->exists)
		require_account(account_id);
	simulate(draft, scheme, drafted, history, now, values, nulls);
	ledger_read_leave();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/*
 * simulate_range(document, over, first, last, progress, in_force): every account with a
 * standing from one id to another, from one scan of each table.  simulate() has
 * several of them at work, each in a worker of its own.
 */
Datum
governance_simulate_range(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	int64		first = PG_ARGISNULL(2) ? PG_INT64_MIN : PG_GETARG_INT64(2);
	int64		last = PG_ARGISNULL(3) ? PG_INT64_MAX : PG_GETARG_INT64(3);
	int			progress = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	int64		done = 0;
	HistoryStream stream;
	AccountHistory *history;
	Scheme	   *scheme;
	Scheme	   *drafted = NULL;
	Draft	   *draft;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	rulebook_refresh();
	draft = draft_of_call(fcinfo, 1, 5);
	scheme = rulebook_scheme(draft->policy->scheme, strlen(draft->policy->scheme), true);
	if (scheme == NULL)
		return (Datum) 0;
	if (draft->in_force.given)
		drafted = with_draft(scheme, draft, now);
	ledger_read_enter();
	history_stream_open(&stream, first, last, scheme->name);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance simulate",
									64 * 1024, 64 * 1024, ALLOCSET_DEFAULT_MAXSIZE);
	old = MemoryContextSwitchTo(context);
	while ((history = history_stream_next(&stream)) != NULL)
	{
		Datum		values[SIMULATE_COLUMNS + 1];
		bool		nulls[SIMULATE_COLUMNS + 1] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(history->account_id);
		simulate(draft, scheme, drafted, history, now, values + 1, nulls + 1);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		if (progress > 0 && ++done % progress == 0)
			ereport(NOTICE,
					(errmsg("simulated %lld accounts, up to account %lld",
							(long long) done, (long long) history->account_id)));
		MemoryContextReset(context);
	}
	history_stream_close(&stream);
	MemoryContextSwitchTo(old);
	ledger_read_leave();
	return (Datum) 0;
}
