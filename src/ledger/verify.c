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
#include "ledger/shown.h"
#include "ledger/standing_fold.h"
#include "ledger/verify_effect.h"
#include "ledger/verify_row.h"
#include "rulebook/cache.h"
#include "types/credit_score.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_verify_range);

#define BETWEEN(column) \
	column " OPERATOR(pg_catalog.>=) $1 AND " column " OPERATOR(pg_catalog.<=) $2"

/* What is sorted by is what is selected, so that nothing has to be taken away
 * from each row. */
#define STANDINGS \
	"SELECT s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.state, s.known_at, s.policy_id, s.score, s.tier, s.as_of, s.recent, s.settled, s.settling, s.edition, s.withholds, s.next_due" \
	" FROM governance.standing s WHERE " BETWEEN("s.account_id") \
	" ORDER BY 1, 2"

#define SANCTIONS \
	"SELECT s.account_id, s.scheme COLLATE pg_catalog.\"C\", s.rung, s.tier, s.during, s.violation_id, s.enforced," \
	" s.released_at, s.release_reason, s.terms, s.sanction_id, s.withholds, s.policy_id, s.recorded_at," \
	" s.opening::pg_catalog.int8" \
	" FROM governance.sanction s WHERE " BETWEEN("s.account_id") \
	" ORDER BY 1, 2, s.sanction_id"

static const char *const items[NDERIVED] = {"standing", "sanction"};
static const char *const queries[NDERIVED] = {STANDINGS, SANCTIONS};

/* As the column prints. */
static char *
score_text(CreditScore score)
{
	char	   *text = palloc(CREDIT_SCORE_TEXT_SIZE);

	credit_score_format(score, text);
	return text;
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

/* What is withheld, and until when that and the rest of the row holds. */
static void
verify_shown(Verification *v, const EngineState *replayed, TimestampTz known_at, const Shown *shown)
{
	const RowStream *row = &v->derived[STANDING];
	const char *stored = row->nulls[12] ? "null" : column_text(row, 13);
	const char *again = shown->withholds == (Datum) 0 ? "null" : text_array_text(shown->withholds);
	TimestampTz next_due = column_time(row, 14, DT_NOBEGIN);

	if (strcmp(stored, again) != 0)
		differ(v, "withholds", stored, again);
	if (next_due > shown->next_due && !shown_until(replayed, known_at, next_due))
		differ(v, "next_due", timestamptz_text(next_due), timestamptz_text(shown->next_due));
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
	Shown		shown;
	CreditScore score_again;

	state_shown(scheme, replayed, known_at, &shown);
	score_again = credit_score_make(shown.score, shown.cap);

	if (replayed->as_of != as_of)
		differ(v, "as_of", timestamptz_text(as_of), timestamptz_text(replayed->as_of));
	if (score != score_again)
		differ(v, "score", score_text(score), score_text(score_again));
	if (tier != shown.tier)
		differ(v, "tier", sanction_tier_name(tier), sanction_tier_name(shown.tier));
	verify_shown(v, replayed, known_at, &shown);
	if (policy_id != replayed->policy_id)
		differ(v, "policy", psprintf(INT64_FORMAT, policy_id),
			   psprintf(INT64_FORMAT, replayed->policy_id));
	if (stored == NULL)
		differ(v, "state", psprintf("damaged: %s", why),
			   psprintf("%s %s", score_text(score_again), sanction_tier_name(shown.tier)));
	if (stored == NULL || policy_id != replayed->policy_id)
		return;
	v->uncounted = stored->outdated;
	v->stale |= v->uncounted;
	adopt_sanction_ids(v, replayed, stored);
	if (!engine_state_equal(policy, stored, replayed, &why))
		differ(v, "state", why, NULL);
	else
		verify_recent(v, scheme, stored);
}

/* Passes over what is stored of an account under a scheme. */
static void
pass_over(Verification *v)
{
	for (int d = 0; d < NDERIVED; d++)
		while (row_here(v, d))
			stream_next(&v->derived[d]);
}

/*
 * Does the account wait to be taken over by a change of the rulebook?  Its
 * standing is what it is until then, and so is one that is not there and that
 * entries call for which no version before has looked at.
 */
static bool
waits(const Verification *v, Scheme *scheme, const AccountHistory *history, bool there)
{
	const RowStream *row = &v->derived[STANDING];
	TimestampTz unseen;

	if (there)
		return edition_waits(&scheme->editions, column_int8(row, 12), column_time(row, 8, DT_NOBEGIN));
	unseen = edition_unseen(&scheme->editions, 0);
	return unseen != DT_NOEND &&
		(unseen == DT_NOBEGIN || ledger_fold(scheme, NULL, history, DT_NOEND, unseen - 1, NULL) == NULL) &&
		ledger_fold(scheme, NULL, history, DT_NOEND, DT_NOEND, NULL) != NULL;
}

/*
 * Folds the whole history of one account under one scheme, and holds
 * everything that is stored against it.
 */
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
	v->uncounted = false;
	if (rulebook_is_damaged(scheme))
	{
		/* verify_rulebook() names it; nothing can be said of what follows from it. */
		pass_over(v);
		return;
	}
	found = row_here(v, STANDING);
	if (waits(v, scheme, history, found))
	{
		v->waits = v->stale = true;
		pass_over(v);
		return;
	}
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

		if (known_at != known_again)
			differ(v, "known_at", timestamptz_text(known_at), timestamptz_text(known_again));
		verify_state(v, scheme, replayed);
		stream_next(&v->derived[STANDING]);
	}
	else if (replayed != NULL)
		differ(v, "standing", NULL,
			   score_text(credit_score_make(replayed->score, replayed->cap)));
	if (replayed != NULL)
		projected = ledger_project_own(scheme, replayed, &nprojected);
	verify_sanctions(v, history, projected, nprojected);
}

/* ---------- rows of nobody, and of nothing ---------- */

/* Was there a version of that name on trial, "scheme@policy_id"? */
static bool
was_on_trial(const char *name)
{
	const char *at = strchr(name, '@');
	const Policy *policy;
	char	   *end;
	char	   *why;
	int64		policy_id;

	if (at == NULL)
		return false;
	errno = 0;
	policy_id = strtoi64(at + 1, &end, 10);
	if (errno != 0 || *end != '\0' || end == at + 1)
		return false;
	policy = rulebook_policy_or_null(policy_id, &why);
	return policy != NULL && strlen(policy->scheme) == (size_t) (at - name) &&
		strncmp(policy->scheme, name, at - name) == 0;
}

/*
 * Rows of schemes that do not exist, up to a scheme's name (null: all that are
 * left of the account).  Sanctions of a trial that is over stay on record, and its
 * standings until settle() takes them away.
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
		if (derived == STANDING && was_on_trial(name))
			v->waits = v->stale = true;
		else if (strchr(name, '@') == NULL || derived != SANCTION)
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

/*
 * The derived tables are read in the same order as the schemes: by name, as
 * "C" compares.
 */
static void
verify_account(Verification *v, Scheme **schemes, int nschemes, AccountHistory *history)
{
	for (int d = 0; d < NDERIVED; d++)
		report_orphans(v, d, history);
	v->account_id = history->account_id;
	v->stale = v->waits = false;
	for (int s = 0; s < nschemes; s++)
	{
		for (int d = 0; d < NDERIVED; d++)
			report_unknown(v, d, schemes[s]->name);
		verify_standing(v, schemes[s], history);
	}
	for (int d = 0; d < NDERIVED; d++)
		report_unknown(v, d, NULL);
}

/* The account alone: anything of it is to be written anew, or it waits. */
static void
report_account(Verification *v, const char *item)
{
	Datum		values[5] = {Int64GetDatum(v->account_id)};
	bool		nulls[5] = {false, true, item == NULL, true, true};

	if (item != NULL)
		values[2] = CStringGetTextDatum(item);

	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
}

/*
 * verify_range(first, last, only_whether, progress): what differs, all as of one
 * instant, and once for each account that waits for settle() that it "waits"; or with only_whether, for rebuild(), the accounts alone of which
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
			report_account(&v, NULL);
		else if (v.waits)
			report_account(&v, "waits");
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
