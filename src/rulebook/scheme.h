/*
 * scheme.h
 *		What a scheme takes an interest in, in any of its versions: so what
 *		concerns none of them costs nothing.
 *
 * Each of these compiles the versions of the scheme that are not compiled yet, and
 * raises what rulebook_compiled() raises.
 */
#ifndef GOVERNANCE_RULEBOOK_SCHEME_H
#define GOVERNANCE_RULEBOOK_SCHEME_H

#include "rulebook/cache.h"

/* Does a version listen to this kind of activity, or to any at all? */
extern bool scheme_listens(Scheme *scheme, const char *kind);
extern bool scheme_has_activities(Scheme *scheme);

/* Does a version look at this fact, or at any at all? */
extern bool scheme_looks_at(Scheme *scheme, const char *attribute);
extern bool scheme_has_attributes(Scheme *scheme);

/* Has a version a rung that withholds certification? */
extern bool scheme_withholds_certification(Scheme *scheme);

#endif							/* GOVERNANCE_RULEBOOK_SCHEME_H */
