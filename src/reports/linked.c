/*
 * linked.c
 *		linked_sanctions() and inherited_by(): what accounts inherit from those
 *		that they are linked to, and who inherits from them.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/inherited.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "types/sanction_tier.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_linked_sanctions);
PG_FUNCTION_INFO_V1(governance_inherited_by);

/*
 * Do two items, each with a capability, come from one sanction along one link?  Names
 * are compared by where they are stored: every link has a copy of its own of its
 * kind, and every scheme is there once.
 */
static bool
same_sanction(const Inherited *a, const Inherited *b)
{
	return a->account_id == b->account_id && a->sanction.number == b->sanction.number &&
		a->scheme == b->scheme && a->kind == b->kind;
}

/*
 * linked_sanctions(account_id, at): every sanction that linked accounts stand
 * under, and what of it is handed on.
 */
Datum
governance_linked_sanctions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id;
	TimestampTz at;
	Link	   *links;
	int			nlinks;
	Exemptions	exemptions;
	Inherited  *items;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	at = PG_GETARG_TIMESTAMPTZ(1);
	require_finite(at, "at");
	rulebook_refresh();
	ledger_read_enter();
	require_account(account_id);
	links = links_of(account_id, PLAN_READ, &nlinks);
	exemptions = exemptions_of(account_id, PLAN_READ, 0);
	items = inherited_from(links, nlinks, &exemptions, at, true, &n);
	for (int i = 0; i < n; i++)
	{
		Datum		values[10];
		bool		nulls[10] = {0};
		const Inherited *first = &items[i];
		Datum	   *names = palloc(sizeof(Datum) * (n + 1));
		int			nnames = 0;
		bool		seen = false;

		for (int j = 0; j < i && !seen; j++)
			seen = same_sanction(&items[j], first);
		if (seen)
			continue;
		for (int j = i; j < n; j++)
			if (same_sanction(&items[j], first) && items[j].capability != NULL)
				names[nnames++] = CStringGetTextDatum(items[j].capability);
		values[0] = Int64GetDatum(first->account_id);
		values[1] = CStringGetTextDatum(first->kind);
		values[2] = Float8GetDatum(first->confidence);
		values[3] = CStringGetTextDatum(first->scheme);
		values[4] = CStringGetTextDatum(first->rung->code);
		values[5] = SanctionTierGetDatum(first->rung->tier);
		values[6] = TimestampTzGetDatum(first->since);
		values[7] = TimestampTzGetDatum(first->until);
		values[8] = datum_array(names, NULL, nnames, TEXTOID);
		values[9] = Int64GetDatum(inherited_sanction_id(first));
		nulls[9] = DatumGetInt64(values[9]) == 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	ledger_read_leave();
	return (Datum) 0;
}

/*
 * inherited_by(account_id, sanction_id, at): an account that inherits a sanction
 * of this one at an instant, null when there is none.
 */
Datum
governance_inherited_by(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	int64		sanction_id = PG_GETARG_INT64(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);
	int64		answer = 0;
	bool		found = false;

	require_finite(at, "at");
	rulebook_refresh();
	if (rulebook_has_links())
	{
		Link	   *links;
		int			nlinks;

		ledger_read_enter();
		links = heirs_of(account_id, PLAN_READ, &nlinks);
		for (int i = 0; i < nlinks && !found; i++)
		{
			Exemptions	exemptions;
			Inherited  *items;
			int			n;

			answer = links[i].other;
			links[i].other = account_id;
			exemptions = exemptions_of(answer, PLAN_READ, 0);
			items = inherited_from(&links[i], 1, &exemptions, at, false, &n);
			found = inherits(items, n, account_id, sanction_id);
		}
		ledger_read_leave();
	}
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_INT64(answer);
}

