/*
 * lock.c
 *		Locks on accounts and standings, for those who have no right to lock rows
 *		of tables that they may not change.
 *
 * The order of locks is: the table of standings (see ledger_lock()), the
 * configuration of certification, the turns of certified accounts by id,
 * accounts by id, standings by account and scheme.
 *
 * A step of a certification may come from anybody, and from a violation when
 * its standing was written.  Where facts follow from certifications, it leads
 * back to the standings of the account that look at facts.  So whoever may come
 * to take a step has the account's turn before any standing, and where it
 * matters those standings among its own.
 */
#include "postgres.h"

#include "certification/certification.h"
#include "compat.h"
#include "errors.h"
#include "ledger/account_row.h"
#include "ledger/ledger.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_hold_account);
PG_FUNCTION_INFO_V1(governance_hold_scheme);
PG_FUNCTION_INFO_V1(governance_hold_standing);
PG_FUNCTION_INFO_V1(governance_hold_standings);
PG_FUNCTION_INFO_V1(governance_certification_turn);

static LedgerPlan accounts_plan = {
	"SELECT a.account_id FROM governance.account a WHERE a.account_id" EQ "ANY ($1)"
	" ORDER BY a.account_id FOR NO KEY UPDATE",
	1, {INT8ARRAYOID}
};

static LedgerPlan standing_plan = {
	"SELECT s.account_id FROM governance.standing s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2 FOR NO KEY UPDATE",
	2, {INT8OID, TEXTOID}
};

/* Those of some accounts under one scheme, and of others under several. */
static LedgerPlan standings_plan = {
	"SELECT s.account_id FROM governance.standing s"
	" WHERE s.account_id" EQ "ANY ($1) AND s.scheme" EQ "$2"
	" OR s.account_id" EQ "ANY ($3) AND s.scheme" EQ "ANY ($4)"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\" FOR NO KEY UPDATE",
	4, {INT8ARRAYOID, TEXTOID, INT8ARRAYOID, TEXTARRAYOID}
};

/* One of each account. */
static LedgerPlan pairs_plan = {
	"SELECT s.account_id FROM (SELECT DISTINCT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))"
	" AS r (account_id, scheme)) u JOIN governance.standing s"
	" ON s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\" FOR NO KEY UPDATE OF s",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static LedgerPlan found_plan = {
	"SELECT s.account_id, s.scheme FROM governance.standing s"
	" WHERE s.account_id" EQ "ANY ($1) AND s.scheme" EQ "ANY ($2)",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

/* An account with those that have copies of its entries. */
static LedgerPlan linked_plan = {
	"SELECT l.account_id FROM (SELECT $1 UNION SELECT v.account_id FROM governance.violation v"
	" WHERE v.linked_account_id" EQ "$1 AND v.scheme" EQ "$2) l (account_id)"
	" ORDER BY l.account_id",
	2, {INT8OID, TEXTOID}
};

static LedgerPlan config_plan = {
	"SELECT FROM governance.certification_config FOR SHARE",
	0, {0}
};

static LedgerPlan certified_plan = {
	"SELECT c.account_id FROM governance.certified_account c WHERE c.account_id" EQ "ANY ($1)"
	" ORDER BY c.account_id FOR NO KEY UPDATE",
	1, {INT8ARRAYOID}
};

static LedgerPlan turn_plan = {
	"INSERT INTO governance.certified_account AS c (account_id, steps) VALUES ($1, 1)"
	" ON CONFLICT (account_id) DO UPDATE SET steps = c.steps OPERATOR(pg_catalog.+) 1"
	" RETURNING c.steps",
	1, {INT8OID}
};

static LedgerPlan derives_plan = {
	"SELECT FROM governance.certification_attribute LIMIT 1",
	0, {0}
};

/* Trials included: what leaves them begins after what they have seen. */
static LedgerPlan latest_plan = {
	"SELECT pg_catalog.max(s.as_of) FROM governance.standing s WHERE s.scheme" EQ "ANY"
	" (ARRAY(SELECT $1 UNION ALL SELECT pg_catalog.concat(p.scheme, '@', p.policy_id)"
	" FROM governance.policy p WHERE p.scheme" EQ "$1 AND p.status" EQ "'trial'))",
	1, {TEXTOID}
};

/* What a revision reads by SQL, and what a step does. */
static GrowingTable revision_reads[] = {
	{"account"}, {"attribute"}, {"violation"}, {"activity"}, {"revision"}, {"appeal"},
	{"sanction"}, {"standing"}
};

static GrowingTable step_reads[] = {
	{"certified_account"}, {"certification"}, {"certification_step"}, {"face_check"},
	{"qualified_domain"}, {"qualified_capability"}, {"certified_attribute"}, {"attribute"},
	{"restriction"}, {"account"}, {"standing"}
};

void
accounts_lock(const int64 *accounts, int naccounts)
{
	Datum		array;

	if (naccounts == 0)
		return;
	array = ledger_int8_array(accounts, naccounts);
	ledger_execute(&accounts_plan, &array, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
}

/* ---------- certified accounts ---------- */

static int
int8_column(int64 *values, uint64 nrows)
{
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;

		values[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
												&isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return (int) nrows;
}

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
		ledger_execute(&config_plan, NULL, NULL, LEDGER_FRESH);
		SPI_freetuptable(SPI_tuptable);
	}
	array = ledger_int8_array(accounts, naccounts);
	return int8_column(accounts, ledger_execute(&certified_plan, &array, NULL, LEDGER_FRESH));
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
	return ledger_array(names, NULL, *n, TEXTOID);
}

bool
facts_derive(void)
{
	uint64		nrows = ledger_execute(&derives_plan, NULL, NULL, LEDGER_FRESH);

	SPI_freetuptable(SPI_tuptable);
	return nrows > 0;
}

/*
 * Do steps of certified accounts lead to facts, and these to standings?  If so,
 * locks the accounts; the schemes whose standings are to be locked next are in
 * *schemes.
 */
static bool
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

static void
add_standings(StandingKey **keys, int *nkeys, const int64 *accounts, int naccounts, Datum schemes)
{
	Datum		values[2] = {ledger_int8_array(accounts, naccounts), schemes};
	uint64		nrows = ledger_execute(&found_plan, values, NULL, LEDGER_FRESH);
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

/* ---------- for SQL ---------- */

void
require_insert(const char *table)
{
	Oid			nsp = get_namespace_oid("governance", false);
	Oid			relid = get_relname_relid(table, nsp);
	AclResult	result;

	if (!OidIsValid(relid))
		elog(ERROR, "relation governance.%s does not exist", table);
	result = pg_class_aclcheck(relid, GetUserId(), ACL_INSERT);
	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_TABLE, table);
}

/* hold_account(account_id): part of set_attribute(). */
Datum
governance_hold_account(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	int64		certified = account_id;
	LedgerIdentity identity;
	Scheme	  **schemes;
	int			nschemes;
	bool		withholds = false;
	bool		derive;

	require_insert("attribute");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	schemes = rulebook_schemes(&nschemes);
	for (int i = 0; i < nschemes && !withholds; i++)
		withholds = scheme_withholds_certification(schemes[i]);
	ledger_enter(&identity);
	derive = facts_derive();
	if (withholds || derive)
		certified_lock(&certified, 1, derive);
	accounts_lock(&account_id, 1);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}

/*
 * hold_scheme(scheme): part of publish(), activate() and retire().  Gives the
 * latest instant that a standing of the scheme has seen.
 */
Datum
governance_hold_scheme(PG_FUNCTION_ARGS)
{
	Datum		scheme = PG_GETARG_DATUM(0);
	LedgerIdentity identity;
	Datum		latest;
	bool		isnull;

	require_insert("policy");
	ledger_lock(ExclusiveLock);
	ledger_enter(&identity);
	ledger_execute(&latest_plan, &scheme, NULL, LEDGER_LATEST);
	latest = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	ledger_leave(&identity);
	if (isnull)
		PG_RETURN_NULL();
	return latest;
}

/* Those of accounts under a scheme; of certified ones all that look at facts, too. */
static void
lock_standings(const int64 *accounts, int naccounts, Datum scheme,
			   const int64 *certified, int ncertified, Datum schemes)
{
	Datum		values[4] = {
		ledger_int8_array(accounts, naccounts), scheme,
		ledger_int8_array(certified, ncertified), schemes
	};

	ledger_execute(&standings_plan, values, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
}

/* A standing that is to be locked. */
typedef struct HeldStanding
{
	int64		account_id;
	text	   *scheme;
} HeldStanding;

typedef struct HeldList
{
	int			n;
	int			max;
	HeldStanding *held;
} HeldList;

static void
held_add(HeldList *list, int64 account_id, text *scheme)
{
	if (list->n == list->max)
	{
		list->max = Max(16, list->max * 2);
		list->held = list->held == NULL ? palloc(sizeof(HeldStanding) * list->max)
			: repalloc_huge(list->held, sizeof(HeldStanding) * list->max);
	}
	list->held[list->n].account_id = account_id;
	list->held[list->n++].scheme = scheme;
}

/* With those of the accounts that have copies of its entries. */
static void
held_add_copies(HeldList *list, int64 account_id, text *name)
{
	const Scheme *scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	Datum		values[2] = {Int64GetDatum(account_id), PointerGetDatum(name)};
	uint64		nrows;
	int64	   *accounts;
	int			n;

	if (scheme == NULL || !scheme->copies)
	{
		held_add(list, account_id, name);
		return;
	}
	nrows = ledger_execute(&linked_plan, values, NULL, LEDGER_FRESH);
	accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * nrows);
	n = int8_column(accounts, nrows);
	for (int i = 0; i < n; i++)
		held_add(list, accounts[i], name);
	pfree(accounts);
}

static int
int8_cmp(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* The accounts of a list, sorted and distinct. */
static int64 *
held_accounts(const HeldList *list, int *n)
{
	int64	   *accounts = MemoryContextAllocHuge(CurrentMemoryContext,
												  sizeof(int64) * Max(list->n, 1));

	*n = 0;
	for (int i = 0; i < list->n; i++)
		accounts[i] = list->held[i].account_id;
	qsort(accounts, list->n, sizeof(int64), int8_cmp);
	for (int i = 0; i < list->n; i++)
		if (*n == 0 || accounts[*n - 1] != accounts[i])
			accounts[(*n)++] = accounts[i];
	return accounts;
}

/* Locks what revisions of entries of these standings may change. */
static void
held_lock(HeldList *list)
{
	int			n;
	int64	   *certified = held_accounts(list, &n);
	Datum		schemes;
	Datum	   *ids;
	Datum	   *names;
	Datum		values[2];

	n = certified_lock(certified, n, true);
	if (lock_facts_of(certified, n, &schemes))
	{
		Datum	   *looking;
		int			nlooking;

		deconstruct_array(DatumGetArrayTypeP(schemes), TEXTOID, -1, false, TYPALIGN_INT,
						  &looking, NULL, &nlooking);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < nlooking; j++)
				held_add(list, certified[i], DatumGetTextPP(looking[j]));
	}
	if (list->n == 1)
	{
		values[0] = Int64GetDatum(list->held[0].account_id);
		values[1] = PointerGetDatum(list->held[0].scheme);
		ledger_execute(&standing_plan, values, NULL, LEDGER_FRESH);
		SPI_freetuptable(SPI_tuptable);
		return;
	}
	ids = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(list->n, 1));
	names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(list->n, 1));
	for (int i = 0; i < list->n; i++)
	{
		ids[i] = Int64GetDatum(list->held[i].account_id);
		names[i] = PointerGetDatum(list->held[i].scheme);
	}
	values[0] = ledger_array(ids, NULL, list->n, INT8OID);
	values[1] = ledger_array(names, NULL, list->n, TEXTOID);
	ledger_execute(&pairs_plan, values, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
}

/* hold_standing(account_id, scheme): part of revise(). */
Datum
governance_hold_standing(PG_FUNCTION_ARGS)
{
	LedgerIdentity identity;
	HeldList	list = {0};

	require_insert("revision");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	ledger_tables_grown(revision_reads, lengthof(revision_reads));
	held_add_copies(&list, PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1));
	held_lock(&list);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}

/* hold_standings(accounts, schemes): part of revise_all(). */
Datum
governance_hold_standings(PG_FUNCTION_ARGS)
{
	LedgerIdentity identity;
	HeldList	list = {0};
	Datum	   *ids;
	Datum	   *names;
	bool	   *no_ids;
	bool	   *no_names;
	int			nids;
	int			nnames;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &ids, &no_ids, &nids);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT,
					  &names, &no_names, &nnames);
	if (nids != nnames)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays of %d accounts and %d schemes do not belong together", nids, nnames)));
	require_insert("revision");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	ledger_tables_grown(revision_reads, lengthof(revision_reads));
	for (int i = 0; i < nids; i++)
		if (!no_ids[i] && !no_names[i])
			held_add_copies(&list, DatumGetInt64(ids[i]), DatumGetTextPP(names[i]));
	if (list.n > 0)
		held_lock(&list);
	ledger_leave(&identity);
	PG_RETURN_VOID();
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
	LedgerIdentity identity;
	Datum		step;
	Datum		schemes;
	bool		isnull;

	require_insert("certification_step");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	ledger_tables_grown(step_reads, lengthof(step_reads));
	ledger_execute(&config_plan, NULL, NULL, LEDGER_FRESH);
	SPI_freetuptable(SPI_tuptable);
	ledger_execute(&turn_plan, &value, NULL, LEDGER_WRITE);
	step = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (lock_facts_of(&account_id, 1, &schemes))
		lock_standings(NULL, 0, PointerGetDatum(cstring_to_text("")), &account_id, 1, schemes);
	ledger_leave(&identity);
	PG_RETURN_DATUM(step);
}
