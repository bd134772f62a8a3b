/*
 * policy_keys.h
 *		The keys of a policy document, object by object.
 */
#ifndef GOVERNANCE_RULEBOOK_POLICY_KEYS_H
#define GOVERNANCE_RULEBOOK_POLICY_KEYS_H

#include "rulebook/keys.h"
#include "rulebook/shapes.h"

extern const DocShape policy_document;

/* Objects that stand in the document. */
extern const DocShape score_object;
extern const DocShape severities_object;
extern const DocShape calendar_object;
extern const DocShape revision_object;
extern const DocShape enforcement_object;
extern const DocShape rollout_object;
extern const DocShape dsa_object;
extern const DocShape dsa_tiers_object;

/* Items of its lists, and what its names stand for. */
extern const DocShape severity_object;
extern const DocShape rule_object;
extern const DocShape rule_modifier_object;
extern const DocShape modifier_object;
extern const DocShape collapse_object;
extern const DocShape observable_object;
extern const DocShape relief_object;
extern const DocShape rung_object;
extern const DocShape link_object;

/* Values that are objects. */
extern const DocShape length_range_object;
extern const DocShape points_range_object;
extern const DocShape count_object;
extern const DocShape release_object;
extern const DocShape elect_object;
extern const DocShape statement_object;
extern const DocShape decision_object;

/* The keys that select violations, from the tables above; the last one is null. */
extern const char *const selection_keys[];

#endif							/* GOVERNANCE_RULEBOOK_POLICY_KEYS_H */
