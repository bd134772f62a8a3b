/*
 * compile_collapse.h
 *		Several violations that cost less than their sum.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_COLLAPSE_H
#define GOVERNANCE_RULEBOOK_COMPILE_COLLAPSE_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "collapse" */
extern void compile_collapse(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_COLLAPSE_H */
