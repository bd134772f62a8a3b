/*
 * entry.c
 *		Points as the columns of the ledger hold them.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/entry.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

/* Raises ERRCODE_GV_POINTS_OUT_OF_RANGE. */
pg_noreturn static void
refuse_points(Datum numeric, const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
			 errmsg("%s is not a number of points for column \"%s\"",
					DatumGetCString(DirectFunctionCall1(numeric_out, numeric)), column),
			 errdetail("Points have at most two decimals and lie between 0 and 21474836.47."),
			 errhint("governance.rule lists what each rule costs.")));
}

/*
 * By way of a double, which has room for every number of points: this is done
 * for each row that a history is read from.
 */
Points
ledger_points(Datum numeric, const char *column)
{
	double		value = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, numeric));
	double		hundredths = value * 100.0;
	double		rounded = rint(hundredths);

	if (isnan(value) || rounded < 0 || rounded > (double) PG_INT32_MAX ||
		fabs(hundredths - rounded) > 1e-6)
		refuse_points(numeric, column);
	return (Points) rounded;
}

/* What a double has room for is no measure of what was written. */
Points
entered_points(Datum numeric, const char *column)
{
	Points		points = ledger_points(numeric, column);

	if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale, numeric)) > POINTS_DIGITS)
		refuse_points(numeric, column);
	return points;
}
