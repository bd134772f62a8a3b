/*
 * compile_relief.h
 *		Everything that gives points back.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_RELIEF_H
#define GOVERNANCE_RULEBOOK_COMPILE_RELIEF_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "relief" */
extern void compile_relief(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_RELIEF_H */
