/*
 * score.c
 *		score(), tier(), next_change(): how an account stands at an instant.
 *
 * The stored standing is moved to the instant asked for.  An instant before
 * what it has seen is answered by a replay of what was known then.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/answers.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/table.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/history.h"
#include "ledger/standing.h"
#include "ledger/standing_row.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_score);
PG_FUNCTION_INFO_V1(governance_tier);
PG_FUNCTION_INFO_V1(governance_next_change);

/*
 * By when the facts were known that the n-th argument asks about; null: what
 * known_by() says of the instant.  Infinity: by the last instant there is.
 */
static TimestampTz
known_argument(FunctionCallInfo fcinfo, int n, TimestampTz at)
{
	if (PG_ARGISNULL(n))
		return known_by(at);
	return Min(PG_GETARG_TIMESTAMPTZ(n), END_TIMESTAMP - 1);
}

/*
 * The state at an instant as it was known by another.  Raises
 * ERRCODE_GV_NO_POLICY_IN_FORCE.
 */
static EngineState *
state_argument(int64 account_id, Scheme *scheme, TimestampTz at, TimestampTz known_at)
{
	AccountHistory *history;
	EngineState *state;

	state = standing_at(account_id, scheme, at, known_at, &history);
	if (state == NULL)
		report_not_in_force(scheme->name, at, NULL, NULL);
	return state;
}

/* ---------- what a query has asked already ---------- */

/*
 * A score at an instant follows from the rows that are seen, and so one
 * expression need not work it out twice while it sees the same ones; its
 * memory is fn_extra.  As in periods.c, the first call and every one with
 * another view only take note of that.
 */
typedef struct KnownScore
{
	int64		account_id;
	CreditScore score;
	char		status;
} KnownScore;

#define SH_PREFIX known
#define SH_ELEMENT_TYPE KnownScore
#define SH_KEY_TYPE int64
#define SH_KEY account_id
#define SH_HASH_KEY(tb, key) hash_number((uint64) (key))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct ScoreMemory
{
	ReadView		view;
	const Scheme *scheme;		/* what was asked for */
	uint64		generation;
	TimestampTz at;
	TimestampTz known_at;
	MemoryContext context;
	Size		limit;
	known_hash *scores;			/* null: none yet */
} ScoreMemory;

/*
 * The memory of a call in a query; null: this question is not to be remembered.
 * That is so of the first one, since a call that is made once gains nothing, and
 * where a hook checks rights, since it has to see every question.
 */
static ScoreMemory *
memory_of(FmgrInfo *caller, const Scheme *scheme, TimestampTz at, TimestampTz known_at)
{
	static Table *const tables[READ_VIEW_TABLES] = {&standing_table, &account_table};
	ScoreMemory *memory;
	bool		same;

	if (caller == NULL || !ActiveSnapshotSet() || ExecutorCheckPerms_hook != NULL)
		return NULL;
	memory = caller->fn_extra;
	if (memory == NULL)
	{
		caller->fn_extra = MemoryContextAllocZero(caller->fn_mcxt, sizeof(ScoreMemory));
		return NULL;
	}
	same = memory->scheme == scheme && memory->generation == rulebook_generation() &&
		memory->at == at && memory->known_at == known_at;
	if (!read_view_is_same(&memory->view, tables, caller->fn_mcxt) || !same)
	{
		memory->scheme = scheme;
		memory->generation = rulebook_generation();
		memory->at = at;
		memory->known_at = known_at;
		memory->scores = NULL;
		if (memory->context != NULL)
			MemoryContextReset(memory->context);
		return NULL;
	}
	if (memory->context == NULL)
		memory->context = AllocSetContextCreate(caller->fn_mcxt, "governance scores",
												ALLOCSET_DEFAULT_SIZES);
	if (memory->scores == NULL)
	{
		memory->scores = known_create(memory->context, 64, NULL);
		memory->limit = get_hash_memory_limit();
	}
	return memory;
}

/* No more than memory allows: what is not remembered is worked out anew. */
static void
remember(ScoreMemory *memory, int64 account_id, CreditScore score)
{
	bool		found;

	if (memory->scores->members >= memory->scores->grow_threshold &&
		memory->scores->size * 2 * sizeof(KnownScore) > memory->limit)
		return;
	known_insert(memory->scores, account_id, &found)->score = score;
}

/*
 * score(account_id, scheme, at, known_at): points and cap at an instant.
 *
 * Asked for each row of a query, so the ways are in the order of what they cost:
 * the answer is remembered, the standing's row has it, or SQL must be run.
 */
Datum
governance_score(PG_FUNCTION_ARGS)
{
	ScoreMemory *memory;
	KnownScore *known;
	EngineState *state;
	Scheme	   *scheme;
	int64		account_id;
	TimestampTz at;
	TimestampTz known_at;
	CreditScore score;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_finite(at, "at");
	account_id = PG_GETARG_INT64(0);
	known_at = known_argument(fcinfo, 3, at);
	rulebook_refresh();
	scheme = scheme_argument(PG_GETARG_TEXT_PP(1));

	memory = memory_of(fcinfo->flinfo, scheme, at, known_at);
	known = memory == NULL ? NULL : known_lookup(memory->scores, account_id);
	if (known != NULL)
		PG_RETURN_CREDIT_SCORE(known->score);

	/* Mostly the standing's row is all that is needed. */
	state = standing_at_once(account_id, scheme, at, known_at);
	if (state != NULL)
	{
		score = credit_score_make(state->score, state->cap);
		if (memory != NULL)
			remember(memory, account_id, score);
		PG_RETURN_CREDIT_SCORE(score);
	}
	ledger_read_enter();
	state = state_argument(account_id, scheme, at, known_at);
	score = credit_score_make(state->score, state->cap);
	ledger_read_leave();
	PG_RETURN_CREDIT_SCORE(score);
}

/*
 * tier(account_id, scheme, at, known_at): the strictest tier at an instant; without
 * scheme over all of them.
 */
Datum
governance_tier(PG_FUNCTION_ARGS)
{
	TimestampTz at;
	TimestampTz known_at;
	int64		account_id;
	Scheme	  **schemes;
	Scheme	   *one;
	int			nschemes = 1;
	int			tier = TIER_CLEAR;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	account_id = PG_GETARG_INT64(0);
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_finite(at, "at");
	known_at = known_argument(fcinfo, 3, at);
	rulebook_refresh();
	ledger_read_enter();
	if (PG_ARGISNULL(1))
		schemes = schemes_of_account(account_id, &nschemes);
	else
	{
		one = scheme_argument(PG_GETARG_TEXT_PP(1));
		schemes = &one;
	}
	for (int i = 0; i < nschemes; i++)
	{
		AccountHistory *history;
		EngineState *state;

		/* What is on trial counts only when it is asked for by name. */
		if (schemes[i]->trial_of != NULL && PG_ARGISNULL(1))
			continue;
		state = standing_at(account_id, schemes[i], at, known_at, &history);
		if (state != NULL)
			tier = Max(tier, engine_tier(rulebook_policy(state->policy_id), state,
										 Max(at, state->as_of)));
	}
	ledger_read_leave();
	PG_RETURN_SANCTION_TIER(tier);
}

/*
 * next_change(account_id, scheme): when the standing changes next if nothing else
 * happens, and to what; null when it does not.
 */
Datum
governance_next_change(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {0};
	int64		account_id;
	Scheme	   *scheme;
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	TimestampTz next;
	TimestampTz change;
	EngineState *state;
	AccountHistory *history;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	account_id = PG_GETARG_INT64(0);
	rulebook_refresh();
	ledger_read_enter();
	scheme = scheme_argument(PG_GETARG_TEXT_PP(1));
	state = state_argument(account_id, scheme, now, DT_NOEND);
	next = engine_next_change(rulebook_policy(state->policy_id), state);

	/* A version that comes into force earlier is a change, too. */
	change = next_version_from(scheme, state);
	if (change < next)
		next = change;
	if (next == DT_NOEND)
		nulls[0] = nulls[1] = nulls[2] = true;
	else
	{
		state = standing_at(account_id, scheme, next, DT_NOEND, &history);
		values[0] = TimestampTzGetDatum(next);
		values[1] = CreditScoreGetDatum(credit_score_make(state->score, state->cap));
		values[2] = SanctionTierGetDatum(engine_tier(rulebook_policy(state->policy_id), state, next));
	}
	ledger_read_leave();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
