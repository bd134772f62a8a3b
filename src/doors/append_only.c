/*
 * append_only.c
 *		The trigger that keeps a table of the ledger append-only, or altogether as
 *		it is, for everybody but the ledger's own code.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/as_owner.h"
#include "db/plan.h"
#include "db/trigger.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(governance_refuse_rewrite);

/*
 * Is it the ledger's own code that writes?  That is a statement of the ledger's
 * own on the table.  What certifications withhold is written in SQL, by code that
 * works as the owner of the table; and where a derived table is distributed, its
 * parts have other names, and are written by statements that come from elsewhere.
 * derived: the name of the table; null: it is not derived.
 */
static bool
ledger_writes(Relation relation, const char *derived)
{
	if (plan_is_writing(RelationGetRelid(relation)))
		return true;
	return derived != NULL &&
		(owner_is_writing() ||
		 RelationGetRelid(relation) != get_relname_relid(derived, get_namespace_oid("governance", false)));
}

/*
 * refuse_rewrite([hint [, detail [, table]]]), a statement trigger: whoever runs
 * the statement, the owner of the table included, is refused.  The third argument
 * is the name of a table that follows from others.
 */
Datum
governance_refuse_rewrite(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "refuse_rewrite", FIRED_BEFORE | FIRED_FOR_STATEMENT);
	int			nargs = trigger->tg_trigger->tgnargs;
	char	  **args = trigger->tg_trigger->tgargs;
	const char *message;

	if (ledger_writes(trigger->tg_relation, nargs > 2 ? args[2] : NULL))
		return PointerGetDatum(NULL);
	message = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? gettext_noop("cannot insert into table \"%s\"") :
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? gettext_noop("cannot update table \"%s\"") :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? gettext_noop("cannot delete from table \"%s\"") :
		gettext_noop("cannot truncate table \"%s\"");

	/* What the arguments say is marked for translation where they are written. */
	ereport(ERROR,
			(errcode(ERRCODE_GV_APPEND_ONLY),
			 errmsg(message, RelationGetRelationName(trigger->tg_relation)),
			 nargs > 1 ? errdetail("%s", _(args[1]))
			 : errdetail("The ledger is append-only."),
			 nargs > 0 ? errhint("%s", _(args[0])) : 0,
			 errtable(trigger->tg_relation)));
	return PointerGetDatum(NULL);
}
