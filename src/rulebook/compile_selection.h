/*
 * compile_selection.h
 *		Selections of rules and of violations.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_SELECTION_H
#define GOVERNANCE_RULEBOOK_COMPILE_SELECTION_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* The selection that stands in an object. */
extern void compile_selection(Compiler *c, const Doc *object, EntryFilter *filter);

/* Its rules alone: a set by rule index, or null for all of them. */
extern bool *compile_rule_set(Compiler *c, const Doc *object);

/* A list of patterns of rules: a set by rule index; null where list is null. */
extern bool *compile_rule_patterns(Compiler *c, const Doc *list);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_SELECTION_H */
