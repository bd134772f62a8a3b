/*
 * check_together.c
 *		What is right by itself, and has no effect, or no sense, where it stands:
 *		keys of conventions, names that are taken, pools that nothing is in,
 *		consents to nothing, limits that nobody can set, amounts of other units.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/values.h"

/* ---------- keys ---------- */

/* Rules that every place may have; a consent could not tell them apart from others. */
void
check_rule_name(const Doc *doc, const char *name)
{
	static const char *const taken[] = {
		"hours", "closed", "at_most", "at_least", "step", "apart", "session", "switch", "require", "never"
	};

	for (int i = 0; i < (int) lengthof(taken); i++)
		if (strcmp(name, taken[i]) == 0)
			doc_fail(doc, NULL, _("Give it another name."), "\"%s\" is the name of a rule of its own", name);
}

/* The convention is written in an object where it changes nothing. */
static void
check_convention(const Doc *object, const char *key, bool has_effect)
{
	const Doc  *doc = doc_get(object, key);

	if (doc != NULL && !has_effect)
		doc_fail(doc, NULL, _("Leave it out, or write it in \"conventions\" of the document."), "has no effect here");
}

/* Conventions that look at the whole document, or that no limit has. */
void
check_limit_keys(const Doc *doc, const Capability *place, const UsageLimit *limit)
{
	bool		window = limit->frame == FRAME_WINDOW;
	bool		days = window || limit->frame == FRAME_DURING || limit->by == ROLL_DAY;

	check_convention(doc, "age_turns", false);
	check_convention(doc, "refunds", false);
	check_convention(doc, "grants", false);
	check_convention(doc, "repeat_of_ref", false);
	check_convention(doc, "reservation", false);
	check_convention(doc, "interval_end", limit->frame == FRAME_DURING);
	check_convention(doc, "rolling_end", limit->frame == FRAME_WITHIN);
	check_convention(doc, "week_starts", window && limit->window == WINDOW_UNIT && limit->unit == UNIT_WEEK);
	check_convention(doc, "day_starts", days);
	check_convention(doc, "missing_hour", days);
	check_convention(doc, "crossing", place->is_time);
	check_convention(doc, "concurrent", place->is_time);
	check_convention(doc, "run_on", window && place->is_time);
	check_convention(doc, "changed_limit", window);
	check_convention(doc, "repeat", limit->action == REACH_WARN);
	check_convention(doc, "grant_order", limit->frame != FRAME_USE && limit->frame != FRAME_HELD);
}

/* Names of a place: no clause is called as a limit is. */
void
check_place_keys(const Doc *doc, const Capability *place)
{
	check_convention(doc, "age_turns", false);
	for (int i = 0; i < place->nlimits; i++)
		for (int j = 0; j < place->nclauses; j++)
			if (place->clauses[j].name != NULL && strcmp(place->clauses[j].name, place->limits[i].name) == 0)
				doc_fail(&doc_get(doc, "at_most")->children[i], NULL, _("Give it another name."),
						 "there is a clause called \"%s\" already", place->limits[i].name);
}

/* ---------- places together ---------- */

/* The object of a place. */
static const Doc *
place_doc(const EntitlementCompiler *e, const Capability *place)
{
	return doc_get(place->is_pool ? e->pools : e->capabilities, place->name);
}

/* A pool without members: what it says holds for nothing. */
static void
check_members(const EntitlementCompiler *e, int pool)
{
	const Entitlement *document = e->document;

	for (int i = 0; i < document->ncapabilities; i++)
		for (int j = 0; j < document->capabilities[i].npools; j++)
			if (document->capabilities[i].pools[j] == pool)
				return;
	doc_fail(place_doc(e, &document->pools[pool]), NULL, _("Name it in \"pool\" of a capability."),
			 "no capability is in this pool");
}

/* Is there anything that one may agree to, in a place or its pools? */
static bool
has_loosened(const Entitlement *document, const Capability *place, bool hours)
{
	for (int p = -1; p < place->npools; p++)
	{
		const Capability *one = p < 0 ? place : &document->pools[place->pools[p]];

		if (hours && (one->hours.given || one->closed.given))
			return true;
		for (int i = 0; hours && i < one->nset_by; i++)
			if (one->set_by[i].hours)
				return true;
		for (int i = 0; !hours && i < one->nlimits; i++)
			if (one->limits[i].frame != FRAME_USE && one->limits[i].frame != FRAME_HELD)
				return true;
	}
	return false;
}

/* Consents to what is not there. */
static void
check_consents(const EntitlementCompiler *e, const Capability *place)
{
	const Doc  *consent = place->nconsents > 0 ? doc_get(place_doc(e, place), "consent") : NULL;

	for (int i = 0; i < place->nconsents; i++)
	{
		if (place->consents[i].hours && !has_loosened(e->document, place, true))
			doc_fail(&consent->children[i], NULL, NULL, "there are no hours that one could agree to");
		if (place->consents[i].at_most && !has_loosened(e->document, place, false))
			doc_fail(&consent->children[i], _("A limit \"per use\" and one of what is held can be agreed to by their names."),
					 NULL, "there is no limit that one could agree to more of");
	}
}

/* Does anybody set the limit? */
static bool
names_limit(const Capability *place, const char *name)
{
	for (int i = 0; i < place->nset_by; i++)
		for (int j = 0; j < place->set_by[i].nnames; j++)
			if (strcmp(place->set_by[i].names[j], name) == 0)
				return true;
	return false;
}

/* In its place, or in a capability that is in the pool. */
static bool
is_settable(const Entitlement *document, const Capability *place, const char *name)
{
	if (names_limit(place, name))
		return true;
	for (int i = 0; place->is_pool && i < document->ncapabilities; i++)
		for (int j = 0; j < document->capabilities[i].npools; j++)
			if (&document->pools[document->capabilities[i].pools[j]] == place &&
				names_limit(&document->capabilities[i], name))
				return true;
	return false;
}

/* Whose uses are counted together are counted in the same unit. */
static void
check_counting(const EntitlementCompiler *e, const Capability *place, const Doc *list)
{
	const Entitlement *document = e->document;

	for (int i = 0; list != NULL && i < list->nchildren; i++)
		for (int j = 0; j < document->ncapabilities; j++)
		{
			const Capability *other = &document->capabilities[j];

			if (other->verdict != CAPABILITY_RULES || other->unit_size == place->unit_size ||
				strcmp(other->name, list->children[i].text) != 0)
				continue;
			doc_fail(&list->children[i], NULL, _("Give both the same \"unit\"."),
					 "\"%s\" counts in %s, and what counts it in %s", other->name, other->unit, place->unit);
		}
}

/* Limits of a place: who sets them, and what they count. */
static void
check_limits(const EntitlementCompiler *e, const Capability *place)
{
	const Doc  *list = place->nlimits > 0 ? doc_get(place_doc(e, place), "at_most") : NULL;

	for (int i = 0; i < place->nlimits; i++)
	{
		const UsageLimit *limit = &place->limits[i];
		const Doc  *doc = &list->children[i];

		if (doc->kind != DOC_OBJECT)
			continue;
		if (limit->measure == MEASURE_AMOUNT)
			check_counting(e, place, doc_get(doc, "counting"));
		if (is_settable(e->document, place, limit->name))
			continue;
		if (doc_get(doc, "raise_after") != NULL)
			doc_fail(doc_get(doc, "raise_after"), NULL, _("Say who in \"set_by\"."),
					 "nobody may set \"%s\"", limit->name);
		if (doc_get(doc, "amount") == NULL && !limit->has_only_for)
			doc_fail(doc, NULL, _("Give it an \"amount\", or say in \"set_by\" who may set it."),
					 "the limit has no amount, and nobody may set one");
	}
	if (place->is_pool && place->nlimits > 0)
		check_counting(e, place, doc_get(place_doc(e, place), "counting"));
}

/* See compiler.h. */
void
check_together(EntitlementCompiler *e)
{
	const Entitlement *document = e->document;

	for (int i = 0; i < document->npools; i++)
	{
		check_members(e, i);
		check_consents(e, &document->pools[i]);
		check_limits(e, &document->pools[i]);
	}
	for (int i = 0; i < document->ncapabilities; i++)
	{
		if (document->capabilities[i].verdict != CAPABILITY_RULES)
			continue;
		check_consents(e, &document->capabilities[i]);
		check_limits(e, &document->capabilities[i]);
	}
}
