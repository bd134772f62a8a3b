/*
 * credit_score.h
 *		Points out of a cap, as one word.
 *
 * A credit_score is an int64 of two halves, both in hundredths:
 *
 *		bits 63..32		points, 0 .. CREDIT_SCORE_MAX
 *		bits 31..0		cap,    1 .. CREDIT_SCORE_MAX
 *
 * Neither half ever has its top bit set, so comparing two scores as integers
 * compares points first and cap second.  That is the order of the type, and
 * the SQL side relies on it: comparison, hashing and sorting are those of
 * int8.  Points may exceed the cap, because an accumulating scheme runs past
 * its limit.
 *
 * The layout is on disk; it must not change.
 */
#ifndef GOVERNANCE_CREDIT_SCORE_H
#define GOVERNANCE_CREDIT_SCORE_H

#include "postgres.h"

#include "points.h"

#include "fmgr.h"

typedef int64 CreditScore;

/* The largest half, in hundredths: 21474836.47. */
#define CREDIT_SCORE_MAX		POINTS_MAX

/* "21474836.47/21474836.47" and its terminator. */
#define CREDIT_SCORE_TEXT_SIZE	24

#define DatumGetCreditScore(X)		((CreditScore) DatumGetInt64(X))
#define CreditScoreGetDatum(X)		Int64GetDatum(X)
#define PG_GETARG_CREDIT_SCORE(n)	DatumGetCreditScore(PG_GETARG_DATUM(n))
#define PG_RETURN_CREDIT_SCORE(x)	return CreditScoreGetDatum(x)

/*
 * Are these halves a score?  Every way to make one asks this: input, receive and
 * the constructor.  The arguments are wide so that callers can ask before narrowing.
 */
static inline bool
credit_score_valid(int64 points, int64 cap)
{
	return points >= 0 && points <= CREDIT_SCORE_MAX &&
		cap > 0 && cap <= CREDIT_SCORE_MAX;
}

/* Pack two halves that credit_score_valid() accepts. */
static inline CreditScore
credit_score_make(int32 points, int32 cap)
{
	return (CreditScore) (((uint64) (uint32) points << 32) | (uint32) cap);
}

/* Points in hundredths. */
static inline int32
credit_score_points(CreditScore score)
{
	return (int32) ((uint64) score >> 32);
}

/* Cap in hundredths. */
static inline int32
credit_score_cap(CreditScore score)
{
	return (int32) ((uint64) score & PG_UINT32_MAX);
}

/*
 * Take points away; amount is in hundredths and not negative.  Stops at 0.
 */
static inline CreditScore
credit_score_less(CreditScore score, int64 amount)
{
	int32		points = credit_score_points(score);

	return credit_score_make(amount >= points ? 0 : (int32) (points - amount),
							 credit_score_cap(score));
}

/*
 * Give points back; amount is in hundredths and not negative.  Stops at the
 * cap, and leaves a score that is already above its cap where it is: giving
 * never lowers.
 */
static inline CreditScore
credit_score_more(CreditScore score, int64 amount)
{
	int32		points = credit_score_points(score);
	int32		cap = credit_score_cap(score);

	if (points >= cap)
		return score;
	return credit_score_make(amount >= cap - points ? cap : (int32) (points + amount),
							 cap);
}

/* The order of the type: points, then cap. */
static inline int
credit_score_order(CreditScore a, CreditScore b)
{
	return (a > b) - (a < b);
}

/* What is wrong with a text that is no score. */
typedef enum CreditScoreParse
{
	CREDIT_SCORE_OK,
	CREDIT_SCORE_SYNTAX,		/* not digits / digits */
	CREDIT_SCORE_SCALE,			/* more than two digits after the point */
	CREDIT_SCORE_RANGE			/* a half too large, or cap zero */
} CreditScoreParse;

/* Reads the whole of a text; *score is set when the answer is CREDIT_SCORE_OK. */
extern CreditScoreParse credit_score_parse(const char *text, CreditScore *score);

/* Writes the canonical text into CREDIT_SCORE_TEXT_SIZE bytes; gives its length. */
extern int	credit_score_format(CreditScore score, char *buf);

#endif							/* GOVERNANCE_CREDIT_SCORE_H */
