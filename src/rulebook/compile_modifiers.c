/*
 * compile_modifiers.c
 *		What changes the price of a violation.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_modifiers.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "utils/builtins.h"

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

/* What a modifier does, for the rule centre; in English. */
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

/* One modifier; rule: the one that it is written in, or -1. */
static void
compile_modifier(Compiler *c, const Doc *object, int rule)
{
	const int	may = EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS;
	Modifier   *m = &c->policy->modifiers[c->policy->nmodifiers];
	ModifierInfo *info = &c->modifiers[c->policy->nmodifiers];
	const Doc  *value = NULL;
	const Doc  *name = doc_get(object, "name");
	double		constant;

	check_keys(object, rule < 0 ? &modifier_object : &rule_modifier_object);

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
		check_keys(value, &points_range_object);
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

/*
 * The general ones, then those of each rule: the order in which they change a
 * price.
 */
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
