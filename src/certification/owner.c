/*
 * owner.c
 *		Triggers that do their work as the owner of the table they are on.
 *
 * The work itself is in PL/pgSQL trigger functions; the C functions here are
 * what is attached to the tables.  They record who it was that acted, become
 * the owner, and pass the call on.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "certification/certification.h"
#include "certification/smalltable.h"
#include "compat.h"
#include "errors.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_certification_step);
PG_FUNCTION_INFO_V1(governance_certification_guard);
PG_FUNCTION_INFO_V1(governance_face_check);
PG_FUNCTION_INFO_V1(governance_certification_config_changed);
PG_FUNCTION_INFO_V1(governance_certification_withheld);
PG_FUNCTION_INFO_V1(governance_certification_violation);
PG_FUNCTION_INFO_V1(governance_certification_revision);

/* How deep in triggers of ours this backend is, and who started it. */
static int	owner_depth = 0;
static Oid	owner_actor = InvalidOid;

/*
 * The rules that cost a certification, as far as the decision needs them
 * whether to look any further.
 */
static SmallTable consequences = {
	.name = "certification_consequence",
	.columns = {"scheme", "rule"},
	.ncolumns = 2
};


/* ----------
 * Identity
 * ----------
 */

Oid
certification_table(const char *name)
{
	Oid			namespace = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(namespace) ? get_relname_relid(name, namespace) : InvalidOid;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_LEDGER),
				 errmsg("there is no table governance.%s", name),
				 errhint("Create the ledger with SELECT governance.create_ledger().")));
	return relid;
}

Oid
certification_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(certification_table("qualified_domain")));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "governance.qualified_domain has gone");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
owner_enter(Oid owner, OwnerIdentity *identity)
{
	GetUserIdAndSecContext(&identity->userid, &identity->sec_context);
	SetUserIdAndSecContext(owner, identity->sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
owner_leave(const OwnerIdentity *identity)
{
	SetUserIdAndSecContext(identity->userid, identity->sec_context);
}

/*
 * Write who acted into a row that is about to be inserted; nobody else may
 * fill these columns in.
 */
static HeapTuple
stamp_row(Relation rel, HeapTuple row)
{
	static const char *const columns[] = {"recorded_at", "recorded_by", "session_role"};
	TupleDesc	desc = RelationGetDescr(rel);
	int			attnums[lengthof(columns)];
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)] = {false};

	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		attnums[i] = SPI_fnumber(desc, columns[i]);
		if (attnums[i] <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("relation \"%s\" has no column \"%s\"",
							RelationGetRelationName(rel), columns[i])));
	}
	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[1] = CStringGetTextDatum(GetUserNameFromId(owner_actor, false));
	values[2] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));

	return heap_modify_tuple_by_cols(row, desc, lengthof(columns), attnums, values, nulls);
}

/*
 * Pass a trigger call on to a PL/pgSQL function of schema governance, as the
 * owner of the table.
 */
static Datum
run_as_owner(FunctionCallInfo fcinfo, const char *name)
{
	LOCAL_FCINFO(inner, 0);
	TriggerData *outer_data;
	TriggerData data;
	OwnerIdentity identity;
	FmgrInfo   *function;
	Oid			actor = owner_actor;
	Datum		result;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by trigger manager")));

	outer_data = (TriggerData *) fcinfo->context;
	data = *outer_data;

	function = (FmgrInfo *) fcinfo->flinfo->fn_extra;
	if (function == NULL)
	{
		List	   *names = list_make2(makeString(pstrdup("governance")), makeString(pstrdup(name)));
		Oid			oid = LookupFuncName(names, 0, NULL, false);

		function = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(oid, function, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = function;
	}

	InitFunctionCallInfoData(*inner, function, 0, InvalidOid, (Node *) &data, NULL);

	if (owner_depth == 0)
		owner_actor = GetUserId();
	owner_enter(data.tg_relation->rd_rel->relowner, &identity);
	owner_depth++;

	PG_TRY();
	{
		if (TRIGGER_FIRED_BEFORE(data.tg_event) && TRIGGER_FIRED_FOR_ROW(data.tg_event) &&
			TRIGGER_FIRED_BY_INSERT(data.tg_event))
			data.tg_trigtuple = stamp_row(data.tg_relation, data.tg_trigtuple);

		result = FunctionCallInvoke(inner);
	}
	PG_FINALLY();
	{
		owner_depth--;
		owner_actor = actor;
	}
	PG_END_TRY();

	owner_leave(&identity);

	if (inner->isnull)
		elog(ERROR, "trigger function %s returned null", name);
	return result;
}


/* ----------
 * Triggers
 * ----------
 */

Datum
governance_certification_step(PG_FUNCTION_ARGS)
{
	return run_as_owner(fcinfo, "certification_step_row");
}

Datum
governance_face_check(PG_FUNCTION_ARGS)
{
	return run_as_owner(fcinfo, "face_check_row");
}

Datum
governance_certification_config_changed(PG_FUNCTION_ARGS)
{
	return run_as_owner(fcinfo, "certification_config_row");
}

Datum
governance_certification_withheld(PG_FUNCTION_ARGS)
{
	return run_as_owner(fcinfo, "certification_withheld_row");
}

Datum
governance_certification_revision(PG_FUNCTION_ARGS)
{
	return run_as_owner(fcinfo, "certification_revision_rows");
}

/*
 * A certification changes by steps, so that every change has a reason.
 */
Datum
governance_certification_guard(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by trigger manager")));

	if (owner_depth == 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_APPEND_ONLY),
				 errmsg("table \"%s\" changes by steps only",
						RelationGetRelationName(data->tg_relation)),
				 errhint("Insert into governance.certification_step, or call grant_certification(), suspend_certification() and the like."),
				 errtable(data->tg_relation)));

	return PointerGetDatum(NULL);
}


/* ----------
 * Consequences of violations
 * ----------
 */

static bool
texts_equal(Datum kept, Datum given)
{
	text	   *value = DatumGetTextPP(given);

	return small_text_equals(kept, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/*
 * Most violations cost no certification: find out here, without a query.
 */
Datum
governance_certification_violation(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	TupleTableSlot *slot;
	int			scheme_attnum;
	int			rule_attnum;
	const SmallRow *rows;
	int			nrows;
	bool		found = false;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by trigger manager")));
	if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) ||
		!TRIGGER_FIRED_BY_INSERT(data->tg_event) || data->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER INSERT FOR EACH STATEMENT with a transition table",
						"certification_violation")));

	rows = small_table_rows(&consequences, &nrows);
	if (nrows == 0)
		return PointerGetDatum(NULL);

	desc = RelationGetDescr(data->tg_relation);
	scheme_attnum = SPI_fnumber(desc, "scheme");
	rule_attnum = SPI_fnumber(desc, "rule");
	if (scheme_attnum <= 0 || rule_attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("relation \"%s\" has no column \"%s\"",
						RelationGetRelationName(data->tg_relation),
						scheme_attnum <= 0 ? "scheme" : "rule")));

	slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	tuplestore_select_read_pointer(data->tg_newtable, 0);
	tuplestore_rescan(data->tg_newtable);
	while (!found && tuplestore_gettupleslot(data->tg_newtable, true, false, slot))
	{
		bool		scheme_null;
		bool		rule_null;
		Datum		scheme = slot_getattr(slot, scheme_attnum, &scheme_null);
		Datum		rule = slot_getattr(slot, rule_attnum, &rule_null);

		if (scheme_null || rule_null)
			continue;
		for (int i = 0; i < nrows && !found; i++)
			found = texts_equal(rows[i].values[0], scheme) &&
				(rows[i].nulls[1] || texts_equal(rows[i].values[1], rule));
	}
	ExecDropSingleTupleTableSlot(slot);

	return found ? run_as_owner(fcinfo, "certification_violation_rows") : PointerGetDatum(NULL);
}
