/*
 * history.c
 *		Reads what the ledger holds about accounts: facts, violations,
 *		activities, revisions.
 *
 * One query for each table and batch of accounts, ordered by account, so that
 * the cost of a batch is that of its rows.  What a reader asks of one account is
 * found without SQL where the tables are what create_ledger() made (table.h):
 * five queries cost more than the few rows that most accounts have.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/stream.h"
#include "db/read.h"
#include "db/table.h"
#include "ledger/account_row.h"
#include "ledger/entry.h"
#include "ledger/history.h"
#include "rulebook/cache.h"
#include "rulebook/scheme.h"
#include "util.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#define EQ " OPERATOR(pg_catalog.=) "

#define BETWEEN " OPERATOR(pg_catalog.>=) $1 AND account_id OPERATOR(pg_catalog.<=) $2"

#define ACCOUNTS "SELECT account_id, opened_at FROM governance.account WHERE account_id"
#define ACCOUNTS_ORDER " ORDER BY account_id"
#define ATTRIBUTES \
	"SELECT account_id, name, value, pg_catalog.lower(during), pg_catalog.upper(during)" \
	" FROM governance.attribute WHERE account_id"
#define ATTRIBUTES_ORDER " ORDER BY account_id, name, during"
#define VIOLATIONS \
	"SELECT account_id, violation_id, scheme, rule, points, surcharge, occurred_at," \
	" decided_at, source, incident, content_ref, sanction_length, held," \
	" linked_violation_id" \
	" FROM governance.violation WHERE account_id"
#define VIOLATIONS_ORDER " ORDER BY account_id, violation_id"
#define ACTIVITIES \
	"SELECT account_id, activity_id, kind, occurred_at, quantity, violation_id" \
	" FROM governance.activity WHERE account_id"
#define ACTIVITIES_ORDER " ORDER BY account_id, activity_id"
#define REVISIONS \
	"SELECT account_id, revision_id, violation_id, action, points, decided_at, scheme, rung, since" \
	" FROM governance.revision WHERE account_id"
#define REVISIONS_ORDER " ORDER BY account_id, decided_at, revision_id"

static KeptPlan account_plan = {
	ACCOUNTS EQ "ANY ($1)" ACCOUNTS_ORDER,
	1, {INT8ARRAYOID}
};

static KeptPlan attribute_plan = {
	ATTRIBUTES EQ "ANY ($1)" ATTRIBUTES_ORDER,
	1, {INT8ARRAYOID}
};

static KeptPlan violation_plan = {
	VIOLATIONS EQ "ANY ($1)" VIOLATIONS_ORDER,
	1, {INT8ARRAYOID}
};

static KeptPlan activity_plan = {
	ACTIVITIES EQ "ANY ($1)" ACTIVITIES_ORDER,
	1, {INT8ARRAYOID}
};

static KeptPlan revision_plan = {
	REVISIONS EQ "ANY ($1)" REVISIONS_ORDER,
	1, {INT8ARRAYOID}
};

/* ---------- rows as structs ---------- */

/* A row, taken apart.  names: where words are kept; null: the current context. */
typedef struct Row
{
	const Datum *values;
	const bool *nulls;
	WordPool	   *names;
} Row;

/* A column, by number from 1. */
static inline int64
int8_column(const Row *row, int number)
{
	return row->nulls[number - 1] ? 0 : DatumGetInt64(row->values[number - 1]);
}

/* An instant; `missing` where the column is null. */
static inline TimestampTz
time_column(const Row *row, int number, TimestampTz missing)
{
	return row->nulls[number - 1] ? missing : DatumGetTimestampTz(row->values[number - 1]);
}

/* A text in the current memory context; null where the column is null. */
static inline char *
text_column(const Row *row, int number)
{
	return row->nulls[number - 1] ? NULL : TextDatumGetCString(row->values[number - 1]);
}

/* One of few words. */
static inline const char *
word_column(const Row *row, int number)
{
	if (row->names == NULL || row->nulls[number - 1])
		return text_column(row, number);
	return word_pool_get(row->names, DatumGetTextPP(row->values[number - 1]));
}

/* Points in hundredths; POINTS_NONE where the column is null. */
static inline Points
points_column(const Row *row, int number, const char *name)
{
	return row->nulls[number - 1] ? POINTS_NONE : ledger_points(row->values[number - 1], name);
}

/* The hash of a text, which stands for it in comparisons; 0: null. */
static inline uint64
hash_column(const Row *row, int number)
{
	text	   *t;

	if (row->nulls[number - 1])
		return 0;
	t = DatumGetTextPP(row->values[number - 1]);
	return text_hash(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/* Makes what a history has of one table from a row of it. */
typedef void (*RowReader) (const Row *row, void *place);

/*
 * From the columns of ATTRIBUTES.  A fact without a beginning or an end holds
 * for ever in that direction.
 */
static void
attribute_row(const Row *row, void *place)
{
	AttributeRow *a = place;

	a->name = word_column(row, 2);
	a->value = text_column(row, 3);
	a->from = time_column(row, 4, DT_NOBEGIN);
	a->to = time_column(row, 5, DT_NOEND);
}

/*
 * From the columns of VIOLATIONS.  Texts that the fold only compares
 * (incident, content) become hashes, so that they need no memory of their own.
 */
static void
violation_row(const Row *row, void *place)
{
	ViolationRow *v = place;
	text	   *scheme = DatumGetTextPP(row->values[2]);

	memset(v, 0, sizeof(ViolationRow));
	v->account_id = int8_column(row, 1);
	v->violation_id = int8_column(row, 2);
	v->scheme = rulebook_scheme(VARDATA_ANY(scheme), VARSIZE_ANY_EXHDR(scheme), false);
	v->rule = word_column(row, 4);
	v->points = points_column(row, 5, "points");
	v->surcharge = points_column(row, 6, "surcharge");
	v->occurred = time_column(row, 7, 0);
	v->decided = time_column(row, 8, 0);
	v->source = word_column(row, 9);
	v->incident = hash_column(row, 10);
	v->content = hash_column(row, 11);
	if (!row->nulls[11])
	{
		Interval   *length = DatumGetIntervalP(row->values[11]);

		v->length.months = length->month;
		v->length.days = length->day;
		v->length.usecs = length->time;
	}
	v->held = DatumGetBool(row->values[12]);
	v->copied = !row->nulls[13];
}

/* From the columns of ACTIVITIES. */
static void
activity_row(const Row *row, void *place)
{
	ActivityRow *a = place;

	a->account_id = int8_column(row, 1);
	a->activity_id = int8_column(row, 2);
	a->kind = word_column(row, 3);
	a->occurred = time_column(row, 4, 0);
	a->quantity = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, row->values[4]));
	a->violation_id = int8_column(row, 6);
}

/*
 * From the columns of REVISIONS.  Only a release and a balance name a scheme
 * of their own; what other revisions concern is told by their violation.
 */
static void
revision_row(const Row *row, void *place)
{
	RevisionRow *r = place;
	char	   *action = text_column(row, 4);

	r->revision_id = int8_column(row, 2);
	r->violation_id = int8_column(row, 3);
	r->action = strcmp(action, "overturn") == 0 ? REVISE_OVERTURN :
		strcmp(action, "change") == 0 ? REVISE_CHANGE :
		strcmp(action, "release") == 0 ? REVISE_RELEASE :
		strcmp(action, "opening") == 0 ? REVISE_OPENING : REVISE_REINSTATE;
	r->points = points_column(row, 5, "points");
	r->decided = time_column(row, 6, 0);
	r->scheme = NULL;
	r->rung = NULL;
	r->since = DT_NOBEGIN;
	if (r->action == REVISE_RELEASE || r->action == REVISE_OPENING)
	{
		char	   *scheme = text_column(row, 7);

		/* A trial that is over is known no longer. */
		r->scheme = rulebook_scheme(scheme, strlen(scheme), true);
		r->rung = word_column(row, 8);
		r->since = time_column(row, 9, DT_NOBEGIN);
	}
}

#define MAX_COLUMNS 16

/* The account that a row found by a query belongs to. */
static int64
row_account(uint64 row)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1,
									   &isnull));
}

/*
 * The rows of one account from *at on, among those that a query found in order
 * of accounts.
 */
static void *
read_rows(int64 account_id, uint64 *at, uint64 nrows, Size size, RowReader reader, int *n)
{
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS];
	Row			row = {values, nulls, NULL};
	uint64		end = *at;
	char	   *result;

	while (end < nrows && row_account(end) == account_id)
		end++;
	*n = (int) (end - *at);
	if (*n == 0)
		return NULL;
	Assert(SPI_tuptable->tupdesc->natts <= MAX_COLUMNS);
	result = MemoryContextAllocHuge(CurrentMemoryContext, size * *n);
	for (int i = 0; i < *n; i++, (*at)++)
	{
		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[*at], SPI_tuptable->tupdesc, values, nulls);
		reader(&row, result + i * size);
	}
	return result;
}

/* The same from a stream. */
static void *
take_rows(RowStream *stream, int64 account_id, Size size, RowReader reader, WordPool *names, int *n)
{
	Row			row = {stream->values, stream->nulls, names};
	int64		max = 0;
	char	   *result = NULL;

	if (!stream_seek(stream, account_id))
		return NULL;
	for (; stream_at(stream, account_id); stream_next(stream))
	{
		if (result == NULL || *n == max)
			result = array_enlarge(result, &max, *n + 1, size);
		reader(&row, result + size * (*n)++);
	}
	return result;
}

/*
 * Fills in when the accounts were opened, from the rows that account_plan
 * found in order of accounts; one that has no row does not exist.
 */
static void
read_accounts(AccountHistory *histories, int n, uint64 nrows)
{
	uint64		row = 0;

	for (int i = 0; i < n; i++)
		if (row < nrows && row_account(row) == histories[i].account_id)
		{
			bool		isnull;

			histories[i].exists = true;
			histories[i].opened =
				DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[row++], SPI_tuptable->tupdesc,
												  2, &isnull));
		}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * One query for each table, whatever the number of accounts, so that a
 * statement about many accounts costs little more than one about a few.
 */
AccountHistory *
history_load(const int64 *accounts, int naccounts, int what, PlanMode mode)
{
	AccountHistory *histories = palloc0(sizeof(AccountHistory) * Max(naccounts, 1));
	Datum		array = int8_array(accounts, naccounts);

#define READ(plan, row, field, reader) \
	do { \
		uint64		nrows = plan_execute(plan, &array, NULL, mode); \
		uint64		at = 0; \
		for (int i = 0; i < naccounts && at < nrows; i++) \
			histories[i].field = read_rows(histories[i].account_id, &at, nrows, sizeof(row), \
										   reader, &histories[i].n##field); \
		SPI_freetuptable(SPI_tuptable); \
	} while (0)

	for (int i = 0; i < naccounts; i++)
		histories[i].account_id = accounts[i];
	if (what & HISTORY_FACTS)
	{
		read_accounts(histories, naccounts, plan_execute(&account_plan, &array, NULL, mode));
		READ(&attribute_plan, AttributeRow, attributes, attribute_row);
	}
	for (int i = 0; i < naccounts; i++)
	{
		histories[i].whole = (what & HISTORY_ENTRIES) != 0;
		histories[i].latest = mode != PLAN_READ;
	}
	if (what & HISTORY_ENTRIES)
	{
		READ(&violation_plan, ViolationRow, violations, violation_row);
		READ(&activity_plan, ActivityRow, activities, activity_row);
		READ(&revision_plan, RevisionRow, revisions, revision_row);
	}
#undef READ
	return histories;
}

/* ---------- one, without SQL ---------- */

/* As violation_row() and the others expect them. */
static const ColumnSpec violation_columns[] = {
	{"account_id", INT8OID}, {"violation_id", INT8OID}, {"scheme", TEXTOID}, {"rule", TEXTOID},
	{"points", NUMERICOID}, {"surcharge", NUMERICOID}, {"occurred_at", TIMESTAMPTZOID},
	{"decided_at", TIMESTAMPTZOID}, {"source", TEXTOID}, {"incident", TEXTOID},
	{"content_ref", TEXTOID}, {"sanction_length", INTERVALOID}, {"held", BOOLOID},
	{"linked_violation_id", INT8OID}
};

static const ColumnSpec activity_columns[] = {
	{"account_id", INT8OID}, {"activity_id", INT8OID}, {"kind", TEXTOID},
	{"occurred_at", TIMESTAMPTZOID}, {"quantity", NUMERICOID}, {"violation_id", INT8OID}
};

static const ColumnSpec revision_columns[] = {
	{"account_id", INT8OID}, {"revision_id", INT8OID}, {"violation_id", INT8OID},
	{"action", TEXTOID}, {"points", NUMERICOID}, {"decided_at", TIMESTAMPTZOID},
	{"scheme", TEXTOID}, {"rung", TEXTOID}, {"since", TIMESTAMPTZOID}
};

/* The range becomes two columns, its ends. */
static const ColumnSpec attribute_columns[] = {
	{"account_id", INT8OID}, {"name", TEXTOID}, {"value", TEXTOID}, {"during", TSTZRANGEOID}
};

#define TABLE(table, keys) \
	{ \
		.name = #table, .ncolumns = lengthof(table##_columns), .columns = table##_columns, \
		.nkeys = keys \
	}

static Table violation_table = TABLE(violation, 2);
static Table activity_table = TABLE(activity, 2);
static Table revision_table = TABLE(revision, 1);
static Table attribute_table = TABLE(attribute, 1);

/* As lower() and upper() give them. */
static void
split_range(Datum *values, bool *nulls, int number)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, DatumGetRangeTypeP(values[number]), &lower, &upper, &empty);
	values[number] = lower.val;
	nulls[number] = empty || lower.infinite;
	values[number + 1] = upper.val;
	nulls[number + 1] = empty || upper.infinite;
}

/* Does a row of governance.violation concern a scheme, or what that is a trial of? */
static bool
row_concerns(const Row *row, const Scheme *scheme)
{
	text	   *name = DatumGetTextPP(row->values[2]);
	const char *ours = scheme->trial_of != NULL ? scheme->trial_of : scheme->name;

	return text_is(name, ours);
}

/*
 * The rows of one account, in the order of the key; *direct becomes false when
 * that takes SQL.  scheme: only the violations that concern it; null for the
 * other tables.
 */
static void *
find_rows(Table *table, int64 account_id, const Scheme *scheme, Size size,
		  RowReader reader, int *n, bool *direct)
{
	Datum		values[MAX_COLUMNS] = {0};
	bool		nulls[MAX_COLUMNS] = {0};
	Row			row = {values, nulls, NULL};
	Datum		key = Int64GetDatum(account_id);
	DirectReader found;
	int64		max = 0;
	char	   *result = NULL;

	if (!*direct)
		return NULL;
	*direct = direct_read(&found, table, DIRECT_AS_CALLER, &key, 1);
	if (!*direct)
		return NULL;
	while (direct_read_next(&found))
	{
		CHECK_FOR_INTERRUPTS();
		for (int c = 0; c < table->ncolumns; c++)
			values[c] = direct_read_get(&found, c, &nulls[c]);
		if (scheme != NULL && !row_concerns(&row, scheme))
			continue;
		if (table == &attribute_table)
			split_range(values, nulls, 3);
		if (result == NULL || *n == max)
			result = array_enlarge(result, &max, *n + 1, size);
		reader(&row, result + size * (*n)++);
	}
	direct_read_end(&found);
	return result;
}

/* By name and by the time from which on it holds: the order of ATTRIBUTES. */
static int
attribute_cmp(const void *a, const void *b)
{
	const AttributeRow *x = a;
	const AttributeRow *y = b;
	int			names = strcmp(x->name, y->name);

	return names != 0 ? names : cmp_instant(x->from, y->from);
}

/* By the time of the decision, then by id: the order of REVISIONS. */
static int
revision_cmp(const void *a, const void *b)
{
	const RevisionRow *x = a;
	const RevisionRow *y = b;

	if (x->decided != y->decided)
		return cmp_instant(x->decided, y->decided);
	return cmp_int64(x->revision_id, y->revision_id);
}

/*
 * Without SQL where every table can be read so, since this answers score() and
 * its like for a single account; otherwise by the queries of history_load().
 */
AccountHistory *
history_of(int64 account_id, Scheme *scheme, int what)
{
	AccountHistory *history = palloc0(sizeof(AccountHistory));
	bool		direct = account_probe(account_id, &history->exists, &history->opened);

#define FIND(table, row, field, reader, only) \
	(history->field = find_rows(&table, account_id, only, sizeof(row), reader, \
								&history->n##field, &direct))
	history->account_id = account_id;
	history->whole = (what & HISTORY_ENTRIES) != 0;
	if (scheme_has_attributes(scheme))
		FIND(attribute_table, AttributeRow, attributes, attribute_row, NULL);
	if (what & HISTORY_ENTRIES)
	{
		FIND(violation_table, ViolationRow, violations, violation_row, scheme);
		if (scheme_has_activities(scheme))
			FIND(activity_table, ActivityRow, activities, activity_row, NULL);
		FIND(revision_table, RevisionRow, revisions, revision_row, NULL);
	}
#undef FIND
	if (!direct)
		return history_load(&account_id, 1, what, PLAN_READ);
	if (history->nattributes > 1)
		qsort(history->attributes, history->nattributes, sizeof(AttributeRow), attribute_cmp);
	if (history->nrevisions > 1)
		qsort(history->revisions, history->nrevisions, sizeof(RevisionRow), revision_cmp);
	return history;
}

/* ---------- many, one after the other ---------- */

/* Rows this wide, on average, are sorted faster without what is not asked for. */
#define WIDE_ROW 400

/*
 * Are the rows of governance.violation narrow enough to be sorted as they are,
 * with what they rest on and all?
 */
static bool
violations_narrow(void)
{
	Oid			relid = get_relname_relid("violation", get_namespace_oid("governance", false));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		narrow = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

		narrow = class->reltuples > 0 &&
			(double) class->relpages * BLCKSZ / class->reltuples < WIDE_ROW;
		ReleaseSysCache(tuple);
	}
	return narrow;
}

#define ALL_VIOLATIONS "SELECT violation.* FROM governance.violation WHERE account_id"

/*
 * The violations of some accounts, which make up most of what is read: as
 * whole rows where they are narrow (see WIDE_ROW).  The types and values are
 * those of $1 to $3, of which the last is the scheme.
 */
static void
open_violations(RowStream *stream, const char *scheme, Oid *types, Datum *values)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfoString(&query, violations_narrow() ? ALL_VIOLATIONS BETWEEN :
						   VIOLATIONS BETWEEN);
	if (scheme != NULL)
		appendStringInfoString(&query, " AND scheme" EQ "$3");
	/* A fold puts them in its own order. */
	appendStringInfoString(&query, " ORDER BY account_id");
	stream_open_columns(stream, query.data, scheme == NULL ? 2 : 3, types, values,
						violation_columns, lengthof(violation_columns));
}

/*
 * Five queries in one order, read side by side: nothing is looked up by
 * account.
 */
void
history_stream_open(HistoryStream *stream, int64 first, int64 last, const char *scheme)
{
	Oid			types[3] = {INT8OID, INT8OID, TEXTOID};
	Datum		values[3];
	int			nargs = scheme == NULL ? 2 : 3;

	values[0] = Int64GetDatum(first);
	values[1] = Int64GetDatum(last);
	values[2] = scheme == NULL ? (Datum) 0 : CStringGetTextDatum(scheme);
	stream->names = word_pool_create();
	stream_open(&stream->accounts, scheme == NULL ? ACCOUNTS BETWEEN ACCOUNTS_ORDER :
				ACCOUNTS BETWEEN " AND EXISTS (SELECT FROM governance.standing s"
				" WHERE s.account_id" EQ "account.account_id AND s.scheme" EQ "$3)" ACCOUNTS_ORDER,
				nargs, types, values);
	stream_open(&stream->attributes, ATTRIBUTES BETWEEN ATTRIBUTES_ORDER, 2, types, values);
	open_violations(&stream->violations, scheme, types, values);
	stream_open(&stream->activities, ACTIVITIES BETWEEN ACTIVITIES_ORDER, 2, types, values);
	stream_open(&stream->revisions, REVISIONS BETWEEN REVISIONS_ORDER, 2, types, values);
}

#define SEEN_MORE \
	" FROM governance.standing s WHERE s.scheme" EQ "$1 AND (s.as_of OPERATOR(pg_catalog.>) $2" \
	" OR s.known_at OPERATOR(pg_catalog.>) $2)"
#define OF_THESE EQ "ANY (SELECT pg_catalog.unnest($2))"

/*
 * The accounts are found by their standings: those that have seen something
 * after `since`, which their policy may judge otherwise now.
 */
void
history_stream_open_past(HistoryStream *stream, RowStream *standings, const char *scheme,
						 TimestampTz since)
{
	Oid			types[2] = {TEXTOID, TIMESTAMPTZOID};
	Datum		values[2] = {CStringGetTextDatum(scheme), TimestampTzGetDatum(since)};
	static const char *const off[] = {"enable_bitmapscan", "enable_nestloop"};
	int			level = NewGUCNestLevel();
	bool		isnull;

	/* Whoever asks has found that they are many. */
	for (size_t i = 0; i < lengthof(off); i++)
		(void) set_config_option(off[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
	stream_open(standings, "SELECT s.account_id, s.state, s.policy_id, s.known_at, s.settled, s.settling, s.edition" SEEN_MORE
				" ORDER BY s.account_id", 2, types, values);

	/* Who that is is looked up once, and not for each table. */
	if (SPI_execute_with_args("SELECT COALESCE(pg_catalog.array_agg(s.account_id), '{}')" SEEN_MORE,
							  2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "cannot read governance.standing");
	types[1] = INT8ARRAYOID;
	values[1] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	stream->names = word_pool_create();
	stream_open(&stream->accounts, ACCOUNTS OF_THESE ACCOUNTS_ORDER, 2, types, values);
	stream_open(&stream->attributes, ATTRIBUTES OF_THESE ATTRIBUTES_ORDER, 2, types, values);
	stream_open_columns(&stream->violations, violations_narrow() ?
						ALL_VIOLATIONS OF_THESE " AND scheme" EQ "$1 ORDER BY account_id" :
						VIOLATIONS OF_THESE " AND scheme" EQ "$1 ORDER BY account_id",
						2, types, values, violation_columns, lengthof(violation_columns));
	stream_open(&stream->activities, ACTIVITIES OF_THESE ACTIVITIES_ORDER, 2, types, values);
	stream_open(&stream->revisions, REVISIONS OF_THESE REVISIONS_ORDER, 2, types, values);
	AtEOXact_GUC(true, level);
}

/* Ends all five queries. */
void
history_stream_close(HistoryStream *stream)
{
	stream_close(&stream->accounts);
	stream_close(&stream->attributes);
	stream_close(&stream->violations);
	stream_close(&stream->activities);
	stream_close(&stream->revisions);
}

/* Takes the next account, and what the other four queries have of it. */
AccountHistory *
history_stream_next(HistoryStream *stream)
{
	AccountHistory *history;

	if (!stream->accounts.ahead)
		return NULL;
	history = palloc0(sizeof(AccountHistory));
	history->exists = history->whole = true;
	history->account_id = stream->accounts.account_id;
	history->opened = stream->accounts.nulls[1] ? DT_NOBEGIN :
		DatumGetTimestampTz(stream->accounts.values[1]);
	stream_next(&stream->accounts);

#define TAKE(row, field, reader) \
	(history->field = take_rows(&stream->field, history->account_id, sizeof(row), reader, \
								stream->names, &history->n##field))
	TAKE(AttributeRow, attributes, attribute_row);
	TAKE(ViolationRow, violations, violation_row);
	TAKE(ActivityRow, activities, activity_row);
	TAKE(RevisionRow, revisions, revision_row);
#undef TAKE
	return history;
}
