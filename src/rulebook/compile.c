/*
 * compile.c
 *		From a policy document to a compiled policy: the frame, the score,
 *		attributes, facets and enforcement; what else there is in compile_*.c.
 *
 * Everything that can be wrong with a document is found here, before it is
 * stored, so that the fold can take each field as it is.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "errors.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rulebook/cache.h"
#include "rulebook/compile.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_check_policy);
PG_FUNCTION_INFO_V1(governance_check_stored_policy);

/*
 * A facet that uses a facet that uses a facet...  The weight is how much there
 * is to evaluate when every facet is replaced by what it stands for; without a
 * limit, thirty lines that each use the one before twice would never end.
 */
#define MAX_FACET_DEPTH		16
#define MAX_FACET_WEIGHT	10000

/* ------------------------------------------------------------------------
 * The frame of the document
 * ------------------------------------------------------------------------
 */

static void
compile_scheme(Compiler *c)
{
	const Doc  *doc = doc_required(c->root, "scheme");
	const char *name = doc_text(doc);
	bool		good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 63;

	for (const char *s = name; good && *s; s++)
		good = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
			strchr("_.-", *s) != NULL;
	if (!good)
		doc_fail(doc, _("A scheme's name begins with a lower-case letter, has lower-case letters, digits, \"_\", \".\" and \"-\", and at most 63 of them."),
				 NULL, "invalid name of a scheme");
	c->policy->scheme = pstrdup(name);
}

static void
compile_zone(Compiler *c)
{
	const Doc  *doc = doc_get(c->root, "time_zone");
	const char *name = doc ? doc_text(doc) : "UTC";

	/*
	 * Only names of the time zone database: "+8" or "UTC-8", which the server
	 * would read the POSIX way, mean the contrary of what people expect.
	 */
	if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 ||
		(strchr(name, '/') != NULL && strlen(name) < 64 && name[0] != '/'))
		c->policy->zone = pg_tzset(name);
	if (c->policy->zone == NULL || !pg_tz_acceptable(c->policy->zone))
		doc_fail(doc, _("A time zone is named as in \"Asia/Shanghai\" or \"UTC\"."),
				 _("The view pg_timezone_names lists them."),
				 "unknown time zone \"%s\"", name);
}

static void
compile_attributes(Compiler *c)
{
	static const char *const keys[] = {"type", "default", "title"};
	static const char *const types[] = {"number", "boolean", "text", "date"};
	const Doc  *object = doc_get(c->root, "attributes");
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
			a->type = (AttributeType) doc_word(doc, types, lengthof(types));
			continue;
		}
		if (doc->kind != DOC_OBJECT)
			doc_fail(doc, _("Example: {\"type\": \"number\", \"default\": 0}."), NULL,
					 "must be a type or an object");
		doc_check_keys(doc, keys, lengthof(keys));
		a->type = (AttributeType) doc_word(doc_required(doc, "type"),
										   types, lengthof(types));
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

typedef struct Weighing
{
	const Compiler *c;
	int64		weight;
	int			depth;
} Weighing;

static void
weigh(void *arg, ExprVar var, int index, bool compared, double constant,
	  const Span *span)
{
	Weighing   *w = arg;

	if (var == VAR_FACET)
	{
		w->weight += w->c->facet_weights[index];
		w->depth = Max(w->depth, w->c->facet_depths[index] + 1);
	}
	else
		w->weight++;
}

/*
 * A facet, compiled when another one or an expression first asks for it, so
 * that each comes after those that it uses.
 */
int
compile_facet(Compiler *c, int i)
{
	const Doc  *doc = &c->facets->children[i];
	Weighing	weighing = {.c = c, .weight = 1, .depth = 1};
	Expr	   *value;
	int			f;

	if (c->facet_state[i] == 2)
		return c->facet_order[i];

	check_stack_depth();
	if (++c->facet_nesting > MAX_FACET_DEPTH)
		doc_fail(doc, NULL, NULL, "facets use each other too deeply");
	c->facet_state[i] = 1;
	value = compile_expr(c, doc, EXPR_NULL, 0);
	c->facet_nesting--;
	if (expr_type(value) == EXPR_NULL)
		doc_fail(doc, NULL, NULL, "a facet must have a value");
	c->facet_state[i] = 2;
	expr_visit(value, weigh, &weighing);
	if (weighing.weight > MAX_FACET_WEIGHT)
		doc_fail(doc, NULL, NULL, "too much to evaluate in one facet");
	if (weighing.depth > MAX_FACET_DEPTH)
		doc_fail(doc, NULL, NULL, "facets use each other too deeply");

	f = c->policy->nfacets++;
	c->facet_weights[f] = weighing.weight;
	c->facet_depths[f] = weighing.depth;
	c->facet_order[i] = f;
	c->policy->facets[f].name = pstrdup(doc->key);
	c->policy->facets[f].value = value;
	return f;
}

/* Only the names. */
static void
compile_facet_names(Compiler *c)
{
	const Doc  *object = doc_get(c->root, "facets");

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 256);
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];

		doc_check_identifier(doc, doc->key);
		if (policy_attribute_index(c->policy, doc->key) >= 0)
			doc_fail(doc, NULL, NULL, "there is an attribute of that name");
	}
	c->facets = object;
	c->facet_state = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->facet_order = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->facet_weights = palloc0(sizeof(int64) * Max(object->nchildren, 1));
	c->facet_depths = palloc0(sizeof(int) * Max(object->nchildren, 1));
	c->policy->facets = palloc0(sizeof(PolicyFacet) * Max(object->nchildren, 1));
}

static void
compile_facets(Compiler *c)
{
	for (int i = 0; c->facets && i < c->facets->nchildren; i++)
		(void) compile_facet(c, i);
}

static void
compile_score(Compiler *c)
{
	static const char *const keys[] = {
		"direction", "cap", "limit", "start", "floor", "stop_at_limit",
		"on_cap_raise", "on_cap_lower"
	};
	static const char *const directions[] = {"deduct", "accumulate"};
	static const char *const changes[] = {"shift", "keep"};
	const Doc  *doc = doc_required(c->root, "score");
	const Doc  *cap;
	const Doc  *start;
	const Doc  *floor;
	const Doc  *wrong;
	Policy	   *policy = c->policy;
	double		cap_points,
				start_points,
				floor_points;

	doc_check_keys(doc, keys, lengthof(keys));
	policy->accumulate = doc_get_word(doc, "direction", directions,
									  lengthof(directions), 0) == 1;

	wrong = doc_get(doc, policy->accumulate ? "cap" : "limit");
	if (wrong)
		doc_fail(wrong, NULL, psprintf(_("Use \"%s\"."), policy->accumulate ? "limit" : "cap"),
				 policy->accumulate ? gettext_noop("a score that accumulates has no cap") :
				 gettext_noop("a score that is deducted from has no limit"));
	cap = doc_required(doc, policy->accumulate ? "limit" : "cap");
	start = doc_get(doc, "start");
	floor = doc_get(doc, "floor");

	policy->cap = compile_points(c, cap, 0, false);
	if (start)
		policy->start = compile_points(c, start, 0, false);
	else
		policy->start = policy->accumulate ? expr_constant_number(0) : policy->cap;
	policy->floor = floor ? compile_points(c, floor, 0, false) :
		expr_constant_number(0);

	if (expr_is_constant(policy->cap, &cap_points) && cap_points <= 0)
		doc_fail(cap, NULL, NULL, "must be more than 0");
	if (start && !policy->accumulate &&
		expr_is_constant(policy->cap, &cap_points) &&
		expr_is_constant(policy->start, &start_points) &&
		start_points > cap_points)
		doc_fail(start, NULL, NULL, "the start is above the cap");
	if (floor && expr_is_constant(policy->floor, &floor_points) &&
		expr_is_constant(policy->start, &start_points) &&
		floor_points > start_points)
		doc_fail(floor, NULL, NULL, "the floor is above the start");

	wrong = doc_get(doc, "stop_at_limit");
	if (wrong)
	{
		policy->capped = doc_boolean(wrong);
		if (!policy->accumulate)
			doc_fail(wrong, NULL, NULL,
					 "only a score that accumulates has a limit");
	}
	policy->on_cap_raise = doc_get_word(doc, "on_cap_raise", changes, 2, 0) == 0 ?
		CAP_SHIFT : CAP_KEEP;
	policy->on_cap_lower = doc_get_word(doc, "on_cap_lower", changes, 2, 1) == 0 ?
		CAP_SHIFT : CAP_KEEP;
}

/* Titles for kinds and capabilities: a list of names, or names with titles. */
static void
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

static bool
compile_deadline(const Doc *object, const char *key, Span *span)
{
	const Doc  *doc = doc_get(object, key);

	if (doc == NULL)
		return false;
	*span = compile_span(doc);
	if (span_is_zero(span) || span->forever)
		doc_fail(doc, NULL, NULL, "the time must have a length");
	return true;
}

static void
compile_revision(Compiler *c)
{
	static const char *const keys[] = {
		"overturn", "late", "handover", "appeal_within", "decide_within"
	};
	static const char *const overturn[] = {"replay", "refund"};
	static const char *const late[] = {"recompute", "keep"};
	static const char *const handover[] = {"carry", "convert", "fresh"};
	const Doc  *doc = doc_get(c->root, "revision");
	Policy	   *policy = c->policy;

	policy->revision = REVISION_REPLAY;
	policy->resanction_late = true;
	policy->handover = HANDOVER_CARRY;
	if (doc == NULL)
		return;
	doc_check_keys(doc, keys, lengthof(keys));
	policy->revision = doc_get_word(doc, "overturn", overturn, 2, 0) == 0 ?
		REVISION_REPLAY : REVISION_REFUND;
	policy->resanction_late = doc_get_word(doc, "late", late, 2, 0) == 0;
	policy->handover = (Handover) doc_get_word(doc, "handover", handover, 3, 0);
	policy->appeals_end = compile_deadline(doc, "appeal_within", &policy->appeal_within);
	policy->appeals_due = compile_deadline(doc, "decide_within", &policy->decide_within);
}

static void
compile_enforcement(Compiler *c)
{
	static const char *const keys[] = {"from", "rollout"};
	static const char *const rollout_keys[] = {"from", "to"};
	const Doc  *doc = doc_get(c->root, "enforcement");
	const Doc  *part;
	Policy	   *policy = c->policy;

	policy->enforce_from = DT_NOBEGIN;
	if (doc == NULL)
		return;
	doc_check_keys(doc, keys, lengthof(keys));
	part = doc_get(doc, "from");
	if (part)
		policy->enforce_from = doc_instant(part, policy->zone);
	part = doc_get(doc, "rollout");
	if (part)
	{
		doc_check_keys(part, rollout_keys, lengthof(rollout_keys));
		policy->has_rollout = true;
		policy->rollout_from = doc_instant(doc_required(part, "from"), policy->zone);
		policy->rollout_to = doc_instant(doc_required(part, "to"), policy->zone);
		if (policy->rollout_to <= policy->rollout_from)
			doc_fail(part, NULL, NULL, "the rollout ends before it begins");
	}
}

/* A source: a text or several. */
static void
check_source(const Doc *doc)
{
	if (doc == NULL)
		return;
	if (doc->kind == DOC_LIST)
	{
		for (int i = 0; i < doc->nchildren; i++)
			(void) doc_text(&doc->children[i]);
		return;
	}
	if (doc->kind != DOC_TEXT)
		doc_fail(doc, NULL, NULL, "must be a text or a list of texts");
	(void) doc_text(doc);
}

static void
compile_document(Compiler *c)
{
	static const char *const keys[] = {
		"scheme", "title", "note", "source", "time_zone", "score",
		"attributes", "facets", "activities", "capabilities", "severities",
		"rules", "modifiers", "collapse", "observe", "relief", "ladder",
		"ladder_apply", "ladder_sequence", "links", "cycle", "calendar", "clock",
		"sanctions_from", "revision", "enforcement", "dsa"
	};
	static const char *const apply[] = {"heaviest", "all"};
	static const char *const clocks[] = {"occurred", "decided"};
	static const char *const from[] = {"decided", "occurred"};
	Policy	   *policy = c->policy;

	if (c->root->kind != DOC_OBJECT)
		doc_fail(c->root, NULL, NULL, "must be a JSON object");
	doc_check_keys(c->root, keys, lengthof(keys));

	compile_scheme(c);
	if (doc_get(c->root, "title"))
		(void) doc_title(doc_get(c->root, "title"));
	if (doc_get(c->root, "note"))
		(void) doc_title(doc_get(c->root, "note"));
	check_source(doc_get(c->root, "source"));
	compile_zone(c);

	policy->marks = palloc0(sizeof(int) * 32);
	policy->apply_all = doc_get_word(c->root, "ladder_apply", apply, 2, 0) == 1;
	policy->sequence = doc_get_boolean(c->root, "ladder_sequence", false);
	policy->clock = (EntryClock) doc_get_word(c->root, "clock", clocks, 2, 0);
	policy->sanctions_from_decided =
		doc_get_word(c->root, "sanctions_from", from, 2, 0) == 0;
	compile_calendar(c);
	compile_revision(c);
	compile_enforcement(c);

	/* names first, so that everything can refer to everything */
	compile_titles(doc_get(c->root, "activities"), &c->activities);
	c->ndeclared = c->activities.n;
	compile_titles(doc_get(c->root, "capabilities"), &c->capabilities);
	c->vocabulary = doc_get(c->root, "capabilities") != NULL;
	compile_attributes(c);
	if (doc_get(c->root, "cycle"))
		compile_cycle(c, doc_get(c->root, "cycle"), true, &policy->cycle);
	else
		policy->cycle.anchor_attribute = -1;
	compile_facet_names(c);
	compile_observable_names(c);
	compile_rung_names(c);
	compile_facets(c);

	compile_score(c);
	compile_rules(c);
	compile_observables(c);
	compile_modifiers(c);
	compile_collapse(c);
	compile_relief(c);
	compile_ladder(c);
	check_ladder(c);
	compile_links(c);
	compile_statements(c);

	policy->nactivities = c->activities.n;
	policy->activities = c->activities.names;
	engine_prepare(policy);
}

/*
 * Everything is allocated in the policy's own context, which only moves below
 * its parent once nothing can go wrong any more.
 *
 * A document that is stored is read as it was when it was published: what has
 * been refused only since then would leave its standings without a policy.
 */
static Policy *
compile(Jsonb *document, int64 policy_id, bool stored, MemoryContext parent, char **summary)
{
	MemoryContext context;
	MemoryContext scratch;
	MemoryContext old;
	Compiler	c = {0};

	context = AllocSetContextCreate(CurrentMemoryContext, "governance policy",
									ALLOCSET_SMALL_SIZES);
	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"governance policy document",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	c.root = doc_read(document);

	MemoryContextSwitchTo(context);
	c.policy = palloc0(sizeof(Policy));
	c.policy->context = context;
	c.policy->policy_id = policy_id;
	c.stored = stored;
	compile_document(&c);

	MemoryContextSwitchTo(old);
	if (summary)
		*summary = policy_summary(&c);
	MemoryContextDelete(scratch);
	if (parent)
		MemoryContextSetParent(context, parent);
	return c.policy;
}

Policy *
policy_compile(Jsonb *document, int64 policy_id, MemoryContext parent)
{
	return compile(document, policy_id, policy_id != 0, parent, NULL);
}

static Datum
check(Jsonb *document, bool stored)
{
	char	   *summary;
	Policy	   *policy = compile(document, 0, stored, NULL, &summary);

	MemoryContextDelete(policy->context);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(summary));
}

/* check_policy(document jsonb) returns jsonb */
Datum
governance_check_policy(PG_FUNCTION_ARGS)
{
	return check(PG_GETARG_JSONB_P(0), false);
}

/* check_stored_policy(document jsonb) returns jsonb */
Datum
governance_check_stored_policy(PG_FUNCTION_ARGS)
{
	return check(PG_GETARG_JSONB_P(0), true);
}
