/*
 * check_ladder.c
 *		What may be wrong with a ladder as a whole, each rung being right.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "errors.h"
#include "rulebook/check_ladder.h"
#include "rulebook/words.h"

/* Is rung a heavier than rung b? */
static bool
heavier(const Policy *policy, int a, int b)
{
	if (policy->rungs[a].tier != policy->rungs[b].tier)
		return policy->rungs[a].tier > policy->rungs[b].tier;
	return a > b;
}

/* Does b hold wherever a does?  False where that cannot be told. */
static bool
implies(const Expr *a, const Expr *b)
{
	ExprInterval x;
	ExprInterval y;

	if (expr_equal(a, b))
		return true;
	if (!expr_interval(a, &x) || !expr_interval(b, &y) || !x.given || !y.given ||
		x.var != y.var || x.index != y.index)
		return false;
	return (y.low < x.low || (y.low == x.low && (!y.low_open || x.low_open))) &&
		(y.high > x.high || (y.high == x.high && (!y.high_open || x.high_open)));
}

/* A condition on the score that no score can meet. */
static void
check_reach(Compiler *c, int index)
{
	const Policy *policy = c->policy;
	const Rung *rung = &policy->rungs[index];
	const Doc  *when = doc_get(c->rungs[index].doc, "when");
	ExprInterval interval;
	double		low;
	double		high;

	if (rung->when == NULL || !expr_interval(rung->when, &interval) ||
		!interval.given || interval.var != VAR_SCORE)
		return;
	if (expr_is_constant(policy->floor, &low) &&
		(interval.high < low || (interval.high == low && interval.high_open)))
		doc_fail(when, psprintf(_("The score never falls below %s."),
								points_text(points_from_double(low))),
				 NULL, "the condition is never true");
	if ((!policy->accumulate || policy->capped) &&
		expr_is_constant(policy->cap, &high) &&
		(interval.low > high || (interval.low == high && interval.low_open)))
		doc_fail(when, psprintf(_("The score never rises above %s."),
								points_text(points_from_double(high))),
				 NULL, "the condition is never true");
}

/* What may be wrong with a ladder as a whole. */
void
check_ladder(Compiler *c)
{
	const Policy *policy = c->policy;

	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];
		int			r = i;

		if (rung->mode == RUNG_DIRECT && !c->rungs[i].referred)
			doc_fail(c->rungs[i].doc, NULL,
					 _("Add \"when\" or \"each\", or name the rung in \"direct\" of a rule or in \"elect\" of a rung."),
					 "nothing ever opens the rung \"%s\"", rung->code);

		for (int e = 0; rung->ends != NULL && e < policy->nrungs; e++)
			if (rung->ends[e] && policy->rungs[e].mode == RUNG_WHILE)
				doc_fail(doc_get(c->rungs[i].doc, "ends"),
						 _("It holds as long as its condition, and would begin anew at once."),
						 _("Say in its condition when it holds no longer."),
						 "rung \"%s\" cannot be ended", policy->rungs[e].code);

		/* after: no circle */
		for (int steps = 0; r >= 0; steps++)
		{
			if (steps > policy->nrungs)
				doc_fail(doc_get(c->rungs[i].doc, "after"), NULL, NULL,
						 "the rungs wait for each other");
			r = policy->rungs[r].after_rung;
		}
		check_reach(c, i);
	}

	/*
	 * Of the rungs reached at once only the heaviest counts, so a rung whose
	 * condition implies that of a heavier one of its kind never does.
	 */
	if (policy->apply_all || policy->sequence)
		return;
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *light = &policy->rungs[i];

		if (light->when == NULL)
			continue;
		for (int j = 0; j < policy->nrungs; j++)
		{
			const Rung *heavy = &policy->rungs[j];
			bool		hidden;

			if (j == i || heavy->when == NULL || heavy->after_rung >= 0 ||
				heavy->mode != light->mode || !heavier(policy, j, i))
				continue;
			if (light->mode == RUNG_WHILE)
				hidden = implies(light->when, heavy->when);
			else
				hidden = expr_equal(light->when, heavy->when) &&
					light->rearm == heavy->rearm;
			if (hidden)
				doc_fail(doc_get(c->rungs[i].doc, "when"),
						 _("Of the rungs that are reached together only the heaviest counts: the highest tier and, among equal tiers, the last."),
						 _("Change the conditions or the tiers, or set \"ladder_apply\" to \"all\"."),
						 "rung \"%s\" can never hold, because rung \"%s\" is heavier and holds whenever it does",
						 light->code, heavy->code);
		}
	}
}
