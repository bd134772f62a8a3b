/*
 * match.c
 *		Which part of one version of a policy is which part of another: what has a
 *		name is matched by it, what has none by what it does.
 */
#include "postgres.h"

#include "engine/match.h"
#include "engine/plan.h"

/* ---------- by name ---------- */

/* See match.h. */
int
match_rule(const Policy *from, const Policy *to, int rule)
{
	if (rule < 0)
		return -1;
	return policy_rule_index(to, from->rules[rule].code, strlen(from->rules[rule].code));
}

/* See match.h. */
int
match_rung(const Policy *from, const Policy *to, int rung)
{
	return rung < 0 ? -1 : policy_rung_index(to, from->rungs[rung].code);
}

/* See match.h. */
int
match_kind(const Policy *from, const Policy *to, int kind)
{
	return policy_activity_index(to, from->activities[kind]);
}

/* See match.h. */
int
match_mark(const Policy *from, const Policy *to, int mark)
{
	int			kind = match_kind(from, to, from->marks[mark]);

	for (int m = 0; kind >= 0 && m < to->nmarks; m++)
		if (to->marks[m] == kind)
			return m;
	return -1;
}

/* See match.h.  Of several, one with quotas: what these count has to be found. */
int
match_relief(const Policy *from, const Policy *to, int relief)
{
	const Relief *old = &from->reliefs[relief];
	int			found = -1;

	for (int i = 0; i < to->nreliefs; i++)
	{
		const Relief *r = &to->reliefs[i];

		if (r->trigger != old->trigger || strcmp(r->name, old->name) != 0)
			continue;
		if (found < 0)
			found = i;
		if (old->trigger != RELIEF_ACTIVITY || relief_rationed(r))
			return i;
	}
	return found;
}

/* ---------- by what it does ---------- */

/*
 * Do two selections name the same rules?  A rule that only the new version has
 * makes no difference, since nothing has happened under it.
 */
static bool
same_rules(const Policy *from, const Policy *to, const bool *a, const bool *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (int r = 0; r < from->nrules; r++)
	{
		int			other = match_rule(from, to, r);

		if (a[r] != (other >= 0 && b[other]))
			return false;
	}
	return true;
}

/* The same of rungs. */
static bool
same_rungs(const Policy *from, const Policy *to, const bool *a, const bool *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (int r = 0; r < from->nrungs; r++)
	{
		int			other = match_rung(from, to, r);

		if (a[r] != (other >= 0 && b[other]))
			return false;
	}
	return true;
}

/* Do rungs of the same names lie at or above a tier in both versions? */
static bool
same_tiers(const Policy *from, const Policy *to, int tier)
{
	for (int r = 0; r < from->nrungs && tier > 0; r++)
	{
		int			other = match_rung(from, to, r);

		if ((from->rungs[r].tier >= tier) != (other >= 0 && to->rungs[other].tier >= tier))
			return false;
	}
	return true;
}

/* See match.h. */
bool
same_collapse(const Collapse *a, const Collapse *b)
{
	return a->group == b->group && a->keep == b->keep && a->unit == b->unit &&
		a->has_window == b->has_window && span_equal(&a->window, &b->window);
}

/*
 * See match.h.  What a group costs is in its state or in its entries: it can go
 * over only where both versions have it in the same place.
 */
int
match_collapse(const Policy *from, const Policy *to, int collapse)
{
	const Collapse *c = &to->collapses[collapse];

	if (c->keep != KEEP_FIRST && engine_plan(from)->shares != engine_plan(to)->shares)
		return -1;
	for (int i = 0; i < from->ncollapses; i++)
		if (same_collapse(&from->collapses[i], c) &&
			same_rules(from, to, from->collapses[i].filter.rules, c->filter.rules))
			return i;
	return -1;
}

/* See match.h. */
int
match_counter(const Policy *from, const Policy *to, const Observable *o)
{
	for (int i = 0; i < from->nobservables; i++)
	{
		const Observable *old = &from->observables[i];

		if (!old->running || old->kind != o->kind)
			continue;
		switch (o->kind)
		{
			case OBSERVE_COUNT_VIOLATIONS:
			case OBSERVE_SUM_POINTS:
				if (same_rules(from, to, old->filter.rules, o->filter.rules))
					return i;
				break;
			case OBSERVE_COUNT_SANCTIONS:
				if (old->tier == o->tier && same_rungs(from, to, old->rungs, o->rungs) &&
					same_tiers(from, to, o->tier))
					return i;
				break;
			case OBSERVE_COUNT_ACTIVITIES:
			case OBSERVE_SUM_QUANTITY:
				if (strcmp(from->activities[old->activity], to->activities[o->activity]) == 0)
					return i;
				break;
		}
	}
	return -1;
}

/* Does a relief by age of the policy wait for a mark? */
static bool
waits_for(const Relief *relief, int mark)
{
	return relief->trigger == RELIEF_AGE && relief->age_mark == mark;
}

/* See match.h. */
bool
same_mark(const Policy *from, const Policy *to, int mark)
{
	int			old = -1;
	int			r = 0;

	for (int m = 0; m < from->nmarks && old < 0; m++)
		if (match_mark(from, to, m) == mark)
			old = m;
	if (old < 0)
		return false;

	/* An activity that names no violation marks what these wait for. */
	for (int i = 0; i < to->nreliefs; i++)
	{
		const EntryFilter *a;
		const EntryFilter *b = &to->reliefs[i].filter;

		if (!waits_for(&to->reliefs[i], mark))
			continue;
		while (r < from->nreliefs && !waits_for(&from->reliefs[r], old))
			r++;
		if (r == from->nreliefs)
			return false;
		a = &from->reliefs[r++].filter;
		if (!same_rules(from, to, a->rules, b->rules) || a->marked != 0 || b->marked != 0 ||
			a->unmarked != 0 || b->unmarked != 0 || a->where != NULL || b->where != NULL)
			return false;
	}
	while (r < from->nreliefs && !waits_for(&from->reliefs[r], old))
		r++;
	return r == from->nreliefs;
}

/* See match.h. */
bool
same_days(const Policy *from, const Policy *to, int relief)
{
	const Relief *r = &to->reliefs[relief];

	if (r->active_activity < 0)
		return true;
	for (int i = 0; i < from->nreliefs; i++)
		if (from->reliefs[i].trigger == RELIEF_EVERY && match_relief(from, to, i) == relief &&
			from->reliefs[i].active_activity >= 0 &&
			match_kind(from, to, from->reliefs[i].active_activity) == r->active_activity)
			return true;
	return false;
}
