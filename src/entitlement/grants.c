/*
 * grants.c
 *		What loosens a rule for a time, and what has been set in its place.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "util.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* A grant names a capability or a pool. */
bool
grant_concerns(const Meter *m, const MeterGrant *grant, const Capability *place)
{
	return strcmp(grant->capability, place->name) == 0 ||
		(!place->is_pool && strcmp(grant->capability, m->request->capability) == 0) ||
		(place->is_pool && strcmp(grant->capability, m->request->capability) == 0);
}

/* Is it in force at an instant? */
static bool
in_force(const MeterGrant *grant, TimestampTz t)
{
	return grant->from <= t && t < grant->to;
}

/* Does an amount that is granted go to a limit?  Not past one use, or a stock. */
static bool
goes_to(const MeterGrant *grant, const UsageLimit *limit)
{
	if (limit->frame == FRAME_USE || limit->frame == FRAME_HELD)
		return grant->rule != NULL && strcmp(grant->rule, limit->name) == 0;
	return grant->rule == NULL || strcmp(grant->rule, "at_most") == 0 ||
		strcmp(grant->rule, limit->name) == 0;
}

/* See meter_state.h. */
int64
grants_more(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	int64		more = 0;

	for (int i = 0; i < m->view->ngrants; i++)
	{
		const MeterGrant *grant = &m->view->grants[i];

		if (grant->kind == GRANT_MORE && in_force(grant, t) && grant_concerns(m, grant, place) &&
			goes_to(grant, limit))
			more = amount_sum(more, Max(grant->amount - grant->used, 0));
	}
	return more;
}

/* For one item alone: is it the one of the request? */
static bool
item_fits(const Meter *m, const Capability *place, const MeterGrant *grant)
{
	if (grant->only == NULL)
		return true;
	for (int i = 0; i < place->nconsents; i++)
	{
		int			index = place->consents[i].only_context;

		if (index >= 0 && m->request->has_context && !m->request->context[index].isnull &&
			m->request->context[index].text != NULL &&
			strcmp(m->request->context[index].text, grant->only) == 0)
			return true;
	}
	return false;
}

/* See meter_state.h. */
bool
consent_given(const Meter *m, const Capability *place, const char *rule, bool is_limit, TimestampTz t)
{
	for (int i = 0; i < m->view->ngrants; i++)
	{
		const MeterGrant *grant = &m->view->grants[i];

		if (grant->kind != GRANT_CONSENT || !in_force(grant, t) || !grant_concerns(m, grant, place))
			continue;
		if (grant->rule != NULL && strcmp(grant->rule, rule) != 0 &&
			!(is_limit && strcmp(grant->rule, "at_most") == 0))
			continue;
		if (item_fits(m, place, grant))
			return true;
	}
	return false;
}

/* Does a lasting value hold on the day of an instant? */
static bool
day_fits(const Meter *m, const UsageLimit *limit, const MeterGrant *grant, TimestampTz t)
{
	int32		day = local_day(m, &limit->conventions, t);

	return grant->days == 0 || (grant->days & (1 << ((day % 7 + 7) % 7))) != 0;
}

/* From when on a value counts that is higher than what held: others count at once. */
static TimestampTz
raised_from(const Meter *m, const UsageLimit *limit, const MeterGrant *grant)
{
	TimestampTz from = grant->from;
	TimestampTz begins;
	TimestampTz ends;

	if (limit->has_raise_after)
		from = Max(from, meter_plus(m, grant->recorded, &limit->raise_after));
	if (limit->raise_period && window_bounds(m, limit, grant->recorded, &begins, &ends))
		from = Max(from, ends);
	return from;
}

/* Is it a lasting value of this limit? */
static bool
sets(const Meter *m, const MeterGrant *grant, const Capability *place, const UsageLimit *limit)
{
	return grant->kind == GRANT_VALUE && grant->rule != NULL && strcmp(grant->rule, limit->name) == 0 &&
		grant_concerns(m, grant, place);
}

/*
 * In the order in which they were recorded, as they stand in the view: each counts at
 * once when it lowers, and later when it raises.
 */
bool
limit_value_set(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t,
				bool has_own, int64 own, int64 *value)
{
	bool		given = has_own;
	bool		set = false;
	int64		now = own;

	for (int i = 0; i < m->view->ngrants; i++)
	{
		const MeterGrant *grant = &m->view->grants[i];
		bool		raises;

		if (!sets(m, grant, place, limit) || !in_force(grant, t) || !day_fits(m, limit, grant, t))
			continue;
		raises = given && (!grant->has_amount || grant->amount > now);
		if (raises && t < raised_from(m, limit, grant))
			continue;
		given = set = true;
		now = grant->has_amount ? grant->amount : AMOUNT_NONE;
	}
	*value = now;
	return set;
}

/* The last one counts. */
const MeterGrant *
hours_set(const Meter *m, const Capability *place, TimestampTz t)
{
	const MeterGrant *result = NULL;

	for (int i = 0; i < m->view->ngrants; i++)
	{
		const MeterGrant *grant = &m->view->grants[i];

		if (grant->kind == GRANT_VALUE && grant->rule != NULL && strcmp(grant->rule, "hours") == 0 &&
			in_force(grant, t) && grant_concerns(m, grant, place))
			result = grant;
	}
	return result;
}

/* See meter_state.h; limit may be null. */
TimestampTz
grants_turn(const Meter *m, const Capability *place, const UsageLimit *limit, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < m->view->ngrants; i++)
	{
		const MeterGrant *grant = &m->view->grants[i];

		if (!grant_concerns(m, grant, place))
			continue;
		if (grant->from > t)
			result = Min(result, grant->from);
		if (grant->to > t)
			result = Min(result, grant->to);
		if (limit == NULL || !sets(m, grant, place, limit))
			continue;
		if (raised_from(m, limit, grant) > t)
			result = Min(result, raised_from(m, limit, grant));
		if (grant->days != 0)
			result = Min(result, day_start(m, &limit->conventions, local_day(m, &limit->conventions, t) + 1, t));
	}
	return result;
}

/* Does a party's word cover a rule, and by which name? */
static const char *
covered_by(const Loosening *loosening, const char *rule, RuleKind kind, const UsageLimit *limit)
{
	for (int i = 0; rule != NULL && i < loosening->nnames; i++)
		if (strcmp(loosening->names[i], rule) == 0)
			return loosening->names[i];
	if (kind == RULE_HOURS && loosening->hours)
		return "hours";
	if (limit != NULL && loosening->at_most && limit->frame != FRAME_USE && limit->frame != FRAME_HELD)
		return "at_most";
	return NULL;
}

/* Adds a text unless it is there. */
static void
add_text(const char ***texts, int *n, int *room, const char *text)
{
	for (int i = 0; i < *n; i++)
		if (strcmp((*texts)[i], text) == 0)
			return;
	array_reserve(*texts, *room, *n + 1);
	(*texts)[(*n)++] = text;
}

/* Of the place, and of the capability that names it as its pool. */
int
consents_of(const Meter *m, const Capability *place, const char *rule, RuleKind kind, const UsageLimit *limit,
			TimestampTz t, const char ***consents)
{
	const Capability *places[2] = {place, m->capability != place ? m->capability : NULL};
	int			n = 0;
	int			room = 0;

	*consents = NULL;
	for (int p = 0; p < 2 && places[p] != NULL; p++)
		for (int i = 0; i < places[p]->nconsents; i++)
		{
			const Loosening *loosening = &places[p]->consents[i];
			const char *what = covered_by(loosening, rule, kind, limit);

			if (what != NULL && meter_holds(m, loosening->when, t, false))
				add_text(consents, &n, &room, psprintf("%s:%s", loosening->party, what));
		}
	return n;
}
