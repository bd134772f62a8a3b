/*
 * compile.h
 *		What the files of the policy compiler share.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_H
#define GOVERNANCE_RULEBOOK_COMPILE_H

#include "engine/expr.h"
#include "engine/policy.h"
#include "rulebook/document.h"

/* A growing list of names; an index, once given, stays. */
typedef struct NameList
{
	int			n;
	int			room;
	char	  **names;
} NameList;

/* What a rule says besides its price. */
typedef struct RuleInfo
{
	const Doc  *doc;
	const char *source;
	bool		ours;
	int			ntags;
	const char **tags;
} RuleInfo;

/* A modifier in words, for the rule centre. */
typedef struct ModifierInfo
{
	char	   *words;
	bool		in_rule;		/* written in a rule */
} ModifierInfo;

typedef struct RungInfo
{
	const Doc  *doc;
	bool		referred;		/* by a rule or an election */
} RungInfo;

typedef struct Compiler
{
	Policy	   *policy;
	const Doc  *root;
	bool		has_zone;
	bool		stored;			/* it was accepted by an earlier version, which
							 * may have let pass more: see compile.c */

	/* facets are compiled when they are first asked for */
	const Doc  *facets;
	int		   *facet_state;	/* 0: not yet, 1: being compiled, 2: done */
	int		   *facet_order;	/* position in policy->facets, once done */
	int64	   *facet_weights;	/* by index in the policy */
	int		   *facet_depths;
	int			facet_nesting;	/* facets being compiled */

	const Doc  *dsa;			/* null: no statements of reasons */

	NameList	activities;
	int			ndeclared;		/* the first of them that "activities" declares */
	NameList	capabilities;
	bool		vocabulary;		/* "capabilities" declares them all */
	NameList	marks;			/* names; policy->marks has the kinds */

	/* by index in the policy */
	RuleInfo   *rules;
	ModifierInfo *modifiers;
	RungInfo   *rungs;
} Compiler;

/* EXPR_MAY_* plus: the price so far, in modifiers only */
#define EXPR_MAY_POINTS		0x10

/* ... or a span may leave a range */
#define SPAN_MAY_RANGE		0x20

/* ---------- compile.c ---------- */

/* The facet at a place in the document; gives its index in the policy. */
extern int	compile_facet(Compiler *c, int i);

/* ---------- compile_values.c ---------- */

extern int	name_list_add(NameList *list, const char *name);
extern int	name_list_find(const NameList *list, const char *name);

/* An expression: a number, true or false, a text, or a list of cases. */
extern Expr *compile_expr(Compiler *c, const Doc *doc, ExprType wanted, int may);

/* A condition that is absent is null; one that is always true, too. */
extern Expr *compile_condition(Compiler *c, const Doc *object, const char *key,
							   int may);

/* Points, or an expression that gives points. */
extern Expr *compile_points(Compiler *c, const Doc *doc, int may,
							bool may_be_negative);

extern void compile_cycle(Compiler *c, const Doc *doc, bool is_the_cycle,
						  Cycle *cycle);
extern int	compile_kind(Compiler *c, const Doc *doc);
extern int	compile_mark(Compiler *c, const Doc *doc);

/* "withhold": a list of capabilities; gives how many. */
extern int	compile_withheld(Compiler *c, const Doc *list, char ***capabilities);

/* A name of a rung; pattern lists give a set by rung index. */
extern int	compile_rung_name(Compiler *c, const Doc *doc);
extern bool *compile_rung_set(Compiler *c, const Doc *doc);

/* A list of patterns of rules: a set by rule index (compile_rules.c). */
extern bool *compile_rule_patterns(Compiler *c, const Doc *list);

/* Does the text match a pattern in which * stands for any characters? */
extern bool glob_matches(const char *pattern, const char *text);

extern const char *const calendar_units[];
#define NUM_CALENDAR_UNITS 5

/* "day" ... "year" */
extern bool calendar_unit(const char *word, CalendarUnit *unit);

/* ---------- compile_span.c ---------- */

extern Span compile_span(const Doc *doc);
extern void compile_span_param(Compiler *c, const Doc *doc, int may,
							   bool may_be_ever, SpanParam *param);

extern bool span_is_zero(const Span *span);

/* Roughly, to tell which of two spans is longer. */
extern double span_estimate(const Span *span);

/* ---------- compile_rules.c ---------- */

/* A selection's keys, for the lists of allowed keys. */
#define SELECTION_RULE_KEYS \
	"rules", "except_rules", "classes", "severities", "tags"
#define SELECTION_KEYS \
	SELECTION_RULE_KEYS, "marked", "unmarked", "where"

extern void compile_rules(Compiler *c);
extern void compile_modifiers(Compiler *c);
extern void compile_collapse(Compiler *c);
extern void compile_selection(Compiler *c, const Doc *object, EntryFilter *filter);

/* ---------- compile_ladder.c ---------- */

extern void compile_rung_names(Compiler *c);
extern void compile_ladder(Compiler *c);
extern void check_ladder(Compiler *c);
extern void compile_observable_names(Compiler *c);
extern void compile_observables(Compiler *c);

/* ---------- compile_relief.c ---------- */

extern void compile_relief(Compiler *c);

/* ---------- compile_links.c ---------- */

extern void compile_links(Compiler *c);

/* ---------- compile_calendar.c ---------- */

extern void compile_calendar(Compiler *c);

/* "roll" of a rung or of a relief by age. */
extern bool compile_roll(Compiler *c, const Doc *object, bool otherwise);

/* ---------- compile_statement.c ---------- */

extern void compile_statements(Compiler *c);

/* As JSON text; null: there is none.  rule < 0: no rule is behind it. */
extern char *statement_of_rule(const Compiler *c, int rule);
extern char *statement_of_rung(const Compiler *c, int rung);

/* ---------- summary.c ---------- */

/* What publish() stores in tables, as JSON text. */
extern char *policy_summary(const Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_H */
