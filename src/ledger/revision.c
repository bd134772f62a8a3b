/*
 * revision.c
 *		The statement trigger on revisions: the accounts concerned are folded
 *		anew.
 */
#include "postgres.h"

#include "compat.h"
#include "complain.h"
#include "errors.h"
#include "ledger/ledger.h"
#include "ledger/transition.h"
#include "oversight/limits.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_revision_apply);

static LedgerPlan scheme_of_plan = {
	"SELECT v.scheme FROM governance.violation v WHERE v.account_id" EQ "$1 AND v.violation_id" EQ "$2",
	2, {INT8OID, INT8OID}
};

enum
{
	R_ACCOUNT, R_VIOLATION, R_DECIDED, R_SCHEME, R_ACTION, R_ID, R_LINKED, R_COLUMNS
};

static const ColumnSpec revision_columns[R_COLUMNS] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"decided_at", TIMESTAMPTZOID},
	{"scheme", TEXTOID}, {"action", TEXTOID}, {"revision_id", INT8OID},
	{"linked_revision_id", INT8OID}
};

/* A scheme and its trials. */
static void
add_keys(KeyList *list, int64 account_id, const char *scheme, TimestampTz decided)
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
		add_keys(list, accounts[i], name, decided);
}

/* A balance is one of a version in force, or it would be of no effect. */
static void
check_opening(Relation relation, const char *name, TimestampTz at)
{
	Scheme	   *scheme = rulebook_scheme(name, strlen(name), false);

	if (scheme->trial_of != NULL || rulebook_version_at(scheme, at) == NULL)
		report_not_in_force(name, at, _("An opening balance stands under the version in force at its instant."),
							relation);
}

Datum
governance_revision_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "revision_apply", false, false);
	Relation	relation = trigger->tg_relation;
	AttrNumber	numbers[R_COLUMNS];
	LedgerIdentity identity;
	TupleTableSlot *slot;
	KeyList		list = {0};
	int64	   *accounts;
	int64	   *violations;
	int			nrows = 0;

	require_transition(trigger->tg_newtable, "revision_apply", "NEW");
	ledger_lock(RowExclusiveLock);
	rulebook_refresh();
	find_columns(relation, revision_columns, R_COLUMNS, numbers);
	ledger_enter(&identity);
	accounts = MemoryContextAllocHuge(CurrentMemoryContext,
									  sizeof(int64) * (tuplestore_tuple_count(trigger->tg_newtable) + 1));
	violations = MemoryContextAllocHuge(CurrentMemoryContext,
										sizeof(int64) * (tuplestore_tuple_count(trigger->tg_newtable) + 1));
	slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	tuplestore_rescan(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, slot))
	{
		int64		account_id = slot_int8(slot, numbers[R_ACCOUNT]);
		int64		violation_id = slot_int8(slot, numbers[R_VIOLATION]);
		Datum		values[2];
		char	   *scheme;
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		if (linked_entry_check(relation, "linked_revision_id",
							   !slot_attisnull(slot, numbers[R_LINKED])))
			break;				/* who revises the originals applies them, too */
		values[0] = Int64GetDatum(account_id);
		values[1] = Int64GetDatum(violation_id);
		accounts[nrows] = account_id;
		violations[nrows++] = violation_id;

		/* The release of a sanction, and the balance with which an account
		 * comes, say themselves which scheme they concern. */
		if (slot_text(slot, numbers[R_SCHEME]) != NULL)
		{
			if (strcmp(text_to_cstring(slot_text(slot, numbers[R_ACTION])), "opening") == 0)
				check_opening(relation, text_to_cstring(slot_text(slot, numbers[R_SCHEME])),
							  slot_time(slot, numbers[R_DECIDED]));
			add_keys(&list, account_id, text_to_cstring(slot_text(slot, numbers[R_SCHEME])),
					 slot_time(slot, numbers[R_DECIDED]));
			continue;
		}
		if (ledger_execute(&scheme_of_plan, values, NULL, LEDGER_FRESH) == 0)
			report_missing_of(MISSING_VIOLATION, psprintf("%lld", (long long) account_id),
							  psprintf("%lld", (long long) violation_id), NULL, relation, 0);
		scheme = text_to_cstring(DatumGetTextPP(SPI_getbinval(SPI_tuptable->vals[0],
															  SPI_tuptable->tupdesc, 1, &isnull)));
		SPI_freetuptable(SPI_tuptable);
		add_keys(&list, account_id, scheme, slot_time(slot, numbers[R_DECIDED]));
		revise_copies(&list, account_id, slot_int8(slot, numbers[R_ID]), scheme,
					  slot_time(slot, numbers[R_DECIDED]));
	}
	ExecDropSingleTupleTableSlot(slot);
	standings_apply(list.keys, list.n);
	if (limits_any())
		limits_check(acting_role(), accounts, violations, nrows);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
