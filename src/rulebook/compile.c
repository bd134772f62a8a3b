/*
 * compile.c
 *		From a policy document to a compiled policy: the frame of the document;
 *		each part of it is compiled in a compile_*.c of its own.
 *
 * Everything that can be wrong with a document is found here, before it is
 * stored, so that the fold can take each field as it is.
 */
#include "postgres.h"

#include "db/report.h"
#include "engine/engine.h"
#include "engine/unprompted.h"
#include "errors.h"
#include "pgtime.h"
#include "rulebook/check_keys.h"
#include "rulebook/check_ladder.h"
#include "rulebook/compile.h"
#include "rulebook/compile_calendar.h"
#include "rulebook/compile_collapse.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_facts.h"
#include "rulebook/compile_ladder.h"
#include "rulebook/compile_links.h"
#include "rulebook/compile_modifiers.h"
#include "rulebook/compile_observe.h"
#include "rulebook/compile_relief.h"
#include "rulebook/compile_rules.h"
#include "rulebook/compile_score.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_statement.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/summary.h"
#include "rulebook/values.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

/* The name of what is governed; entries and standings carry it. */
static void
compile_scheme(Compiler *c)
{
	const Doc  *doc = doc_required(c->root, "scheme");

	doc_check_document_name(doc);
	c->policy->scheme = pstrdup(doc->text);
}

/* An optional span of a length; false when it is missing. */
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

/*
 * What happens when a decision is overturned, comes late, or meets a new
 * version.
 */
static void
compile_revision(Compiler *c)
{
	const Doc  *doc = doc_get(c->root, "revision");
	Policy	   *policy = c->policy;

	policy->revision = REVISION_REPLAY;
	policy->resanction_late = true;
	policy->handover = HANDOVER_CARRY;
	if (doc == NULL)
		return;
	check_keys(doc, &revision_object);
	policy->revision = get_word(doc, &revision_object, "overturn", 0) == 0 ?
		REVISION_REPLAY : REVISION_REFUND;
	policy->resanction_late = get_word(doc, &revision_object, "late", 0) == 0;
	policy->handover = (Handover) get_word(doc, &revision_object, "handover", 0);
	policy->appeals_end = compile_deadline(doc, "appeal_within", &policy->appeal_within);
	policy->appeals_due = compile_deadline(doc, "decide_within", &policy->decide_within);
}

/* From when sanctions are enforced, and for a growing share of accounts. */
void
compile_enforcement(Compiler *c)
{
	const Doc  *doc = doc_get(c->root, "enforcement");
	const Doc  *part;
	Policy	   *policy = c->policy;

	policy->enforce_from = DT_NOBEGIN;
	if (doc == NULL)
		return;
	check_keys(doc, &enforcement_object);
	part = doc_get(doc, "from");
	if (part)
		policy->enforce_from = doc_instant(part, policy->zone);
	part = doc_get(doc, "rollout");
	if (part)
	{
		check_keys(part, &rollout_object);
		policy->has_rollout = true;
		policy->rollout_from = doc_instant(doc_required(part, "from"), policy->zone);
		policy->rollout_to = doc_instant(doc_required(part, "to"), policy->zone);
		if (policy->rollout_to <= policy->rollout_from)
			doc_fail(part, NULL, NULL, "the rollout ends before it begins");
	}
}

/* Where the figures come from: a text or several, for people alone. */
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

/*
 * The order matters: names come first, so that everything can refer to
 * everything.
 */
static void
compile_document(Compiler *c)
{
	Policy	   *policy = c->policy;

	if (c->root->kind != DOC_OBJECT)
		doc_fail(c->root, NULL, NULL, "must be a JSON object");
	check_keys(c->root, &policy_document);

	compile_scheme(c);
	if (doc_get(c->root, "title"))
		(void) doc_title(doc_get(c->root, "title"));
	if (doc_get(c->root, "note"))
		(void) doc_title(doc_get(c->root, "note"));
	check_source(doc_get(c->root, "source"));
	c->policy->zone = doc_zone(doc_get(c->root, "time_zone"));

	policy->marks = palloc0(sizeof(int) * 32);
	policy->apply_all = get_word(c->root, &policy_document, "ladder_apply", 0) == 1;
	policy->sequence = doc_get_boolean(c->root, "ladder_sequence", false);
	policy->clock = (EntryClock) get_word(c->root, &policy_document, "clock", 0);
	policy->sanctions_from_decided =
		get_word(c->root, &policy_document, "sanctions_from", 0) == 0;
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
	policy->unprompted = engine_unprompted(policy);
}

/*
 * Everything is allocated in the policy's own context, which only moves below
 * its parent once nothing can go wrong any more.
 *
 * stored: the document is read as it was when it was published; what has been
 * refused only since then would leave its standings without a policy.  parent:
 * null leaves the policy below the current context.  summary: null, or where
 * the summary goes.
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
	document_check_kind(document, DOCUMENT_SCHEME);
	c.root = doc_read(document, policy_document_type.noun);

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

/* A document that has an id has been published. */
Policy *
policy_compile(Jsonb *document, int64 policy_id, MemoryContext parent)
{
	return compile(document, policy_id, policy_id != 0, parent, NULL);
}

/* Compiles a document for its errors and its summary, and forgets the policy. */
static char *
check_policy(Jsonb *document, bool stored)
{
	char	   *summary;
	Policy	   *policy = compile(document, 0, stored, NULL, &summary);

	MemoryContextDelete(policy->context);
	return summary;
}

/* policy_compile(), for a document that is stored. */
static void *
compile_policy(Jsonb *document, int64 policy_id, MemoryContext parent)
{
	return policy_compile(document, policy_id, parent);
}

/* The calendar stands in the policy itself. */
static const WorkCalendar *
policy_calendar(const void *compiled)
{
	return &((const Policy *) compiled)->calendar;
}

const DocumentType policy_document_type = {
	.key = "scheme",
	.noun = gettext_noop("policy document"),
	.missing = MISSING_SCHEME,
	.compile = compile_policy,
	.check = check_policy,
	.calendar = policy_calendar
};
