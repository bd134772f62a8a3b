/*
 * compile_values.c
 *		What stands in many places of a document and is no expression: kinds of
 *		activities, capabilities, cycles, rungs by name.
 */
#include "postgres.h"

#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/*
 * A kind of activity; its index among those that the policy listens to.  Where
 * a fact has the name, the fact is meant: nothing would ever be heard of such
 * an activity.
 */
int
compile_kind(Compiler *c, const Doc *doc)
{
	const char *name = doc_name(doc);
	int			i = name_list_find(&c->activities, name);

	if (!c->stored && (i < 0 || i >= c->ndeclared) &&
		(policy_attribute_index(c->policy, name) >= 0 ||
		 (c->facets && doc_get(c->facets, name))))
		doc_fail(doc, NULL,
				 _("If there are activities of that name, too, list them in \"activities\"."),
				 "\"%s\" is a fact and not a kind of activity", name);
	return i >= 0 ? i : name_list_push(&c->activities, name);
}

/*
 * An activity kind that marks the violations it names.  Each has a bit in a
 * live entry, and so there are at most 32.
 */
int
compile_mark(Compiler *c, const Doc *doc)
{
	int			kind = compile_kind(c, doc);
	int			mark = name_list_find(&c->marks, doc->text);

	if (mark >= 0)
		return mark;
	if (c->marks.n >= 32)
		doc_fail(doc, NULL, NULL,
				 "a document can use at most 32 kinds of activities as marks");
	mark = name_list_add(&c->marks, doc->text);
	c->policy->marks[mark] = kind;
	c->policy->nmarks = c->marks.n;
	return mark;
}

/*
 * A document that declares its capabilities declares them all: one that is
 * misspelt would be withheld from nobody.
 */
int
compile_withheld(Compiler *c, const Doc *list, char ***capabilities)
{
	int			n = 0;

	if (list->kind != DOC_LIST)
		doc_fail(list, NULL, list->kind == DOC_TEXT ?
				 psprintf(_("Write [\"%s\"]."), list->text) : NULL, "must be a list of capabilities");
	doc_check_size(list, 256);
	*capabilities = palloc(sizeof(char *) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *item = &list->children[i];
		const char *name = doc_name(item);

		for (int j = 0; j < n; j++)
			if (strcmp((*capabilities)[j], name) == 0)
				doc_fail(item, NULL, NULL, "\"%s\" is withheld twice", name);
		if (!c->stored && c->vocabulary && name_list_find(&c->capabilities, name) < 0)
		{
			const char *hint = closest_hint(name, (const char *const *) c->capabilities.names,
											c->capabilities.n);

			doc_fail(item, _("A document that has \"capabilities\" lists all that it withholds."),
					 hint != NULL ? hint : _("Add it to \"capabilities\"."),
					 "unknown capability \"%s\"", name);
		}
		name_list_add(&c->capabilities, name);
		(*capabilities)[n++] = pstrdup(name);
	}
	return n;
}

/* A fixed price is a range whose ends are equal. */
void
compile_price(const Doc *doc, Points *min, Points *max)
{
	if (doc->kind == DOC_NUMBER)
	{
		*min = *max = doc_points(doc, false);
		return;
	}
	if (doc->kind != DOC_LIST)
		doc_fail(doc, _("Examples: 5, [1, 2]."), NULL,
				 "must be a number of points or a range");
	if (doc->nchildren != 2)
		doc_fail(doc, _("Example: [1, 2]."), NULL,
				 "a range has two numbers, the least and the most");
	*min = doc_points(&doc->children[0], false);
	*max = doc_points(&doc->children[1], false);
	if (*min > *max)
		doc_fail(doc, NULL, NULL, "the range begins at %s and ends at %s",
				 points_text(*min), points_text(*max));
}

/* ------------------------------------------------------------------------
 * Cycles
 * ------------------------------------------------------------------------
 */

/* "cycle" is no unit, but stands in the same places as one. */
const char *const calendar_units[NUM_CALENDAR_UNITS + 1] = {
	"day", "week", "month", "quarter", "year", "cycle"
};

/* The units stand in the order of the engine's. */
bool
calendar_unit(const char *word, CalendarUnit *unit)
{
	for (int i = 0; i < NUM_CALENDAR_UNITS; i++)
	{
		if (strcmp(word, calendar_units[i]) == 0)
		{
			*unit = UNIT_DAY + i;
			return true;
		}
	}
	return false;
}

/*
 * "month", or {"every": "12 months", "from": "licensed_on"}; as the boundary
 * of a relief also "cycle", the policy's own.
 */
void
compile_cycle(Compiler *c, const Doc *doc, bool is_the_cycle, Cycle *cycle)
{
	int			nunits = NUM_CALENDAR_UNITS + (is_the_cycle ? 0 : 1);
	const Doc  *every;
	const Doc  *from;

	memset(cycle, 0, sizeof(*cycle));
	cycle->anchor_attribute = -1;

	if (doc->kind == DOC_TEXT)
	{
		if (calendar_unit(doc->text, &cycle->unit))
		{
			cycle->given = true;
			return;
		}
		if (!is_the_cycle && strcmp(doc->text, "cycle") == 0)
		{
			if (!c->policy->cycle.given)
				doc_fail(doc, NULL, _("Add \"cycle\" to the document."),
						 "the document has no cycle");
			*cycle = c->policy->cycle;
			return;
		}
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, psprintf(_("Allowed here: %s, or an object such as {\"every\": \"12 months\", \"from\": \"opened\"}."),
							   word_list(calendar_units, nunits, "and")),
				 doc->kind == DOC_TEXT ?
				 closest_hint(doc->text, calendar_units, nunits) : NULL,
				 "must be a cycle");

	check_keys(doc, &anchored_object);
	every = doc_required(doc, "every");
	from = doc_required(doc, "from");
	cycle->given = true;
	cycle->length = compile_span(every);
	if (cycle->length.forever || span_is_zero(&cycle->length))
		doc_fail(every, NULL, NULL, "a cycle must have a length");
	if (cycle->length.months == 0 && cycle->length.days == 0 &&
		cycle->length.usecs < USECS_PER_MINUTE)
		doc_fail(every, NULL, NULL, "a cycle must be at least a minute long");

	if (from->kind == DOC_TEXT && strcmp(from->text, "opened") == 0)
		cycle->anchor_opened = true;
	else if (from->kind == DOC_TEXT && from->text[0] >= '0' && from->text[0] <= '9')
		cycle->anchor_instant = doc_instant(from, c->policy->zone);
	else
	{
		const char *name = doc_text(from);

		cycle->anchor_attribute = policy_attribute_index(c->policy, name);
		if (cycle->anchor_attribute < 0)
		{
			NameList	candidates = {0};

			for (int i = 0; i < c->policy->nattributes; i++)
				name_list_add(&candidates, c->policy->attributes[i].name);
			doc_fail(from, _("A cycle counts from \"opened\", an attribute that holds a date, or an instant."),
					 closest_hint(name, (const char *const *) candidates.names,
								  candidates.n),
					 "unknown attribute \"%s\"", name);
		}
		if (c->policy->attributes[cycle->anchor_attribute].type != ATTRIBUTE_DATE)
			doc_fail(from, NULL, NULL, "attribute \"%s\" is not a date", name);
	}
}

/* ------------------------------------------------------------------------
 * Rungs by name
 * ------------------------------------------------------------------------
 */

/* The names of all rungs, to choose a hint from. */
static const char *const *
rung_codes(Compiler *c)
{
	const char **codes = palloc(sizeof(char *) * Max(c->policy->nrungs, 1));

	for (int i = 0; i < c->policy->nrungs; i++)
		codes[i] = c->policy->rungs[i].code;
	return codes;
}

/*
 * Gives the index of the rung, and raises an error with the nearest name where
 * there is none.  Any rung may be named anywhere, because compile_rung_names()
 * has read the names first.
 */
int
compile_rung_name(Compiler *c, const Doc *doc)
{
	const char *name = doc_text(doc);

	for (int i = 0; i < c->policy->nrungs; i++)
	{
		if (strcmp(c->policy->rungs[i].code, name) == 0)
			return i;
	}
	doc_fail(doc, NULL, closest_hint(name, rung_codes(c), c->policy->nrungs),
			 "unknown rung \"%s\"", name);
	return -1;
}

/*
 * Gives for each rung whether a pattern of the list matches its name.  A pattern
 * that matches none is an error, because it is a slip.
 */
bool *
compile_rung_set(Compiler *c, const Doc *doc)
{
	bool	   *set = palloc0(sizeof(bool) * Max(c->policy->nrungs, 1));

	doc_need_list(doc);
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	for (int i = 0; i < doc->nchildren; i++)
	{
		const Doc  *item = &doc->children[i];
		const char *pattern = doc_text(item);
		bool		found = false;

		for (int r = 0; r < c->policy->nrungs; r++)
		{
			if (glob_matches(pattern, c->policy->rungs[r].code))
				set[r] = found = true;
		}
		if (!found)
			doc_fail(item, NULL,
					 closest_hint(pattern, rung_codes(c), c->policy->nrungs),
					 "no rung matches \"%s\"", pattern);
	}
	return set;
}
