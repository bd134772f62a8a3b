/*
 * util.c
 *		Arrays that grow, and the orders that arrays are sorted by.
 */
#include "postgres.h"

#include "util.h"

/* What an array that was empty gets room for. */
#define FIRST_ROOM 8

/*
 * Twice the room, and at least what is wanted.  Arrays of many accounts can grow
 * past the gigabyte that palloc() stops at, so the limit is that of huge
 * allocations.
 */
void *
array_enlarge(void *array, int64 *max, int64 wanted, Size size)
{
	int64		room = Max(*max * 2, Max(wanted, FIRST_ROOM));

	*max = room;
	return array == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, size * room)
		: repalloc_huge(array, size * room);
}

/* Ascending. */
int
int64_order(const void *a, const void *b)
{
	return cmp_int64(*(const int64 *) a, *(const int64 *) b);
}

/* Ascending: the earlier first. */
int
instant_order(const void *a, const void *b)
{
	return cmp_instant(*(const TimestampTz *) a, *(const TimestampTz *) b);
}

/* What is sorted are pointers to the strings, so each argument is one to a pointer. */
int
string_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}
