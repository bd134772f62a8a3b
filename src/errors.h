/*
 * errors.h
 *		What every file needs that reports errors: the SQLSTATEs of governance,
 *		class GV, in one place, and the catalogue that translates its messages.
 *
 * doc/governance.md has the same list as a table for callers.
 */
#ifndef GOVERNANCE_ERRORS_H
#define GOVERNANCE_ERRORS_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "compat.h"

/* Named only, because the server's headers have names that the engine has too. */
struct FunctionCallInfoBaseData;
struct RelationData;
struct TriggerData;

/*
 * Messages are looked up in our own catalogue, po/, instead of the server's.
 * errmsg() and its like do it by themselves; _() is for the parts of messages,
 * and gettext_noop() for those that are looked up later.
 */
extern const char *governance_textdomain(void);

#undef TEXTDOMAIN
#define TEXTDOMAIN governance_textdomain()
#undef _
#define _(text) dgettext(TEXTDOMAIN, text)

#define ERRCODE_GV_UNKNOWN_ACCOUNT			MAKE_SQLSTATE('G','V','0','0','1')
#define ERRCODE_GV_UNKNOWN_SCHEME			MAKE_SQLSTATE('G','V','0','0','2')
#define ERRCODE_GV_UNKNOWN_RULE				MAKE_SQLSTATE('G','V','0','0','3')
#define ERRCODE_GV_UNKNOWN_CAPABILITY		MAKE_SQLSTATE('G','V','0','0','4')
#define ERRCODE_GV_UNKNOWN_DOMAIN			MAKE_SQLSTATE('G','V','0','0','5')
#define ERRCODE_GV_UNKNOWN_VIOLATION		MAKE_SQLSTATE('G','V','0','0','6')
#define ERRCODE_GV_UNKNOWN_SANCTION			MAKE_SQLSTATE('G','V','0','0','7')
#define ERRCODE_GV_UNKNOWN_PACK				MAKE_SQLSTATE('G','V','0','0','8')
#define ERRCODE_GV_NO_LEDGER				MAKE_SQLSTATE('G','V','0','0','9')
#define ERRCODE_GV_UNKNOWN_CERTIFICATION	MAKE_SQLSTATE('G','V','0','1','0')
#define ERRCODE_GV_UNKNOWN_QUALIFICATION	MAKE_SQLSTATE('G','V','0','1','1')

#define ERRCODE_GV_INVALID_POLICY			MAKE_SQLSTATE('G','V','1','0','1')
#define ERRCODE_GV_POLICY_IN_FORCE			MAKE_SQLSTATE('G','V','1','0','2')
#define ERRCODE_GV_NO_POLICY_IN_FORCE		MAKE_SQLSTATE('G','V','1','0','3')

#define ERRCODE_GV_POINTS_OUT_OF_RANGE		MAKE_SQLSTATE('G','V','2','0','1')
#define ERRCODE_GV_INVALID_ENTRY			MAKE_SQLSTATE('G','V','2','0','2')
#define ERRCODE_GV_APPEND_ONLY				MAKE_SQLSTATE('G','V','2','0','3')
#define ERRCODE_GV_ALREADY_REVISED			MAKE_SQLSTATE('G','V','2','0','4')
/* raised by sql/oversight */
#define ERRCODE_GV_BEYOND_LIMIT				MAKE_SQLSTATE('G','V','2','0','5')
#define ERRCODE_GV_PROPOSAL					MAKE_SQLSTATE('G','V','2','0','6')
#define ERRCODE_GV_BRAKE_NOT_ON				MAKE_SQLSTATE('G','V','2','0','7')

#define ERRCODE_GV_CAPABILITY_WITHHELD		MAKE_SQLSTATE('G','V','3','0','1')
#define ERRCODE_GV_NOT_QUALIFIED			MAKE_SQLSTATE('G','V','3','0','2')

/* certification; raised by sql/certification */
#define ERRCODE_GV_INVALID_STEP				MAKE_SQLSTATE('G','V','4','0','1')
#define ERRCODE_GV_NOT_EXAMINED				MAKE_SQLSTATE('G','V','4','0','2')
#define ERRCODE_GV_CERTIFICATION_LAPSED		MAKE_SQLSTATE('G','V','4','0','3')
#define ERRCODE_GV_BINDING_REFUSED			MAKE_SQLSTATE('G','V','4','0','4')

/* statements of reasons; raised by sql/reports */
#define ERRCODE_GV_NO_STATEMENT				MAKE_SQLSTATE('G','V','5','0','1')
#define ERRCODE_GV_UNKNOWN_STATEMENT		MAKE_SQLSTATE('G','V','5','0','2')

/* events; raised by sql/events */
#define ERRCODE_GV_UNKNOWN_CONSUMER			MAKE_SQLSTATE('G','V','6','0','1')
#define ERRCODE_GV_CONSUMER_LOST			MAKE_SQLSTATE('G','V','6','0','2')

/*
 * What errors.c reports for all.
 *
 * Something that does not exist: an account (by name or id), a rule (of a
 * scheme), a violation (of an account).  relation and column say in which row
 * the name was given; null: the error names the table that does not have it.
 */
typedef enum Missing
{
	MISSING_ACCOUNT,
	MISSING_EXTERNAL_ID,
	MISSING_SCHEME,
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

pg_noreturn extern void report_missing(Missing what, const char *name,
									   struct RelationData *relation, int column);
pg_noreturn extern void report_missing_id(Missing what, int64 id,
										  struct RelationData *relation, int column);

/* Of an owner; detail (translated, or null) is for what only the caller knows. */
pg_noreturn extern void report_missing_of(Missing what, const char *owner, const char *name,
										  const char *detail, struct RelationData *relation, int column);

/* No version of a scheme was in force at an instant. */
pg_noreturn extern void report_not_in_force(const char *scheme, TimestampTz at, const char *detail,
											struct RelationData *relation);

/* A column that a trigger needs; function: whose argument names it, or null. */
pg_noreturn extern void report_no_column(struct RelationData *relation, const char *column,
										 const char *function);

/* Raises ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, else gives the context. */
extern struct TriggerData *called_as_trigger(struct FunctionCallInfoBaseData *fcinfo,
											 const char *function);

#endif							/* GOVERNANCE_ERRORS_H */
