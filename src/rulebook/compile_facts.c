/*
 * compile_facts.c
 *		What a document declares: attributes, activities and capabilities.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_facts.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"

/*
 * Facts of the ledger that the policy looks at, with the value that one has
 * while nobody has stated it.
 */
void
compile_attributes(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "attributes");
	const DocShape *shape = c->fact_shape != NULL ? c->fact_shape : &attribute_object;
	Policy	   *policy = c->policy;

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 256);
	policy->attributes = palloc0(sizeof(PolicyAttribute) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];
		PolicyAttribute *a = &policy->attributes[i];
		const Doc  *value;

		doc_check_identifier(doc, doc->key);
		a->name = pstrdup(doc->key);
		policy->nattributes++;
		if (doc->kind == DOC_TEXT)
		{
			a->type = (AttributeType) word_of(doc, shape, "type");
			continue;
		}
		if (doc->kind != DOC_OBJECT)
			doc_fail(doc, _("Example: {\"type\": \"number\", \"default\": 0}."), NULL,
					 "must be a type or an object");
		check_keys(doc, shape);
		a->type = (AttributeType) required_word(doc, shape, "type");
		if (doc_get(doc, "title"))
			(void) doc_title(doc_get(doc, "title"));
		value = doc_get(doc, "default");
		if (value == NULL)
			continue;
		a->has_default = true;
		switch (a->type)
		{
			case ATTRIBUTE_NUMBER:
				a->default_number = doc_number(value);
				break;
			case ATTRIBUTE_BOOLEAN:
				a->default_number = doc_boolean(value) ? 1 : 0;
				break;
			case ATTRIBUTE_TEXT:
				if (value->kind != DOC_TEXT)
					doc_fail(value, NULL, NULL, "must be a text");
				a->default_text = pstrdup(value->text);
				break;
			case ATTRIBUTE_DATE:
				a->default_date = doc_instant(value, policy->zone);
				break;
		}
	}
}

/* Titles for kinds and capabilities: a list of names, or names with titles. */
void
compile_titles(const Doc *object, NameList *names)
{
	if (object == NULL)
		return;
	if (object->kind == DOC_LIST)
	{
		for (int i = 0; i < object->nchildren; i++)
			name_list_add(names, doc_name(&object->children[i]));
		return;
	}
	if (object->kind != DOC_OBJECT)
		doc_fail(object, NULL, NULL,
				 "must be a list of names, or an object of name and title");
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];

		doc_check_name(doc, doc->key);
		(void) doc_title(doc);
		name_list_add(names, doc->key);
	}
}
