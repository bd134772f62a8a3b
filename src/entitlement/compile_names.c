/*
 * compile_names.c
 *		What expressions of an entitlement can ask for beside facts: the request,
 *		the counterpart, scores and sanctions, observables, achievements, limits.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/attribute.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_span.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "types/sanction_tier.h"

/* ---------- "context" ---------- */

/* A default of one of the types. */
static void
compile_default(EntitlementCompiler *e, const Doc *doc, ContextName *name)
{
	name->has_default = true;
	name->value.isnull = false;
	switch (name->type)
	{
		case ATTRIBUTE_NUMBER:
			name->value.number = doc_number(doc);
			break;
		case ATTRIBUTE_BOOLEAN:
			name->value.number = doc_boolean(doc) ? 1 : 0;
			break;
		case ATTRIBUTE_TEXT:
			name->value.text = pstrdup(doc_text(doc));
			break;
		case ATTRIBUTE_DATE:
			name->value.date = doc_instant(doc, e->c.policy->zone);
			break;
	}
}

/* The type of a value as expressions have it. */
static ExprType
value_type(AttributeType type)
{
	return type == ATTRIBUTE_NUMBER ? EXPR_NUMBER : type == ATTRIBUTE_BOOLEAN ? EXPR_BOOLEAN :
		type == ATTRIBUTE_TEXT ? EXPR_TEXT : EXPR_DATE;
}

/* In the order of their names. */
void
compile_context(EntitlementCompiler *e)
{
	const Doc  *object = doc_get(e->c.root, "context");
	Entitlement *document = e->document;

	if (object == NULL)
		return;
	doc_need_object(object);
	doc_check_size(object, 64);
	document->context_names = palloc0(sizeof(ContextName) * Max(object->nchildren, 1));
	for (int i = 0; i < object->nchildren; i++)
	{
		const Doc  *doc = &object->children[i];
		ContextName *name = &document->context_names[i];

		doc_check_identifier(doc, doc->key);
		name->name = pstrdup(doc->key);
		if (doc->kind == DOC_TEXT)
			name->type = (AttributeType) word_of(doc, &context_object, "type");
		else
		{
			check_keys(doc, &context_object);
			name->type = (AttributeType) required_word(doc, &context_object, "type");
			if (doc_get(doc, "title") != NULL)
				(void) doc_title(doc_get(doc, "title"));
		}
		name->value.type = value_type(name->type);
		name->value.isnull = true;
		if (doc->kind == DOC_OBJECT && doc_get(doc, "default") != NULL)
			compile_default(e, doc_get(doc, "default"), name);
		document->ncontext++;
	}
}

/* The index of a name of the context; -1: there is none. */
static int
context_index(const Entitlement *document, const char *name)
{
	for (int i = 0; i < document->ncontext; i++)
		if (strcmp(document->context_names[i].name, name) == 0)
			return i;
	return -1;
}

/* Raises an error with the nearest name. */
int
compile_context_name(EntitlementCompiler *e, const Doc *doc)
{
	const char *name = doc_text(doc);
	NameList	known = {0};
	int			i = -1;

	if (strncmp(name, "context.", 8) == 0)
		i = context_index(e->document, name + 8);
	if (i >= 0)
		return i;
	for (int n = 0; n < e->document->ncontext; n++)
		name_list_push(&known, psprintf("context.%s", e->document->context_names[n].name));
	doc_fail(doc, _("What a request brings with it is declared in \"context\" and written context.NAME."),
			 closest_hint(name, (const char *const *) known.names, known.n), "there is no \"%s\"", name);
	return -1;
}

/* ---------- "observe" ---------- */

/* A list of patterns, as texts; gives how many. */
static int
compile_patterns(const Doc *list, char ***patterns)
{
	if (list == NULL)
		return 0;
	doc_need_list(list);
	if (list->nchildren == 0)
		doc_fail(list, NULL, NULL, "must not be empty");
	*patterns = palloc(sizeof(char *) * list->nchildren);
	for (int i = 0; i < list->nchildren; i++)
		(*patterns)[i] = pstrdup(doc_text(&list->children[i]));
	return list->nchildren;
}

/* Which of "count", "sum" and "latest" it is. */
static void
compile_observed_kind(const Doc *doc, Observation *o)
{
	static const ObserveKind counts[] = {
		OBSERVED_ACTIVITIES, OBSERVED_USES, OBSERVED_SESSIONS, OBSERVED_DAYS, OBSERVED_SANCTIONS
	};
	int			n = 0;

	if (doc_get(doc, "count") != NULL)
	{
		o->kind = counts[required_word(doc, &observation_object, "count")];
		n++;
	}
	if (doc_get(doc, "sum") != NULL)
	{
		o->kind = required_word(doc, &observation_object, "sum") == 0 ? OBSERVED_QUANTITY : OBSERVED_AMOUNT;
		n++;
	}
	if (doc_get(doc, "latest") != NULL)
	{
		(void) required_word(doc, &observation_object, "latest");
		o->kind = OBSERVED_LATEST;
		n++;
	}
	if (n > 1)
		doc_fail(doc, NULL, NULL, "only one of \"count\", \"sum\" and \"latest\" can be given");
	if (n == 0)
		doc_fail(doc, NULL, NULL, "one of \"count\", \"sum\" and \"latest\" must be given");
}

/* Keys that go with a kind only. */
static void
check_observed(const Doc *doc, const Observation *o)
{
	static const struct
	{
		const char *key;
		int			kinds;		/* bits */
	}			goes[] = {
		{"kind", 1 << OBSERVED_ACTIVITIES | 1 << OBSERVED_QUANTITY | 1 << OBSERVED_DAYS},
		{"capability", 1 << OBSERVED_USES | 1 << OBSERVED_AMOUNT | 1 << OBSERVED_SESSIONS | 1 << OBSERVED_DAYS},
		{"schemes", 1 << OBSERVED_SANCTIONS | 1 << OBSERVED_LATEST},
		{"rungs", 1 << OBSERVED_SANCTIONS | 1 << OBSERVED_LATEST},
		{"by", 1 << OBSERVED_LATEST},
		{"in_force", 1 << OBSERVED_SANCTIONS},
		{"stretch", 1 << OBSERVED_LATEST}
	};

	for (int i = 0; i < (int) lengthof(goes); i++)
		if (doc_get(doc, goes[i].key) != NULL && !(goes[i].kinds & (1 << o->kind)))
			doc_fail(doc_get(doc, goes[i].key), NULL, NULL, "has no effect on what is counted here");
	if (o->kind == OBSERVED_DAYS ? (o->activity != NULL) == (o->capability != NULL) :
		(goes[0].kinds & (1 << o->kind)) && o->activity == NULL)
		doc_fail(doc, NULL, NULL, o->kind == OBSERVED_DAYS ?
				 _("one of \"kind\" and \"capability\" must be given") : _("\"kind\" must be given"));
	if (o->kind != OBSERVED_DAYS && (goes[1].kinds & (1 << o->kind)) && o->capability == NULL)
		doc_fail(doc, NULL, NULL, "\"capability\" must be given");
}

/* In the order of their names. */
void
compile_observations(EntitlementCompiler *e)
{
	Entitlement *document = e->document;

	e->observe = doc_get(e->c.root, "observe");
	if (e->observe == NULL)
		return;
	doc_need_object(e->observe);
	doc_check_size(e->observe, 128);
	document->observations = palloc0(sizeof(Observation) * Max(e->observe->nchildren, 1));
	for (int i = 0; i < e->observe->nchildren; i++)
	{
		const Doc  *doc = &e->observe->children[i];
		Observation *o = &document->observations[i];
		const Doc  *part;

		doc_check_identifier(doc, doc->key);
		check_keys(doc, &observation_object);
		o->name = pstrdup(doc->key);
		compile_observed_kind(doc, o);
		if ((part = doc_get(doc, "kind")) != NULL)
			o->activity = pstrdup(doc_name(part));
		if ((part = doc_get(doc, "capability")) != NULL)
			o->capability = compile_place_name(e, part);
		o->nschemes = compile_patterns(doc_get(doc, "schemes"), &o->schemes);
		o->nrungs = compile_patterns(doc_get(doc, "rungs"), &o->rungs);
		o->by_end = get_word(doc, &observation_object, "by", 0) == 1;
		o->in_force = doc_get_boolean(doc, "in_force", false);
		o->stretch = 1;
		if ((part = doc_get(doc, "stretch")) != NULL && (o->stretch = doc_number(part)) <= 0)
			doc_fail(part, NULL, NULL, "must be more than 0");
		if ((part = doc_get(doc, "within")) != NULL)
		{
			o->has_window = true;
			o->window = compile_span(part);
			if (span_is_zero(&o->window) || o->window.forever)
				doc_fail(part, NULL, NULL, "a window must have a length");
		}
		check_observed(doc, o);
		document->nobservations++;
	}
}

/* A name stands for one thing. */
void
check_observed_names(EntitlementCompiler *e)
{
	const Doc  *facets = doc_get(e->c.root, "facets");
	const Doc  *facts = doc_get(e->c.root, "attributes");

	for (int i = 0; e->observe != NULL && i < e->observe->nchildren; i++)
	{
		const Doc  *doc = &e->observe->children[i];

		if (facts != NULL && doc_get(facts, doc->key) != NULL)
			doc_fail(doc, NULL, _("Give it another name."), "there is an attribute of that name");
		if (facets != NULL && doc_get(facets, doc->key) != NULL)
			doc_fail(doc, NULL, _("Give it another name."), "there is a facet of that name");
	}
}

/* ---------- rules of the place at hand ---------- */

/* The name by the frame of an object, as of the same limit in a line. */
static char *
name_by_frame(const Doc *limit)
{
	static const char *const frames[] = {"per", "within", "during", "since"};

	for (int i = 0; i < (int) lengthof(frames); i++)
	{
		const Doc  *value = doc_get(limit, frames[i]);

		if (value == NULL)
			continue;
		if (value->kind == DOC_LIST && value->nchildren == 1)
			value = &value->children[0];
		if (value->kind == DOC_OBJECT && doc_get(value, "every") != NULL)
			value = doc_get(value, "every");
		if (value->kind == DOC_TEXT)
			return i == 0 ? pstrdup(value->text) : psprintf("%s %s", frames[i], value->text);
		return pstrdup(i == 0 ? "session" : frames[i]);
	}
	return doc_get(limit, "held") != NULL ? pstrdup("held") :
		doc_get(limit, "refill") != NULL ? pstrdup("refill") : NULL;
}

/* See compiler.h. */
char *
limit_words(const char *text)
{
	char	   *result = palloc(strlen(text) + 1);
	int			n = 0;

	for (const char *s = text; *s; s++)
		if (*s != ' ' || (n > 0 && result[n - 1] != ' '))
			result[n++] = *s;
	while (n > 0 && result[n - 1] == ' ')
		n--;
	result[n] = '\0';
	return result;
}

/* See compiler.h; what is no limit at all is found when it is compiled. */
char *
limit_name(const Doc *limit)
{
	const char *text;

	if (limit->kind == DOC_OBJECT)
	{
		const Doc  *name = doc_get(limit, "name");

		return name == NULL ? name_by_frame(limit) : name->kind == DOC_TEXT ? pstrdup(name->text) : NULL;
	}
	if (limit->kind != DOC_TEXT)
		return NULL;
	text = limit_words(limit->text);
	text += strspn(text, "0123456789.");
	text += strspn(text, " ");
	return pstrdup(strncmp(text, "per ", 4) == 0 ? text + 4 : text);
}

/* The names of limits, and of clauses unless limits_only, of one place. */
static void
add_rules(const Doc *place, NameList *names, bool limits_only)
{
	const Doc  *limits = place->kind == DOC_OBJECT ? doc_get(place, "at_most") : NULL;
	const Doc  *require = place->kind == DOC_OBJECT ? doc_get(place, "require") : NULL;

	for (int i = 0; limits != NULL && limits->kind == DOC_LIST && i < limits->nchildren; i++)
	{
		const char *name = limit_name(&limits->children[i]);

		if (name != NULL)
			name_list_add(names, name);
	}
	for (int i = 0; !limits_only && require != NULL && require->kind == DOC_OBJECT && i < require->nchildren; i++)
		name_list_add(names, require->children[i].key);
}

/* Of the place at hand, and of the pools that it names. */
void
place_rules(EntitlementCompiler *e, NameList *names, bool limits_only)
{
	const Doc  *pool;

	if (e->place == NULL)
		return;
	add_rules(e->place, names, limits_only);
	pool = doc_get(e->place, "pool");
	if (pool != NULL && pool->kind == DOC_OBJECT)
		pool = doc_get(pool, "in_order");
	if (pool == NULL || e->pools == NULL)
		return;
	for (int i = 0; i < (pool->kind == DOC_LIST ? pool->nchildren : 1); i++)
	{
		const Doc  *name = pool->kind == DOC_LIST ? &pool->children[i] : pool;
		const Doc  *found = name->kind == DOC_TEXT ? doc_get(e->pools, name->text) : NULL;

		if (found != NULL)
			add_rules(found, names, limits_only);
	}
}

/* The names are put together anew: documents are small. */
bool
place_has_rule(EntitlementCompiler *e, const char *name, bool limits_only)
{
	NameList	names = {0};

	place_rules(e, &names, limits_only);
	return name_list_find(&names, name) >= 0;
}

/* ---------- the hooks ---------- */

/* The index of an External, which is added unless it is there. */
static int
add_external(EntitlementCompiler *e, ExternalKind kind, ExprType type, const char *name, const char *second, int index)
{
	Entitlement *document = e->document;
	External   *external;

	for (int i = 0; i < document->nexternals; i++)
	{
		external = &document->externals[i];
		if (external->kind == kind && external->index == index &&
			strcmp(external->name ? external->name : "", name ? name : "") == 0 &&
			strcmp(external->second ? external->second : "", second ? second : "") == 0)
			return i;
	}
	if (document->nexternals == e->room)
	{
		e->room = Max(e->room * 2, 8);
		document->externals = document->externals == NULL ?
			MemoryContextAlloc(document->context, sizeof(External) * e->room) :
			repalloc(document->externals, sizeof(External) * e->room);
	}
	external = &document->externals[document->nexternals];
	external->kind = kind;
	external->type = type;
	external->name = name ? MemoryContextStrdup(document->context, name) : NULL;
	external->second = second ? MemoryContextStrdup(document->context, second) : NULL;
	external->index = index;
	return document->nexternals++;
}

/* As RoomNames wants it: context.x, other.x, amount, observables. */
static bool
resolve(void *arg, const char *name, int may, int *index, ExprType *type, const char **why)
{
	EntitlementCompiler *e = arg;
	Entitlement *document = e->document;
	int			i;

	*why = NULL;
	if (strncmp(name, "context.", 8) == 0 || strncmp(name, "other.", 6) == 0 || strcmp(name, "amount") == 0)
	{
		if (!(may & EXPR_MAY_REQUEST))
		{
			*why = _("What an account may do is shown without a request: the request is known in \"require\", and in \"when\", \"measure\" and \"amount\" of limits that are no windows of the account's own.");
			return false;
		}
		if (strcmp(name, "amount") == 0)
		{
			*type = EXPR_NUMBER;
			*index = add_external(e, EXTERNAL_AMOUNT, *type, NULL, NULL, -1);
			return true;
		}
		if (name[0] == 'c')
		{
			if ((i = context_index(document, name + 8)) < 0)
			{
				*why = _("What a request brings with it is declared in \"context\" and written context.NAME.");
				return false;
			}
			*type = value_type(document->context_names[i].type);
			*index = add_external(e, EXTERNAL_CONTEXT, *type, name + 8, NULL, i);
			return true;
		}
		if ((i = policy_attribute_index(e->c.policy, name + 6)) < 0)
		{
			*why = _("A fact of the counterpart is declared in \"attributes\" as one's own, and written other.NAME.");
			return false;
		}
		*type = value_type(e->c.policy->attributes[i].type);
		*index = add_external(e, EXTERNAL_OTHER, *type, name + 6, NULL, i);
		return true;
	}
	if ((may & EXPR_MAY_REQUEST) && context_index(document, name) >= 0)
	{
		*why = psprintf(_("What a request brings with it is written \"context.%s\"."), name);
		return false;
	}
	for (i = 0; i < document->nobservations; i++)
		if (strcmp(document->observations[i].name, name) == 0)
		{
			if (!(may & EXPR_MAY_EXTERNAL))
			{
				*why = _("What \"observe\" counts is not known here.");
				return false;
			}
			*type = document->observations[i].kind == OBSERVED_LATEST ? EXPR_DATE : EXPR_NUMBER;
			*index = add_external(e, EXTERNAL_OBSERVED, *type, name, NULL, i);
			return true;
		}
	return false;
}

/* The functions with constant texts. */
static const struct
{
	const char *name;
	ExternalKind kind;
	ExprType	type;
	int			least;
	int			most;			/* texts */
	int			needs;			/* EXPR_MAY_* */
}			functions[] = {
	{"score", EXTERNAL_SCORE, EXPR_NUMBER, 1, 1, EXPR_MAY_EXTERNAL},
	{"lost", EXTERNAL_LOST, EXPR_NUMBER, 1, 1, EXPR_MAY_EXTERNAL},
	{"tier", EXTERNAL_TIER, EXPR_TEXT, 1, 1, EXPR_MAY_EXTERNAL},
	{"running", EXTERNAL_RUNNING, EXPR_BOOLEAN, 1, 2, EXPR_MAY_EXTERNAL},
	{"ended", EXTERNAL_ENDED, EXPR_DATE, 1, 2, EXPR_MAY_EXTERNAL},
	{"qualified", EXTERNAL_QUALIFIED, EXPR_BOOLEAN, 1, 2, EXPR_MAY_EXTERNAL},
	{"achieved", EXTERNAL_ACHIEVED, EXPR_BOOLEAN, 1, 1, EXPR_MAY_EXTERNAL},
	{"linked", EXTERNAL_LINKED, EXPR_BOOLEAN, 1, 1, EXPR_MAY_EXTERNAL},
	{"used", EXTERNAL_USED, EXPR_NUMBER, 1, 1, EXPR_MAY_USED},
	{"remaining", EXTERNAL_REMAINING, EXPR_NUMBER, 1, 1, EXPR_MAY_USED}
};

/* The index of an achievement; -1, with what may have been meant: there is none. */
static int
achievement_index(EntitlementCompiler *e, const char *name, const char **why, NameList *meant)
{
	for (int i = 0; i < e->document->nachievements; i++)
	{
		if (strcmp(e->document->achievements[i].name, name) == 0)
			return i;
		name_list_push(meant, e->document->achievements[i].name);
	}
	*why = psprintf(_("There is no achievement called \"%s\"."), name);
	return -1;
}

/* As RoomNames wants it. */
static bool
call(void *arg, const char *function, const char *const *texts, int ntexts, int may, int *index,
	 ExprType *type, const char **why, NameList *meant)
{
	EntitlementCompiler *e = arg;

	*why = NULL;
	for (int i = 0; i < (int) lengthof(functions); i++)
	{
		int			of = -1;

		if (strcmp(functions[i].name, function) != 0)
			continue;
		if (functions[i].needs & ~may)
		{
			*why = functions[i].needs == EXPR_MAY_USED ?
				_("What was used is known in \"require\", and in \"when\" of limits.") :
				_("Facts and facets do not depend on scores, sanctions or achievements.");
			return false;
		}
		if (ntexts < functions[i].least || ntexts > functions[i].most)
		{
			*why = functions[i].most == 1 ? _("The function takes one text.") : _("The function takes one text or two.");
			return false;
		}
		if (functions[i].kind == EXTERNAL_ACHIEVED && (of = achievement_index(e, texts[0], why, meant)) < 0)
			return false;
		if (functions[i].needs == EXPR_MAY_USED && !place_has_rule(e, texts[0], true))
		{
			place_rules(e, meant, true);
			*why = psprintf(_("There is no limit called \"%s\" here."), texts[0]);
			return false;
		}
		*type = functions[i].type;
		*index = add_external(e, functions[i].kind, *type, texts[0], ntexts > 1 ? texts[1] : NULL, of);
		return true;
	}
	return false;
}

/* What a name may have been meant to be. */
static void
candidates(void *arg, int may, NameList *names)
{
	EntitlementCompiler *e = arg;

	for (int i = 0; (may & EXPR_MAY_REQUEST) && i < e->document->ncontext; i++)
		name_list_push(names, psprintf("context.%s", e->document->context_names[i].name));
	for (int i = 0; (may & EXPR_MAY_REQUEST) && i < e->c.policy->nattributes; i++)
		name_list_push(names, psprintf("other.%s", e->c.policy->attributes[i].name));
	for (int i = 0; (may & EXPR_MAY_EXTERNAL) && i < e->document->nobservations; i++)
		name_list_push(names, e->document->observations[i].name);
}

/* As RoomNames wants it. */
static bool
is_function(void *arg, const char *name)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return true;
	return false;
}

/* As RoomNames wants it: tiers have an order. */
static const char *const *
words(void *arg, int index, int *nwords)
{
	EntitlementCompiler *e = arg;

	if (e->document->externals[index].kind != EXTERNAL_TIER)
		return NULL;
	*nwords = TIER_COUNT;
	return sanction_tier_names;
}

/* The names of functions, for whoever misspells one. */
static void
function_names(void *arg, NameList *names)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		name_list_push(names, functions[i].name);
}

/* To be called before any expression is compiled. */
void
begin_names(EntitlementCompiler *e)
{
	static const RoomNames hooks = {
		.resolve = resolve, .is_function = is_function, .call = call, .words = words, .candidates = candidates, .functions = function_names
	};

	e->c.room = &hooks;
	e->c.room_arg = e;
	if (e->achievements == NULL)
		return;
	doc_need_object(e->achievements);
	doc_check_size(e->achievements, 64);
	e->document->achievements = palloc0(sizeof(Achievement) * Max(e->achievements->nchildren, 1));
	for (int i = 0; i < e->achievements->nchildren; i++)
	{
		doc_check_name(&e->achievements->children[i], e->achievements->children[i].key);
		e->document->achievements[i].name = pstrdup(e->achievements->children[i].key);
		e->document->nachievements++;
	}
}
