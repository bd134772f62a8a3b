/*
 * laws.c
 *		The laws of the fold, tried on the states of a dry run.
 */
#include "postgres.h"

#include "reports/laws.h"

/* what says which two states were compared. */
void
laws_equal(const Policy *policy, const EngineState *a, const EngineState *b,
		   const char *what)
{
	char	   *why = NULL;

	if (!engine_state_equal(policy, a, b, &why))
		elog(ERROR, "%s: %s", what, why);
}

/* Few enough for any history to have more. */
static const EngineLimits few_entries = {
	.few = 3, .oldest = 1, .newest = 1, .many = 2, .small = 4
};

/* Written in parts and read again, by limits so low that every history is long. */
EngineState *
laws_settled(const Policy *policy, const EngineState *state)
{
	const void *parts[ENGINE_PARTS];
	bytea	   *bytes = engine_store(policy, engine_copy(policy, state), &few_entries, parts);

	return engine_restore(policy, bytes, parts);
}

/* What will be is the same with some entries settled and without; raises an error else. */
static void
check_projection(const Policy *policy, const EngineState *a, const EngineState *b)
{
	int			na;
	int			nb;
	SanctionState *x = engine_project(policy, a, DT_NOEND, false, &na);
	SanctionState *y = engine_project(policy, b, DT_NOEND, false, &nb);
	int			i = 0;
	int			j = 0;
	bool		same = true;

	/* Those that have ended already may be forgotten. */
#define OVER(s, n) ((n) < (s)->nsanctions && ((s)->sanctions[n].flags & SANCTION_ENDED))
	while (same)
	{
		while (OVER(a, i))
			i++;
		while (OVER(b, j))
			j++;
		if (i >= na || j >= nb)
			break;
		same = x[i].rung == y[j].rung && x[i].starts == y[j].starts && x[i].ends == y[j].ends &&
			x[i].flags == y[j].flags && x[i].released == y[j].released;
		i++;
		j++;
	}
#undef OVER
	if (!same || i != na || j != nb || engine_next_change(policy, a) != engine_next_change(policy, b))
		elog(ERROR, "settled: what will be is something else");
}

/*
 * The laws of the fold, at one state: it survives being written and read; it
 * gets to a later instant in two strides as in one; next_change is the first
 * change and not later.
 */
void
laws_check(const Policy *policy, const EngineState *state, TimestampTz until, uint32 *seed)
{
	EngineState *read = engine_deserialize(policy, engine_serialize(policy, state));
	EngineState *apart = laws_settled(policy, state);
	TimestampTz change;

	laws_equal(policy, state, read, "written and read back");
	laws_equal(policy, state, apart, "settled and read back");
	check_projection(policy, state, apart);
	for (int i = 0; i < 3; i++)
	{
		EngineState *one = engine_copy(policy, state);
		EngineState *two = engine_copy(policy, i == 1 ? apart : state);
		TimestampTz between;

		if (until <= state->as_of || until == DT_NOEND)
			break;
		*seed = *seed * 1103515245 + 12345;
		between = state->as_of + (TimestampTz) ((until - state->as_of) * ((*seed >> 8 & 0xFFFF) / 65536.0));
		engine_advance(policy, one, until, NULL);
		engine_advance(policy, two, between, NULL);
		if (i == 2)
			engine_forget(policy, two);
		engine_advance(policy, two, until, NULL);
		laws_equal(policy, one, two, "advanced in two strides");
	}
	change = engine_next_change(policy, state);
	if (change != DT_NOEND)
	{
		EngineState *before = engine_copy(policy, state);

		engine_advance(policy, before, change - 1, NULL);
		if (before->score != state->score || before->cap != state->cap ||
			engine_tier(policy, before, before->as_of) != engine_tier(policy, state, state->as_of))
			elog(ERROR, "next_change: something changes before it");
		if (engine_next_change(policy, before) != change)
			elog(ERROR, "next_change: differs a moment before");
	}
}
