/*
 * attribute.h
 *		How the text of governance.attribute is read by policies.
 */
#ifndef GOVERNANCE_LEDGER_ATTRIBUTE_H
#define GOVERNANCE_LEDGER_ATTRIBUTE_H

#include "engine/expr.h"
#include "rulebook/cache.h"

#include "utils/relcache.h"

/*
 * Reads a text as attribute number index of a policy: a number, true or false,
 * a date or instant in the policy's zone, or any text.  False when it is none;
 * *value is then null of the right type.
 */
extern bool policy_read_attribute(const Policy *policy, int index, const char *text,
								  ExprValue *value);

/* Raises ERRCODE_GV_INVALID_ENTRY when a version of the scheme that looks at
 * the attribute could not read the text. */
extern void check_attribute(Relation relation, Scheme *scheme, const char *name,
							const char *text);

#endif							/* GOVERNANCE_LEDGER_ATTRIBUTE_H */
