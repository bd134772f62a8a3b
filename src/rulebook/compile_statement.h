/*
 * compile_statement.h
 *		"dsa": how sanctions are put into European statements of reasons.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_STATEMENT_H
#define GOVERNANCE_RULEBOOK_COMPILE_STATEMENT_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "dsa" of the document, its rules and its rungs */
extern void compile_statements(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_STATEMENT_H */
