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

#endif							/* GOVERNANCE_ERRORS_H */
