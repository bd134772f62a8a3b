/*
 * qualification_gin.c
 *		The GIN operator class of qualification.
 *
 * "column @> required" looks for one key, required's path among those that a
 * value lies under; "column <@ held" looks for values that stand at held's
 * path or above it.  Kind and path are then certain and only grades need the
 * row itself.
 */
#include "postgres.h"

#include "compat.h"
#include "types/qualification.h"

#include "access/gin.h"
#include "access/stratnum.h"

/* GIN strategies: those numbers that the core gives to @> and <@. */
#define QUALIFICATION_CONTAINS		RTContainsStrategyNumber
#define QUALIFICATION_CONTAINED		RTContainedByStrategyNumber

/*
 * GIN keys are a tag and "kind:path".  A value has one key for each path
 * that it lies under, its own included, and one for the path where it stands.
 */
#define KEY_UNDER	'/'
#define KEY_AT		'='

PG_FUNCTION_INFO_V1(qualification_gin_extract_value);
PG_FUNCTION_INFO_V1(qualification_gin_extract_query);
PG_FUNCTION_INFO_V1(qualification_gin_consistent);
PG_FUNCTION_INFO_V1(qualification_gin_triconsistent);

/*
 * One key, a bytea: the tag and the first len bytes of "kind:path".
 */
static Datum
make_key(char tag, const QualificationView *view, int len)
{
	bytea	   *key = palloc(VARHDRSZ + 1 + len);

	SET_VARSIZE(key, VARHDRSZ + 1 + len);
	VARDATA(key)[0] = tag;
	memcpy(VARDATA(key) + 1, view->kind, len);
	return PointerGetDatum(key);
}

/*
 * Keys with this tag for the path and every path above it, at most
 * QUALIFICATION_DEPTH_MAX; gives how many.
 */
static int
make_path_keys(char tag, const QualificationView *view, Datum *keys)
{
	int			count = 0;

	for (int i = 1; i <= view->path_len; i++)
	{
		if (i == view->path_len || view->path[i] == '/')
			keys[count++] = make_key(tag, view, view->kind_len + 1 + i);
	}
	return count;
}

/*
 * extractValue: one key for each path that the value lies under, and one for the
 * path where it stands.
 */
Datum
qualification_gin_extract_value(PG_FUNCTION_ARGS)
{
	QualificationView view = qualification_view(PG_GETARG_QUALIFICATION(0));
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	Datum	   *keys = palloc(sizeof(Datum) * (QUALIFICATION_DEPTH_MAX + 1));
	int			count = make_path_keys(KEY_UNDER, &view, keys);

	keys[count++] = make_key(KEY_AT, &view, view.kind_len + 1 + view.path_len);
	*nkeys = count;
	PG_RETURN_POINTER(keys);
}

/* extractQuery: the keys of which a row must have one. */
Datum
qualification_gin_extract_query(PG_FUNCTION_ARGS)
{
	QualificationView view = qualification_view(PG_GETARG_QUALIFICATION(0));
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	StrategyNumber strategy = PG_GETARG_UINT16(2);
	Datum	   *keys = palloc(sizeof(Datum) * QUALIFICATION_DEPTH_MAX);

	switch (strategy)
	{
		case QUALIFICATION_CONTAINS:
			keys[0] = make_key(KEY_UNDER, &view, view.kind_len + 1 + view.path_len);
			*nkeys = 1;
			break;
		case QUALIFICATION_CONTAINED:
			*nkeys = make_path_keys(KEY_AT, &view, keys);
			break;
		default:
			elog(ERROR, "unrecognized strategy number: %d", strategy);
	}
	PG_RETURN_POINTER(keys);
}

/*
 * Must the row itself be looked at?  Not if nothing is asked of its grades.
 */
static bool
needs_recheck(StrategyNumber strategy, const Qualification *query)
{
	if (strategy == QUALIFICATION_CONTAINS)
		return qualification_view(query).attr_count > 0;
	return true;
}

/* consistent: one key is enough, as far as keys can tell. */
Datum
qualification_gin_consistent(PG_FUNCTION_ARGS)
{
	bool	   *check = (bool *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = PG_GETARG_UINT16(1);
	Qualification *query = PG_GETARG_QUALIFICATION(2);
	int32		nkeys = PG_GETARG_INT32(3);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = needs_recheck(strategy, query);
	for (int i = 0; i < nkeys; i++)
	{
		if (check[i])
			PG_RETURN_BOOL(true);
	}
	PG_RETURN_BOOL(false);
}

/*
 * triConsistent: the same where it is not known yet which keys the row has.  What
 * has to be looked at in the row itself is no better than maybe.
 */
Datum
qualification_gin_triconsistent(PG_FUNCTION_ARGS)
{
	GinTernaryValue *check = (GinTernaryValue *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = PG_GETARG_UINT16(1);
	Qualification *query = PG_GETARG_QUALIFICATION(2);
	int32		nkeys = PG_GETARG_INT32(3);
	GinTernaryValue result = GIN_FALSE;

	for (int i = 0; i < nkeys; i++)
	{
		if (check[i] == GIN_TRUE)
			result = GIN_TRUE;
		else if (check[i] == GIN_MAYBE && result == GIN_FALSE)
			result = GIN_MAYBE;
	}
	if (result == GIN_TRUE && needs_recheck(strategy, query))
		result = GIN_MAYBE;
	PG_RETURN_GIN_TERNARY_VALUE(result);
}
