/*
 * compile_place.c
 *		Names and patterns of capabilities, wherever a document refers to some.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "rulebook/names.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* Does a pattern or a name stand for any capability of the document? */
static bool
names_any(EntitlementCompiler *e, const char *name)
{
	for (int i = 0; i < e->capabilities->nchildren; i++)
		if (strcmp(e->capabilities->children[i].key, name) == 0 ||
			entitlement_matches(name, e->capabilities->children[i].key) ||
			entitlement_matches(e->capabilities->children[i].key, name))
			return true;
	return false;
}

/* Raises an error with the nearest name where the document has none of it. */
char *
compile_place_name(EntitlementCompiler *e, const Doc *doc)
{
	const char *name = doc_text(doc);
	NameList	known = {0};

	if (names_any(e, name))
		return pstrdup(name);
	for (int i = 0; i < e->capabilities->nchildren; i++)
		name_list_push(&known, e->capabilities->children[i].key);
	doc_fail(doc, NULL, closest_hint(name, (const char *const *) known.names, known.n),
			 "there is no capability called \"%s\"", name);
	return NULL;				/* keep compiler quiet */
}

/* Gives how many. */
int
compile_places(EntitlementCompiler *e, const Doc *list, char ***names)
{
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	doc_check_size(list, 256);
	*names = palloc(sizeof(char *) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
		(*names)[i] = compile_place_name(e, &list->children[i]);
	return list->nchildren;
}

/* Where the figures come from: a text, or a list of texts. */
void
compile_source(const Doc *doc)
{
	if (doc == NULL)
		return;
	if (doc->kind != DOC_LIST)
		(void) doc_text(doc);
	for (int i = 0; doc->kind == DOC_LIST && i < doc->nchildren; i++)
		(void) doc_text(&doc->children[i]);
}

