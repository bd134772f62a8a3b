/*
 * document_type.h
 *		What the rulebook is told of entitlements.
 */
#ifndef GOVERNANCE_ENTITLEMENT_DOCUMENT_TYPE_H
#define GOVERNANCE_ENTITLEMENT_DOCUMENT_TYPE_H

#include "postgres.h"

#include "rulebook/document_type.h"

/* What _PG_init() registers for DOCUMENT_ENTITLEMENT; compiled: Entitlement. */
extern const DocumentType entitlement_document_type;

#endif							/* GOVERNANCE_ENTITLEMENT_DOCUMENT_TYPE_H */
