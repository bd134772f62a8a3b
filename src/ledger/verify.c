/*
 * verify.c
 *		verify() and rebuild(): the ledger against what was derived from it.
 *
 * Accounts are taken in order of their ids, a batch at a time, so that memory
 * is bounded by a batch.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "ledger/effect.h"
#include "ledger/recent.h"
#include "ledger/stream.h"
#include "oversight/audit.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

#define BATCH_SIZE 1000

PG_FUNCTION_INFO_V1(governance_verify);
PG_FUNCTION_INFO_V1(governance_rebuild);

static LedgerPlan accounts_plan = {
	"SELECT a.account_id, (SELECT pg_catalog.count(*) FROM governance.violation v"
	" WHERE v.account_id" EQ "a.account_id) FROM governance.account a"
	" WHERE a.account_id OPERATOR(pg_catalog.>) $1 OR $2 ORDER BY a.account_id LIMIT $3",
	3, {INT8OID, BOOLOID, INT8OID}
};

#define STANDINGS \
	"SELECT s.account_id, s.scheme, s.state, s.known_at, s.policy_id, s.score, s.tier, s.as_of, s.recent" \
	" FROM governance.standing s ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\""

#define SANCTIONS \
	"SELECT s.account_id, s.scheme, s.rung, s.tier, pg_catalog.lower(s.during)," \
	" pg_catalog.upper(s.during), pg_catalog.isempty(s.during)," \
	" s.violation_id, s.enforced, s.released_at, s.release_reason, s.terms" \
	" FROM governance.sanction s" \
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.sanction_id"

#define RESTRICTIONS \
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until" \
	" FROM governance.restriction r WHERE r.scheme OPERATOR(pg_catalog.<>) 'certification'" \
	" ORDER BY r.account_id, r.scheme COLLATE pg_catalog.\"C\"," \
	" r.capability COLLATE pg_catalog.\"C\", r.since"

/* With when the last sanction that time brought began: a standing that is made
 * anew has to have seen it. */
static LedgerPlan concerned_plan = {
	"SELECT c.account_id, c.scheme, (SELECT pg_catalog.max(pg_catalog.lower(s.during))"
	" FROM governance.sanction s WHERE s.account_id" EQ "c.account_id AND s.scheme" EQ "c.scheme"
	" AND s.violation_id IS NULL"
	" AND coalesce(s.release_reason, '') OPERATOR(pg_catalog.<>) 'overturned')"
	" FROM (SELECT account_id, scheme FROM governance.violation WHERE account_id" EQ "ANY ($1)"
	" UNION SELECT account_id, scheme FROM governance.standing WHERE account_id" EQ "ANY ($1)) AS c",
	1, {INT8ARRAYOID}
};

static LedgerPlan count_plan = {
	"SELECT pg_catalog.count(*) FROM governance.standing WHERE account_id" EQ "ANY ($1)",
	1, {INT8ARRAYOID}
};

static LedgerPlan active_plan = {
	"SELECT DISTINCT account_id, kind FROM governance.activity WHERE account_id" EQ "ANY ($1)",
	1, {INT8ARRAYOID}
};

static LedgerPlan audit_plan = {
	"SELECT v.account_id, v.scheme, v.item, v.stored, v.replayed FROM governance.verify_audit() AS v"
	" UNION ALL SELECT v.account_id, v.scheme, v.item, v.stored, v.replayed FROM governance.verify_seals() AS v",
	0
};

/* ---------- batches of accounts ---------- */

/* About what an entry takes in memory while its account is folded. */
#define ENTRY_BYTES 400

typedef struct AccountBatch
{
	bool		started;
	int64		last;
	int			n;
	int			wanted;			/* how many to ask for, 0: as many as fit */
	int64		accounts[BATCH_SIZE];
} AccountBatch;

/*
 * The next accounts: at most BATCH_SIZE, and no more than have their entries in
 * work_mem; an account alone may have more.
 */
static bool
next_batch(AccountBatch *batch)
{
	Datum		values[3];
	bool		isnull;
	int64		room = (int64) work_mem * 1024 / ENTRY_BYTES;
	int			found;

	CHECK_FOR_INTERRUPTS();
	values[0] = Int64GetDatum(batch->last);
	values[1] = BoolGetDatum(!batch->started);
	values[2] = Int64GetDatum(batch->wanted > 0 ? batch->wanted : BATCH_SIZE);
	found = ledger_execute(&accounts_plan, values, NULL, LEDGER_FRESH);
	for (batch->n = 0; batch->n < found; batch->n++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[batch->n];

		room -= DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &isnull));
		if (room < 0 && batch->n > 0)
			break;
		batch->accounts[batch->n] = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	/* So that not the same entries are counted over and over. */
	batch->wanted = Min(batch->n * 2, BATCH_SIZE);
	batch->started = true;
	if (batch->n > 0)
		batch->last = batch->accounts[batch->n - 1];
	return batch->n > 0;
}

/* ---------- rows of a batch, read by account and scheme ---------- */

typedef struct Cursor
{
	RowStream	stream;			/* where it is one */
	SPITupleTable *table;		/* where it is not */
	HeapTuple  *rows;
	TupleDesc	desc;
	uint64		row;
	uint64		nrows;
} Cursor;

/* What a stream has for accounts up to one. */
static void
cursor_batch(Cursor *cursor, int64 last)
{
	stream_batch(&cursor->stream, last);
	cursor->rows = cursor->stream.rows;
	cursor->desc = cursor->stream.desc;
	cursor->nrows = cursor->stream.nrows;
	cursor->row = 0;
}

static void
cursor_open(Cursor *cursor, LedgerPlan *plan, Datum accounts)
{
	Datum		value = accounts;

	cursor->nrows = ledger_execute(plan, &value, NULL, LEDGER_FRESH);
	cursor->table = SPI_tuptable;
	cursor->rows = SPI_tuptable->vals;
	cursor->desc = SPI_tuptable->tupdesc;
	cursor->row = 0;
}

static Datum
cursor_value(const Cursor *cursor, int number, bool *isnull)
{
	return SPI_getbinval(cursor->rows[cursor->row], cursor->desc, number, isnull);
}

static char *
cursor_text(const Cursor *cursor, int number)
{
	return SPI_getvalue(cursor->rows[cursor->row], cursor->desc, number);
}

/* Does the current row belong to this account (and scheme)? */
static bool
cursor_at(const Cursor *cursor, int64 account_id, const char *scheme)
{
	bool		isnull;
	text	   *name;

	if (cursor->row >= cursor->nrows ||
		DatumGetInt64(cursor_value(cursor, 1, &isnull)) != account_id)
		return false;
	if (scheme == NULL)
		return true;
	name = DatumGetTextPP(cursor_value(cursor, 2, &isnull));
	return VARSIZE_ANY_EXHDR(name) == strlen(scheme) &&
		memcmp(VARDATA_ANY(name), scheme, VARSIZE_ANY_EXHDR(name)) == 0;
}

/* How many rows from the current one on do? */
static uint64
cursor_count(const Cursor *cursor, int64 account_id, const char *scheme)
{
	Cursor		end = *cursor;

	while (cursor_at(&end, account_id, scheme))
		end.row++;
	return end.row - cursor->row;
}

/* ---------- differences ---------- */

typedef struct Verification
{
	ReturnSetInfo *result;
	int64		account_id;
	const char *scheme;
} Verification;

static void
differ(const Verification *v, const char *item, const char *stored, const char *replayed)
{
	Datum		values[5];
	bool		nulls[5] = {0};

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

static int
text_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Reports what is in one sorted list of descriptions and not in the other. */
static void
differ_lists(const Verification *v, const char *item, char **stored, int nstored,
			 char **replayed, int nreplayed)
{
	int			i = 0;
	int			j = 0;

	qsort(stored, nstored, sizeof(char *), text_cmp);
	qsort(replayed, nreplayed, sizeof(char *), text_cmp);
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
	Datum		terms;			/* stored, as jsonb */
	bool		no_terms;
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
read_record(const Cursor *cursor, Recorded *r)
{
	bool		isnull;
	Datum		value;

	r->rung = TextDatumGetCString(cursor_value(cursor, 3, &isnull));
	r->tier = DatumGetSanctionTier(cursor_value(cursor, 4, &isnull));
	value = cursor_value(cursor, 5, &isnull);
	r->starts = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
	value = cursor_value(cursor, 6, &isnull);
	r->ends = isnull ? DT_NOEND : DatumGetTimestampTz(value);
	r->empty = DatumGetBool(cursor_value(cursor, 7, &isnull));
	value = cursor_value(cursor, 8, &isnull);
	r->cause = isnull ? 0 : DatumGetInt64(value);
	r->enforced = DatumGetBool(cursor_value(cursor, 9, &isnull));
	value = cursor_value(cursor, 10, &isnull);
	r->released = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
	value = cursor_value(cursor, 11, &isnull);
	r->reason = isnull ? NULL : TextDatumGetCString(value);
	r->terms = cursor_value(cursor, 12, &r->no_terms);
	r->found = false;
}

static void
verify_terms(const Verification *v, const Recorded *stored, const Rung *rung,
			 const SanctionState *s)
{
	char	   *was;
	char	   *is;

	if (stored->no_terms && s->nterms == 0)
		return;
	was = stored->no_terms ? NULL :
		DatumGetCString(DirectFunctionCall1(jsonb_out, stored->terms));
	is = terms_text(rung, s);
	if ((was == NULL) != (is == NULL) || (was != NULL && strcmp(was, is) != 0))
		differ(v, "terms", was, is);
}

/*
 * Of a sanction that the replay does not give, "overturned" is what its record
 * is to say.  One that was released because its violation was overturned says
 * so, too, and the replay gives it.
 */
static void
verify_sanctions(const Verification *v, const ProjectedSanction *sanctions, int nsanctions,
				 Cursor *cursor)
{
	uint64		rows = cursor_count(cursor, v->account_id, v->scheme);
	Recorded   *stored;
	char	  **only_stored;
	char	  **only_replayed;
	int			nonly_stored = 0;
	int			nonly_replayed = 0;

	if (rows == 0 && nsanctions == 0)
		return;
	stored = palloc(sizeof(Recorded) * (rows + 1));
	only_stored = palloc(sizeof(char *) * (rows + 1));
	only_replayed = palloc(sizeof(char *) * (nsanctions + 1));
	for (uint64 i = 0; i < rows; i++, cursor->row++)
		read_record(cursor, &stored[i]);
	for (int i = 0; i < nsanctions; i++)
	{
		const SanctionState *s = &sanctions[i].sanction;
		const Rung *rung = sanctions[i].rung;
		bool		released = (s->flags & SANCTION_RELEASED) != 0;
		Recorded	again = {0};
		bool		found = false;

		if (s->flags & SANCTION_PROJECTED)
			continue;
		again.rung = rung->code;
		again.tier = rung->tier;
		again.starts = s->starts;
		again.ends = Max(released ? s->released : s->ends, s->starts);
		again.empty = again.ends <= s->starts && (released || again.ends != DT_NOEND);
		again.cause = s->cause;
		again.enforced = (s->flags & SANCTION_ENFORCED) != 0;
		again.released = released ? s->released : DT_NOBEGIN;
		again.reason = release_reason_name(s->reason);
		/* Both are in much the same order. */
		for (uint64 k = 0; k < rows && !found; k++)
		{
			Recorded   *r = &stored[(i + k) % rows];

			if (r->found || !same_record(r, &again))
				continue;
			r->found = found = true;
			verify_terms(v, r, rung, s);
		}
		if (!found)
			only_replayed[nonly_replayed++] = record_text(&again);
	}
	for (uint64 k = 0; k < rows; k++)
		if (!stored[k].found &&
			(stored[k].reason == NULL || strcmp(stored[k].reason, "overturned") != 0))
			only_stored[nonly_stored++] = record_text(&stored[k]);
	differ_lists(v, "sanction", only_stored, nonly_stored, only_replayed, nonly_replayed);
}

static void
verify_restrictions(const Verification *v, Scheme *scheme, const AccountHistory *history,
					const ProjectedSanction *sanctions, int nsanctions,
					TimestampTz as_of, TimestampTz known_at, Cursor *cursor)
{
	int			nspans;
	Withheld   *spans = withheld_by(sanctions, nsanctions, as_of, &nspans);
	uint64		rows = cursor_count(cursor, v->account_id, v->scheme);
	Cursor		at;
	Withheld   *in_force;
	char	  **stored;
	char	  **replayed;
	int			nstored = 0;

	/* Both are in order of capability and time: mostly they are just the same. */
	if (rows == (uint64) nspans)
	{
		bool		same = true;

		at = *cursor;
		for (int i = 0; i < nspans && same; i++, at.row++)
		{
			bool		isnull;
			text	   *capability = DatumGetTextPP(cursor_value(&at, 3, &isnull));

			same = VARSIZE_ANY_EXHDR(capability) == strlen(spans[i].capability) &&
				memcmp(VARDATA_ANY(capability), spans[i].capability,
					   VARSIZE_ANY_EXHDR(capability)) == 0 &&
				DatumGetTimestampTz(cursor_value(&at, 4, &isnull)) == spans[i].since &&
				DatumGetTimestampTz(cursor_value(&at, 5, &isnull)) == spans[i].until;
		}
		if (same)
		{
			cursor->row += rows;
			return;
		}
	}
	in_force = palloc(sizeof(Withheld) * (rows + 1));
	at = *cursor;
	for (uint64 i = 0; i < rows; i++, at.row++)
	{
		bool		isnull;

		in_force[i].capability = cursor_text(&at, 3);
		in_force[i].since = DatumGetTimestampTz(cursor_value(&at, 4, &isnull));
		in_force[i].until = DatumGetTimestampTz(cursor_value(&at, 5, &isnull));
		in_force[i].sanction_id = 0;
	}
	if (withheld_alike(scheme, history, sanctions, nsanctions, Max(as_of, known_at),
					   in_force, rows))
	{
		cursor->row += rows;
		return;
	}
	stored = palloc(sizeof(char *) * (rows + 1));
	replayed = palloc(sizeof(char *) * (nspans + 1));
	for (; cursor_at(cursor, v->account_id, v->scheme); cursor->row++)
		stored[nstored++] = psprintf("%s from %s until %s", cursor_text(cursor, 3),
									 cursor_text(cursor, 4), cursor_text(cursor, 5));
	for (int i = 0; i < nspans; i++)
		replayed[i] = psprintf("%s from %s until %s", spans[i].capability,
							   timestamptz_text(spans[i].since),
							   timestamptz_text(spans[i].until));
	differ_lists(v, "restriction", stored, nstored, replayed, nspans);
}

/* Gives the replayed state the ids of the stored one's sanctions, which a
 * replay cannot know. */
static void
adopt_sanction_ids(EngineState *replayed, const EngineState *stored)
{
	for (int i = 0; i < replayed->nsanctions; i++)
		for (int j = 0; j < stored->nsanctions; j++)
			if (replayed->sanctions[i].number == stored->sanctions[j].number)
				replayed->sanctions[i].sanction_id = stored->sanctions[j].sanction_id;
}

/* Do the recent entries lead to the state that is stored with them? */
static void
verify_recent(Verification *v, Scheme *scheme, const EngineState *stored, Cursor *standings)
{
	bool		isnull;
	Datum		bytes = cursor_value(standings, 9, &isnull);
	Recent	   *recent = isnull ? NULL : recent_read(scheme, DatumGetByteaPP(bytes));
	EngineState *folded;
	const Policy *policy;
	char	   *why;

	if (recent == NULL)
		return;
	folded = recent_fold(recent);
	if (folded == NULL)
	{
		differ(v, "recent", "entries that lie before their state", NULL);
		return;
	}
	policy = rulebook_policy(folded->policy_id);
	engine_advance(policy, folded, stored->as_of, NULL);
	if (!engine_state_equal(policy, stored, folded, &why))
		differ(v, "recent", why, NULL);
}

static void
verify_standing(Verification *v, Scheme *scheme, AccountHistory *history,
				Cursor *standings, Cursor *sanctions, Cursor *restrictions)
{
	bool		found = cursor_at(standings, v->account_id, scheme->name);
	EngineState *replayed;
	EngineState *stored = NULL;
	ProjectedSanction *projected = NULL;
	int			nprojected = 0;
	TimestampTz as_of = DT_NOEND;
	TimestampTz known_at = DT_NOBEGIN;
	bool		isnull;

	v->scheme = scheme->name;
	if (found)
	{
		int64		policy_id = DatumGetInt64(cursor_value(standings, 5, &isnull));

		as_of = DatumGetTimestampTz(cursor_value(standings, 8, &isnull));
		known_at = DatumGetTimestampTz(cursor_value(standings, 4, &isnull));
		stored = engine_deserialize(rulebook_policy(policy_id),
									DatumGetByteaPP(cursor_value(standings, 3, &isnull)));
	}
	/* All that is known, even past what the standing has seen. */
	replayed = ledger_fold(scheme, NULL, history, DT_NOEND, DT_NOEND, NULL);
	if (found && replayed == NULL)
		replayed = ledger_blank(scheme, history);
	if (found && replayed->as_of < as_of)
		ledger_advance(scheme, NULL, &replayed, history, as_of, NULL);
	if (found)
	{
		CreditScore score = DatumGetCreditScore(cursor_value(standings, 6, &isnull));
		int			tier = DatumGetSanctionTier(cursor_value(standings, 7, &isnull));
		const Policy *policy = rulebook_policy(replayed->policy_id);
		CreditScore score_again = credit_score_make(replayed->score, replayed->cap);
		int			tier_again = ledger_tier(policy, replayed,
											 DatumGetTimestampTz(cursor_value(standings, 4, &isnull)));
		char	   *why;

		if (replayed->as_of != as_of)
			differ(v, "as_of", timestamptz_text(as_of), timestamptz_text(replayed->as_of));
		if (score != score_again)
			differ(v, "score", score_text(score), score_text(score_again));
		if (tier != tier_again)
			differ(v, "tier", sanction_tier_name(tier), sanction_tier_name(tier_again));
		if (stored->policy_id != replayed->policy_id)
			differ(v, "policy", psprintf(INT64_FORMAT, stored->policy_id),
				   psprintf(INT64_FORMAT, replayed->policy_id));
		else
		{
			adopt_sanction_ids(replayed, stored);
			if (!engine_state_equal(policy, stored, replayed, &why))
				differ(v, "state", why, NULL);
			else
				verify_recent(v, scheme, stored, standings);
		}
	}
	else if (replayed != NULL)
		differ(v, "standing", NULL,
			   score_text(credit_score_make(replayed->score, replayed->cap)));
	if (replayed != NULL)
		projected = ledger_project(scheme, NULL, replayed, history, &nprojected);
	verify_sanctions(v, projected, nprojected, sanctions);
	verify_restrictions(v, scheme, history, projected, nprojected,
						replayed == NULL ? DT_NOBEGIN : replayed->as_of,
						replayed == NULL ? DT_NOBEGIN : Max(known_at, replayed->last_decided),
						restrictions);
	if (found)
		standings->row++;
}

/*
 * Rows of schemes that do not exist, up to a scheme's name (null: all that are
 * left of the account).  Sanctions of a trial that is over stay on record.
 */
static void
report_unknown(Verification *v, const char *item, Cursor *cursor, const char *before)
{
	for (; cursor_at(cursor, v->account_id, NULL); cursor->row++)
	{
		char	   *name = cursor_text(cursor, 2);

		if (before != NULL && strcmp(name, before) >= 0)
			break;
		v->scheme = name;
		if (strchr(name, '@') == NULL || strcmp(item, "sanction") != 0)
			differ(v, item, cursor_text(cursor, 3), NULL);
	}
}

/* The audit is verified by queries of its own. */
static void
verify_audit(const Verification *v)
{
	uint64		nrows = ledger_execute(&audit_plan, NULL, NULL, LEDGER_FRESH);

	for (uint64 row = 0; row < nrows; row++)
	{
		Datum		values[5];
		bool		nulls[5];

		for (int column = 0; column < 5; column++)
			values[column] = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
										   column + 1, &nulls[column]);
		tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Rows of accounts that do not exist. */
static void
report_orphans(Verification *v, const char *item, Cursor *cursor, int64 before, bool rest)
{
	for (; cursor->row < cursor->nrows; cursor->row++)
	{
		bool		isnull;

		v->account_id = DatumGetInt64(cursor_value(cursor, 1, &isnull));
		if (!rest && v->account_id >= before)
			break;
		v->scheme = cursor_text(cursor, 2);
		differ(v, item, cursor_text(cursor, 3), NULL);
	}
}

/*
 * One scan of each table, all as of one instant, a batch of accounts at a time.
 */
Datum
governance_verify(PG_FUNCTION_ARGS)
{
	static const char *const items[3] = {"standing", "sanction", "restriction"};
	static const char *const queries[3] = {STANDINGS, SANCTIONS, RESTRICTIONS};
	Verification v;
	HistoryStream stream;
	Cursor		cursors[3];
	AccountHistory *histories;
	int			n;
	Scheme	  **schemes;
	int			nschemes;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	v.result = (ReturnSetInfo *) fcinfo->resultinfo;
	rulebook_refresh();
	ledger_read_enter();
	PushActiveSnapshot(GetTransactionSnapshot());
	schemes = rulebook_schemes(&nschemes);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance verify", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	history_stream_open(&stream, PG_INT64_MIN, PG_INT64_MAX, NULL);
	memset(cursors, 0, sizeof(cursors));
	for (int c = 0; c < 3; c++)
		stream_open(&cursors[c].stream, queries[c], 0, NULL, NULL);
	while ((histories = history_stream_next(&stream, BATCH_SIZE, &n)) != NULL)
	{
		for (int c = 0; c < 3; c++)
			cursor_batch(&cursors[c], histories[n - 1].account_id);
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (int c = 0; c < 3; c++)
				report_orphans(&v, items[c], &cursors[c], histories[i].account_id, false);
			v.account_id = histories[i].account_id;
			for (int s = 0; s <= nschemes; s++)
			{
				const char *before = s < nschemes ? schemes[s]->name : NULL;

				for (int c = 0; c < 3; c++)
					report_unknown(&v, items[c], &cursors[c], before);
				if (s < nschemes)
					verify_standing(&v, schemes[s], &histories[i], &cursors[0], &cursors[1],
									&cursors[2]);
			}
		}
		MemoryContextReset(context);
	}
	for (int c = 0; c < 3; c++)
	{
		cursor_batch(&cursors[c], PG_INT64_MAX);
		report_orphans(&v, items[c], &cursors[c], 0, true);
		stream_close(&cursors[c].stream);
	}
	history_stream_close(&stream);
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	if (OidIsValid(get_relname_relid("seal", get_namespace_oid("governance", false))))
		verify_audit(&v);
	ledger_read_leave();
	return (Datum) 0;
}

/* ---------- rebuild ---------- */

Datum
governance_rebuild(PG_FUNCTION_ARGS)
{
	AccountBatch batch = {0};
	LedgerIdentity identity;
	Scheme	  **schemes;
	int			nschemes;
	MemoryContext context;
	MemoryContext old;
	int64		rebuilt = 0;

	PreventCommandIfReadOnly("rebuild()");
	ledger_lock(ExclusiveLock);
	rulebook_refresh();
	ledger_enter(&identity);
	schemes = rulebook_schemes(&nschemes);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance rebuild", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	while (next_batch(&batch))
	{
		Datum		accounts = ledger_int8_array(batch.accounts, batch.n);
		Cursor		concerned;
		Cursor		active;
		StandingKey *keys;
		int			n = 0;
		Datum		value;
		bool		isnull;

		cursor_open(&concerned, &concerned_plan, accounts);
		cursor_open(&active, &active_plan, accounts);
		keys = MemoryContextAllocExtended(context,
										  sizeof(StandingKey) *
										  ((concerned.nrows + active.nrows) * (nschemes + 1) + 1),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		for (; concerned.row < concerned.nrows; concerned.row++)
		{
			char	   *name = cursor_text(&concerned, 2);

			keys[n].account_id = DatumGetInt64(cursor_value(&concerned, 1, &isnull));
			keys[n].scheme = rulebook_scheme(name, strlen(name), false);
			value = cursor_value(&concerned, 3, &isnull);
			keys[n].decided = DT_NOBEGIN;
			keys[n].advance_to = isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
			keys[n++].replay = true;
			for (int s = 0; s < nschemes; s++)
				if (schemes[s]->trial_of != NULL && strcmp(schemes[s]->trial_of, name) == 0)
				{
					keys[n].account_id = keys[n - 1].account_id;
					keys[n].scheme = schemes[s];
					keys[n].decided = keys[n].advance_to = DT_NOBEGIN;
					keys[n++].replay = true;
				}
		}
		for (; active.row < active.nrows; active.row++)
			for (int s = 0; s < nschemes; s++)
				if (scheme_listens(schemes[s], cursor_text(&active, 2)))
				{
					keys[n].account_id = DatumGetInt64(cursor_value(&active, 1, &isnull));
					keys[n].scheme = schemes[s];
					keys[n].decided = keys[n].advance_to = DT_NOBEGIN;
					keys[n++].replay = true;
				}
		standings_apply(keys, n);
		SPI_freetuptable(concerned.table);
		SPI_freetuptable(active.table);
		cursor_open(&concerned, &count_plan, accounts);
		rebuilt += DatumGetInt64(cursor_value(&concerned, 1, &isnull));
		SPI_freetuptable(concerned.table);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	audit_event(identity.userid, "rebuild", NULL);
	ledger_leave(&identity);
	PG_RETURN_INT64(rebuilt);
}
