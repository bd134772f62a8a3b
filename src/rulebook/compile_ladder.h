/*
 * compile_ladder.h
 *		The rungs of the ladder.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_LADDER_H
#define GOVERNANCE_RULEBOOK_COMPILE_LADDER_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "ladder": the codes first, then the rungs. */
extern void compile_rung_names(Compiler *c);
extern void compile_ladder(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_LADDER_H */
