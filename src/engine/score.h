/*
 * score.h
 *		Moving the score between its floor and its cap.
 */
#ifndef GOVERNANCE_ENGINE_SCORE_H
#define GOVERNANCE_ENGINE_SCORE_H

#include "engine/fold_context.h"

/* The score that an operation would give; clipped. */
extern Points score_after(Fold *fold, ReliefOp op, Points amount);

/*
 * Moves the score to a target, which is clipped already, takes what that gives
 * back from the oldest entries, and gives the change.
 */
extern Points score_set(Fold *fold, Points target);

/* Charges a price; gives the effect on the score, not negative. */
extern Points score_charge(Fold *fold, Points price);

/* Gives points back without touching entries; gives the effect. */
extern Points score_give(Fold *fold, Points amount);

/* Recomputes start, cap and floor, and the score within them; true when anything changed. */
extern bool score_limits(Fold *fold);

#endif							/* GOVERNANCE_ENGINE_SCORE_H */
