/*
 * qualified.c
 *		qualified() and qualified_for(): is an account qualified at an instant?
 *
 * The answer is one look into the primary key of governance.qualified_domain:
 * the last period of the account and domain that starts by then.  It is taken
 * straight from the index, without a query.  Where that is not possible (a
 * partitioned table, a key of another shape, tables that live on other
 * machines) the same is asked by plain queries.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "certification/certification.h"
#include "certification/smalltable.h"
#include "compat.h"
#include "errors.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_qualified);
PG_FUNCTION_INFO_V1(governance_qualified_for);

#define PROBE_KEYS_MAX 3

/* When each domain is gated. */
static SmallTable domains = {
	.name = "domain",
	.columns = {"domain", "gated_from", "gated_until"},
	.ncolumns = 3
};

/* A look into the primary key of a table. */
typedef struct Probe
{
	Relation	heap;
	Relation	index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	ScanKeyData keys[PROBE_KEYS_MAX];
	int			nkeys;
} Probe;

/*
 * Open a table and its primary key if the key starts with columns of these
 * types and can be looked into directly.
 */
static bool
probe_open(Probe *probe, const char *table, const Oid *types, int ntypes)
{
	Oid			index;
	bool		usable = false;

	probe->heap = table_open(certification_table(table), AccessShareLock);
	probe->index = NULL;
	probe->nkeys = 0;

	if (!probe->heap->rd_indexvalid)
		list_free(RelationGetIndexList(probe->heap));
	index = probe->heap->rd_pkindex;
	if (OidIsValid(index) && probe->heap->rd_rel->relkind == RELKIND_RELATION)
	{
		probe->index = index_open(index, AccessShareLock);
		usable = probe->index->rd_rel->relam == BTREE_AM_OID &&
			probe->index->rd_index->indisvalid &&
			IndexRelationGetNumberOfKeyAttributes(probe->index) >= ntypes;
		for (int i = 0; usable && i < ntypes; i++)
			usable = probe->index->rd_opcintype[i] == types[i] &&
				probe->index->rd_indoption[i] == 0;
	}
	if (!usable)
	{
		if (probe->index != NULL)
			index_close(probe->index, NoLock);
		table_close(probe->heap, NoLock);
	}
	return usable;
}

static void
probe_key(Probe *probe, StrategyNumber strategy, RegProcedure procedure, Datum value)
{
	int			n = probe->nkeys++;

	ScanKeyEntryInitialize(&probe->keys[n], 0, n + 1, strategy, InvalidOid,
						   probe->index->rd_indcollation[n], procedure, value);
}

/* The last row that fits the keys; it is in probe->slot. */
static bool
probe_last(Probe *probe)
{
	probe->slot = table_slot_create(probe->heap, NULL);
	probe->scan = governance_index_beginscan(probe->heap, probe->index,
											 GetActiveSnapshot(), probe->nkeys);
	index_rescan(probe->scan, probe->keys, probe->nkeys, NULL, 0);
	return index_getnext_slot(probe->scan, BackwardScanDirection, probe->slot);
}

/* The locks stay until the transaction ends, as those of queries do. */
static void
probe_close(Probe *probe)
{
	index_endscan(probe->scan);
	ExecDropSingleTupleTableSlot(probe->slot);
	index_close(probe->index, NoLock);
	table_close(probe->heap, NoLock);
}

/* A timestamp of the row that a probe has found, by the column's name. */
static TimestampTz
probe_instant(Probe *probe, const char *column)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(probe->heap), column);
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (attnum > 0 &&
		TupleDescAttr(RelationGetDescr(probe->heap), attnum - 1)->atttypid == TIMESTAMPTZOID)
		value = slot_getattr(probe->slot, attnum, &isnull);
	if (isnull)
		elog(ERROR, "governance.%s has no %s", RelationGetRelationName(probe->heap), column);
	return DatumGetTimestampTz(value);
}

/*
 * Rows of distributed tables are not in the tables that this backend sees.
 * The library that distributes them is there from the start or never.
 */
static bool
ledger_is_here(void)
{
	static int	answer = -1;

	if (answer < 0)
		answer = GetConfigOption("citus.shard_count", true, false) == NULL;
	return answer;
}

bool
qualified_slowly(const char *what, int64 account_id, text *name, TimestampTz at)
{
	static SPIPlanPtr plan = NULL;
	Oid			types[4] = {TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID};
	Datum		values[4];
	OwnerIdentity identity;
	bool		isnull;
	bool		answer;

	owner_enter(certification_owner(), &identity);
	SPI_connect();
	if (plan == NULL || !SPI_plan_is_valid(plan))
	{
		SPIPlanPtr	fresh = SPI_prepare("SELECT governance.qualified_slowly($1, $2, $3, $4)", 4, types);

		if (fresh == NULL || SPI_keepplan(fresh) != 0)
			elog(ERROR, "could not prepare a query: %s", SPI_result_code_string(SPI_result));
		if (plan != NULL)
			SPI_freeplan(plan);
		plan = fresh;
	}
	values[0] = CStringGetTextDatum(what);
	values[1] = Int64GetDatum(account_id);
	values[2] = PointerGetDatum(name);
	values[3] = TimestampTzGetDatum(at);
	if (SPI_execute_plan(plan, values, NULL, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not ask who is qualified");
	answer = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	owner_leave(&identity);
	return answer && !isnull;
}

/* An end at infinity is none. */
static bool
before(TimestampTz at, TimestampTz end)
{
	return at < end || end == DT_NOEND;
}

/*
 * Does a period of the account include the instant?  False in *certain when
 * only queries can tell.
 */
static bool
in_period(const char *table, int64 account_id, text *name, TimestampTz at, bool *certain)
{
	static const Oid types[] = {INT8OID, TEXTOID, TIMESTAMPTZOID};
	Probe		probe;
	bool		answer;

	*certain = ledger_is_here() && probe_open(&probe, table, types, lengthof(types));
	if (!*certain)
		return false;

	probe_key(&probe, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	probe_key(&probe, BTEqualStrategyNumber, F_TEXTEQ, PointerGetDatum(name));
	probe_key(&probe, BTLessEqualStrategyNumber, F_TIMESTAMP_LE, TimestampTzGetDatum(at));
	answer = probe_last(&probe) && before(at, probe_instant(&probe, "until"));
	probe_close(&probe);
	return answer;
}

/*
 * Is the domain gated at the instant?  Raises an error when the account or the
 * domain is unknown.
 */
static bool
domain_gated(Probe *probe, int64 account_id, text *domain, TimestampTz at)
{
	const SmallRow *rows;
	int			nrows;

	probe_key(probe, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	if (!probe_last(probe))
		report_missing_id(MISSING_ACCOUNT, account_id, NULL, 0);
	probe_close(probe);

	rows = small_table_rows(&domains, &nrows);
	for (int i = 0; i < nrows; i++)
	{
		if (small_text_equals(rows[i].values[0], VARDATA_ANY(domain), VARSIZE_ANY_EXHDR(domain)))
			return DatumGetTimestampTz(rows[i].values[1]) <= at &&
				before(at, DatumGetTimestampTz(rows[i].values[2]));
	}
	report_missing(MISSING_DOMAIN, text_to_cstring(domain), NULL, 0);
}

Datum
governance_qualified(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	text	   *domain = PG_GETARG_TEXT_PP(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);
	static const Oid account_types[] = {INT8OID};
	Probe		probe;
	bool		certain;

	if (in_period("qualified_domain", account_id, domain, at, &certain))
		PG_RETURN_BOOL(true);
	if (certain && probe_open(&probe, "account", account_types, lengthof(account_types)))
		PG_RETURN_BOOL(!domain_gated(&probe, account_id, domain, at));
	PG_RETURN_BOOL(qualified_slowly("domain", account_id, domain, at));
}

Datum
governance_qualified_for(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	text	   *capability = PG_GETARG_TEXT_PP(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);
	bool		certain;

	if (in_period("qualified_capability", account_id, capability, at, &certain))
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(qualified_slowly("capability", account_id, capability, at));
}
