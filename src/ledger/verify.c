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
#include "ledger/ledger.h"
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
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

#define BATCH_SIZE 1000

PG_FUNCTION_INFO_V1(governance_verify);
PG_FUNCTION_INFO_V1(governance_rebuild);

static LedgerPlan accounts_plan = {
	"SELECT a.account_id FROM governance.account a"
	" WHERE a.account_id OPERATOR(pg_catalog.>) $1 OR $2 ORDER BY a.account_id LIMIT $3",
	3, {INT8OID, BOOLOID, INT8OID}
};

static LedgerPlan standings_plan = {
	"SELECT s.account_id, s.scheme, s.state, s.known_at, s.policy_id, s.score, s.tier, s.as_of"
	" FROM governance.standing s WHERE s.account_id" EQ "ANY ($1)"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\"",
	1, {INT8ARRAYOID}
};

static LedgerPlan sanctions_plan = {
	"SELECT s.account_id, s.scheme, s.rung, s.tier::pg_catalog.text, s.during::pg_catalog.text,"
	" s.violation_id, s.enforced, s.released_at, s.release_reason, s.terms"
	" FROM governance.sanction s WHERE s.account_id" EQ "ANY ($1)"
	" ORDER BY s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.sanction_id",
	1, {INT8ARRAYOID}
};

static LedgerPlan restrictions_plan = {
	"SELECT r.account_id, r.scheme, r.capability, r.since, r.until"
	" FROM governance.restriction r WHERE r.account_id" EQ "ANY ($1)"
	" AND r.scheme OPERATOR(pg_catalog.<>) 'certification'"
	" ORDER BY r.account_id, r.scheme COLLATE pg_catalog.\"C\","
	" r.capability COLLATE pg_catalog.\"C\", r.since",
	1, {INT8ARRAYOID}
};

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

typedef struct AccountBatch
{
	bool		started;
	int64		last;
	int			n;
	int64		accounts[BATCH_SIZE];
} AccountBatch;

static bool
next_batch(AccountBatch *batch)
{
	Datum		values[3];
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	values[0] = Int64GetDatum(batch->last);
	values[1] = BoolGetDatum(!batch->started);
	values[2] = Int64GetDatum(BATCH_SIZE);
	batch->n = ledger_execute(&accounts_plan, values, NULL, LEDGER_FRESH);
	for (int i = 0; i < batch->n; i++)
		batch->accounts[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
														 SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	batch->started = true;
	if (batch->n > 0)
		batch->last = batch->accounts[batch->n - 1];
	return batch->n > 0;
}

/* ---------- rows of a batch, read by account and scheme ---------- */

typedef struct Cursor
{
	SPITupleTable *table;
	uint64		row;
	uint64		nrows;
} Cursor;

static void
cursor_open(Cursor *cursor, LedgerPlan *plan, Datum accounts)
{
	Datum		value = accounts;

	cursor->nrows = ledger_execute(plan, &value, NULL, LEDGER_FRESH);
	cursor->table = SPI_tuptable;
	cursor->row = 0;
}

static Datum
cursor_value(const Cursor *cursor, int number, bool *isnull)
{
	return SPI_getbinval(cursor->table->vals[cursor->row], cursor->table->tupdesc, number, isnull);
}

static char *
cursor_text(const Cursor *cursor, int number)
{
	return SPI_getvalue(cursor->table->vals[cursor->row], cursor->table->tupdesc, number);
}

/* Does the current row belong to this account (and scheme)? */
static bool
cursor_at(const Cursor *cursor, int64 account_id, const char *scheme)
{
	bool		isnull;

	return cursor->row < cursor->nrows &&
		DatumGetInt64(cursor_value(cursor, 1, &isnull)) == account_id &&
		(scheme == NULL || strcmp(cursor_text(cursor, 2), scheme) == 0);
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

/*
 * Of a sanction that the replay does not give, "overturned" is what its record
 * is to say.  One that was released because its violation was overturned says
 * so, too, and the replay gives it.
 */
static void
verify_sanctions(const Verification *v, const ProjectedSanction *sanctions, int nsanctions,
				 Cursor *cursor)
{
	uint64		first = cursor->row;
	uint64		rows = cursor_count(cursor, v->account_id, v->scheme);
	char	  **stored = palloc(sizeof(char *) * (rows + 1));
	char	  **stored_terms = palloc(sizeof(char *) * (rows + 1));
	bool	   *found = palloc0(sizeof(bool) * (rows + 1));
	char	  **replayed = palloc(sizeof(char *) * (nsanctions + 1));
	int			nstored = 0;
	int			nreplayed = 0;
	int			n = 0;

	for (; cursor_at(cursor, v->account_id, v->scheme); cursor->row++)
	{
		bool		isnull;
		Datum		cause = cursor_value(cursor, 6, &isnull);

		stored_terms[nstored] = cursor_text(cursor, 10);
		stored[nstored++] = psprintf("%s %s %s cause " INT64_FORMAT "%s%s%s%s",
									 cursor_text(cursor, 3), cursor_text(cursor, 4),
									 cursor_text(cursor, 5), isnull ? 0 : DatumGetInt64(cause),
									 strcmp(cursor_text(cursor, 7), "t") == 0 ? "" : " not enforced",
									 cursor_text(cursor, 9) == NULL ? "" : " released ",
									 cursor_text(cursor, 9) == NULL ? "" : cursor_text(cursor, 8),
									 cursor_text(cursor, 9) == NULL ? ""
									 : psprintf(" %s", cursor_text(cursor, 9)));
	}
	for (int i = 0; i < nsanctions; i++)
	{
		const SanctionState *s = &sanctions[i].sanction;
		const Rung *rung = sanctions[i].rung;
		bool		released = (s->flags & SANCTION_RELEASED) != 0;
		TimestampTz ends = released ? s->released : s->ends;
		char	   *text;
		char	   *terms;
		int			j = -1;

		if (s->flags & SANCTION_PROJECTED)
			continue;
		text = psprintf("%s %s %s cause " INT64_FORMAT "%s%s%s%s",
						rung->code, sanction_tier_name(rung->tier),
						range_text(s->starts, Max(ends, s->starts),
								   ends <= s->starts && (released || ends != DT_NOEND)),
						s->cause,
						s->flags & SANCTION_ENFORCED ? "" : " not enforced",
						released ? " released " : "",
						released ? timestamptz_text(s->released) : "",
						released ? psprintf(" %s", release_reason_name(s->reason)) : "");
		terms = terms_text(rung, s);
		/* Both are in much the same order. */
		for (int k = 0; k < nstored && j < 0; k++)
			if (!found[(i + k) % nstored] && strcmp(stored[(i + k) % nstored], text) == 0)
				j = (i + k) % nstored;
		if (j < 0)
			replayed[nreplayed++] = text;
		else
		{
			found[j] = true;
			if ((terms == NULL) != (stored_terms[j] == NULL) ||
				(terms != NULL && strcmp(stored_terms[j], terms) != 0))
				differ(v, "terms", stored_terms[j], terms);
		}
	}
	for (int j = 0; j < nstored; j++)
	{
		char	   *reason = SPI_getvalue(cursor->table->vals[first + j], cursor->table->tupdesc, 9);

		if (!found[j] && (reason == NULL || strcmp(reason, "overturned") != 0))
			stored[n++] = stored[j];
	}
	differ_lists(v, "sanction", stored, n, replayed, nreplayed);
}

static void
verify_restrictions(const Verification *v, const ProjectedSanction *sanctions, int nsanctions,
					TimestampTz as_of, Cursor *cursor)
{
	int			nspans;
	Withheld   *spans = withheld_by(sanctions, nsanctions, as_of, &nspans);
	char	  **stored = palloc(sizeof(char *) * (cursor_count(cursor, v->account_id, v->scheme) + 1));
	char	  **replayed = palloc(sizeof(char *) * (nspans + 1));
	int			nstored = 0;

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
	bool		isnull;

	v->scheme = scheme->name;
	if (found)
	{
		int64		policy_id = DatumGetInt64(cursor_value(standings, 5, &isnull));

		as_of = DatumGetTimestampTz(cursor_value(standings, 8, &isnull));
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
		}
	}
	else if (replayed != NULL)
		differ(v, "standing", NULL,
			   score_text(credit_score_make(replayed->score, replayed->cap)));
	if (replayed != NULL)
		projected = ledger_project(scheme, NULL, replayed, history, &nprojected);
	verify_sanctions(v, projected, nprojected, sanctions);
	verify_restrictions(v, projected, nprojected, replayed == NULL ? DT_NOBEGIN : replayed->as_of,
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

Datum
governance_verify(PG_FUNCTION_ARGS)
{
	Verification v;
	AccountBatch batch = {0};
	Scheme	  **schemes;
	int			nschemes;
	MemoryContext context;
	MemoryContext old;

	InitMaterializedSRF(fcinfo, 0);
	v.result = (ReturnSetInfo *) fcinfo->resultinfo;
	rulebook_refresh();
	ledger_read_enter();
	schemes = rulebook_schemes(&nschemes);
	context = AllocSetContextCreate(CurrentMemoryContext, "governance verify", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	while (next_batch(&batch))
	{
		AccountHistory *histories;
		Datum		accounts = ledger_int8_array(batch.accounts, batch.n);
		Cursor		standings;
		Cursor		sanctions;
		Cursor		restrictions;

		histories = history_load(batch.accounts, batch.n, HISTORY_FACTS | HISTORY_ENTRIES, LEDGER_FRESH);
		cursor_open(&standings, &standings_plan, accounts);
		cursor_open(&sanctions, &sanctions_plan, accounts);
		cursor_open(&restrictions, &restrictions_plan, accounts);
		for (int i = 0; i < batch.n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			v.account_id = batch.accounts[i];
			for (int s = 0; s <= nschemes; s++)
			{
				const char *before = s < nschemes ? schemes[s]->name : NULL;

				report_unknown(&v, "standing", &standings, before);
				report_unknown(&v, "sanction", &sanctions, before);
				report_unknown(&v, "restriction", &restrictions, before);
				if (s < nschemes)
					verify_standing(&v, schemes[s], &histories[i], &standings, &sanctions,
									&restrictions);
			}
		}
		SPI_freetuptable(standings.table);
		SPI_freetuptable(sanctions.table);
		SPI_freetuptable(restrictions.table);
		MemoryContextReset(context);
	}
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
