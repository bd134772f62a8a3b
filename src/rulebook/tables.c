/*
 * tables.c
 *		Reading the tables of the rulebook.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "compat.h"
#include "db/report.h"
#include "db/provisional.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "rulebook/tables.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* The table of that name in the schema of the extension, or InvalidOid. */
static Oid
find_table(const char *name)
{
	Oid			nsp = get_namespace_oid("governance", true);

	return OidIsValid(nsp) ? get_relname_relid(name, nsp) : InvalidOid;
}

/* The extension has a schema before create_ledger() puts tables into it. */
Oid
rulebook_table(const char *name)
{
	Oid			relid = find_table(name);

	if (!OidIsValid(relid))
		report_missing(MISSING_LEDGER, NULL, NULL, 0);
	return relid;
}

/* Its absence is no error: documents need no calendar that has a name. */
Oid
holiday_table(void)
{
	return find_table("holiday");
}

/* Without it nothing has changed since the ledger was made. */
Oid
edition_table(void)
{
	return find_table("edition");
}

/*
 * SECURITY_NOFORCE_RLS: the owner reads all rows, even where row security is
 * forced.
 */
void
reading_begin(Reading *reading, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);

	GetUserIdAndSecContext(&reading->userid, &reading->sec_context);
	SetUserIdAndSecContext(owner, reading->sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	SPI_connect();
	reading->snapshot = RegisterSnapshot(newest_snapshot());
}

/* In the opposite order of reading_begin(). */
void
reading_end(Reading *reading)
{
	UnregisterSnapshot(reading->snapshot);
	SPI_finish();
	SetUserIdAndSecContext(reading->userid, reading->sec_context);
}

/*
 * The plan is not kept: the rulebook is read once after it has changed, and not
 * with each statement.
 */
uint64
reading_execute(Reading *reading, const char *query, int nargs, Oid *types,
				Datum *values)
{
	OwnStatement own;
	SPIPlanPtr	plan;
	int			rc;

	own_statement_begin(&own);
	plan = SPI_prepare(query, nargs, types);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	rc = SPI_execute_snapshot(plan, values, NULL, reading->snapshot,
							  InvalidSnapshot, true, false, 0);
	own_statement_end(&own);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(rc));
	return SPI_processed;
}

/* Of the query that was run last. */
Datum
reading_value(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column,
						 isnull);
}

/* Of the query that was run last; the text is in the memory of SPI. */
char *
reading_text(uint64 row, int column)
{
	bool		isnull;
	Datum		value = reading_value(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* A day is kept as a Julian date, which the engine counts with. */
CalendarDay *
rulebook_holidays(const char *calendar, int *ndays)
{
	Oid			relid = holiday_table();
	MemoryContext context = CurrentMemoryContext;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	Reading		reading;
	CalendarDay *days;

	*ndays = 0;
	if (!OidIsValid(relid))
		return NULL;
	values[0] = CStringGetTextDatum(calendar);
	reading_begin(&reading, relid);
	*ndays = (int) reading_execute(&reading,
								   "SELECT day, working FROM governance.holiday"
								   " WHERE calendar OPERATOR(pg_catalog.=) $1 ORDER BY day",
								   1, types, values);
	days = MemoryContextAllocZero(context, sizeof(CalendarDay) * Max(*ndays, 1));
	for (int row = 0; row < *ndays; row++)
	{
		bool		isnull;

		days[row].day = DatumGetDateADT(reading_value(row, 1, &isnull)) + POSTGRES_EPOCH_JDATE;
		days[row].working = DatumGetBool(reading_value(row, 2, &isnull));
	}
	reading_end(&reading);
	return days;
}

/*
 * The bytes are hashed as they lie: there are none between the fields of a
 * day.
 */
uint64
holidays_hash(const CalendarDay *days, int ndays)
{
	return ndays == 0 ? 0 : hash_bytes_extended((const unsigned char *) days,
												sizeof(CalendarDay) * ndays, 0);
}

/* Copied out of the memory of SPI, which goes with the reading. */
Jsonb *
stored_document(Oid policy_relid, int64 policy_id)
{
	MemoryContext context = CurrentMemoryContext;
	Reading		reading;
	Oid			types[1] = {INT8OID};
	Datum		values[1] = {Int64GetDatum(policy_id)};
	Jsonb	   *document = NULL;
	bool		isnull;

	reading_begin(&reading, policy_relid);
	if (reading_execute(&reading,
						"SELECT document FROM governance.policy"
						" WHERE policy_id OPERATOR(pg_catalog.=) $1",
						1, types, values) > 0)
	{
		struct varlena *stored = (struct varlena *) DatumGetJsonbP(reading_value(0, 1, &isnull));

		document = MemoryContextAlloc(context, VARSIZE(stored));
		memcpy(document, stored, VARSIZE(stored));
	}
	reading_end(&reading);
	return document;
}
