/*
 * holds.h
 *		Who is using which list of policy versions.
 *
 * What is replaced may be in use further up the stack: a trigger on what a
 * statement of ours writes can ask for the rulebook anew.  Whoever asks holds the
 * list for as long as the memory context lives that was current then, and a list
 * goes, with what was replaced in its time, when nobody holds it or an older one.
 */
#ifndef GOVERNANCE_RULEBOOK_HOLDS_H
#define GOVERNANCE_RULEBOOK_HOLDS_H

#include "postgres.h"

/*
 * Begins a new list, held as by hold_list(), and gives its memory context,
 * which is made below parent.  The one before goes as soon as nobody holds it.
 */
extern MemoryContext new_list(MemoryContext parent);

/* The newest list stays for as long as the current memory context lives. */
extern void hold_list(void);

/*
 * A memory context below the same parent that has been replaced: it goes with
 * the lists that were in use when it was, or at once when none is.
 */
extern void discard_with_lists(MemoryContext context);

#endif							/* GOVERNANCE_RULEBOOK_HOLDS_H */
