/*
 * compile_rest.c
 *		Rests: what must be free of what, and for how long.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_span.h"
#include "rulebook/names.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* A span that has a length and an end. */
static Span
rest_length(const Doc *doc)
{
	Span		span = compile_span(doc);

	if (span_is_zero(&span) || span.forever)
		doc_fail(doc, NULL, NULL, "a rest must have a length");
	return span;
}

/* "7 hours", or {"length": "7 hours", "in": "sleeper"}. */
static void
compile_part(EntitlementCompiler *e, const Doc *doc, RestPart *part)
{
	if (doc->kind != DOC_OBJECT)
	{
		part->length = rest_length(doc);
		return;
	}
	check_keys(doc, &rest_part_object);
	part->length = rest_length(doc_required(doc, "length"));
	if (doc_get(doc, "in") != NULL)
		part->in = compile_place_name(e, doc_get(doc, "in"));
}

/* Two parts that together are a rest. */
static void
compile_split(EntitlementCompiler *e, const Doc *doc, Rest *rest)
{
	const Doc  *parts;

	check_keys(doc, &split_object);
	parts = doc_required(doc, "parts");
	doc_need_list(parts);
	if (parts->nchildren != 2)
		doc_fail(parts, _("Example: [\"15 minutes\", \"30 minutes\"]."), NULL, "a split rest has two parts");
	rest->nparts = 2;
	rest->parts = palloc0(sizeof(RestPart) * 2);
	for (int i = 0; i < 2; i++)
		compile_part(e, &parts->children[i], &rest->parts[i]);
	rest->any_order = get_word(doc, &split_object, "order", 0) == 1;
	if (doc_get(doc, "total") != NULL)
	{
		rest->has_total = true;
		rest->total = rest_length(doc_get(doc, "total"));
	}
	rest->from_first = get_word(doc, &split_object, "from", 0) == 1;
}

/* "rests", in the order of their names. */
void
compile_rests(EntitlementCompiler *e)
{
	const Doc  *object = doc_get(e->c.root, "rests");
	Entitlement *document = e->document;

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 64);
	document->rests = palloc0(sizeof(Rest) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];
		Rest	   *rest = &document->rests[i];

		doc_check_name(doc, doc->key);
		check_keys(doc, &rest_object);
		rest->name = pstrdup(doc->key);
		rest->nwithout = compile_places(e, doc_required(doc, "without"), &rest->without);
		rest->length = rest_length(doc_required(doc, "length"));
		if (doc_get(doc, "in") != NULL)
			rest->in = compile_place_name(e, doc_get(doc, "in"));
		if (doc_get(doc, "split") != NULL)
			compile_split(e, doc_get(doc, "split"), rest);
		document->nrests++;
	}
}

/* Raises an error with the nearest name where there is none. */
int
compile_rest_name(EntitlementCompiler *e, const Doc *doc, const char *name)
{
	NameList	known = {0};

	for (int i = 0; i < e->document->nrests; i++)
	{
		if (strcmp(e->document->rests[i].name, name) == 0)
			return i;
		name_list_push(&known, e->document->rests[i].name);
	}
	doc_fail(doc, known.n == 0 ? _("Rests are declared in \"rests\".") : NULL,
			 closest_hint(name, (const char *const *) known.names, known.n),
			 "there is no rest called \"%s\"", name);
	return -1;
}
