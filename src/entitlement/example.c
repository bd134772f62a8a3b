/*
 * example.c
 *		The examples of an entitlement document: what it must say to questions after
 *		events, and the error where it says something else.
 */
#include "postgres.h"

#include <math.h>

#include "engine/calendar.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "entitlement/example_ledger.h"
#include "errors.h"
#include "miscadmin.h"
#include "rulebook/check_keys.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* So many contradictions are told of. */
#define MOST_TOLD 10

/* What has been found to be otherwise. */
typedef struct Found
{
	const ExampleLedger *ledger;
	const char *example;
	const Doc  *first;			/* where; null: nothing */
	char	   *what;			/* of the first, for the message */
	StringInfoData others;		/* a line each */
	int			n;
} Found;

/* ---------- values as text ---------- */

/* An instant as the document would write it. */
static char *
local_text(const ExampleLedger *ledger, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (TIMESTAMP_NOT_FINITE(at))
		return pstrdup("null");
	if (timestamp2tm(at, &tz, &tm, &fsec, NULL, ledger->zone) != 0)
		return pstrdup("?");
	if (fsec != 0)
		return psprintf("%04d-%02d-%02d %02d:%02d:%02d.%06d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fsec);
	if (tm.tm_sec != 0)
		return psprintf("%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return psprintf("%04d-%02d-%02d %02d:%02d", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/* An amount in units. */
static char *
amount_text(const Capability *place, int64 amount)
{
	return amount == AMOUNT_NONE ? pstrdup("null") : psprintf("%.10g", entitlement_units(place, amount));
}

/* Names, or "none". */
static char *
names_text(const char *const *names, int n)
{
	return n == 0 ? pstrdup("none") : word_list(names, n, "and");
}

/* A value as it stands in the document. */
static char *
written(const Doc *doc)
{
	switch (doc->kind)
	{
		case DOC_NULL:
			return pstrdup("null");
		case DOC_BOOLEAN:
			return pstrdup(doc->boolean ? "true" : "false");
		case DOC_NUMBER:
			return psprintf("%.10g", doc_number(doc));
		case DOC_TEXT:
			return pstrdup(doc->text);
		default:
			{
				const char **names = palloc(sizeof(char *) * Max(doc->nchildren, 1));
				int			n = 0;

				for (int i = 0; i < doc->nchildren; i++)
					if (doc->children[i].kind == DOC_TEXT)
						names[n++] = doc->children[i].text;
				return names_text(names, n);
			}
	}
}

/* ---------- comparing ---------- */

/* Notes that something is otherwise; of what comes after the first a line is kept. */
static void
differ(Found *found, const Doc *expected, TimestampTz at, const char *what, const char *is)
{
	char	   *text = psprintf(_("example \"%s\", %s: expected %s %s, found %s"), found->example,
								local_text(found->ledger, at), what, written(expected), is);

	if (found->first == NULL)
	{
		found->first = expected;
		found->what = text;
	}
	else if (found->n < MOST_TOLD)
		appendStringInfo(&found->others, "%s%s", found->others.len > 0 ? "\n" : "", text);
	found->n++;
}

/* null is never. */
static void
compare_instant(Found *found, const Doc *expected, TimestampTz at, const char *what, TimestampTz is)
{
	if (expected == NULL)
		return;
	if (expected->kind == DOC_NULL ? is == DT_NOEND : is == example_instant(found->ledger, expected))
		return;
	differ(found, expected, at, what, local_text(found->ledger, is));
}

/* null is without end. */
static void
compare_amount(Found *found, const Doc *expected, TimestampTz at, const char *what, const Capability *place,
			   int64 is)
{
	if (expected == NULL)
		return;
	if (expected->kind == DOC_NULL ? is == AMOUNT_NONE :
		is != AMOUNT_NONE && is == entitlement_amount(place, doc_number(expected)))
		return;
	differ(found, expected, at, what, amount_text(place, is));
}

/* Is it the rule that is meant: by its whole name, or by the end of it? */
static bool
name_fits(const char *expected, const char *is)
{
	int			rest = (int) strlen(is) - (int) strlen(expected);

	return rest >= 0 && strcmp(is + rest, expected) == 0 && (rest == 0 || is[rest - 1] == '.');
}

/* One name or several; each is there, and there are no others. */
static void
compare_names(Found *found, const Doc *expected, TimestampTz at, const char *what, const char *const *is, int n)
{
	int			wanted;
	bool		same;

	if (expected == NULL)
		return;
	wanted = expected->kind == DOC_LIST ? expected->nchildren : 1;
	same = wanted == n;
	for (int i = 0; same && i < wanted; i++)
	{
		const Doc  *one = expected->kind == DOC_LIST ? &expected->children[i] : expected;
		bool		there = false;

		for (int j = 0; j < n && !there; j++)
			there = name_fits(doc_text(one), is[j]);
		same = there;
	}
	if (!same)
		differ(found, expected, at, what, names_text(is, n));
}

/* A condition. */
static void
compare_boolean(Found *found, const Doc *expected, TimestampTz at, const char *what, bool is)
{
	if (expected != NULL && doc_boolean(expected) != is)
		differ(found, expected, at, what, is ? "true" : "false");
}

/* "rules": what single rules say. */
static void
compare_rules(Found *found, const Doc *rules, TimestampTz at, const MeterAnswer *answer)
{
	for (int i = 0; rules != NULL && i < rules->nchildren; i++)
	{
		const Doc  *doc = &rules->children[i];
		const MeterRow *row = NULL;

		check_keys(doc, &example_rule_object);
		for (int j = 0; j < answer->nrows && row == NULL; j++)
			if (name_fits(doc->key, answer->rows[j].rule))
				row = &answer->rows[j];
		if (row == NULL)
			doc_fail(doc, NULL, NULL, "no rule called \"%s\" applies there", doc->key);
		compare_amount(found, doc_get(doc, "limit"), at, psprintf("%s limit", doc->key), row->place, row->limit_amount);
		compare_amount(found, doc_get(doc, "used"), at, psprintf("%s used", doc->key), row->place, row->used);
		compare_amount(found, doc_get(doc, "reserved"), at, psprintf("%s reserved", doc->key), row->place, row->reserved);
		compare_amount(found, doc_get(doc, "granted"), at, psprintf("%s granted", doc->key), row->place, row->granted);
		compare_amount(found, doc_get(doc, "remaining"), at, psprintf("%s remaining", doc->key), row->place, row->remaining);
		compare_instant(found, doc_get(doc, "resets_at"), at, psprintf("%s resets_at", doc->key), row->resets_at);
		compare_instant(found, doc_get(doc, "until"), at, psprintf("%s until", doc->key), row->until);
		compare_instant(found, doc_get(doc, "again"), at, psprintf("%s again", doc->key), row->again);
		compare_boolean(found, doc_get(doc, "permits"), at, psprintf("%s permits", doc->key), row->allowed);
		compare_boolean(found, doc_get(doc, "warning"), at, psprintf("%s warning", doc->key), row->warning);
		compare_boolean(found, doc_get(doc, "shadow"), at, psprintf("%s shadow", doc->key), row->shadow);
	}
}

/* One question, as ExampleAnswer wants it: arg is a Found. */
static void
compare(void *arg, const ExampleLedger *ledger, const Doc *expect, const MeterRequest *request,
		const MeterAnswer *answer)
{
	Found	   *found = arg;
	const Capability *capability = entitlement_capability(ledger->document, request->capability);

	found->ledger = ledger;
	compare_boolean(found, doc_get(expect, "permits"), request->at, "permits", answer->allowed);
	compare_amount(found, doc_get(expect, "remaining"), request->at, "remaining", capability, answer->remaining);
	compare_instant(found, doc_get(expect, "until"), request->at, "until",
					answer->allowed ? answer->until : DT_NOEND);
	compare_instant(found, doc_get(expect, "again"), request->at, "again", answer->again);
	compare_instant(found, doc_get(expect, "settles_at"), request->at, "settles_at", answer->settles);
	compare_names(found, doc_get(expect, "because"), request->at, "because", answer->because, answer->nbecause);
	compare_names(found, doc_get(expect, "warnings"), request->at, "warnings", answer->warnings, answer->nwarnings);
	compare_names(found, doc_get(expect, "consent"), request->at, "consent", answer->consents, answer->nconsents);
	compare_rules(found, doc_get(expect, "rules"), request->at, answer);
}

/* ---------- playing ---------- */

/* An event or a question, and when it stands. */
typedef struct Step
{
	const Doc  *doc;
	bool		asks;
	TimestampTz at;
	int			n;
} Step;

/* For qsort(): by the instant; events before questions; as they are written. */
static int
step_cmp(const void *a, const void *b)
{
	const Step *x = a;
	const Step *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->asks != y->asks)
		return x->asks ? 1 : -1;
	return x->n - y->n;
}

/* Adds the items of a list. */
static int
add_steps(const ExampleLedger *ledger, const Doc *list, bool asks, const DocShape *shape, Step *steps, int n)
{
	for (int i = 0; list != NULL && i < list->nchildren; i++)
	{
		check_keys(&list->children[i], shape);
		steps[n].doc = &list->children[i];
		steps[n].asks = asks;
		steps[n].at = example_known(ledger, &list->children[i]);
		steps[n].n = n;
		n++;
	}
	return n;
}

/* See example_ledger.h. */
void
example_play(const Entitlement *document, const Doc *example, ExampleAnswer answered, void *arg)
{
	ExampleLedger ledger = {.document = document, .zone = document->facts->zone};
	const Doc  *events = doc_get(example, "events");
	const Doc  *expect;
	Step	   *steps;
	int			n;

	check_keys(example, &example_object);
	expect = doc_required(example, "expect");
	if (events != NULL)
		doc_need_list(events);
	doc_need_list(expect);
	if (expect->nchildren == 0)
		doc_fail(expect, NULL, NULL, "must not be empty");
	example_begin(&ledger, example);
	steps = palloc(sizeof(Step) * ((events != NULL ? events->nchildren : 0) + expect->nchildren));
	n = add_steps(&ledger, events, false, &example_event_object, steps, 0);
	n = add_steps(&ledger, expect, true, &example_expect_object, steps, n);
	qsort(steps, n, sizeof(Step), step_cmp);
	for (int i = 0; i < n; i++)
	{
		int64		account_id;
		MeterRequest *request;

		CHECK_FOR_INTERRUPTS();
		if (!steps[i].asks)
		{
			example_event(&ledger, steps[i].doc, events);
			continue;
		}
		request = example_request(&ledger, steps[i].doc, "ask", &account_id);
		answered(arg, &ledger, steps[i].doc, request,
				 meter_ask(document, example_view(&ledger, account_id, request), request));
	}
}

/* See compiler.h. */
void
check_examples(const Entitlement *document, const Doc *root)
{
	const Doc  *list = doc_get(root, "examples");
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "governance examples",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Found		found = {0};

	initStringInfo(&found.others);
	if (list != NULL)
	{
		doc_need_list(list);
		doc_check_size(list, 1000);
	}
	for (int i = 0; list != NULL && i < list->nchildren; i++)
	{
		check_keys(&list->children[i], &example_object);
		(void) doc_required(&list->children[i], "expect");
		found.example = doc_text(doc_required(&list->children[i], "name"));
		example_play(document, &list->children[i], compare, &found);
	}
	if (found.first != NULL)
		doc_fail(found.first, found.others.len > 0 ? found.others.data : NULL,
				 _("Either the document or the example is wrong: whoever wrote the example knows which."),
				 "%s", found.what);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
