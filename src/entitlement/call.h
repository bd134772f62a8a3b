/*
 * call.h
 *		What the calls that use have in common: their arguments, and the row that they
 *		give back.
 */
#ifndef GOVERNANCE_ENTITLEMENT_CALL_H
#define GOVERNANCE_ENTITLEMENT_CALL_H

#include "postgres.h"

#include "access/htup.h"
#include "entitlement/question.h"
#include "fmgr.h"

/* An argument that may be null. */
#define ARGUMENT_TEXT(n)	(PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n))
#define ARGUMENT_JSONB(n)	(PG_ARGISNULL(n) ? NULL : PG_GETARG_JSONB_P(n))
#define ARGUMENT_INT8(n)	(PG_ARGISNULL(n) ? 0 : PG_GETARG_INT64(n))

/* Raises ERRCODE_NULL_VALUE_NOT_ALLOWED where one of the arguments is null. */
extern void require_arguments(FunctionCallInfo fcinfo, const int *numbers,
							  const char *const *names, int n);

/* A reference: raises ERRCODE_INVALID_PARAMETER_VALUE for one that is no name. */
extern text *ref_checked(text *ref);
extern text *ref_argument(FunctionCallInfo fcinfo, int n);

/*
 * The instant of a call that writes, from its n-th argument; *now: it is the
 * clock's, once everything is locked.  Raises ERRCODE_INVALID_PARAMETER_VALUE for
 * infinity.
 */
extern TimestampTz instant_argument(FunctionCallInfo fcinfo, int n, bool *now);

/*
 * The row (id, allowed, remaining, until, because, again_at, warnings, settles_at,
 * consent) as a tuple of desc in the current context.  id: 0: null.  used: so much
 * of what remained is used since.
 */
extern HeapTuple call_row(const Question *question, TupleDesc desc, int64 id, int64 used);

/* An array of texts, or null (false) where there are none. */
extern bool text_list(const char *const *texts, int n, Datum *value);

#endif							/* GOVERNANCE_ENTITLEMENT_CALL_H */
