/*
 * standing.c
 *		The standing of an account under a scheme, as it is stored and at any
 *		instant.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/report.h"
#include "errors.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/shown.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan schemes_plan = {
	"SELECT s.scheme FROM governance.standing s WHERE s.account_id" EQ "$1 ORDER BY 1",
	1, {INT8OID}
};

/*
 * A standing that has seen more than is asked for cannot go back; one that is
 * stale goes nowhere, and one that has not seen entries that a later version may
 * listen to gets no further than to that.
 */
bool
standing_serves(Scheme *scheme, const StoredStanding *standing, TimestampTz at,
				TimestampTz known_at)
{
	return standing->state != NULL && at >= standing->as_of &&
		Min(at, known_at) >= standing->known_at &&
		(standing->edition == edition_number(&scheme->editions) ||
		 at < edition_unseen(&scheme->editions, standing->edition));
}

/*
 * Under the version that is in force at the instant, and after all that the row
 * has seen, until something is due.
 */
bool
standing_shows(Scheme *scheme, const ShownRow *row, TimestampTz at, TimestampTz *until)
{
	PolicyVersion *version;

	if (at < shown_from(row->as_of, row->known_at) || at >= row->next_due)
		return false;
	version = rulebook_version_at(scheme, at);
	if (version == NULL || version->policy_id != row->policy_id)
		return false;
	*until = Min(row->next_due, version->to);
	if (row->edition == edition_number(&scheme->editions))
		return true;
	*until = Min(*until, edition_unseen(&scheme->editions, row->edition));
	return at < *until && !edition_is_stale(&scheme->editions, row->edition, row->as_of);
}

/*
 * One that has seen less than the next version would have it does not say
 * enough by itself.
 */
EngineState *
standing_moved(Scheme *scheme, StoredStanding *standing, TimestampTz at, TimestampTz known_at)
{
	if (standing == NULL || !standing_serves(scheme, standing, at, known_at) ||
		next_version_from(scheme, standing->state) <= at)
		return NULL;
	ledger_advance(scheme, NULL, &standing->state, NULL, at, NULL);
	return standing->state;
}

/*
 * May there be entries of an account without a standing that make one?  A
 * scheme that never was on trial, and a version that listens to nothing that was
 * known before it, leave none; otherwise the account mostly has none.
 */
static bool
may_hide_entries(int64 account_id, Scheme *scheme, TimestampTz at)
{
	bool		has;

	return edition_unseen(&scheme->editions, 0) <= at &&
		(!account_probe_entries(account_id, &has) || has);
}

/*
 * An account of which all was overturned stands as if it had been opened and
 * nothing had happened, which is what a writer makes of it, too.
 */
EngineState *
standing_folded(Scheme *scheme, const StoredStanding *standing, const AccountHistory *history,
				TimestampTz at, TimestampTz known_at)
{
	EngineState *state = ledger_fold(scheme, NULL, history, known_at == DT_NOEND ? at : known_at,
									 at, NULL);

	if (state == NULL && standing != NULL && at >= standing->as_of && scheme->nversions > 0)
	{
		state = ledger_blank(scheme, history);
		if (state->as_of <= at)
			ledger_advance(scheme, NULL, &state, history, at, NULL);
		else
			state = NULL;
	}
	return state;
}

/* For score() and its like, of which most are settled so. */
EngineState *
standing_at_once(int64 account_id, Scheme *scheme, TimestampTz at, TimestampTz known_at)
{
	StoredStanding *standing;
	AccountHistory facts = {.account_id = account_id};

	if (!standing_probe(account_id, scheme, &standing))
		return NULL;
	if (standing != NULL)
		return standing_moved(scheme, standing, at, known_at);

	/* As the policy starts it. */
	if (scheme_has_attributes(scheme) || may_hide_entries(account_id, scheme, at) ||
		!account_probe(account_id, &facts.exists, &facts.opened) || !facts.exists ||
		(scheme->nversions > 1 && scheme_begins(scheme, facts.opened) < at))
		return NULL;
	return ledger_fresh(scheme, NULL, &facts, at);
}

/*
 * The history is read only where the stored standing does not settle it;
 * *history is then what was read.
 */
EngineState *
standing_at(int64 account_id, Scheme *scheme, TimestampTz at, TimestampTz known_at,
			AccountHistory **history)
{
	StoredStanding *standing = standing_read(account_id, scheme);
	EngineState *state = standing_moved(scheme, standing, at, known_at);
	bool		whole = standing == NULL ? may_hide_entries(account_id, scheme, at) :
		!standing_serves(scheme, standing, at, known_at);

	*history = NULL;
	if (state != NULL)
		return state;
	*history = history_of(account_id, scheme,
						  whole ? HISTORY_FACTS | HISTORY_ENTRIES : HISTORY_FACTS);
	if (!(*history)->exists)
		report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
	if (whole)
		state = standing_folded(scheme, standing, *history, at, known_at);
	else if (standing != NULL)
	{
		state = standing->state;
		ledger_advance(scheme, NULL, &state, *history, at, NULL);
	}
	if (state == NULL)
		state = ledger_fresh(scheme, NULL, *history, at);
	return state;
}

/* By name. */
static int
scheme_cmp(const void *a, const void *b)
{
	return strcmp((*(Scheme *const *) a)->name, (*(Scheme *const *) b)->name);
}

/*
 * Adds the schemes of which an account has entries and no standing yet: few
 * schemes can have such, and few accounts.  There is room for all schemes.
 */
static void
add_unseen(int64 account_id, Scheme **schemes, int *nschemes)
{
	int			n;
	Scheme	  **all = rulebook_schemes(&n);
	int			known = *nschemes;
	bool		has;

	for (int i = 0; i < n; i++)
	{
		bool		listed = edition_unseen(&all[i]->editions, 0) == DT_NOEND ||
			rulebook_is_damaged(all[i]);

		for (int j = 0; j < known && !listed; j++)
			listed = schemes[j] == all[i];
		if (listed)
			continue;
		if (account_probe_entries(account_id, &has) && !has)
			break;
		if (ledger_fold(all[i], NULL,
						history_of(account_id, all[i], HISTORY_FACTS | HISTORY_ENTRIES),
						DT_NOEND, DT_NOEND, NULL) != NULL)
			schemes[(*nschemes)++] = all[i];
	}
	if (*nschemes > known)
		qsort(schemes, *nschemes, sizeof(Scheme *), scheme_cmp);
}

/* Adds the schemes that may sanction an account without an entry, as above. */
static void
add_unprompted(Scheme **schemes, int *nschemes)
{
	int			n;
	Scheme	  **all = schemes_unprompted(&n);
	int			known = *nschemes;

	for (int i = 0; i < n; i++)
	{
		bool		listed = false;

		for (int j = 0; j < known && !listed; j++)
			listed = schemes[j] == all[i];
		if (!listed)
			schemes[(*nschemes)++] = all[i];
	}
	if (*nschemes > known)
		qsort(schemes, *nschemes, sizeof(Scheme *), scheme_cmp);
}

/* An account without a standing is looked up, for it may not exist at all. */
Scheme **
schemes_of_account(int64 account_id, int *nschemes)
{
	MemoryContext context = CurrentMemoryContext;
	Datum		value = Int64GetDatum(account_id);
	Scheme	  **schemes;
	int			nall;
	uint64		nrows = plan_execute(&schemes_plan, &value, NULL, PLAN_READ);

	if (nrows == 0)
		require_account(account_id);
	(void) rulebook_schemes(&nall);
	schemes = MemoryContextAlloc(context, sizeof(Scheme *) * (nrows + nall + 1));
	*nschemes = 0;
	for (uint64 row = 0; row < nrows; row++)
	{
		char	   *name = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1);
		Scheme	   *scheme = rulebook_scheme(name, strlen(name), strchr(name, '@') != NULL);

		/* Standings of a trial that is over stay for a while, and say nothing. */
		if (scheme != NULL)
			schemes[(*nschemes)++] = scheme;
	}
	add_unseen(account_id, schemes, nschemes);
	add_unprompted(schemes, nschemes);
	return schemes;
}

/* ---------- the instants that callers ask about ---------- */

/* The start of the transaction is the present, as now() is: so long as it runs. */
bool
is_past(TimestampTz at)
{
	return at < GetCurrentTransactionStartTimestamp();
}

/* The past does not change by what is decided later. */
TimestampTz
known_by(TimestampTz at)
{
	return is_past(at) ? at : DT_NOEND;
}
