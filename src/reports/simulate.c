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
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_simulate_account);
PG_FUNCTION_INFO_V1(governance_simulate_range);

#define SIMULATE_COLUMNS 8

/* The draft, compiled once for all the rows of a query. */
typedef struct Draft
{
	Policy	   *policy;
	bool		bounded;
	TimestampTz from;			/* only violations of this time */
	TimestampTz to;
} Draft;

/*
 * The draft of a call whose first argument is its document and whose argument `over`
 * is a range of time, or null.  It is compiled once and kept with the call.
 */
static Draft *
draft_of_call(FunctionCallInfo fcinfo, int over)
{
	Draft	   *draft = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (draft != NULL)
		return draft;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	draft = palloc0(sizeof(Draft));
	draft->policy = policy_compile(PG_GETARG_JSONB_P(0), 0, fcinfo->flinfo->fn_mcxt);
	draft->from = DT_NOBEGIN;
	draft->to = DT_NOEND;
	if (!PG_ARGISNULL(over))
	{
		TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
		RangeBound	lower;
		RangeBound	upper;
		bool		empty;

		range_deserialize(typcache, PG_GETARG_RANGE_P(over), &lower, &upper, &empty);
		draft->bounded = true;
		if (empty)
			draft->to = DT_NOBEGIN;
		else
		{
			if (!lower.infinite)
				draft->from = DatumGetTimestampTz(lower.val);
			if (!upper.infinite)
				draft->to = DatumGetTimestampTz(upper.val);
		}
	}
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = draft;
	return draft;
}

/* Leaves only what happened in the time that the draft is tried over. */
static void
bound_history(AccountHistory *history, const Draft *draft)
{
	int			n = 0;

	for (int i = 0; i < history->nviolations; i++)
		if (history->violations[i].occurred >= draft->from &&
			history->violations[i].occurred < draft->to)
			history->violations[n++] = history->violations[i];
	history->nviolations = n;
	n = 0;
	for (int i = 0; i < history->nactivities; i++)
		if (history->activities[i].occurred >= draft->from &&
			history->activities[i].occurred < draft->to)
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
	const Policy *policy;		/* null: by effect->policy_id */
} OpenedList;

/* A callback of the fold: takes down a sanction that opens. */
static void
note_opening(void *arg, const Effect *effect)
{
	OpenedList *list = arg;
	const Policy *policy;

	policy = list->policy != NULL ? list->policy : rulebook_policy(effect->policy_id);
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
 * One account under the versions in force and under the draft: fills in
 * SIMULATE_COLUMNS values.  scheme is null when there is none of the draft's name
 * yet: then nobody has an entry under it.
 */
static void
simulate(const Draft *draft, Scheme *scheme, AccountHistory *history, TimestampTz now,
		 Datum *values, bool *nulls)
{
	EngineState *states[2];
	OpenedList	opened[2];
	int			tiers[2];

	if (draft->bounded)
		bound_history(history, draft);
	memset(opened, 0, sizeof(opened));
	opened[1].policy = draft->policy;
	for (int i = 0; i < 2; i++)
	{
		const Policy *stand_in = i == 0 ? NULL : draft->policy;
		EngineTrace trace = {&opened[i], note_opening, .starts_only = true};

		states[i] = NULL;
		tiers[i] = TIER_CLEAR;
		if (scheme == NULL)
			continue;			/* nobody has an entry under it */
		states[i] = ledger_fold(scheme, stand_in, history, DT_NOEND, DT_NOEND, &trace);
		if (states[i] == NULL)
			states[i] = ledger_fresh(scheme, stand_in, history, now);
		else if (states[i]->as_of < now)
			ledger_advance(scheme, stand_in, &states[i], history, now, &trace);
		if (states[i] != NULL)
			tiers[i] = engine_tier(stand_in != NULL ? stand_in : rulebook_policy(states[i]->policy_id),
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
 * simulate_account(document, account_id, over): one account.  Raises
 * ERRCODE_GV_INVALID_POLICY and ERRCODE_GV_UNKNOWN_ACCOUNT.
 */
Datum
governance_simulate_account(PG_FUNCTION_ARGS)
{
	Draft	   *draft;
	TupleDesc	desc;
	Datum		values[SIMULATE_COLUMNS];
	bool		nulls[SIMULATE_COLUMNS];
	int64		account_id;
	AccountHistory *history;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	desc = BlessTupleDesc(desc);
	rulebook_refresh();
	draft = draft_of_call(fcinfo, 2);
	account_id = PG_GETARG_INT64(1);
	ledger_read_enter();
	history = history_load(&account_id, 1, HISTORY_FACTS | HISTORY_ENTRIES, PLAN_READ);
	if (!history->exists)
		require_account(account_id);
	simulate(draft, rulebook_scheme(draft->policy->scheme, strlen(draft->policy->scheme), true),
			 history, GetCurrentTransactionStartTimestamp(), values, nulls);
	ledger_read_leave();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/*
 * simulate_range(document, over, first, last, progress): every account with a
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
	Draft	   *draft;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	rulebook_refresh();
	draft = draft_of_call(fcinfo, 1);
	scheme = rulebook_scheme(draft->policy->scheme, strlen(draft->policy->scheme), true);
	if (scheme == NULL)
		return (Datum) 0;
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
		simulate(draft, scheme, history, now, values + 1, nulls + 1);
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
