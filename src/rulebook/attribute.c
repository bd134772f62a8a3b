/*
 * attribute.c
 *		How the text of a fact is read by a policy.
 */
#include "postgres.h"

#include <math.h>

#include "rulebook/attribute.h"
#include "rulebook/instant.h"
#include "utils/builtins.h"

/*
 * Each policy says of which type a fact is, so one text may be a number to one
 * version and a text to another; the ledger keeps the text and every policy
 * reads it for itself.  No error is raised here, because the fold meets facts
 * that were stated before a version asked for them.
 */
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
