/*
 * rows.c
 *		Rows of a table, found, locked and written in whichever way it allows.
 *
 * See rows.h for the two ways.  Statements take up to a few rows one by one and
 * more as arrays.
 */
#include "postgres.h"

#include "compat.h"
#include "util.h"
#include "db/find.h"
#include "db/plan.h"
#include "db/read.h"
#include "db/rows.h"
#include "db/statement.h"
#include "db/snapshot.h"
#include "db/table.h"
#include "db/write.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Up to so many rows are written one by one. */
#define FEW_ROWS 3

/* ---------- values for statements ---------- */

/* An array of texts as a text: {"a","b"}. */
static Datum
array_as_text(Datum value)
{
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	return CStringGetTextDatum(OidOutputFunctionCall(output, value));
}

/*
 * The values of one parameter in all rows as an array.  Row r has it at
 * values[r * nparams]; nulls may be missing.
 */
static Datum
param_array(const TableStatement *statement, int param, const Datum *values, const bool *nulls,
			int nparams, int nrows)
{
	int			column = statement->params[param];
	bool		flag = (column & PARAM_STAYS) != 0;
	Oid			type = flag ? BOOLOID : statement->key.table->columns[column].type;
	Datum	   *elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (nrows + 1));
	bool	   *none = NULL;
	Datum		array;

	if (nulls != NULL)
		none = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(bool) * (nrows + 1));
	for (int r = 0; r < nrows; r++)
	{
		elements[r] = values[r * nparams];
		if (nulls != NULL)
			none[r] = nulls[r * nparams];
		if (type == TEXTARRAYOID && (nulls == NULL || !none[r]))
			elements[r] = array_as_text(elements[r]);
	}
	array = datum_array(elements, none, nrows, type == TEXTARRAYOID ? TEXTOID : ledger_type(type));
	pfree(elements);
	if (none != NULL)
		pfree(none);
	return array;
}

/* Runs a statement for many rows. */
static uint64
execute_many(TableStatement *statement, const Datum *values, const bool *nulls, int nrows,
			 PlanMode mode)
{
	int			nparams = statement->plan.nargs;
	Datum		arrays[PLAN_MAX_ARGS];

	for (int p = 0; p < nparams; p++)
		arrays[p] = param_array(statement, p, values + p, nulls == NULL ? NULL : nulls + p,
								nparams, nrows);
	return plan_execute(&statement->plan, arrays, NULL, mode);
}

/* Runs a statement for one row. */
static uint64
execute_one(TableStatement *statement, const Datum *values, const bool *nulls, PlanMode mode)
{
	int			nparams = statement->plan.nargs;
	Datum		params[PLAN_MAX_ARGS];
	char		none[PLAN_MAX_ARGS + 1];

	for (int p = 0; p < nparams; p++)
	{
		params[p] = values[p];
		none[p] = nulls != NULL && nulls[p] ? 'n' : ' ';
	}
	none[nparams] = '\0';
	return plan_execute(&statement->plan, params, none, mode);
}

/* ---------- reading ---------- */

/* Begins a search by the direct path, if the table and the caller's rights allow it. */
bool
rows_look(RowsFound *found, const RowSearch *search, const Datum *key)
{
	memset(found, 0, sizeof(RowsFound));
	if (!direct_read(&found->reader, search->table, DIRECT_AS_CALLER, key,
					 pg_popcount32(search->by)))
		return false;
	found->direct = true;
	found->row.slot = found->reader.row;
	found->row.numbers = search->table->numbers;
	return true;
}

/* The statement of a search, for one key or many. */
static TableStatement *
search_statement(const RowSearch *search, TableVerb verb, bool many)
{
	StatementKey key = {
		.table = search->table, .verb = verb, .by = search->by, .columns = search->columns,
		.many = many
	};

	return table_statement(&key);
}

/* Runs it, and takes its rows over from SPI. */
static void
run_search(RowsFound *found, const RowSearch *search, TableVerb verb, const Datum *keys, int n,
		   PlanMode mode)
{
	TableStatement *statement = search_statement(search, verb, n != 1);

	memset(found, 0, sizeof(RowsFound));
	if (n == 1)
		(void) execute_one(statement, keys, NULL, mode);
	else
		(void) execute_many(statement, keys, NULL, n, mode);
	found->tuples = SPI_tuptable;
	found->row.desc = SPI_tuptable->tupdesc;
	found->row.numbers = statement->numbers;
}

/* Begins a search by a statement. */
void
rows_select(RowsFound *found, const RowSearch *search, const Datum *keys, int n, PlanMode mode)
{
	run_search(found, search, VERB_SELECT, keys, n, mode);
}

/* Has the next row at hand in found->row. */
bool
rows_next(RowsFound *found)
{
	if (found->direct)
		return direct_read_next(&found->reader);
	if (found->next >= found->tuples->numvals)
		return false;
	found->row.tuple = found->tuples->vals[found->next++];
	return true;
}

/* Frees what the search holds. */
void
rows_end(RowsFound *found)
{
	if (found->direct)
		direct_read_end(&found->reader);
	else
		SPI_freetuptable(found->tuples);
}

/* The rows are locked by running the statement; what it gives is of no interest. */
void
rows_hold(const RowSearch *search, const Datum *keys, int n)
{
	RowsFound	found;

	run_search(&found, search, VERB_LOCK, keys, n, PLAN_FRESH);
	rows_end(&found);
}

/* ---------- opening and closing ---------- */

/* Asks for the direct path with all verbs first, then without the dispensable ones. */
void
rows_open(Rows *rows, Table *table, int verbs, int dispensable)
{
	memset(rows, 0, sizeof(Rows));
	rows->table = table;
	if (direct_open(&rows->access, table, verbs))
		rows->direct = verbs;
	else if (dispensable != 0 && direct_open(&rows->access, table, verbs & ~dispensable))
		rows->direct = verbs & ~dispensable;
}

/* Nothing goes by the direct path. */
void
rows_open_sql(Rows *rows, Table *table)
{
	memset(rows, 0, sizeof(Rows));
	rows->table = table;
}

/* Ends the search of the direct path before its snapshot goes. */
void
rows_close(Rows *rows)
{
	if (rows->direct == 0)
		return;
	direct_stop(&rows->access);
	if (rows->snapshot != NULL)
		snapshot_pop();
	direct_close(&rows->access);
}

/* It is taken once, and stays the active one until rows_close(). */
Snapshot
rows_snapshot(Rows *rows)
{
	if (rows->snapshot == NULL)
		rows->snapshot = snapshot_push();
	return rows->snapshot;
}

/* ---------- writing ---------- */

/*
 * Puts a row into the queue of a statement; which values that takes is the same
 * for one row and for many.
 */
static void
enqueue(Rows *rows, RowQueue *queue, TableVerb verb, const Datum *values, const bool *nulls,
		uint32 stays)
{
	StatementKey key = {.table = rows->table, .verb = verb, .by = queue->by, .many = false};
	const TableStatement *statement = table_statement(&key);
	int			nparams = statement->plan.nargs;
	int			first = queue->nrows * nparams;

	queue->nparams = nparams;
	array_reserve(queue->values, queue->maxvalues, first + nparams);
	array_reserve(queue->nulls, queue->maxnulls, first + nparams);
	for (int p = 0; p < nparams; p++)
	{
		int			column = statement->params[p] & ~PARAM_STAYS;
		bool		stays_it = (stays & COLUMN_BIT(column)) != 0;

		if (statement->params[p] != column)
		{
			queue->values[first + p] = BoolGetDatum(stays_it);
			queue->nulls[first + p] = false;
			continue;
		}
		queue->values[first + p] = values[column];
		queue->nulls[first + p] = stays_it || (nulls != NULL && nulls[column]);
	}
	queue->nrows++;
}

/* Are two values of a column of the key, which is a bigint or a text, the same? */
static bool
same_value(const Table *table, int column, Datum a, Datum b)
{
	if (table->columns[column].type == TEXTOID)
		return text_equal(DatumGetTextPP(a), DatumGetTextPP(b));
	return DatumGetInt64(a) == DatumGetInt64(b);
}

/*
 * Says of the rows from one on which ones a statement has inserted: it gives
 * their keys, in the order in which they went in.
 */
static void
note_inserted(const RowQueue *queue, const Table *table, int row)
{
	SPITupleTable *tuples = SPI_tuptable;

	for (uint64 i = 0; i < tuples->numvals; i++)
	{
		bool		same = false;

		while (!same)
		{
			const Datum *values = &queue->values[row * queue->nparams];

			same = true;
			for (int k = 0; k < table->nkeys && same; k++)
			{
				bool		isnull;
				Datum		value = SPI_getbinval(tuples->vals[i], tuples->tupdesc, k + 1, &isnull);

				same = same_value(table, k, value, values[k]);
			}
			if (!same && ++row == queue->nrows)
				elog(ERROR, "a row that nobody inserted came back from governance.%s", table->name);
		}
		*queue->results[row++] = true;
	}
	SPI_freetuptable(tuples);
}

/*
 * Sees to a queue, and empties it.  Its memory goes, too: the context that it is
 * in may be reset before the next row comes.
 */
static void
flush_queue(Rows *rows, RowQueue *queue, TableVerb verb, CmdType command)
{
	bool		many = queue->nrows > FEW_ROWS;
	StatementKey key = {.table = rows->table, .verb = verb, .by = queue->by, .many = many};
	TableStatement *statement;
	uint64		written = 0;

	if (queue->nrows == 0)
		return;
	statement = table_statement(&key);
	for (int r = 0; r < (many ? 1 : queue->nrows); r++)
	{
		if (many)
			written = execute_many(statement, queue->values, queue->nulls, queue->nrows, PLAN_WRITE);
		else
			written += execute_one(statement, queue->values + r * queue->nparams,
								   queue->nulls + r * queue->nparams, PLAN_WRITE);
		if (verb == VERB_INSERT_UNLESS)
			note_inserted(queue, rows->table, r);
	}
	require_written(rows->table->name, command, queue->wanted, written);
	pfree(queue->values);
	pfree(queue->nulls);
	if (queue->results != NULL)
		pfree(queue->results);
	memset(queue, 0, sizeof(RowQueue));
}

/* Directly, or into the queue. */
void
rows_insert(Rows *rows, const Datum *values, const bool *nulls)
{
	if ((rows->direct & TABLE_INSERT) != 0)
	{
		direct_insert(&rows->access, values, nulls);
		return;
	}
	enqueue(rows, &rows->inserts, VERB_INSERT, values, nulls, 0);
	rows->inserts.wanted++;
}

/* Directly, which says at once whether it is there, or into the queue. */
void
rows_insert_unless(Rows *rows, const Datum *values, const bool *nulls, bool *inserted)
{
	RowQueue   *queue = &rows->inserts_unless;

	if ((rows->direct & TABLE_INSERT_UNLESS) != 0)
	{
		*inserted = direct_insert_unless_there(&rows->access, values, nulls);
		return;
	}
	array_reserve(queue->results, queue->maxresults, queue->nrows + 1);
	queue->results[queue->nrows] = inserted;
	enqueue(rows, queue, VERB_INSERT_UNLESS, values, nulls, 0);
}

/*
 * Finds the row and compares what may change bit by bit, as a statement compares
 * it by value: what differs in its bits only is written once more.
 */
static void
update_direct(Rows *rows, const Datum *values, const bool *nulls)
{
	const Table *table = rows->table;
	DirectAccess *access = &rows->access;
	TupleDesc	desc = RelationGetDescr(access->rel);
	Datum		row[TABLE_MAX_COLUMNS];
	bool		none[TABLE_MAX_COLUMNS];
	ItemPointerData tid;
	bool		same = true;

	direct_find(access, rows_snapshot(rows), values, table->nkeys);
	if (!direct_next(access))
		return;
	for (int c = 0; c < table->ncolumns; c++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, table->numbers[c] - 1);
		bool		becomes_null = nulls != NULL && nulls[c];

		row[c] = direct_get(access, c, &none[c]);
		if (c < table->nkeys || (table->columns[c].flags & COLUMN_FIXED) != 0)
			continue;
		same = same && none[c] == becomes_null &&
			(none[c] || datum_image_eq(row[c], values[c], attribute->attbyval, attribute->attlen));
		row[c] = values[c];
		none[c] = becomes_null;
	}
	if (same)
		return;
	tid = access->row->tts_tid;
	direct_update(access, &tid, direct_keep(access), row, none);
}

/* Directly, or into the queue. */
void
rows_update(Rows *rows, const Datum *values, const bool *nulls)
{
	if ((rows->direct & TABLE_UPDATE) != 0)
		update_direct(rows, values, nulls);
	else
		enqueue(rows, &rows->updates, VERB_UPDATE, values, nulls, 0);
}

/*
 * Directly, where a column that stays is given as it was read, so that what lies
 * out of line stays where it is, or into the queue.
 */
void
rows_rewrite(Rows *rows, RowHandle *handle, const Datum *values, const bool *nulls, uint32 stays)
{
	if ((rows->direct & TABLE_UPDATE) != 0)
	{
		direct_update(&rows->access, &handle->tid, handle->row, values, nulls);
		return;
	}
	enqueue(rows, &rows->rewrites, VERB_REWRITE, values, nulls, stays);
	rows->rewrites.wanted++;
}

/* The direct path deletes rows that it has found (direct_delete()), not by values. */
void
rows_delete(Rows *rows, uint32 by, const Datum *values, uint64 there)
{
	Assert(rows->deletes.nrows == 0 || rows->deletes.by == by);
	rows->deletes.by = by;
	enqueue(rows, &rows->deletes, VERB_DELETE, values, NULL, 0);
	rows->deletes.wanted += there;
}

/* What goes makes room for what comes. */
void
rows_flush(Rows *rows)
{
	if (rows->direct != 0)
		direct_flush(&rows->access);
	flush_queue(rows, &rows->deletes, VERB_DELETE, CMD_DELETE);
	flush_queue(rows, &rows->updates, VERB_UPDATE, CMD_UPDATE);
	flush_queue(rows, &rows->rewrites, VERB_REWRITE, CMD_UPDATE);
	flush_queue(rows, &rows->inserts, VERB_INSERT, CMD_INSERT);
	flush_queue(rows, &rows->inserts_unless, VERB_INSERT_UNLESS, CMD_INSERT);
}

/* ---------- locking ---------- */

/*
 * By the direct path, unless the snapshot is one of the whole transaction, which
 * does not show what others have committed since.
 */
void
rows_probe(Rows *rows, const Datum *keys, RowHandle *const *handles, int n, bool *missing)
{
	const Table *table = rows->table;

	if ((rows->direct & TABLE_FIND) != 0 && !IsolationUsesXactSnapshot())
	{
		Snapshot	snapshot = rows_snapshot(rows);

		for (int i = 0; i < n; i++)
		{
			direct_find(&rows->access, snapshot, keys + i * table->nkeys, table->nkeys);
			missing[i] = !direct_next(&rows->access);
			if (!missing[i])
				handles[i]->tid = rows->access.row->tts_tid;
		}
	}
	else
	{
		StatementKey key = {.table = table, .verb = VERB_PROBE, .many = true};
		uint64		nrows = execute_many(table_statement(&key), keys, NULL, n, PLAN_LATEST);

		for (uint64 r = 0; r < nrows; r++)
		{
			bool		isnull;
			Datum		number = SPI_getbinval(SPI_tuptable->vals[r], SPI_tuptable->tupdesc, 1, &isnull);

			missing[DatumGetInt64(number) - 1] = true;
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/* A statement locks all of them at once, the direct path each when it is asked for. */
void
rows_lock(Rows *rows, const RowSearch *search, const Datum *keys, RowHandle *const *handles, int n)
{
	rows->search = search;
	rows->keys = keys;
	rows->handles = handles;
	rows->nkeys = n;
	rows->next_key = 0;
	if (rows->direct == 0)
		run_search(&rows->locked, search, VERB_LOCK, keys, n, PLAN_WRITE);
}

/*
 * Locks a row by its key.  One that was found when all keys were looked for
 * cannot have been cleared away while that snapshot lasts: from there the way
 * leads to its last version.
 */
static bool
lock_direct(Rows *rows, const Datum *key, RowHandle *handle)
{
	DirectAccess *access = &rows->access;
	bool		locked;

	if (ItemPointerIsValid(&handle->tid))
		locked = direct_lock(access, &handle->tid, rows->snapshot, LockTupleNoKeyExclusive);
	else
	{
		Snapshot	snapshot;
		DirectTurn	turn;

		direct_turn_begin(access, key, &turn);
		snapshot = snapshot_push();
		direct_find(access, snapshot, key, rows->table->nkeys);
		locked = direct_next(access);
		if (locked)
		{
			handle->tid = access->row->tts_tid;
			locked = direct_lock(access, &handle->tid, snapshot, LockTupleNoKeyExclusive);
		}
		direct_stop(access);
		snapshot_pop();
		direct_turn_end(&turn);
	}
	if (!locked)
	{
		ItemPointerSetInvalid(&handle->tid);
		return false;
	}
	handle->tid = access->row->tts_tid;
	handle->row = direct_keep(access);
	return true;
}

/* Does a row of a statement have the key? */
static bool
has_key(const FoundRow *row, const Table *table, const Datum *key)
{
	for (int k = 0; k < table->nkeys; k++)
	{
		bool		isnull;
		Datum		value = row_get(row, k, &isnull);

		if (!same_value(table, k, value, key[k]))
			return false;
	}
	return true;
}

/* Keys and rows are both in order: the key of a row is the next that matches. */
int
rows_lock_next(Rows *rows, FoundRow *row)
{
	const Table *table = rows->table;

	if (rows->direct != 0)
	{
		if (rows->next_key > 0 && rows->access.row != NULL)
			ExecClearTuple(rows->access.row);
		while (rows->next_key < rows->nkeys)
		{
			int			i = rows->next_key++;

			if (!lock_direct(rows, rows->keys + i * table->nkeys, rows->handles[i]))
				continue;
			memset(row, 0, sizeof(FoundRow));
			row->slot = rows->access.row;
			row->numbers = table->numbers;
			return i;
		}
		return -1;
	}
	if (rows_next(&rows->locked))
	{
		*row = rows->locked.row;
		while (rows->next_key < rows->nkeys &&
			   !has_key(row, table, rows->keys + rows->next_key * table->nkeys))
			rows->next_key++;
		if (rows->next_key == rows->nkeys)
			elog(ERROR, "a row that nobody asked for was locked in governance.%s", table->name);
		return rows->next_key++;
	}
	rows_end(&rows->locked);
	return -1;
}
