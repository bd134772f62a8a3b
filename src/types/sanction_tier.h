/*
 * sanction_tier.h
 *		How far up the ladder an account stands.
 *
 * A sanction_tier is one byte by value, the position on the ladder.  The
 * numbers are on disk and on the wire; a new tier can only go at the top.
 *
 * This header needs nothing of the server, so that pure code can use it; the
 * macros at the end expand only where fmgr.h is at hand.
 */
#ifndef GOVERNANCE_SANCTION_TIER_H
#define GOVERNANCE_SANCTION_TIER_H

#include <stddef.h>
#include <string.h>

typedef enum SanctionTier
{
	TIER_CLEAR = 0,				/* nothing against the account */
	TIER_WARNED = 1,			/* told, and nothing withheld */
	TIER_LIMITED = 2,			/* some reach or some features withheld */
	TIER_MUTED = 3,				/* may not speak or publish */
	TIER_SUSPENDED = 4,			/* may not act for a time */
	TIER_REVOKED = 5,			/* a right withdrawn for good */
	TIER_BANNED = 6				/* the account is shut */
} SanctionTier;

#define TIER_COUNT		(TIER_BANNED + 1)

static const char *const sanction_tier_names[TIER_COUNT] = {
	"clear", "warned", "limited", "muted", "suspended", "revoked", "banned"
};

/*
 * The name of a tier, NULL for a number that is none.
 */
static inline const char *
sanction_tier_name(int tier)
{
	if (tier < TIER_CLEAR || tier > TIER_BANNED)
		return NULL;
	return sanction_tier_names[tier];
}

/*
 * The tier of a name of the given length, -1 for a name that is none.  Names
 * are in lower case and stand alone: nothing is folded or trimmed.
 */
static inline int
sanction_tier_from_name(const char *name, size_t len)
{
	for (int tier = TIER_CLEAR; tier <= TIER_BANNED; tier++)
	{
		if (strlen(sanction_tier_names[tier]) == len &&
			memcmp(sanction_tier_names[tier], name, len) == 0)
			return tier;
	}
	return -1;
}

#define DatumGetSanctionTier(X)		((SanctionTier) DatumGetChar(X))
#define SanctionTierGetDatum(X)		CharGetDatum((char) (X))
#define PG_GETARG_SANCTION_TIER(n)	DatumGetSanctionTier(PG_GETARG_DATUM(n))
#define PG_RETURN_SANCTION_TIER(x)	return SanctionTierGetDatum(x)

#endif							/* GOVERNANCE_SANCTION_TIER_H */
