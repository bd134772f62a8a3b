/*
 * table.c
 *		What kind of table a table of the ledger is: whether the direct path may be
 *		taken to its rows.
 *
 * What is known of a table is kept until its relcache entry is invalidated,
 * which everything does that could make it another kind of table: triggers,
 * rules, policies, columns, constraints, rights, children, distribution.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "db/table.h"
#include "db/report.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#if GOVERNANCE_DIRECT

/* ---------- what is known ---------- */

/* Every table that has been asked for. */
static Table *tables = NULL;

/* May come at any time that a lock is taken: nothing is freed or looked up. */
static void
forget_table(Datum arg, Oid relid)
{
	for (Table *table = tables; table != NULL; table = table->next)
		if (relid == InvalidOid || relid == table->relid)
		{
			table->valid = table->read_valid = false;
			table->generation++;
		}
}

/* ---------- what kind of table it is ---------- */

/* A function of ours without arguments, by its name; invalid when it is not there. */
static Oid
own_function(const char *name)
{
	return LookupFuncName(list_make2(makeString("governance"), makeString(pstrdup(name))),
						  0, NULL, true);
}

/* Is it one of the triggers that the server has made for a foreign key? */
static bool
is_foreign_key(const Trigger *trigger)
{
	return trigger->tgisinternal && RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE;
}

/* Does a foreign key refer to what rows of the table are inserted under? */
static bool
refers_to_parent(const Table *table, const ForeignKeyCacheInfo *key)
{
	const Table *parent = table->parent;
	Oid			relid;

	if (parent == NULL || key->nkeys != 1 || key->conkey[0] != table->numbers[0])
		return false;
	relid = get_relname_relid(parent->name, get_namespace_oid("governance", false));
	return relid == key->confrelid &&
		get_attnum(relid, parent->columns[0].name) == key->confkey[0];
}

/*
 * May the table's triggers for an event be left to us?  *fires: some have to be
 * queued.  An update never changes the key: foreign keys on nothing else
 * (unchanging) need not be looked at.  Nor need, at an insertion, the one on the
 * parent, whose row is locked then.
 */
static bool
triggers_fit(Table *table, Relation rel, int16 event, const Bitmapset *unchanging,
			 bool *fires)
{
	Oid			guard = own_function("refuse_rewrite");
	const TriggerDesc *desc = rel->trigdesc;

	*fires = false;
	for (int i = 0; desc != NULL && i < desc->numtriggers; i++)
	{
		const Trigger *trigger = &desc->triggers[i];
		bool		looks = true;

		/* Our guard lets us pass. */
		if ((trigger->tgtype & event) == 0 || trigger->tgenabled == TRIGGER_DISABLED ||
			trigger->tgfoid == guard)
			continue;
		if (!is_foreign_key(trigger))
			return false;
		if (RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_FK)
		{
			ListCell   *cell;

			foreach(cell, RelationGetFKeyList(rel))
			{
				ForeignKeyCacheInfo *key = lfirst(cell);

				if (key->conoid != trigger->tgconstraint)
					continue;
				looks = event == TRIGGER_TYPE_INSERT && !refers_to_parent(table, key);
				for (int k = 0; event == TRIGGER_TYPE_UPDATE && k < key->nkeys; k++)
					looks |= !bms_is_member(key->conkey[k], unchanging);
			}
		}
		*fires |= looks;
	}
	return true;
}

/* For check_functions_in_node(): is it not built in? */
static bool
function_is_foreign(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

/* Does an expression call anything that may be replaced behind our back? */
static bool
calls_foreign(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) ||
		check_functions_in_node(node, function_is_foreign, context))
		return true;
	return expression_tree_walker(node, calls_foreign, context);
}

/*
 * Lets go of the compiled checks.  A statement further out that is just writing
 * to the table may be using them, so they live on until the transaction ends.
 */
static void
forget_checks(Table *table)
{
	if (table->context != NULL)
		MemoryContextSetParent(table->context, TopTransactionContext);
	table->context = NULL;
	table->checks = NULL;
}

/*
 * Compiles the check constraints once, if they only call what is built in.  One
 * that is not enforced has none.
 */
static void
compile_checks(Table *table, Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	MemoryContext old;
	ExprState **checks;

	if (constr == NULL || constr->num_check == 0 || governance_has_virtual_columns(constr))
		return;
	table->context = AllocSetContextCreate(CacheMemoryContext, "governance checks of a table",
										   ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(table->context);
	checks = palloc0(sizeof(ExprState *) * constr->num_check);
	for (int i = 0; i < constr->num_check && checks != NULL; i++)
	{
		Node	   *check = stringToNode(constr->check[i].ccbin);

		if (calls_foreign(check, NULL))
			checks = NULL;
		else if (governance_check_enforced(&constr->check[i]))
			checks[i] = ExecInitExpr(expression_planner((Expr *) check), NULL);
	}
	MemoryContextSwitchTo(old);
	table->checks = checks;
}

/* Can rows of it be inserted by filling in our columns alone? */
static bool
others_stay_null(Relation rel, const Bitmapset *ours)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int a = 0; a < desc->natts; a++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, a);

		if (attribute->attisdropped || attribute->attgenerated != '\0' ||
			bms_is_member(a + 1, ours))
			continue;
		if (attribute->atthasdef || attribute->attidentity != '\0' ||
			get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN)
			return false;
	}
	return true;
}

/* Our columns, by name; false when one is not as create_ledger() made it. */
static bool
columns_fit(Table *table, Relation rel, Bitmapset **ours)
{
	TupleDesc	desc = RelationGetDescr(rel);

	table->complete = desc->natts == table->ncolumns;
	for (int c = 0; c < table->ncolumns; c++)
	{
		AttrNumber	number = InvalidAttrNumber;

		for (int a = 0; a < desc->natts; a++)
		{
			Form_pg_attribute attribute = TupleDescAttr(desc, a);

			if (!attribute->attisdropped && attribute->attgenerated == '\0' &&
				attribute->attidentity != ATTRIBUTE_IDENTITY_ALWAYS &&
				attribute->atttypid == ledger_type(table->columns[c].type) &&
				strcmp(NameStr(attribute->attname), table->columns[c].name) == 0)
				number = a + 1;
		}
		if (number == InvalidAttrNumber)
			return false;
		table->numbers[c] = number;
		*ours = bms_add_member(*ours, number);
	}
	return true;
}

/* Does its primary key begin with the columns that we look for rows by? */
static bool
key_fits(Table *table, Relation rel)
{
	Relation	index;
	bool		fits;

	list_free(RelationGetIndexList(rel));
	table->key_index = rel->rd_pkindex;
	if (!OidIsValid(table->key_index))
		return false;
	index = index_open(table->key_index, AccessShareLock);
	fits = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indimmediate &&
		index->rd_index->indisvalid && index->rd_index->indnkeyatts >= table->nkeys;
	for (int k = 0; fits && k < table->nkeys; k++)
	{
		fits = index->rd_index->indkey.values[k] == table->numbers[k] &&
			(index->rd_indoption[k] & INDOPTION_DESC) == 0;
		table->key_collations[k] = index->rd_indcollation[k];
	}
	index_close(index, AccessShareLock);
	return fits;
}

/*
 * Is it a plain table whose rows are all there for whoever has a right to it?  A
 * table that Citus has distributed looks like an empty one; only its planner
 * knows where the rows are.
 */
static bool
is_plain(Relation rel)
{
	Form_pg_class form = rel->rd_rel;

	return form->relkind == RELKIND_RELATION && form->relam == HEAP_TABLE_AM_OID &&
		!form->relispartition && !form->relhassubclass && !form->relhasrules &&
		!form->relrowsecurity && !OidIsValid(get_extension_oid("citus", true));
}

/*
 * Could no statement be refused because a publication has no way to tell the
 * rows that it changes?  If one could, statements shall say it.
 */
static bool
publications_fit(Relation rel)
{
	PublicationDesc desc;

	if (!is_publishable_relation(rel))
		return true;
	RelationBuildPublicationDesc(rel, &desc);
	if (!desc.pubactions.pubupdate && !desc.pubactions.pubdelete)
		return true;
	return desc.rf_valid_for_update && desc.rf_valid_for_delete &&
		desc.cols_valid_for_update && desc.cols_valid_for_delete &&
		governance_published_generated(&desc) &&
		(rel->rd_rel->relreplident == REPLICA_IDENTITY_FULL ||
		 OidIsValid(RelationGetReplicaIndex(rel)));
}

/*
 * Is there something unique besides the key?  Then it matters in which order
 * rows come and go, which is not that of statements.
 */
static bool
other_order_shows(const Table *table, Relation rel)
{
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;
	bool		shows = false;

	foreach(cell, indexes)
	{
		Relation	index;

		if (lfirst_oid(cell) == table->key_index)
			continue;
		index = index_open(lfirst_oid(cell), AccessShareLock);
		shows |= index->rd_index->indisunique || index->rd_index->indisexclusion;
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
	return shows;
}

/*
 * Finds out what may be done to the table by the direct path, and what that takes,
 * for its owner, who the current role is.
 */
static void
inspect(Table *table, Relation rel)
{
	Bitmapset  *ours = NULL;
	Bitmapset  *keys = NULL;
	bool		fires;

	table->can = 0;
	table->owner = GetUserId();
	forget_checks(table);

	if (!is_plain(rel) || rel->rd_rel->relowner != table->owner ||
		pg_class_aclmask(table->relid, table->owner,
						 ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE, ACLMASK_ALL) !=
		(ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE))
		return;
	if (!columns_fit(table, rel, &ours))
		return;
	for (int k = 0; k < table->nkeys; k++)
		keys = bms_add_member(keys, table->numbers[k]);
	if (key_fits(table, rel))
		table->can |= TABLE_FIND;
	if (triggers_fit(table, rel, TRIGGER_TYPE_INSERT, NULL, &table->insert_fires) &&
		others_stay_null(rel, ours))
		table->can |= TABLE_INSERT | ((table->can & TABLE_FIND) != 0 ? TABLE_INSERT_UNLESS : 0);
	if (publications_fit(rel))
	{
		if (triggers_fit(table, rel, TRIGGER_TYPE_UPDATE, keys, &table->update_fires))
			table->can |= TABLE_UPDATE;
		if (triggers_fit(table, rel, TRIGGER_TYPE_DELETE, NULL, &fires) && !fires &&
			!other_order_shows(table, rel))
			table->can |= TABLE_DELETE;
	}
	table->generated = RelationGetDescr(rel)->constr != NULL &&
		RelationGetDescr(rel)->constr->has_generated_stored;
	compile_checks(table, rel);
	bms_free(ours);
	bms_free(keys);
}

/* ---------- opening ---------- */

/*
 * Finds the table by its name, and from then on hears of its changes.  Raises
 * ERRCODE_GV_NO_LEDGER when there is none.
 */
static void
find_relation(Table *table)
{
	if (!table->listed)
	{
		if (tables == NULL)
			CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
		table->listed = true;
		table->next = tables;
		tables = table;
	}
	table->relid = get_relname_relid(table->name, get_namespace_oid("governance", false));
	if (!OidIsValid(table->relid))
		report_missing_of(MISSING_LEDGER, NULL, NULL,
						  psprintf(_("There is no table governance.%s."), table->name), NULL, 0);
}

/*
 * What is known is good as long as the table is locked and no notice has come in
 * since; taking the lock is when notices come in.
 */
bool
table_open_direct(Table *table, int needs, Relation *rel)
{
	/* A statement says what a transaction may not do that has become read-only. */
	if (XactReadOnly && needs != TABLE_FIND)
		return false;
	if (!table->valid || table->owner != GetUserId())
		find_relation(table);
	else if ((table->can & needs) != needs)
		return false;
	LockRelationOid(table->relid, RowExclusiveLock);
	if (!table->valid || table->owner != GetUserId())
	{
		uint64		generation;

		table->valid = false;
		find_relation(table);
		*rel = table_open(table->relid, RowExclusiveLock);
		generation = table->generation;
		inspect(table, *rel);
		table->valid = generation == table->generation;
	}
	else
		*rel = table_open(table->relid, NoLock);
	if ((table->can & needs) != needs)
	{
		table_close(*rel, NoLock);
		return false;
	}
	return true;
}

/* A reader needs less: no rights of the owner, and nothing about what is written. */
bool
table_open_readable(Table *table, Relation *rel)
{
	if (!table->read_valid)
		find_relation(table);
	else if (!table->readable)
		return false;
	LockRelationOid(table->relid, AccessShareLock);
	if (!table->read_valid)
	{
		Bitmapset  *ours = NULL;
		uint64		generation;

		find_relation(table);
		*rel = table_open(table->relid, AccessShareLock);
		generation = table->generation;
		table->readable = is_plain(*rel) && columns_fit(table, *rel, &ours) &&
			key_fits(table, *rel);
		table->read_valid = generation == table->generation;
		bms_free(ours);
	}
	else
		*rel = table_open(table->relid, NoLock);
	if (!table->readable)
		table_close(*rel, NoLock);
	return table->readable;
}

#else							/* !GOVERNANCE_DIRECT */

/* There is no direct path in this build. */
bool
table_open_direct(Table *table, int needs, Relation *rel)
{
	return false;
}

/* Nor is there one for readers. */
bool
table_open_readable(Table *table, Relation *rel)
{
	return false;
}

#endif							/* GOVERNANCE_DIRECT */
