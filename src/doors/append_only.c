/*
 * append_only.c
 *		The trigger that keeps a table of the ledger append-only for everybody
 *		but the ledger's own code.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "db/trigger.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(governance_refuse_rewrite);

/*
 * refuse_rewrite([hint [, detail]]), a statement trigger: whoever runs the
 * statement, the owner of the table included, is refused.
 */
Datum
governance_refuse_rewrite(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "refuse_rewrite", FIRED_BEFORE | FIRED_FOR_STATEMENT);
	const char *message;

	if (plan_is_writing(RelationGetRelid(trigger->tg_relation)))
		return PointerGetDatum(NULL);
	message = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? gettext_noop("cannot update table \"%s\"") :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? gettext_noop("cannot delete from table \"%s\"") :
		gettext_noop("cannot truncate table \"%s\"");

	/* What the arguments say is marked for translation where they are written. */
	ereport(ERROR,
			(errcode(ERRCODE_GV_APPEND_ONLY),
			 errmsg(message, RelationGetRelationName(trigger->tg_relation)),
			 trigger->tg_trigger->tgnargs > 1 ? errdetail("%s", _(trigger->tg_trigger->tgargs[1]))
			 : errdetail("The ledger is append-only."),
			 trigger->tg_trigger->tgnargs > 0 ? errhint("%s", _(trigger->tg_trigger->tgargs[0])) : 0,
			 errtable(trigger->tg_relation)));
	return PointerGetDatum(NULL);
}
