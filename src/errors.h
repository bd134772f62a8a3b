/*
 * errors.h
 *		What every file needs that reports errors: the SQLSTATEs of governance,
 *		class GV, in one place, and the catalogue that translates its messages.
 *
 * The comment of each says when it is raised, and after "By:" through which
 * calls and tables.  doc/governance.md shows them to callers as a table, which
 * "make reference" makes from here.
 */
#ifndef GOVERNANCE_ERRORS_H
#define GOVERNANCE_ERRORS_H

#include "postgres.h"

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

/*
 * The account does not exist.  By: entries, answers, triggers on your tables.
 */
#define ERRCODE_GV_UNKNOWN_ACCOUNT			MAKE_SQLSTATE('G','V','0','0','1')

/* The scheme, or the policy, does not exist.  By: entries, answers, rules. */
#define ERRCODE_GV_UNKNOWN_SCHEME			MAKE_SQLSTATE('G','V','0','0','2')

/*
 * The scheme has no such rule, in the version in force when it occurred.  By:
 * violations.
 */
#define ERRCODE_GV_UNKNOWN_RULE				MAKE_SQLSTATE('G','V','0','0','3')

/* The capability is not known.  By: permits(), require_capability(). */
#define ERRCODE_GV_UNKNOWN_CAPABILITY		MAKE_SQLSTATE('G','V','0','0','4')

/* The domain is not known.  By: qualified(), require_qualification(). */
#define ERRCODE_GV_UNKNOWN_DOMAIN			MAKE_SQLSTATE('G','V','0','0','5')

/* The violation does not exist.  By: revisions, appeals. */
#define ERRCODE_GV_UNKNOWN_VIOLATION		MAKE_SQLSTATE('G','V','0','0','6')

/* The sanction does not exist.  By: explain(), release(), exempt_account(). */
#define ERRCODE_GV_UNKNOWN_SANCTION			MAKE_SQLSTATE('G','V','0','0','7')

/* There is no such pack.  By: pack(). */
#define ERRCODE_GV_UNKNOWN_PACK				MAKE_SQLSTATE('G','V','0','0','8')

/*
 * create_ledger() has not run in this database.  By: everything that needs a
 * ledger.
 */
#define ERRCODE_GV_NO_LEDGER				MAKE_SQLSTATE('G','V','0','0','9')

/* The account has no such certification.  By: certification. */
#define ERRCODE_GV_UNKNOWN_CERTIFICATION	MAKE_SQLSTATE('G','V','0','1','0')

/* The taxonomy does not know the qualification.  By: certification. */
#define ERRCODE_GV_UNKNOWN_QUALIFICATION	MAKE_SQLSTATE('G','V','0','1','1')

/*
 * The policy document is invalid; the message has the JSON path.  By:
 * check_policy(), publish(), dry_run(), simulate().
 */
#define ERRCODE_GV_INVALID_POLICY			MAKE_SQLSTATE('G','V','1','0','1')

/*
 * A version cannot change, or cannot have that time.  By: publish(),
 * activate(), retire(), changes of policy.
 */
#define ERRCODE_GV_POLICY_IN_FORCE			MAKE_SQLSTATE('G','V','1','0','2')

/*
 * No version of the scheme was in force at the instant.  By: violations,
 * answers, policy_document().
 */
#define ERRCODE_GV_NO_POLICY_IN_FORCE		MAKE_SQLSTATE('G','V','1','0','3')

/*
 * Points, or a surcharge, outside the rule's range.  By: violations, change().
 */
#define ERRCODE_GV_POINTS_OUT_OF_RANGE		MAKE_SQLSTATE('G','V','2','0','1')

/*
 * An entry that cannot be: unknown kind of activity, no reason, an appeal that
 * does not exist, an unreadable fact.  By: entries, revisions.
 */
#define ERRCODE_GV_INVALID_ENTRY			MAKE_SQLSTATE('G','V','2','0','2')

/*
 * An append-only table is updated, deleted from or truncated, or a derived one
 * written at all.  By: the ledger's tables.
 */
#define ERRCODE_GV_APPEND_ONLY				MAKE_SQLSTATE('G','V','2','0','3')

/*
 * The decision was revised, the appeal decided, or the sanction released or
 * over, already.  By: revisions, appeals.
 */
#define ERRCODE_GV_ALREADY_REVISED			MAKE_SQLSTATE('G','V','2','0','4')

/*
 * It goes beyond the limits of whoever decides.  By: violations, revisions,
 * confirm().
 */
#define ERRCODE_GV_BEYOND_LIMIT				MAKE_SQLSTATE('G','V','2','0','5')

/*
 * The proposal does not exist, is decided, has expired, or it is the same
 * person.  By: confirm(), reject(), proposal.
 */
#define ERRCODE_GV_PROPOSAL					MAKE_SQLSTATE('G','V','2','0','6')

/* The brake is not on; or is, and cannot go.  By: release_brake(), brake. */
#define ERRCODE_GV_BRAKE_NOT_ON				MAKE_SQLSTATE('G','V','2','0','7')

/* The account may not do that now.  By: require_capability(). */
#define ERRCODE_GV_CAPABILITY_WITHHELD		MAKE_SQLSTATE('G','V','3','0','1')

/*
 * The account is not qualified for the domain.  By: require_qualification().
 */
#define ERRCODE_GV_NOT_QUALIFIED			MAKE_SQLSTATE('G','V','3','0','2')

/*
 * A step that is not possible as the certification stands.  By: certification.
 */
#define ERRCODE_GV_INVALID_STEP				MAKE_SQLSTATE('G','V','4','0','1')

/*
 * The examination, or the face check, has not been passed.  By: certification.
 */
#define ERRCODE_GV_NOT_EXAMINED				MAKE_SQLSTATE('G','V','4','0','2')

/* The certification has lapsed.  By: certification. */
#define ERRCODE_GV_CERTIFICATION_LAPSED		MAKE_SQLSTATE('G','V','4','0','3')

/* Accounts that cannot be bound.  By: certification. */
#define ERRCODE_GV_BINDING_REFUSED			MAKE_SQLSTATE('G','V','4','0','4')

/*
 * No statement of reasons can be made of the sanction; the detail says
 * why.  By: statements of reasons.
 */
#define ERRCODE_GV_NO_STATEMENT				MAKE_SQLSTATE('G','V','5','0','1')

/* No such statement has been handed out.  By: file_statements(). */
#define ERRCODE_GV_UNKNOWN_STATEMENT		MAKE_SQLSTATE('G','V','5','0','2')

/*
 * There is no such consumer of events.  By: poll(), acknowledge(),
 * drop_consumer().
 */
#define ERRCODE_GV_UNKNOWN_CONSUMER			MAKE_SQLSTATE('G','V','6','0','1')

/*
 * The consumer was further behind than its limits allow.  By: poll(),
 * acknowledge().
 */
#define ERRCODE_GV_CONSUMER_LOST			MAKE_SQLSTATE('G','V','6','0','2')

/*
 * A clause does not hold, it is switched off, or a sanction withholds it.  By: use()
 * and its like, require_capability().
 */
#define ERRCODE_GV_NOT_ENTITLED				MAKE_SQLSTATE('G','V','7','0','1')

/*
 * It is not open at that hour, or it is too soon after the last use.  By: use() and
 * its like, require_capability().
 */
#define ERRCODE_GV_NOT_OPEN					MAKE_SQLSTATE('G','V','7','0','2')

/*
 * A limit does not leave enough.  By: use() and its like, require_capability().
 */
#define ERRCODE_GV_LIMIT_REACHED			MAKE_SQLSTATE('G','V','7','0','3')

/*
 * A limit was reached, and it is locked for a time.  By: use() and its like,
 * require_capability().
 */
#define ERRCODE_GV_LOCKED					MAKE_SQLSTATE('G','V','7','0','4')

/*
 * More is taken back than was used, the reservation is over, or it is too late.
 * By: refund(), release_use(), commit_use().
 */
#define ERRCODE_GV_NOT_TAKEN_BACK			MAKE_SQLSTATE('G','V','7','0','5')

/*
 * The reference was used for something else.  By: use(), reserve(),
 * begin_session().
 */
#define ERRCODE_GV_REFERENCE_USED			MAKE_SQLSTATE('G','V','7','0','6')

/*
 * There is another session, or it is over.  By: use() and its like, touch_session(),
 * end_session().
 */
#define ERRCODE_GV_SESSION					MAKE_SQLSTATE('G','V','7','0','7')

/*
 * The document does not leave it to whoever says so.  By: grant_allowance(),
 * consent(), set_limit(), set_switch().
 */
#define ERRCODE_GV_NO_SAY					MAKE_SQLSTATE('G','V','7','0','8')

/* There is no such use, session or grant.  By: refund(), end_session() and such. */
#define ERRCODE_GV_UNKNOWN_USE				MAKE_SQLSTATE('G','V','0','1','2')

#endif							/* GOVERNANCE_ERRORS_H */
