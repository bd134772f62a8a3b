/*
 * standing_row.c
 *		The rows of governance.standing, by SQL and without it.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/table.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/history.h"
#include "ledger/recent.h"
#include "ledger/standing.h"
#include "ledger/standing_key.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan read_plan = {
	"SELECT s.account_id, s.scheme, s.state, s.known_at, s.policy_id, s.settled, s.settling"
	" FROM governance.standing s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2",
	2, {INT8OID, TEXTOID}
};

static KeptPlan probe_plan = {
	"SELECT u.o FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS u (account_id, scheme, o)"
	" WHERE NOT EXISTS (SELECT FROM governance.standing s"
	" WHERE s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme)"
	" ORDER BY u.o",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static KeptPlan lock_plan = {
	"SELECT s.account_id, s.scheme, s.state, s.known_at, s.policy_id, s.recent, s.settled, s.settling"
	" FROM governance.standing s"
	" JOIN ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, scheme)"
	" ON s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\" FOR NO KEY UPDATE OF s",
	2, {INT8ARRAYOID, TEXTARRAYOID}
};

static KeptPlan lock_one_plan = {
	"SELECT s.account_id, s.scheme, s.state, s.known_at, s.policy_id, s.recent, s.settled, s.settling"
	" FROM governance.standing s"
	" WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2 FOR NO KEY UPDATE",
	2, {INT8OID, TEXTOID}
};

static KeptPlan there_plan = {
	"SELECT FROM governance.standing s WHERE s.account_id" EQ "$1 AND s.scheme" EQ "$2",
	2, {INT8OID, TEXTOID}
};

static KeptPlan insert_plan = {
	"INSERT INTO governance.standing (account_id, scheme, score, tier, as_of, known_at, policy_id, state, settled, settling)"
	" SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10))"
	" ON CONFLICT DO NOTHING RETURNING account_id, scheme",
	10, {INT8ARRAYOID, TEXTARRAYOID, LEDGER_SCORE_ARRAY_TYPE, LEDGER_TIER_ARRAY_TYPE,
	TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID,
	BYTEAARRAYOID}
};

/* A part that stays is the row's own: what lies out of line is not written anew. */
static KeptPlan update_plan = {
	"UPDATE governance.standing s SET score = u.score, tier = u.tier, as_of = u.as_of,"
	" known_at = u.known_at, policy_id = u.policy_id, state = u.state,"
	" settled = CASE WHEN u.keeps_settled THEN s.settled ELSE u.settled END,"
	" settling = CASE WHEN u.keeps_settling THEN s.settling ELSE u.settling END, recent = u.recent"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13))"
	" AS u (account_id, scheme, score, tier, as_of, known_at, policy_id, state, settled, settling, recent, keeps_settled, keeps_settling)"
	" WHERE s.account_id" EQ "u.account_id AND s.scheme" EQ "u.scheme",
	13, {INT8ARRAYOID, TEXTARRAYOID, LEDGER_SCORE_ARRAY_TYPE, LEDGER_TIER_ARRAY_TYPE,
	TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID,
	BYTEAARRAYOID, BYTEAARRAYOID, BOOLARRAYOID, BOOLARRAYOID}
};

static KeptPlan update_one_plan = {
	"UPDATE governance.standing SET score = $3, tier = $4, as_of = $5,"
	" known_at = $6, policy_id = $7, state = $8, settled = CASE WHEN $12 THEN settled ELSE $9 END,"
	" settling = CASE WHEN $13 THEN settling ELSE $10 END, recent = $11"
	" WHERE account_id" EQ "$1 AND scheme" EQ "$2",
	13, {INT8OID, TEXTOID, LEDGER_SCORE_TYPE, LEDGER_TIER_TYPE,
	TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, BYTEAOID, BYTEAOID, BYTEAOID, BYTEAOID, BOOLOID, BOOLOID}
};

enum
{
	S_ACCOUNT, S_SCHEME, S_SCORE, S_TIER, S_AS_OF, S_KNOWN_AT, S_POLICY, S_STATE, S_SETTLED,
	S_SETTLING, S_RECENT,
	S_COLUMNS
};

/* That follow the key. */
#define VALUES (S_COLUMNS - 2)

static const ColumnSpec standing_columns[S_COLUMNS] = {
	{"account_id", INT8OID}, {"scheme", TEXTOID}, {"score", LEDGER_SCORE_TYPE},
	{"tier", LEDGER_TIER_TYPE}, {"as_of", TIMESTAMPTZOID}, {"known_at", TIMESTAMPTZOID},
	{"policy_id", INT8OID}, {"state", BYTEAOID}, {"settled", BYTEAOID},
	{"settling", BYTEAOID}, {"recent", BYTEAOID}
};

Table standing_table = {
	.name = "standing", .ncolumns = S_COLUMNS, .columns = standing_columns, .nkeys = 2,
	.parent = &account_table
};

void
standing_table_open(StandingTable *table)
{
	memset(table, 0, sizeof(StandingTable));
	table->inserts = direct_open(&table->access, &standing_table,
								 TABLE_FIND | TABLE_UPDATE | TABLE_INSERT_UNLESS);
	table->direct = table->inserts ||
		direct_open(&table->access, &standing_table, TABLE_FIND | TABLE_UPDATE);
}

void
standing_table_close(StandingTable *table)
{
	if (!table->direct)
		return;
	direct_stop(&table->access);
	if (table->snapshot != NULL)
		snapshot_pop();
	direct_close(&table->access);
}

/* ---------- columns ---------- */

static void
key_arrays(StandingWork *works, int nworks, Datum *values)
{
	Datum	   *accounts = palloc(sizeof(Datum) * nworks);
	Datum	   *schemes = palloc(sizeof(Datum) * nworks);
	Scheme	   *last = NULL;
	Datum		name = 0;

	for (int i = 0; i < nworks; i++)
	{
		StandingKey *key = works[i].key;

		if (key->scheme != last)
		{
			last = key->scheme;
			name = CStringGetTextDatum(last->name);
		}
		accounts[i] = Int64GetDatum(key->account_id);
		schemes[i] = name;
	}
	values[0] = datum_array(accounts, NULL, nworks, INT8OID);
	values[1] = datum_array(schemes, NULL, nworks, TEXTOID);
}

/*
 * All that follow the key, the parts of the state and what is recent being null
 * where there is none; keeps[] says which of the parts are those of the row.
 */
static void
standing_values(const StandingWork *work, Datum *values, bool *nulls, bool *keeps)
{
	bytea	   *recent = NULL;
	EngineState *state = work->state;
	const void *parts[ENGINE_PARTS];
	const Policy *policy = rulebook_policy(state->policy_id);
	TimestampTz known_at = Max(work->known_at, state->last_decided);

	values[0] = CreditScoreGetDatum(credit_score_make(state->score, state->cap));
	values[1] = CharGetDatum((char) ledger_tier(policy, state, known_at));
	values[2] = TimestampTzGetDatum(state->as_of);
	values[3] = TimestampTzGetDatum(known_at);
	values[4] = Int64GetDatum(state->policy_id);
	if (work->recent != NULL)
		recent = recent_write(work->recent, state, work->replayed);
	memset(nulls, 0, sizeof(bool) * VALUES);
	values[5] = PointerGetDatum(engine_store(policy, state, &engine_limits, parts));
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		values[6 + p] = PointerGetDatum(parts[p]);
		nulls[6 + p] = parts[p] == NULL;
		keeps[p] = parts[p] == work->parts[p];
	}
	values[8] = PointerGetDatum(recent);
	nulls[8] = recent == NULL;
}

EngineState *
standing_state(Datum state, const void *const *parts, int64 policy_id)
{
	return engine_restore(rulebook_policy(policy_id), DatumGetByteaPP(state), parts);
}

/* A part as it is stored, mostly out of line; null: there is none. */
static const void *
stored_part(Datum value, bool isnull)
{
	return isnull ? NULL : DatumGetPointer(datumCopy(value, false, -1));
}

static void
direct_read_parts(DirectReader *reader, const void **parts)
{
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		bool		isnull;
		Datum		value = direct_read_get(reader, S_SETTLED + p, &isnull);

		parts[p] = stored_part(value, isnull);
	}
}

/* In a row of read_plan. */
static void
read_parts(HeapTuple tuple, TupleDesc desc, int column, const void **parts)
{
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(tuple, desc, column + p, &isnull);

		parts[p] = stored_part(value, isnull);
	}
}

void
standing_parts(int64 account_id, Scheme *scheme, const void **parts)
{
	MemoryContext context = CurrentMemoryContext;
	DirectReader reader;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(scheme->text)};

	memset(parts, 0, sizeof(void *) * ENGINE_PARTS);
	if (direct_read(&reader, &standing_table, DIRECT_AS_CALLER, key, 2))
	{
		if (direct_read_next(&reader))
			direct_read_parts(&reader, parts);
		direct_read_end(&reader);
		return;
	}
	ledger_read_enter();
	if (plan_execute(&read_plan, key, NULL, PLAN_READ) > 0)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		read_parts(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 6, parts);
		MemoryContextSwitchTo(old);
	}
	ledger_read_leave();
	MemoryContextSwitchTo(context);
}

static StoredStanding *
stored_standing(Datum state, const void *const *parts, TimestampTz known_at, int64 policy_id)
{
	StoredStanding *standing = palloc(sizeof(StoredStanding));

	standing->state = standing_state(state, parts, policy_id);
	standing->known_at = known_at;
	standing->as_of = standing->state->as_of;
	standing->policy_id = standing->state->policy_id;
	return standing;
}

bool
standing_probe(int64 account_id, Scheme *scheme, StoredStanding **standing)
{
	DirectReader reader;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(scheme->text)};
	bool		isnull;

	*standing = NULL;
	if (!direct_read(&reader, &standing_table, DIRECT_AS_CALLER, key, 2))
		return false;
	if (direct_read_next(&reader))
	{
		const void *parts[ENGINE_PARTS];

		direct_read_parts(&reader, parts);
		*standing = stored_standing(direct_read_get(&reader, S_STATE, &isnull), parts,
									DatumGetTimestampTz(direct_read_get(&reader, S_KNOWN_AT, &isnull)),
									DatumGetInt64(direct_read_get(&reader, S_POLICY, &isnull)));
	}
	direct_read_end(&reader);
	return true;
}

StoredStanding *
standing_read(int64 account_id, Scheme *scheme)
{
	MemoryContext context = CurrentMemoryContext;
	StoredStanding *standing;
	Datum		values[2];

	if (standing_probe(account_id, scheme, &standing))
		return standing;
	values[0] = Int64GetDatum(account_id);
	values[1] = PointerGetDatum(scheme->text);
	if (plan_execute(&read_plan, values, NULL, PLAN_READ) > 0)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		MemoryContext old = MemoryContextSwitchTo(context);
		const void *parts[ENGINE_PARTS];
		bool		isnull;

		read_parts(tuple, desc, 6, parts);
		standing = stored_standing(SPI_getbinval(tuple, desc, 3, &isnull), parts,
								   DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull)),
								   DatumGetInt64(SPI_getbinval(tuple, desc, 5, &isnull)));
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
	return standing;
}

/*
 * A damaged state is no reason to stop where the whole history is folded anew:
 * all that is taken from the old one is how far it had come.
 */
static EngineState *
state_to_replace(const StandingKey *key, Datum bytes, const void *const *parts, int64 policy_id)
{
	char	   *why = NULL;
	const Policy *policy;
	EngineState *state = NULL;

	policy = rulebook_policy_or_null(policy_id, &why);
	if (policy != NULL)
		state = engine_restore_or_null(policy, DatumGetByteaPP(bytes), parts, false, &why);
	if (state == NULL && key->replay)
	{
		AccountHistory nobody = {.account_id = key->account_id, .opened = DT_NOBEGIN};

		state = ledger_blank(key->scheme, &nobody);
		state->as_of = DT_NOBEGIN;
	}
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored state of account %lld under scheme \"%s\" is damaged",
						(long long) key->account_id, key->scheme->name),
				 errdetail_internal("%s", why),
				 errhint("governance.rebuild() makes it anew from the ledger.")));
	return state;
}

static void
take_row(StandingWork *work, Datum state, TimestampTz known_at, int64 policy_id,
		 Datum recent, bool none)
{
	work->state = state_to_replace(work->key, state, work->parts, policy_id);
	work->known_at = known_at;
	work->seen = work->state->as_of;
	work->key->done = true;
	if (!none)
		work->recent_bytes = DatumGetByteaPCopy(recent);
}

/* ---------- looking for them ---------- */

static void
direct_key(const StandingKey *key, Datum *values)
{
	values[0] = Int64GetDatum(key->account_id);
	values[1] = PointerGetDatum(key->scheme->text);
}

void
standings_probe(StandingTable *table, StandingKey **keys, int nkeys, bool *missing)
{
	StandingWork *works;
	Datum		values[2];
	uint64		nrows;

	/*
	 * A snapshot of the whole transaction does not show what others have
	 * committed since.
	 */
	if (table->direct && !IsolationUsesXactSnapshot())
	{
		if (table->snapshot == NULL)
			table->snapshot = snapshot_push();
		for (int i = 0; i < nkeys; i++)
		{
			direct_key(keys[i], values);
			direct_find(&table->access, table->snapshot, values, 2);
			missing[i] = !direct_next(&table->access);
			if (!missing[i])
				keys[i]->tid = table->access.row->tts_tid;
		}
		return;
	}
	works = palloc0(sizeof(StandingWork) * nkeys);
	for (int i = 0; i < nkeys; i++)
		works[i].key = keys[i];
	key_arrays(works, nkeys, values);
	nrows = plan_execute(&probe_plan, values, NULL, PLAN_LATEST);
	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;

		missing[DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
											1, &isnull)) - 1] = true;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* ---------- locking them ---------- */

/*
 * Sessions that want the same standing wait for it in a queue, as far as they
 * write one at a time: whoever has waited the longest is next.  The lock of a
 * row alone goes to whoever asks at the right moment, and entries would come
 * late without bound.  In pg_locks it is an advisory lock with an objsubid that
 * the functions for these do not use.
 */
#define QUEUE_SUBID 3

static bool
enter_queue(DirectAccess *access, const StandingKey *key, LOCKTAG *tag)
{
	uint64		hash = hash_combine64((uint64) key->account_id,
									  text_hash(key->scheme->name, strlen(key->scheme->name)));
	Datum		values[2];
	bool		ours;

	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, QUEUE_SUBID);
	if (LockAcquire(tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
		return true;

	/* The first in the queue may be waiting for us. */
	direct_key(key, values);
	direct_find(access, snapshot_push(), values, 2);
	ours = direct_next(access) && direct_is_ours(access);
	direct_stop(access);
	snapshot_pop();
	if (ours)
		return false;
	(void) LockAcquire(tag, ExclusiveLock, false, false);
	return true;
}

/*
 * A row that was found when all keys were looked for cannot have been cleared
 * away while that snapshot lasts: from there the way leads to its last version.
 */
static void
lock_direct(StandingTable *table, StandingWork *work)
{
	DirectAccess *access = &table->access;
	StandingKey *key = work->key;
	bool		isnull;
	bool		locked;
	bool		none;
	Datum		state;
	Datum		recent;

	if (ItemPointerIsValid(&key->tid))
		locked = direct_lock(access, &key->tid, table->snapshot, LockTupleNoKeyExclusive);
	else
	{
		Snapshot	snapshot;
		Datum		values[2];
		LOCKTAG		tag;
		bool		queued = enter_queue(access, key, &tag);

		snapshot = snapshot_push();
		direct_key(key, values);
		direct_find(access, snapshot, values, 2);
		locked = direct_next(access);
		if (locked)
		{
			key->tid = access->row->tts_tid;
			locked = direct_lock(access, &key->tid, snapshot, LockTupleNoKeyExclusive);
		}
		direct_stop(access);
		snapshot_pop();
		if (queued)
			LockRelease(&tag, ExclusiveLock, false);
	}
	if (!locked)
	{
		ItemPointerSetInvalid(&key->tid);
		return;
	}
	key->tid = access->row->tts_tid;
	work->row = direct_keep(access);
	state = direct_get(access, S_STATE, &isnull);
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		Datum		part = direct_get(access, S_SETTLED + p, &none);

		work->parts[p] = stored_part(part, none);
	}
	recent = direct_get(access, S_RECENT, &none);
	take_row(work, state, DatumGetTimestampTz(direct_get(access, S_KNOWN_AT, &isnull)),
			 DatumGetInt64(direct_get(access, S_POLICY, &isnull)), recent, none);
	ExecClearTuple(access->row);
}

void
standings_lock(StandingTable *table, StandingWork *works, int nworks)
{
	Datum		values[2];
	uint64		nrows;
	int			n = 0;

	if (table->direct)
	{
		for (int i = 0; i < nworks; i++)
			lock_direct(table, &works[i]);
		return;
	}
	if (nworks == 1)
	{
		values[0] = Int64GetDatum(works[0].key->account_id);
		values[1] = CStringGetTextDatum(works[0].key->scheme->name);
		nrows = plan_execute(&lock_one_plan, values, NULL, PLAN_WRITE);
	}
	else
	{
		key_arrays(works, nworks, values);
		nrows = plan_execute(&lock_plan, values, NULL, PLAN_WRITE);
	}
	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;
		bool		none;
		Datum		recent;
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		int64		account_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		char	   *scheme = SPI_getvalue(tuple, desc, 2);

		/* Both are in key order: the row's key is the next that matches. */
		while (works[n].key->account_id != account_id ||
			   strcmp(works[n].key->scheme->name, scheme) != 0)
			n++;
		recent = SPI_getbinval(tuple, desc, 6, &none);
		read_parts(tuple, desc, 7, works[n].parts);
		take_row(&works[n++], SPI_getbinval(tuple, desc, 3, &isnull),
				 DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull)),
				 DatumGetInt64(SPI_getbinval(tuple, desc, 5, &isnull)), recent, none);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* ---------- writing them ---------- */

/* Writes all of them by one insert, or by one update, which takes more. */
static uint64
execute_many(KeptPlan *plan, StandingWork *works, int nworks)
{
	static const Oid types[VALUES + ENGINE_PARTS] = {
		LEDGER_SCORE_TYPE, LEDGER_TIER_TYPE, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, BYTEAOID,
		BYTEAOID, BYTEAOID, BYTEAOID, BOOLOID, BOOLOID
	};
	int			ncolumns = plan->nargs - 2;
	Datum	   *columns[VALUES + ENGINE_PARTS];
	bool	   *nulls[VALUES + ENGINE_PARTS];
	Datum		values[2 + VALUES + ENGINE_PARTS];

	key_arrays(works, nworks, values);
	for (int c = 0; c < VALUES + ENGINE_PARTS; c++)
	{
		columns[c] = palloc(sizeof(Datum) * nworks);
		nulls[c] = palloc0(sizeof(bool) * nworks);
	}
	for (int i = 0; i < nworks; i++)
	{
		Datum		row[VALUES];
		bool		none[VALUES];
		bool		keeps[ENGINE_PARTS];

		standing_values(&works[i], row, none, keeps);
		for (int c = 0; c < VALUES; c++)
		{
			columns[c][i] = row[c];
			nulls[c][i] = none[c];
		}
		for (int p = 0; p < ENGINE_PARTS; p++)
		{
			columns[VALUES + p][i] = BoolGetDatum(keeps[p]);
			nulls[6 + p][i] |= keeps[p];
		}
	}
	for (int c = 0; c < ncolumns; c++)
		values[2 + c] = datum_array(columns[c], nulls[c], nworks, ledger_type(types[c]));
	return plan_execute(plan, values, NULL, PLAN_WRITE);
}

void
standings_update(StandingTable *table, StandingWork *works, int nworks)
{
	if (!table->direct && nworks > 1)
	{
		require_written("standing", CMD_UPDATE, nworks, execute_many(&update_plan, works, nworks));
		return;
	}
	for (int i = 0; i < nworks; i++)
	{
		StandingKey *key = works[i].key;
		Datum		values[S_COLUMNS + ENGINE_PARTS];
		bool		nulls[S_COLUMNS + ENGINE_PARTS] = {0};
		bool		keeps[ENGINE_PARTS];
		char		none[S_COLUMNS + ENGINE_PARTS + 1];

		standing_values(&works[i], &values[2], &nulls[2], keeps);
		direct_key(key, values);
		if (table->direct)
		{
			direct_update(&table->access, &key->tid, works[i].row, values, nulls);
			continue;
		}
		for (int p = 0; p < ENGINE_PARTS; p++)
		{
			values[S_COLUMNS + p] = BoolGetDatum(keeps[p]);
			nulls[S_SETTLED + p] |= keeps[p];
		}
		for (int c = 0; c < S_COLUMNS + ENGINE_PARTS; c++)
			none[c] = nulls[c] ? 'n' : ' ';
		none[S_COLUMNS + ENGINE_PARTS] = '\0';
		require_written("standing", CMD_UPDATE, 1,
					   plan_execute(&update_one_plan, values, none, PLAN_WRITE));
	}
}

/* Sees to it that all the accounts are there, and stay; false: that takes SQL. */
static bool
hold_accounts(StandingWork *works, int nworks)
{
	int64	   *accounts = palloc(sizeof(int64) * nworks);
	AccountHistory *histories;
	int			n = 0;
	bool		all = true;

	for (int i = 0; i < nworks; i++)
		if (!works[i].held && (n == 0 || accounts[n - 1] != works[i].key->account_id))
			accounts[n++] = works[i].key->account_id;
	if (n > 0)
	{
		histories = accounts_find(accounts, n, true);
		all = histories != NULL;
		for (int i = 0; i < n && all; i++)
			all = histories[i].exists;
	}
	pfree(accounts);
	return all;
}

void
standings_insert(StandingTable *table, StandingWork *works, int nworks, bool *inserted)
{
	int			next = 0;

	if (table->inserts && hold_accounts(works, nworks))
	{
		for (int i = 0; i < nworks; i++)
		{
			Datum		values[S_COLUMNS];
			bool		nulls[S_COLUMNS] = {0};
			bool		keeps[ENGINE_PARTS];

			CHECK_FOR_INTERRUPTS();
			direct_key(works[i].key, values);
			standing_values(&works[i], &values[2], &nulls[2], keeps);
			inserted[i] = direct_insert_unless_there(&table->access, values, nulls);
		}
		return;
	}
	execute_many(&insert_plan, works, nworks);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		int64		account_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		char	   *scheme = SPI_getvalue(tuple, desc, 2);

		/* Rows come back in the order in which they were given. */
		while (works[next].key->account_id != account_id ||
			   strcmp(works[next].key->scheme->name, scheme) != 0)
			next++;
		inserted[next++] = true;
	}
	SPI_freetuptable(SPI_tuptable);
}

bool
standing_is_there(const StandingKey *key)
{
	Datum		values[2];

	direct_key(key, values);
	return plan_execute(&there_plan, values, NULL, PLAN_LATEST) > 0;
}
