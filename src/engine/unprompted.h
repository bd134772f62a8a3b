/*
 * unprompted.h
 *		What a policy may do with an account that has no entries at all.
 */
#ifndef GOVERNANCE_ENGINE_UNPROMPTED_H
#define GOVERNANCE_ENGINE_UNPROMPTED_H

#include "engine/policy.h"

/*
 * What facts and time alone may do to a state in which nothing has happened: an
 * upper bound.  Says UNPROMPTED_NOTHING only where it is the same whether the state
 * begins with the opening of the account or with its first entry.
 */
extern Unprompted engine_unprompted(const Policy *policy);

#endif							/* GOVERNANCE_ENGINE_UNPROMPTED_H */
