/*
 * sanction_tier.c
 *		The type sanction_tier: a position on the ladder of sanctions.
 *
 * Comparison, hashing and btree support need no code here: the byte compares
 * as the "char" that it is stored as.  That type lacks larger and smaller
 * functions, so those are at the end.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "types/sanction_tier.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(sanction_tier_in);
PG_FUNCTION_INFO_V1(sanction_tier_out);
PG_FUNCTION_INFO_V1(sanction_tier_recv);
PG_FUNCTION_INFO_V1(sanction_tier_send);
PG_FUNCTION_INFO_V1(sanction_tier_to_int);
PG_FUNCTION_INFO_V1(sanction_tier_larger);
PG_FUNCTION_INFO_V1(sanction_tier_smaller);

/* Input function: the name of a tier, as it is. */
Datum
sanction_tier_in(PG_FUNCTION_ARGS)
{
	char	   *name = PG_GETARG_CSTRING(0);
	int			tier = sanction_tier_from_name(name, strlen(name));

	if (tier < 0)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"sanction_tier", name),
				 errdetail("The tiers are clear, warned, limited, muted, suspended, revoked and banned.")));

	PG_RETURN_SANCTION_TIER(tier);
}

/* Output function: the name of a tier.  Only a damaged value has none. */
Datum
sanction_tier_out(PG_FUNCTION_ARGS)
{
	SanctionTier tier = PG_GETARG_SANCTION_TIER(0);
	const char *name = sanction_tier_name(tier);

	if (name == NULL)
		elog(ERROR, "sanction_tier %d is not on the ladder", (int) tier);
	PG_RETURN_CSTRING(pstrdup(name));
}

/*
 * Receive function.  On the wire: the position, one byte.
 */
Datum
sanction_tier_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			tier = pq_getmsgbyte(buf);

	if (sanction_tier_name(tier) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "sanction_tier"),
				 errdetail("The position is %d and the highest is %d.",
						   tier, TIER_BANNED)));

	PG_RETURN_SANCTION_TIER(tier);
}

/* Send function: what sanction_tier_recv() reads. */
Datum
sanction_tier_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint8(&buf, (uint8) PG_GETARG_SANCTION_TIER(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* The cast to integer: the position, 0 for clear. */
Datum
sanction_tier_to_int(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) PG_GETARG_SANCTION_TIER(0));
}

/* For the aggregate max(): the stricter of two. */
Datum
sanction_tier_larger(PG_FUNCTION_ARGS)
{
	SanctionTier a = PG_GETARG_SANCTION_TIER(0);
	SanctionTier b = PG_GETARG_SANCTION_TIER(1);

	PG_RETURN_SANCTION_TIER(Max(a, b));
}

/* For the aggregate min(): the milder of two. */
Datum
sanction_tier_smaller(PG_FUNCTION_ARGS)
{
	SanctionTier a = PG_GETARG_SANCTION_TIER(0);
	SanctionTier b = PG_GETARG_SANCTION_TIER(1);

	PG_RETURN_SANCTION_TIER(Min(a, b));
}
