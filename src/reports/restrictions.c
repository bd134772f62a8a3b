/*
 * restrictions.c
 *		permits() and restrictions(): what an account may not do at an instant.
 *
 * governance.restriction already says what holds now and what will hold if
 * nothing more happens, so the present and the future take one index probe.
 * The past is folded anew from what was known then.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/inherited.h"
#include "ledger/periods.h"
#include "ledger/permits.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "ledger/standing.h"
#include "ledger/withheld.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define LE " OPERATOR(pg_catalog.<=) "
#define GT " OPERATOR(pg_catalog.>) "

PG_FUNCTION_INFO_V1(governance_permits);
PG_FUNCTION_INFO_V1(governance_restrictions);

/* The columns of restrictions(), in their order. */
enum
{
	R_CAPABILITY, R_SINCE, R_UNTIL, R_SCHEME, R_RUNG, R_TIER, R_SANCTION, R_INHERITED_FROM,
	R_OPENING, R_COLUMNS
};

static KeptPlan list_plan = {
	"SELECT r.capability, r.since, r.until, r.scheme, s.rung, s.tier, r.sanction_id,"
	" NULL::pg_catalog.int8, s.opening"
	" FROM governance.restriction r LEFT JOIN governance.sanction s"
	" ON s.account_id" EQ "r.account_id AND s.sanction_id" EQ "r.sanction_id"
	" WHERE r.account_id" EQ "$1 AND r.since" LE "$2 AND r.until" GT "$2"
	" AND ($3 OR r.scheme" EQ "'certification')"
	" ORDER BY r.capability COLLATE pg_catalog.\"C\", r.scheme COLLATE pg_catalog.\"C\"",
	3, {INT8OID, TIMESTAMPTZOID, BOOLOID}
};

/*
 * Has an account a standing under each scheme that may sanction it without one?  Then
 * its rows say what is withheld.
 */
static bool
standings_say_all(int64 account_id)
{
	StoredStanding *standing;
	int			n;
	Scheme	  **schemes = schemes_unprompted(&n);

	for (int i = 0; i < n; i++)
		if (!standing_probe(account_id, schemes[i], &standing) || standing == NULL)
			return false;
	return true;
}

/*
 * What account_permits() says of the present and the future, where that takes no
 * SQL: false when it does.
 */
static bool
permits_at_once(FmgrInfo *caller, int64 account_id, text *capability, TimestampTz at,
				bool *permitted)
{
	PeriodAnswer answer = periods_ask(caller, &restriction_periods, account_id, capability, at,
									  true);

	*permitted = answer == PERIOD_NONE;
	return answer == PERIOD_WITHIN ||
		(answer == PERIOD_NONE && !rulebook_has_links() &&
		 rulebook_knows_capability(VARDATA_ANY(capability), VARSIZE_ANY_EXHDR(capability)) &&
		 standings_say_all(account_id));
}

/*
 * permits(account_id, capability, at): asked for each row of a query, so first the
 * way without SQL.
 */
Datum
governance_permits(PG_FUNCTION_ARGS)
{
	int64		account_id;
	text	   *capability;
	TimestampTz at;
	bool		permitted;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	account_id = PG_GETARG_INT64(0);
	capability = PG_GETARG_TEXT_PP(1);
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_finite(at, "at");
	rulebook_refresh();
	if (!is_past(at) &&
		permits_at_once(fcinfo->flinfo, account_id, capability, at, &permitted))
		PG_RETURN_BOOL(permitted);
	ledger_read_enter();
	permitted = account_permits(account_id, capability, at, PLAN_READ);
	ledger_read_leave();
	PG_RETURN_BOOL(permitted);
}

/*
 * The sanction that holds a capability back at an instant the longest; of those
 * that do until the same instant, at which another version may take over, the one
 * that lasts longest itself.
 */
static const ProjectedSanction *
holder(const ProjectedSanction *sanctions, int nsanctions, const char *capability, TimestampTz at)
{
	const ProjectedSanction *best = NULL;
	TimestampTz longest = DT_NOBEGIN;
	TimestampTz lasts = DT_NOBEGIN;

	for (int i = 0; i < nsanctions; i++)
	{
		const Rung *rung = sanctions[i].rung;
		TimestampTz since;
		TimestampTz until;
		TimestampTz end;
		bool		open;

		if (!sanction_reach(&sanctions[i], &since, &until) || since > at || until <= at)
			continue;
		end = sanction_end(&sanctions[i].sanction, &open);
		if (best != NULL && (until < longest || (until == longest && end <= lasts)))
			continue;
		for (int j = 0; j < rung->ncapabilities; j++)
			if (strcmp(rung->capabilities[j], capability) == 0)
			{
				best = &sanctions[i];
				longest = until;
				lasts = end;
			}
	}
	return best;
}

/* The id of a sanction's row as a column of the result; 0 is null. */
static void
put_sanction_id(int64 sanction_id, Datum *values, bool *nulls)
{
	values[R_SANCTION] = Int64GetDatum(sanction_id);
	nulls[R_SANCTION] = sanction_id == 0;
}

/* What a sanction is known by, with its row or without, as columns of the result. */
static void
put_sanction(const Rung *rung, int32 opening, int64 sanction_id, Datum *values, bool *nulls)
{
	values[R_RUNG] = CStringGetTextDatum(rung->code);
	values[R_TIER] = SanctionTierGetDatum(rung->tier);
	values[R_OPENING] = Int32GetDatum(opening);
	nulls[R_RUNG] = nulls[R_TIER] = false;
	nulls[R_OPENING] = opening == 0;
	put_sanction_id(sanction_id, values, nulls);
}

/*
 * The sanction that withholds what a row does without naming one: time or a fact
 * has brought it, and the fold knows it.
 */
static void
put_unrecorded(int64 account_id, TimestampTz at, Datum *values, bool *nulls)
{
	char	   *name = TextDatumGetCString(values[R_SCHEME]);
	Scheme	   *scheme = rulebook_scheme(name, strlen(name), true);
	AccountHistory *history;
	EngineState *state;
	ProjectedSanction *sanctions;
	const ProjectedSanction *by;
	int			nsanctions;

	if (scheme == NULL)
		return;
	state = standing_at(account_id, scheme, at, known_by(at), &history);
	if (history == NULL)
		history = history_of(account_id, scheme, HISTORY_FACTS);
	sanctions = ledger_project(scheme, NULL, state, history, &nsanctions);
	by = holder(sanctions, nsanctions, TextDatumGetCString(values[R_CAPABILITY]), at);
	if (by != NULL)
		put_sanction(by->rung, by->sanction.opening, by->sanction.sanction_id, values, nulls);
}

/*
 * What the rows of governance.restriction say of an instant; of the past, only
 * what does not follow from a scheme.
 */
static void
put_stored(ReturnSetInfo *result, int64 account_id, TimestampTz at, bool past)
{
	Datum		values[R_COLUMNS];
	bool		nulls[R_COLUMNS];
	uint64		nrows;
	SPITupleTable *table;

	values[0] = Int64GetDatum(account_id);
	values[1] = TimestampTzGetDatum(at);
	values[2] = BoolGetDatum(!past);
	nrows = plan_execute(&list_plan, values, NULL, PLAN_READ);
	table = SPI_tuptable;
	for (uint64 row = 0; row < nrows; row++)
	{
		for (int i = 0; i < R_COLUMNS; i++)
			values[i] = SPI_getbinval(table->vals[row], table->tupdesc, i + 1, &nulls[i]);
		if (nulls[R_SANCTION])
			put_unrecorded(account_id, at, values, nulls);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	SPI_freetuptable(table);
}

/* What a scheme withholds at an instant, folded. */
static void
put_folded(ReturnSetInfo *result, int64 account_id, Scheme *scheme, TimestampTz at)
{
	ProjectedSanction *sanctions;
	int			nsanctions;
	int			n;
	Withheld   *spans = withheld_at(account_id, scheme, at, &n, &sanctions, &nsanctions);

	for (int i = 0; i < n; i++)
	{
		Datum		values[R_COLUMNS];
		bool		nulls[R_COLUMNS] = {0};
		const ProjectedSanction *by;

		if (spans[i].since > at || spans[i].until <= at)
			continue;
		by = holder(sanctions, nsanctions, spans[i].capability, at);
		values[R_CAPABILITY] = CStringGetTextDatum(spans[i].capability);
		values[R_SINCE] = TimestampTzGetDatum(spans[i].since);
		values[R_UNTIL] = TimestampTzGetDatum(spans[i].until);
		values[R_SCHEME] = CStringGetTextDatum(scheme->name);
		put_sanction(by->rung, by->sanction.opening,
					 stored_sanction(account_id, scheme, by->rung->code, by->sanction.cause,
									 by->sanction.starts, PLAN_READ),
					 values, nulls);
		nulls[R_INHERITED_FROM] = true;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* What the schemes withheld at an instant of the past. */
static void
put_past(ReturnSetInfo *result, int64 account_id, TimestampTz at)
{
	int			n;
	Scheme	  **schemes = schemes_of_account(account_id, &n);

	for (int i = 0; i < n; i++)
		put_folded(result, account_id, schemes[i], at);
}

/* What is withheld without a standing, by facts or time alone. */
static void
put_unprompted(ReturnSetInfo *result, int64 account_id, TimestampTz at)
{
	int			n;
	Scheme	  **schemes = schemes_unprompted(&n);

	for (int i = 0; i < n; i++)
		if (standing_read(account_id, schemes[i]) == NULL)
			put_folded(result, account_id, schemes[i], at);
}

/* What is withheld because of linked accounts. */
static void
put_inherited(ReturnSetInfo *result, int64 account_id, TimestampTz at)
{
	int			n;
	Inherited  *inherited = inherited_at(account_id, at, PLAN_READ, &n);

	for (int i = 0; i < n; i++)
	{
		const Inherited *item = &inherited[i];
		Datum		values[R_COLUMNS];
		bool		nulls[R_COLUMNS] = {0};

		values[R_CAPABILITY] = CStringGetTextDatum(item->capability);
		values[R_SINCE] = TimestampTzGetDatum(item->since);
		values[R_UNTIL] = TimestampTzGetDatum(item->until);
		values[R_SCHEME] = CStringGetTextDatum(item->scheme);
		put_sanction(item->rung, item->sanction.opening, inherited_sanction_id(item), values, nulls);
		values[R_INHERITED_FROM] = Int64GetDatum(item->account_id);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * restrictions(account_id, at): what is withheld at an instant, until when, and by
 * what.  Raises ERRCODE_GV_UNKNOWN_ACCOUNT.
 */
Datum
governance_restrictions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id;
	TimestampTz at;
	bool		past;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	at = PG_GETARG_TIMESTAMPTZ(1);
	require_finite(at, "at");
	past = is_past(at);
	rulebook_refresh();
	ledger_read_enter();
	require_account(account_id);
	if (!past)
		at = now_or_later(at);
	put_stored(result, account_id, at, past);
	if (past)
		put_past(result, account_id, at);
	else
		put_unprompted(result, account_id, at);
	put_inherited(result, account_id, at);
	ledger_read_leave();
	return (Datum) 0;
}
