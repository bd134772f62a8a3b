/*
 * ledger_view.c
 *		The meter's view of the ledger, filled from the tables.
 *
 * Tables are read once, whatever the number of documents; each document then gets
 * them by its own names, in its own units.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "entitlement/amount.h"
#include "entitlement/columns.h"
#include "entitlement/context.h"
#include "entitlement/known_below.h"
#include "entitlement/ledger_rows.h"
#include "entitlement/ledger_view.h"
#include "rulebook/attribute.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

static KeptPlan account_plan = {
	"SELECT a.opened_at FROM governance.account a WHERE a.account_id OPERATOR(pg_catalog.=) $1",
	1, {INT8OID}
};

/* ---------- whose counters ---------- */

/* Is a name among names and patterns? */
static bool
is_among(char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (entitlement_matches(names[i], name))
			return true;
	return false;
}

/* Does a capability, or pool, count what is used of another? */
static bool
counts(const InForce *in_force, const Capability *place, const char *capability)
{
	const Entitlement *document = in_force->document;

	if (place == in_force->capability || is_among(place->counting, place->ncounting, capability))
		return true;
	for (int i = 0; in_force->capability != NULL && i < in_force->capability->npools; i++)
		if (place == &document->pools[in_force->capability->pools[i]])
			return true;
	for (int i = 0; i < place->nlimits; i++)
	{
		const UsageLimit *limit = &place->limits[i];

		if (is_among(limit->counting, limit->ncounting, capability) ||
			(limit->session != NULL && entitlement_matches(limit->session, capability)))
			return true;
		if (limit->frame == FRAME_SINCE && limit->rest >= 0 &&
			is_among(document->rests[limit->rest].without, document->rests[limit->rest].nwithout, capability))
			return true;
	}
	return false;
}

/* Accounts that share a counter; each group once. */
static void
add_group(LedgerView *view, const char *link, CounterKeys *keys)
{
	MeterGroup *group;

	for (int i = 0; i < view->ngroups; i++)
	{
		const char *known = view->groups[i].link;

		if (known == link || (known != NULL && link != NULL && strcmp(known, link) == 0))
			return;
	}
	view->groups = view->groups == NULL ? palloc(sizeof(MeterGroup)) :
		repalloc(view->groups, sizeof(MeterGroup) * (view->ngroups + 1));
	view->owners = view->owners == NULL ? palloc(sizeof(int64)) :
		repalloc(view->owners, sizeof(int64) * (view->ngroups + 1));
	group = &view->groups[view->ngroups];
	group->link = link;
	if (link == NULL)
	{
		group->accounts = accounts_of_subject(view->account_id, view->mode, &group->naccounts);
		view->owners[view->ngroups] = group->accounts[0];
	}
	else
		group->accounts = accounts_of_link(view->account_id, link, view->at, view->mode,
										   &group->naccounts, &view->owners[view->ngroups]);
	if (keys != NULL)
		counter_add(keys, view->owners[view->ngroups], link == NULL ? "subject" : psprintf("link:%s", link), "");
	view->ngroups++;
}

/* Whose a limit, or a rule about sessions, is. */
static void
add_of(LedgerView *view, int of, const char *link, CounterKeys *keys)
{
	view->of |= of;
	if ((of & OF_SUBJECT) != 0)
		add_group(view, NULL, keys);
	if ((of & OF_LINK) != 0)
		add_group(view, link, keys);
	if ((of & OF_COUNTERPART) != 0 && view->counterpart != 0 && keys != NULL)
		counter_add(keys, view->counterpart, "counterpart", "");
}

/* All that a capability, or pool, says of it. */
static void
add_place(LedgerView *view, const Capability *place, CounterKeys *keys)
{
	for (int i = 0; i < place->nlimits; i++)
		add_of(view, place->limits[i].of, place->limits[i].of_link, keys);
	if (place->session.given)
		add_of(view, place->session.of, place->session.of_link, keys);
}

/* The account's own counter always: it keeps a ref from being used twice. */
void
ledger_view_begin(LedgerView *view, CounterKeys *keys)
{
	Datum		value = Int64GetDatum(view->account_id);

	if (plan_execute(&account_plan, &value, NULL, view->mode) == 0)
		report_missing_id(MISSING_ACCOUNT, view->account_id, NULL, 0);
	view->opened = DatumGetTimestampTz(column(0, 1));
	SPI_freetuptable(SPI_tuptable);
	if (keys != NULL)
		counter_add(keys, view->account_id, "account", "");
	for (int i = 0; i < view->n; i++)
	{
		const Entitlement *document = view->in_force[i].document;

		for (int j = 0; j < document->ncapabilities; j++)
			if (counts(&view->in_force[i], &document->capabilities[j], view->capability))
				add_place(view, &document->capabilities[j], keys);
		for (int j = 0; j < document->npools; j++)
			if (counts(&view->in_force[i], &document->pools[j], view->capability))
				add_place(view, &document->pools[j], keys);
	}
}

/* ---------- what each document makes of the rows ---------- */

/* Rows that are read once. */
typedef struct Tables
{
	int			nfacts;
	FactSeen    *facts;
	int			nothers;
	FactSeen    *others;			/* of the counterpart */
	int			ngrants;
	GrantSeen   *grants;
	int			nswitches;
	SwitchSeen  *switches;
	int			nactivities;
	ActivitySeen *activities;
	int			nsanctions;
	SanctionSeen *sanctions;
} Tables;

/* The facts of an attribute, under a number. */
static void
add_facts(const Entitlement *document, int attribute, int number, const FactSeen *rows, int nrows,
		  bool platform, MeterFact **facts, int *n, int *max)
{
	const char *name = document->facts->attributes[attribute].name;

	for (int i = 0; i < nrows; i++)
	{
		MeterFact  *fact;

		if (rows[i].platform != platform || strcmp(rows[i].name, name) != 0)
			continue;
		array_reserve(*facts, *max, *n + 1);
		fact = &(*facts)[(*n)++];
		fact->attribute = number;
		fact->from = rows[i].from;
		fact->to = rows[i].to;
		memset(&fact->value, 0, sizeof(ExprValue));
		fact->value.isnull = true;
		if (rows[i].value != NULL)
			policy_read_attribute(document->facts, attribute, rows[i].value, &fact->value);
	}
}

/* Own facts, those of everybody, and those of the one on the other side. */
static void
view_facts(MeterView *view, const Entitlement *document, const Tables *tables)
{
	int			max = 0;

	for (int i = 0; i < document->facts->nattributes; i++)
		add_facts(document, i, i, tables->facts, tables->nfacts,
				  document->of_platform != NULL && document->of_platform[i],
				  &view->facts, &view->nfacts, &max);
	max = 0;
	for (int i = 0; i < document->nexternals; i++)
		if (document->externals[i].kind == EXTERNAL_OTHER && document->externals[i].index >= 0)
			add_facts(document, document->externals[i].index, i, tables->others, tables->nothers, false,
					  &view->others, &view->nothers, &max);
}

/* The capability or pool that a grant names; null: the document has none. */
static const Capability *
place_of(const Entitlement *document, const char *name)
{
	for (int i = 0; i < document->npools; i++)
		if (strcmp(document->pools[i].name, name) == 0)
			return &document->pools[i];
	return entitlement_capability(document, name);
}

/* Amounts are of the unit of what the grant names. */
static void
view_grants(MeterView *view, const Entitlement *document, const Tables *tables)
{
	view->grants = palloc0(sizeof(MeterGrant) * (tables->ngrants + 1));
	for (int i = 0; i < tables->ngrants; i++)
	{
		const GrantSeen *row = &tables->grants[i];
		const Capability *place = place_of(document, row->capability);
		MeterGrant *grant = &view->grants[view->ngrants];

		if (place == NULL)
			continue;
		view->ngrants++;
		grant->grant_id = row->grant_id;
		grant->kind = strcmp(row->kind, "more") == 0 ? GRANT_MORE :
			strcmp(row->kind, "value") == 0 ? GRANT_VALUE : GRANT_CONSENT;
		grant->capability = row->capability;
		grant->rule = row->rule;
		grant->has_amount = row->amount != (Datum) 0;
		if (grant->has_amount)
			grant->amount = amount_of_numeric(DatumGetNumeric(row->amount), place->unit_size);
		grant->used = row->used;
		grant->days = row->days;
		grant->only = row->only;
		grant->party = row->party;
		grant->by_account = row->by_account;
		grant->recorded = row->recorded;
		grant->from = row->from;
		grant->to = row->to;
	}
}

/* Switches, activities and sanctions are the same to all documents. */
static void
view_others(MeterView *view, const Tables *tables)
{
	view->nswitches = tables->nswitches;
	view->switches = palloc0(sizeof(MeterSwitch) * (tables->nswitches + 1));
	for (int i = 0; i < tables->nswitches; i++)
	{
		const SwitchSeen *row = &tables->switches[i];
		MeterSwitch s = {row->capability, row->party, row->allowed, row->from, row->to};

		view->switches[i] = s;
	}
	view->nactivities = tables->nactivities;
	view->activities = palloc0(sizeof(MeterActivity) * (tables->nactivities + 1));
	for (int i = 0; i < tables->nactivities; i++)
	{
		const ActivitySeen *row = &tables->activities[i];
		MeterActivity a = {row->kind, row->at, row->quantity};

		view->activities[i] = a;
	}
	view->nsanctions = tables->nsanctions;
	view->sanctions = palloc0(sizeof(MeterSanction) * (tables->nsanctions + 1));
	for (int i = 0; i < tables->nsanctions; i++)
	{
		const SanctionSeen *row = &tables->sanctions[i];
		MeterSanction s = {row->scheme, row->rung, row->tier, row->from, row->to};

		view->sanctions[i] = s;
	}
}

/* ---------- uses ---------- */

/*
 * A session that has given no sign for longer than it lives without one ended with
 * the last; one that has reached its end, there.
 */
static void
use_session(MeterUse *use, const UsageRow *row, TimestampTz at)
{
	use->lease_until = DatumGetTimestampTz(
		DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(row->last_sign),
							IntervalPGetDatum(row->lease)));
	use->to = DT_NOEND;
	if (row->until <= Min(use->lease_until, at))
		use->to = use->lease_until = row->until;
	else if (use->lease_until <= at)
		use->to = row->last_sign;
	if (use->to != DT_NOEND)
		use->amount = use->held = use->to - use->from;
}

/* A reservation counts while it is held, and once it is used. */
static bool
use_of_row(MeterUse *use, const UsageRow *row, const Entitlement *document, const LedgerView *view)
{
	TimestampTz at = view->at;
	const Capability *measure = entitlement_capability(document, row->capability);
	int64		factor = measure != NULL && measure->is_time && !row->seconds ? measure->unit_size / AMOUNT_SCALE : 1;

	memset(use, 0, sizeof(MeterUse));
	if (row->reserve && !row->committed && (row->given_up || row->lapses <= at))
		return false;
	use->use_id = row->use_id;
	use->session_id = row->session_id;
	use->account_id = row->account_id;
	use->counterpart = row->counterpart;
	use->capability = row->capability;
	use->from = row->from;
	use->to = row->to;
	use->arrived = row->recorded;
	use->amount = row->amount * factor;
	use->held = row->held * factor;
	use->granted = row->granted * factor;
	use->reserved = row->reserve && !row->committed;
	use->undone = row->undone;
	use->lease_until = row->reserve ? row->lapses : row->to;
	use->context = context_values(document, row->context);
	use->place = context_place(document, measure, use->context, row->place);
	if (row->use_id == 0 && row->session_id == view->over_session)
	{
		use->session_id = 0;
		use->to = Max(at, row->from);
		use->amount = use->held = use->to - use->from;
	}
	else if (row->use_id == 0)
		use_session(use, row, at);
	if (row->session_id != 0 && measure != NULL && !measure->is_time)
		use->amount = use->held = AMOUNT_SCALE;
	return true;
}

/* All that matters to any document, for each of them. */
static void
read_uses(LedgerView *view)
{
	UsageWanted wanted = {.since = DT_NOEND};
	const char **names = NULL;
	int			max = 0;
	int64	   *accounts;
	int			naccounts = 1;
	UsageRows  *rows;

	for (int i = 0; i < view->n; i++)
	{
		const Entitlement *document = view->in_force[i].document;
		const char **of_document;
		int			n;
		int			of;

		meter_reads(document, view->capability, &of_document, &n, &of);
		array_reserve(names, max, wanted.nnames + n);
		for (int j = 0; j < n; j++)
			names[wanted.nnames++] = of_document[j];
		if (n > 0)
			wanted.since = Min(wanted.since, meter_needs(document, view->capability, view->at, view->views[i]));
	}
	for (int i = 0; i < view->ngroups; i++)
		naccounts += view->groups[i].naccounts;
	accounts = palloc(sizeof(int64) * naccounts);
	accounts[0] = view->account_id;
	naccounts = 1;
	for (int i = 0; i < view->ngroups; i++)
		for (int j = 0; j < view->groups[i].naccounts; j++)
			if (view->groups[i].accounts[j] != view->account_id)
				accounts[naccounts++] = view->groups[i].accounts[j];
	if (wanted.nnames == 0)
		return;
	wanted.names = names;
	wanted.accounts = accounts;
	wanted.naccounts = naccounts;
	wanted.counterpart = (view->of & OF_COUNTERPART) != 0 ? view->counterpart : 0;
	rows = usage_read(&wanted, view->mode);
	for (int i = 0; i < view->n; i++)
	{
		MeterView  *meter = view->views[i];

		meter->uses = palloc(sizeof(MeterUse) * (rows->n + 1));
		for (int j = 0; j < rows->n; j++)
			if (use_of_row(&meter->uses[meter->nuses], &rows->list[j], view->in_force[i].document, view))
				meter->nuses++;
	}
}

/* ---------- all ---------- */

/* What any of the documents may look at. */
static void
read_tables(LedgerView *view, KnownBelow *known, Tables *tables)
{
	bool		platform = false;
	bool		sanctions = false;
	bool		others = false;
	const char **kinds = NULL;
	int			nkinds = 0;
	int			max = 0;

	memset(tables, 0, sizeof(Tables));
	for (int i = 0; i < view->n; i++)
	{
		const Entitlement *document = view->in_force[i].document;

		for (int j = 0; j < document->facts->nattributes; j++)
			platform |= document->of_platform != NULL && document->of_platform[j];
		for (int j = 0; j < document->nexternals; j++)
			others |= document->externals[j].kind == EXTERNAL_OTHER;
		for (int j = 0; j < document->nobservations; j++)
		{
			const Observation *observation = &document->observations[j];

			sanctions |= observation->kind == OBSERVED_SANCTIONS || observation->kind == OBSERVED_LATEST;
			if (observation->activity == NULL)
				continue;
			array_reserve(kinds, max, nkinds + 1);
			kinds[nkinds++] = observation->activity;
		}
	}
	tables->facts = facts_read(view->account_id, platform, view->mode, &tables->nfacts);
	if (others && view->counterpart != 0)
		tables->others = facts_read(view->counterpart, false, view->mode, &tables->nothers);
	tables->grants = grants_read(view->account_id, view->at, view->mode, &tables->ngrants);
	tables->switches = switches_read(view->account_id, view->mode, &tables->nswitches);
	tables->activities = activities_read(view->account_id, kinds, nkinds, view->mode, &tables->nactivities);
	if (sanctions)
		tables->sanctions = sanctions_known(known, "*", view->at, &tables->nsanctions);
}

/* From when on uses are needed follows from the rest of the view. */
void
ledger_view_read(LedgerView *view)
{
	KnownBelow *known = palloc(sizeof(KnownBelow));
	Tables		tables;

	known->account_id = view->account_id;
	known->mode = view->mode;
	read_tables(view, known, &tables);
	view->views = palloc(sizeof(MeterView *) * Max(view->n, 1));
	for (int i = 0; i < view->n; i++)
	{
		MeterView  *meter = palloc0(sizeof(MeterView));

		meter->account_id = view->account_id;
		meter->opened = view->opened;
		meter->ngroups = view->ngroups;
		meter->groups = view->groups;
		meter->arg = known;
		meter->external = known_below;
		meter->external_turn = known_below_turn;
		meter->version_from = view->in_force[i].from;
		meter->version_to = view->in_force[i].to;
		view_facts(meter, view->in_force[i].document, &tables);
		view_grants(meter, view->in_force[i].document, &tables);
		view_others(meter, &tables);
		view->views[i] = meter;
	}
	if (!view->facts_only)
		read_uses(view);
}
