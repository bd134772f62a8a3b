/*
 * answers.h
 *		Does an expression still see the tables as it did before?
 *
 * What an expression has learnt in earlier calls (it keeps that in its fn_extra)
 * holds for one view of the tables: the same snapshot, the same rights, nothing
 * undone and no table altered since.  A plan that is kept, or an expression of
 * PL/pgSQL, comes back with another one.
 */
#ifndef GOVERNANCE_DB_ANSWERS_H
#define GOVERNANCE_DB_ANSWERS_H

#include "db/snapshot.h"
#include "db/table.h"

#define READ_VIEW_TABLES 3

/* A view of some tables, taken down.  All zeroes at first. */
typedef struct ReadView
{
	bool		taken;
	SnapshotMark snapshot;
	uint64		undone;			/* how often anything was undone before */
	uint64		members;		/* how often roles had changed */
	Oid			userid;			/* whose rights counted */
	uint64		generations[READ_VIEW_TABLES];	/* of the tables */
} ReadView;

/*
 * Is the view that of the call before?  If not, or if that is the first one, it
 * is taken down, in a context that lives as long as it does.  There is an active
 * snapshot.  tables: READ_VIEW_TABLES of them, those that are left over null.
 */
extern bool read_view_is_same(ReadView *view, Table *const *tables, MemoryContext context);

#endif							/* GOVERNANCE_DB_ANSWERS_H */
