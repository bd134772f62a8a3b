/*
 * names.h
 *		The vocabulary of the ledger: what is shown or written by a word, and
 *		the words.
 *
 * The words are the same in policy documents, in the ledger's tables and in
 * what functions give back.  They stand here once, so that they cannot differ.
 * The words of tiers belong to the type: types/sanction_tier.h.
 */
#ifndef GOVERNANCE_ENGINE_NAMES_H
#define GOVERNANCE_ENGINE_NAMES_H

#include "postgres.h"

/* ---------- severities of rules ---------- */

typedef enum Severity
{
	SEVERITY_MINOR,
	SEVERITY_MEDIUM,
	SEVERITY_SEVERE,
	SEVERITY_EXTREME
} Severity;

#define NUM_SEVERITIES 4

/* The words of severities, in their order. */
extern const char *const severity_names[NUM_SEVERITIES];

/* The severity of a name, or -1 when it is none. */
extern int	severity_by_name(const char *name);

/* ---------- sources of violations ---------- */

#define NUM_SOURCES 5

/* What governance.violation.source may be. */
extern const char *const source_names[NUM_SOURCES];

/* The place of a source in source_names, or -1 when none has the name (len bytes). */
extern int	source_by_name(const char *name, size_t len);

/* ---------- why a sanction ended before its time ---------- */

typedef enum ReleaseReason
{
	RELEASE_NONE,
	RELEASE_CLEARED,			/* the condition of a while-rung ended */
	RELEASE_CONDITIONS,			/* the conditions were met */
	RELEASE_COUNTED,			/* the number of events was reached */
	RELEASE_REPLACED,			/* a newer or heavier one took over */
	RELEASE_ELECTED,
	RELEASE_OVERTURNED,			/* ledger: a replay no longer gives it */
	RELEASE_MANUAL,				/* somebody lifted it */
	RELEASE_POLICY				/* a new version does not know the rung */
} ReleaseReason;

/* The word for a ReleaseReason, as in governance.sanction.reason; "none" for none. */
extern const char *release_reason_name(int reason);

/* ---------- what happens to a standing ---------- */

typedef enum EffectKind
{
	EFFECT_VIOLATION,			/* delta: what it cost */
	EFFECT_ACTIVITY,			/* delta: what it gave; refused: see detail */
	EFFECT_ATTRIBUTE,
	EFFECT_REFUND,
	EFFECT_EXPIRY,				/* entry: which */
	EFFECT_RECOVERY,			/* relief: which; steps: how many at once */
	EFFECT_BOUNDARY,
	EFFECT_RELIEF_SANCTION,		/* a balance operation tied to a sanction */
	EFFECT_SANCTION_START,		/* opened: it starts now or later, see starts */
	EFFECT_SANCTION_EXTEND,
	EFFECT_SANCTION_END,
	EFFECT_SANCTION_RELEASE,
	EFFECT_HANDOVER,
	EFFECT_SANCTION_BEGIN,		/* one that was opened earlier starts now */
	EFFECT_OPENING,				/* delta: from what it was to what it is said to be */
	EFFECT_RUNG_PASSED			/* reached, and not opened: see detail;
								 * only for a trace that asks for it */
} EffectKind;

/*
 * The word for an EffectKind: a single one, as dry_run() shows it to the author
 * of a policy, and a phrase, as timeline() shows it of an account.
 */
extern const char *effect_word(int kind);
extern const char *effect_phrase(int kind);

#endif							/* GOVERNANCE_ENGINE_NAMES_H */
