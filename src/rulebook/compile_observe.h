/*
 * compile_observe.h
 *		Observables: named counts and sums that expressions use.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_OBSERVE_H
#define GOVERNANCE_RULEBOOK_COMPILE_OBSERVE_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "observe": the names first, then what is counted. */
extern void compile_observable_names(Compiler *c);
extern void compile_observables(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_OBSERVE_H */
