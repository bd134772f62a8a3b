/*
 * compiler.h
 *		What the files of the policy compiler share: what is being compiled, and
 *		what is known of it so far.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILER_H
#define GOVERNANCE_RULEBOOK_COMPILER_H

#include "postgres.h"

#include "engine/expr.h"
#include "engine/policy.h"
#include "rulebook/document.h"
#include "rulebook/keys.h"
#include "rulebook/names.h"

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

/*
 * Names that a room above the rulebook adds to those of expressions: each becomes a
 * VAR_EXTERNAL with an index of that room.  may: EXPR_MAY_* of the place.  False: it
 * is none of theirs; with *why, it is one, and may not stand here.
 */
typedef struct RoomNames
{
	bool		(*resolve) (void *arg, const char *name, int may, int *index,
							ExprType *type, const char **why);

	/* is there a function of that name? */
	bool		(*is_function) (void *arg, const char *name);

	/* it is called with constant texts; meant: what the first may have been */
	bool		(*call) (void *arg, const char *function, const char *const *texts, int ntexts,
						 int may, int *index, ExprType *type, const char **why, NameList *meant);

	/* the texts of an external in their order; null: any, without an order */
	const char *const *(*words) (void *arg, int index, int *nwords);

	/* what may have been meant */
	void		(*candidates) (void *arg, int may, NameList *names);
	void		(*functions) (void *arg, NameList *names);
} RoomNames;

typedef struct Compiler
{
	Policy	   *policy;
	const Doc  *root;
	bool		has_zone;
	const RoomNames *room;		/* null: there are none */
	void	   *room_arg;
	const DocShape *fact_shape; /* of an object in "attributes" that has more keys than
								 * those of a policy; null: it has not */
	int			facet_may;		/* EXPR_MAY_* of facets; of policies none */
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

#endif							/* GOVERNANCE_RULEBOOK_COMPILER_H */
