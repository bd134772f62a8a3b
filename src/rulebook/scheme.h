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

/* ---------- accounts without entries ---------- */

/*
 * What facts and time alone may do under a version; a damaged one does nothing.
 * Found out once for each list.
 */
extern Unprompted version_unprompted(PolicyVersion *version);

/*
 * Where the life of an account that was opened at an instant begins without an entry:
 * at its opening, or where the first version comes into force under which anything
 * may happen then.  DT_NOEND: only with an entry.
 */
extern TimestampTz scheme_begins(Scheme *scheme, TimestampTz opened);

/*
 * The schemes, without trials, of which a version may sanction an account that has no
 * entry, by name; *n of them, and the array goes with the list of versions.
 */
extern Scheme **schemes_unprompted(int *n);

#endif							/* GOVERNANCE_RULEBOOK_SCHEME_H */
