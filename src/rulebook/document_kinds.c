/*
 * document_kinds.c
 *		The kinds of documents that have a table of keys and a schema.
 */
#include "postgres.h"

#include "rulebook/keys.h"
#include "rulebook/policy_keys.h"

const DocumentKind document_kinds[] = {
	{
		"policy", "Policy document of governance",
		"One version of the rules of one scheme. A key that begins with // is a comment. doc/policy.md explains every key; governance.check_policy() checks more than a schema can: names, types of expressions, contradictions.",
		&policy_document
	},
	{NULL}
};
