/*
 * call.c
 *		What the calls that use have in common: their arguments, and the row that they
 *		give back.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "errors.h"
#include "ledger/standing.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* So long a reference may be: it stands in an index. */
#define MOST_REF	500

/* As a strict function would do without a word. */
void
require_arguments(FunctionCallInfo fcinfo, const int *numbers, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (PG_ARGISNULL(numbers[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("\"%s\" must not be null", names[i])));
}

/* See call.h; the same reference twice is one use, so an empty one would be free. */
text *
ref_checked(text *ref)
{
	if (VARSIZE_ANY_EXHDR(ref) == 0 || VARSIZE_ANY_EXHDR(ref) > MOST_REF)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reference must have from 1 to %d bytes", MOST_REF)));
	return ref;
}

/* Null is none. */
text *
ref_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : ref_checked(PG_GETARG_TEXT_PP(n));
}

/* Of the present is what the clock says: a transaction may have begun a while ago. */
TimestampTz
instant_argument(FunctionCallInfo fcinfo, int n, bool *now)
{
	TimestampTz at = PG_ARGISNULL(n) ? GetCurrentTimestamp() : PG_GETARG_TIMESTAMPTZ(n);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a finite instant", "at")));
	*now = PG_ARGISNULL(n) || (!is_past(at) && at <= GetCurrentTimestamp());
	return *now ? GetCurrentTimestamp() : at;
}

/* Empty lists are null. */
bool
text_list(const char *const *texts, int n, Datum *value)
{
	Datum	   *items = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		items[i] = CStringGetTextDatum(texts[i]);
	*value = n == 0 ? (Datum) 0 : datum_array(items, NULL, n, TEXTOID);
	return n > 0;
}

/* What nothing limits is null. */
HeapTuple
call_row(const Question *question, TupleDesc desc, int64 id, int64 used)
{
	const MeterAnswer *answer = question->answer;
	Datum		values[9] = {0};
	bool		nulls[9];
	const char *withheld = "withheld";

	memset(nulls, true, sizeof(nulls));
	values[0] = Int64GetDatum(id);
	nulls[0] = id == 0;
	values[1] = BoolGetDatum(question->allowed);
	nulls[1] = false;
	if (answer == NULL || question->withheld)
		nulls[4] = !question->withheld || !text_list(&withheld, 1, &values[4]);
	if (answer != NULL)
	{
		if (answer->remaining != AMOUNT_NONE)
		{
			values[2] = amount_numeric(Max(answer->remaining - used, 0), question->unit_size);
			nulls[2] = false;
		}
		values[3] = TimestampTzGetDatum(answer->until);
		nulls[3] = !question->allowed || answer->until == DT_NOEND;
		if (!question->withheld)
		{
			nulls[4] = !text_list(answer->because, answer->nbecause, &values[4]);
			values[5] = TimestampTzGetDatum(answer->again);
			nulls[5] = question->allowed || answer->again == DT_NOEND;
		}
		nulls[6] = !text_list(answer->warnings, answer->nwarnings, &values[6]);
		values[7] = TimestampTzGetDatum(answer->settles);
		nulls[7] = answer->settles <= question->at || answer->settles == DT_NOEND;
		nulls[8] = !text_list(answer->consents, answer->nconsents, &values[8]);
	}
	return heap_form_tuple(desc, values, nulls);
}
