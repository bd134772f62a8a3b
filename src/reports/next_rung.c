/*
 * next_rung.c
 *		next_rung(): how far an account is from its next sanction.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "engine/engine.h"
#include "ledger/history.h"
#include "ledger/standing.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_next_rung);

/*
 * next_rung(account_id, scheme, at): the rung that the fewest points lead to, how
 * many these are, and whether that is near.  Null when no policy was in force;
 * only the score when points lead to none.
 */
Datum
governance_next_rung(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {0};
	TimestampTz at;
	Scheme	   *scheme;
	AccountHistory *history;
	EngineState *state;
	CreditScore score = 0;
	Points		points = 0;
	bool		near = false;
	const Rung *next = NULL;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_finite(at, "at");
	rulebook_refresh();
	ledger_read_enter();
	scheme = scheme_argument(PG_GETARG_TEXT_PP(1));
	state = standing_at(PG_GETARG_INT64(0), scheme, at, known_by(at), &history);
	if (state != NULL)
	{
		const Policy *policy = rulebook_policy(state->policy_id);
		int			rung = engine_next_rung(policy, state, &points);

		score = credit_score_make(state->score, state->cap);
		near = points <= engine_near(state);
		if (rung >= 0)
			next = &policy->rungs[rung];
	}
	ledger_read_leave();

	/* Only now: what was allocated in between is gone. */
	memset(nulls, true, sizeof(nulls));
	if (state != NULL)
	{
		values[3] = CreditScoreGetDatum(score);
		nulls[3] = false;
	}
	if (next != NULL)
	{
		values[0] = CStringGetTextDatum(next->code);
		values[1] = SanctionTierGetDatum(next->tier);
		values[2] = points_numeric(points);
		values[4] = BoolGetDatum(near);
		nulls[0] = nulls[1] = nulls[2] = nulls[4] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
