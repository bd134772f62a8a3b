/*
 * arguments.c
 *		Arguments that many calls have, and what they may be.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "reports/arguments.h"

#include "utils/timestamp.h"

/* The text is detoasted. */
Scheme *
scheme_argument(text *name)
{
	return rulebook_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), false);
}

/*
 * A state is as of an instant: there is none as of infinity, since time brings
 * changes for ever.
 */
void
require_finite(TimestampTz at, const char *argument)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a finite instant", argument)));
}
