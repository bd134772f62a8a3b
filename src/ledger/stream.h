/*
 * stream.h
 *		The rows of many accounts, in order of accounts, from one scan of each
 *		table: for what goes over the whole ledger.
 *
 * A batch is what belongs to so many accounts; its rows live in the memory
 * context in which it was asked for.
 */
#ifndef GOVERNANCE_LEDGER_STREAM_H
#define GOVERNANCE_LEDGER_STREAM_H

#include "ledger/ledger.h"

#include "utils/portal.h"

/* The rows of one query whose first column is the account, which orders them. */
typedef struct RowStream
{
	Portal		portal;
	SPITupleTable *table;		/* fetched and not handed out yet */
	uint64		next;
	uint64		nfetched;
	bool		done;

	/* the batch at hand */
	uint64		nrows;
	HeapTuple  *rows;
	TupleDesc	desc;
} RowStream;

/* Between SPI_connect() and SPI_finish(); all see the active snapshot. */
extern void stream_open(RowStream *stream, const char *query, int nargs, Oid *types,
						Datum *values);
extern void stream_close(RowStream *stream);

/* Makes the batch what belongs to accounts up to this one, or so many rows. */
extern void stream_batch(RowStream *stream, int64 last);
extern void stream_take(RowStream *stream, int most);

/* The histories of accounts from one to another, in order. */
typedef struct HistoryStream
{
	RowStream	accounts;
	RowStream	attributes;
	RowStream	violations;
	RowStream	activities;
	RowStream	revisions;
} HistoryStream;

/* scheme: only accounts with a standing under it, and violations of it; null:
 * all. */
extern void history_stream_open(HistoryStream *stream, int64 first, int64 last,
								const char *scheme);
extern void history_stream_close(HistoryStream *stream);

/* The next so many histories, in the current memory context; how many there
 * were left: 0 at the end. */
extern AccountHistory *history_stream_next(HistoryStream *stream, int most, int *n);

#endif							/* GOVERNANCE_LEDGER_STREAM_H */
