/*
 * compat.h
 *		The only place that knows about differences between server versions.
 *
 * Each shim is named after the version that changed and says what changed.
 */
#ifndef GOVERNANCE_COMPAT_H
#define GOVERNANCE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "governance needs PostgreSQL 15 or newer"
#endif

/*
 * The direct path (db/table.h) finds and writes rows with the server's own code,
 * but not by the executor, and so leans on what the server nowhere promises.  It
 * has been read against each major version up to 18.  With a newer server, until
 * somebody has done that, and in a build with -DGOVERNANCE_DIRECT=0, there is
 * none: all tables are read and written by statements.
 */
#ifndef GOVERNANCE_DIRECT
#define GOVERNANCE_DIRECT (PG_VERSION_NUM < 190000)
#endif

/* 16: soft errors; before, every bad input is an ordinary error. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#else
#define ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/* 16: the varlena macros moved out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18: an index scan takes a place to count in. */
#if PG_VERSION_NUM >= 180000
#define governance_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define governance_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* 16: indexes that only summarize can be all that an update has to do. */
#if PG_VERSION_NUM >= 160000
#define governance_insert_index_tuples(info, slot, estate, update, which) \
	ExecInsertIndexTuples(info, slot, estate, update, false, NULL, NIL, \
						  (int) (which) == (int) TU_Summarizing)
#else
#define governance_insert_index_tuples(info, slot, estate, update, which) \
	ExecInsertIndexTuples(info, slot, estate, update, false, NULL, NIL)
#endif

#if PG_VERSION_NUM >= 160000
#define governance_insert_index_tuples_unless(info, slot, estate, conflict, arbiters) \
	ExecInsertIndexTuples(info, slot, estate, false, true, conflict, arbiters, false)
#else
#define governance_insert_index_tuples_unless(info, slot, estate, conflict, arbiters) \
	ExecInsertIndexTuples(info, slot, estate, false, true, conflict, arbiters)
#endif

/* 16: an update says which indexes want to know of it, and not only whether any. */
#if PG_VERSION_NUM >= 160000
#define governance_update_indexes TU_UpdateIndexes
#else
#define governance_update_indexes bool
#endif

/* 18: check constraints that are compiled have another name. */
#if PG_VERSION_NUM >= 180000
#define governance_check_states ri_CheckConstraintExprs
#else
#define governance_check_states ri_ConstraintExprs
#endif

/* 18: a check constraint may be there and not be enforced. */
#if PG_VERSION_NUM >= 180000
#define governance_check_enforced(check) ((check)->ccenforced)
#else
#define governance_check_enforced(check) true
#endif

/* 18: generated columns may be virtual; checks that use them are not ours to compile. */
#if PG_VERSION_NUM >= 180000
#define governance_has_virtual_columns(constr) ((constr)->has_generated_virtual)
#else
#define governance_has_virtual_columns(constr) false
#endif

/* 18: what is looked for may have a tid, and where it is found can be asked. */
#if PG_VERSION_NUM >= 180000
#define governance_check_index_constraints(info, slot, estate, arbiters) \
	ExecCheckIndexConstraints(info, slot, estate, &(ItemPointerData) {{0}}, \
							  &(ItemPointerData) {{0}}, arbiters)
#else
#define governance_check_index_constraints(info, slot, estate, arbiters) \
	ExecCheckIndexConstraints(info, slot, estate, &(ItemPointerData) {{0}}, arbiters)
#endif

/* 16: make_range() takes a place for soft errors. */
#if PG_VERSION_NUM >= 160000
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty, NULL)
#else
#define make_range_compat(typcache, lower, upper, empty) \
	make_range(typcache, lower, upper, empty)
#endif

/* 16: one function for the rights on everything that is not a relation. */
#if PG_VERSION_NUM >= 160000
#define namespace_aclcheck_compat(nsp, roleid, mode) \
	object_aclcheck(NamespaceRelationId, nsp, roleid, mode)
#else
#define namespace_aclcheck_compat(nsp, roleid, mode) \
	pg_namespace_aclcheck(nsp, roleid, mode)
#endif

/* 18: pg_noreturn, before the declaration, is the only way to say it. */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* 18: the magic block names the module and its version. */
#if PG_VERSION_NUM >= 180000
#define GOVERNANCE_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "governance", .version = GOVERNANCE_VERSION)
#else
#define GOVERNANCE_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* Does a publication know the generated columns that a row is told by? */
#if PG_VERSION_NUM >= 180000
#define governance_published_generated(desc) \
	((desc)->gencols_valid_for_update && (desc)->gencols_valid_for_delete)
#else
#define governance_published_generated(desc) true
#endif

#endif							/* GOVERNANCE_COMPAT_H */
