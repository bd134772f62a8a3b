/*
 * verify_effect.h
 *		Stored sanctions against those that a replay gives.
 */
#ifndef GOVERNANCE_LEDGER_VERIFY_EFFECT_H
#define GOVERNANCE_LEDGER_VERIFY_EFFECT_H

#include "ledger/project.h"
#include "ledger/verify_row.h"

/*
 * Passes over the stored rows of the account and scheme at hand, and reports
 * what differs from the projected sanctions of its history.
 */
extern void verify_sanctions(Verification *v, const AccountHistory *history,
							 const ProjectedSanction *sanctions, int nsanctions);

#endif							/* GOVERNANCE_LEDGER_VERIFY_EFFECT_H */
