/*
 * known_below.c
 *		What the rooms below say of an account to a document: scores, sanctions,
 *		certifications, links.
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "entitlement/columns.h"
#include "entitlement/known_below.h"
#include "entitlement/ledger_rows.h"
#include "ledger/advance.h"
#include "ledger/permits.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "rulebook/names.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define GT " OPERATOR(pg_catalog.>) "

static KeptPlan qualified_plan = {
	"SELECT governance.qualified($1, $2, $3)", 3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* With a qualification: one that the account holds and that contains it. */
static KeptPlan holds_plan = {
	"SELECT governance.qualified($1, $2, $3) AND EXISTS (SELECT FROM governance.certification c"
	" WHERE c.account_id" EQ "$1 AND c.qualification OPERATOR(governance.@>) $4::governance.qualification"
	" AND c.effective OPERATOR(pg_catalog.@>) $3)",
	4, {INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
};

static KeptPlan qualified_turn_plan = {
	"SELECT pg_catalog.min(t.at) FROM governance.qualified_domain q, LATERAL (VALUES (q.since), (q.until)) AS t (at)"
	" WHERE q.account_id" EQ "$1 AND q.domain" EQ "$2 AND t.at" GT "$3",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

/* Nothing, of the type of a name. */
static ExprValue
no_value(const External *external)
{
	ExprValue	value = {.type = external->type, .isnull = true};

	return value;
}

/* The standing under a scheme; null where no version was in force. */
static EngineState *
state_of(const KnownBelow *known, const char *name, TimestampTz at, Scheme **scheme)
{
	AccountHistory *history;

	*scheme = rulebook_scheme(name, strlen(name), true);
	return *scheme == NULL ? NULL :
		standing_at(known->account_id, *scheme, at, known_by(at), &history);
}

/* score('s'), lost('s') and tier('s'). */
static ExprValue
standing_value(const KnownBelow *known, const External *external, TimestampTz at)
{
	ExprValue	value = no_value(external);
	Scheme	   *scheme;
	EngineState *state = state_of(known, external->name, at, &scheme);
	const Policy *policy;

	if (state == NULL)
		return value;
	policy = rulebook_policy(state->policy_id);
	value.isnull = false;
	if (external->kind == EXTERNAL_TIER)
		value.text = sanction_tier_name(engine_tier(policy, state, Max(at, state->as_of)));
	else if (external->kind == EXTERNAL_SCORE)
		value.number = state->score / 100.0;
	else
		value.number = (policy->accumulate ? state->score : state->start - state->score) / 100.0;
	return value;
}

/* The latest end of sanctions that match, and whether one is in force. */
typedef struct SanctionsSeen
{
	bool		running;
	bool		any;
	TimestampTz end;
} SanctionsSeen;

/* One of them. */
static void
see_sanction(SanctionsSeen *seen, TimestampTz from, TimestampTz to, TimestampTz at)
{
	if (from > at)
		return;
	seen->running |= at < to;
	seen->end = seen->any ? Max(seen->end, to) : to;
	seen->any = true;
}

/*
 * Those on record that are over, and those that follow from the standings, whether
 * they are on record or not.
 */
SanctionSeen *
sanctions_known(const KnownBelow *known, const char *pattern, TimestampTz at, int *n)
{
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);
	int			nrows;
	SanctionSeen *rows = sanctions_read(known->account_id, known->mode, &nrows);
	SanctionSeen *list = NULL;
	int			max = 0;

	*n = 0;
	for (int i = 0; i < nrows; i++)
		if (rows[i].to <= at && glob_matches(pattern, rows[i].scheme))
		{
			array_reserve(list, max, *n + 1);
			list[(*n)++] = rows[i];
		}
	for (int i = 0; i < nschemes; i++)
	{
		int			nwithheld;
		int			nsanctions = 0;
		ProjectedSanction *sanctions = NULL;

		if (schemes[i]->trial_of != NULL || !glob_matches(pattern, schemes[i]->name))
			continue;
		withheld_at(known->account_id, schemes[i], at, &nwithheld, &sanctions, &nsanctions);
		for (int j = 0; j < nsanctions; j++)
		{
			SanctionSeen row = {schemes[i]->name, sanctions[j].rung->code, sanctions[j].rung->tier};

			if (!sanction_reach(&sanctions[j], &row.from, &row.to) || row.to <= at)
				continue;
			array_reserve(list, max, *n + 1);
			list[(*n)++] = row;
		}
	}
	return list;
}

/* running('s', 'rung*') and ended('s', 'rung*'). */
static void
see_sanctions(const KnownBelow *known, const External *external, TimestampTz at,
			  SanctionsSeen *seen)
{
	const char *rung = external->second != NULL ? external->second : "*";
	int			n;
	SanctionSeen *rows = sanctions_known(known, external->name, at, &n);

	memset(seen, 0, sizeof(SanctionsSeen));
	for (int i = 0; i < n; i++)
		if (glob_matches(rung, rows[i].rung))
			see_sanction(seen, rows[i].from, rows[i].to, at);
}

/* As qualified(); a domain that is not known is an error there. */
static bool
is_qualified(const KnownBelow *known, const External *external, TimestampTz at)
{
	Datum		values[4];
	bool		answer;

	values[0] = Int64GetDatum(known->account_id);
	values[1] = CStringGetTextDatum(external->name);
	values[2] = TimestampTzGetDatum(at);
	if (external->second != NULL)
		values[3] = CStringGetTextDatum(external->second);
	plan_execute(external->second != NULL ? &holds_plan : &qualified_plan, values, NULL, known->mode);
	answer = DatumGetBool(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	return answer;
}

/* What no table says is for the meter itself. */
ExprValue
known_below(void *arg, const External *external, TimestampTz at)
{
	const KnownBelow *known = arg;
	ExprValue	value = no_value(external);
	SanctionsSeen seen;
	TimestampTz turn;

	switch (external->kind)
	{
		case EXTERNAL_SCORE:
		case EXTERNAL_LOST:
		case EXTERNAL_TIER:
			return standing_value(known, external, at);
		case EXTERNAL_RUNNING:
			see_sanctions(known, external, at, &seen);
			value.number = seen.running ? 1 : 0;
			value.isnull = false;
			break;
		case EXTERNAL_ENDED:
			see_sanctions(known, external, at, &seen);
			value.date = seen.end;
			value.isnull = !seen.any;
			break;
		case EXTERNAL_QUALIFIED:
			value.number = is_qualified(known, external, at) ? 1 : 0;
			value.isnull = false;
			break;
		case EXTERNAL_LINKED:
			value.number = account_is_linked(known->account_id, external->name, at, known->mode, &turn) ? 1 : 0;
			value.isnull = false;
			break;
		default:
			break;
	}
	return value;
}

/* Of all schemes that a pattern names the first. */
static TimestampTz
standings_turn(const KnownBelow *known, const External *external, TimestampTz after)
{
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);
	TimestampTz turn = DT_NOEND;

	for (int i = 0; i < nschemes; i++)
	{
		Scheme	   *scheme;
		EngineState *state;

		if (schemes[i]->trial_of != NULL || !glob_matches(external->name, schemes[i]->name))
			continue;
		state = state_of(known, schemes[i]->name, after, &scheme);
		for (int v = 0; v < schemes[i]->nversions; v++)
			if (schemes[i]->versions[v].from > after)
				turn = Min(turn, schemes[i]->versions[v].from);
		if (state != NULL)
		{
			TimestampTz due = engine_next_change(rulebook_policy(state->policy_id), state);

			if (due > after)
				turn = Min(turn, due);
		}
	}
	return turn;
}

/* Nothing else here moves by itself. */
TimestampTz
known_below_turn(void *arg, const External *external, TimestampTz after)
{
	const KnownBelow *known = arg;
	TimestampTz turn = DT_NOEND;
	Datum		values[3];

	switch (external->kind)
	{
		case EXTERNAL_SCORE:
		case EXTERNAL_LOST:
		case EXTERNAL_TIER:
		case EXTERNAL_RUNNING:
		case EXTERNAL_ENDED:
			return standings_turn(known, external, after);
		case EXTERNAL_QUALIFIED:
			values[0] = Int64GetDatum(known->account_id);
			values[1] = CStringGetTextDatum(external->name);
			values[2] = TimestampTzGetDatum(after);
			plan_execute(&qualified_turn_plan, values, NULL, known->mode);
			turn = column_instant(0, 1, DT_NOEND);
			SPI_freetuptable(SPI_tuptable);
			break;
		case EXTERNAL_LINKED:
			account_is_linked(known->account_id, external->name, after, known->mode, &turn);
			break;
		default:
			break;
	}
	return turn;
}
