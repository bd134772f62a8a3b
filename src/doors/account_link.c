/*
 * account_link.c
 *		The row triggers on governance.account_link and governance.exemption:
 *		who links accounts, or exempts one from what it inherits, changes what
 *		it has to serve, and does so within limits.
 *
 * What is inherited is never stored (ledger/inherited.c), so there is no standing
 * to bring up to date here.
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
#include "ledger/inherited.h"
#include "oversight/limits.h"
#include "rulebook/cache.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_link_apply);
PG_FUNCTION_INFO_V1(governance_exemption_apply);

/*
 * A row of governance.account_link; an empty range is a link that ends
 * before it begins.
 */
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
	TriggerData *trigger = check_trigger(fcinfo, "link_apply", FIRED_AFTER | FIRED_FOR_ROW);
	Relation	relation = trigger->tg_relation;
	bool		inserts = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	bool		updates = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	TimestampTz now = GetCurrentTimestamp();
	Identity	identity;
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

/* A row of governance.exemption, and whose it is. */
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
	TriggerData *trigger = check_trigger(fcinfo, "exemption_apply", FIRED_AFTER | FIRED_FOR_ROW);
	Identity	identity;
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
	links = links_of(account_id, PLAN_FRESH, &nlinks);
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
