/*
 * mix.h
 *		A hash of numbers for hash tables in memory.
 */
#ifndef GOVERNANCE_MIX_H
#define GOVERNANCE_MIX_H

#include "postgres.h"

/* A good mix of all bits, so that neighbours lie far apart (the finalizer of
 * MurmurHash3). */
static inline uint32
mix_number(uint64 number)
{
	number ^= number >> 33;
	number *= UINT64CONST(0xff51afd7ed558ccd);
	number ^= number >> 33;
	number *= UINT64CONST(0xc4ceb9fe1a85ec53);
	number ^= number >> 33;
	return (uint32) number;
}

#endif							/* GOVERNANCE_MIX_H */
