/*
 * util.h
 *		What every room needs: arrays that grow, orders to sort by, texts of the
 *		server compared with strings of C, and a hash of numbers.
 */
#ifndef GOVERNANCE_UTIL_H
#define GOVERNANCE_UTIL_H

#include "postgres.h"

#include "compat.h"

#include "datatype/timestamp.h"

/* ---------- arrays that grow ---------- */

/*
 * Makes sure that an array has room for so many items.  max, an integer of any
 * type, is how many it has room for, and is kept up to date.  The first array is
 * allocated in the current memory context, and it stays there when it grows.  What
 * is new in it is not set to anything.
 *
 * The room doubles each time, so that appending n items one by one copies fewer
 * than 2n of them in all.
 */
#define array_reserve(array, max, wanted) \
	do { \
		if ((wanted) > (max)) \
		{ \
			int64		array_room = (max); \
			(array) = array_enlarge(array, &array_room, wanted, sizeof(*(array))); \
			(max) = array_room; \
		} \
	} while (0)

/* The part of array_reserve() that allocates; size is that of one item in bytes. */
extern void *array_enlarge(void *array, int64 *max, int64 wanted, Size size);

/* ---------- orders to sort by ---------- */

/* Below, equal or above: -1, 0 or 1.  A difference could overflow. */
static inline int
cmp_int64(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

/* The same for instants, which are microseconds; -infinity is first, infinity last. */
static inline int
cmp_instant(TimestampTz a, TimestampTz b)
{
	return (a > b) - (a < b);
}

/* For qsort(), bsearch() and qunique() over an array of int64. */
extern int	int64_order(const void *a, const void *b);

/* The same over an array of instants. */
extern int	instant_order(const void *a, const void *b);

/* The same over an array of strings, in the order of their bytes, as COLLATE "C". */
extern int	string_order(const void *a, const void *b);

/* ---------- texts ---------- */

/*
 * Does a text say the same as so many bytes?  It is compared byte by byte, so no
 * collation has a say.  The text is detoasted; its header may be short.
 */
static inline bool
text_is_bytes(const text *t, const char *bytes, Size len)
{
	return VARSIZE_ANY_EXHDR(t) == len && memcmp(VARDATA_ANY(t), bytes, len) == 0;
}

/* The same as a string of C. */
static inline bool
text_is(const text *t, const char *string)
{
	return text_is_bytes(t, string, strlen(string));
}

/* Two texts, neither toasted. */
static inline bool
text_equal(const text *a, const text *b)
{
	return text_is_bytes(a, VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));
}

/* ---------- hashes ---------- */

/*
 * A hash of a number, for hash tables in memory: all bits have a share in all
 * others, so that neighbours lie far apart.  It is the finalizer of MurmurHash3
 * (fmix64, by Austin Appleby, in the public domain), cut to 32 bits.
 */
static inline uint32
hash_number(uint64 number)
{
	number ^= number >> 33;
	number *= UINT64CONST(0xff51afd7ed558ccd);
	number ^= number >> 33;
	number *= UINT64CONST(0xc4ceb9fe1a85ec53);
	number ^= number >> 33;
	return (uint32) number;
}

#endif							/* GOVERNANCE_UTIL_H */
