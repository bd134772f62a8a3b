/*
 * inherited.h
 *		What accounts inherit from those that they are linked to.
 */
#ifndef GOVERNANCE_LEDGER_INHERITED_H
#define GOVERNANCE_LEDGER_INHERITED_H

#include "db/plan.h"
#include "engine/engine.h"

/* A row of governance.account_link: from and to are what it says of time. */
typedef struct Link
{
	int64		other;			/* the account at the other end */
	char	   *kind;
	double		confidence;		/* nought to one */
	TimestampTz from;			/* inclusive */
	TimestampTz to;				/* exclusive; DT_NOEND: no end */
} Link;

/* What was decided on one sanction that an account inherits. */
typedef struct Exemption
{
	int64		id;
	int64		other;			/* whose sanction it is */
	int64		sanction_id;
	bool		exempt;
	TimestampTz at;				/* when it was decided */
} Exemption;

typedef struct Exemptions
{
	int			n;
	Exemption  *items;
} Exemptions;

/* One capability that a sanction of a linked account withholds. */
typedef struct Inherited
{
	const char *capability;		/* null: none, the sanction is not handed on */
	TimestampTz since;
	TimestampTz until;
	const char *scheme;
	const Rung *rung;
	SanctionState sanction;
	int64		account_id;		/* whose it is */
	const char *kind;			/* of the link */
	double		confidence;
} Inherited;

/*
 * What is withheld from an account at an instant because of others, as known by
 * then; without what it is exempt from.  Within ledger_enter() or ledger_read_enter().
 */
extern Inherited *inherited_at(int64 account_id, TimestampTz at, PlanMode mode, int *n);

/* The id of the sanction's row; 0: it has none yet. */
extern int64 inherited_sanction_id(const Inherited *item);

/* ---------- the same in parts, for who asks what a change would make of it ---------- */

/* The links of an account with those that it inherits from. */
extern Link *links_of(int64 account_id, PlanMode mode, int *nlinks);

/* The links of others with an account; other is the heir. */
extern Link *heirs_of(int64 account_id, PlanMode mode, int *nlinks);

/*
 * What was decided on what an account inherits, but for the row whose
 * exemption_id is `without` (0: for none).  There is room for one more.
 */
extern Exemptions exemptions_of(int64 account_id, PlanMode mode, int64 without);

/*
 * For each of the linked accounts what it stands under at an instant, as known
 * by then, without what the account is exempt from.  all: also sanctions that are
 * not handed on, without capability.
 */
extern Inherited *inherited_from(const Link *links, int nlinks, const Exemptions *exemptions,
								 TimestampTz at, bool all, int *n);

/* Is a sanction of another account among what is inherited? */
extern bool inherits(const Inherited *items, int n, int64 other, int64 sanction_id);

#endif							/* GOVERNANCE_LEDGER_INHERITED_H */
