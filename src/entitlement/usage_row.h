/*
 * usage_row.h
 *		Rows of governance.usage, one at a time: written, and found by their ids.
 */
#ifndef GOVERNANCE_ENTITLEMENT_USAGE_ROW_H
#define GOVERNANCE_ENTITLEMENT_USAGE_ROW_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/* What a row says; amounts in millionths, of time in microseconds. */
typedef struct UsageEntry
{
	int64		account_id;
	const char *entry;			/* use, reserve, commit, release, refund */
	int64		about;			/* 0: nothing */
	const char *capability;
	int64		amount;
	bool		is_time;
	TimestampTz used_at;
	TimestampTz from;			/* of a session; DT_NOBEGIN: it is none */
	text	   *ref;			/* null: none */
	int64		counterpart;	/* 0: none */
	int64		session_id;		/* 0: none */
	const char *place;
	Jsonb	   *context;
	TimestampTz lapses;			/* DT_NOEND: never */
	TimestampTz settles;		/* DT_NOBEGIN: at once */
	int			ngrants;
	const int64 *grants;
	const int64 *grant_amounts;
	int			nwould_refuse;
	const char *const *would_refuse;
	text	   *reason;

	TimestampTz recorded;		/* of one that was found */
	int64		use_id;
} UsageEntry;

/* Writes it and gives its id. */
extern int64 usage_write(const UsageEntry *entry);

/*
 * The use of an id; raises ERRCODE_GV_UNKNOWN_USE where there is none, or it is no use
 * or reservation by itself.
 */
extern void usage_get(int64 use_id, UsageEntry *entry);

/*
 * The last use or session of an account under a reference that was written down after
 * an instant; false: there is none.
 */
extern bool usage_by_ref(int64 account_id, text *ref, TimestampTz since, UsageEntry *entry);

/* What has been said of it since. */
typedef struct UsageSince
{
	int64		refunded;
	int64		released;
	bool		given_up;		/* released, be it nothing */
	bool		committed;
	int64		committed_amount;
} UsageSince;

extern void usage_since(const UsageEntry *entry, UsageSince *since);

#endif							/* GOVERNANCE_ENTITLEMENT_USAGE_ROW_H */
