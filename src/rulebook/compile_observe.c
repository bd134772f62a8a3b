/*
 * compile_observe.c
 *		Observables: named counts and sums that expressions use.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/compile_observe.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
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

/* A count or a sum: of violations, of sanctions or of activities. */
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

/* After the rules, because a selection names them. */
void
compile_observables(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "observe");

	for (int i = 0; object && i < object->nchildren; i++)
		compile_observable(c, &object->children[i], &c->policy->observables[i]);
}
