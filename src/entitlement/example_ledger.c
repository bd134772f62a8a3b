/*
 * example_ledger.c
 *		The ledger of an example, as the meter wants to see it.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "engine/expr_tree.h"
#include "entitlement/example_ledger.h"
#include "types/sanction_tier.h"
#include "util.h"
#include "utils/timestamp.h"

/* See example_ledger.h. */
ExampleAccount *
example_account(ExampleLedger *ledger, int64 account_id)
{
	ExampleAccount *account;

	for (int i = 0; i < ledger->naccounts; i++)
		if (ledger->accounts[i].account_id == account_id)
			return &ledger->accounts[i];
	array_reserve(ledger->accounts, ledger->max_accounts, ledger->naccounts + 1);
	account = &ledger->accounts[ledger->naccounts++];
	memset(account, 0, sizeof(*account));
	account->account_id = account_id;
	return account;
}

/* The value before ends where the new one begins. */
void
example_fact(ExampleLedger *ledger, int64 account_id, int attribute, TimestampTz from, ExprValue value)
{
	ExampleFact *fact;

	for (int i = 0; i < ledger->nfacts; i++)
		if (ledger->facts[i].account_id == account_id && ledger->facts[i].fact.attribute == attribute &&
			ledger->facts[i].fact.from < from && from < ledger->facts[i].fact.to)
			ledger->facts[i].fact.to = from;
	array_reserve(ledger->facts, ledger->max_facts, ledger->nfacts + 1);
	fact = &ledger->facts[ledger->nfacts++];
	fact->account_id = account_id;
	fact->fact.attribute = attribute;
	fact->fact.from = from;
	fact->fact.to = DT_NOEND;
	fact->fact.value = value;
}

/* See example_ledger.h. */
ExampleSession *
example_session(ExampleLedger *ledger, int64 account_id, const char *capability, const char *place)
{
	for (int i = ledger->nsessions - 1; i >= 0; i--)
	{
		const MeterUse *use = &ledger->uses[ledger->sessions[i].use];

		if (use->account_id == account_id && use->to == DT_NOEND && strcmp(use->capability, capability) == 0 &&
			(place == NULL || (use->place != NULL && strcmp(use->place, place) == 0)))
			return &ledger->sessions[i];
	}
	return NULL;
}

/* ---------- what the rooms below would know ---------- */

/* The sanctions of a scheme and of rungs, that run at an instant or have ended by then. */
static ExprValue
sanction_value(const ExampleLedger *ledger, const External *external, TimestampTz t)
{
	int			tier = TIER_CLEAR;
	bool		running = false;
	TimestampTz ended = DT_NOBEGIN;
	ExprValue	v = {.type = external->type};

	for (int i = 0; i < ledger->nsanctions; i++)
	{
		const MeterSanction *s = &ledger->sanctions[i];

		if (!glob_matches(external->name, s->scheme) || s->from > t ||
			(external->second != NULL && !glob_matches(external->second, s->rung)))
			continue;
		ended = Max(ended, s->to);
		if (t < s->to)
		{
			running = true;
			tier = Max(tier, s->tier);
		}
	}
	if (external->kind == EXTERNAL_TIER)
		v.text = sanction_tier_names[tier];
	else if (external->kind == EXTERNAL_RUNNING)
		v.number = running;
	else
	{
		v.date = ended;
		v.isnull = ended == DT_NOBEGIN;
	}
	return v;
}

/* As MeterView wants it; what an example does not tell of is not known. */
static ExprValue
external_value(void *arg, const External *external, TimestampTz t)
{
	const ExampleLedger *ledger = arg;
	ExprValue	v = {.type = external->type, .isnull = true};

	switch (external->kind)
	{
		case EXTERNAL_TIER:
		case EXTERNAL_RUNNING:
		case EXTERNAL_ENDED:
			return sanction_value(ledger, external, t);
		case EXTERNAL_LINKED:
			v.isnull = false;
			for (int i = 0; i < ledger->naccounts; i++)
				if (name_list_find(&ledger->accounts[i].links, external->name) >= 0)
					v.number = 1;
			return v;
		case EXTERNAL_QUALIFIED:
			v.isnull = false;
			return v;
		default:
			return v;
	}
}

/* Sanctions begin and end. */
static TimestampTz
external_turn(void *arg, const External *external, TimestampTz after)
{
	const ExampleLedger *ledger = arg;
	TimestampTz result = DT_NOEND;

	if (external->kind != EXTERNAL_TIER && external->kind != EXTERNAL_RUNNING && external->kind != EXTERNAL_ENDED)
		return result;
	for (int i = 0; i < ledger->nsanctions; i++)
	{
		if (ledger->sanctions[i].from > after)
			result = Min(result, ledger->sanctions[i].from);
		if (ledger->sanctions[i].to > after)
			result = Min(result, ledger->sanctions[i].to);
	}
	return result;
}

/* ---------- the view ---------- */

/* For qsort(): by their beginning, and in the order of events. */
static int
use_cmp(const void *a, const void *b)
{
	const MeterUse *x = a;
	const MeterUse *y = b;

	if (x->from != y->from)
		return cmp_instant(x->from, y->from);
	return x->use_id < y->use_id ? -1 : x->use_id > y->use_id;
}

/* The facts of the account itself, and of the platform, which all have. */
static void
add_facts(const ExampleLedger *ledger, int64 account_id, MeterView *view)
{
	view->facts = palloc(sizeof(MeterFact) * Max(ledger->nfacts, 1));
	for (int i = 0; i < ledger->nfacts; i++)
		if (ledger->facts[i].account_id == account_id ||
			ledger->document->of_platform[ledger->facts[i].fact.attribute])
			view->facts[view->nfacts++] = ledger->facts[i].fact;
}

/* Those of the counterpart, by the names that ask for them. */
static void
add_others(const ExampleLedger *ledger, int64 counterpart, MeterView *view)
{
	const Entitlement *document = ledger->document;

	view->others = palloc(sizeof(MeterFact) * Max(ledger->nfacts * document->nexternals, 1));
	for (int e = 0; e < document->nexternals; e++)
		for (int i = 0; document->externals[e].kind == EXTERNAL_OTHER && i < ledger->nfacts; i++)
			if (ledger->facts[i].account_id == counterpart &&
				ledger->facts[i].fact.attribute == document->externals[e].index)
			{
				view->others[view->nothers] = ledger->facts[i].fact;
				view->others[view->nothers++].attribute = e;
			}
}

/* The accounts of one subject, and those of each kind of link. */
static void
add_groups(const ExampleLedger *ledger, MeterView *view)
{
	NameList	kinds = {0};

	for (int i = 0; i < ledger->naccounts; i++)
		for (int j = 0; j < ledger->accounts[i].links.n; j++)
			name_list_add(&kinds, ledger->accounts[i].links.names[j]);
	view->groups = palloc0(sizeof(MeterGroup) * (kinds.n + 1));
	for (int k = -1; k < kinds.n; k++)
	{
		MeterGroup *group = &view->groups[view->ngroups++];

		group->link = k < 0 ? NULL : kinds.names[k];
		group->accounts = palloc(sizeof(int64) * (ledger->naccounts + 1));
		group->accounts[group->naccounts++] = EXAMPLE_ACCOUNT;
		for (int i = 0; i < ledger->naccounts; i++)
			if (ledger->accounts[i].account_id != EXAMPLE_ACCOUNT &&
				(k < 0 ? ledger->accounts[i].subject :
				 name_list_find(&ledger->accounts[i].links, kinds.names[k]) >= 0))
				group->accounts[group->naccounts++] = ledger->accounts[i].account_id;
	}
}

/* What has given no sign for longer than its lease has ended at the last one. */
static void
lapse_sessions(const ExampleLedger *ledger, MeterView *view, TimestampTz at)
{
	for (int i = 0; i < ledger->nsessions; i++)
	{
		const ExampleSession *session = &ledger->sessions[i];
		MeterUse   *use = &view->uses[session->use];
		TimestampTz until = span_add(session->sign, &session->lease, 1, ledger->zone);

		if (use->to != DT_NOEND)
			continue;
		use->lease_until = session->ends ? DT_NOEND : until;
		if (!session->ends && until <= at)
		{
			use->to = session->sign;
			use->amount = use->to - use->from;
		}
	}
}

/* See example_ledger.h. */
MeterView *
example_view(const ExampleLedger *ledger, int64 account_id, const MeterRequest *request)
{
	MeterView  *view = palloc0(sizeof(MeterView));

	view->account_id = account_id;
	view->opened = ledger->opened;
	view->version_from = DT_NOBEGIN;
	view->version_to = DT_NOEND;
	add_facts(ledger, account_id, view);
	add_others(ledger, request->counterpart, view);
	add_groups(ledger, view);
	view->nuses = ledger->nuses;
	view->uses = palloc(sizeof(MeterUse) * Max(ledger->nuses, 1));
	memcpy(view->uses, ledger->uses, sizeof(MeterUse) * ledger->nuses);
	lapse_sessions(ledger, view, request->at);
	qsort(view->uses, view->nuses, sizeof(MeterUse), use_cmp);
	view->ngrants = ledger->ngrants;
	view->grants = ledger->grants;
	view->nswitches = ledger->nswitches;
	view->switches = ledger->switches;
	view->nactivities = ledger->nactivities;
	view->activities = ledger->activities;
	view->nsanctions = ledger->nsanctions;
	view->sanctions = ledger->sanctions;
	view->arg = (void *) ledger;
	view->external = external_value;
	view->external_turn = external_turn;
	return view;
}
