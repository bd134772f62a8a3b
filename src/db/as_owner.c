/*
 * as_owner.c
 *		Functions that do their work with the rights of the ledger's owner.
 *
 * What they write nobody writes otherwise, whatever his level: who may call them
 * has EXECUTE and nothing else.  seal() passes its arguments on to
 * seal_as_owner(), and so on; who acted stays known meanwhile (identity.h).
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/ledger.h"
#include "report.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(governance_as_owner);

static char *
call_text(const char *name, int nargs)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "SELECT governance.%s(", quote_identifier(psprintf("%s_as_owner", name)));
	for (int i = 0; i < nargs; i++)
		appendStringInfo(&buf, "%s$%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

Datum
governance_as_owner(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			function = fcinfo->flinfo->fn_oid;
	char	   *name = get_func_name(function);
	Oid			result_type;
	Oid		   *types;
	Datum		values[FUNC_MAX_ARGS];
	char		nulls[FUNC_MAX_ARGS + 1] = {0};
	LedgerIdentity identity;
	OwnStatement own;
	int			nargs;
	int16		length;
	bool		by_value;
	bool		isnull;
	Datum		result;

	if (name == NULL)
		elog(ERROR, "cache lookup failed for function %u", function);
	result_type = get_func_signature(function, &types, &nargs);
	for (int i = 0; i < nargs; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	ledger_enter(&identity);
	own_statement_begin(&own);
	if (SPI_execute_with_args(call_text(name, nargs), nargs, types, values, nulls, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "%s_as_owner() gave no row", name);
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	own_statement_end(&own);
	if (!isnull && result_type != VOIDOID)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		get_typlenbyval(result_type, &length, &by_value);
		result = datumCopy(result, by_value, length);
		MemoryContextSwitchTo(old);
	}
	ledger_leave(&identity);
	if (result_type == VOIDOID)
		PG_RETURN_VOID();
	if (isnull)
		PG_RETURN_NULL();
	return result;
}
