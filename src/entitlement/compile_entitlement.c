/*
 * compile_entitlement.c
 *		From an entitlement document to a compiled one: the frame; each part is
 *		compiled in a compile_*.c of its own.
 *
 * Everything that can be wrong with a document is found here, before it is stored,
 * so that the meter can take each field as it is.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/attribute.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile.h"
#include "rulebook/compile_calendar.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_facts.h"
#include "rulebook/compile_values.h"
#include "rulebook/values.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* What holds where the document says nothing. */
static void
begin_conventions(Conventions *conventions)
{
	conventions->week_starts = 1;
	conventions->run_on = true;
	conventions->grants_at_most = true;
	conventions->ref_span.days = 30;
	conventions->reservation.usecs = 10 * USECS_PER_MINUTE;
}

/* The name; begins with a lower-case letter, as those of schemes. */
static void
compile_name(EntitlementCompiler *e)
{
	const Doc  *doc = doc_required(e->c.root, "entitlement");

	doc_check_document_name(doc);
	e->document->name = pstrdup(doc->text);
	e->c.policy->scheme = e->document->name;
}

/* A name of the time zone database, or a fact with a fallback. */
static void
compile_zone(EntitlementCompiler *e)
{
	const Doc  *doc = doc_get(e->c.root, "time_zone");

	e->document->zone_attribute = -1;
	if (doc == NULL || doc->kind != DOC_OBJECT)
	{
		e->c.policy->zone = doc_zone(doc);
		return;
	}
	check_keys(doc, &zone_object);
	e->c.policy->zone = doc_zone(doc_required(doc, "else"));
	(void) doc_required(doc, "attribute");
}

/* The fact of a zone, once facts are known. */
static void
compile_zone_fact(EntitlementCompiler *e)
{
	const Doc  *doc = doc_get(e->c.root, "time_zone");
	const Doc  *fact;
	int			i;

	if (doc == NULL || doc->kind != DOC_OBJECT)
		return;
	fact = doc_get(doc, "attribute");
	i = policy_attribute_index(e->c.policy, doc_text(fact));
	if (i < 0 || e->c.policy->attributes[i].type != ATTRIBUTE_TEXT)
		doc_fail(fact, NULL, _("Declare it in \"attributes\" as a text."), "\"%s\" is no fact that is a text", fact->text);
	e->document->zone_attribute = i;
}

/* "of": "platform" of facts, which the compiler of policies does not know. */
static void
compile_owners(EntitlementCompiler *e)
{
	const Doc  *object = doc_get(e->c.root, "attributes");

	e->document->of_platform = palloc0(sizeof(bool) * Max(e->c.policy->nattributes, 1));
	for (int i = 0; object != NULL && i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];
		const Doc  *of = doc->kind == DOC_OBJECT ? doc_get(doc, "of") : NULL;

		if (of != NULL)
			e->document->of_platform[policy_attribute_index(e->c.policy, doc->key)] =
				word_of(of, &fact_object, "of") == 1;
	}
}

/* "instead_of": names of documents, which need not be there. */
static void
compile_instead(EntitlementCompiler *e)
{
	const Doc  *list = doc_get(e->c.root, "instead_of");
	Entitlement *document = e->document;

	if (list == NULL)
		return;
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	document->instead_of = palloc(sizeof(char *) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
	{
		doc_check_document_name(&list->children[i]);
		if (strcmp(list->children[i].text, document->name) == 0)
			doc_fail(&list->children[i], NULL, NULL, "a document cannot stand instead of itself");
		document->instead_of[document->ninstead++] = pstrdup(list->children[i].text);
	}
}

/* Called for each name in an expression: does it look at the day of the month, or the month? */
static void
look_at_days(void *arg, ExprVar var, int index, bool compared, double constant, const Span *span)
{
	Entitlement *document = arg;

	if (var == VAR_DAY || var == VAR_MONTH)
		document->reads_days = true;
	else if (var == VAR_FACET)
		expr_visit(document->facts->facets[index].value, look_at_days, document);
}

/* The expressions of hours. */
static void
look_at_hours(Entitlement *document, const Hours *hours)
{
	for (int i = 0; i < hours->ncases; i++)
	{
		if (hours->cases[i].when != NULL)
			expr_visit(hours->cases[i].when, look_at_days, document);
		for (int j = 0; j < hours->cases[i].nrules; j++)
			if (hours->cases[i].rules[j].when != NULL)
				expr_visit(hours->cases[i].rules[j].when, look_at_days, document);
	}
}

/* All expressions of a capability or pool that can open or shut it. */
static void
look_at_place(Entitlement *document, const Capability *place)
{
	for (int i = 0; i < place->nclauses; i++)
		expr_visit(place->clauses[i].is, look_at_days, document);
	look_at_hours(document, &place->hours);
	look_at_hours(document, &place->closed);
	for (int i = 0; i < place->nlimits; i++)
	{
		const UsageLimit *limit = &place->limits[i];

		if (limit->amount != NULL)
			expr_visit(limit->amount, look_at_days, document);
		if (limit->when != NULL)
			expr_visit(limit->when, look_at_days, document);
		look_at_hours(document, &limit->during);
	}
}

/* Is one week as another? */
static void
find_days(Entitlement *document)
{
	if (document->applies != NULL)
		expr_visit(document->applies, look_at_days, document);
	for (int i = 0; i < document->ncapabilities; i++)
		look_at_place(document, &document->capabilities[i]);
	for (int i = 0; i < document->npools; i++)
		look_at_place(document, &document->pools[i]);
}

/* A circle of achievements would never end. */
typedef struct Circle
{
	EntitlementCompiler *e;
	int			depth;
	const Doc  *doc;
} Circle;

static void look_for_circle(void *arg, ExprVar var, int index, bool compared, double constant,
							const Span *span);

/* The achievements that one asks for, and those that they ask for. */
static void
follow_achievement(Circle *circle, const Achievement *achievement)
{
	if (++circle->depth > circle->e->document->nachievements)
		doc_fail(circle->doc, NULL, NULL, "achievements depend on each other in a circle");
	for (int i = 0; i < achievement->nreach; i++)
		expr_visit(achievement->reach[i].is, look_for_circle, circle);
	for (int i = 0; i < achievement->nkeep; i++)
		expr_visit(achievement->keep[i].is, look_for_circle, circle);
	circle->depth--;
}

/* Called for each name in their expressions. */
static void
look_for_circle(void *arg, ExprVar var, int index, bool compared, double constant, const Span *span)
{
	Circle	   *circle = arg;
	Entitlement *document = circle->e->document;

	if (var == VAR_FACET)
		expr_visit(document->facts->facets[index].value, look_for_circle, circle);
	else if (var == VAR_EXTERNAL && document->externals[index].kind == EXTERNAL_ACHIEVED)
		follow_achievement(circle, &document->achievements[document->externals[index].index]);
}

/* Each is looked at by itself, so that the error names one of the circle. */
static void
check_achievements(EntitlementCompiler *e)
{
	for (int i = 0; i < e->document->nachievements; i++)
	{
		Circle		circle = {e, 0, &e->achievements->children[i]};

		follow_achievement(&circle, &e->document->achievements[i]);
	}
}

/* The order matters: names come first, so that everything can refer to everything. */
static void
compile_document(EntitlementCompiler *e)
{
	Entitlement *document = e->document;
	const Doc  *root = e->c.root;

	if (root->kind != DOC_OBJECT)
		doc_fail(root, NULL, NULL, "must be a JSON object");
	check_keys(root, &entitlement_document);
	compile_name(e);
	if (doc_get(root, "title") != NULL)
		document->title = pstrdup(doc_title(doc_get(root, "title")));
	if (doc_get(root, "note") != NULL)
		(void) doc_title(doc_get(root, "note"));
	compile_source(doc_get(root, "source"));
	compile_zone(e);
	compile_calendar(&e->c);
	if (doc_get(root, "calendar") != NULL && doc_get(doc_get(root, "calendar"), "roll") != NULL)
		doc_fail(doc_get(doc_get(root, "calendar"), "roll"), NULL, NULL, "nothing ends on working days here");
	compile_enforcement(&e->c);
	e->c.fact_shape = &fact_object;
	compile_attributes(&e->c);
	compile_owners(e);
	compile_zone_fact(e);
	if (doc_get(root, "cycle") != NULL)
		compile_cycle(&e->c, doc_get(root, "cycle"), true, &e->c.policy->cycle);
	else
		e->c.policy->cycle.anchor_attribute = -1;

	e->pools = doc_get(root, "pools");
	e->capabilities = doc_required(root, "capabilities");
	e->achievements = doc_get(root, "achievements");
	doc_need_object(e->capabilities);
	doc_check_size(e->capabilities, 1024);
	if (e->capabilities->nchildren == 0)
		doc_fail(e->capabilities, NULL, NULL, "must not be empty");
	if (e->pools != NULL)
	{
		doc_need_object(e->pools);
		doc_check_size(e->pools, 256);
	}
	begin_conventions(&document->conventions);
	if (doc_get(root, "conventions") != NULL)
	{
		check_keys(doc_get(root, "conventions"), &conventions_object);
		compile_conventions(e, doc_get(root, "conventions"), &document->conventions);
	}
	compile_context(e);
	compile_observations(e);
	begin_names(e);
	e->c.facet_may = EXPR_MAY_EXTERNAL;
	compile_facet_names(&e->c);
	check_observed_names(e);
	compile_facets(&e->c);
	document->applies = compile_condition(&e->c, root, "applies", EXPR_MAY_EXTERNAL);
	compile_instead(e);
	compile_rests(e);
	compile_achievements(e);
	check_achievements(e);
	compile_pools(e);
	compile_capabilities(e);
	check_together(e);
	find_days(document);
}

/* All is allocated in the document's own context, which moves below its parent last. */
Entitlement *
entitlement_compile(Jsonb *jsonb, int64 policy_id, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "governance entitlement",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "governance entitlement document",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	EntitlementCompiler e = {0};

	e.c.root = doc_read(jsonb, ENTITLEMENT_NOUN);
	MemoryContextSwitchTo(context);
	e.document = palloc0(sizeof(Entitlement));
	e.document->context = context;
	e.document->policy_id = policy_id;
	e.document->facts = e.c.policy = palloc0(sizeof(Policy));
	e.c.policy->context = context;
	e.c.policy->policy_id = policy_id;
	e.c.stored = policy_id != 0;
	compile_document(&e);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	if (parent != NULL)
		MemoryContextSetParent(context, parent);
	return e.document;
}
