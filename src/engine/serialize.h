/*
 * serialize.h
 *		The format of a stored state, for serialize.c, which writes it, and
 *		deserialize.c, which reads it.
 */
#ifndef GOVERNANCE_ENGINE_SERIALIZE_H
#define GOVERNANCE_ENGINE_SERIALIZE_H

#include "engine/engine.h"

#define FORMAT_VERSION 1
#define FORMAT_WITH_PARTS 2		/* entries are told from each other, and there is
								 * more behind the rest */
#define FORMAT_SHARING 2		/* more than these two, where entries share prices
								 * or have lives of their own */

/* What the ladder remembers, which most states have nothing of. */
#define RUNGS_NONE 0
#define RUNGS_FIRED 1			/* without openings: of an earlier version */
#define RUNGS_COUNTED 3

/* A number for the lengths of the arrays whose length follows from the policy. */
extern uint64 policy_shape(const Policy *policy);

#endif							/* GOVERNANCE_ENGINE_SERIALIZE_H */
