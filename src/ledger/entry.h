/*
 * entry.h
 *		The rows of the ledger as C structs.
 */
#ifndef GOVERNANCE_LEDGER_ENTRY_H
#define GOVERNANCE_LEDGER_ENTRY_H

#include "rulebook/cache.h"

#include "executor/tuptable.h"

/*
 * The list of schemes may be loaded anew in the middle of a statement, by a
 * trigger on what it writes; the name is what counts.
 */
static inline bool
same_scheme(const Scheme *a, const Scheme *b)
{
	return a == b || strcmp(a->name, b->name) == 0;
}

/* Does a row of the ledger concern a scheme, which may be a trial of its own? */
static inline bool
scheme_concerned(const Scheme *scheme, const Scheme *of_row)
{
	return same_scheme(scheme, of_row) ||
		(scheme->trial_of != NULL && strcmp(scheme->trial_of, of_row->name) == 0);
}

typedef struct ViolationRow
{
	int64		account_id;
	int64		violation_id;
	Scheme	   *scheme;
	const char *rule;
	Points		points;			/* POINTS_NONE: the rule's own */
	Points		surcharge;
	TimestampTz occurred;
	TimestampTz decided;
	const char *source;
	const char *campaign;		/* only filled in for new rows */
	uint64		incident;		/* hashes; 0: none */
	uint64		content;
	Span		length;
	bool		held;			/* a brake was on */
	bool		sanctioned;		/* of new rows: it has opened an enforced sanction */
	bool		too_far;		/* of new rows: so many that a brake went on */
	bool		copied;			/* of a linked account's: its price needs no range */
} ViolationRow;

typedef struct ActivityRow
{
	int64		account_id;
	int64		activity_id;
	const char *kind;
	TimestampTz occurred;
	double		quantity;
	int64		violation_id;	/* 0: none */
} ActivityRow;

typedef struct AttributeRow
{
	const char *name;
	const char *value;			/* null: none */
	TimestampTz from;
	TimestampTz to;
} AttributeRow;

typedef enum RevisionAction
{
	REVISE_OVERTURN,
	REVISE_CHANGE,
	REVISE_REINSTATE,
	REVISE_RELEASE,				/* of a sanction: violation_id is its cause */
	REVISE_OPENING				/* of no violation: points is the score of scheme */
} RevisionAction;

typedef struct RevisionRow
{
	int64		revision_id;
	int64		violation_id;
	RevisionAction action;
	Points		points;			/* REVISE_CHANGE */
	TimestampTz decided;
	Scheme	   *scheme;			/* REVISE_RELEASE: what tells a replay which */
	const char *rung;			/* sanction it is */
	TimestampTz since;
} RevisionRow;

/* All that the ledger holds of an account, or a part of it (history.h). */
typedef struct AccountHistory
{
	int64		account_id;
	bool		exists;
	bool		whole;			/* entries are there, not facts alone */
	bool		latest;			/* read so as to see what anybody has committed */
	TimestampTz opened;
	int			nattributes;
	AttributeRow *attributes;
	int			nviolations;
	ViolationRow *violations;	/* of all schemes, by id */
	int			nactivities;
	ActivityRow *activities;
	int			nrevisions;
	RevisionRow *revisions;		/* by decided, id */
} AccountHistory;

/* ---------- points in columns ---------- */

/* numeric -> hundredths; raises ERRCODE_GV_POINTS_OUT_OF_RANGE past two decimals. */
extern Points ledger_points(Datum numeric, const char *column);

/* The same of what is being written, digit by digit: rows of earlier versions
 * may have more of them. */
extern Points entered_points(Datum numeric, const char *column);


/*
 * Points of a row that is being written; POINTS_NONE where the column is null.
 */
static inline Points
slot_points(TupleTableSlot *slot, AttrNumber number, const char *column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? POINTS_NONE : entered_points(value, column);
}

#endif							/* GOVERNANCE_LEDGER_ENTRY_H */
