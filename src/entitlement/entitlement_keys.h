/*
 * entitlement_keys.h
 *		The keys of an entitlement document, object by object.
 */
#ifndef GOVERNANCE_ENTITLEMENT_ENTITLEMENT_KEYS_H
#define GOVERNANCE_ENTITLEMENT_ENTITLEMENT_KEYS_H

#include "rulebook/shapes.h"

extern const DocShape entitlement_document;

/* Objects that stand in the document. */
extern const DocShape conventions_object;
extern const DocShape zone_object;

/* What its names stand for, and items of its lists. */
extern const DocShape fact_object;
extern const DocShape context_object;
extern const DocShape observation_object;
extern const DocShape rest_object;
extern const DocShape split_object;
extern const DocShape rest_part_object;
extern const DocShape achievement_object;
extern const DocShape capability_object;
extern const DocShape pool_object;
extern const DocShape clause_object;
extern const DocShape limit_object;
extern const DocShape hour_object;
extern const DocShape hour_case_object;
extern const DocShape session_object;
extern const DocShape pools_in_order_object;
extern const DocShape loosening_object;
extern const DocShape switch_object;
extern const DocShape carry_object;
extern const DocShape reach_object;
extern const DocShape every_object;
extern const DocShape per_session_object;
extern const DocShape link_object_of;
extern const DocShape example_object;
extern const DocShape example_account_object;
extern const DocShape example_event_object;
extern const DocShape example_expect_object;
extern const DocShape example_rule_object;

/* The keys of conventions; the last one is null. */
extern const char *const convention_keys[];

#endif							/* GOVERNANCE_ENTITLEMENT_ENTITLEMENT_KEYS_H */
