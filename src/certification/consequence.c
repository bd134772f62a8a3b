/*
 * consequence.c
 *		What violations cost certifications, and what their revisions give back.
 *
 * The work itself is in PL/pgSQL; here it is found out whether there is any.  The
 * new rows of a statement are read here and not by a query: where the table is a
 * shard of a distributed one, a query does not know them by name.
 */
#include "postgres.h"

#include "compat.h"
#include "certification/consequence.h"
#include "db/as_owner.h"
#include "db/identity.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/smalltable.h"
#include "db/trigger.h"
#include "ledger/account_row.h"
#include "rulebook/cache.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_certification_violation);
PG_FUNCTION_INFO_V1(governance_certification_revision);

/*
 * The rules that cost a certification, as far as the decision needs them
 * whether to look any further.
 */
static SmallTable consequences = {
	.name = "certification_consequence",
	.columns = {"scheme", "rule"},
	.ncolumns = 2
};

static KeptPlan violations_plan = {
	"SELECT governance.certification_violations($1, $2)",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

/* One by one, whatever the planner knows of the table (OFFSET 0). */
static KeptPlan copied_plan = {
	"SELECT FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS n (account_id, violation_id),"
	" LATERAL (SELECT FROM governance.violation c"
	" WHERE c.linked_account_id OPERATOR(pg_catalog.=) n.account_id"
	" AND c.linked_violation_id OPERATOR(pg_catalog.=) n.violation_id OFFSET 0) c LIMIT 1",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

static KeptPlan revisions_plan = {
	"SELECT governance.certification_revisions($1, $2)",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

/* Is there a row for the rule, or one for all rules of the scheme? */
static bool
may_cost(const SmallRow *rows, int nrows, const char *scheme, Size scheme_len,
		 const char *rule, Size rule_len)
{
	for (int i = 0; i < nrows; i++)
		if (small_text_equals(rows[i].values[0], scheme, scheme_len) &&
			(rows[i].nulls[1] || small_text_equals(rows[i].values[1], rule, rule_len)))
			return true;
	return false;
}

/* The small table is in the memory of the backend: no query is needed. */
bool
certification_may_cost(const char *scheme, const char *rule)
{
	int			nrows;
	const SmallRow *rows = small_table_rows(&consequences, &nrows);

	return nrows > 0 && (scheme == NULL || may_cost(rows, nrows, scheme, strlen(scheme), rule, strlen(rule)));
}

/* Entries of accounts that are handed on: accounts[i] has ids[i]. */
typedef struct EntryList
{
	int			n;
	int			max_accounts;
	int			max_ids;
	int64	   *accounts;
	int64	   *ids;
} EntryList;

/* One more; the arrays grow in the current memory context. */
static void
entry_add(EntryList *list, int64 account_id, int64 id)
{
	array_reserve(list->accounts, list->max_accounts, list->n + 1);
	array_reserve(list->ids, list->max_ids, list->n + 1);
	list->accounts[list->n] = account_id;
	list->ids[list->n++] = id;
}

/* What fires both triggers, with its new rows ready to be read from the first on. */
static TriggerData *
begin_new_rows(FunctionCallInfo fcinfo, const char *function)
{
	TriggerData *trigger = check_trigger(fcinfo, function,
										 FIRED_AFTER | FIRED_ON_INSERT | FIRED_FOR_STATEMENT);

	require_transition(trigger->tg_newtable, function, "NEW");
	tuplestore_rescan(trigger->tg_newtable);
	return trigger;
}

/* Has one of the entries a copy for a linked account? */
static bool
any_copied(const EntryList *list)
{
	Datum		values[2] = {int8_array(list->accounts, list->n), int8_array(list->ids, list->n)};
	bool		copied;

	SPI_connect();
	copied = plan_execute(&copied_plan, values, NULL, PLAN_FRESH) > 0;
	SPI_freetuptable(SPI_tuptable);
	SPI_finish();
	return copied;
}

/*
 * Leaves out the entries of accounts that have never applied for a certification,
 * where that can be seen without SQL; rel: the table whose owner looks.  copies:
 * entries may have some for linked accounts.  Where one has, its own account does
 * not say whether something is lost, and all are kept.
 */
static void
keep_certified(Relation rel, EntryList *list, bool copies)
{
	bool	   *certified = palloc(sizeof(bool) * Max(list->n, 1));
	Identity	identity;
	bool		known;

	identity_enter(rel->rd_rel->relowner, &identity);
	known = !(copies && any_copied(list)) && accounts_certified(list->accounts, list->n, certified);
	identity_leave(&identity);
	if (known)
	{
		int			n = 0;

		for (int i = 0; i < list->n; i++)
			if (certified[i])
			{
				list->accounts[n] = list->accounts[i];
				list->ids[n++] = list->ids[i];
			}
		list->n = n;
	}
	pfree(certified);
}

/*
 * certification_violation(), a statement trigger on governance.violation.  Most
 * violations cost no certification, and most accounts have none: this is found
 * out here, mostly without a query.  Copies for linked accounts come with their
 * originals, and cost nothing.
 */
Datum
governance_certification_violation(PG_FUNCTION_ARGS)
{
	enum
	{
		V_SCHEME, V_RULE, V_ACCOUNT, V_ID, V_LINKED, V_COLUMNS
	};
	static const ColumnSpec columns[V_COLUMNS] = {
		{"scheme", TEXTOID}, {"rule", TEXTOID}, {"account_id", INT8OID}, {"violation_id", INT8OID},
		{"linked_violation_id", INT8OID}
	};
	TriggerData *trigger = begin_new_rows(fcinfo, "certification_violation");
	AttrNumber	numbers[V_COLUMNS];
	TupleTableSlot *slot;
	const SmallRow *rows;
	int			nrows;
	EntryList	list = {0};
	bool		copies = false;

	rows = small_table_rows(&consequences, &nrows);
	if (nrows == 0)
		return PointerGetDatum(NULL);
	find_columns(trigger->tg_relation, columns, V_COLUMNS, numbers);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(trigger->tg_relation), &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		text	   *scheme = slot_text(slot, numbers[V_SCHEME]);
		text	   *rule = slot_text(slot, numbers[V_RULE]);

		if (slot_attisnull(slot, numbers[V_LINKED]) &&
			may_cost(rows, nrows, VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme),
					 VARDATA_ANY(rule), VARSIZE_ANY_EXHDR(rule)))
		{
			entry_add(&list, slot_int8(slot, numbers[V_ACCOUNT]), slot_int8(slot, numbers[V_ID]));
			copies |= rulebook_scheme(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme), false)->copies;
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	if (list.n > 0)
		keep_certified(trigger->tg_relation, &list, copies);
	call_as_owner(trigger->tg_relation, &violations_plan, list.accounts, list.ids, list.n);
	return PointerGetDatum(NULL);
}

/*
 * certification_revision(), a statement trigger on governance.revision.  Whether a
 * revision gives something back is asked of what the violation has cost, in SQL;
 * copies for linked accounts come with their originals here, too.
 */
Datum
governance_certification_revision(PG_FUNCTION_ARGS)
{
	enum
	{
		R_ACCOUNT, R_ID, R_LINKED, R_COLUMNS
	};
	static const ColumnSpec columns[R_COLUMNS] = {
		{"account_id", INT8OID}, {"revision_id", INT8OID}, {"linked_revision_id", INT8OID}
	};
	TriggerData *trigger = begin_new_rows(fcinfo, "certification_revision");
	AttrNumber	numbers[R_COLUMNS];
	TupleTableSlot *slot;
	EntryList	list = {0};

	find_columns(trigger->tg_relation, columns, R_COLUMNS, numbers);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(trigger->tg_relation), &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
		if (slot_attisnull(slot, numbers[R_LINKED]))
			entry_add(&list, slot_int8(slot, numbers[R_ACCOUNT]), slot_int8(slot, numbers[R_ID]));
	ExecDropSingleTupleTableSlot(slot);
	call_as_owner(trigger->tg_relation, &revisions_plan, list.accounts, list.ids, list.n);
	return PointerGetDatum(NULL);
}
