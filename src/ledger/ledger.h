/*
 * ledger.h
 *		What the files of the ledger share: identity, the rows of the ledger as
 *		C structs, histories of accounts, and the fold over them.
 *
 * Everything that reads or writes the ledger's tables on behalf of somebody
 * else runs as the tables' owner, between ledger_enter() and ledger_leave(),
 * as the checks of foreign keys do; whoever may insert a violation needs no
 * right on anything that follows from it.
 */
#ifndef GOVERNANCE_LEDGER_LEDGER_H
#define GOVERNANCE_LEDGER_LEDGER_H

#include "engine/engine.h"
#include "db/identity.h"
#include "rulebook/cache.h"

#include "executor/spi.h"
#include "storage/itemptr.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

/* ---------- identity (store.c) ---------- */

typedef Identity LedgerIdentity;

/*
 * Becomes the owner of the ledger and connects to SPI; raises
 * ERRCODE_GV_NO_LEDGER when create_ledger() has not run.  An error in between
 * undoes the change of identity, as the abort of a (sub)transaction does.
 */
extern void ledger_enter(LedgerIdentity *identity);
extern void ledger_leave(const LedgerIdentity *identity);

/*
 * Takes part in, or keeps out, the changes of standings until the end of the
 * transaction; call it before rulebook_refresh().  What changes some standings
 * takes ROW EXCLUSIVE, so that the versions it goes by stay the ones in force
 * until it commits; what changes the ground under all of them (a policy, a
 * rebuild) takes EXCLUSIVE, and so sees every standing there is.
 */
extern void ledger_lock(LOCKMODE mode);

/* May a role act as the owner of the ledger? */
extern bool ledger_owned_by(Oid userid);

/* Only connects: for functions that read with the rights of their caller. */
extern void ledger_read_enter(void);
extern void ledger_read_leave(void);

/* Is it a statement of the ledger's own that writes to this table just now? */
extern bool ledger_is_writing(Oid relid);

/* ---------- plans (store.c) ---------- */

/*
 * A statement that is planned once and kept.  nargs types may be built-in OIDs,
 * or one of the LEDGER_*_TYPE markers for the extension's own types.
 */
#define LEDGER_SCORE_TYPE		((Oid) 1)
#define LEDGER_TIER_TYPE		((Oid) 2)
#define LEDGER_SCORE_ARRAY_TYPE	((Oid) 3)
#define LEDGER_TIER_ARRAY_TYPE	((Oid) 4)

#define LEDGER_MAX_ARGS 16

typedef struct LedgerPlan
{
	const char *text;
	int			nargs;
	Oid			types[LEDGER_MAX_ARGS];
	SPIPlanPtr	plan;			/* null until it is first used */
	Oid			score_type;		/* the extension's types it was planned with */
} LedgerPlan;

typedef enum LedgerMode
{
	LEDGER_READ,				/* sees what the calling query sees */
	LEDGER_FRESH,				/* sees all that is committed by now, as far as
								 * the isolation level lets it; may lock */
	LEDGER_LATEST,				/* sees all that is committed by now, whatever
								 * the isolation level */
	LEDGER_WRITE				/* as LEDGER_FRESH, and may write append-only
								 * tables */
} LedgerMode;

/*
 * Runs it; nulls is a string of ' ' and 'n' or null.  Returns the number of
 * rows; they are in SPI_tuptable.
 */
extern uint64 ledger_execute(LedgerPlan *plan, Datum *values, const char *nulls,
							 LedgerMode mode);

/*
 * So many rows of a derived table were to be inserted, updated or deleted, and
 * so many were.  Complains where a trigger of somebody else can be the cause.
 */
extern void ledger_written(const char *table, CmdType command, uint64 wanted, uint64 written);

/*
 * Has a table of the ledger grown out of the plans that were made for it?  Names
 * one that is looked up by its keys, row by row.
 */
typedef struct GrowingTable
{
	const char *name;
	Oid			relid;			/* that the number of pages is of */
	BlockNumber pages;
} GrowingTable;

extern void ledger_tables_grown(GrowingTable *tables, int n);

extern Oid	ledger_type(Oid marker);

/* One-dimensional arrays without nulls in the current context. */
extern Datum ledger_int8_array(const int64 *values, int n);
extern Datum ledger_array(Datum *values, bool *nulls, int n, Oid type);

/* ---------- rows of the ledger ---------- */

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

/*
 * New rows of a table of entries have ids between min and max: raises
 * ERRCODE_GV_INVALID_ENTRY for ids that nobody may give, and moves the sequence
 * on past those that were given by hand.  Within ledger_enter().
 */
extern void entry_ids_given(Relation relation, const char *column, int64 min, int64 max);

/*
 * The same for violations, whose ids are also looked at whether another account
 * has one of them.
 */
extern void violation_ids_given(Relation relation, const ViolationRow *rows, int64 nrows);

/* numeric -> hundredths; raises ERRCODE_GV_POINTS_OUT_OF_RANGE past two decimals. */
extern Points ledger_points(Datum numeric, const char *column);

/* The same of what is being written, digit by digit: rows of earlier versions
 * may have more of them. */
extern Points entered_points(Datum numeric, const char *column);

extern uint64 ledger_hash(const char *text, int len);

/* ---------- chosen lengths (chosen_length.c) ---------- */

/* Raises ERRCODE_GV_INVALID_ENTRY unless the rulebook takes the row's sanction_length. */
extern void chosen_length_check(Relation relation, const Policy *policy, int rule,
								const ViolationRow *row);

/* Likewise, once the rows have opened what they open. */
extern void chosen_lengths_taken(Relation relation, const ViolationRow *rows, int64 nrows);

/* ---------- histories (history.c) ---------- */

typedef struct AccountHistory
{
	int64		account_id;
	bool		exists;
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

#define HISTORY_FACTS	0x01	/* account and attribute */
#define HISTORY_ENTRIES 0x02	/* violation, activity, revision */

/*
 * Reads the histories of accounts (sorted, distinct) in the current context,
 * one for each, in that order.
 */
extern AccountHistory *history_load(const int64 *accounts, int naccounts,
									int what, LedgerMode mode);

/*
 * What an account holds that a scheme may look at (of the violations, perhaps
 * only those that concern it), with the rights of the caller; within
 * ledger_read_enter().
 */
extern AccountHistory *history_of(int64 account_id, Scheme *scheme, int what);

/*
 * Does an account exist, with the rights of the caller?  The probe needs no
 * ledger_read_enter(), and says false when it takes SQL.
 */
extern bool account_exists(int64 account_id);
extern bool account_probe(int64 account_id, bool *exists, TimestampTz *opened);

/* ---------- the fold over a history (fold.c) ---------- */

/*
 * Folds all that an account's history holds for a scheme, as it was known at
 * known_at (DT_NOEND: all that is known), up to `until` (DT_NOEND: up to the
 * last event); null when nothing concerns the scheme by then.  With draft,
 * that policy stands in for every version.
 */
extern EngineState *ledger_fold(Scheme *scheme, const Policy *draft,
								const AccountHistory *history,
								TimestampTz known_at, TimestampTz until,
								const EngineTrace *trace);

/* A state without any event, at an instant; null when no version is in force. */
extern EngineState *ledger_fresh(Scheme *scheme, const Policy *draft,
								 const AccountHistory *history, TimestampTz at);

/* The state of an account whose violations were all overturned. */
extern EngineState *ledger_blank(Scheme *scheme, const AccountHistory *history);

/*
 * Moves a state to an instant, across the versions that come into force on the
 * way.  The history need only hold facts.
 */
extern void ledger_advance(Scheme *scheme, const Policy *draft,
						   EngineState **state, const AccountHistory *history,
						   TimestampTz to, const EngineTrace *trace);

/*
 * The strictest tier in force at the later of as_of and known_at: a violation
 * that is decided after it occurred has its sanction start at the decision.
 */
extern int	ledger_tier(const Policy *policy, const EngineState *state, TimestampTz known_at);

/* May sanctions open without a further entry, so that a state without any has
 * to be projected all the same? */
extern bool ledger_may_sanction_later(Scheme *scheme, const EngineState *state);

/* The start of the version that follows the one that a state stands under
 * (DT_NOEND: there is none), and whether there is one. */
extern TimestampTz next_version_from(Scheme *scheme, const EngineState *state);
extern bool ledger_has_successor(Scheme *scheme, const EngineState *state);

/*
 * Appends one row to a state; false when its place in the fold lies before
 * what the state has seen, so that a replay is needed.  An activity that the
 * version in force does not listen to is passed over.
 */
extern bool ledger_append_violation(Scheme *scheme, EngineState *state,
									const AccountHistory *facts,
									const ViolationRow *row,
									EngineState **result);
extern bool ledger_append_activity(Scheme *scheme, EngineState *state,
								   const AccountHistory *facts,
								   const ActivityRow *row,
								   EngineState **result);

/* ---------- who judges a violation (judge.c) ---------- */

/*
 * The version in force then or, for a rule that it does not have, one on trial
 * that does; null: none.  For rows that enter, and for what they may cost.
 */
extern PolicyVersion *ledger_judge(Scheme *scheme, TimestampTz at, const char *rule, int len);

/* The version in force then, or one on trial; null: neither. */
extern PolicyVersion *ledger_version_or_trial(Scheme *scheme, TimestampTz at);

/*
 * Does it count under the scheme, or under the trial that is one of its own?  Not
 * when there was no version then, or one that does not have the rule.
 */
extern bool ledger_judges(Scheme *scheme, const ViolationRow *row);

/* Where a violation stands in the fold. */
extern TimestampTz ledger_place(Scheme *scheme, const ViolationRow *row);

/* Takes up what the attribute table says about the time after as_of. */
extern void ledger_refresh_facts(EngineState *state, const AccountHistory *facts);

/*
 * What the state will bring if nothing more happens, across versions: the
 * sanctions as the tables show them, each with the rung that says what it is
 * from one instant to another.  A sanction that goes on under a new version
 * occurs again, flagged SANCTION_PROJECTED, with the rung of that version.
 */
typedef struct ProjectedSanction
{
	SanctionState sanction;
	const Rung *rung;
	TimestampTz from;			/* what the rung withholds it withholds from */
	TimestampTz until;			/* here to there, as far as the sanction lasts */
	bool		is_new;			/* effect.c: has no row yet */
} ProjectedSanction;

extern ProjectedSanction *ledger_project(Scheme *scheme, const Policy *draft,
										 const EngineState *state,
										 const AccountHistory *facts,
										 int *nsanctions);

/*
 * The same, as far as it shows until an instant; what has no end by then is said
 * to have none.
 */
extern ProjectedSanction *ledger_project_until(Scheme *scheme, const Policy *draft,
											   const EngineState *state,
											   const AccountHistory *facts,
											   TimestampTz until, int *nsanctions);

/*
 * Until when a sanction is on record, which is never before it starts.  *open:
 * without an end, unless it is released.
 */
extern TimestampTz sanction_end(const SanctionState *sanction, bool *open);

/*
 * From when until when does it withhold what its rung says?  False: it never
 * does.  Whoever wants to know why something is withheld, or from whom, asks
 * this.
 */
extern bool sanction_reach(const ProjectedSanction *sanction, TimestampTz *since,
						   TimestampTz *until);

/* ---------- entries of linked accounts (linked_entry.c) ---------- */

/*
 * Inserts the copies of new violations for the accounts that are linked to
 * theirs, as the policies in force say, and appends them to the rows.  Whose
 * standings follow is then up to the caller: all in one call, and so in the
 * order in which everybody locks them.
 */
extern void linked_entries_copy(ViolationRow **rows, int64 *nrows);

/*
 * Inserts what a revision of a violation means for its copies; gives the
 * accounts that have some.
 */
extern int64 *linked_entries_revise(const Scheme *scheme, int64 account_id, int64 revision_id,
									int *ncopies);

/* Refuses a row with a reference that only the ledger itself writes; true when
 * the ledger itself does. */
extern bool linked_entry_check(Relation relation, const char *column, bool refers);

/* ---------- locks on accounts (lock.c) ---------- */

/*
 * Keeps the facts of accounts (sorted, distinct) as they are until the end of
 * the transaction.  Facts change, and standings begin, under this lock: the one
 * sees the other.
 */
extern void accounts_lock(const int64 *accounts, int naccounts);

/*
 * Takes the turns of those of the accounts (sorted, distinct) that have ever
 * applied for a certification, until the end of the transaction; they are moved
 * to the front, and their number is given.  steps: steps may follow, so that the
 * configuration of certification has to stay as it is, too.
 */
extern int	certified_lock(int64 *accounts, int naccounts, bool steps);

/*
 * Who may hold up others is who may write what the lock is for; raises
 * ERRCODE_INSUFFICIENT_PRIVILEGE.
 */
extern void require_insert(const char *table);

/* Do facts follow from certifications? */
extern bool facts_derive(void);

/* ---------- standings (standing.c) ---------- */

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
	ItemPointerData tid;		/* where its row is, if that is known */
} StandingKey;

extern int	standing_key_cmp(const void *a, const void *b);

/*
 * Takes the turns of certified accounts (lock.c) whose certifications may
 * change with the standings of keys, or gain and lose weight by a sanction.
 * Where facts follow from certifications, the standings that look at facts are
 * added, to be locked among the others; keys are sorted and distinct, and stay
 * so.  Goes before all other locks of rows.
 */
extern void certified_keys_lock(StandingKey **keys, int *nkeys);

/*
 * Brings the standings of keys up to date: sorts them, locks them in key
 * order, folds, and writes standings, sanctions and restrictions in batches.
 */
extern void standings_apply(StandingKey *keys, int nkeys);

/*
 * The same where the ground under them has changed (a version, a calendar, a
 * rebuild): nobody's limits are asked about what that does to an account.
 */
extern void standings_follow(StandingKey *keys, int nkeys);

/* The latest decision that a whole history holds for a scheme. */
extern TimestampTz ledger_known_at(Scheme *scheme, const AccountHistory *history);

/* Reads one stored standing; null when there is none.  With rights of the
 * caller. */
typedef struct StoredStanding
{
	TimestampTz as_of;
	TimestampTz known_at;
	int64		policy_id;
	EngineState *state;
} StoredStanding;

extern StoredStanding *standing_read(int64 account_id, Scheme *scheme);

/*
 * Moves a stored standing to an instant; null when that takes more than it has:
 * the history, for an instant that it lies past; facts, for a later version.
 */
extern EngineState *standing_moved(Scheme *scheme, StoredStanding *standing, TimestampTz at,
								   TimestampTz known_at);

/*
 * The same without SQL, and outside of ledger_read_enter(); false when that
 * cannot be.
 */
extern bool standing_probe(int64 account_id, Scheme *scheme, StoredStanding **standing);

/*
 * standing_at() where one or two probes settle it, outside of
 * ledger_read_enter(); null when they do not.
 */
extern EngineState *standing_at_once(int64 account_id, Scheme *scheme, TimestampTz at,
									 TimestampTz known_at);

/*
 * The state of an account under a scheme at an instant, as it was known at
 * known_at (DT_NOEND: by now and for later instants).  Raises
 * ERRCODE_GV_UNKNOWN_ACCOUNT; null when no version was in force.
 */
extern EngineState *standing_at(int64 account_id, Scheme *scheme,
								TimestampTz at, TimestampTz known_at,
								AccountHistory **history);

extern const char *release_reason_name(int reason);

#endif							/* GOVERNANCE_LEDGER_LEDGER_H */
