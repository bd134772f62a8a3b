/*
 * compile_calendar.h
 *		Working days, and what ends on them.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_CALENDAR_H
#define GOVERNANCE_RULEBOOK_COMPILE_CALENDAR_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "calendar" */
extern void compile_calendar(Compiler *c);

/*
 * "roll" of a rung or of a relief by age: does it end on a working day?
 * otherwise: what the calendar says.
 */
extern bool compile_roll(Compiler *c, const Doc *object, bool otherwise);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_CALENDAR_H */
