/*
 * violation.c
 *		The statement trigger through which violations enter the ledger.
 *
 * The new rows are read once, validated against the rulebook, grouped by
 * account and scheme, and handed to standings_apply().
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "points.h"
#include "util.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/report.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "doors/entry_id.h"
#include "doors/sanction_length.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/entry.h"
#include "ledger/judge.h"
#include "ledger/linked_entry.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "oversight/brake.h"
#include "oversight/limits.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_violation_apply);

static KeptPlan campaign_plan = {
	"SELECT u.campaign FROM pg_catalog.unnest($1) AS u (campaign)"
	" WHERE NOT EXISTS (SELECT FROM governance.campaign c WHERE c.campaign" EQ "u.campaign) LIMIT 1",
	1, {TEXTARRAYOID}
};

enum
{
	V_ACCOUNT, V_ID, V_SCHEME, V_RULE, V_POINTS, V_OCCURRED, V_DECIDED, V_SOURCE,
	V_CAMPAIGN, V_INCIDENT, V_CONTENT, V_SURCHARGE, V_LENGTH, V_HELD,
	V_LINKED_ACCOUNT, V_LINKED_VIOLATION, V_LINK, V_DECIDED_BY,
	V_COLUMNS
};

static const ColumnSpec violation_columns[V_COLUMNS] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"scheme", TEXTOID}, {"rule", TEXTOID},
	{"points", NUMERICOID}, {"occurred_at", TIMESTAMPTZOID}, {"decided_at", TIMESTAMPTZOID},
	{"source", TEXTOID}, {"campaign", TEXTOID}, {"incident", TEXTOID}, {"content_ref", TEXTOID},
	{"surcharge", NUMERICOID}, {"sanction_length", INTERVALOID}, {"held", BOOLOID},
	{"linked_account_id", INT8OID}, {"linked_violation_id", INT8OID}, {"link_id", INT8OID},
	{"decided_by", TEXTOID}
};

/* The sources that the table's constraint allows, as constants. */
static const char *
source_name(const char *name, int len)
{
	int			source = source_by_name(name, len);

	return source >= 0 ? source_names[source] : pnstrdup(name, len);
}

/*
 * Is the row one that the rulebook knows, at a price that the rule allows?
 * The rule's code becomes that of the policy, which outlives the statement.
 */
static void
check_violation(Relation relation, ViolationRow *row, const char *rule, int rule_len)
{
	PolicyVersion *version = ledger_judge(row->scheme, row->occurred, rule, rule_len);
	const Policy *policy;
	const PolicyRule *found;
	int			index;

	if (version == NULL)
		version = ledger_version_or_trial(row->scheme, row->occurred);
	if (version == NULL)
		report_not_in_force(row->scheme->name, row->occurred,
							psprintf(_("Violation %lld of account %lld occurred then."),
									 (long long) row->violation_id, (long long) row->account_id),
							relation);
	policy = rulebook_compiled(version);
	index = policy_rule_index(policy, rule, rule_len);
	if (index < 0)
		report_missing_of(MISSING_RULE, row->scheme->name, pnstrdup(rule, rule_len),
						  may_tell("policy")
						  ? psprintf(_("Version %lld of the policy, in force at %s, does not have it."),
									 (long long) version->policy_id, timestamptz_to_str(row->occurred)) : NULL,
						  relation, 0);
	found = &policy->rules[index];
	if (row->points != POINTS_NONE && !engine_check_points(found, row->points))
		ereport(ERROR,
				(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
				 errmsg("%s points are outside the range of rule \"%s\" of scheme \"%s\"",
						points_text(row->points), found->code, row->scheme->name),
				 !may_tell("policy_rule") ? 0 : found->min == found->max
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
					 may_tell("policy_rule")
					 ? errdetail("For rule \"%s\" it may be %s to %s.",
								 found->code, points_text(min), points_text(max)) : 0,
					 errhint("Leave surcharge null for what the account's level makes of it."),
					 errtable(relation)));
	}
	row->rule = found->code;
	sanction_length_check(relation, policy, index, row);
}

/*
 * Is it the scheme of that name?  A comparison of bytes, for a statement of
 * many rows of one scheme.
 */
static inline bool
is_named(const Scheme *scheme, const text *name)
{
	return text_equal(name, scheme->text);
}

/*
 * userid: who inserts it.  last: the row before it, mostly of the same scheme;
 * or null.
 */
static void
read_violation(Oid userid, Relation relation, TupleTableSlot *slot, const AttrNumber *numbers,
			   const ViolationRow *last, ViolationRow *row)
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
		if (interval->month < 0 || interval->day < 0 || interval->time < 0 ||
			(interval->month == 0 && interval->day == 0 && interval->time == 0))
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("%s is not a sanction_length",
							DatumGetCString(DirectFunctionCall1(interval_out, length))),
					 errhint("Leave it null for what the policy says."),
					 errtable(relation)));
	}
	row->account_id = slot_int8(slot, numbers[V_ACCOUNT]);
	row->violation_id = slot_int8(slot, numbers[V_ID]);
	row->scheme = last != NULL && is_named(last->scheme, scheme) ? last->scheme :
		rulebook_scheme(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme), false);
	row->points = slot_points(slot, numbers[V_POINTS], "points");
	row->surcharge = slot_points(slot, numbers[V_SURCHARGE], "surcharge");
	row->occurred = slot_time(slot, numbers[V_OCCURRED]);
	row->decided = slot_time(slot, numbers[V_DECIDED]);
	row->source = source_name(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source));
	row->campaign = campaign == NULL ? NULL : text_to_cstring(campaign);
	row->incident = slot_hash(slot, numbers[V_INCIDENT]);
	row->content = slot_hash(slot, numbers[V_CONTENT]);
	row->held = DatumGetBool(slot_getattr(slot, numbers[V_HELD], &isnull));
	if (row->held && !ledger_owned_by(userid))
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("violation %lld of account %lld cannot be held by hand",
						(long long) row->violation_id, (long long) row->account_id),
				 errdetail("A brake holds violations; history is loaded with what it held by the owner of the ledger."),
				 errhint("Leave column \"held\" out."),
				 errtablecol(relation, numbers[V_HELD])));
	check_name_given(userid, relation, "decided_by", slot_text(slot, numbers[V_DECIDED_BY]));
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
		array_reserve(names, max, n + 1);
		names[n++] = CStringGetDatum(last);
	}
	if (n == 0)
		return;
	for (int i = 0; i < n; i++)
		names[i] = CStringGetTextDatum(DatumGetCString(names[i]));
	array = datum_array(names, NULL, n, TEXTOID);
	if (plan_execute(&campaign_plan, &array, NULL, PLAN_FRESH) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("campaign \"%s\" does not exist",
						SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Insert it into governance.campaign first."),
				 errtable(relation)));
	SPI_freetuptable(SPI_tuptable);
}

/* By account, scheme and id. */
static inline int
violation_key_cmp(const ViolationRow *va, const ViolationRow *vb)
{
	if (va->account_id != vb->account_id)
		return cmp_int64(va->account_id, vb->account_id);
	if (va->scheme != vb->scheme)
		return strcmp(va->scheme->name, vb->scheme->name);
	return cmp_int64(va->violation_id, vb->violation_id);
}

typedef ViolationRow *ViolationRef;

#define ST_SORT sort_violations
#define ST_ELEMENT_TYPE ViolationRef
#define ST_COMPARE(a, b) violation_key_cmp(*(a), *(b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Adds keys for the trials of the keys' schemes, with copies of the rows that
 * fall into the trial's time; drops rows that no version in force judges.
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
				if (!ledger_judges(trial, row))
					continue;
				if (added == NULL)
				{
					added = key_list_add(&list, key->account_id, trial);
					added->violations = palloc(sizeof(ViolationRow *) * key->nviolations);
				}
				added->violations[added->nviolations] = palloc(sizeof(ViolationRow));
				*added->violations[added->nviolations] = *row;
				added->violations[added->nviolations++]->scheme = trial;
			}
		}
		for (int v = 0; v < key->nviolations; v++)
			if (ledger_judges(key->scheme, key->violations[v]))
				key->violations[kept++] = key->violations[v];
		key->nviolations = kept;
		if (kept > 0)
		{
			StandingKey *same = key_list_add(&list, key->account_id, key->scheme);

			same->violations = key->violations;
			same->nviolations = kept;
		}
	}
	*keys = list.keys;
	return list.n;
}

/*
 * What they cost, as they say it; what follows from them is compared where it
 * is written (doors/apply.c).  A second person makes up for that and not for this.
 */
static void
check_limits(const LimitSet *limits, const ViolationRow *rows, int64 nrows)
{
	for (int64 i = 0; limits != NULL && i < nrows; i++)
	{
		Points		points = rows[i].points;

		if (points == POINTS_NONE)
		{
			int			len = strlen(rows[i].rule);
			const Policy *policy = rulebook_compiled(ledger_judge(rows[i].scheme, rows[i].occurred,
																  rows[i].rule, len));

			points = policy->rules[policy_rule_index(policy, rows[i].rule, len)].usual;
		}
		if (rows[i].surcharge != POINTS_NONE)
			points += rows[i].surcharge;
		limits_points(limits, rows[i].account_id, rows[i].scheme->name, points);
	}
}

/*
 * The new rows of a statement, validated; *nrows is how many.  False: they are
 * copies for linked accounts, and the statement that made them applies them with
 * its own rows.
 */
static bool
read_violations(Relation relation, Tuplestorestate *table, ViolationRow **rows, int64 *nrows)
{
	AttrNumber	numbers[V_COLUMNS];
	Oid			userid = acting_role();
	bool		copies = false;
	TupleTableSlot *slot;

	find_columns(relation, violation_columns, V_COLUMNS, numbers);
	*rows = MemoryContextAllocHuge(CurrentMemoryContext,
								   sizeof(ViolationRow) * tuplestore_tuple_count(table));
	*nrows = 0;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(table);
	while (!copies && tuplestore_gettupleslot(table, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		copies = linked_entry_check(relation, "linked_violation_id",
									!slot_attisnull(slot, numbers[V_LINKED_VIOLATION]) ||
									!slot_attisnull(slot, numbers[V_LINKED_ACCOUNT]) ||
									!slot_attisnull(slot, numbers[V_LINK]));
		if (copies)
			continue;
		read_violation(userid, relation, slot, numbers, *nrows > 0 ? &(*rows)[*nrows - 1] : NULL,
					   &(*rows)[*nrows]);
		(*nrows)++;
	}
	ExecDropSingleTupleTableSlot(slot);
	return !copies;
}

/* Do two rows belong to different standings? */
static inline bool
differ_in_key(const ViolationRow *a, const ViolationRow *b)
{
	return a->account_id != b->account_id || a->scheme != b->scheme;
}

/*
 * The keys of the standings that rows concern, sorted, each with its rows in the
 * order of their ids; the trials of a scheme have keys of their own.
 */
static StandingKey *
group_by_key(ViolationRow *rows, int64 nrows, int64 *nkeys)
{
	ViolationRow **order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(ViolationRow *) * nrows);
	StandingKey *keys;
	int64		n = 0;

	for (int64 i = 0; i < nrows; i++)
		order[i] = &rows[i];
	if (nrows > 1)
		sort_violations(order, nrows);
	for (int64 i = 0; i < nrows; i++)
		if (i == 0 || differ_in_key(order[i], order[i - 1]))
			n++;
	keys = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(StandingKey) * n,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	n = 0;
	for (int64 i = 0; i < nrows; i++)
	{
		if (i == 0 || differ_in_key(order[i], order[i - 1]))
		{
			keys[n].account_id = order[i]->account_id;
			keys[n].scheme = order[i]->scheme;
			keys[n].decided = DT_NOBEGIN;
			keys[n++].violations = &order[i];
		}
		keys[n - 1].nviolations++;
	}
	*nkeys = add_trial_keys(&keys, n);
	return keys;
}

/*
 * Decides what new rows bring, and applies it: what is parked is held, what goes
 * beyond limits refused, copies for linked accounts are made, standings brought up
 * to date; and what goes too far only by this statement is held in the end.
 */
static void
apply_violations(Relation relation, ViolationRow *rows, int64 nrows)
{
	bool		braked = brake_any();
	const LimitSet *limits = limits_now();
	int64		ngiven = nrows;
	bool		confirmed;
	StandingKey *keys;
	int64		nkeys;

	if (braked)
		brake_hold(rows, nrows);
	check_limits(limits, rows, nrows);
	/* Proposals become violations by a trigger. */
	confirmed = limits != NULL && trigger_depth() > 1 && limits_confirmed(rows, nrows);
	linked_entries_copy(&rows, &nrows);
	keys = group_by_key(rows, nrows, &nkeys);
	for (int64 i = 0; i < nkeys; i++)
		keys[i].confirmed = confirmed;
	standings_apply(keys, nkeys);
	sanction_lengths_taken(relation, rows, ngiven);
	if (braked)
	{
		KeyList		held = {0};

		brake_count(rows, nrows, &held);
		standings_apply(held.keys, held.n);
	}
}

/*
 * violation_apply(), the statement trigger on governance.violation: AFTER INSERT,
 * with the new rows as a transition table.
 */
Datum
governance_violation_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "violation_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Identity	identity;
	ViolationRow *rows;
	int64		nrows;

	require_transition(trigger->tg_newtable, "violation_apply", "NEW");
	if (tuplestore_tuple_count(trigger->tg_newtable) == 0)
		return PointerGetDatum(NULL);
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	if (read_violations(trigger->tg_relation, trigger->tg_newtable, &rows, &nrows))
	{
		violation_ids_given(trigger->tg_relation, rows, nrows);
		check_campaigns(trigger->tg_relation, rows, nrows);
		apply_violations(trigger->tg_relation, rows, nrows);
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
