/*
 * door.c
 *		May an account do something at an instant, by all that says so: standings,
 *		certifications, switches and documents.
 */
#include "postgres.h"

#include "entitlement/door.h"
#include "entitlement/question.h"

#include "utils/builtins.h"

/* By any version, whenever it is in force. */
bool
door_is_guarded(const text *capability)
{
	return entitlements_any() && entitlements_know(text_to_cstring(capability));
}

/* As allowance() says in its first row. */
bool
door_permits(int64 account_id, text *capability, TimestampTz at, PlanMode mode)
{
	Question	question = {
		.account_id = account_id, .capability = capability, .at = at, .mode = mode
	};

	question_begin(&question, NULL);
	question_ask(&question);
	return question.allowed;
}
