/*
 * meter_view.h
 *		What the meter is given and gives: a view of an account's ledger, a request,
 *		and the answer.
 *
 * The view holds plain rows; whoever fills it (ledger_view.c from tables, the
 * examples of a document from their events) brings all that matters: meter_needs()
 * says from when on.
 *
 * Amounts and instants as in entitlement.h.  Everything given back is palloc'd in
 * the current memory context.
 */
#ifndef GOVERNANCE_ENTITLEMENT_METER_VIEW_H
#define GOVERNANCE_ENTITLEMENT_METER_VIEW_H

#include "postgres.h"

#include "entitlement/entitlement.h"

/* ---------- the view ---------- */

/* One use, or what an open or ended session used. */
typedef struct MeterUse
{
	int64		use_id;			/* 0: none, as of an open session */
	int64		session_id;		/* 0: no session */
	int64		account_id;		/* who used */
	int64		counterpart;	/* 0: none */
	const char *capability;
	TimestampTz from;			/* used at; of a session: its beginning */
	TimestampTz to;				/* = from; of a session: its end, or the last sign of
								 * life where it gave none for longer than its
								 * lease; DT_NOEND: it runs */
	TimestampTz arrived;		/* recorded at: later than from, it came late */
	int64		amount;			/* as used; of a session its time; what was refunded
								 * is taken off, what was clipped never counted */
	int64		held;			/* the same less what was given up */
	int64		granted;		/* so much of it was taken from grants */
	int64		pool_first;		/* pools in order: so much from the first */
	bool		reserved;		/* a reservation that is open */
	bool		undone;			/* it was taken back, whole: it is no use */
	TimestampTz lease_until;	/* of a reservation, or a session that gives no sign */
	const char *place;			/* session: where; null: nowhere in particular */
	const ExprValue *context;	/* by index in the document; null: nothing */
} MeterUse;

/* Several accounts that share a counter. */
typedef struct MeterGroup
{
	const char *link;			/* null: the accounts of one subject */
	int			naccounts;
	int64	   *accounts;		/* this one included; none: it stands alone */
} MeterGroup;

typedef enum GrantKind
{
	GRANT_MORE,					/* an amount that is used up */
	GRANT_CONSENT,				/* hours, a clause, one item */
	GRANT_VALUE					/* a lasting value of a limit, or hours */
} GrantKind;

/* A row of allowance_grant, in force or to come; ended ones have their end. */
typedef struct MeterGrant
{
	int64		grant_id;
	GrantKind	kind;
	const char *capability;		/* or pool */
	const char *rule;			/* limit, clause, "hours", "at_most"; null: any limit */
	bool		has_amount;
	int64		amount;			/* more: so much; value: the limit */
	int64		used;			/* more: so much of it is used up */
	int			days;			/* value: ON_* bits; 0: every day */
	const char *only;			/* one item; null: any */
	const char *party;			/* "self", kind of link; null: support */
	int64		by_account;		/* 0: support */
	TimestampTz recorded;		/* value: a raise waits from here */
	TimestampTz from;
	TimestampTz to;
	bool		closed;			/* value of hours: they are closed */
	Hours		hours;			/* value of hours */
} MeterGrant;

/* A switch that is on or off by a party. */
typedef struct MeterSwitch
{
	const char *capability;
	const char *party;
	bool		allowed;
	TimestampTz from;
	TimestampTz to;
} MeterSwitch;

/* A fact from one instant to another; index is one into the document's attributes. */
typedef struct MeterFact
{
	int			attribute;
	TimestampTz from;
	TimestampTz to;
	ExprValue	value;
} MeterFact;

/* An activity that an observation counts. */
typedef struct MeterActivity
{
	const char *kind;
	TimestampTz at;
	double		quantity;
} MeterActivity;

/* A sanction, running or ended, for observations. */
typedef struct MeterSanction
{
	const char *scheme;
	const char *rung;
	int			tier;
	TimestampTz from;
	TimestampTz to;				/* DT_NOEND: not known */
} MeterSanction;

typedef struct MeterView
{
	int64		account_id;
	TimestampTz opened;
	int			nfacts;			/* by attribute and from */
	MeterFact  *facts;
	int			nuses;			/* by from, use_id */
	MeterUse   *uses;			/* of the account, of its groups, and those whose
								 * counterpart is the request's counterpart */
	int			ngroups;
	MeterGroup *groups;
	int			ngrants;
	MeterGrant *grants;
	int			nswitches;
	MeterSwitch *switches;
	int			nactivities;	/* by at */
	MeterActivity *activities;
	int			nsanctions;
	MeterSanction *sanctions;
	int			nothers;		/* facts of the counterpart, by the index of the
								 * External */
	MeterFact  *others;

	/*
	 * What the room below knows: score, lost, tier, running, ended, qualified,
	 * linked.  The value at an instant, and the first instant after one at which
	 * it may be another (DT_NOEND: never).
	 */
	void	   *arg;
	ExprValue	(*external) (void *arg, const External *external, TimestampTz at);
	TimestampTz (*external_turn) (void *arg, const External *external, TimestampTz after);

	/* When this version is over, or the next begins: rules are others from there. */
	TimestampTz version_from;
	TimestampTz version_to;
} MeterView;

/* ---------- the request ---------- */

typedef struct MeterRequest
{
	const char *capability;
	int64		amount;
	bool		has_amount;		/* else one unit; of a capability of time: a moment */
	TimestampTz at;
	int64		counterpart;	/* 0: none */
	bool		has_context;
	const ExprValue *context;	/* by index in the document */
	bool		session;		/* it begins a session */
	const char *place;			/* of the session */
	bool		reserve;
	bool		brief;			/* until, again and who may agree are not asked for */
} MeterRequest;

/* ---------- the answer ---------- */

/* In the order in which the first one gives the code of an error. */
typedef enum RuleKind
{
	RULE_GATE,					/* GV701 */
	RULE_SWITCH,				/* GV701 */
	RULE_HOURS,					/* GV702 */
	RULE_USE,					/* GV703: at_least, step, per use */
	RULE_APART,					/* GV702 */
	RULE_LOCK,					/* GV704 */
	RULE_WINDOW,				/* GV703 from here */
	RULE_ROLLING,
	RULE_DURING,
	RULE_REST,
	RULE_HELD,
	RULE_BUCKET,
	RULE_SESSION				/* GV707 */
} RuleKind;

typedef struct MeterRow
{
	RuleKind	kind;
	const char *document;
	const char *rule;			/* "screen.day": pool or capability, and limit or
								 * clause, or "hours", "closed", "apart", "session" */
	const char *title;
	const Capability *place;	/* where it stands */
	const UsageLimit *limit;	/* null: no limit */
	const char *missing;		/* the fact that is not known, when that decides */
	int64		limit_amount;	/* AMOUNT_NONE: none */
	int64		used;
	int64		reserved;
	int64		granted;		/* what grants add */
	int64		remaining;		/* AMOUNT_NONE: without end; never below 0 */
	TimestampTz resets_at;		/* DT_NOEND: by itself never */
	bool		allowed;		/* this rule alone */
	bool		warning;
	bool		shadow;			/* would refuse */
	TimestampTz locked_at;		/* RULE_LOCK: when it was reached */
	TimestampTz settles;		/* when what it lets in settles */
	TimestampTz until;			/* first instant from `at` on at which the rule would
								 * refuse a session that has run since */
	TimestampTz again;			/* first instant at which it would let the request
								 * pass; DT_NOEND: by itself never */
	int			nconsents;		/* "guardian:at_most" */
	const char **consents;
} MeterRow;

typedef struct MeterAnswer
{
	bool		silent;			/* the document says nothing to it */
	bool		allowed;
	int64		amount;			/* what passes: less than asked when it was clipped */
	int64		remaining;		/* the least, of limits in the unit of the request */
	TimestampTz until;			/* the least; meaningful when allowed */
	TimestampTz again;			/* by all rules together */
	TimestampTz settles;		/* when the use settles; = at: at once */
	int			nrows;
	MeterRow   *rows;
	int			nbecause;		/* rules that refuse, else the one that ends first */
	const char **because;
	int			nwarnings;
	const char **warnings;
	int			nconsents;		/* of parties that could turn every reason */
	const char **consents;
	int			ngrants;		/* grants that the use takes from, */
	int64	   *grants;			/* by id, */
	int64	   *grant_amounts;	/* and how much of each */
} MeterAnswer;

#endif							/* GOVERNANCE_ENTITLEMENT_METER_VIEW_H */
