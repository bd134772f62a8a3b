/*
 * rows.h
 *		Rows on their way into a statement that takes them as arrays.
 */
#ifndef GOVERNANCE_DB_ROWS_H
#define GOVERNANCE_DB_ROWS_H

#include "db/plan.h"

typedef struct Column
{
	Oid			type;
	Datum	   *values;
	bool	   *nulls;
} Column;

typedef struct Columns
{
	int			ncolumns;
	int			nrows;
	int			maxrows;
	Column		columns[PLAN_MAX_ARGS];
} Columns;

extern void columns_init(Columns *columns, const Oid *types, int ncolumns);
extern void columns_add(Columns *columns, const Datum *values, const bool *nulls);

/* All rows as the parameters of a statement for many. */
extern void columns_arrays(const Columns *columns, Datum *values);

/* By a statement for many rows or, when they are few, by its twin for one row. */
extern uint64 columns_execute(Columns *columns, KeptPlan *plan, KeptPlan *one_plan);

#endif							/* GOVERNANCE_DB_ROWS_H */
