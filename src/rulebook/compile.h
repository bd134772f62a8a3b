/*
 * compile.h
 *		From a policy document to a compiled policy.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_H
#define GOVERNANCE_RULEBOOK_COMPILE_H

#include "postgres.h"

#include "engine/policy.h"
#include "rulebook/compiler.h"
#include "rulebook/document_type.h"
#include "utils/jsonb.h"

/* What _PG_init() registers for DOCUMENT_SCHEME. */
extern const DocumentType policy_document_type;

/*
 * Compiles a document into a policy in a memory context of its own below
 * parent. policy_id: of the document where it is stored, 0 of one that is
 * being tried. Raises ERRCODE_GV_INVALID_POLICY with the JSON path in the
 * message and what is allowed there in the detail.
 */
extern Policy *policy_compile(Jsonb *document, int64 policy_id, MemoryContext parent);

/* "enforcement": from when, and for whom; kept in the compiler's policy. */
extern void compile_enforcement(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_H */
