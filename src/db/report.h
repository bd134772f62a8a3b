/*
 * report.h
 *		Errors that are reported from more than one place.
 *
 * Apart from errors.h, because the engine has names that the server's headers
 * have, too.
 */
#ifndef GOVERNANCE_DB_REPORT_H
#define GOVERNANCE_DB_REPORT_H

#include "postgres.h"

#include "compat.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/relcache.h"

/* What can be missing. */
typedef enum Missing
{
	MISSING_ACCOUNT,
	MISSING_EXTERNAL_ID,
	MISSING_SCHEME,
	MISSING_ENTITLEMENT,
	MISSING_POLICY,
	MISSING_RULE,
	MISSING_CAPABILITY,
	MISSING_DOMAIN,
	MISSING_VIOLATION,
	MISSING_SANCTION,
	MISSING_CERTIFICATION,
	MISSING_PACK,
	MISSING_LEDGER
} Missing;

/*
 * Something that does not exist: an account (by name or id), a rule (of a
 * scheme), a violation (of an account).  relation and column say in which row
 * the name was given; null: the error names the table that does not have it.
 */
pg_noreturn extern void report_missing(Missing what, const char *name, Relation relation, int column);
pg_noreturn extern void report_missing_id(Missing what, int64 id, Relation relation, int column);

/*
 * Set where the library is loaded, for what only the rulebook knows: the kind of a
 * document of that name that is no scheme; null: there is none, or the current role
 * may not know.
 */
typedef const char *(*OtherKind) (const char *name);
extern OtherKind report_other_kind;

/* Of an owner; detail (translated, or null) is for what only the caller knows. */
pg_noreturn extern void report_missing_of(Missing what, const char *owner, const char *name,
										  const char *detail, Relation relation, int column);

/* No version of a scheme was in force at an instant. */
pg_noreturn extern void report_not_in_force(const char *scheme, TimestampTz at, const char *detail,
											Relation relation);

/*
 * The current role may select from a table of the ledger, or it is told that it
 * may not: so what there is can be asked after by those alone who may see it.
 */
extern void require_select(const char *table);

/* A column that a trigger needs; function: whose argument names it, or null. */
pg_noreturn extern void report_no_column(Relation relation, const char *column, const char *function);

/*
 * Around statements of ours: an error that says that a table, column or function
 * is missing gets the hint how to bring the database to the library's version.
 * Errors need no _end().
 */
typedef struct OwnStatement
{
	ErrorContextCallback callback;
	int			depth;			/* of triggers */
} OwnStatement;

extern void own_statement_begin(OwnStatement *own);
extern void own_statement_end(OwnStatement *own);

/* That hint, for the errors that we report ourselves. */
extern int	errhint_version(void);

/* The version of the extension in this database and that of the library, if they differ. */
extern int	errdetail_version(void);

/*
 * In PG_CATCH(): what was said against data that is stored, and the error is
 * over.  Any other error goes on.
 */
extern char *caught_damage(MemoryContext context);

#endif							/* GOVERNANCE_DB_REPORT_H */
