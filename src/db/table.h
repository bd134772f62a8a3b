/*
 * table.h
 *		A table of the ledger: how it is described, once, and what kind of table
 *		it is.
 *
 * The description drives both ways to the rows of a table (rows.h).  From it
 * statement.c makes the statements that the executor runs.  The other is the
 * direct path.  A statement costs more to start than a row or two cost to write,
 * so where a table is what create_ledger() made, its rows are found by its
 * primary key (find.h, read.h) and written through the table's access method
 * (write.h), with the server's own code for constraints, generated columns,
 * indexes and foreign keys.
 *
 * The direct path is taken for a plain table of the heap that belongs to the
 * owner of the ledger; whose columns, types and primary key are ours; without
 * rules, children, row-level security, triggers that have to see the rows, or
 * other columns with defaults; not distributed by Citus; and, for updates, not
 * published in a way that could refuse one.  Whatever else it is (partitioned, a
 * foreign table, a view, a shard) is left to the executor.  Other columns than
 * ours do no harm: they stay as they are, and are null in new rows.  What this
 * all rests on in the server has been read against the versions that
 * GOVERNANCE_DIRECT (compat.h) stands for; elsewhere there is no direct path.
 */
#ifndef GOVERNANCE_DB_TABLE_H
#define GOVERNANCE_DB_TABLE_H

#include "db/slot.h"

#include "access/attnum.h"
#include "nodes/execnodes.h"
#include "utils/relcache.h"

#define TABLE_MAX_COLUMNS	16
#define TABLE_MAX_KEYS		4

/* What a table may be asked to do by the direct path. */
#define TABLE_FIND		0x01	/* find rows by the key, lock them */
#define TABLE_INSERT	0x02
#define TABLE_UPDATE	0x04
#define TABLE_DELETE	0x08
#define TABLE_INSERT_UNLESS 0x10	/* insert rows whose key may be there */

/*
 * A table: its description, and what this backend knows of it until it is
 * altered.  It is static, and never leaves the list that table.c keeps of them.
 */
typedef struct Table
{
	const char *name;			/* in schema governance */
	int			ncolumns;		/* all that we read or write */
	const ColumnSpec *columns;
	int			nkeys;			/* the first so many lead the primary key; rows
								 * are looked up by bigints and texts of it */
	const struct Table *parent; /* the first column refers to the first of this
								 * table, whose row must be locked FOR KEY SHARE
								 * at least when a row is inserted by the direct
								 * path; or null */

	/* private to table.c */
	bool		valid;
	bool		read_valid;		/* readable is known */
	bool		readable;		/* rows may be found directly, by whoever may
								 * select them */
	uint64		generation;		/* how often it was invalidated */
	int			can;			/* TABLE_* */
	Oid			relid;
	Oid			owner;
	Oid			key_index;
	Oid			key_collations[TABLE_MAX_KEYS];
	AttrNumber	numbers[TABLE_MAX_COLUMNS];
	bool		complete;		/* there are no other columns */
	bool		generated;		/* there are columns that follow from others */
	bool		insert_fires;	/* foreign keys have to be looked at */
	bool		update_fires;
	MemoryContext context;		/* of the checks; null: there are none yet */
	ExprState **checks;			/* compiled; null: by the executor's code each
								 * time */
	bool		listed;			/* it is in the list */
	struct Table *next;
} Table;

/*
 * Does it allow to do something (TABLE_*) by the direct path, for its owner, who
 * the current role must be?  If so, it is open in *rel, with a lock as an
 * insertion takes it, which stays until the end of the transaction.
 */
extern bool table_open_direct(Table *table, int needs, Relation *rel);

/*
 * May rows of it be looked up by the direct path, by whoever may select from it?
 * If so, it is open in *rel, and locked as a query locks it.
 */
extern bool table_open_readable(Table *table, Relation *rel);

#endif							/* GOVERNANCE_DB_TABLE_H */
