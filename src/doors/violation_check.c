/*
 * violation_check.c
 *		The check constraint of governance.violation.
 *
 * The server parses the check constraints of a table anew in each statement that
 * inserts into it, and six of them cost a tenth of a violation.  So there is one,
 * a call of this, which complains in the words of the six.  A constraint holds
 * for everything that comes into the table: COPY, partitions, what is replicated,
 * and rows for which no trigger fires.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "engine/names.h"
#include "util.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_violation_fits);

/* Raises ERRCODE_CHECK_VIOLATION, with the fields that the server fills in. */
pg_noreturn
static void
report_unfit(const char *constraint, const char *column, const char *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("new row for relation \"%s\" violates check constraint \"%s\"",
					"violation", constraint),
			 errdetail("Column \"%s\" is %s.", column, value),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "governance"),
			 err_generic_string(PG_DIAG_TABLE_NAME, "violation"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint)));
}

/* Points, in an argument that may be null, are not negative. */
static void
check_points(FunctionCallInfo fcinfo, int argument, const char *constraint, const char *column)
{
	Numeric		points;

	if (PG_ARGISNULL(argument))
		return;
	points = PG_GETARG_NUMERIC(argument);
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(points),
										  NumericGetDatum(int64_to_numeric(0)))) < 0)
		report_unfit(constraint, column,
					 DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(points))));
}

/* An instant, in an argument that may be null, is not infinite. */
static void
check_instant(FunctionCallInfo fcinfo, int argument, const char *constraint, const char *column)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(argument);

	if (!PG_ARGISNULL(argument) && TIMESTAMP_NOT_FINITE(at))
		report_unfit(constraint, column, timestamptz_to_str(at));
}

/*
 * violation_fits(points, surcharge, source, campaign, occurred_at, decided_at):
 * true, or an error.  What is null is left to NOT NULL.
 */
Datum
governance_violation_fits(PG_FUNCTION_ARGS)
{
	check_points(fcinfo, 0, "violation_points_check", "points");
	check_points(fcinfo, 1, "violation_surcharge_check", "surcharge");
	if (!PG_ARGISNULL(2))
	{
		text	   *source = PG_GETARG_TEXT_PP(2);

		if (source_by_name(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source)) < 0)
			report_unfit("violation_source_check", "source", text_to_cstring(source));
		if (PG_ARGISNULL(3) && text_is(source, "campaign"))
			report_unfit("violation_campaign_check", "campaign", "null");
	}
	check_instant(fcinfo, 4, "violation_occurred_at_check", "occurred_at");
	check_instant(fcinfo, 5, "violation_decided_at_check", "decided_at");
	PG_RETURN_BOOL(true);
}
