/*
 * qualified.c
 *		qualified() and qualified_for(): is an account qualified at an instant?
 *
 * The answer is one look into the primary key of governance.qualified_domain, by
 * the rights of the ledger's owner: is there a period of the account and domain
 * that includes the instant?  Where that is not possible without a query (a
 * partitioned table, tables that live on other machines) the same is asked by
 * plain queries, which also say what is unknown.
 */
#include "postgres.h"

#include "compat.h"
#include "certification/withheld_certification.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/report.h"
#include "db/slot.h"
#include "db/smalltable.h"
#include "db/table.h"
#include "ledger/periods.h"
#include "rulebook/cache.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_qualified);
PG_FUNCTION_INFO_V1(governance_qualified_for);

/* When each domain is gated. */
static SmallTable domains = {
	.name = "domain",
	.columns = {"domain", "gated_from", "gated_until"},
	.ncolumns = 3
};

enum
{
	Q_ACCOUNT, Q_NAME, Q_SINCE, Q_UNTIL, Q_COLUMNS
};

static const ColumnSpec domain_columns[Q_COLUMNS] = {
	{"account_id", INT8OID}, {"domain", TEXTOID}, {"since", TIMESTAMPTZOID},
	{"until", TIMESTAMPTZOID}
};

static const ColumnSpec capability_columns[Q_COLUMNS] = {
	{"account_id", INT8OID}, {"capability", TEXTOID}, {"since", TIMESTAMPTZOID},
	{"until", TIMESTAMPTZOID}
};

static Table domain_table = {
	.name = "qualified_domain", .ncolumns = Q_COLUMNS, .columns = domain_columns, .nkeys = 2
};

static Table capability_table = {
	.name = "qualified_capability", .ncolumns = Q_COLUMNS, .columns = capability_columns, .nkeys = 2
};

static const PeriodTable domain_periods = {
	.table = &domain_table, .rights = DIRECT_AS_OWNER, .since = Q_SINCE, .until = Q_UNTIL
};

static const PeriodTable capability_periods = {
	.table = &capability_table, .rights = DIRECT_AS_OWNER, .since = Q_SINCE, .until = Q_UNTIL
};

static KeptPlan slowly_plan = {
	"SELECT governance.qualified_slowly($1, $2, $3, $4)",
	4, {TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/*
 * By plain queries, as the owner of the ledger: is an account qualified for what
 * is a "domain" or a "capability" of that name?  Raises an error when either is
 * unknown.
 */
static bool
qualified_slowly(const char *what, int64 account_id, text *name, TimestampTz at)
{
	Datum		values[4];
	Identity	identity;
	bool		isnull;
	bool		answer;

	ledger_enter(&identity);
	values[0] = CStringGetTextDatum(what);
	values[1] = Int64GetDatum(account_id);
	values[2] = PointerGetDatum(name);
	values[3] = TimestampTzGetDatum(at);
	plan_execute(&slowly_plan, values, NULL, PLAN_READ);
	answer = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	ledger_leave(&identity);
	return answer && !isnull;
}

/*
 * Is the domain gated at the instant, so that whoever has no period is not
 * qualified?  Raises ERRCODE_GV_UNKNOWN_DOMAIN.
 */
static bool
domain_gated(text *domain, TimestampTz at)
{
	int			nrows;
	const SmallRow *rows = small_table_rows(&domains, &nrows);

	for (int i = 0; i < nrows; i++)
		if (small_text_equals(rows[i].values[0], VARDATA_ANY(domain), VARSIZE_ANY_EXHDR(domain)))
		{
			TimestampTz until = DatumGetTimestampTz(rows[i].values[2]);

			/* An end at infinity is none. */
			return DatumGetTimestampTz(rows[i].values[1]) <= at &&
				(at < until || until == DT_NOEND);
		}
	report_missing(MISSING_DOMAIN, text_to_cstring(domain), NULL, 0);
}

/*
 * Does a sanction take the weight from the account's certifications at an instant?
 * Where no scheme can do that, nothing is asked.
 */
static bool
is_withheld(int64 account_id, TimestampTz at)
{
	Identity	identity;
	bool		withheld;

	rulebook_refresh();
	if (!certification_may_be_withheld())
		return false;
	ledger_enter(&identity);
	withheld = certification_is_withheld(account_id, at);
	ledger_leave(&identity);
	return withheld;
}

/*
 * qualified(account_id, domain, at): to anybody who may call it, whatever he may
 * read of the ledger.
 */
Datum
governance_qualified(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	text	   *domain = PG_GETARG_TEXT_PP(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);

	switch (periods_ask(fcinfo->flinfo, &domain_periods, account_id, domain, at, false))
	{
		case PERIOD_WITHIN:
			PG_RETURN_BOOL(!is_withheld(account_id, at) || !domain_gated(domain, at));
		case PERIOD_NONE:
			PG_RETURN_BOOL(!domain_gated(domain, at));
		case PERIOD_NOBODY:
			report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
		case PERIOD_ASK:
			break;
	}
	PG_RETURN_BOOL(qualified_slowly("domain", account_id, domain, at));
}

/*
 * qualified_for(account_id, capability, at).  A capability that no certification
 * governs is everybody's: so where no period says yes, the answer takes queries.
 */
Datum
governance_qualified_for(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	text	   *capability = PG_GETARG_TEXT_PP(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);

	if (periods_ask(fcinfo->flinfo, &capability_periods, account_id, capability, at,
					false) == PERIOD_WITHIN &&
		!is_withheld(account_id, at))
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(qualified_slowly("capability", account_id, capability, at));
}
