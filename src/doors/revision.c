/*
 * revision.c
 *		The statement trigger on revisions: the accounts concerned are folded
 *		anew.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "points.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/report.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/apply.h"
#include "doors/entry_id.h"
#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/judge.h"
#include "ledger/linked_entry.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
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
#define LESS " OPERATOR(pg_catalog.<) "

PG_FUNCTION_INFO_V1(governance_revision_apply);

static KeptPlan violation_plan = {
	"SELECT v.scheme, v.rule, v.occurred_at FROM governance.violation v"
	" WHERE v.account_id" EQ "$1 AND v.violation_id" EQ "$2",
	2, {INT8OID, INT8OID}
};

static KeptPlan sanction_plan = {
	"SELECT FROM governance.sanction s WHERE s.account_id" EQ "$1 AND s.sanction_id" EQ "$2"
	" AND s.scheme" EQ "$3 AND s.rung" EQ "$4 AND pg_catalog.lower(s.during)" EQ "$5"
	" AND ($6 IS NULL OR s.violation_id" EQ "$6)",
	6, {INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, INT8OID}
};

/* A balance that is possible is what the score is then. */
static KeptPlan became_plan = {
	"SELECT s.score::pg_catalog.text FROM governance.score($1, $2, $3, 'infinity') AS s (score)"
	" WHERE governance.points(s.score) OPERATOR(pg_catalog.<>) $4",
	4, {INT8OID, TEXTOID, TIMESTAMPTZOID, NUMERICOID}
};

/* What was decided of a violation before a revision. */
static KeptPlan previous_plan = {
	"SELECT r.action FROM governance.revision r WHERE r.account_id" EQ "$1 AND r.violation_id" EQ "$2"
	" AND r.action OPERATOR(pg_catalog.<>) 'release'"
	" AND ROW(r.decided_at, r.revision_id)" LESS "ROW($3, $4)"
	" ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1",
	4, {INT8OID, INT8OID, TIMESTAMPTZOID, INT8OID}
};

/* What a violation cost before a revision, and after it: the more of both. */
static KeptPlan cost_plan = {
	"SELECT v.account_id, v.scheme, pg_catalog.round(greatest(c.points, CASE WHEN c.n" LESS "2"
	" THEN coalesce(v.points, r.usual_points, 0) OPERATOR(pg_catalog.+) coalesce(v.surcharge, 0) END)"
	" OPERATOR(pg_catalog.*) 100)::pg_catalog.int4"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, violation_id)"
	" JOIN governance.violation v ON v.account_id" EQ "u.account_id AND v.violation_id" EQ "u.violation_id"
	" LEFT JOIN LATERAL (SELECT r.usual_points FROM governance.policy p"
	" JOIN governance.policy_rule r ON r.policy_id" EQ "p.policy_id AND r.rule" EQ "v.rule"
	" WHERE p.scheme" EQ "v.scheme AND p.status" EQ "ANY ('{active,retired,trial}')"
	" AND p.in_force OPERATOR(pg_catalog.@>) v.occurred_at"
	" ORDER BY p.status" EQ "'trial', pg_catalog.lower(p.in_force) NULLS FIRST, p.policy_id LIMIT 1) AS r ON true,"
	" LATERAL (SELECT pg_catalog.count(*) AS n, pg_catalog.max(l.points) AS points"
	" FROM (SELECT n.points FROM governance.revision n"
	" WHERE n.account_id" EQ "v.account_id AND n.violation_id" EQ "v.violation_id AND n.action" EQ "'change'"
	" ORDER BY n.decided_at DESC, n.revision_id DESC LIMIT 2) AS l) AS c",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

enum
{
	R_ACCOUNT, R_VIOLATION, R_DECIDED, R_SCHEME, R_ACTION, R_ID, R_LINKED,
	R_POINTS, R_SANCTION, R_RUNG, R_SINCE, R_REASON, R_DECIDED_BY, R_COLUMNS
};

static const ColumnSpec revision_columns[R_COLUMNS] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"decided_at", TIMESTAMPTZOID},
	{"scheme", TEXTOID}, {"action", TEXTOID}, {"revision_id", INT8OID},
	{"linked_revision_id", INT8OID}, {"points", NUMERICOID}, {"sanction_id", INT8OID},
	{"rung", TEXTOID}, {"since", TIMESTAMPTZOID}, {"reason", TEXTOID}, {"decided_by", TEXTOID}
};

/* A scheme and its trials. */
static void
add_keys(KeyList *list, int64 account_id, const char *scheme, TimestampTz decided, bool opening)
{
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);

	for (int i = 0; i < nschemes; i++)
		if (strcmp(schemes[i]->name, scheme) == 0 ||
			(schemes[i]->trial_of != NULL && strcmp(schemes[i]->trial_of, scheme) == 0))
		{
			StandingKey *key = key_list_add(list, account_id, schemes[i]);

			key->replay = true;
			key->decided = Max(key->decided, decided);
			key->opening |= opening;
		}
}

/* What a revision of a violation means for its copies. */
static void
revise_copies(KeyList *list, int64 account_id, int64 revision_id, const char *name,
			  TimestampTz decided)
{
	const Scheme *scheme = rulebook_scheme(name, strlen(name), true);
	int64	   *accounts;
	int			n;

	if (scheme == NULL || !scheme->copies)
		return;
	accounts = linked_entries_revise(scheme, account_id, revision_id, &n);
	for (int i = 0; i < n; i++)
		add_keys(list, accounts[i], name, decided, false);
}

/*
 * A decision is known from its instant on, so one that lay ahead would stand in
 * the way of those that come before it.
 */
static void
check_decided(Relation relation, int64 account_id, TimestampTz decided)
{
	if (decided > GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("a revision of account %lld cannot be decided in the future",
						(long long) account_id),
				 errdetail("It is dated %s.", timestamptz_to_str(decided)),
				 errhint("Decide it when the time has come."),
				 errtable(relation)));
}

/* A balance is one of a version in force, or it would be of no effect. */
static void
check_opening(Relation relation, int64 account_id, const char *name, TimestampTz at)
{
	Scheme	   *scheme = rulebook_scheme(name, strlen(name), false);

	if (at > GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("account %s cannot come with a balance of %s", psprintf("%lld", (long long) account_id),
						timestamptz_to_str(at)),
				 errhint("Name the instant of which the score is known, which does not lie ahead."),
				 errtable(relation)));
	if (scheme->trial_of != NULL || rulebook_version_at(scheme, at) == NULL)
		report_not_in_force(name, at, _("An opening balance stands under the version in force at its instant."),
							relation);
}

/*
 * Once it counts, the score is what the balance says, or it said what no score
 * of the scheme can be.  Whoever loads history, as the owner of the ledger, may
 * load the rest of it afterwards.
 */
static void
check_balances(Relation relation, Tuplestorestate *rows, TupleTableSlot *slot, const AttrNumber *numbers)
{
	tuplestore_rescan(rows);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		const int	columns[] = {R_ACCOUNT, R_SCHEME, R_DECIDED, R_POINTS};
		Datum		values[lengthof(columns)];
		bool		isnull;

		if (slot_attisnull(slot, numbers[R_SCHEME]) || !slot_attisnull(slot, numbers[R_SANCTION]))
			continue;
		for (size_t i = 0; i < lengthof(columns); i++)
			values[i] = slot_getattr(slot, numbers[columns[i]], &isnull);
		if (plan_execute(&became_plan, values, NULL, PLAN_FRESH) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
					 errmsg("%s is no score of scheme \"%s\"",
							DatumGetCString(DirectFunctionCall1(numeric_out, values[3])), TextDatumGetCString(values[1])),
					 may_tell("standing")
					 ? errdetail("At %s the score of account %s can be %s.", timestamptz_to_str(DatumGetTimestampTz(values[2])),
								 psprintf("%lld", (long long) DatumGetInt64(values[0])),
								 SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)) : 0,
					 errhint("Name points between nought and the cap, as governance.score() shows them."),
					 errtablecol(relation, numbers[R_POINTS])));
		SPI_freetuptable(SPI_tuptable);
	}
}

/* ---------- what every revision has to be, whoever writes it ---------- */

/* A reason of nothing but blanks is none. */
static void
check_reason(Relation relation, TupleTableSlot *slot, const AttrNumber *numbers)
{
	text	   *reason = slot_text(slot, numbers[R_REASON]);
	const char *id;

	for (int i = 0; reason != NULL && i < (int) VARSIZE_ANY_EXHDR(reason); i++)
		if (VARDATA_ANY(reason)[i] != ' ')
			return;
	id = psprintf("%lld", (long long) slot_int8(slot, slot_attisnull(slot, numbers[R_SANCTION])
												? numbers[R_VIOLATION] : numbers[R_SANCTION]));
	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_ENTRY),
			 !slot_attisnull(slot, numbers[R_SANCTION])
			 ? errmsg("the release of sanction %s needs a reason", id)
			 : slot_attisnull(slot, numbers[R_VIOLATION])
			 ? errmsg("an opening balance needs a reason")
			 : errmsg("a revision of violation %s needs a reason", id),
			 errhint("Say why: the reason stays on record."),
			 errtable(relation)));
}

/*
 * A replay finds the sanction by what is said of it.  Whoever loads history, as
 * the owner of the ledger, may say so before the sanction is there.
 */
static void
check_release(Relation relation, TupleTableSlot *slot, const AttrNumber *numbers)
{
	const int	columns[] = {R_ACCOUNT, R_SANCTION, R_SCHEME, R_RUNG, R_SINCE, R_VIOLATION};
	Datum		values[lengthof(columns)];
	char		nulls[lengthof(columns) + 1] = {0};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		bool		isnull;

		values[i] = slot_getattr(slot, numbers[columns[i]], &isnull);
		nulls[i] = isnull ? 'n' : ' ';
	}
	if (plan_execute(&sanction_plan, values, nulls, PLAN_FRESH) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_SANCTION),
				 errmsg("account %lld has no sanction %lld such as is to be released",
						(long long) slot_int8(slot, numbers[R_ACCOUNT]),
						(long long) slot_int8(slot, numbers[R_SANCTION])),
				 errdetail("Its scheme, rung, start and violation have to be those of its row in governance.sanction."),
				 errhint("Use governance.release(), which fills them in."),
				 errtable(relation)));
	SPI_freetuptable(SPI_tuptable);
}

/* In hundredths, but for what has no whole number of them: that is refused. */
static void
check_change(Relation relation, TupleTableSlot *slot, const AttrNumber *numbers, Scheme *scheme,
			 const char *rule, TimestampTz occurred)
{
	Points		points = slot_points(slot, numbers[R_POINTS], "points");
	PolicyVersion *version = scheme == NULL ? NULL : ledger_judge(scheme, occurred, rule, strlen(rule));
	const Policy *policy = version == NULL ? NULL : rulebook_compiled(version);
	int			index = policy == NULL ? -1 : policy_rule_index(policy, rule, strlen(rule));
	const PolicyRule *found;
	bool		isnull;

	if (index < 0)
		return;
	found = &policy->rules[index];
	if (engine_check_points(found, points))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
			 errmsg("%s points are outside the range of rule \"%s\" of scheme \"%s\"",
					DatumGetCString(DirectFunctionCall1(numeric_out, slot_getattr(slot, numbers[R_POINTS], &isnull))),
					found->code, scheme->name),
			 may_tell("policy_rule")
			 ? errdetail("The rule costs %s to %s.", points_text(found->min), points_text(found->max)) : 0,
			 errhint("governance.rule lists what each rule costs."),
			 errtable(relation)));
}

/*
 * Nothing is overturned twice, changed once it is, or reinstated that was not.
 * History may be loaded in any order.
 */
static void
check_previous(Relation relation, TupleTableSlot *slot, const AttrNumber *numbers)
{
	const char *action = text_to_cstring(slot_text(slot, numbers[R_ACTION]));
	char	   *violation = psprintf("%lld", (long long) slot_int8(slot, numbers[R_VIOLATION]));
	bool		reinstates = strcmp(action, "reinstate") == 0;
	bool		overturned = false;
	Datum		values[4];
	bool		isnull;

	values[0] = slot_getattr(slot, numbers[R_ACCOUNT], &isnull);
	values[1] = slot_getattr(slot, numbers[R_VIOLATION], &isnull);
	values[2] = slot_getattr(slot, numbers[R_DECIDED], &isnull);
	values[3] = slot_getattr(slot, numbers[R_ID], &isnull);
	if (plan_execute(&previous_plan, values, NULL, PLAN_FRESH) > 0)
		overturned = strcmp(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), "overturn") == 0;
	SPI_freetuptable(SPI_tuptable);
	if (overturned == reinstates)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GV_ALREADY_REVISED),
			 overturned
			 ? errmsg("violation %s was overturned already", violation)
			 : errmsg("violation %s is not overturned", violation),
			 overturned
			 ? errhint("Use governance.reinstate() to make it count again.")
			 : errhint("Only what governance.overturn() took away is reinstated; governance.revision lists what became of each violation."),
			 errtable(relation)));
}

/* Costs beyond the limits are not revised either, from or to. */
static void
check_costs(const LimitSet *limits, const int64 *accounts, const int64 *violations, int nrows)
{
	Datum		values[2];
	uint64		n;
	SPITupleTable *table;

	if (limits == NULL || nrows == 0)
		return;
	values[0] = int8_array(accounts, nrows);
	values[1] = int8_array(violations, nrows);
	n = plan_execute(&cost_plan, values, NULL, PLAN_FRESH);
	table = SPI_tuptable;
	for (uint64 i = 0; i < n; i++)
	{
		bool		isnull;

		limits_points(limits, DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)),
					  SPI_getvalue(table->vals[i], table->tupdesc, 2),
					  DatumGetInt32(SPI_getbinval(table->vals[i], table->tupdesc, 3, &isnull)));
	}
	SPI_freetuptable(table);
}

/* ---------- the trigger ---------- */

/* The rows of a statement, and what they lead to. */
typedef struct Revisions
{
	Relation	relation;
	AttrNumber	numbers[R_COLUMNS];
	bool		loads;			/* by the owner, who may load a history in any order */
	KeyList		list;			/* standings to fold anew */
	int64	   *accounts;		/* with room for all rows: the violations that */
	int64	   *violations;		/* are revised, each with its account */
	int			nviolations;
	bool		balances;		/* some are opening balances */
} Revisions;

/* What holds for a row of any kind. */
static void
check_revision(const Revisions *revisions, TupleTableSlot *slot)
{
	Relation	relation = revisions->relation;
	const AttrNumber *numbers = revisions->numbers;
	int64		id = slot_int8(slot, numbers[R_ID]);

	check_reason(relation, slot, numbers);
	(void) slot_points(slot, numbers[R_POINTS], "points");
	check_name_given(acting_role(), relation, "decided_by", slot_text(slot, numbers[R_DECIDED_BY]));
	entry_ids_given(relation, "revision_id", id, id);
	check_decided(relation, slot_int8(slot, numbers[R_ACCOUNT]), slot_time(slot, numbers[R_DECIDED]));
}

/*
 * The release of a sanction, or the balance with which an account comes: they say
 * themselves which scheme they concern.
 */
static void
add_release_or_balance(Revisions *revisions, TupleTableSlot *slot)
{
	const AttrNumber *numbers = revisions->numbers;
	int64		account_id = slot_int8(slot, numbers[R_ACCOUNT]);
	TimestampTz decided = slot_time(slot, numbers[R_DECIDED]);
	char	   *scheme = text_to_cstring(slot_text(slot, numbers[R_SCHEME]));
	bool		opening = slot_attisnull(slot, numbers[R_SANCTION]);

	revisions->balances |= opening;
	if (opening)
		check_opening(revisions->relation, account_id, scheme, decided);
	else if (!revisions->loads)
		check_release(revisions->relation, slot, numbers);
	add_keys(&revisions->list, account_id, scheme, decided, opening);
}

/* The revision of a violation, which says the scheme; its copies are revised, too. */
static void
add_revision(Revisions *revisions, TupleTableSlot *slot)
{
	Relation	relation = revisions->relation;
	const AttrNumber *numbers = revisions->numbers;
	int64		account_id = slot_int8(slot, numbers[R_ACCOUNT]);
	int64		violation_id = slot_int8(slot, numbers[R_VIOLATION]);
	TimestampTz decided = slot_time(slot, numbers[R_DECIDED]);
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(violation_id)};
	HeapTuple	row;
	char	   *scheme;
	char	   *rule;
	TimestampTz occurred;
	bool		isnull;

	revisions->accounts[revisions->nviolations] = account_id;
	revisions->violations[revisions->nviolations++] = violation_id;
	if (plan_execute(&violation_plan, values, NULL, PLAN_FRESH) == 0)
		report_missing_of(MISSING_VIOLATION, psprintf("%lld", (long long) account_id),
						  psprintf("%lld", (long long) violation_id), NULL, relation, 0);
	row = SPI_tuptable->vals[0];
	scheme = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
	rule = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
	occurred = DatumGetTimestampTz(SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &isnull));
	SPI_freetuptable(SPI_tuptable);
	if (!revisions->loads)
		check_previous(relation, slot, numbers);
	if (!slot_attisnull(slot, numbers[R_POINTS]))
		check_change(relation, slot, numbers, rulebook_scheme(scheme, strlen(scheme), true), rule, occurred);
	add_keys(&revisions->list, account_id, scheme, decided, false);
	revise_copies(&revisions->list, account_id, slot_int8(slot, numbers[R_ID]), scheme, decided);
}

/*
 * revision_apply(), the statement trigger on governance.revision: AFTER INSERT,
 * with the new rows as a transition table.  Copies for linked accounts are left to
 * whoever revises the originals, and applies them with these.
 */
Datum
governance_revision_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "revision_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Relation	relation = trigger->tg_relation;
	Tuplestorestate *rows = trigger->tg_newtable;
	Revisions	revisions = {.relation = relation};
	Identity	identity;
	TupleTableSlot *slot;
	Size		room;

	require_transition(rows, "revision_apply", "NEW");
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, revision_columns, R_COLUMNS, revisions.numbers);
	ledger_enter(&identity);
	room = sizeof(int64) * (tuplestore_tuple_count(rows) + 1);
	revisions.accounts = MemoryContextAllocHuge(CurrentMemoryContext, room);
	revisions.violations = MemoryContextAllocHuge(CurrentMemoryContext, room);
	revisions.loads = ledger_owned_by(acting_role());
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(rows);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (linked_entry_check(relation, "linked_revision_id",
							   !slot_attisnull(slot, revisions.numbers[R_LINKED])))
			break;
		check_revision(&revisions, slot);
		if (!slot_attisnull(slot, revisions.numbers[R_SCHEME]))
			add_release_or_balance(&revisions, slot);
		else
			add_revision(&revisions, slot);
	}
	check_costs(limits_now(), revisions.accounts, revisions.violations, revisions.nviolations);
	standings_apply(revisions.list.keys, revisions.list.n);
	if (revisions.balances && !revisions.loads)
		check_balances(relation, rows, slot, revisions.numbers);
	ExecDropSingleTupleTableSlot(slot);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
