/*
 * entries.c
 *		The statement triggers through which rows enter the ledger: violations,
 *		activities, facts, revisions, policies.
 *
 * Each reads its transition table once, in C, validates what it finds, and
 * names the accounts and schemes concerned to standings_apply().
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/ledger.h"
#include "ledger/attribute.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_violation_apply);
PG_FUNCTION_INFO_V1(governance_activity_apply);
PG_FUNCTION_INFO_V1(governance_attribute_apply);
PG_FUNCTION_INFO_V1(governance_revision_apply);
PG_FUNCTION_INFO_V1(governance_policy_apply);
PG_FUNCTION_INFO_V1(governance_refuse_rewrite);

static LedgerPlan campaign_plan = {
	"SELECT u.campaign FROM pg_catalog.unnest($1) AS u (campaign)"
	" WHERE NOT EXISTS (SELECT FROM governance.campaign c WHERE c.campaign" EQ "u.campaign) LIMIT 1",
	1, {TEXTARRAYOID}
};

static LedgerPlan kind_plan = {
	"SELECT 1 FROM governance.activity_kind k WHERE k.kind" EQ "$1",
	1, {TEXTOID}
};

static LedgerPlan scheme_of_plan = {
	"SELECT v.scheme FROM governance.violation v WHERE v.account_id" EQ "$1 AND v.violation_id" EQ "$2",
	2, {INT8OID, INT8OID}
};

static LedgerPlan violators_plan = {
	"SELECT DISTINCT v.account_id FROM governance.violation v WHERE v.scheme" EQ "$1"
	" AND (v.occurred_at OPERATOR(pg_catalog.>=) $2 OR v.decided_at OPERATOR(pg_catalog.>=) $2) ORDER BY 1",
	2, {TEXTOID, TIMESTAMPTZOID}
};

static LedgerPlan end_trials_plan = {
	"DELETE FROM governance.standing s USING governance.policy p"
	" WHERE p.scheme" EQ "$1 AND p.status OPERATOR(pg_catalog.<>) 'trial'"
	" AND s.scheme" EQ "pg_catalog.concat(p.scheme, '@', p.policy_id)",
	1, {TEXTOID}
};

static LedgerPlan standings_of_scheme_plan = {
	"SELECT s.account_id FROM governance.standing s WHERE s.scheme" EQ "$1 ORDER BY s.account_id",
	1, {TEXTOID}
};

/* ---------- the guard ---------- */

/* As foreign keys do: nothing is looked at before it is known to be there. */
static TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *function, bool for_row, bool before)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", function)));
	if (before ? !TRIGGER_FIRED_BEFORE(trigger->tg_event) : !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s", function, before ? "BEFORE" : "AFTER")));
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != for_row)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired FOR EACH %s", function,
						for_row ? "ROW" : "STATEMENT")));
	return trigger;
}

static void
require_transition(const Tuplestorestate *table, const char *function, const char *which)
{
	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs a transition table", function),
				 errhint("Create the trigger with REFERENCING %s TABLE AS.", which)));
}

/* ---------- columns of a transition table ---------- */

typedef struct ColumnSpec
{
	const char *name;
	Oid			type;
} ColumnSpec;

/* Finds columns by name; they must be there with the type that we write. */
static void
find_columns(Relation relation, const ColumnSpec *specs, int nspecs, AttrNumber *numbers)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < nspecs; i++)
	{
		numbers[i] = InvalidAttrNumber;
		for (int a = 0; a < desc->natts; a++)
		{
			Form_pg_attribute attribute = TupleDescAttr(desc, a);

			if (!attribute->attisdropped &&
				strcmp(NameStr(attribute->attname), specs[i].name) == 0)
			{
				if (attribute->atttypid != specs[i].type)
					ereport(ERROR,
							(errcode(ERRCODE_DATATYPE_MISMATCH),
							 errmsg("column \"%s\" of relation \"%s\" must have type %s",
									specs[i].name, RelationGetRelationName(relation),
									format_type_be(specs[i].type)),
							 errtablecol(relation, a + 1)));
				numbers[i] = a + 1;
			}
		}
		if (numbers[i] == InvalidAttrNumber)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of relation \"%s\" does not exist",
							specs[i].name, RelationGetRelationName(relation)),
					 errtable(relation)));
	}
}

static inline int64
slot_int8(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static inline TimestampTz
slot_time(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

static inline text *
slot_text(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? NULL : DatumGetTextPP(value);
}

static inline uint64
slot_hash(TupleTableSlot *slot, AttrNumber number)
{
	text	   *value = slot_text(slot, number);

	return value == NULL ? 0 : ledger_hash(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

static inline Points
slot_points(TupleTableSlot *slot, AttrNumber number, const char *column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? POINTS_NONE : ledger_points(value, column);
}

/* ---------- a growing list of keys ---------- */

typedef struct KeyList
{
	int			n;
	int			max;
	StandingKey *keys;
} KeyList;

static StandingKey *
add_key(KeyList *list, int64 account_id, Scheme *scheme)
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

/* ---------- violations ---------- */

enum
{
	V_ACCOUNT, V_ID, V_SCHEME, V_RULE, V_POINTS, V_OCCURRED, V_DECIDED, V_SOURCE,
	V_CAMPAIGN, V_INCIDENT, V_CONTENT, V_SURCHARGE, V_LENGTH, V_COLUMNS
};

static const ColumnSpec violation_columns[V_COLUMNS] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"scheme", TEXTOID}, {"rule", TEXTOID},
	{"points", NUMERICOID}, {"occurred_at", TIMESTAMPTZOID}, {"decided_at", TIMESTAMPTZOID},
	{"source", TEXTOID}, {"campaign", TEXTOID}, {"incident", TEXTOID}, {"content_ref", TEXTOID},
	{"surcharge", NUMERICOID}, {"sanction_length", INTERVALOID}
};

/* The sources that the table's constraint allows, as constants. */
static const char *
source_name(const char *name, int len)
{
	static const char *const names[] = {"report", "patrol", "model", "campaign", "system"};

	for (size_t i = 0; i < lengthof(names); i++)
		if (strlen(names[i]) == (size_t) len && memcmp(names[i], name, len) == 0)
			return names[i];
	return pnstrdup(name, len);
}

static char *
points_text(Points points)
{
	char	   *text = points % 100 == 0 ? psprintf("%d", points / 100)
		: psprintf("%d.%02d", points / 100, points % 100);

	if (points % 100 != 0 && points % 10 == 0)
		text[strlen(text) - 1] = '\0';
	return text;
}

/*
 * The version that judges a violation: the one in force or, for a scheme that
 * has none in force, one that is on trial.
 */
static PolicyVersion *
version_or_trial(Scheme *scheme, TimestampTz at)
{
	PolicyVersion *version = rulebook_version_at(scheme, at);

	for (int i = 0; i < scheme->ntrials && version == NULL; i++)
		if (scheme->trials[i].from <= at &&
			(at < scheme->trials[i].to || scheme->trials[i].to == DT_NOEND))
			version = &scheme->trials[i];
	return version;
}

/*
 * Is the row one that the rulebook knows, at a price that the rule allows?
 * The rule's code becomes that of the policy, which outlives the statement.
 */
static void
check_violation(Relation relation, ViolationRow *row, const char *rule, int rule_len)
{
	PolicyVersion *version = version_or_trial(row->scheme, row->occurred);
	const Policy *policy;
	const PolicyRule *found;
	int			index;

	if (version == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_POLICY_IN_FORCE),
				 errmsg("no policy of scheme \"%s\" was in force at %s",
						row->scheme->name, timestamptz_to_str(row->occurred)),
				 errdetail("Violation " INT64_FORMAT " of account " INT64_FORMAT " occurred then.",
						   row->violation_id, row->account_id),
				 errhint("See governance.policy for the versions and when they are in force."),
				 errtable(relation)));
	policy = rulebook_compiled(version);
	index = policy_rule_index(policy, rule, rule_len);
	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_RULE),
				 errmsg("scheme \"%s\" has no rule \"%.*s\"", row->scheme->name, rule_len, rule),
				 errdetail("Version " INT64_FORMAT " of the policy, in force at %s, does not have it.",
						   version->policy_id, timestamptz_to_str(row->occurred)),
				 errhint("governance.rule lists the rules of every scheme."),
				 errtable(relation)));
	found = &policy->rules[index];
	if (row->points != POINTS_NONE && !engine_check_points(found, row->points))
		ereport(ERROR,
				(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
				 errmsg("%s points are outside the range of rule \"%s\" of scheme \"%s\"",
						points_text(row->points), found->code, row->scheme->name),
				 found->min == found->max
				 ? errdetail("The rule costs %s.", points_text(found->min))
				 : errdetail("The rule costs %s to %s.",
							 points_text(found->min), points_text(found->max)),
				 errhint("Leave points null for the rule's usual price."),
				 errtable(relation)));
	if (row->surcharge != POINTS_NONE)
	{
		Points		min = 0;
		Points		max = 0;

		for (int i = 0; i < policy->nmodifiers; i++)
		{
			const Modifier *modifier = &policy->modifiers[i];

			if (modifier->is_range && (modifier->rules == NULL || modifier->rules[index]))
			{
				min = modifier->min;
				max = modifier->max;
			}
		}
		if (row->surcharge < min || row->surcharge > max)
			ereport(ERROR,
					(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
					 errmsg("a surcharge of %s points is outside the range of scheme \"%s\"",
							points_text(row->surcharge), row->scheme->name),
					 errdetail("For rule \"%s\" it may be %s to %s.",
							   found->code, points_text(min), points_text(max)),
					 errtable(relation)));
	}
	row->rule = found->code;
}

static void
read_violation(Relation relation, TupleTableSlot *slot, const AttrNumber *numbers,
			   ViolationRow *row)
{
	text	   *scheme = slot_text(slot, numbers[V_SCHEME]);
	text	   *rule = slot_text(slot, numbers[V_RULE]);
	text	   *source = slot_text(slot, numbers[V_SOURCE]);
	text	   *campaign = slot_text(slot, numbers[V_CAMPAIGN]);
	bool		isnull;
	Datum		length = slot_getattr(slot, numbers[V_LENGTH], &isnull);

	memset(row, 0, sizeof(ViolationRow));
	if (!isnull)
	{
		Interval   *interval = DatumGetIntervalP(length);

		row->length.months = interval->month;
		row->length.days = interval->day;
		row->length.usecs = interval->time;
		if (interval->month < 0 || interval->day < 0 || interval->time < 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("sanction_length must not be negative"),
					 errtable(relation)));
	}
	row->account_id = slot_int8(slot, numbers[V_ACCOUNT]);
	row->violation_id = slot_int8(slot, numbers[V_ID]);
	row->scheme = rulebook_scheme(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme), false);
	row->points = slot_points(slot, numbers[V_POINTS], "points");
	row->surcharge = slot_points(slot, numbers[V_SURCHARGE], "surcharge");
	row->occurred = slot_time(slot, numbers[V_OCCURRED]);
	row->decided = slot_time(slot, numbers[V_DECIDED]);
	row->source = source_name(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source));
	row->campaign = campaign == NULL ? NULL : text_to_cstring(campaign);
	row->incident = slot_hash(slot, numbers[V_INCIDENT]);
	row->content = slot_hash(slot, numbers[V_CONTENT]);
	check_violation(relation, row, VARDATA_ANY(rule), VARSIZE_ANY_EXHDR(rule));
}

/* Campaigns are few: each name that occurs is looked up once. */
static void
check_campaigns(Relation relation, const ViolationRow *rows, int64 nrows)
{
	Datum	   *names = NULL;
	int			n = 0;
	int			max = 0;
	const char *last = NULL;
	Datum		array;

	for (int64 i = 0; i < nrows; i++)
	{
		bool		known = false;

		if (rows[i].campaign == NULL || (last != NULL && strcmp(last, rows[i].campaign) == 0))
			continue;
		last = rows[i].campaign;
		for (int j = 0; j < n && !known; j++)
			known = strcmp(DatumGetCString(names[j]), last) == 0;
		if (known)
			continue;
		if (n == max)
		{
			max = Max(8, max * 2);
			names = names == NULL ? palloc(sizeof(Datum) * max) : repalloc(names, sizeof(Datum) * max);
		}
		names[n++] = CStringGetDatum(last);
	}
	if (n == 0)
		return;
	for (int i = 0; i < n; i++)
		names[i] = CStringGetTextDatum(DatumGetCString(names[i]));
	array = ledger_array(names, NULL, n, TEXTOID);
	if (ledger_execute(&campaign_plan, &array, NULL, LEDGER_FRESH) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("campaign \"%s\" does not exist",
						SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Insert it into governance.campaign first."),
				 errtable(relation)));
	SPI_freetuptable(SPI_tuptable);
}

static int
violation_key_cmp(const void *a, const void *b)
{
	const ViolationRow *va = *(ViolationRow *const *) a;
	const ViolationRow *vb = *(ViolationRow *const *) b;

	if (va->account_id != vb->account_id)
		return va->account_id < vb->account_id ? -1 : 1;
	if (va->scheme != vb->scheme)
		return strcmp(va->scheme->name, vb->scheme->name);
	return va->violation_id < vb->violation_id ? -1 : va->violation_id > vb->violation_id;
}

/*
 * Adds keys for the trials of the keys' schemes, with copies of the rows that
 * fall into the trial's time; drops keys that no version in force judges.
 */
static int64
add_trial_keys(StandingKey **keys, int64 nkeys)
{
	KeyList		list = {0};
	bool		any = false;

	for (int64 i = 0; i < nkeys && !any; i++)
		any = (*keys)[i].scheme->ntrials > 0;
	if (!any)
		return nkeys;
	for (int64 i = 0; i < nkeys; i++)
	{
		StandingKey *key = &(*keys)[i];
		int			kept = 0;

		for (int t = 0; t < key->scheme->ntrials; t++)
		{
			char	   *name = psprintf("%s@" INT64_FORMAT, key->scheme->name,
										key->scheme->trials[t].policy_id);
			Scheme	   *trial = rulebook_scheme(name, strlen(name), false);
			StandingKey *added = NULL;

			for (int v = 0; v < key->nviolations; v++)
			{
				ViolationRow *row = key->violations[v];
				PolicyVersion *version = rulebook_version_at(trial, row->occurred);

				if (version == NULL ||
					policy_rule_index(rulebook_compiled(version), row->rule, strlen(row->rule)) < 0)
					continue;
				if (added == NULL)
				{
					added = add_key(&list, key->account_id, trial);
					added->violations = palloc(sizeof(ViolationRow *) * key->nviolations);
				}
				added->violations[added->nviolations] = palloc(sizeof(ViolationRow));
				*added->violations[added->nviolations] = *row;
				added->violations[added->nviolations++]->scheme = trial;
			}
		}
		for (int v = 0; v < key->nviolations; v++)
			if (rulebook_version_at(key->scheme, key->violations[v]->occurred) != NULL)
				key->violations[kept++] = key->violations[v];
		key->nviolations = kept;
		if (kept > 0)
		{
			StandingKey *same = add_key(&list, key->account_id, key->scheme);

			same->violations = key->violations;
			same->nviolations = kept;
		}
	}
	*keys = list.keys;
	return list.n;
}

Datum
governance_violation_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "violation_apply", false, false);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[V_COLUMNS];
	LedgerIdentity identity;
	TupleTableSlot *slot;
	ViolationRow *rows;
	ViolationRow **order;
	StandingKey *keys;
	int64		nrows = 0;
	int64		maxrows;
	int64		nkeys = 0;
	MemoryContext context;

	require_transition(trigger->tg_newtable, "violation_apply", "NEW");
	maxrows = tuplestore_tuple_count(trigger->tg_newtable);
	if (maxrows == 0)
		return PointerGetDatum(NULL);
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, violation_columns, V_COLUMNS, numbers);
	ledger_enter(&identity);
	context = CurrentMemoryContext;

	rows = MemoryContextAllocHuge(context, sizeof(ViolationRow) * maxrows);
	order = MemoryContextAllocHuge(context, sizeof(ViolationRow *) * maxrows);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		read_violation(relation, slot, numbers, &rows[nrows]);
		order[nrows] = &rows[nrows];
		nrows++;
	}
	ExecDropSingleTupleTableSlot(slot);
	check_campaigns(relation, rows, nrows);

	if (nrows > 1)
		qsort(order, nrows, sizeof(ViolationRow *), violation_key_cmp);
	for (int64 i = 0; i < nrows; i++)
		if (i == 0 || order[i]->account_id != order[i - 1]->account_id ||
			order[i]->scheme != order[i - 1]->scheme)
			nkeys++;
	keys = MemoryContextAllocExtended(context, sizeof(StandingKey) * nkeys,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	nkeys = -1;
	for (int64 i = 0; i < nrows; i++)
	{
		if (i == 0 || order[i]->account_id != order[i - 1]->account_id ||
			order[i]->scheme != order[i - 1]->scheme)
		{
			nkeys++;
			keys[nkeys].account_id = order[i]->account_id;
			keys[nkeys].scheme = order[i]->scheme;
			keys[nkeys].decided = DT_NOBEGIN;
			keys[nkeys].violations = &order[i];
		}
		keys[nkeys].nviolations++;
	}
	nkeys = add_trial_keys(&keys, nkeys + 1);
	standings_apply(keys, nkeys);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* ---------- activities ---------- */

enum
{
	A_ACCOUNT, A_ID, A_KIND, A_OCCURRED, A_QUANTITY, A_VIOLATION, A_COLUMNS
};

static const ColumnSpec activity_columns[A_COLUMNS] = {
	{"account_id", INT8OID}, {"activity_id", INT8OID}, {"kind", TEXTOID},
	{"occurred_at", TIMESTAMPTZOID}, {"quantity", NUMERICOID}, {"violation_id", INT8OID}
};

/* A kind that nobody has ever named is a slip of the pen, not an activity. */
static void
check_activity_kinds(Relation relation, const ActivityRow *rows, int64 nrows)
{
	const char *last = NULL;

	for (int64 i = 0; i < nrows; i++)
	{
		Datum		value;

		if (last != NULL && strcmp(last, rows[i].kind) == 0)
			continue;
		last = rows[i].kind;
		value = CStringGetTextDatum(last);
		if (ledger_execute(&kind_plan, &value, NULL, LEDGER_FRESH) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("activity kind \"%s\" is not known", last),
					 errdetail("No policy listens to it, and governance.activity_kind does not have it."),
					 errhint("Insert it into governance.activity_kind to record it all the same."),
					 errtable(relation)));
		SPI_freetuptable(SPI_tuptable);
	}
}

static int
activity_key_cmp(const void *a, const void *b)
{
	const ActivityRow *aa = *(ActivityRow *const *) a;
	const ActivityRow *ab = *(ActivityRow *const *) b;

	if (aa->account_id != ab->account_id)
		return aa->account_id < ab->account_id ? -1 : 1;
	return aa->activity_id < ab->activity_id ? -1 : aa->activity_id > ab->activity_id;
}

Datum
governance_activity_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "activity_apply", false, false);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[A_COLUMNS];
	LedgerIdentity identity;
	TupleTableSlot *slot;
	ActivityRow *rows;
	int64		nrows = 0;
	int64		maxrows;
	KeyList		list = {0};
	int			nschemes;
	Scheme	  **schemes;

	require_transition(trigger->tg_newtable, "activity_apply", "NEW");
	maxrows = tuplestore_tuple_count(trigger->tg_newtable);
	if (maxrows == 0)
		return PointerGetDatum(NULL);
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, activity_columns, A_COLUMNS, numbers);
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);

	rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ActivityRow) * maxrows);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		ActivityRow *row = &rows[nrows++];
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		row->account_id = slot_int8(slot, numbers[A_ACCOUNT]);
		row->activity_id = slot_int8(slot, numbers[A_ID]);
		row->kind = text_to_cstring(slot_text(slot, numbers[A_KIND]));
		row->occurred = slot_time(slot, numbers[A_OCCURRED]);
		row->quantity = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
														   slot_getattr(slot, numbers[A_QUANTITY], &isnull)));
		row->violation_id = slot_int8(slot, numbers[A_VIOLATION]);
	}
	ExecDropSingleTupleTableSlot(slot);

	check_activity_kinds(relation, rows, nrows);

	/* Schemes are few; each gets the rows of the kinds that it listens to. */
	for (int s = 0; s < nschemes; s++)
	{
		ActivityRow **heard;
		int64		nheard = 0;

		if (!scheme_has_activities(schemes[s]))
			continue;
		heard = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ActivityRow *) * nrows);
		for (int64 i = 0; i < nrows; i++)
		{
			PolicyVersion *version = rulebook_version_at(schemes[s], rows[i].occurred);

			if (version != NULL &&
				policy_activity_index(rulebook_compiled(version), rows[i].kind) >= 0)
				heard[nheard++] = &rows[i];
		}
		qsort(heard, nheard, sizeof(ActivityRow *), activity_key_cmp);
		for (int64 i = 0; i < nheard; i++)
		{
			StandingKey *key = add_key(&list, heard[i]->account_id, schemes[s]);

			if (key->nactivities == 0)
				key->activities = &heard[i];
			key->nactivities++;
		}
	}
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* ---------- facts ---------- */

enum
{
	F_ACCOUNT, F_NAME, F_VALUE, F_DURING, F_COLUMNS
};

static const ColumnSpec attribute_columns[F_COLUMNS] = {
	{"account_id", INT8OID}, {"name", TEXTOID}, {"value", TEXTOID}, {"during", TSTZRANGEOID}
};

/*
 * Adds the standings that look at the facts of one transition table.  What
 * changes after as_of is taken up as it will come; what changes before makes a
 * replay.
 */
static void
add_attribute_keys(Relation relation, Tuplestorestate *table, const AttrNumber *numbers,
				   KeyList *list, bool is_new)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
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
			key = add_key(list, account_id, schemes[s]);
			key->refresh = true;
			key->changed_from = Min(key->changed_from, changed);
		}
		pfree(name);
	}
	ExecDropSingleTupleTableSlot(slot);
}

static int
int64_cmp(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* Against standings that begin meanwhile, which look at the same facts. */
static void
lock_accounts_of(const KeyList *list)
{
	int64	   *accounts = MemoryContextAllocHuge(CurrentMemoryContext,
												  sizeof(int64) * Max(list->n, 1));
	int			n = 0;

	for (int i = 0; i < list->n; i++)
		accounts[i] = list->keys[i].account_id;
	qsort(accounts, list->n, sizeof(int64), int64_cmp);
	for (int i = 0; i < list->n; i++)
		if (n == 0 || accounts[n - 1] != accounts[i])
			accounts[n++] = accounts[i];
	accounts_lock(accounts, n);
	pfree(accounts);
}

Datum
governance_attribute_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "attribute_apply", false, false);
	AttrNumber	numbers[F_COLUMNS];
	LedgerIdentity identity;
	KeyList		list = {0};

	if (trigger->tg_oldtable == NULL)
		require_transition(trigger->tg_newtable, "attribute_apply", "NEW");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(trigger->tg_relation, attribute_columns, F_COLUMNS, numbers);
	ledger_enter(&identity);
	if (trigger->tg_oldtable != NULL)
		add_attribute_keys(trigger->tg_relation, trigger->tg_oldtable, numbers, &list, false);
	if (trigger->tg_newtable != NULL)
		add_attribute_keys(trigger->tg_relation, trigger->tg_newtable, numbers, &list, true);
	lock_accounts_of(&list);
	for (int i = 0; i < list.n; i++)
		list.keys[i].advance_to = GetCurrentTransactionStartTimestamp();
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* ---------- revisions ---------- */

enum
{
	R_ACCOUNT, R_VIOLATION, R_DECIDED, R_COLUMNS
};

static const ColumnSpec revision_columns[R_COLUMNS] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"decided_at", TIMESTAMPTZOID}
};

Datum
governance_revision_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "revision_apply", false, false);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[R_COLUMNS];
	LedgerIdentity identity;
	TupleTableSlot *slot;
	KeyList		list = {0};
	Scheme	  **schemes;
	int			nschemes;

	require_transition(trigger->tg_newtable, "revision_apply", "NEW");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, revision_columns, R_COLUMNS, numbers);
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		int64		account_id = slot_int8(slot, numbers[R_ACCOUNT]);
		int64		violation_id = slot_int8(slot, numbers[R_VIOLATION]);
		Datum		values[2];
		char	   *scheme;

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(account_id);
		values[1] = Int64GetDatum(violation_id);
		if (ledger_execute(&scheme_of_plan, values, NULL, LEDGER_FRESH) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_UNKNOWN_VIOLATION),
					 errmsg("account " INT64_FORMAT " has no violation " INT64_FORMAT,
							account_id, violation_id),
					 errtable(relation)));
		scheme = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		for (int i = 0; i < nschemes; i++)
			if (strcmp(schemes[i]->name, scheme) == 0 ||
				(schemes[i]->trial_of != NULL && strcmp(schemes[i]->trial_of, scheme) == 0))
			{
				StandingKey *key = add_key(&list, account_id, schemes[i]);

				key->replay = true;
				key->decided = Max(key->decided, slot_time(slot, numbers[R_DECIDED]));
			}
		SPI_freetuptable(SPI_tuptable);
	}
	ExecDropSingleTupleTableSlot(slot);
	standings_apply(list.keys, list.n);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* ---------- policies ---------- */

static void
refresh_standings(Scheme *scheme, TimestampTz changed_from)
{
	KeyList		list = {0};
	Datum		name = CStringGetTextDatum(scheme->name);
	uint64		nrows = ledger_execute(&standings_of_scheme_plan, &name, NULL, LEDGER_LATEST);

	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;
		StandingKey *key = add_key(&list,
								   DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
															   SPI_tuptable->tupdesc, 1, &isnull)),
								   scheme);

		key->refresh = true;
		key->changed_from = changed_from;
	}
	SPI_freetuptable(SPI_tuptable);
	standings_apply(list.keys, list.n);
}

/*
 * Standings of trials that are over go; a trial is folded from what has happened
 * since it began, which others may have recorded before this transaction could
 * tell them of it.
 */
static void
refresh_trials(Scheme *scheme)
{
	Datum		values[2];

	values[0] = CStringGetTextDatum(scheme->name);
	ledger_execute(&end_trials_plan, values, NULL, LEDGER_WRITE);
	for (int t = 0; t < scheme->ntrials; t++)
	{
		char	   *trial_name = psprintf("%s@" INT64_FORMAT, scheme->name, scheme->trials[t].policy_id);
		Scheme	   *trial = rulebook_scheme(trial_name, strlen(trial_name), false);
		KeyList		list = {0};
		uint64		nrows;

		values[1] = TimestampTzGetDatum(trial->versions[0].from);
		nrows = ledger_execute(&violators_plan, values, NULL, LEDGER_LATEST);
		for (uint64 row = 0; row < nrows; row++)
		{
			bool		isnull;
			int64		account_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
																 SPI_tuptable->tupdesc, 1, &isnull));

			add_key(&list, account_id, trial)->replay = true;
		}
		SPI_freetuptable(SPI_tuptable);
		standings_apply(list.keys, list.n);
	}
}

enum
{
	P_ID, P_SCHEME, P_STATUS, P_IN_FORCE, P_COLUMNS
};

static const ColumnSpec policy_columns[P_COLUMNS] = {
	{"policy_id", INT8OID}, {"scheme", TEXTOID}, {"status", TEXTOID}, {"in_force", TSTZRANGEOID}
};

/* One row of governance.policy, as far as standings depend on it. */
typedef struct PolicyRow
{
	int64		policy_id;
	char	   *scheme;
	bool		trial;			/* on trial */
	bool		counts;			/* is or was in force at some time */
	bool		retired;
	TimestampTz from;
	TimestampTz to;
	bool		matters;		/* of a row as it is now: see policy_matters() */
	TimestampTz replay_from;
} PolicyRow;

static PolicyRow *
read_policies(Relation relation, Tuplestorestate *table, const AttrNumber *numbers, int *nrows)
{
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	TupleTableSlot *slot;
	PolicyRow  *rows;

	*nrows = 0;
	if (table == NULL)
		return NULL;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	rows = palloc0(sizeof(PolicyRow) * (tuplestore_tuple_count(table) + 1));
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		PolicyRow  *row = &rows[(*nrows)++];
		char	   *status = text_to_cstring(slot_text(slot, numbers[P_STATUS]));
		bool		isnull;
		Datum		in_force = slot_getattr(slot, numbers[P_IN_FORCE], &isnull);

		row->policy_id = slot_int8(slot, numbers[P_ID]);
		row->scheme = text_to_cstring(slot_text(slot, numbers[P_SCHEME]));
		row->trial = strcmp(status, "trial") == 0;
		if (!isnull && (strcmp(status, "active") == 0 || strcmp(status, "retired") == 0))
		{
			RangeBound	lower;
			RangeBound	upper;
			bool		empty;

			range_deserialize(typcache, DatumGetRangeTypeP(in_force), &lower, &upper, &empty);
			row->counts = !empty;
			row->retired = status[0] == 'r';
			row->from = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
			row->to = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	return rows;
}

/*
 * Does it matter to standings that one row became the other?  Those that have
 * seen *replay_from are to be folded anew.
 *
 * Where a version gains time, that is when it begins to.  Where one loses time,
 * whoever took it gives it to another version in a statement of its own, unless
 * the version is retired while it is in force.
 */
static bool
policy_matters(const PolicyRow *before, const PolicyRow *after, TimestampTz *replay_from)
{
	*replay_from = DT_NOEND;
	if (!after->counts)
		return before->counts;
	if (!before->counts)
	{
		*replay_from = after->from;
		return true;
	}
	if (after->from < before->from)
		*replay_from = after->from;
	if (after->to > before->to)
		*replay_from = Min(*replay_from, before->to);
	if (after->to < before->to && after->retired)
		*replay_from = Min(*replay_from, after->to);
	return after->from != before->from || *replay_from != DT_NOEND;
}

/*
 * A version that comes into force changes what its scheme's accounts may do
 * from its start on, with no entry of theirs: their restrictions are written
 * anew.  Standings that have seen that instant already are folded anew: others
 * may have gone by the old version while this transaction was under way.
 */
Datum
governance_policy_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "policy_apply", false, false);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[P_COLUMNS];
	LedgerIdentity identity;
	PolicyRow  *before;
	PolicyRow  *after;
	int			nbefore;
	int			nafter;
	bool		changes = false;

	require_transition(trigger->tg_newtable, "policy_apply", "NEW");
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		require_transition(trigger->tg_oldtable, "policy_apply", "OLD");
	find_columns(relation, policy_columns, P_COLUMNS, numbers);
	before = read_policies(relation, trigger->tg_oldtable, numbers, &nbefore);
	after = read_policies(relation, trigger->tg_newtable, numbers, &nafter);
	for (int i = 0; i < nafter; i++)
	{
		PolicyRow	none = {0};
		PolicyRow  *old = &none;

		for (int j = 0; j < nbefore; j++)
			if (before[j].policy_id == after[i].policy_id)
				old = &before[j];
		after[i].matters = policy_matters(old, &after[i], &after[i].replay_from);
		after[i].trial |= old->trial;
		changes |= after[i].trial || after[i].matters;
	}
	if (!changes)
		return PointerGetDatum(NULL);

	/* This very backend must see the new versions, whichever trigger ran first. */
	ledger_lock(ExclusiveLock);
	CacheInvalidateRelcache(relation);
	CommandCounterIncrement();
	rulebook_refresh();
	ledger_enter(&identity);
	for (int i = 0; i < nafter; i++)
	{
		Scheme	   *scheme = rulebook_scheme(after[i].scheme, strlen(after[i].scheme), true);

		if (scheme == NULL)
			continue;			/* only drafts */
		if (after[i].matters)
			refresh_standings(scheme, after[i].replay_from);
		if (after[i].trial)
			refresh_trials(scheme);
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* ---------- append-only ---------- */

Datum
governance_refuse_rewrite(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "refuse_rewrite", false, true);
	const char *verb;

	if (ledger_is_writing())
		return PointerGetDatum(NULL);
	verb = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "update" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "delete from" : "truncate";
	ereport(ERROR,
			(errcode(ERRCODE_GV_APPEND_ONLY),
			 errmsg("cannot %s table \"%s\"", verb, RelationGetRelationName(trigger->tg_relation)),
			 errdetail("The ledger is append-only."),
			 trigger->tg_trigger->tgnargs > 0 ? errhint("%s", trigger->tg_trigger->tgargs[0]) : 0,
			 errtable(trigger->tg_relation)));
	return PointerGetDatum(NULL);
}
