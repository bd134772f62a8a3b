/*
 * plan.h
 *		Statements that are planned once and kept, and the arrays that they take.
 */
#ifndef GOVERNANCE_DB_PLAN_H
#define GOVERNANCE_DB_PLAN_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "nodes/nodes.h"
#include "storage/block.h"

/*
 * A statement that is planned once and kept.  nargs types may be built-in OIDs,
 * or one of the LEDGER_*_TYPE markers for the extension's own types.
 */
#define LEDGER_SCORE_TYPE		((Oid) 1)
#define LEDGER_TIER_TYPE		((Oid) 2)
#define LEDGER_SCORE_ARRAY_TYPE	((Oid) 3)
#define LEDGER_TIER_ARRAY_TYPE	((Oid) 4)

#define PLAN_MAX_ARGS 24

typedef struct KeptPlan
{
	const char *text;
	int			nargs;
	Oid			types[PLAN_MAX_ARGS];
	SPIPlanPtr	plan;			/* null until it is first used */
	Oid			score_type;		/* the extension's types it was planned with */
} KeptPlan;

typedef enum PlanMode
{
	PLAN_READ,					/* sees what the calling query sees */
	PLAN_FRESH,					/* sees all that is committed by now, as far as
								 * the isolation level lets it; may lock */
	PLAN_LATEST,				/* sees all that is committed by now, whatever
								 * the isolation level */
	PLAN_WRITE					/* as PLAN_FRESH, and may write append-only
								 * tables */
} PlanMode;

/*
 * Runs it; nulls is a string of ' ' and 'n' or null.  Returns the number of
 * rows; they are in SPI_tuptable.
 */
extern uint64 plan_execute(KeptPlan *plan, Datum *values, const char *nulls, PlanMode mode);

/*
 * So many rows of a derived table were to be inserted, updated or deleted, and
 * so many were.  Complains where a trigger of somebody else can be the cause.
 */
extern void require_written(const char *table, CmdType command, uint64 wanted, uint64 written);

/*
 * Has a table of the ledger grown out of the plans that were made for it?  Names
 * one that is looked up by its keys, row by row.
 */
typedef struct GrowingTable
{
	const char *name;
	Oid			relid;			/* that the number of pages is of */
	BlockNumber pages;
} GrowingTable;

extern void plan_tables_grown(GrowingTable *tables, int n);

/* The type that a LEDGER_*_TYPE stands for; any other is itself. */
extern Oid	ledger_type(Oid marker);

/* One-dimensional arrays without nulls in the current context. */
extern Datum int8_array(const int64 *values, int n);
extern Datum instant_array(const TimestampTz *values, int n);
extern Datum datum_array(Datum *values, bool *nulls, int n, Oid type);

/* Is it a statement of the ledger's own that writes to this table just now? */
extern bool plan_is_writing(Oid relid);

/*
 * The first column of the rows that a plan gave, a bigint without nulls, of which
 * there is room for nrows; gives how many there are, and frees the rows.
 */
extern int	plan_int8_column(int64 *values, uint64 nrows);

#endif							/* GOVERNANCE_DB_PLAN_H */
