/*
 * vocabulary.h
 *		Words that documents and the ledger have in common.
 */
#ifndef GOVERNANCE_RULEBOOK_VOCABULARY_H
#define GOVERNANCE_RULEBOOK_VOCABULARY_H

#include "postgres.h"

#include "engine/policy.h"

/* The severities of rules, by Severity. */
extern const char *const severity_words[NUM_SEVERITIES];

/* Where violations come from. */
#define NUM_SOURCES 5
extern const char *const source_words[NUM_SOURCES];

#endif							/* GOVERNANCE_RULEBOOK_VOCABULARY_H */
