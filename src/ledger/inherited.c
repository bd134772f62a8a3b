/*
 * inherited.c
 *		What accounts inherit from those that they are linked to.
 *
 * Nothing is copied.  Whether a sanction of one account extends to another is
 * asked when somebody wants to know: by the links of the asking account and by
 * what the linked one stands under at that instant.  So an entry locks and
 * writes one account, however many are linked to it; what was overturned, and a
 * link that has ended, are gone from everywhere at once; and the past and the
 * future are right because the linked account's are.  Where no version in force
 * mentions links nothing is looked up at all, and an account without links
 * costs one probe of an index.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/history.h"
#include "ledger/inherited.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "ledger/standing.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

/* Those that an account inherits from. */
static KeptPlan links_plan = {
	"SELECT l.other_id, l.kind, l.confidence::pg_catalog.float8, pg_catalog.lower(l.during),"
	" pg_catalog.upper(l.during) FROM governance.account_link l"
	" WHERE l.account_id" EQ "$1 AND NOT pg_catalog.isempty(l.during) ORDER BY l.link_id",
	1, {INT8OID}
};

/* Who inherits from an account, and along which link. */
static KeptPlan heirs_plan = {
	"SELECT l.account_id, l.kind, l.confidence::pg_catalog.float8, pg_catalog.lower(l.during),"
	" pg_catalog.upper(l.during) FROM governance.account_link l"
	" WHERE l.other_id" EQ "$1 AND NOT pg_catalog.isempty(l.during) ORDER BY l.account_id, l.link_id",
	1, {INT8OID}
};

static KeptPlan exemptions_plan = {
	"SELECT e.exemption_id, e.other_id, e.sanction_id, e.exempt, e.decided_at"
	" FROM governance.exemption e WHERE e.account_id" EQ "$1",
	1, {INT8OID}
};

/*
 * The links that one of the two plans above gives.  What they say is copied into
 * the caller's context, for SPI's rows go with the next query.
 */
static Link *
read_links(KeptPlan *plan, int64 account_id, PlanMode mode, int *nlinks)
{
	MemoryContext context = CurrentMemoryContext;
	Datum		value = Int64GetDatum(account_id);
	uint64		nrows = plan_execute(plan, &value, NULL, mode);
	Link	   *links = MemoryContextAlloc(context, sizeof(Link) * (nrows + 1));

	for (uint64 row = 0; row < nrows; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Datum		at;

		links[row].other = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		links[row].kind = MemoryContextStrdup(context, SPI_getvalue(tuple, desc, 2));
		links[row].confidence = DatumGetFloat8(SPI_getbinval(tuple, desc, 3, &isnull));
		at = SPI_getbinval(tuple, desc, 4, &isnull);
		links[row].from = isnull ? DT_NOBEGIN : DatumGetTimestampTz(at);
		at = SPI_getbinval(tuple, desc, 5, &isnull);
		links[row].to = isnull ? DT_NOEND : DatumGetTimestampTz(at);
	}
	SPI_freetuptable(SPI_tuptable);
	*nlinks = (int) nrows;
	return links;
}

/* The index of accounts leads to them. */
Link *
links_of(int64 account_id, PlanMode mode, int *nlinks)
{
	return read_links(&links_plan, account_id, mode, nlinks);
}

/* The index of the other end leads to them. */
Link *
heirs_of(int64 account_id, PlanMode mode, int *nlinks)
{
	return read_links(&heirs_plan, account_id, mode, nlinks);
}

/*
 * A ledger of an earlier version, which create_ledger() has not brought to this
 * one yet, does not have the table.
 */
Exemptions
exemptions_of(int64 account_id, PlanMode mode, int64 without)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			schema = get_namespace_oid("governance", true);
	Datum		value = Int64GetDatum(account_id);
	Exemptions	list = {0};
	uint64		nrows;

	if (!OidIsValid(schema) || !OidIsValid(get_relname_relid("exemption", schema)))
	{
		list.items = palloc(sizeof(Exemption));
		return list;
	}
	nrows = plan_execute(&exemptions_plan, &value, NULL, mode);
	list.items = MemoryContextAlloc(context, sizeof(Exemption) * (nrows + 1));
	for (uint64 row = 0; row < nrows; row++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Exemption  *item = &list.items[list.n];
		bool		isnull;

		item->id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		item->other = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		item->sanction_id = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		item->exempt = DatumGetBool(SPI_getbinval(tuple, desc, 4, &isnull));
		item->at = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 5, &isnull));
		if (item->id != without)
			list.n++;
	}
	SPI_freetuptable(SPI_tuptable);
	return list;
}

/*
 * Is an account exempt from a sanction of another one at an instant?  What was
 * decided last by then says it; of two decisions of one instant that is the one
 * that was recorded later.
 */
static bool
exempt_at(const Exemptions *list, int64 other, int64 sanction_id, TimestampTz at)
{
	const Exemption *last = NULL;

	for (int i = 0; i < list->n; i++)
	{
		const Exemption *item = &list->items[i];

		if (item->other == other && item->sanction_id == sanction_id && item->at <= at &&
			(last == NULL || item->at > last->at || (item->at == last->at && item->id > last->id)))
			last = item;
	}
	return last != NULL && last->exempt;
}

typedef struct InheritedList
{
	int			n;
	int			max;
	Inherited  *items;
} InheritedList;

/* A new item at the end of a list, all zeroes. */
static Inherited *
append(InheritedList *list)
{
	array_reserve(list->items, list->max, list->n + 1);
	memset(&list->items[list->n], 0, sizeof(Inherited));
	return &list->items[list->n++];
}

/*
 * What one sanction that runs at an instant does to an account with a link.  A
 * rule of the policy without capabilities of its own hands on those of the rung.
 */
static void
inherit(InheritedList *list, const Link *link, const Exemptions *exemptions, const char *scheme,
		const ProjectedSanction *p, TimestampTz since, TimestampTz until, TimestampTz at, bool all)
{
	const Policy *policy = rulebook_policy(p->sanction.shown_policy);
	int			rung = p->rung - policy->rungs;
	bool		mentioned = false;
	bool		exempt = false;

	if (exemptions->n > 0)
	{
		Inherited	this = {.scheme = scheme, .rung = p->rung, .sanction = p->sanction,
			.account_id = link->other};

		exempt = exempt_at(exemptions, link->other, inherited_sanction_id(&this), at);
	}
	for (int i = 0; i < policy->nlinks && !exempt; i++)
	{
		const PolicyLink *rule = &policy->links[i];
		int			n = rule->ncapabilities > 0 ? rule->ncapabilities : p->rung->ncapabilities;
		char	  **names = rule->ncapabilities > 0 ? rule->capabilities : p->rung->capabilities;
		Inherited  *item;

		if (rule->rungs == NULL || !rule->rungs[rung] || strcmp(rule->kind, link->kind) != 0 ||
			link->confidence < rule->confidence - 1e-9)
			continue;

		/*
		 * The link has to be there now; where the sanction outlasts it, it has
		 * to have been there at some time of it.
		 */
		if (rule->outlasts ? link->to <= since : link->to <= at)
			continue;
		mentioned = true;
		for (int c = 0; c < n; c++)
		{
			item = append(list);
			item->capability = names[c];
			item->since = Max(since, link->from);
			item->until = rule->outlasts ? until : Min(until, link->to);
			item->scheme = scheme;
			item->rung = p->rung;
			item->sanction = p->sanction;
			item->account_id = link->other;
			item->kind = link->kind;
			item->confidence = link->confidence;
		}
	}
	if (all && !mentioned && link->to > at)
	{
		Inherited  *item = append(list);

		item->since = since;
		item->until = until;
		item->scheme = scheme;
		item->rung = p->rung;
		item->sanction = p->sanction;
		item->account_id = link->other;
		item->kind = link->kind;
		item->confidence = link->confidence;
	}
}

/*
 * Each linked account is asked for its standing under each scheme that has rules
 * about links: where its stored standing has reached the instant, that costs one
 * row.
 */
Inherited *
inherited_from(const Link *links, int nlinks, const Exemptions *exemptions, TimestampTz at, bool all,
			   int *n)
{
	InheritedList list = {0};
	int			nschemes;
	Scheme	  **schemes = rulebook_schemes(&nschemes);

	for (int l = 0; l < nlinks; l++)
	{
		if (links[l].from > at)
			continue;
		for (int s = 0; s < nschemes; s++)
		{
			AccountHistory *history;
			EngineState *state;
			ProjectedSanction *sanctions;
			int			nsanctions;

			CHECK_FOR_INTERRUPTS();
			if (schemes[s]->trial_of != NULL || !(all || schemes[s]->links))
				continue;
			state = standing_at(links[l].other, schemes[s], at, known_by(at), &history);
			if (state == NULL || (state->nsanctions == 0 && !ledger_may_sanction_later(schemes[s], state)))
				continue;
			if (history == NULL)
				history = history_load(&links[l].other, 1, HISTORY_FACTS, PLAN_READ);
			sanctions = ledger_project(schemes[s], NULL, state, history, &nsanctions);
			for (int i = 0; i < nsanctions; i++)
			{
				TimestampTz since;
				TimestampTz until;

				if (sanction_reach(&sanctions[i], &since, &until) && since <= at && at < until)
					inherit(&list, &links[l], exemptions, schemes[s]->name, &sanctions[i], since,
							until, at, all);
			}
		}
	}
	*n = list.n;
	return list.items;
}

/* An account without links costs one probe of an index; without rules nothing. */
Inherited *
inherited_at(int64 account_id, TimestampTz at, PlanMode mode, int *n)
{
	int			nlinks;
	Link	   *links;
	Exemptions	exemptions;

	*n = 0;
	if (!rulebook_has_links())
		return NULL;
	links = links_of(account_id, mode, &nlinks);
	if (nlinks == 0)
		return NULL;
	exemptions = exemptions_of(account_id, mode, 0);
	return inherited_from(links, nlinks, &exemptions, at, false, n);
}

/*
 * A sanction that follows from time alone is projected before it has a row, and
 * is told by its rung, its cause and its start then.
 */
int64
inherited_sanction_id(const Inherited *item)
{
	if (item->sanction.sanction_id != 0)
		return item->sanction.sanction_id;
	return stored_sanction(item->account_id,
						   rulebook_scheme(item->scheme, strlen(item->scheme), false),
						   item->rung->code, item->sanction.cause, item->sanction.starts,
						   PLAN_READ);
}

/* What is inherited is a handful at most: it is looked through. */
bool
inherits(const Inherited *items, int n, int64 other, int64 sanction_id)
{
	for (int i = 0; i < n; i++)
		if (items[i].account_id == other && inherited_sanction_id(&items[i]) == sanction_id)
			return true;
	return false;
}
