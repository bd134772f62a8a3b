/*
 * ledger_rows.h
 *		What the tables say of an account to a request: read once for all documents.
 */
#ifndef GOVERNANCE_ENTITLEMENT_LEDGER_ROWS_H
#define GOVERNANCE_ENTITLEMENT_LEDGER_ROWS_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "db/plan.h"
#include "utils/jsonb.h"

/* A row of governance.usage, with all that rows about it have said since. */
typedef struct UsageRow
{
	int64		use_id;			/* 0: an open session */
	int64		account_id;
	char	   *capability;
	bool		reserve;		/* a reservation, */
	bool		committed;		/* which was used */
	bool		given_up;		/* or released */
	bool		undone;			/* taken back, whole */
	bool		seconds;		/* unit */
	int64		amount;			/* in millionths; so far as it was not taken back */
	int64		held;			/* the same less what was given up */
	int64		granted;
	TimestampTz from;
	TimestampTz to;				/* = from; of an open session: DT_NOEND */
	TimestampTz recorded;
	TimestampTz lapses;			/* of a reservation; DT_NOEND: none */
	int64		counterpart;
	int64		session_id;
	char	   *place;
	Jsonb	   *context;
	TimestampTz last_sign;		/* of an open session */
	TimestampTz until;
	Interval   *lease;
} UsageRow;

typedef struct UsageRows
{
	int			n;
	int			max;
	UsageRow   *list;			/* by from and use_id */
} UsageRows;

/* Which rows are wanted. */
typedef struct UsageWanted
{
	int			naccounts;
	const int64 *accounts;
	int64		counterpart;	/* and those on the other side of which it is, and its
								 * own sessions; 0: nobody */
	int			nnames;
	const char *const *names;	/* names and patterns of capabilities */
	TimestampTz since;			/* DT_NOBEGIN: all */
} UsageWanted;

extern UsageRows *usage_read(const UsageWanted *wanted, PlanMode mode);

/* ---------- facts and the like ---------- */

typedef struct FactSeen
{
	char	   *name;
	char	   *value;			/* null: null */
	bool		platform;
	TimestampTz from;
	TimestampTz to;
} FactSeen;

/* By name and from; platform: those of everybody too. */
extern FactSeen *facts_read(int64 account_id, bool platform, PlanMode mode, int *n);

typedef struct GrantSeen
{
	int64		grant_id;
	char	   *kind;
	char	   *capability;
	char	   *rule;
	Datum		amount;			/* numeric; 0: null */
	int			days;			/* ON_* bits */
	char	   *only;
	char	   *party;
	int64		by_account;
	TimestampTz recorded;
	TimestampTz from;
	TimestampTz to;				/* ended ones have their end */
	int64		used;			/* in millionths, as usage.granted */
} GrantSeen;

/* In force or to come at an instant, in the order in which they were written. */
extern GrantSeen *grants_read(int64 account_id, TimestampTz at, PlanMode mode, int *n);

typedef struct SwitchSeen
{
	char	   *capability;
	char	   *party;
	bool		allowed;
	TimestampTz from;
	TimestampTz to;
} SwitchSeen;

/* Each from when until when it is the last of its party. */
extern SwitchSeen *switches_read(int64 account_id, PlanMode mode, int *n);

typedef struct ActivitySeen
{
	char	   *kind;
	TimestampTz at;
	double		quantity;
} ActivitySeen;

/* Of these kinds, by instant. */
extern ActivitySeen *activities_read(int64 account_id, const char *const *kinds, int nkinds,
									PlanMode mode, int *n);

typedef struct SanctionSeen
{
	char	   *scheme;
	char	   *rung;
	int			tier;
	TimestampTz from;
	TimestampTz to;				/* DT_NOEND: no end is known */
} SanctionSeen;

/* On record, enforced and not overturned. */
extern SanctionSeen *sanctions_read(int64 account_id, PlanMode mode, int *n);

/* ---------- whose ---------- */

/* The accounts of the same subject, this one included, in order; 1: it alone. */
extern int64 *accounts_of_subject(int64 account_id, PlanMode mode, int *n);

/*
 * The accounts that share what a kind of link makes common at an instant, in
 * order: the one that it names, and all that name that.  *owner: that one.
 */
extern int64 *accounts_of_link(int64 account_id, const char *kind, TimestampTz at,
							   PlanMode mode, int *n, int64 *owner);

/*
 * Is an account linked so at an instant?  *turn: the first instant after it at
 * which that may be otherwise.
 */
extern bool account_is_linked(int64 account_id, const char *kind, TimestampTz at,
							  PlanMode mode, TimestampTz *turn);

#endif							/* GOVERNANCE_ENTITLEMENT_LEDGER_ROWS_H */
