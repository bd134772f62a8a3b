/*
 * turn.c
 *		The turns of certified accounts.
 *
 * A step of a certification may come from anybody, and from a violation when
 * its standing was written.  Where facts follow from certifications, it leads
 * back to the standings of the account that look at facts.  So whoever may come
 * to take a step has the account's turn before any standing, and where it
 * matters those standings among its own.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "certification/consequence.h"
#include "certification/turn.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "ledger/account_row.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_certification_turn);

static KeptPlan config_plan = {
	"SELECT FROM governance.certification_config FOR SHARE",
	0, {0}
};

static KeptPlan certified_plan = {
	"SELECT c.account_id FROM governance.certified_account c WHERE c.account_id" EQ "ANY ($1)"
	" ORDER BY c.account_id FOR NO KEY UPDATE",
	1, {INT8ARRAYOID}
};

static KeptPlan turn_plan = {
	"INSERT INTO governance.certified_account AS c (account_id, steps) VALUES ($1, 1)"
	" ON CONFLICT (account_id) DO UPDATE SET steps = c.steps OPERATOR(pg_catalog.+) 1"
	" RETURNING c.steps",
	1, {INT8OID}
};

static KeptPlan derives_plan = {
	"SELECT FROM governance.certification_attribute LIMIT 1",
	0, {0}
};

static KeptPlan found_plan = {
	"SELECT s.account_id, s.scheme FROM governance.standing s"
	" WHERE s.account_id" EQ "ANY ($1) AND s.scheme" EQ "ANY ($2)",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

/* Those of some accounts under one scheme, and of others under several. */
static KeptPlan standings_plan = {
	"SELECT s.account_id FROM governance.standing s"
	" WHERE s.account_id" EQ "ANY ($1) AND s.scheme" EQ "$2"
	" OR s.account_id" EQ "ANY ($3) AND s.scheme" EQ "ANY ($4)"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\" FOR NO KEY UPDATE",
	4, {INT8ARRAYOID, TEXTOID, INT8ARRAYOID, TEXTARRAYOID}
};

/* What a step reads by SQL. */
static GrowingTable step_reads[] = {
	{"certified_account"}, {"certification"}, {"certification_step"}, {"face_check"},
	{"qualified_domain"}, {"qualified_capability"}, {"certified_attribute"}, {"attribute"},
	{"withholding"}, {"account"}, {"standing"}
};

/*
 * Most accounts never apply for a certification: where their rows can be
 * read without SQL, those are left out before anything is locked.
 */
int
certified_lock(int64 *accounts, int naccounts, bool steps)
{
	bool	   *certified = palloc(sizeof(bool) * Max(naccounts, 1));
	Datum		array;

	/* Most accounts never apply: see to it without a lock, and without SQL. */
	if (accounts_certified(accounts, naccounts, certified))
	{
		int			n = 0;

		for (int i = 0; i < naccounts; i++)
			if (certified[i])
				accounts[n++] = accounts[i];
		naccounts = n;
	}
	pfree(certified);
	if (naccounts == 0)
		return 0;
	if (steps)
	{
		plan_execute(&config_plan, NULL, NULL, PLAN_FRESH);
		SPI_freetuptable(SPI_tuptable);
	}
	array = int8_array(accounts, naccounts);
	return plan_int8_column(accounts, plan_execute(&certified_plan, &array, NULL, PLAN_FRESH));
}

/* The names of the schemes that look at facts, trials included. */
static Datum
schemes_with_facts(int *n)
{
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);
	Datum	   *names = palloc(sizeof(Datum) * Max(nschemes, 1));

	*n = 0;
	for (int i = 0; i < nschemes; i++)
		if (scheme_has_attributes(schemes[i]))
			names[(*n)++] = PointerGetDatum(schemes[i]->text);
	return datum_array(names, NULL, *n, TEXTOID);
}

/*
 * Does any certification lead to a fact?  What the configuration says is
 * enough: it stays as it is while the turn of an account is held.
 */
bool
facts_derive(void)
{
	uint64		nrows = plan_execute(&derives_plan, NULL, NULL, PLAN_FRESH);

	SPI_freetuptable(SPI_tuptable);
	return nrows > 0;
}

/*
 * Do steps of certified accounts lead to facts, and these to standings?  If so,
 * locks the accounts; the schemes whose standings are to be locked next are in
 * *schemes.
 */
bool
lock_facts_of(const int64 *accounts, int naccounts, Datum *schemes)
{
	int			nschemes;

	if (naccounts == 0 || !facts_derive())
		return false;
	*schemes = schemes_with_facts(&nschemes);
	if (nschemes == 0)
		return false;
	accounts_lock(accounts, naccounts);
	return true;
}

/* May the entries of a key lead to steps?  costs: some violations do. */
static bool
may_take_steps(const StandingKey *key, bool costs)
{
	const char *name = key->scheme->trial_of != NULL ? key->scheme->trial_of : key->scheme->name;

	/* What an overturned violation has cost comes back. */
	if (key->replay)
		return true;
	for (int i = 0; i < key->nviolations && costs; i++)
		if (certification_may_cost(name, key->violations[i]->rule))
			return true;
	return false;
}

/*
 * Adds to sorted keys the standings that some accounts have under some
 * schemes, only to be locked; what is among the keys already stays as it
 * is.  *keys is a new array then.
 */
static void
add_standings(StandingKey **keys, int *nkeys, const int64 *accounts, int naccounts, Datum schemes)
{
	Datum		values[2] = {int8_array(accounts, naccounts), schemes};
	uint64		nrows = plan_execute(&found_plan, values, NULL, PLAN_FRESH);
	StandingKey *all = MemoryContextAllocHuge(CurrentMemoryContext,
											  sizeof(StandingKey) * (*nkeys + nrows));
	int			n = *nkeys;

	memcpy(all, *keys, sizeof(StandingKey) * n);
	for (uint64 i = 0; i < nrows; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		StandingKey key = {.decided = DT_NOBEGIN, .advance_to = DT_NOBEGIN, .changed_from = DT_NOEND};
		char	   *name = SPI_getvalue(tuple, desc, 2);

		key.account_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		key.scheme = rulebook_scheme(name, strlen(name), false);
		key.lock_only = true;
		if (bsearch(&key, *keys, *nkeys, sizeof(StandingKey), standing_key_cmp) == NULL)
			all[n++] = key;
	}
	SPI_freetuptable(SPI_tuptable);
	qsort(all, n, sizeof(StandingKey), standing_key_cmp);
	*keys = all;
	*nkeys = n;
}

/*
 * Two lists of accounts are made of the keys, both in their order: those
 * whose certifications may gain or lose weight by a sanction, and among them
 * those that may take steps.
 */
void
certified_keys_lock(StandingKey **keys, int *nkeys)
{
	int64	   *accounts = NULL;
	int64	   *stepping = NULL;
	int			naccounts = 0;
	int			nstepping = 0;
	bool		costs = certification_may_cost(NULL, NULL);
	Datum		schemes;

	for (int i = 0; i < *nkeys; i++)
	{
		StandingKey *key = &(*keys)[i];
		bool		steps = may_take_steps(key, costs);

		if (!steps && !scheme_withholds_certification(key->scheme))
			continue;
		if (accounts == NULL)
		{
			accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * *nkeys);
			stepping = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * *nkeys);
		}
		if (naccounts == 0 || accounts[naccounts - 1] != key->account_id)
			accounts[naccounts++] = key->account_id;
		if (steps && (nstepping == 0 || stepping[nstepping - 1] != key->account_id))
			stepping[nstepping++] = key->account_id;
	}
	if (naccounts == 0)
		return;
	naccounts = certified_lock(accounts, naccounts, nstepping > 0);

	/* Both lists are in order. */
	if (naccounts > 0)
	{
		int			n = 0;

		for (int i = 0, j = 0; i < nstepping; i++)
		{
			while (j < naccounts && accounts[j] < stepping[i])
				j++;
			if (j < naccounts && accounts[j] == stepping[i])
				stepping[n++] = stepping[i];
		}
		if (lock_facts_of(stepping, n, &schemes))
			add_standings(keys, nkeys, stepping, n, schemes);
	}
	pfree(accounts);
	pfree(stepping);
}

/* ---------- the order of locks ---------- */

/*
 * The accounts of a list of keys, sorted and distinct, with their turns
 * first where a scheme can withhold certifications.
 */
void
lock_accounts_of(const KeyList *list)
{
	int64	   *accounts = MemoryContextAllocHuge(CurrentMemoryContext,
												  sizeof(int64) * Max(list->n, 1));
	int			n = 0;
	bool		withholds = false;

	for (int i = 0; i < list->n; i++)
	{
		accounts[i] = list->keys[i].account_id;
		withholds = withholds || scheme_withholds_certification(list->keys[i].scheme);
	}
	qsort(accounts, list->n, sizeof(int64), int64_order);
	for (int i = 0; i < list->n; i++)
		if (n == 0 || accounts[n - 1] != accounts[i])
			accounts[n++] = accounts[i];
	if (withholds)
	{
		int64	   *certified = MemoryContextAllocHuge(CurrentMemoryContext,
													   sizeof(int64) * Max(n, 1));

		memcpy(certified, accounts, sizeof(int64) * n);
		certified_lock(certified, n, false);
		pfree(certified);
	}
	accounts_lock(accounts, n);
	pfree(accounts);
}

/* Those of accounts under a scheme; of certified ones all that look at facts, too. */
static void
lock_standings(const int64 *accounts, int naccounts, Datum scheme,
			   const int64 *certified, int ncertified, Datum schemes)
{
	Datum		values[4] = {
		int8_array(accounts, naccounts), scheme,
		int8_array(certified, ncertified), schemes
	};

	plan_execute(&standings_plan, values, NULL, PLAN_FRESH);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * certification_turn(account_id): part of certification_step().  Gives the
 * number of the step.
 */
Datum
governance_certification_turn(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	Datum		value = PG_GETARG_DATUM(0);
	Identity	identity;
	Datum		step;
	Datum		schemes;
	bool		isnull;

	require_insert("certification_step");
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	plan_tables_grown(step_reads, lengthof(step_reads));
	plan_execute(&config_plan, NULL, NULL, PLAN_FRESH);
	SPI_freetuptable(SPI_tuptable);
	plan_execute(&turn_plan, &value, NULL, PLAN_WRITE);
	step = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (lock_facts_of(&account_id, 1, &schemes))
		lock_standings(NULL, 0, PointerGetDatum(cstring_to_text("")), &account_id, 1, schemes);
	ledger_leave(&identity);
	PG_RETURN_DATUM(step);
}
