/*
 * permits.c
 *		May an account do something at an instant?
 *
 * governance.restriction already says what holds now and what will hold if
 * nothing more happens, so the present and the future take one probe of an index.
 * The past is folded anew from what was known then.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/report.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/inherited.h"
#include "ledger/permits.h"
#include "ledger/project.h"
#include "ledger/shown.h"
#include "ledger/standing.h"
#include "ledger/withheld.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define LE " OPERATOR(pg_catalog.<=) "
#define GT " OPERATOR(pg_catalog.>) "

static KeptPlan probe_plan = {
	"SELECT 1 FROM governance.restriction r WHERE r.account_id" EQ "$1"
	" AND r.capability" EQ "$2 AND r.since" LE "$3 AND r.until" GT "$3 LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* Only what does not follow from a scheme: certifications. */
static KeptPlan probe_other_plan = {
	"SELECT 1 FROM governance.restriction r WHERE r.account_id" EQ "$1"
	" AND r.capability" EQ "$2 AND r.since" LE "$3 AND r.until" GT "$3"
	" AND r.scheme" EQ "'certification' LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/*
 * The transaction of a caller may have begun a while ago: what has been decided
 * meanwhile, and is committed, counts.
 */
TimestampTz
now_or_later(TimestampTz at)
{
	return Max(at, GetCurrentTimestamp());
}

/* The standing as it was at that instant, and the spans that follow from it. */
Withheld *
withheld_at(int64 account_id, Scheme *scheme, TimestampTz at, int *nwithheld,
			ProjectedSanction **sanctions, int *nsanctions)
{
	AccountHistory *history;
	EngineState *state = standing_at(account_id, scheme, at, at, &history);

	*nwithheld = *nsanctions = 0;
	if (state == NULL)
		return NULL;
	if (history == NULL)
		history = history_load(&account_id, 1, HISTORY_FACTS, PLAN_READ);
	*sanctions = ledger_project(scheme, NULL, state, history, nsanctions);
	return withheld_by(*sanctions, *nsanctions, at, nwithheld);
}

/* Did any scheme withhold a capability from an account at a past instant? */
static bool
withheld_then(int64 account_id, const text *capability, TimestampTz at)
{
	int			nschemes;
	Scheme	  **schemes = schemes_of_account(account_id, &nschemes);

	for (int s = 0; s < nschemes; s++)
	{
		ProjectedSanction *sanctions;
		int			nsanctions;
		int			n;
		Withheld   *spans = withheld_at(account_id, schemes[s], at, &n, &sanctions, &nsanctions);

		for (int i = 0; i < n; i++)
			if (spans[i].since <= at && at < spans[i].until &&
				text_is(capability, spans[i].capability))
				return true;
	}
	return false;
}

/* Is a capability withheld from an account that has no standing, by facts or time? */
static bool
withheld_unprompted(int64 account_id, const text *capability, TimestampTz at)
{
	int			n;
	Scheme	  **schemes = schemes_unprompted(&n);

	for (int i = 0; i < n; i++)
	{
		EngineState *state = standing_unprompted(account_id, schemes[i], at);

		if (state != NULL && state_withholds(schemes[i], state, VARDATA_ANY(capability),
											 VARSIZE_ANY_EXHDR(capability)))
			return true;
	}
	return false;
}

/*
 * What is cheapest is asked first: a row that withholds it settles the question.
 * Only where there is none does it matter whether the capability and the account
 * exist, and what the account inherits from others.
 */
bool
account_permits(int64 account_id, text *capability, TimestampTz at, PlanMode mode)
{
	bool		past = is_past(at);
	Datum		values[3];
	bool		withheld;
	Inherited  *inherited;
	int			ninherited;

	values[0] = Int64GetDatum(account_id);
	values[1] = PointerGetDatum(capability);
	values[2] = TimestampTzGetDatum(past ? at : now_or_later(at));
	withheld = plan_execute(past ? &probe_other_plan : &probe_plan, values, NULL, mode) > 0;
	SPI_freetuptable(SPI_tuptable);
	if (withheld)
		return false;
	if (!rulebook_knows_capability(VARDATA_ANY(capability), VARSIZE_ANY_EXHDR(capability)))
		report_missing(MISSING_CAPABILITY, text_to_cstring(capability), NULL, 0);
	if (!past)
		require_account(account_id);
	if (past ? withheld_then(account_id, capability, at) :
		withheld_unprompted(account_id, capability, DatumGetTimestampTz(values[2])))
		return false;
	inherited = inherited_at(account_id, DatumGetTimestampTz(values[2]), mode, &ninherited);
	for (int i = 0; i < ninherited; i++)
		if (text_is(capability, inherited[i].capability))
			return false;
	return true;
}
