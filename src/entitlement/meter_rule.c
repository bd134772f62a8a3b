/*
 * meter_rule.c
 *		Each rule by itself: what it says at an instant, and when it says something
 *		else.
 *
 * Between two turns a rule that does not count stays as it is, and one that counts
 * goes one way: so its first instant is found by going from turn to turn, and by
 * halving between the two where it changes.
 */
#include "postgres.h"

#include "entitlement/meter_rule.h"
#include "miscadmin.h"
#include "util.h"
#include "utils/timestamp.h"

/* ---------- which ---------- */

typedef struct RuleList
{
	int			n;
	int			room;
	Rule	   *rules;
} RuleList;

/* One more, empty but for what all have. */
static Rule *
add_rule(RuleList *list, RuleKind kind, const Capability *place, const char *name)
{
	Rule	   *rule;

	array_reserve(list->rules, list->room, list->n + 1);
	rule = &list->rules[list->n++];
	memset(rule, 0, sizeof(Rule));
	rule->kind = kind;
	rule->place = place;
	rule->name = name;
	return rule;
}

/* What kind of rule a limit is. */
static RuleKind
limit_kind(const UsageLimit *limit)
{
	switch (limit->frame)
	{
		case FRAME_USE:
			return RULE_USE;
		case FRAME_WITHIN:
			return RULE_ROLLING;
		case FRAME_DURING:
			return RULE_DURING;
		case FRAME_SINCE:
			return RULE_REST;
		case FRAME_HELD:
			return RULE_HELD;
		case FRAME_REFILL:
			return RULE_BUCKET;
		default:
			return RULE_WINDOW;
	}
}

/* Has anybody touched a switch of a place, or is it off from the start? */
static void
add_switches(const Meter *m, RuleList *list, const Capability *place)
{
	static const char *const usual[] = {"self", "guardian"};
	const char *const *parties = place->nswitch_by > 0 ? (const char *const *) place->switch_by : usual;
	int			n = place->nswitch_by > 0 ? place->nswitch_by : (int) lengthof(usual);

	if (!place->may_switch)
		return;
	for (int i = 0; i < n; i++)
	{
		bool		touched = place->switch_off_first && i == 0;

		for (int j = 0; j < m->view->nswitches && !touched; j++)
			touched = strcmp(m->view->switches[j].party, parties[i]) == 0;
		if (touched)
			add_rule(list, RULE_SWITCH, place, "switch")->party = parties[i];
	}
}

/* The rules of one place. */
static void
add_rules(const Meter *m, RuleList *list, const Capability *place)
{
	if (place->verdict == CAPABILITY_NEVER)
		add_rule(list, RULE_GATE, place, "never");
	for (int i = 0; i < place->nclauses; i++)
		add_rule(list, RULE_GATE, place, place->clauses[i].name ? place->clauses[i].name : "require")->clause =
			&place->clauses[i];
	add_switches(m, list, place);
	if (place->hours.given || hours_set(m, place, m->at) != NULL)
		add_rule(list, RULE_HOURS, place, "hours")->hours = &place->hours;
	if (place->closed.given)
	{
		Rule	   *rule = add_rule(list, RULE_HOURS, place, "closed");

		rule->hours = &place->closed;
		rule->closed = true;
	}
	if (place->at_least > 0)
		add_rule(list, RULE_USE, place, "at_least");
	if (place->step > 0)
		add_rule(list, RULE_USE, place, "step");
	if (place->apart.ncases > 0)
		add_rule(list, RULE_APART, place, "apart");
	for (int i = 0; i < place->nlimits; i++)
		add_rule(list, limit_kind(&place->limits[i]), place, place->limits[i].name)->limit = &place->limits[i];
	if (place->session.given || place->conventions.concurrent == CONCURRENT_REFUSE)
		add_rule(list, RULE_SESSION, place, "session");
}

/* The capability first, then its pools in their order. */
int
meter_rules(const Meter *m, Rule **rules)
{
	RuleList	list = {0};

	add_rules(m, &list, m->capability);
	for (int i = 0; i < m->capability->npools; i++)
		add_rules(m, &list, &m->document->pools[m->capability->pools[i]]);
	*rules = list.rules;
	return list.n;
}

/* ---------- gates, switches, hours ---------- */

/* What is not known does not hold. */
static bool
gate_passes(const Meter *m, const Rule *rule, TimestampTz t)
{
	Meter		there = *m;

	if (rule->clause == NULL)
		return false;
	there.place = rule->place;
	return meter_holds(&there, rule->clause->is, t, false) ||
		consent_given(m, rule->place, rule->name, false, t);
}

/* The last setting of the party counts. */
static bool
switch_passes(const Meter *m, const Rule *rule, TimestampTz t)
{
	const MeterSwitch *last = NULL;

	for (int i = 0; i < m->view->nswitches; i++)
	{
		const MeterSwitch *one = &m->view->switches[i];

		if (strcmp(one->party, rule->party) == 0 && one->from <= t && t < one->to &&
			(strcmp(one->capability, rule->place->name) == 0 ||
			 strcmp(one->capability, m->request->capability) == 0))
			last = one;
	}
	return last != NULL ? last->allowed : !rule->place->switch_off_first;
}

/* Hours that somebody has set stand in the place of the document's. */
static bool
hours_pass(const Meter *m, const Rule *rule, TimestampTz t)
{
	const Conventions *conventions = &rule->place->conventions;
	bool		strict = conventions->missing != MISSING_IGNORE;
	const MeterGrant *set = hours_set(m, rule->place, t);

	if (consent_given(m, rule->place, "hours", false, t))
		return true;
	if (set != NULL)
		return rule->closed || set->closed == !hours_inside(m, &set->hours, conventions, t, false);
	if (!rule->hours->given)
		return true;
	if (rule->closed)
		return !hours_inside(m, rule->hours, conventions, t, strict);
	return hours_inside(m, rule->hours, conventions, t, false);
}

/* ---------- apart, sessions ---------- */

/* When the last use of the place was, before the request; DT_NOBEGIN: never. */
static TimestampTz
last_use(const Meter *m, const Rule *rule)
{
	UsageLimit		any = {.of = OF_ACCOUNT, .of_context = -1, .conventions = rule->place->conventions};
	TimestampTz last = DT_NOBEGIN;

	for (int i = 0; i < m->view->nuses; i++)
		if (use_counts(m, rule->place, &any, &m->view->uses[i], m->at) &&
			m->view->uses[i].from <= m->at && !m->view->uses[i].reserved)
			last = Max(last, m->view->uses[i].from);
	return last;
}

/*
 * When a pause that begins at an instant is over; DT_NOBEGIN: there is none.  What is
 * not known makes it longer, and without end where nothing says how long.
 */
static TimestampTz
pause_until(const Meter *m, const Rule *rule, const SpanParam *apart, TimestampTz from, TimestampTz t)
{
	Span		span;
	bool		missing = false;
	bool		given = rule->place->conventions.missing == MISSING_IGNORE ? meter_span(m, apart, t, &span) :
		meter_span_against(m, apart, t, true, &span, &missing);

	if (from == DT_NOBEGIN || missing)
		return from == DT_NOBEGIN ? DT_NOBEGIN : DT_NOEND;
	return given ? meter_plus(m, from, &span) : DT_NOBEGIN;
}

/* So long after the last use. */
static TimestampTz
apart_until(const Meter *m, const Rule *rule, TimestampTz t)
{
	return pause_until(m, rule, &rule->place->apart, last_use(m, rule), t);
}

/* Does a session of the view exclude the one that begins? */
static bool
session_concerns(const Meter *m, const Rule *rule, const MeterUse *use)
{
	const SessionRule *session = &rule->place->session;
	UsageLimit		any = {.of = session->of, .of_link = session->of_link, .of_context = session->of_context,
	.conventions = rule->place->conventions};

	if (use->session_id == 0 || !use_counts(m, rule->place, &any, use, m->at))
		return false;
	return session->by < 0 || m->request->place == NULL || use->place == NULL ||
		strcmp(use->place, m->request->place) != 0;
}

/* How many are open: a session without a sign for longer than its lease is not. */
static int
sessions_open(const Meter *m, const Rule *rule, TimestampTz *apart)
{
	int			n = 0;
	const SpanParam *waits = &rule->place->session.apart;

	*apart = DT_NOBEGIN;
	for (int i = 0; i < m->view->nuses; i++)
	{
		const MeterUse *use = &m->view->uses[i];

		if (use->from > m->at || !session_concerns(m, rule, use))
			continue;
		if (use->to == DT_NOEND)
			n++;
		else if (waits->ncases > 0)
			*apart = Max(*apart, pause_until(m, rule, waits, Max(use->to, use->lease_until), m->at));
	}
	return n;
}

/* At most so many at once, and so long after the one before. */
static bool
session_passes(const Meter *m, const Rule *rule, TimestampTz t)
{
	const SessionRule *session = &rule->place->session;
	TimestampTz apart;
	int			open = sessions_open(m, rule, &apart);
	int			most = rule->place->conventions.concurrent == CONCURRENT_REFUSE ? 1 : session->at_once;

	return (most == 0 || open < most) && t >= apart;
}

/* ---------- limits ---------- */

/* Is the request one that a limit asks nothing of, as a look whether anything is left? */
static bool
asks_for_more(const Meter *m, const Rule *rule, const LimitState *state, TimestampTz t)
{
	int64		wanted = request_measure(m, rule->place, rule->limit, t);

	if (wanted < 0)
		return true;			/* what it measures is missing */
	if (limit_runs(m, rule->place, rule->limit) && !m->request->has_amount)
		return state->remaining <= 0;
	return wanted > state->remaining;
}

/* Does a limit let the request pass? */
static bool
limit_passes(const Meter *m, const Rule *rule, TimestampTz t)
{
	const UsageLimit *limit = rule->limit;
	LimitState	state = limit_state(m, rule->place, limit, t);

	if (state.missing != NULL && limit->conventions.missing == MISSING_REFUSE)
		return false;
	if (state.silent || state.none || consent_given(m, rule->place, rule->name, true, t))
		return true;
	if (limit->has_only_for)
		return state.used < state.amount;
	switch (limit->action)
	{
		case REACH_WARN:
		case REACH_SHADOW:
		case REACH_DELAY:
			return true;
		case REACH_LOCK:
			if (state.locked_until > t)
				return false;
			return limit->lock_passing || !asks_for_more(m, rule, &state, t);
		case REACH_GRACE:
			return !asks_for_more(m, rule, &state, t) || t < state.grace_until;
		default:
			break;
	}
	if (limit->conventions.clip && state.remaining > 0)
		return true;
	return !asks_for_more(m, rule, &state, t);
}

/* Does it let a session go on? */
static bool
limit_lasts(const Meter *m, const Rule *rule, TimestampTz t)
{
	const UsageLimit *limit = rule->limit;
	LimitState	state;
	TimestampTz from;
	TimestampTz to;

	if (!limit->has_only_for && !limit_runs(m, rule->place, limit))
		return true;
	if (!limit->conventions.run_on && (limit->frame == FRAME_WINDOW || limit->frame == FRAME_DURING) &&
		window_bounds(m, limit, m->at, &from, &to) && t >= to)
		return false;
	state = limit_state(m, rule->place, limit, t);
	if (state.silent || state.none || consent_given(m, rule->place, rule->name, true, t))
		return true;
	if (limit->has_only_for)
		return state.used < state.amount;
	if (limit->action == REACH_SHADOW || limit->action == REACH_DELAY)
		return true;
	if (limit->action == REACH_GRACE && t < state.grace_until)
		return true;
	return state.remaining > 0;
}

/* ---------- all of them ---------- */

/* A use is not smaller than the least, and a multiple of the step. */
static bool
size_passes(const Meter *m, const Rule *rule)
{
	if (!m->request->has_amount)
		return true;
	if (strcmp(rule->name, "step") == 0)
		return m->request->amount % rule->place->step == 0;
	return m->request->amount >= rule->place->at_least;
}

/* See meter_rule.h. */
bool
rule_passes(const Meter *m, const Rule *rule, TimestampTz t)
{
	if (rule->limit != NULL)
		return limit_passes(m, rule, t);
	switch (rule->kind)
	{
		case RULE_GATE:
			return gate_passes(m, rule, t);
		case RULE_SWITCH:
			return switch_passes(m, rule, t);
		case RULE_HOURS:
			return hours_pass(m, rule, t);
		case RULE_USE:
			return size_passes(m, rule);
		case RULE_APART:
			return t >= apart_until(m, rule, t);
		case RULE_SESSION:
			return !m->request->session || session_passes(m, rule, t);
		default:
			return true;
	}
}

/* What stands in the way of beginning only ends no session. */
bool
rule_runs(const Meter *m, const Rule *rule, TimestampTz t)
{
	if (rule->limit != NULL)
		return limit_lasts(m, rule, t);
	if (rule->kind == RULE_GATE || rule->kind == RULE_SWITCH || rule->kind == RULE_HOURS)
		return rule_passes(m, rule, t);
	return true;
}

/* See meter_rule.h. */
TimestampTz
rule_turn(const Meter *m, const Rule *rule, TimestampTz t)
{
	TimestampTz result = DT_NOEND;
	TimestampTz apart;

	if (rule->limit != NULL)
		return limit_turn(m, rule->place, rule->limit, t);
	switch (rule->kind)
	{
		case RULE_GATE:
			if (rule->clause != NULL)
			{
				Meter		there = *m;

				there.place = rule->place;
				result = meter_turn(&there, rule->clause->is, t);
			}
			break;
		case RULE_SWITCH:
			for (int i = 0; i < m->view->nswitches; i++)
			{
				if (m->view->switches[i].from > t)
					result = Min(result, m->view->switches[i].from);
				if (m->view->switches[i].to > t)
					result = Min(result, m->view->switches[i].to);
			}
			break;
		case RULE_HOURS:
			{
				const MeterGrant *set = hours_set(m, rule->place, t);

				result = hours_turn(m, set != NULL ? &set->hours : rule->hours, &rule->place->conventions, t);
			}
			break;
		case RULE_APART:
			apart = apart_until(m, rule, t);
			if (apart > t)
				result = apart;
			result = Min(result, meter_span_turn(m, &rule->place->apart, t));
			break;
		case RULE_SESSION:
			(void) sessions_open(m, rule, &apart);
			if (apart > t)
				result = apart;
			break;
		default:
			break;
	}
	return Min(result, grants_turn(m, rule->place, NULL, t));
}

typedef bool (*RuleTest) (const Meter *m, const Rule *rule, TimestampTz t);

/*
 * The first instant from t on at which a test is as wanted.  Only what counts changes
 * between two turns.
 */
static TimestampTz
first_instant(const Meter *m, const Rule *rule, TimestampTz t, RuleTest test, bool wanted)
{
	bool		counts = rule->limit != NULL;

	for (int steps = 0; steps < METER_STEPS && t < m->horizon; steps++)
	{
		TimestampTz next;
		TimestampTz low;
		TimestampTz high;

		CHECK_FOR_INTERRUPTS();
		if (test(m, rule, t) == wanted)
			return t;
		next = rule_turn(m, rule, t);
		if (next <= t)
			return DT_NOEND;
		high = Min(next, m->horizon) - 1;
		if (counts && high > t && test(m, rule, high) == wanted)
		{
			for (low = t; high - low > 1;)
			{
				TimestampTz middle = low + (high - low) / 2;

				if (test(m, rule, middle) == wanted)
					high = middle;
				else
					low = middle;
			}
			return high;
		}
		t = next;
	}
	return DT_NOEND;
}

/* See meter_rule.h. */
TimestampTz
rule_first_pass(const Meter *m, const Rule *rule, TimestampTz t)
{
	return first_instant(m, rule, t, rule_passes, true);
}

/* See meter_rule.h. */
TimestampTz
rule_first_end(const Meter *m, const Rule *rule, TimestampTz t)
{
	Meter		running = *m;

	running.running = true;
	if (rule->limit != NULL && !rule->limit->has_only_for && !limit_runs(m, rule->place, rule->limit))
		return DT_NOEND;
	return first_instant(&running, rule, t, rule_runs, false);
}

/* See meter_rule.h. */
int64
rule_fits(const Meter *m, const Rule *rule, TimestampTz t)
{
	LimitState	state;

	if (rule->limit == NULL || !rule->limit->conventions.clip || rule->limit->measure != MEASURE_AMOUNT)
		return m->request->amount;
	state = limit_state(m, rule->place, rule->limit, t);
	if (state.silent || state.none || state.missing != NULL)
		return m->request->amount;
	return Min(m->request->amount, state.remaining);
}

/* ---------- rows ---------- */

/* Does the use reach the amount, or another multiple of it? */
static bool
reaches(const Meter *m, const Rule *rule, const LimitState *state, TimestampTz t)
{
	int64		wanted = request_measure(m, rule->place, rule->limit, t);

	if (state->amount <= 0)
		return true;
	if (limit_runs(m, rule->place, rule->limit) && !m->request->has_amount)
		wanted = 0;
	if (state->used >= state->amount && !rule->limit->conventions.repeat_each)
		return wanted == 0;
	return (state->used + Max(wanted, 0)) / state->amount > (wanted == 0 ? 0 : state->used / state->amount);
}

/* What a limit adds to its row. */
static void
limit_row(const Meter *m, const Rule *rule, TimestampTz t, MeterRow *row)
{
	const UsageLimit *limit = rule->limit;
	LimitState	state = limit_state(m, rule->place, limit, t);

	row->limit_amount = state.amount;
	row->used = state.used;
	row->reserved = state.reserved;
	row->granted = state.more;
	row->remaining = state.silent ? AMOUNT_NONE : limit->frame == FRAME_USE ? state.amount : state.remaining;
	row->resets_at = state.resets;
	row->missing = state.missing;
	if (state.silent || state.none)
		return;
	if (limit->action == REACH_LOCK && state.locked_until > t)
	{
		row->kind = RULE_LOCK;
		row->resets_at = state.locked_until;
		row->locked_at = state.locked_at;
		row->remaining = 0;
	}
	if (limit->action == REACH_WARN)
		row->warning = reaches(m, rule, &state, t);
	else if (limit->action == REACH_SHADOW)
		row->shadow = asks_for_more(m, rule, &state, t);
	else if (limit->action == REACH_GRACE)
		row->warning = row->allowed && asks_for_more(m, rule, &state, t);
	else if (limit->action == REACH_DELAY && reaches(m, rule, &state, t))
	{
		Span		length;

		if (meter_span(m, &limit->action_length, t, &length))
			row->settles = meter_plus(m, t, &length);
	}
	if (limit->has_only_for)
		row->remaining = Max(state.amount - state.used, 0);
}

/* See meter_rule.h. */
MeterRow
rule_row(const Meter *m, const Rule *rule, TimestampTz t)
{
	MeterRow	row = {.kind = rule->kind, .document = m->document->name, .place = rule->place, .limit = rule->limit,
		.limit_amount = AMOUNT_NONE, .remaining = AMOUNT_NONE, .resets_at = DT_NOEND, .until = DT_NOEND,
	.again = DT_NOEND, .settles = t};

	row.rule = psprintf("%s.%s", rule->place->is_pattern ? m->request->capability : rule->place->name, rule->name);
	row.title = rule->clause != NULL ? rule->clause->title : rule->limit != NULL ? rule->limit->title : NULL;
	row.allowed = rule_passes(m, rule, t);
	if (rule->limit != NULL)
		limit_row(m, rule, t, &row);
	if (rule->clause != NULL && !row.allowed)
		row.missing = meter_missing(m, rule->clause->is, t);
	row.nconsents = consents_of(m, rule->place, rule->name, rule->kind, rule->limit, t, &row.consents);
	return row;
}
