/*
 * edition_row.c
 *		Writes what has changed of a scheme's rules into governance.edition.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "doors/edition_row.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* Trials have no row of their own, and share the one of their scheme. */
static KeptPlan hold_plan = {
	"SELECT FROM governance.scheme s WHERE s.scheme" EQ "$1 FOR NO KEY UPDATE",
	1, {TEXTOID}
};

static KeptPlan last_plan = {
	"SELECT coalesce(pg_catalog.max(e.edition), 0) FROM governance.edition e WHERE e.scheme" EQ "$1",
	1, {TEXTOID}
};

static KeptPlan insert_plan = {
	"INSERT INTO governance.edition (scheme, edition, reaches, unseen, policy_id, why)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	6, {TEXTOID, INT8OID, TIMESTAMPTZOID, BOOLOID, INT8OID, TEXTOID}
};

/*
 * Once the scheme is held, the last edition is what is committed by now, whatever
 * the snapshot of this transaction shows.
 */
void
edition_write(const Scheme *scheme, TimestampTz reaches, bool unseen, int64 policy_id,
			  const char *why)
{
	const char *base = scheme->trial_of != NULL ? scheme->trial_of : scheme->name;
	Datum		held = CStringGetTextDatum(base);
	Datum		values[6] = {PointerGetDatum(scheme->text)};
	bool		isnull;

	plan_execute(&hold_plan, &held, NULL, PLAN_FRESH);
	SPI_freetuptable(SPI_tuptable);
	plan_execute(&last_plan, values, NULL, PLAN_LATEST);
	values[1] = Int64GetDatum(DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
														  SPI_tuptable->tupdesc, 1, &isnull)) + 1);
	SPI_freetuptable(SPI_tuptable);
	values[2] = TimestampTzGetDatum(reaches);
	values[3] = BoolGetDatum(unseen);
	values[4] = Int64GetDatum(policy_id);
	values[5] = CStringGetTextDatum(why);
	plan_execute(&insert_plan, values, policy_id == 0 ? "    n " : NULL, PLAN_WRITE);
}
