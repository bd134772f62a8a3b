/*
 * compile_links.c
 *		What a sanction and an entry mean for linked accounts.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_links.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"

/* What does not go without another key. */
static void
need_key(const Doc *object, const char *key, const char *needed)
{
	const Doc  *part = doc_get(object, key);

	if (part != NULL && doc_get(object, needed) == NULL)
		doc_fail(part, NULL, NULL, "needs \"%s\" beside it", needed);
}

/* What violations count on linked accounts, and for how many points. */
static void
compile_entries(Compiler *c, const Doc *object, PolicyLink *link)
{
	const Doc  *points = doc_get(object, "points");
	const Doc  *multiply = doc_get(object, "multiply");

	link->points = POINTS_NONE;
	link->multiply = 1;
	if (doc_get(object, "entries") == NULL)
		return;
	link->entries = compile_rule_patterns(c, doc_get(object, "entries"));
	if (points != NULL && multiply != NULL)
		doc_fail(multiply,
				 _("A copy costs either so many points or so many times what the original does."),
				 NULL, "does not go with \"points\"");
	if (points != NULL)
		link->points = doc_points(points, false);
	if (multiply != NULL)
	{
		link->multiply = doc_number(multiply);
		if (!(link->multiply >= 0 && link->multiply <= 100))
			doc_fail(multiply, NULL, NULL, "must be between 0 and 100");
	}
}

/* One kind of links: what it hands on, and from which confidence on. */
static void
compile_link(Compiler *c, const Doc *object, PolicyLink *link)
{
	const Doc  *part;

	doc_need_object(object);
	check_keys(object, &link_object);
	link->kind = pstrdup(doc_name(doc_required(object, "kind")));
	part = doc_required(object, "confidence");
	link->confidence = doc_number(part);
	if (!(link->confidence > 0 && link->confidence <= 1))
		doc_fail(part, _("It is the least confidence of a link that counts; 1 is certain."), NULL,
				 "must be more than 0 and at most 1");
	if (doc_get(object, "rungs") == NULL && doc_get(object, "entries") == NULL)
		doc_fail(object, _("\"rungs\" hands on sanctions, \"entries\" copies violations."), NULL,
				 "needs \"rungs\" or \"entries\"");
	need_key(object, "withhold", "rungs");
	need_key(object, "outlast", "rungs");
	need_key(object, "points", "entries");
	need_key(object, "multiply", "entries");
	compile_entries(c, object, link);
	if (doc_get(object, "rungs") != NULL)
		link->rungs = compile_rung_set(c, doc_get(object, "rungs"));
	link->outlasts = doc_get_boolean(object, "outlast", false);
	part = doc_get(object, "withhold");
	if (part == NULL)
		return;
	link->ncapabilities = compile_withheld(c, part, &link->capabilities);
	if (link->ncapabilities == 0)
		doc_fail(part, NULL, NULL, "must not be empty");
}

/*
 * Each item says of links of one kind what they hand on; several may be of one
 * kind.
 */
void
compile_links(Compiler *c)
{
	const Doc  *list = doc_get(c->root, "links");

	if (list == NULL)
		return;
	doc_need_list(list);
	doc_check_size(list, 64);
	c->policy->links = palloc0(sizeof(PolicyLink) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		compile_link(c, &list->children[i], &c->policy->links[i]);
		c->policy->nlinks++;
	}
}
