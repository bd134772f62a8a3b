/*
 * rebuild.c
 *		verify() and rebuild(): the whole ledger, in as many parts as there may be
 *		workers.
 *
 * rebuild() first lets verify_range() tell which accounts are not as it would
 * leave them, and writes those; what is as it should be costs no write.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "doors/apply.h"
#include "doors/settle.h"
#include "ledger/lock.h"
#include "ledger/standing_key.h"
#include "oversight/audit.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_verify);
PG_FUNCTION_INFO_V1(governance_rebuild);

/* How many accounts are rebuilt at a time, at most. */
#define BATCH_SIZE 1000

/* About what an entry takes in memory while its account is folded. */
#define ENTRY_BYTES 400

static KeptPlan entries_plan = {
	"SELECT (SELECT pg_catalog.count(*) FROM governance.violation v WHERE v.account_id" EQ "u.account_id)"
	" FROM pg_catalog.unnest($1) WITH ORDINALITY AS u (account_id, place) ORDER BY u.place",
	1, {INT8ARRAYOID}
};

/* With when the last sanction that time brought began: a standing that is made
 * anew has to have seen it. */
static KeptPlan concerned_plan = {
	"SELECT c.account_id, c.scheme, (SELECT pg_catalog.max(pg_catalog.lower(s.during))"
	" FROM governance.sanction s WHERE s.account_id" EQ "c.account_id AND s.scheme" EQ "c.scheme"
	" AND s.violation_id IS NULL"
	" AND coalesce(s.release_reason, '') OPERATOR(pg_catalog.<>) 'overturned')"
	" FROM (SELECT account_id, scheme FROM governance.violation WHERE account_id" EQ "ANY ($1)"
	" UNION SELECT account_id, scheme FROM governance.revision WHERE account_id" EQ "ANY ($1) AND action" EQ "'opening'"
	" UNION SELECT account_id, scheme FROM governance.standing WHERE account_id" EQ "ANY ($1)) AS c",
	1, {INT8ARRAYOID}
};

static KeptPlan active_plan = {
	"SELECT DISTINCT account_id, kind FROM governance.activity WHERE account_id" EQ "ANY ($1)",
	1, {INT8ARRAYOID}
};

static KeptPlan count_plan = {
	"SELECT pg_catalog.count(*) FROM governance.standing",
	0
};

/* ---------- in parts ---------- */

/* Of the rows of verify_range(), those that are differences; counts the others. */
typedef struct Differences
{
	DestReceiver pub;
	Tuplestorestate *result;
	int64		waiting;		/* accounts that settle() is to take over */
} Differences;

/* A row of verify_range(): account, scheme, item, stored, replayed. */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Differences *differences = (Differences *) self;

	slot_getallattrs(slot);
	if (slot->tts_tupleDescriptor->natts > 2 && !slot->tts_isnull[2] &&
		text_is(DatumGetTextPP(slot->tts_values[2]), "waits"))
		differences->waiting++;
	else
		tuplestore_puttupleslot(differences->result, slot);
	return true;
}

/* Nothing is to be done before the first row, nor after the last one. */
static void
receive_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

/* Likewise. */
static void
receive_end(DestReceiver *self)
{
}

/*
 * Runs verify_range() over all accounts, in parts that workers may take, as of
 * the active snapshot; what the parts give is put into result, and how many
 * accounts wait for settle() is returned.
 */
static int64
verify_parts(bool only_whether, int progress, Tuplestorestate *result)
{
	Differences differences = {
		.pub = {receive_row, receive_startup, receive_end, receive_end, DestNone},
		.result = result
	};
	SPIExecuteOptions options = {.read_only = true, .dest = &differences.pub};
	StringInfoData query;
	OwnStatement own;
	uint64		nparts;

	own_statement_begin(&own);
	SPI_execute("SELECT p.first_account, p.last_account FROM governance.account_parts() AS p",
				true, 0);
	nparts = SPI_processed;
	initStringInfo(&query);
	for (uint64 i = 0; i < nparts; i++)
	{
		char	   *first = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		char	   *last = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		appendStringInfo(&query, "%sSELECT %s FROM governance.verify_range(%s, %s, %s, %d)",
						 i > 0 ? " UNION ALL " : "",
						 only_whether ? "account_id" : "account_id, scheme, item, stored, replayed",
						 first == NULL ? "NULL" : quote_literal_cstr(first),
						 last == NULL ? "NULL" : quote_literal_cstr(last),
						 only_whether ? "true" : "false", progress);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_execute_extended(query.data, &options);
	own_statement_end(&own);
	return differences.waiting;
}

/* After how many accounts a notice says how far it is; 0: none does. */
static int
progress_argument(FunctionCallInfo fcinfo)
{
	return PG_NARGS() == 0 || PG_ARGISNULL(0) ? 0 : Max(PG_GETARG_INT32(0), 0);
}

/* ---------- verify ---------- */

/* The rulebook and the audit are verified by queries of their own. */
static void
verify_audit(Tuplestorestate *result)
{
	DestReceiver *receiver = CreateTuplestoreDestReceiver();
	SPIExecuteOptions options = {.read_only = false, .dest = receiver};
	OwnStatement own;

	own_statement_begin(&own);
	SetTuplestoreDestReceiverParams(receiver, result, CurrentMemoryContext, false, NULL, NULL);
	SPI_execute_extended("SELECT v.account_id, v.scheme, v.item, v.stored, v.replayed"
						 " FROM governance.verify_rulebook() AS v"
						 " UNION ALL SELECT v.account_id, v.scheme, v.item, v.stored, v.replayed"
						 " FROM governance.verify_audit() AS v"
						 " UNION ALL SELECT v.account_id, v.scheme, v.item, v.stored, v.replayed"
						 " FROM governance.verify_seals() AS v", &options);
	own_statement_end(&own);
	receiver->rDestroy(receiver);
}

/*
 * verify([progress]): every difference there is, as of one instant.  What waits
 * to be taken over is none, and not proven either: a notice says how much that is.
 */
Datum
governance_verify(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		waiting;

	InitMaterializedSRF(fcinfo, 0);
	rulebook_refresh();
	ledger_read_enter();
	PushActiveSnapshot(GetTransactionSnapshot());
	waiting = verify_parts(false, progress_argument(fcinfo), result->setResult);
	PopActiveSnapshot();
	if (OidIsValid(get_relname_relid("seal", get_namespace_oid("governance", false))))
		verify_audit(result->setResult);
	ledger_read_leave();
	if (waiting > 0)
		ereport(NOTICE,
				(errmsg("accounts that wait to be taken over, and are not proven: %lld",
						(long long) waiting),
				 errhint("CALL governance.settle() takes them over; answers do not wait for it.")));
	return (Datum) 0;
}

/* ---------- rebuild ---------- */

/* The keys of all standings that accounts have or should have. */
static StandingKey *
keys_of(const int64 *accounts, int naccounts, Scheme **schemes, int nschemes, int *n)
{
	Datum		array = int8_array(accounts, naccounts);
	MemoryContext context = CurrentMemoryContext;
	StandingKey *keys;
	SPITupleTable *concerned;
	SPITupleTable *active;
	uint64		nconcerned;
	uint64		nactive;
	bool		isnull;

	nconcerned = plan_execute(&concerned_plan, &array, NULL, PLAN_FRESH);
	concerned = SPI_tuptable;
	nactive = plan_execute(&active_plan, &array, NULL, PLAN_FRESH);
	active = SPI_tuptable;
	keys = MemoryContextAllocExtended(context,
									  sizeof(StandingKey) *
									  ((nconcerned + nactive) * (nschemes + 1) + 1),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	*n = 0;
	for (uint64 row = 0; row < nconcerned; row++)
	{
		HeapTuple	tuple = concerned->vals[row];
		char	   *name = SPI_getvalue(tuple, concerned->tupdesc, 2);
		StandingKey *key = &keys[(*n)++];
		Datum		value;

		key->account_id = DatumGetInt64(SPI_getbinval(tuple, concerned->tupdesc, 1, &isnull));
		key->scheme = rulebook_scheme(name, strlen(name), is_trial_name(name));
		if (key->scheme == NULL)
			ended_trials_delete(&key->account_id, &name, 1);
		if (key->scheme == NULL || rulebook_is_damaged(key->scheme))
		{
			(*n)--;
			continue;
		}
		value = SPI_getbinval(tuple, concerned->tupdesc, 3, &isnull);
		key->decided = DT_NOBEGIN;
		key->advance_to = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
		key->replay = true;
		for (int s = 0; s < nschemes; s++)
			if (schemes[s]->trial_of != NULL && strcmp(schemes[s]->trial_of, name) == 0 &&
				!rulebook_is_damaged(schemes[s]))
			{
				StandingKey *trial = &keys[(*n)++];

				trial->account_id = key->account_id;
				trial->scheme = schemes[s];
				trial->decided = trial->advance_to = DT_NOBEGIN;
				trial->replay = true;
			}
	}
	for (uint64 row = 0; row < nactive; row++)
	{
		HeapTuple	tuple = active->vals[row];
		char	   *kind = SPI_getvalue(tuple, active->tupdesc, 2);

		for (int s = 0; s < nschemes; s++)
			if (!rulebook_is_damaged(schemes[s]) && scheme_listens(schemes[s], kind))
			{
				StandingKey *key = &keys[(*n)++];

				key->account_id = DatumGetInt64(SPI_getbinval(tuple, active->tupdesc, 1, &isnull));
				key->scheme = schemes[s];
				key->decided = key->advance_to = DT_NOBEGIN;
				key->replay = true;
			}
	}
	SPI_freetuptable(concerned);
	SPI_freetuptable(active);
	return keys;
}

/*
 * How many of the accounts to rebuild at a time: no more than have their entries
 * in work_mem; one alone may have more.
 */
static int
how_many(const int64 *accounts, int naccounts)
{
	Datum		array = int8_array(accounts, naccounts);
	int64		room = (int64) work_mem * 1024 / ENTRY_BYTES;
	int			n = 0;
	bool		isnull;

	plan_execute(&entries_plan, &array, NULL, PLAN_FRESH);
	for (; n < naccounts; n++)
	{
		room -= DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[n], SPI_tuptable->tupdesc, 1,
											&isnull));
		if (room < 0 && n > 0)
			break;
	}
	SPI_freetuptable(SPI_tuptable);
	return n;
}

/*
 * rebuild([progress]): brings everything in line; gives how many standings there
 * are.
 */
Datum
governance_rebuild(PG_FUNCTION_ARGS)
{
	int			progress = progress_argument(fcinfo);
	Tuplestorestate *stale;
	TupleTableSlot *slot;
	TupleDesc	desc;
	Identity	identity;
	Scheme	  **schemes;
	int			nschemes;
	MemoryContext context;
	MemoryContext old;
	int64	   *accounts;
	int			naccounts = 0;
	int64		done = 0;
	int64		rebuilt;
	bool		isnull;

	PreventCommandIfReadOnly("rebuild()");
	standings_table_lock(ExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);

	/* What is stale, with all that is committed by now. */
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	stale = tuplestore_begin_heap(false, false, work_mem);
	verify_parts(true, progress, stale);
	PopActiveSnapshot();

	schemes = rulebook_schemes(&nschemes);
	for (int s = 0; s < nschemes; s++)
		if (rulebook_is_damaged(schemes[s]))
			ereport(WARNING,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("scheme \"%s\" is passed over: a document of it is damaged", schemes[s]->name),
					 errhint("governance.verify() says which. Restore it from a backup, and rebuild again.")));

	desc = CreateTemplateTupleDesc(1);
	TupleDescInitEntry(desc, 1, "account_id", INT8OID, -1, 0);
	slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	accounts = palloc(sizeof(int64) * BATCH_SIZE);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance rebuild", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	for (;;)
	{
		StandingKey *keys;
		int			nkeys;
		int			n;

		CHECK_FOR_INTERRUPTS();
		while (naccounts < BATCH_SIZE && tuplestore_gettupleslot(stale, true, false, slot))
			accounts[naccounts++] = DatumGetInt64(slot_getattr(slot, 1, &isnull));
		if (naccounts == 0)
			break;
		n = how_many(accounts, naccounts);
		schemes = rulebook_schemes(&nschemes);
		keys = keys_of(accounts, n, schemes, nschemes, &nkeys);
		standings_follow(keys, nkeys);
		if (progress > 0 && done / progress != (done + n) / progress)
			ereport(NOTICE,
					(errmsg("rebuilt %lld accounts, up to account %lld",
							(long long) done + n, (long long) accounts[n - 1])));
		done += n;
		naccounts -= n;
		memmove(accounts, accounts + n, sizeof(int64) * naccounts);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(stale);
	plan_execute(&count_plan, NULL, NULL, PLAN_FRESH);
	rebuilt = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	audit_event(acting_role(), "rebuild", NULL);
	ledger_leave(&identity);
	PG_RETURN_INT64(rebuilt);
}
