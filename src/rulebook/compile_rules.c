/*
 * compile_rules.c
 *		Rules, prices, modifiers, collapse, and selections of violations.
 */
#include "postgres.h"

#include "errors.h"
#include "miscadmin.h"
#include "rulebook/compile.h"
#include "utils/builtins.h"

static const char *const severities[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

/* A default price, or none. */
typedef struct SeverityPrice
{
	bool		given;
	Points		min;
	Points		max;
} SeverityPrice;

/* ------------------------------------------------------------------------
 * Prices and rules
 * ------------------------------------------------------------------------
 */

/* A number, or [least, most]. */
static void
compile_price(const Doc *doc, Points *min, Points *max)
{
	if (doc->kind == DOC_NUMBER)
	{
		*min = *max = doc_points(doc, false);
		return;
	}
	if (doc->kind != DOC_LIST)
		doc_fail(doc, _("Examples: 5, [1, 2]."), NULL,
				 "must be a number of points or a range");
	if (doc->nchildren != 2)
		doc_fail(doc, _("Example: [1, 2]."), NULL,
				 "a range has two numbers, the least and the most");
	*min = doc_points(&doc->children[0], false);
	*max = doc_points(&doc->children[1], false);
	if (*min > *max)
		doc_fail(doc, NULL, NULL, "the range begins at %s and ends at %s",
				 points_text(*min), points_text(*max));
}

static void
compile_severities(Compiler *c, SeverityPrice *prices)
{
	static const char *const keys[] = {"points", "title"};
	const Doc  *object = doc_get(c->root, "severities");

	memset(prices, 0, sizeof(SeverityPrice) * NUM_SEVERITIES);
	if (object == NULL)
		return;
	doc_check_keys(object, severities, NUM_SEVERITIES);
	for (int i = 0; i < NUM_SEVERITIES; i++)
	{
		const Doc  *doc = doc_get(object, severities[i]);

		if (doc == NULL)
			continue;
		prices[i].given = true;
		if (doc->kind == DOC_OBJECT)
		{
			doc_check_keys(doc, keys, lengthof(keys));
			if (doc_get(doc, "title"))
				(void) doc_title(doc_get(doc, "title"));
			doc = doc_required(doc, "points");
		}
		compile_price(doc, &prices[i].min, &prices[i].max);
	}
}

static int
compare_docs(const void *a, const void *b)
{
	return strcmp((*(const Doc *const *) a)->key, (*(const Doc *const *) b)->key);
}

static void
compile_rule(Compiler *c, const Doc *doc, const SeverityPrice *prices,
			 PolicyRule *rule, RuleInfo *info)
{
	static const char *const keys[] = {
		"title", "severity", "class", "points", "usual", "direct", "tags",
		"note", "source", "ours", "modifiers", "dsa"
	};
	const Doc  *part;

	doc_check_name(doc, doc->key);
	doc_check_keys(doc, keys, lengthof(keys));

	info->doc = doc;
	rule->code = pstrdup(doc->key);
	rule->title = pstrdup(doc_title(doc_required(doc, "title")));
	rule->severity = (Severity) doc_get_word(doc, "severity", severities,
											 NUM_SEVERITIES, SEVERITY_MINOR);
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
							   severities[rule->severity]),
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

/* ------------------------------------------------------------------------
 * Selections
 * ------------------------------------------------------------------------
 */

/* Some list of words that narrows down a set of rules. */
typedef bool (*RuleTest) (Compiler *c, int rule, const char *word);

static bool
rule_has_code(Compiler *c, int rule, const char *word)
{
	return glob_matches(word, c->policy->rules[rule].code);
}

static bool
rule_has_class(Compiler *c, int rule, const char *word)
{
	return c->policy->rules[rule].class != NULL &&
		glob_matches(word, c->policy->rules[rule].class);
}

static bool
rule_has_tag(Compiler *c, int rule, const char *word)
{
	for (int i = 0; i < c->rules[rule].ntags; i++)
	{
		if (glob_matches(word, c->rules[rule].tags[i]))
			return true;
	}
	return false;
}

static bool
rule_has_severity(Compiler *c, int rule, const char *word)
{
	return strcmp(severities[c->policy->rules[rule].severity], word) == 0;
}

/* What a word that matches nothing may have been meant to be. */
static const char *
rule_word_hint(Compiler *c, RuleTest test, const char *word)
{
	NameList	candidates = {0};

	for (int i = 0; i < c->policy->nrules; i++)
	{
		if (test == rule_has_code)
			name_list_add(&candidates, c->policy->rules[i].code);
		else if (test == rule_has_class)
		{
			if (c->policy->rules[i].class)
				name_list_add(&candidates, c->policy->rules[i].class);
		}
		else
		{
			for (int j = 0; j < c->rules[i].ntags; j++)
				name_list_add(&candidates, c->rules[i].tags[j]);
		}
	}
	return closest_hint(word, (const char *const *) candidates.names, candidates.n);
}

/* Keeps (or, to exclude, drops) the rules that match one of the words. */
static void
narrow_rules(Compiler *c, const Doc *list, RuleTest test, const char *none,
			 bool exclude, bool **set)
{
	int			nrules = c->policy->nrules;
	bool	   *matched;

	if (list == NULL)
		return;
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");

	if (*set == NULL)
	{
		*set = palloc(sizeof(bool) * Max(nrules, 1));
		memset(*set, true, nrules);
	}
	matched = palloc0(sizeof(bool) * Max(nrules, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *item = &list->children[i];
		const char *word = doc_text(item);
		bool		found = false;

		CHECK_FOR_INTERRUPTS();
		if (test == rule_has_severity)
		{
			(void) doc_word(item, severities, NUM_SEVERITIES);
			found = true;		/* nobody need have such a rule */
		}
		for (int r = 0; r < nrules; r++)
		{
			if (test(c, r, word))
				matched[r] = found = true;
		}
		if (!found)
			doc_fail(item, NULL, rule_word_hint(c, test, word), none, word);
	}
	for (int r = 0; r < nrules; r++)
	{
		if (matched[r] == exclude)
			(*set)[r] = false;
	}
	pfree(matched);
}

static bool *
compile_rule_set(Compiler *c, const Doc *object)
{
	bool	   *set = NULL;
	bool		any = false;

	narrow_rules(c, doc_get(object, "rules"), rule_has_code, gettext_noop("no rule matches \"%s\""), false, &set);
	narrow_rules(c, doc_get(object, "except_rules"), rule_has_code, gettext_noop("no rule matches \"%s\""), true, &set);
	narrow_rules(c, doc_get(object, "classes"), rule_has_class, gettext_noop("no rule has the class \"%s\""), false, &set);
	narrow_rules(c, doc_get(object, "severities"), rule_has_severity, gettext_noop("no rule has the severity \"%s\""), false, &set);
	narrow_rules(c, doc_get(object, "tags"), rule_has_tag, gettext_noop("no rule has the tag \"%s\""), false, &set);

	for (int r = 0; set && r < c->policy->nrules; r++)
		any |= set[r];
	if (set && !any)
		doc_fail(object, NULL, NULL, "no rule passes all parts of the selection");
	return set;
}

bool *
compile_rule_patterns(Compiler *c, const Doc *list)
{
	bool	   *set = NULL;

	narrow_rules(c, list, rule_has_code, gettext_noop("no rule matches \"%s\""), false, &set);
	return set;
}

static uint32
compile_marks(Compiler *c, const Doc *list)
{
	uint32		marks = 0;

	if (list == NULL)
		return 0;
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	for (int i = 0; i < list->nchildren; i++)
		marks |= (uint32) 1 << compile_mark(c, &list->children[i]);
	return marks;
}

/* The caller has checked which keys are allowed. */
void
compile_selection(Compiler *c, const Doc *object, EntryFilter *filter)
{
	const Doc  *unmarked = doc_get(object, "unmarked");

	filter->rules = compile_rule_set(c, object);
	filter->marked = compile_marks(c, doc_get(object, "marked"));
	filter->unmarked = compile_marks(c, unmarked);
	if (filter->marked & filter->unmarked)
		doc_fail(unmarked, NULL, NULL,
				 "the same kind is in \"marked\" and in \"unmarked\"");
	filter->where = compile_condition(c, object, "where", EXPR_MAY_ENTRY);
}

/* ------------------------------------------------------------------------
 * Modifiers
 * ------------------------------------------------------------------------
 */

static const struct
{
	const char *key;
	ModifierOp	op;
}			modifier_ops[] = {
	{"add", MODIFY_ADD},
	{"multiply", MODIFY_MULTIPLY},
	{"replace", MODIFY_REPLACE},
	{"at_most", MODIFY_AT_MOST},
	{"at_least", MODIFY_AT_LEAST},
	{"to_floor", MODIFY_TO_FLOOR}
};

/* A value as it was written. */
static char *
value_words(const Doc *doc)
{
	switch (doc->kind)
	{
		case DOC_TEXT:
			return pstrdup(doc->text);
		case DOC_NUMBER:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(doc->number)));
		case DOC_LIST:
			{
				StringInfoData buf;

				initStringInfo(&buf);
				for (int i = 0; i < doc->nchildren; i++)
				{
					const Doc  *when = doc_get(&doc->children[i], "when");
					const Doc  *use = doc_get(&doc->children[i], "use");

					appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "", value_words(use));
					if (when && when->kind == DOC_TEXT)
						appendStringInfo(&buf, " if %s", when->text);
				}
				return buf.data;
			}
		default:
			return pstrdup("?");
	}
}

static char *
modifier_words(const Modifier *m, const Doc *object, const Doc *value)
{
	StringInfoData buf;
	const Doc  *when = doc_get(object, "when");
	double		constant;

	initStringInfo(&buf);
	if (m->name)
		appendStringInfo(&buf, "%s: ", m->name);
	switch (m->op)
	{
		case MODIFY_ADD:
			if (m->is_range)
				appendStringInfo(&buf, "plus %s to %s",
								 points_text(m->min), points_text(m->max));
			else
				appendStringInfo(&buf, "plus %s", value_words(value));
			break;
		case MODIFY_MULTIPLY:
			appendStringInfo(&buf, "times %s", value_words(value));
			break;
		case MODIFY_REPLACE:
			if (expr_is_constant(m->value, &constant) && constant == 0)
				appendStringInfoString(&buf, "free");
			else
				appendStringInfo(&buf, "instead %s", value_words(value));
			break;
		case MODIFY_AT_MOST:
			appendStringInfo(&buf, "at most %s", value_words(value));
			break;
		case MODIFY_AT_LEAST:
			appendStringInfo(&buf, "at least %s", value_words(value));
			break;
		case MODIFY_TO_FLOOR:
			appendStringInfoString(&buf, "all that is left");
			break;
	}
	if (when && when->kind == DOC_TEXT)
		appendStringInfo(&buf, ", when %s", when->text);
	return buf.data;
}

static void
compile_modifier(Compiler *c, const Doc *object, int rule)
{
	static const char *const keys[] = {
		"name", "when", "add", "multiply", "replace", "at_most", "at_least",
		"to_floor", SELECTION_RULE_KEYS
	};
	static const char *const rule_keys[] = {
		"name", "when", "add", "multiply", "replace", "at_most", "at_least",
		"to_floor"
	};
	static const char *const range_keys[] = {"range", "usual"};
	const int	may = EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS;
	Modifier   *m = &c->policy->modifiers[c->policy->nmodifiers];
	ModifierInfo *info = &c->modifiers[c->policy->nmodifiers];
	const Doc  *value = NULL;
	const Doc  *name = doc_get(object, "name");
	double		constant;

	if (rule < 0)
		doc_check_keys(object, keys, lengthof(keys));
	else
		doc_check_keys(object, rule_keys, lengthof(rule_keys));

	for (int i = 0; i < (int) lengthof(modifier_ops); i++)
	{
		const Doc  *doc = doc_get(object, modifier_ops[i].key);

		if (doc == NULL)
			continue;
		if (value != NULL)
			doc_fail(object, NULL, _("Write one modifier after the other."),
					 "both \"%s\" and \"%s\" are given", value->key, doc->key);
		value = doc;
		m->op = modifier_ops[i].op;
	}
	if (value == NULL)
		doc_fail(object, _("One of \"add\", \"multiply\", \"replace\", \"at_most\", \"at_least\" and \"to_floor\" is needed."),
				 NULL, "the modifier does nothing");

	if (name)
		m->name = pstrdup(doc_text(name));
	m->when = compile_condition(c, object, "when", may);

	if (m->op == MODIFY_TO_FLOOR)
	{
		if (!doc_boolean(value))
			doc_fail(value, NULL, NULL, "can only be true");
	}
	else if (m->op == MODIFY_MULTIPLY)
	{
		m->value = compile_expr(c, value, EXPR_NUMBER, may);
		if (expr_is_constant(m->value, &constant) && constant < 0)
			doc_fail(value, NULL, NULL, "must not be negative");
	}
	else if (value->kind == DOC_OBJECT)
	{
		const Doc  *range;
		const Doc  *usual = doc_get(value, "usual");

		if (m->op != MODIFY_ADD)
			doc_fail(value, NULL, NULL, "only \"add\" may have a range");
		doc_check_keys(value, range_keys, lengthof(range_keys));
		range = doc_required(value, "range");
		if (range->kind != DOC_LIST)
			doc_fail(range, NULL, NULL, "must be a range such as [0, 5]");
		m->is_range = true;
		compile_price(range, &m->min, &m->max);
		m->value = usual ? compile_points(c, usual, may, false) :
			expr_constant_number(m->min / 100.0);
		if (usual && expr_is_constant(m->value, &constant) &&
			(points_from_double(constant) < m->min ||
			 points_from_double(constant) > m->max))
			doc_fail(usual, NULL, NULL, "is not in the range from %s to %s",
					 points_text(m->min), points_text(m->max));
	}
	else
		m->value = compile_points(c, value, may, m->op == MODIFY_ADD);

	if (rule < 0)
		m->rules = compile_rule_set(c, object);
	else
	{
		m->rules = palloc0(sizeof(bool) * c->policy->nrules);
		m->rules[rule] = true;
	}
	info->words = modifier_words(m, object, value);
	info->in_rule = rule >= 0;
	c->policy->nmodifiers++;
}

/* The general ones, then those of each rule. */
void
compile_modifiers(Compiler *c)
{
	const Doc  *general = doc_get(c->root, "modifiers");
	int			n = 0;

	if (general)
	{
		doc_need_list(general);
		doc_check_size(general, 256);
		n = general->nchildren;
	}
	for (int r = 0; r < c->policy->nrules; r++)
	{
		const Doc  *own = doc_get(c->rules[r].doc, "modifiers");

		if (own)
		{
			doc_need_list(own);
			doc_check_size(own, 32);
			n += own->nchildren;
		}
	}

	c->policy->modifiers = palloc0(sizeof(Modifier) * Max(n, 1));
	c->modifiers = palloc0(sizeof(ModifierInfo) * Max(n, 1));
	for (int i = 0; general && i < general->nchildren; i++)
		compile_modifier(c, &general->children[i], -1);
	for (int r = 0; r < c->policy->nrules; r++)
	{
		const Doc  *own = doc_get(c->rules[r].doc, "modifiers");

		for (int i = 0; own && i < own->nchildren; i++)
			compile_modifier(c, &own->children[i], r);
	}
}

/* ------------------------------------------------------------------------
 * Collapse
 * ------------------------------------------------------------------------
 */

void
compile_collapse(Compiler *c)
{
	static const char *const keys[] = {
		"group", "within", "each", "keep", "at_most", SELECTION_RULE_KEYS
	};
	static const char *const groups[] = {
		"incident", "content", "rule", "class", "all"
	};
	static const char *const keeps[] = {"max", "first"};
	const Doc  *list = doc_get(c->root, "collapse");

	if (list == NULL)
		return;
	doc_need_list(list);
	doc_check_size(list, 64);
	c->policy->collapses = palloc0(sizeof(Collapse) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *object = &list->children[i];
		Collapse   *collapse = &c->policy->collapses[i];
		const Doc  *within;
		const Doc  *each;
		const Doc  *keep;
		const Doc  *at_most;

		doc_check_keys(object, keys, lengthof(keys));
		collapse->group = (CollapseGroup) doc_word(doc_required(object, "group"),
												   groups, lengthof(groups));

		within = doc_get(object, "within");
		each = doc_get(object, "each");
		if (within && each)
			doc_fail(object, NULL, NULL, "both \"within\" and \"each\" are given");
		if (within)
		{
			collapse->has_window = true;
			collapse->window = compile_span(within);
			if (collapse->window.forever || span_is_zero(&collapse->window))
				doc_fail(within, NULL, NULL, "the window must have a length");
		}
		if (each)
			collapse->unit = UNIT_DAY + doc_word(each, calendar_units,
												 NUM_CALENDAR_UNITS);
		if (!within && !each && collapse->group != GROUP_INCIDENT &&
			collapse->group != GROUP_CONTENT)
			doc_fail(object, NULL, _("Add \"within\" or \"each\"."),
					 "a group by \"%s\" would never end",
					 groups[collapse->group]);

		keep = doc_get(object, "keep");
		at_most = doc_get(object, "at_most");
		if (keep && at_most)
			doc_fail(object, NULL, NULL, "both \"keep\" and \"at_most\" are given");
		if (!keep && !at_most)
			doc_fail(object, NULL, NULL, "\"keep\" or \"at_most\" is missing");
		if (at_most)
		{
			collapse->keep = KEEP_SUM;
			collapse->at_most = doc_points(at_most, false);
		}
		else
			collapse->keep = doc_word(keep, keeps, 2) == 0 ? KEEP_MAX : KEEP_FIRST;

		compile_selection(c, object, &collapse->filter);
		c->policy->ncollapses++;
	}
}
