/*
 * meter_state.h
 *		What the files of the meter share: a request that is being looked at, and
 *		how its expressions are evaluated at any instant.
 */
#ifndef GOVERNANCE_ENTITLEMENT_METER_STATE_H
#define GOVERNANCE_ENTITLEMENT_METER_STATE_H

#include "postgres.h"

#include "entitlement/meter_view.h"

/* So far ahead something is looked for, and so many steps. */
#define METER_YEARS			5
#define METER_STEPS			4000

struct Meter;

/* What expressions ask for beside facts: see meter_external.c. */
typedef struct MeterNames
{
	ExprValue	(*value) (const struct Meter *m, int index, TimestampTz t);
	TimestampTz (*turn) (const struct Meter *m, int index, TimestampTz after);
} MeterNames;

typedef struct Meter
{
	const MeterNames *names;
	const Entitlement *document;
	const MeterView *view;
	const MeterRequest *request;
	const Capability *capability;	/* of the request */
	TimestampTz at;				/* of the request; what is open runs up to here */
	TimestampTz horizon;		/* nothing is looked for beyond */
	bool		running;		/* a session of the request has run since `at` */
	const Capability *place;	/* whose limits used() and remaining() mean */
} Meter;

/* ---------- meter_state.c ---------- */

/* The zone whose days count at an instant. */
extern pg_tz *meter_zone(const Meter *m, TimestampTz t);

/* The value of an expression at an instant. */
extern ExprValue meter_value(const Meter *m, const Expr *expr, TimestampTz t);

/* The first instant after t at which time alone may give it another one. */
extern TimestampTz meter_turn(const Meter *m, const Expr *expr, TimestampTz t);

/*
 * Does a condition hold?  Null, which always holds, too.  unknown: what it counts as
 * when a fact is missing.
 */
extern bool meter_holds(const Meter *m, const Expr *condition, TimestampTz t, bool unknown);

/* A fact that is missing at an instant and that an expression looks at; or null. */
extern const char *meter_missing(const Meter *m, const Expr *expr, TimestampTz t);

/*
 * The number that an expression gives; false: null.  strict: of cases of which it is
 * not known whether they hold, the least counts.
 */
extern bool meter_number(const Meter *m, const Expr *expr, TimestampTz t, bool strict, double *number);

/* A fact in a list at an instant; null: it has none there.  And when it turns. */
extern const MeterFact *meter_fact(const MeterFact *facts, int n, int index, TimestampTz t);
extern TimestampTz meter_fact_turn(const MeterFact *facts, int n, int index, TimestampTz t);

/* The default of a fact, or nothing. */
extern ExprValue meter_default(const PolicyAttribute *attribute);

/* The span of a parameter, by cases; false: there is none. */
extern bool meter_span(const Meter *m, const SpanParam *param, TimestampTz t, Span *span);

/*
 * The same where what is not known counts against the use: of the cases that may hold
 * the longest, or the shortest.  missing: the length of one of them is not known.
 */
extern bool meter_span_against(const Meter *m, const SpanParam *param, TimestampTz t, bool longest, Span *span,
							   bool *missing);

/* The first instant after t at which it may be another one. */
extern TimestampTz meter_span_turn(const Meter *m, const SpanParam *param, TimestampTz t);

/* An instant so much later, or so much earlier, by the local calendar. */
extern TimestampTz meter_plus(const Meter *m, TimestampTz t, const Span *span);
extern TimestampTz meter_minus(const Meter *m, TimestampTz t, const Span *span);

/* ---------- local_time.c ---------- */

/*
 * The instants at which the local clock shows a time (microseconds after midnight,
 * which may be more than a day) of a day, a Julian date: one, two where the clocks go
 * back, none where they leave it out.
 */
extern int	local_instants(int32 day, int64 time, pg_tz *zone, TimestampTz *instants);

/*
 * The first of them; where there is none the instant of the change, or shifted by
 * what the change leaves out.
 */
extern TimestampTz local_instant(int32 day, int64 time, bool shift, pg_tz *zone);

/* The local day that an instant belongs to, where days begin at `day_starts`. */
extern int32 local_day(const Meter *m, const Conventions *conventions, TimestampTz t);

/* When it begins. */
extern TimestampTz day_start(const Meter *m, const Conventions *conventions, int32 day, TimestampTz near);

/* ---------- hours.c ---------- */

/* Is it inside at an instant?  unknown: what conditions count as that miss a fact. */
extern bool hours_inside(const Meter *m, const Hours *hours, const Conventions *conventions,
						 TimestampTz t, bool unknown);

/* The interval that contains an instant; false: none does. */
extern bool hours_interval(const Meter *m, const Hours *hours, const Conventions *conventions,
						   TimestampTz t, TimestampTz *from, TimestampTz *to);

/* The next instant at which it may be otherwise. */
extern TimestampTz hours_turn(const Meter *m, const Hours *hours, const Conventions *conventions,
							  TimestampTz t);

/* ---------- observation.c ---------- */

extern ExprValue observation_value(const Meter *m, const Observation *o, TimestampTz t);
extern TimestampTz observation_turn(const Meter *m, const Observation *o, TimestampTz t);

/* ---------- achievement.c ---------- */

/* Is it reached and kept at an instant, and since when? */
extern bool achievement_holds(const Meter *m, const Achievement *achievement, TimestampTz t,
							  TimestampTz *since);
extern TimestampTz achievement_turn(const Meter *m, const Achievement *achievement, TimestampTz t);

/* ---------- grants.c ---------- */

/* What a place calls itself in grants: its name. */
extern bool grant_concerns(const Meter *m, const MeterGrant *grant, const Capability *place);

/* What grants add to a limit at an instant, less what is used of them. */
extern int64 grants_more(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t);

/* Has somebody agreed that a rule does not stand in the way at an instant? */
extern bool consent_given(const Meter *m, const Capability *place, const char *rule,
						  bool is_limit, TimestampTz t);

/* A lasting value of a limit; false: none is set. */
extern bool limit_value_set(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t,
							bool has_own, int64 own, int64 *value);

/* Lasting hours; null: none are set. */
extern const MeterGrant *hours_set(const Meter *m, const Capability *place, TimestampTz t);

/* The next instant at which any grant of a place begins, ends, or takes effect. */
extern TimestampTz grants_turn(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t);

/* Who may agree to a rule: "guardian:day". */
extern int	consents_of(const Meter *m, const Capability *place, const char *rule, RuleKind kind,
						const UsageLimit *limit, TimestampTz t, const char ***consents);

/* ---------- window.c ---------- */

/*
 * The fixed window of a limit that contains an instant; false: it has none then.  Not
 * of one that begins with the first use: see frame_bounds().
 */
extern bool window_bounds(const Meter *m, const UsageLimit *limit, TimestampTz t, TimestampTz *from,
						  TimestampTz *to);

/* ---------- count.c ---------- */

/* Does a use count for a limit? */
extern bool use_counts(const Meter *m, const Capability *place, const UsageLimit *limit, const MeterUse *use,
					   TimestampTz t);

/* Where a use stands in time. */
extern TimestampTz use_place(const Meter *m, const UsageLimit *limit, const MeterUse *use);

/* What a use counts; of a session all of its time. */
extern int64 use_measure(const Meter *m, const Capability *place, const UsageLimit *limit, const MeterUse *use,
						 TimestampTz t);

/* When a use of time ends as far as it counts: what runs ends at an instant. */
extern TimestampTz use_end(const Meter *m, const MeterUse *use, TimestampTz t);

/*
 * What counts from one instant on and before another, as of an instant; open
 * reservations apart when reserved is not null.
 */
extern int64 count_between(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz from,
						   TimestampTz to, TimestampTz t, int64 *reserved);

/* The request measured. */
extern int64 request_measure(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t);

/* Do its units pass while a session runs? */
extern bool limit_runs(const Meter *m, const Capability *place, const UsageLimit *limit);

/* ---------- rest.c ---------- */

typedef struct RestState
{
	TimestampTz since;			/* counting starts here; DT_NOEND: nothing counts */
	int64		excluded;		/* so much after it is not elapsed */
	TimestampTz turn;			/* when a rest may be complete, if nothing happens */
} RestState;

extern RestState rest_state(const Meter *m, const Rest *rest, TimestampTz t);

/* ---------- meter_external.c ---------- */

extern const MeterNames meter_names;

/* ---------- limit.c ---------- */

/* The window of a limit that has one, whatever it begins with. */
extern bool frame_bounds(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t,
						 TimestampTz *from, TimestampTz *to);


typedef struct LimitState
{
	bool		silent;
	bool		none;			/* there is no limit */
	int64		amount;			/* with what was carried */
	int64		used;
	int64		reserved;
	int64		more;			/* what grants add */
	int64		remaining;
	TimestampTz resets;
	TimestampTz locked_until;	/* DT_NOBEGIN: it is not locked */
	TimestampTz locked_at;
	bool		exceeded;		/* grace: over already */
	TimestampTz grace_until;
	const char *missing;
} LimitState;

extern LimitState limit_state(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t);

/* The next instant at which that may be otherwise, if nothing happens. */
extern TimestampTz limit_turn(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t);

/* The limit of a name in the place at hand and its pools; null: none. */
extern const UsageLimit *limit_by_name(const Meter *m, const char *name, const Capability **place);

#endif							/* GOVERNANCE_ENTITLEMENT_METER_STATE_H */
