/*
 * settle.c
 *		CALL settle(): standings that the rulebook, or time, has left behind.
 *
 * No answer waits for this.  A version, a calendar and a trial that ends write
 * the rulebook and nothing else, and whoever comes to a standing next makes of it
 * what it is to be.  This does it for those to which nobody comes: so their
 * records are written, and nobody after folds their histories again.
 *
 * Standings are taken in the order of their key, a batch in a transaction.  What
 * is done is done: whoever interrupts it calls it again, and several sessions at
 * once do no harm, since what another one has settled is passed over once its lock
 * is there.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "doors/apply.h"
#include "doors/settle.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_settle);
PG_FUNCTION_INFO_V1(governance_settle_some);
PG_FUNCTION_INFO_V1(governance_standing_is_due);

/* In the order of the key, which leads to them. */
static KeptPlan due_plan = {
	"SELECT s.account_id, s.scheme FROM governance.standing s"
	" WHERE ROW(s.account_id, s.scheme) OPERATOR(pg_catalog.>) ROW($1, $2)"
	" AND governance.standing_is_due(s.scheme, s.edition, s.as_of, s.policy_id, s.next_due)"
	" ORDER BY s.account_id, s.scheme LIMIT $3",
	3, {INT8OID, TEXTOID, INT8OID}
};

static KeptPlan ended_plan = {
	"DELETE FROM governance.standing s USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, scheme)"
	" WHERE s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme"
	" AND NOT EXISTS (SELECT FROM governance.policy p WHERE p.status" EQ "'trial'"
	" AND s.scheme" EQ "pg_catalog.concat(p.scheme, '@', p.policy_id))",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

/*
 * Who has entries from an instant on that may concern a scheme, and no standing
 * under it: $1 the standing's scheme, $2 that of the entries, $3 kinds of
 * activities.
 */
static KeptPlan missing_plan = {
	"SELECT e.account_id FROM ("
	"SELECT v.account_id FROM governance.violation v WHERE v.scheme" EQ "$2"
	" AND (v.occurred_at OPERATOR(pg_catalog.>=) $4 OR v.decided_at OPERATOR(pg_catalog.>=) $4)"
	" UNION SELECT r.account_id FROM governance.revision r WHERE r.scheme" EQ "$2"
	" AND r.action" EQ "'opening' AND r.decided_at OPERATOR(pg_catalog.>=) $4"
	" UNION SELECT a.account_id FROM governance.activity a WHERE a.kind" EQ "ANY ($3)"
	" AND a.occurred_at OPERATOR(pg_catalog.>=) $4"
	") AS e WHERE NOT EXISTS (SELECT FROM governance.standing s"
	" WHERE s.account_id" EQ "e.account_id AND s.scheme" EQ "$1) ORDER BY 1",
	4, {TEXTOID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID}
};

/* Who is under a sanction now that facts or time have brought, without a standing? */
static KeptPlan unprompted_plan = {
	"SELECT a.account_id FROM governance.account a"
	" WHERE NOT EXISTS (SELECT FROM governance.standing s"
	" WHERE s.account_id" EQ "a.account_id AND s.scheme" EQ "$1)"
	" AND EXISTS (SELECT FROM governance.sanctions_running(a.account_id, $1)) ORDER BY 1",
	1, {TEXTOID}
};

/* ---------- what is due ---------- */

/* A scheme has no such sign in its name. */
bool
is_trial_name(const char *scheme)
{
	return strchr(scheme, '@') != NULL;
}

/*
 * standing_is_due(scheme, edition, as_of, policy_id, next_due): is there something
 * for settle() to do about a standing?  A scheme of which nothing can be folded is
 * left alone.
 */
Datum
governance_standing_is_due(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	int64		edition = PG_GETARG_INT64(1);
	EngineState at = {.as_of = PG_GETARG_TIMESTAMPTZ(2), .policy_id = PG_GETARG_INT64(3)};
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	Scheme	   *scheme;

	rulebook_refresh();
	scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	if (scheme == NULL)
		PG_RETURN_BOOL(is_trial_name(text_to_cstring(name)));
	if (scheme->nversions == 0 || rulebook_is_damaged(scheme))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(PG_GETARG_TIMESTAMPTZ(4) <= now ||
				   edition_waits(&scheme->editions, edition, at.as_of) ||
				   edition_reach(&scheme->editions, edition) <= now ||
				   (at.as_of < now && next_version_from(scheme, &at) <= now));
}

/* ---------- a batch ---------- */

/* The statement looks itself whether the trial is over. */
int64
ended_trials_delete(const int64 *accounts, char *const *schemes, int n)
{
	Datum	   *names;
	Datum		values[2];
	int64		deleted;

	if (n == 0)
		return 0;
	names = palloc(sizeof(Datum) * n);
	for (int i = 0; i < n; i++)
		names[i] = CStringGetTextDatum(schemes[i]);
	values[0] = int8_array(accounts, n);
	values[1] = datum_array(names, NULL, n, TEXTOID);
	deleted = (int64) plan_execute(&ended_plan, values, NULL, PLAN_WRITE);
	return deleted;
}

/* Up to where it has come. */
typedef struct SettlePlace
{
	int64		account_id;
	char	   *scheme;			/* in a memory context that stays */
	MemoryContext context;
	bool		end;			/* there is nothing more */
} SettlePlace;

/* The beginning; what is noted of a place is kept in the current context. */
static void
place_begin(SettlePlace *place)
{
	place->account_id = PG_INT64_MIN;
	place->context = CurrentMemoryContext;
	place->scheme = pstrdup("");
	place->end = false;
}

/*
 * Settles the next standings that are due, so many at most, and moves the place
 * past them; gives how many they were.
 */
static int64
settle_batch(SettlePlace *place, int batch)
{
	Identity	identity;
	KeyList		list = {0};
	Datum		values[3] = {Int64GetDatum(place->account_id), CStringGetTextDatum(place->scheme),
	Int64GetDatum(batch)};
	int64	   *ended;
	char	  **names;
	int			nended = 0;
	uint64		nrows;

	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	nrows = plan_execute(&due_plan, values, NULL, PLAN_FRESH);
	ended = palloc(sizeof(int64) * Max(nrows, 1));
	names = palloc(sizeof(char *) * Max(nrows, 1));
	for (uint64 row = 0; row < nrows; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		bool		isnull;
		int64		account_id = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1,
															 &isnull));
		char	   *name = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);
		Scheme	   *scheme = rulebook_scheme(name, strlen(name), true);

		if (row == nrows - 1)
		{
			pfree(place->scheme);
			place->account_id = account_id;
			place->scheme = MemoryContextStrdup(place->context, name);
		}
		if (scheme != NULL)
			key_list_add(&list, account_id, scheme)->settle = true;
		else
		{
			ended[nended] = account_id;
			names[nended++] = name;
		}
	}
	place->end = nrows < (uint64) batch;
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < list.n; i++)
		list.keys[i].refresh = true;
	standings_follow(list.keys, list.n);
	ended_trials_delete(ended, names, nended);
	ledger_leave(&identity);
	return (int64) nrows;
}

/* ---------- standings that are not there ---------- */

/* Accounts without a standing under one scheme, in order. */
typedef struct Missing
{
	char	   *scheme;
	int64	   *accounts;
	int			n;
	int			done;
	bool		begins;			/* they need no entry to have one */
} Missing;

/* The kinds of activities that any version of a scheme listens to. */
static Datum
kinds_of(Scheme *scheme)
{
	Datum	   *kinds;
	int			n = 0;

	for (int i = 0; i < scheme->nversions; i++)
		n += rulebook_compiled(&scheme->versions[i])->nactivities;
	kinds = palloc(sizeof(Datum) * Max(n, 1));
	n = 0;
	for (int i = 0; i < scheme->nversions; i++)
	{
		const Policy *policy = rulebook_compiled(&scheme->versions[i]);

		for (int k = 0; k < policy->nactivities; k++)
			kinds[n++] = CStringGetTextDatum(policy->activities[k]);
	}
	return datum_array(kinds, NULL, n, TEXTOID);
}

/* Keeps the accounts that a plan gave in a context that stays, unless there are none. */
static void
keep_missing(Missing *missing, int *n, MemoryContext context, Scheme *scheme, bool begins,
			 uint64 nrows)
{
	Missing    *these = &missing[*n];

	if (nrows == 0)
	{
		SPI_freetuptable(SPI_tuptable);
		return;
	}
	(*n)++;
	these->begins = begins;
	these->scheme = MemoryContextStrdup(context, scheme->name);
	these->accounts = MemoryContextAllocHuge(context, sizeof(int64) * nrows);
	these->n = plan_int8_column(these->accounts, nrows);
}

/*
 * Looks for accounts whose entries only a later version has made count, and for
 * those that are under a sanction without any, scheme by scheme; what is found is
 * kept in a context that stays.  There may be none to be made of some of them.
 */
static Missing *
find_missing(MemoryContext context, int *n)
{
	Identity	identity;
	Scheme	  **schemes;
	int			nschemes;
	Missing    *missing;

	rulebook_refresh();
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);
	missing = MemoryContextAllocZero(context, sizeof(Missing) * (2 * nschemes + 1));
	*n = 0;
	for (int i = 0; i < nschemes; i++)
	{
		Scheme	   *scheme = schemes[i];
		TimestampTz unseen = edition_unseen(&scheme->editions, 0);
		Datum		values[4];

		if (unseen == DT_NOEND || scheme->nversions == 0 || rulebook_is_damaged(scheme))
			continue;
		values[0] = PointerGetDatum(scheme->text);
		values[1] = CStringGetTextDatum(scheme->trial_of != NULL ? scheme->trial_of : scheme->name);
		values[2] = kinds_of(scheme);
		values[3] = TimestampTzGetDatum(unseen);
		keep_missing(missing, n, context, scheme, false,
					 plan_execute(&missing_plan, values, NULL, PLAN_FRESH));
	}
	schemes = schemes_unprompted(&nschemes);
	for (int i = 0; i < nschemes; i++)
	{
		Datum		name = PointerGetDatum(schemes[i]->text);

		if (!rulebook_is_damaged(schemes[i]))
			keep_missing(missing, n, context, schemes[i], true,
						 plan_execute(&unprompted_plan, &name, NULL, PLAN_FRESH));
	}
	ledger_leave(&identity);
	return missing;
}

/* Folds the next of them, so many at most. */
static void
settle_missing(Missing *missing, int batch)
{
	Identity	identity;
	KeyList		list = {0};
	Scheme	   *scheme;
	int			until = Min(missing->n, missing->done + batch);

	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	scheme = rulebook_scheme(missing->scheme, strlen(missing->scheme), true);
	ledger_enter(&identity);
	for (int i = missing->done; i < until && scheme != NULL; i++)
	{
		StandingKey *key = key_list_add(&list, missing->accounts[i], scheme);

		key->replay = true;
		key->begins = missing->begins;
		if (key->begins)
			key->advance_to = GetCurrentTransactionStartTimestamp();
	}
	standings_follow(list.keys, list.n);
	ledger_leave(&identity);
	missing->done = until;
}

/* ---------- for SQL ---------- */

/* Raises ERRCODE_INVALID_PARAMETER_VALUE. */
static int
batch_argument(FunctionCallInfo fcinfo, int n)
{
	int			batch = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);

	if (batch < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot settle %d standings at a time", batch),
				 errhint("Ask for one or more.")));
	return batch;
}

/*
 * settle_some([batch]): so many standings that are due, in the transaction of the
 * caller; gives how many there were.
 */
Datum
governance_settle_some(PG_FUNCTION_ARGS)
{
	int			batch = batch_argument(fcinfo, 0);
	SettlePlace place;

	PreventCommandIfReadOnly("settle_some()");
	require_insert("policy");
	place_begin(&place);
	PG_RETURN_INT64(settle_batch(&place, batch));
}

/* Says how far it is, after each `progress` of them; 0: never. */
static void
tell_progress(int64 before, int64 done, int progress)
{
	if (progress > 0 && before / progress != done / progress)
		ereport(NOTICE,
				(errmsg("settled %lld standings", (long long) done)));
}

/* Between two batches; where the caller has a transaction of its own, nothing. */
static void
next_transaction(bool atomic)
{
	if (!atomic)
	{
		SPI_commit();
		EnsurePortalSnapshotExists();
	}
	CHECK_FOR_INTERRUPTS();
}

/*
 * settle([batch [, progress]]), a procedure: commits after each batch unless it is
 * called within a transaction.
 */
Datum
governance_settle(PG_FUNCTION_ARGS)
{
	int			batch = batch_argument(fcinfo, 0);
	int			progress = PG_ARGISNULL(1) ? 0 : Max(PG_GETARG_INT32(1), 0);
	bool		atomic = fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic;
	SettlePlace place;
	Missing    *missing;
	int			nmissing;
	int64		done = 0;

	PreventCommandIfReadOnly("settle()");
	require_insert("policy");
	SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
	for (place_begin(&place); !place.end;)
	{
		int64		before = done;

		done += settle_batch(&place, batch);
		tell_progress(before, done, progress);
		next_transaction(atomic);
	}
	missing = find_missing(place.context, &nmissing);
	for (int i = 0; i < nmissing; i++)
		while (missing[i].done < missing[i].n)
		{
			int64		before = done;

			settle_missing(&missing[i], batch);
			done = before + Min(batch, missing[i].n);
			tell_progress(before, done, progress);
			next_transaction(atomic);
		}
	SPI_finish();
	PG_RETURN_VOID();
}
