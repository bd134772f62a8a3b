/*
 * match.h
 *		Which part of one version of a policy is which part of another.
 */
#ifndef GOVERNANCE_ENGINE_MATCH_H
#define GOVERNANCE_ENGINE_MATCH_H

#include "engine/engine.h"

/*
 * The index that something has under another version, by its name, or -1; of no
 * rule or rung (-1) there is none.  A mark is known by the kind of activity that
 * puts it, a relief by its name and what triggers it.
 */
extern int	match_rule(const Policy *from, const Policy *to, int rule);
extern int	match_rung(const Policy *from, const Policy *to, int rung);
extern int	match_kind(const Policy *from, const Policy *to, int kind);
extern int	match_mark(const Policy *from, const Policy *to, int mark);
extern int	match_relief(const Policy *from, const Policy *to, int relief);

/* Do two versions collapse in the same way? */
extern bool same_collapse(const Collapse *a, const Collapse *b);

/*
 * The collapse of the one version whose groups are those of a collapse of the
 * other, or -1.
 */
extern int	match_collapse(const Policy *from, const Policy *to, int collapse);

/*
 * The running observable of the old version that has counted what a running
 * observable of the new one counts, whatever its name; -1: there is none.
 */
extern int	match_counter(const Policy *from, const Policy *to, const Observable *o);

/*
 * Has the old version put a mark of the new one on the same entries?  The mark
 * is known by its number in the new version.
 */
extern bool same_mark(const Policy *from, const Policy *to, int mark);

/* Has the clock of an `every` relief of the new version gone on the same days? */
extern bool same_days(const Policy *from, const Policy *to, int relief);

#endif							/* GOVERNANCE_ENGINE_MATCH_H */
