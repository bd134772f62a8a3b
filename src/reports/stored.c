/*
 * stored.c
 *		stored_scores(), stored_nearness(): what a row of governance.standing says
 *		of an instant, for reports that read the whole table.
 *
 * They take the columns of the row, so that nothing is looked up again, and
 * read only, so that a parallel scan can call them.  An instant before what the
 * row has seen takes the history of the account.
 */
#include "postgres.h"

#include "compat.h"
#include "complain.h"
#include "ledger/standing_row.h"
#include "reports/reports.h"
#include "types/credit_score.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_stored_scores);
PG_FUNCTION_INFO_V1(governance_stored_nearness);

/* A row of governance.standing. */
typedef struct Row
{
	int64		account_id;
	Scheme	   *scheme;
	Datum		state;
	int64		policy_id;
	StoredStanding standing;
	AccountHistory *history;	/* null until it is needed */
	bool		reading;		/* connected to SPI since */
} Row;

static void
row_arguments(FunctionCallInfo fcinfo, Row *row)
{
	rulebook_refresh();
	memset(row, 0, sizeof(Row));
	row->account_id = PG_GETARG_INT64(0);
	row->scheme = scheme_argument(PG_GETARG_TEXT_PP(1));
	row->state = PG_GETARG_DATUM(2);
	row->policy_id = PG_GETARG_INT64(3);
	row->standing.known_at = PG_GETARG_TIMESTAMPTZ(4);
	row->standing.state = standing_state(row->state, row->policy_id);
	row->standing.as_of = row->standing.state->as_of;
}

/*
 * The state at an instant, as it was known then.  Instants come in order: the
 * state moves on with them, as long as it can.
 */
static EngineState *
row_at(Row *row, TimestampTz at)
{
	TimestampTz known_at = known_by(at);
	StoredStanding *standing = &row->standing;
	EngineState *state = standing_moved(row->scheme, standing, at, known_at);
	bool		past = at < standing->as_of || Min(at, known_at) < standing->known_at;

	if (state != NULL)
		return state;
	if (!row->reading)
	{
		row->reading = true;
		ledger_read_enter();
	}
	/* Past a later instant is past an earlier one, too. */
	if (row->history == NULL)
		row->history = history_of(row->account_id, row->scheme,
								  past ? HISTORY_FACTS | HISTORY_ENTRIES : HISTORY_FACTS);
	if (past)
		state = ledger_fold(row->scheme, NULL, row->history, known_at == DT_NOEND ? at : known_at,
							at, NULL);
	else
	{
		state = standing_state(row->state, row->policy_id);
		ledger_advance(row->scheme, NULL, &state, row->history, at, NULL);
	}
	if (state == NULL)
		state = ledger_fresh(row->scheme, NULL, row->history, at);
	if (state == NULL)
		report_not_in_force(row->scheme->name, at, NULL, NULL);
	return state;
}

static void
row_end(Row *row)
{
	if (row->reading)
		ledger_read_leave();
}

Datum
governance_stored_scores(PG_FUNCTION_ARGS)
{
	Datum		scores[2];
	Row			row;

	row_arguments(fcinfo, &row);
	for (int i = 0; i < 2; i++)
	{
		EngineState *state = row_at(&row, PG_GETARG_TIMESTAMPTZ(5 + i));

		scores[i] = CreditScoreGetDatum(credit_score_make(state->score, state->cap));
	}
	row_end(&row);
	return ledger_array(scores, NULL, 2, ledger_type(LEDGER_SCORE_TYPE));
}

/*
 * A number by which those that are closer to their next rung, and of these the
 * ones that come to a stricter one, are first; null when it is not near: so many
 * hundredths of a point, or a tenth of the scale and at least one point.
 *
 * The ratio is not negative, so that its bits are in the order of its value; the
 * last three make way for the tier.
 */
Datum
governance_stored_nearness(PG_FUNCTION_ARGS)
{
	EngineState *state;
	const Policy *policy;
	Points		points;
	int			rung;
	double		ratio;
	int64		rank;
	int64		most;
	Row			row;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	row_arguments(fcinfo, &row);
	state = row_at(&row, GetCurrentTransactionStartTimestamp());
	policy = rulebook_policy(state->policy_id);
	rung = engine_next_rung(policy, state, &points);
	most = PG_ARGISNULL(5) ? next_rung_near(state) : PG_GETARG_INT64(5);
	ratio = (double) points / state->cap;
	row_end(&row);
	if (rung < 0 || points > most)
		PG_RETURN_NULL();
	memcpy(&rank, &ratio, sizeof(rank));
	PG_RETURN_INT64((rank & ~INT64CONST(7)) | (7 - policy->rungs[rung].tier));
}
