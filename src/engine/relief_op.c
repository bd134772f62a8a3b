/*
 * relief_op.c
 *		What each operation of a relief does to a score.
 */
#include "postgres.h"

#include "engine/expr.h"
#include "engine/relief_op.h"

static const char *const keys[] = {
	[OP_ADD] = "add",
	[OP_SUBTRACT] = "subtract",
	[OP_SET] = "set",
	[OP_RAISE_TO] = "raise_to",
	[OP_LOWER_TO] = "lower_to",
	[OP_RESTORE] = "restore",
	[OP_VOID] = "void"
};

/* See relief_op.h: for a loop over all operations. */
const char *
relief_op_key(ReliefOp op)
{
	return (size_t) op < lengthof(keys) ? keys[op] : NULL;
}

/* See relief_op.h. */
int64
relief_op_score(ReliefOp op, const EngineState *state, Points amount)
{
	switch (op)
	{
		case OP_ADD:
			return (int64) state->score + amount;
		case OP_SUBTRACT:
			return (int64) state->score - amount;
		case OP_SET:
			return amount;
		case OP_RAISE_TO:
			return Max(state->score, amount);
		case OP_LOWER_TO:
			return Min(state->score, amount);
		case OP_RESTORE:
			return state->start;
		case OP_VOID:
			break;
	}
	return state->score;
}

/*
 * See relief_op.h.  Around such a score the relief has something to give or no
 * longer, so that clean time must not pass over it in one go.
 */
bool
relief_op_target(const Relief *relief, const ExprEnv *env, const EngineState *state, Points *target)
{
	switch (relief->op)
	{
		case OP_SET:
		case OP_RAISE_TO:
		case OP_LOWER_TO:
			*target = expr_points(relief->amount, env);
			return true;
		case OP_RESTORE:
			*target = state->start;
			return true;
		case OP_ADD:
		case OP_SUBTRACT:
		case OP_VOID:
			break;
	}
	return false;
}

/*
 * See relief_op.h.  Where points pile up, fewer of them are better; where they
 * are deducted, more.
 */
bool
relief_op_helps(const Policy *policy, const Relief *relief)
{
	double		start;
	double		cap;

	switch (relief->op)
	{
		case OP_VOID:
			return true;
		case OP_ADD:
		case OP_RAISE_TO:
			return !policy->accumulate;
		case OP_SUBTRACT:
		case OP_LOWER_TO:
			return policy->accumulate;
		case OP_RESTORE:
			return policy->accumulate ||
				(expr_is_constant(policy->start, &start) &&
				 expr_is_constant(policy->cap, &cap) && start >= cap);
		case OP_SET:
			break;
	}
	return false;
}
