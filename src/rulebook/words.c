/*
 * words.c
 *		Words for people: what may have been meant, and lists of words.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "lib/stringinfo.h"
#include "rulebook/words.h"
#include "utils/varlena.h"

/* Longer words than names can be are not compared. */
#define MAX_WORD_BYTES	63

/*
 * Do they differ by two neighbours that changed places, the commonest slip?
 * Both have len bytes.
 */
static bool
is_swapped(const char *a, const char *b, int len)
{
	int			i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return i + 1 < len && a[i] == b[i + 1] && a[i + 1] == b[i] &&
		strcmp(a + i + 2, b + i + 2) == 0;
}

/*
 * "warning" for "warned", "ban" for "banned": the one that begins alike, as far
 * as at least three letters and half of the shorter one; null when there are
 * several.
 */
static const char *
begins_alike(const char *name, int len, const char *const *candidates, int ncandidates)
{
	const char *found = NULL;

	for (int i = 0; i < ncandidates; i++)
	{
		int			shorter = Min(len, (int) strlen(candidates[i]));
		int			same = 0;

		while (same < shorter && pg_tolower(name[same]) == pg_tolower(candidates[i][same]))
			same++;
		if (same < Max(3, (shorter + 1) / 2))
			continue;
		if (found != NULL && strcmp(found, candidates[i]) != 0)
			return NULL;
		found = candidates[i];
	}
	return found;
}

/*
 * The candidate to which the fewest letters have to be changed (Levenshtein's
 * distance: inserted, left out, replaced), or null when it would be more than
 * a third of the letters or more than four.  Two letters that changed places
 * count as one change.
 */
static const char *
closest(const char *name, const char *const *candidates, int ncandidates)
{
	int			len = strlen(name);
	int			best = Min(Max(len / 3, 1), 4) + 1;
	const char *found = NULL;

	if (len == 0 || len > MAX_WORD_BYTES)
		return NULL;
	for (int i = 0; i < ncandidates; i++)
	{
		int			clen = strlen(candidates[i]);
		int			distance;

		if (clen > MAX_WORD_BYTES || abs(clen - len) >= best)
			continue;
		if (clen == len && is_swapped(name, candidates[i], len))
			distance = 1;
		else
			distance = varstr_levenshtein_less_equal(name, len, candidates[i], clen,
													 1, 1, 1, best - 1, true);
		if (distance < best && distance < len)
		{
			best = distance;
			found = candidates[i];
		}
	}
	return found;
}

/* In the current memory context, as all words for people are. */
const char *
misspelt_hint(const char *name, const char *const *candidates, int ncandidates)
{
	const char *found = closest(name, candidates, ncandidates);

	return found ? psprintf(_("Perhaps you meant \"%s\"."), found) : NULL;
}

/* What is misspelt comes before what only begins alike. */
const char *
closest_hint(const char *name, const char *const *candidates, int ncandidates)
{
	const char *hint = misspelt_hint(name, candidates, ncandidates);
	const char *found = hint ? NULL :
		begins_alike(name, strlen(name), candidates, ncandidates);

	return found ? psprintf(_("Perhaps you meant \"%s\"."), found) : hint;
}

/*
 * What this place calls a thing that is called otherwise elsewhere, or null:
 * the key may be the word that another product, or another place of the
 * document, has for it.
 */
const char *
other_word_hint(const char *key, const char *const *keys, int nkeys)
{
	static const char *const words[][2] = {
		{"duration", "for"}, {"length", "for"}, {"lasts", "for"},
		{"max", "cap"}, {"maximum", "cap"}, {"max", "at_most"}, {"maximum", "at_most"},
		{"quota", "at_most"}, {"limit", "at_most"},
		{"min", "floor"}, {"minimum", "floor"}, {"min", "at_least"}, {"minimum", "at_least"},
		{"initial", "start"}, {"base", "start"},
		{"condition", "when"}, {"if", "when"}, {"threshold", "when"}, {"trigger", "when"},
		{"after", "age"}, {"expires", "age"}, {"expiry", "age"}, {"lifetime", "age"},
		{"action", "withhold"}, {"actions", "withhold"}, {"deny", "withhold"},
		{"block", "withhold"}, {"restrict", "withhold"}, {"restrictions", "withhold"},
		{"level", "tier"}, {"name", "scheme"}, {"name", "rung"}, {"id", "rung"}, {"code", "rung"},
		{"name", "title"}, {"label", "title"}, {"description", "title"}, {"description", "note"},
		{"cost", "points"}, {"price", "points"}, {"category", "class"},
		{"default", "usual"}, {"window", "within"}, {"period", "within"}, {"since", "within"},
		{"rungs", "ladder"}, {"sanctions", "ladder"}, {"thresholds", "ladder"},
		{"recovery", "relief"}, {"decay", "relief"}, {"facts", "attributes"},
		{"violations", "rules"}, {"counts", "observe"}, {"holidays", "calendar"}
	};

	for (int i = 0; i < (int) lengthof(words); i++)
		for (int k = 0; k < nkeys; k++)
			if (strcmp(words[i][0], key) == 0 && strcmp(words[i][1], keys[k]) == 0)
				return psprintf(_("Perhaps you meant \"%s\"."), keys[k]);
	return NULL;
}

/* Each word in double quotes, which are the same in every language. */
char *
word_list(const char *const *words, int nwords, const char *last)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < nwords; i++)
	{
		if (i > 0)
			appendStringInfoString(&buf, i < nwords - 1 ? ", " :
								   psprintf(" %s ", dgettext(TEXTDOMAIN, last)));
		appendStringInfo(&buf, "\"%s\"", words[i]);
	}
	return buf.data;
}
