/*
 * sanction_steps.c
 *		What consumers of events are told of a sanction.
 */
#include "postgres.h"

#include "compat.h"
#include "json.h"
#include "ledger/consumer.h"
#include "ledger/sanction_row.h"
#include "ledger/sanction_steps.h"
#include "types/sanction_tier.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* ---------- the steps ---------- */

/* See sanction_steps.h. */
Stage
sanction_stage(const SanctionRecord *record, TimestampTz at)
{
	if (!record->enforced || record->never || record->ends <= at)
		return STAGE_OVER;
	return record->starts > at ? STAGE_SCHEDULED : STAGE_STARTED;
}

/* See sanction_steps.h.  What was never enforced nobody has been told of. */
Stage
sanction_known(const SanctionRecord *record, TimestampTz told)
{
	if (!record->enforced || record->never)
		return STAGE_NONE;
	return sanction_stage(record, told);
}

/* Are two arrays of names the same? */
static bool
same_names(Datum a, Datum b)
{
	ArrayType  *left = DatumGetArrayTypeP(a);
	ArrayType  *right = DatumGetArrayTypeP(b);

	return VARSIZE(left) == VARSIZE(right) && memcmp(left, right, VARSIZE(left)) == 0;
}

/* See sanction_steps.h. */
bool
sanction_has_changed(const SanctionRecord *old, const SanctionRecord *record)
{
	return old->never != record->never ||
		(!old->never && (old->starts != record->starts || old->ends != record->ends)) ||
		old->tier != record->tier || old->cause != record->cause ||
		!same_names(old->withholds, record->withholds);
}

/*
 * See sanction_steps.h.  A sanction is announced as scheduled, started and over,
 * each once, and as changed in between.  This is the one place that says which
 * events take a consumer from the one to the other; where nothing but time has
 * gone on, tick() says the same (40_tick.sql).
 */
int
sanction_steps(const SanctionRecord *record, Stage known, bool changed, const SanctionRecord *old,
			   TimestampTz now, TimestampTz until, SanctionStep *steps)
{
	Stage		actual = sanction_stage(record, until);
	bool		served = record->enforced && !record->never && record->starts <= until;
	bool		overturned = known == STAGE_OVER && old != NULL &&
		(record->never ||
		 (record->reason != NULL && strcmp(record->reason, "overturned") == 0 &&
		  (old->reason == NULL || strcmp(old->reason, "overturned") != 0)));
	int			n = 0;

	if (actual == STAGE_SCHEDULED && (known == STAGE_NONE || known == STAGE_OVER))
	{
		steps[n].kind = EVENT_SANCTION_SCHEDULED;
		steps[n++].at = now;
	}
	if ((actual == STAGE_STARTED && known != STAGE_STARTED) ||
		(actual == STAGE_OVER && served && known < STAGE_STARTED))
	{
		steps[n].kind = EVENT_SANCTION_STARTED;
		steps[n++].at = record->starts;
	}
	if (actual == STAGE_OVER && known != STAGE_OVER && served && !record->released)
	{
		steps[n].kind = EVENT_SANCTION_ENDED;
		steps[n++].at = record->ends;
	}
	else if (actual == STAGE_OVER &&
			 (((known == STAGE_SCHEDULED || known == STAGE_STARTED) && !served) ||
			  (known != STAGE_OVER && served) || overturned))
	{
		steps[n].kind = EVENT_SANCTION_RELEASED;
		steps[n++].at = record->released ? record->released_at : until;
	}
	if ((known == actual && changed && (actual != STAGE_OVER || (served && !overturned))) ||
		(known == STAGE_STARTED && actual == STAGE_SCHEDULED))
	{
		steps[n].kind = EVENT_SANCTION_CHANGED;
		steps[n++].at = now;
	}
	return n;
}

/* ---------- what is said of each ---------- */

/* An instant that is left out where there is none. */
static void
put_instant(StringInfo json, const char *key, TimestampTz at)
{
	if (!TIMESTAMP_NOT_FINITE(at))
		json_instant(json, key, at);
}

/* From when until when a sanction lasts; nothing when it never does. */
static void
put_time(StringInfo json, const SanctionRecord *record)
{
	if (record->never)
		return;
	put_instant(json, "since", record->starts);
	put_instant(json, "until", record->ends);
}

/* See sanction_steps.h. */
char *
sanction_detail(const SanctionRecord *record, EventKind kind, const SanctionRecord *old)
{
	StringInfoData json;
	Datum	   *capabilities;
	int			n;

	initStringInfo(&json);
	json_begin_object(&json, NULL);
	json_text(&json, "rung", record->rung);
	json_text(&json, "tier", sanction_tier_name(record->tier));
	deconstruct_array(DatumGetArrayTypeP(record->withholds), TEXTOID, -1, false, TYPALIGN_INT,
					  &capabilities, NULL, &n);
	json_begin_array(&json, "withholds");
	for (int i = 0; i < n; i++)
		json_text(&json, NULL, TextDatumGetCString(capabilities[i]));
	json_end_array(&json);
	put_time(&json, record);
	if (record->cause != 0)
		json_int64(&json, "violation_id", record->cause);
	if (kind == EVENT_SANCTION_RELEASED && record->reason != NULL)
		json_text(&json, "reason", record->reason);
	if (kind == EVENT_SANCTION_CHANGED && old != NULL)
	{
		json_begin_object(&json, "before");
		put_time(&json, old);
		json_text(&json, "tier", sanction_tier_name(old->tier));
		if (old->cause != 0 && old->cause != record->cause)
			json_int64(&json, "violation_id", old->cause);
		json_end_object(&json);
	}
	json_end_object(&json);
	return json.data;
}
