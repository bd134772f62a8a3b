/*
 * version.c
 *		The statement trigger on policies: a version that comes into force, ends,
 *		or goes on trial leaves a row in governance.edition, and nothing else.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/as_owner.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "doors/edition_row.h"
#include "ledger/advance.h"
#include "ledger/lock.h"
#include "ledger/seen.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_policy_derive);
PG_FUNCTION_INFO_V1(governance_change_instant);
PG_FUNCTION_INFO_V1(governance_hold_scheme);
PG_FUNCTION_INFO_V1(governance_policy_apply);

/* Is any of these kinds known, so that activities of it may be there? */
static KeptPlan known_plan = {
	"SELECT FROM governance.activity_kind k WHERE k.kind" EQ "ANY ($1) LIMIT 1",
	1, {TEXTARRAYOID}
};

/* Has anything been decided since? */
static KeptPlan since_plan = {
	"SELECT FROM governance.violation v WHERE v.scheme" EQ "$1"
	" AND v.decided_at OPERATOR(pg_catalog.>=) $2 LIMIT 1",
	2, {TEXTOID, TIMESTAMPTZOID}
};

/* Any standing of a scheme, of which there is mostly one where it is asked for. */
static KeptPlan standing_plan = {
	"SELECT s.account_id FROM governance.standing s WHERE s.scheme" EQ "$1 LIMIT 1",
	1, {TEXTOID}
};

/*
 * Do the versions of a scheme count by the instant of a decision?  What such a
 * version has judged may have occurred after what its standing has seen.
 */
static bool
counts_by_decision(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (rulebook_compiled(&scheme->versions[i])->clock == CLOCK_DECIDED)
			return true;
	return false;
}

/* Do all versions of a scheme listen to a kind of activity?  One alone is not all. */
static bool
all_listen(Scheme *scheme, const char *kind)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (policy_activity_index(rulebook_compiled(&scheme->versions[i]), kind) < 0)
			return false;
	return scheme->nversions > 1;
}

/*
 * May there be entries that count under one version of a scheme and that no other
 * has taken into account?  Those that only a trial has judged, and activities of a
 * kind that is known and that some versions do not listen to, or, where none was
 * in force (gap), of any kind.
 */
static bool
may_be_unseen(Scheme *scheme, bool gap)
{
	Datum	   *kinds;
	int			nkinds = 0;
	int			n = 0;
	bool		known;

	if (scheme->tried)
		return true;
	for (int i = 0; i < scheme->nversions; i++)
		n += rulebook_compiled(&scheme->versions[i])->nactivities;
	if (n == 0)
		return false;
	kinds = palloc(sizeof(Datum) * n);
	for (int i = 0; i < scheme->nversions; i++)
	{
		const Policy *policy = rulebook_compiled(&scheme->versions[i]);

		for (int k = 0; k < policy->nactivities; k++)
			if (gap || !all_listen(scheme, policy->activities[k]))
				kinds[nkinds++] = CStringGetTextDatum(policy->activities[k]);
	}
	if (nkinds == 0)
		return false;
	kinds[0] = datum_array(kinds, NULL, nkinds, TEXTOID);
	known = plan_execute(&known_plan, kinds, NULL, PLAN_LATEST) > 0;
	SPI_freetuptable(SPI_tuptable);
	return known;
}

/*
 * A scheme of which no version is left can judge nothing: that is refused where
 * it has standings.  Nobody begins one meanwhile.  Raises
 * ERRCODE_GV_POLICY_IN_FORCE.
 */
static void
check_version_left(Scheme *scheme)
{
	Datum		name = PointerGetDatum(scheme->text);
	bool		isnull;

	if (scheme->nversions > 0)
		return;
	standings_table_lock(ExclusiveLock);
	if (plan_execute(&standing_plan, &name, NULL, PLAN_LATEST) > 0)
		report_no_version(scheme->name,
						  DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
													  SPI_tuptable->tupdesc, 1, &isnull)));
	SPI_freetuptable(SPI_tuptable);
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
	bool		begins;			/* of a row as it is now: a trial that was none before */
	bool		gains;			/* likewise: it counts and did not */
	TimestampTz reaches;		/* see policy_reaches() */
} PolicyRow;

/*
 * The rows of a transition table of governance.policy; null and none where
 * the event has no such table.
 */
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
		if (!isnull && strcmp(status, "draft") != 0)
		{
			RangeBound	lower;
			RangeBound	upper;
			bool		empty;

			range_deserialize(typcache, DatumGetRangeTypeP(in_force), &lower, &upper, &empty);
			row->counts = !row->trial && !empty;
			row->retired = status[0] == 'r';
			row->from = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
			row->to = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	return rows;
}

/*
 * The first instant at which another version is in force, or none, since one row
 * became the other; DT_NOEND: there is none.
 */
static TimestampTz
policy_reaches(const PolicyRow *before, const PolicyRow *after)
{
	TimestampTz reaches = DT_NOEND;

	if (before->counts != after->counts)
		return before->counts ? before->from : after->from;
	if (after->counts && before->from != after->from)
		reaches = Min(before->from, after->from);
	if (after->counts && before->to != after->to)
		reaches = Min(reaches, Min(before->to, after->to));
	return reaches;
}

/*
 * May a version that counts now have time in which none was in force?  One that
 * takes over from another, now or later, has not; one that reaches back may, since
 * the one before it had ended.
 */
static bool
fills_gap(const PolicyRow *row, const Scheme *scheme)
{
	if (!row->gains)
		return false;
	for (int i = 0; i < scheme->nversions; i++)
		if (scheme->versions[i].to == row->from && row->from >= GetCurrentTransactionStartTimestamp())
			return false;
	return true;
}

/* Says what has become of a version, so that standings follow. */
static void
write_editions(const PolicyRow *row, Scheme *scheme)
{
	if (row->reaches != DT_NOEND)
		edition_write(scheme, counts_by_decision(scheme) ? DT_NOBEGIN : row->reaches,
					  may_be_unseen(scheme, fills_gap(row, scheme)), row->policy_id, "version");
	if (row->begins)
	{
		char	   *name = psprintf("%s@" INT64_FORMAT, scheme->name, row->policy_id);

		edition_write(rulebook_scheme(name, strlen(name), false), row->from, true,
					  row->policy_id, "trial");
	}
}

/*
 * policy_apply(), a statement trigger on governance.policy.  Standings are left
 * as they are: whoever comes to one next sees by the edition that it is to be
 * folded anew, or goes on from it under the next version.
 */
Datum
governance_policy_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "policy_apply", FIRED_AFTER | FIRED_FOR_STATEMENT);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[P_COLUMNS];
	Identity	identity;
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
		after[i].begins = after[i].trial && !old->trial && after[i].from < after[i].to;
		after[i].gains = after[i].counts && !old->counts;
		after[i].reaches = policy_reaches(old, &after[i]);
		changes |= after[i].begins || after[i].reaches != DT_NOEND;
	}
	if (!changes)
		return PointerGetDatum(NULL);

	/* This very backend must see the new versions, whichever trigger ran first. */
	CacheInvalidateRelcache(relation);
	CommandCounterIncrement();
	rulebook_refresh();
	ledger_enter(&identity);
	for (int i = 0; i < nafter; i++)
	{
		Scheme	   *scheme = rulebook_scheme(after[i].scheme, strlen(after[i].scheme), true);

		if (scheme == NULL)
			continue;			/* only drafts */
		if (after[i].reaches != DT_NOEND)
			check_version_left(scheme);
		write_editions(&after[i], scheme);
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/*
 * change_instant(scheme): part of publish(), activate() and retire(): from when on
 * rules may be others.  That is now(), unless something has been recorded since,
 * which stays judged as it was: by this transaction, or by others where it has gone
 * on for a while.
 */
Datum
governance_change_instant(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	TimestampTz start = GetCurrentTransactionStartTimestamp();
	Datum		values[2] = {PointerGetDatum(name), TimestampTzGetDatum(start)};
	Identity	identity;

	require_insert("policy");
	if (seen_here(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) >= start)
		PG_RETURN_TIMESTAMPTZ(GetCurrentTimestamp());
	if (GetCurrentStatementStartTimestamp() > start)
	{
		ledger_enter(&identity);
		if (plan_execute(&since_plan, values, NULL, PLAN_LATEST) > 0)
			start = GetCurrentStatementStartTimestamp();
		ledger_leave(&identity);
	}
	PG_RETURN_TIMESTAMPTZ(start);
}

/* Functions of an earlier version call it, and nobody is held up any more. */
Datum
governance_hold_scheme(PG_FUNCTION_ARGS)
{
	PG_RETURN_NULL();
}

/* Rules and rungs follow from the document of a version. */
Datum
governance_policy_derive(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "policy_derive_row");
}
