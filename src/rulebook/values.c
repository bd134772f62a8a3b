/*
 * values.c
 *		Single values of a document: each reader gives a C value or one clear
 *		error.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "errors.h"
#include "rulebook/instant.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#define MAX_NAME_BYTES	63

/* No text "true" and no 0 or 1: what is written is what is meant. */
bool
doc_boolean(const Doc *doc)
{
	if (doc->kind != DOC_BOOLEAN)
		doc_fail(doc, NULL, NULL, "must be true or false");
	return doc->boolean;
}

/* A blank text is a text; what it may hold is for the caller to say. */
const char *
doc_text(const Doc *doc)
{
	if (doc->kind != DOC_TEXT)
		doc_fail(doc, NULL, NULL, "must be a text");
	if (doc->text[0] == '\0')
		doc_fail(doc, NULL, NULL, "must not be empty");
	return doc->text;
}

/* The decimal digits as they were written. */
static char *
numeric_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
}

/*
 * A number beyond the range of double precision is refused rather than
 * infinite.
 */
double
doc_number(const Doc *doc)
{
	double		d;

	if (doc->kind != DOC_NUMBER)
		doc_fail(doc, NULL, NULL, "must be a number");
	d = strtod(numeric_text(doc->number), NULL);
	if (!isfinite(d))
		doc_fail(doc, NULL, NULL, "number out of range");
	return d;
}

/*
 * Read from the decimal digits, so that nothing is lost on the way through a
 * binary fraction.
 */
Points
doc_points(const Doc *doc, bool may_be_negative)
{
	char	   *s;
	bool		negative;
	int64		n = 0;
	int			decimals = 0;
	bool		fraction = false;

	if (doc->kind != DOC_NUMBER)
		doc_fail(doc, NULL, NULL, "must be a number of points");

	s = numeric_text(doc->number);
	negative = *s == '-';
	if (negative)
		s++;
	for (; *s; s++)
	{
		if (*s == '.')
			fraction = true;
		else if (fraction && decimals == 2)
		{
			if (*s != '0')
				doc_fail(doc, NULL, NULL, "points have at most two decimals");
		}
		else
		{
			n = n * 10 + (*s - '0');
			decimals += fraction ? 1 : 0;
		}
		if (n > POINTS_MAX)
			break;
	}
	for (; decimals < 2 && n <= POINTS_MAX; decimals++)
		n *= 10;
	if (n > POINTS_MAX)
		doc_fail(doc, psprintf(_("The largest number of points is %s."),
							   points_text(POINTS_MAX)),
				 NULL, "points out of range");
	if (negative && n > 0 && !may_be_negative)
		doc_fail(doc, NULL, NULL, "points must not be negative");
	return negative ? -(Points) n : (Points) n;
}

/* The words are listed in the error, and the nearest one is its hint. */
int
doc_word(const Doc *doc, const char *const *words, int nwords)
{
	if (doc->kind == DOC_TEXT)
	{
		for (int i = 0; i < nwords; i++)
		{
			if (strcmp(doc->text, words[i]) == 0)
				return i;
		}
	}
	doc_fail(doc, NULL,
			 doc->kind == DOC_TEXT ? closest_hint(doc->text, words, nwords) : NULL,
			 "must be %s", word_list(words, nwords, "or"));
	return -1;					/* keep compiler quiet */
}

/* A date without a time is the beginning of that day in the zone. */
TimestampTz
doc_instant(const Doc *doc, pg_tz *zone)
{
	TimestampTz result = 0;

	if (doc->kind != DOC_TEXT || !parse_instant(doc->text, zone, &result))
		doc_fail(doc, _("Examples: \"2024-01-31\", \"2024-01-31 12:00\", \"2024-01-31T12:00:00+08:00\". Without an offset the document's time zone counts."),
				 NULL, "must be an instant");
	return result;
}

/*
 * Languages are named by letters, digits and hyphens, as BCP 47 has them;
 * whether there is such a language is not looked at.
 */
const char *
doc_title(const Doc *doc)
{
	const Doc  *english;

	if (doc->kind == DOC_TEXT)
		return doc_text(doc);
	if (doc->kind != DOC_OBJECT || doc->nchildren == 0)
		doc_fail(doc, NULL, NULL,
				 "must be a text or an object of language and text");
	for (int i = 0; i < doc->nchildren; i++)
	{
		const Doc  *child = &doc->children[i];
		size_t		letters = strspn(child->key,
									 "abcdefghijklmnopqrstuvwxyz"
									 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

		if (strlen(child->key) < 2 || strlen(child->key) > 35 ||
			child->key[letters] != '\0')
			doc_fail(child, _("A language is written as in \"en\" or \"zh-CN\"."),
					 NULL, "not the name of a language");
		(void) doc_text(child);
	}
	english = doc_get(doc, "en");
	return english ? english->text : doc->children[0].text;
}

/*
 * Names of documents: of schemes, which entries and standings carry, and of
 * entitlements.
 */
void
doc_check_document_name(const Doc *doc)
{
	const char *name = doc_text(doc);
	bool		good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 63;

	for (const char *s = name; good && *s; s++)
		good = (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
			strchr("_.-", *s) != NULL;
	if (!good)
		doc_fail(doc, _("The name of a document begins with a lower-case letter, has lower-case letters, digits, \"_\", \".\" and \"-\", and at most 63 of them."),
				 NULL, "invalid name of a document");
}

/*
 * Only names of the time zone database: "+8" or "UTC-8", which the server
 * would read the POSIX way, mean the contrary of what people expect.
 */
pg_tz *
doc_zone(const Doc *doc)
{
	const char *name = doc ? doc_text(doc) : "UTC";
	pg_tz	   *zone = NULL;

	if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0 ||
		(strchr(name, '/') != NULL && strlen(name) < 64 && name[0] != '/'))
		zone = pg_tzset(name);
	if (zone == NULL || !pg_tz_acceptable(zone))
		doc_fail(doc, _("A time zone is named as in \"Asia/Shanghai\" or \"UTC\"."),
				 _("The view pg_timezone_names lists them."),
				 "unknown time zone \"%s\"", name);
	return zone;
}

/*
 * Codes and names: what can be typed into a list of patterns and read in a
 * report.  Letters of any script are fine; blanks and the * of patterns are
 * not.
 */
void
doc_check_name(const Doc *at, const char *name)
{
	const char *detail =
		_("Letters, digits, \"_\", \".\", \"-\", \"/\" and \":\" are allowed.");
	int			len = strlen(name);

	if (len == 0)
		doc_fail(at, NULL, NULL, "a name must not be empty");
	if (len > MAX_NAME_BYTES)
		doc_fail(at, NULL, NULL, "a name may have at most %d bytes",
				 MAX_NAME_BYTES);
	for (const char *s = name; *s; s++)
	{
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			  (*s >= '0' && *s <= '9') || strchr("_.-/:", *s) ||
			  IS_HIGHBIT_SET(*s)))
			doc_fail(at, detail, NULL, "invalid name \"%s\"", name);
	}
}

/* Beside doc_check_name(), which checks a key. */
const char *
doc_name(const Doc *doc)
{
	const char *name = doc_text(doc);

	doc_check_name(doc, name);
	return name;
}

/*
 * Narrower than doc_check_name(): the name is read by the parser of
 * expressions, so it is of ASCII letters and must not be a word of the
 * language.
 */
void
doc_check_identifier(const Doc *at, const char *name)
{
	const char *detail =
		_("Letters, digits and \"_\" are allowed, and a letter must come first, because expressions use the name.");
	bool		good = strlen(name) <= MAX_NAME_BYTES &&
		((name[0] >= 'a' && name[0] <= 'z') ||
		 (name[0] >= 'A' && name[0] <= 'Z') || name[0] == '_');

	for (const char *s = name; good && *s; s++)
		good = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			(*s >= '0' && *s <= '9') || *s == '_';
	if (!good)
		doc_fail(at, detail, NULL, "not a name that expressions can use");
	if (expr_reserved(name))
		doc_fail(at, NULL, NULL, "the name \"%s\" belongs to the expression language",
				 name);
}

/* What is not written is as otherwise says. */
bool
doc_get_boolean(const Doc *object, const char *key, bool otherwise)
{
	const Doc  *doc = doc_get(object, key);

	return doc ? doc_boolean(doc) : otherwise;
}
