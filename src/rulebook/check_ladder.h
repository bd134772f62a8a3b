/*
 * check_ladder.h
 *		What may be wrong with a ladder as a whole.
 */
#ifndef GOVERNANCE_RULEBOOK_CHECK_LADDER_H
#define GOVERNANCE_RULEBOOK_CHECK_LADDER_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* After all rungs and rules are compiled. */
extern void check_ladder(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_CHECK_LADDER_H */
