/*
 * row_account.c
 *		The account that a row of an application's own table names.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "db/report.h"
#include "enforcement/row_account.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static KeptPlan external_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.external_id OPERATOR(pg_catalog.=) $1",
	1, {TEXTOID}
};

/* A table may have been altered since the trigger was made: the name is what holds. */
AttrNumber
argument_column(Relation relation, const char *name, const char *function)
{
	int			number = SPI_fnumber(RelationGetDescr(relation), name);

	if (number <= 0)
		report_no_column(relation, name, function);
	return number;
}

/* May values of a type be external ids?  Of domains the type below them counts. */
static bool
is_name(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_STRING || type == UUIDOID;
}

/* The account with an external_id, which stands in a column of a row. */
static int64
account_named(Relation relation, AttrNumber number, const char *name)
{
	Datum		value = CStringGetTextDatum(name);
	int64		account_id;
	bool		isnull;

	if (plan_execute(&external_plan, &value, NULL, PLAN_FRESH) == 0)
		report_missing(MISSING_EXTERNAL_ID, name, relation, number);
	account_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return account_id;
}

/* An external_id is compared as text, whatever type the application keeps it in. */
bool
row_account(Relation relation, HeapTuple row, AttrNumber number, int64 *account_id)
{
	TupleDesc	desc = RelationGetDescr(relation);
	Oid			type = getBaseType(TupleDescAttr(desc, number - 1)->atttypid);
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, number, &isnull);

	if (isnull)
		return false;
	if (type == INT8OID)
		*account_id = DatumGetInt64(value);
	else if (type == INT4OID)
		*account_id = DatumGetInt32(value);
	else if (type == INT2OID)
		*account_id = DatumGetInt16(value);
	else if (is_name(type))
		*account_id = account_named(relation, number, SPI_getvalue(row, desc, number));
	else
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of relation \"%s\" cannot name an account",
						NameStr(TupleDescAttr(desc, number - 1)->attname), RelationGetRelationName(relation)),
				 errdetail("An account is named by an integer, or by its external_id as text or uuid."),
				 errtablecol(relation, number)));
	return true;
}
