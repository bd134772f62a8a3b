/*
 * brake.h
 *		What stops a policy that has gone wrong: governance.brake and
 *		governance.parked.
 */
#ifndef GOVERNANCE_OVERSIGHT_BRAKE_H
#define GOVERNANCE_OVERSIGHT_BRAKE_H

#include "ledger/entry.h"
#include "ledger/standing_key.h"

/* Is there any brake at all?  Asks no table unless the brakes have changed. */
extern bool brake_any(void);

/*
 * To be called between ledger_enter() and ledger_leave(): before standings
 * follow from new violations, those whose scheme or rule is parked are held;
 * after that, what has been sanctioned is counted, and what goes too far is
 * parked: the standings that are to be folded anew, with these violations held,
 * are added to the list.
 */
extern void brake_hold(ViolationRow *rows, int64 nrows);
extern void brake_count(ViolationRow *rows, int64 nrows, KeyList *list);

#endif							/* GOVERNANCE_OVERSIGHT_BRAKE_H */
