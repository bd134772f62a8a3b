/*
 * hold.c
 *		Locks on accounts and standings, for those who have no right to lock rows
 *		of tables that they may not change.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "certification/turn.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "ledger/lock.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_hold_account);
PG_FUNCTION_INFO_V1(governance_hold_standing);
PG_FUNCTION_INFO_V1(governance_hold_standings);

/* An account with those that have copies of its entries. */
static KeptPlan linked_plan = {
	"SELECT l.account_id FROM (SELECT $1 UNION SELECT v.account_id FROM governance.violation v"
	" WHERE v.linked_account_id" EQ "$1 AND v.scheme" EQ "$2) l (account_id)"
	" ORDER BY l.account_id",
	2, {INT8OID, TEXTOID}
};

/* What a revision reads by SQL. */
static GrowingTable revision_reads[] = {
	{"account"}, {"attribute"}, {"violation"}, {"activity"}, {"revision"}, {"appeal"},
	{"sanction"}, {"standing"}
};

/* ---------- for SQL ---------- */

/* hold_account(account_id): part of set_attribute(). */
Datum
governance_hold_account(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	int64		certified = account_id;
	Identity	identity;
	Scheme	  **schemes;
	int			nschemes;
	bool		withholds = false;
	bool		derive;

	require_insert("attribute");
	standings_table_lock(RowExclusiveLock);
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

/* One more standing to be locked; the same one may be there several times. */
static void
held_add(HeldList *list, int64 account_id, text *scheme)
{
	array_reserve(list->held, list->max, list->n + 1);
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
	nrows = plan_execute(&linked_plan, values, NULL, PLAN_FRESH);
	accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * nrows);
	n = plan_int8_column(accounts, nrows);
	for (int i = 0; i < n; i++)
		held_add(list, accounts[i], name);
	pfree(accounts);
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
	qsort(accounts, list->n, sizeof(int64), int64_order);
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
	int64	   *accounts;
	text	  **names;

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
	accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * Max(list->n, 1));
	names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(text *) * Max(list->n, 1));
	for (int i = 0; i < list->n; i++)
	{
		accounts[i] = list->held[i].account_id;
		names[i] = list->held[i].scheme;
	}
	standings_hold(accounts, names, list->n);
	pfree(accounts);
	pfree(names);
}

/* hold_standing(account_id, scheme): part of revise(). */
Datum
governance_hold_standing(PG_FUNCTION_ARGS)
{
	Identity	identity;
	HeldList	list = {0};

	require_insert("revision");
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	plan_tables_grown(revision_reads, lengthof(revision_reads));
	held_add_copies(&list, PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1));
	held_lock(&list);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}

/* hold_standings(accounts, schemes): part of revise_all(). */
Datum
governance_hold_standings(PG_FUNCTION_ARGS)
{
	Identity	identity;
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
	standings_table_lock(RowExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	plan_tables_grown(revision_reads, lengthof(revision_reads));
	for (int i = 0; i < nids; i++)
		if (!no_ids[i] && !no_names[i])
			held_add_copies(&list, DatumGetInt64(ids[i]), DatumGetTextPP(names[i]));
	if (list.n > 0)
		held_lock(&list);
	ledger_leave(&identity);
	PG_RETURN_VOID();
}
