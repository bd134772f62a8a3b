/*
 * entitlement.h
 *		A compiled entitlement document: what the compiler makes of it and what
 *		the meter evaluates.  Immutable once made.
 *
 * Units: instants are TimestampTz (microseconds), ranges are half open.  Amounts
 * are int64: microseconds where the unit is one of time, else millionths of the
 * unit; AMOUNT_NONE is "no limit".  Expressions give amounts as the document
 * writes them, in units; entitlement_amount() turns one into the other.  Every
 * pointer lives in the document's own memory context.  doc/entitlements.md
 * describes every key; the comment of each field names the key that it comes from.
 */
#ifndef GOVERNANCE_ENTITLEMENT_ENTITLEMENT_H
#define GOVERNANCE_ENTITLEMENT_ENTITLEMENT_H

#include "postgres.h"

#include "engine/expr.h"
#include "engine/policy.h"
#include "utils/jsonb.h"

#define AMOUNT_NONE			PG_INT64_MAX
#define AMOUNT_MOST			(PG_INT64_MAX / 4)	/* sums stop here: two never overflow */
#define AMOUNT_SCALE		INT64CONST(1000000)

/* ---------- what sources leave open: "conventions" ---------- */

typedef enum MissingFact
{
	MISSING_STRICT,				/* against the use */
	MISSING_REFUSE,				/* a reason of its own: "not known" */
	MISSING_IGNORE				/* as in policies: not true */
} MissingFact;

typedef enum CarryFrom
{
	CARRY_NONE,
	CARRY_FIRST,				/* what was carried is used first */
	CARRY_LAST					/* and last: it lapses unless needed */
} CarryFrom;

typedef enum LateUse
{
	LATE_OWN,					/* counts in its own window */
	LATE_OPEN,					/* while that is open, else on arrival */
	LATE_ARRIVAL
} LateUse;

typedef enum ConcurrentUse
{
	CONCURRENT_UNION,			/* two devices: the minutes once */
	CONCURRENT_SUM,
	CONCURRENT_REFUSE
} ConcurrentUse;

typedef enum RefundSpan
{
	REFUND_EVER,
	REFUND_NEVER,
	REFUND_WITHIN				/* refund_span after the use */
} RefundSpan;

typedef enum ReachAction
{
	REACH_REFUSE,				/* the use that would exceed is refused */
	REACH_WARN,					/* the one that reaches is let in with a warning */
	REACH_SHADOW,				/* let in, and recorded as "would refuse" */
	REACH_LOCK,					/* the one that reaches shuts it for lock_length */
	REACH_GRACE,				/* exceeding is let in for so long, with a warning */
	REACH_DELAY					/* let in, settles later */
} ReachAction;

/* Each object that may say one holds the whole set, with its parent's as default. */
typedef struct Conventions
{
	bool		interval_end_included;
	bool		rolling_end_included;
	int			week_starts;	/* 1 to 7, Monday is 1 */
	int64		day_starts;		/* microseconds after local midnight */
	bool		missing_hour_shifts;	/* a start of day in the spring gap */
	bool		crossing_start; /* an interval counts where it began, whole */
	bool		run_on;			/* one session may run on into the next window */
	bool		clip;			/* partial: a use of which a part fits is cut */
	bool		restart;		/* changed_limit: what was used counts no longer */
	CarryFrom	carry;
	RefundSpan	refunds;
	Span		refund_span;
	MissingFact missing;
	ConcurrentUse concurrent;
	bool		repeat_each;	/* a reminder at each further amount */
	bool		grants_first;	/* grants are used before the limit */
	LateUse		late;
	Span		ref_span;		/* repeat_of_ref: how long a ref is remembered */
	Span		reservation;	/* lease of reserve() */
	bool		age_day_after;	/* age_turns */
	bool		grants_hours;	/* grants: support may override hours, */
	bool		grants_require; /* gates */
	bool		grants_at_most; /* and limits */
} Conventions;

/* ---------- names of the room above the engine ---------- */

typedef enum ExternalKind
{
	EXTERNAL_SCORE,				/* score('s') */
	EXTERNAL_LOST,				/* lost('s') */
	EXTERNAL_TIER,				/* tier('s'): a text with an order */
	EXTERNAL_RUNNING,			/* running('s', 'rung*') */
	EXTERNAL_ENDED,				/* ended('s', 'rung*'): a date */
	EXTERNAL_QUALIFIED,			/* qualified('domain' [, 'kind:path']) */
	EXTERNAL_ACHIEVED,			/* achieved('name') */
	EXTERNAL_LINKED,			/* linked('kind') */
	EXTERNAL_CONTEXT,			/* context.x */
	EXTERNAL_OTHER,				/* other.x: a fact of the counterpart */
	EXTERNAL_AMOUNT,			/* amount, of this use, in units */
	EXTERNAL_USED,				/* used('limit'), in units */
	EXTERNAL_REMAINING,			/* remaining('limit') */
	EXTERNAL_OBSERVED			/* an observable of "observe" */
} ExternalKind;

/* VAR_EXTERNAL's index is one into the document's list of these. */
typedef struct External
{
	ExternalKind kind;
	ExprType	type;
	char	   *name;			/* scheme (or pattern), domain, achievement, kind
								 * of link, name in context, attribute, limit */
	char	   *second;			/* rung pattern, qualification; null: none */
	int			index;			/* achievement, observation, context name, or
								 * attribute of "other"; else -1 */
} External;

/* context.NAME: what a request may bring with it */
typedef struct ContextName
{
	char	   *name;
	AttributeType type;
	bool		has_default;
	ExprValue	value;			/* the default */
} ContextName;

/* observe.NAME */
typedef enum ObserveKind
{
	OBSERVED_ACTIVITIES,		/* count of activities of a kind */
	OBSERVED_QUANTITY,			/* sum of their quantity */
	OBSERVED_DAYS,				/* count of different local days with an activity,
								 * or with use of a capability */
	OBSERVED_USES,				/* count of uses of a capability */
	OBSERVED_AMOUNT,			/* sum of their amounts, in units */
	OBSERVED_SESSIONS,
	OBSERVED_SANCTIONS,			/* count */
	OBSERVED_LATEST				/* the latest start or end of sanctions: a date */
} ObserveKind;

typedef struct Observation
{
	char	   *name;
	ObserveKind kind;
	char	   *activity;		/* kind */
	char	   *capability;		/* capability */
	int			nschemes;		/* schemes: patterns; 0: all */
	char	  **schemes;
	int			nrungs;			/* rungs: patterns; 0: all */
	char	  **rungs;
	bool		by_end;			/* by: end */
	bool		in_force;
	double		stretch;		/* 1: none; each sanction so many times its length */
	bool		has_window;		/* within: (at - window, at] */
	Span		window;
} Observation;

/* ---------- hours ---------- */

#define ON_DAYS				0x007f	/* bit 0: Monday ... bit 6: Sunday */
#define ON_HOLIDAY			0x0080
#define ON_WORKED_WEEKEND	0x0100
#define ON_WORKING_DAY		0x0200
#define ON_FREE_DAY			0x0400
#define ON_EVERY_DAY		ON_DAYS

/* From one local time of day to another; to > 24 h: past midnight. */
typedef struct HourSpan
{
	int64		from;			/* microseconds after local midnight, 0 to 24 h */
	int64		to;				/* later than from, up to 48 h; belongs to the day
								 * that it begins on */
} HourSpan;

typedef struct HourRule
{
	int			on;				/* ON_* bits, any of them; */
	int			except;			/* and none of these */
	int			nspans;
	HourSpan   *spans;
	Expr	   *when;			/* null: always */
} HourRule;

/* A case of "hours" or "closed": the first whose guard holds counts. */
typedef struct HourCase
{
	Expr	   *when;			/* null: always */
	int			nrules;			/* open (closed) is the union of them */
	HourRule   *rules;
} HourCase;

typedef struct Hours
{
	bool		given;
	int			ncases;
	HourCase   *cases;
} Hours;

/* ---------- rests ---------- */

typedef struct RestPart
{
	Span		length;
	char	   *in;				/* spent in a session of it; null: anyhow */
} RestPart;

/* rests.NAME */
typedef struct Rest
{
	char	   *name;
	int			nwithout;
	char	  **without;		/* names and patterns of capabilities */
	Span		length;
	char	   *in;				/* null: anyhow */
	int			nparts;			/* split: 0: none */
	RestPart   *parts;
	bool		any_order;
	bool		has_total;
	Span		total;
	bool		from_first;		/* counters start at the end of the first part */
} Rest;

/* ---------- limits ---------- */

typedef enum LimitFrame
{
	FRAME_USE,					/* per use */
	FRAME_SESSION,				/* per session, of this capability or of another */
	FRAME_WINDOW,				/* per: a fixed window */
	FRAME_FIRST_USE,			/* per every, from first_use */
	FRAME_WITHIN,				/* rolling */
	FRAME_DURING,				/* each such interval of the day */
	FRAME_SINCE,				/* since a rest */
	FRAME_HELD,					/* stock */
	FRAME_REFILL				/* bucket */
} LimitFrame;

typedef enum RollingBy
{
	ROLL_EXACT,
	ROLL_DAY,
	ROLL_SHARE
} RollingBy;

typedef enum WindowKind
{
	WINDOW_UNIT,				/* a unit of the calendar (day, week ... year) */
	WINDOW_SLICE,				/* equal parts of the local day: minute, hour, "30
								 * minutes" */
	WINDOW_CYCLE				/* every so long from an anchor */
} WindowKind;

typedef enum MeasureKind
{
	MEASURE_AMOUNT,
	MEASURE_USES,
	MEASURE_SESSIONS,
	MEASURE_EXPR
} MeasureKind;

/* Whose counter: bits; several: one for each combination. */
#define OF_ACCOUNT			0x01
#define OF_SUBJECT			0x02
#define OF_COUNTERPART		0x04
#define OF_LINK				0x08	/* of_link */
#define OF_CONTEXT			0x10	/* of_context */

typedef struct UsageLimit
{
	char	   *name;
	char	   *title;			/* null: none */
	Expr	   *amount;			/* in units; null: no amount of the document's own */
	bool		null_limits_nothing;	/* amount: null was written */
	LimitFrame	frame;

	WindowKind	window;			/* FRAME_WINDOW */
	CalendarUnit unit;
	int64		slice;			/* microseconds */
	Cycle		cycle;
	char	   *session;		/* FRAME_SESSION: of this capability; null: own */
	Span		length;			/* FRAME_WITHIN; FRAME_FIRST_USE; with FRAME_SINCE
								 * the bound, when has_length */
	bool		has_length;
	RollingBy	by;
	Hours		during;			/* FRAME_DURING */
	int			rest;			/* FRAME_SINCE: index; also with within; -1 */
	bool		has_only_for;	/* instead of an amount: wall-clock time */
	SpanParam	only_for;
	Expr	   *held;			/* FRAME_HELD: a fact that says it; null: uses less
								 * what was given up */
	int64		refill_amount;	/* FRAME_REFILL: so much */
	Span		refill_span;	/* in so long, evenly */

	int			of;				/* OF_* */
	char	   *of_link;
	int			of_context;		/* index of a context name, -1 */
	int			ncounting;		/* counting: names and patterns; 0: this one, or */
	char	  **counting;		/* the pool's members */
	MeasureKind measure;
	Expr	   *measured;		/* MEASURE_EXPR */
	Expr	   *when;			/* null: always */

	ReachAction action;
	SpanParam	action_length;	/* lock, grace, delay */
	bool		lock_resets;
	bool		lock_passing;	/* the use that goes beyond passes */
	CarryFrom	carry;
	Expr	   *carry_at_most;	/* null: one window's amount */
	bool		has_raise_after;
	Span		raise_after;
	bool		raise_period;	/* and not before the period has ended */
	bool		unset_refuses;
	bool		ours;
	char	   *source;
	Conventions conventions;
} UsageLimit;

/* ---------- who may loosen what ---------- */

/* consent: for a time.  set_by: lasting. */
typedef struct Loosening
{
	char	   *party;			/* "self", or a kind of link */
	bool		at_most;		/* any limit that is not per use and not held */
	bool		hours;
	int			nnames;			/* limits and clauses */
	char	  **names;
	Expr	   *when;			/* null: always */
	int64		each;			/* in steps of; 0: any */
	int64		often;			/* at most so many times, 0: any; */
	WindowKind	often_window;	/* in each such window */
	CalendarUnit often_unit;
	bool		has_longest;
	Span		longest;
	int			only_context;	/* consent to one thing: index of a context name, -1 */
} Loosening;

/* ---------- capabilities and pools ---------- */

typedef struct Clause
{
	char	   *name;			/* null where "require" is one condition */
	char	   *title;
	Expr	   *is;
} Clause;

typedef struct SessionRule
{
	bool		given;
	int			at_once;		/* 0: any number */
	int			of;				/* OF_* */
	char	   *of_link;
	int			of_context;
	int			by;				/* a place: index of a context name; -1 */
	SpanParam	apart;			/* between places, or between sessions */
	Span		lease;			/* default 2 minutes */
} SessionRule;

typedef enum CapabilityVerdict
{
	CAPABILITY_FREE,			/* true */
	CAPABILITY_NEVER,			/* false */
	CAPABILITY_RULES			/* an object */
} CapabilityVerdict;

typedef struct Capability
{
	char	   *name;			/* or a pattern: each that matches by itself */
	bool		is_pattern;
	bool		is_pool;
	CapabilityVerdict verdict;
	char	   *title;
	char	   *unit;			/* for people: "uses", "minutes", "yuan" */
	int64		unit_size;		/* of one unit in amounts: AMOUNT_SCALE, or the
								 * microseconds of a unit of time */
	bool		is_time;		/* measured by sessions */
	int			nclauses;		/* require */
	Clause	   *clauses;
	Hours		hours;
	Hours		closed;
	int			nlimits;		/* at_most */
	UsageLimit *limits;
	int64		at_least;		/* 0: none */
	int64		step;			/* 0: none */
	SpanParam	apart;
	SessionRule session;
	int			npools;			/* pool: indexes of pools */
	int		   *pools;
	bool		pools_in_order; /* taken from the first, the rest from the next */
	int			ncounting;		/* pool: names and patterns; 0: the members */
	char	  **counting;
	int			nconsents;
	Loosening  *consents;
	int			nset_by;
	Loosening  *set_by;
	bool		may_switch;		/* switch: not false */
	int			nswitch_by;
	char	  **switch_by;		/* parties; default self, guardian */
	bool		switch_off_first;	/* start: off */
	bool		has_off_for;
	Span		off_for;
	bool		has_settles;	/* settles_after */
	SpanParam	settles_after;
	Conventions conventions;
} Capability;

/* achievements.NAME */
typedef enum KeepMode
{
	KEEP_EVER,
	KEEP_REACH,
	KEEP_CLAUSES
} KeepMode;

typedef struct Achievement
{
	char	   *name;
	char	   *title;
	int			nreach;
	Clause	   *reach;
	KeepMode	mode;
	int			nkeep;
	Clause	   *keep;
} Achievement;

/* ---------- the document ---------- */

typedef struct Entitlement
{
	MemoryContext context;
	int64		policy_id;		/* 0 for a draft that is not stored */
	char	   *name;
	char	   *title;
	Policy	   *facts;			/* a carrier, as the expression compiler wants it:
								 * zone, calendar, cycle, attributes, facets */
	bool	   *of_platform;	/* by attribute: a fact for everybody */
	int			zone_attribute; /* time_zone from an attribute; -1: facts->zone */
	Expr	   *applies;		/* null: always */
	int			ninstead;		/* instead_of */
	char	  **instead_of;
	int			nexternals;
	External   *externals;
	int			ncontext;
	ContextName *context_names;
	int			nobservations;
	Observation *observations;
	int			nrests;
	Rest	   *rests;
	int			nachievements;
	Achievement *achievements;
	int			ncapabilities;	/* the most exact first: names, then patterns from
								 * the longest on */
	Capability *capabilities;
	int			npools;
	Capability *pools;
	Conventions conventions;
	bool		reads_days;		/* some expression uses day or month: no week is
								 * like another */
} Entitlement;

/* ---------- entitlement.c ---------- */

/* A sum, of numbers that are no larger than AMOUNT_MOST, clamped to it. */
extern int64 amount_sum(int64 a, int64 b);

/* Does a name match a name or pattern ("app.*")? */
extern bool entitlement_matches(const char *pattern, const char *name);

/* The capability of a name: the most exact; null: the document is silent. */
extern const Capability *entitlement_capability(const Entitlement *document, const char *name);

/*
 * A number of units as an amount, rounded half away from zero; out of range is
 * clamped to AMOUNT_MOST.  And back.
 */
extern int64 entitlement_amount(const Capability *capability, double units);
extern double entitlement_units(const Capability *capability, int64 amount);

/* ---------- compile.c ---------- */

/* What errors call a document; translated when it is shown. */
#define ENTITLEMENT_NOUN	gettext_noop("entitlement document")

/*
 * Compiles a document in a memory context of its own below parent.  policy_id: 0 of
 * one that is being tried.  Raises ERRCODE_GV_INVALID_POLICY with the JSON path.
 */
extern Entitlement *entitlement_compile(Jsonb *document, int64 policy_id, MemoryContext parent);

#endif							/* GOVERNANCE_ENTITLEMENT_ENTITLEMENT_H */
