/*
 * holiday.c
 *		What a change of governance.holiday means for standings, and the
 *		deadlines of appeals.
 *
 * The days of a calendar are part of the compiled policies that name it.  A
 * change of them is a change of a fact, known from now on and true ever since:
 * it leaves a row in governance.edition, by which every standing under a scheme
 * that goes by the calendar is folded anew when somebody comes to it, as if the
 * table had always said so.  That keeps a replay the same whenever it is made.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/edition_row.h"
#include "engine/engine.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_holiday_apply);
PG_FUNCTION_INFO_V1(governance_appeal_times);

typedef struct Names
{
	int			n;
	int			max;
	char	  **names;
} Names;

/*
 * Adds the names of the calendars that a transition table has rows of, each
 * once; a table that is null has none.
 */
static void
collect_calendars(Names *list, Relation relation, Tuplestorestate *table)
{
	static const ColumnSpec columns[1] = {{"calendar", TEXTOID}};
	AttrNumber	number;
	TupleTableSlot *slot;

	if (table == NULL)
		return;
	find_columns(relation, columns, 1, &number);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		char	   *name = text_to_cstring(slot_text(slot, number));
		bool		known = false;

		for (int i = 0; i < list->n && !known; i++)
			known = strcmp(list->names[i], name) == 0;
		if (known)
			continue;
		array_reserve(list->names, list->max, list->n + 1);
		list->names[list->n++] = name;
	}
	ExecDropSingleTupleTableSlot(slot);
}

/* The first of the calendars that a version of a scheme goes by; null: none does. */
static const char *
goes_by(Scheme *scheme, const Names *calendars)
{
	for (int v = 0; v < scheme->nversions; v++)
	{
		const char *name = rulebook_compiled(&scheme->versions[v])->calendar.name;

		for (int i = 0; name != NULL && i < calendars->n; i++)
			if (strcmp(calendars->names[i], name) == 0)
				return name;
	}
	return NULL;
}

/* holiday_apply(), a statement trigger on governance.holiday for each event. */
Datum
governance_holiday_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "holiday_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Identity	identity;
	Names		calendars = {0};
	Scheme	  **schemes;
	int			nschemes;

	if (!TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		require_transition(trigger->tg_newtable, "holiday_apply", "NEW");
	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		require_transition(trigger->tg_oldtable, "holiday_apply", "OLD");
	collect_calendars(&calendars, trigger->tg_relation, trigger->tg_newtable);
	collect_calendars(&calendars, trigger->tg_relation, trigger->tg_oldtable);
	if (calendars.n == 0)
		return PointerGetDatum(NULL);

	CacheInvalidateRelcache(trigger->tg_relation);
	CommandCounterIncrement();
	rulebook_refresh();
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);
	for (int i = 0; i < nschemes; i++)
	{
		const char *calendar = goes_by(schemes[i], &calendars);

		if (calendar != NULL)
			edition_write(schemes[i], DT_NOBEGIN, false, 0, psprintf("calendar %s", calendar));
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/*
 * appeal_times(scheme, occurred_at, decided_at, filed_at): until when an appeal
 * against a violation may be filed, and by when one is to be decided.
 */
Datum
governance_appeal_times(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {true, true};
	PolicyVersion *version;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	/* Whoever files an appeal sees what it is against. */
	require_select("violation");
	rulebook_refresh();
	version = rulebook_version_at(rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), false),
								  PG_GETARG_TIMESTAMPTZ(1));
	if (version != NULL)
	{
		const Policy *policy = rulebook_compiled(version);

		nulls[0] = !policy->appeals_end;
		if (policy->appeals_end)
			values[0] = TimestampTzGetDatum(policy_deadline(policy, PG_GETARG_TIMESTAMPTZ(2),
															&policy->appeal_within));
		nulls[1] = !policy->appeals_due;
		if (policy->appeals_due)
			values[1] = TimestampTzGetDatum(policy_deadline(policy, PG_GETARG_TIMESTAMPTZ(3),
															&policy->decide_within));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
