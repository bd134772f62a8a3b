/*
 * compile_rules.h
 *		Rules and their prices.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_RULES_H
#define GOVERNANCE_RULEBOOK_COMPILE_RULES_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "severities" and "rules"; the rules are in the order of their codes. */
extern void compile_rules(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_RULES_H */
