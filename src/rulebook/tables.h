/*
 * tables.h
 *		Reading the tables of the rulebook.
 *
 * They are read as their owner, with a snapshot of their own: recording a
 * violation needs no right on the rulebook, and an old snapshot must not leave
 * an old rule in use.
 */
#ifndef GOVERNANCE_RULEBOOK_TABLES_H
#define GOVERNANCE_RULEBOOK_TABLES_H

#include "postgres.h"

#include "engine/policy.h"
#include "utils/jsonb.h"
#include "utils/snapshot.h"

/*
 * From reading_begin() to reading_end(): what is to be put back, and the
 * snapshot.
 */
typedef struct Reading
{
	Oid			userid;
	int			sec_context;
	Snapshot	snapshot;
} Reading;

/*
 * The table of that name in the schema governance; raises ERRCODE_GV_NO_LEDGER
 * where there is none.
 */
extern Oid	rulebook_table(const char *name);

/*
 * The table governance.holiday, or InvalidOid: a ledger of version 0.1.0 has
 * none.
 */
extern Oid	holiday_table(void);

/* The table governance.edition, or InvalidOid: one of version 0.2.0 has none. */
extern Oid	edition_table(void);

/*
 * Becomes the owner of a table, connects to SPI and takes the newest snapshot;
 * reading_end() undoes all three, and an error does as well.  The current
 * memory context is that of SPI in between, and what is allocated there goes.
 */
extern void reading_begin(Reading *reading, Oid relid);
extern void reading_end(Reading *reading);

/* Runs a query and gives the number of its rows, which are read as below. */
extern uint64 reading_execute(Reading *reading, const char *query, int nargs, Oid *types,
							  Datum *values);

/*
 * Of a row (from 0 on) the value of a column (from 1 on), or its text (null:
 * null).
 */
extern Datum reading_value(uint64 row, int column, bool *isnull);
extern char *reading_text(uint64 row, int column);

/*
 * The days of a calendar in governance.holiday, in order, in the current memory
 * context; none without a ledger.
 */
extern CalendarDay *rulebook_holidays(const char *calendar, int *ndays);

/* Tells one list of days from another; 0 when it is empty. */
extern uint64 holidays_hash(const CalendarDay *days, int ndays);

/* A stored document, in the current memory context; null when there is none. */
extern Jsonb *stored_document(Oid policy_relid, int64 policy_id);

#endif							/* GOVERNANCE_RULEBOOK_TABLES_H */
