/*
 * dry_allowance.c
 *		dry_allowance(): what an entitlement document would say to questions after
 *		events that never happened.  No table is read or written.
 */
#include "postgres.h"

#include "compat.h"
#include "entitlement/amount.h"
#include "entitlement/call.h"
#include "entitlement/example_ledger.h"
#include "errors.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(governance_dry_allowance);

#define NCOLUMNS 11

/* A row that is filled in. */
typedef struct DryRow
{
	ReturnSetInfo *result;
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS];
} DryRow;

/* Fills in a column. */
static void
put(DryRow *row, int number, Datum value)
{
	row->values[number] = value;
	row->nulls[number] = false;
}

/* A list of names; an empty one is null. */
static void
put_names(DryRow *row, int number, const char *const *names, int n)
{
	Datum		value;

	if (text_list(names, n, &value))
		put(row, number, value);
}

/* As ExampleAnswer wants it: a row for each question. */
static void
answered(void *arg, const ExampleLedger *ledger, const Doc *expect, const MeterRequest *request,
		 const MeterAnswer *answer)
{
	DryRow	   *row = arg;
	const Capability *capability = entitlement_capability(ledger->document, request->capability);

	memset(row->nulls, true, sizeof(row->nulls));
	put(row, 0, TimestampTzGetDatum(request->at));
	put(row, 1, CStringGetTextDatum(request->capability));
	if (request->has_amount)
		put(row, 2, amount_numeric(request->amount, capability->unit_size));
	put(row, 3, BoolGetDatum(answer->allowed));
	if (answer->remaining != AMOUNT_NONE)
		put(row, 4, amount_numeric(answer->remaining, capability->unit_size));
	if (answer->allowed && answer->until != DT_NOEND)
		put(row, 5, TimestampTzGetDatum(answer->until));
	if (!answer->allowed && answer->again != DT_NOEND)
		put(row, 6, TimestampTzGetDatum(answer->again));
	put_names(row, 7, answer->because, answer->nbecause);
	put_names(row, 8, answer->warnings, answer->nwarnings);
	if (answer->settles > request->at)
		put(row, 9, TimestampTzGetDatum(answer->settles));
	put_names(row, 10, answer->consents, answer->nconsents);
	tuplestore_putvalues(row->result->setResult, row->result->setDesc, row->values, row->nulls);
}

/*
 * dry_allowance(document, example): the example is one as a document carries, of which
 * only the questions of "expect" count and not what they expect.
 */
Datum
governance_dry_allowance(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	Jsonb	   *example = PG_GETARG_JSONB_P(1);
	Entitlement *entitlement;
	DryRow		row = {.result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	entitlement = entitlement_compile(document, 0, CurrentMemoryContext);
	example_play(entitlement, doc_read(example, gettext_noop("example")), answered, &row);
	MemoryContextDelete(entitlement->context);
	return (Datum) 0;
}
