/*
 * errors.c
 *		The catalogue of messages.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "miscadmin.h"

/*
 * The catalogue is bound by the first message of a session.  In _PG_init() it
 * would be too early: a preloaded library does not know the database, whose
 * encoding the translations are to have.
 */
const char *
governance_textdomain(void)
{
	static bool bound = false;

	if (!bound)
	{
		pg_bindtextdomain(PG_TEXTDOMAIN("governance"));
		bound = OidIsValid(MyDatabaseId);
	}
	return PG_TEXTDOMAIN("governance");
}
