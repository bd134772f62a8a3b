/*
 * meter.c
 *		What documents say to a request: every rule is looked at, also after the first
 *		that refuses, and all of them together have an end and a next instant.
 */
#include "postgres.h"

#include "engine/calendar.h"
#include "entitlement/meter.h"
#include "entitlement/meter_rule.h"
#include "miscadmin.h"
#include "util.h"
#include "utils/timestamp.h"

/* One document that is asked. */
typedef struct Asked
{
	Meter		m;
	MeterRequest request;
	bool		names;			/* it says something to the capability at all */
	int			nrules;
	Rule	   *rules;
} Asked;

/* All that are asked at once: they may be silent for each other. */
typedef struct Asking
{
	int			n;
	Asked	   *items;
} Asking;

/* ---------- whom a document is about ---------- */

/* What is not known counts as true where the document is strict. */
static bool
applies_at(const Meter *m, TimestampTz t)
{
	if (t < m->view->version_from || t >= m->view->version_to)
		return false;
	return meter_holds(m, m->document->applies, t, m->document->conventions.missing != MISSING_IGNORE);
}

/* Does another document stand in the place of this one? */
static bool
replaced_at(const Asking *asking, const Asked *asked, TimestampTz t)
{
	for (int i = 0; i < asking->n; i++)
	{
		const Asked *other = &asking->items[i];

		if (other == asked || other->m.document->ninstead == 0 || !applies_at(&other->m, t))
			continue;
		for (int j = 0; j < other->m.document->ninstead; j++)
			if (strcmp(other->m.document->instead_of[j], asked->m.document->name) == 0)
				return true;
	}
	return false;
}

/* Has a document nothing to say at an instant? */
static bool
silent_at(const Asking *asking, const Asked *asked, TimestampTz t)
{
	return !asked->names || !applies_at(&asked->m, t) || replaced_at(asking, asked, t);
}

/* When that may be otherwise. */
static TimestampTz
silence_turn(const Asking *asking, const Asked *asked, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < asking->n; i++)
	{
		const Meter *m = &asking->items[i].m;

		if (&asking->items[i] != asked && m->document->ninstead == 0)
			continue;
		if (m->document->applies != NULL)
			result = Min(result, meter_turn(m, m->document->applies, t));
		if (m->view->version_to > t)
			result = Min(result, m->view->version_to);
		if (m->view->version_from > t)
			result = Min(result, m->view->version_from);
	}
	return result;
}

/* The first instant from t on at which a document is silent, or is not. */
static TimestampTz
first_silence(const Asking *asking, const Asked *asked, TimestampTz t, bool wanted)
{
	for (int steps = 0; steps < METER_STEPS && t < asked->m.horizon; steps++)
	{
		TimestampTz next;

		if (silent_at(asking, asked, t) == wanted)
			return t;
		next = silence_turn(asking, asked, t);
		if (next <= t)
			break;
		t = next;
	}
	return DT_NOEND;
}

/* ---------- beginning ---------- */

/* Without an amount a use is one unit; where time counts, a look whether any is left. */
static void
begin_asked(Asked *asked, const Entitlement *document, const MeterView *view, const MeterRequest *request)
{
	static const Span years = {.months = 12 * METER_YEARS};
	const Capability *capability = entitlement_capability(document, request->capability);

	memset(asked, 0, sizeof(*asked));
	asked->request = *request;
	asked->m.names = &meter_names;
	asked->m.document = document;
	asked->m.view = view;
	asked->m.request = &asked->request;
	asked->m.capability = capability;
	asked->m.at = request->at;
	asked->names = capability != NULL;
	asked->m.horizon = span_add(request->at, &years, 1, document->facts->zone);
	if (capability == NULL)
		return;
	if (!request->has_amount)
		asked->request.amount = capability->is_time ? 0 : capability->unit_size;
	if (!capability->is_time)
		asked->request.has_amount = true;
	asked->nrules = meter_rules(&asked->m, &asked->rules);
}

/* ---------- all rules together ---------- */

/* Pools that are taken in order let pass what fits into all of them together. */
static bool
fits_in_order(const Asked *asked, TimestampTz t)
{
	const Capability *capability = asked->m.capability;
	int64		sum = 0;

	for (int p = 0; p < capability->npools; p++)
	{
		const Capability *pool = &asked->m.document->pools[capability->pools[p]];
		int64		least = AMOUNT_NONE;

		for (int i = 0; i < pool->nlimits; i++)
		{
			LimitState	state = limit_state(&asked->m, pool, &pool->limits[i], t);

			if (!state.silent && !state.none)
				least = Min(least, state.remaining);
		}
		if (least == AMOUNT_NONE)
			return true;
		sum += least;
	}
	return asked->request.has_amount ? asked->request.amount <= sum : sum > 0;
}

/* Is a rule one of a pool that is taken in order, together with the others? */
static bool
in_order(const Asked *asked, const Rule *rule)
{
	return asked->m.capability->pools_in_order && rule->place->is_pool && rule->limit != NULL;
}

/* Does a rule let the request pass? */
static bool
passes(const Asked *asked, const Rule *rule, TimestampTz t)
{
	return rule_passes(&asked->m, rule, t) || (in_order(asked, rule) && fits_in_order(asked, t));
}

/*
 * The first instant from t on at which a rule is no obstacle: it lets the request
 * pass, or its document is silent.
 */
static TimestampTz
clear_from(const Asking *asking, const Asked *asked, const Rule *rule, TimestampTz t)
{
	TimestampTz silent;
	TimestampTz pass;

	if (silent_at(asking, asked, t) || passes(asked, rule, t))
		return t;
	silent = first_silence(asking, asked, t, true);
	pass = rule_first_pass(&asked->m, rule, t);
	return Min(silent, pass);
}

/* The first instant at which all rules of all documents let the request pass. */
static TimestampTz
again_of_all(const Asking *asking, TimestampTz t)
{
	for (int rounds = 0; rounds < METER_STEPS; rounds++)
	{
		TimestampTz latest = t;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < asking->n; i++)
			for (int r = 0; r < asking->items[i].nrules; r++)
			{
				TimestampTz clear = clear_from(asking, &asking->items[i], &asking->items[i].rules[r], latest);

				if (clear == DT_NOEND)
					return DT_NOEND;
				latest = Max(latest, clear);
			}
		if (latest == t)
			return t;
		t = latest;
	}
	return DT_NOEND;
}

/*
 * When a rule ends a session that begins now: an end at which its document is silent
 * is none.
 */
static TimestampTz
end_of(const Asking *asking, const Asked *asked, const Rule *rule, TimestampTz t)
{
	for (int steps = 0; steps < METER_STEPS; steps++)
	{
		TimestampTz end = rule_first_end(&asked->m, rule, t);

		if (end == DT_NOEND || !silent_at(asking, asked, end))
			return end;
		t = first_silence(asking, asked, end, false);
		if (t == DT_NOEND)
			break;
	}
	return DT_NOEND;
}

/* ---------- the answer ---------- */

/* Adds a text unless it is there. */
static void
add_text(const char ***texts, int *n, const char *text)
{
	for (int i = 0; i < *n; i++)
		if (strcmp((*texts)[i], text) == 0)
			return;
	*texts = *texts == NULL ? palloc(sizeof(char *)) : repalloc(*texts, sizeof(char *) * (*n + 1));
	(*texts)[(*n)++] = text;
}

/* How a row is called in reasons: with its document where there are several. */
static const char *
reason(const Asking *asking, const MeterRow *row)
{
	int			speaking = 0;

	for (int i = 0; i < asking->n; i++)
		speaking += asking->items[i].names;
	return speaking > 1 ? psprintf("%s.%s", row->document, row->rule) : row->rule;
}

/* The rows of one document. */
static void
add_rows(const Asking *asking, const Asked *asked, MeterAnswer *answer)
{
	TimestampTz t = asked->m.at;

	for (int r = 0; r < asked->nrules; r++)
	{
		const Rule *rule = &asked->rules[r];
		MeterRow	row = rule_row(&asked->m, rule, t);

		if (!row.allowed && in_order(asked, rule))
			row.allowed = passes(asked, rule, t);
		if (!asked->request.brief)
		{
			row.until = row.allowed ? end_of(asking, asked, rule, t) : DT_NOEND;
			row.again = row.allowed ? t : clear_from(asking, asked, rule, t);
		}
		answer->rows[answer->nrows++] = row;
	}
}

/* What the rows come to together. */
static void
sum_up(const Asking *asking, MeterAnswer *answer)
{
	answer->allowed = true;
	answer->remaining = AMOUNT_NONE;
	answer->until = DT_NOEND;
	for (int i = 0; i < answer->nrows; i++)
	{
		const MeterRow *row = &answer->rows[i];

		if (!row->allowed)
			answer->allowed = false;
		if (row->limit != NULL && row->remaining != AMOUNT_NONE && row->limit->frame != FRAME_USE &&
			!row->limit->has_only_for && row->limit->measure == MEASURE_AMOUNT &&
			(row->limit->action == REACH_REFUSE || row->limit->action == REACH_LOCK || row->limit->action == REACH_GRACE))
			answer->remaining = Min(answer->remaining, row->remaining);
		if (row->limit == NULL || row->limit->action != REACH_WARN)
			answer->until = Min(answer->until, row->until);
		answer->settles = Max(answer->settles, row->settles);
		if (row->warning || row->shadow)
			add_text(&answer->warnings, &answer->nwarnings, reason(asking, row));
	}
}

/* All rules that refuse, or else the one that ends first. */
static void
give_reasons(const Asking *asking, MeterAnswer *answer)
{
	for (int i = 0; i < answer->nrows; i++)
	{
		const MeterRow *row = &answer->rows[i];

		if (answer->allowed ? answer->until != DT_NOEND && row->until == answer->until &&
			(row->limit == NULL || row->limit->action != REACH_WARN) : !row->allowed)
			add_text(&answer->because, &answer->nbecause, reason(asking, row));
	}
}

/* Those whose word would turn every reason; nobody where one is left. */
static void
find_consents(MeterAnswer *answer)
{
	for (int i = 0; i < answer->nrows; i++)
		if (!answer->rows[i].allowed && answer->rows[i].nconsents == 0)
			return;
	for (int i = 0; i < answer->nrows; i++)
		for (int j = 0; !answer->rows[i].allowed && j < answer->rows[i].nconsents; j++)
			add_text(&answer->consents, &answer->nconsents, answer->rows[i].consents[j]);
}

/* The grant that ends first is used first. */
static int
grant_cmp(const void *a, const void *b)
{
	const MeterGrant *x = *(const MeterGrant *const *) a;
	const MeterGrant *y = *(const MeterGrant *const *) b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->grant_id < y->grant_id ? -1 : x->grant_id > y->grant_id;
}

/*
 * What goes beyond the tightest limit is taken from grants, or all of it where grants
 * come first.
 */
static void
take_grants(const Asked *asked, MeterAnswer *answer)
{
	const MeterView *view = asked->m.view;
	const MeterGrant **grants = palloc(sizeof(MeterGrant *) * Max(view->ngrants, 1));
	int64		left = 0;
	int			n = 0;

	for (int r = 0; r < asked->nrules; r++)
	{
		const UsageLimit *limit = asked->rules[r].limit;
		LimitState	state;
		int64		beyond;

		if (limit == NULL || limit->frame == FRAME_USE || limit->measure != MEASURE_AMOUNT)
			continue;
		state = limit_state(&asked->m, asked->rules[r].place, limit, asked->m.at);
		if (state.silent || state.none || state.more == 0)
			continue;
		beyond = limit->conventions.grants_first ? answer->amount :
			answer->amount - Max(state.amount - state.used, 0);
		left = Max(left, Min(beyond, state.more));
	}
	if (left <= 0)
		return;
	for (int i = 0; i < view->ngrants; i++)
	{
		const MeterGrant *grant = &view->grants[i];
		bool		fits = grant->kind == GRANT_MORE && grant->from <= asked->m.at && asked->m.at < grant->to &&
			grant->amount > grant->used && grant_concerns(&asked->m, grant, asked->m.capability);

		for (int p = 0; !fits && grant->kind == GRANT_MORE && p < asked->m.capability->npools; p++)
			fits = grant->from <= asked->m.at && asked->m.at < grant->to && grant->amount > grant->used &&
				grant_concerns(&asked->m, grant, &asked->m.document->pools[asked->m.capability->pools[p]]);
		if (fits)
			grants[n++] = grant;
	}
	qsort(grants, n, sizeof(MeterGrant *), grant_cmp);
	answer->grants = palloc(sizeof(int64) * Max(n, 1));
	answer->grant_amounts = palloc(sizeof(int64) * Max(n, 1));
	for (int i = 0; i < n && left > 0; i++)
	{
		int64		taken = Min(left, grants[i]->amount - grants[i]->used);

		answer->grants[answer->ngrants] = grants[i]->grant_id;
		answer->grant_amounts[answer->ngrants++] = taken;
		left -= taken;
	}
}

/* How much passes: less than was asked where a use is cut to what fits. */
static int64
amount_that_fits(const Asking *asking)
{
	int64		amount = -1;

	for (int i = 0; i < asking->n; i++)
	{
		const Asked *asked = &asking->items[i];

		if (!asked->names || silent_at(asking, asked, asked->m.at))
			continue;
		if (amount < 0)
			amount = asked->request.amount;
		for (int r = 0; r < asked->nrules; r++)
			amount = Min(amount, rule_fits(&asked->m, &asked->rules[r], asked->m.at));
	}
	return Max(amount, 0);
}

/* When what a capability lets in settles. */
static TimestampTz
settles_at(const Asking *asking, TimestampTz at)
{
	TimestampTz result = at;

	for (int i = 0; i < asking->n; i++)
	{
		const Asked *asked = &asking->items[i];
		Span		span;

		if (asked->names && !silent_at(asking, asked, at) && asked->m.capability->has_settles &&
			meter_span(&asked->m, &asked->m.capability->settles_after, at, &span))
			result = Max(result, meter_plus(&asked->m, at, &span));
	}
	return result;
}

/* See meter.h. */
MeterAnswer *
meter_ask_all(const Entitlement *const *documents, const MeterView *const *views,
			  const MeterRequest *const *requests, int n)
{
	MeterAnswer *answer = palloc0(sizeof(MeterAnswer));
	Asking		asking = {n, palloc0(sizeof(Asked) * Max(n, 1))};
	TimestampTz at = n > 0 ? requests[0]->at : 0;
	int			nrules = 0;

	for (int i = 0; i < n; i++)
	{
		begin_asked(&asking.items[i], documents[i], views[i], requests[i]);
		/* the request stands in the array, which does not move any more */
		asking.items[i].m.request = &asking.items[i].request;
		nrules += asking.items[i].nrules;
	}
	answer->rows = palloc(sizeof(MeterRow) * Max(nrules, 1));
	answer->silent = true;
	answer->settles = at;
	for (int i = 0; i < n; i++)
	{
		if (silent_at(&asking, &asking.items[i], at))
			continue;
		answer->silent = false;
		add_rows(&asking, &asking.items[i], answer);
	}
	answer->amount = amount_that_fits(&asking);
	sum_up(&asking, answer);
	answer->settles = Max(answer->settles, settles_at(&asking, at));
	give_reasons(&asking, answer);
	answer->again = at;
	if (n == 0 || requests[0]->brief)
		return answer;
	if (!answer->allowed)
	{
		answer->again = again_of_all(&asking, at);
		find_consents(answer);
	}
	return answer;
}

/* See meter.h. */
MeterAnswer *
meter_ask(const Entitlement *document, const MeterView *view, const MeterRequest *request)
{
	MeterAnswer *answer = meter_ask_all(&document, &view, &request, 1);

	if (answer->allowed && !answer->silent)
		meter_take(document, view, request, answer);
	return answer;
}

/* See meter.h. */
void
meter_take(const Entitlement *document, const MeterView *view, const MeterRequest *request, MeterAnswer *answer)
{
	Asked		asked;

	begin_asked(&asked, document, view, request);
	asked.m.request = &asked.request;
	if (asked.names && applies_at(&asked.m, request->at))
		take_grants(&asked, answer);
}

/* ---------- single questions ---------- */

/* A view at an instant, of no request. */
static Meter
look(const Entitlement *document, const MeterView *view, MeterRequest *request, TimestampTz at)
{
	Meter		m = {.names = &meter_names, .document = document, .view = view, .request = request, .at = at,
	.horizon = DT_NOEND};

	memset(request, 0, sizeof(*request));
	request->capability = "";
	request->at = at;
	return m;
}

/* See meter.h. */
bool
meter_achieved(const Entitlement *document, const MeterView *view, const char *name, TimestampTz at,
			   TimestampTz *since)
{
	MeterRequest request;
	Meter		m = look(document, view, &request, at);

	for (int i = 0; i < document->nachievements; i++)
		if (strcmp(document->achievements[i].name, name) == 0)
			return achievement_holds(&m, &document->achievements[i], at, since);
	return false;
}

/* See meter.h. */
bool
meter_applies(const Entitlement *document, const MeterView *view, TimestampTz at)
{
	MeterRequest request;
	Meter		m = look(document, view, &request, at);

	return applies_at(&m, at);
}

/* See meter.h. */
bool
meter_condition_holds(const Entitlement *document, const MeterView *view, const Expr *condition, TimestampTz at)
{
	MeterRequest request;
	Meter		m = look(document, view, &request, at);

	return meter_holds(&m, condition, at, false);
}
