/*
 * credit_score.c
 *		The type credit_score: points out of a cap.
 *
 * In the order: values (text to score and back, no server state), I/O,
 * accessors and casts, arithmetic, comparison with a bare number, and the
 * planner support that lets an index on a score answer such a comparison.
 *
 * Score against score needs no code here: the word compares, hashes and
 * sorts as the int8 that it is stored as (see credit_score.h).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "errors.h"
#include "libpq/pqformat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "types/credit_score.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(credit_score_in);
PG_FUNCTION_INFO_V1(credit_score_out);
PG_FUNCTION_INFO_V1(credit_score_recv);
PG_FUNCTION_INFO_V1(credit_score_send);
PG_FUNCTION_INFO_V1(credit_score_from_numeric);
PG_FUNCTION_INFO_V1(credit_score_get_points);
PG_FUNCTION_INFO_V1(credit_score_get_cap);
PG_FUNCTION_INFO_V1(credit_score_minus);
PG_FUNCTION_INFO_V1(credit_score_plus);


/* ----------
 * Values
 * ----------
 */

/*
 * Read one half, digits with at most two more after a point, up to the first
 * character that does not belong to it.  No sign, no exponent, no space.
 *
 * *text moves behind it and *half becomes its hundredths, unless the answer is
 * CREDIT_SCORE_SYNTAX.
 */
static CreditScoreParse
parse_half(const char **text, int64 *half)
{
	const char *p = *text;
	int64		units = 0;
	bool		overflow = false;
	int			fraction = 0;

	if (*p < '0' || *p > '9')
		return CREDIT_SCORE_SYNTAX;

	/* Keep reading past an overflow: malformed is the worse complaint. */
	for (; *p >= '0' && *p <= '9'; p++)
	{
		if (!overflow)
			units = units * 10 + (*p - '0');
		if (units > CREDIT_SCORE_MAX)
			overflow = true;
	}

	if (!overflow)
		units *= POINTS_UNIT;

	if (*p == '.')
	{
		int			unit = POINTS_UNIT;

		for (p++; *p >= '0' && *p <= '9'; p++)
		{
			fraction++;
			unit /= 10;
			if (!overflow)
				units += (int64) (*p - '0') * unit;
		}
		if (fraction == 0)
			return CREDIT_SCORE_SYNTAX;
	}

	*text = p;
	*half = units;

	if (fraction > POINTS_DIGITS)
		return CREDIT_SCORE_SCALE;
	if (overflow || units > CREDIT_SCORE_MAX)
		return CREDIT_SCORE_RANGE;
	return CREDIT_SCORE_OK;
}

/*
 * Read "points/cap", the whole string.  *score is only set when the answer is
 * CREDIT_SCORE_OK.  What is no score at all is said before what is one with a
 * half that has too many digits or is too large.
 */
CreditScoreParse
credit_score_parse(const char *text, CreditScore *score)
{
	CreditScoreParse first;
	CreditScoreParse second;
	int64		points;
	int64		cap;

	first = parse_half(&text, &points);
	if (first == CREDIT_SCORE_SYNTAX || *text++ != '/')
		return CREDIT_SCORE_SYNTAX;
	second = parse_half(&text, &cap);
	if (second == CREDIT_SCORE_SYNTAX || *text != '\0')
		return CREDIT_SCORE_SYNTAX;

	if (first != CREDIT_SCORE_OK)
		return first;
	if (second != CREDIT_SCORE_OK)
		return second;
	if (!credit_score_valid(points, cap))
		return CREDIT_SCORE_RANGE;

	*score = credit_score_make((int32) points, (int32) cap);
	return CREDIT_SCORE_OK;
}

/*
 * Write the canonical text into CREDIT_SCORE_TEXT_SIZE bytes; gives the
 * length.
 */
int
credit_score_format(CreditScore score, char *buf)
{
	int			len = points_format(credit_score_points(score), buf);

	buf[len++] = '/';
	len += points_format(credit_score_cap(score), buf + len);
	return len;
}


/* ----------
 * Input and output
 * ----------
 */

/*
 * Input function.  What is wrong with the text is said by an error of its own, soft
 * where the caller asks for that.
 */
Datum
credit_score_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	CreditScore score = 0;

	switch (credit_score_parse(text, &score))
	{
		case CREDIT_SCORE_OK:
			break;
		case CREDIT_SCORE_SYNTAX:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"",
							"credit_score", text),
					 errdetail("A score is written as points, a slash and the cap, as in \"85/100\" or \"11.5/12\".")));
		case CREDIT_SCORE_SCALE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"",
							"credit_score", text),
					 errdetail("Points and cap have at most two digits after the decimal point.")));
		case CREDIT_SCORE_RANGE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value \"%s\" is out of range for type %s",
							text, "credit_score"),
					 errdetail("Points must be between 0 and 21474836.47, and the cap between 0.01 and 21474836.47.")));
	}

	PG_RETURN_CREDIT_SCORE(score);
}

/* Output function: the canonical text, which the input function reads back. */
Datum
credit_score_out(PG_FUNCTION_ARGS)
{
	char	   *buf = palloc(CREDIT_SCORE_TEXT_SIZE);

	credit_score_format(PG_GETARG_CREDIT_SCORE(0), buf);
	PG_RETURN_CSTRING(buf);
}

/*
 * Receive function.  On the wire: points and cap in hundredths,
 * two int4.
 */
Datum
credit_score_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int32		points = (int32) pq_getmsgint(buf, 4);
	int32		cap = (int32) pq_getmsgint(buf, 4);

	if (!credit_score_valid(points, cap))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "credit_score"),
				 errdetail("Points are %d and the cap is %d hundredths.",
						   points, cap)));

	PG_RETURN_CREDIT_SCORE(credit_score_make(points, cap));
}

/* Send function: what credit_score_recv() reads. */
Datum
credit_score_send(PG_FUNCTION_ARGS)
{
	CreditScore score = PG_GETARG_CREDIT_SCORE(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint32(&buf, (uint32) credit_score_points(score));
	pq_sendint32(&buf, (uint32) credit_score_cap(score));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}


/* ----------
 * Numbers in and out
 * ----------
 */

/*
 * A number times a hundred, rounded down or up to an integer.  What is past
 * any score gives PG_INT64_MAX or PG_INT64_MIN, before the multiplication, so
 * that this never fails; the caller has dealt with NaN.
 */
static int64
numeric_to_hundredths(Numeric number, bool up)
{
	Datum		value = NumericGetDatum(number);
	Datum		largest = NumericGetDatum(int64_to_numeric(PG_INT32_MAX));
	Datum		smallest = NumericGetDatum(int64_to_numeric(PG_INT32_MIN));

	if (DatumGetBool(DirectFunctionCall2(numeric_gt, value, largest)))
		return PG_INT64_MAX;
	if (DatumGetBool(DirectFunctionCall2(numeric_lt, value, smallest)))
		return PG_INT64_MIN;

	value = DirectFunctionCall2(numeric_mul, value,
								NumericGetDatum(int64_to_numeric(POINTS_UNIT)));
	value = DirectFunctionCall1(up ? numeric_ceil : numeric_floor, value);
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, value));
}

/*
 * A number that somebody gave as points or cap (the name is for messages), in
 * hundredths: finite, not negative, at most two digits after the point, for
 * nothing is rounded silently.  Anything above CREDIT_SCORE_MAX gives
 * PG_INT64_MAX or itself.
 */
static int64
numeric_get_points(Numeric number, const char *name)
{
	int64		hundredths;

	if (numeric_is_nan(number) || numeric_is_inf(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite number", name)));

	/* Down, so that the smallest negative number shows as one. */
	hundredths = numeric_to_hundredths(number, false);

	if (hundredths < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must not be negative", name)));
	if (hundredths != numeric_to_hundredths(number, true))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must not have more than two digits after the decimal point",
						name),
				 errhint("Round the number to two digits.")));

	return hundredths;
}

/* credit_score(points numeric, cap numeric): the constructor. */
Datum
credit_score_from_numeric(PG_FUNCTION_ARGS)
{
	int64		points = numeric_get_points(PG_GETARG_NUMERIC(0), "points");
	int64		cap = numeric_get_points(PG_GETARG_NUMERIC(1), "cap");

	if (!credit_score_valid(points, cap))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s out of range", "credit_score"),
				 errdetail("Points must be between 0 and 21474836.47, and the cap between 0.01 and 21474836.47.")));

	PG_RETURN_CREDIT_SCORE(credit_score_make((int32) points, (int32) cap));
}

/* points(credit_score): as the text form has it, without trailing zeros. */
Datum
credit_score_get_points(PG_FUNCTION_ARGS)
{
	return points_numeric(credit_score_points(PG_GETARG_CREDIT_SCORE(0)));
}

/* cap(credit_score): the same of the cap. */
Datum
credit_score_get_cap(PG_FUNCTION_ARGS)
{
	return points_numeric(credit_score_cap(PG_GETARG_CREDIT_SCORE(0)));
}

/* credit_score - numeric: the score stops at 0. */
Datum
credit_score_minus(PG_FUNCTION_ARGS)
{
	PG_RETURN_CREDIT_SCORE(credit_score_less(PG_GETARG_CREDIT_SCORE(0),
											 numeric_get_points(PG_GETARG_NUMERIC(1), "points")));
}

/* credit_score + numeric: the score stops at its cap. */
Datum
credit_score_plus(PG_FUNCTION_ARGS)
{
	PG_RETURN_CREDIT_SCORE(credit_score_more(PG_GETARG_CREDIT_SCORE(0),
											 numeric_get_points(PG_GETARG_NUMERIC(1), "points")));
}


/* ----------
 * Comparison of the points with a bare number
 *
 * These operators are not members of the btree or hash family: 85/100 = 85
 * and 85 = 85/90 would there imply 85/100 = 85/90.  An index serves them all
 * the same, through credit_score_support() below.
 * ----------
 */

/*
 * Points against number, as numeric compares: NaN is above everything.  Gives
 * what is below, equal to or above 0.
 */
static int
points_cmp_numeric(CreditScore score, Numeric number)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 points_numeric(credit_score_points(score)),
											 NumericGetDatum(number)));
}

/*
 * The functions of one comparison, score op number and number op score; "mirror"
 * is op with its sides swapped.
 */
#define NUMERIC_COMPARISON(name, op, mirror) \
PG_FUNCTION_INFO_V1(credit_score_numeric_##name); \
Datum \
credit_score_numeric_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(points_cmp_numeric(PG_GETARG_CREDIT_SCORE(0), \
									  PG_GETARG_NUMERIC(1)) op 0); \
} \
PG_FUNCTION_INFO_V1(numeric_credit_score_##name); \
Datum \
numeric_credit_score_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(points_cmp_numeric(PG_GETARG_CREDIT_SCORE(1), \
									  PG_GETARG_NUMERIC(0)) mirror 0); \
} \
extern Datum credit_score_numeric_##name(PG_FUNCTION_ARGS)

NUMERIC_COMPARISON(lt, <, >);
NUMERIC_COMPARISON(le, <=, >=);
NUMERIC_COMPARISON(eq, ==, ==);
NUMERIC_COMPARISON(ne, !=, !=);
NUMERIC_COMPARISON(ge, >=, <=);
NUMERIC_COMPARISON(gt, >, <);


/* ----------
 * Planner support
 * ----------
 */

/*
 * The clause "score op points/cap" for an index of this family, or NULL if
 * the family has no such operator.  points and cap are in hundredths; type is
 * that of the score, and strategy the number of op.
 */
static Expr *
index_clause(Node *score, Oid type, Oid opfamily, StrategyNumber strategy,
			 int64 points, int64 cap)
{
	Oid			opno = get_opfamily_member(opfamily, type, type, strategy);
	Const	   *bound;

	if (!OidIsValid(opno))
		return NULL;

	bound = makeConst(type, -1, InvalidOid, sizeof(CreditScore),
					  CreditScoreGetDatum(credit_score_make((int32) points, (int32) cap)),
					  false, get_typbyval(type));
	return make_opclause(opno, BOOLOID, false, (Expr *) score, (Expr *) bound,
						 InvalidOid, InvalidOid);
}

/*
 * Turn "score op number" into conditions on a btree index of scores.
 *
 * The index is in order of points, then cap, so all scores below n points are
 * below "n/smallest cap" and all up to n points are up to "n/largest cap".
 * That is exact: nothing needs a recheck.
 *
 * strategy is the number of op with the score first.  Gives the conditions, or
 * NIL where an index is of no use.
 */
static List *
index_condition(SupportRequestIndexCondition *req, StrategyNumber strategy)
{
	List	   *args;
	Node	   *score;
	Const	   *number;
	Numeric		value;
	int64		lower;
	int64		upper;
	Oid			type;
	HeapTuple	tuple;
	Oid			method;
	Expr	   *clause;
	Expr	   *second;

	if (is_opclause(req->node))
		args = ((OpExpr *) req->node)->args;
	else if (is_funcclause(req->node))
		args = ((FuncExpr *) req->node)->args;
	else
		return NIL;
	if (list_length(args) != 2)
		return NIL;

	/* The score may be either operand; the strategy is for score first. */
	score = (Node *) list_nth(args, req->indexarg);
	if (!IsA((Node *) list_nth(args, 1 - req->indexarg), Const))
		return NIL;
	number = (Const *) list_nth(args, 1 - req->indexarg);
	if (number->constisnull || number->consttype != NUMERICOID)
		return NIL;
	if (req->indexarg == 1)
		strategy = BTMaxStrategyNumber + 1 - strategy;

	/* Strategy numbers mean what we take them for in a btree only. */
	tuple = SearchSysCache1(OPFAMILYOID, ObjectIdGetDatum(req->opfamily));
	if (!HeapTupleIsValid(tuple))
		return NIL;
	method = ((Form_pg_opfamily) GETSTRUCT(tuple))->opfmethod;
	ReleaseSysCache(tuple);
	if (method != BTREE_AM_OID)
		return NIL;

	value = DatumGetNumeric(number->constvalue);
	if (numeric_is_nan(value) || numeric_is_inf(value))
		return NIL;
	lower = numeric_to_hundredths(value, false);
	upper = numeric_to_hundredths(value, true);

	/* Past any score there is nothing that an index could narrow. */
	if (lower < 0 || upper > CREDIT_SCORE_MAX)
		return NIL;

	type = getBaseType(exprType(score));
	second = NULL;

	switch (strategy)
	{
		case BTLessStrategyNumber:
			clause = index_clause(score, type, req->opfamily, strategy, upper, 1);
			break;
		case BTLessEqualStrategyNumber:
			clause = index_clause(score, type, req->opfamily, strategy, lower, CREDIT_SCORE_MAX);
			break;
		case BTEqualStrategyNumber:
			if (lower != upper)
				return NIL;
			clause = index_clause(score, type, req->opfamily, BTGreaterEqualStrategyNumber,
								  lower, 1);
			second = index_clause(score, type, req->opfamily, BTLessEqualStrategyNumber,
								  lower, CREDIT_SCORE_MAX);
			if (second == NULL)
				return NIL;
			break;
		case BTGreaterEqualStrategyNumber:
			clause = index_clause(score, type, req->opfamily, strategy, upper, 1);
			break;
		case BTGreaterStrategyNumber:
			clause = index_clause(score, type, req->opfamily, strategy, lower, CREDIT_SCORE_MAX);
			break;
		default:
			return NIL;
	}
	if (clause == NULL)
		return NIL;

	req->lossy = false;
	return second ? list_make2(clause, second) : list_make1(clause);
}

/* One support function for each comparison, for the planner asks by function. */
#define COMPARISON_SUPPORT(name, strategy) \
PG_FUNCTION_INFO_V1(credit_score_##name##_support); \
Datum \
credit_score_##name##_support(PG_FUNCTION_ARGS) \
{ \
	Node	   *rawreq = (Node *) PG_GETARG_POINTER(0); \
	Node	   *ret = NULL; \
	if (IsA(rawreq, SupportRequestIndexCondition)) \
		ret = (Node *) index_condition((SupportRequestIndexCondition *) rawreq, \
									   strategy); \
	PG_RETURN_POINTER(ret); \
} \
extern Datum credit_score_##name##_support(PG_FUNCTION_ARGS)

COMPARISON_SUPPORT(lt, BTLessStrategyNumber);
COMPARISON_SUPPORT(le, BTLessEqualStrategyNumber);
COMPARISON_SUPPORT(eq, BTEqualStrategyNumber);
COMPARISON_SUPPORT(ge, BTGreaterEqualStrategyNumber);
COMPARISON_SUPPORT(gt, BTGreaterStrategyNumber);
