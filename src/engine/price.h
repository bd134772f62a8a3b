/*
 * price.h
 *		What one violation costs.
 */
#ifndef GOVERNANCE_ENGINE_PRICE_H
#define GOVERNANCE_ENGINE_PRICE_H

#include "engine/fold_context.h"

/*
 * What the violation at hand costs: modifiers, then collapse.  Fills in the
 * effect's base, price, detail and modifiers when traced; *collapsed is set
 * when it does not count at all.
 */
extern Points price_violation(Fold *fold, const EngineEvent *event,
							  Effect *effect, bool *collapsed);

#endif							/* GOVERNANCE_ENGINE_PRICE_H */
