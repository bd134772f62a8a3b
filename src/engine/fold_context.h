/*
 * fold_context.h
 *		The fold at work: one state under one policy at one instant.
 *
 * Everything that moves a state goes through a Fold, which lies on the stack of
 * engine_advance() or engine_apply(); fold_begin() in observe.h fills it in.
 */
#ifndef GOVERNANCE_ENGINE_FOLD_CONTEXT_H
#define GOVERNANCE_ENGINE_FOLD_CONTEXT_H

#include "engine/engine.h"
#include "engine/plan.h"

typedef struct Fold
{
	const Policy *policy;
	const EnginePlan *plan;
	EngineState *state;
	const EngineTrace *told;	/* of sanctions that open; null: nobody */
	const EngineTrace *trace;	/* of everything; null: nobody */
	TimestampTz at;				/* the instant at hand */
	ExprEnv		env;

	const EngineEvent *judged;	/* the violation at hand, or null */
	Points		price;			/* of it, so far */
	const LiveEntry *entry;		/* that a selection looks at */
	bool		has_quantity;
	double		quantity;
	TimestampTz look;			/* the next settled entries may matter from here */

	/* the violation at hand shares its price: what it would cost by itself */
	bool		shares;
	Points		share;

	bool		fresh;			/* the violation has not been on the ladder yet */
	int			direct;			/* rung that the violation's rule opened, or -1 */
	TimestampTz boundaries_to;	/* those from here on are another version's */
} Fold;

/* Makes an instant the one at hand, for the fold and for its expressions. */
static inline void
fold_at(Fold *fold, TimestampTz at)
{
	fold->at = at;
	fold->env.at = at;
}

#endif							/* GOVERNANCE_ENGINE_FOLD_CONTEXT_H */
