/*
 * compile_score.h
 *		The score: its direction, where it begins and where it ends.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_SCORE_H
#define GOVERNANCE_RULEBOOK_COMPILE_SCORE_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "score" */
extern void compile_score(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_SCORE_H */
