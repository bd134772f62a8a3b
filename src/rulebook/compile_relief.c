/*
 * compile_relief.c
 *		Everything that gives points back.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "engine/relief_op.h"
#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_calendar.h"
#include "rulebook/compile_expr.h"
#include "rulebook/compile_quota.h"
#include "rulebook/compile_relief.h"
#include "rulebook/compile_selection.h"
#include "rulebook/compile_span.h"
#include "rulebook/compile_values.h"
#include "rulebook/policy_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"

/* each has a bit in a live entry */
#define MAX_AGE_RELIEFS 32

static const char *const triggers[] = {"age", "every", "at", "on", "sanction"};

/* No span of it may be shorter than a minute. */
static void
check_length(const Doc *doc, const SpanParam *param)
{
	double		constant;

	for (int i = 0; i < param->ncases; i++)
	{
		const SpanCase *sc = &param->cases[i];

		if (span_is_zero(&sc->span) ||
			(sc->times && expr_is_constant(sc->times, &constant) && constant <= 0))
			doc_fail(doc, NULL, _("The shortest is \"1 minute\"."), "the span must have a length");
		if (!sc->span.forever && sc->times == NULL && sc->span.months == 0 &&
			sc->span.days == 0 && sc->span.usecs < USECS_PER_MINUTE)
			doc_fail(doc, NULL, _("The shortest is \"1 minute\"."), "the span must be at least a minute");
	}
}

/* Days on which something was done are counted, and not hours. */
static void
check_whole_days(const Doc *doc, const SpanParam *param)
{
	for (int i = 0; i < param->ncases; i++)
	{
		const Span *span = &param->cases[i].span;

		if (span->months != 0 || span->usecs != 0)
			doc_fail(doc, NULL, NULL,
					 "with \"active\" a span is a number of days or weeks");
	}
}

/*
 * Hashes what an age is written as.  Cases and formulas are texts in lists and
 * objects, so what is below it is hashed in the order of the document.
 */
static uint64
age_print(const Doc *doc, uint64 print)
{
	if (doc->key != NULL)
		print = hash_bytes_extended((const unsigned char *) doc->key, strlen(doc->key), print);
	if (doc->text != NULL)
		print = hash_bytes_extended((const unsigned char *) doc->text, strlen(doc->text), print + 1);
	for (int i = 0; i < doc->nchildren; i++)
		print = age_print(&doc->children[i], print + 2);
	return print;
}

/*
 * "age": a violation lapses so long after it was committed, decided or marked.
 */
static void
compile_age(Compiler *c, const Doc *object, Relief *relief)
{
	const Doc  *age = doc_get(object, "age");
	const Doc  *from = doc_get(object, "from");

	compile_span_param(c, age, EXPR_MAY_STATE | EXPR_MAY_ENTRY, false, &relief->age);
	check_length(age, &relief->age);
	relief->age_print = age_print(age, 0);
	relief->age_clock = c->policy->clock;
	relief->age_mark = -1;
	if (from)
	{
		const char *word = doc_text(from);

		if (strcmp(word, "occurred") == 0)
			relief->age_clock = CLOCK_OCCURRED;
		else if (strcmp(word, "decided") == 0)
			relief->age_clock = CLOCK_DECIDED;
		else
		{
			/* A kind of activity of such a name would be waited for in vain. */
			static const char *const clocks[] = {"occurred", "decided"};
			static const char *const deeds[] = {"occurrence", "offence", "offense", "deed", "violation", "entry"};
			static const char *const decisions[] = {"decision", "conviction", "issue", "issued", "final"};
			const char *hint = misspelt_hint(word, clocks, lengthof(clocks));

			for (int i = 0; i < (int) lengthof(deeds) && hint == NULL; i++)
				if (strcmp(word, deeds[i]) == 0)
					hint = _("Write \"occurred\".");
			for (int i = 0; i < (int) lengthof(decisions) && hint == NULL; i++)
				if (strcmp(word, decisions[i]) == 0)
					hint = _("Write \"decided\".");
			if (hint != NULL)
				doc_fail(from, _("An age counts from \"occurred\", from \"decided\" or from a kind of activity."),
						 hint, "\"%s\" is none of the clocks", word);
			relief->age_mark = compile_mark(c, from);
		}
	}
	relief->age_clean = doc_get_boolean(object, "clean", false);
	relief->rolls = compile_roll(c, object, c->policy->calendar.roll_relief);
	relief->rounding = (Rounding) get_word(object, &relief_object, "round", ROUND_NONE);
}

/*
 * "every": a step after each such time without a violation, and what a violation
 * does to the time that has passed.
 */
static void
compile_every(Compiler *c, const Doc *object, Relief *relief)
{
	const Doc  *every = doc_get(object, "every");
	const Doc  *part;
	const Doc  *extend = doc_get(object, "extend_by");
	const Doc  *active = doc_get(object, "active");

	compile_span_param(c, every, EXPR_MAY_STATE, false, &relief->every);
	check_length(every, &relief->every);

	part = doc_get(object, "wait");
	if (part)
	{
		compile_span_param(c, part, EXPR_MAY_STATE, false, &relief->wait);
		if (active)
			check_whole_days(part, &relief->wait);
		if (doc_get(object, "first_after"))
			doc_fail(object, NULL, NULL,
					 "both \"wait\" and \"first_after\" are given");
	}
	part = doc_get(object, "first_after");
	if (part)
	{
		compile_span_param(c, part, EXPR_MAY_STATE, false, &relief->first_after);
		if (active)
			check_whole_days(part, &relief->first_after);
	}

	relief->on_violation = (OnViolation) get_word(object, &relief_object, "on_violation",
												 CLEAN_RESTART);
	if (relief->on_violation == CLEAN_EXTEND && extend == NULL)
		doc_fail(object, NULL, NULL, "key \"extend_by\" is missing");
	if (extend)
	{
		if (relief->on_violation != CLEAN_EXTEND)
			doc_fail(extend, NULL, NULL,
					 "goes with \"on_violation\": \"extend\" only");
		compile_span_param(c, extend, EXPR_MAY_STATE | EXPR_MAY_JUDGED | EXPR_MAY_POINTS,
						   false, &relief->extend_by);
		if (active)
			check_whole_days(extend, &relief->extend_by);
	}

	if (active)
	{
		relief->active_activity = compile_kind(c, active);
		check_whole_days(every, &relief->every);
	}

	part = doc_get(object, "pause_during");
	if (part && part->kind == DOC_BOOLEAN)
		relief->pauses = part->boolean;
	else if (part)
	{
		relief->pauses = true;
		relief->pause_rungs = compile_rung_set(c, part);
	}
	relief->off_at_floor = doc_get_boolean(object, "off_at_floor", false);
	relief->rounding = (Rounding) get_word(object, &relief_object, "round", ROUND_NONE);
}

/*
 * "on": an activity gives points back, as often as its quotas let it and not
 * again before its cooldown is over.
 */
static void
compile_on(Compiler *c, const Doc *object, Relief *relief)
{
	const Doc  *part;

	relief->activity = compile_kind(c, doc_get(object, "on"));
	relief->activity_where = compile_condition(c, object, "where",
											   EXPR_MAY_STATE | EXPR_MAY_QUANTITY);

	part = doc_get(object, "at_most");
	if (part && part->kind == DOC_LIST)
	{
		doc_check_size(part, 16);
		relief->quotas = palloc0(sizeof(Quota) * Max(part->nchildren, 1));
		for (int i = 0; i < part->nchildren; i++)
			compile_quota(c, &part->children[i], &relief->quotas[relief->nquotas++]);
	}
	else if (part)
	{
		relief->quotas = palloc0(sizeof(Quota));
		compile_quota(c, part, &relief->quotas[0]);
		relief->nquotas = 1;
	}
	part = doc_get(object, "cooldown");
	if (part)
		compile_span_param(c, part, EXPR_MAY_STATE | EXPR_MAY_QUANTITY, false,
						   &relief->cooldown);
	relief->refuse_partial = get_word(object, &relief_object, "partial", 0) == 1;
}

/*
 * What makes the score worse is no relief, and mostly a slip: points that are
 * "given back" where points pile up are subtracted.  What a sanction does to
 * the score may go either way.
 */
static void
check_direction(Compiler *c, const Doc *object, const Doc *value, const Relief *relief)
{
	bool		accumulate = c->policy->accumulate;
	const Doc  *penalty = doc_get(object, "penalty");
	bool		worse = relief->op == (accumulate ? OP_ADD : OP_SUBTRACT) ||
		relief->op == (accumulate ? OP_RAISE_TO : OP_LOWER_TO);

	if (penalty && doc_boolean(penalty) && !worse)
		doc_fail(penalty, NULL, NULL, accumulate ?
				 gettext_noop("goes with \"add\" and \"raise_to\" only, where points pile up") :
				 gettext_noop("goes with \"subtract\" and \"lower_to\" only, where points are deducted"));
	if (c->stored || !worse || (penalty && penalty->boolean) ||
		relief->trigger == RELIEF_SANCTION_START || relief->trigger == RELIEF_SANCTION_END)
		return;
	doc_fail(value, accumulate ? _("Points pile up here, and more of them are worse.") :
			 _("Points are deducted here, and fewer of them are worse."),
			 psprintf(_("Use \"%s\" to give points back; write \"penalty\": true beside it if worse is what is meant."),
					  relief->op == OP_ADD ? "subtract" : relief->op == OP_SUBTRACT ? "add" :
					  relief->op == OP_RAISE_TO ? "lower_to" : "raise_to"),
			 "the relief makes the score worse");
}

/*
 * What the relief does to the score or to the entries: exactly one operation.
 */
static void
compile_op(Compiler *c, const Doc *object, Relief *relief)
{
	const Doc  *value = NULL;
	int			may = EXPR_MAY_STATE;
	double		constant;

	for (int op = 0; relief_op_key((ReliefOp) op) != NULL; op++)
	{
		const Doc  *doc = doc_get(object, relief_op_key((ReliefOp) op));

		if (doc == NULL)
			continue;
		if (value)
			doc_fail(object, NULL, NULL, "both \"%s\" and \"%s\" are given",
					 value->key, doc->key);
		value = doc;
		relief->op = (ReliefOp) op;
	}
	if (value == NULL)
		doc_fail(object, _("One of \"add\", \"subtract\", \"set\", \"raise_to\", \"lower_to\", \"restore\" and \"void\" is needed."),
				 NULL, "the relief does nothing");

	if (relief->trigger == RELIEF_ACTIVITY)
		may |= EXPR_MAY_QUANTITY;
	if (relief->trigger == RELIEF_AGE)
		may |= EXPR_MAY_ENTRY;

	switch (relief->op)
	{
		case OP_RESTORE:
			if (!doc_boolean(value))
				doc_fail(value, NULL, NULL, "can only be true");
			break;

		case OP_VOID:
			relief->select = (VoidSelect) get_word(object, &relief_object, "void", 0);
			if (relief->select == VOID_ENTRY && relief->trigger != RELIEF_AGE &&
				relief->trigger != RELIEF_ACTIVITY)
				doc_fail(value, NULL, NULL,
						 "\"entry\" goes with \"age\" and \"on\" only");
			if (relief->select == VOID_CONTRIBUTING &&
				relief->trigger != RELIEF_SANCTION_START &&
				relief->trigger != RELIEF_SANCTION_END)
				doc_fail(value, NULL, NULL,
						 "\"contributing\" goes with \"sanction\" only");
			break;

		default:
			relief->amount = compile_points(c, value, may, false);
			if ((relief->op == OP_ADD || relief->op == OP_SUBTRACT) &&
				expr_is_constant(relief->amount, &constant) && constant == 0)
				doc_fail(value, NULL, NULL, "must be more than 0");
			break;
	}

	check_direction(c, object, value, relief);

	/* a selection without anything that is selected would be ignored */
	if (relief->op != OP_VOID && relief->trigger != RELIEF_AGE)
	{
		for (const char *const *key = selection_keys; *key != NULL; key++)
		{
			const Doc  *doc = doc_get(object, *key);

			if (doc && !(relief->trigger == RELIEF_ACTIVITY &&
						 strcmp(*key, "where") == 0))
				doc_fail(doc, NULL, NULL,
						 "a selection goes with \"void\" or \"age\" only");
		}
	}
}

/*
 * "every 30 days", "on exam"; made unique, because reliefs of one name share
 * their quotas and only those that were given the same name shall.
 */
static char *
default_name(Compiler *c, const Doc *object, const Doc *trigger)
{
	char	   *name;

	if (trigger->kind != DOC_TEXT)
		return psprintf("%s (%d)", trigger->key, object->index + 1);
	name = psprintf("%s %s", trigger->key, trigger->text);
	for (int i = 0; i < object->index; i++)
	{
		if (strcmp(c->policy->reliefs[i].name, name) == 0)
			return psprintf("%s (%d)", name, object->index + 1);
	}
	return name;
}

/* One relief: what starts it, what it does, and to which violations. */
static void
compile_one(Compiler *c, const Doc *object, Relief *relief)
{
	const Doc  *trigger = NULL;
	const Doc  *name;

	check_keys(object, &relief_object);
	for (int i = 0; i < (int) lengthof(triggers); i++)
	{
		const Doc  *doc = doc_get(object, triggers[i]);

		if (doc == NULL)
			continue;
		if (trigger)
			doc_fail(object, NULL, NULL, "both \"%s\" and \"%s\" are given",
					 trigger->key, doc->key);
		trigger = doc;
	}
	if (trigger == NULL)
		doc_fail(object, psprintf(_("One of %s is needed."),
								  word_list(triggers, lengthof(triggers), "and")),
				 NULL, "nothing starts the relief");
	check_keys_with(object, &relief_object, trigger->key);

	relief->age_mark = -1;
	relief->active_activity = -1;
	relief->activity = -1;
	relief->boundary.anchor_attribute = -1;

	if (strcmp(trigger->key, "age") == 0)
	{
		relief->trigger = RELIEF_AGE;
		compile_age(c, object, relief);
	}
	else if (strcmp(trigger->key, "every") == 0)
	{
		relief->trigger = RELIEF_EVERY;
		compile_every(c, object, relief);
	}
	else if (strcmp(trigger->key, "at") == 0)
	{
		relief->trigger = RELIEF_BOUNDARY;
		compile_cycle(c, trigger, false, &relief->boundary);
	}
	else if (strcmp(trigger->key, "on") == 0)
	{
		relief->trigger = RELIEF_ACTIVITY;
		compile_on(c, object, relief);
	}
	else
	{
		relief->trigger = get_word(object, &relief_object, "sanction", 0) == 0 ?
			RELIEF_SANCTION_START : RELIEF_SANCTION_END;
		if (doc_get(object, "rungs"))
			relief->rungs = compile_rung_set(c, doc_get(object, "rungs"));
	}

	name = doc_get(object, "name");
	relief->name = name ? pstrdup(doc_text(name)) : default_name(c, object, trigger);
	relief->when = compile_condition(c, object, "when",
									 relief->trigger == RELIEF_ACTIVITY ?
									 EXPR_MAY_STATE | EXPR_MAY_QUANTITY :
									 relief->trigger == RELIEF_AGE ?
									 EXPR_MAY_STATE | EXPR_MAY_ENTRY :
									 EXPR_MAY_STATE);
	compile_op(c, object, relief);

	/* with "on", "where" is about the activity and not about the violations */
	if (relief->trigger == RELIEF_ACTIVITY)
	{
		Doc			copy = *object;

		copy.children = palloc(sizeof(Doc) * Max(object->nchildren, 1));
		copy.nchildren = 0;
		for (int i = 0; i < object->nchildren; i++)
		{
			if (strcmp(object->children[i].key, "where") != 0)
				copy.children[copy.nchildren++] = object->children[i];
		}
		compile_selection(c, &copy, &relief->filter);
	}
	else
		compile_selection(c, object, &relief->filter);
}

/*
 * One after the other, because the names of the first ones decide those of the
 * others.
 */
void
compile_relief(Compiler *c)
{
	const Doc  *list = doc_get(c->root, "relief");
	int			nages = 0;

	if (list == NULL)
		return;
	doc_need_list(list);
	doc_check_size(list, 128);
	c->policy->reliefs = palloc0(sizeof(Relief) * Max(list->nchildren, 1));
	for (int i = 0; i < list->nchildren; i++)
	{
		compile_one(c, &list->children[i], &c->policy->reliefs[i]);
		c->policy->nreliefs++;
		if (c->policy->reliefs[i].trigger == RELIEF_AGE && ++nages > MAX_AGE_RELIEFS)
			doc_fail(&list->children[i], NULL, NULL,
					 "a document has at most %d reliefs by age", MAX_AGE_RELIEFS);
	}
}
