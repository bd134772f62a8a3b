/*
 * amount.c
 *		Amounts as tables and callers write them.
 */
#include "postgres.h"

#include "entitlement/amount.h"
#include "errors.h"

#include "fmgr.h"
#include "utils/builtins.h"

/* So much at most; sums may be more. */
#define MOST_AMOUNT	INT64CONST(1000000000000000000)

/* What is no number at all compares as more than any. */
int64
amount_of_numeric(Numeric number, int64 scale)
{
	Datum		value = NumericGetDatum(number);
	Datum		most = NumericGetDatum(int64_to_numeric(MOST_AMOUNT / scale));
	Datum		zero = NumericGetDatum(int64_to_numeric(0));

	if (DatumGetBool(DirectFunctionCall2(numeric_lt, value, zero)) ||
		DatumGetBool(DirectFunctionCall2(numeric_gt, value, most)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an amount cannot be %s", DatumGetCString(DirectFunctionCall1(numeric_out, value))),
				 errdetail("An amount is a number from 0 to %lld.", (long long) (MOST_AMOUNT / scale))));
	value = DirectFunctionCall2(numeric_mul, value, NumericGetDatum(int64_to_numeric(scale)));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, value));
}

/* Of a unit of time the last digits may go on for ever: eight of them are enough. */
Datum
amount_numeric(int64 amount, int64 scale)
{
	Datum		value;

	if (scale == AMOUNT_SCALE)
		value = NumericGetDatum(int64_div_fast_to_numeric(amount, 6));
	else
	{
		value = DirectFunctionCall2(numeric_div, NumericGetDatum(int64_to_numeric(amount)),
									NumericGetDatum(int64_to_numeric(scale)));
		value = DirectFunctionCall2(numeric_round, value, Int32GetDatum(8));
	}
	return DirectFunctionCall1(numeric_trim_scale, value);
}

/* Units of time are whole seconds. */
int64
amount_stored(Datum number, bool seconds, const Capability *measure)
{
	int64		amount = amount_of_numeric(DatumGetNumeric(number), AMOUNT_SCALE);

	if (measure == NULL || !measure->is_time || seconds)
		return amount;
	return amount * (measure->unit_size / AMOUNT_SCALE);
}
