/*
 * compile_modifiers.h
 *		What changes the price of a violation.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_MODIFIERS_H
#define GOVERNANCE_RULEBOOK_COMPILE_MODIFIERS_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "modifiers" of the document and of its rules */
extern void compile_modifiers(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_MODIFIERS_H */
