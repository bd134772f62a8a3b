/*
 * consequence.h
 *		What violations cost certifications.
 */
#ifndef GOVERNANCE_CERTIFICATION_CONSEQUENCE_H
#define GOVERNANCE_CERTIFICATION_CONSEQUENCE_H

#include "postgres.h"

/*
 * May a violation of a rule (nulls: any violation) cost a certification?  Looks at
 * governance.certification_consequence only.
 */
extern bool certification_may_cost(const char *scheme, const char *rule);

#endif							/* GOVERNANCE_CERTIFICATION_CONSEQUENCE_H */
