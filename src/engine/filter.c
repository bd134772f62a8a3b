/*
 * filter.c
 *		Which entries a selection looks at: the part of it that is a condition.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "engine/filter.h"

/* The entry is the one at hand while its condition is evaluated. */
bool
filter_where(Fold *fold, const EntryFilter *filter, const LiveEntry *entry)
{
	const LiveEntry *outer = fold->entry;
	bool		result;

	fold->entry = entry;
	result = expr_true(filter->where, &fold->env);
	fold->entry = outer;
	return result;
}
