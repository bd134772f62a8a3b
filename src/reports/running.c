/*
 * running.c
 *		The sanctions that an account is under now, recorded or not.
 *
 * A record says from when until when its sanction is in force, and is right as
 * long as nothing but time's passing happens to it.  What time or a fact opens has
 * no record until somebody writes, and what the rulebook has changed meanwhile is
 * not in the records either: of standings to which that may have happened, the
 * fold is asked.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/opening.h"
#include "ledger/project.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "rulebook/edition.h"
#include "types/sanction_tier.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_standing_moves);
PG_FUNCTION_INFO_V1(governance_sanctions_running);

/*
 * standing_moves(scheme, policy_id, as_of, known_at, next_due, edition): may its
 * records say less, or something else, than holds now?  They are those of as_of;
 * next_due is counted from known_at on.
 */
Datum
governance_standing_moves(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	TimestampTz as_of = PG_GETARG_TIMESTAMPTZ(2);
	TimestampTz known_at = PG_GETARG_TIMESTAMPTZ(3);
	TimestampTz next_due = PG_GETARG_TIMESTAMPTZ(4);
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	const Policy *policy;
	Scheme	   *scheme;

	rulebook_refresh();
	scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	if (scheme == NULL || scheme->trial_of != NULL || rulebook_is_damaged(scheme) || as_of >= now)
		PG_RETURN_BOOL(false);
	if (edition_reach(&scheme->editions, PG_GETARG_INT64(5)) <= now)
		PG_RETURN_BOOL(true);
	for (int i = 0; i < scheme->nversions; i++)
		if (scheme->versions[i].from > as_of && scheme->versions[i].from <= now)
			PG_RETURN_BOOL(true);
	if (next_due > now && known_at <= as_of)
		PG_RETURN_BOOL(false);
	policy = rulebook_policy(PG_GETARG_INT64(1));
	PG_RETURN_BOOL(policy->starts_by_time || policy->nattributes > 0);
}

/* The row of one, in the order of the columns. */
static void
put_running(ReturnSetInfo *result, int64 account_id, Scheme *scheme, const ProjectedSanction *p)
{
	const SanctionState *s = &p->sanction;
	Opening		opening = {
		.account_id = account_id, .scheme = scheme->name, .rung = p->rung->code,
		.number = s->opening
	};
	int64		sanction_id = s->sanction_id != 0 ? s->sanction_id :
		opening_recorded(&opening, PLAN_READ);
	Datum	   *names = palloc(sizeof(Datum) * (p->rung->ncapabilities + 1));
	Datum		values[8];
	bool		nulls[8] = {0};
	bool		open;

	for (int i = 0; i < p->rung->ncapabilities; i++)
		names[i] = CStringGetTextDatum(p->rung->capabilities[i]);
	values[0] = SanctionTierGetDatum(p->rung->tier);
	values[1] = CStringGetTextDatum(p->rung->code);
	values[2] = datum_array(names, NULL, p->rung->ncapabilities, TEXTOID);
	values[3] = TimestampTzGetDatum(s->starts);
	values[4] = TimestampTzGetDatum(sanction_end(s, &open));
	nulls[4] = open;
	values[5] = Int64GetDatum(s->cause);
	nulls[5] = s->cause == 0;
	values[6] = Int64GetDatum(sanction_id);
	nulls[6] = sanction_id == 0;
	values[7] = Int32GetDatum(s->opening);
	nulls[7] = s->opening == 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * sanctions_running(account_id, scheme): a row for each that is enforced and runs
 * now.
 */
Datum
governance_sanctions_running(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	int64		account_id;
	char	   *name;
	Scheme	   *scheme;
	AccountHistory *history;
	EngineState *state;
	ProjectedSanction *sanctions;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	rulebook_refresh();
	ledger_read_enter();
	scheme = rulebook_scheme(name, strlen(name), false);
	state = standing_at(account_id, scheme, now, DT_NOEND, &history);
	if (history == NULL)
		history = history_of(account_id, scheme, HISTORY_FACTS);
	sanctions = ledger_project(scheme, NULL, state, history, &n);
	for (int i = 0; i < n; i++)
	{
		TimestampTz since;
		TimestampTz until;

		if (sanction_reach(&sanctions[i], &since, &until) && since <= now && now < until)
			put_running(result, account_id, scheme, &sanctions[i]);
	}
	ledger_read_leave();
	return (Datum) 0;
}
