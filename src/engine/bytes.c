/*
 * bytes.c
 *		What is said of bytes that no state was written as.
 */
#include "postgres.h"

#include "engine/bytes.h"
#include "errors.h"

/* See bytes.h. */
void
state_damaged(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored state of an account is damaged"),
			 errdetail_internal("%s", what),
			 errhint("governance.rebuild() makes it anew from the ledger.")));
}
