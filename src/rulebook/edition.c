/*
 * edition.c
 *		The editions of a scheme: every change of its rules that standings follow.
 */
#include "postgres.h"

#include "rulebook/edition.h"

#include "utils/timestamp.h"

/*
 * They come in the order of their numbers.  Most schemes have few, and there may
 * be many schemes: there is no more room than twice what is needed.
 */
void
edition_add(Editions *editions, int64 number, TimestampTz reaches, bool unseen)
{
	Edition    *edition;

	if (editions->n == editions->max)
	{
		int			max = Max(editions->max * 2, 1);
		Edition    *list = palloc(sizeof(Edition) * max);

		if (editions->n > 0)
		{
			memcpy(list, editions->list, sizeof(Edition) * editions->n);
			pfree(editions->list);
		}
		editions->list = list;
		editions->max = max;
	}
	edition = &editions->list[editions->n++];
	edition->number = number;
	edition->reaches = reaches;
	edition->unseen = unseen ? reaches : DT_NOEND;
}

/* A standing that has missed one has missed those after it. */
void
editions_complete(Editions *editions)
{
	for (int i = editions->n - 2; i >= 0; i--)
	{
		Edition    *edition = &editions->list[i];

		edition->reaches = Min(edition->reaches, edition[1].reaches);
		edition->unseen = Min(edition->unseen, edition[1].unseen);
	}
}

/* Mostly what is asked for is of this one. */
int64
edition_number(const Editions *editions)
{
	return editions->n == 0 ? 0 : editions->list[editions->n - 1].number;
}

/* The first edition after one; null: there is none.  A binary search. */
static const Edition *
first_after(const Editions *editions, int64 edition)
{
	int			lo = 0;
	int			hi = editions->n;

	while (lo < hi)
	{
		int			mid = (lo + hi) / 2;

		if (editions->list[mid].number <= edition)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < editions->n ? &editions->list[lo] : NULL;
}

/*
 * A row may be newer than the list: this session has not heard of a change yet
 * that the row follows.
 */
TimestampTz
edition_reach(const Editions *editions, int64 edition)
{
	int64		last = edition_number(editions);

	if (edition == last)
		return DT_NOEND;
	return edition > last ? DT_NOBEGIN : first_after(editions, edition)->reaches;
}

/* Of one that is not known here that is asked in vain: it is stale. */
TimestampTz
edition_unseen(const Editions *editions, int64 edition)
{
	return edition >= edition_number(editions) ? DT_NOEND : first_after(editions, edition)->unseen;
}
