/*
 * grant.c
 *		grant_allowance(), consent(), set_limit(), end_grant() and set_switch().
 *
 * Each is a row that stays; what it changes is read with it.
 */
#include "postgres.h"

#include "compat.h"
#include "db/identity.h"
#include "db/owner.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "entitlement/columns.h"
#include "entitlement/say.h"
#include "entitlement/use.h"
#include "errors.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_grant_allowance);
PG_FUNCTION_INFO_V1(governance_consent);
PG_FUNCTION_INFO_V1(governance_set_limit);
PG_FUNCTION_INFO_V1(governance_end_grant);
PG_FUNCTION_INFO_V1(governance_set_switch);

#define EQ " OPERATOR(pg_catalog.=) "
#define GE " OPERATOR(pg_catalog.>=) "

/* An end of null is none; a start of null is now. */
static KeptPlan bounds_plan = {
	"SELECT COALESCE(pg_catalog.lower($1), $2), pg_catalog.upper($1), pg_catalog.isempty($1)",
	2, {TSTZRANGEOID, TIMESTAMPTZOID}
};

static KeptPlan insert_plan = {
	"INSERT INTO governance.allowance_grant (account_id, kind, capability, rule, amount, days, only_for, during,"
	" by_account, party, about, reason, recorded_by)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, pg_catalog.tstzrange($8, $9), $10, $11, $12, $13, $14) RETURNING grant_id",
	14, {INT8OID, TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TEXTARRAYOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
	INT8OID, TEXTOID, INT8OID, TEXTOID, TEXTOID}
};

static KeptPlan often_plan = {
	"SELECT pg_catalog.count(*) FROM governance.allowance_grant g WHERE g.account_id" EQ "$1 AND g.party" EQ "$2"
	" AND g.capability" EQ "$3 AND g.kind OPERATOR(pg_catalog.<>) 'end' AND g.recorded_at" GE "pg_catalog.date_trunc($4, $5, $6)",
	6, {INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
};

static KeptPlan grant_plan = {
	"SELECT g.account_id, g.capability, g.party, pg_catalog.upper(g.during),"
	" EXISTS (SELECT FROM governance.allowance_grant e WHERE e.account_id" EQ "g.account_id AND e.about" EQ "g.grant_id)"
	" FROM governance.allowance_grant g WHERE g.grant_id" EQ "$1 AND g.kind OPERATOR(pg_catalog.<>) 'end'",
	1, {INT8OID}
};

static KeptPlan locked_switch_plan = {
	"SELECT pg_catalog.max(pg_catalog.upper(s.during)) FROM governance.switch_setting s"
	" WHERE s.account_id" EQ "$1 AND s.capability" EQ "$2 AND s.party" EQ "$3 AND NOT s.allowed"
	" AND pg_catalog.upper(s.during) OPERATOR(pg_catalog.>) $4",
	4, {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan switch_plan = {
	"INSERT INTO governance.switch_setting (account_id, capability, party, allowed, during, by_account, recorded_by)"
	" VALUES ($1, $2, $3, $4, pg_catalog.tstzrange($5, $6), $7, $8) RETURNING setting_id",
	8, {INT8OID, TEXTOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, TEXTOID}
};

/* What is switched off stands where row-level security and restrictions look. */
static KeptPlan not_off_plan = {
	"DELETE FROM governance.withholding w WHERE w.account_id" EQ "$1 AND w.capability" EQ "$2 AND w.ground" EQ "'switch'",
	2, {INT8OID, TEXTOID}
};

static KeptPlan off_plan = {
	"INSERT INTO governance.withholding (account_id, capability, ground, since, until)"
	" SELECT s.account_id, s.capability, 'switch', s.since, s.until FROM governance.switched_off($1) s WHERE s.capability" EQ "$2",
	2, {INT8OID, TEXTOID}
};

/* A row of allowance_grant. */
typedef struct Grant
{
	const char *kind;
	const char *rule;			/* null: any limit */
	Numeric		amount;			/* null: none */
	Datum		days;			/* 0: all */
	text	   *only;
	TimestampTz from;
	TimestampTz to;				/* DT_NOEND: none */
	int64		about;
	text	   *reason;
} Grant;

/* From when until when, by an argument that may be null; a start of none is now. */
static void
bounds_argument(FunctionCallInfo fcinfo, int n, TimestampTz now, TimestampTz *from, TimestampTz *to)
{
	Datum		values[2];
	bool		empty;

	*from = now;
	*to = DT_NOEND;
	if (PG_ARGISNULL(n))
		return;
	values[0] = PG_GETARG_DATUM(n);
	values[1] = TimestampTzGetDatum(now);
	plan_execute(&bounds_plan, values, NULL, PLAN_FRESH);
	*from = DatumGetTimestampTz(column(0, 1));
	*to = column_instant(0, 2, DT_NOEND);
	empty = DatumGetBool(column(0, 3));
	SPI_freetuptable(SPI_tuptable);
	if (empty || *to <= *from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must hold some time", "during")));
}

/* Writes it and gives its id. */
static int64
write_grant(Say *say, const Grant *grant)
{
	Datum		values[14];
	char		nulls[] = "              ";
	int64		grant_id;

	values[0] = Int64GetDatum(say->account_id);
	values[1] = CStringGetTextDatum(grant->kind);
	values[2] = CStringGetTextDatum(say->name);
	values[3] = grant->rule == NULL ? (Datum) 0 : CStringGetTextDatum(grant->rule);
	nulls[3] = grant->rule == NULL ? 'n' : ' ';
	values[4] = PointerGetDatum(grant->amount);
	nulls[4] = grant->amount == NULL ? 'n' : ' ';
	values[5] = grant->days;
	nulls[5] = grant->days == (Datum) 0 ? 'n' : ' ';
	values[6] = PointerGetDatum(grant->only);
	nulls[6] = grant->only == NULL ? 'n' : ' ';
	values[7] = TimestampTzGetDatum(grant->from);
	values[8] = TimestampTzGetDatum(grant->to);
	nulls[8] = grant->to == DT_NOEND ? 'n' : ' ';
	values[9] = Int64GetDatum(say->by);
	values[10] = say->party == NULL ? (Datum) 0 : CStringGetTextDatum(say->party);
	nulls[9] = nulls[10] = say->party == NULL ? 'n' : ' ';
	values[11] = Int64GetDatum(grant->about);
	nulls[11] = grant->about == 0 ? 'n' : ' ';
	values[12] = PointerGetDatum(grant->reason);
	nulls[12] = grant->reason == NULL ? 'n' : ' ';
	values[13] = CStringGetTextDatum(GetUserNameFromId(acting_role(), false));
	plan_execute(&insert_plan, values, nulls, PLAN_WRITE);
	grant_id = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	counters_used(&say->keys, GetCurrentTimestamp());
	return grant_id;
}

/* How often he has had his say in the window that is now. */
static int64
said_so_far(const Say *say, const Loosening *word, const InForce *document)
{
	static const char *const units[] = {
		[UNIT_DAY] = "day", [UNIT_WEEK] = "week", [UNIT_MONTH] = "month", [UNIT_QUARTER] = "quarter", [UNIT_YEAR] = "year"
	};
	Datum		values[6];
	int64		n;

	values[0] = Int64GetDatum(say->account_id);
	values[1] = CStringGetTextDatum(say->party);
	values[2] = CStringGetTextDatum(say->name);
	values[3] = CStringGetTextDatum(word->often_window == WINDOW_UNIT && word->often_unit != UNIT_NONE ? units[word->often_unit] : "hour");
	values[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[5] = CStringGetTextDatum(pg_get_timezone_name(document->document->facts->zone));
	plan_execute(&often_plan, values, NULL, PLAN_FRESH);
	n = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	return n;
}

/* What he says keeps to what the document leaves to him. */
static void
check_word(const Say *say, const Loosening *word, const Grant *grant, const Capability *measure,
		   const InForce *document)
{
	const char *wrong = NULL;

	if (word == NULL)
		return;
	if (word->each > 0 && grant->amount != NULL &&
		amount_of_numeric(grant->amount, measure->unit_size) % word->each != 0)
		wrong = psprintf(_("It goes in steps of %s."),
						 DatumGetCString(DirectFunctionCall1(numeric_out, amount_numeric(word->each, measure->unit_size))));
	else if (word->has_longest && grant->to > span_after(grant->from, &word->longest))
		wrong = psprintf(_("It can last until %s at most."), timestamptz_to_str(span_after(grant->from, &word->longest)));
	else if (word->only_context >= 0 && grant->only == NULL)
		wrong = _("It is for one thing only, which has to be named.");
	else if (word->only_context < 0 && grant->only != NULL)
		wrong = _("It is not for one thing only.");
	else if (word->often > 0 && said_so_far(say, word, document) >= word->often)
		wrong = psprintf(_("It has been said %lld times already."), (long long) word->often);
	if (wrong != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_SAY),
				 errmsg("account %lld cannot consent to \"%s\" of \"%s\" for account %lld", (long long) say->by,
						grant->rule == NULL ? "at_most" : grant->rule, say->name, (long long) say->account_id),
				 errdetail("%s", wrong),
				 errhint("The documents say under \"consent\" and \"set_by\" who may.")));
}

/* Support says why. */
static void
require_reason(const Say *say, const text *reason)
{
	if (say->by == 0 && (reason == NULL || VARSIZE_ANY_EXHDR(reason) == 0))
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("a grant needs a reason"),
				 errhint("Say why in \"reason\": the audit keeps it.")));
}

/* The whole of a call: who, what, by whose word. */
static int64
grant(FunctionCallInfo fcinfo, Say *say, Grant *what, int during, bool lasting)
{
	Identity	identity;
	const Capability *measure = NULL;
	const InForce *document = NULL;
	const Loosening *word;
	int64		grant_id;

	say->account_id = PG_GETARG_INT64(0);
	say->name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	say->at = GetCurrentTimestamp();
	require_reason(say, what->reason);
	rulebook_refresh();
	ledger_enter(&identity);
	bounds_argument(fcinfo, during, say->at, &what->from, &what->to);
	say_begin(say);
	word = say_loosens(say, what->rule, lasting, &measure, &document);

	/* What is left to him is one limit: then that is the one. */
	if (word != NULL && what->rule == NULL && !word->at_most)
		what->rule = word->names[0];
	if (what->amount != NULL)
		amount_of_numeric(what->amount, measure->unit_size);
	check_word(say, word, what, measure, document);
	grant_id = write_grant(say, what);
	ledger_leave(&identity);
	return grant_id;
}

/* grant_allowance(account_id, capability, amount, during, reason, by, rule) */
Datum
governance_grant_allowance(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1, 2};
	static const char *const names[] = {"account_id", "capability", "amount"};
	Say			say = {0};
	Grant		what = {.kind = "more"};

	require_arguments(fcinfo, numbers, names, 3);
	what.amount = PG_GETARG_NUMERIC(2);
	what.reason = ARGUMENT_TEXT(4);
	say.by = ARGUMENT_INT8(5);
	what.rule = PG_ARGISNULL(6) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(6));
	PG_RETURN_INT64(grant(fcinfo, &say, &what, 3, false));
}

/* consent(account_id, capability, what, by, during, only_for, reason) */
Datum
governance_consent(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1, 2};
	static const char *const names[] = {"account_id", "capability", "what"};
	Say			say = {0};
	Grant		what = {.kind = "consent"};

	require_arguments(fcinfo, numbers, names, 3);
	what.rule = text_to_cstring(PG_GETARG_TEXT_PP(2));
	say.by = ARGUMENT_INT8(3);
	what.only = ARGUMENT_TEXT(5);
	what.reason = ARGUMENT_TEXT(6);
	PG_RETURN_INT64(grant(fcinfo, &say, &what, 4, false));
}

/* The names of days, which are those of "on"; 0: none. */
static Datum
days_argument(FunctionCallInfo fcinfo, int n)
{
	static const char *const known[] = {
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"holiday", "worked_weekend", "working_day", "free_day"
	};
	Datum	   *values;
	bool	   *nulls;
	int			nvalues;

	if (PG_ARGISNULL(n))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &nvalues);
	for (int i = 0; i < nvalues; i++)
	{
		bool		is_known = false;

		for (int j = 0; !nulls[i] && j < (int) lengthof(known); j++)
			is_known |= text_is(DatumGetTextPP(values[i]), known[j]);
		if (!is_known)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"%s\" is no kind of day", nulls[i] ? "" : TextDatumGetCString(values[i])),
					 errhint("Name monday to sunday, holiday, worked_weekend, working_day or free_day.")));
	}
	return PG_GETARG_DATUM(n);
}

/* set_limit(account_id, capability, rule, amount, by, during, days, reason) */
Datum
governance_set_limit(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1, 2};
	static const char *const names[] = {"account_id", "capability", "rule"};
	Say			say = {0};
	Grant		what = {.kind = "value"};

	require_arguments(fcinfo, numbers, names, 3);
	what.rule = text_to_cstring(PG_GETARG_TEXT_PP(2));
	what.amount = PG_ARGISNULL(3) ? NULL : PG_GETARG_NUMERIC(3);
	say.by = ARGUMENT_INT8(4);
	what.days = days_argument(fcinfo, 6);
	what.reason = ARGUMENT_TEXT(7);
	PG_RETURN_INT64(grant(fcinfo, &say, &what, 5, true));
}

/* A grant that is to end, by whoever gave it, or by support. */
static void
find_grant(int64 grant_id, Say *say)
{
	Datum		value = Int64GetDatum(grant_id);
	bool		there = plan_execute(&grant_plan, &value, NULL, PLAN_FRESH) > 0;
	TimestampTz to = there ? column_instant(0, 4, DT_NOEND) : DT_NOEND;
	bool		ended = there && (DatumGetBool(column(0, 5)) || to <= GetCurrentTimestamp());

	if (there)
	{
		say->account_id = DatumGetInt64(column(0, 1));
		say->name = column_text(0, 2);
		say->party = column_text(0, 3);
	}
	SPI_freetuptable(SPI_tuptable);
	if (!there)
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_USE),
				 errmsg("there is no grant %lld", (long long) grant_id),
				 errhint("governance.allowance_grant lists them.")));
	if (ended)
		ereport(ERROR,
				(errcode(ERRCODE_GV_ALREADY_REVISED),
				 errmsg("grant %lld has ended already", (long long) grant_id),
				 errhint("governance.allowance_grant lists them.")));
}

/* end_grant(grant_id, by, reason): from now on. */
Datum
governance_end_grant(PG_FUNCTION_ARGS)
{
	static const int number = 0;
	static const char *const name = "grant_id";
	Identity	identity;
	Say			say = {.by = ARGUMENT_INT8(1)};
	Grant		what = {.kind = "end", .to = DT_NOEND, .reason = ARGUMENT_TEXT(2)};
	const char *party;
	bool		is_his = false;
	int64		grant_id;

	require_arguments(fcinfo, &number, &name, 1);
	what.about = PG_GETARG_INT64(0);
	require_reason(&say, what.reason);
	rulebook_refresh();
	ledger_enter(&identity);
	say.at = what.from = GetCurrentTimestamp();
	find_grant(what.about, &say);
	party = say.party;
	say.party = NULL;
	say_begin(&say);
	find_grant(what.about, &say);
	say.party = say.by == 0 ? NULL : party;
	for (int i = 0; party != NULL && i < say.nparties; i++)
		is_his |= strcmp(say.parties[i], party) == 0;
	if (say.by != 0 && !is_his)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_SAY),
				 errmsg("account %lld cannot end grant %lld", (long long) say.by, (long long) what.about),
				 errhint("Whoever gave it ends it, or support without \"by\".")));
	grant_id = write_grant(&say, &what);
	ledger_leave(&identity);
	PG_RETURN_INT64(grant_id);
}

/* ---------- switches ---------- */

/* For how long it must stay off, by the documents; DT_NOEND: for none. */
static TimestampTz
off_until(const Say *say)
{
	TimestampTz until = DT_NOBEGIN;

	for (int i = 0; i < say->n; i++)
		if (say->in_force[i].capability->has_off_for)
			until = Max(until, span_after(say->at, &say->in_force[i].capability->off_for));
	return until == DT_NOBEGIN ? DT_NOEND : until;
}

/* What is off for exactly so long is not on before. */
static void
require_not_off(const Say *say)
{
	Datum		values[4];
	TimestampTz until;

	values[0] = Int64GetDatum(say->account_id);
	values[1] = CStringGetTextDatum(say->name);
	values[2] = CStringGetTextDatum(say->party);
	values[3] = TimestampTzGetDatum(say->at);
	plan_execute(&locked_switch_plan, values, NULL, PLAN_FRESH);
	until = column_instant(0, 1, DT_NOBEGIN);
	SPI_freetuptable(SPI_tuptable);
	if (until != DT_NOBEGIN && off_until(say) != DT_NOEND)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_SAY),
				 errmsg("\"%s\" of account %lld is off until %s", say->name, (long long) say->account_id, timestamptz_to_str(until)),
				 errhint("The document says under \"switch\", \"off_for\", for how long it stays off.")));
}

/* What is withheld for it is derived anew. */
static void
write_switch(const Say *say, bool allowed, TimestampTz to, int64 *setting_id)
{
	Datum		values[8];
	char		nulls[] = "        ";

	values[0] = Int64GetDatum(say->account_id);
	values[1] = CStringGetTextDatum(say->name);
	values[2] = CStringGetTextDatum(say->party);
	values[3] = BoolGetDatum(allowed);
	values[4] = TimestampTzGetDatum(say->at);
	values[5] = TimestampTzGetDatum(to);
	nulls[5] = to == DT_NOEND ? 'n' : ' ';
	values[6] = Int64GetDatum(say->by);
	values[7] = CStringGetTextDatum(GetUserNameFromId(acting_role(), false));
	plan_execute(&switch_plan, values, nulls, PLAN_WRITE);
	*setting_id = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	plan_execute(&not_off_plan, values, NULL, PLAN_WRITE);
	plan_execute(&off_plan, values, NULL, PLAN_WRITE);
}

/* set_switch(account_id, capability, allowed, by, until) */
Datum
governance_set_switch(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1, 2};
	static const char *const names[] = {"account_id", "capability", "allowed"};
	Identity	identity;
	Say			say = {0};
	TimestampTz to;
	int64		setting_id;

	require_arguments(fcinfo, numbers, names, 3);
	say.account_id = PG_GETARG_INT64(0);
	say.name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	say.by = PG_ARGISNULL(3) ? say.account_id : PG_GETARG_INT64(3);
	say.at = GetCurrentTimestamp();
	rulebook_refresh();
	ledger_enter(&identity);
	say_begin(&say);
	say.at = GetCurrentTimestamp();
	say_switches(&say);
	to = PG_ARGISNULL(4) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(4);
	if (to <= say.at)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must lie ahead", "until")));
	if (PG_GETARG_BOOL(2))
		require_not_off(&say);
	else if (off_until(&say) != DT_NOEND)
		to = off_until(&say);
	write_switch(&say, PG_GETARG_BOOL(2), to, &setting_id);
	counters_used(&say.keys, GetCurrentTimestamp());
	ledger_leave(&identity);
	PG_RETURN_INT64(setting_id);
}
