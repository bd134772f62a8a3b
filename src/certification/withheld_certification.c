/*
 * withheld_certification.c
 *		Sanctions that withhold the capability "certification".
 *
 * What an account is qualified for follows from its certifications alone and is
 * stored; whether a sanction takes the weight from them is asked of its standings
 * at the instant, so that nothing has to be written when one begins or ends.
 */
#include "postgres.h"

#include "compat.h"
#include "certification/withheld_certification.h"
#include "db/identity.h"
#include "db/owner.h"
#include "ledger/shown.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"

#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_certification_is_withheld);

#define CERTIFICATION "certification"

/* Worked out once for each list of versions. */
bool
certification_may_be_withheld(void)
{
	static uint64 generation = 0;
	static bool may_be;

	if (generation != rulebook_generation())
	{
		int			n;
		Scheme	  **schemes = rulebook_schemes(&n);

		may_be = false;
		for (int i = 0; i < n && !may_be; i++)
			may_be = schemes[i]->trial_of == NULL && scheme_withholds_certification(schemes[i]);
		generation = rulebook_generation();
	}
	return may_be;
}

/* Under each scheme that has such a rung: mostly that is none, or one. */
bool
certification_is_withheld(int64 account_id, TimestampTz at)
{
	int			n;
	Scheme	  **schemes;

	if (!certification_may_be_withheld())
		return false;
	schemes = rulebook_schemes(&n);
	for (int i = 0; i < n; i++)
	{
		AccountHistory *history;
		EngineState *state;

		if (schemes[i]->trial_of != NULL || !scheme_withholds_certification(schemes[i]))
			continue;
		state = standing_at(account_id, schemes[i], at, at, &history);
		if (state != NULL && state_withholds(schemes[i], state, CERTIFICATION, strlen(CERTIFICATION)))
			return true;
	}
	return false;
}

/*
 * certification_is_withheld(account_id, at): part of qualified() and its like; to
 * anybody who may call it, whatever he may read of the ledger.
 */
Datum
governance_certification_is_withheld(PG_FUNCTION_ARGS)
{
	Identity	identity;
	bool		withheld;

	rulebook_refresh();
	if (!certification_may_be_withheld())
		PG_RETURN_BOOL(false);
	ledger_enter(&identity);
	withheld = certification_is_withheld(PG_GETARG_INT64(0), PG_GETARG_TIMESTAMPTZ(1));
	ledger_leave(&identity);
	PG_RETURN_BOOL(withheld);
}
