/*
 * limits.c
 *		Keeps those who decide within their limits.
 *
 * Nearly always there are none, and a backend knows that without a look at the
 * table.  Where there are some, each session user, current user and role set
 * that is a member of the role that a limit names, or has the level that it
 * names, is held to it: nobody gets further by putting on a group's hat, or by a
 * function that runs with the rights of somebody else.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/smalltable.h"
#include "engine/engine.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "oversight/limits.h"
#include "points.h"
#include "rulebook/cache.h"
#include "types/sanction_tier.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define SAME " IS NOT DISTINCT FROM "

PG_FUNCTION_INFO_V1(governance_check_name_given);

enum
{
	L_ROLE, L_LEVEL, L_SCHEME, L_POINTS, L_LENGTH, L_TIER, L_SECOND, L_COLUMNS
};

static SmallTable limit_table = {
	.name = "moderator_limit",
	.columns = {"role", "level", "scheme", "max_points", "max_length", "max_tier", "second_person"},
	.ncolumns = L_COLUMNS
};

static SmallTable level_table = {
	.name = "role_level",
	.columns = {"role", "level"},
	.ncolumns = 2
};

static KeptPlan confirmed_plan = {
	"SELECT FROM governance.violation v"
	" JOIN ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u (account_id, violation_id)"
	" ON v.account_id" EQ "u.account_id AND v.violation_id" EQ "u.violation_id"
	" WHERE NOT EXISTS (SELECT FROM governance.proposal p"
	" WHERE p.account_id" EQ "v.account_id AND p.violation_id" EQ "v.violation_id AND p.status" EQ "'confirmed'"
	" AND p.scheme" EQ "v.scheme AND p.rule" EQ "v.rule AND p.points" SAME "v.points"
	" AND p.occurred_at" EQ "v.occurred_at AND p.surcharge" SAME "v.surcharge"
	" AND p.sanction_length" SAME "v.sanction_length)",
	2, {INT8ARRAYOID, INT8ARRAYOID}
};

typedef struct RoleLimit
{
	const char *who;			/* as the limit names it */
	const char *actor;			/* who is held to it */
	const char *scheme;			/* null: any */
	char	   *points;			/* null: any */
	double		max_points;
	Interval   *length;			/* null: any */
	int			tier;			/* TIER_BANNED: any */
	bool		second_person;
} RoleLimit;

struct LimitSet
{
	int			n;
	RoleLimit  *limits;
};

/* ---------- whose limits ---------- */

/* Everybody on whose behalf this may be done; superusers are held to nothing. */
static int
find_actors(Oid *actors)
{
	Oid			candidates[] = {GetSessionUserId(), GetOuterUserId(), acting_role()};
	int			n = 0;

	for (size_t i = 0; i < lengthof(candidates); i++)
	{
		bool		known = !OidIsValid(candidates[i]) || superuser_arg(candidates[i]);

		for (int j = 0; j < n && !known; j++)
			known = actors[j] == candidates[i];
		if (!known)
			actors[n++] = candidates[i];
	}
	return n;
}

/*
 * The first of some roles that is a member of another one, superusers'
 * rights aside; InvalidOid: none is.
 */
static Oid
member_of(const Oid *actors, int nactors, Oid role)
{
	for (int i = 0; i < nactors && OidIsValid(role); i++)
		if (is_member_of_role_nosuper(actors[i], role))
			return actors[i];
	return InvalidOid;
}

/*
 * The role of a name; InvalidOid when it has gone, for limits are not bound
 * to roles by a dependency.
 */
static Oid
role_of(Datum name)
{
	return get_role_oid(TextDatumGetCString(name), true);
}

/* The same for all roles that have a level. */
static Oid
member_of_level(const Oid *actors, int nactors, Datum level)
{
	char	   *name = TextDatumGetCString(level);
	int			nrows;
	const SmallRow *rows = small_table_rows(&level_table, &nrows);
	Datum	   *roles = palloc(sizeof(Datum) * (nrows + 1));
	Oid			found = InvalidOid;
	int			n = 0;

	/* What is looked up may make the list be read anew. */
	for (int i = 0; i < nrows; i++)
		if (small_text_equals(rows[i].values[1], name, strlen(name)))
			roles[n++] = PointerGetDatum(DatumGetTextPCopy(rows[i].values[0]));
	for (int i = 0; i < n && !OidIsValid(found); i++)
		found = member_of(actors, nactors, role_of(roles[i]));
	return found;
}

/*
 * The rows are copied before roles are looked up: that takes locks, at which
 * the small table may be read anew.
 */
const LimitSet *
limits_now(void)
{
	Oid			actors[3];
	int			nactors;
	int			nrows;
	const SmallRow *rows;
	SmallRow   *copy;
	LimitSet   *set;

	/* A ledger of an earlier version has no such table. */
	if (!limit_table.valid &&
		!OidIsValid(get_relname_relid(limit_table.name, get_namespace_oid("governance", false))))
		return NULL;
	rows = small_table_rows(&limit_table, &nrows);
	if (nrows == 0)
		return NULL;
	nactors = find_actors(actors);
	if (nactors == 0)
		return NULL;

	copy = palloc(sizeof(SmallRow) * nrows);
	for (int i = 0; i < nrows; i++)
	{
		copy[i] = rows[i];
		for (int c = 0; c < L_TIER; c++)
			if (!copy[i].nulls[c])
				copy[i].values[c] = c == L_LENGTH
					? PointerGetDatum(memcpy(palloc(sizeof(Interval)), DatumGetIntervalP(rows[i].values[c]), sizeof(Interval)))
					: PointerGetDatum(PG_DETOAST_DATUM_COPY(rows[i].values[c]));
	}
	set = palloc(sizeof(LimitSet));
	set->n = 0;
	set->limits = palloc0(sizeof(RoleLimit) * nrows);
	for (int i = 0; i < nrows; i++)
	{
		const Datum *values = copy[i].values;
		const bool *nulls = copy[i].nulls;
		Oid			actor = nulls[L_ROLE]
			? member_of_level(actors, nactors, values[L_LEVEL])
			: member_of(actors, nactors, role_of(values[L_ROLE]));
		RoleLimit  *limit = &set->limits[set->n];

		if (!OidIsValid(actor))
			continue;
		limit->who = TextDatumGetCString(values[nulls[L_ROLE] ? L_LEVEL : L_ROLE]);
		limit->actor = GetUserNameFromId(actor, false);
		limit->scheme = nulls[L_SCHEME] ? NULL : TextDatumGetCString(values[L_SCHEME]);
		if (!nulls[L_POINTS])
		{
			limit->points = DatumGetCString(DirectFunctionCall1(numeric_out, values[L_POINTS]));
			limit->max_points = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, values[L_POINTS]));
		}
		limit->length = nulls[L_LENGTH] ? NULL : DatumGetIntervalP(values[L_LENGTH]);
		limit->tier = nulls[L_TIER] ? TIER_BANNED : DatumGetSanctionTier(values[L_TIER]);
		limit->second_person = DatumGetBool(values[L_SECOND]);
		set->n++;
	}
	return set->n == 0 ? NULL : set;
}

/*
 * Does a limit hold under a scheme?  One for the scheme stands in for those of
 * the same role, or level, that are for all.
 */
static bool
holds_under(const LimitSet *set, const RoleLimit *limit, const char *scheme)
{
	if (limit->scheme != NULL)
		return strcmp(limit->scheme, scheme) == 0;
	for (int i = 0; i < set->n; i++)
		if (set->limits[i].scheme != NULL && strcmp(set->limits[i].scheme, scheme) == 0 &&
			strcmp(set->limits[i].who, limit->who) == 0)
			return false;
	return true;
}

/* ---------- what it comes to ---------- */

/*
 * An instant so much later, by the calendar of the session's time zone;
 * DT_NOEND for a span without an end.
 */
static TimestampTz
span_from(TimestampTz from, const Span *span)
{
	Interval	interval = {.month = span->months, .day = span->days, .time = span->usecs};

	if (span->forever)
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(from),
												   IntervalPGetDatum(&interval)));
}

/* Does nothing but the length, and that for ever, put an end to it? */
static bool
is_for_ever(const Rung *rung, TimestampTz end)
{
	return end == DT_NOEND && rung->length.ncases > 0 && rung->nconditions == 0 && rung->count == NULL;
}

/*
 * What is inherited has no length of its own: where it begins and ends is
 * all there is of it.
 */
ServedSpan
limits_span(const Rung *rung, TimestampTz from, TimestampTz until)
{
	ServedSpan	span = {
		.rung = rung->code, .tier = rung->tier, .for_ever = is_for_ever(rung, until),
		.from = from, .until = until, .starts = from, .ends = until
	};

	return span;
}

/*
 * What is projected from a state is what will be served if nothing more
 * happens.
 */
Served *
limits_served(Scheme *scheme, const EngineState *state, const AccountHistory *history)
{
	Served	   *served = palloc0(sizeof(Served));
	ProjectedSanction *sanctions;
	TimestampTz now = GetCurrentTimestamp();
	int			n;

	if (state == NULL)
		return served;
	served->score = state->score;
	sanctions = ledger_project(scheme, NULL, state, history, &n);
	served->spans = palloc(sizeof(ServedSpan) * (n + 1));
	for (int i = 0; i < n; i++)
	{
		const SanctionState *s = &sanctions[i].sanction;
		const Rung *rung = sanctions[i].rung;
		ServedSpan *span = &served->spans[served->nspans];
		bool		open;

		if ((s->flags & SANCTION_ENFORCED) == 0)
			continue;
		span->rung = rung->code;
		span->tier = rung->tier;
		if (s->starts == DT_NOEND && (s->flags & SANCTION_RELEASED) == 0)
		{
			/* It waits for another one that has no end yet. */
			span->from = DT_NOEND - 1;
			span->until = DT_NOEND;
			span->starts = now;
			span->ends = s->has_length ? span_from(now, &s->length) : DT_NOEND;
			span->for_ever = s->has_length && s->length.forever;
		}
		else if (sanction_reach(&sanctions[i], &span->from, &span->until))
		{
			span->starts = s->starts;
			span->ends = Min(sanction_end(s, &open), s->ends);
			span->for_ever = is_for_ever(rung, span->ends);
		}
		else
			continue;
		served->nspans++;
	}
	return served;
}

/*
 * Is there a time from an instant on at which a span of the one is nowhere in
 * the other?
 */
static bool
is_uncovered(const ServedSpan *span, const Served *other, TimestampTz from)
{
	TimestampTz reached = Max(span->from, from);
	bool		moved = true;

	while (moved && reached < span->until)
	{
		moved = false;
		for (int i = 0; i < other->nspans; i++)
		{
			const ServedSpan *o = &other->spans[i];

			if (o->tier == span->tier && strcmp(o->rung, span->rung) == 0 &&
				o->from <= reached && o->until > reached)
			{
				reached = o->until;
				moved = true;
			}
		}
	}
	return reached < span->until;
}

/* ---------- refusing ---------- */

/* May the acting role read all that the reasons of a refusal are made of? */
static bool
may_be_told(void)
{
	return may_tell("sanction") && may_tell("moderator_limit") && may_tell("policy_rule");
}

pg_noreturn static void refuse(const RoleLimit *limit, int64 account_id, const char *table,
							   const char *detail, const char *hint);

/* Everybody is told whose limit it is; the reasons only who may read them. */
static void
refuse(const RoleLimit *limit, int64 account_id, const char *table, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_BEYOND_LIMIT),
			 errmsg("role \"%s\" may not decide so on account %lld", limit->actor, (long long) account_id),
			 errdetail("%s", may_be_told() ? detail : _("It goes beyond the limits of the role.")),
			 errhint("%s", hint),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "governance"),
			 err_generic_string(PG_DIAG_TABLE_NAME, table)));
}

/* An interval as the session prints it. */
static char *
interval_text(const Interval *interval)
{
	return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval)));
}

/*
 * Refuses a span that goes beyond a limit: by its length, or by its tier or
 * having no end, which a second person can make up for.  lifted: it is one
 * that was taken away.
 */
static void
check_span(const LimitSet *set, int64 account_id, const char *scheme, const ServedSpan *span,
		   bool confirmed, bool lifted)
{
	for (int i = 0; i < set->n; i++)
	{
		const RoleLimit *limit = &set->limits[i];
		bool		apart = span->for_ever && limit->second_person;
		const char *detail = NULL;
		bool		long_one = false;

		if (!holds_under(set, limit, scheme))
			continue;
		if (limit->length != NULL && !apart)
		{
			TimestampTz at_most = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
																		  TimestampTzGetDatum(span->starts),
																		  IntervalPGetDatum(limit->length)));

			long_one = true;
			if (span->ends == DT_NOEND)
				detail = psprintf(_("Sanction \"%s\" has no end in sight, and \"%s\" may impose %s."),
								  span->rung, limit->who, interval_text(limit->length));
			else if (span->ends > at_most)
				detail = psprintf(_("Sanction \"%s\" lasts %s, and \"%s\" may impose %s."), span->rung,
								  interval_text(DatumGetIntervalP(DirectFunctionCall2(timestamp_mi,
																					  TimestampTzGetDatum(span->ends),
																					  TimestampTzGetDatum(span->starts)))),
								  limit->who, interval_text(limit->length));
			else
				long_one = false;
		}
		if (detail == NULL && !confirmed && span->tier > limit->tier)
			detail = psprintf(_("Sanction \"%s\" is of tier \"%s\", and \"%s\" alone decides up to \"%s\"."),
							  span->rung, sanction_tier_name(span->tier), limit->who,
							  sanction_tier_name(limit->tier));
		if (detail == NULL && !confirmed && apart)
			detail = psprintf(_("Sanction \"%s\" is for ever, which \"%s\" does not decide alone."),
							  span->rung, limit->who);
		if (detail != NULL)
			refuse(limit, account_id, "sanction", detail,
				   lifted ? _("Somebody who may go further can revise it.")
				   : long_one ? _("Somebody who may go further can record it.")
				   : _("Propose it with governance.propose_violation(); somebody else confirms it."));
	}
}

/*
 * What is new and what has gone are looked at alike: who lifts a sanction
 * decides on it as well.
 */
void
limits_compare(const LimitSet *set, int64 account_id, const char *scheme, const Served *before,
			   const Served *after, bool confirmed, bool past)
{
	TimestampTz from = past ? DT_NOBEGIN : GetCurrentTimestamp();

	/* The strictest is what is told. */
	for (int tier = TIER_BANNED; tier >= TIER_CLEAR; tier--)
	{
		for (int i = 0; i < after->nspans; i++)
			if (after->spans[i].tier == tier && is_uncovered(&after->spans[i], before, DT_NOBEGIN))
				check_span(set, account_id, scheme, &after->spans[i], confirmed, false);
		for (int i = 0; i < before->nspans; i++)
			if (before->spans[i].tier == tier && is_uncovered(&before->spans[i], after, from))
				check_span(set, account_id, scheme, &before->spans[i], confirmed, true);
	}
}

/* What an entry costs, in hundredths of a point; a limit is in points. */
void
limits_points(const LimitSet *set, int64 account_id, const char *scheme, Points points)
{
	for (int i = 0; i < set->n; i++)
	{
		const RoleLimit *limit = &set->limits[i];

		if (limit->points != NULL && points / 100.0 > limit->max_points && holds_under(set, limit, scheme))
			refuse(limit, account_id, "violation",
				   psprintf(_("It costs %s points, and \"%s\" may take %s."), points_text(points),
							limit->who, limit->points),
				   _("Somebody who may go further can record it."));
	}
}

/*
 * They are compared with the proposals as they were confirmed, column by
 * column: what was added to one by its way into the ledger is not what was
 * agreed to.
 */
bool
limits_confirmed(const ViolationRow *rows, int64 nrows)
{
	int64	   *accounts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nrows + 1));
	int64	   *violations = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (nrows + 1));
	Datum		values[2];
	bool		answer;

	for (int64 i = 0; i < nrows; i++)
	{
		accounts[i] = rows[i].account_id;
		violations[i] = rows[i].violation_id;
	}
	values[0] = int8_array(accounts, nrows);
	values[1] = int8_array(violations, nrows);
	answer = plan_execute(&confirmed_plan, values, NULL, PLAN_FRESH) == 0;
	SPI_freetuptable(SPI_tuptable);
	return answer;
}

/* ---------- who says that he decided ---------- */

/* Is a name that of a role, or that and a colon with more after it? */
static bool
begins_with(const text *name, const char *role)
{
	size_t		len = strlen(role);
	size_t		given = VARSIZE_ANY_EXHDR(name);

	return given >= len && memcmp(VARDATA_ANY(name), role, len) == 0 &&
		(given == len || VARDATA_ANY(name)[len] == ':');
}

/* Who may publish policies may name anybody: histories are loaded that way. */
void
check_name_given(Oid userid, Relation relation, const char *column, const text *name)
{
	const char *role;

	if (name == NULL)
		return;
	role = GetUserNameFromId(userid, false);
	if (begins_with(name, role) ||
		begins_with(name, GetUserNameFromId(GetSessionUserId(), false)) ||
		pg_class_aclcheck(ledger_relation("policy"), userid, ACL_INSERT) == ACLCHECK_OK)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_ENTRY),
			 errmsg("role \"%s\" may not name \"%s\" in column \"%s\"", role,
					text_to_cstring(name), column),
			 errhint("Leave it out, or begin with the name of the role and a colon: \"%s: ...\".", role),
			 errtable(relation)));
}

/* check_name_given(relation, column, name): for triggers in PL/pgSQL. */
Datum
governance_check_name_given(PG_FUNCTION_ARGS)
{
	Relation	relation = RelationIdGetRelation(PG_GETARG_OID(0));

	if (!RelationIsValid(relation))
		elog(ERROR, "there is no relation %u", PG_GETARG_OID(0));
	check_name_given(GetUserId(), relation, text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_TEXT_PP(2));
	RelationClose(relation);
	PG_RETURN_VOID();
}
