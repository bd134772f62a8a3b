/*
 * compile_selection.c
 *		Selections of rules and of violations.
 */
#include "postgres.h"

#include "engine/names.h"
#include "errors.h"
#include "miscadmin.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_values.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* Some list of words that narrows down a set of rules. */
typedef bool (*RuleTest) (Compiler *c, int rule, const char *word);

/* A test of narrow_rules(): the code. */
static bool
rule_has_code(Compiler *c, int rule, const char *word)
{
	return glob_matches(word, c->policy->rules[rule].code);
}

/* A test of narrow_rules(): the class, which a rule need not have. */
static bool
rule_has_class(Compiler *c, int rule, const char *word)
{
	return c->policy->rules[rule].class != NULL &&
		glob_matches(word, c->policy->rules[rule].class);
}

/* A test of narrow_rules(): one of the tags. */
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

/* A test of narrow_rules(): the severity, which is a word and no pattern. */
static bool
rule_has_severity(Compiler *c, int rule, const char *word)
{
	return strcmp(severity_names[c->policy->rules[rule].severity], word) == 0;
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

/*
 * Keeps (or, to exclude, drops) the rules that match one of the words.  *set:
 * null stands for all rules, until a list narrows it down.  none: what the
 * error says of a word that matches nothing.
 */
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
			(void) doc_word(item, severity_names, NUM_SEVERITIES);
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

/* The rules that a selection is about, or null for all of them. */
bool *
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

/*
 * Gives null for a list that is null; the set is in the current memory
 * context.
 */
bool *
compile_rule_patterns(Compiler *c, const Doc *list)
{
	bool	   *set = NULL;

	narrow_rules(c, list, rule_has_code, gettext_noop("no rule matches \"%s\""), false, &set);
	return set;
}

/* Gives the kinds of a list as bits, one for each mark; 0 without a list. */
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

/* The condition of a selection. */
typedef struct Timeless
{
	const Policy *policy;
	const Doc  *doc;
} Timeless;

/*
 * Called for each name in it.  When an age is reached, or a date passed, is found for
 * an account and not for each of its entries.
 */
static void
check_timeless(void *arg, ExprVar var, int index, bool compared, double constant,
			   const Span *span)
{
	const Timeless *timeless = arg;

	if (var == VAR_FACET)
		expr_visit(timeless->policy->facets[index].value, check_timeless, arg);
	if (var == VAR_NOW || var == VAR_HOLIDAY || var == VAR_WORKED_WEEKEND ||
		var == VAR_WORKING_DAY)
		doc_fail(timeless->doc,
				 _("What depends on them stands in the condition that uses the selection."),
				 NULL, "\"now\", age(), plus() and kinds of days cannot stand in a condition on entries");
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
	if (filter->where != NULL)
	{
		Timeless	timeless = {c->policy, doc_get(object, "where")};

		expr_visit(filter->where, check_timeless, &timeless);
	}
}
