/*
 * say.c
 *		Whose word loosens what: consents, lasting limits and switches.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "db/report.h"
#include "entitlement/columns.h"
#include "entitlement/ledger_view.h"
#include "entitlement/say.h"
#include "errors.h"
#include "rulebook/cache.h"

#include "access/xact.h"
#include "catalog/pg_type.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan parties_plan = {
	"SELECT DISTINCT l.kind FROM governance.account_link l WHERE l.account_id" EQ "$1 AND l.other_id" EQ "$2"
	" AND l.during OPERATOR(pg_catalog.@>) $3 ORDER BY 1",
	3, {INT8OID, INT8OID, TIMESTAMPTZOID}
};

/* He himself, or what links the account with him. */
static void
find_parties(Say *say)
{
	Datum		values[3];
	uint64		nrows;

	if (say->by == 0)
		return;
	if (say->by == say->account_id)
	{
		say->parties = palloc(sizeof(char *));
		say->parties[say->nparties++] = "self";
		return;
	}
	values[0] = Int64GetDatum(say->account_id);
	values[1] = Int64GetDatum(say->by);
	values[2] = TimestampTzGetDatum(say->at);
	nrows = plan_execute(&parties_plan, values, NULL, PLAN_FRESH);
	say->parties = palloc(sizeof(char *) * Max(nrows, 1));
	for (uint64 row = 0; row < nrows; row++)
		say->parties[say->nparties++] = column_text(row, 1);
	SPI_freetuptable(SPI_tuptable);
	if (nrows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_SAY),
				 errmsg("account %lld has no say about account %lld", (long long) say->by, (long long) say->account_id),
				 errdetail("No link of account %lld with it is in force.", (long long) say->account_id),
				 errhint("Link them with governance.link_accounts(%lld, %lld, 'guardian', 1).",
						 (long long) say->account_id, (long long) say->by)));
}

/* See say.h. */
void
say_begin(Say *say)
{
	LedgerView *view = palloc0(sizeof(LedgerView));

	say->in_force = entitlements_with(say->name, say->at, &say->n);
	if (say->n == 0 && !rulebook_knows_capability(say->name, strlen(say->name)) && !entitlements_know(say->name))
		report_missing(MISSING_CAPABILITY, say->name, NULL, 0);
	view->account_id = say->account_id;
	view->capability = say->name;
	view->at = say->at;
	view->n = say->n;
	view->in_force = say->in_force;
	view->mode = PLAN_FRESH;
	view->facts_only = true;
	ledger_view_begin(view, NULL);
	counter_add(&say->keys, say->account_id, "account", "");
	counters_lock(&say->keys);
	find_parties(say);
	ledger_view_read(view);
	say->views = view->views;
}

/* Does a condition of a document hold for the account? */
static bool
condition_holds(const Say *say, int document, const Expr *when)
{
	return meter_condition_holds(say->in_force[document].document, say->views[document], when, say->at);
}

/* The limit of a name; null: there is none. */
static const UsageLimit *
limit_named(const Capability *place, const char *name)
{
	for (int i = 0; i < place->nlimits; i++)
		if (strcmp(place->limits[i].name, name) == 0)
			return &place->limits[i];
	return NULL;
}

/* Has a place a rule of that name? */
static bool
has_rule(const Capability *place, const char *rule)
{
	if (rule == NULL || limit_named(place, rule) != NULL)
		return true;
	if (strcmp(rule, "at_most") == 0)
		return place->nlimits > 0;
	if (strcmp(rule, "hours") == 0)
		return place->hours.given || place->closed.given;
	for (int i = 0; i < place->nclauses; i++)
		if (place->clauses[i].name != NULL && strcmp(place->clauses[i].name, rule) == 0)
			return true;
	return false;
}

/* Does a word cover a rule of the place? */
static bool
covers(const Loosening *loosening, const Capability *place, const char *rule)
{
	const UsageLimit *limit;

	if (rule == NULL || strcmp(rule, "at_most") == 0)
		return loosening->at_most || loosening->nnames == 1;
	for (int i = 0; i < loosening->nnames; i++)
		if (strcmp(loosening->names[i], rule) == 0)
			return true;
	if (strcmp(rule, "hours") == 0)
		return loosening->hours;
	limit = limit_named(place, rule);
	return limit != NULL && loosening->at_most && limit->frame != FRAME_USE && limit->frame != FRAME_HELD;
}

/* Is he one of the party? */
static bool
is_party(const Say *say, const char *party)
{
	for (int i = 0; i < say->nparties; i++)
		if (strcmp(say->parties[i], party) == 0)
			return true;
	return false;
}

/* A word of one place that lets him; null: none. */
static const Loosening *
word_of(Say *say, int document, const Capability *place, const char *rule, bool lasting)
{
	const Loosening *words = lasting ? place->set_by : place->consents;
	int			n = lasting ? place->nset_by : place->nconsents;

	for (int i = 0; i < n; i++)
		if (is_party(say, words[i].party) && covers(&words[i], place, rule) &&
			condition_holds(say, document, words[i].when))
		{
			say->party = words[i].party;
			return &words[i];
		}
	return NULL;
}

/* May support override a rule of the place? */
static bool
support_may(const Capability *place, const char *rule)
{
	if (rule == NULL || strcmp(rule, "at_most") == 0 || limit_named(place, rule) != NULL)
		return place->conventions.grants_at_most;
	if (strcmp(rule, "hours") == 0)
		return place->conventions.grants_hours;
	return place->conventions.grants_require;
}

/* Raises the error of whoever has no say. */
pg_noreturn static void refuse_say(const Say *say, const char *rule);

/* What stays as the document has it. */
static void
refuse_say(const Say *say, const char *rule)
{
	if (say->by == 0)
		ereport(ERROR,
				(errcode(ERRCODE_GV_NO_SAY),
				 errmsg("support cannot override \"%s\" of \"%s\"", rule == NULL ? "at_most" : rule, say->name),
				 errhint("The document says under \"conventions\", \"grants\", what it can.")));
	ereport(ERROR,
			(errcode(ERRCODE_GV_NO_SAY),
			 errmsg("account %lld cannot consent to \"%s\" of \"%s\" for account %lld", (long long) say->by,
					rule == NULL ? "at_most" : rule, say->name, (long long) say->account_id),
			 errdetail("No document in force leaves it to \"%s\".", say->parties[0]),
			 errhint("The documents say under \"consent\" and \"set_by\" who may.")));
}

/* The places of a document that a word may stand in: the one named, then its pools. */
const Loosening *
say_loosens(Say *say, const char *rule, bool lasting, const Capability **measure,
			const InForce **document)
{
	bool		known = false;

	for (int i = 0; i < say->n; i++)
	{
		const Capability *named = say->in_force[i].capability;

		for (int j = -1; j < named->npools; j++)
		{
			const Capability *place = j < 0 ? named : &say->in_force[i].document->pools[named->pools[j]];
			const Loosening *word;

			if (!has_rule(place, rule))
				continue;
			known = true;
			*measure = place;
			*document = &say->in_force[i];
			if (say->by == 0 && support_may(place, rule))
				return NULL;
			word = word_of(say, i, place, rule, lasting);
			if (word != NULL)
				return word;
		}
	}
	if (!known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no entitlement in force has a rule \"%s\" for \"%s\"", rule == NULL ? "at_most" : rule, say->name)));
	refuse_say(say, rule);
}

/* Where no document says by whom, by the account itself and by a guardian. */
void
say_switches(Say *say)
{
	static char *const usual[] = {"self", "guardian"};
	bool		named = false;

	for (int i = 0; i < Max(say->n, 1); i++)
	{
		const Capability *place = say->n == 0 ? NULL : say->in_force[i].capability;
		bool		is_usual = place == NULL || place->nswitch_by == 0;
		char	   *const *by = is_usual ? usual : place->switch_by;
		int			n = is_usual ? 2 : place->nswitch_by;

		if (place != NULL && !place->may_switch)
			continue;
		named = true;
		for (int j = 0; j < n; j++)
			if (is_party(say, by[j]))
			{
				say->party = by[j];
				return;
			}
	}
	ereport(ERROR,
			(errcode(ERRCODE_GV_NO_SAY),
			 errmsg("account %lld cannot switch \"%s\" of account %lld", (long long) say->by, say->name,
					(long long) say->account_id),
			 named ? errdetail("No document in force leaves it to \"%s\".", say->parties[0])
			 : errdetail("The documents in force do not let it be switched."),
			 errhint("The documents say under \"switch\" who may.")));
}
