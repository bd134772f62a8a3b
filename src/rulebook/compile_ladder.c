/*
 * compile_ladder.c
 *		The rungs of the ladder.
 */
#include "postgres.h"

#include <math.h>

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_calendar.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_ladder.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "types/sanction_tier.h"

/* What the expressions of a rung may ask for. */
#define EXPR_IN_RUNG (EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS)

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

/* "for": a span of any shape, or {"count": n, "of": kind}. */
static void
compile_length(Compiler *c, const Doc *doc, Rung *rung)
{
	double		constant;

	if (doc_get(doc, "count") || doc_get(doc, "of"))
	{
		const Doc  *count;

		check_keys(doc, &count_object);
		count = doc_required(doc, "count");
		rung->count = compile_expr(c, count, EXPR_NUMBER, EXPR_IN_RUNG);
		if (expr_is_constant(rung->count, &constant) &&
			(constant < 1 || constant != floor(constant) || constant > PG_INT32_MAX))
			doc_fail(count, NULL, NULL, "must be a whole number from 1 on");
		rung->count_activity = compile_kind(c, doc_required(doc, "of"));
		return;
	}
	compile_span_param(c, doc, EXPR_IN_RUNG | SPAN_MAY_RANGE, true, &rung->length);
}

/* "until": activities that must all be done before the sanction ends. */
static void
compile_conditions(Compiler *c, const Doc *list, Rung *rung)
{

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
			check_keys(item, &release_object);
			condition->activity = compile_kind(c, doc_required(item, "on"));
			condition->where = compile_condition(c, item, "where",
												 EXPR_MAY_QUANTITY | EXPR_MAY_STATE);
		}
		rung->nconditions++;
	}
}

/* How long a sanction lasts, and what must be done before it ends. */
static void
compile_end(Compiler *c, const Doc *object, Rung *rung)
{
	const Doc  *length = doc_get(object, "for");
	const Doc  *until = doc_get(object, "until");

	rung->count_activity = -1;
	if (length)
		compile_length(c, length, rung);
	if (until)
		compile_conditions(c, until, rung);
	if (doc_get(object, "roll") && (length == NULL || rung->count_activity >= 0))
		doc_fail(doc_get(object, "roll"), _("Only a length of time ends on a day."), NULL,
				 "goes with a length in \"for\" only");
	rung->rolls = compile_roll(c, object, c->policy->calendar.roll_sanctions) &&
		rung->length.ncases > 0;
}

/*
 * When a sanction begins: while a condition holds, when it becomes true, at each
 * multiple of a measure, or when a rule says so alone (its mode).  compile_end()
 * comes before, because a rung without an end holds as long as its condition.
 */
static void
compile_beginning(Compiler *c, const Doc *object, Rung *rung)
{
	const Doc  *when = doc_get(object, "when");
	const Doc  *each = doc_get(object, "each");
	const Doc  *measure = doc_get(object, "measure");
	bool		ends = doc_get(object, "for") != NULL || doc_get(object, "until") != NULL;

	rung->mode = each ? RUNG_MULTIPLE : !when ? RUNG_DIRECT :
		ends ? RUNG_CROSSING : RUNG_WHILE;
	if (rung->mode != RUNG_WHILE && !ends)
		doc_fail(object, _("Only a rung with \"when\" can do without: it holds as long as its condition."),
				 _("Write \"for\": \"ever\" for a sanction without end."),
				 "\"for\" or \"until\" is missing");

	if (when)
	{
		rung->when = compile_condition(c, object, "when", EXPR_IN_RUNG);
		if (rung->when == NULL) /* always true */
			rung->when = expr_constant_boolean(true);
	}
	if (measure && !each)
		doc_fail(measure, NULL, NULL, "goes with \"each\" only");
	if (each)
	{
		rung->each = doc_points(each, false);
		if (rung->each == 0)
			doc_fail(each, NULL, NULL, "must be more than 0");
		if (measure)
			rung->measure = compile_expr(c, measure, EXPR_NUMBER,
										 EXPR_MAY_STATE | EXPR_MAY_JUDGED);
	}
}

/* When it may begin again, and what it does to one that runs already. */
static void
compile_again(const Doc *object, Rung *rung)
{
	const Doc  *part = doc_get(object, "rearm");

	if (part && (rung->mode == RUNG_WHILE || rung->mode == RUNG_DIRECT))
		doc_fail(part, rung->mode == RUNG_WHILE ?
				 _("The rung holds as long as its condition does.") :
				 _("The rung is only opened by rules."),
				 NULL, "makes no sense here");
	rung->rearm = (Rearm) get_word(object, &rung_object, "rearm", REARM_CLEARED);
	part = doc_get(object, "overlap");
	if (part && rung->mode == RUNG_WHILE)
		doc_fail(part, _("The rung holds as long as its condition does."), NULL,
				 "makes no sense here");
	rung->overlap = (Overlap) get_word(object, &rung_object, "overlap", OVERLAP_MAX);
}

/* Which other rungs have to do with this one: after, ends, elect. */
static void
compile_others(Compiler *c, const Doc *object, int index)
{
	Rung	   *rung = &c->policy->rungs[index];
	const Doc  *part = doc_get(object, "after");

	rung->elect_activity = -1;
	rung->elect_rung = -1;
	rung->after_rung = -1;
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

		check_keys(part, &elect_object);
		rung->elect_activity = compile_kind(c, doc_required(part, "on"));
		other = doc_required(part, "rung");
		rung->elect_rung = compile_rung_name(c, other);
		if (rung->elect_rung == index)
			doc_fail(other, NULL, NULL, "a rung cannot be chosen instead of itself");
		c->rungs[rung->elect_rung].referred = true;
	}
}

/* "terms": figures that are put on a sanction when it opens. */
static void
compile_terms(Compiler *c, const Doc *object, Rung *rung)
{
	const Doc  *part = doc_get(object, "terms");

	if (part == NULL)
		return;
	doc_need_object(part);
	doc_check_size(part, 64);
	rung->terms = palloc0(sizeof(Term) * Max(part->nchildren, 1));
	for (int i = 0; i < part->nchildren; i++)
	{
		const Doc  *term = &part->children[i];

		doc_check_name(term, term->key);
		rung->terms[i].name = pstrdup(term->key);
		rung->terms[i].value = compile_expr(c, term, EXPR_NUMBER, EXPR_IN_RUNG);
		rung->nterms++;
	}
}

/* One rung; its code is known already. */
static void
compile_rung(Compiler *c, int index)
{
	const Doc  *object = c->rungs[index].doc;
	Rung	   *rung = &c->policy->rungs[index];
	const Doc  *part;

	check_keys(object, &rung_object);
	part = doc_get(object, "title");
	if (part)
		rung->title = pstrdup(doc_title(part));
	part = doc_get(object, "note");
	if (part)
		(void) doc_title(part);
	rung->tier = TIER_WARNED + required_word(object, &rung_object, "tier");

	part = doc_get(object, "withhold");
	if (part)
		rung->ncapabilities = compile_withheld(c, part, &rung->capabilities);
	if (doc_get(object, "when") && doc_get(object, "each"))
		doc_fail(object, NULL, NULL, "both \"when\" and \"each\" are given");

	compile_end(c, object, rung);
	compile_beginning(c, object, rung);
	compile_again(object, rung);
	compile_others(c, object, index);
	compile_terms(c, object, rung);
}

/* In the order of the list, which says which of equal tiers is heavier. */
void
compile_ladder(Compiler *c)
{
	for (int i = 0; i < c->policy->nrungs; i++)
		compile_rung(c, i);
}
