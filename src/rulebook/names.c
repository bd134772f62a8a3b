/*
 * names.c
 *		Lists of names, and patterns of them.
 */
#include "postgres.h"

#include "rulebook/names.h"
#include "util.h"

/* The index of a name, or -1. */
int
name_list_find(const NameList *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
	{
		if (strcmp(list->names[i], name) == 0)
			return i;
	}
	return -1;
}

/* Without a look at what is there already. */
int
name_list_push(NameList *list, const char *name)
{
	array_reserve(list->names, list->room, list->n + 1);
	list->names[list->n] = pstrdup(name);
	return list->n++;
}

/* The index of a name, which is put behind the others when it is new. */
int
name_list_add(NameList *list, const char *name)
{
	int			i = name_list_find(list, name);

	return i >= 0 ? i : name_list_push(list, name);
}

/*
 * Runs along the text and, where the pattern no longer fits, gives the last
 * star one character more: so it needs no recursion and no copy.
 */
bool
glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*text)
	{
		if (*pattern == '*')
		{
			star = pattern++;
			resume = text;
		}
		else if (*pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (star)
		{
			pattern = star + 1;
			text = ++resume;
		}
		else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
