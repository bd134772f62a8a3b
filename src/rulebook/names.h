/*
 * names.h
 *		Lists of names, and patterns of them.
 */
#ifndef GOVERNANCE_RULEBOOK_NAMES_H
#define GOVERNANCE_RULEBOOK_NAMES_H

#include "postgres.h"

/* A growing list of names; an index, once given, stays. */
typedef struct NameList
{
	int			n;
	int			room;
	char	  **names;
} NameList;

/*
 * The index of a name: of one that is there (-1: it is not), or that is added.
 */
extern int	name_list_find(const NameList *list, const char *name);
extern int	name_list_add(NameList *list, const char *name);

/* Adds a name, whether it is there or not. */
extern int	name_list_push(NameList *list, const char *name);

/* Does the text match a pattern in which * stands for any characters? */
extern bool glob_matches(const char *pattern, const char *text);

#endif							/* GOVERNANCE_RULEBOOK_NAMES_H */
