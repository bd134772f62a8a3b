/*
 * dry_run.c
 *		governance.dry_run(): what a policy document would do with events that
 *		never happened.
 *
 * No table is read or written, so that a document can be tried while it is
 * being written.  The same fold runs here as under the triggers.
 */
#include "postgres.h"

#include <math.h>

#include "compat.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "errors.h"
#include "points.h"
#include "rulebook/attribute.h"
#include "rulebook/compile.h"
#include "rulebook/document.h"
#include "rulebook/instant.h"
#include "rulebook/words.h"
#include "reports/laws.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_dry_run);

#define NCOLUMNS 10

/* Rows that time alone brings after the last event, when no end is given. */
#define MAX_ROWS_AFTER 1000

typedef struct DryRun
{
	Policy	   *policy;
	EngineState *state;
	Tuplestorestate *tuples;
	TupleDesc	desc;
	int64		rows;

	/* the events in the order in which they come */
	int			nevents;
	EngineEvent *events;
	bool	   *overturned;		/* by event: the policy replays without it */
	ExprValue  *facts;			/* from the start */
	TimestampTz opened;
	TimestampTz first;			/* earliest instant named anywhere */
	TimestampTz last;
	TimestampTz entry;			/* the first one that is no fact: a real standing begins */
	bool		before;			/* a sanction opened before that */
} DryRun;

/* ---------- reading events ---------- */

/* Where it stands: "events[1].points" */
static char *
event_path(const Doc *at)
{
	char	   *path = doc_path(at);

	return psprintf("events%s%s", path[0] == '[' || path[0] == '\0' ? "" : ".", path);
}

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

pg_noreturn
static void
event_fail(const Doc *at, const char *what, const char *detail)
{
	fail_hinted(at, what, detail, NULL);
}

static const char *
read_text(const Doc *doc)
{
	if (doc->kind != DOC_TEXT)
		event_fail(doc, _("must be a text"), NULL);
	return doc->text;
}

static double
read_number(const Doc *doc)
{
	if (doc->kind != DOC_NUMBER)
		event_fail(doc, _("must be a number"), NULL);
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(doc->number)));
}

static int64
read_id(const Doc *doc)
{
	double		x = doc->kind == DOC_NUMBER ? read_number(doc) : 0;

	if (x < 1 || x > 1e15 || x != floor(x))
		event_fail(doc, _("must be a whole number from 1 on"),
				   _("The ids of a dry run are its own; among violations of one instant the smaller comes first."));
	return (int64) x;
}

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

static TimestampTz
read_instant(DryRun *run, const Doc *doc)
{
	TimestampTz at;

	if (doc->kind != DOC_TEXT || !parse_instant(doc->text, run->policy->zone, &at))
		event_fail(doc, _("must be an instant"),
				   _("Examples: \"2024-01-31\", \"2024-01-31 12:00\", \"2024-01-31T12:00:00+08:00\". Without an offset the document's time zone counts."));
	run->first = Min(run->first, at);
	run->last = Max(run->last, at);
	return at;
}

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

static ExprValue
read_value(DryRun *run, int attribute, const Doc *doc)
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
	if (!policy_read_attribute(run->policy, attribute, text, &value))
		event_fail(doc, psprintf(_("attribute \"%s\" cannot be \"%s\""),
								 run->policy->attributes[attribute].name, text),
				   values_detail(run->policy->attributes[attribute].type));
	return value;
}

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

static inline bool
span_is_nothing(const Span *span)
{
	return span->months == 0 && span->days == 0 && span->usecs == 0;
}

/* The chosen length is none that the rung (-1: any rung) leaves open. */
pg_noreturn
static void
fail_length(const char *where, const EngineEvent *event, const Policy *policy, int rung,
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

static void
read_violation(DryRun *run, const Doc *object, const Doc *rule, TimestampTz at,
			   EngineEvent *event)
{
	static const char *const keys[] = {
		"at", "rule", "violation", "id", "points", "surcharge", "decided", "source",
		"incident", "content", "length"
	};
	const Policy *policy = run->policy;
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
		event->decided = read_instant(run, part);
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
		 span_is_nothing(&event->length)))
		event_fail(part, _("must be a span of time"), _("Examples: \"30 days\", \"6 months\"."));
	if (part != NULL)
	{
		const SpanCase *range;

		if (!engine_check_length(policy, event->rule, &event->length, event->key.at, &range))
			fail_length(event_path(part), event, policy, -1, range);
	}
}

static void
read_activity(DryRun *run, const Doc *object, const Doc *kind, EngineEvent *event)
{
	static const char *const keys[] = {"at", "activity", "id", "quantity", "violation"};
	const char *name = read_text(kind);
	const Doc  *part;

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_ACTIVITY;
	event->activity = policy_activity_index(run->policy, name);
	if (event->activity < 0)
		fail_hinted(kind, psprintf(_("the document listens to no activity \"%s\""), name),
				   run->policy->nactivities == 0 ? NULL :
				   psprintf(_("Known: %s."), word_list((const char *const *) run->policy->activities,
													run->policy->nactivities, "and")),
				   closest_hint(name, (const char *const *) run->policy->activities,
								run->policy->nactivities));
	event->quantity = (part = doc_get(object, "quantity")) == NULL ? 1 : read_number(part);
	if ((part = doc_get(object, "violation")) != NULL)
		event->violation_id = read_id(part);
}

/* The sanction of a rung that runs is lifted. */
static void
read_release(DryRun *run, const Doc *object, const Doc *rung, EngineEvent *event)
{
	static const char *const keys[] = {"at", "release"};

	check_keys(object, keys, lengthof(keys));
	event->key.class = EVENT_RELEASE;
	event->rung = policy_rung_index(run->policy, read_text(rung));
	if (event->rung < 0)
	{
		const char **codes = palloc(sizeof(char *) * Max(run->policy->nrungs, 1));

		for (int i = 0; i < run->policy->nrungs; i++)
			codes[i] = run->policy->rungs[i].code;
		fail_hinted(rung, psprintf(_("the document has no rung \"%s\""), rung->text),
					run->policy->nrungs == 0 ? NULL :
					psprintf(_("Known: %s."), word_list(codes, run->policy->nrungs, "and")),
					closest_hint(rung->text, codes, run->policy->nrungs));
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

static int
read_attribute(DryRun *run, const Doc *object, const Doc *attribute)
{
	static const char *const keys[] = {"at", "attribute", "value"};
	int			index;

	check_keys(object, keys, lengthof(keys));
	index = policy_attribute_index(run->policy, read_text(attribute));
	if (index < 0)
	{
		const char **names = palloc(sizeof(char *) * Max(run->policy->nattributes, 1));

		for (int i = 0; i < run->policy->nattributes; i++)
			names[i] = run->policy->attributes[i].name;
		fail_hinted(attribute, psprintf(_("the document has no attribute \"%s\""), attribute->text),
					run->policy->nattributes == 0 ? NULL :
					psprintf(_("Known: %s."), word_list(names, run->policy->nattributes, "and")),
					closest_hint(attribute->text, names, run->policy->nattributes));
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

static void
apply_overturns(DryRun *run, const Overturn *overturns, int noverturns)
{
	int			n = run->nevents;

	for (int o = 0; o < noverturns; o++)
	{
		EngineEvent *event;
		int			found = -1;

		for (int i = 0; i < n; i++)
			if (run->events[i].key.class == EVENT_VIOLATION &&
				run->events[i].key.id == overturns[o].violation_id)
				found = i;
		if (found < 0)
			event_fail(overturns[o].doc, _("there is no violation of that id"),
					   _("The id of a violation is its \"id\", or else its place in the list, from 1 on."));
		if (run->policy->revision == REVISION_REPLAY)
		{
			run->overturned[found] = true;
			continue;
		}
		event = &run->events[run->nevents++];
		memset(event, 0, sizeof(EngineEvent));
		event->key.at = overturns[o].at;
		event->key.class = EVENT_REFUND;
		event->key.id = o + 1;
		event->occurred = event->decided = overturns[o].at;
		event->points = event->surcharge = POINTS_NONE;
		event->violation_id = overturns[o].violation_id;
	}
}

static void
read_events(DryRun *run, Jsonb *jsonb)
{
	static const char *const opened_keys[] = {"opened"};
	static const char *const kinds[] = {
		"rule", "violation", "activity", "attribute", "opened", "opening", "overturn", "release"
	};
	Doc		   *list = doc_read(jsonb);
	Overturn   *overturns;
	int			noverturns = 0;

	if (list->kind != DOC_LIST)
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("events must be a list of objects"),
				 errhint("governance.help('rules') shows how dry_run() is called.")));
	run->events = palloc0(sizeof(EngineEvent) * (list->nchildren + 1));
	run->overturned = palloc0(sizeof(bool) * (list->nchildren + 1));
	overturns = palloc(sizeof(Overturn) * (list->nchildren + 1));
	run->facts = palloc0(sizeof(ExprValue) * (run->policy->nattributes + 1));
	for (int i = 0; i < run->policy->nattributes; i++)
		run->facts[i].isnull = true;
	run->opened = DT_NOBEGIN;
	run->first = DT_NOEND;
	run->last = DT_NOBEGIN;

	for (int i = 0; i < list->nchildren; i++)
	{
		const Doc  *object = &list->children[i];
		EngineEvent *event = &run->events[run->nevents];
		const Doc  *when;
		const Doc  *part;
		TimestampTz at;

		if (object->kind != DOC_OBJECT)
			event_fail(object, _("must be an object"), NULL);
		if ((part = doc_get(object, "opened")) != NULL)
		{
			check_keys(object, opened_keys, lengthof(opened_keys));
			run->opened = read_instant(run, part);
			continue;
		}
		when = doc_get(object, "at");
		part = doc_get(object, "attribute");
		if (part != NULL && (when == NULL || when->kind == DOC_NULL))
		{
			int			index = read_attribute(run, object, part);

			run->facts[index] = read_value(run, index, doc_get(object, "value"));
			continue;
		}
		if (when == NULL)
			event_fail(object, _("key \"at\" is missing"),
					   _("Every event has an instant, except \"opened\" and a fact that holds from the start."));
		at = read_instant(run, when);
		event->key.at = at;
		event->key.id = i + 1;
		event->occurred = event->decided = at;
		event->points = event->surcharge = POINTS_NONE;
		if (part != NULL)
		{
			event->key.class = EVENT_ATTRIBUTE;
			event->attribute = read_attribute(run, object, part);
			event->value = read_value(run, event->attribute, doc_get(object, "value"));
		}
		else if ((part = doc_get(object, "overturn")) != NULL)
		{
			overturns[noverturns].doc = part;
			overturns[noverturns].at = at;
			overturns[noverturns++].violation_id = read_id(part);
			continue;
		}
		else if ((part = doc_get(object, "release")) != NULL)
			read_release(run, object, part, event);
		else if ((part = doc_get(object, "opening")) != NULL)
			read_opening(object, part, event);
		else if ((part = doc_get(object, "activity")) != NULL)
			read_activity(run, object, part, event);
		else if ((part = doc_get(object, "rule")) != NULL ||
				 (part = doc_get(object, "violation")) != NULL)
			read_violation(run, object, part, at, event);
		else
		{
			/* an instant to which the account is looked at, nothing more */
			for (int k = 0; k < object->nchildren; k++)
				if (strcmp(object->children[k].key, "at") != 0)
					fail_hinted(&object->children[k], psprintf(_("unknown key \"%s\""), object->children[k].key),
								psprintf(_("An event has, besides \"at\", %s, and what goes with it."),
										 word_list(kinds, lengthof(kinds), "or")),
								closest_hint(object->children[k].key, kinds, lengthof(kinds)));
			continue;
		}
		if ((part = doc_get(object, "id")) != NULL)
			event->key.id = read_id(part);
		run->nevents++;
	}
	apply_overturns(run, overturns, noverturns);
}

/* ---------- rows ---------- */

static void
add_detail(StringInfo out, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (out->len > 0)
		appendStringInfoString(out, "; ");
	appendStringInfoString(out, text);
}

static const EngineEvent *
find_event(const DryRun *run, int64 id, int32 class)
{
	for (int i = 0; i < run->nevents; i++)
		if (run->events[i].key.id == id && run->events[i].key.class == class)
			return &run->events[i];
	return NULL;
}

static void
add_terms(StringInfo out, const DryRun *run, int64 number)
{
	const EngineState *state = run->state;

	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];
		const Rung *rung;

		if (s->number != number || s->terms == NULL || s->rung < 0)
			continue;
		rung = &run->policy->rungs[s->rung];
		for (int t = 0; t < rung->nterms; t++)
		{
			const ExprValue *v = &s->terms[t];

			add_detail(out, v->isnull ? psprintf("%s null", rung->terms[t].name) :
					   v->type == EXPR_TEXT ? psprintf("%s %s", rung->terms[t].name, v->text) :
					   v->type == EXPR_BOOLEAN ?
					   psprintf("%s %s", rung->terms[t].name, v->number != 0 ? "true" : "false") :
					   psprintf("%s %.10g", rung->terms[t].name, v->number));
		}
	}
}

/* A length that was chosen must be one that what is opened leaves open. */
static void
check_length_taken(const DryRun *run, const Effect *effect)
{
	const EngineEvent *event = find_event(run, effect->entry, EVENT_VIOLATION);
	const Rung *rung = &run->policy->rungs[effect->rung];
	const SpanCase *range = NULL;

	if (event == NULL || span_is_nothing(&event->length) || rung->mode == RUNG_WHILE ||
		run->policy->apply_all)
		return;
	if (!engine_length_open(rung, &event->length, event->key.at, run->policy->zone, &range))
		fail_length("events", event, run->policy, effect->rung, range);
}

static char *
effect_detail(const DryRun *run, const Effect *effect)
{
	const Policy *policy = run->policy;
	const EngineEvent *event;
	StringInfoData out;

	initStringInfo(&out);
	switch (effect->kind)
	{
		case EFFECT_VIOLATION:
			event = find_event(run, effect->entry, EVENT_VIOLATION);
			if (event != NULL)
				add_detail(&out, policy->rules[event->rule].code);
			break;
		case EFFECT_ACTIVITY:
			event = find_event(run, effect->entry, EVENT_ACTIVITY);
			if (event != NULL)
				add_detail(&out, policy->activities[event->activity]);
			break;
		case EFFECT_SANCTION_START:
		case EFFECT_SANCTION_EXTEND:
			add_terms(&out, run, effect->sanction);
			break;
		default:
			break;
	}
	if (effect->kind == EFFECT_SANCTION_START)
		check_length_taken(run, effect);
	if (effect->relief >= 0)
		add_detail(&out, policy->reliefs[effect->relief].name);
	add_detail(&out, effect->modifiers);
	add_detail(&out, effect->detail);
	if ((effect->kind == EFFECT_SANCTION_END || effect->kind == EFFECT_SANCTION_RELEASE) &&
		effect->reason != RELEASE_NONE)
		add_detail(&out, release_reason_name(effect->reason));
	return out.len > 0 ? out.data : NULL;
}

static void
row_for_effect(void *arg, const Effect *effect)
{
	DryRun	   *run = arg;
	Datum		values[NCOLUMNS] = {0};
	bool		nulls[NCOLUMNS] = {0};
	bool		sanction = effect->sanction != 0;
	char	   *detail = effect_detail(run, effect);

	run->before |= effect->kind == EFFECT_SANCTION_START && effect->at < run->entry;
	values[0] = TimestampTzGetDatum(effect->at);
	values[1] = CStringGetTextDatum(effect_word(effect->kind));
	values[2] = Int64GetDatum(effect->entry);
	nulls[2] = effect->entry == 0;
	if (effect->delta < 0)
	{
		values[3] = DirectFunctionCall1(numeric_uminus, points_numeric(-effect->delta));
	}
	else
		values[3] = points_numeric(effect->delta);
	nulls[3] = effect->delta == 0 && effect->kind != EFFECT_VIOLATION &&
		effect->kind != EFFECT_ACTIVITY;
	if (credit_score_valid(effect->score, effect->cap))
		values[4] = CreditScoreGetDatum(credit_score_make(effect->score, effect->cap));
	else
		nulls[4] = true;
	values[5] = SanctionTierGetDatum(effect->tier);
	if (effect->rung >= 0)
		values[6] = CStringGetTextDatum(run->policy->rungs[effect->rung].code);
	else
		nulls[6] = true;
	values[7] = TimestampTzGetDatum(effect->starts);
	values[8] = TimestampTzGetDatum(effect->ends);
	nulls[7] = nulls[8] = !sanction;
	if (detail != NULL)
		values[9] = CStringGetTextDatum(detail);
	else
		nulls[9] = true;
	tuplestore_putvalues(run->tuples, run->desc, values, nulls);
	run->rows++;
}

/* ---------- the function ---------- */

static int
event_cmp(const void *a, const void *b)
{
	return event_key_cmp(&((const EngineEvent *) a)->key, &((const EngineEvent *) b)->key);
}

/* Those that arrive late stand where the policy has them, and refunds behind. */
static void
place_late(DryRun *run)
{
	LatePlace  *places = palloc(sizeof(LatePlace) * (run->nevents + 1));
	int			n = 0;

	for (int i = 0; i < run->nevents; i++)
	{
		const EngineEvent *event = &run->events[i];

		if (event->key.class != EVENT_VIOLATION)
			continue;
		places[n].id = event->key.id;
		places[n].at = event->key.at;
		places[n].decided = event->decided;
		places[n++].keeps = true;
	}
	engine_place_late(places, n);
	n = 0;
	for (int i = 0; i < run->nevents; i++)
		if (run->events[i].key.class == EVENT_VIOLATION)
			run->events[i].key.at = places[n++].at;
	for (int i = 0; i < run->nevents; i++)
	{
		EngineEvent *event = &run->events[i];
		const EngineEvent *refunded;

		if (event->key.class != EVENT_REFUND)
			continue;
		refunded = find_event(run, event->violation_id, EVENT_VIOLATION);
		if (refunded != NULL)
			event->key.at = Max(event->key.at, refunded->key.at);
	}
}

/* Leaves out what a replay leaves out, and puts the rest in order. */
static void
order_events(DryRun *run)
{
	int			n = 0;

	for (int i = 0; i < run->nevents; i++)
		if (!run->overturned[i])
			run->events[n++] = run->events[i];
	run->nevents = n;
	if (!run->policy->resanction_late)
		place_late(run);
	qsort(run->events, n, sizeof(EngineEvent), event_cmp);
}

/*
 * Where the start depends on facts, the account begins when it is opened, or
 * with the first event that is no fact; what holds then, holds from the start.
 */
static TimestampTz
take_first_facts(DryRun *run, TimestampTz start)
{
	TimestampTz begin = run->opened;

	if (!engine_start_varies(run->policy))
		return start;
	for (int i = 0; i < run->nevents; i++)
		if (run->events[i].key.class != EVENT_ATTRIBUTE)
			begin = Min(begin, run->events[i].key.at);
	for (int i = 0; i < run->nevents; i++)
		if (run->events[i].key.class == EVENT_ATTRIBUTE && run->events[i].key.at <= begin)
			run->facts[run->events[i].attribute] = run->events[i].value;
	while (run->nevents > 0 && run->events[0].key.class == EVENT_ATTRIBUTE &&
		   run->events[0].key.at <= begin)
	{
		run->events++;
		run->nevents--;
	}
	return begin;
}

static void
run_events(DryRun *run, TimestampTz until, bool given, bool checked)
{
	const Policy *policy = run->policy;
	EngineTrace trace = {run, row_for_effect, .passed = true};
	EngineState *plain = NULL;
	EngineState *apart = NULL;
	TimestampTz start = run->first == DT_NOEND ? until : run->first;
	uint32		seed = 42;

	if (TIMESTAMP_NOT_FINITE(start))
		return;
	if (run->opened == DT_NOBEGIN)
		run->opened = start;
	start = take_first_facts(run, start);
	run->state = engine_init(policy, 1, run->opened, start, run->facts, NULL, 0);
	if (checked)
	{
		plain = engine_copy(policy, run->state);
		apart = engine_copy(policy, run->state);
	}
	for (int i = 0; i < run->nevents; i++)
	{
		const EngineEvent *event = &run->events[i];

		CHECK_FOR_INTERRUPTS();
		if (given && event->key.at > until)
			break;
		if (checked)
		{
			laws_check(policy, plain, event->key.at, &seed);
			engine_advance(policy, plain, event->key.at, NULL);
		}
		engine_advance(policy, run->state, event->key.at, &trace);
		if (checked)
			laws_equal(policy, run->state, plain, "traced and not, after time");
		engine_apply(policy, run->state, event, &trace);
		if (checked)
		{
			engine_apply(policy, plain, event, NULL);
			apart = laws_settled(policy, apart);
			engine_apply(policy, apart, event, NULL);
			laws_equal(policy, plain, apart, "settled and not, after an event");
			laws_equal(policy, run->state, plain, "traced and not, after an event");
		}
	}
	if (given)
	{
		if (checked)
			laws_check(policy, plain, until, &seed);
		engine_advance(policy, run->state, until, &trace);
	}
	else
	{
		int64		rows;

		engine_advance(policy, run->state, run->last, &trace);
		rows = run->rows;
		while (run->rows < rows + MAX_ROWS_AFTER)
		{
			TimestampTz change = engine_next_change(policy, run->state);

			CHECK_FOR_INTERRUPTS();
			if (change == DT_NOEND)
				break;
			if (checked)
				laws_check(policy, run->state, change, &seed);
			engine_advance(policy, run->state, change, &trace);
		}
	}
}

Datum
governance_dry_run(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		checked = PG_ARGISNULL(3) ? false : PG_GETARG_BOOL(3);
	bool		given = !PG_ARGISNULL(2);
	TimestampTz until = given ? PG_GETARG_TIMESTAMPTZ(2) : DT_NOEND;
	DryRun		run = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("there is no policy document to try"),
				 errhint("Give one, for example governance.pack('douyin.health').")));
	InitMaterializedSRF(fcinfo, 0);
	run.tuples = rsinfo->setResult;
	run.desc = rsinfo->setDesc;
	run.policy = policy_compile(PG_GETARG_JSONB_P(0), 0, CurrentMemoryContext);
	if (PG_ARGISNULL(1))
		return (Datum) 0;
	read_events(&run, PG_GETARG_JSONB_P(1));
	order_events(&run);
	if (given && until == DT_NOEND)
		given = false;
	run.entry = DT_NOEND;
	for (int i = 0; i < run.nevents; i++)
		if (run.events[i].key.class != EVENT_ATTRIBUTE)
			run.entry = Min(run.entry, run.events[i].key.at);
	run_events(&run, until, given, checked);
	if (run.before)
		ereport(NOTICE,
				(errmsg("a sanction opens before the first violation, activity or opening balance: a real account would not get it"),
				 errdetail("A standing begins with its first entry; before that, facts and time alone bring nothing."),
				 errhint("Record an activity that the document names when an account is opened, for example \"registered\" in \"activities\".")));
	return (Datum) 0;
}
