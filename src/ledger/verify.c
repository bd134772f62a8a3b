/*
 * verify.c
 *		verify_range(): the ledger against what was derived from it, for the
 *		accounts from one id to another.
 *
 * One scan of each table; what the accounts hold is merged as it comes, and the
 * memory of one account is that of the next.  verify() has several of them at
 * work, each in a worker of its own, and rebuild() asks it where there is
 * anything to do (rebuild.c).
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/owner.h"
#include "db/stream.h"
#include "engine/engine.h"
#include "engine/names.h"
#include "ledger/advance.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/history.h"
#include "ledger/judge.h"
#include "ledger/project.h"
#include "ledger/recent.h"
#include "ledger/sanction_row.h"
#include "ledger/standing_fold.h"
#include "ledger/withheld.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_verify_range);

#define BETWEEN(column) \
	column " OPERATOR(pg_catalog.>=) $1 AND " column " OPERATOR(pg_catalog.<=) $2"

/* What is sorted by is what is selected, so that nothing has to be taken away
 * from each row. */
#define STANDINGS \
	"SELECT s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.state, s.known_at, s.policy_id, s.score, s.tier, s.as_of, s.recent, s.settled, s.settling" \
	" FROM governance.standing s WHERE " BETWEEN("s.account_id") \
	" ORDER BY 1, 2"

#define SANCTIONS \
	"SELECT s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.rung, s.tier, s.during, s.violation_id, s.enforced," \
	" s.released_at, s.release_reason, s.terms, s.sanction_id, s.withholds, s.policy_id, s.recorded_at" \
	" FROM governance.sanction s WHERE " BETWEEN("s.account_id") \
	" ORDER BY 1, 2, s.sanction_id"

#define RESTRICTIONS \
	"SELECT r.account_id, r.scheme COLLATE pg_catalog.\"C\", r.capability COLLATE pg_catalog.\"C\", r.since, r.until, r.sanction_id" \
	" FROM governance.restriction r WHERE r.scheme OPERATOR(pg_catalog.<>) 'certification'" \
	" AND " BETWEEN("r.account_id") \
	" ORDER BY 1, 2, 3, 4"

enum
{
	STANDING, SANCTION, RESTRICTION, NDERIVED
};

static const char *const items[NDERIVED] = {"standing", "sanction", "restriction"};
static const char *const queries[NDERIVED] = {STANDINGS, SANCTIONS, RESTRICTIONS};

typedef struct Verification
{
	ReturnSetInfo *result;
	RowStream	derived[NDERIVED];
	WordPool	   *names;
	TypeCacheEntry *range;
	int64		account_id;
	const char *scheme;

	/* for rebuild(): which accounts are not as it would leave them */
	bool		only_whether;
	bool		stale;			/* this one is not */
} Verification;

/* ---------- the row at hand ---------- */

static char *
column_text(const RowStream *stream, int number)
{
	Oid			output;
	bool		varlena;

	if (stream->nulls[number - 1])
		return NULL;
	getTypeOutputInfo(TupleDescAttr(stream->desc, number - 1)->atttypid, &output, &varlena);
	return OidOutputFunctionCall(output, stream->values[number - 1]);
}

static inline TimestampTz
column_time(const RowStream *stream, int number, TimestampTz missing)
{
	return stream->nulls[number - 1] ? missing :
		DatumGetTimestampTz(stream->values[number - 1]);
}

static inline int64
column_int8(const RowStream *stream, int number)
{
	return stream->nulls[number - 1] ? 0 : DatumGetInt64(stream->values[number - 1]);
}

static inline const char *
column_word(const Verification *v, const RowStream *stream, int number)
{
	return stream->nulls[number - 1] ? NULL :
		word_pool_get(v->names, DatumGetTextPP(stream->values[number - 1]));
}

/* Does it belong to the account and scheme that are being looked at? */
static bool
row_here(const Verification *v, int derived)
{
	const RowStream *stream = &v->derived[derived];

	return stream_at(stream, v->account_id) && text_is(DatumGetTextPP(stream->values[1]), v->scheme);
}

/* ---------- differences ---------- */

static void
differ(Verification *v, const char *item, const char *stored, const char *replayed)
{
	Datum		values[5];
	bool		nulls[5] = {0};

	v->stale = true;
	if (v->only_whether)
		return;
	values[0] = Int64GetDatum(v->account_id);
	values[1] = CStringGetTextDatum(v->scheme);
	values[2] = CStringGetTextDatum(item);
	nulls[3] = stored == NULL;
	if (stored != NULL)
		values[3] = CStringGetTextDatum(stored);
	nulls[4] = replayed == NULL;
	if (replayed != NULL)
		values[4] = CStringGetTextDatum(replayed);
	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
}

static char *
score_text(CreditScore score)
{
	char	   *text = palloc(CREDIT_SCORE_TEXT_SIZE);

	credit_score_format(score, text);
	return text;
}

/* Reports what is in one sorted list of descriptions and not in the other. */
static void
differ_lists(Verification *v, const char *item, char **stored, int nstored,
			 char **replayed, int nreplayed)
{
	int			i = 0;
	int			j = 0;

	qsort(stored, nstored, sizeof(char *), string_order);
	qsort(replayed, nreplayed, sizeof(char *), string_order);
	while (i < nstored || j < nreplayed)
	{
		int			cmp = i >= nstored ? 1 : j >= nreplayed ? -1 : strcmp(stored[i], replayed[j]);

		if (cmp == 0)
		{
			i++;
			j++;
		}
		else if (cmp < 0)
			differ(v, item, stored[i++], NULL);
		else
			differ(v, item, NULL, replayed[j++]);
	}
}

/* As the columns of the tables print. */
static char *
timestamptz_text(TimestampTz at)
{
	return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at)));
}

static char *
range_text(TimestampTz starts, TimestampTz ends, bool empty)
{
	TypeCacheEntry *typcache = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower = {.val = TimestampTzGetDatum(starts), .inclusive = true, .lower = true};
	RangeBound	upper = {.val = TimestampTzGetDatum(ends), .infinite = ends == DT_NOEND};
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(TSTZRANGEOID, &output, &varlena);
	return OidOutputFunctionCall(output,
								 RangeTypePGetDatum(make_range_compat(typcache, &lower, &upper, empty)));
}

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
	TimestampTz recorded;
	bool		found;
} Recorded;

static bool
same_record(const Recorded *a, const Recorded *b)
{
	return a->cause == b->cause && a->tier == b->tier && a->enforced == b->enforced &&
		a->empty == b->empty && (a->empty || (a->starts == b->starts && a->ends == b->ends)) &&
		a->released == b->released && strcmp(a->rung, b->rung) == 0 &&
		(a->released == DT_NOBEGIN || strcmp(a->reason, b->reason) == 0);
}

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

static char *
withheld_text(const Withheld *span)
{
	return psprintf("%s from %s until %s", span->capability, timestamptz_text(span->since),
					timestamptz_text(span->until));
}

static char *
array_text(ArrayType *array)
{
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	return OidOutputFunctionCall(output, PointerGetDatum(array));
}

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
		differ(v, "withholds", array_text(stored->withholds), withholds_text(rung));
	if (stored->policy_id != s->policy_id)
		differ(v, "sanction policy", psprintf(INT64_FORMAT, stored->policy_id),
			   psprintf(INT64_FORMAT, s->policy_id));

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
static void
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

static void
verify_restrictions(Verification *v, Scheme *scheme, const AccountHistory *history,
					const ProjectedSanction *sanctions, int nsanctions,
					TimestampTz as_of, TimestampTz known_at)
{
	const RowStream *row = &v->derived[RESTRICTION];
	int			nspans;
	Withheld   *spans = withheld_by(sanctions, nsanctions, as_of, &nspans);
	Withheld   *stored = NULL;
	Withheld   *copy;
	char	  **before;
	char	  **again;
	int			n = 0;
	int			max = 0;
	bool		same = true;

	/* Both are in order of capability and time: mostly they are just the same. */
	for (; row_here(v, RESTRICTION); stream_next(&v->derived[RESTRICTION]), n++)
	{
		array_reserve(stored, max, n + 1);
		stored[n].capability = column_word(v, row, 3);
		stored[n].since = column_time(row, 4, DT_NOBEGIN);
		stored[n].until = column_time(row, 5, DT_NOEND);
		stored[n].sanction_id = column_int8(row, 6);
		same = same && n < nspans && stored[n].since == spans[n].since &&
			stored[n].until == spans[n].until &&
			strcmp(stored[n].capability, spans[n].capability) == 0;
		if (same && stored[n].sanction_id != spans[n].sanction_id)
			v->stale = true;
		if (same && spans[n].sanction_id != 0 && stored[n].sanction_id != spans[n].sanction_id)
			differ(v, "restriction",
				   psprintf("%s sanction " INT64_FORMAT, withheld_text(&stored[n]), stored[n].sanction_id),
				   psprintf("%s sanction " INT64_FORMAT, withheld_text(&spans[n]), spans[n].sanction_id));
	}
	if (same && n == nspans)
		return;
	v->stale = true;
	copy = palloc(sizeof(Withheld) * (n + 1));
	if (n > 0)
		memcpy(copy, stored, sizeof(Withheld) * n);
	if (withheld_alike(scheme, history, sanctions, nsanctions, Max(as_of, known_at), copy, n))
		return;
	before = palloc(sizeof(char *) * (n + 1));
	again = palloc(sizeof(char *) * (nspans + 1));
	for (int i = 0; i < n; i++)
		before[i] = withheld_text(&stored[i]);
	for (int i = 0; i < nspans; i++)
		again[i] = withheld_text(&spans[i]);
	differ_lists(v, "restriction", before, n, again, nspans);
}

/* Gives the replayed state the ids of the stored one's sanctions, which a
 * replay cannot know. */
static void
adopt_sanction_ids(Verification *v, EngineState *replayed, const EngineState *stored)
{
	for (int j = 0; j < stored->nsanctions; j++)
	{
		const SanctionState *s = &stored->sanctions[j];

		if (s->sanction_id == 0)
			v->stale = true;
		for (int i = 0; i < replayed->nsanctions; i++)
			if (replayed->sanctions[i].number == s->number)
				replayed->sanctions[i].sanction_id = s->sanction_id;
	}
}

/*
 * Where recent entries lead to at an instant; null: they are of another policy.
 * False where they are damaged.  It takes nothing but memory, so that it may be
 * given up anywhere.
 */
static bool
fold_recent(const Verification *v, Scheme *scheme, bytea *bytes, TimestampTz at,
			EngineState **folded, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool sound = true;

	*folded = NULL;
	PG_TRY();
	{
		Recent	   *recent = recent_read(scheme, bytes);

		if (recent != NULL)
		{
			*folded = recent_fold(recent);
			if (*folded != NULL)
				engine_advance(rulebook_policy((*folded)->policy_id), *folded, at, NULL);
			else
			{
				*why = pstrdup("entries lie before their state");
				sound = false;
			}
		}
	}
	PG_CATCH();
	{
		*why = caught_damage(context);
		sound = false;
	}
	PG_END_TRY();
	return sound;
}

/* Do the recent entries lead to the state that is stored with them? */
static void
verify_recent(Verification *v, Scheme *scheme, const EngineState *stored)
{
	const RowStream *row = &v->derived[STANDING];
	EngineState *folded;
	const Policy *policy;
	char	   *why;

	if (row->nulls[8])
		return;
	v->stale = true;			/* what is made anew has none */
	if (v->only_whether)
		return;
	if (!fold_recent(v, scheme, DatumGetByteaPP(row->values[8]), stored->as_of, &folded, &why))
	{
		differ(v, "recent", psprintf("damaged: %s", why), NULL);
		return;
	}
	if (folded == NULL)
		return;
	policy = rulebook_policy(folded->policy_id);
	if (!engine_state_equal(policy, stored, folded, &why))
		differ(v, "recent", why, NULL);
}

/* The standing at hand against what its account's history leads to. */
static void
verify_state(Verification *v, Scheme *scheme, EngineState *replayed)
{
	const RowStream *row = &v->derived[STANDING];
	TimestampTz known_at = DatumGetTimestampTz(row->values[3]);
	int64		policy_id = DatumGetInt64(row->values[4]);
	CreditScore score = DatumGetCreditScore(row->values[5]);
	int			tier = DatumGetSanctionTier(row->values[6]);
	TimestampTz as_of = DatumGetTimestampTz(row->values[7]);
	char	   *why = NULL;
	const Policy *stored_under = rulebook_policy_or_null(policy_id, &why);
	const void *parts[ENGINE_PARTS] = {
		row->nulls[9] ? NULL : DatumGetByteaPP(row->values[9]),
		row->nulls[10] ? NULL : DatumGetByteaPP(row->values[10])
	};
	EngineState *stored = stored_under == NULL ? NULL :
		engine_restore_or_null(stored_under, DatumGetByteaPP(row->values[2]), parts, true, &why);
	const Policy *policy = rulebook_policy(replayed->policy_id);
	CreditScore score_again = credit_score_make(replayed->score, replayed->cap);
	int			tier_again = ledger_tier(policy, replayed, known_at);

	if (replayed->as_of != as_of)
		differ(v, "as_of", timestamptz_text(as_of), timestamptz_text(replayed->as_of));
	if (score != score_again)
		differ(v, "score", score_text(score), score_text(score_again));
	if (tier != tier_again)
		differ(v, "tier", sanction_tier_name(tier), sanction_tier_name(tier_again));
	if (policy_id != replayed->policy_id)
		differ(v, "policy", psprintf(INT64_FORMAT, policy_id),
			   psprintf(INT64_FORMAT, replayed->policy_id));
	if (stored == NULL)
		differ(v, "state", psprintf("damaged: %s", why),
			   psprintf("%s %s", score_text(score_again), sanction_tier_name(tier_again)));
	if (stored == NULL || policy_id != replayed->policy_id)
		return;
	adopt_sanction_ids(v, replayed, stored);
	if (!engine_state_equal(policy, stored, replayed, &why))
		differ(v, "state", why, NULL);
	else
		verify_recent(v, scheme, stored);
}

static void
verify_standing(Verification *v, Scheme *scheme, AccountHistory *history)
{
	const RowStream *row = &v->derived[STANDING];
	bool		found;
	EngineState *replayed;
	ProjectedSanction *projected = NULL;
	int			nprojected = 0;
	TimestampTz as_of = DT_NOEND;
	TimestampTz known_at = DT_NOBEGIN;

	v->scheme = scheme->name;
	if (rulebook_is_damaged(scheme))
	{
		/* verify_rulebook() names it; nothing can be said of what follows from it. */
		for (int d = 0; d < NDERIVED; d++)
			while (row_here(v, d))
				stream_next(&v->derived[d]);
		return;
	}
	found = row_here(v, STANDING);
	if (v->only_whether)
	{
		if (!found && history->nrevisions == 0)
			for (int i = 0; i < history->nviolations && !v->stale; i++)
				v->stale = scheme_concerned(scheme, history->violations[i].scheme) &&
					ledger_judges(scheme, &history->violations[i]);
		if (v->stale)
			return;				/* what is left is passed over */
	}
	if (found)
	{
		as_of = DatumGetTimestampTz(row->values[7]);
		known_at = DatumGetTimestampTz(row->values[3]);
	}
	/* All that is known, even past what the standing has seen. */
	replayed = ledger_fold(scheme, NULL, history, DT_NOEND, DT_NOEND, NULL);
	if (found && replayed == NULL)
		replayed = ledger_blank(scheme, history);
	if (found && replayed->as_of < as_of)
		ledger_advance(scheme, NULL, &replayed, history, as_of, NULL);
	if (found)
	{
		TimestampTz known_again = Max(ledger_known_at(scheme, history), replayed->last_decided);

		if (v->only_whether && is_ahead(as_of))
			v->stale = true;
		if (known_at != known_again)
			differ(v, "known_at", timestamptz_text(known_at), timestamptz_text(known_again));
		verify_state(v, scheme, replayed);
		stream_next(&v->derived[STANDING]);
	}
	else if (replayed != NULL)
		differ(v, "standing", NULL,
			   score_text(credit_score_make(replayed->score, replayed->cap)));
	if (replayed != NULL)
		projected = ledger_project(scheme, NULL, replayed, history, &nprojected);
	verify_sanctions(v, history, projected, nprojected);
	verify_restrictions(v, scheme, history, projected, nprojected,
						replayed == NULL ? DT_NOBEGIN : replayed->as_of,
						replayed == NULL ? DT_NOBEGIN : Max(known_at, replayed->last_decided));
}

/* ---------- rows of nobody, and of nothing ---------- */

/*
 * Rows of schemes that do not exist, up to a scheme's name (null: all that are
 * left of the account).  Sanctions of a trial that is over stay on record.
 */
static void
report_unknown(Verification *v, int derived, const char *before)
{
	RowStream  *row = &v->derived[derived];

	for (; stream_at(row, v->account_id); stream_next(row))
	{
		char	   *name = column_text(row, 2);

		if (before != NULL && strcmp(name, before) >= 0)
			break;
		v->scheme = name;
		if (strchr(name, '@') == NULL || derived != SANCTION)
			differ(v, items[derived], column_text(row, 3), NULL);
	}
}

/* Rows of accounts that do not exist, up to one that does. */
static void
report_orphans(Verification *v, int derived, const AccountHistory *before)
{
	RowStream  *row = &v->derived[derived];

	for (; row->ahead && (before == NULL || row->account_id < before->account_id);
		 stream_next(row))
	{
		v->account_id = row->account_id;
		v->scheme = column_text(row, 2);
		differ(v, items[derived], column_text(row, 3), NULL);
	}
}

/* ---------- the accounts from one to another ---------- */

static void
verify_account(Verification *v, Scheme **schemes, int nschemes, AccountHistory *history)
{
	for (int d = 0; d < NDERIVED; d++)
		report_orphans(v, d, history);
	v->account_id = history->account_id;
	v->stale = false;
	for (int s = 0; s < nschemes; s++)
	{
		for (int d = 0; d < NDERIVED; d++)
			report_unknown(v, d, schemes[s]->name);
		verify_standing(v, schemes[s], history);
	}
	for (int d = 0; d < NDERIVED; d++)
		report_unknown(v, d, NULL);
}

/* The account alone, where that is all that is asked for. */
static void
report_stale(Verification *v)
{
	Datum		values[5] = {Int64GetDatum(v->account_id)};
	bool		nulls[5] = {false, true, true, true, true};

	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
}

/*
 * verify_range(first, last, only_whether, progress): what differs, all as of one
 * instant; or with only_whether, for rebuild(), the accounts alone of which
 * anything would be written anew.
 */
Datum
governance_verify_range(PG_FUNCTION_ARGS)
{
	int64		first = PG_ARGISNULL(0) ? PG_INT64_MIN : PG_GETARG_INT64(0);
	int64		last = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT64(1);
	int			progress = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		bounds[2] = {Int64GetDatum(first), Int64GetDatum(last)};
	int64		done = 0;
	Verification v = {0};
	HistoryStream stream;
	AccountHistory *history;
	Scheme	  **schemes;
	int			nschemes;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	v.result = (ReturnSetInfo *) fcinfo->resultinfo;
	v.only_whether = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	rulebook_refresh();
	ledger_read_enter();
	v.range = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	schemes = rulebook_schemes(&nschemes);
	history_stream_open(&stream, first, last, NULL);
	v.names = stream.names;
	for (int d = 0; d < NDERIVED; d++)
		stream_open(&v.derived[d], queries[d], 2, types, bounds);

	/* Large enough that an account like any other allocates nothing. */
	context = AllocSetContextCreate(CurrentMemoryContext, "governance verify",
									64 * 1024, 64 * 1024, ALLOCSET_DEFAULT_MAXSIZE);
	old = MemoryContextSwitchTo(context);
	while ((history = history_stream_next(&stream)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		verify_account(&v, schemes, nschemes, history);
		if (v.only_whether && v.stale)
			report_stale(&v);
		if (progress > 0 && ++done % progress == 0)
			ereport(NOTICE,
					(errmsg("verified %lld accounts, up to account %lld",
							(long long) done, (long long) v.account_id)));
		MemoryContextReset(context);
	}
	for (int d = 0; d < NDERIVED; d++)
	{
		report_orphans(&v, d, NULL);
		stream_close(&v.derived[d]);
	}
	history_stream_close(&stream);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	ledger_read_leave();
	return (Datum) 0;
}
