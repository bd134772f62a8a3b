/*
 * version.c
 *		The statement trigger on policies: what a version that comes into force,
 *		ends, or goes on trial means for standings and restrictions.
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
#include "doors/apply.h"
#include "doors/edition_row.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
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
PG_FUNCTION_INFO_V1(governance_policy_apply);

/* Whose violations, or opening balances, of a scheme lie after an instant? */
static KeptPlan entries_plan = {
	"SELECT v.account_id FROM governance.violation v WHERE v.scheme" EQ "$1"
	" AND (v.occurred_at OPERATOR(pg_catalog.>=) $2 OR v.decided_at OPERATOR(pg_catalog.>=) $2)"
	" UNION SELECT r.account_id FROM governance.revision r WHERE r.scheme" EQ "$1"
	" AND r.action" EQ "'opening' AND r.decided_at OPERATOR(pg_catalog.>=) $2 ORDER BY 1",
	2, {TEXTOID, TIMESTAMPTZOID}
};

/* Whose activities do? */
static KeptPlan active_plan = {
	"SELECT DISTINCT a.account_id FROM governance.activity a"
	" WHERE a.kind" EQ "ANY ($1) AND a.occurred_at OPERATOR(pg_catalog.>=) $2 ORDER BY 1",
	2, {TEXTARRAYOID, TIMESTAMPTZOID}
};

/* Is any of these kinds known, so that activities of it may be there? */
static KeptPlan known_plan = {
	"SELECT FROM governance.activity_kind k WHERE k.kind" EQ "ANY ($1) LIMIT 1",
	1, {TEXTARRAYOID}
};

static KeptPlan end_trials_plan = {
	"DELETE FROM governance.standing s USING governance.policy p"
	" WHERE p.scheme" EQ "$1 AND p.status OPERATOR(pg_catalog.<>) 'trial'"
	" AND s.scheme" EQ "pg_catalog.concat(p.scheme, '@', p.policy_id)",
	1, {TEXTOID}
};

static KeptPlan standings_of_scheme_plan = {
	"SELECT s.account_id FROM governance.standing s WHERE s.scheme" EQ "$1 ORDER BY s.account_id",
	1, {TEXTOID}
};

/* Brings every standing of a scheme in line with its versions. */
static void
refresh_standings(Scheme *scheme, TimestampTz changed_from)
{
	KeyList		list = {0};
	Datum		name = CStringGetTextDatum(scheme->name);
	uint64		nrows = plan_execute(&standings_of_scheme_plan, &name, NULL, PLAN_LATEST);

	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;
		StandingKey *key = key_list_add(&list,
								   DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
															   SPI_tuptable->tupdesc, 1, &isnull)),
								   scheme);

		key->refresh = true;
		key->changed_from = changed_from;
	}
	SPI_freetuptable(SPI_tuptable);
	standings_follow(list.keys, list.n);
}

/*
 * The accounts that a plan gave are to be folded anew under a scheme; the
 * rows are freed.
 */
static void
add_replays(KeyList *list, Scheme *scheme, uint64 nrows)
{
	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;
		int64		account_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row],
															 SPI_tuptable->tupdesc, 1, &isnull));

		key_list_add(list, account_id, scheme)->replay = true;
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * A version, on trial or in force, may bring entries into play that nobody has
 * folded: those of a time in which the scheme was on trial only, or not there
 * at all, and activities that no version before listened to, some of them dated
 * ahead; others may have recorded some before this transaction could tell them
 * of it.  Where violations stand in time by their decision, a standing does not
 * tell whether it has seen one that is judged by a later version, dated ahead.
 */
static void
fold_entries(Scheme *scheme, TimestampTz from)
{
	KeyList		list = {0};
	Datum		values[2];
	Datum	   *kinds;
	int			nkinds = 0;
	bool		by_decision = false;

	for (int i = 0; i < scheme->nversions; i++)
		by_decision |= rulebook_compiled(&scheme->versions[i])->clock == CLOCK_DECIDED;
	if (scheme->tried || by_decision)
	{
		values[0] = CStringGetTextDatum(scheme->trial_of != NULL ? scheme->trial_of : scheme->name);
		values[1] = TimestampTzGetDatum(from);
		add_replays(&list, scheme, plan_execute(&entries_plan, values, NULL, PLAN_LATEST));
	}
	for (int i = 0; i < scheme->nversions; i++)
		nkinds += rulebook_compiled(&scheme->versions[i])->nactivities;
	if (nkinds > 0)
	{
		kinds = palloc(sizeof(Datum) * nkinds);
		nkinds = 0;
		for (int i = 0; i < scheme->nversions; i++)
		{
			const Policy *policy = rulebook_compiled(&scheme->versions[i]);

			for (int k = 0; k < policy->nactivities; k++)
				kinds[nkinds++] = CStringGetTextDatum(policy->activities[k]);
		}
		values[0] = datum_array(kinds, NULL, nkinds, TEXTOID);
		values[1] = TimestampTzGetDatum(from);
		add_replays(&list, scheme, plan_execute(&active_plan, values, NULL, PLAN_LATEST));
	}
	standings_follow(list.keys, list.n);
}

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
 * kind that is known and that some versions do not listen to.
 */
static bool
may_be_unseen(Scheme *scheme)
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
			if (!all_listen(scheme, policy->activities[k]))
				kinds[nkinds++] = CStringGetTextDatum(policy->activities[k]);
	}
	if (nkinds == 0)
		return false;
	kinds[0] = datum_array(kinds, NULL, nkinds, TEXTOID);
	known = plan_execute(&known_plan, kinds, NULL, PLAN_LATEST) > 0;
	SPI_freetuptable(SPI_tuptable);
	return known;
}

/* Standings of trials that are over go, those of others begin. */
static void
refresh_trials(Scheme *scheme)
{
	Datum		name = CStringGetTextDatum(scheme->name);

	plan_execute(&end_trials_plan, &name, NULL, PLAN_WRITE);
	for (int t = 0; t < scheme->ntrials; t++)
	{
		char	   *trial_name = psprintf("%s@" INT64_FORMAT, scheme->name, scheme->trials[t].policy_id);
		Scheme	   *trial = rulebook_scheme(trial_name, strlen(trial_name), false);

		fold_entries(trial, trial->versions[0].from);
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
	bool		begins;			/* a trial that was none before */
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
	{
		/* Withdrawn before it began: entries may have been dated ahead. */
		*replay_from = before->counts ? before->from : DT_NOEND;
		return before->counts;
	}
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

/* Says what has become of a version, so that standings follow. */
static void
write_editions(const PolicyRow *row, Scheme *scheme)
{
	if (row->reaches != DT_NOEND)
		edition_write(scheme, counts_by_decision(scheme) ? DT_NOBEGIN : row->reaches,
					  may_be_unseen(scheme), row->policy_id, "version");
	if (row->begins)
	{
		char	   *name = psprintf("%s@" INT64_FORMAT, scheme->name, row->policy_id);

		edition_write(rulebook_scheme(name, strlen(name), false), row->from, true,
					  row->policy_id, "trial");
	}
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
		after[i].matters = policy_matters(old, &after[i], &after[i].replay_from);
		after[i].begins = after[i].trial && !old->trial && after[i].from < after[i].to;
		after[i].trial |= old->trial;
		after[i].reaches = policy_reaches(old, &after[i]);
		changes |= after[i].trial || after[i].matters || after[i].reaches != DT_NOEND;
	}
	if (!changes)
		return PointerGetDatum(NULL);

	/* This very backend must see the new versions, whichever trigger ran first. */
	standings_table_lock(ExclusiveLock);
	CacheInvalidateRelcache(relation);
	CommandCounterIncrement();
	rulebook_refresh();
	ledger_enter(&identity);
	for (int i = 0; i < nafter; i++)
	{
		Scheme	   *scheme = rulebook_scheme(after[i].scheme, strlen(after[i].scheme), true);

		if (scheme != NULL)
			write_editions(&after[i], scheme);
	}
	CommandCounterIncrement();
	rulebook_refresh();
	for (int i = 0; i < nafter; i++)
	{
		Scheme	   *scheme = rulebook_scheme(after[i].scheme, strlen(after[i].scheme), true);

		if (scheme == NULL)
			continue;			/* only drafts */
		if (after[i].matters)
		{
			refresh_standings(scheme, after[i].replay_from);
			if (after[i].replay_from != DT_NOEND)
				fold_entries(scheme, after[i].replay_from);
		}
		if (after[i].trial)
			refresh_trials(scheme);
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* Rules and rungs follow from the document of a version. */
Datum
governance_policy_derive(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "policy_derive_row");
}
