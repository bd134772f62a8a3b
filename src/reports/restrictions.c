/*
 * restrictions.c
 *		permits() and restrictions(): what an account may not do at an instant.
 *
 * What a scheme withholds is worked out from its standing, moved to the instant;
 * the past is folded anew from what was known then.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/owner.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "entitlement/door.h"
#include "ledger/account_row.h"
#include "ledger/history.h"
#include "ledger/inherited.h"
#include "ledger/permits.h"
#include "ledger/opening.h"
#include "ledger/project.h"
#include "ledger/standing.h"
#include "ledger/withheld.h"
#include "reports/arguments.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define LE " OPERATOR(pg_catalog.<=) "
#define GT " OPERATOR(pg_catalog.>) "

PG_FUNCTION_INFO_V1(governance_permits);
PG_FUNCTION_INFO_V1(governance_restrictions);
PG_FUNCTION_INFO_V1(governance_standing_restrictions);
PG_FUNCTION_INFO_V1(governance_standing_shows);
PG_FUNCTION_INFO_V1(governance_unprompted_schemes);

/* The columns of restrictions(), in their order. */
enum
{
	R_CAPABILITY, R_SINCE, R_UNTIL, R_SCHEME, R_RUNG, R_TIER, R_SANCTION, R_INHERITED_FROM,
	R_OPENING, R_COLUMNS
};

/* What does not follow from a score. */
static KeptPlan list_plan = {
	"SELECT w.capability, w.since, w.until, w.ground FROM governance.withholding w"
	" WHERE w.account_id" EQ "$1 AND w.since" LE "$2 AND w.until" GT "$2"
	" ORDER BY w.capability COLLATE pg_catalog.\"C\", w.ground COLLATE pg_catalog.\"C\"",
	2, {INT8OID, TIMESTAMPTZOID}
};

/*
 * permits(account_id, capability, at): asked for each row of a query, so first the
 * way without SQL.  What entitlements name goes the way of allowance().
 */
Datum
governance_permits(PG_FUNCTION_ARGS)
{
	int64		account_id;
	text	   *capability;
	TimestampTz at;
	bool		permitted;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	account_id = PG_GETARG_INT64(0);
	capability = PG_GETARG_TEXT_PP(1);
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_finite(at, "at");
	rulebook_refresh();
	if (door_is_guarded(capability))
	{
		ledger_read_enter();
		permitted = door_permits(account_id, capability, at, PLAN_READ);
		ledger_read_leave();
		PG_RETURN_BOOL(permitted);
	}
	if (!is_past(at) &&
		permits_at_once(fcinfo->flinfo, account_id, capability, at, &permitted))
		PG_RETURN_BOOL(permitted);
	ledger_read_enter();
	permitted = account_permits(account_id, capability, at, PLAN_READ);
	ledger_read_leave();
	PG_RETURN_BOOL(permitted);
}

/*
 * The sanction that holds a capability back at an instant the longest; of those
 * that do until the same instant, at which another version may take over, the most
 * severe, and then the one that lasts longest itself.
 */
static const ProjectedSanction *
holder(const ProjectedSanction *sanctions, int nsanctions, const char *capability, TimestampTz at)
{
	const ProjectedSanction *best = NULL;
	TimestampTz longest = DT_NOBEGIN;
	TimestampTz lasts = DT_NOBEGIN;

	for (int i = 0; i < nsanctions; i++)
	{
		const Rung *rung = sanctions[i].rung;
		TimestampTz since;
		TimestampTz until;
		TimestampTz end;
		bool		open;

		if (!sanction_reach(&sanctions[i], &since, &until) || since > at || until <= at)
			continue;
		end = sanction_end(&sanctions[i].sanction, &open);
		if (best != NULL &&
			(until < longest || (until == longest &&
								 (rung->tier < best->rung->tier ||
								  (rung->tier == best->rung->tier && end <= lasts)))))
			continue;
		for (int j = 0; j < rung->ncapabilities; j++)
			if (strcmp(rung->capabilities[j], capability) == 0)
			{
				best = &sanctions[i];
				longest = until;
				lasts = end;
			}
	}
	return best;
}

/* One row of restrictions(), but for what is inherited. */
typedef struct Restriction
{
	char	   *capability;
	TimestampTz since;
	TimestampTz until;
	const char *scheme;
	const ProjectedSanction *by;	/* null: no sanction */
	int64		sanction_id;	/* 0: it has no row */
} Restriction;

typedef struct RestrictionList
{
	int			n;
	int			max;
	Restriction *items;
} RestrictionList;

/* For qsort(): by capability, then by scheme. */
static int
restriction_cmp(const void *a, const void *b)
{
	const Restriction *x = a;
	const Restriction *y = b;
	int			cmp = strcmp(x->capability, y->capability);

	return cmp != 0 ? cmp : strcmp(x->scheme, y->scheme);
}

/* A new item at the end of a list. */
static Restriction *
append(RestrictionList *list)
{
	array_reserve(list->items, list->max, list->n + 1);
	return &list->items[list->n++];
}

/* Adds what is withheld for other reasons than a score. */
static void
add_withholdings(RestrictionList *list, int64 account_id, TimestampTz at)
{
	MemoryContext context = CurrentMemoryContext;
	Datum		values[2] = {Int64GetDatum(account_id), TimestampTzGetDatum(at)};
	uint64		nrows = plan_execute(&list_plan, values, NULL, PLAN_READ);

	for (uint64 row = 0; row < nrows; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Restriction *item = append(list);
		bool		isnull;

		memset(item, 0, sizeof(Restriction));
		item->capability = MemoryContextStrdup(context, SPI_getvalue(tuple, desc, 1));
		item->since = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 2, &isnull));
		item->until = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 3, &isnull));
		item->scheme = MemoryContextStrdup(context, SPI_getvalue(tuple, desc, 4));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The id of the row of a sanction; 0: it has none yet. */
static int64
row_of_sanction(int64 account_id, Scheme *scheme, const ProjectedSanction *by)
{
	Opening		opening = {
		.account_id = account_id, .scheme = scheme->name, .rung = by->rung->code,
		.number = by->sanction.opening
	};

	return by->sanction.sanction_id != 0 ? by->sanction.sanction_id :
		opening_recorded(&opening, PLAN_READ);
}

/* Adds what one scheme withholds at an instant. */
static void
add_scheme(RestrictionList *list, int64 account_id, Scheme *scheme, TimestampTz at)
{
	ProjectedSanction *sanctions;
	int			nsanctions;
	int			n;
	Withheld   *spans;

	if (scheme->trial_of != NULL)
		return;
	spans = withheld_at(account_id, scheme, at, &n, &sanctions, &nsanctions);
	for (int i = 0; i < n; i++)
	{
		Restriction *item;

		if (spans[i].since > at || spans[i].until <= at)
			continue;
		item = append(list);
		item->capability = unconstify(char *, spans[i].capability);
		item->since = spans[i].since;
		item->until = spans[i].until;
		item->scheme = scheme->name;
		item->by = holder(sanctions, nsanctions, spans[i].capability, at);
		item->sanction_id = row_of_sanction(account_id, scheme, item->by);
	}
}

/* The id of a sanction's row as a column of the result; 0 is null. */
static void
put_sanction_id(int64 sanction_id, Datum *values, bool *nulls)
{
	values[R_SANCTION] = Int64GetDatum(sanction_id);
	nulls[R_SANCTION] = sanction_id == 0;
}

/* What a sanction is known by, with its row or without, as columns of the result. */
static void
put_sanction(const Rung *rung, int32 opening, int64 sanction_id, Datum *values, bool *nulls)
{
	values[R_RUNG] = CStringGetTextDatum(rung->code);
	values[R_TIER] = SanctionTierGetDatum(rung->tier);
	values[R_OPENING] = Int32GetDatum(opening);
	nulls[R_RUNG] = nulls[R_TIER] = false;
	nulls[R_OPENING] = opening == 0;
	put_sanction_id(sanction_id, values, nulls);
}

/* A list as rows of the result. */
static void
put_list(ReturnSetInfo *result, RestrictionList *list)
{
	if (list->n > 1)
		qsort(list->items, list->n, sizeof(Restriction), restriction_cmp);
	for (int i = 0; i < list->n; i++)
	{
		const Restriction *item = &list->items[i];
		Datum		values[R_COLUMNS] = {0};
		bool		nulls[R_COLUMNS] = {0};

		values[R_CAPABILITY] = CStringGetTextDatum(item->capability);
		values[R_SINCE] = TimestampTzGetDatum(item->since);
		values[R_UNTIL] = TimestampTzGetDatum(item->until);
		values[R_SCHEME] = CStringGetTextDatum(item->scheme);
		nulls[R_RUNG] = nulls[R_TIER] = nulls[R_OPENING] = nulls[R_SANCTION] = true;
		if (item->by != NULL)
			put_sanction(item->by->rung, item->by->sanction.opening, item->sanction_id, values, nulls);
		nulls[R_INHERITED_FROM] = true;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* What is withheld because of linked accounts. */
static void
put_inherited(ReturnSetInfo *result, int64 account_id, TimestampTz at)
{
	int			n;
	Inherited  *inherited = inherited_at(account_id, at, PLAN_READ, &n);

	for (int i = 0; i < n; i++)
	{
		const Inherited *item = &inherited[i];
		Datum		values[R_COLUMNS];
		bool		nulls[R_COLUMNS] = {0};

		values[R_CAPABILITY] = CStringGetTextDatum(item->capability);
		values[R_SINCE] = TimestampTzGetDatum(item->since);
		values[R_UNTIL] = TimestampTzGetDatum(item->until);
		values[R_SCHEME] = CStringGetTextDatum(item->scheme);
		put_sanction(item->rung, item->sanction.opening, inherited_sanction_id(item), values, nulls);
		values[R_INHERITED_FROM] = Int64GetDatum(item->account_id);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * restrictions(account_id, at): what is withheld at an instant, until when, and by
 * what.  Raises ERRCODE_GV_UNKNOWN_ACCOUNT.
 */
Datum
governance_restrictions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id;
	TimestampTz at;
	RestrictionList list = {0};
	Scheme	  **schemes;
	int			nschemes;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	at = PG_GETARG_TIMESTAMPTZ(1);
	require_finite(at, "at");
	rulebook_refresh();
	ledger_read_enter();
	require_account(account_id);
	if (!is_past(at))
		at = now_or_later(at);
	add_withholdings(&list, account_id, at);
	schemes = schemes_of_account(account_id, &nschemes);
	for (int i = 0; i < nschemes; i++)
		add_scheme(&list, account_id, schemes[i], at);
	put_list(result, &list);
	put_inherited(result, account_id, at);
	ledger_read_leave();
	return (Datum) 0;
}

/*
 * standing_restrictions(account_id, scheme): what one scheme withholds now; part of
 * the view governance.restriction.
 */
Datum
governance_standing_restrictions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	text	   *name;
	int64		account_id;
	RestrictionList list = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	name = PG_GETARG_TEXT_PP(1);
	rulebook_refresh();
	ledger_read_enter();
	add_scheme(&list, account_id,
			   rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), false),
			   now_or_later(GetCurrentTransactionStartTimestamp()));
	for (int i = 0; i < list.n; i++)
	{
		const Restriction *item = &list.items[i];
		Datum		values[4];
		bool		nulls[4] = {false, false, false, item->sanction_id == 0};

		values[0] = CStringGetTextDatum(item->capability);
		values[1] = TimestampTzGetDatum(item->since);
		values[2] = TimestampTzGetDatum(item->until);
		values[3] = Int64GetDatum(item->sanction_id);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	ledger_read_leave();
	return (Datum) 0;
}

/*
 * standing_shows(scheme, policy_id, edition, as_of, known_at, next_due): does such a
 * row of governance.standing show what holds now, or does its state have to be
 * asked?  Also of a trial, whatever has become of it: nothing is asked of that.
 */
Datum
governance_standing_shows(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	ShownRow	row = {
		.scheme = name, .policy_id = PG_GETARG_INT64(1), .edition = PG_GETARG_INT64(2),
		.as_of = PG_GETARG_TIMESTAMPTZ(3), .known_at = PG_GETARG_TIMESTAMPTZ(4),
		.next_due = PG_GETARG_TIMESTAMPTZ(5)
	};
	TimestampTz until;
	Scheme	   *scheme;

	rulebook_refresh();
	scheme = rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), true);
	PG_RETURN_BOOL(scheme == NULL || scheme->trial_of != NULL ||
				   standing_shows(scheme, &row, GetCurrentTimestamp(), &until));
}

/* unprompted_schemes(): those that may sanction an account without an entry. */
Datum
governance_unprompted_schemes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Scheme	  **schemes;
	int			n;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rulebook_refresh();
	schemes = schemes_unprompted(&n);
	for (int i = 0; i < n; i++)
	{
		Datum		value = PointerGetDatum(schemes[i]->text);
		bool		isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}
