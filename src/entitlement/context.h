/*
 * context.h
 *		What a request brings with it, as a document reads it.
 */
#ifndef GOVERNANCE_ENTITLEMENT_CONTEXT_H
#define GOVERNANCE_ENTITLEMENT_CONTEXT_H

#include "postgres.h"

#include "entitlement/entitlement.h"
#include "utils/jsonb.h"

/*
 * The values of a context (null: none) by the index of the document's names, with
 * their defaults; null where the document has none.  What is not of its type is
 * missing.
 */
extern ExprValue *context_values(const Entitlement *document, Jsonb *context);

/*
 * Raises ERRCODE_INVALID_PARAMETER_VALUE for a name in a context that none of the
 * documents knows, and for a value that is not of its type.
 */
extern void context_check(const Entitlement *const *documents, int n, Jsonb *context);

/*
 * Where a session is: what the rule of its capability names of the context, or what
 * was said.
 */
extern const char *context_place(const Entitlement *document, const Capability *capability,
								 const ExprValue *context, const char *place);

#endif							/* GOVERNANCE_ENTITLEMENT_CONTEXT_H */
