/*
 * document_type.c
 *		What the rulebook is told of entitlements: how a document is compiled, and
 *		what publish() stores beside it.
 */
#include "postgres.h"

#include "db/report.h"
#include "entitlement/compiler.h"
#include "entitlement/document_type.h"
#include "entitlement/entitlement.h"
#include "json.h"
#include "rulebook/document.h"
#include "rulebook/summary.h"
#include "utils/memutils.h"

/* entitlement_compile(), for the memory of the session. */
static void *
compile(Jsonb *document, int64 policy_id, MemoryContext parent)
{
	return entitlement_compile(document, policy_id, parent);
}

/* A name of the vocabulary, with its title if the document gives one. */
static void
put_name(StringInfo out, const char *item, const char *name, const Doc *doc)
{
	json_begin_object(out, NULL);
	json_text(out, item, name);
	if (doc != NULL)
		summary_title(out, "title", "titles", doc_get(doc, "title"));
	json_end_object(out);
}

/* The names, and no patterns: what a pattern stands for is not known here. */
static char *
summary(const Entitlement *entitlement, const Doc *root)
{
	const Doc  *capabilities = doc_get(root, "capabilities");
	StringInfoData out;

	initStringInfo(&out);
	json_begin_object(&out, NULL);
	json_text(&out, "kind", entitlement_document_type.key);
	json_text(&out, entitlement_document_type.key, entitlement->name);
	summary_title(&out, "title", "titles", doc_get(root, "title"));
	json_begin_array(&out, "capabilities");
	for (int i = 0; i < capabilities->nchildren; i++)
		if (strchr(capabilities->children[i].key, '*') == NULL)
			put_name(&out, "capability", capabilities->children[i].key, &capabilities->children[i]);
	json_end_array(&out);
	json_begin_array(&out, "activities");
	for (int i = 0; i < entitlement->nobservations; i++)
		if (entitlement->observations[i].activity != NULL)
			put_name(&out, "kind", entitlement->observations[i].activity, NULL);
	json_end_array(&out);
	json_end_object(&out);
	return out.data;
}

/* A document that has an id has been published. */
static char *
check(Jsonb *document, bool stored)
{
	Entitlement *entitlement = entitlement_compile(document, stored ? -1 : 0, NULL);
	const Doc  *root = doc_read(document, ENTITLEMENT_NOUN);
	char	   *result;

	if (!stored)
		check_examples(entitlement, root);
	result = summary(entitlement, root);

	MemoryContextDelete(entitlement->context);
	return result;
}

/* Facts, zone and calendar stand in the carrier that expressions want. */
static const WorkCalendar *
calendar(const void *compiled)
{
	return &((const Entitlement *) compiled)->facts->calendar;
}

const DocumentType entitlement_document_type = {
	.key = "entitlement",
	.noun = ENTITLEMENT_NOUN,
	.missing = MISSING_ENTITLEMENT,
	.compile = compile,
	.check = check,
	.calendar = calendar
};
