/*
 * achievement.c
 *		Rights that are won and kept: worked out from what has happened, at any
 *		instant, so that nothing has to note when one was won.
 */
#include "postgres.h"

#include "entitlement/meter_state.h"
#include "miscadmin.h"

/* Do all of some clauses hold?  What is not known does not. */
static bool
all_hold(const Meter *m, const Clause *clauses, int n, TimestampTz t)
{
	for (int i = 0; i < n; i++)
		if (!meter_holds(m, clauses[i].is, t, false))
			return false;
	return true;
}

/* When time alone may change one of them. */
static TimestampTz
clauses_turn(const Meter *m, const Clause *clauses, int n, TimestampTz t)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < n; i++)
		result = Min(result, meter_turn(m, clauses[i].is, t));
	return result;
}

/* See meter_state.h.  What is reached for ever no longer turns. */
TimestampTz
achievement_turn(const Meter *m, const Achievement *achievement, TimestampTz t)
{
	if (achievement->mode == KEEP_EVER && achievement_holds(m, achievement, t, NULL))
		return DT_NOEND;
	return Min(clauses_turn(m, achievement->reach, achievement->nreach, t),
			   clauses_turn(m, achievement->keep, achievement->nkeep, t));
}

/* The next instant after one at which something was noted. */
static TimestampTz
next_entry(const MeterView *view, TimestampTz after)
{
	TimestampTz result = DT_NOEND;

	for (int i = 0; i < view->nactivities; i++)
		if (view->activities[i].at > after)
			result = Min(result, view->activities[i].at);
	for (int i = 0; i < view->nuses; i++)
		if (view->uses[i].from > after)
			result = Min(result, view->uses[i].from);
	for (int i = 0; i < view->nsanctions; i++)
	{
		if (view->sanctions[i].from > after)
			result = Min(result, view->sanctions[i].from);
		if (view->sanctions[i].to > after)
			result = Min(result, view->sanctions[i].to);
	}
	for (int i = 0; i < view->nfacts; i++)
		if (view->facts[i].from > after)
			result = Min(result, view->facts[i].from);
	return result;
}

/* The first instant of which anything is known. */
static TimestampTz
beginning(const MeterView *view)
{
	TimestampTz result = view->opened;

	for (int i = 0; i < view->nfacts; i++)
		if (view->facts[i].from != DT_NOBEGIN)
			result = Min(result, view->facts[i].from);
	if (view->nactivities > 0)
		result = Min(result, view->activities[0].at);
	if (view->nuses > 0)
		result = Min(result, view->uses[0].from);
	return result;
}

/*
 * From the beginning on, by the instants at which anything may have changed.  What
 * holds only while it is reached needs no look back.
 */
bool
achievement_holds(const Meter *m, const Achievement *achievement, TimestampTz t, TimestampTz *since)
{
	bool		has = false;
	TimestampTz s;

	if (achievement->mode == KEEP_REACH && since == NULL)
		return all_hold(m, achievement->reach, achievement->nreach, t);
	for (s = Min(beginning(m->view), t); s <= t;)
	{
		TimestampTz next;

		CHECK_FOR_INTERRUPTS();
		if (has && achievement->mode != KEEP_EVER)
			has = achievement->mode == KEEP_REACH ?
				all_hold(m, achievement->reach, achievement->nreach, s) :
				all_hold(m, achievement->keep, achievement->nkeep, s);
		if (!has && all_hold(m, achievement->reach, achievement->nreach, s))
		{
			has = true;
			if (since != NULL)
				*since = s;
		}
		if (has && achievement->mode == KEEP_EVER)
			return true;
		next = Min(next_entry(m->view, s),
				   Min(clauses_turn(m, achievement->reach, achievement->nreach, s),
					   clauses_turn(m, achievement->keep, achievement->nkeep, s)));
		if (s < t && next > t)
			next = t;
		s = next;
	}
	return has;
}
