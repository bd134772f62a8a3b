/*
 * compile_values.h
 *		What stands in many places of a document and is no expression.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_VALUES_H
#define GOVERNANCE_RULEBOOK_COMPILE_VALUES_H

#include "postgres.h"

#include "rulebook/compiler.h"

/*
 * A kind of activity, by index in the policy; as a mark, by index among these.
 */
extern int	compile_kind(Compiler *c, const Doc *doc);
extern int	compile_mark(Compiler *c, const Doc *doc);

/* "withhold": a list of capabilities; gives how many. */
extern int	compile_withheld(Compiler *c, const Doc *list, char ***capabilities);

/* A price or a range of prices, in hundredths of a point. */
extern void compile_price(const Doc *doc, Points *min, Points *max);

/*
 * A recurring boundary; is_the_cycle: the policy's own, which others can refer
 * to.
 */
extern void compile_cycle(Compiler *c, const Doc *doc, bool is_the_cycle,
						  Cycle *cycle);

/* A name of a rung; pattern lists give a set by rung index. */
extern int	compile_rung_name(Compiler *c, const Doc *doc);
extern bool *compile_rung_set(Compiler *c, const Doc *doc);

/* "day" ... "year", and behind them "cycle" */
#define NUM_CALENDAR_UNITS 5
extern const char *const calendar_units[];

/* Reads one of the units; false when the word is none. */
extern bool calendar_unit(const char *word, CalendarUnit *unit);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_VALUES_H */
