/*
 * sanction_row.h
 *		The rows of governance.sanction, written without SQL where the table is
 *		what create_ledger() made (see table.h).
 */
#ifndef GOVERNANCE_LEDGER_SANCTION_ROW_H
#define GOVERNANCE_LEDGER_SANCTION_ROW_H

#include "db/plan.h"
#include "engine/engine.h"
#include "rulebook/cache.h"

/* A sanction as its row is to be. */
typedef struct SanctionWrite
{
	int64		account_id;
	Scheme	   *scheme;
	const SanctionState *sanction;
	const Rung *rung;
} SanctionWrite;

extern void sanctions_insert(const SanctionWrite *writes, int n);

/* Leaves those alone that are so already. */
extern void sanctions_update(const SanctionWrite *writes, int n);

/* Releases sanctions that no longer follow, by account and id, each as of an instant. */
extern void sanction_rows_overturn(const int64 *accounts, const int64 *sanctions,
							   const TimestampTz *at, int n);

/* Whose sanctions are looked for. */
typedef struct SanctionsOf
{
	int64		account_id;
	Scheme	   *scheme;
} SanctionsOf;

/* A sanction as its row has it, as far as it is recognized by that. */
typedef struct StoredSanction
{
	int64		sanction_id;
	const char *rung;
	int64		cause;			/* 0: none */
	TimestampTz starts;			/* DT_NOBEGIN: it never was in force */
	TimestampTz ends;			/* DT_NOEND: without an end */
	bool		overturned;
	bool		undone;			/* effect.c: it, or the violation behind it, was overturned */
	bool		taken;			/* for who goes through them; false at first */
} StoredSanction;

/* In order of time: by start, then by id. */
extern int	stored_sanction_cmp(const void *a, const void *b);

/* Those of one standing, by id. */
typedef struct StoredSanctions
{
	int			n;
	int			max;
	StoredSanction *sanctions;
} StoredSanctions;

/*
 * The sanctions of standings, which are distinct and in order of account and
 * scheme: found[i] has those of keys[i].
 */
extern void sanctions_find(const SanctionsOf *keys, int n, StoredSanctions *found);

/* The id of a stored sanction by what identifies it in a replay; 0: none. */
extern int64 stored_sanction(int64 account_id, Scheme *scheme, const char *rung,
							 int64 cause, TimestampTz starts, PlanMode mode);

/*
 * A sanction as its row has it, with all that consumers of events are told of it
 * (announce.c).
 */
typedef struct SanctionRecord
{
	int64		sanction_id;
	text	   *scheme;
	const char *rung;
	int			tier;
	Datum		withholds;		/* text[] */
	bool		never;			/* its time is empty */
	TimestampTz starts;			/* DT_NOBEGIN: without a beginning */
	TimestampTz ends;			/* DT_NOEND: without an end */
	int64		cause;			/* 0: none */
	int64		policy_id;
	bool		enforced;
	bool		released;
	TimestampTz released_at;	/* when released */
	const char *reason;			/* likewise */
} SanctionRecord;

/* What the row of a sanction will say. */
extern void sanction_record(const SanctionWrite *write, SanctionRecord *record);

/* What sanction_rows_overturn() makes of it. */
extern void sanction_record_overturn(SanctionRecord *record, TimestampTz at);

/* A row as it is now, what this transaction has done included; false: there is none. */
extern bool sanction_record_read(int64 account_id, int64 sanction_id, SanctionRecord *record);

/* All of a standing, by id. */
extern SanctionRecord *sanction_records_of(int64 account_id, Scheme *scheme, int *n);

/* The figures that a rung puts on a sanction, as the text of a JSON object. */
extern Datum sanction_terms(const Rung *rung, const SanctionState *sanction, bool *isnull);

#endif							/* GOVERNANCE_LEDGER_SANCTION_ROW_H */
