/*
 * compiler.h
 *		What the files of the entitlement compiler share.
 */
#ifndef GOVERNANCE_ENTITLEMENT_COMPILER_H
#define GOVERNANCE_ENTITLEMENT_COMPILER_H

#include "postgres.h"

#include "entitlement/entitlement.h"
#include "rulebook/compiler.h"

/*
 * EXPR_MAY_* of entitlements: what of the request an expression may ask for (its
 * context, the counterpart, the amount), and whether it may ask for used() and
 * remaining().
 */
#define EXPR_MAY_REQUEST	0x100
#define EXPR_MAY_USED		0x200
#define EXPR_MAY_EXTERNAL	0x400	/* score(), tier(), achieved(), observables ... */

typedef struct EntitlementCompiler
{
	Compiler	c;				/* policy: document->facts */
	Entitlement *document;
	const Doc  *pools;			/* null: there are none */
	const Doc  *capabilities;
	const Doc  *observe;
	const Doc  *achievements;
	const Doc  *place;			/* the capability or pool at hand; null: none */
	int			room;			/* of document->externals */
} EntitlementCompiler;

/* ---------- compile_entitlement.c ---------- */

/* "source" of the document, of a place or of a limit; null: there is none. */
extern void compile_source(const Doc *doc);

/* ---------- check_together.c ---------- */

/* What is seen only once all capabilities and pools are there. */
extern void check_together(EntitlementCompiler *e);

/* Keys of a place or a limit that would have no effect there. */
extern void check_place_keys(const Doc *doc, const Capability *place);
extern void check_rule_name(const Doc *doc, const char *name);
extern void check_limit_keys(const Doc *doc, const Capability *place, const UsageLimit *limit);

/* ---------- compile_names.c ---------- */

/* "context" and "observe": the names first. */
extern void compile_context(EntitlementCompiler *e);
extern void compile_observations(EntitlementCompiler *e);
extern void check_observed_names(EntitlementCompiler *e);

/* Sets the hooks by which expressions find the names of an entitlement. */
extern void begin_names(EntitlementCompiler *e);

/* "context.NAME" as an index; raises an error where it is none. */
extern int	compile_context_name(EntitlementCompiler *e, const Doc *doc);

/* The name that a limit has: its own, or what follows the amount; null: unknown. */
extern char *limit_name(const Doc *limit);

/* Is there a limit (or a clause) of that name in the place at hand or its pools? */
extern bool place_has_rule(EntitlementCompiler *e, const char *name, bool limits_only);
extern void place_rules(EntitlementCompiler *e, NameList *names, bool limits_only);

/* ---------- compile_clause.c ---------- */

/* "require", "reach" and "keep": a condition, or names of conditions. */
extern int	compile_clauses(EntitlementCompiler *e, const Doc *doc, int may, Clause **clauses);
extern void compile_achievements(EntitlementCompiler *e);

/* ---------- compile_hours.c ---------- */

extern void compile_hours(EntitlementCompiler *e, const Doc *doc, Hours *hours);

/* One text, "22:00-06:00". */
extern bool hour_span_parse(const char *text, HourSpan *span);

/* "03:00", in microseconds. */
extern int64 compile_time_of_day(const Doc *doc);

/* ---------- compile_conventions.c ---------- */

/* What the object says, over what *conventions has already. */
extern void compile_conventions(EntitlementCompiler *e, const Doc *object, Conventions *conventions);

/* "on_reaching" and "carry" of an object, or of the document's conventions. */
extern void compile_reaching(EntitlementCompiler *e, const Doc *object, UsageLimit *limit);
extern void compile_carry(EntitlementCompiler *e, const Doc *object, UsageLimit *limit);

/* ---------- compile_place.c ---------- */

/* A list of names and patterns of capabilities; each must match one. */
extern int	compile_places(EntitlementCompiler *e, const Doc *list, char ***names);

/* One of them. */
extern char *compile_place_name(EntitlementCompiler *e, const Doc *doc);

/* ---------- compile_rest.c ---------- */

extern void compile_rests(EntitlementCompiler *e);

/* The index of a rest. */
extern int	compile_rest_name(EntitlementCompiler *e, const Doc *doc, const char *name);

/* ---------- compile_limit.c ---------- */

extern void compile_limits(EntitlementCompiler *e, const Doc *list, Capability *place);

/* A limit in a line, with one blank between its words and none around them. */
extern char *limit_words(const char *text);

/* A window, "day" or "30 minutes": false when it is none. */
extern bool window_parse(const char *text, WindowKind *kind, CalendarUnit *unit, int64 *slice);

/* "of": bits, and what belongs to them. */
extern int	compile_whose(EntitlementCompiler *e, const Doc *object, char **link, int *context);

/* ---------- compile_consent.c ---------- */

extern void compile_loosenings(EntitlementCompiler *e, const Doc *doc, const Capability *place,
							   bool lasting, Loosening **list, int *n);
extern void compile_switch(EntitlementCompiler *e, const Doc *doc, Capability *place);

/* ---------- compile_capability.c ---------- */

extern void compile_pools(EntitlementCompiler *e);
extern void compile_capabilities(EntitlementCompiler *e);

/* ---------- example.c ---------- */

/*
 * Plays the "examples" of a document that is compiled.  Raises
 * ERRCODE_GV_INVALID_POLICY where one is contradicted.
 */
extern void check_examples(const Entitlement *document, const Doc *root);

#endif							/* GOVERNANCE_ENTITLEMENT_COMPILER_H */
