/*
 * step.c
 *		Triggers that do their work as the owner of the table they are on.
 *
 * The work itself is in PL/pgSQL trigger functions; the C functions here are
 * what is attached to the tables.  They record who it was that acted, become
 * the owner, and pass the call on.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/as_owner.h"
#include "db/trigger.h"

#include "utils/rel.h"

PG_FUNCTION_INFO_V1(governance_certification_step);
PG_FUNCTION_INFO_V1(governance_certification_guard);
PG_FUNCTION_INFO_V1(governance_face_check);
PG_FUNCTION_INFO_V1(governance_certification_config_changed);
PG_FUNCTION_INFO_V1(governance_certification_withheld);

/* certification_step(), a row trigger on the table of steps: what a step does. */
Datum
governance_certification_step(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "certification_step_row");
}

/* face_check(), a row trigger on governance.face_check: what a check proves. */
Datum
governance_face_check(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "face_check_row");
}

/*
 * certification_config_changed(), on the tables that say what follows from
 * certifications: all of it is derived anew.
 */
Datum
governance_certification_config_changed(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "certification_config_row");
}

/*
 * certification_guard(), on the tables that show how certifications stand.  A
 * certification changes by steps, so that every change has a reason.
 */
Datum
governance_certification_guard(PG_FUNCTION_ARGS)
{
	TriggerData *data = called_as_trigger(fcinfo, "certification_guard");

	if (!owner_is_writing())
		ereport(ERROR,
				(errcode(ERRCODE_GV_APPEND_ONLY),
				 errmsg("table \"%s\" changes by steps only",
						RelationGetRelationName(data->tg_relation)),
				 errhint("Insert into governance.certification_step, or call grant_certification(), suspend_certification() and the like."),
				 errtable(data->tg_relation)));

	return PointerGetDatum(NULL);
}

/*
 * certification_withheld(), a row trigger of earlier versions on what is a view now:
 * nothing is left for it to do.  A library works with the SQL of before.
 */
Datum
governance_certification_withheld(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "certification_withheld",
										 FIRED_AFTER | FIRED_FOR_ROW);

	if (strcmp(RelationGetRelationName(trigger->tg_relation), "restriction") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" cannot be a trigger on table \"%s\"",
						"certification_withheld", RelationGetRelationName(trigger->tg_relation))));
	return PointerGetDatum(NULL);
}
