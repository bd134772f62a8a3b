/*
 * cache.c
 *		The rulebook of this backend.
 *
 * Two things are kept.  The list of versions (and the vocabulary of
 * capabilities) is small and replaced whole when the tables change; row
 * triggers on them send the invalidation, see governance.invalidate_rulebook().
 * Compiled policies are kept by id for as long as the list names them, together
 * with a hash of the document, which is compared again after an invalidation:
 * documents do not change once stored, but drafts do, and so may anything
 * while triggers are disabled or the ledger is created anew.
 *
 * What is replaced may be in use further up the stack: a trigger on what a
 * statement of ours writes can come here.  Whoever asks for the rulebook holds
 * its list for as long as the memory context lives that was current then, and a
 * list goes, with what was replaced in its time, when nobody holds it or an
 * older one.
 *
 * The tables are read as their owner, with a snapshot of their own: recording
 * a violation needs no right on the rulebook, and an old snapshot must not
 * leave an old list behind.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "compat.h"
#include "errors.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "db/provisional.h"
#include "db/report.h"
#include "rulebook/cache.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_invalidate_rulebook);

typedef struct CompiledPolicy
{
	int64		policy_id;		/* hash key */
	uint64		hash;			/* of the document */
	uint64		generation;		/* of the list when that was last compared */
	uint64		listed;			/* the last list that names it */
	Policy	   *policy;			/* null: not compiled yet */
} CompiledPolicy;

/* What lives as long as the backend. */
static MemoryContext rulebook_context = NULL;
static HTAB *compiled = NULL;
static CompiledPolicy *last_policy = NULL;	/* mostly it is asked for again */

/* A list of versions, which lives in a context of its own. */
typedef struct PolicyList
{
	MemoryContext context;
	int			holders;
	struct PolicyList *newer;	/* of those that were replaced */
} PolicyList;

/* What ends the hold of a memory context on a list; lives in that context. */
typedef struct Hold
{
	MemoryContextCallback callback;
	MemoryContext context;
	PolicyList *list;
} Hold;

static PolicyList *oldest = NULL;	/* replaced, but in use */
static PolicyList *newest = NULL;
static Hold *last_hold = NULL;

/* What lives until the next invalidation. */
static PolicyList *list = NULL;
static MemoryContext list_context = NULL;
static int	nschemes = 0;
static Scheme **schemes = NULL; /* by name */
static bool any_links = false;
static int	ncapabilities = 0;
static char **capabilities = NULL;	/* sorted */
static Oid	policy_relid = InvalidOid;
static Oid	capability_relid = InvalidOid;
static Oid	holiday_relid = InvalidOid;
static uint64 generation = 0;

/*
 * loaded is set last, so that a load that fails half-way leaves nothing;
 * dirty is cleared first, so that an invalidation that arrives meanwhile is
 * not lost.  provisional: read with the snapshot of a parallel query.
 */
static bool loaded = false;
static bool dirty = false;
static Provisional provisional;

static void
invalidate(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == policy_relid || relid == capability_relid ||
		relid == holiday_relid)
		dirty = true;
}

/* ------------------------------------------------------------------------
 * Who is using what
 * ------------------------------------------------------------------------
 */

/*
 * In order: who holds a list may have come by what a newer one says without
 * asking for that.
 */
static void
drop_unused(void)
{
	while (oldest != NULL && oldest->holders == 0)
	{
		PolicyList *unused = oldest;

		oldest = unused->newer;
		if (oldest == NULL)
			newest = NULL;
		MemoryContextDelete(unused->context);
	}
}

static void
end_hold(void *arg)
{
	Hold	   *hold = arg;

	if (last_hold == hold)
		last_hold = NULL;
	hold->list->holders--;
	drop_unused();
}

/* The list stays for as long as the current memory context lives. */
static void
hold_list(void)
{
	Hold	   *hold;

	if (last_hold != NULL && last_hold->context == CurrentMemoryContext &&
		last_hold->list == list)
		return;
	hold = palloc(sizeof(Hold));
	hold->callback.func = end_hold;
	hold->callback.arg = hold;
	hold->context = CurrentMemoryContext;
	hold->list = list;
	list->holders++;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &hold->callback);
	last_hold = hold;
}

static void
new_list(void)
{
	PolicyList *old = list;
	MemoryContext context = AllocSetContextCreate(rulebook_context, "governance policy versions",
												  ALLOCSET_SMALL_SIZES);

	list = MemoryContextAllocZero(context, sizeof(PolicyList));
	list->context = list_context = context;
	if (old != NULL)
	{
		if (newest == NULL)
			oldest = old;
		else
			newest->newer = old;
		newest = old;
		drop_unused();
	}
	hold_list();
}

/* A policy that is another one now: who has it holds a list that is no more. */
static void
discard_policy(Policy *policy)
{
	if (newest == NULL)
		MemoryContextDelete(policy->context);
	else
		MemoryContextSetParent(policy->context, newest->context);
}

/* ------------------------------------------------------------------------
 * Reading the tables
 * ------------------------------------------------------------------------
 */

typedef struct Reader
{
	Oid			userid;
	int			sec_context;
	Snapshot	snapshot;
} Reader;

static Oid
ledger_relation(const char *name)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid(name, nsp) : InvalidOid;

	if (!OidIsValid(relid))
		report_missing(MISSING_LEDGER, NULL, NULL, 0);
	return relid;
}

static void
reader_begin(Reader *reader, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);

	GetUserIdAndSecContext(&reader->userid, &reader->sec_context);
	SetUserIdAndSecContext(owner, reader->sec_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	SPI_connect();
	reader->snapshot = RegisterSnapshot(newest_snapshot());
}

static void
reader_end(Reader *reader)
{
	UnregisterSnapshot(reader->snapshot);
	SPI_finish();
	SetUserIdAndSecContext(reader->userid, reader->sec_context);
}

static uint64
reader_execute(Reader *reader, const char *query, int nargs, Oid *types,
			   Datum *values)
{
	OwnStatement own;
	SPIPlanPtr	plan;
	int			rc;

	own_statement_begin(&own);
	plan = SPI_prepare(query, nargs, types);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	rc = SPI_execute_snapshot(plan, values, NULL, reader->snapshot,
							  InvalidSnapshot, true, false, 0);
	own_statement_end(&own);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed: %s", SPI_result_code_string(rc));
	return SPI_processed;
}

static Datum
result(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column,
						 isnull);
}

static char *
result_text(uint64 row, int column)
{
	bool		isnull;
	Datum		value = result(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* ------------------------------------------------------------------------
 * The list of versions
 * ------------------------------------------------------------------------
 */

static int
compare_versions(const void *a, const void *b)
{
	const PolicyVersion *x = a;
	const PolicyVersion *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->policy_id < y->policy_id ? -1 : x->policy_id > y->policy_id;
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static int
compare_schemes(const void *a, const void *b)
{
	return strcmp((*(Scheme *const *) a)->name, (*(Scheme *const *) b)->name);
}

/* Every trial becomes a scheme with one version. */
static void
add_trials(void)
{
	MemoryContext old = MemoryContextSwitchTo(list_context);
	int			n = nschemes;

	for (int i = 0; i < n; i++)
		for (int t = 0; t < schemes[i]->ntrials; t++)
		{
			Scheme	   *trial = palloc0(sizeof(Scheme));

			trial->name = psprintf("%s@" INT64_FORMAT, schemes[i]->name,
								   schemes[i]->trials[t].policy_id);
			trial->text = cstring_to_text(trial->name);
			trial->trial_of = schemes[i]->name;
			trial->tried = true;
			trial->nversions = 1;
			trial->versions = &schemes[i]->trials[t];
			schemes[nschemes++] = trial;
		}
	MemoryContextSwitchTo(old);
	if (nschemes > n)
		qsort(schemes, nschemes, sizeof(Scheme *), compare_schemes);
}

static struct varlena *
scheme_text(const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(list_context);
	text	   *result = cstring_to_text(name);

	MemoryContextSwitchTo(old);
	return result;
}

/*
 * The rows come ordered by scheme, in no collation's order but by bytes.  A
 * scheme stays known when none of its versions is left: entries name it.
 */
static void
load_versions(Reader *reader)
{
	uint64		n;
	Scheme	   *scheme = NULL;
	PolicyVersion *places;

	n = reader_execute(reader,
					   "SELECT policy_id, scheme, status,"
					   " pg_catalog.lower(in_force), pg_catalog.upper(in_force),"
					   " pg_catalog.isempty(in_force),"
					   " document OPERATOR(pg_catalog.@?) '$.links[*].rungs',"
					   " document OPERATOR(pg_catalog.@?) '$.links[*].entries',"
					   " status OPERATOR(pg_catalog.=) 'trial' OR tried IS NOT NULL"
					   " FROM governance.policy"
					   " WHERE status OPERATOR(pg_catalog.<>) 'draft'"
					   " ORDER BY scheme COLLATE pg_catalog.\"C\", status OPERATOR(pg_catalog.=) 'trial'",
					   0, NULL, NULL);

	/*
	 * Each version may be a trial, and so a scheme of its own.  The versions of
	 * a scheme lie side by side, those on trial after the others.
	 */
	places = MemoryContextAlloc(list_context, sizeof(PolicyVersion) * Max(n, 1));
	nschemes = 0;
	any_links = false;
	schemes = MemoryContextAlloc(list_context, sizeof(Scheme *) * Max(2 * n, 1));
	for (uint64 row = 0; row < n; row++)
	{
		bool		isnull;
		char	   *name = result_text(row, 2);
		char	   *status = result_text(row, 3);
		PolicyVersion version = {0};
		CompiledPolicy *entry;

		version.policy_id = DatumGetInt64(result(row, 1, &isnull));
		entry = hash_search(compiled, &version.policy_id, HASH_FIND, NULL);
		if (entry != NULL)
			entry->listed = generation + 1;
		version.status = strcmp(status, "trial") == 0 ? POLICY_TRIAL :
			strcmp(status, "active") == 0 ? POLICY_ACTIVE : POLICY_RETIRED;
		version.from = DatumGetTimestampTz(result(row, 4, &isnull));
		if (isnull)
			version.from = DT_NOBEGIN;
		version.to = DatumGetTimestampTz(result(row, 5, &isnull));
		if (isnull)
			version.to = DT_NOEND;

		if (scheme == NULL || strcmp(scheme->name, name) != 0)
		{
			scheme = MemoryContextAllocZero(list_context, sizeof(Scheme));
			scheme->name = MemoryContextStrdup(list_context, name);
			scheme->text = scheme_text(name);
			scheme->versions = scheme->trials = places;
			schemes[nschemes++] = scheme;
		}
		scheme->tried |= DatumGetBool(result(row, 9, &isnull));
		if (DatumGetBool(result(row, 6, &isnull)))
			continue;			/* never was in force */
		*places++ = version;
		if (version.status == POLICY_TRIAL)
			scheme->ntrials++;
		else
		{
			scheme->nversions++;
			scheme->trials = places;
			if (DatumGetBool(result(row, 7, &isnull)))
				scheme->links = any_links = true;
			if (DatumGetBool(result(row, 8, &isnull)))
				scheme->copies = true;
		}
	}
	for (int i = 0; i < nschemes; i++)
	{
		qsort(schemes[i]->versions, schemes[i]->nversions, sizeof(PolicyVersion),
			  compare_versions);
		qsort(schemes[i]->trials, schemes[i]->ntrials, sizeof(PolicyVersion),
			  compare_versions);
	}
	add_trials();
}

static void
load_capabilities(Reader *reader)
{
	uint64		n = reader_execute(reader, "SELECT capability FROM governance.capability",
								   0, NULL, NULL);

	ncapabilities = (int) n;
	capabilities = MemoryContextAlloc(list_context, sizeof(char *) * Max(n, 1));
	for (uint64 row = 0; row < n; row++)
		capabilities[row] = MemoryContextStrdup(list_context, result_text(row, 1));
	qsort(capabilities, ncapabilities, sizeof(char *), compare_strings);
}

/* Those that the list does not name are compiled again if anybody asks. */
static void
discard_unlisted(void)
{
	HASH_SEQ_STATUS seq;
	CompiledPolicy *entry;

	hash_seq_init(&seq, compiled);
	while ((entry = hash_seq_search(&seq)) != NULL)
		if (entry->listed != generation && entry->policy != NULL)
		{
			discard_policy(entry->policy);
			hash_search(compiled, &entry->policy_id, HASH_REMOVE, NULL);
		}
	last_policy = NULL;
}

static void
load(void)
{
	Reader		reader;

	loaded = false;
	policy_relid = ledger_relation("policy");
	capability_relid = ledger_relation("capability");

	/* A ledger of version 0.1.0 does not have it. */
	holiday_relid = get_relname_relid("holiday", get_namespace_oid("governance", false));

	/*
	 * The lock first, because taking it is what makes us hear of changes; what
	 * is heard after this point sets dirty again, and the snapshot is newer
	 * than all that was heard before.
	 */
	LockRelationOid(policy_relid, AccessShareLock);
	LockRelationOid(capability_relid, AccessShareLock);
	if (OidIsValid(holiday_relid))
		LockRelationOid(holiday_relid, AccessShareLock);
	dirty = false;
	provisional_note(&provisional);

	nschemes = 0;
	ncapabilities = 0;
	new_list();
	reader_begin(&reader, policy_relid);
	load_versions(&reader);
	load_capabilities(&reader);
	reader_end(&reader);

	generation++;
	discard_unlisted();
	loaded = true;
}

void
rulebook_refresh(void)
{
	if (rulebook_context == NULL)
	{
		HASHCTL		ctl = {0};
		MemoryContext context;

		context = AllocSetContextCreate(TopMemoryContext, "governance rulebook",
										ALLOCSET_SMALL_SIZES);
		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(CompiledPolicy);
		ctl.hcxt = context;
		compiled = hash_create("governance compiled policies", 16, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
		rulebook_context = context;
	}

	/* A long transaction may hold all its locks and so hear of nothing. */
	AcceptInvalidationMessages();

	if (loaded && !dirty && provisional_holds(&provisional))
		hold_list();
	else
		load();
}

uint64
rulebook_generation(void)
{
	return generation;
}

Scheme *
rulebook_scheme(const char *name, int len, bool missing_ok)
{
	int			lo = 0;
	int			hi = nschemes - 1;

	while (lo <= hi)
	{
		int			mid = (lo + hi) / 2;
		const char *other = schemes[mid]->name;
		int			cmp = strncmp(name, other, len);

		if (cmp == 0 && other[len] != '\0')
			cmp = -1;
		if (cmp == 0)
			return schemes[mid];
		if (cmp < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	if (!missing_ok)
	{
		/* Of a scheme that is there whoever may not see standings hears the same. */
		require_select("standing");
		report_missing(MISSING_SCHEME, pnstrdup(name, len), NULL, 0);
	}
	return NULL;
}

Scheme **
rulebook_schemes(int *n)
{
	*n = nschemes;
	return schemes;
}

PolicyVersion *
rulebook_version_at(Scheme *scheme, TimestampTz at)
{
	for (int i = scheme->nversions - 1; i >= 0; i--)
	{
		PolicyVersion *version = &scheme->versions[i];

		if (version->from <= at)
			return at < version->to || version->to == DT_NOEND ? version : NULL;
	}
	return NULL;
}

bool
rulebook_has_links(void)
{
	return any_links;
}

bool
rulebook_knows_capability(const char *name, int len)
{
	int			lo = 0;
	int			hi = ncapabilities - 1;

	while (lo <= hi)
	{
		int			mid = (lo + hi) / 2;
		int			cmp = strncmp(name, capabilities[mid], len);

		if (cmp == 0 && capabilities[mid][len] != '\0')
			cmp = -1;
		if (cmp == 0)
			return true;
		if (cmp < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Compiled policies
 * ------------------------------------------------------------------------
 */

static void
compile_error_context(void *arg)
{
	errcontext("stored policy %lld", (long long) *(int64 *) arg);
}

static Policy *
compile_stored(int64 policy_id, Jsonb *document)
{
	ErrorContextCallback callback;
	Policy	   *policy;

	callback.callback = compile_error_context;
	callback.arg = &policy_id;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	policy = policy_compile(document, policy_id, rulebook_context);
	error_context_stack = callback.previous;
	return policy;
}

CalendarDay *
rulebook_holidays(const char *calendar, int *ndays)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid("holiday", nsp) : InvalidOid;
	MemoryContext context = CurrentMemoryContext;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	Reader		reader;
	CalendarDay *days;

	*ndays = 0;
	if (!OidIsValid(relid))
		return NULL;
	values[0] = CStringGetTextDatum(calendar);
	reader_begin(&reader, relid);
	*ndays = (int) reader_execute(&reader,
								  "SELECT day, working FROM governance.holiday"
								  " WHERE calendar OPERATOR(pg_catalog.=) $1 ORDER BY day",
								  1, types, values);
	days = MemoryContextAllocZero(context, sizeof(CalendarDay) * Max(*ndays, 1));
	for (int row = 0; row < *ndays; row++)
	{
		bool		isnull;

		days[row].day = DatumGetDateADT(result(row, 1, &isnull)) + POSTGRES_EPOCH_JDATE;
		days[row].working = DatumGetBool(result(row, 2, &isnull));
	}
	reader_end(&reader);
	return days;
}

/* Do its holidays differ from those that a policy was compiled with? */
static bool
calendar_changed(const WorkCalendar *calendar)
{
	CalendarDay *days;
	int			ndays;

	if (calendar->name == NULL)
		return false;
	days = rulebook_holidays(calendar->name, &ndays);
	return calendar_hash(days, ndays) != calendar->hash;
}

/* What has been compiled already, and is what is stored. */
static const Policy *
known_policy(int64 policy_id)
{
	CompiledPolicy *entry = last_policy;

	if (entry == NULL || entry->policy_id != policy_id)
		entry = hash_search(compiled, &policy_id, HASH_FIND, NULL);
	if (entry == NULL || entry->policy == NULL || entry->generation != generation)
		return NULL;
	last_policy = entry;
	return entry->policy;
}

/* Null: there is none. */
static Jsonb *
stored_document(int64 policy_id)
{
	MemoryContext context = CurrentMemoryContext;
	Reader		reader;
	Oid			types[1] = {INT8OID};
	Datum		values[1] = {Int64GetDatum(policy_id)};
	Jsonb	   *document = NULL;
	bool		isnull;

	reader_begin(&reader, policy_relid);
	if (reader_execute(&reader,
					   "SELECT document FROM governance.policy"
					   " WHERE policy_id OPERATOR(pg_catalog.=) $1",
					   1, types, values) > 0)
	{
		struct varlena *stored = (struct varlena *) DatumGetJsonbP(result(0, 1, &isnull));

		document = MemoryContextAlloc(context, VARSIZE(stored));
		memcpy(document, stored, VARSIZE(stored));
	}
	reader_end(&reader);
	return document;
}

/* Compiles it, unless that has been done with the same. */
static const Policy *
keep_compiled(int64 policy_id, Jsonb *document)
{
	CompiledPolicy *entry = hash_search(compiled, &policy_id, HASH_FIND, NULL);
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(document),
										   VARSIZE_ANY_EXHDR(document), 0);

	if (entry == NULL || entry->policy == NULL || entry->hash != hash ||
		calendar_changed(&entry->policy->calendar))
	{
		Policy	   *policy = compile_stored(policy_id, document);
		bool		found;

		entry = hash_search(compiled, &policy_id, HASH_ENTER, &found);
		if (found && entry->policy != NULL)
			discard_policy(entry->policy);
		entry->policy = policy;
		entry->hash = hash;
		entry->listed = generation;
	}
	entry->generation = generation;
	return entry->policy;
}

const Policy *
rulebook_policy(int64 policy_id)
{
	const Policy *policy = known_policy(policy_id);
	Jsonb	   *document;

	if (policy != NULL)
		return policy;
	document = stored_document(policy_id);
	if (document == NULL)
		report_missing_id(MISSING_POLICY, policy_id, NULL, 0);
	policy = keep_compiled(policy_id, document);
	pfree(document);
	return policy;
}

/* Compiling holds nothing but memory, so that it may be given up anywhere. */
const Policy *
rulebook_policy_or_null(int64 policy_id, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	const Policy *volatile policy = known_policy(policy_id);
	ErrorContextCallback *callbacks = error_context_stack;
	Jsonb	   *document;

	if (policy != NULL)
		return policy;
	document = stored_document(policy_id);
	if (document == NULL)
	{
		*why = psprintf(_("There is no policy %lld."), (long long) policy_id);
		return NULL;
	}
	PG_TRY();
	{
		policy = keep_compiled(policy_id, document);
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		*why = caught_damage(context);
	}
	PG_END_TRY();
	pfree(document);
	return policy;
}

bool
rulebook_is_damaged(Scheme *scheme)
{
	char	   *why;

	if (scheme->damaged == 0)
	{
		scheme->damaged = -1;
		for (int i = 0; i < scheme->nversions; i++)
			if (rulebook_policy_or_null(scheme->versions[i].policy_id, &why) == NULL)
				scheme->damaged = 1;
	}
	return scheme->damaged > 0;
}

const Policy *
rulebook_compiled(PolicyVersion *version)
{
	if (version->policy == NULL)
		version->policy = rulebook_policy(version->policy_id);
	return version->policy;
}

/* ------------------------------------------------------------------------
 * Invalidation
 * ------------------------------------------------------------------------
 */

/*
 * A row trigger, because logical replication runs no others.
 */
Datum
governance_invalidate_rulebook(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = called_as_trigger(fcinfo, "invalidate_rulebook");

	if (!TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s", "invalidate_rulebook", "AFTER")));
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
