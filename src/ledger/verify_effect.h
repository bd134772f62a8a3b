/*
 * verify_effect.h
 *		Stored sanctions and restrictions against those that a replay gives.
 */
#ifndef GOVERNANCE_LEDGER_VERIFY_EFFECT_H
#define GOVERNANCE_LEDGER_VERIFY_EFFECT_H

#include "ledger/project.h"
#include "ledger/verify_row.h"

/*
 * Both pass over the stored rows of the account and scheme at hand, and report
 * what differs from the projected sanctions of its history.
 */
extern void verify_sanctions(Verification *v, const AccountHistory *history,
							 const ProjectedSanction *sanctions, int nsanctions);
extern void verify_restrictions(Verification *v, Scheme *scheme, const AccountHistory *history,
								const ProjectedSanction *sanctions, int nsanctions,
								TimestampTz as_of, TimestampTz known_at);

#endif							/* GOVERNANCE_LEDGER_VERIFY_EFFECT_H */
