/*
 * compile_capability.c
 *		Capabilities and pools: what stands in one place of a document.
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
#include "utils/timestamp.h"

/* "unit": a word of time, or any other. */
static void
compile_unit(const Doc *doc, Capability *place)
{
	static const struct
	{
		const char *unit;
		int64		size;
	}			units[] = {
		{"seconds", USECS_PER_SEC}, {"minutes", USECS_PER_MINUTE}, {"hours", USECS_PER_HOUR}
	};
	static const char *const other_words[][2] = {
		{"second", "seconds"}, {"minute", "minutes"}, {"hour", "hours"}, {"min", "minutes"},
		{"h", "hours"}, {"s", "seconds"}
	};

	place->unit = pstrdup(doc != NULL ? doc_text(doc) : "uses");
	place->unit_size = AMOUNT_SCALE;
	for (int i = 0; doc != NULL && i < (int) lengthof(other_words); i++)
		if (strcmp(place->unit, other_words[i][0]) == 0)
			doc_fail(doc, NULL, psprintf(_("Write \"%s\"."), other_words[i][1]), "unknown unit of time \"%s\"", place->unit);
	for (int i = 0; i < (int) lengthof(units); i++)
		if (strcmp(place->unit, units[i].unit) == 0)
		{
			place->is_time = true;
			place->unit_size = units[i].size;
		}
}

/* "session" */
static void
compile_session(EntitlementCompiler *e, const Doc *doc, SessionRule *session)
{
	static const char *const which[] = {"of", "by"};
	const Doc  *part;

	session->of = OF_ACCOUNT;
	session->of_context = session->by = -1;
	session->lease.usecs = 2 * USECS_PER_MINUTE;
	if (doc == NULL)
		return;
	check_keys(doc, &session_object);
	session->given = true;
	if ((part = doc_get(doc, "at_once")) != NULL)
	{
		double		n = doc_number(part);

		if (n < 1 || n > 1000000 || n != (int) n)
			doc_fail(part, NULL, NULL, "must be a whole number from 1 on");
		session->at_once = (int) n;
	}
	session->of = compile_whose(e, doc, &session->of_link, &session->of_context);
	for (int i = 0; i < (int) lengthof(which); i++)
		if (doc_get(doc, which[i]) != NULL && doc_get(doc, "at_once") == NULL && doc_get(doc, "apart") == NULL)
			doc_fail(doc_get(doc, which[i]), NULL, NULL, "has no effect without \"at_once\" or \"apart\"");
	if ((part = doc_get(doc, "by")) != NULL)
		session->by = compile_context_name(e, part);
	if ((part = doc_get(doc, "apart")) != NULL)
		compile_span_param(&e->c, part, EXPR_MAY_EXTERNAL, false, &session->apart);
	if ((part = doc_get(doc, "lease")) != NULL)
	{
		session->lease = compile_span(part);
		if (span_is_zero(&session->lease) || session->lease.forever)
			doc_fail(part, NULL, NULL, "the lease must have a length");
	}
}

/* The index of a pool; raises an error with the nearest name. */
static int
compile_pool_name(EntitlementCompiler *e, const Doc *doc)
{
	const char *name = doc_text(doc);
	NameList	known = {0};

	for (int i = 0; i < e->document->npools; i++)
	{
		if (strcmp(e->document->pools[i].name, name) == 0)
			return i;
		name_list_push(&known, e->document->pools[i].name);
	}
	doc_fail(doc, known.n == 0 ? _("Pools are declared in \"pools\".") : NULL,
			 closest_hint(name, (const char *const *) known.names, known.n),
			 "there is no pool called \"%s\"", name);
	return -1;
}

/* Do units matter to a pool? */
static bool
counts_amounts(const Capability *pool)
{
	for (int i = 0; i < pool->nlimits; i++)
		if (pool->limits[i].measure == MEASURE_AMOUNT && !pool->limits[i].has_only_for)
			return true;
	return pool->at_least > 0 || pool->step > 0;
}

/* "pool": a name, a list, or {"in_order": [...]}. */
static void
compile_members(EntitlementCompiler *e, const Doc *doc, Capability *place)
{
	const Doc  *list = doc;

	if (doc->kind == DOC_OBJECT)
	{
		check_keys(doc, &pools_in_order_object);
		list = doc_required(doc, "in_order");
		place->pools_in_order = true;
	}
	if (list->kind != DOC_LIST)
	{
		place->npools = 1;
		place->pools = palloc(sizeof(int));
		place->pools[0] = compile_pool_name(e, list);
	}
	else
	{
		if (list->nchildren == 0)
			doc_fail(list, NULL, NULL, "must not be empty");
		place->npools = list->nchildren;
		place->pools = palloc(sizeof(int) * list->nchildren);
		for (int i = 0; i < list->nchildren; i++)
		{
			place->pools[i] = compile_pool_name(e, &list->children[i]);
			for (int j = 0; j < i; j++)
				if (place->pools[j] == place->pools[i])
					doc_fail(&list->children[i], NULL, NULL, "the pool is named twice");
		}
	}
	for (int i = 0; i < place->npools; i++)
	{
		const Capability *pool = &e->document->pools[place->pools[i]];

		if (counts_amounts(pool) && pool->unit_size != place->unit_size)
			doc_fail(doc, NULL, _("Give both the same \"unit\"."),
					 "the pool counts in %s, and the capability in %s", pool->unit, place->unit);
	}
}

/* The unit of what names a pool and says none is that of the pool. */
static void
take_unit(EntitlementCompiler *e, const Doc *object, Capability *place)
{
	const Doc  *pool = doc_get(object, "pool");

	if (doc_get(object, "unit") != NULL || pool == NULL)
		return;
	if (pool->kind == DOC_OBJECT)
		pool = doc_get(pool, "in_order");
	if (pool != NULL && pool->kind == DOC_LIST)
		pool = pool->nchildren > 0 ? &pool->children[0] : NULL;
	if (pool != NULL)
	{
		const Capability *shared = &e->document->pools[compile_pool_name(e, pool)];

		place->unit = shared->unit;
		place->unit_size = shared->unit_size;
		place->is_time = shared->is_time;
	}
}

/* A number of units that is more than nothing, as an amount; 0: not given. */
static int64
compile_least(const Doc *object, const char *key, const Capability *place)
{
	const Doc  *doc = doc_get(object, key);
	int64		amount;

	if (doc == NULL)
		return 0;
	amount = entitlement_amount(place, doc_number(doc));
	if (amount <= 0)
		doc_fail(doc, NULL, NULL, "must be more than 0");
	return amount;
}

/* What a capability and a pool have in common; names of rules are known by `place`. */
static void
compile_place(EntitlementCompiler *e, const Doc *doc, Capability *place)
{
	const int	may = EXPR_MAY_EXTERNAL | EXPR_MAY_REQUEST | EXPR_MAY_USED;
	const Doc  *part;

	e->place = doc;
	place->verdict = CAPABILITY_RULES;
	place->may_switch = true;
	place->conventions = e->document->conventions;
	compile_conventions(e, doc, &place->conventions);
	if ((part = doc_get(doc, "title")) != NULL)
		place->title = pstrdup(doc_title(part));
	if ((part = doc_get(doc, "note")) != NULL)
		(void) doc_title(part);
	compile_unit(doc_get(doc, "unit"), place);
	if (!place->is_pool)
		take_unit(e, doc, place);
	if ((part = doc_get(doc, "require")) != NULL)
		place->nclauses = compile_clauses(e, part, may, &place->clauses);
	if ((part = doc_get(doc, "hours")) != NULL)
		compile_hours(e, part, &place->hours);
	if ((part = doc_get(doc, "closed")) != NULL)
		compile_hours(e, part, &place->closed);
	if ((part = doc_get(doc, "at_most")) != NULL)
		compile_limits(e, part, place);
	place->at_least = compile_least(doc, "at_least", place);
	place->step = compile_least(doc, "step", place);
	if ((part = doc_get(doc, "apart")) != NULL)
		compile_span_param(&e->c, part, EXPR_MAY_EXTERNAL, false, &place->apart);
	compile_session(e, doc_get(doc, "session"), &place->session);
	if ((part = doc_get(doc, "counting")) != NULL)
		place->ncounting = compile_places(e, part, &place->counting);
	if ((part = doc_get(doc, "consent")) != NULL)
		compile_loosenings(e, part, place, false, &place->consents, &place->nconsents);
	if ((part = doc_get(doc, "set_by")) != NULL)
		compile_loosenings(e, part, place, true, &place->set_by, &place->nset_by);
	if ((part = doc_get(doc, "switch")) != NULL)
		compile_switch(e, part, place);
	if ((part = doc_get(doc, "settles_after")) != NULL)
	{
		place->has_settles = true;
		compile_span_param(&e->c, part, EXPR_MAY_EXTERNAL, false, &place->settles_after);
	}
	(void) doc_get_boolean(doc, "ours", false);
	compile_source(doc_get(doc, "source"));
	check_place_keys(doc, place);
	e->place = NULL;
}

/* "pools", in the order of their names. */
void
compile_pools(EntitlementCompiler *e)
{
	Entitlement *document = e->document;

	if (e->pools == NULL)
		return;
	document->pools = palloc0(sizeof(Capability) * Max(e->pools->nchildren, 1));
	for (int i = 0; i < e->pools->nchildren; i++)
	{
		const Doc  *doc = &e->pools->children[i];
		Capability *pool = &document->pools[i];

		doc_check_name(doc, doc->key);
		check_keys(doc, &pool_object);
		pool->name = pstrdup(doc->key);
		pool->is_pool = true;
		compile_place(e, doc, pool);
		document->npools++;
	}
}

/* What is free, and counts in a pool all the same, counts in its unit. */
static void
counted_unit(const Entitlement *document, Capability *capability)
{
	for (int i = 0; i < document->npools; i++)
		for (int j = 0; j < document->pools[i].ncounting; j++)
			if (entitlement_matches(document->pools[i].counting[j], capability->name))
			{
				capability->unit = document->pools[i].unit;
				capability->unit_size = document->pools[i].unit_size;
				capability->is_time = document->pools[i].is_time;
				return;
			}
}

/* Characters that are no *, more of which make a name more exact. */
static int
exactness(const Capability *capability)
{
	int			n = 0;

	for (const char *s = capability->name; *s; s++)
		n += *s != '*';
	return n;
}

/* For qsort(): names before patterns, longer patterns before shorter ones. */
static int
capability_cmp(const void *a, const void *b)
{
	const Capability *x = a;
	const Capability *y = b;

	if (x->is_pattern != y->is_pattern)
		return x->is_pattern ? 1 : -1;
	if (x->is_pattern && exactness(x) != exactness(y))
		return exactness(y) - exactness(x);
	return strcmp(x->name, y->name);
}

/* A name, or a pattern, which may have a * where a name has any characters. */
static void
check_capability_name(const Doc *doc)
{
	char	   *name = pstrdup(doc->key);

	for (char *s = name; *s; s++)
		if (*s == '*')
			*s = 'x';
	doc_check_name(doc, name);
}

/* "capabilities": true, false or an object each. */
void
compile_capabilities(EntitlementCompiler *e)
{
	Entitlement *document = e->document;
	int			n = e->capabilities->nchildren;

	document->capabilities = palloc0(sizeof(Capability) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		const Doc  *doc = &e->capabilities->children[i];
		Capability *capability = &document->capabilities[i];

		check_capability_name(doc);
		capability->name = pstrdup(doc->key);
		capability->is_pattern = strchr(doc->key, '*') != NULL;
		if (doc->kind == DOC_BOOLEAN)
		{
			compile_unit(NULL, capability);
			counted_unit(document, capability);
			compile_session(e, NULL, &capability->session);
			capability->may_switch = true;
			capability->conventions = document->conventions;
			capability->verdict = doc->boolean ? CAPABILITY_FREE : CAPABILITY_NEVER;
		}
		else if (doc->kind != DOC_OBJECT)
			doc_fail(doc, NULL, NULL, "must be true, false or an object");
		else
		{
			if (doc_get(doc, "counting") != NULL)
				doc_fail(doc_get(doc, "counting"), NULL, NULL, "goes with a pool, or with a limit");
			check_keys(doc, &capability_object);
			compile_place(e, doc, capability);
			if (doc_get(doc, "pool") != NULL)
				compile_members(e, doc_get(doc, "pool"), capability);
		}
		document->ncapabilities++;
	}
	qsort(document->capabilities, n, sizeof(Capability), capability_cmp);
}
