/*
 * instant.h
 *		Instants as documents and facts write them.
 */
#ifndef GOVERNANCE_RULEBOOK_INSTANT_H
#define GOVERNANCE_RULEBOOK_INSTANT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pgtime.h"

/*
 * Reads a date or an instant ("2024-01-31", "2024-01-31T12:00:00+08:00");
 * without an offset it is local time of the zone.  Gives false when it is
 * none.
 */
extern bool parse_instant(const char *s, pg_tz *zone, TimestampTz *result);

#endif							/* GOVERNANCE_RULEBOOK_INSTANT_H */
