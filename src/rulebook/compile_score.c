/*
 * compile_score.c
 *		The score: its direction, where it begins and where it ends.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_score.h"
#include "rulebook/values.h"

/*
 * Where a score begins and ends, and what a change of its cap does.  Constants
 * are compared with each other here; expressions are clamped by the fold.
 */
void
compile_score(Compiler *c)
{
	static const char *const keys[] = {
		"direction", "cap", "limit", "start", "floor", "stop_at_limit",
		"on_cap_raise", "on_cap_lower"
	};
	static const char *const directions[] = {"deduct", "accumulate"};
	static const char *const changes[] = {"shift", "keep"};
	const Doc  *doc = doc_required(c->root, "score");
	const Doc  *cap;
	const Doc  *start;
	const Doc  *floor;
	const Doc  *wrong;
	Policy	   *policy = c->policy;
	double		cap_points,
				start_points,
				floor_points;

	doc_check_keys(doc, keys, lengthof(keys));
	policy->accumulate = doc_get_word(doc, "direction", directions,
									  lengthof(directions), 0) == 1;

	wrong = doc_get(doc, policy->accumulate ? "cap" : "limit");
	if (wrong)
		doc_fail(wrong, NULL, psprintf(_("Use \"%s\"."), policy->accumulate ? "limit" : "cap"),
				 policy->accumulate ? gettext_noop("a score that accumulates has no cap") :
				 gettext_noop("a score that is deducted from has no limit"));
	cap = doc_required(doc, policy->accumulate ? "limit" : "cap");
	start = doc_get(doc, "start");
	floor = doc_get(doc, "floor");

	policy->cap = compile_points(c, cap, 0, false);
	if (start)
		policy->start = compile_points(c, start, 0, false);
	else
		policy->start = policy->accumulate ? expr_constant_number(0) : policy->cap;
	policy->floor = floor ? compile_points(c, floor, 0, false) :
		expr_constant_number(0);

	if (expr_is_constant(policy->cap, &cap_points) && cap_points <= 0)
		doc_fail(cap, NULL, NULL, "must be more than 0");
	if (start && !policy->accumulate &&
		expr_is_constant(policy->cap, &cap_points) &&
		expr_is_constant(policy->start, &start_points) &&
		start_points > cap_points)
		doc_fail(start, NULL, NULL, "the start is above the cap");
	if (floor && expr_is_constant(policy->floor, &floor_points) &&
		expr_is_constant(policy->start, &start_points) &&
		floor_points > start_points)
		doc_fail(floor, NULL, NULL, "the floor is above the start");

	wrong = doc_get(doc, "stop_at_limit");
	if (wrong)
	{
		policy->capped = doc_boolean(wrong);
		if (!policy->accumulate)
			doc_fail(wrong, NULL, NULL,
					 "only a score that accumulates has a limit");
	}
	policy->on_cap_raise = doc_get_word(doc, "on_cap_raise", changes, 2, 0) == 0 ?
		CAP_SHIFT : CAP_KEEP;
	policy->on_cap_lower = doc_get_word(doc, "on_cap_lower", changes, 2, 1) == 0 ?
		CAP_SHIFT : CAP_KEEP;
}
