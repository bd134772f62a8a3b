/*
 * verify_effect.c
 *		Stored sanctions against those that a replay gives.
 */
#include "postgres.h"

#include "compat.h"
#include "engine/names.h"
#include "ledger/sanction_row.h"
#include "ledger/verify_effect.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

/* As jsonb prints it; null when there is none. */
static char *
terms_text(const Rung *rung, const SanctionState *sanction)
{
	bool		isnull;
	Datum		terms = sanction_terms(rung, sanction, &isnull);

	return isnull ? NULL :
		DatumGetCString(DirectFunctionCall1(jsonb_out,
											DirectFunctionCall1(jsonb_in,
																CStringGetDatum(TextDatumGetCString(terms)))));
}

/* A sanction as its record has it, or as a replay gives it. */
typedef struct Recorded
{
	const char *rung;
	int			tier;
	TimestampTz starts;
	TimestampTz ends;
	bool		empty;			/* it never was in force */
	int64		cause;
	bool		enforced;
	TimestampTz released;		/* DT_NOBEGIN: it was not */
	const char *reason;

	/* stored only */
	int64		sanction_id;
	char	   *terms;			/* null: none */
	ArrayType  *withholds;
	int64		policy_id;
	int64		opening;
	TimestampTz recorded;
	bool		found;
} Recorded;

/*
 * Do two records say the same of a sanction?  What is stored only is looked at
 * by verify_record().
 */
static bool
same_record(const Recorded *a, const Recorded *b)
{
	return a->cause == b->cause && a->tier == b->tier && a->enforced == b->enforced &&
		a->empty == b->empty && (a->empty || (a->starts == b->starts && a->ends == b->ends)) &&
		a->released == b->released && strcmp(a->rung, b->rung) == 0 &&
		(a->released == DT_NOBEGIN || strcmp(a->reason, b->reason) == 0);
}

/* A sanction in one line, as verify() shows it. */
static char *
record_text(const Recorded *r)
{
	bool		released = r->released != DT_NOBEGIN;

	return psprintf("%s %s %s cause " INT64_FORMAT "%s%s%s%s", r->rung, sanction_tier_name(r->tier),
					range_text(r->starts, r->ends, r->empty), r->cause,
					r->enforced ? "" : " not enforced", released ? " released " : "",
					released ? timestamptz_text(r->released) : "",
					released ? psprintf(" %s", r->reason) : "");
}

/*
 * Takes the row at hand apart; it must stay when the next row comes, so that
 * arrays and texts are copied.
 */
static void
read_record(const Verification *v, Recorded *r)
{
	const RowStream *row = &v->derived[SANCTION];
	RangeBound	lower;
	RangeBound	upper;

	r->rung = column_word(v, row, 3);
	r->tier = DatumGetSanctionTier(row->values[3]);
	range_deserialize(v->range, DatumGetRangeTypeP(row->values[4]), &lower, &upper, &r->empty);
	r->starts = r->empty || lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
	r->ends = r->empty || upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	/* The ledger writes half-open ranges: of another one, what it amounts to. */
	if (!r->empty && !lower.inclusive && !TIMESTAMP_NOT_FINITE(r->starts))
		r->starts++;
	if (!r->empty && upper.inclusive && !TIMESTAMP_NOT_FINITE(r->ends))
		r->ends++;
	r->cause = column_int8(row, 6);
	r->enforced = DatumGetBool(row->values[6]);
	r->released = column_time(row, 8, DT_NOBEGIN);
	r->reason = column_word(v, row, 9);
	if (r->reason == NULL && r->released != DT_NOBEGIN)
		r->reason = "null";		/* only without the constraint that forbids it */
	r->terms = column_text(row, 10);
	r->sanction_id = column_int8(row, 11);
	r->withholds = DatumGetArrayTypePCopy(row->values[11]);
	r->policy_id = column_int8(row, 13);
	r->recorded = column_time(row, 14, DT_NOBEGIN);
	r->opening = column_int8(row, 15);
	r->found = false;
}

/* Those of an account under a scheme; passes over them. */
static Recorded *
read_records(Verification *v, int *n)
{
	Recorded   *records = NULL;
	int			max = 0;

	for (*n = 0; row_here(v, SANCTION); stream_next(&v->derived[SANCTION]))
	{
		array_reserve(records, max, *n + 1);
		read_record(v, &records[(*n)++]);
	}
	return records;
}

/* Does it withhold what the rung says? */
static bool
withholds_same(const Rung *rung, ArrayType *withholds)
{
	ArrayIterator iterator;
	Datum		value;
	bool		isnull;
	int			n = 0;

	if (ARR_NDIM(withholds) == 0)
		return rung->ncapabilities == 0;
	iterator = array_create_iterator(withholds, 0, NULL);
	while (array_iterate(iterator, &value, &isnull))
	{
		text	   *name = isnull ? NULL : DatumGetTextPP(value);

		if (isnull || n == rung->ncapabilities ||
			!text_is(name, rung->capabilities[n]))
			return false;
		n++;
	}
	return n == rung->ncapabilities;
}

/* The figures that the rung puts on the sanction. */
static void
verify_terms(Verification *v, const Recorded *stored, const Rung *rung, const SanctionState *s)
{
	char	   *is;

	if (stored->terms == NULL && s->nterms == 0)
		return;
	is = terms_text(rung, s);
	if ((stored->terms == NULL) != (is == NULL) ||
		(stored->terms != NULL && strcmp(stored->terms, is) != 0))
		differ(v, "terms", stored->terms, is);
}

/* What a rung withholds, as the column of the table prints it. */
static char *
withholds_text(const Rung *rung)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < rung->ncapabilities; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "," : "", rung->capabilities[i]);
	return psprintf("{%s}", text.data);
}

/* What a record says beside what it is recognized by. */
static void
verify_record(Verification *v, const Recorded *stored, const Rung *rung, const SanctionState *s)
{
	verify_terms(v, stored, rung, s);
	if (!withholds_same(rung, stored->withholds))
		differ(v, "withholds", text_array_text(PointerGetDatum(stored->withholds)), withholds_text(rung));
	if (stored->policy_id != s->policy_id)
		differ(v, "sanction policy", psprintf(INT64_FORMAT, stored->policy_id),
			   psprintf(INT64_FORMAT, s->policy_id));
	if (stored->opening != s->opening && (stored->opening != 0 || !v->uncounted))
		differ(v, "opening", stored->opening == 0 ? NULL : psprintf(INT64_FORMAT, stored->opening),
			   psprintf("%d", s->opening));

	/* A state forgets those that have ended, and their ids. */
	if (s->sanction_id != 0 && s->sanction_id != stored->sanction_id)
		differ(v, "sanction_id", psprintf(INT64_FORMAT, stored->sanction_id),
			   psprintf(INT64_FORMAT, s->sanction_id));
}

/*
 * May something have led to it once?  The violation that it names, or, for one
 * that time or a fact brought, any entry.
 */
static bool
may_have_been(const AccountHistory *history, const Recorded *record)
{
	if (record->cause == 0)
		return history->nviolations + history->nactivities + history->nrevisions > 0;
	for (int i = 0; i < history->nviolations; i++)
		if (history->violations[i].violation_id == record->cause)
			return true;
	return false;
}

/*
 * Of a sanction that the replay does not give, "overturned" is what its record
 * is to say.  One that was released because its violation was overturned says
 * so, too, and the replay gives it.
 */
void
verify_sanctions(Verification *v, const AccountHistory *history,
				 const ProjectedSanction *sanctions, int nsanctions)
{
	int			rows;
	Recorded   *stored = read_records(v, &rows);
	char	  **only_stored;
	char	  **only_replayed;
	int			nonly_stored = 0;
	int			nonly_replayed = 0;

	if (rows == 0 && nsanctions == 0)
		return;
	only_stored = palloc(sizeof(char *) * (rows + 1));
	only_replayed = palloc(sizeof(char *) * (nsanctions + 1));
	for (int i = 0; i < nsanctions; i++)
	{
		const SanctionState *s = &sanctions[i].sanction;
		const Rung *rung = sanctions[i].rung;
		bool		released = (s->flags & SANCTION_RELEASED) != 0;
		bool		open;
		Recorded	again = {0};
		bool		found = false;

		if (s->flags & SANCTION_PROJECTED)
			continue;
		again.rung = rung->code;
		again.tier = rung->tier;
		again.starts = s->starts;
		again.ends = sanction_end(s, &open);
		again.empty = again.ends <= s->starts && !open;
		again.cause = s->cause;
		again.enforced = (s->flags & SANCTION_ENFORCED) != 0;
		again.released = released ? s->released : DT_NOBEGIN;
		again.reason = release_reason_name(s->reason);
		/* Both are in much the same order; where records are alike, ids tell. */
		for (int by_id = s->sanction_id != 0; by_id >= 0 && !found; by_id--)
			for (int k = 0; k < rows && !found; k++)
			{
				Recorded   *r = &stored[(i + k) % rows];

				if (r->found || !same_record(r, &again) ||
					(by_id && r->sanction_id != s->sanction_id))
					continue;
				r->found = found = true;
				verify_record(v, r, rung, s);
			}
		if (!found)
			only_replayed[nonly_replayed++] = record_text(&again);
	}
	for (int k = 0; k < rows; k++)
		if (!stored[k].found &&
			(stored[k].reason == NULL || strcmp(stored[k].reason, "overturned") != 0 ||
			 !may_have_been(history, &stored[k])))
			only_stored[nonly_stored++] = record_text(&stored[k]);
	differ_lists(v, "sanction", only_stored, nonly_stored, only_replayed, nonly_replayed);
}
