/*
 * sanction_length.c
 *		violation.sanction_length: whoever decides on a violation chooses how long
 *		the sanction lasts, where the rung leaves a range.
 *
 * Before anything is applied the length must lie inside a range of some rung
 * that the violation could open.  What a decision of now has opened in the end
 * must have such a range, too, or the choice would be ignored without a word.
 * History is not asked that: it may come in any order, and what a violation
 * opens is settled only when all of it is there.  There a length that the rung
 * does not allow is brought into its range.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "doors/sanction_length.h"
#include "ledger/entry.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* Of the versions in force; what a trial opens keeps nobody from anything. */
static KeptPlan opened_plan = {
	"SELECT u.place, s.rung, s.policy_id, pg_catalog.lower(s.during)"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))"
	" AS u (account_id, violation_id, place)"
	" JOIN governance.sanction s ON s.account_id" EQ "u.account_id AND s.violation_id" EQ "u.violation_id"
	" ORDER BY u.place, s.sanction_id",
	3, {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
};

/* A null length is a span of nothing. */
static inline bool
is_given(const Span *span)
{
	return span->months != 0 || span->days != 0 || span->usecs != 0;
}

/*
 * Was the length chosen by a decision that is made now, and not loaded with a
 * history?
 */
static inline bool
is_of_now(const ViolationRow *row)
{
	return is_given(&row->length) && row->decided >= GetCurrentTransactionStartTimestamp();
}

/* The instant at which the violation counts under the policy's clock. */
static inline TimestampTz
place_in_fold(const Policy *policy, const ViolationRow *row)
{
	return policy->clock == CLOCK_DECIDED ? row->decided : row->occurred;
}

/* rung: null when it is about all that the violation could open. */
pg_noreturn static void
refuse(Relation relation, const ViolationRow *row, const char *rung, const SpanCase *range)
{
	char	   *detail = NULL;

	if (range != NULL)
		detail = rung == NULL
			? psprintf(_("For rule \"%s\" it may be %s to %s."), row->rule,
					   span_text(&range->min), span_text(&range->max))
			: psprintf(_("The violation opens rung \"%s\", whose length is %s to %s."), rung,
					   span_text(&range->min), span_text(&range->max));
	else if (rung != NULL)
		detail = psprintf(_("The violation opens rung \"%s\", whose length is fixed."), rung);
	else
		detail = psprintf(_("No rung that rule \"%s\" can open leaves its length open."), row->rule);
	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_ENTRY),
			 range != NULL ? errmsg("a sanction_length of %s is outside the range of scheme \"%s\"",
									span_text(&row->length), row->scheme->name)
			 : errmsg("scheme \"%s\" does not take a sanction_length of %s",
					  row->scheme->name, span_text(&row->length)),
			 errdetail_internal("%s", detail),
			 errhint("Leave sanction_length null for what the policy says."),
			 errtable(relation)));
}

/* The rule is the violation's, by number in the policy. */
void
sanction_length_check(Relation relation, const Policy *policy, int rule, const ViolationRow *row)
{
	const SpanCase *range;

	if (is_given(&row->length) &&
		!engine_check_length(policy, rule, &row->length, place_in_fold(policy, row), &range))
		refuse(relation, row, NULL, range);
}

/* The version of a scheme, or null. */
static const Policy *
version_numbered(Scheme *scheme, int64 policy_id)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (scheme->versions[i].policy_id == policy_id)
			return rulebook_compiled(&scheme->versions[i]);
	return NULL;
}

/*
 * One query for all rows whose length was chosen now; where none was, which is
 * nearly always, nothing is asked.
 */
void
sanction_lengths_taken(Relation relation, const ViolationRow *rows, int64 nrows)
{
	int64	   *places = NULL;
	Datum	   *columns[3];
	Datum		arrays[3];
	uint64		n;
	int64		given = 0;
	SPITupleTable *table;

	for (int64 i = 0; i < nrows; i++)
		given += is_of_now(&rows[i]);
	if (given == 0)
		return;
	places = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * given);
	for (int c = 0; c < 3; c++)
		columns[c] = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * given);
	given = 0;
	for (int64 i = 0; i < nrows; i++)
	{
		if (!is_of_now(&rows[i]))
			continue;
		columns[0][given] = Int64GetDatum(rows[i].account_id);
		columns[1][given] = Int64GetDatum(rows[i].violation_id);
		columns[2][given] = Int64GetDatum(given);
		places[given++] = i;
	}
	for (int c = 0; c < 3; c++)
		arrays[c] = datum_array(columns[c], NULL, given, INT8OID);
	n = plan_execute(&opened_plan, arrays, NULL, PLAN_FRESH);
	table = SPI_tuptable;

	/* One that opens several is served when one of them takes the length. */
	for (uint64 i = 0; i < n;)
	{
		bool		isnull;
		int64		place = DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));
		const ViolationRow *row = &rows[places[place]];
		const char *refusing = NULL;
		const SpanCase *range = NULL;
		bool		taken = false;

		for (; i < n && DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)) == place; i++)
		{
			const Policy *policy = version_numbered(row->scheme,
													DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 3, &isnull)));
			char	   *code = SPI_getvalue(table->vals[i], table->tupdesc, 2);
			int			rung = policy == NULL ? -1 : policy_rung_index(policy, code);

			/* What lasts as long as its condition has no length. */
			if (rung < 0 || policy->rungs[rung].mode == RUNG_WHILE)
				continue;
			if (engine_length_open(&policy->rungs[rung], &row->length, place_in_fold(policy, row),
								   policy->zone, &range))
				taken = true;
			else
				refusing = code;
		}
		if (!taken && refusing != NULL)
			refuse(relation, row, refusing, range);
	}
	SPI_freetuptable(table);
}
