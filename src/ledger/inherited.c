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
#include "errors.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "engine/engine.h"
#include "ledger/history.h"
#include "ledger/project.h"
#include "ledger/sanction_row.h"
#include "ledger/standing.h"
#include "oversight/limits.h"
#include "ledger/inherited.h"
#include "rulebook/cache.h"
#include "types/sanction_tier.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/tuplestore.h"

#define EQ " OPERATOR(pg_catalog.=) "

PG_FUNCTION_INFO_V1(governance_linked_sanctions);
PG_FUNCTION_INFO_V1(governance_inherited_by);
PG_FUNCTION_INFO_V1(governance_link_apply);
PG_FUNCTION_INFO_V1(governance_exemption_apply);

static KeptPlan links_plan = {
	"SELECT l.other_id, l.kind, l.confidence::pg_catalog.float8, pg_catalog.lower(l.during),"
	" pg_catalog.upper(l.during) FROM governance.account_link l"
	" WHERE l.account_id" EQ "$1 AND NOT pg_catalog.isempty(l.during) ORDER BY l.link_id",
	1, {INT8OID}
};

typedef struct Link
{
	int64		other;
	char	   *kind;
	double		confidence;
	TimestampTz from;
	TimestampTz to;
} Link;

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

/* The links of an account with those that it inherits from; of others, its heirs. */
static Link *
links_of(KeptPlan *plan, int64 account_id, PlanMode mode, int *nlinks)
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

/* What was decided on one sanction that an account inherits. */
typedef struct Exemption
{
	int64		id;
	int64		other;
	int64		sanction_id;
	bool		exempt;
	TimestampTz at;
} Exemption;

typedef struct Exemptions
{
	int			n;
	Exemption  *items;
} Exemptions;

/*
 * Those of an account, with room for another one; without says which row is left
 * out.  A ledger that create_ledger() has not brought here yet has none.
 */
static Exemptions
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

/* What was decided last, as of an instant, on a sanction of another account. */
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
 * At an instant: for each linked account, what it stands under, as known by
 * then, without what the account is exempt from.  With all, also sanctions that
 * are not handed on, without capability.
 */
static Inherited *
inherited_from(const Link *links, int nlinks, const Exemptions *exemptions, TimestampTz at, bool all,
			   int *n)
{
	InheritedList		list = {0};
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

Inherited *
inherited_at(int64 account_id, TimestampTz at, PlanMode mode, int *n)
{
	int			nlinks;
	Link	   *links;
	Exemptions	exemptions;

	*n = 0;
	if (!rulebook_has_links())
		return NULL;
	links = links_of(&links_plan, account_id, mode, &nlinks);
	if (nlinks == 0)
		return NULL;
	exemptions = exemptions_of(account_id, mode, 0);
	return inherited_from(links, nlinks, &exemptions, at, false, n);
}

/*
 * linked_sanctions(account_id, at): every sanction that linked accounts stand
 * under, and what of it is handed on.
 */
Datum
governance_linked_sanctions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id;
	TimestampTz at;
	Link	   *links;
	int			nlinks;
	Exemptions	exemptions;
	Inherited  *items;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	account_id = PG_GETARG_INT64(0);
	at = PG_GETARG_TIMESTAMPTZ(1);
	require_finite(at, "at");
	rulebook_refresh();
	ledger_read_enter();
	require_account(account_id);
	links = links_of(&links_plan, account_id, PLAN_READ, &nlinks);
	exemptions = exemptions_of(account_id, PLAN_READ, 0);
	items = inherited_from(links, nlinks, &exemptions, at, true, &n);
	for (int i = 0; i < n; i++)
	{
		Datum		values[10];
		bool		nulls[10] = {0};
		const Inherited *first = &items[i];
		Datum	   *names = palloc(sizeof(Datum) * (n + 1));
		int			nnames = 0;
		bool		seen = false;

		for (int j = 0; j < i && !seen; j++)
			seen = items[j].account_id == first->account_id &&
				items[j].sanction.number == first->sanction.number &&
				items[j].scheme == first->scheme && items[j].kind == first->kind;
		if (seen)
			continue;
		for (int j = i; j < n; j++)
			if (items[j].account_id == first->account_id &&
				items[j].sanction.number == first->sanction.number &&
				items[j].scheme == first->scheme && items[j].kind == first->kind &&
				items[j].capability != NULL)
				names[nnames++] = CStringGetTextDatum(items[j].capability);
		values[0] = Int64GetDatum(first->account_id);
		values[1] = CStringGetTextDatum(first->kind);
		values[2] = Float8GetDatum(first->confidence);
		values[3] = CStringGetTextDatum(first->scheme);
		values[4] = CStringGetTextDatum(first->rung->code);
		values[5] = SanctionTierGetDatum(first->rung->tier);
		values[6] = TimestampTzGetDatum(first->since);
		values[7] = TimestampTzGetDatum(first->until);
		values[8] = datum_array(names, NULL, nnames, TEXTOID);
		values[9] = Int64GetDatum(inherited_sanction_id(first));
		nulls[9] = DatumGetInt64(values[9]) == 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	ledger_read_leave();
	return (Datum) 0;
}

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

static bool
inherits(const Inherited *items, int n, int64 other, int64 sanction_id)
{
	for (int i = 0; i < n; i++)
		if (items[i].account_id == other && inherited_sanction_id(&items[i]) == sanction_id)
			return true;
	return false;
}

/*
 * inherited_by(account_id, sanction_id, at): an account that inherits a sanction
 * of this one at an instant, null when there is none.
 */
Datum
governance_inherited_by(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_GETARG_INT64(0);
	int64		sanction_id = PG_GETARG_INT64(1);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);
	int64		answer = 0;
	bool		found = false;

	require_finite(at, "at");
	rulebook_refresh();
	if (rulebook_has_links())
	{
		Link	   *links;
		int			nlinks;

		ledger_read_enter();
		links = links_of(&heirs_plan, account_id, PLAN_READ, &nlinks);
		for (int i = 0; i < nlinks && !found; i++)
		{
			Exemptions	exemptions;
			Inherited  *items;
			int			n;

			answer = links[i].other;
			links[i].other = account_id;
			exemptions = exemptions_of(answer, PLAN_READ, 0);
			items = inherited_from(&links[i], 1, &exemptions, at, false, &n);
			found = inherits(items, n, account_id, sanction_id);
		}
		ledger_read_leave();
	}
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_INT64(answer);
}

/* ---------- the triggers ---------- */

static Link
read_link(Relation relation, HeapTuple row)
{
	static const ColumnSpec columns[] = {
		{"other_id", INT8OID}, {"kind", TEXTOID}, {"confidence", NUMERICOID}, {"during", TSTZRANGEOID}
	};
	TupleDesc	desc = RelationGetDescr(relation);
	AttrNumber	numbers[lengthof(columns)];
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	bool		isnull;
	Link		link;

	find_columns(relation, columns, lengthof(columns), numbers);
	range_deserialize(lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO),
					  DatumGetRangeTypeP(heap_getattr(row, numbers[3], desc, &isnull)),
					  &lower, &upper, &empty);
	link.other = DatumGetInt64(heap_getattr(row, numbers[0], desc, &isnull));
	link.kind = TextDatumGetCString(heap_getattr(row, numbers[1], desc, &isnull));
	link.confidence = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
														 heap_getattr(row, numbers[2], desc, &isnull)));
	link.from = empty ? DT_NOEND : lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
	link.to = empty ? DT_NOBEGIN : upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	return link;
}

/* What links hand on at an instant, as something to be served. */
static Served *
served_along(const Link *links, int nlinks, const Exemptions *exemptions, TimestampTz at,
			 const char *scheme)
{
	Served	   *served = palloc0(sizeof(Served));
	int			n = 0;
	Inherited  *items = inherited_from(links, nlinks, exemptions, at, false, &n);

	served->spans = palloc(sizeof(ServedSpan) * (n + 1));
	for (int i = 0; i < n; i++)
		if (strcmp(items[i].scheme, scheme) == 0 && items[i].since < items[i].until)
			served->spans[served->nspans++] = limits_span(items[i].rung, items[i].since, items[i].until);
	return served;
}

/*
 * Who links and unlinks decides what is inherited.  Looked at as of now, or as
 * of when the link begins or ends if that lies ahead.
 */
Datum
governance_link_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "link_apply", true, false);
	Relation	relation = trigger->tg_relation;
	bool		inserts = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	bool		updates = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	TimestampTz now = GetCurrentTimestamp();
	Identity identity;
	const LimitSet *limits;
	Scheme	  **schemes;
	int			nschemes;
	Link		old;
	Link		new;
	Exemptions	exemptions;
	TimestampTz when[2];
	int64		account_id;
	bool		isnull;

	rulebook_refresh();
	if (!rulebook_has_links())
		return PointerGetDatum(NULL);
	ledger_enter(&identity);
	limits = limits_now();
	if (limits != NULL)
	{
		account_id = DatumGetInt64(heap_getattr(trigger->tg_trigtuple,
												SPI_fnumber(RelationGetDescr(relation), "account_id"),
												RelationGetDescr(relation), &isnull));
		exemptions = exemptions_of(account_id, PLAN_FRESH, 0);
		old = read_link(relation, trigger->tg_trigtuple);
		if (updates)
			new = read_link(relation, trigger->tg_newtuple);
		when[0] = now;
		when[1] = inserts ? old.from : updates ? new.to : now;
		schemes = rulebook_schemes(&nschemes);
		for (int w = 0; w < 2; w++)
		{
			if (w > 0 && (when[1] <= now || when[1] == DT_NOEND))
				continue;
			for (int s = 0; s < nschemes; s++)
			{
				Served	   *before;
				Served	   *after;

				if (!schemes[s]->links || schemes[s]->trial_of != NULL)
					continue;
				before = served_along(&old, inserts ? 0 : 1, &exemptions, when[w], schemes[s]->name);
				after = served_along(updates ? &new : &old, inserts || updates ? 1 : 0, &exemptions,
									 when[w], schemes[s]->name);
				limits_compare(limits, account_id, schemes[s]->name, before, after, false, false);
			}
		}
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

static Exemption
read_exemption(Relation relation, HeapTuple row, int64 *account_id)
{
	static const ColumnSpec columns[] = {
		{"account_id", INT8OID}, {"exemption_id", INT8OID}, {"other_id", INT8OID},
		{"sanction_id", INT8OID}, {"exempt", BOOLOID}, {"decided_at", TIMESTAMPTZOID}
	};
	TupleDesc	desc = RelationGetDescr(relation);
	AttrNumber	numbers[lengthof(columns)];
	Datum		values[lengthof(columns)];
	bool		isnull;

	find_columns(relation, columns, lengthof(columns), numbers);
	for (size_t i = 0; i < lengthof(columns); i++)
		values[i] = heap_getattr(row, numbers[i], desc, &isnull);
	*account_id = DatumGetInt64(values[0]);
	return (Exemption) {
		.id = DatumGetInt64(values[1]), .other = DatumGetInt64(values[2]),
		.sanction_id = DatumGetInt64(values[3]), .exempt = DatumGetBool(values[4]),
		.at = DatumGetTimestampTz(values[5])
	};
}

/*
 * What an account does not inherit it cannot be exempt from.  Who exempts lifts
 * what is inherited, and who ends that imposes it: looked at as of now.
 */
Datum
governance_exemption_apply(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "exemption_apply", true, false);
	Identity identity;
	const LimitSet *limits;
	Exemption	new;
	Exemptions	without;
	Exemptions	with;
	Link	   *links;
	int			nlinks;
	int64		account_id;

	rulebook_refresh();
	ledger_enter(&identity);
	new = read_exemption(trigger->tg_relation, trigger->tg_trigtuple, &account_id);
	links = links_of(&links_plan, account_id, PLAN_FRESH, &nlinks);
	without = exemptions_of(account_id, PLAN_FRESH, new.id);
	with = exemptions_of(account_id, PLAN_FRESH, new.id);
	with.items[with.n++] = new;
	if (new.exempt)
	{
		int			n;
		Inherited  *items = inherited_from(links, nlinks, &without, new.at, false, &n);

		if (!inherits(items, n, new.other, new.sanction_id))
			ereport(ERROR,
					(errcode(ERRCODE_GV_ALREADY_REVISED),
					 errmsg("account %lld does not inherit sanction %lld of account %lld at %s",
							(long long) account_id, (long long) new.sanction_id,
							(long long) new.other, timestamptz_to_str(new.at)),
					 errhint("governance.restrictions() lists what an account inherits, and from whom.")));
	}
	limits = limits_now();
	if (limits != NULL)
	{
		TimestampTz now = GetCurrentTimestamp();
		int			nschemes;
		Scheme	  **schemes = rulebook_schemes(&nschemes);

		for (int s = 0; s < nschemes; s++)
		{
			const char *name = schemes[s]->name;

			if (schemes[s]->links && schemes[s]->trial_of == NULL)
				limits_compare(limits, account_id, name,
							   served_along(links, nlinks, &without, now, name),
							   served_along(links, nlinks, &with, now, name), false, false);
		}
	}
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}
