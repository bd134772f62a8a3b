/*
 * compile_consent.c
 *		Who may loosen what, for a time or lastingly, and who may switch it off.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_span.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* What may be loosened: "at_most", "hours", limits and clauses of the place and its pools. */
static void
compile_may(EntitlementCompiler *e, const Doc *list, bool lasting, Loosening *loosening)
{
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	loosening->names = palloc(sizeof(char *) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *doc = &list->children[i];
		const char *name = doc_text(doc);
		NameList	known = {0};

		if (strcmp(name, "hours") == 0)
			loosening->hours = true;
		else if (strcmp(name, "at_most") == 0 && !lasting)
			loosening->at_most = true;
		else if (place_has_rule(e, name, lasting))
			loosening->names[loosening->nnames++] = pstrdup(name);
		else
		{
			place_rules(e, &known, lasting);
			name_list_push(&known, "hours");
			if (!lasting)
				name_list_push(&known, "at_most");
			doc_fail(doc, psprintf(_("There are %s."), word_list((const char *const *) known.names, known.n, "and")),
					 closest_hint(name, (const char *const *) known.names, known.n),
					 lasting ? "there is no limit called \"%s\", and it is not \"hours\"" :
					 "there is no limit, clause or hours called \"%s\"", name);
		}
	}
}

/* {"by": "guardian", "may": [...], ...} */
static void
compile_loosening(EntitlementCompiler *e, const Doc *doc, const Capability *place, bool lasting,
				  Loosening *loosening)
{
	const Doc  *part;

	check_keys(doc, &loosening_object);
	loosening->party = pstrdup(doc_name(doc_required(doc, "by")));
	compile_may(e, doc_required(doc, "may"), lasting, loosening);
	loosening->when = compile_condition(&e->c, doc, "when", EXPR_MAY_EXTERNAL);
	if ((part = doc_get(doc, "each")) != NULL)
	{
		double		each = doc_number(part);

		if (each <= 0)
			doc_fail(part, NULL, NULL, "must be more than 0");
		loosening->each = Max(entitlement_amount(place, each), 1);
	}
	if ((part = doc_get(doc, "at_most")) != NULL)
	{
		int			n;
		int			read = 0;
		char		word[32];
		int64		slice;

		if (sscanf(doc_text(part), "%d per %31[a-z]%n", &n, word, &read) != 2 || n < 1 || part->text[read] != '\0' ||
			!window_parse(word, &loosening->often_window, &loosening->often_unit, &slice) ||
			loosening->often_window != WINDOW_UNIT)
			doc_fail(part, _("Example: \"2 per day\"."), NULL, "must be so many times per day, week, month or year");
		loosening->often = n;
	}
	if ((part = doc_get(doc, "longest")) != NULL)
	{
		loosening->has_longest = true;
		loosening->longest = compile_span(part);
		if (span_is_zero(&loosening->longest))
			doc_fail(part, NULL, NULL, "the time must have a length");
	}
	if ((part = doc_get(doc, "only")) != NULL)
		loosening->only_context = compile_context_name(e, part);
}

/* An object of party and list, or a list of objects. */
void
compile_loosenings(EntitlementCompiler *e, const Doc *doc, const Capability *place, bool lasting,
				   Loosening **list, int *n)
{
	if (doc->kind != DOC_OBJECT && doc->kind != DOC_LIST)
		doc_fail(doc, _("Example: {\"guardian\": [\"at_most\", \"hours\"]}."), NULL,
				 "must be an object of party and what it may, or a list");
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	doc_check_size(doc, 32);
	*n = doc->nchildren;
	*list = palloc0(sizeof(Loosening) * *n);
	for (int i = 0; i < *n; i++)
	{
		const Doc  *item = &doc->children[i];

		(*list)[i].only_context = -1;
		if (doc->kind == DOC_LIST)
		{
			compile_loosening(e, item, place, lasting, &(*list)[i]);
			continue;
		}
		doc_check_name(item, item->key);
		(*list)[i].party = pstrdup(item->key);
		compile_may(e, item, lasting, &(*list)[i]);
	}
}

/* "switch": false, parties, or an object. */
void
compile_switch(EntitlementCompiler *e, const Doc *doc, Capability *place)
{
	const Doc  *by = doc;

	if (doc->kind == DOC_BOOLEAN)
	{
		if (doc->boolean)
			doc_fail(doc, NULL, _("List who may switch it off: [\"self\", \"guardian\"]."),
					 "must be false, a list or an object");
		place->may_switch = false;
		return;
	}
	if (doc->kind == DOC_OBJECT)
	{
		check_keys(doc, &switch_object);
		by = doc_get(doc, "by");
		place->switch_off_first = get_word(doc, &switch_object, "start", 0) == 1;
		if (doc_get(doc, "off_for") != NULL)
		{
			place->has_off_for = true;
			place->off_for = compile_span(doc_get(doc, "off_for"));
		}
		if (by == NULL)
			return;
	}
	doc_need_list(by);
	if (by->nchildren == 0)
		doc_fail(by, NULL, _("Nobody: write false."), "must not be empty");
	place->nswitch_by = by->nchildren;
	place->switch_by = palloc(sizeof(char *) * by->nchildren);
	for (int i = 0; i < by->nchildren; i++)
		place->switch_by[i] = pstrdup(doc_name(&by->children[i]));
}
