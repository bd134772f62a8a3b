/*
 * estimate.c
 *		What the planner is told: for how many accounts permits() and qualified()
 *		will be true.
 *
 * Without it a third of the rows would be expected to pass a policy of row-level
 * security that nearly all pass, and joins above it would be planned for that.
 * The share comes from the statistics of the derived tables.  Rows of the past
 * are counted with those of now, so it is a little too strict.
 */
#include "postgres.h"

#include "compat.h"
#include "util.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(governance_permits_support);
PG_FUNCTION_INFO_V1(governance_qualified_support);

/* Rows of a table, or less than none when it was never counted. */
static double
rows_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double		rows;

	if (!HeapTupleIsValid(tuple))
		return -1;
	rows = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
	ReleaseSysCache(tuple);
	return rows;
}

/*
 * Which part of a table's rows has this text among the elements of a column, which
 * is null in the others?  Less than none: unknown.  Elements that are not among the
 * common ones are as good as none.
 */
static double
part_with_element(Oid relid, AttrNumber column, text *value)
{
	HeapTuple	stats = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid),
										Int16GetDatum(column), BoolGetDatum(false));
	AttStatsSlot common;
	double		part = 0;

	if (!HeapTupleIsValid(stats))
		return -1;
	if (get_attstatsslot(&common, stats, STATISTIC_KIND_MCELEM, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < common.nvalues && i < common.nnumbers; i++)
			if (text_equal(DatumGetTextPP(common.values[i]), value))
				part = common.numbers[i];
		free_attstatsslot(&common);
	}
	part *= 1 - ((Form_pg_statistic) GETSTRUCT(stats))->stanullfrac;
	ReleaseSysCache(stats);
	return part;
}

/* Which part of a table's rows has this text in a column?  Less than none: unknown. */
static double
part_with(Oid relid, AttrNumber column, text *value)
{
	HeapTuple	stats = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid),
										Int16GetDatum(column), BoolGetDatum(false));
	AttStatsSlot common;
	double		distinct;
	double		part = -1;
	double		others = 1;

	if (!HeapTupleIsValid(stats))
		return -1;
	distinct = ((Form_pg_statistic) GETSTRUCT(stats))->stadistinct;
	if (get_attstatsslot(&common, stats, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < common.nvalues && part < 0; i++)
		{
			text	   *it = DatumGetTextPP(common.values[i]);

			others -= common.numbers[i];
			if (text_equal(it, value))
				part = common.numbers[i];
		}
		distinct -= common.nvalues;
		free_attstatsslot(&common);
	}
	if (part < 0)
		part = distinct >= 1 ? Max(others, 0) / distinct : 0;
	ReleaseSysCache(stats);
	return part;
}

/*
 * How many rows of a table does an account have under the name that a call
 * gives?  Less than none: nobody knows.
 */
static double
rows_each(SupportRequestSelectivity *request, const char *table, const char *column, bool element)
{
	Oid			namespace = get_namespace_oid("governance", true);
	Oid			relid = get_relname_relid(table, namespace);
	Oid			accounts = get_relname_relid("account", namespace);
	Node	   *name;
	double		part;
	double		rows;
	double		of;

	if (!OidIsValid(relid) || !OidIsValid(accounts) || list_length(request->args) < 2)
		return -1;
	rows = rows_of(relid);
	of = rows_of(accounts);
	if (rows < 0 || of <= 0)
		return -1;
	if (rows == 0)
		return 0;
	name = estimate_expression_value(request->root, lsecond(request->args));
	if (!IsA(name, Const) || ((Const *) name)->constisnull ||
		((Const *) name)->consttype != TEXTOID)
		return -1;
	part = (element ? part_with_element : part_with)
		(relid, get_attnum(relid, column), DatumGetTextPP(((Const *) name)->constvalue));
	return part < 0 ? -1 : Min(part * rows / of, 1);
}

/*
 * Of permits(): true for those from whom the capability is not withheld.  Answers
 * nothing where nothing is known, and then the planner has its own guess.
 */
Datum
governance_permits_support(PG_FUNCTION_ARGS)
{
	SupportRequestSelectivity *request = (SupportRequestSelectivity *) PG_GETARG_POINTER(0);
	double		withheld;
	double		otherwise;

	if (!IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(NULL);
	withheld = rows_each(request, "standing", "withholds", true);
	otherwise = rows_each(request, "withholding", "capability", false);
	if (withheld < 0)
		PG_RETURN_POINTER(NULL);
	request->selectivity = 1 - Min(withheld + Max(otherwise, 0), 1);
	PG_RETURN_POINTER(request);
}

/* Of qualified(): true for those who have a period of the domain. */
Datum
governance_qualified_support(PG_FUNCTION_ARGS)
{
	SupportRequestSelectivity *request = (SupportRequestSelectivity *) PG_GETARG_POINTER(0);
	double		periods;

	if (!IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(NULL);
	periods = rows_each(request, "qualified_domain", "domain", false);

	/* Of a domain that is not gated there may be none: everybody is qualified. */
	if (periods <= 0)
		PG_RETURN_POINTER(NULL);
	request->selectivity = periods;
	PG_RETURN_POINTER(request);
}
