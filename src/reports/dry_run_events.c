/*
 * dry_run_events.c
 *		The events of a dry run: read from JSON, and put into the order in which
 *		the fold takes them.
 */
#include "postgres.h"

#include <math.h>

#include "compat.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "errors.h"
#include "points.h"
#include "reports/dry_run_events.h"
#include "rulebook/attribute.h"
#include "rulebook/compile_span.h"
#include "rulebook/document.h"
#include "rulebook/instant.h"
#include "rulebook/words.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* ---------- values of events ---------- */

/* Where it stands: "events[1].points". */
static char *
event_path(const Doc *at)
{
	char	   *path = doc_path(at);

	return psprintf("events%s%s", path[0] == '[' || path[0] == '\0' ? "" : ".", path);
}

/*
 * An event is wrong: what is, and the details and hints of it that there are.
 * All of them come translated.
 */
pg_noreturn
static void
fail_hinted(const Doc *at, const char *what, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_ENTRY),
			 errmsg("%s: %s", event_path(at), what),
			 detail != NULL ? errdetail("%s", detail) : 0,
			 hint != NULL ? errhint("%s", hint) :
			 errhint("governance.help('rules') shows how dry_run() is called.")));
}

/* Likewise, with the hint that every other error has, too. */
pg_noreturn
static void
event_fail(const Doc *at, const char *what, const char *detail)
{
	fail_hinted(at, what, detail, NULL);
}

/* A text; it may be empty. */
static const char *
read_text(const Doc *doc)
{
	if (doc->kind != DOC_TEXT)
		event_fail(doc, _("must be a text"), NULL);
	return doc->text;
}

/* A number in double precision, which is what the engine counts with. */
static double
read_number(const Doc *doc)
{
	if (doc->kind != DOC_NUMBER)
		event_fail(doc, _("must be a number"), NULL);
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(doc->number)));
}

/* An id is a whole number that double precision is sure of. */
static int64
read_id(const Doc *doc)
{
	double		x = doc->kind == DOC_NUMBER ? read_number(doc) : 0;

	if (x < 1 || x > 1e15 || x != floor(x))
		event_fail(doc, _("must be a whole number from 1 on"),
				   _("The ids of a dry run are its own; among violations of one instant the smaller comes first."));
	return (int64) x;
}

/* Points in hundredths. */
static Points
read_points(const Doc *doc)
{
	double		x = read_number(doc);

	if (x < 0 || x > POINTS_MAX / 100.0 ||
		DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(doc->number))) > 2)
		event_fail(doc, psprintf(_("%s is not a number of points"),
								 DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(doc->number)))),
				   _("Points have at most two decimals and lie between 0 and 21474836.47."));
	return points_from_double(x);
}

/* An instant, which is noted as one that the run has to get to. */
static TimestampTz
read_instant(DryEvents *given, const Doc *doc)
{
	TimestampTz at;

	if (doc->kind != DOC_TEXT || !parse_instant(doc->text, given->policy->zone, &at))
		event_fail(doc, _("must be an instant"),
				   _("Examples: \"2024-01-31\", \"2024-01-31 12:00\", \"2024-01-31T12:00:00+08:00\". Without an offset the document's time zone counts."));
	given->first = Min(given->first, at);
	given->last = Max(given->last, at);
	return at;
}

/*
 * An incident or a content: a hash of its name, because only which are the same
 * matters; 0 where none is given.
 */
static uint64
read_group(const Doc *doc)
{
	const char *text;
	uint64		hash;

	if (doc == NULL)
		return 0;
	text = doc->kind == DOC_NUMBER ?
		DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(doc->number))) :
		read_text(doc);
	hash = hash_bytes_extended((const unsigned char *) text, strlen(text), 0);
	return hash == 0 ? 1 : hash;
}

/* What the values of an attribute look like. */
static const char *
values_detail(AttributeType type)
{
	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			return _("Its values are numbers, such as 12 or 3.5.");
		case ATTRIBUTE_BOOLEAN:
			return _("Its values are true and false.");
		case ATTRIBUTE_DATE:
			return _("Its values are dates, such as \"2025-01-31\" or \"2025-01-31 12:00\".");
		case ATTRIBUTE_TEXT:
			break;
	}
	return NULL;
}

/*
 * The value of a fact, which may be written in any JSON type that reads as
 * one; null stands for a fact that is not known.
 */
static ExprValue
read_value(DryEvents *given, int attribute, const Doc *doc)
{
	const char *text = NULL;
	ExprValue	value = {0};

	value.isnull = true;
	switch (doc == NULL ? DOC_NULL : doc->kind)
	{
		case DOC_NULL:
			return value;
		case DOC_BOOLEAN:
			text = doc->boolean ? "true" : "false";
			break;
		case DOC_NUMBER:
			text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(doc->number)));
			break;
		case DOC_TEXT:
			text = doc->text;
			break;
		case DOC_LIST:
		case DOC_OBJECT:
			event_fail(doc, _("must be a single value"), NULL);
	}
	if (!policy_read_attribute(given->policy, attribute, text, &value))
		event_fail(doc, psprintf(_("attribute \"%s\" cannot be \"%s\""),
								 given->policy->attributes[attribute].name, text),
				   values_detail(given->policy->attributes[attribute].type));
	return value;
}

/* Every key of an event must be one of these. */
static void
check_keys(const Doc *object, const char *const *keys, int nkeys)
{
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *child = &object->children[i];
		bool		known = false;

		for (int k = 0; k < nkeys; k++)
			known |= strcmp(child->key, keys[k]) == 0;
		if (!known)
			fail_hinted(child, psprintf(_("unknown key \"%s\""), child->key),
						psprintf(_("Known here: %s."), word_list(keys, nkeys, "and")),
						closest_hint(child->key, keys, nkeys));
	}
}

/* ---------- events ---------- */

/*
 * The chosen length is none that the rung (-1: any rung) leaves open.  range:
 * what it leaves open; null: nothing.
 */
void
dry_event_fail_length(const char *where, const EngineEvent *event, const Policy *policy, int rung,
			const SpanCase *range)
{
	const char *length = span_text(&event->length);
	const char *rule = policy->rules[event->rule].code;

	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_ENTRY),
			 range != NULL ? errmsg("%s: a length of %s is outside the range", where, length) :
			 errmsg("%s: a length of %s cannot be chosen", where, length),
			 range == NULL && rung < 0 ? errdetail("No rung that rule \"%s\" can open leaves its length open.", rule) :
			 range == NULL ? errdetail("The violation opens rung \"%s\", whose length is fixed.",
									   policy->rungs[rung].code) :
			 rung < 0 ? errdetail("For rule \"%s\" it may be %s to %s.", rule,
								  span_text(&range->min), span_text(&range->max)) :
			 errdetail("The violation opens rung \"%s\", whose length is %s to %s.",
					   policy->rungs[rung].code, span_text(&range->min), span_text(&range->max)),
			 errhint("A rung leaves its length open by \"for\": {\"range\": [\"1 month\", \"6 months\"], \"usual\": \"2 months\"}.")));
}

/* Where the violation comes from. */
static const char *
read_source(const Doc *doc)
{
	const char *name = read_text(doc);
	int			source = source_by_name(name, strlen(name));

	if (source >= 0)
		return source_names[source];
	fail_hinted(doc, psprintf(_("unknown source \"%s\""), name),
				psprintf(_("The source of a violation is %s."), word_list(source_names, NUM_SOURCES, "or")),
				closest_hint(name, source_names, NUM_SOURCES));
}

/*
 * A violation: at is its instant, rule the value under "rule" or "violation".
 */
static void
read_violation(DryEvents *given, const Doc *object, const Doc *rule, TimestampTz at,
			   EngineEvent *event)
{
	static const char *const keys[] = {
		"at", "rule", "violation", "id", "points", "surcharge", "decided", "source",
		"incident", "content", "length"
	};
	const Policy *policy = given->policy;
	const char *code = read_text(rule);
	const Doc  *part;

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_VIOLATION;
	event->rule = policy_rule_index(policy, code, strlen(code));
	if (event->rule < 0)
	{
		const char **codes = palloc(sizeof(char *) * Max(policy->nrules, 1));
		const char *hint;

		for (int i = 0; i < policy->nrules; i++)
			codes[i] = policy->rules[i].code;
		hint = closest_hint(code, codes, policy->nrules);
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_RULE),
				 errmsg("%s: rule \"%s\" does not exist in the document", event_path(rule), code),
				 hint != NULL ? errhint("%s", hint) :
				 errhint("The key \"rules\" of the document names them.")));
	}
	event->occurred = event->decided = at;
	if ((part = doc_get(object, "decided")) != NULL)
	{
		event->decided = read_instant(given, part);
		if (policy->clock == CLOCK_DECIDED)
			event->key.at = event->decided;
	}
	if ((part = doc_get(object, "points")) != NULL && part->kind != DOC_NULL)
		event->points = read_points(part);
	if (!engine_check_points(&policy->rules[event->rule], event->points))
		ereport(ERROR,
				(errcode(ERRCODE_GV_POINTS_OUT_OF_RANGE),
				 errmsg("%s: rule \"%s\" does not cost %s points",
						event_path(doc_get(object, "points")), code,
						points_text(event->points)),
				 policy->rules[event->rule].min == policy->rules[event->rule].max ?
				 errdetail("It costs %s.", points_text(policy->rules[event->rule].min)) :
				 errdetail("It costs from %s to %s.",
						   points_text(policy->rules[event->rule].min),
						   points_text(policy->rules[event->rule].max)),
				 errhint("Leave points null for the rule's usual price.")));
	if ((part = doc_get(object, "surcharge")) != NULL && part->kind != DOC_NULL)
		event->surcharge = read_points(part);
	if ((part = doc_get(object, "source")) != NULL)
		event->source = read_source(part);
	event->incident = read_group(doc_get(object, "incident"));
	event->content = read_group(doc_get(object, "content"));
	if ((part = doc_get(object, "length")) != NULL &&
		(part->kind != DOC_TEXT || !span_parse(part->text, &event->length) || event->length.forever ||
		 span_is_zero(&event->length)))
		event_fail(part, _("must be a span of time"), _("Examples: \"30 days\", \"6 months\"."));
	if (part != NULL)
	{
		const SpanCase *range;

		if (!engine_check_length(policy, event->rule, &event->length, event->key.at, &range))
			dry_event_fail_length(event_path(part), event, policy, -1, range);
	}
}

/* An activity, which the document must listen to. */
static void
read_activity(DryEvents *given, const Doc *object, const Doc *kind, EngineEvent *event)
{
	static const char *const keys[] = {"at", "activity", "id", "quantity", "violation"};
	const char *name = read_text(kind);
	const Doc  *part;

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_ACTIVITY;
	event->activity = policy_activity_index(given->policy, name);
	if (event->activity < 0)
		fail_hinted(kind, psprintf(_("the document listens to no activity \"%s\""), name),
				   given->policy->nactivities == 0 ? NULL :
				   psprintf(_("Known: %s."), word_list((const char *const *) given->policy->activities,
													given->policy->nactivities, "and")),
				   closest_hint(name, (const char *const *) given->policy->activities,
								given->policy->nactivities));
	event->quantity = (part = doc_get(object, "quantity")) == NULL ? 1 : read_number(part);
	if ((part = doc_get(object, "violation")) != NULL)
		event->violation_id = read_id(part);
}

/* The sanction of a rung that runs is lifted. */
static void
read_release(DryEvents *given, const Doc *object, const Doc *rung, EngineEvent *event)
{
	static const char *const keys[] = {"at", "release"};

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_RELEASE;
	event->rung = policy_rung_index(given->policy, read_text(rung));
	if (event->rung < 0)
	{
		const char **codes = palloc(sizeof(char *) * Max(given->policy->nrungs, 1));

		for (int i = 0; i < given->policy->nrungs; i++)
			codes[i] = given->policy->rungs[i].code;
		fail_hinted(rung, psprintf(_("the document has no rung \"%s\""), rung->text),
					given->policy->nrungs == 0 ? NULL :
					psprintf(_("Known: %s."), word_list(codes, given->policy->nrungs, "and")),
					closest_hint(rung->text, codes, given->policy->nrungs));
	}
	event->starts = DT_NOBEGIN;
	event->violation_id = -1;	/* whatever caused it */
}

/* What the score is said to be. */
static void
read_opening(const Doc *object, const Doc *score, EngineEvent *event)
{
	static const char *const keys[] = {"at", "opening"};

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_OPENING;
	event->points = read_points(score);
}

/* A fact: which one it is, as its index in the policy. */
static int
read_attribute(DryEvents *given, const Doc *object, const Doc *attribute)
{
	static const char *const keys[] = {"at", "attribute", "value"};
	int			index;

	check_keys(object, keys, lengthof(keys));
	index = policy_attribute_index(given->policy, read_text(attribute));
	if (index < 0)
	{
		const char **names = palloc(sizeof(char *) * Max(given->policy->nattributes, 1));

		for (int i = 0; i < given->policy->nattributes; i++)
			names[i] = given->policy->attributes[i].name;
		fail_hinted(attribute, psprintf(_("the document has no attribute \"%s\""), attribute->text),
					given->policy->nattributes == 0 ? NULL :
					psprintf(_("Known: %s."), word_list(names, given->policy->nattributes, "and")),
					closest_hint(attribute->text, names, given->policy->nattributes));
	}
	return index;
}

/* What is to be overturned, and when; kept apart until all events are read. */
typedef struct Overturn
{
	const Doc  *doc;
	TimestampTz at;
	int64		violation_id;
} Overturn;

/*
 * Where the policy replays, an overturned violation is left out; where it
 * refunds, the refund is an event of its own.  The violation may stand
 * anywhere in the list.
 */
static void
apply_overturns(DryEvents *given, const Overturn *overturns, int noverturns)
{
	int			n = given->nevents;

	for (int o = 0; o < noverturns; o++)
	{
		EngineEvent *event;
		int			found = -1;

		for (int i = 0; i < n; i++)
			if (given->events[i].key.class == EVENT_VIOLATION &&
				given->events[i].key.id == overturns[o].violation_id)
				found = i;
		if (found < 0)
			event_fail(overturns[o].doc, _("there is no violation of that id"),
					   _("The id of a violation is its \"id\", or else its place in the list, from 1 on."));
		if (given->policy->revision == REVISION_REPLAY)
		{
			given->overturned[found] = true;
			continue;
		}
		event = &given->events[given->nevents++];
		memset(event, 0, sizeof(EngineEvent));
		event->key.at = overturns[o].at;
		event->key.class = EVENT_REFUND;
		event->key.id = o + 1;
		event->occurred = event->decided = overturns[o].at;
		event->points = event->surcharge = POINTS_NONE;
		event->violation_id = overturns[o].violation_id;
	}
}

/* An instant to which the account is looked at, nothing more. */
static void
check_bare(const Doc *object)
{
	static const char *const kinds[] = {
		"rule", "violation", "activity", "attribute", "opened", "opening", "overturn", "release"
	};

	for (int k = 0; k < object->nchildren; k++)
	{
		const char *key = object->children[k].key;

		if (strcmp(key, "at") != 0)
			fail_hinted(&object->children[k], psprintf(_("unknown key \"%s\""), key),
						psprintf(_("An event has, besides \"at\", %s, and what goes with it."),
								 word_list(kinds, lengthof(kinds), "or")),
						closest_hint(key, kinds, lengthof(kinds)));
	}
}

/*
 * One item of the list: an event, which goes behind those read before, or what
 * is to be overturned, or what holds from the start.
 */
static void
read_event(DryEvents *given, const Doc *object, int64 id, Overturn *overturns, int *noverturns)
{
	static const char *const opened_keys[] = {"opened"};
	EngineEvent *event = &given->events[given->nevents];
	const Doc  *when;
	const Doc  *part;
	TimestampTz at;

	if (object->kind != DOC_OBJECT)
		event_fail(object, _("must be an object"), NULL);
	if ((part = doc_get(object, "opened")) != NULL)
	{
		check_keys(object, opened_keys, lengthof(opened_keys));
		given->opened = read_instant(given, part);
		return;
	}
	when = doc_get(object, "at");
	part = doc_get(object, "attribute");
	if (part != NULL && (when == NULL || when->kind == DOC_NULL))
	{
		int			index = read_attribute(given, object, part);

		given->facts[index] = read_value(given, index, doc_get(object, "value"));
		return;
	}
	if (when == NULL)
		event_fail(object, _("key \"at\" is missing"),
				   _("Every event has an instant, except \"opened\" and a fact that holds from the start."));
	at = read_instant(given, when);
	event->key.at = at;
	event->key.id = id;
	event->occurred = event->decided = at;
	event->points = event->surcharge = POINTS_NONE;
	if (part != NULL)
	{
		event->key.class = EVENT_ATTRIBUTE;
		event->attribute = read_attribute(given, object, part);
		event->value = read_value(given, event->attribute, doc_get(object, "value"));
	}
	else if ((part = doc_get(object, "overturn")) != NULL)
	{
		overturns[*noverturns].doc = part;
		overturns[*noverturns].at = at;
		overturns[(*noverturns)++].violation_id = read_id(part);
		return;
	}
	else if ((part = doc_get(object, "release")) != NULL)
		read_release(given, object, part, event);
	else if ((part = doc_get(object, "opening")) != NULL)
		read_opening(object, part, event);
	else if ((part = doc_get(object, "activity")) != NULL)
		read_activity(given, object, part, event);
	else if ((part = doc_get(object, "rule")) != NULL ||
			 (part = doc_get(object, "violation")) != NULL)
		read_violation(given, object, part, at, event);
	else
	{
		check_bare(object);
		return;
	}
	if ((part = doc_get(object, "id")) != NULL)
		event->key.id = read_id(part);
	given->nevents++;
}

/*
 * An event's place in the list is its id unless it has one of its own, so that
 * "overturn" can name it.
 */
void
dry_events_read(DryEvents *given, Jsonb *jsonb)
{
	Doc		   *list = doc_read(jsonb, gettext_noop("list of events"));
	Overturn   *overturns;
	int			noverturns = 0;

	if (list->kind != DOC_LIST)
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("events must be a list of objects"),
				 errhint("governance.help('rules') shows how dry_run() is called.")));
	given->events = palloc0(sizeof(EngineEvent) * (list->nchildren + 1));
	given->overturned = palloc0(sizeof(bool) * (list->nchildren + 1));
	overturns = palloc(sizeof(Overturn) * (list->nchildren + 1));
	given->facts = palloc0(sizeof(ExprValue) * (given->policy->nattributes + 1));
	for (int i = 0; i < given->policy->nattributes; i++)
		given->facts[i].isnull = true;
	given->opened = DT_NOBEGIN;
	given->first = DT_NOEND;
	given->last = DT_NOBEGIN;

	for (int i = 0; i < list->nchildren; i++)
		read_event(given, &list->children[i], i + 1, overturns, &noverturns);
	apply_overturns(given, overturns, noverturns);
}

/* ---------- their order ---------- */

/* The event of that id and class, or null. */
const EngineEvent *
dry_event_find(const DryEvents *given, int64 id, int32 class)
{
	for (int i = 0; i < given->nevents; i++)
		if (given->events[i].key.id == id && given->events[i].key.class == class)
			return &given->events[i];
	return NULL;
}

/* In the order in which the fold takes events. */
static int
event_cmp(const void *a, const void *b)
{
	return event_key_cmp(&((const EngineEvent *) a)->key, &((const EngineEvent *) b)->key);
}

/*
 * Those that arrive late stand where the policy has them, and refunds behind.
 */
static void
place_late(DryEvents *given)
{
	LatePlace  *places = palloc(sizeof(LatePlace) * (given->nevents + 1));
	int			n = 0;

	for (int i = 0; i < given->nevents; i++)
	{
		const EngineEvent *event = &given->events[i];

		if (event->key.class != EVENT_VIOLATION)
			continue;
		places[n].id = event->key.id;
		places[n].at = event->key.at;
		places[n].decided = event->decided;
		places[n++].keeps = true;
	}
	engine_place_late(places, n);
	n = 0;
	for (int i = 0; i < given->nevents; i++)
		if (given->events[i].key.class == EVENT_VIOLATION)
			given->events[i].key.at = places[n++].at;
	for (int i = 0; i < given->nevents; i++)
	{
		EngineEvent *event = &given->events[i];
		const EngineEvent *refunded;

		if (event->key.class != EVENT_REFUND)
			continue;
		refunded = dry_event_find(given, event->violation_id, EVENT_VIOLATION);
		if (refunded != NULL)
			event->key.at = Max(event->key.at, refunded->key.at);
	}
}

/* Leaves out what a replay leaves out, and puts the rest in order. */
void
dry_events_order(DryEvents *given)
{
	int			n = 0;

	for (int i = 0; i < given->nevents; i++)
		if (!given->overturned[i])
			given->events[n++] = given->events[i];
	given->nevents = n;
	if (!given->policy->resanction_late)
		place_late(given);
	qsort(given->events, n, sizeof(EngineEvent), event_cmp);
}

/*
 * Where facts and time alone may do something, the account begins when it is opened,
 * or with the first event that is no fact; what holds then, holds from the start.
 */
TimestampTz
dry_events_begin(DryEvents *given, TimestampTz start)
{
	TimestampTz begin = given->opened;

	if (given->policy->unprompted == UNPROMPTED_NOTHING)
		return start;
	for (int i = 0; i < given->nevents; i++)
		if (given->events[i].key.class != EVENT_ATTRIBUTE)
			begin = Min(begin, given->events[i].key.at);
	for (int i = 0; i < given->nevents; i++)
		if (given->events[i].key.class == EVENT_ATTRIBUTE && given->events[i].key.at <= begin)
			given->facts[given->events[i].attribute] = given->events[i].value;
	while (given->nevents > 0 && given->events[0].key.class == EVENT_ATTRIBUTE &&
		   given->events[0].key.at <= begin)
	{
		given->events++;
		given->nevents--;
	}
	return begin;
}
