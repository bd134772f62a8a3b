/*
 * compile_rules.c
 *		Rules and their prices.
 */
#include "postgres.h"

#include "engine/names.h"
#include "errors.h"
#include "miscadmin.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_rules.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* A default price, or none. */
typedef struct SeverityPrice
{
	bool		given;
	Points		min;
	Points		max;
} SeverityPrice;

/* Reads the default prices into prices, by severity; what is not given has none. */
static void
compile_severities(Compiler *c, SeverityPrice *prices)
{
	const Doc  *object = doc_get(c->root, "severities");

	memset(prices, 0, sizeof(SeverityPrice) * NUM_SEVERITIES);
	if (object == NULL)
		return;
	check_keys(object, &severities_object);
	for (int i = 0; i < NUM_SEVERITIES; i++)
	{
		const Doc  *doc = doc_get(object, severity_names[i]);

		if (doc == NULL)
			continue;
		prices[i].given = true;
		if (doc->kind == DOC_OBJECT)
		{
			check_keys(doc, &severity_object);
			if (doc_get(doc, "title"))
				(void) doc_title(doc_get(doc, "title"));
			doc = doc_required(doc, "points");
		}
		compile_price(doc, &prices[i].min, &prices[i].max);
	}
}

/* By code, byte for byte, which is the order in which rules are looked for. */
static int
compare_docs(const void *a, const void *b)
{
	return strcmp((*(const Doc *const *) a)->key, (*(const Doc *const *) b)->key);
}

/*
 * One rule: its price, which is its own or else that of its severity, and what
 * people see of it.
 */
static void
compile_rule(Compiler *c, const Doc *doc, const SeverityPrice *prices,
			 PolicyRule *rule, RuleInfo *info)
{
	const Doc  *part;

	doc_check_name(doc, doc->key);
	check_keys(doc, &rule_object);

	info->doc = doc;
	rule->code = pstrdup(doc->key);
	rule->title = pstrdup(doc_title(doc_required(doc, "title")));
	rule->severity = (Severity) get_word(doc, &rule_object, "severity", SEVERITY_MINOR);
	part = doc_get(doc, "class");
	if (part)
		rule->class = pstrdup(doc_name(part));

	part = doc_get(doc, "points");
	if (part)
		compile_price(part, &rule->min, &rule->max);
	else if (prices[rule->severity].given)
	{
		rule->min = prices[rule->severity].min;
		rule->max = prices[rule->severity].max;
	}
	else
		doc_fail(doc, psprintf(_("\"severities\" gives no price for \"%s\" either."),
							   severity_names[rule->severity]),
				 NULL, "the rule has no price: key \"points\" is missing");

	rule->usual = rule->min;
	part = doc_get(doc, "usual");
	if (part)
	{
		rule->usual = doc_points(part, false);
		if (rule->usual < rule->min || rule->usual > rule->max)
			doc_fail(part, NULL, NULL, "%s is not in the rule's range from %s to %s",
					 points_text(rule->usual), points_text(rule->min),
					 points_text(rule->max));
	}

	rule->direct = -1;
	part = doc_get(doc, "direct");
	if (part)
	{
		rule->direct = compile_rung_name(c, part);
		c->rungs[rule->direct].referred = true;
	}

	part = doc_get(doc, "tags");
	if (part)
	{
		doc_need_list(part);
		info->tags = palloc(sizeof(char *) * Max(part->nchildren, 1));
		for (int i = 0; i < part->nchildren; i++)
		{
			const char *tag = doc_name(&part->children[i]);

			for (int j = 0; j < info->ntags; j++)
			{
				if (strcmp(info->tags[j], tag) == 0)
					doc_fail(&part->children[i], NULL, NULL,
							 "the tag \"%s\" is given twice", tag);
			}
			info->tags[info->ntags++] = tag;
		}
	}

	part = doc_get(doc, "note");
	if (part)
		(void) doc_title(part);
	part = doc_get(doc, "source");
	if (part)
		info->source = doc_text(part);
	info->ours = doc_get_boolean(doc, "ours", false);
}

/* Sorted by code: jsonb keeps shorter keys before longer ones. */
void
compile_rules(Compiler *c)
{
	const Doc  *object = doc_required(c->root, "rules");
	Policy	   *policy = c->policy;
	SeverityPrice prices[NUM_SEVERITIES];
	const Doc **sorted;

	compile_severities(c, prices);
	doc_need_object(object);
	doc_check_size(object, 10000);

	sorted = palloc(sizeof(Doc *) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
		sorted[i] = &object->children[i];
	qsort(sorted, object->nchildren, sizeof(Doc *), compare_docs);

	policy->nrules = object->nchildren;
	policy->rules = palloc0(sizeof(PolicyRule) * Max(policy->nrules, 1));
	c->rules = palloc0(sizeof(RuleInfo) * Max(policy->nrules, 1));
	for (int i = 0; i < policy->nrules; i++)
	{
		CHECK_FOR_INTERRUPTS();
		compile_rule(c, sorted[i], prices, &policy->rules[i], &c->rules[i]);
	}
}
