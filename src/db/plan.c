/*
 * plan.c
 *		How the ledger's code gets at the ledger's tables: whose rights it uses
 *		and the plans that it keeps.
 *
 * Statement texts qualify every relation, function and operator, so that no
 * search_path can steer them.  Data only travels as parameters.  Plans live as
 * long as the backend; the plan cache analyses them anew when a table or the
 * search_path changes.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/plan.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "parser/parsetree.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * The statement of its own with which this backend writes at the moment, and the
 * depth of triggers at which it began; null outside plan_execute(), which
 * restores both on any error.
 */
static KeptPlan *writing = NULL;
static int	writing_depth = 0;

/* Is it the target of a query, or of one that writes in its WITH clause? */
static bool
query_writes(const Query *query, Oid relid)
{
	ListCell   *lc;

	if (query->resultRelation > 0 &&
		rt_fetch(query->resultRelation, query->rtable)->relid == relid)
		return true;
	foreach(lc, query->cteList)
	{
		Node	   *inner = lfirst_node(CommonTableExpr, lc)->ctequery;

		if (IsA(inner, Query) && query_writes((Query *) inner, relid))
			return true;
	}
	return false;
}

/*
 * Only the statement itself is meant, on the table that it names: what others'
 * triggers, defaults and checks do meanwhile is theirs.
 */
bool
plan_is_writing(Oid relid)
{
	ListCell   *source;

	if (writing == NULL || trigger_depth() != writing_depth + 1)
		return false;
	foreach(source, SPI_plan_get_plan_sources(writing->plan))
	{
		ListCell   *query;

		foreach(query, ((CachedPlanSource *) lfirst(source))->query_list)
		{
			if (query_writes(lfirst_node(Query, query), relid))
				return true;
		}
	}
	return false;
}

/* The OID of a type of the extension, by its name. */
static Oid
governance_type(const char *name)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			type = InvalidOid;

	if (OidIsValid(nsp))
		type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
							   CStringGetDatum(name), ObjectIdGetDatum(nsp));
	if (!OidIsValid(type))
		elog(ERROR, "type governance.%s does not exist", name);
	return type;
}

/*
 * Types of the extension are looked up each time: it may be dropped and created
 * again.
 */
Oid
ledger_type(Oid marker)
{
	switch (marker)
	{
		case LEDGER_SCORE_TYPE:
			return governance_type("credit_score");
		case LEDGER_TIER_TYPE:
			return governance_type("sanction_tier");
		case LEDGER_SCORE_ARRAY_TYPE:
			return governance_type("_credit_score");
		case LEDGER_TIER_ARRAY_TYPE:
			return governance_type("_sanction_tier");
		default:
			return marker;
	}
}

/* Plans anew when the extension was dropped and created again meanwhile. */
static void
plan_prepare(KeptPlan *plan)
{
	Oid			types[PLAN_MAX_ARGS];
	Oid			score_type = governance_type("credit_score");
	SPIPlanPtr	prepared;

	if (plan->plan != NULL && plan->score_type == score_type)
		return;
	if (plan->plan != NULL)
	{
		SPIPlanPtr	stale = plan->plan;

		plan->plan = NULL;
		SPI_freeplan(stale);
	}
	for (int i = 0; i < plan->nargs; i++)
		types[i] = ledger_type(plan->types[i]);
	prepared = SPI_prepare(plan->text, plan->nargs, types);
	if (prepared == NULL)
		elog(ERROR, "SPI_prepare failed for \"%s\": %s",
			 plan->text, SPI_result_code_string(SPI_result));
	if (SPI_keepplan(prepared) != 0)
		elog(ERROR, "SPI_keepplan failed");
	plan->plan = prepared;
	plan->score_type = score_type;
}

/*
 * Whatever the mode, the statement is marked as one of the ledger's own
 * (report.h), and the memory context of the caller is the current one again
 * afterwards.
 */
uint64
plan_execute(KeptPlan *plan, Datum *values, const char *nulls, PlanMode mode)
{
	MemoryContext context = CurrentMemoryContext;
	OwnStatement own;
	int			result;

	own_statement_begin(&own);
	plan_prepare(plan);
	if (mode == PLAN_WRITE)
	{
		KeptPlan *outer = writing;
		int			outer_depth = writing_depth;

		writing = plan;
		writing_depth = trigger_depth();
		PG_TRY();
		{
			result = SPI_execute_plan(plan->plan, values, nulls, false, 0);
		}
		PG_FINALLY();
		{
			writing = outer;
			writing_depth = outer_depth;
		}
		PG_END_TRY();
	}
	else if (mode == PLAN_LATEST && IsolationUsesXactSnapshot())
	{
		Snapshot	snapshot;

		CommandCounterIncrement();
		snapshot = RegisterSnapshot(GetLatestSnapshot());
		result = SPI_execute_snapshot(plan->plan, values, nulls, snapshot, InvalidSnapshot,
									  true, false, 0);
		UnregisterSnapshot(snapshot);
	}
	else
		result = SPI_execute_plan(plan->plan, values, nulls, mode == PLAN_READ, 0);
	own_statement_end(&own);
	/* SPI leaves its own context behind, which lives as long as the statement. */
	MemoryContextSwitchTo(context);
	if (result < 0)
		elog(ERROR, "SPI_execute_plan failed for \"%s\": %s",
			 plan->text, SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * When fewer rows were written than were to be, a BEFORE trigger may have kept
 * some back; without one there was nothing to write for another reason.
 */
void
require_written(const char *table, CmdType command, uint64 wanted, uint64 written)
{
	Relation	relation;
	TriggerDesc *triggers;
	bool		suppressed;

	if (written >= wanted)
		return;
	relation = table_open(get_relname_relid(table, get_namespace_oid("governance", false)), AccessShareLock);
	triggers = relation->trigdesc;
	suppressed = triggers != NULL &&
		(command == CMD_INSERT ? triggers->trig_insert_before_row :
		 command == CMD_UPDATE ? triggers->trig_update_before_row : triggers->trig_delete_before_row);
	if (suppressed)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger on table \"%s\" suppressed what the ledger writes there", table),
				 errdetail("Of %llu rows %llu were written.", (unsigned long long) wanted,
						   (unsigned long long) written),
				 errhint("What is derived is all there or not at all: a BEFORE trigger on it returns the row."),
				 errtable(relation)));
	table_close(relation, AccessShareLock);
}

/*
 * Plans are kept, those of PL/pgSQL and of foreign keys too, and made anew when
 * the table is analysed.  One that was made when it was known to be empty reads
 * all of it; in a long transaction, or where nothing analyses, that goes on while
 * it grows.  So whoever writes row by row has the plans made anew whenever the
 * table has doubled, which is soon seldom.
 */
void
plan_tables_grown(GrowingTable *tables, int n)
{
	/* At so many pages an index is the better way for sure. */
	const BlockNumber few = 4;
	Oid			nsp = get_namespace_oid("governance", false);

	for (int i = 0; i < n; i++)
	{
		GrowingTable *table = &tables[i];
		Oid			relid = get_relname_relid(table->name, nsp);
		Relation	rel;
		BlockNumber pages;

		if (!OidIsValid(relid))
			continue;
		rel = table_open(relid, AccessShareLock);
		/* The parts of a table are up to whoever divided it. */
		if (rel->rd_rel->relkind == RELKIND_RELATION)
		{
			pages = RelationGetNumberOfBlocks(rel);
			if (table->relid == relid && pages >= 2 * Max(table->pages, few))
				CacheInvalidateRelcache(rel);
			else if (table->relid == relid && pages >= table->pages)
				pages = table->pages;
			table->relid = relid;
			table->pages = pages;
		}
		table_close(rel, AccessShareLock);
	}
}

/* Nulls may be missing when there are none; n may be 0. */
Datum
datum_array(Datum *values, bool *nulls, int n, Oid type)
{
	int16		typlen;
	bool		typbyval;
	char		typalign;
	int			dims[1] = {n};
	int			lbs[1] = {1};

	if (n == 0)
		return PointerGetDatum(construct_empty_array(type));
	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	return PointerGetDatum(construct_md_array(values, nulls, 1, dims, lbs,
											  type, typlen, typbyval, typalign));
}

/* Of bigints. */
Datum
int8_array(const int64 *values, int n)
{
	Datum	   *datums = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		datums[i] = Int64GetDatum(values[i]);
	return datum_array(datums, NULL, n, INT8OID);
}

/* Of timestamptz. */
Datum
instant_array(const TimestampTz *values, int n)
{
	Datum	   *datums = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		datums[i] = TimestampTzGetDatum(values[i]);
	return datum_array(datums, NULL, n, TIMESTAMPTZOID);
}

/* From SPI_tuptable, which is gone afterwards. */
int
plan_int8_column(int64 *values, uint64 nrows)
{
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;

		values[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
												&isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return (int) nrows;
}
