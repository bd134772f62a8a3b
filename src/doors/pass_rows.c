/*
 * pass_rows.c
 *		The statement trigger that hands its rows to a function in SQL.
 *
 * The rows of a statement are read here and not by a query that names the
 * transition table: where the table is a shard of a distributed one, a query
 * does not know it by name.  The function runs with the rights of whoever runs
 * the statement, and gets the rows as JSON: pass_rows(function).
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/trigger.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_pass_rows);

/* So many are handed over at a time: what they take as text has a limit. */
#define ROWS_AT_A_TIME 10000

static KeptPlan functions[] = {
	{"SELECT governance.decide_appeals($1, $2)", 2, {JSONOID, JSONOID}},
	{"SELECT governance.settle_appeals($1, $2)", 2, {JSONOID, JSONOID}},
	{"SELECT governance.confirm_proposals($1, $2)", 2, {JSONOID, JSONOID}}
};

/*
 * The plan of the call of a function; only some may be named, so that a
 * trigger cannot be made to call any other.
 */
static KeptPlan *
function_named(const char *name)
{
	char	   *text = psprintf("SELECT governance.%s($1, $2)", name);

	for (size_t i = 0; i < lengthof(functions); i++)
		if (strcmp(functions[i].text, text) == 0)
			return &functions[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no function \"%s\" to pass rows to", name)));
}

/* The next rows of a transition table as a JSON array; null without the table. */
static bool
next_rows(Tuplestorestate *table, TupleTableSlot *slot, StringInfo json)
{
	int			n = 0;

	resetStringInfo(json);
	appendStringInfoChar(json, '[');
	while (n < ROWS_AT_A_TIME && tuplestore_gettupleslot(table, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (n++ > 0)
			appendStringInfoChar(json, ',');
		appendStringInfoString(json, TextDatumGetCString(DirectFunctionCall1(row_to_json,
																			 ExecFetchSlotHeapTupleDatum(slot))));
	}
	appendStringInfoChar(json, ']');
	return n > 0;
}

/*
 * pass_rows(function), a statement trigger with a NEW table and, for
 * updates, an OLD one: the rows of before stand in the order of those of
 * after.
 */
Datum
governance_pass_rows(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "pass_rows", FIRED_AFTER | FIRED_FOR_STATEMENT);
	KeptPlan *function;
	TupleTableSlot *slots[2];
	StringInfoData json[2];

	require_transition(trigger->tg_newtable, "pass_rows", "NEW");
	function = function_named(trigger->tg_trigger->tgnargs > 0 ? trigger->tg_trigger->tgargs[0] : "");
	for (int i = 0; i < 2; i++)
	{
		initStringInfo(&json[i]);
		slots[i] = MakeSingleTupleTableSlot(RelationGetDescr(trigger->tg_relation), &TTSOpsMinimalTuple);
	}
	tuplestore_rescan(trigger->tg_newtable);
	if (trigger->tg_oldtable != NULL)
		tuplestore_rescan(trigger->tg_oldtable);
	ledger_read_enter();
	while (next_rows(trigger->tg_newtable, slots[0], &json[0]))
	{
		Datum		values[2];

		if (trigger->tg_oldtable != NULL)
			(void) next_rows(trigger->tg_oldtable, slots[1], &json[1]);
		else
			appendStringInfoString(&json[1], json[1].len == 0 ? "[]" : "");
		for (int i = 0; i < 2; i++)
			values[i] = PointerGetDatum(cstring_to_text_with_len(json[i].data, json[i].len));
		plan_execute(function, values, NULL, PLAN_FRESH);
	}
	ledger_read_leave();
	for (int i = 0; i < 2; i++)
		ExecDropSingleTupleTableSlot(slots[i]);
	return PointerGetDatum(NULL);
}
