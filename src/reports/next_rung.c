/*
 * next_rung.c
 *		next_rung(): how far an account is from its next sanction.
 */
#include "postgres.h"

#include "compat.h"
#include "reports/reports.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_next_rung);

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
	memset(nulls, true, sizeof(nulls));
	if (state != NULL)
	{
		const Policy *policy = rulebook_policy(state->policy_id);
		Points		points;
		int			rung = engine_next_rung(policy, state, &points);

		values[3] = CreditScoreGetDatum(credit_score_make(state->score, state->cap));
		nulls[3] = false;
		if (rung >= 0)
		{
			values[0] = CStringGetTextDatum(policy->rungs[rung].code);
			values[1] = SanctionTierGetDatum(policy->rungs[rung].tier);
			values[2] = points_numeric(points);

			/* A tenth of the scale, and at least one point. */
			values[4] = BoolGetDatum(points <= Max(state->cap / 10, 100));
			nulls[0] = nulls[1] = nulls[2] = nulls[4] = false;
		}
	}
	ledger_read_leave();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
