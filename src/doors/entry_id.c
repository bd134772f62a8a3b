/*
 * entry_id.c
 *		Ids of entries that were given by hand.
 *
 * Violations, activities, revisions and appeals have ids from one sequence.  A
 * history that is loaded may bring its own.  They must be positive, so that ties
 * in time break as in any order of ids, and the sequence must not come upon them
 * later: it is moved on past them.  A key that tells accounts apart by their ids
 * alone would keep a ledger from being divided, so no index says that the id of a
 * violation is one of a single account; it is looked up here where somebody can
 * have given it who may not set the sequence.  Who may knows what he loads.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "ledger/entry.h"
#include "doors/entry_id.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(governance_entry_id_given);

/* There is room for as many ids again beyond the last that can be given. */
#define ENTRY_ID_MAX	(INT64CONST(1) << 62)

/* So far ahead of the sequence goes whoever may not set it. */
#define ENTRY_ID_REACH	INT64CONST(1000000)

/*
 * So far the sequence is moved on by taking ids from it, which nobody can come
 * between.  Where it is set to a value further ahead, others who take ids at the
 * same moment stay behind.
 */
#define ENTRY_ID_STEP	INT64CONST(100000)

/* What a session takes from the sequence at a time, from a multiple of it on. */
#define ENTRY_ID_CACHE	32

/*
 * May the acting role set the sequence?  Then it is trusted with ids of its
 * own.
 */
static bool
may_set(Oid sequence)
{
	return pg_class_aclcheck(sequence, acting_role(), ACL_UPDATE) == ACLCHECK_OK;
}

/* The sequence of violations, activities, revisions and appeals. */
static Oid
entry_sequence(void)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid("entry_seq", nsp) : InvalidOid;

	if (!OidIsValid(relid))
		elog(ERROR, "governance.entry_seq has gone");
	return relid;
}

/* The last id that the sequence has handed out, or set aside for a session. */
static int64
last_entry_id(Oid sequence)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum		value;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = ObjectIdGetDatum(sequence);
	fcinfo->args[0].isnull = false;
	value = pg_sequence_last_value(fcinfo);
	return fcinfo->isnull ? 0 : DatumGetInt64(value);
}

/*
 * The ids of new rows of a statement lie between min and max.  To be called as
 * the owner of the ledger.  While ids come from the sequence the only cost is
 * a comparison with what is known of it; it is read anew when that is used up.
 */
void
entry_ids_given(Relation relation, const char *column, int64 min, int64 max)
{
	static Oid	known = InvalidOid;
	static int64 known_last = 0;
	Oid			sequence = entry_sequence();

	if (min <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("%lld is no id for column \"%s\" of table \"%s\"",
						(long long) min, column, RelationGetRelationName(relation)),
				 errdetail("Ids are greater than nought."),
				 errhint("Leave the column out: governance.entry_seq gives each entry one."),
				 errtable(relation)));
	if (sequence == known && max <= known_last)
		return;
	known_last = last_entry_id(sequence);
	known = sequence;
	if (max <= known_last)
		return;
	if (max > ENTRY_ID_MAX || (max - known_last > ENTRY_ID_REACH && !may_set(sequence)))
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("%lld is no id for column \"%s\" of table \"%s\"",
						(long long) max, column, RelationGetRelationName(relation)),
				 max > ENTRY_ID_MAX
				 ? errdetail("Ids go up to %lld.", (long long) ENTRY_ID_MAX)
				 : errdetail("It lies more than %lld ahead of the last one, %lld.",
							 (long long) ENTRY_ID_REACH, (long long) known_last),
				 max > ENTRY_ID_MAX
				 ? errhint("Leave the column out: governance.entry_seq gives each entry one.")
				 : errhint("Leave the column out, or let somebody load it who may set governance.entry_seq."),
				 errtable(relation)));
	if (max - known_last > ENTRY_ID_STEP)
		DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence),
							Int64GetDatum(TYPEALIGN64(ENTRY_ID_CACHE, max)));
	else
	{
		int64		id;

		/* To the end of a piece, so that this session has none left of before. */
		do
		{
			CHECK_FOR_INTERRUPTS();
			id = nextval_internal(sequence, false);
		} while (id < max || id % ENTRY_ID_CACHE != 0);
	}
	known_last = max;
}

/* Does another account have one of these violations? */
static KeptPlan taken_plan = {
	"SELECT v.account_id, v.violation_id"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, violation_id)"
	" JOIN governance.violation v ON v.violation_id OPERATOR(pg_catalog.=) u.violation_id"
	" AND v.account_id OPERATOR(pg_catalog.<>) u.account_id LIMIT 1",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

/* Of one piece that a session takes from the sequence at a time. */
static inline bool
same_piece(int64 a, int64 b)
{
	return (a - 1) / ENTRY_ID_CACHE == (b - 1) / ENTRY_ID_CACHE;
}

/*
 * Ids that the sequence has just given to this session need no look; the
 * others are looked up by one query.
 */
void
violation_ids_given(Relation relation, const ViolationRow *rows, int64 nrows)
{
	/* The last id that was this session's own. */
	static int64 own = 0;
	int64		min = PG_INT64_MAX;
	int64		max = PG_INT64_MIN;
	int64	   *accounts = NULL;
	int64	   *ids = NULL;
	int			n = 0;
	Datum		values[2];
	bool		isnull;

	for (int64 i = 0; i < nrows; i++)
	{
		int64		id = rows[i].violation_id;

		min = Min(min, id);
		max = Max(max, id);
		if (own < id && own > 0 && same_piece(own, id))
		{
			own = id;
			continue;
		}
		own = id;
		if (ids == NULL)
		{
			accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * nrows);
			ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * nrows);
		}
		accounts[n] = rows[i].account_id;
		ids[n++] = id;
	}
	entry_ids_given(relation, "violation_id", min, max);

	/* On a shard the table is known by another name, and the others are elsewhere. */
	if (n == 0 || may_set(entry_sequence()) || RelationGetRelid(relation) !=
		get_relname_relid("violation", get_namespace_oid("governance", false)))
		return;
	values[0] = int8_array(accounts, n);
	values[1] = int8_array(ids, n);
	if (plan_execute(&taken_plan, values, NULL, PLAN_FRESH) > 0)
	{
		HeapTuple	found = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		own = 0;
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("another account has violation %lld already",
						(long long) DatumGetInt64(SPI_getbinval(found, desc, 2, &isnull))),
				 may_tell("violation")
				 ? errdetail("It is one of account %lld.",
							 (long long) DatumGetInt64(SPI_getbinval(found, desc, 1, &isnull))) : 0,
				 errhint("Leave the column out: governance.entry_seq gives each entry one."),
				 errtable(relation)));
	}
	SPI_freetuptable(SPI_tuptable);
	pfree(accounts);
	pfree(ids);
}

/*
 * The same for row triggers in PL/pgSQL, which run with the rights of whoever
 * inserts: entry_id_given(relation, column, id).
 */
Datum
governance_entry_id_given(PG_FUNCTION_ARGS)
{
	Relation	relation = relation_open(PG_GETARG_OID(0), AccessShareLock);
	int64		id = PG_GETARG_INT64(2);
	Identity	identity;

	/* A table of one's own has entries of one's own. */
	if (RelationGetNamespace(relation) != get_namespace_oid("governance", false))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(relation));
	if (pg_class_aclcheck(PG_GETARG_OID(0), acting_role(), ACL_INSERT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(PG_GETARG_OID(0), acting_role(), ACL_INSERT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(relation));
	ledger_enter(&identity);
	entry_ids_given(relation, text_to_cstring(PG_GETARG_TEXT_PP(1)), id, id);
	ledger_leave(&identity);
	relation_close(relation, NoLock);
	PG_RETURN_VOID();
}
