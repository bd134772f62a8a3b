/*
 * question.c
 *		A request to use something, and what all documents say to it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "entitlement/amount.h"
#include "entitlement/context.h"
#include "entitlement/question.h"
#include "ledger/permits.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Is it in the vocabulary, or has it come by a pattern or as a pool? */
static void
require_capability_known(const Question *question)
{
	if (question->view.n == 0 &&
		!rulebook_knows_capability(VARDATA_ANY(question->capability), VARSIZE_ANY_EXHDR(question->capability)) &&
		!entitlements_know(question->name))
		report_missing(MISSING_CAPABILITY, question->name, NULL, 0);
}

/* The unit is that of the first document that measures time, or of the first. */
static void
find_unit(Question *question)
{
	question->unit = "uses";
	question->unit_size = AMOUNT_SCALE;
	question->is_time = false;
	for (int i = 0; i < question->view.n && !question->is_time; i++)
	{
		const Capability *capability = question->view.in_force[i].capability;

		if (capability == NULL || question->view.in_force[i].trial ||
			(!capability->is_time && strcmp(question->unit, "uses") != 0))
			continue;
		question->unit = capability->unit;
		question->unit_size = capability->unit_size;
		question->is_time = capability->is_time;
	}
	question->wanted = question->amount == NULL ? question->unit_size :
		amount_of_numeric(question->amount, question->unit_size);
}

/* Names that no document knows are errors, of the context too. */
void
question_begin(Question *question, CounterKeys *keys)
{
	LedgerView *view = &question->view;
	const Entitlement **documents;
	int			n = 0;

	question->name = text_to_cstring(question->capability);
	memset(view, 0, sizeof(LedgerView));
	view->account_id = question->account_id;
	view->counterpart = question->counterpart;
	view->capability = question->name;
	view->at = question->at;
	view->over_session = question->over_session;
	view->mode = question->mode;
	view->in_force = entitlements_naming(question->name, question->at, &view->n);
	require_capability_known(question);
	find_unit(question);
	documents = palloc(sizeof(Entitlement *) * Max(view->n, 1));
	for (int i = 0; i < view->n; i++)
		if (view->in_force[i].capability != NULL)
			documents[n++] = view->in_force[i].document;
	context_check(documents, n, question->context);
	ledger_view_begin(view, keys);
}

/*
 * A newer view than that of the statement, which may have waited: where the
 * isolation level allows none, whatever would be missed has changed the counter, and
 * locking it has failed.
 */
void
question_lock(Question *question, CounterKeys *keys, bool now)
{
	counters_lock(keys);
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	question->mode = question->view.mode = PLAN_READ;
	if (now)
	{
		question->at = question->view.at = GetCurrentTimestamp();
		question->view.in_force = entitlements_naming(question->name, question->at, &question->view.n);
	}
}

/* An error pops it by itself. */
void
question_unlock(void)
{
	PopActiveSnapshot();
}

/* The request as a document counts it. */
static MeterRequest *
request_of(const Question *question, const InForce *in_force)
{
	MeterRequest *request = palloc0(sizeof(MeterRequest));
	const Capability *capability = in_force->capability;

	request->capability = question->name;
	request->has_amount = question->amount != NULL;
	request->amount = question->wanted;
	if (capability != NULL && capability->is_time != question->is_time)
		request->amount = question->amount == NULL ? capability->unit_size :
			amount_of_numeric(question->amount, capability->is_time ? capability->unit_size : AMOUNT_SCALE);
	request->at = question->at;
	request->counterpart = question->counterpart;
	request->has_context = true;
	request->context = context_values(in_force->document, question->context);
	request->session = question->session;
	request->place = context_place(in_force->document, capability, request->context, question->place);
	request->reserve = question->reserve;
	return request;
}

/* The rules of an answer that would have refused. */
static void
note_refusals(Question *question, const MeterAnswer *answer, bool all)
{
	for (int i = 0; i < answer->nrows; i++)
	{
		const MeterRow *row = &answer->rows[i];

		if (!row->shadow && !(all && !row->allowed))
			continue;
		question->would_refuse = question->would_refuse == NULL ? palloc(sizeof(char *)) :
			repalloc(question->would_refuse, sizeof(char *) * (question->nwould_refuse + 1));
		question->would_refuse[question->nwould_refuse++] = psprintf("%s.%s", row->document, row->rule);
	}
}

/*
 * The grants that a use takes from: one that several documents take from is used as
 * far as the one that needs most of it says.
 */
static void
take_grants(MeterAnswer *answer, const Entitlement *document, const MeterView *view, const MeterRequest *request)
{
	MeterRequest passes = *request;
	MeterAnswer taken = {.allowed = true, .amount = answer->amount};

	if (view->ngrants == 0)
		return;
	passes.amount = Min(request->amount, answer->amount);
	meter_take(document, view, &passes, &taken);
	for (int i = 0; i < taken.ngrants; i++)
	{
		int			place = 0;

		while (place < answer->ngrants && answer->grants[place] != taken.grants[i])
			place++;
		if (place == answer->ngrants)
		{
			answer->grants = answer->grants == NULL ? palloc(sizeof(int64)) :
				repalloc(answer->grants, sizeof(int64) * (place + 1));
			answer->grant_amounts = answer->grant_amounts == NULL ? palloc(sizeof(int64)) :
				repalloc(answer->grant_amounts, sizeof(int64) * (place + 1));
			answer->grants[place] = taken.grants[i];
			answer->grant_amounts[place] = 0;
			answer->ngrants++;
		}
		answer->grant_amounts[place] = Max(answer->grant_amounts[place], taken.grant_amounts[i]);
	}
}

/*
 * A document on trial is asked like any other, and only noted.  What is withheld is
 * looked at as well: a reason more, whatever the documents say.
 */
void
question_ask(Question *question)
{
	LedgerView *view = &question->view;
	const Entitlement **documents = palloc(sizeof(Entitlement *) * Max(view->n, 1));
	const MeterView **views = palloc(sizeof(MeterView *) * Max(view->n, 1));
	const MeterRequest **requests = palloc(sizeof(MeterRequest *) * Max(view->n, 1));
	int			n = 0;

	question->answer = NULL;
	question->nwould_refuse = 0;
	question->withheld =
		rulebook_knows_capability(VARDATA_ANY(question->capability), VARSIZE_ANY_EXHDR(question->capability)) &&
		!account_permits(question->account_id, question->capability, question->at, question->mode);
	question->allowed = !question->withheld;
	if (view->n == 0)
		return;
	ledger_view_read(view);
	for (int i = 0; i < view->n; i++)
	{
		MeterRequest *request = request_of(question, &view->in_force[i]);

		if (view->in_force[i].trial)
		{
			note_refusals(question, meter_ask(view->in_force[i].document, view->views[i], request), true);
			continue;
		}
		documents[n] = view->in_force[i].document;
		views[n] = view->views[i];
		requests[n++] = request;
	}
	if (n == 0)
		return;
	question->answer = meter_ask_all(documents, views, requests, n);
	note_refusals(question, question->answer, false);
	question->allowed &= question->answer->allowed;
	question->answer->ngrants = 0;
	question->answer->grants = question->answer->grant_amounts = NULL;
	for (int i = 0; question->allowed && question->amount != NULL && i < n; i++)
		take_grants(question->answer, documents[i], views[i], requests[i]);
}

/* What a session took counts as if it had all been used when it began. */
void
question_take(Question *question, MeterAnswer *taken)
{
	LedgerView *view = &question->view;

	if (view->n == 0 || !question->is_time)
		return;
	ledger_view_read(view);
	for (int i = 0; i < view->n; i++)
	{
		MeterRequest *request = request_of(question, &view->in_force[i]);

		request->has_amount = true;
		request->amount = question->wanted;
		if (!view->in_force[i].trial)
			take_grants(taken, view->in_force[i].document, view->views[i], request);
	}
}
