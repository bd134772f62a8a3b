/*
 * compile_observe.c
 *		Observables: named counts and sums that expressions use.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_observe.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "types/sanction_tier.h"

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

/* Which violations are counted, or whose points are summed up. */
static void
compile_violations(Compiler *c, const Doc *object, Observable *o)
{
	static const int bits[] = {SAME_RULE, SAME_INCIDENT, SAME_CONTENT};
	const Doc  *part;

	compile_selection(c, object, &o->filter);
	part = doc_get(object, "same");
	if (part)
	{
		doc_need_list(part);
		for (int i = 0; i < part->nchildren; i++)
			o->same |= 1 << word_of(&part->children[i], &observable_object, "same");
	}
	part = doc_get(object, "distinct");
	if (part)
	{
		if (o->kind == OBSERVE_SUM_POINTS)
			doc_fail(part, NULL, NULL, "goes with \"count\" only");
		o->distinct = bits[word_of(part, &observable_object, "distinct")];
	}
	o->live = doc_get_boolean(object, "live", false);
	o->clock = (EntryClock) get_word(object, &observable_object, "clock", c->policy->clock);
}

/* Which sanctions are counted. */
static void
compile_sanctions(Compiler *c, const Doc *object, Observable *o)
{
	const Doc  *part = doc_get(object, "rungs");

	if (part)
		o->rungs = compile_rung_set(c, part);
	part = doc_get(object, "tier");
	if (part)
		o->tier = TIER_WARNED + word_of(part, &observable_object, "tier");
	part = doc_get(object, "min_length");
	if (part)
		o->min_length = compile_span(part);
	o->by_end = get_word(object, &observable_object, "by", 0) == 1;
	o->in_force = doc_get_boolean(object, "in_force", false);
}

/* "within": how far back it looks, or since the policy's cycle began. */
static void
compile_window(Compiler *c, const Doc *within, Observable *o)
{
	if (within == NULL)
		o->lifetime = true;
	else if (within->kind == DOC_TEXT && strcmp(within->text, "cycle") == 0)
	{
		if (!c->policy->cycle.given)
			doc_fail(within, NULL, _("Add \"cycle\" to the document."),
					 "the document has no cycle");
		o->in_cycle = true;
	}
	else
	{
		o->window = compile_span(within);
		if (span_is_zero(&o->window))
			doc_fail(within, NULL, NULL, "the window must have a length");
		if (o->window.forever)
		{
			memset(&o->window, 0, sizeof(Span));
			o->lifetime = true;
		}
		else
			o->has_window = true;
	}
}

/* A count or a sum: of violations, of sanctions or of activities. */
static void
compile_observable(Compiler *c, const Doc *object, Observable *o)
{
	static const ObservableKind counts[] = {
		OBSERVE_COUNT_VIOLATIONS, OBSERVE_COUNT_SANCTIONS, OBSERVE_COUNT_ACTIVITIES
	};
	static const ObservableKind sums[] = {OBSERVE_SUM_POINTS, OBSERVE_SUM_QUANTITY};
	const Doc  *count;
	const Doc  *sum;

	/* so that an unknown key is not called one that fits elsewhere */
	check_keys(object, &observable_object);
	count = doc_get(object, "count");
	sum = doc_get(object, "sum");
	if ((count == NULL) == (sum == NULL))
		doc_fail(object, NULL, NULL, count ?
				 gettext_noop("both \"count\" and \"sum\" are given") :
				 gettext_noop("\"count\" or \"sum\" is missing"));
	o->kind = count ? counts[word_of(count, &observable_object, "count")] :
		sums[word_of(sum, &observable_object, "sum")];
	check_keys_with(object, &observable_object, (count ? count : sum)->text);

	o->activity = -1;
	o->clock = c->policy->clock;
	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			compile_violations(c, object, o);
			break;
		case OBSERVE_COUNT_SANCTIONS:
			compile_sanctions(c, object, o);
			break;
		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			o->activity = compile_kind(c, doc_required(object, "kind"));
			break;
	}
	compile_window(c, doc_get(object, "within"), o);
}

/* After the rules, because a selection names them. */
void
compile_observables(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "observe");

	for (int i = 0; object && i < object->nchildren; i++)
		compile_observable(c, &object->children[i], &c->policy->observables[i]);
}
