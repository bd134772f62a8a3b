/*
 * filter.h
 *		Which entries a selection looks at.
 */
#ifndef GOVERNANCE_ENGINE_FILTER_H
#define GOVERNANCE_ENGINE_FILTER_H

#include "engine/fold_context.h"

/* By rule only: is this the kind of violation that the filter selects? */
static inline bool
filter_rule(const EntryFilter *filter, int rule)
{
	return filter->rules == NULL || (rule >= 0 && filter->rules[rule]);
}

/* Does the filter's condition on the entry hold?  The filter has one. */
extern bool filter_where(Fold *fold, const EntryFilter *filter, const LiveEntry *entry);

/*
 * Does the filter select the entry?  What was let off or overturned is selected
 * by none.
 */
static inline bool
entry_matches(Fold *fold, const EntryFilter *filter, const LiveEntry *entry)
{
	if (entry->flags & (ENTRY_COLLAPSED | ENTRY_OVERTURNED))
		return false;
	if (!filter_rule(filter, entry->rule))
		return false;
	if ((entry->marks & filter->marked) != filter->marked ||
		(entry->marks & filter->unmarked) != 0)
		return false;
	return filter->where == NULL || filter_where(fold, filter, entry);
}

#endif							/* GOVERNANCE_ENGINE_FILTER_H */
