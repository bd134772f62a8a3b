/*
 * summary.h
 *		What a policy document says, flat and in words.
 */
#ifndef GOVERNANCE_RULEBOOK_SUMMARY_H
#define GOVERNANCE_RULEBOOK_SUMMARY_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* What publish() stores in tables, as JSON text. */
extern char *policy_summary(const Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_SUMMARY_H */
