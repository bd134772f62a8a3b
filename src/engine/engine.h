/*
 * engine.h
 *		The fold: the state of one account under one scheme as a pure function
 *		of its entries in order, a compiled policy and an instant.
 *
 * No executor, no catalog, no clock and no global state in here: the live
 * trigger, replay, score-as-of, verification and back-testing all call these
 * same functions, so that what is kept incrementally equals what a replay
 * gives.
 *
 * Order.  Events are applied in the order of EventKey: by instant, then by
 * class, then by id.  Everything that time brings about at an instant (expiry,
 * recovery, boundaries, ends of sanctions) runs before the events of that
 * instant.
 */
#ifndef GOVERNANCE_ENGINE_ENGINE_H
#define GOVERNANCE_ENGINE_ENGINE_H

#include "engine/calendar.h"
#include "engine/expr.h"
#include "engine/names.h"
#include "engine/policy.h"
#include "engine/span.h"

/* ---------- events ---------- */

typedef enum EventClass
{
	EVENT_ATTRIBUTE,			/* a fact changes */
	EVENT_REFUND,				/* overturned under revision: refund */
	EVENT_ACTIVITY,
	EVENT_VIOLATION,
	EVENT_RELEASE,				/* somebody lifts a sanction */
	EVENT_OPENING				/* what the score was, history before unknown */
} EventClass;

#define NUM_EVENT_CLASSES (EVENT_OPENING + 1)

typedef struct EventKey
{
	TimestampTz at;
	int32		class;			/* EventClass */
	int64		id;
} EventKey;

typedef struct EngineEvent
{
	EventKey	key;
	TimestampTz occurred;
	TimestampTz decided;		/* attribute: ignored */

	/* violation */
	int			rule;			/* index in the policy */
	Points		points;			/* the moderator's choice, or POINTS_NONE */
	Points		surcharge;		/* likewise */
	const char *source;			/* may be null */
	uint64		incident;		/* hash of the incident, 0: none */
	uint64		content;		/* hash of the content, 0: none */
	Span		length;			/* the moderator's choice of length, where the
								 * rung leaves a range: all zero when not given */
	bool		held;			/* a brake is on: what it brings is not enforced */

	/* activity */
	int			activity;		/* kind index */
	double		quantity;
	int64		violation_id;	/* that it marks or refunds; 0: none */

	/* attribute */
	int			attribute;		/* index */
	ExprValue	value;

	/* release; violation_id: what caused the sanction, or 0 */
	int			rung;			/* index */
	TimestampTz starts;			/* when it started, as far as was known */
} EngineEvent;

/* ---------- state ---------- */

#define ENTRY_VOID			0x01	/* voided: counts no longer, by relief */
#define ENTRY_EXPIRED		0x02	/* reached its age */
#define ENTRY_COLLAPSED		0x04	/* took part in another one, does not count */
#define ENTRY_OVERTURNED	0x08	/* revision: refund; nothing counts it */
#define ENTRY_GROUPED		0x10	/* others shared its price (group.c) */

/* A violation that something may still look at. */
typedef struct LiveEntry
{
	int64		id;
	TimestampTz at;				/* place in the fold */
	TimestampTz occurred;
	TimestampTz decided;
	uint64		incident;
	uint64		content;
	Points		charged;		/* effect on the score when it came in */
	Points		remaining;		/* of it that relief has not given back */
	int32		rule;			/* index, or -1 when the policy lost the rule */
	uint32		marks;			/* mark bits */
	uint32		flags;			/* ENTRY_* */
	uint32		done;			/* age reliefs that have had it, by bit */
	Points		price;			/* what it would cost by itself, where it shares
								 * its price; else charged */
	TimestampTz since;			/* when ENTRY_GROUPED: where its group began */
	Span	   *lives;			/* its ages that depend on anything, as they were
								 * when it came in (relief.c); null: none do */
} LiveEntry;

/* When a mark was put on an entry (only for marks that relief counts from). */
typedef struct MarkRecord
{
	int64		entry;
	int32		mark;
	TimestampTz at;
} MarkRecord;

/* An activity that an observable may still look at. */
typedef struct ActivityRecord
{
	int64		id;
	TimestampTz at;
	int32		kind;
	double		quantity;
} ActivityRecord;

typedef struct CollapseState
{
	int32		collapse;		/* index */
	uint64		group;
	TimestampTz since;
	TimestampTz until;			/* DT_NOEND: never */
	Points		charged;		/* the maximum or the sum of what is not in the
								 * prices of live entries (group.c) */
	int32		count;
} CollapseState;

#define SANCTION_ENFORCED	0x01
#define SANCTION_ENDED		0x02	/* its end has been processed */
#define SANCTION_RELEASED	0x04	/* ended before its time: superseded,
									 * condition no longer true, elected */
#define SANCTION_PROJECTED	0x08	/* not yet: will start if nothing happens */
#define SANCTION_STARTED	0x10	/* its start has been processed */
#define SANCTION_FORGOTTEN	0x40	/* ended before a handover; counts nowhere */
#define SANCTION_NEVER		0x20	/* released before it started: never was;
								 * ends = starts */
#define SANCTION_QUEUED		0x80	/* starts when another one has ended */
#define SANCTION_HELD		0x100	/* by a held violation: never enforced */
#define SANCTION_COUNTED	0x200	/* its opening is there; serialized only */

/*
 * A sanction.  For a while-rung and for conditions, `ends` is what is known:
 * DT_NOEND while it is open; engine_project() gives the instant at which it
 * will end if nothing happens.  Once it is released, or its conditions are met,
 * `ends` is the instant of that.
 */
typedef struct SanctionState
{
	int64		sanction_id;	/* row in governance.sanction; 0: not stored */
	int64		number;			/* from 1, in order of opening: tells the
								 * sanctions of one state apart in a trace */
	int32		rung;			/* index, or -1 when the policy lost the rung */
	int32		opening;		/* which time it was that the rung opened, from 1:
								 * with account and scheme, what it is known by */
	int64		policy_id;		/* the version that opened it */
	int64		shown_policy;	/* the last version under which it was open, */
	int32		shown_rung;		/* and its rung there: what it is or was */
	int32		flags;			/* SANCTION_* */
	int64		cause;			/* violation id; 0: by time or attribute alone */
	TimestampTz opened;			/* place in the fold where it was decided */
	TimestampTz starts;
	TimestampTz ends;			/* DT_NOEND: open or for ever */
	TimestampTz minimum;		/* with conditions: not before; else starts */
	TimestampTz released;		/* when SANCTION_RELEASED */
	int32		reason;			/* ReleaseReason */
	uint32		met;			/* conditions met, by bit */
	int32		left;			/* events still to be counted, -1: not counting */

	/* when SANCTION_QUEUED and not started: starts is DT_NOEND while unknown */
	int64		queued_after;	/* number of the one before it */
	TimestampTz earliest;		/* not before this */
	bool		has_length;
	Span		length;
	int32		nterms;			/* figures that the shown rung puts on it, as of */
	ExprValue  *terms;			/* the opening, or of the taking over */
	bool		dirty;			/* changed since loaded; not serialized */
} SanctionState;

/* A credit that a quota still counts. */
typedef struct GrantRecord
{
	int32		relief;
	TimestampTz at;
	Points		amount;
} GrantRecord;

/* A fact that is known to change later. */
typedef struct PendingAttribute
{
	int32		attribute;
	TimestampTz at;
	ExprValue	value;			/* null: back to the default */
} PendingAttribute;

/* The clean time of one `every` relief. */
typedef struct CleanClock
{
	TimestampTz base;			/* spans are counted from here */
	Span		span;			/* the span of the steps taken since; all zero
								 * when there were none */
	int32		steps;			/* how many of them */
	int32		active_days;	/* counted since the last step */
	TimestampTz active_day;		/* local midnight of the last one counted */
	TimestampTz paused;			/* since when; DT_NOEND: it runs */
	bool		first;			/* no step since a violation: wait applies */
	bool		idle;			/* there is nothing to give: time does not count */
} CleanClock;

/* Entries and groups that are kept apart from the state (entry_store.h). */
struct EntryStore;

typedef struct EngineState
{
	MemoryContext context;		/* all arrays below live here */
	int64		policy_id;
	TimestampTz as_of;			/* everything up to here has been processed */
	EventKey	last;			/* the last event applied */
	TimestampTz last_decided;	/* the latest decided_at among them */
	TimestampTz opened;			/* account.opened_at */
	int64		account_id;		/* for the rollout's share only */

	/* about how it was folded; not serialized */
	bool		remembers;		/* nothing is forgotten (engine_remember()) */
	bool		bounded;		/* only what was known at known_at counted */
	TimestampTz known_at;

	Points		score;
	Points		cap;
	Points		floor;
	Points		start;

	/* facts now: one per policy attribute, and those known to come */
	ExprValue  *attributes;
	int			npending;
	PendingAttribute *pending;	/* by instant */

	int64		nviolations;	/* ever, for timelines */
	int64		nsanctions_ever;	/* the last SanctionState.number given out */
	int64	   *counters;		/* running observables */

	int			nentries;
	LiveEntry  *entries;		/* in fold order */
	int			npast;			/* when it remembers: those that nothing looks */
	LiveEntry  *past;			/* at; not serialized */
	struct EntryStore *store;	/* there are more, or may be; null: no */
	int			nmarks;
	MarkRecord *marks;
	int			nactivities;
	ActivityRecord *activities;
	int			ncollapses;
	CollapseState *collapses;	/* in no order that matters */
	int			nsanctions;
	SanctionState *sanctions;	/* in order of start */
	int			ngrants;
	GrantRecord *grants;

	CleanClock *clocks;			/* one for each `every` relief, in order */
	TimestampTz last_violation; /* DT_NOBEGIN: none */

	/* ladder memory, per rung */
	bool	   *disarmed;		/* has fired, or was lifted by hand while its
								 * condition held, and is not armed again */
	int32	   *multiples;		/* the highest multiple reached; of other rungs,
								 * 1 while it waits for another (ladder.c) */
	int32	   *fired;			/* how many sanctions of it ever started */
	int32	   *openings;		/* and how many opened, whatever came of them */

	/* scratch and caches of the fold: neither copied nor serialized */
	bool	   *holds;			/* per rung */
	bool	   *just_fired;		/* per rung: in the event at hand */
	bool	   *eligible;		/* per relief */
	int			nindexed;		/* groups that can be found by the index */
	int			index_size;
	uint32	   *index;
	int			first_open;		/* all sanctions before it have ended */
	bool		due_known;
	TimestampTz next_due;		/* when due_known: nothing happens before */
	bool		outdated;		/* read from a form that did not know all that
								 * this policy needs: to be folded anew */
} EngineState;

/* ---------- effects: what timeline() and explain() show ---------- */

typedef struct Effect
{
	EffectKind	kind;
	TimestampTz at;
	int64		policy_id;		/* that rung and relief belong to */
	int64		entry;			/* violation or activity id, 0: none */
	Points		delta;			/* on the score */
	Points		score;			/* after */
	Points		cap;			/* after */
	int32		tier;			/* strictest tier in force after, at `at` */
	int32		rung;			/* -1: none */
	int32		opening;		/* of the sanction, 0: none */
	int64		sanction;		/* SanctionState.number, 0: none; every opening,
								 * change of end, end and release of a sanction
								 * has an effect of its own with it */
	const ExprValue *terms;		/* of the sanction, as its rung has them; null: none;
								 * to be read while one is told of it */
	int32		relief;			/* -1: none */
	int32		steps;
	TimestampTz starts;			/* of the sanction */
	TimestampTz ends;
	int32		reason;			/* ReleaseReason */
	Points		base;			/* violation: price before modifiers */
	Points		price;			/* after modifiers, before collapse and clip */
	const char *detail;			/* static text: "quota used", "not eligible",
								 * "collapsed", "clipped"; may be null */
	const char *modifiers;		/* palloc'd list of the modifiers that applied,
								 * "level surcharge +5"; may be null */
} Effect;

/* Called for each effect; null pointer: no trace. */
typedef struct EngineTrace
{
	void	   *arg;
	void		(*effect) (void *arg, const Effect *effect);
	bool		starts_only;	/* EFFECT_SANCTION_START alone: what else happens
								 * need not be told apart */
	bool		passed;			/* EFFECT_RUNG_PASSED, too */
} EngineTrace;

/* ---------- the fold ---------- */

/*
 * Works out everything of a policy that follows from the rest: its fields from
 * keeps_entries on, `running`, `counter` and `ncounters` of observables, and the
 * engine's plan.  The compiler calls it last; the engine calls it on a policy
 * that has no plan.
 */
extern void engine_prepare(Policy *policy);

/*
 * A fresh state at an instant, in the current memory context.  facts are the
 * values of the policy's attributes at that instant (nattributes of them) and
 * the changes known to come.
 */
extern EngineState *engine_init(const Policy *policy, int64 account_id,
								TimestampTz opened, TimestampTz at,
								const ExprValue *facts,
								const PendingAttribute *pending, int npending,
								const EngineTrace *trace);

/* Does it depend on anything where an account starts? */
extern bool engine_start_varies(const Policy *policy);

/*
 * Under "late": "keep" a violation that arrives when a later one has been
 * decided stands at its own decision, so that what followed from the other one
 * stays.  Moves the places of all violations of a history, in any order.
 */
typedef struct LatePlace
{
	int64		id;
	TimestampTz at;				/* place in the fold */
	TimestampTz decided;
	bool		keeps;			/* judged by a policy that keeps */
} LatePlace;

extern void engine_place_late(LatePlace *places, int64 n);

/* A deep copy in the current memory context. */
extern EngineState *engine_copy(const Policy *policy, const EngineState *state);

/* Compares two event keys: <0, 0, >0. */
extern int	event_key_cmp(const EventKey *a, const EventKey *b);

/*
 * Moves a state forward to an instant, including what is due at that very
 * instant.  Costs nothing for the time that passes, only for what happens in
 * it.  advance(s, t2) = advance(advance(s, t1), t2) for all t1 <= t2.  An
 * instant before as_of is left alone.  Honours interrupts.
 */
extern void engine_advance(const Policy *policy, EngineState *state,
						   TimestampTz to, const EngineTrace *trace);

/*
 * The same to an instant at which another version takes over: what is due then
 * happens, but the boundaries of that instant are those of the other version.
 */
extern void engine_advance_before(const Policy *policy, EngineState *state,
								  TimestampTz to, const EngineTrace *trace);

/* Advances to the event's instant and applies it.  Its key must not be before
 * state->last. */
extern void engine_apply(const Policy *policy, EngineState *state,
						 const EngineEvent *event, const EngineTrace *trace);

/*
 * Replaces the facts that are known to come; all after as_of.
 */
extern void engine_set_pending(const Policy *policy, EngineState *state,
							   const PendingAttribute *pending, int npending);

/*
 * Drops what nothing looks at any more: dead entries, used-up credits, ended
 * sanctions that have been stored (not dirty).  Changes nothing that shows.
 * A state that is serialized leaves them out anyway, dirty or not; call this
 * now and then in a long replay.
 */
extern void engine_forget(const Policy *policy, EngineState *state);

/*
 * Folds with full memory from here on: all entries are kept, whatever the policy
 * looks at, and all sanctions and credits, and what happens is the same.  Or ends
 * that, and forgets.
 */
extern void engine_remember(const Policy *policy, EngineState *state, bool remembers);

/*
 * Does a new version look at anything that the old one may not have kept?  It is
 * taken over from a state with full memory then, else from any.
 */
extern bool engine_must_remember(const Policy *from, const Policy *to);

/* An activity, of whatever kind, as far as a version that comes later may ask. */
typedef struct PastActivity
{
	int64		id;
	TimestampTz at;
	const char *kind;
	double		quantity;
	int64		violation_id;	/* 0: names none */
} PastActivity;

/* What the old version may have had no use for at all. */
typedef struct EngineMemory
{
	int			nactivities;	/* before the handover, in the order of the fold */
	PastActivity *activities;
} EngineMemory;

/*
 * What happens if nothing more happens.  Fills in, in a copy, the ends of open
 * sanctions and appends those that will start by themselves (flagged
 * SANCTION_PROJECTED); gives them back as an array in the current context.  The
 * sanctions of the state come first and in the same order.
 * Stops at `horizon` (DT_NOEND: until nothing changes any more, or after a
 * fixed number of changes); before: another version takes over there.
 */
extern SanctionState *engine_project(const Policy *policy,
									 const EngineState *state,
									 TimestampTz horizon, bool before,
									 int *nsanctions);

/*
 * The next instant at which score, cap, tier or a sanction changes by itself;
 * DT_NOEND: never.  The state is left as it is.
 */
extern TimestampTz engine_next_change(const Policy *policy,
									  const EngineState *state);

/*
 * An instant before which nothing happens by itself, not before as_of; what then
 * happens need not show.  DT_NOEND: nothing ever does.  Takes no fold, and is
 * remembered in the state.
 */
extern TimestampTz engine_next_due(const Policy *policy, EngineState *state);

/*
 * The rung that the fewest further points against the account would reach, as
 * far as its condition looks at the score; *points says how many.  -1: there is
 * none.  The score of the state is tried out, and put back.
 */
extern int	engine_next_rung(const Policy *policy, EngineState *state, Points *points);

/* So close to its next rung is near, in hundredths of a point. */
extern Points engine_near(const EngineState *state);

/* The strictest tier of the enforced sanctions in force at an instant that is
 * not before as_of's last change. */
extern int	engine_tier(const Policy *policy, const EngineState *state,
						TimestampTz at);

/*
 * Turns a state under one version into one under another, at an instant to
 * which it has been advanced.  Rules, rungs, kinds and attributes are matched
 * by name.  boundaries: those of that very instant are still to come.
 * memory: what engine_must_remember() asks for, of a state that remembers; null
 * where it does not.  What remembers goes on doing so.
 */
extern EngineState *engine_handover(const Policy *from, const Policy *to,
									const EngineState *state, TimestampTz at,
									bool boundaries, const ExprValue *facts,
									const PendingAttribute *pending,
									int npending, const EngineMemory *memory,
									const EngineTrace *trace);

/*
 * The price of one violation as the validator sees it: false with *error (and
 * *lo, *hi) when the moderator's choice is outside the rule's range.
 */
extern bool engine_check_points(const PolicyRule *rule, Points points);

/*
 * May a sanction of the rung last so long, counted from an instant?  If not,
 * *range becomes the nearest of its ranges, and stays as it was when none is
 * nearer.
 */
extern bool engine_length_open(const Rung *rung, const Span *length, TimestampTz from,
							   pg_tz *zone, const SpanCase **range);

/* May any that a violation of the rule can open? */
extern bool engine_check_length(const Policy *policy, int rule, const Span *length,
								TimestampTz from, const SpanCase **range);

/* Is a sanction of this account that starts at this instant enforced? */
extern bool engine_enforced(const Policy *policy, int64 account_id,
							TimestampTz starts);

/* ---------- serialization ---------- */

/*
 * The part of a state that the columns of governance.standing do not hold, as
 * bytes; an empty state of a simple policy takes few.  Deserializing checks
 * version and lengths and raises ERRCODE_DATA_CORRUPTED.
 */
extern bytea *engine_serialize(const Policy *policy, const EngineState *state);

/*
 * The same for an account with many entries: what is settled of them goes into
 * parts, which are seldom written.  Given and gives the parts as they are
 * stored (a value that may be out of line); one that is the same pointer as
 * before need not be written.  The state can be read afterwards, as long as the
 * parts are there.
 */
#define ENGINE_PARTS 2

/* How many entries, and groups, are kept in the state. */
typedef struct EngineLimits
{
	int			few;			/* with no more than so many there are no parts */
	int			oldest;			/* so many stay before and behind what is */
	int			newest;			/* settled, */
	int			many;			/* and up to so many come to be there */
	int			small;			/* up to so many, the small part stays one */
} EngineLimits;

extern const EngineLimits engine_limits;

extern bytea *engine_store(const Policy *policy, EngineState *state,
						   const EngineLimits *limits, const void **parts);
extern EngineState *engine_restore(const Policy *policy, const bytea *bytes,
								   const void *const *parts);

/* Does a state that is stored so have parts? */
extern bool engine_has_parts(const bytea *bytes);

/* Reads what engine_serialize() gave. */
extern EngineState *engine_deserialize(const Policy *policy, const bytea *bytes);

/*
 * As engine_restore(), but gives null when the state is damaged, and sets *why to
 * what is wrong with it.  whole: its parts are read, too, and so are found to be
 * whole.
 */
extern EngineState *engine_restore_or_null(const Policy *policy, const bytea *bytes,
										   const void *const *parts, bool whole, char **why);

/* Field by field, for verify(); false with a palloc'd *why at the first. */
extern bool engine_state_equal(const Policy *policy, const EngineState *a,
							   const EngineState *b, char **why);

#endif							/* GOVERNANCE_ENGINE_ENGINE_H */
