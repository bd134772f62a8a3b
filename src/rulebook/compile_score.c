/*
 * compile_score.c
 *		The score: its direction, where it begins and where it ends.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_score.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"

/*
 * Where a score begins and ends, and what a change of its cap does.  Constants
 * are compared with each other here; expressions are clamped by the fold.
 */
void
compile_score(Compiler *c)
{
	const Doc  *doc = doc_required(c->root, "score");
	const Doc  *cap;
	const Doc  *start;
	const Doc  *floor;
	const Doc  *wrong;
	Policy	   *policy = c->policy;
	double		cap_points,
				start_points,
				floor_points;

	check_keys(doc, &score_object);
	policy->accumulate = get_word(doc, &score_object, "direction", 0) == 1;

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
	policy->on_cap_raise = get_word(doc, &score_object, "on_cap_raise", 0) == 0 ?
		CAP_SHIFT : CAP_KEEP;
	policy->on_cap_lower = get_word(doc, &score_object, "on_cap_lower", 1) == 0 ?
		CAP_SHIFT : CAP_KEEP;
}
