/*
 * take_back.c
 *		commit_use(), release_use() and refund(): what comes of a use later.
 */
#include "postgres.h"

#include "compat.h"
#include "db/identity.h"
#include "db/owner.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "entitlement/counter.h"
#include "entitlement/use.h"
#include "entitlement/usage_row.h"
#include "errors.h"
#include "rulebook/cache.h"

#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_commit_use);
PG_FUNCTION_INFO_V1(governance_release_use);
PG_FUNCTION_INFO_V1(governance_refund);

/* A use that is looked at under the lock of its counters. */
typedef struct Taken
{
	UsageEntry	entry;
	UsageSince	since;
	CounterKeys keys;
	const Capability *capability;	/* of the first document; null: none names it */
} Taken;

/* What was said of it while we waited is read afterwards. */
static void
take(Taken *taken, int64 use_id)
{
	Question	question;

	memset(taken, 0, sizeof(Taken));
	memset(&question, 0, sizeof(Question));
	usage_get(use_id, &taken->entry);
	question.account_id = taken->entry.account_id;
	question.capability = cstring_to_text(taken->entry.capability);
	question.at = GetCurrentTimestamp();
	question.counterpart = taken->entry.counterpart;
	question.mode = PLAN_FRESH;
	question_begin(&question, &taken->keys);
	for (int i = 0; i < question.view.n && taken->capability == NULL; i++)
		if (!question.view.in_force[i].trial)
			taken->capability = question.view.in_force[i].capability;
	counters_lock(&taken->keys);
	usage_since(&taken->entry, &taken->since);
}

/* An amount of it; null: all that there is. */
static int64
taken_amount(FunctionCallInfo fcinfo, int n, const Taken *taken, int64 all)
{
	if (PG_ARGISNULL(n))
		return all;
	return amount_of_numeric(PG_GETARG_NUMERIC(n),
							 taken->entry.is_time && taken->capability != NULL ? taken->capability->unit_size : AMOUNT_SCALE);
}

/* The same as text. */
static const char *
taken_units(const Taken *taken, int64 amount)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   amount_numeric(amount, taken->entry.is_time && taken->capability != NULL ?
															  taken->capability->unit_size : AMOUNT_SCALE)));
}

/* The row about it. */
static int64
write_about(Taken *taken, const char *what, int64 amount, text *reason)
{
	UsageEntry	entry = {
		.account_id = taken->entry.account_id, .entry = what, .about = taken->entry.use_id,
		.capability = taken->entry.capability, .amount = amount, .is_time = taken->entry.is_time,
		.used_at = taken->entry.used_at, .from = DT_NOBEGIN, .counterpart = taken->entry.counterpart,
		.lapses = DT_NOEND, .settles = DT_NOBEGIN, .reason = reason
	};
	int64		use_id = usage_write(&entry);

	counters_used(&taken->keys, GetCurrentTimestamp());
	return use_id;
}

/* Is it a reservation that is still held? */
static bool
is_held(const Taken *taken)
{
	return strcmp(taken->entry.entry, "reserve") == 0 && !taken->since.committed &&
		!taken->since.given_up && taken->entry.lapses > GetCurrentTimestamp();
}

/* Raises the error of one that is not, or not any more. */
static void
require_held(const Taken *taken)
{
	if (is_held(taken))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GV_NOT_TAKEN_BACK),
			 strcmp(taken->entry.entry, "reserve") != 0 ? errmsg("use %lld is no reservation", (long long) taken->entry.use_id)
			 : taken->since.committed ? errmsg("reservation %lld is used already", (long long) taken->entry.use_id)
			 : taken->since.given_up ? errmsg("reservation %lld was given up", (long long) taken->entry.use_id)
			 : errmsg("reservation %lld lapsed at %s", (long long) taken->entry.use_id, timestamptz_to_str(taken->entry.lapses)),
			 errhint("Record a use with governance.use().")));
}

/* commit_use(use_id, amount): what was reserved is used, or so much of it. */
Datum
governance_commit_use(PG_FUNCTION_ARGS)
{
	Identity	identity;
	Taken		taken;
	int64		amount;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rulebook_refresh();
	ledger_enter(&identity);
	take(&taken, PG_GETARG_INT64(0));
	require_held(&taken);
	amount = taken_amount(fcinfo, 1, &taken, taken.entry.amount);
	if (amount > taken.entry.amount)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NOT_TAKEN_BACK),
				 errmsg("cannot use %s of reservation %lld: it holds %s", taken_units(&taken, amount),
						(long long) taken.entry.use_id, taken_units(&taken, taken.entry.amount)),
				 errhint("Record a use of the rest with governance.use().")));
	write_about(&taken, "commit", amount, NULL);
	ledger_leave(&identity);
	PG_RETURN_INT64(taken.entry.use_id);
}

/* So much of a use is left, to be given up or taken back. */
static int64
left_of(const Taken *taken, bool refund)
{
	int64		amount = taken->since.committed ? taken->since.committed_amount : taken->entry.amount;

	return amount - taken->since.refunded - (refund ? 0 : taken->since.released);
}

/*
 * release_use(use_id, amount): a reservation is undone, whole; of a use so much of
 * what it holds is given up.
 */
Datum
governance_release_use(PG_FUNCTION_ARGS)
{
	Identity	identity;
	Taken		taken;
	int64		left;
	int64		amount;
	int64		use_id;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rulebook_refresh();
	ledger_enter(&identity);
	take(&taken, PG_GETARG_INT64(0));
	if (strcmp(taken.entry.entry, "reserve") == 0 && !taken.since.committed)
	{
		require_held(&taken);
		use_id = write_about(&taken, "release", taken.entry.amount, NULL);
	}
	else
	{
		left = left_of(&taken, false);
		amount = taken_amount(fcinfo, 1, &taken, left);
		if (amount > left || left <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_NOT_TAKEN_BACK),
					 errmsg("cannot give up %s of use %lld: it holds %s", taken_units(&taken, amount),
							(long long) taken.entry.use_id, taken_units(&taken, Max(left, 0))),
					 errhint("governance.usage lists what was used, given up and taken back.")));
		use_id = write_about(&taken, "release", amount, NULL);
	}
	ledger_leave(&identity);
	PG_RETURN_INT64(use_id);
}

/* Raises an error where what was used stays used. */
static void
require_refundable(const Taken *taken)
{
	TimestampTz until = DT_NOEND;

	if (taken->capability != NULL && taken->capability->conventions.refunds == REFUND_NEVER)
		until = DT_NOBEGIN;
	else if (taken->capability != NULL && taken->capability->conventions.refunds == REFUND_WITHIN)
		until = span_after(taken->entry.used_at, &taken->capability->conventions.refund_span);
	if (taken->entry.settles != DT_NOBEGIN)
		until = Min(until, taken->entry.settles);
	if (until <= GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_GV_NOT_TAKEN_BACK),
				 errmsg("use %lld of \"%s\" can no longer be taken back", (long long) taken->entry.use_id, taken->entry.capability),
				 until == DT_NOBEGIN ? errdetail("Uses of it are never taken back.")
				 : errdetail("It could be until %s.", timestamptz_to_str(until)),
				 errhint("Give the account more with governance.grant_allowance().")));
}

/* refund(use_id, amount, reason): so much is as if it had not been used. */
Datum
governance_refund(PG_FUNCTION_ARGS)
{
	Identity	identity;
	Taken		taken;
	int64		left;
	int64		amount;
	int64		use_id;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rulebook_refresh();
	ledger_enter(&identity);
	take(&taken, PG_GETARG_INT64(0));
	if (strcmp(taken.entry.entry, "reserve") == 0 && !taken.since.committed)
		require_held(&taken);
	require_refundable(&taken);
	left = left_of(&taken, true);
	amount = taken_amount(fcinfo, 1, &taken, left);
	if (amount > left || left <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NOT_TAKEN_BACK),
				 errmsg("cannot take back %s of use %lld: it used %s", taken_units(&taken, amount),
						(long long) taken.entry.use_id, taken_units(&taken, Max(left, 0))),
				 errhint("governance.usage lists what was used, given up and taken back.")));
	use_id = write_about(&taken, "refund", amount, ARGUMENT_TEXT(2));
	ledger_leave(&identity);
	PG_RETURN_INT64(use_id);
}
