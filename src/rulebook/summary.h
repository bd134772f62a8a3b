/*
 * summary.h
 *		What a policy document says, flat and in words.
 */
#ifndef GOVERNANCE_RULEBOOK_SUMMARY_H
#define GOVERNANCE_RULEBOOK_SUMMARY_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "rulebook/compiler.h"

/* What publish() stores in tables, as JSON text. */
extern char *policy_summary(const Compiler *c);

/*
 * A title under key, and all its languages under keys when it has several; nothing
 * where doc is null.
 */
extern void summary_title(StringInfo out, const char *key, const char *keys, const Doc *doc);

#endif							/* GOVERNANCE_RULEBOOK_SUMMARY_H */
