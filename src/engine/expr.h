/*
 * expr.h
 *		The little expression language of policy documents: parser, type
 *		checker and evaluator.  Pure: no catalog, no clock, no executor.
 *
 * Grammar (keywords lower case; text in double or single quotes):
 *
 *		or     := and ("or" and)*
 *		and    := not ("and" not)*
 *		not    := "not" not | compare
 *		compare:= sum (("="|"=="|"!="|"<>"|"<"|"<="|">"|">=") sum
 *				  | "in" "(" constant ("," constant)* ")")?
 *		sum    := term (("+"|"-") term)*
 *		term   := unary (("*"|"/"|"%") unary)*
 *		unary  := "-" unary | primary
 *		primary:= number | text | "true" | "false" | "null" | name
 *				  | name "(" args ")" | "(" or ")"
 *
 * Functions: if(c, a, b), min(...), max(...), floor(x), ceil(x), round(x),
 * abs(x), ln(x), coalesce(...), is_null(x), date("2025-01-31"), within(date,
 * "span") (true while the instant of evaluation is before date + span),
 * during(a, b) (true from a on and before b), age(date) (whole years since it,
 * at the instant of evaluation), plus(date, "span") (that much later on the local
 * calendar).  A text that stands where a date is wanted is read as one.  Whoever
 * parses may have more functions, of constant texts: see ExprNames.
 *
 * `now` is the instant of evaluation.  It can only be compared with a date, so
 * that it is known when the comparison changes.
 *
 * Texts of severities are ordered (severity >= "severe"), and those of names of
 * the room above that have an order; no other are.
 *
 * Types: number (double; points appear as points, not hundredths), boolean,
 * text, date.  Any comparison or arithmetic with null gives null, and a null
 * condition counts as false.
 */
#ifndef GOVERNANCE_ENGINE_EXPR_H
#define GOVERNANCE_ENGINE_EXPR_H

#include "engine/policy.h"
#include "engine/span.h"

typedef enum ExprType
{
	EXPR_NUMBER,
	EXPR_BOOLEAN,
	EXPR_TEXT,
	EXPR_DATE,
	EXPR_NULL					/* only the literal null */
} ExprType;

/* What a name stands for. */
typedef enum ExprVar
{
	VAR_SCORE,					/* number: the score now */
	VAR_START,					/* number */
	VAR_CAP,					/* number: cap, or limit */
	VAR_FLOOR,					/* number */
	VAR_LOST,					/* number: start - score, or the score itself
								 * when it accumulates */
	VAR_POINTS,					/* number: the price so far (modifiers) */
	VAR_RULE,					/* text: of the entry being judged */
	VAR_CLASS,					/* text */
	VAR_SEVERITY,				/* text: minor, medium, severe, extreme */
	VAR_SOURCE,					/* text: violation.source */
	VAR_ENTRY_POINTS,			/* number: entry.points, as charged */
	VAR_ENTRY_REMAINING,		/* number: entry.remaining */
	VAR_ENTRY_RULE,				/* text: entry.rule */
	VAR_ENTRY_CLASS,			/* text: entry.class */
	VAR_ENTRY_SEVERITY,			/* text: entry.severity */
	VAR_QUANTITY,				/* number: quantity of the activity */
	VAR_HOUR,					/* number 0-23, local, of the instant */
	VAR_WEEKDAY,				/* number 1-7, Monday is 1 */
	VAR_MONTH,					/* number 1-12 */
	VAR_DAY,					/* number 1-31 */
	VAR_ATTRIBUTE,				/* index */
	VAR_FACET,					/* index */
	VAR_OBSERVABLE,				/* index */
	VAR_NOW,					/* date: the instant itself */
	VAR_OPENED,					/* date: when the account was opened */
	VAR_HOLIDAY,				/* boolean: of the local day, by the calendar */
	VAR_WORKED_WEEKEND,			/* boolean */
	VAR_WORKING_DAY,			/* boolean */
	VAR_EXTERNAL				/* index of the room that resolved it */
} ExprVar;

typedef struct ExprValue
{
	ExprType	type;
	bool		isnull;
	double		number;			/* number; boolean as 0 or 1 */
	TimestampTz date;
	const char *text;			/* not copied */
} ExprValue;

/* Where an expression stands, which decides the names that it may use. */
#define EXPR_MAY_ENTRY		0x01	/* entry.* */
#define EXPR_MAY_JUDGED		0x02	/* points rule class severity source */
#define EXPR_MAY_QUANTITY	0x04	/* quantity */
#define EXPR_MAY_STATE		0x08	/* score lost observables start cap floor */

/* Resolves names while parsing; return false for a name that is not known. */
typedef struct ExprNames
{
	void	   *arg;
	bool		(*resolve) (void *arg, const char *name, ExprVar *var,
							int *index, ExprType *type);

	/*
	 * Can the variable have this text?  Asked for every constant that a text
	 * is compared with, so that "rule = 'spma'" is found.  May be null.
	 */
	bool		(*known_text) (void *arg, ExprVar var, int index,
							   const char *text);

	/*
	 * A function of a room above, called with constant texts, as tier('shop'): what
	 * it gives is a VAR_EXTERNAL.  ntexts -1: is there a function of that name?  May
	 * be null.
	 */
	bool		(*call) (void *arg, const char *name, const char *const *texts, int ntexts,
						 int *index, ExprType *type);

	/* The texts that a VAR_EXTERNAL can have, in their order; null: any, without one.
	 * May be null. */
	const char *const *(*words) (void *arg, int index, int *nwords);

	/* Told of a function that is not known, and of those that are. */
	void		(*unknown_function) (void *arg, const char *name,
									 const char *const *known, int nknown);

	/* Reads a date; false when it is none. */
	bool		(*instant) (void *arg, const char *text, TimestampTz *at);
} ExprNames;

/*
 * Gives values while evaluating.  Not asked for what follows from the instant, the
 * zone and the calendar: now, hour, weekday, day, month and the kinds of days.
 */
typedef struct ExprEnv
{
	void	   *arg;
	TimestampTz at;				/* instant of evaluation */
	pg_tz	   *zone;
	const WorkCalendar *calendar;	/* null: no kinds of days are known */
	const PolicyFacet *facets;	/* by index; null: value() is asked for them, too */
	bool		age_day_after;	/* a year of age is full on the day after the birthday */
	ExprValue	(*value) (void *arg, ExprVar var, int index);

	/*
	 * For expr_next_turn(): the first instant later than `after` at which time
	 * alone may give a variable another value, DT_NOEND when none does.  Null:
	 * all that is asked for by value() stays.
	 */
	TimestampTz (*next_turn) (void *arg, ExprVar var, int index, TimestampTz after);
} ExprEnv;

/*
 * Parses text into an expression of the wanted type (EXPR_NULL: of any type)
 * in the current memory context.  On failure returns null and sets *error to a palloc'd sentence
 * fragment that names the offending part ("unknown name \"scor\"").
 */
extern Expr *expr_parse(const char *text, ExprType wanted,
						const ExprNames *names, char **error);

/* Constants, and an expression made of others (null: the types differ). */
extern Expr *expr_constant_number(double value);
extern Expr *expr_constant_boolean(bool value);
extern Expr *expr_constant_null(void);
extern Expr *expr_if(Expr *condition, Expr *then, Expr *otherwise);

/* The type that an expression gives. */
extern ExprType expr_type(const Expr *expr);

/* Is the name taken by the language, so that nothing else may have it? */
extern bool expr_reserved(const char *name);

extern ExprValue expr_eval(const Expr *expr, const ExprEnv *env);

/* Shorthands: null counts as false, or as 0. */
extern bool expr_true(const Expr *expr, const ExprEnv *env);
extern double expr_number(const Expr *expr, const ExprEnv *env);

/* A number of points as hundredths, rounded half away from zero, clamped. */
extern Points expr_points(const Expr *expr, const ExprEnv *env);

extern Points points_from_double(double points);

/* Is it a constant number (or boolean, as 0 or 1), and which? */
extern bool expr_is_constant(const Expr *expr, double *value);
extern bool expr_is_null(const Expr *expr);

/* Do two expressions say the same, blanks and parentheses apart? */
extern bool expr_equal(const Expr *a, const Expr *b);

/*
 * The interval in which a condition on a single number holds: true for
 * conjunctions of comparisons of one variable with constants.
 */
typedef struct ExprInterval
{
	bool		given;
	ExprVar		var;
	int			index;
	double		low;			/* -infinity: none */
	double		high;			/* infinity: none */
	bool		low_open;
	bool		high_open;
} ExprInterval;

extern bool expr_interval(const Expr *expr, ExprInterval *interval);

/*
 * Calls back for every variable reference, and for every `within`: var is then
 * VAR_ATTRIBUTE (its index, or -1 when the date is not a bare attribute) and
 * span is set.  A constant date in one is EXPR_INSTANT, and constant is the
 * instant.  For `score <op> constant` comparisons compared is true and
 * constant holds the other side.  What may be compared with the instant otherwise
 * (age(), plus()) is told of as VAR_NOW; compared is true unless it is an age whose
 * every birthday counts.
 */
#define EXPR_INSTANT (-2)

typedef void (*ExprVisitor) (void *arg, ExprVar var, int index,
							 bool compared, double constant, const Span *span);
extern void expr_visit(const Expr *expr, ExprVisitor visit, void *arg);

/* ---------- expr_turn.c ---------- */

/*
 * The first instant later than `after` at which time alone may give the
 * expression another value, all else being as env says; DT_NOEND: none does.
 * What env gives is of the instant `after`.  There may be instants at which
 * nothing changes after all, but none is left out.
 */
extern TimestampTz expr_next_turn(const Expr *expr, const ExprEnv *env, TimestampTz after);

#endif							/* GOVERNANCE_ENGINE_EXPR_H */
