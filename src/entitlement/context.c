/*
 * context.c
 *		What a request brings with it, as a document reads it.
 */
#include "postgres.h"

#include "entitlement/context.h"
#include "errors.h"
#include "rulebook/instant.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

/*
 * A value of JSON as one of a type; false when it is none.  Texts are read as the
 * facts of accounts are.
 */
static bool
read_value(const JsonbValue *json, AttributeType type, pg_tz *zone, ExprValue *value)
{
	char	   *text = json->type == jbvString ? pnstrdup(json->val.string.val, json->val.string.len) : NULL;
	bool		boolean;

	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			value->type = EXPR_NUMBER;
			if (json->type == jbvNumeric)
				value->number = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(json->val.numeric)));
			else
				return false;
			break;
		case ATTRIBUTE_BOOLEAN:
			value->type = EXPR_BOOLEAN;
			if (json->type == jbvBool)
				value->number = json->val.boolean ? 1 : 0;
			else if (text != NULL && parse_bool(text, &boolean))
				value->number = boolean ? 1 : 0;
			else
				return false;
			break;
		case ATTRIBUTE_DATE:
			value->type = EXPR_DATE;
			if (text == NULL || !parse_instant(text, zone, &value->date))
				return false;
			break;
		case ATTRIBUTE_TEXT:
			value->type = EXPR_TEXT;
			if (json->type == jbvNumeric)
				text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(json->val.numeric)));
			if (text == NULL)
				return false;
			value->text = text;
			break;
	}
	value->isnull = false;
	return true;
}

/* The type of an expression that reads a name of this one. */
static ExprType
context_type(AttributeType type)
{
	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			return EXPR_NUMBER;
		case ATTRIBUTE_BOOLEAN:
			return EXPR_BOOLEAN;
		case ATTRIBUTE_DATE:
			return EXPR_DATE;
		case ATTRIBUTE_TEXT:
			break;
	}
	return EXPR_TEXT;
}

/* JSON null is as good as nothing. */
ExprValue *
context_values(const Entitlement *document, Jsonb *context)
{
	ExprValue  *values;

	if (document->ncontext == 0)
		return NULL;
	values = palloc0(sizeof(ExprValue) * document->ncontext);
	for (int i = 0; i < document->ncontext; i++)
	{
		const ContextName *name = &document->context_names[i];
		JsonbValue	room;
		JsonbValue *json = context == NULL ? NULL :
			getKeyJsonValueFromContainer(&context->root, name->name, strlen(name->name), &room);

		values[i].type = context_type(name->type);
		values[i].isnull = true;
		if (json != NULL && json->type != jbvNull &&
			read_value(json, name->type, document->facts->zone, &values[i]))
			continue;
		if (name->has_default)
			values[i] = name->value;
		else
			values[i].isnull = true;
	}
	return values;
}

/* The name in a document; null: it does not know it. */
static const ContextName *
context_name(const Entitlement *document, const char *name, int len)
{
	for (int i = 0; i < document->ncontext; i++)
		if (strlen(document->context_names[i].name) == (Size) len &&
			memcmp(document->context_names[i].name, name, len) == 0)
			return &document->context_names[i];
	return NULL;
}

/* One member of the object. */
static void
check_member(const Entitlement *const *documents, int n, const char *key, const JsonbValue *json)
{
	bool		known = false;

	for (int i = 0; i < n; i++)
	{
		const ContextName *name = context_name(documents[i], key, strlen(key));
		ExprValue	value = {0};

		if (name == NULL)
			continue;
		known = true;
		if (json->type != jbvNull && !read_value(json, name->type, documents[i]->facts->zone, &value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" of the context is not of the type that entitlement \"%s\" gives it",
							key, documents[i]->name)));
	}
	if (!known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no entitlement knows \"%s\" of the context", key),
				 errdetail("The documents in force that name the capability say under \"context\" what a request may bring with it.")));
}

/* Where no document is about the request, nobody reads its context. */
void
context_check(const Entitlement *const *documents, int n, Jsonb *context)
{
	JsonbIterator *it;
	JsonbValue	value;
	JsonbIteratorToken token;
	char	   *key = NULL;

	if (context == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(context))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the context of a request must be an object")));
	if (n == 0)
		return;
	it = JsonbIteratorInit(&context->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			check_member(documents, n, key, &value);
	}
}

/* See context.h. */
const char *
context_place(const Entitlement *document, const Capability *capability, const ExprValue *context, const char *place)
{
	int			by = capability != NULL && capability->session.given ? capability->session.by : -1;

	if (by < 0 || context == NULL || context[by].isnull)
		return place;
	return document->context_names[by].type == ATTRIBUTE_TEXT ? context[by].text :
		psprintf("%.17g", context[by].number);
}
