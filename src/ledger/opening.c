/*
 * opening.c
 *		A sanction by account, scheme, rung and opening.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "ledger/opening.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* A rung that was gone for some versions is counted anew: the last one is meant. */
static KeptPlan recorded_plan = {
	"SELECT s.sanction_id FROM governance.sanction s WHERE s.account_id" EQ "$1"
	" AND s.scheme" EQ "$2 AND s.rung" EQ "$3 AND s.opening" EQ "$4"
	" ORDER BY s.sanction_id DESC LIMIT 1",
	4, {INT8OID, TEXTOID, TEXTOID, INT4OID}
};

/* See opening.h. */
int64
opening_recorded(const Opening *opening, PlanMode mode)
{
	Datum		values[4] = {
		Int64GetDatum(opening->account_id), CStringGetTextDatum(opening->scheme),
		CStringGetTextDatum(opening->rung), Int32GetDatum(opening->number)
	};
	int64		sanction_id = 0;

	if (plan_execute(&recorded_plan, values, NULL, mode) > 0)
	{
		bool		isnull;

		sanction_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
												  1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return sanction_id;
}

/* See opening.h.  One that another version goes on with comes first as it began. */
bool
opening_find(Scheme *scheme, const EngineState *state, const AccountHistory *history,
			 const Opening *opening, ProjectedSanction *found)
{
	int			n;
	ProjectedSanction *sanctions = ledger_project(scheme, NULL, state, history, &n);

	for (int i = 0; i < n; i++)
		if (sanctions[i].sanction.opening == opening->number &&
			strcmp(sanctions[i].rung->code, opening->rung) == 0)
		{
			*found = sanctions[i];
			return true;
		}
	return false;
}

/* See opening.h. */
void
report_no_opening(const Opening *opening)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_UNKNOWN_SANCTION),
			 errmsg("account %lld has no sanction %d of rung \"%s\" under scheme \"%s\"",
					(long long) opening->account_id, opening->number, opening->rung,
					opening->scheme),
			 errhint("governance.restrictions() and governance.timeline() give rung and opening of each.")));
}
