/*
 * trigger.c
 *		How trigger functions were called: anybody who owns a table can attach
 *		one of ours to it.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/trigger.h"

#include "lib/stringinfo.h"

/* The message is the one of the server's own trigger functions. */
TriggerData *
called_as_trigger(FunctionCallInfo fcinfo, const char *function)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", function)));
	return (TriggerData *) fcinfo->context;
}

/* How the event of a trigger comes to be, as FIRED_... flags. */
static int
fired_how(TriggerEvent event)
{
	return (TRIGGER_FIRED_BEFORE(event) ? FIRED_BEFORE : 0) |
		(TRIGGER_FIRED_AFTER(event) ? FIRED_AFTER : 0) |
		(TRIGGER_FIRED_BY_INSERT(event) ? FIRED_ON_INSERT : 0) |
		(TRIGGER_FIRED_BY_UPDATE(event) ? FIRED_ON_UPDATE : 0) |
		(TRIGGER_FIRED_FOR_ROW(event) ? FIRED_FOR_ROW : FIRED_FOR_STATEMENT);
}

/* Is nothing wanted of one kind (a mask of flags), or what is there? */
static bool
will_do(int wanted, int there, int mask)
{
	return (wanted & mask) == 0 || (wanted & there & mask) != 0;
}

/* What is wanted, in the words of CREATE TRIGGER: "AFTER INSERT FOR EACH STATEMENT". */
static char *
fired_text(int fired)
{
	static const struct
	{
		int			flag;
		const char *words;
		const char *between;	/* where one of its kind stands before it */
		int			kind;
	}			parts[] = {
		{FIRED_BEFORE, "BEFORE", " or ", FIRED_BEFORE | FIRED_AFTER},
		{FIRED_AFTER, "AFTER", " or ", FIRED_BEFORE | FIRED_AFTER},
		{FIRED_ON_INSERT, "INSERT", " OR ", FIRED_ON_INSERT | FIRED_ON_UPDATE},
		{FIRED_ON_UPDATE, "UPDATE", " OR ", FIRED_ON_INSERT | FIRED_ON_UPDATE},
		{FIRED_FOR_ROW, "FOR EACH ROW", "", FIRED_FOR_ROW | FIRED_FOR_STATEMENT},
		{FIRED_FOR_STATEMENT, "FOR EACH STATEMENT", "", FIRED_FOR_ROW | FIRED_FOR_STATEMENT}
	};
	StringInfoData text;
	int			kind = 0;

	initStringInfo(&text);
	for (size_t i = 0; i < lengthof(parts); i++)
	{
		if ((fired & parts[i].flag) == 0)
			continue;
		if (text.len > 0)
			appendStringInfoString(&text, kind == parts[i].kind ? parts[i].between : " ");
		appendStringInfoString(&text, parts[i].words);
		kind = parts[i].kind;
	}
	return text.data;
}

/* The message says all of what is wanted, and not only what is amiss. */
TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *function, int fired)
{
	TriggerData *trigger = called_as_trigger(fcinfo, function);
	int			how = fired_how(trigger->tg_event);

	if (!will_do(fired, how, FIRED_BEFORE | FIRED_AFTER) ||
		!will_do(fired, how, FIRED_ON_INSERT | FIRED_ON_UPDATE) ||
		!will_do(fired, how, FIRED_FOR_ROW | FIRED_FOR_STATEMENT))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s", function, fired_text(fired))));
	return trigger;
}

/* CREATE TRIGGER does not know which of them a function needs. */
void
require_transition(const Tuplestorestate *table, const char *function, const char *which)
{
	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" needs a transition table", function),
				 errhint("Create the trigger with REFERENCING %s TABLE AS.", which)));
}
