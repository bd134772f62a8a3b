/*
 * sanction_steps.h
 *		What consumers of events are told of a sanction: the steps from what they
 *		know of it to what its record says.
 */
#ifndef GOVERNANCE_LEDGER_SANCTION_STEPS_H
#define GOVERNANCE_LEDGER_SANCTION_STEPS_H

#include "ledger/consumer.h"
#include "ledger/sanction_row.h"

/* What consumers know of a sanction, or could know. */
typedef enum Stage
{
	STAGE_NONE,					/* nothing */
	STAGE_SCHEDULED,
	STAGE_STARTED,
	STAGE_OVER
} Stage;

/* One event. */
typedef struct SanctionStep
{
	EventKind	kind;
	TimestampTz at;				/* when it became so */
} SanctionStep;

#define SANCTION_STEPS_MAX 4

/* What a record says of a sanction at an instant. */
extern Stage sanction_stage(const SanctionRecord *record, TimestampTz at);

/* What consumers know of a sanction that is announced, as it is on record, up to an instant. */
extern Stage sanction_known(const SanctionRecord *record, TimestampTz told);

/* Is what consumers are told of it another than before? */
extern bool sanction_has_changed(const SanctionRecord *old, const SanctionRecord *record);

/*
 * The steps from what is known of a sanction to what its record says at an instant
 * (until), in order; gives how many.  changed: it is another than was announced;
 * old: as it was before, or null; now: when changes are recorded.
 */
extern int	sanction_steps(const SanctionRecord *record, Stage known, bool changed,
						   const SanctionRecord *old, TimestampTz now, TimestampTz until,
						   SanctionStep *steps);

/* What an event says about a sanction, a JSON object; old: as above. */
extern char *sanction_detail(const SanctionRecord *record, EventKind kind,
							 const SanctionRecord *old);

#endif							/* GOVERNANCE_LEDGER_SANCTION_STEPS_H */
