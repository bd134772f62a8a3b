/*
 * edition.h
 *		The editions of a scheme: every change of its rules that standings follow.
 *
 * A change writes a row of governance.edition and touches no standing.  A
 * standing says under which edition it was written, and whoever reads or writes
 * it next asks here whether what it says still holds.
 */
#ifndef GOVERNANCE_RULEBOOK_EDITION_H
#define GOVERNANCE_RULEBOOK_EDITION_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* One change, with what it and all later ones come to. */
typedef struct Edition
{
	int64		number;			/* counts from 1 */
	TimestampTz reaches;		/* what has seen this instant is wrong since */
	TimestampTz unseen;			/* from here on there may be entries that nobody took
								 * into account; DT_NOEND: there are none */
} Edition;

/* Those of one scheme, in order; lives with the list of versions. */
typedef struct Editions
{
	int			n;
	int			max;
	Edition    *list;
} Editions;

/* Adds one that is later than all that are there; in the current context. */
extern void edition_add(Editions *editions, int64 number, TimestampTz reaches, bool unseen);

/* When all are there: from now on each stands for all that follow it, too. */
extern void editions_complete(Editions *editions);

/* The number of the last one; 0: there is none. */
extern int64 edition_number(const Editions *editions);

/*
 * What a standing of an edition says holds for instants before this one, as far
 * as the rulebook goes: DT_NOEND when nothing has changed since, DT_NOBEGIN when
 * it is of an edition that is not known here.
 */
extern TimestampTz edition_reach(const Editions *editions, int64 edition);

/*
 * From which instant on may there be entries that no standing of this edition
 * took into account?  DT_NOEND: there are none.
 */
extern TimestampTz edition_unseen(const Editions *editions, int64 edition);

/* Is a standing that has seen as_of under an edition as good as none? */
static inline bool
edition_is_stale(const Editions *editions, int64 edition, TimestampTz as_of)
{
	return edition_reach(editions, edition) <= as_of;
}

/*
 * Does a standing wait to be folded anew?  When it is stale, and when entries
 * may be there that it has not seen.
 */
static inline bool
edition_waits(const Editions *editions, int64 edition, TimestampTz as_of)
{
	return edition_is_stale(editions, edition, as_of) ||
		edition_unseen(editions, edition) != DT_NOEND;
}

#endif							/* GOVERNANCE_RULEBOOK_EDITION_H */
