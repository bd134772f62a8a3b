/*
 * standing_row.c
 *		The rows of governance.standing: how a state becomes a row and comes back.
 *		Which way rows take, and by which statements, is up to db/rows.h.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/owner.h"
#include "db/rows.h"
#include "db/table.h"
#include "engine/engine.h"
#include "ledger/account_row.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/recent.h"
#include "ledger/shown.h"
#include "ledger/standing_key.h"
#include "ledger/standing_row.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/timestamp.h"

enum
{
	S_ACCOUNT, S_SCHEME, S_SCORE, S_TIER, S_AS_OF, S_KNOWN_AT, S_POLICY, S_WITHHOLDS, S_NEXT_DUE,
	S_STATE, S_SETTLED, S_SETTLING, S_RECENT, S_EDITION,
	S_COLUMNS
};

static const ColumnSpec standing_columns[S_COLUMNS] = {
	{"account_id", INT8OID}, {"scheme", TEXTOID}, {"score", LEDGER_SCORE_TYPE},
	{"tier", LEDGER_TIER_TYPE}, {"as_of", TIMESTAMPTZOID}, {"known_at", TIMESTAMPTZOID},
	{"policy_id", INT8OID}, {"withholds", TEXTARRAYOID}, {"next_due", TIMESTAMPTZOID},
	{"state", BYTEAOID}, {"settled", BYTEAOID, COLUMN_MAY_STAY},
	{"settling", BYTEAOID, COLUMN_MAY_STAY}, {"recent", BYTEAOID}, {"edition", INT8OID}
};

Table standing_table = {
	.name = "standing", .ncolumns = S_COLUMNS, .columns = standing_columns, .nkeys = 2,
	.parent = &account_table
};

/* The columns of the key. */
#define OF_KEY (COLUMN_BIT(S_ACCOUNT) | COLUMN_BIT(S_SCHEME))

/* Those that a state is restored from, and that say whether it still holds. */
#define STATE_COLUMNS \
	(COLUMN_BIT(S_STATE) | COLUMN_BIT(S_AS_OF) | COLUMN_BIT(S_KNOWN_AT) | \
	 COLUMN_BIT(S_POLICY) | COLUMN_BIT(S_EDITION) | \
	 COLUMN_BIT(S_SETTLED) | COLUMN_BIT(S_SETTLING))

/* One standing, as it is for whoever may see it. */
static const RowSearch state_search = {
	.table = &standing_table, .by = OF_KEY, .columns = STATE_COLUMNS
};

/* Standings that are about to be changed. */
static const RowSearch change_search = {
	.table = &standing_table, .by = OF_KEY, .columns = STATE_COLUMNS | COLUMN_BIT(S_RECENT) | COLUMN_BIT(S_NEXT_DUE)
};

/* Is it there at all? */
static const RowSearch key_search = {.table = &standing_table, .by = OF_KEY};

/* ---------- values and columns ---------- */

/* The columns of a key. */
static void
key_values(const StandingKey *key, Datum *values)
{
	values[S_ACCOUNT] = Int64GetDatum(key->account_id);
	values[S_SCHEME] = PointerGetDatum(key->scheme->text);
}

/*
 * The row of a standing: values and nulls are for S_COLUMNS.  The parts of the
 * state and what is recent are null where there is none; *stays says which parts
 * are those that the row has.
 */
static void
standing_values(const StandingWork *work, Datum *values, bool *nulls, uint32 *stays)
{
	bytea	   *recent = NULL;
	EngineState *state = work->state;
	const void *parts[ENGINE_PARTS];
	const Policy *policy = rulebook_policy(state->policy_id);
	TimestampTz known_at = Max(work->known_at, state->last_decided);
	Shown		shown;

	state_shown(work->key->scheme, state, known_at, &shown);
	memset(nulls, 0, sizeof(bool) * S_COLUMNS);
	key_values(work->key, values);
	values[S_SCORE] = CreditScoreGetDatum(credit_score_make(shown.score, shown.cap));
	values[S_TIER] = CharGetDatum((char) shown.tier);
	values[S_AS_OF] = TimestampTzGetDatum(state->as_of);
	values[S_KNOWN_AT] = TimestampTzGetDatum(known_at);
	values[S_POLICY] = Int64GetDatum(state->policy_id);
	values[S_WITHHOLDS] = shown.withholds;
	nulls[S_WITHHOLDS] = shown.withholds == (Datum) 0;
	values[S_NEXT_DUE] = TimestampTzGetDatum(shown.next_due);
	if (work->recent != NULL)
		recent = recent_write(work->recent, state, work->replayed);
	values[S_STATE] = PointerGetDatum(engine_store(policy, state, &engine_limits, parts));
	*stays = 0;
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		values[S_SETTLED + p] = PointerGetDatum(parts[p]);
		nulls[S_SETTLED + p] = parts[p] == NULL;
		if (parts[p] == work->parts[p])
			*stays |= COLUMN_BIT(S_SETTLED + p);
	}
	values[S_EDITION] = Int64GetDatum(edition_number(&work->key->scheme->editions));
	values[S_RECENT] = PointerGetDatum(recent);
	nulls[S_RECENT] = recent == NULL;
}

/* The parts of a state as they are stored, mostly out of line; null: there is none. */
static void
row_parts(const FoundRow *row, const void **parts)
{
	for (int p = 0; p < ENGINE_PARTS; p++)
	{
		bool		isnull;
		Datum		value = row_get(row, S_SETTLED + p, &isnull);

		parts[p] = isnull ? NULL : DatumGetPointer(datumCopy(value, false, -1));
	}
}

/* ---------- reading for a caller ---------- */

/* Raises ERRCODE_DATA_CORRUPTED when it is damaged. */
EngineState *
standing_state(Datum state, const void *const *parts, int64 policy_id)
{
	return engine_restore(rulebook_policy(policy_id), DatumGetByteaPP(state), parts);
}

/*
 * A standing in a row of state_search, in the current context.  What is stale is
 * of rules that are no longer so, and nothing is made of it.
 */
static StoredStanding *
stored_standing(Scheme *scheme, const FoundRow *row)
{
	StoredStanding *standing = palloc0(sizeof(StoredStanding));
	const void *parts[ENGINE_PARTS];
	bool		isnull;

	standing->known_at = row_instant(row, S_KNOWN_AT);
	standing->as_of = row_instant(row, S_AS_OF);
	standing->policy_id = row_int8(row, S_POLICY);
	standing->edition = row_int8(row, S_EDITION);
	if (edition_is_stale(&scheme->editions, standing->edition, standing->as_of))
		return standing;
	row_parts(row, parts);
	standing->state = standing_state(row_get(row, S_STATE, &isnull), parts, standing->policy_id);
	return standing;
}

/* The row at hand of a reader, as one that was found. */
static FoundRow
found_row(const DirectReader *reader)
{
	FoundRow	row = {.numbers = reader->table->numbers, .slot = reader->row};

	return row;
}

/* The columns in front of the state: what lies behind is not taken apart. */
void
standing_row_shown(const DirectReader *reader, ShownRow *shown)
{
	FoundRow	row = found_row(reader);
	bool		isnull;

	shown->scheme = row_text(&row, S_SCHEME);
	shown->policy_id = row_int8(&row, S_POLICY);
	shown->edition = row_int8(&row, S_EDITION);
	shown->as_of = row_instant(&row, S_AS_OF);
	shown->known_at = row_instant(&row, S_KNOWN_AT);
	shown->next_due = row_instant(&row, S_NEXT_DUE);
	shown->withholds = row_get(&row, S_WITHHOLDS, &isnull);
	if (isnull)
		shown->withholds = (Datum) 0;
}

/* The whole of it, in the current context. */
StoredStanding *
standing_row_stored(const DirectReader *reader, Scheme *scheme)
{
	FoundRow	row = found_row(reader);

	return stored_standing(scheme, &row);
}

/* By the direct path only; false when that takes SQL. */
bool
standing_probe(int64 account_id, Scheme *scheme, StoredStanding **standing)
{
	RowsFound	found;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(scheme->text)};

	*standing = NULL;
	if (!rows_look(&found, &state_search, key))
		return false;
	if (rows_next(&found))
		*standing = stored_standing(scheme, &found.row);
	rows_end(&found);
	return true;
}

/* Either way. */
StoredStanding *
standing_read(int64 account_id, Scheme *scheme)
{
	StoredStanding *standing = NULL;
	RowsFound	found;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(scheme->text)};

	if (standing_probe(account_id, scheme, &standing))
		return standing;
	rows_select(&found, &state_search, key, 1, PLAN_READ);
	if (rows_next(&found))
		standing = stored_standing(scheme, &found.row);
	rows_end(&found);
	return standing;
}

/* Connects to SPI itself where that takes a statement. */
void
standing_parts(int64 account_id, Scheme *scheme, const void **parts)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext own;
	RowsFound	found;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(scheme->text)};
	bool		connects;

	memset(parts, 0, sizeof(void *) * ENGINE_PARTS);
	connects = !rows_look(&found, &state_search, key);
	if (connects)
	{
		ledger_read_enter();
		rows_select(&found, &state_search, key, 1, PLAN_READ);
	}
	if (rows_next(&found))
	{
		own = MemoryContextSwitchTo(context);
		row_parts(&found.row, parts);
		MemoryContextSwitchTo(own);
	}
	rows_end(&found);
	if (connects)
		ledger_read_leave();
	MemoryContextSwitchTo(context);
}

/* ---------- the table, for one statement ---------- */

/* Rows may be found and changed directly where new ones take a statement. */
void
standing_table_open(StandingTable *table)
{
	rows_open(table, &standing_table, TABLE_FIND | TABLE_UPDATE | TABLE_INSERT_UNLESS,
			  TABLE_INSERT_UNLESS);
}

/* Ends it, and the search that may be at work. */
void
standing_table_close(StandingTable *table)
{
	rows_close(table);
}

/* The keys of n standings, one after the other, in the current context. */
static Datum *
key_list(StandingKey *const *keys, int n)
{
	Datum	   *values = palloc(sizeof(Datum) * 2 * Max(n, 1));

	for (int i = 0; i < n; i++)
		key_values(keys[i], values + 2 * i);
	return values;
}

/* ---------- finding and locking ---------- */

/*
 * A damaged state is no reason to stop where the whole history is folded anew:
 * all that is taken from the old one is how far it had come.
 */
static EngineState *
state_to_replace(const StandingKey *key, Datum bytes, const void *const *parts, int64 policy_id,
				 bool anew)
{
	char	   *why = NULL;
	const Policy *policy;
	EngineState *state = NULL;

	policy = rulebook_policy_or_null(policy_id, &why);
	if (policy != NULL)
		state = engine_restore_or_null(policy, DatumGetByteaPP(bytes), parts, false, &why);
	if (state == NULL && anew)
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

/* Takes up a standing in a row of change_search. */
static void
take_row(StandingWork *work, const FoundRow *row)
{
	bool		isnull;
	bool		none;
	Datum		state = row_get(row, S_STATE, &isnull);
	Datum		recent = row_get(row, S_RECENT, &none);

	row_parts(row, work->parts);
	work->known_at = row_instant(row, S_KNOWN_AT);
	work->seen = row_instant(row, S_AS_OF);
	work->edition = row_int8(row, S_EDITION);
	work->next_due = row_instant(row, S_NEXT_DUE);
	work->stale = edition_waits(&work->key->scheme->editions, work->edition, work->seen);
	work->state = state_to_replace(work->key, state, work->parts, row_int8(row, S_POLICY),
								   work->key->replay || work->stale);
	work->key->done = true;
	if (!none && !work->stale)
		work->recent_bytes = DatumGetByteaPCopy(recent);
}

/* Where a row is stays in its key, for standings_lock(). */
void
standings_probe(StandingTable *table, StandingKey **keys, int nkeys, bool *missing)
{
	RowHandle **handles = palloc(sizeof(RowHandle *) * Max(nkeys, 1));

	for (int i = 0; i < nkeys; i++)
		handles[i] = &keys[i]->row;
	rows_probe(table, key_list(keys, nkeys), handles, nkeys, missing);
}

/* In key order; what is not there is left as it is. */
void
standings_lock(StandingTable *table, StandingWork *works, int nworks)
{
	Datum	   *keys = palloc(sizeof(Datum) * 2 * nworks);
	RowHandle **handles = palloc(sizeof(RowHandle *) * nworks);
	FoundRow	row;
	int			i;

	for (i = 0; i < nworks; i++)
	{
		key_values(works[i].key, keys + 2 * i);
		handles[i] = &works[i].key->row;
	}
	rows_lock(table, &change_search, keys, handles, nworks);
	while ((i = rows_lock_next(table, &row)) >= 0)
		take_row(&works[i], &row);
}

/* ---------- writing ---------- */

/* Each has been locked, so each is written, whatever it was. */
void
standings_update(StandingTable *table, StandingWork *works, int nworks)
{
	for (int i = 0; i < nworks; i++)
	{
		Datum		values[S_COLUMNS];
		bool		nulls[S_COLUMNS];
		uint32		stays;

		standing_values(&works[i], values, nulls, &stays);
		rows_rewrite(table, &works[i].key->row, values, nulls, stays);
	}
	rows_flush(table);
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

/*
 * By the direct path only for accounts that are known to stay, which is what the
 * foreign key asks for (standing_table.parent).
 */
void
standings_insert(StandingTable *table, StandingWork *works, int nworks, bool *inserted)
{
	Rows		by_sql;
	Rows	   *rows = table;

	if ((table->direct & TABLE_INSERT_UNLESS) == 0 || !hold_accounts(works, nworks))
	{
		rows_open_sql(&by_sql, &standing_table);
		rows = &by_sql;
	}
	for (int i = 0; i < nworks; i++)
	{
		Datum		values[S_COLUMNS];
		bool		nulls[S_COLUMNS];
		uint32		stays;

		CHECK_FOR_INTERRUPTS();
		standing_values(&works[i], values, nulls, &stays);
		rows_insert_unless(rows, values, nulls, &inserted[i]);
	}
	rows_flush(rows);
}

/* For standings that could not be locked. */
bool
standing_is_there(const StandingKey *key)
{
	RowsFound	found;
	Datum		values[2];
	bool		there;

	key_values(key, values);
	rows_select(&found, &key_search, values, 1, PLAN_LATEST);
	there = rows_next(&found);
	rows_end(&found);
	return there;
}

/*
 * Duplicates do no harm.  By a statement, which sorts them: who calls this has
 * them in no order.
 */
void
standings_hold(const int64 *accounts, text *const *schemes, int n)
{
	Datum	   *keys;

	if (n == 0)
		return;
	keys = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * 2 * n);
	for (int i = 0; i < n; i++)
	{
		keys[2 * i] = Int64GetDatum(accounts[i]);
		keys[2 * i + 1] = PointerGetDatum(schemes[i]);
	}
	rows_hold(&key_search, keys, n);
	pfree(keys);
}
