/*
 * statement.c
 *		The statements that a table is read and written with, made from its
 *		description.
 *
 * Whatever they name is qualified, operators too, so that no search_path steers
 * them.  The table is "t", the arrays of a statement for many rows are "u".
 * Rows are given, and locked, in the order of the key with texts by their bytes,
 * which is the order of strcmp(): so all sessions lock rows in one order.
 */
#include "postgres.h"

#include "compat.h"
#include "db/statement.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define NE " OPERATOR(pg_catalog.<>) "

/* All statements that have been made. */
static HTAB *statements = NULL;

/* A statement as it is being made. */
typedef struct Draft
{
	TableStatement *made;
	const Table *table;
	bool		many;
	StringInfoData text;
} Draft;

/* ---------- parameters ---------- */

/* Is a column handed over as its text?  Arrays of arrays must be rectangular. */
static bool
goes_as_text(const Table *table, int column)
{
	return table->columns[column].type == TEXTARRAYOID;
}

/* The type of an array of what a column holds, maybe as LEDGER_*_ARRAY_TYPE. */
static Oid
array_type(const Table *table, int column)
{
	Oid			type = table->columns[column].type;

	if (type == LEDGER_SCORE_TYPE)
		return LEDGER_SCORE_ARRAY_TYPE;
	if (type == LEDGER_TIER_TYPE)
		return LEDGER_TIER_ARRAY_TYPE;
	return goes_as_text(table, column) ? TEXTARRAYOID : get_array_type(type);
}

/* Declares the next parameter: a column, or with PARAM_STAYS whether it stays. */
static void
add_param(Draft *draft, int param)
{
	KeptPlan   *plan = &draft->made->plan;

	if (plan->nargs == PLAN_MAX_ARGS)
		elog(ERROR, "table governance.%s has too many columns", draft->table->name);
	if ((param & PARAM_STAYS) != 0)
		plan->types[plan->nargs] = draft->many ? BOOLARRAYOID : BOOLOID;
	else
		plan->types[plan->nargs] = draft->many ? array_type(draft->table, param) :
			draft->table->columns[param].type;
	draft->made->params[plan->nargs++] = param;
}

/* The name of a column, quoted where SQL wants that. */
static const char *
column_name(const Table *table, int column)
{
	return quote_identifier(table->columns[column].name);
}

/*
 * Adds what a parameter is called in the statement: its column of "u", or $n.
 * The parameter has been declared.
 */
static void
add_value(Draft *draft, int param)
{
	int			column = param & ~PARAM_STAYS;
	bool		stays = (param & PARAM_STAYS) != 0;
	int			n = 0;

	if (draft->many)
	{
		appendStringInfo(&draft->text, "u.%s%s", stays ? "stays_" : "",
						 stays ? draft->table->columns[column].name : column_name(draft->table, column));
		if (!stays && goes_as_text(draft->table, column))
			appendStringInfoString(&draft->text, "::pg_catalog.text[]");
		return;
	}
	while (draft->made->params[n] != param)
		n++;
	appendStringInfo(&draft->text, "$%d", n + 1);
}

/* Adds "ROWS FROM (unnest($1), ...) WITH ORDINALITY AS u (...)" of all parameters. */
static void
add_arrays(Draft *draft, bool ordinality)
{
	StringInfo	text = &draft->text;
	const KeptPlan *plan = &draft->made->plan;

	appendStringInfoString(text, "ROWS FROM (");
	for (int n = 0; n < plan->nargs; n++)
		appendStringInfo(text, "%spg_catalog.unnest($%d)", n > 0 ? ", " : "", n + 1);
	appendStringInfo(text, ")%s AS u (", ordinality ? " WITH ORDINALITY" : "");
	for (int n = 0; n < plan->nargs; n++)
	{
		int			param = draft->made->params[n];
		int			column = param & ~PARAM_STAYS;

		if (param == column)
			appendStringInfo(text, "%s%s", n > 0 ? ", " : "", column_name(draft->table, column));
		else
			appendStringInfo(text, ", stays_%s", draft->table->columns[column].name);
	}
	appendStringInfo(text, "%s)", ordinality ? ", ordinality" : "");
}

/* ---------- parts of statements ---------- */

/* The leading columns of the key, as bits. */
static uint32
key_columns(const Table *table)
{
	return (1U << table->nkeys) - 1;
}

/* Declares the columns of a set, in order, as parameters. */
static void
add_params(Draft *draft, uint32 columns)
{
	for (int c = 0; c < draft->table->ncolumns; c++)
		if ((columns & (1U << c)) != 0)
			add_param(draft, c);
}

/* Adds the condition that a row has the values given for some columns. */
static void
add_match(Draft *draft, uint32 by)
{
	const char *and = "";

	for (int c = 0; c < draft->table->ncolumns; c++)
		if ((by & (1U << c)) != 0)
		{
			appendStringInfo(&draft->text, "%st.%s" EQ, and, column_name(draft->table, c));
			add_value(draft, c);
			and = " AND ";
		}
}

/* Adds a list of columns, each after a prefix as "t.", and notes where they stand. */
static void
add_columns(Draft *draft, uint32 columns, const char *prefix)
{
	AttrNumber	number = 0;

	for (int c = 0; c < draft->table->ncolumns; c++)
		if ((columns & (1U << c)) != 0)
		{
			appendStringInfo(&draft->text, "%s%s%s", number > 0 ? ", " : "", prefix,
							 column_name(draft->table, c));
			draft->made->numbers[c] = ++number;
		}
}

/* May an update change a column? */
static bool
may_change(const Table *table, int column)
{
	return column >= table->nkeys && (table->columns[column].flags & COLUMN_FIXED) == 0;
}

/* Adds the order of the columns that rows are chosen by, and then of the key. */
static void
add_order(Draft *draft, uint32 by)
{
	const Table *table = draft->table;
	const char *separator = " ORDER BY ";

	for (int pass = 0; pass < 2; pass++)
		for (int c = 0; c < table->ncolumns; c++)
		{
			uint32		bit = 1U << c;

			if (pass == 0 ? (by & bit) == 0 : (by & bit) != 0 || (key_columns(table) & bit) == 0)
				continue;
			appendStringInfo(&draft->text, "%st.%s%s", separator, column_name(table, c),
							 table->columns[c].type == TEXTOID ? " COLLATE pg_catalog.\"C\"" : "");
			separator = ", ";
		}
}

/* ---------- statements ---------- */

/* Adds SELECT ... [FOR NO KEY UPDATE]. */
static void
draft_select(Draft *draft, uint32 by, uint32 columns, bool lock)
{
	StringInfo	text = &draft->text;

	add_params(draft, by);
	appendStringInfoString(text, "SELECT ");
	add_columns(draft, by | columns, "t.");
	appendStringInfo(text, " FROM governance.%s t", draft->table->name);
	if (draft->many)
	{
		appendStringInfoString(text, " JOIN ");
		add_arrays(draft, false);
	}
	appendStringInfoString(text, draft->many ? " ON " : " WHERE ");
	add_match(draft, by);
	add_order(draft, by);
	if (lock)
		appendStringInfoString(text, draft->many ? " FOR NO KEY UPDATE OF t" : " FOR NO KEY UPDATE");
}

/* Adds a query for the numbers of those keys that no row has. */
static void
draft_probe(Draft *draft)
{
	StringInfo	text = &draft->text;
	uint32		by = key_columns(draft->table);

	add_params(draft, by);
	appendStringInfoString(text, "SELECT u.ordinality FROM ");
	add_arrays(draft, true);
	appendStringInfo(text, " WHERE NOT EXISTS (SELECT FROM governance.%s t WHERE ", draft->table->name);
	add_match(draft, by);
	appendStringInfoString(text, ") ORDER BY u.ordinality");
}

/* Adds INSERT ... [ON CONFLICT DO NOTHING RETURNING key]. */
static void
draft_insert(Draft *draft, bool unless)
{
	StringInfo	text = &draft->text;
	uint32		all = (1U << draft->table->ncolumns) - 1;

	add_params(draft, all);
	appendStringInfo(text, "INSERT INTO governance.%s (", draft->table->name);
	add_columns(draft, all, "");
	appendStringInfoString(text, draft->many ? ") SELECT " : ") VALUES (");
	for (int c = 0; c < draft->table->ncolumns; c++)
	{
		if (c > 0)
			appendStringInfoString(text, ", ");
		add_value(draft, c);
	}
	if (draft->many)
	{
		appendStringInfoString(text, " FROM ");
		add_arrays(draft, false);
	}
	else
		appendStringInfoChar(text, ')');
	memset(draft->made->numbers, 0, sizeof(draft->made->numbers));
	if (unless)
	{
		appendStringInfoString(text, " ON CONFLICT DO NOTHING RETURNING ");
		add_columns(draft, key_columns(draft->table), "");
	}
}

/* Adds "c = value", or for a column that may stay "c = CASE ...". */
static void
add_assignment(Draft *draft, int column, bool rewrite)
{
	StringInfo	text = &draft->text;
	const char *name = column_name(draft->table, column);

	appendStringInfo(text, "%s = ", name);
	if (!rewrite || (draft->table->columns[column].flags & COLUMN_MAY_STAY) == 0)
	{
		add_value(draft, column);
		return;
	}
	/* What lies out of line and is the row's own is not written anew. */
	appendStringInfoString(text, "CASE WHEN ");
	add_value(draft, column | PARAM_STAYS);
	appendStringInfo(text, " THEN t.%s ELSE ", name);
	add_value(draft, column);
	appendStringInfoString(text, " END");
}

/*
 * Adds UPDATE; where not every row is rewritten, those are left alone that are
 * as they are to be.
 */
static void
draft_update(Draft *draft, bool rewrite)
{
	StringInfo	text = &draft->text;
	const Table *table = draft->table;
	uint32		changing = 0;
	const char *separator = " SET ";

	for (int c = 0; c < table->ncolumns; c++)
		if (may_change(table, c))
			changing |= 1U << c;
	add_params(draft, key_columns(table) | changing);
	for (int c = 0; c < table->ncolumns && rewrite; c++)
		if ((table->columns[c].flags & COLUMN_MAY_STAY) != 0)
			add_param(draft, c | PARAM_STAYS);

	appendStringInfo(text, "UPDATE governance.%s t", table->name);
	for (int c = 0; c < table->ncolumns; c++)
		if ((changing & (1U << c)) != 0)
		{
			appendStringInfoString(text, separator);
			add_assignment(draft, c, rewrite);
			separator = ", ";
		}
	if (draft->many)
	{
		appendStringInfoString(text, " FROM ");
		add_arrays(draft, false);
	}
	appendStringInfoString(text, " WHERE ");
	add_match(draft, key_columns(table));
	separator = " AND (";
	for (int c = 0; c < table->ncolumns && !rewrite; c++)
		if ((changing & (1U << c)) != 0)
		{
			/* IS DISTINCT FROM would look for its operator in the search_path. */
			appendStringInfo(text, "%st.%s" NE, separator, column_name(table, c));
			add_value(draft, c);
			appendStringInfo(text, " OR (t.%s IS NULL)" NE "(", column_name(table, c));
			add_value(draft, c);
			appendStringInfoString(text, " IS NULL)");
			separator = " OR ";
		}
	if (!rewrite)
		appendStringInfoChar(text, ')');
}

/* Adds DELETE. */
static void
draft_delete(Draft *draft, uint32 by)
{
	add_params(draft, by);
	appendStringInfo(&draft->text, "DELETE FROM governance.%s t", draft->table->name);
	if (draft->many)
	{
		appendStringInfoString(&draft->text, " USING ");
		add_arrays(draft, false);
	}
	appendStringInfoString(&draft->text, " WHERE ");
	add_match(draft, by);
}

/* Makes a statement; its text lives as long as the backend. */
static void
make_statement(const StatementKey *key, TableStatement *made)
{
	Draft		draft = {.made = made, .table = key->table, .many = key->many};

	memset(made, 0, sizeof(TableStatement));
	initStringInfo(&draft.text);
	switch (key->verb)
	{
		case VERB_SELECT:
		case VERB_LOCK:
			draft_select(&draft, key->by, key->columns, key->verb == VERB_LOCK);
			break;
		case VERB_PROBE:
			draft_probe(&draft);
			break;
		case VERB_INSERT:
		case VERB_INSERT_UNLESS:
			draft_insert(&draft, key->verb == VERB_INSERT_UNLESS);
			break;
		case VERB_UPDATE:
		case VERB_REWRITE:
			draft_update(&draft, key->verb == VERB_REWRITE);
			break;
		case VERB_DELETE:
			draft_delete(&draft, key->by);
			break;
	}
	made->plan.text = MemoryContextStrdup(TopMemoryContext, draft.text.data);
	pfree(draft.text.data);
}

/* It enters the table when it is whole: an error on the way leaves nothing there. */
TableStatement *
table_statement(const StatementKey *key)
{
	StatementKey clean;
	TableStatement *found;
	TableStatement made;

	/* The hash is one of bytes, those between the fields among them. */
	memset(&clean, 0, sizeof(StatementKey));
	clean.table = key->table;
	clean.verb = key->verb;
	clean.by = key->by;
	clean.columns = key->columns;
	clean.many = key->many;
	if (statements == NULL)
	{
		HASHCTL		control = {.keysize = sizeof(StatementKey), .entrysize = sizeof(TableStatement)};

		statements = hash_create("governance statements", 32, &control, HASH_ELEM | HASH_BLOBS);
	}
	found = hash_search(statements, &clean, HASH_FIND, NULL);
	if (found != NULL)
		return found;
	make_statement(&clean, &made);
	found = hash_search(statements, &clean, HASH_ENTER, NULL);
	found->plan = made.plan;
	memcpy(found->params, made.params, sizeof(made.params));
	memcpy(found->numbers, made.numbers, sizeof(made.numbers));
	return found;
}
