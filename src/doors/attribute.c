/*
 * attribute.c
 *		Facts about accounts: the statement trigger that brings standings up to
 *		date when they change.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "certification/turn.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "oversight/limits.h"
#include "rulebook/attribute.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_attribute_apply);
PG_FUNCTION_INFO_V1(governance_settle_facts);

/* What was derived, and has been replaced since. */
static KeptPlan replaced_plan = {
	"DELETE FROM governance.certified_attribute c"
	" WHERE c.account_id" EQ "$1 AND c.name" EQ "$2 AND c.since OPERATOR(pg_catalog.>=) $3",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan derive_plan = {
	"SELECT governance.certification_derive_attributes(ARRAY[$1])",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan audit_plan = {
	"SELECT governance.audit_fact($1, $2, $3, $4, $5, $6)",
	6, {TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TSTZRANGEOID}
};

/* What a policy takes a fact of this type to be, for an error. */
static const char *
type_in_words(AttributeType type)
{
	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			return _("a number");
		case ATTRIBUTE_BOOLEAN:
			return _("true or false");
		case ATTRIBUTE_DATE:
			return _("a date");
		case ATTRIBUTE_TEXT:
			break;
	}
	return _("a text");
}

/*
 * Raises ERRCODE_GV_INVALID_ENTRY when a version of the scheme looks at the fact
 * and could not read the text.
 */
static void
check_attribute(Relation relation, Scheme *scheme, const char *name, const char *text)
{
	for (int i = 0; i < scheme->nversions; i++)
	{
		const Policy *policy = rulebook_compiled(&scheme->versions[i]);
		int			index = policy_attribute_index(policy, name);
		ExprValue	value;

		if (index >= 0 && !policy_read_attribute(policy, index, text, &value))
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("attribute \"%s\" cannot be \"%s\"", name, text),
					 may_tell("policy")
					 ? errdetail("Scheme \"%s\" reads it as %s.", scheme->name,
								 type_in_words(policy->attributes[index].type)) : 0,
					 errhint("The key \"attributes\" of governance.policy_document(%s) says how each is read.",
							 quote_literal_cstr(scheme->name)),
					 errtable(relation)));
	}
}

/* ---------- the trigger ---------- */

enum
{
	F_ACCOUNT, F_NAME, F_VALUE, F_DURING, F_COLUMNS
};

static const ColumnSpec attribute_columns[F_COLUMNS] = {
	{"account_id", INT8OID}, {"name", TEXTOID}, {"value", TEXTOID}, {"during", TSTZRANGEOID}
};

/*
 * Adds the standings that look at the facts of one transition table.  What
 * changes after as_of is taken up as it will come, and what has come by now is
 * carried out, so that what it leads to is on record; what changes before makes
 * a replay.
 */
static void
add_attribute_keys(Relation relation, Tuplestorestate *table, const AttrNumber *numbers,
				   KeyList *list, bool is_new)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);

	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		int64		account_id = slot_int8(slot, numbers[F_ACCOUNT]);
		char	   *name = text_to_cstring(slot_text(slot, numbers[F_NAME]));
		text	   *value = slot_text(slot, numbers[F_VALUE]);
		bool		isnull;
		Datum		during = slot_getattr(slot, numbers[F_DURING], &isnull);
		RangeBound	lower;
		RangeBound	upper;
		bool		empty;
		TimestampTz changed;

		CHECK_FOR_INTERRUPTS();
		range_deserialize(typcache, DatumGetRangeTypeP(during), &lower, &upper, &empty);
		changed = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
		for (int s = 0; s < nschemes; s++)
		{
			StandingKey *key;

			if (!scheme_looks_at(schemes[s], name))
				continue;
			if (is_new && value != NULL)
				check_attribute(relation, schemes[s], name, text_to_cstring(value));
			key = key_list_add(list, account_id, schemes[s]);
			key->refresh = true;
			key->changed_from = Min(key->changed_from, changed);
			if (!lower.infinite && changed <= now)
				key->advance_to = Max(key->advance_to, changed);
			if (!upper.infinite && DatumGetTimestampTz(upper.val) <= now)
				key->advance_to = Max(key->advance_to, DatumGetTimestampTz(upper.val));
		}
		pfree(name);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * Facts come in streams from machines, and an entry of the audit is one that
 * all decisions wait for: only what somebody states whose word is limited leaves
 * one, whether it comes to anything or not.
 */
static void
audit_facts(const char *action, Tuplestorestate *table, Relation relation, const AttrNumber *numbers)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	Datum		values[6];

	values[0] = CStringGetTextDatum(GetUserNameFromId(acting_role(), false));
	values[1] = CStringGetTextDatum(action);
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		char		nulls[7] = "      ";
		bool		isnull;

		for (int i = 0; i < F_COLUMNS; i++)
		{
			values[2 + i] = slot_getattr(slot, numbers[i], &isnull);
			nulls[2 + i] = isnull ? 'n' : ' ';
		}
		plan_execute(&audit_plan, values, nulls, PLAN_WRITE);
		SPI_freetuptable(SPI_tuptable);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * attribute_apply(), a statement trigger on governance.attribute for each of
 * the three events; there is an OLD table, a NEW one, or both.
 */
Datum
governance_attribute_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "attribute_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	AttrNumber	numbers[F_COLUMNS];
	Identity	identity;
	KeyList		list = {0};

	if (trigger->tg_oldtable == NULL)
		require_transition(trigger->tg_newtable, "attribute_apply", "NEW");
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(trigger->tg_relation, attribute_columns, F_COLUMNS, numbers);
	ledger_enter(&identity);
	if (trigger->tg_oldtable != NULL)
		add_attribute_keys(trigger->tg_relation, trigger->tg_oldtable, numbers, &list, false);
	if (trigger->tg_newtable != NULL)
		add_attribute_keys(trigger->tg_relation, trigger->tg_newtable, numbers, &list, true);
	lock_accounts_of(&list);
	standings_apply(list.keys, list.n);
	if (limits_now() != NULL)
		audit_facts(trigger->tg_newtable == NULL ? "delete" : trigger->tg_oldtable == NULL ? "state" : "change",
					trigger->tg_newtable == NULL ? trigger->tg_oldtable : trigger->tg_newtable,
					trigger->tg_relation, numbers);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/*
 * settle_facts(account_id, name, since): part of set_attribute(), after
 * hold_account().  What followed from certifications under that name was
 * replaced from an instant on: what of it still follows is put beside what was
 * set.
 */
Datum
governance_settle_facts(PG_FUNCTION_ARGS)
{
	Datum		values[3] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	int64		account_id = PG_GETARG_INT64(0);
	Identity	identity;

	require_insert("attribute");
	ledger_enter(&identity);
	if (certified_lock(&account_id, 1, false) > 0 && facts_derive())
	{
		plan_execute(&replaced_plan, values, NULL, PLAN_WRITE);
		plan_execute(&derive_plan, values, NULL, PLAN_WRITE);
		SPI_freetuptable(SPI_tuptable);
	}
	ledger_leave(&identity);
	PG_RETURN_VOID();
}
