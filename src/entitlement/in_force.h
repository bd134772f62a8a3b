/*
 * in_force.h
 *		The entitlement documents that say something to a request.
 */
#ifndef GOVERNANCE_ENTITLEMENT_IN_FORCE_H
#define GOVERNANCE_ENTITLEMENT_IN_FORCE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "entitlement/entitlement.h"

/* A version that is in force, or on trial, at an instant. */
typedef struct InForce
{
	const Entitlement *document;
	const Capability *capability;	/* null: it does not name it, and may silence
									 * another */
	bool		trial;			/* it enforces nothing */
	TimestampTz from;
	TimestampTz to;
} InForce;

/* Are there any documents at all?  After rulebook_refresh(). */
extern bool entitlements_any(void);

/*
 * Those that name a capability at an instant, by name, and those of the others that
 * may silence one of them; in the current context.  *n: how many, 0 when nobody
 * names it.
 */
extern InForce *entitlements_naming(const char *capability, TimestampTz at, int *n);

/*
 * Those that name a capability or a pool so at an instant, without trials;
 * capability is that place.
 */
extern InForce *entitlements_with(const char *name, TimestampTz at, int *n);

/* Does any version, whenever it is in force, name it as a capability or as a pool? */
extern bool entitlements_know(const char *name);

#endif							/* GOVERNANCE_ENTITLEMENT_IN_FORCE_H */
