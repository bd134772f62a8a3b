/*
 * wake.h
 *		When time alone may change a condition.
 */
#ifndef GOVERNANCE_ENGINE_WAKE_H
#define GOVERNANCE_ENGINE_WAKE_H

#include "engine/fold_context.h"

/*
 * The next instant after the one at hand at which a windowed observable, a
 * `within` or a part of the calendar may change a condition; `before` when there
 * is none before that.
 */
extern TimestampTz observe_next_wake(Fold *fold, TimestampTz before);

#endif							/* GOVERNANCE_ENGINE_WAKE_H */
