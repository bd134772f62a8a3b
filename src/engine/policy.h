/*
 * policy.h
 *		A compiled policy: what rulebook/compile.c makes of a policy document
 *		and what the engine folds with.  Immutable once made.
 *
 * Units, here and in the whole engine: points are hundredths of a point
 * (int32), instants are TimestampTz (microseconds), ranges are half open.
 * Lists are plain C arrays with a count; every pointer lives in the policy's
 * own memory context.  doc/policy.md describes every key; the comment of each
 * field names the key that it comes from.
 */
#ifndef GOVERNANCE_ENGINE_POLICY_H
#define GOVERNANCE_ENGINE_POLICY_H

#include "postgres.h"

#include "points.h"

#include "datatype/timestamp.h"
#include "engine/calendar.h"
#include "engine/names.h"
#include "engine/span.h"
#include "engine/workday.h"
#include "pgtime.h"

typedef struct Expr Expr;		/* see expr.h */

/* ---------- spans and cycles that depend on the account ---------- */

/*
 * A span that may depend on the account: the first case whose guard holds (a
 * null guard always holds) counts; with no case left there is no span.
 */
typedef struct SpanCase
{
	Expr	   *when;			/* null: always */
	Span		span;			/* one unit of it, when times is set */
	Expr	   *times;			/* null: once; else span is taken that often */
	bool		is_range;		/* violation.sanction_length may choose inside; */
	Span		min;			/* the span above is the usual one */
	Span		max;
} SpanCase;

typedef struct SpanParam
{
	int			ncases;			/* 0: not given */
	SpanCase   *cases;
} SpanParam;

/*
 * A recurring boundary: calendar units in the policy's zone, or every `length`
 * counted from an anchor (an attribute that holds a date, the account's
 * opening, or a fixed instant).
 */
typedef struct Cycle
{
	bool		given;
	CalendarUnit unit;			/* UNIT_NONE: anchored */
	Span		length;
	int			anchor_attribute;	/* index, or -1 */
	bool		anchor_opened;	/* the account's opened_at */
	TimestampTz anchor_instant; /* otherwise */
} Cycle;

/* ---------- facets ---------- */

typedef enum AttributeType
{
	ATTRIBUTE_NUMBER,
	ATTRIBUTE_BOOLEAN,
	ATTRIBUTE_TEXT,
	ATTRIBUTE_DATE				/* an instant; a bare date is local midnight */
} AttributeType;

/* attributes.NAME: a fact of governance.attribute that the policy looks at */
typedef struct PolicyAttribute
{
	char	   *name;
	AttributeType type;
	bool		has_default;	/* without one, a missing value is null */
	double		default_number; /* number; boolean as 0 or 1 */
	TimestampTz default_date;
	char	   *default_text;
} PolicyAttribute;

/* facets.NAME: a named expression over attributes and facets before it */
typedef struct PolicyFacet
{
	char	   *name;
	Expr	   *value;
} PolicyFacet;

/* ---------- rules and prices ---------- */

typedef enum ModifierOp
{
	MODIFY_ADD,
	MODIFY_MULTIPLY,
	MODIFY_REPLACE,
	MODIFY_AT_MOST,
	MODIFY_AT_LEAST,
	MODIFY_TO_FLOOR				/* takes all that is left (to the limit when
								 * the score accumulates) */
} ModifierOp;

/*
 * modifiers[]: applied in declared order to every violation whose rule is in
 * `rules` and whose guard holds.
 */
typedef struct Modifier
{
	char	   *name;			/* for explain(); may be null */
	bool	   *rules;			/* by rule index; null: every rule */
	Expr	   *when;			/* null: always */
	ModifierOp	op;
	Expr	   *value;			/* points; the usual value when it is a range */
	bool		is_range;		/* violation.surcharge may choose inside */
	Points		min;
	Points		max;
} Modifier;

/* rules.CODE */
typedef struct PolicyRule
{
	char	   *code;
	char	   *title;
	char	   *class;			/* may be null */
	Severity	severity;
	Points		min;			/* what a moderator may choose inside; */
	Points		max;			/* equal: a fixed price */
	Points		usual;			/* taken when violation.points is null */
	int			direct;			/* rung that it opens without the ladder, -1 */
} PolicyRule;

/* ---------- selecting entries ---------- */

/* Which entries something looks at.  All conditions must hold. */
typedef struct EntryFilter
{
	bool	   *rules;			/* by rule index; null: every rule */
	uint32		marked;			/* all of these mark bits set */
	uint32		unmarked;		/* none of these set */
	Expr	   *where;			/* over entry.*; may be null */
} EntryFilter;

/* collapse[]: several violations that cost less than their sum */
typedef enum CollapseGroup
{
	GROUP_INCIDENT,				/* violation.incident, when given */
	GROUP_CONTENT,				/* violation.content_ref, when given */
	GROUP_RULE,					/* same rule: used with a window */
	GROUP_CLASS,
	GROUP_ALL					/* one group: used with a window */
} CollapseGroup;

typedef enum CollapseKeep
{
	KEEP_MAX,					/* the group costs what its worst costs */
	KEEP_FIRST,					/* later ones cost nothing and do not count */
	KEEP_SUM					/* the group costs at most at_most */
} CollapseKeep;

typedef struct Collapse
{
	EntryFilter filter;			/* entries that take part (no where) */
	CollapseGroup group;
	CalendarUnit unit;			/* a window by the local calendar, or */
	Span		window;			/* one from the group's first entry, or both
								 * absent: the group never ends */
	bool		has_window;
	CollapseKeep keep;
	Points		at_most;		/* KEEP_SUM */
} Collapse;

/* ---------- observables ---------- */

typedef enum ObservableKind
{
	OBSERVE_COUNT_VIOLATIONS,
	OBSERVE_SUM_POINTS,			/* charged points; see live */
	OBSERVE_COUNT_SANCTIONS,
	OBSERVE_COUNT_ACTIVITIES,
	OBSERVE_SUM_QUANTITY
} ObservableKind;

#define SAME_RULE		0x01
#define SAME_CLASS		0x02
#define SAME_SEVERITY	0x04
#define SAME_INCIDENT	0x08
#define SAME_CONTENT	0x10

typedef enum EntryClock
{
	CLOCK_OCCURRED,
	CLOCK_DECIDED
} EntryClock;

/* observe.NAME */
typedef struct Observable
{
	char	   *name;
	ObservableKind kind;
	EntryFilter filter;			/* violations */
	int			same;			/* SAME_* bits: as the entry being judged */
	bool		live;			/* only entries that still count (not expired,
								 * not void, not wholly given back); sums
								 * then take what remains of each */
	int			distinct;		/* count: each incident, content or rule once (one
								 * of the SAME_* bits), 0: every entry */
	EntryClock	clock;			/* which instant of the entry the window sees */
	bool	   *rungs;			/* sanctions: by rung index; null: all */
	int			tier;			/* sanctions: at least this tier, 0: any */
	Span		min_length;		/* sanctions: at least this long (zero: any) */
	bool		by_end;			/* sanctions: the window looks at their end */
	bool		in_force;		/* sanctions: only those running now */
	int			activity;		/* activities: kind index */
	bool		has_window;		/* within: (at - window, at] */
	Span		window;
	bool		in_cycle;		/* since the policy's cycle began */
	bool		lifetime;		/* neither: a plain counter in the state when
								 * it needs no entry list */
	bool		running;		/* lifetime, no same/where/marks, not live: kept
								 * as counter number `counter` */
	int			counter;
} Observable;

/* ---------- ladder and sanctions ---------- */

typedef enum RungMode
{
	RUNG_WHILE,					/* holds as long as `when` holds */
	RUNG_CROSSING,				/* starts when `when` becomes true */
	RUNG_MULTIPLE,				/* starts at each further multiple of `each` */
	RUNG_DIRECT					/* only opened by rules and elections */
} RungMode;

typedef enum Rearm
{
	REARM_CLEARED,				/* once `when` has been false */
	REARM_ALWAYS,				/* again at each further violation that costs */
	REARM_ANY,					/* ... or costs nothing */
	REARM_NEVER
} Rearm;

typedef enum Overlap
{
	OVERLAP_MAX,				/* the later end of the two counts */
	OVERLAP_EXTEND,				/* the new length is added to the old end */
	OVERLAP_QUEUE,				/* a sanction of its own after the old one */
	OVERLAP_REPLACE,			/* the old one ends where the new one starts */
	OVERLAP_PARALLEL			/* both run */
} Overlap;

typedef struct ReleaseCondition
{
	int			activity;		/* kind index */
	Expr	   *where;			/* over activity.quantity; may be null */
} ReleaseCondition;

typedef struct Term
{
	char	   *name;
	Expr	   *value;
} Term;

/* ladder[] */
typedef struct Rung
{
	char	   *code;
	char	   *title;
	int			tier;			/* SanctionTier */
	int			ncapabilities;
	char	  **capabilities;	/* withhold */
	RungMode	mode;
	Expr	   *when;			/* while, crossing */
	Expr	   *measure;		/* multiple: default the points lost or
								 * accumulated */
	Points		each;			/* multiple */
	Rearm		rearm;
	bool		rolls;			/* ends on a working day */
	SpanParam	length;			/* for; not given with while: as long as it
								 * holds; not given otherwise: until the
								 * conditions are met */
	Overlap		overlap;
	int			nconditions;	/* until: all of them, besides the length */
	ReleaseCondition *conditions;
	int			count_activity; /* for N events of a kind: index, or -1 */
	Expr	   *count;
	int			elect_activity; /* elect.on: kind index, or -1 */
	int			elect_rung;		/* the rung that replaces this one */
	int			after_rung;		/* after: this rung must have been opened
								 * before (a ladder without skipping), or -1 */
	bool	   *ends;			/* by rung index: what its start ends; null: none */
	int			nterms;			/* terms: named figures put on the sanction */
	Term	   *terms;
} Rung;

/* links[]: which sanctions extend to accounts that are linked, and which
 * entries are copied to them */
typedef struct PolicyLink
{
	char	   *kind;			/* of the link */
	double		confidence;		/* at least this sure */
	bool	   *rungs;			/* by rung index; null: no sanctions */
	bool	   *entries;		/* by rule index; null: no entries */
	Points		points;			/* what a copy costs; POINTS_NONE: */
	double		multiply;		/* so many times what the original does */
	int			ncapabilities;	/* withhold; 0: what the rung withholds */
	char	  **capabilities;
	bool		outlasts;		/* goes on when the link ends */
} PolicyLink;

/* ---------- relief ---------- */

typedef enum ReliefTrigger
{
	RELIEF_AGE,					/* age: each entry when it gets that old */
	RELIEF_EVERY,				/* every: steps of clean time */
	RELIEF_BOUNDARY,			/* at: a calendar or anniversary boundary */
	RELIEF_ACTIVITY,			/* on: an activity */
	RELIEF_SANCTION_START,		/* sanction: start */
	RELIEF_SANCTION_END			/* sanction: end */
} ReliefTrigger;

typedef enum ReliefOp
{
	OP_ADD,						/* score + amount */
	OP_SUBTRACT,				/* score - amount */
	OP_SET,						/* score = amount */
	OP_RAISE_TO,				/* at least amount */
	OP_LOWER_TO,				/* at most amount */
	OP_RESTORE,					/* back to the start */
	OP_VOID						/* the selected entries count no longer */
} ReliefOp;

typedef enum VoidSelect
{
	VOID_ENTRY,					/* age: the entry itself; activity: the entry
								 * that it names */
	VOID_ALL,					/* every entry that passes the filter */
	VOID_CONTRIBUTING			/* sanction: entries that led to it */
} VoidSelect;

typedef enum OnViolation
{
	CLEAN_RESTART,				/* the clean time starts anew */
	CLEAN_KEEP,					/* it goes on */
	CLEAN_EXTEND				/* the next step is put off by extend_by */
} OnViolation;

typedef struct Quota
{
	Points		amount;			/* points, or times * 100 */
	bool		in_times;
	bool		has_window;		/* rolling (at - window, at] */
	Span		window;
	CalendarUnit unit;			/* or a local calendar unit */
	bool		in_cycle;		/* or the policy's cycle; none: for ever */
} Quota;

/* relief[] */
typedef struct Relief
{
	char	   *name;			/* for timelines; never null */
	ReliefTrigger trigger;
	Expr	   *when;			/* null: always */
	EntryFilter filter;			/* which entries (age, void) */

	/* age */
	SpanParam	age;
	uint64		age_print;		/* of how it is written: the same words, the same
								 * lives */
	EntryClock	age_clock;
	int			age_mark;		/* counts from this mark (mark index), or -1 */
	bool		age_clean;		/* any violation starts it anew */
	bool		rolls;			/* comes of age on a working day */

	/* every */
	SpanParam	every;
	SpanParam	wait;			/* an observation before the first step's span */
	SpanParam	first_after;	/* instead: the first step comes after this */
	OnViolation on_violation;
	SpanParam	extend_by;
	int			active_activity;	/* only local days with this kind count,
									 * -1: every day; `every` is whole days */
	bool		pauses;			/* pause_during given */
	bool	   *pause_rungs;	/* by rung index; null: every rung */
	bool		off_at_floor;

	Rounding	rounding;		/* age: of the due instant; every: of the
								 * instant the clean time starts from */

	/* at */
	Cycle		boundary;

	/* on */
	int			activity;		/* kind index */
	Expr	   *activity_where; /* over activity.quantity; null: any */
	int			nquotas;
	Quota	   *quotas;
	SpanParam	cooldown;
	bool		refuse_partial; /* partial: refuse; else clipped at the cap */

	/* sanction */
	bool	   *rungs;			/* by rung index; null: every rung */

	/* what it does */
	ReliefOp	op;
	Expr	   *amount;			/* points; null for restore and void */
	VoidSelect	select;
} Relief;

/* ---------- the policy ---------- */

typedef enum CapChange
{
	CAP_SHIFT,					/* the score moves with the cap */
	CAP_KEEP					/* the score stays, clipped at the cap */
} CapChange;

typedef enum RevisionMode
{
	REVISION_REPLAY,
	REVISION_REFUND
} RevisionMode;

typedef enum Handover
{
	HANDOVER_CARRY,				/* the score goes over as it is */
	HANDOVER_CONVERT,			/* in proportion to start or limit */
	HANDOVER_FRESH				/* everyone starts anew */
} Handover;

/* What facts and time alone may do to an account without entries. */
typedef enum Unprompted
{
	UNPROMPTED_UNKNOWN,			/* not worked out yet */
	UNPROMPTED_NOTHING,
	UNPROMPTED_SCORE,			/* the score moves, or clean time counts */
	UNPROMPTED_SANCTION			/* and a sanction may open */
} Unprompted;

typedef struct Policy
{
	MemoryContext context;
	int64		policy_id;		/* 0 for a draft that is not stored */
	char	   *scheme;
	pg_tz	   *zone;			/* time_zone */

	/* score */
	bool		accumulate;
	Expr	   *start;
	Expr	   *cap;			/* the cap; the limit when accumulating */
	Expr	   *floor;			/* 0 when not given */
	bool		capped;			/* accumulate: score stops at the limit */
	CapChange	on_cap_raise;
	CapChange	on_cap_lower;

	int			nattributes;
	PolicyAttribute *attributes;
	int			nfacets;
	PolicyFacet *facets;
	int			nactivities;	/* every kind that the policy listens to */
	char	  **activities;
	int			nmarks;			/* kinds that mark an entry; at most 32 */
	int		   *marks;			/* mark number -> activity index */

	int			nrules;
	PolicyRule *rules;			/* sorted by code */
	int			nmodifiers;
	Modifier   *modifiers;
	int			ncollapses;
	Collapse   *collapses;
	int			nobservables;
	Observable *observables;
	int			ncounters;		/* running observables */
	int			nrungs;
	Rung	   *rungs;			/* declared order: later is heavier among
								 * equal tiers */
	int			nlinks;
	PolicyLink *links;			/* the engine has no use for them:
								 * ledger/inherited.c, ledger/linked_entry.c */
	int			nreliefs;
	Relief	   *reliefs;

	Cycle		cycle;			/* cycle */
	WorkCalendar calendar;		/* calendar */
	EntryClock	clock;			/* clock: where an entry stands in the fold */
	bool		sanctions_from_decided; /* a sanction never starts before its
										 * violation was decided */
	bool		apply_all;		/* ladder_apply: all newly reached rungs */
	bool		sequence;		/* ladder_sequence: no skipping */
	RevisionMode revision;
	bool		resanction_late;	/* late: recompute (true) or keep */
	Handover	handover;
	bool		appeals_end;	/* appeal_within: counted from the decision */
	Span		appeal_within;
	bool		appeals_due;	/* decide_within: counted from the filing */
	Span		decide_within;

	/*
	 * Enforcement.  Sanctions that start before enforce_from, or for accounts
	 * outside the rollout, are computed and not enforced.
	 */
	TimestampTz enforce_from;	/* DT_NOBEGIN: at once */
	bool		has_rollout;
	TimestampTz rollout_from;	/* share grows from 0 here */
	TimestampTz rollout_to;		/* to 1 here */

	/* ---- worked out by the compiler, so that the fold need not ask ---- */
	bool		keeps_entries;	/* anything looks back at single entries */
	bool		keeps_sanctions;	/* anything looks back at ended sanctions */
	bool		time_driven;	/* anything may change by time alone */
	bool		starts_by_time; /* a sanction may be opened by time alone */
	Unprompted	unprompted;		/* what needs no entry (unprompted.c) */
	bool		score_simple;	/* `score` is only compared with constants: */
	int			nthresholds;	/* these, sorted, so that many steps of clean */
	Points	   *thresholds;		/* time can be taken at once */
	Span		entry_memory;	/* longest look-back over entries that count no
								 * longer; forever: all kept */
	Span		sanction_memory;
	struct EnginePlan *plan;	/* the engine's own, see engine_prepare() */
} Policy;

/* Does a relief ask what it has given before? */
static inline bool
relief_rationed(const Relief *relief)
{
	return relief->nquotas > 0 || relief->cooldown.ncases > 0;
}

/* Is one rung heavier than another?  Any is heavier than none (-1). */
static inline bool
rung_heavier(const Policy *policy, int a, int b)
{
	if (b < 0)
		return true;
	if (policy->rungs[a].tier != policy->rungs[b].tier)
		return policy->rungs[a].tier > policy->rungs[b].tier;
	return a > b;
}

/*
 * The end of a period about appeals that is counted from an instant; on a
 * working day, where the policy's calendar says so.
 */
extern TimestampTz policy_deadline(const Policy *policy, TimestampTz from, const Span *span);

/* Index of a rule by its code (len bytes), or -1. */
extern int	policy_rule_index(const Policy *policy, const char *code, int len);

/* Index of an activity kind, an attribute or a rung by name, or -1. */
extern int	policy_activity_index(const Policy *policy, const char *kind);
extern int	policy_attribute_index(const Policy *policy, const char *name);
extern int	policy_rung_index(const Policy *policy, const char *code);

#endif							/* GOVERNANCE_ENGINE_POLICY_H */
