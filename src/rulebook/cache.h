/*
 * cache.h
 *		The rulebook of this backend: which versions a document of a name has,
 *		each compiled once.
 *
 * A policy document never changes once stored, so a compiled policy stays
 * valid for as long as its row exists; what an invalidation of the table
 * governance.policy replaces is only the list of versions.  Loaded with a
 * snapshot of its own, so that a repeatable read transaction does not leave an
 * old list behind.
 */
#ifndef GOVERNANCE_RULEBOOK_CACHE_H
#define GOVERNANCE_RULEBOOK_CACHE_H

#include "postgres.h"

#include "engine/policy.h"
#include "rulebook/document_type.h"
#include "rulebook/edition.h"

typedef enum PolicyStatus
{
	POLICY_DRAFT,
	POLICY_TRIAL,
	POLICY_ACTIVE,
	POLICY_RETIRED
} PolicyStatus;

typedef struct PolicyVersion
{
	int64		policy_id;
	DocumentKind kind;
	PolicyStatus status;
	TimestampTz from;			/* in_force; DT_NOBEGIN when unbounded */
	TimestampTz to;				/* DT_NOEND when unbounded */
	const Policy *policy;		/* null until rulebook_compiled() */
	const void *compiled;		/* null until rulebook_compiled_document() */
	Unprompted	unprompted;		/* see version_unprompted() */
} PolicyVersion;

/*
 * A version on trial stands in the list as a scheme of its own, named after its
 * scheme and its id ("shop.credit@7"): it is folded and stored beside the
 * version in force, by the same code, and enforces nothing.
 *
 * So it is with documents of other kinds, each of which has a list of its own;
 * what is about standings is not filled in for them.
 */
typedef struct Scheme
{
	char	   *name;
	DocumentKind kind;
	struct varlena *text;		/* the name as a value */
	const char *trial_of;		/* the scheme whose trial this is; null: none */
	int			nversions;		/* active ones and retired ones that were in
								 * force, by `from` */
	PolicyVersion *versions;
	bool		links;			/* one of them hands sanctions on */
	bool		copies;			/* one of them copies entries */
	bool		tried;			/* is a trial, or has or had some: entries may be
								 * there that no standing of it shows */
	int			ntrials;
	PolicyVersion *trials;
	Editions	editions;		/* what has changed, read with the versions */
	int8		damaged;		/* private to cache.c: 0 not known yet, -1 no */
	int8		withholds;		/* private to scheme.c: 0 not known yet, -1 no */
} Scheme;

/*
 * Call at the start of every SQL-callable function that uses the rulebook:
 * reloads the list of versions if it was invalidated.  Pointers to Scheme,
 * PolicyVersion and Policy hold for as long as the memory context that is
 * current at the call; one that is to find its way back to the same pointers
 * later compares rulebook_generation().
 * Raises ERRCODE_GV_NO_LEDGER, with a hint at create_ledger(), when there is no
 * ledger in this database.
 */
extern void rulebook_refresh(void);

/* How often it has been read: another number, and no Scheme is what it was. */
extern uint64 rulebook_generation(void);

/* By name; raises ERRCODE_GV_UNKNOWN_SCHEME unless missing_ok. */
extern Scheme *rulebook_scheme(const char *name, int len, bool missing_ok);

/* All of them, trials included, by name. */
extern Scheme **rulebook_schemes(int *nschemes);

/*
 * The same for documents of any kind: schemes are those of DOCUMENT_SCHEME, and
 * the two above know no others.  One that is missing raises the error of its kind.
 */
extern Scheme *rulebook_document(DocumentKind kind, const char *name, int len, bool missing_ok);
extern Scheme **rulebook_documents(DocumentKind kind, int *n);

/* The compiled policy of a version of a scheme. */
extern const Policy *rulebook_compiled(PolicyVersion *version);

/* What DocumentType.compile() has made of a version of any kind. */
extern const void *rulebook_compiled_document(PolicyVersion *version);

/* The version in force at an instant; null when there is none. */
extern PolicyVersion *rulebook_version_at(Scheme *scheme, TimestampTz at);

/* Of a policy by id, whatever its status; raises ERRCODE_GV_UNKNOWN_SCHEME when gone. */
extern const Policy *rulebook_policy(int64 policy_id);

/* Null, and why, where there is none or its stored document is damaged. */
extern const Policy *rulebook_policy_or_null(int64 policy_id, char **why);

/* Is a document damaged that the scheme's entries are judged by? */
extern bool rulebook_is_damaged(Scheme *scheme);

/* Does any scheme hand sanctions on to linked accounts? */
extern bool rulebook_has_links(void);

/*
 * The kind of a document of that name that is no scheme ("entitlement"); null: there
 * is none, or the current role may not know.
 */
extern const char *rulebook_other_kind(const char *name);

/* Is it in the vocabulary of capabilities? */
extern bool rulebook_knows_capability(const char *name, int len);

#endif							/* GOVERNANCE_RULEBOOK_CACHE_H */
