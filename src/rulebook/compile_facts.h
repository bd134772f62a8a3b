/*
 * compile_facts.h
 *		What a document declares: attributes, activities and capabilities.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_FACTS_H
#define GOVERNANCE_RULEBOOK_COMPILE_FACTS_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "attributes", in the order of their names. */
extern void compile_attributes(Compiler *c);

/* "activities" and "capabilities": adds the names; object may be null. */
extern void compile_titles(const Doc *object, NameList *names);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_FACTS_H */
