/*
 * permits.c
 *		May an account do something at an instant?
 *
 * The standings of an account show what holds now, so the present takes one probe
 * of an index (withheld.c).  Whatever they do not show, the past among it, is
 * folded to the instant.
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

/* What does not follow from a score. */
static KeptPlan withholding_plan = {
	"SELECT 1 FROM governance.withholding w WHERE w.account_id" EQ "$1"
	" AND w.capability" EQ "$2 AND w.since" LE "$3 AND w.until" GT "$3 LIMIT 1",
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

/*
 * Does any scheme withhold a capability from an account at an instant, by what was
 * known then?  Each is folded to the instant where its standing does not say it.
 */
static bool
schemes_withhold(int64 account_id, const text *capability, TimestampTz at)
{
	int			nschemes;
	Scheme	  **schemes = schemes_of_account(account_id, &nschemes);

	for (int s = 0; s < nschemes; s++)
	{
		AccountHistory *history;
		EngineState *state;

		if (schemes[s]->trial_of != NULL)
			continue;
		state = standing_at(account_id, schemes[s], at, at, &history);
		if (state != NULL && state_withholds(schemes[s], state, VARDATA_ANY(capability),
											 VARSIZE_ANY_EXHDR(capability)))
			return true;
	}
	return false;
}

/*
 * From which instant on may there be entries that nobody has folded, of accounts
 * without a standing?  Worked out once for each list of versions.
 */
static TimestampTz
unseen_from(void)
{
	static uint64 generation = 0;
	static TimestampTz unseen;

	if (generation != rulebook_generation())
	{
		int			n;
		Scheme	  **schemes = rulebook_schemes(&n);

		unseen = DT_NOEND;
		for (int i = 0; i < n; i++)
			if (schemes[i]->trial_of == NULL)
				unseen = Min(unseen, edition_unseen(&schemes[i]->editions, 0));
		generation = rulebook_generation();
	}
	return unseen;
}

/*
 * Has an account a standing under each scheme that may sanction it without an entry?
 * Mostly no scheme does.
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
 * By the standings, where these say it: they are asked for each row of a query.
 * Who may see some rows only sees what a query shows him.
 */
bool
permits_at_once(FmgrInfo *caller, int64 account_id, text *capability, TimestampTz at,
				bool *permitted)
{
	PeriodAnswer answer = periods_ask(caller, &withheld_periods, account_id, capability, at, true);

	*permitted = answer == PERIOD_NONE;
	if (answer == PERIOD_WITHIN)
		return true;
	return answer == PERIOD_NONE && !rulebook_has_links() &&
		at < unseen_from() && standings_say_all(account_id) &&
		rulebook_knows_capability(VARDATA_ANY(capability), VARSIZE_ANY_EXHDR(capability));
}

/*
 * What is cheapest is asked first.  Whether capability and account exist matters
 * only where nothing withholds it.
 */
bool
account_permits(int64 account_id, text *capability, TimestampTz at, PlanMode mode)
{
	Datum		values[3];
	bool		withheld;
	Inherited  *inherited;
	int			ninherited;

	if (!is_past(at))
		at = now_or_later(at);
	values[0] = Int64GetDatum(account_id);
	values[1] = PointerGetDatum(capability);
	values[2] = TimestampTzGetDatum(at);
	withheld = plan_execute(&withholding_plan, values, NULL, mode) > 0;
	SPI_freetuptable(SPI_tuptable);
	if (withheld)
		return false;
	if (!rulebook_knows_capability(VARDATA_ANY(capability), VARSIZE_ANY_EXHDR(capability)))
		report_missing(MISSING_CAPABILITY, text_to_cstring(capability), NULL, 0);
	if (schemes_withhold(account_id, capability, at))
		return false;
	inherited = inherited_at(account_id, at, mode, &ninherited);
	for (int i = 0; i < ninherited; i++)
		if (text_is(capability, inherited[i].capability))
			return false;
	return true;
}
