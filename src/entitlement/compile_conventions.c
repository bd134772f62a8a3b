/*
 * compile_conventions.c
 *		What sources leave open, and where it is said: in the document, for a
 *		capability or pool, for a limit.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_span.h"
#include "rulebook/values.h"

/* A word of a convention, or what it is already. */
static int
word(const Doc *object, const char *key, int otherwise)
{
	return get_word(object, &conventions_object, key, otherwise);
}

/* A span that has a length and an end. */
static Span
positive_span(const Doc *doc)
{
	Span		span = compile_span(doc);

	if (span_is_zero(&span) || span.forever)
		doc_fail(doc, NULL, NULL, "the time must have a length");
	return span;
}

/* "refunds": a word or a span. */
static void
compile_refunds(const Doc *doc, Conventions *conventions)
{
	if (doc == NULL)
		return;
	if (doc->kind == DOC_TEXT && strcmp(doc->text, "ever") == 0)
		conventions->refunds = REFUND_EVER;
	else if (doc->kind == DOC_TEXT && strcmp(doc->text, "never") == 0)
		conventions->refunds = REFUND_NEVER;
	else
	{
		conventions->refunds = REFUND_WITHIN;
		conventions->refund_span = positive_span(doc);
	}
}

/* "grants": what support may override. */
static void
compile_granted(const Doc *list, Conventions *conventions)
{
	if (list == NULL)
		return;
	doc_need_list(list);
	conventions->grants_at_most = conventions->grants_hours = conventions->grants_require = false;
	for (int i = 0; i < list->nchildren; i++)
		switch (word_of(&list->children[i], &conventions_object, "grants"))
		{
			case 0:
				conventions->grants_at_most = true;
				break;
			case 1:
				conventions->grants_hours = true;
				break;
			default:
				conventions->grants_require = true;
				break;
		}
}

/* Keys that are not there leave what the document around has said. */
void
compile_conventions(EntitlementCompiler *e, const Doc *object, Conventions *v)
{
	const Doc  *doc;

	v->interval_end_included = word(object, "interval_end", v->interval_end_included) == 1;
	v->rolling_end_included = word(object, "rolling_end", v->rolling_end_included) == 1;
	v->week_starts = word(object, "week_starts", v->week_starts - 1) + 1;
	if ((doc = doc_get(object, "day_starts")) != NULL)
		v->day_starts = compile_time_of_day(doc);
	v->missing_hour_shifts = word(object, "missing_hour", v->missing_hour_shifts) == 1;
	v->crossing_start = word(object, "crossing", v->crossing_start) == 1;
	v->run_on = doc_get_boolean(object, "run_on", v->run_on);
	v->clip = word(object, "partial", v->clip) == 1;
	v->restart = word(object, "changed_limit", v->restart) == 1;
	compile_refunds(doc_get(object, "refunds"), v);
	v->missing = (MissingFact) word(object, "missing", v->missing);
	compile_granted(doc_get(object, "grants"), v);
	v->concurrent = (ConcurrentUse) word(object, "concurrent", v->concurrent);
	v->repeat_each = word(object, "repeat", v->repeat_each) == 1;
	v->grants_first = word(object, "grant_order", v->grants_first) == 1;
	v->late = (LateUse) word(object, "late", v->late);
	if ((doc = doc_get(object, "repeat_of_ref")) != NULL)
		v->ref_span = positive_span(doc);
	if ((doc = doc_get(object, "reservation")) != NULL)
		v->reservation = positive_span(doc);
	v->age_day_after = word(object, "age_turns", v->age_day_after) == 1;
}

/* "on_reaching": a word, or an object with a length. */
void
compile_reaching(EntitlementCompiler *e, const Doc *object, UsageLimit *limit)
{
	static const char *const words[] = {"refuse", "warn", "shadow"};
	static const char *const lengths[] = {"lock", "grace", "delay"};
	const Doc  *doc = doc_get(object, "on_reaching");

	if (doc == NULL)
		return;
	if (doc->kind == DOC_TEXT)
	{
		limit->action = (ReachAction) doc_word(doc, words, lengthof(words));
		return;
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, _("Examples: \"warn\", {\"lock\": \"24 hours\", \"reset\": true}, {\"grace\": \"7 days\"}."),
				 NULL, "must be a word or an object");
	check_keys(doc, &reach_object);
	limit->action = REACH_REFUSE;
	for (int i = 0; i < (int) lengthof(lengths); i++)
	{
		const Doc  *length = doc_get(doc, lengths[i]);

		if (length == NULL)
			continue;
		if (limit->action != REACH_REFUSE)
			doc_fail(length, NULL, NULL, "only one of \"lock\", \"grace\" and \"delay\" can be given");
		limit->action = (ReachAction) (REACH_LOCK + i);
		compile_span_param(&e->c, length, EXPR_MAY_EXTERNAL, false, &limit->action_length);
	}
	if (limit->action == REACH_REFUSE)
		doc_fail(doc, NULL, NULL, "one of \"lock\", \"grace\" and \"delay\" must be given");
	if (limit->action != REACH_LOCK && (doc_get(doc, "reset") || doc_get(doc, "passing")))
		doc_fail(doc, NULL, NULL, "\"reset\" and \"passing\" go with \"lock\" only");
	limit->lock_resets = doc_get_boolean(doc, "reset", false);
	limit->lock_passing = get_word(doc, &reach_object, "passing", 0) == 1;
}

/* "carry": false, "first", "last", or an object. */
void
compile_carry(EntitlementCompiler *e, const Doc *object, UsageLimit *limit)
{
	static const char *const words[] = {"first", "last"};
	const Doc  *doc = doc_get(object, "carry");
	const Doc  *most;

	if (doc == NULL)
		return;
	limit->carry_at_most = NULL;
	if (doc->kind == DOC_BOOLEAN && !doc->boolean)
	{
		limit->carry = CARRY_NONE;
		return;
	}
	if (doc->kind != DOC_OBJECT)
	{
		if (doc->kind == DOC_BOOLEAN)
			doc_fail(doc, NULL, _("Write \"first\" or \"last\": which is used first, what was carried or what is new."),
					 "must be false, a word or an object");
		limit->carry = (CarryFrom) (CARRY_FIRST + doc_word(doc, words, lengthof(words)));
		return;
	}
	check_keys(doc, &carry_object);
	limit->carry = (CarryFrom) (CARRY_FIRST + required_word(doc, &carry_object, "use"));
	most = doc_get(doc, "at_most");
	if (most != NULL)
		limit->carry_at_most = compile_expr(&e->c, most, EXPR_NUMBER, EXPR_MAY_EXTERNAL);
}
