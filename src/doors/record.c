/*
 * record.c
 *		Gives a sanction that time or a fact has brought its record, for those who
 *		are about to decide on it.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/report.h"
#include "doors/apply.h"
#include "ledger/lock.h"
#include "ledger/opening.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_record_sanction);
PG_FUNCTION_INFO_V1(governance_record_sanction_since);

/* By its start, as a release names it. */
static KeptPlan since_plan = {
	"SELECT s.sanction_id FROM governance.sanction s WHERE s.account_id" EQ "$1"
	" AND s.scheme" EQ "$2 AND s.rung" EQ "$3 AND pg_catalog.lower(s.during)" EQ "$4"
	" ORDER BY s.opening IS NULL, s.sanction_id LIMIT 1",
	4, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
};

/*
 * Moves a standing to now, under its lock, so that what has come by now is recorded;
 * begins: one that is not there yet is made for what facts alone lead to.
 */
static void
bring_to_now(int64 account_id, Scheme *scheme, bool begins)
{
	KeyList		list = {0};
	StandingKey *key = key_list_add(&list, account_id, scheme);

	key->refresh = !begins;
	key->replay = key->begins = begins;
	key->advance_to = GetCurrentTransactionStartTimestamp();
	key->changed_from = DT_NOEND;
	standings_follow(list.keys, list.n);
}

/* Before: whoever may release it may have it recorded. */
static Scheme *
record_enter(Identity *identity, text *name)
{
	require_insert("revision");
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(identity);
	return rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), false);
}

/*
 * record_sanction(account_id, scheme, rung, opening): the id of its record, which
 * is written if it has none yet.  Raises ERRCODE_GV_UNKNOWN_SCHEME and
 * ERRCODE_GV_UNKNOWN_SANCTION.
 */
Datum
governance_record_sanction(PG_FUNCTION_ARGS)
{
	Opening		opening;
	Identity	identity;
	Scheme	   *scheme;
	int64		sanction_id;

	opening.account_id = PG_GETARG_INT64(0);
	opening.rung = text_to_cstring(PG_GETARG_TEXT_PP(2));
	opening.number = PG_GETARG_INT32(3);
	scheme = record_enter(&identity, PG_GETARG_TEXT_PP(1));
	opening.scheme = scheme->name;
	sanction_id = opening_recorded(&opening, PLAN_FRESH);
	for (int begins = 0; begins <= 1 && sanction_id == 0; begins++)
	{
		bring_to_now(opening.account_id, scheme, begins);
		sanction_id = opening_recorded(&opening, PLAN_FRESH);
	}
	if (sanction_id == 0)
		report_no_opening(&opening);
	ledger_leave(&identity);
	PG_RETURN_INT64(sanction_id);
}

/* The id of what starts at an instant; 0: there is none. */
static int64
recorded_since(int64 account_id, Scheme *scheme, text *rung, TimestampTz since)
{
	Datum		values[4] = {
		Int64GetDatum(account_id), PointerGetDatum(scheme->text), PointerGetDatum(rung),
		TimestampTzGetDatum(since)
	};
	int64		sanction_id = 0;

	if (plan_execute(&since_plan, values, NULL, PLAN_FRESH) > 0)
	{
		bool		isnull;

		sanction_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
												  1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return sanction_id;
}

/*
 * record_sanction_since(account_id, scheme, rung, since): the same, named by its
 * start.  Raises ERRCODE_GV_UNKNOWN_SCHEME and ERRCODE_GV_UNKNOWN_SANCTION.
 */
Datum
governance_record_sanction_since(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	text	   *rung = PG_GETARG_TEXT_PP(2);
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(3);
	Identity	identity;
	Scheme	   *scheme = record_enter(&identity, PG_GETARG_TEXT_PP(1));
	int64		sanction_id = recorded_since(account_id, scheme, rung, since);

	for (int begins = 0; begins <= 1 && sanction_id == 0; begins++)
	{
		bring_to_now(account_id, scheme, begins);
		sanction_id = recorded_since(account_id, scheme, rung, since);
	}
	if (sanction_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_SANCTION),
				 errmsg("account %lld has no sanction of rung \"%s\" under scheme \"%s\" from %s on",
						(long long) account_id, text_to_cstring(rung), scheme->name,
						timestamptz_to_str(since)),
				 errhint("Use governance.release(), which names it by its opening.")));
	ledger_leave(&identity);
	PG_RETURN_INT64(sanction_id);
}
