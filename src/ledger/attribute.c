/*
 * attribute.c
 *		How the text of governance.attribute is read by policies.
 */
#include "postgres.h"

#include <math.h>

#include "compat.h"
#include "errors.h"
#include "ledger/attribute.h"
#include "rulebook/document.h"

#include "utils/builtins.h"
#include "utils/rel.h"

static const char *
type_in_words(AttributeType type)
{
	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			return "a number";
		case ATTRIBUTE_BOOLEAN:
			return "true or false";
		case ATTRIBUTE_DATE:
			return "a date";
		case ATTRIBUTE_TEXT:
			break;
	}
	return "a text";
}

bool
policy_read_attribute(const Policy *policy, int index, const char *text, ExprValue *value)
{
	memset(value, 0, sizeof(ExprValue));
	value->isnull = true;
	switch (policy->attributes[index].type)
	{
		case ATTRIBUTE_NUMBER:
			{
				char	   *end;

				value->type = EXPR_NUMBER;
				value->number = strtod(text, &end);
				value->isnull = end == text || *end != '\0' || !isfinite(value->number);
				break;
			}
		case ATTRIBUTE_BOOLEAN:
			{
				bool		boolean;

				value->type = EXPR_BOOLEAN;
				if (parse_bool(text, &boolean))
				{
					value->number = boolean ? 1 : 0;
					value->isnull = false;
				}
				break;
			}
		case ATTRIBUTE_DATE:
			value->type = EXPR_DATE;
			value->isnull = !parse_instant(text, policy->zone, &value->date);
			break;
		case ATTRIBUTE_TEXT:
			value->type = EXPR_TEXT;
			value->text = text;
			value->isnull = false;
			break;
	}
	return !value->isnull;
}

void
check_attribute(Relation relation, Scheme *scheme, const char *name, const char *text)
{
	for (int i = 0; i < scheme->nversions; i++)
	{
		const Policy *policy = rulebook_compiled(&scheme->versions[i]);
		int			index = policy_attribute_index(policy, name);
		ExprValue	value;

		if (index >= 0 && !policy_read_attribute(policy, index, text, &value))
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_ENTRY),
					 errmsg("attribute \"%s\" cannot be \"%s\"", name, text),
					 errdetail("Scheme \"%s\" reads it as %s.", scheme->name,
							   type_in_words(policy->attributes[index].type)),
					 errtable(relation)));
	}
}
