/*
 * trigger.c
 *		What the statement triggers of the ledger share.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/trigger.h"
#include "report.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *function, bool for_row, bool before)
{
	TriggerData *trigger = called_as_trigger(fcinfo, function);

	if (before ? !TRIGGER_FIRED_BEFORE(trigger->tg_event) : !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s", function, before ? "BEFORE" : "AFTER")));
	if ((TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != 0) != for_row)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired FOR EACH %s", function,
						for_row ? "ROW" : "STATEMENT")));
	return trigger;
}

void
require_transition(const Tuplestorestate *table, const char *function, const char *which)
{
	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs a transition table", function),
				 errhint("Create the trigger with REFERENCING %s TABLE AS.", which)));
}

void
find_columns(Relation relation, const ColumnSpec *specs, int nspecs, AttrNumber *numbers)
{
	TupleDesc	desc = RelationGetDescr(relation);
	int			next = 0;

	for (int i = 0; i < nspecs; i++)
	{
		numbers[i] = InvalidAttrNumber;

		/* They are in the table's order, mostly: each is where the last ended. */
		for (int k = 0; k < desc->natts && numbers[i] == InvalidAttrNumber; k++)
		{
			int			a = (next + k) % desc->natts;
			Form_pg_attribute attribute = TupleDescAttr(desc, a);

			if (attribute->attisdropped || strcmp(NameStr(attribute->attname), specs[i].name) != 0)
				continue;
			if (attribute->atttypid != specs[i].type)
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("column \"%s\" of relation \"%s\" must have type %s",
								specs[i].name, RelationGetRelationName(relation),
								format_type_be(specs[i].type)),
						 errtablecol(relation, a + 1)));
			numbers[i] = a + 1;
		}
		next = numbers[i];
		if (numbers[i] == InvalidAttrNumber)
			report_no_column(relation, specs[i].name, NULL);
	}
}

StandingKey *
key_list_add(KeyList *list, int64 account_id, Scheme *scheme)
{
	StandingKey *key;

	for (int i = list->n - 1; i >= 0 && i >= list->n - 32; i--)
		if (list->keys[i].account_id == account_id && list->keys[i].scheme == scheme)
			return &list->keys[i];
	if (list->n == list->max)
	{
		list->max = Max(16, list->max * 2);
		list->keys = list->keys == NULL
			? MemoryContextAllocHuge(CurrentMemoryContext, sizeof(StandingKey) * list->max)
			: repalloc_huge(list->keys, sizeof(StandingKey) * list->max);
	}
	key = &list->keys[list->n++];
	memset(key, 0, sizeof(StandingKey));
	key->account_id = account_id;
	key->scheme = scheme;
	key->decided = key->advance_to = DT_NOBEGIN;
	key->changed_from = DT_NOEND;
	return key;
}
