/*
 * stream.c
 *		The rows of many accounts from one scan of each table.
 *
 * A query for each batch of accounts would sort, or probe an index, again and
 * again; one portal over the whole lets the planner scan and sort once, within
 * work_mem.  Rows come out of it some at a time, into a buffer that is used
 * over and over: nothing is allocated by row.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/slot.h"
#include "db/stream.h"
#include "db/report.h"
#include "util.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/* How much is fetched at a time, about. */
#define FETCH_BYTES (256 * 1024)
#define FETCH_ROWS 4096

/* ---------- words ---------- */

typedef struct Word
{
	uint32		hash;
	uint32		len;
	char	   *text;			/* null: the place is free */
} Word;

struct WordPool
{
	MemoryContext context;
	uint32		nwords;
	uint32		size;			/* a power of two */
	Word	   *words;
};

/* An empty pool in the current context, where all its words will be. */
WordPool *
word_pool_create(void)
{
	WordPool	   *names = palloc(sizeof(WordPool));

	names->context = CurrentMemoryContext;
	names->nwords = 0;
	names->size = 64;
	names->words = palloc0(sizeof(Word) * names->size);
	return names;
}

/* Where a word is or would be. */
static Word *
find_word(const WordPool *names, uint32 hash, const char *word, uint32 len)
{
	uint32		at = hash & (names->size - 1);

	while (names->words[at].text != NULL &&
		   (names->words[at].hash != hash || names->words[at].len != len ||
			memcmp(names->words[at].text, word, len) != 0))
		at = (at + 1) & (names->size - 1);
	return &names->words[at];
}

/* A hash table with open addressing, at most half full. */
const char *
word_pool_get(WordPool *names, const text *word)
{
	uint32		len = VARSIZE_ANY_EXHDR(word);
	uint32		hash = hash_bytes((const unsigned char *) VARDATA_ANY(word), len);
	Word	   *found = find_word(names, hash, VARDATA_ANY(word), len);

	if (found->text != NULL)
		return found->text;
	if (names->nwords * 2 >= names->size)
	{
		WordPool	grown = {.context = names->context, .size = names->size * 2};

		grown.words = MemoryContextAllocExtended(names->context, sizeof(Word) * grown.size,
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		for (uint32 i = 0; i < names->size; i++)
		{
			const Word *w = &names->words[i];

			if (w->text != NULL)
				*find_word(&grown, w->hash, w->text, w->len) = *w;
		}
		pfree(names->words);
		names->words = grown.words;
		names->size = grown.size;
		found = find_word(names, hash, VARDATA_ANY(word), len);
	}
	found->hash = hash;
	found->len = len;
	found->text = MemoryContextAlloc(names->context, len + 1);
	memcpy(found->text, VARDATA_ANY(word), len);
	found->text[len] = '\0';
	names->nwords++;
	return found->text;
}

/* ---------- rows ---------- */

typedef struct RowReceiver
{
	DestReceiver pub;
	RowStream  *stream;
} RowReceiver;

/* There is nothing to prepare. */
static void
receive_start(DestReceiver *self, int operation, TupleDesc desc)
{
}

/* Nor to clear away. */
static void
receive_end(DestReceiver *self)
{
}

/* Takes up a row as it comes out of the query. */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowStream  *stream = ((RowReceiver *) self)->stream;
	bool		own;
	MinimalTuple tuple = ExecFetchSlotMinimalTuple(slot, &own);
	Size		length = MAXALIGN(tuple->t_len);

	array_reserve(stream->rows, stream->maxrows, stream->nrows + 1);
	if (stream->size - stream->used < length)
	{
		stream->size = Max(stream->size * 2, stream->used + length);
		stream->buffer = repalloc_huge(stream->buffer, stream->size);
	}
	stream->rows[stream->nrows++] = stream->used;
	memcpy(stream->buffer + stream->used, tuple, tuple->t_len);
	stream->used += length;
	if (own)
		heap_free_minimal_tuple(tuple);
	return true;
}

/* Fills the buffer anew; false at the end. */
static bool
fetch_rows(RowStream *stream)
{
	RowReceiver receiver = {
		.pub = {receive_row, receive_start, receive_end, receive_end, DestNone},
		.stream = stream
	};

	if (stream->done)
		return false;
	CHECK_FOR_INTERRUPTS();
	stream->next = stream->nrows = 0;
	stream->used = 0;
	PortalRunFetch(stream->portal, FETCH_FORWARD, (long) stream->fetch, &receiver.pub);
	stream->done = stream->nrows < stream->fetch;
	if (stream->nrows == 0)
		return false;

	/* So that wide rows do not come in such numbers that they fill memory. */
	stream->fetch = FETCH_BYTES / Max(stream->used / stream->nrows, 1);
	stream->fetch = Max(Min(stream->fetch, FETCH_ROWS), 1);
	if (stream->size > 4 * FETCH_BYTES && stream->used <= FETCH_BYTES)
	{
		stream->size = FETCH_BYTES;
		stream->buffer = repalloc_huge(stream->buffer, stream->size);
	}
	return true;
}

/* When the buffer is used up, the next rows are fetched. */
void
stream_next(RowStream *stream)
{
	HeapTupleData tuple;
	MinimalTuple row;

	if (stream->next >= stream->nrows && !fetch_rows(stream))
	{
		stream->ahead = false;
		return;
	}
	row = (MinimalTuple) (stream->buffer + stream->rows[stream->next++]);
	tuple.t_len = row->t_len + MINIMAL_TUPLE_OFFSET;
	tuple.t_data = (HeapTupleHeader) ((char *) row - MINIMAL_TUPLE_OFFSET);
	heap_deform_tuple(&tuple, stream->desc, stream->all_values, stream->all_nulls);
	for (int i = 0; i < stream->ncolumns; i++)
	{
		stream->values[i] = stream->all_values[stream->columns[i]];
		stream->nulls[i] = stream->all_nulls[stream->columns[i]];
	}
	stream->account_id = DatumGetInt64(stream->values[0]);
	stream->ahead = true;
}

/*
 * Opens a portal that sorts what it reads from end to end.  An index would bring
 * the order along, and a probe of the table for each row, which is twice as slow
 * as sorting even where all of it is in memory.
 */
static Portal
open_portal(const char *query, int nargs, Oid *types, Datum *values)
{
	static const char *const off[] = {"enable_indexscan", "enable_indexonlyscan"};
	int			level = NewGUCNestLevel();
	OwnStatement own;
	Portal		portal;

	for (size_t i = 0; i < lengthof(off); i++)
		(void) set_config_option(off[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
	own_statement_begin(&own);
	portal = SPI_cursor_open_with_args(NULL, query, nargs, types, values, NULL, true, 0);
	own_statement_end(&own);
	AtEOXact_GUC(true, level);
	return portal;
}

/* The first fetch is a small one: many streams have few rows. */
void
stream_open_columns(RowStream *stream, const char *query, int nargs, Oid *types, Datum *values,
					const ColumnSpec *columns, int ncolumns)
{
	MemoryContext old;
	int			natts;

	memset(stream, 0, sizeof(RowStream));
	stream->portal = open_portal(query, nargs, types, values);
	stream->desc = stream->portal->tupDesc;
	stream->context = AllocSetContextCreate(CurrentMemoryContext, "governance stream",
											ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(stream->context);
	natts = stream->desc->natts;
	stream->maxrows = 64;
	stream->rows = palloc(sizeof(Size) * stream->maxrows);
	stream->size = 8 * 1024;
	stream->buffer = palloc(stream->size);
	stream->values = stream->all_values = palloc(sizeof(Datum) * natts);
	stream->nulls = stream->all_nulls = palloc(sizeof(bool) * natts);
	if (ncolumns > 0)
	{
		stream->values = palloc(sizeof(Datum) * ncolumns);
		stream->nulls = palloc(sizeof(bool) * ncolumns);
		stream->columns = palloc(sizeof(int) * ncolumns);
		stream->ncolumns = ncolumns;
	}
	for (int i = 0; i < ncolumns; i++)
	{
		stream->columns[i] = SPI_fnumber(stream->desc, columns[i].name) - 1;
		if (stream->columns[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" does not exist", columns[i].name),
					 errdetail_version(), errhint_version(),
					 errcontext("SQL statement \"%s\"", query)));
	}
	MemoryContextSwitchTo(old);
	stream->fetch = 64;
	stream_next(stream);
}

/* All columns of the query, in its order. */
void
stream_open(RowStream *stream, const char *query, int nargs, Oid *types, Datum *values)
{
	stream_open_columns(stream, query, nargs, types, values, NULL, 0);
}

/* The portal goes, and with the context all rows. */
void
stream_close(RowStream *stream)
{
	SPI_cursor_close(stream->portal);
	MemoryContextDelete(stream->context);
	memset(stream, 0, sizeof(RowStream));
}
