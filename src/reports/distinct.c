/*
 * distinct.c
 *		distinct_count(): how many different numbers there are.
 *
 * count(DISTINCT ...) sorts the rows of each group and keeps a query from
 * running in parallel.  Ids lie close together and so do days: a set of words
 * of 64 bits, found by the number of the word, is small and quick, and sets of
 * parallel workers are put together word by word.
 */
#include "postgres.h"

#include "compat.h"
#include "util.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "port/pg_bitutils.h"

typedef struct BitWord
{
	uint64		number;			/* which 64 numbers */
	uint64		bits;			/* those that occur; 0: none yet */
	char		status;
} BitWord;

#define SH_PREFIX words
#define SH_ELEMENT_TYPE BitWord
#define SH_KEY_TYPE uint64
#define SH_KEY number
#define SH_HASH_KEY(tb, key) hash_number(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct NumberSet
{
	words_hash *words;
	int64		n;
} NumberSet;

PG_FUNCTION_INFO_V1(governance_distinct_add);
PG_FUNCTION_INFO_V1(governance_distinct_combine);
PG_FUNCTION_INFO_V1(governance_distinct_serialize);
PG_FUNCTION_INFO_V1(governance_distinct_deserialize);
PG_FUNCTION_INFO_V1(governance_distinct_count);

/*
 * Where the state of the aggregate lives; an error when called outside of one.
 */
static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "distinct_count() called in non-aggregate context");
	return context;
}

/* An empty set with room for so many words. */
static NumberSet *
make_set(MemoryContext context, uint32 size)
{
	NumberSet  *set = MemoryContextAlloc(context, sizeof(NumberSet));

	set->words = words_create(context, size, NULL);
	set->n = 0;
	return set;
}

/*
 * Puts the numbers into the set that the bits of a word stand for, and counts those
 * that were not there.
 */
static void
add_bits(NumberSet *set, uint64 number, uint64 bits)
{
	bool		found;
	BitWord    *word = words_insert(set->words, number, &found);

	if (!found)
		word->bits = 0;
	set->n += pg_popcount64(bits & ~word->bits);
	word->bits |= bits;
}

/* Transition function: one number more; null is not counted. */
Datum
governance_distinct_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	NumberSet  *set = PG_ARGISNULL(0) ? NULL : (NumberSet *) PG_GETARG_POINTER(0);

	if (set == NULL)
		set = make_set(context, 8);
	if (!PG_ARGISNULL(1))
	{
		uint64		number = (uint64) PG_GETARG_INT64(1);

		add_bits(set, number >> 6, UINT64CONST(1) << (number & 63));
	}
	PG_RETURN_POINTER(set);
}

/*
 * Combine function: puts the second set, of a parallel worker, into the first.
 */
Datum
governance_distinct_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	NumberSet  *set = PG_ARGISNULL(0) ? NULL : (NumberSet *) PG_GETARG_POINTER(0);
	NumberSet  *other = PG_ARGISNULL(1) ? NULL : (NumberSet *) PG_GETARG_POINTER(1);
	words_iterator iterator;
	BitWord    *word;

	if (set == NULL)
		set = make_set(context, other == NULL ? 8 : other->words->members);
	if (other != NULL)
	{
		words_start_iterate(other->words, &iterator);
		while ((word = words_iterate(other->words, &iterator)) != NULL)
			add_bits(set, word->number, word->bits);
	}
	PG_RETURN_POINTER(set);
}

/*
 * Serialization function: how many words there are, and each as number and bits.
 */
Datum
governance_distinct_serialize(PG_FUNCTION_ARGS)
{
	NumberSet  *set = (NumberSet *) PG_GETARG_POINTER(0);
	StringInfoData buffer;
	words_iterator iterator;
	BitWord    *word;

	(void) aggregate_context(fcinfo);
	pq_begintypsend(&buffer);
	pq_sendint32(&buffer, set->words->members);
	words_start_iterate(set->words, &iterator);
	while ((word = words_iterate(set->words, &iterator)) != NULL)
	{
		pq_sendint64(&buffer, word->number);
		pq_sendint64(&buffer, word->bits);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* Deserialization function: counts anew while it reads. */
Datum
governance_distinct_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData buffer;
	NumberSet  *set;
	uint32		nwords;

	(void) aggregate_context(fcinfo);
	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	nwords = pq_getmsgint(&buffer, 4);
	set = make_set(CurrentMemoryContext, nwords);
	for (uint32 i = 0; i < nwords; i++)
	{
		uint64		number = pq_getmsgint64(&buffer);

		add_bits(set, number, pq_getmsgint64(&buffer));
	}
	pq_getmsgend(&buffer);
	PG_RETURN_POINTER(set);
}

/* Final function: 0 of no rows. */
Datum
governance_distinct_count(PG_FUNCTION_ARGS)
{
	(void) aggregate_context(fcinfo);
	PG_RETURN_INT64(PG_ARGISNULL(0) ? 0 : ((NumberSet *) PG_GETARG_POINTER(0))->n);
}
