/*
 * governance.c
 *		The module's magic block and start-up.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"

#ifndef GOVERNANCE_VERSION
#define GOVERNANCE_VERSION "unknown"
#endif

GOVERNANCE_MODULE_MAGIC;
