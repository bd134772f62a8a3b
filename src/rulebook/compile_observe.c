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

/* A count or a sum: of violations, of sanctions or of activities. */
static void
compile_observable(Compiler *c, const Doc *object, Observable *o)
{
	const Doc  *count;
	const Doc  *sum;
	const Doc  *part;

	/* so that an unknown key is not called one that fits elsewhere */
	check_keys(object, &observable_object);
	count = doc_get(object, "count");
	sum = doc_get(object, "sum");
	if ((count == NULL) == (sum == NULL))
		doc_fail(object, NULL, NULL, count ?
				 gettext_noop("both \"count\" and \"sum\" are given") :
				 gettext_noop("\"count\" or \"sum\" is missing"));
	if (count)
		switch (get_word(object, &observable_object, "count", 0))
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
		o->kind = get_word(object, &observable_object, "sum", 0) == 0 ?
			OBSERVE_SUM_POINTS : OBSERVE_SUM_QUANTITY;

	o->activity = -1;
	o->clock = c->policy->clock;
	switch (o->kind)
	{
		case OBSERVE_COUNT_VIOLATIONS:
		case OBSERVE_SUM_POINTS:
			check_keys_with(object, &observable_object, (count ? count : sum)->text);
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
				static const int bits[] = {SAME_RULE, SAME_INCIDENT, SAME_CONTENT};

				if (o->kind == OBSERVE_SUM_POINTS)
					doc_fail(part, NULL, NULL, "goes with \"count\" only");
				o->distinct = bits[get_word(object, &observable_object, "distinct", 0)];
			}
			o->live = doc_get_boolean(object, "live", false);
			o->clock = (EntryClock) get_word(object, &observable_object, "clock", c->policy->clock);
			break;

		case OBSERVE_COUNT_SANCTIONS:
			check_keys_with(object, &observable_object, (count ? count : sum)->text);
			part = doc_get(object, "rungs");
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
			break;

		case OBSERVE_COUNT_ACTIVITIES:
		case OBSERVE_SUM_QUANTITY:
			check_keys_with(object, &observable_object, (count ? count : sum)->text);
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
