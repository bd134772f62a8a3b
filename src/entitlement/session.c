/*
 * session.c
 *		begin_session(), touch_session() and end_session().
 *
 * When a session must end is known when it begins, and is worked out anew at each
 * sign of life.  Nobody has to cut it: one that is over is over for whoever asks.
 */
#include "postgres.h"

#include "compat.h"
#include "db/identity.h"
#include "db/owner.h"
#include "entitlement/call.h"
#include "entitlement/columns.h"
#include "entitlement/use.h"
#include "entitlement/usage_row.h"
#include "errors.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_begin_session);
PG_FUNCTION_INFO_V1(governance_touch_session);
PG_FUNCTION_INFO_V1(governance_end_session);

#define EQ " OPERATOR(pg_catalog.=) "
#define GT " OPERATOR(pg_catalog.>) "
#define COLUMNS \
	"SELECT s.session_id, s.account_id, s.capability, s.opened_at, s.until, s.last_sign_at," \
	" s.last_sign_at OPERATOR(pg_catalog.+) s.lease, s.place, s.counterpart, s.context, s.closed_at, s.use_id" \
	" FROM governance.session s WHERE "

static KeptPlan get_plan = {
	COLUMNS "s.session_id" EQ "$1", 1, {INT8OID}
};

static KeptPlan ref_plan = {
	COLUMNS "s.account_id" EQ "$1 AND s.ref" EQ "$2 AND s.opened_at" GT "$3 ORDER BY s.session_id DESC LIMIT 1",
	3, {INT8OID, TEXTOID, TIMESTAMPTZOID}
};

static KeptPlan insert_plan = {
	"INSERT INTO governance.session (account_id, capability, opened_at, until, because, last_sign_at, lease, place,"
	" counterpart, context, ref) VALUES ($1, $2, $3, $4, $5, $3, $6, $7, $8, $9, $10) RETURNING session_id",
	10, {INT8OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTARRAYOID, INTERVALOID, TEXTOID, INT8OID, JSONBOID, TEXTOID}
};

static KeptPlan touch_plan = {
	"UPDATE governance.session s SET last_sign_at = $3, until = $4, because = $5"
	" WHERE s.account_id" EQ "$1 AND s.session_id" EQ "$2",
	5, {INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTARRAYOID}
};

static KeptPlan close_plan = {
	"UPDATE governance.session s SET closed_at = $3, use_id = $4 WHERE s.account_id" EQ "$1 AND s.session_id" EQ "$2",
	4, {INT8OID, INT8OID, TIMESTAMPTZOID, INT8OID}
};

/* A row of governance.session. */
typedef struct Session
{
	int64		session_id;
	int64		account_id;
	char	   *capability;
	TimestampTz opened;
	TimestampTz until;
	TimestampTz last_sign;
	TimestampTz lease_until;
	char	   *place;
	int64		counterpart;
	Jsonb	   *context;
	TimestampTz closed;			/* DT_NOEND: nobody has said so */
	int64		use_id;
} Session;

/* A row that a plan has given; false: it has given none. */
static bool
session_read(Session *session, uint64 nrows)
{
	if (nrows > 0)
	{
		session->session_id = DatumGetInt64(column(0, 1));
		session->account_id = DatumGetInt64(column(0, 2));
		session->capability = column_text(0, 3);
		session->opened = DatumGetTimestampTz(column(0, 4));
		session->until = DatumGetTimestampTz(column(0, 5));
		session->last_sign = DatumGetTimestampTz(column(0, 6));
		session->lease_until = DatumGetTimestampTz(column(0, 7));
		session->place = column_text(0, 8);
		session->counterpart = DatumGetInt64(column(0, 9));
		session->context = column_jsonb(0, 10);
		session->closed = column_instant(0, 11, DT_NOEND);
		session->use_id = DatumGetInt64(column(0, 12));
	}
	SPI_freetuptable(SPI_tuptable);
	return nrows > 0;
}

/* By id. */
static void
session_get(int64 session_id, Session *session)
{
	Datum		value = Int64GetDatum(session_id);

	if (!session_read(session, plan_execute(&get_plan, &value, NULL, PLAN_FRESH)))
		ereport(ERROR,
				(errcode(ERRCODE_GV_UNKNOWN_USE),
				 errmsg("there is no session %lld", (long long) session_id),
				 errhint("governance.session lists them.")));
}

/* When a session that nobody has ended was over, as seen at an instant. */
static TimestampTz
session_over(const Session *session, TimestampTz at)
{
	if (session->closed != DT_NOEND)
		return session->closed;
	if (session->until <= at && session->until <= session->lease_until)
		return session->until;
	if (session->lease_until <= at)
		return session->last_sign;
	return DT_NOEND;
}

/* For so long it lives without a sign: the shortest that a document says. */
static Interval *
session_lease(const Question *question)
{
	Interval   *lease = palloc0(sizeof(Interval));
	TimestampTz least = DT_NOEND;

	lease->time = 2 * USECS_PER_MINUTE;
	for (int i = 0; i < question->view.n; i++)
	{
		const InForce *in_force = &question->view.in_force[i];
		const Span *span;
		TimestampTz end;

		if (in_force->capability == NULL || in_force->trial || !in_force->capability->session.given)
			continue;
		span = &in_force->capability->session.lease;
		end = span_after(question->at, span);
		if (end >= least)
			continue;
		least = end;
		lease->time = span->usecs;
		lease->day = span->days;
		lease->month = span->months;
	}
	return lease;
}

/* Because of what it ends, as an array; null where nothing ends it. */
static bool
ends_because(const Question *question, Datum *value)
{
	const MeterAnswer *answer = question->answer;

	if (answer == NULL || answer->until == DT_NOEND)
		return false;
	return text_list(answer->because, answer->nbecause, value);
}

/* The row of one that may begin. */
static int64
write_session(const Question *question, text *ref)
{
	Datum		values[10];
	char		nulls[] = "          ";
	int64		session_id;

	values[0] = Int64GetDatum(question->account_id);
	values[1] = PointerGetDatum(question->capability);
	values[2] = TimestampTzGetDatum(question->at);
	values[3] = TimestampTzGetDatum(question->answer == NULL || question->answer->silent ? DT_NOEND : question->answer->until);
	nulls[4] = ends_because(question, &values[4]) ? ' ' : 'n';
	values[5] = IntervalPGetDatum(session_lease(question));
	values[6] = question->place == NULL ? (Datum) 0 : CStringGetTextDatum(question->place);
	nulls[6] = question->place == NULL ? 'n' : ' ';
	values[7] = Int64GetDatum(question->counterpart);
	nulls[7] = question->counterpart == 0 ? 'n' : ' ';
	values[8] = PointerGetDatum(question->context);
	nulls[8] = question->context == NULL ? 'n' : ' ';
	values[9] = PointerGetDatum(ref);
	nulls[9] = ref == NULL ? 'n' : ' ';
	plan_execute(&insert_plan, values, nulls, PLAN_WRITE);
	session_id = DatumGetInt64(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	return session_id;
}

/* The session that an account has under a reference; 0: none. */
static int64
session_by_ref(const Question *question, text *ref)
{
	Session		session;
	Datum		values[3];

	if (ref == NULL)
		return 0;
	values[0] = Int64GetDatum(question->account_id);
	values[1] = PointerGetDatum(ref);
	values[2] = TimestampTzGetDatum(GetCurrentTimestamp() - 30 * USECS_PER_DAY);
	if (!session_read(&session, plan_execute(&ref_plan, values, NULL, PLAN_FRESH)))
		return 0;
	if (strcmp(session.capability, question->name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_REFERENCE_USED),
				 errmsg("reference \"%s\" of account %lld was used for \"%s\", not for \"%s\"", text_to_cstring(ref),
						(long long) question->account_id, session.capability, question->name),
				 errhint("Name each use by a reference of its own.")));
	return session.session_id;
}

/* The row of a call, in the memory of the caller. */
static Datum
session_row(const Question *question, TupleDesc desc, int64 session_id, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	HeapTuple	row = call_row(question, desc, session_id, 0);

	MemoryContextSwitchTo(old);
	return HeapTupleGetDatum(row);
}

/* begin_session(account_id, capability, place, ref, at, counterpart, context) */
Datum
governance_begin_session(PG_FUNCTION_ARGS)
{
	static const int numbers[] = {0, 1};
	static const char *const names[] = {"account_id", "capability"};
	MemoryContext context = CurrentMemoryContext;
	TupleDesc	desc;
	Question	question = {0};
	CounterKeys keys = {0};
	Identity	identity;
	text	   *ref = ref_argument(fcinfo, 3);
	int64		session_id;
	bool		now;
	Datum		result;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	require_arguments(fcinfo, numbers, names, 2);
	question.account_id = PG_GETARG_INT64(0);
	question.capability = PG_GETARG_TEXT_PP(1);
	question.place = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	question.at = instant_argument(fcinfo, 4, &now);
	question.counterpart = ARGUMENT_INT8(5);
	question.context = ARGUMENT_JSONB(6);
	question.session = true;
	question.mode = PLAN_FRESH;
	rulebook_refresh();
	ledger_enter(&identity);
	question_begin(&question, &keys);
	question_lock(&question, &keys, now);
	session_id = session_by_ref(&question, ref);
	if (session_id != 0)
	{
		question.over_session = question.view.over_session = session_id;
		question.session = false;
	}
	question_ask(&question);
	if (session_id == 0 && question.allowed)
	{
		session_id = write_session(&question, ref);
		counters_used(&keys, GetCurrentTimestamp());
	}
	question_unlock();
	result = session_row(&question, desc, session_id, context);
	ledger_leave(&identity);
	return result;
}

/* The question that a session that goes on puts, under the lock of its counters. */
static void
ask_on(Question *question, Session *session, TimestampTz at, bool now, CounterKeys *keys)
{
	question->account_id = session->account_id;
	question->capability = cstring_to_text(session->capability);
	question->at = at;
	question->place = session->place;
	question->counterpart = session->counterpart;
	question->context = session->context;
	question->over_session = session->session_id;
	question->mode = PLAN_FRESH;
	question_begin(question, keys);
	question_lock(question, keys, now);

	/* It may have moved, or ended, while we waited. */
	session_get(session->session_id, session);
}

/*
 * When a session that goes on must end: rules about beginning one do not matter, and
 * what a session may last counts from its beginning.
 */
static void
ends_on(Question *question, const Session *session)
{
	MeterAnswer *answer = question->answer;

	if (answer == NULL || answer->silent)
		return;
	answer->until = DT_NOEND;
	question->allowed = !question->withheld;
	for (int i = 0; i < answer->nrows; i++)
	{
		const MeterRow *row = &answer->rows[i];
		TimestampTz until = row->until;

		if (row->kind == RULE_APART || row->kind == RULE_SESSION || row->shadow ||
			(row->limit != NULL && row->limit->action == REACH_WARN))
			continue;
		if (row->limit != NULL && row->limit->frame == FRAME_SESSION && row->limit->session == NULL)
			until = row->limit_amount == AMOUNT_NONE ? DT_NOEND : session->opened + row->limit_amount;
		else if (!row->allowed)
			until = question->at;
		if (until >= answer->until)
			continue;
		answer->until = until;
		answer->nbecause = 1;
		answer->because = palloc(sizeof(char *));
		answer->because[0] = row->rule;
	}
	question->allowed &= answer->until > question->at;
	answer->allowed = question->allowed;
}

/* touch_session(session_id, at): a sign of life; until when it may go on. */
Datum
governance_touch_session(PG_FUNCTION_ARGS)
{
	static const int number = 0;
	static const char *const name = "session_id";
	MemoryContext context = CurrentMemoryContext;
	TupleDesc	desc;
	Question	question = {0};
	CounterKeys keys = {0};
	Identity	identity;
	Session		session;
	bool		now;
	TimestampTz at = instant_argument(fcinfo, 1, &now);
	Datum		result;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	require_arguments(fcinfo, &number, &name, 1);
	rulebook_refresh();
	ledger_enter(&identity);
	session_get(PG_GETARG_INT64(0), &session);
	ask_on(&question, &session, at, now, &keys);
	question_ask(&question);
	if (session_over(&session, question.at) != DT_NOEND)
		question.allowed = false;
	else
	{
		Datum		values[5];
		char		nulls[] = "     ";

		ends_on(&question, &session);
		values[0] = Int64GetDatum(session.account_id);
		values[1] = Int64GetDatum(session.session_id);
		values[2] = TimestampTzGetDatum(Max(session.last_sign, question.at));
		values[3] = TimestampTzGetDatum(question.withheld ? question.at :
										question.answer == NULL || question.answer->silent ? DT_NOEND : question.answer->until);
		nulls[4] = ends_because(&question, &values[4]) ? ' ' : 'n';
		plan_execute(&touch_plan, values, nulls, PLAN_WRITE);
		counters_used(&keys, GetCurrentTimestamp());
	}
	question_unlock();
	result = session_row(&question, desc, session.session_id, context);
	ledger_leave(&identity);
	return result;
}

/* end_session(session_id, at): what it came to is a use. */
Datum
governance_end_session(PG_FUNCTION_ARGS)
{
	static const int number = 0;
	static const char *const name = "session_id";
	Question	question = {0};
	CounterKeys keys = {0};
	Identity	identity;
	Session		session;
	bool		now;
	TimestampTz at = instant_argument(fcinfo, 1, &now);

	require_arguments(fcinfo, &number, &name, 1);
	rulebook_refresh();
	ledger_enter(&identity);
	session_get(PG_GETARG_INT64(0), &session);
	ask_on(&question, &session, at, now, &keys);
	if (session.closed == DT_NOEND)
	{
		/* a sign of life cannot be taken back */
		TimestampTz end = Min(session_over(&session, question.at), Max(question.at, session.last_sign));
		UsageEntry	entry = {
			.account_id = session.account_id, .entry = "use", .capability = session.capability,
			.amount = end - session.opened, .is_time = true, .used_at = end, .from = session.opened,
			.counterpart = session.counterpart, .session_id = session.session_id, .place = session.place,
			.context = session.context, .lapses = DT_NOEND, .settles = DT_NOBEGIN
		};
		MeterAnswer taken = {.allowed = true};
		Datum		values[4];

		question.at = question.view.at = session.opened;
		question.wanted = taken.amount = end - session.opened;
		question_take(&question, &taken);
		entry.ngrants = taken.ngrants;
		entry.grants = taken.grants;
		entry.grant_amounts = taken.grant_amounts;
		session.use_id = usage_write(&entry);
		values[0] = Int64GetDatum(session.account_id);
		values[1] = Int64GetDatum(session.session_id);
		values[2] = TimestampTzGetDatum(end);
		values[3] = Int64GetDatum(session.use_id);
		plan_execute(&close_plan, values, NULL, PLAN_WRITE);
		counters_used(&keys, GetCurrentTimestamp());
	}
	question_unlock();
	ledger_leave(&identity);
	PG_RETURN_INT64(session.use_id);
}
