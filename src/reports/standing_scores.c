/*
 * standing_scores.c
 *		stored_scores(), past_scores(), stored_nearness(): what a row of
 *		governance.standing says of an instant, for reports that read the whole
 *		table.
 *
 * They take the columns of the row, so that nothing is looked up again, and
 * read only, so that a parallel scan can call them.  An instant before what the
 * row has seen takes the history of the account; past_scores() has those of many
 * accounts from one scan.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/report.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/stream.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/standing.h"
#include "ledger/standing_row.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_stored_scores);
PG_FUNCTION_INFO_V1(governance_past_scores);
PG_FUNCTION_INFO_V1(governance_stored_nearness);

/* A row of governance.standing that is asked about instants. */
typedef struct StandingRow
{
	int64		account_id;
	Scheme	   *scheme;
	Datum		state;
	const void *parts[ENGINE_PARTS];
	int64		policy_id;
	StoredStanding standing;
	AccountHistory *history;	/* null until it is needed */
	bool		entries;		/* it has them, too */
	bool		reading;		/* connected to SPI since */
} StandingRow;

/*
 * Takes up a row: its state as stored, and the version by which that is read.
 * parts are those of the state that are stored beside it; null: they are looked
 * for in their table.  Of one that is stale only how far it has come is of use.
 */
static void
row_begin(StandingRow *row, int64 account_id, Scheme *scheme, Datum state, const void *const *parts,
		  int64 policy_id, TimestampTz known_at, int64 edition)
{
	memset(row, 0, sizeof(StandingRow));
	row->account_id = account_id;
	row->scheme = scheme;
	row->state = state;
	row->policy_id = policy_id;
	row->standing.known_at = known_at;
	row->standing.edition = edition;
	if (parts != NULL)
		memcpy(row->parts, parts, sizeof(row->parts));
	else if (engine_has_parts(DatumGetByteaPP(state)))
		standing_parts(account_id, scheme, row->parts);
	row->standing.state = standing_state(state, row->parts, policy_id);
	row->standing.as_of = row->standing.state->as_of;
	if (edition_is_stale(&scheme->editions, edition, row->standing.as_of))
		row->standing.state = NULL;
}

/*
 * The same from the first six arguments of a call: account, scheme, state, version,
 * known_at and edition.  An earlier version had one less of its nargs.
 */
static void
row_arguments(FunctionCallInfo fcinfo, StandingRow *row, int nargs)
{
	if (PG_NARGS() < nargs)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("this function is of an earlier version of the extension"),
				 errdetail_version(), errhint_version()));
	rulebook_refresh();
	row_begin(row, PG_GETARG_INT64(0), scheme_argument(PG_GETARG_TEXT_PP(1)), PG_GETARG_DATUM(2),
			  NULL, PG_GETARG_INT64(3), PG_GETARG_TIMESTAMPTZ(4), PG_GETARG_INT64(5));
}

/*
 * The state at an instant, as it was known then.  Instants come in order: the
 * state moves on with them, as long as it can.
 */
static EngineState *
row_at(StandingRow *row, TimestampTz at)
{
	TimestampTz known_at = known_by(at);
	StoredStanding *standing = &row->standing;
	EngineState *state = standing_moved(row->scheme, standing, at, known_at);
	bool		whole = !standing_serves(row->scheme, standing, at, known_at);

	if (state != NULL)
		return state;
	if (!row->reading)
	{
		row->reading = true;
		ledger_read_enter();
	}
	if (row->history == NULL || (whole && !row->entries))
		row->history = history_of(row->account_id, row->scheme,
								  whole ? HISTORY_FACTS | HISTORY_ENTRIES : HISTORY_FACTS);
	row->entries |= whole;
	if (whole)
		state = standing_folded(row->scheme, standing, row->history, at, known_at);
	else
	{
		state = standing_state(row->state, row->parts, row->policy_id);
		ledger_advance(row->scheme, NULL, &state, row->history, at, NULL);
	}
	if (state == NULL)
		state = ledger_fresh(row->scheme, NULL, row->history, at);
	if (state == NULL)
		report_not_in_force(row->scheme->name, at, NULL, NULL);
	return state;
}

/* Leaves SPI, where something had to be looked up. */
static void
row_end(StandingRow *row)
{
	if (row->reading)
		ledger_read_leave();
}

/* The scores at two instants, of which the first is not the later one. */
static void
row_scores(StandingRow *row, TimestampTz since, TimestampTz until, Datum *scores)
{
	TimestampTz at[2] = {since, until};

	for (int i = 0; i < 2; i++)
	{
		EngineState *state = row_at(row, at[i]);

		scores[i] = CreditScoreGetDatum(credit_score_make(state->score, state->cap));
	}
}

/*
 * stored_scores(account_id, scheme, state, policy_id, known_at, edition, since,
 * until): the scores at both instants, as an array.
 */
Datum
governance_stored_scores(PG_FUNCTION_ARGS)
{
	Datum		scores[2];
	StandingRow row;

	row_arguments(fcinfo, &row, 8);
	row_scores(&row, PG_GETARG_TIMESTAMPTZ(6), PG_GETARG_TIMESTAMPTZ(7), scores);
	row_end(&row);
	return datum_array(scores, NULL, 2, ledger_type(LEDGER_SCORE_TYPE));
}

/*
 * past_scores(scheme, since, until): the same of all accounts whose standing has
 * seen something since.
 */
Datum
governance_past_scores(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz until = PG_GETARG_TIMESTAMPTZ(2);
	Scheme	   *scheme;
	HistoryStream stream;
	RowStream	standings;
	AccountHistory *history;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rulebook_refresh();
	scheme = scheme_argument(PG_GETARG_TEXT_PP(0));
	ledger_read_enter();
	history_stream_open_past(&stream, &standings, scheme->name, since);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance past scores",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	while ((history = history_stream_next(&stream)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (stream_seek(&standings, history->account_id))
		{
			const void *parts[ENGINE_PARTS] = {
				standings.nulls[4] ? NULL : DatumGetPointer(standings.values[4]),
				standings.nulls[5] ? NULL : DatumGetPointer(standings.values[5])
			};
			bool		isnull = false;
			Datum		scores[2];
			Datum		array;
			StandingRow row;

			row_begin(&row, history->account_id, scheme, standings.values[1], parts,
					  DatumGetInt64(standings.values[2]),
					  DatumGetTimestampTz(standings.values[3]),
					  DatumGetInt64(standings.values[6]));
			row.history = history;
			row.entries = true;
			row.reading = true;
			row_scores(&row, since, until, scores);
			array = datum_array(scores, NULL, 2, ledger_type(LEDGER_SCORE_TYPE));
			tuplestore_putvalues(result->setResult, result->setDesc, &array, &isnull);
		}
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	stream_close(&standings);
	history_stream_close(&stream);
	ledger_read_leave();
	return (Datum) 0;
}

/*
 * stored_nearness(account_id, scheme, state, policy_id, known_at, edition, points): a
 * number by which those that are closer to their next rung, and of these the ones that come
 * to a stricter one, are first; null when it is not near.  Near is what points
 * says, in hundredths; where that is null, what engine_near() says.
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
	StandingRow row;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4) ||
		(PG_NARGS() > 6 && PG_ARGISNULL(5)))
		PG_RETURN_NULL();
	row_arguments(fcinfo, &row, 7);
	state = row_at(&row, GetCurrentTransactionStartTimestamp());
	policy = rulebook_policy(state->policy_id);
	rung = engine_next_rung(policy, state, &points);
	most = PG_ARGISNULL(6) ? engine_near(state) : PG_GETARG_INT64(6);
	ratio = (double) points / state->cap;
	row_end(&row);
	if (rung < 0 || points > most)
		PG_RETURN_NULL();
	memcpy(&rank, &ratio, sizeof(rank));
	PG_RETURN_INT64((rank & ~INT64CONST(7)) | (7 - policy->rungs[rung].tier));
}
