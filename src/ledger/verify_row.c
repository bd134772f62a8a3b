/*
 * verify_row.c
 *		The derived rows of an account, one at a time, and what is reported of
 *		them.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/verify_row.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

/* ---------- the row at hand ---------- */

/*
 * By the output function of the column's type, so that a damaged row is shown
 * as psql would show it.
 */
char *
column_text(const RowStream *stream, int number)
{
	Oid			output;
	bool		varlena;

	if (stream->nulls[number - 1])
		return NULL;
	getTypeOutputInfo(TupleDescAttr(stream->desc, number - 1)->atttypid, &output, &varlena);
	return OidOutputFunctionCall(output, stream->values[number - 1]);
}

/* In the names of the call, which live as long as it does. */
const char *
column_word(const Verification *v, const RowStream *stream, int number)
{
	return stream->nulls[number - 1] ? NULL :
		word_pool_get(v->names, DatumGetTextPP(stream->values[number - 1]));
}

/* Does it belong to the account and scheme that are being looked at? */
bool
row_here(const Verification *v, int derived)
{
	const RowStream *stream = &v->derived[derived];

	return stream_at(stream, v->account_id) && text_is(DatumGetTextPP(stream->values[1]), v->scheme);
}

/* ---------- differences ---------- */

/* One row of the result: account, scheme, item, stored, replayed. */
void
differ(Verification *v, const char *item, const char *stored, const char *replayed)
{
	Datum		values[5];
	bool		nulls[5] = {0};

	v->stale = true;
	if (v->only_whether)
		return;
	values[0] = Int64GetDatum(v->account_id);
	values[1] = CStringGetTextDatum(v->scheme);
	values[2] = CStringGetTextDatum(item);
	nulls[3] = stored == NULL;
	if (stored != NULL)
		values[3] = CStringGetTextDatum(stored);
	nulls[4] = replayed == NULL;
	if (replayed != NULL)
		values[4] = CStringGetTextDatum(replayed);
	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
}

/* Reports what is in one sorted list of descriptions and not in the other. */
void
differ_lists(Verification *v, const char *item, char **stored, int nstored,
			 char **replayed, int nreplayed)
{
	int			i = 0;
	int			j = 0;

	qsort(stored, nstored, sizeof(char *), string_order);
	qsort(replayed, nreplayed, sizeof(char *), string_order);
	while (i < nstored || j < nreplayed)
	{
		int			cmp = i >= nstored ? 1 : j >= nreplayed ? -1 : strcmp(stored[i], replayed[j]);

		if (cmp == 0)
		{
			i++;
			j++;
		}
		else if (cmp < 0)
			differ(v, item, stored[i++], NULL);
		else
			differ(v, item, NULL, replayed[j++]);
	}
}

/* An array of texts as its column prints. */
char *
text_array_text(Datum array)
{
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	return OidOutputFunctionCall(output, array);
}

/* As the columns of the tables print. */
char *
timestamptz_text(TimestampTz at)
{
	return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at)));
}

/* Half-open; DT_NOEND is no upper bound. */
char *
range_text(TimestampTz starts, TimestampTz ends, bool empty)
{
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower = {.val = TimestampTzGetDatum(starts), .inclusive = true, .lower = true};
	RangeBound	upper = {.val = TimestampTzGetDatum(ends), .infinite = ends == DT_NOEND};
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(TSTZRANGEOID, &output, &varlena);
	return OidOutputFunctionCall(output,
								 RangeTypePGetDatum(make_range_compat(typcache, &lower, &upper, empty)));
}
