/*
 * statement.h
 *		The statements that a table is read and written with by the executor, made
 *		from the one description that it has (table.h).
 *
 * Each comes in two forms.  That for many rows takes every column as an array;
 * it scans as many functions as there are columns, which costs more than a row or
 * two, so it has a twin for one row.  A statement is made when it is first
 * needed and kept as long as the backend, by table and verb, as foreign keys keep
 * theirs.
 */
#ifndef GOVERNANCE_DB_STATEMENT_H
#define GOVERNANCE_DB_STATEMENT_H

#include "db/plan.h"
#include "db/table.h"

/* What a statement does. */
typedef enum TableVerb
{
	VERB_SELECT,				/* gives columns, in the order of the key */
	VERB_LOCK,					/* the same, and locks the rows FOR NO KEY UPDATE */
	VERB_PROBE,					/* gives which of the keys are not there, as
								 * numbers from 1 in order; always for many */
	VERB_INSERT,
	VERB_INSERT_UNLESS,			/* where the key is not there; gives the keys of
								 * what was inserted, in the order given */
	VERB_UPDATE,				/* of rows that are not so already */
	VERB_REWRITE,				/* of all rows; a column may stay what it is */
	VERB_DELETE
} TableVerb;

/* What tells statements apart; bits are 1 << number in table->columns. */
typedef struct StatementKey
{
	const Table *table;
	TableVerb	verb;
	uint32		by;				/* the columns that rows are chosen by; of the
								 * verbs that choose by the key or not at all: 0 */
	uint32		columns;		/* that VERB_SELECT and VERB_LOCK give, those of
								 * `by` apart, which are always given */
	bool		many;
} StatementKey;

/* A parameter that says whether a column stays, and not what it becomes. */
#define PARAM_STAYS 0x100

typedef struct TableStatement
{
	StatementKey key;			/* first, for the hash table */
	KeptPlan	plan;
	int			params[PLAN_MAX_ARGS];	/* the column that each parameter is for,
										 * perhaps with PARAM_STAYS */
	AttrNumber	numbers[TABLE_MAX_COLUMNS]; /* where columns stand in the rows that
											 * it gives, from 1; 0: not there */
} TableStatement;

/*
 * The statement of a table for a verb, as the key has it, made at the first call.
 * Its address stays the same.
 */
extern TableStatement *table_statement(const StatementKey *key);

#endif							/* GOVERNANCE_DB_STATEMENT_H */
