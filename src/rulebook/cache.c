/*
 * cache.c
 *		The rulebook of this backend.
 *
 * Two things are kept.  The list of versions (and the vocabulary of
 * capabilities) is small and replaced whole when the tables change; row
 * triggers on them send the invalidation, see governance.invalidate_rulebook().
 * Compiled documents are kept by id for as long as the list names them, together
 * with a hash of the document, which is compared again after an invalidation:
 * documents do not change once stored, but drafts do, and so may anything
 * while triggers are disabled or the ledger is created anew.
 *
 * What is replaced may be in use further up the stack: see holds.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "compat.h"
#include "db/report.h"
#include "db/provisional.h"
#include "db/trigger.h"
#include "errors.h"
#include "miscadmin.h"
#include "rulebook/cache.h"
#include "rulebook/holds.h"
#include "rulebook/tables.h"
#include "util.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_invalidate_rulebook);

typedef struct CompiledDocument
{
	int64		policy_id;		/* hash key */
	DocumentKind kind;
	uint64		hash;			/* of the document */
	uint64		generation;		/* of the list when that was last compared */
	uint64		listed;			/* the last list that names it */
	void	   *compiled;		/* null: not compiled yet */
} CompiledDocument;

/* The documents of a kind, by name. */
typedef struct DocumentList
{
	int			n;
	Scheme	  **items;
} DocumentList;

/* What lives as long as the backend. */
static MemoryContext rulebook_context = NULL;
static HTAB *compiled = NULL;
static CompiledDocument *last_document = NULL;	/* mostly it is asked for again */

/* What lives until the next invalidation. */
static MemoryContext list_context = NULL;
static DocumentList documents[DOCUMENT_KINDS];
static bool any_links = false;
static int	ncapabilities = 0;
static char **capabilities = NULL;	/* sorted */
static Oid	policy_relid = InvalidOid;
static Oid	capability_relid = InvalidOid;
static Oid	holiday_relid = InvalidOid;
static Oid	edition_relid = InvalidOid;
static uint64 generation = 0;

/*
 * loaded is set last, so that a load that fails half-way leaves nothing;
 * dirty is cleared first, so that an invalidation that arrives meanwhile is
 * not lost.  provisional: read with the snapshot of a parallel query.
 */
static bool loaded = false;
static bool dirty = false;
static Provisional provisional;

/*
 * Called by the server with each table that has changed; InvalidOid: any may
 * have.
 */
static void
invalidate(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == policy_relid || relid == capability_relid ||
		relid == holiday_relid || relid == edition_relid)
		dirty = true;
}

/* ------------------------------------------------------------------------
 * The list of versions
 * ------------------------------------------------------------------------
 */

/*
 * By the instant from which they are in force; trials may begin at the same
 * one.
 */
static int
compare_versions(const void *a, const void *b)
{
	const PolicyVersion *x = a;
	const PolicyVersion *y = b;

	if (x->from != y->from)
		return cmp_instant(x->from, y->from);
	return cmp_int64(x->policy_id, y->policy_id);
}

/* In the order of strcmp(), by which they are looked for. */
static int
compare_schemes(const void *a, const void *b)
{
	return strcmp((*(Scheme *const *) a)->name, (*(Scheme *const *) b)->name);
}

/*
 * Every trial becomes a document with one version, in the array that
 * load_versions() left room for, which is then put in order.
 */
static void
add_trials(DocumentList *list)
{
	MemoryContext old = MemoryContextSwitchTo(list_context);
	int			n = list->n;

	for (int i = 0; i < n; i++)
		for (int t = 0; t < list->items[i]->ntrials; t++)
		{
			const Scheme *scheme = list->items[i];
			Scheme	   *trial = palloc0(sizeof(Scheme));

			trial->name = psprintf("%s@" INT64_FORMAT, scheme->name, scheme->trials[t].policy_id);
			trial->kind = scheme->kind;
			trial->text = cstring_to_text(trial->name);
			trial->trial_of = scheme->name;
			trial->tried = true;
			trial->nversions = 1;
			trial->versions = &scheme->trials[t];
			list->items[list->n++] = trial;
		}
	MemoryContextSwitchTo(old);
	if (list->n > n)
		qsort(list->items, list->n, sizeof(Scheme *), compare_schemes);
}

/* The name as a value of type text, in the memory of the list. */
static struct varlena *
scheme_text(const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(list_context);
	text	   *result = cstring_to_text(name);

	MemoryContextSwitchTo(old);
	return result;
}

/* A row of the query of load_versions(), as far as it says when a version counts. */
static PolicyVersion
read_version(uint64 row)
{
	bool		isnull;
	char	   *status = reading_text(row, 3);
	PolicyVersion version = {0};
	CompiledDocument *entry;

	version.policy_id = DatumGetInt64(reading_value(row, 1, &isnull));
	entry = hash_search(compiled, &version.policy_id, HASH_FIND, NULL);
	if (entry != NULL)
		entry->listed = generation + 1;
	version.status = strcmp(status, "trial") == 0 ? POLICY_TRIAL :
		strcmp(status, "active") == 0 ? POLICY_ACTIVE : POLICY_RETIRED;
	version.from = DatumGetTimestampTz(reading_value(row, 4, &isnull));
	if (isnull)
		version.from = DT_NOBEGIN;
	version.to = DatumGetTimestampTz(reading_value(row, 5, &isnull));
	if (isnull)
		version.to = DT_NOEND;
	return version;
}

/* A document without versions, at the end of the list of its kind. */
static Scheme *
add_document(DocumentKind kind, const char *name, PolicyVersion *places)
{
	Scheme	   *scheme = MemoryContextAllocZero(list_context, sizeof(Scheme));

	scheme->name = MemoryContextStrdup(list_context, name);
	scheme->kind = kind;
	scheme->text = scheme_text(name);
	scheme->versions = scheme->trials = places;
	documents[kind].items[documents[kind].n++] = scheme;
	return scheme;
}

/*
 * A version in force or on trial takes the next place.  The versions of a scheme lie
 * side by side, those on trial after the others.
 */
static void
add_version(Scheme *scheme, PolicyVersion *place, const PolicyVersion *version, uint64 row)
{
	bool		isnull;

	*place = *version;
	place->kind = scheme->kind;
	if (version->status == POLICY_TRIAL)
	{
		scheme->ntrials++;
		return;
	}
	scheme->nversions++;
	scheme->trials = place + 1;
	if (scheme->kind != DOCUMENT_SCHEME)
		return;
	if (DatumGetBool(reading_value(row, 7, &isnull)))
		scheme->links = any_links = true;
	if (DatumGetBool(reading_value(row, 8, &isnull)))
		scheme->copies = true;
}

/*
 * The rows come ordered by name, in no collation's order but by bytes; a name has
 * one kind.  A scheme stays known when none of its versions is left: entries name
 * it.  A ledger of an earlier version has policies alone, and says no kind.
 */
static void
load_versions(Reading *reading)
{
	uint64		n;
	Scheme	   *scheme = NULL;
	PolicyVersion *places;

	n = reading_execute(reading,
						psprintf("SELECT policy_id, scheme, status,"
								 " pg_catalog.lower(in_force), pg_catalog.upper(in_force),"
								 " pg_catalog.isempty(in_force),"
								 " document OPERATOR(pg_catalog.@?) '$.links[*].rungs',"
								 " document OPERATOR(pg_catalog.@?) '$.links[*].entries',"
								 " status OPERATOR(pg_catalog.=) 'trial' OR tried IS NOT NULL, %s"
								 " FROM governance.policy"
								 " WHERE status OPERATOR(pg_catalog.<>) 'draft'"
								 " ORDER BY scheme COLLATE pg_catalog.\"C\", status OPERATOR(pg_catalog.=) 'trial'",
								 get_attnum(policy_relid, "kind") != InvalidAttrNumber ?
								 "kind" : "'scheme'::pg_catalog.text"),
						0, NULL, NULL);

	/* Each version may be a trial, and so a document of its own. */
	places = MemoryContextAlloc(list_context, sizeof(PolicyVersion) * Max(n, 1));
	any_links = false;
	for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
		documents[kind].items = MemoryContextAlloc(list_context, sizeof(Scheme *) * Max(2 * n, 1));
	for (uint64 row = 0; row < n; row++)
	{
		bool		isnull;
		char	   *name = reading_text(row, 2);
		PolicyVersion version = read_version(row);
		DocumentKind kind;

		if (!document_kind_of_word(reading_text(row, 10), &kind))
			continue;			/* of a later version */
		if (scheme == NULL || strcmp(scheme->name, name) != 0)
			scheme = add_document(kind, name, places);
		scheme->tried |= DatumGetBool(reading_value(row, 9, &isnull));
		if (DatumGetBool(reading_value(row, 6, &isnull)))
			continue;			/* never was in force */
		add_version(scheme, places++, &version, row);
	}
	for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
	{
		DocumentList *list = &documents[kind];

		for (int i = 0; i < list->n; i++)
		{
			scheme = list->items[i];
			qsort(scheme->versions, scheme->nversions, sizeof(PolicyVersion), compare_versions);
			qsort(scheme->trials, scheme->ntrials, sizeof(PolicyVersion), compare_versions);
		}
		add_trials(list);
	}
}

/*
 * With the snapshot of the versions, so that what is folded by these is of that
 * edition.  Those of a trial that is over, and of a scheme of drafts alone, are
 * left out.
 */
static void
load_editions(Reading *reading)
{
	uint64		n = reading_execute(reading,
									"SELECT scheme, edition, reaches, unseen FROM governance.edition"
									" ORDER BY scheme COLLATE pg_catalog.\"C\", edition",
									0, NULL, NULL);
	MemoryContext old = CurrentMemoryContext;

	for (uint64 row = 0; row < n; row++)
	{
		bool		isnull;
		char	   *name = reading_text(row, 1);
		Scheme	   *scheme = rulebook_scheme(name, strlen(name), true);

		if (scheme == NULL)
			continue;
		MemoryContextSwitchTo(list_context);
		edition_add(&scheme->editions, DatumGetInt64(reading_value(row, 2, &isnull)),
					DatumGetTimestampTz(reading_value(row, 3, &isnull)),
					DatumGetBool(reading_value(row, 4, &isnull)));
		MemoryContextSwitchTo(old);
	}
	for (int i = 0; i < documents[DOCUMENT_SCHEME].n; i++)
		editions_complete(&documents[DOCUMENT_SCHEME].items[i]->editions);
}

/* Sorted, because each name that is withheld is looked for. */
static void
load_capabilities(Reading *reading)
{
	uint64		n = reading_execute(reading, "SELECT capability FROM governance.capability",
									0, NULL, NULL);

	ncapabilities = (int) n;
	capabilities = MemoryContextAlloc(list_context, sizeof(char *) * Max(n, 1));
	for (uint64 row = 0; row < n; row++)
		capabilities[row] = MemoryContextStrdup(list_context, reading_text(row, 1));
	qsort(capabilities, ncapabilities, sizeof(char *), string_order);
}

/*
 * Documents that the list just read does not name are compiled again if anybody
 * asks: a row that is gone may come back with another document.
 */
static void
discard_unlisted(void)
{
	HASH_SEQ_STATUS seq;
	CompiledDocument *entry;

	hash_seq_init(&seq, compiled);
	while ((entry = hash_seq_search(&seq)) != NULL)
		if (entry->listed != generation && entry->compiled != NULL)
		{
			discard_with_lists(GetMemoryChunkContext(entry->compiled));
			hash_search(compiled, &entry->policy_id, HASH_REMOVE, NULL);
		}
	last_document = NULL;
}

/* Reads the list anew.  An error leaves none, and the next call tries again. */
static void
load(void)
{
	Reading		reading;

	loaded = false;
	policy_relid = rulebook_table("policy");
	capability_relid = rulebook_table("capability");

	holiday_relid = holiday_table();
	edition_relid = edition_table();

	/*
	 * The lock first, because taking it is what makes us hear of changes; what
	 * is heard after this point sets dirty again, and the snapshot is newer
	 * than all that was heard before.
	 */
	LockRelationOid(policy_relid, AccessShareLock);
	LockRelationOid(capability_relid, AccessShareLock);
	if (OidIsValid(holiday_relid))
		LockRelationOid(holiday_relid, AccessShareLock);
	if (OidIsValid(edition_relid))
		LockRelationOid(edition_relid, AccessShareLock);
	dirty = false;
	provisional_note(&provisional);

	for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
		documents[kind].n = 0;
	ncapabilities = 0;
	list_context = new_list(rulebook_context);
	reading_begin(&reading, policy_relid);
	load_versions(&reading);
	if (OidIsValid(edition_relid))
		load_editions(&reading);
	load_capabilities(&reading);
	reading_end(&reading);

	generation++;
	discard_unlisted();
	loaded = true;
}

/*
 * An invalidation is heard when locks are taken, which a transaction that has
 * all of its locks does no more: so it is asked for here.  What has been read
 * with a snapshot that was handed over to this backend holds for as long as
 * that does.
 */
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
		ctl.entrysize = sizeof(CompiledDocument);
		ctl.hcxt = context;
		compiled = hash_create("governance compiled documents", 16, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
		rulebook_context = context;
	}

	AcceptInvalidationMessages();

	if (loaded && !dirty && provisional_holds(&provisional))
		hold_list();
	else
		load();
}

/* Counted when a list has been read whole. */
uint64
rulebook_generation(void)
{
	return generation;
}

/*
 * A binary search; len: the name need not end with a null byte, so that a
 * value of type text is looked for as it lies.
 */
Scheme *
rulebook_document(DocumentKind kind, const char *name, int len, bool missing_ok)
{
	Scheme	  **items = documents[kind].items;
	int			lo = 0;
	int			hi = documents[kind].n - 1;

	while (lo <= hi)
	{
		int			mid = (lo + hi) / 2;
		const char *other = items[mid]->name;
		int			cmp = strncmp(name, other, len);

		if (cmp == 0 && other[len] != '\0')
			cmp = -1;
		if (cmp == 0)
			return items[mid];
		if (cmp < 0)
			hi = mid - 1;
		else
			lo = mid + 1;
	}
	if (!missing_ok)
	{
		/* Of one that is there whoever may not see standings hears the same. */
		require_select(kind == DOCUMENT_SCHEME ? "standing" : "policy");
		report_missing(document_type(kind)->missing, pnstrdup(name, len), NULL, 0);
	}
	return NULL;
}

/* The array itself, which goes with the list. */
Scheme **
rulebook_documents(DocumentKind kind, int *n)
{
	*n = documents[kind].n;
	return documents[kind].items;
}

/* A scheme is a document of the kind that standings follow. */
Scheme *
rulebook_scheme(const char *name, int len, bool missing_ok)
{
	return rulebook_document(DOCUMENT_SCHEME, name, len, missing_ok);
}

/* Likewise, all of them. */
Scheme **
rulebook_schemes(int *n)
{
	return rulebook_documents(DOCUMENT_SCHEME, n);
}

/* Only what has been published has a place in a list. */
const char *
rulebook_other_kind(const char *name)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid("policy", nsp) : InvalidOid;

	if (!OidIsValid(relid) || pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return NULL;
	rulebook_refresh();
	for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
		if (kind != DOCUMENT_SCHEME && rulebook_document(kind, name, strlen(name), true) != NULL)
			return document_type(kind)->key;
	return NULL;
}

/* Backwards, because what is asked for is mostly the present. */
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

/*
 * Answered from the list, so that no policy is compiled where no scheme has
 * any.
 */
bool
rulebook_has_links(void)
{
	return any_links;
}

/* A binary search, as rulebook_scheme(). */
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
 * Compiled documents
 * ------------------------------------------------------------------------
 */

/* What was being read, for an error in a document that is stored. */
static void
compile_error_context(void *arg)
{
	errcontext("stored policy %lld", (long long) *(int64 *) arg);
}

/* Into the memory of the backend; an error says which policy it was. */
static void *
compile_stored(DocumentKind kind, int64 policy_id, Jsonb *document)
{
	ErrorContextCallback callback;
	void	   *result;

	callback.callback = compile_error_context;
	callback.arg = &policy_id;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	result = document_type(kind)->compile(document, policy_id, rulebook_context);
	error_context_stack = callback.previous;
	return result;
}

/* Do its holidays differ from those that a document was compiled with? */
static bool
calendar_changed(const CompiledDocument *entry)
{
	const WorkCalendar *calendar = document_type(entry->kind)->calendar(entry->compiled);
	CalendarDay *days;
	int			ndays;

	if (calendar->name == NULL)
		return false;
	days = rulebook_holidays(calendar->name, &ndays);
	return holidays_hash(days, ndays) != calendar->hash;
}

/*
 * What has been compiled already and is what is stored, or null.  An entry of
 * an earlier list is compared with the stored document first: see
 * keep_compiled().
 */
static const void *
known_document(DocumentKind kind, int64 policy_id)
{
	CompiledDocument *entry = last_document;

	if (entry == NULL || entry->policy_id != policy_id)
		entry = hash_search(compiled, &policy_id, HASH_FIND, NULL);
	if (entry == NULL || entry->compiled == NULL || entry->kind != kind ||
		entry->generation != generation)
		return NULL;
	last_document = entry;
	return entry->compiled;
}

/*
 * Compiles a document, unless that has been done with the same one and the same
 * holidays, and notes that it is what the present list has.
 */
static const void *
keep_compiled(DocumentKind kind, int64 policy_id, Jsonb *document)
{
	CompiledDocument *entry = hash_search(compiled, &policy_id, HASH_FIND, NULL);
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(document),
										   VARSIZE_ANY_EXHDR(document), 0);

	if (entry == NULL || entry->compiled == NULL || entry->kind != kind || entry->hash != hash ||
		calendar_changed(entry))
	{
		void	   *result = compile_stored(kind, policy_id, document);
		bool		found;

		entry = hash_search(compiled, &policy_id, HASH_ENTER, &found);
		if (found && entry->compiled != NULL)
			discard_with_lists(GetMemoryChunkContext(entry->compiled));
		entry->kind = kind;
		entry->compiled = result;
		entry->hash = hash;
		entry->listed = generation;
	}
	entry->generation = generation;
	return entry->compiled;
}

/* The document is needed only where it has not been compared with the list. */
static const void *
compiled_document(DocumentKind kind, int64 policy_id)
{
	const void *result = known_document(kind, policy_id);
	Jsonb	   *document;

	if (result != NULL)
		return result;
	document = stored_document(policy_relid, policy_id);
	if (document == NULL)
		report_missing_id(MISSING_POLICY, policy_id, NULL, 0);
	result = keep_compiled(kind, policy_id, document);
	pfree(document);
	return result;
}

/* The compiler of policies refuses what is none. */
const Policy *
rulebook_policy(int64 policy_id)
{
	return compiled_document(DOCUMENT_SCHEME, policy_id);
}

/*
 * Compiling holds nothing but memory, so that it may be given up anywhere and
 * needs no subtransaction.
 */
static const void *
compiled_or_null(DocumentKind kind, int64 policy_id, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	const void *volatile result = known_document(kind, policy_id);
	ErrorContextCallback *callbacks = error_context_stack;
	Jsonb	   *document;

	if (result != NULL)
		return result;
	document = stored_document(policy_relid, policy_id);
	if (document == NULL)
	{
		*why = psprintf(_("There is no policy %lld."), (long long) policy_id);
		return NULL;
	}
	PG_TRY();
	{
		result = keep_compiled(kind, policy_id, document);
	}
	PG_CATCH();
	{
		error_context_stack = callbacks;
		*why = caught_damage(context);
	}
	PG_END_TRY();
	pfree(document);
	return result;
}

/* Of a policy: the others have no standing that would be without it. */
const Policy *
rulebook_policy_or_null(int64 policy_id, char **why)
{
	return compiled_or_null(DOCUMENT_SCHEME, policy_id, why);
}

/* Found out once for each list, because every version is compiled for it. */
bool
rulebook_is_damaged(Scheme *scheme)
{
	char	   *why;

	if (scheme->damaged == 0)
	{
		scheme->damaged = -1;
		for (int i = 0; i < scheme->nversions; i++)
			if (compiled_or_null(scheme->kind, scheme->versions[i].policy_id, &why) == NULL)
				scheme->damaged = 1;
	}
	return scheme->damaged > 0;
}

/* Kept in the version, so that the way back to it is one pointer. */
const Policy *
rulebook_compiled(PolicyVersion *version)
{
	if (version->policy == NULL)
		version->policy = rulebook_policy(version->policy_id);
	return version->policy;
}

/* Likewise. */
const void *
rulebook_compiled_document(PolicyVersion *version)
{
	if (version->compiled == NULL)
		version->compiled = compiled_document(version->kind, version->policy_id);
	return version->compiled;
}

/* ------------------------------------------------------------------------
 * Invalidation
 * ------------------------------------------------------------------------
 */

/*
 * invalidate_rulebook(): what every backend has read of the rulebook is old.
 * A row trigger, because logical replication runs no others.
 */
Datum
governance_invalidate_rulebook(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "invalidate_rulebook", FIRED_AFTER);

	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
