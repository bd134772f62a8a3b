/*
 * check_statement.c
 *		check_statement(): what the European database would refuse in a
 *		statement of reasons.
 *
 * It looks at the statement alone, not at what made it, so that nothing leaves
 * that only its maker thought right.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "rulebook/document.h"
#include "rulebook/statement_check.h"
#include "rulebook/statement_fields.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(governance_check_statement);

static void put_problem(ReturnSetInfo *result, const char *field, const char *fmt,...) pg_attribute_printf(3, 4);

/* A row; field is null if the problem is none of a single one.  In the language
 * of lc_messages, as errors are. */
static void
put_problem(ReturnSetInfo *result, const char *field, const char *fmt,...)
{
	StringInfoData text;
	Datum		values[2];
	bool		nulls[2] = {0};

	initStringInfo(&text);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&text, _(fmt), args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	nulls[0] = field == NULL;
	if (field)
		values[0] = CStringGetTextDatum(field);
	values[1] = CStringGetTextDatum(text.data);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Does the statement say this of the field? */
static bool
says(const Doc *statement, const char *field, const char *value)
{
	const Doc  *doc = doc_get(statement, field);

	if (doc == NULL)
		return false;
	if (doc->kind == DOC_TEXT)
		return strcmp(doc->text, value) == 0;
	for (int i = 0; doc->kind == DOC_LIST && i < doc->nchildren; i++)
	{
		if (doc->children[i].kind == DOC_TEXT && strcmp(doc->children[i].text, value) == 0)
			return true;
	}
	return false;
}

/*
 * What is wrong with the value of a field that the statement has, by the kind of the
 * field: at most one thing, or one for each item of a list.
 */
static void
check_value(ReturnSetInfo *result, const StatementField *field, const Doc *doc)
{
	if (field->kind == FIELD_WORDS)
	{
		if (doc->kind != DOC_LIST)
		{
			put_problem(result, field->name, "must be a list");
			return;
		}
		if (doc->nchildren == 0 && field->required)
			put_problem(result, field->name, "must not be empty");

		/* What is there twice is filed once. */
		for (int i = 0; i < doc->nchildren; i++)
		{
			const Doc  *child = &doc->children[i];

			if (child->kind != DOC_TEXT || statement_word(field, child->text) < 0)
				put_problem(result, psprintf("%s[%d]", field->name, i),
							"not one of the values of the field");
		}
		return;
	}
	if (field->kind == FIELD_IDS)
	{
		const Doc  *ean;

		if (doc->kind != DOC_OBJECT && doc->kind != DOC_LIST)
			put_problem(result, field->name, "must be a JSON object");
		ean = doc->kind == DOC_OBJECT ? doc_get(doc, STATEMENT_EAN_KEY) : NULL;
		if (ean && (ean->kind != DOC_TEXT || !statement_ean(ean->text)))
			put_problem(result, psprintf("%s.%s", field->name, STATEMENT_EAN_KEY), "must have thirteen digits");
		return;
	}

	if (doc->kind != DOC_TEXT)
	{
		put_problem(result, field->name, "must be a text");
		return;
	}
	if (statement_blank(doc->text))
	{
		put_problem(result, field->name, "must not be empty");
		return;
	}
	if (field->max > 0 && statement_length(doc->text) > field->max)
		put_problem(result, field->name, "has %d characters, at most %d are possible",
					statement_length(doc->text), field->max);
	switch (field->kind)
	{
		case FIELD_WORD:
			if (statement_word(field, doc->text) < 0)
				put_problem(result, field->name, "not one of the values of the field");
			break;
		case FIELD_DATE:
			if (!statement_date(doc->text))
				put_problem(result, field->name, "must be a date, YYYY-MM-DD");
			else if (field->from == NULL)
			{
				if (strcmp(doc->text, field->to) > 0)
					put_problem(result, field->name, "must not lie after %s", field->to);
			}
			else if (strcmp(doc->text, field->from) < 0 || strcmp(doc->text, field->to) > 0)
				put_problem(result, field->name, "must lie between %s and %s",
							field->from, field->to);
			break;
		case FIELD_URL:
			if (!statement_url(doc->text))
				put_problem(result, field->name, "must be the address of a page");
			break;
		case FIELD_EAN:
			if (!statement_ean(doc->text))
				put_problem(result, field->name, "must have thirteen digits");
			break;
		case FIELD_PUID:
			if (!statement_puid(doc->text))
				put_problem(result, field->name,
							"may have letters, digits, \"-\" and \"_\" only");
			break;
		default:
			break;
	}
}

/* Nothing that would be filed. */
static bool
is_nothing(const Doc *doc)
{
	return doc->kind == DOC_NULL || (doc->kind == DOC_LIST && doc->nchildren == 0) ||
		(doc->kind == DOC_TEXT && statement_blank(doc->text));
}

/* What will be dropped, and has to be of some form all the same. */
static void
check_dropped(ReturnSetInfo *result, const StatementField *field, const Doc *doc)
{
	if (field->kind == FIELD_WORD || (doc->kind == DOC_TEXT && statement_length(doc->text) > field->max))
		check_value(result, field, doc);
}

/*
 * check_statement(statement jsonb) returns setof (field, problem): no rows, nothing
 * would be refused.
 */
Datum
governance_check_statement(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Doc		   *statement;
	bool		decided = false;

	InitMaterializedSRF(fcinfo, 0);
	if (!JB_ROOT_IS_OBJECT(jsonb))
	{
		put_problem(result, NULL, "must be a JSON object");
		return (Datum) 0;
	}
	statement = doc_read_all(jsonb);

	for (int i = 0; i < statement->nchildren; i++)
	{
		if (statement->children[i].kind != DOC_NULL &&
			statement_field(statement->children[i].key) == NULL)
			put_problem(result, statement->children[i].key, "there is no such field");
	}
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];
		const Doc  *doc = doc_get(statement, field->name);
		bool		applies = field->with == NULL || says(statement, field->with, field->value);

		if (doc && field->nullable && is_nothing(doc))
			doc = NULL;
		if (doc == NULL)
		{
			if (field->required)
				put_problem(result, field->name, "is missing");
			else if (applies && field->required_with)
				put_problem(result, field->name, "is missing with %s", field->value);
			continue;
		}

		/* Where it does not go, the database drops it. */
		if (applies)
			check_value(result, field, doc);
		else if (field->looked_at)
			check_dropped(result, field, doc);
		if (field->part == PART_DECISION && field->kind != FIELD_TEXT)
			decided = true;
	}
	if (!decided)
		put_problem(result, NULL,
					"one of decision_visibility, decision_monetary, decision_provision and decision_account is needed");
	return (Datum) 0;
}
