/*
 * effect.c
 *		Telling a trace what happens.
 */
#include "postgres.h"

#include "engine/effect.h"
#include "engine/engine.h"

/* See effect.h. */
void
effect_init(const Fold *fold, Effect *effect, EffectKind kind)
{
	memset(effect, 0, sizeof(Effect));
	effect->kind = kind;
	effect->at = fold->at;
	effect->policy_id = fold->policy->policy_id;
	effect->rung = effect->relief = -1;
	effect->steps = 1;
	effect->starts = effect->ends = DT_NOBEGIN;
}

/* See effect.h. */
void
effect_emit(const Fold *fold, Effect *effect)
{
	effect->score = fold->state->score;
	effect->cap = fold->state->cap;
	effect->tier = engine_tier(fold->policy, fold->state, fold->at);
	fold->told->effect(fold->told->arg, effect);
}

/* See effect.h. */
void
effect_rung_passed(Fold *fold, int rung, const char *why)
{
	Effect		effect;

	if (fold->trace == NULL || !fold->trace->passed)
		return;

	effect_init(fold, &effect, EFFECT_RUNG_PASSED);
	effect.rung = rung;
	effect.entry = fold->judged == NULL ? 0 : fold->judged->key.id;
	effect.detail = why;
	effect_emit(fold, &effect);
}
