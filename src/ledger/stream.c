/*
 * stream.c
 *		The rows of many accounts from one scan of each table.
 *
 * A query for each batch would sort, or probe an index, again and again; one
 * cursor over the whole lets the planner scan and sort once.
 */
#include "postgres.h"

#include "ledger/stream.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define FETCH_ROWS 4096

void
stream_open(RowStream *stream, const char *query, int nargs, Oid *types, Datum *values)
{
	memset(stream, 0, sizeof(RowStream));
	stream->portal = SPI_cursor_open_with_args(NULL, query, nargs, types, values, NULL, true, 0);
	stream->desc = stream->portal->tupDesc;
}

void
stream_close(RowStream *stream)
{
	if (stream->table != NULL)
		SPI_freetuptable(stream->table);
	SPI_cursor_close(stream->portal);
	memset(stream, 0, sizeof(RowStream));
}

/* Is there a next row? */
static bool
stream_ahead(RowStream *stream)
{
	MemoryContext context = CurrentMemoryContext;

	if (stream->table != NULL && stream->next < stream->nfetched)
		return true;
	if (stream->done)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (stream->table != NULL)
		SPI_freetuptable(stream->table);
	SPI_cursor_fetch(stream->portal, true, FETCH_ROWS);
	MemoryContextSwitchTo(context);
	stream->table = SPI_tuptable;
	stream->nfetched = SPI_processed;
	stream->next = 0;
	stream->done = stream->nfetched < FETCH_ROWS;
	return stream->nfetched > 0;
}

static void
take(RowStream *stream, int64 last, uint64 most)
{
	uint64		max = 256;

	stream->nrows = 0;
	stream->rows = palloc(sizeof(HeapTuple) * max);
	while (stream->nrows < most && stream_ahead(stream))
	{
		HeapTuple	tuple = stream->table->vals[stream->next];
		bool		isnull;

		if (DatumGetInt64(heap_getattr(tuple, 1, stream->desc, &isnull)) > last)
			break;
		if (stream->nrows == max)
		{
			max *= 2;
			stream->rows = repalloc_huge(stream->rows, sizeof(HeapTuple) * max);
		}
		stream->rows[stream->nrows++] = heap_copytuple(tuple);
		stream->next++;
	}
}

void
stream_batch(RowStream *stream, int64 last)
{
	take(stream, last, PG_UINT64_MAX);
}

void
stream_take(RowStream *stream, int most)
{
	take(stream, PG_INT64_MAX, most);
}
