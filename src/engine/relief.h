/*
 * relief.h
 *		What gives points back: the operations of reliefs, and those that answer
 *		to boundaries, activities and sanctions.
 */
#ifndef GOVERNANCE_ENGINE_RELIEF_H
#define GOVERNANCE_ENGINE_RELIEF_H

#include "engine/fold_context.h"

/* Does the condition of a relief hold now? */
static inline bool
relief_when(Fold *fold, const Relief *relief)
{
	return relief->when == NULL || expr_true(relief->when, &fold->env);
}

/*
 * Applies the operation of a relief, by its index, and gives the change of the
 * score.  entry: what it is about (age, or an activity that names it), or null;
 * sanction: behind a relief of one, or null.  *changed is set when anything
 * changed, and else left alone.
 */
extern Points relief_apply(Fold *fold, int relief, LiveEntry *entry,
						   const SanctionState *sanction, bool *changed);

/* Gives back what an entry still costs, which counts no longer; flag says why. */
extern Points relief_void_entry(Fold *fold, LiveEntry *entry, uint32 flag);

/* Would it do anything now? */
extern bool relief_effective(Fold *fold, int relief);

/* Tells a trace what a relief has done. */
extern void relief_effect(Fold *fold, EffectKind kind, int index, int64 entry, Points delta,
						  const char *detail);

/*
 * Runs the reliefs that have a boundary at the instant at hand; true when one
 * did something.
 */
extern bool relief_boundaries(Fold *fold);

/*
 * The next boundary at which one will do something, as far as can be told;
 * `before` when there is none before that.
 */
extern TimestampTz relief_boundaries_next(Fold *fold, TimestampTz before);

/* Runs the reliefs that answer to an activity, and tells what it gave. */
extern void relief_activity(Fold *fold, const EngineEvent *event);

/* Runs the reliefs of a sanction's start or end; true when one did something. */
extern bool relief_sanction(Fold *fold, SanctionState *sanction, bool start);

#endif							/* GOVERNANCE_ENGINE_RELIEF_H */
