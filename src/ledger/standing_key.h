/*
 * standing_key.h
 *		Which standings a statement concerns, and how.
 */
#ifndef GOVERNANCE_LEDGER_STANDING_KEY_H
#define GOVERNANCE_LEDGER_STANDING_KEY_H

#include "db/rows.h"
#include "ledger/entry.h"
#include "rulebook/cache.h"


/* One account under one scheme in a statement that changes the ledger. */
typedef struct StandingKey
{
	int64		account_id;
	Scheme	   *scheme;
	int			nviolations;	/* new rows, in no order yet */
	ViolationRow **violations;
	int			nactivities;
	ActivityRow **activities;
	bool		replay;			/* fold the whole history anew */
	bool		refresh;		/* facts or policies changed: no new row */
	bool		settle;			/* refresh: unless somebody else has, by then */
	bool		begins;			/* replay: an account without entries gets a standing,
								 * if facts or time alone may do anything to it */
	bool		lock_only;		/* nothing is known to change, but may later in
								 * the statement */
	bool		unlimited;		/* it is nobody's decision about this account: a
								 * new version, a rebuild, a brake */
	bool		confirmed;		/* a second person has agreed */
	bool		opening;		/* a balance is among what is new */
	TimestampTz decided;		/* replay: when the revision was decided,
								 * DT_NOBEGIN: there is none */
	TimestampTz advance_to;		/* refresh, replay: move up to here */
	TimestampTz changed_from;	/* refresh: the first instant at which a fact
								 * changed, DT_NOEND: none did */

	/* private to standing.c */
	bool		done;
	RowHandle	row;			/* what is known of its row */
} StandingKey;

extern int	standing_key_cmp(const void *a, const void *b);

/* Sorts the keys and makes one of those for the same account and scheme; gives how
 * many are left. */
extern int	standing_keys_merge(StandingKey *keys, int nkeys);

/* A list of standings that grows; a key is there once (of late). */
typedef struct KeyList
{
	int			n;
	int			max;
	StandingKey *keys;
} KeyList;

extern StandingKey *key_list_add(KeyList *list, int64 account_id, Scheme *scheme);

#endif							/* GOVERNANCE_LEDGER_STANDING_KEY_H */
