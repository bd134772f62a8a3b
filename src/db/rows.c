/*
 * rows.c
 *		Rows on their way into a statement that takes them as arrays.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/rows.h"

void
columns_init(Columns *columns, const Oid *types, int ncolumns)
{
	memset(columns, 0, sizeof(Columns));
	columns->ncolumns = ncolumns;
	columns->maxrows = 16;
	for (int c = 0; c < ncolumns; c++)
	{
		columns->columns[c].type = types[c];
		columns->columns[c].values = palloc(sizeof(Datum) * columns->maxrows);
		columns->columns[c].nulls = palloc(sizeof(bool) * columns->maxrows);
	}
}

void
columns_add(Columns *columns, const Datum *values, const bool *nulls)
{
	if (columns->nrows == columns->maxrows)
	{
		columns->maxrows *= 2;
		for (int c = 0; c < columns->ncolumns; c++)
		{
			columns->columns[c].values = repalloc(columns->columns[c].values,
												  sizeof(Datum) * columns->maxrows);
			columns->columns[c].nulls = repalloc(columns->columns[c].nulls,
												 sizeof(bool) * columns->maxrows);
		}
	}
	for (int c = 0; c < columns->ncolumns; c++)
	{
		columns->columns[c].values[columns->nrows] = values[c];
		columns->columns[c].nulls[columns->nrows] = nulls != NULL && nulls[c];
	}
	columns->nrows++;
}

void
columns_arrays(const Columns *columns, Datum *values)
{
	for (int c = 0; c < columns->ncolumns; c++)
		values[c] = datum_array(columns->columns[c].values, columns->columns[c].nulls,
								 columns->nrows, ledger_type(columns->columns[c].type));
}

/* Up to so many rows are written one by one. */
#define FEW_ROWS 3

uint64
columns_execute(Columns *columns, KeptPlan *plan, KeptPlan *one_plan)
{
	Datum		values[PLAN_MAX_ARGS];
	char		nulls[PLAN_MAX_ARGS + 1];
	uint64		written = 0;

	if (columns->nrows <= FEW_ROWS)
	{
		for (int row = 0; row < columns->nrows; row++)
		{
			for (int c = 0; c < columns->ncolumns; c++)
			{
				values[c] = columns->columns[c].values[row];
				nulls[c] = columns->columns[c].nulls[row] ? 'n' : ' ';
			}
			nulls[columns->ncolumns] = '\0';
			written += plan_execute(one_plan, values, nulls, PLAN_WRITE);
		}
		return written;
	}
	columns_arrays(columns, values);
	return plan_execute(plan, values, NULL, PLAN_WRITE);
}
