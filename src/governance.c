/*
 * governance.c
 *		The module's magic block, and what lower rooms are told of higher ones.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "entitlement/document_type.h"
#include "rulebook/cache.h"
#include "rulebook/compile.h"

#include "fmgr.h"

#ifndef GOVERNANCE_VERSION
#define GOVERNANCE_VERSION "unknown"
#endif

GOVERNANCE_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/* In every backend, also in a parallel worker, before anything of it is called. */
void
_PG_init(void)
{
	document_type_register(DOCUMENT_SCHEME, &policy_document_type);
	document_type_register(DOCUMENT_ENTITLEMENT, &entitlement_document_type);
	report_other_kind = rulebook_other_kind;
}
