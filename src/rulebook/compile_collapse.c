/*
 * compile_collapse.c
 *		Several violations that cost less than their sum.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_collapse.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"

/* "collapse": violations of one group that cost less than their sum. */
void
compile_collapse(Compiler *c)
{
	const Doc  *list = doc_get(c->root, "collapse");

	if (list == NULL)
		return;
	doc_need_list(list);
	doc_check_size(list, 64);
	c->policy->collapses = palloc0(sizeof(Collapse) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *object = &list->children[i];
		Collapse   *collapse = &c->policy->collapses[i];
		const Doc  *within;
		const Doc  *each;
		const Doc  *keep;
		const Doc  *at_most;

		check_keys(object, &collapse_object);
		collapse->group = (CollapseGroup) required_word(object, &collapse_object, "group");

		within = doc_get(object, "within");
		each = doc_get(object, "each");
		if (within && each)
			doc_fail(object, NULL, NULL, "both \"within\" and \"each\" are given");
		if (within)
		{
			collapse->has_window = true;
			collapse->window = compile_span(within);
			if (collapse->window.forever || span_is_zero(&collapse->window))
				doc_fail(within, NULL, NULL, "the window must have a length");
		}
		if (each)
			collapse->unit = UNIT_DAY + doc_word(each, calendar_units,
												 NUM_CALENDAR_UNITS);
		if (!within && !each && collapse->group != GROUP_INCIDENT &&
			collapse->group != GROUP_CONTENT)
			doc_fail(object, NULL, _("Add \"within\" or \"each\"."),
					 "a group by \"%s\" would never end",
					 doc_get(object, "group")->text);

		keep = doc_get(object, "keep");
		at_most = doc_get(object, "at_most");
		if (keep && at_most)
			doc_fail(object, NULL, NULL, "both \"keep\" and \"at_most\" are given");
		if (!keep && !at_most)
			doc_fail(object, NULL, NULL, "\"keep\" or \"at_most\" is missing");
		if (at_most)
		{
			collapse->keep = KEEP_SUM;
			collapse->at_most = doc_points(at_most, false);
		}
		else
			collapse->keep = get_word(object, &collapse_object, "keep", 0) == 0 ? KEEP_MAX : KEEP_FIRST;

		compile_selection(c, object, &collapse->filter);
		c->policy->ncollapses++;
	}
}
