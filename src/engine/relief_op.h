/*
 * relief_op.h
 *		What each operation of a relief does to a score.
 */
#ifndef GOVERNANCE_ENGINE_RELIEF_OP_H
#define GOVERNANCE_ENGINE_RELIEF_OP_H

#include "engine/engine.h"
#include "engine/expr.h"

/* The key of a document that stands for an operation; null behind the last one. */
extern const char *relief_op_key(ReliefOp op);

/*
 * The score that an operation leads to, not clipped; amount is in hundredths.
 * OP_VOID moves the score by way of its entries, not here.
 */
extern int64 relief_op_score(ReliefOp op, const EngineState *state, Points amount);

/* Does the operation lead to one score, whatever the score is before?  Gives it. */
extern bool relief_op_target(const Relief *relief, const ExprEnv *env, const EngineState *state,
							 Points *target);

/* Can the operation of a relief only make a score better? */
extern bool relief_op_helps(const Policy *policy, const Relief *relief);

#endif							/* GOVERNANCE_ENGINE_RELIEF_OP_H */
