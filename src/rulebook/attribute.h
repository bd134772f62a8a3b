/*
 * attribute.h
 *		How the text of a fact (governance.attribute) is read by a policy.
 */
#ifndef GOVERNANCE_RULEBOOK_ATTRIBUTE_H
#define GOVERNANCE_RULEBOOK_ATTRIBUTE_H

#include "postgres.h"

#include "engine/expr.h"
#include "engine/policy.h"

/*
 * Reads a text as the attribute with this index in a policy: a number, true or
 * false, a date or an instant in the policy's time zone, or any text.  Gives
 * false when the text is none of its type; *value is then null of that type.
 * A value that is a text points into the text that was given.
 */
extern bool policy_read_attribute(const Policy *policy, int index, const char *text,
								  ExprValue *value);

#endif							/* GOVERNANCE_RULEBOOK_ATTRIBUTE_H */
