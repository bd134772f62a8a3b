/*
 * csv.c
 *		csv_rows(): the records of a CSV text.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(governance_csv_rows);

/*
 * Commas between fields, line feeds (with or without a carriage return before
 * them) after records, double quotes around fields that have either or a
 * quote, which is doubled.  A field without quotes that is empty is null.
 * Lines with nothing in them are passed over.  Every server encoding keeps
 * these characters out of longer ones.
 */
Datum
governance_csv_rows(PG_FUNCTION_ARGS)
{
	text	   *csv = PG_GETARG_TEXT_PP(0);
	const char *p = VARDATA_ANY(csv);
	const char *end = p + VARSIZE_ANY_EXHDR(csv);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ArrayBuildState *fields = NULL;
	StringInfoData field;
	int64		line = 1;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	initStringInfo(&field);

	while (p < end)
	{
		bool		quoted = false;
		bool		last;

		resetStringInfo(&field);
		if (*p == '"')
		{
			int64		began = line;

			quoted = true;
			for (p++;; p++)
			{
				if (p == end)
					ereport(ERROR,
							(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
							 errmsg("unterminated quoted field in line %lld of the CSV text",
									(long long) began)));
				if (*p == '"')
				{
					if (p + 1 == end || p[1] != '"')
						break;
					p++;
				}
				if (*p == '\n')
					line++;
				appendStringInfoChar(&field, *p);
			}
			p++;
			if (p < end && *p == '\r' && (p + 1 == end || p[1] == '\n'))
				p++;
			if (p < end && *p != ',' && *p != '\n')
				ereport(ERROR,
						(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						 errmsg("unexpected text after a quoted field in line %lld of the CSV text",
								(long long) line)));
		}
		else
		{
			for (; p < end && *p != ',' && *p != '\n'; p++)
			{
				if (*p == '"')
					ereport(ERROR,
							(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
							 errmsg("unexpected quote in line %lld of the CSV text",
									(long long) line)));
				appendStringInfoChar(&field, *p);
			}
			if (field.len > 0 && field.data[field.len - 1] == '\r' && (p == end || *p == '\n'))
				field.data[--field.len] = '\0';
		}

		last = p == end || *p == '\n';
		if (fields != NULL || !last || quoted || field.len > 0)
			fields = accumArrayResult(fields,
									  PointerGetDatum(cstring_to_text_with_len(field.data, field.len)),
									  !quoted && field.len == 0, TEXTOID,
									  CurrentMemoryContext);
		if (p < end)
			p++;
		if (!last)
		{
			/* A comma at the very end starts one more, empty field. */
			if (p < end)
				continue;
			fields = accumArrayResult(fields, (Datum) 0, true, TEXTOID, CurrentMemoryContext);
		}
		line++;

		if (fields != NULL)
		{
			Datum		value = makeArrayResult(fields, CurrentMemoryContext);
			bool		isnull = false;

			tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
			fields = NULL;
		}
		CHECK_FOR_INTERRUPTS();
	}

	return (Datum) 0;
}
