/*
 * laws.c
 *		The laws of the fold, tried on the states of a dry run.
 */
#include "postgres.h"

#include "rulebook/laws.h"

void
laws_equal(const Policy *policy, const EngineState *a, const EngineState *b,
		   const char *what)
{
	char	   *why = NULL;

	if (!engine_state_equal(policy, a, b, &why))
		elog(ERROR, "%s: %s", what, why);
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
	TimestampTz change;

	laws_equal(policy, state, read, "written and read back");
	for (int i = 0; i < 3; i++)
	{
		EngineState *one = engine_copy(policy, state);
		EngineState *two = i == 1 ? engine_deserialize(policy, engine_serialize(policy, state)) :
			engine_copy(policy, state);
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
