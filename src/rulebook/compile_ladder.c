/*
 * compile_ladder.c
 *		Observables and rungs, and what may be wrong with a ladder as a whole.
 */
#include "postgres.h"

#include <math.h>

#include "errors.h"
#include "rulebook/compile.h"
#include "types/sanction_tier.h"

/* ------------------------------------------------------------------------
 * Observables
 * ------------------------------------------------------------------------
 */

/* Only the names: anything may refer to any of them. */
void
compile_observable_names(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "observe");
	Policy	   *policy = c->policy;

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 256);
	policy->observables = palloc0(sizeof(Observable) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];

		doc_check_identifier(doc, doc->key);
		if (policy_attribute_index(policy, doc->key) >= 0)
			doc_fail(doc, NULL, NULL, "there is an attribute of that name");
		if (c->facets && doc_get(c->facets, doc->key))
			doc_fail(doc, NULL, NULL, "there is a facet of that name");
		policy->observables[i].name = pstrdup(doc->key);
		policy->nobservables++;
	}
}

static void
compile_observable(Compiler *c, const Doc *object, Observable *o)
{
	static const char *const keys[] = {
		"count", "sum", "within", SELECTION_KEYS, "same", "distinct", "live", "clock",
		"rungs", "tier", "min_length", "by", "in_force", "kind"
	};
	static const char *const violation_keys[] = {
		"count", "sum", "within", SELECTION_KEYS, "same", "distinct", "live", "clock"
	};
	static const char *const sanction_keys[] = {
		"count", "within", "rungs", "tier", "min_length", "by", "in_force"
	};
	static const char *const activity_keys[] = {
		"count", "sum", "within", "kind"
	};
	static const char *const counts[] = {"violations", "sanctions", "activities"};
	static const char *const sums[] = {"points", "quantity"};
	static const char *const same[] = {
		"rule", "class", "severity", "incident", "content"
	};
	static const char *const distinct[] = {"rule", "incident", "content"};
	static const char *const clocks[] = {"occurred", "decided"};
	static const char *const by[] = {"start", "end"};
	const Doc  *count;
	const Doc  *sum;
	const Doc  *part;

	/* so that an unknown key is not called one that fits elsewhere */
	doc_check_keys(object, keys, lengthof(keys));
	count = doc_get(object, "count");
	sum = doc_get(object, "sum");
	if ((count == NULL) == (sum == NULL))
		doc_fail(object, NULL, NULL, count ?
				 gettext_noop("both \"count\" and \"sum\" are given") :
				 gettext_noop("\"count\" or \"sum\" is missing"));
	if (count)
		switch (doc_word(count, counts, lengthof(counts)))
		{
			case 0:
				o->kind = OBSERVE_COUNT_VIOLATIONS;
				break;
			case 1:
				o->kind = OBSERVE_COUNT_SANCTIONS;
				break;
			default:
				o->kind = OBSERVE_COUNT_ACTIVITIES;
				break;
		}
	else
		o->kind = doc_word(sum, sums, lengthof(sums)) == 0 ?
			OBSERVE_SUM_POINTS : OBSERVE_SUM_QUANTITY;

	o->activity = -1;
	o->clock = c->policy->clock;
	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			doc_check_keys_with(object, violation_keys, lengthof(violation_keys),
								(count ? count : sum)->text);
			compile_selection(c, object, &o->filter);
			part = doc_get(object, "same");
			if (part)
			{
				doc_need_list(part);
				for (int i = 0; i < part->nchildren; i++)
					o->same |= 1 << doc_word(&part->children[i], same, lengthof(same));
			}
			part = doc_get(object, "distinct");
			if (part)
			{
				static const int bits[] = {SAME_RULE, SAME_INCIDENT, SAME_CONTENT};

				if (o->kind == OBSERVE_SUM_POINTS)
					doc_fail(part, NULL, NULL, "goes with \"count\" only");
				o->distinct = bits[doc_word(part, distinct, lengthof(distinct))];
			}
			o->live = doc_get_boolean(object, "live", false);
			o->clock = (EntryClock) doc_get_word(object, "clock", clocks, 2,
												 c->policy->clock);
			break;

		case OBSERVE_COUNT_SANCTIONS:
			doc_check_keys_with(object, sanction_keys, lengthof(sanction_keys),
								(count ? count : sum)->text);
			part = doc_get(object, "rungs");
			if (part)
				o->rungs = compile_rung_set(c, part);
			part = doc_get(object, "tier");
			if (part)
				o->tier = 1 + doc_word(part, sanction_tier_names + 1, TIER_COUNT - 1);
			part = doc_get(object, "min_length");
			if (part)
				o->min_length = compile_span(part);
			o->by_end = doc_get_word(object, "by", by, 2, 0) == 1;
			o->in_force = doc_get_boolean(object, "in_force", false);
			break;

		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			doc_check_keys_with(object, activity_keys, lengthof(activity_keys),
								(count ? count : sum)->text);
			o->activity = compile_kind(c, doc_required(object, "kind"));
			break;
	}

	part = doc_get(object, "within");
	if (part == NULL)
		o->lifetime = true;
	else if (part->kind == DOC_TEXT && strcmp(part->text, "cycle") == 0)
	{
		if (!c->policy->cycle.given)
			doc_fail(part, NULL, _("Add \"cycle\" to the document."),
					 "the document has no cycle");
		o->in_cycle = true;
	}
	else
	{
		o->window = compile_span(part);
		if (span_is_zero(&o->window))
			doc_fail(part, NULL, NULL, "the window must have a length");
		if (o->window.forever)
		{
			memset(&o->window, 0, sizeof(Span));
			o->lifetime = true;
		}
		else
			o->has_window = true;
	}
}

void
compile_observables(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "observe");

	for (int i = 0; object && i < object->nchildren; i++)
		compile_observable(c, &object->children[i], &c->policy->observables[i]);
}

/* ------------------------------------------------------------------------
 * Rungs
 * ------------------------------------------------------------------------
 */

/* Only the codes: rules and other rungs refer to them. */
void
compile_rung_names(Compiler *c)
{
	const Doc  *list = doc_get(c->root, "ladder");
	Policy	   *policy = c->policy;

	if (list == NULL)
		return;
	doc_need_list(list);
	doc_check_size(list, 256);
	policy->rungs = palloc0(sizeof(Rung) * Max(list->nchildren, 1));
	c->rungs = palloc0(sizeof(RungInfo) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *object = &list->children[i];
		const Doc  *code;
		const char *name;

		doc_need_object(object);
		code = doc_required(object, "rung");
		name = doc_name(code);
		for (int j = 0; j < i; j++)
		{
			if (strcmp(policy->rungs[j].code, name) == 0)
				doc_fail(code, NULL, NULL, "there are two rungs \"%s\"", name);
		}
		policy->rungs[i].code = pstrdup(name);
		c->rungs[i].doc = object;
		policy->nrungs++;
	}
}

/* for: a span of any shape, or {"count": n, "of": kind} */
static void
compile_length(Compiler *c, const Doc *doc, Rung *rung)
{
	static const char *const keys[] = {"count", "of"};
	const int	may = EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS;
	double		constant;

	if (doc_get(doc, "count") || doc_get(doc, "of"))
	{
		const Doc  *count;

		doc_check_keys(doc, keys, lengthof(keys));
		count = doc_required(doc, "count");
		rung->count = compile_expr(c, count, EXPR_NUMBER, may);
		if (expr_is_constant(rung->count, &constant) &&
			(constant < 1 || constant != floor(constant) || constant > PG_INT32_MAX))
			doc_fail(count, NULL, NULL, "must be a whole number from 1 on");
		rung->count_activity = compile_kind(c, doc_required(doc, "of"));
		return;
	}
	compile_span_param(c, doc, may | SPAN_MAY_RANGE, true, &rung->length);
}

static void
compile_conditions(Compiler *c, const Doc *list, Rung *rung)
{
	static const char *const keys[] = {"on", "where"};

	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	doc_check_size(list, 32);
	rung->conditions = palloc0(sizeof(ReleaseCondition) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *item = &list->children[i];
		ReleaseCondition *condition = &rung->conditions[i];

		if (item->kind == DOC_TEXT)
			condition->activity = compile_kind(c, item);
		else
		{
			doc_check_keys(item, keys, lengthof(keys));
			condition->activity = compile_kind(c, doc_required(item, "on"));
			condition->where = compile_condition(c, item, "where",
												 EXPR_MAY_QUANTITY | EXPR_MAY_STATE);
		}
		rung->nconditions++;
	}
}

static void
compile_rung(Compiler *c, int index)
{
	static const char *const keys[] = {
		"rung", "title", "tier", "withhold", "when", "each", "measure", "for",
		"until", "rearm", "overlap", "after", "ends", "elect", "terms", "note", "roll",
		"dsa"
	};
	static const char *const rearms[] = {"cleared", "always", "any", "never"};
	static const char *const overlaps[] = {
		"max", "extend", "queue", "replace", "parallel"
	};
	static const char *const elect_keys[] = {"on", "rung"};
	const int	may = EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS;
	const Doc  *object = c->rungs[index].doc;
	Rung	   *rung = &c->policy->rungs[index];
	const Doc  *when;
	const Doc  *each;
	const Doc  *length;
	const Doc  *until;
	const Doc  *part;

	doc_check_keys(object, keys, lengthof(keys));
	part = doc_get(object, "title");
	if (part)
		rung->title = pstrdup(doc_title(part));
	part = doc_get(object, "note");
	if (part)
		(void) doc_title(part);
	rung->tier = 1 + doc_word(doc_required(object, "tier"),
							  sanction_tier_names + 1, TIER_COUNT - 1);

	part = doc_get(object, "withhold");
	if (part)
		rung->ncapabilities = compile_withheld(c, part, &rung->capabilities);

	when = doc_get(object, "when");
	each = doc_get(object, "each");
	length = doc_get(object, "for");
	until = doc_get(object, "until");
	if (when && each)
		doc_fail(object, NULL, NULL, "both \"when\" and \"each\" are given");

	rung->count_activity = -1;
	rung->elect_activity = -1;
	rung->elect_rung = -1;
	rung->after_rung = -1;
	if (length)
		compile_length(c, length, rung);
	if (until)
		compile_conditions(c, until, rung);
	if (doc_get(object, "roll") && (length == NULL || rung->count_activity >= 0))
		doc_fail(doc_get(object, "roll"), _("Only a length of time ends on a day."), NULL,
				 "goes with a length in \"for\" only");
	rung->rolls = compile_roll(c, object, c->policy->calendar.roll_sanctions) &&
		rung->length.ncases > 0;

	rung->mode = each ? RUNG_MULTIPLE : !when ? RUNG_DIRECT :
		length || until ? RUNG_CROSSING : RUNG_WHILE;
	if (rung->mode != RUNG_WHILE && !length && !until)
		doc_fail(object, _("Only a rung with \"when\" can do without: it holds as long as its condition."),
				 _("Write \"for\": \"ever\" for a sanction without end."),
				 "\"for\" or \"until\" is missing");

	if (when)
	{
		rung->when = compile_condition(c, object, "when", may);
		if (rung->when == NULL) /* always true */
			rung->when = expr_constant_boolean(true);
	}
	part = doc_get(object, "measure");
	if (part && !each)
		doc_fail(part, NULL, NULL, "goes with \"each\" only");
	if (each)
	{
		rung->each = doc_points(each, false);
		if (rung->each == 0)
			doc_fail(each, NULL, NULL, "must be more than 0");
		if (part)
			rung->measure = compile_expr(c, part, EXPR_NUMBER, EXPR_MAY_STATE | EXPR_MAY_JUDGED);
	}

	part = doc_get(object, "rearm");
	if (part && (rung->mode == RUNG_WHILE || rung->mode == RUNG_DIRECT))
		doc_fail(part, rung->mode == RUNG_WHILE ?
				 _("The rung holds as long as its condition does.") :
				 _("The rung is only opened by rules."),
				 NULL, "makes no sense here");
	rung->rearm = (Rearm) doc_get_word(object, "rearm", rearms, lengthof(rearms),
									   REARM_CLEARED);
	part = doc_get(object, "overlap");
	if (part && rung->mode == RUNG_WHILE)
		doc_fail(part, _("The rung holds as long as its condition does."), NULL,
				 "makes no sense here");
	rung->overlap = (Overlap) doc_get_word(object, "overlap", overlaps,
										   lengthof(overlaps), OVERLAP_MAX);

	part = doc_get(object, "after");
	if (part)
	{
		rung->after_rung = compile_rung_name(c, part);
		if (rung->after_rung == index)
			doc_fail(part, NULL, NULL, "a rung cannot come after itself");
	}

	part = doc_get(object, "ends");
	if (part)
	{
		rung->ends = compile_rung_set(c, part);
		rung->ends[index] = false;	/* that is what "overlap" says */
	}

	part = doc_get(object, "elect");
	if (part)
	{
		const Doc  *other;

		doc_check_keys(part, elect_keys, lengthof(elect_keys));
		rung->elect_activity = compile_kind(c, doc_required(part, "on"));
		other = doc_required(part, "rung");
		rung->elect_rung = compile_rung_name(c, other);
		if (rung->elect_rung == index)
			doc_fail(other, NULL, NULL, "a rung cannot be chosen instead of itself");
		c->rungs[rung->elect_rung].referred = true;
	}

	part = doc_get(object, "terms");
	if (part)
	{
		doc_need_object(part);
		doc_check_size(part, 64);
		rung->terms = palloc0(sizeof(Term) * Max(part->nchildren, 1));
		for (int i = 0; i < part->nchildren; i++)
		{
			const Doc  *term = &part->children[i];

			doc_check_name(term, term->key);
			rung->terms[i].name = pstrdup(term->key);
			rung->terms[i].value = compile_expr(c, term, EXPR_NUMBER, may);
			rung->nterms++;
		}
	}
}

void
compile_ladder(Compiler *c)
{
	for (int i = 0; i < c->policy->nrungs; i++)
		compile_rung(c, i);
}

/* ------------------------------------------------------------------------
 * The ladder as a whole
 * ------------------------------------------------------------------------
 */

/* Is rung a heavier than rung b? */
static bool
heavier(const Policy *policy, int a, int b)
{
	if (policy->rungs[a].tier != policy->rungs[b].tier)
		return policy->rungs[a].tier > policy->rungs[b].tier;
	return a > b;
}

/* Does b hold wherever a does? */
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
