/*
 * example_event.c
 *		The events of an example, and what they leave in its ledger.
 *
 * An event is let in whatever the document says to it: it may have happened under an
 * earlier one.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "entitlement/example_ledger.h"
#include "errors.h"
#include "rulebook/attribute.h"
#include "rulebook/check_keys.h"
#include "rulebook/instant.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "types/sanction_tier.h"
#include "util.h"
#include "utils/timestamp.h"

/* ---------- values ---------- */

/* Local time of the document's zone, unless it says another one. */
TimestampTz
example_instant(const ExampleLedger *ledger, const Doc *doc)
{
	return doc_instant(doc, ledger->zone);
}

/* The instant of a key; otherwise: what it is when that is missing. */
static TimestampTz
instant_of(const ExampleLedger *ledger, const Doc *object, const char *key, TimestampTz otherwise)
{
	const Doc  *doc = doc_get(object, key);

	return doc == NULL ? otherwise : example_instant(ledger, doc);
}

/* A value of a type. */
static ExprValue
typed_value(const ExampleLedger *ledger, const Doc *doc, AttributeType type)
{
	ExprValue	v = {0};

	switch (type)
	{
		case ATTRIBUTE_NUMBER:
			v.type = EXPR_NUMBER;
			v.number = doc->kind == DOC_NULL ? 0 : doc_number(doc);
			break;
		case ATTRIBUTE_BOOLEAN:
			v.type = EXPR_BOOLEAN;
			v.number = doc->kind == DOC_NULL ? 0 : doc_boolean(doc);
			break;
		case ATTRIBUTE_TEXT:
			v.type = EXPR_TEXT;
			v.text = doc->kind == DOC_NULL ? NULL : doc_text(doc);
			break;
		case ATTRIBUTE_DATE:
			v.type = EXPR_DATE;
			v.date = doc->kind == DOC_NULL ? 0 : example_instant(ledger, doc);
			break;
	}
	v.isnull = doc->kind == DOC_NULL;
	return v;
}

/* The index of a fact; raises an error with the nearest name. */
static int
fact_index(const ExampleLedger *ledger, const Doc *at, const char *name)
{
	int			i = policy_attribute_index(ledger->document->facts, name);
	NameList	known = {0};

	if (i >= 0)
		return i;
	for (i = 0; i < ledger->document->facts->nattributes; i++)
		name_list_push(&known, ledger->document->facts->attributes[i].name);
	doc_fail(at, NULL, closest_hint(name, (const char *const *) known.names, known.n),
			 "there is no fact called \"%s\"", name);
	return -1;
}

/* "facts" of an account: they hold since ever. */
static void
read_facts(ExampleLedger *ledger, int64 account_id, const Doc *facts)
{
	if (facts == NULL)
		return;
	doc_need_object(facts);
	for (int i = 0; i < facts->nchildren; i++)
	{
		const Doc  *doc = &facts->children[i];
		int			index = fact_index(ledger, doc, doc->key);

		example_fact(ledger, account_id, index, DT_NOBEGIN,
					 typed_value(ledger, doc, ledger->document->facts->attributes[index].type));
	}
}

/* An id of another account. */
static int64
account_of(const Doc *doc)
{
	double		n = doc->kind == DOC_NUMBER ? doc_number(doc) : -1;

	if (n < 1 || n > 1e15 || n != (int64) n)
		doc_fail(doc, NULL, NULL, "must be the number of an account");
	return (int64) n;
}

/* See example_ledger.h. */
void
example_begin(ExampleLedger *ledger, const Doc *example)
{
	const Doc  *accounts = doc_get(example, "accounts");

	ledger->opened = instant_of(ledger, example, "opened", 0);
	(void) example_account(ledger, EXAMPLE_ACCOUNT);
	read_facts(ledger, EXAMPLE_ACCOUNT, doc_get(example, "facts"));
	if (accounts == NULL)
		return;
	doc_need_object(accounts);
	for (int i = 0; i < accounts->nchildren; i++)
	{
		const Doc  *doc = &accounts->children[i];
		char	   *end;
		int64		account_id = strtoll(doc->key, &end, 10);
		const Doc  *links;
		ExampleAccount *account;

		if (account_id < 1 || *end != '\0' || account_id == EXAMPLE_ACCOUNT)
			doc_fail(doc, _("The account of the example itself is 1; others are 2, 3, ..."), NULL,
					 "must be the number of another account");
		check_keys(doc, &example_account_object);
		account = example_account(ledger, account_id);
		account->subject = doc_get_boolean(doc, "subject", false);
		links = doc_get(doc, "links");
		for (int j = 0; links != NULL && j < links->nchildren; j++)
			name_list_add(&account->links, doc_name(&links->children[j]));
		read_facts(ledger, account_id, doc_get(doc, "facts"));
	}
}

/* See example_ledger.h. */
TimestampTz
example_known(const ExampleLedger *ledger, const Doc *item)
{
	TimestampTz at = example_instant(ledger, doc_required(item, "at"));

	return instant_of(ledger, item, "known", instant_of(ledger, item, "arrives", at));
}

/* ---------- requests ---------- */

/* What a request brings with it, by the names of the document. */
static ExprValue *
read_context(const ExampleLedger *ledger, const Doc *object)
{
	const Entitlement *document = ledger->document;
	ExprValue  *context = palloc0(sizeof(ExprValue) * Max(document->ncontext, 1));

	for (int i = 0; i < document->ncontext; i++)
	{
		const Doc  *doc = object != NULL ? doc_get(object, document->context_names[i].name) : NULL;

		context[i] = document->context_names[i].value;
		if (doc != NULL)
			context[i] = typed_value(ledger, doc, document->context_names[i].type);
	}
	for (int i = 0; object != NULL && i < object->nchildren; i++)
	{
		bool		known = false;

		for (int j = 0; j < document->ncontext; j++)
			known |= strcmp(document->context_names[j].name, object->children[i].key) == 0;
		if (!known)
			doc_fail(&object->children[i], _("What a request brings with it is declared in \"context\"."), NULL,
					 "there is no \"%s\" in the context", object->children[i].key);
	}
	return context;
}

/* The place of a session: given, or what of the context says it. */
static const char *
place_of(const ExampleLedger *ledger, const Doc *item, const Capability *capability, const ExprValue *context)
{
	const Doc  *place = doc_get(item, "place");

	if (place != NULL)
		return doc_text(place);
	if (capability->session.given && capability->session.by >= 0 && !context[capability->session.by].isnull)
		return context[capability->session.by].text;
	return NULL;
}

/* The capability of a name; an example can ask for what the document says nothing to. */
static const char *
capability_name(const ExampleLedger *ledger, const Doc *doc, const Capability **capability)
{
	const char *name = doc_text(doc);
	NameList	known = {0};

	*capability = entitlement_capability(ledger->document, name);
	if (*capability != NULL)
		return name;
	for (int i = 0; i < ledger->document->ncapabilities; i++)
		name_list_push(&known, ledger->document->capabilities[i].name);
	doc_fail(doc, NULL, closest_hint(name, (const char *const *) known.names, known.n),
			 "there is no capability called \"%s\"", name);
	return NULL;
}

/* See example_ledger.h; key: "ask", "use" and so on, which names the capability. */
MeterRequest *
example_request(const ExampleLedger *ledger, const Doc *item, const char *key, int64 *account_id)
{
	MeterRequest *request = palloc0(sizeof(MeterRequest));
	const Capability *capability;
	const Doc  *doc;

	request->capability = capability_name(ledger, doc_required(item, key), &capability);
	request->at = example_instant(ledger, doc_required(item, "at"));
	if ((doc = doc_get(item, "amount")) != NULL)
	{
		request->has_amount = true;
		request->amount = entitlement_amount(capability, doc_number(doc));
	}
	*account_id = (doc = doc_get(item, "account")) != NULL ? account_of(doc) : EXAMPLE_ACCOUNT;
	if ((doc = doc_get(item, "counterpart")) != NULL)
		request->counterpart = account_of(doc);
	request->has_context = true;
	request->context = read_context(ledger, doc_get(item, "context"));
	request->place = place_of(ledger, item, capability, request->context);
	request->session = capability->is_time && !request->has_amount;
	return request;
}

/* ---------- uses and sessions ---------- */

/* What a use takes from grants is noted in them. */
static void
note_grants(ExampleLedger *ledger, int64 account_id, MeterRequest *request, MeterUse *use)
{
	MeterView  *view = example_view(ledger, account_id, request);
	MeterAnswer answer = {.amount = use->amount};

	meter_take(ledger->document, view, request, &answer);
	for (int i = 0; i < answer.ngrants; i++)
	{
		use->granted += answer.grant_amounts[i];
		for (int g = 0; g < ledger->ngrants; g++)
			if (ledger->grants[g].grant_id == answer.grants[i])
				ledger->grants[g].used += answer.grant_amounts[i];
	}
}

/* One more, with its reference. */
static MeterUse *
add_use(ExampleLedger *ledger, const Doc *event, MeterRequest *request, int64 account_id)
{
	const Doc  *ref = doc_get(event, "ref");
	MeterUse   *use;

	array_reserve(ledger->uses, ledger->max_uses, ledger->nuses + 1);
	array_reserve(ledger->refs, ledger->max_refs, ledger->nuses + 1);
	ledger->refs[ledger->nuses] = ref != NULL ? doc_text(ref) : NULL;
	use = &ledger->uses[ledger->nuses++];
	memset(use, 0, sizeof(*use));
	use->use_id = ledger->nuses;
	use->account_id = account_id;
	use->counterpart = request->counterpart;
	use->capability = request->capability;
	use->from = use->to = request->at;
	use->arrived = instant_of(ledger, event, "arrives", request->at);
	use->lease_until = DT_NOBEGIN;
	use->place = request->place;
	use->context = request->context;
	return use;
}

/* The same reference twice is one use; with another amount it is a mistake. */
static bool
is_repeated(const ExampleLedger *ledger, const Doc *event, const MeterRequest *request)
{
	const Doc  *ref = doc_get(event, "ref");

	for (int i = 0; ref != NULL && i < ledger->nuses; i++)
	{
		if (ledger->refs[i] == NULL || strcmp(ledger->refs[i], doc_text(ref)) != 0 ||
			strcmp(ledger->uses[i].capability, request->capability) != 0)
			continue;
		if (ledger->uses[i].amount != request->amount)
			doc_fail(ref, NULL, NULL, "the reference \"%s\" was used with another amount", ref->text);
		return true;
	}
	return false;
}

/* "use" and "reserve": time is used from the instant on. */
static void
event_use(ExampleLedger *ledger, const Doc *event, const char *key)
{
	int64		account_id;
	MeterRequest *request = example_request(ledger, event, key, &account_id);
	const Capability *capability = entitlement_capability(ledger->document, request->capability);
	MeterUse	granted = {0};
	MeterUse   *use;

	if (!request->has_amount)
	{
		request->has_amount = true;
		request->amount = capability->unit_size;
	}
	if (is_repeated(ledger, event, request))
		return;
	granted.amount = request->amount;
	note_grants(ledger, account_id, request, &granted);
	use = add_use(ledger, event, request, account_id);
	use->amount = use->held = request->amount;
	use->granted = granted.granted;
	if (capability->is_time)
	{
		use->session_id = use->use_id;
		use->to = use->from + use->amount;
		use->lease_until = use->to;
	}
	if (strcmp(key, "reserve") == 0)
	{
		use->reserved = true;
		use->lease_until = span_add(use->from, &capability->conventions.reservation, 1, ledger->zone);
	}
}

/* The use of a reference; raises an error where there is none. */
static MeterUse *
use_of(ExampleLedger *ledger, const Doc *doc)
{
	const char *ref = doc_text(doc);

	for (int i = ledger->nuses - 1; i >= 0; i--)
		if (ledger->refs[i] != NULL && strcmp(ledger->refs[i], ref) == 0)
			return &ledger->uses[i];
	doc_fail(doc, NULL, NULL, "there is no use with the reference \"%s\"", ref);
	return NULL;
}

/* "commit", "release" and "refund" of a use by its reference. */
static void
event_about(ExampleLedger *ledger, const Doc *event, const char *key)
{
	MeterUse   *use = use_of(ledger, doc_required(event, key));
	const Capability *capability = entitlement_capability(ledger->document, use->capability);
	const Doc  *doc = doc_get(event, "amount");
	int64		amount = doc != NULL ? entitlement_amount(capability, doc_number(doc)) : use->amount;

	if (strcmp(key, "commit") == 0)
	{
		use->reserved = false;
		use->amount = use->held = amount;
	}
	else if (strcmp(key, "release") == 0)
	{
		if (use->reserved)
			use->amount = 0;
		use->held = Max(use->held - amount, 0);
		use->reserved = false;
	}
	else
	{
		use->amount = Max(use->amount - amount, 0);
		use->held = Max(use->held - amount, 0);
	}
}

/* Does a later event end, or give a sign of, the session that begins here? */
static bool
ends_later(const ExampleLedger *ledger, const Doc *event, const Doc *events, const MeterRequest *request,
		   int64 account_id)
{
	for (int i = event->index + 1; i < events->nchildren; i++)
	{
		const Doc  *later = &events->children[i];
		int64		account;
		MeterRequest *other;

		if (later->kind != DOC_OBJECT || doc_get(later, "end") == NULL)
			continue;
		other = example_request(ledger, later, "end", &account);
		if (account == account_id && strcmp(other->capability, request->capability) == 0 &&
			(other->place == NULL || request->place == NULL || strcmp(other->place, request->place) == 0))
			return true;
	}
	return false;
}

/* "begin" */
static void
event_begin(ExampleLedger *ledger, const Doc *event, const Doc *events)
{
	int64		account_id;
	MeterRequest *request = example_request(ledger, event, "begin", &account_id);
	const Capability *capability = entitlement_capability(ledger->document, request->capability);
	MeterUse   *use = add_use(ledger, event, request, account_id);
	ExampleSession *session;

	use->session_id = use->use_id;
	use->to = DT_NOEND;
	array_reserve(ledger->sessions, ledger->max_sessions, ledger->nsessions + 1);
	session = &ledger->sessions[ledger->nsessions++];
	session->use = ledger->nuses - 1;
	session->sign = use->from;
	session->lease = capability->session.lease;
	session->ends = ends_later(ledger, event, events, request, account_id);
}

/* "touch" and "end" */
static void
event_sign(ExampleLedger *ledger, const Doc *event, const char *key)
{
	int64		account_id;
	MeterRequest *request = example_request(ledger, event, key, &account_id);
	ExampleSession *session = example_session(ledger, account_id, request->capability, request->place);
	MeterUse   *use;

	if (session == NULL)
		doc_fail(doc_get(event, key), NULL, NULL, "there is no open session of \"%s\"", request->capability);
	session->sign = request->at;
	if (strcmp(key, "touch") == 0)
		return;
	use = &ledger->uses[session->use];
	request->at = use->from;
	request->has_amount = true;
	request->amount = session->sign - use->from;
	{
		MeterUse	granted = {.amount = request->amount};

		use->amount = 0;
		use->to = use->from;
		note_grants(ledger, account_id, request, &granted);
		use->granted = granted.granted;
	}
	use->amount = use->held = request->amount;
	use->to = use->lease_until = session->sign;
}

/* ---------- grants, switches, facts ---------- */

/* Days of the week as bits, in the order of ON_DAYS. */
static int
days_of(const Doc *list)
{
	int			days = 0;

	for (int i = 0; list != NULL && i < list->nchildren; i++)
		days |= 1 << word_of(&list->children[i], &example_event_object, "on");
	return days;
}

/* "grant", "consent" and "set" */
static void
event_grant(ExampleLedger *ledger, const Doc *event, const char *key, GrantKind kind)
{
	const Doc  *name = doc_required(event, key);
	const Doc  *doc;
	const Capability *place = entitlement_capability(ledger->document, doc_text(name));
	MeterGrant *grant;

	for (int i = 0; place == NULL && i < ledger->document->npools; i++)
		if (strcmp(ledger->document->pools[i].name, name->text) == 0)
			place = &ledger->document->pools[i];
	if (place == NULL)
		(void) capability_name(ledger, name, &place);
	array_reserve(ledger->grants, ledger->max_grants, ledger->ngrants + 1);
	grant = &ledger->grants[ledger->ngrants++];
	memset(grant, 0, sizeof(*grant));
	grant->grant_id = ledger->ngrants;
	grant->kind = kind;
	grant->capability = name->text;
	grant->from = grant->recorded = example_instant(ledger, doc_required(event, "at"));
	grant->to = instant_of(ledger, event, "until", DT_NOEND);
	if ((doc = doc_get(event, kind == GRANT_CONSENT ? "may" : "rule")) != NULL)
		grant->rule = doc_text(doc);
	if ((doc = doc_get(event, "amount")) != NULL)
	{
		grant->has_amount = true;
		grant->amount = entitlement_amount(place, doc_number(doc));
	}
	if ((doc = doc_get(event, "only")) != NULL)
		grant->only = doc_text(doc);
	if ((doc = doc_get(event, "by")) != NULL)
		grant->party = doc_name(doc);
	grant->days = days_of(doc_get(event, "on"));
}

/* "switch": off for so long where the document says it. */
static void
event_switch(ExampleLedger *ledger, const Doc *event)
{
	const Capability *place;
	MeterSwitch *one;
	const Doc  *by = doc_get(event, "by");

	array_reserve(ledger->switches, ledger->max_switches, ledger->nswitches + 1);
	one = &ledger->switches[ledger->nswitches];
	one->capability = doc_text(doc_required(event, "switch"));
	place = entitlement_capability(ledger->document, one->capability);
	for (int i = 0; place == NULL && i < ledger->document->npools; i++)
		if (strcmp(ledger->document->pools[i].name, one->capability) == 0)
			place = &ledger->document->pools[i];
	if (place == NULL)
		(void) capability_name(ledger, doc_get(event, "switch"), &place);
	one->party = by != NULL ? doc_name(by) : "self";
	one->allowed = doc_get_boolean(event, "allowed", false);
	one->from = example_instant(ledger, doc_required(event, "at"));
	one->to = DT_NOEND;
	if (!one->allowed && place->has_off_for)
		one->to = span_add(one->from, &place->off_for, 1, ledger->zone);
	ledger->nswitches++;
}

/* "attribute": a fact from the instant on. */
static void
event_fact(ExampleLedger *ledger, const Doc *event)
{
	const Doc  *name = doc_required(event, "attribute");
	int			index = fact_index(ledger, name, doc_text(name));
	const Doc  *account = doc_get(event, "account");

	example_fact(ledger, account != NULL ? account_of(account) : EXAMPLE_ACCOUNT, index,
				 example_instant(ledger, doc_required(event, "at")),
				 typed_value(ledger, doc_required(event, "value"), ledger->document->facts->attributes[index].type));
}

/* "activity" and "sanction" */
static void
event_entry(ExampleLedger *ledger, const Doc *event, const char *key)
{
	TimestampTz at = example_instant(ledger, doc_required(event, "at"));
	const Doc  *doc;

	if (strcmp(key, "activity") == 0)
	{
		MeterActivity *activity;

		array_reserve(ledger->activities, ledger->max_activities, ledger->nactivities + 1);
		activity = &ledger->activities[ledger->nactivities++];
		activity->kind = doc_name(doc_required(event, "activity"));
		activity->at = at;
		activity->quantity = (doc = doc_get(event, "quantity")) != NULL ? doc_number(doc) : 1;
	}
	else
	{
		MeterSanction *sanction;

		array_reserve(ledger->sanctions, ledger->max_sanctions, ledger->nsanctions + 1);
		sanction = &ledger->sanctions[ledger->nsanctions++];
		sanction->rung = doc_text(doc_required(event, "sanction"));
		sanction->scheme = doc_text(doc_required(event, "scheme"));
		sanction->tier = TIER_WARNED + get_word(event, &example_event_object, "tier", 0);
		sanction->from = at;
		sanction->to = instant_of(ledger, event, "until", DT_NOEND);
	}
}

/* The key that says what happens tells which event it is. */
void
example_event(ExampleLedger *ledger, const Doc *event, const Doc *events)
{
	static const char *const kinds[] = {
		"use", "reserve", "commit", "release", "refund", "begin", "touch", "end", "grant", "consent",
		"set", "switch", "attribute", "activity", "sanction"
	};
	int			kind = -1;

	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (doc_get(event, kinds[i]) != NULL)
		{
			if (kind >= 0)
				doc_fail(event, NULL, NULL, "only one of \"%s\" and \"%s\" can be given", kinds[kind], kinds[i]);
			kind = i;
		}
	if (kind < 0)
		doc_fail(event, NULL, NULL, "one of %s must be given", word_list(kinds, lengthof(kinds), "or"));
	if (kind < 2)
		event_use(ledger, event, kinds[kind]);
	else if (kind < 5)
		event_about(ledger, event, kinds[kind]);
	else if (kind == 5)
		event_begin(ledger, event, events);
	else if (kind < 8)
		event_sign(ledger, event, kinds[kind]);
	else if (kind < 11)
		event_grant(ledger, event, kinds[kind], kind == 8 ? GRANT_MORE : kind == 9 ? GRANT_CONSENT : GRANT_VALUE);
	else if (kind == 11)
		event_switch(ledger, event);
	else if (kind == 12)
		event_fact(ledger, event);
	else
		event_entry(ledger, event, kinds[kind]);
}
