/*
 * stream.h
 *		The rows of many accounts, in order of accounts, from one scan of each
 *		table: for what goes over the whole ledger.
 *
 * One row is at hand at a time.  What it holds is there until the next one is
 * asked for; whoever wants to keep something copies it.
 */
#ifndef GOVERNANCE_DB_STREAM_H
#define GOVERNANCE_DB_STREAM_H

#include "db/slot.h"

#include "utils/portal.h"

/* Words that occur again and again (rules, rungs, ...), each kept once. */
typedef struct WordPool WordPool;

extern WordPool *word_pool_create(void);

/* The same pointer for the same word, for as long as the names live. */
extern const char *word_pool_get(WordPool *names, const text *word);

/* The rows of one query whose first column is the account, which orders them. */
typedef struct RowStream
{
	Portal		portal;
	TupleDesc	desc;
	MemoryContext context;		/* rows that are fetched and not handed out */
	Size	   *rows;			/* where each begins in the buffer */
	uint64		nrows;
	uint64		maxrows;
	uint64		next;
	char	   *buffer;
	Size		used;
	Size		size;
	uint64		fetch;			/* how many rows to ask for */
	bool		done;

	/* the row at hand, taken apart */
	bool		ahead;			/* there is one */
	int64		account_id;
	Datum	   *values;
	bool	   *nulls;

	/* where the query gives other columns too: those that are asked for */
	int			ncolumns;
	int		   *columns;		/* by number from 0 */
	Datum	   *all_values;
	bool	   *all_nulls;
} RowStream;

/*
 * Between SPI_connect() and SPI_finish(); all see the active snapshot.  Only the
 * accounts from one to another; the query has these as $1 and $2.  The first
 * row is at hand afterwards.
 */
extern void stream_open(RowStream *stream, const char *query, int nargs, Oid *types,
						Datum *values);
extern void stream_close(RowStream *stream);

/*
 * The same for a query of whole rows, of which only some columns are asked for.
 * They are sorted as they lie in the table, which spares taking each apart and
 * putting it together again.
 */
extern void stream_open_columns(RowStream *stream, const char *query, int nargs, Oid *types,
								Datum *values, const ColumnSpec *columns, int ncolumns);

/* The next row. */
extern void stream_next(RowStream *stream);

/* Is the row at hand one of this account? */
static inline bool
stream_at(const RowStream *stream, int64 account_id)
{
	return stream->ahead && stream->account_id == account_id;
}

/* Passes over what belongs to accounts before this one. */
static inline bool
stream_seek(RowStream *stream, int64 account_id)
{
	while (stream->ahead && stream->account_id < account_id)
		stream_next(stream);
	return stream_at(stream, account_id);
}

#endif							/* GOVERNANCE_DB_STREAM_H */
