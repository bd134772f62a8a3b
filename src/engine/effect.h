/*
 * effect.h
 *		Telling a trace what happens.
 */
#ifndef GOVERNANCE_ENGINE_EFFECT_H
#define GOVERNANCE_ENGINE_EFFECT_H

#include "engine/fold_context.h"

/* An effect of a kind at the instant at hand, on nothing yet. */
extern void effect_init(const Fold *fold, Effect *effect, EffectKind kind);

/* Fills in the figures of the state and hands the effect to who asked for it. */
extern void effect_emit(const Fold *fold, Effect *effect);

/*
 * Tells that a rung was reached and did not open, with the reason: nobody would
 * see it otherwise.  Only to a trace that asks for it.
 */
extern void effect_rung_passed(Fold *fold, int rung, const char *why);

#endif							/* GOVERNANCE_ENGINE_EFFECT_H */
