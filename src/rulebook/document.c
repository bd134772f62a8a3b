/*
 * document.c
 *		Reading a policy document: a tree with paths, and typed readers.
 *
 * The binary form of jsonb has no way up, so it is turned into a tree first;
 * documents are small and compiled once.
 */
#include "postgres.h"

#include <math.h>

#include "engine/expr.h"
#include "errors.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "rulebook/document.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#define MAX_DOCUMENT_DEPTH	32
#define MAX_NAME_BYTES		63

/* ------------------------------------------------------------------------
 * The tree
 * ------------------------------------------------------------------------
 */

static bool
is_comment(const JsonbValue *key)
{
	return key->val.string.len >= 2 && strncmp(key->val.string.val, "//", 2) == 0;
}

/* all: comments too, and nothing is too deep, only not looked at. */
static void
read_value(Doc *doc, JsonbValue *v, int depth, bool all)
{
	switch (v->type)
	{
		case jbvNull:
			doc->kind = DOC_NULL;
			break;

		case jbvBool:
			doc->kind = DOC_BOOLEAN;
			doc->boolean = v->val.boolean;
			break;

		case jbvNumeric:
			doc->kind = DOC_NUMBER;
			doc->number = v->val.numeric;
			break;

		case jbvString:
			doc->kind = DOC_TEXT;
			doc->text = pnstrdup(v->val.string.val, v->val.string.len);
			break;

		case jbvBinary:
			{
				JsonbContainer *container = v->val.binary.data;
				JsonbIterator *it = JsonbIteratorInit(container);
				JsonbIteratorToken token;
				JsonbValue	child;
				uint32		room = JsonContainerSize(container);

				check_stack_depth();
				doc->kind = JsonContainerIsObject(container) ? DOC_OBJECT : DOC_LIST;
				if (depth >= MAX_DOCUMENT_DEPTH)
				{
					if (all)
						break;
					doc_fail(doc, NULL, NULL, "nested too deeply");
				}
				doc->children = palloc0(sizeof(Doc) * Max(room, 1));
				(void) JsonbIteratorNext(&it, &child, true);
				while ((token = JsonbIteratorNext(&it, &child, true)) != WJB_DONE)
				{
					Doc		   *d = &doc->children[doc->nchildren];

					CHECK_FOR_INTERRUPTS();
					if (token == WJB_KEY)
					{
						bool		comment = !all && is_comment(&child);

						d->key = pnstrdup(child.val.string.val, child.val.string.len);
						(void) JsonbIteratorNext(&it, &child, true);
						if (comment)
							continue;
					}
					else if (token != WJB_ELEM)
						continue;
					d->parent = doc;
					d->index = doc->nchildren;
					read_value(d, &child, depth + 1, all);
					doc->nchildren++;
				}
				break;
			}

		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) v->type);
	}
}

static Doc *
read_document(Jsonb *jsonb, bool all)
{
	Doc		   *doc = palloc0(sizeof(Doc));
	JsonbValue	v;

	/* a bare value is kept as a list of one */
	if (JB_ROOT_IS_SCALAR(jsonb))
	{
		(void) JsonbExtractScalar(&jsonb->root, &v);
	}
	else
	{
		v.type = jbvBinary;
		v.val.binary.data = &jsonb->root;
		v.val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
	}
	read_value(doc, &v, 0, all);
	return doc;
}

Doc *
doc_read(Jsonb *jsonb)
{
	return read_document(jsonb, false);
}

Doc *
doc_read_all(Jsonb *jsonb)
{
	return read_document(jsonb, true);
}

static bool
plain_key(const char *key)
{
	if (*key == '\0')
		return false;
	for (; *key; key++)
	{
		if (!((*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') ||
			  (*key >= '0' && *key <= '9') || *key == '_' || *key == '-' ||
			  *key == '/' || *key == ':' || IS_HIGHBIT_SET(*key)))
			return false;
	}
	return true;
}

static void
append_clipped(StringInfo buf, const char *s)
{
	int			len = strlen(s);
	int			clipped = pg_mbcliplen(s, len, MAX_NAME_BYTES);

	appendBinaryStringInfo(buf, s, clipped);
	if (clipped < len)
		appendStringInfoString(buf, "...");
}

static void
append_path(StringInfo buf, const Doc *doc)
{
	if (doc->parent == NULL)
		return;
	append_path(buf, doc->parent);
	if (doc->parent->kind == DOC_LIST)
	{
		appendStringInfo(buf, "[%d]", doc->index);
		return;
	}
	if (buf->len > 0)
		appendStringInfoChar(buf, '.');
	if (plain_key(doc->key))
		append_clipped(buf, doc->key);
	else
	{
		appendStringInfoChar(buf, '"');
		append_clipped(buf, doc->key);
		appendStringInfoChar(buf, '"');
	}
}

char *
doc_path(const Doc *doc)
{
	StringInfoData buf;

	initStringInfo(&buf);
	append_path(&buf, doc);
	return buf.data;
}

void
doc_fail(const Doc *at, const char *detail, const char *hint,
		 const char *fmt,...)
{
	StringInfoData msg;
	char	   *path = doc_path(at);

	fmt = dgettext(TEXTDOMAIN, fmt);

	initStringInfo(&msg);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&msg, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&msg, needed);
	}

	ereport(ERROR,
			(errcode(ERRCODE_GV_INVALID_POLICY),
			 path[0] ? errmsg("policy document: %s: %s", path, msg.data) :
			 errmsg("policy document: %s", msg.data),
			 detail ? errdetail("%s", detail) : 0,
			 hint ? errhint("%s", hint) : 0));
}

/* ------------------------------------------------------------------------
 * Words for people
 * ------------------------------------------------------------------------
 */

/* Do they differ by two neighbours changing places, the commonest slip? */
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

static const char *
closest(const char *name, const char *const *candidates, int ncandidates)
{
	int			len = strlen(name);
	int			best = Min(Max(len / 3, 1), 4) + 1;
	const char *found = NULL;

	if (len == 0 || len > MAX_NAME_BYTES)
		return NULL;
	for (int i = 0; i < ncandidates; i++)
	{
		int			clen = strlen(candidates[i]);
		int			distance;

		if (clen > MAX_NAME_BYTES || abs(clen - len) >= best)
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

const char *
misspelt_hint(const char *name, const char *const *candidates, int ncandidates)
{
	const char *found = closest(name, candidates, ncandidates);

	return found ? psprintf(_("Perhaps you meant \"%s\"."), found) : NULL;
}

const char *
closest_hint(const char *name, const char *const *candidates, int ncandidates)
{
	const char *hint = misspelt_hint(name, candidates, ncandidates);
	const char *found = hint ? NULL :
		begins_alike(name, strlen(name), candidates, ncandidates);

	return found ? psprintf(_("Perhaps you meant \"%s\"."), found) : hint;
}

/* What this place calls a thing that is called otherwise elsewhere, or null. */
static const char *
other_word(const char *key, const char *const *keys, int nkeys)
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

/* ------------------------------------------------------------------------
 * Objects and lists
 * ------------------------------------------------------------------------
 */

void
doc_need_object(const Doc *doc)
{
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, NULL, NULL, "must be an object");
}

void
doc_need_list(const Doc *doc)
{
	if (doc->kind != DOC_LIST)
		doc_fail(doc, NULL, doc->kind == DOC_TEXT && doc->text[0] != '\0' ?
				 psprintf(_("Write [\"%s\"]."), doc->text) : NULL, "must be a list");
}

void
doc_check_size(const Doc *doc, int most)
{
	if (doc->nchildren > most)
		doc_fail(doc, NULL, NULL, "at most %d are possible, not %d", most,
				 doc->nchildren);
}

const Doc *
doc_get(const Doc *object, const char *key)
{
	if (object->kind != DOC_OBJECT)
		return NULL;
	for (int i = 0; i < object->nchildren; i++)
	{
		if (strcmp(object->children[i].key, key) == 0)
			return &object->children[i];
	}
	return NULL;
}

const Doc *
doc_required(const Doc *object, const char *key)
{
	const Doc  *doc = doc_get(object, key);

	if (doc == NULL)
		doc_fail(object, NULL, NULL, "key \"%s\" is missing", key);
	return doc;
}

void
doc_check_keys(const Doc *object, const char *const *keys, int nkeys)
{
	doc_check_keys_with(object, keys, nkeys, NULL);
}

void
doc_check_keys_with(const Doc *object, const char *const *keys, int nkeys,
					const char *with)
{
	doc_need_object(object);
	for (int i = 0; i < object->nchildren; i++)
	{
		const char *key = object->children[i].key;
		int			k;

		for (k = 0; k < nkeys; k++)
		{
			if (strcmp(keys[k], key) == 0)
				break;
		}
		if (k == nkeys)
		{
			const char *hint = closest_hint(key, keys, nkeys);
			StringInfoData shown;

			initStringInfo(&shown);
			append_clipped(&shown, key);
			if (with)
				doc_fail(object,
						 psprintf(_("With \"%s\" go %s."), with, word_list(keys, nkeys, "and")),
						 NULL, "key \"%s\" does not go with \"%s\"", shown.data, with);
			doc_fail(object,
					 psprintf(_("Allowed here: %s."), word_list(keys, nkeys, "and")),
					 hint ? hint : other_word(key, keys, nkeys),
					 "unknown key \"%s\"", shown.data);
		}
	}
}

/* ------------------------------------------------------------------------
 * Single values
 * ------------------------------------------------------------------------
 */

bool
doc_boolean(const Doc *doc)
{
	if (doc->kind != DOC_BOOLEAN)
		doc_fail(doc, NULL, NULL, "must be true or false");
	return doc->boolean;
}

const char *
doc_text(const Doc *doc)
{
	if (doc->kind != DOC_TEXT)
		doc_fail(doc, NULL, NULL, "must be a text");
	if (doc->text[0] == '\0')
		doc_fail(doc, NULL, NULL, "must not be empty");
	return doc->text;
}

static char *
numeric_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
}

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

const char *
doc_name(const Doc *doc)
{
	const char *name = doc_text(doc);

	doc_check_name(doc, name);
	return name;
}

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

bool
doc_get_boolean(const Doc *object, const char *key, bool otherwise)
{
	const Doc  *doc = doc_get(object, key);

	return doc ? doc_boolean(doc) : otherwise;
}

int
doc_get_word(const Doc *object, const char *key, const char *const *words,
			 int nwords, int otherwise)
{
	const Doc  *doc = doc_get(object, key);

	return doc ? doc_word(doc, words, nwords) : otherwise;
}

/* ------------------------------------------------------------------------
 * Instants
 * ------------------------------------------------------------------------
 */

/* Exactly n digits; moves on. */
static bool
read_digits(const char **s, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++)
	{
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return false;
		*value = *value * 10 + ((*s)[i] - '0');
	}
	*s += n;
	return true;
}

/*
 * YYYY-MM-DD, then optionally HH:MM[:SS[.ffffff]] and an offset.  The server's own
 * reader is not used, because what it makes of a text depends on settings of
 * the session and on today's date, and a document must always mean the same.
 */
bool
parse_instant(const char *s, pg_tz *zone, TimestampTz *result)
{
	struct pg_tm tm;
	fsec_t		fsec = 0;
	int			tz;
	int			days;

	memset(&tm, 0, sizeof(tm));
	if (!read_digits(&s, 4, &tm.tm_year) || *s++ != '-' ||
		!read_digits(&s, 2, &tm.tm_mon) || *s++ != '-' ||
		!read_digits(&s, 2, &tm.tm_mday))
		return false;
	if (tm.tm_year < 1 || tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	days = day_tab[isleap(tm.tm_year)][tm.tm_mon - 1];
	if (tm.tm_mday < 1 || tm.tm_mday > days)
		return false;

	if (*s == 'T' || *s == ' ')
	{
		s++;
		if (!read_digits(&s, 2, &tm.tm_hour) || *s++ != ':' ||
			!read_digits(&s, 2, &tm.tm_min))
			return false;
		if (*s == ':')
		{
			s++;
			if (!read_digits(&s, 2, &tm.tm_sec))
				return false;
			if (*s == '.')
			{
				int			digit;

				if (!(*++s >= '0' && *s <= '9'))
					return false;
				for (int unit = USECS_PER_SEC / 10; *s >= '0' && *s <= '9'; unit /= 10)
				{
					(void) read_digits(&s, 1, &digit);
					if (unit == 0)
						return false;
					fsec += digit * unit;
				}
			}
		}
		if (tm.tm_hour > 24 || tm.tm_min > 59 || tm.tm_sec > 59 ||
			(tm.tm_hour == 24 && (tm.tm_min > 0 || tm.tm_sec > 0 || fsec > 0)))
			return false;
	}

	if (*s == '\0')
	{
		tm.tm_isdst = -1;
		tz = DetermineTimeZoneOffset(&tm, zone);
	}
	else if (*s == 'Z')
	{
		s++;
		tz = 0;
	}
	else if (*s == '+' || *s == '-')
	{
		bool		east = *s++ == '+';
		int			hours,
					minutes = 0;

		if (!read_digits(&s, 2, &hours))
			return false;
		if (*s == ':')
			s++;
		if (*s != '\0' && !read_digits(&s, 2, &minutes))
			return false;
		if (hours > 15 || minutes > 59)
			return false;
		tz = hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE;
		if (east)
			tz = -tz;
	}
	else
		return false;
	if (*s != '\0')
		return false;

	return tm2timestamp(&tm, fsec, &tz, result) == 0;
}

TimestampTz
doc_instant(const Doc *doc, pg_tz *zone)
{
	TimestampTz result = 0;

	if (doc->kind != DOC_TEXT || !parse_instant(doc->text, zone, &result))
		doc_fail(doc, _("Examples: \"2024-01-31\", \"2024-01-31 12:00\", \"2024-01-31T12:00:00+08:00\". Without an offset the document's time zone counts."),
				 NULL, "must be an instant");
	return result;
}
