/*
 * compile_quota.h
 *		"at_most" of a relief: so often, or so many points, in a period.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_QUOTA_H
#define GOVERNANCE_RULEBOOK_COMPILE_QUOTA_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* One text. */
extern void compile_quota(Compiler *c, const Doc *doc, Quota *quota);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_QUOTA_H */
