/*
 * document.c
 *		A document as a tree with paths, and what may stand in its objects and
 *		lists.
 *
 * The binary form of jsonb has no way up, so it is turned into a tree first;
 * documents are small and compiled once.
 */
#include "postgres.h"

#include "errors.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "rulebook/document.h"
#include "rulebook/words.h"

#define MAX_DOCUMENT_DEPTH	32

/* What is shown of a key. */
#define MAX_KEY_BYTES		63

/* ------------------------------------------------------------------------
 * The tree
 * ------------------------------------------------------------------------
 */

/* A key that begins with two slashes. */
static bool
is_comment(const JsonbValue *key)
{
	return key->val.string.len >= 2 && strncmp(key->val.string.val, "//", 2) == 0;
}

/*
 * Fills in a value and what is below it.  depth: how deep it stands, from 0 on.
 * all: comments too, and nothing is too deep, only not looked at.
 */
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

/* doc_read() and doc_read_all(), which differ by all. */
static Doc *
read_document(Jsonb *jsonb, const char *noun, bool all)
{
	Doc		   *doc = palloc0(sizeof(Doc));
	JsonbValue	v;

	doc->noun = noun;

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

/* What stands too deep is an error: nothing that a document needs does. */
Doc *
doc_read(Jsonb *jsonb, const char *noun)
{
	return read_document(jsonb, noun, false);
}

/* What stands too deep is only not looked at. */
Doc *
doc_read_all(Jsonb *jsonb)
{
	return read_document(jsonb, "JSON", true);
}

/* ------------------------------------------------------------------------
 * Paths and errors
 * ------------------------------------------------------------------------
 */

/* May the key stand in a path without quotes? */
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

/* At most as many bytes as a name may have, so that an error stays readable. */
static void
append_clipped(StringInfo buf, const char *s)
{
	int			len = strlen(s);
	int			clipped = pg_mbcliplen(s, len, MAX_KEY_BYTES);

	appendBinaryStringInfo(buf, s, clipped);
	if (clipped < len)
		appendStringInfoString(buf, "...");
}

/* The path of the parents first, and then its own step. */
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

/* For a person to find the place, as jq and JavaScript write it. */
char *
doc_path(const Doc *doc)
{
	StringInfoData buf;

	initStringInfo(&buf);
	append_path(&buf, doc);
	return buf.data;
}

/*
 * What the document is and the path go in front of the message, which is put
 * together here because the translation of fmt has the same arguments.
 */
void
doc_fail(const Doc *at, const char *detail, const char *hint,
		 const char *fmt,...)
{
	StringInfoData msg;
	char	   *path = doc_path(at);
	const Doc  *root = at;

	while (root->parent != NULL)
		root = root->parent;
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
			 path[0] ? errmsg("%s: %s: %s", _(root->noun), path, msg.data) :
			 errmsg("%s: %s", _(root->noun), msg.data),
			 detail ? errdetail("%s", detail) : 0,
			 hint ? errhint("%s", hint) : 0));
}

/* ------------------------------------------------------------------------
 * Objects and lists
 * ------------------------------------------------------------------------
 */

/* Anything else, null included, is an error. */
void
doc_need_object(const Doc *doc)
{
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, NULL, NULL, "must be an object");
}

/* A single text in place of a list is the commonest slip. */
void
doc_need_list(const Doc *doc)
{
	if (doc->kind != DOC_LIST)
		doc_fail(doc, NULL, doc->kind == DOC_TEXT && doc->text[0] != '\0' ?
				 psprintf(_("Write [\"%s\"]."), doc->text) : NULL, "must be a list");
}

/* So that a document cannot make a compiled policy of any size. */
void
doc_check_size(const Doc *doc, int most)
{
	if (doc->nchildren > most)
		doc_fail(doc, NULL, NULL, "at most %d are possible, not %d", most,
				 doc->nchildren);
}

/* The members are few, so that they are looked through one by one. */
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

/* The error stands at the object that lacks the key. */
const Doc *
doc_required(const Doc *object, const char *key)
{
	const Doc  *doc = doc_get(object, key);

	if (doc == NULL)
		doc_fail(object, NULL, NULL, "key \"%s\" is missing", key);
	return doc;
}

/*
 * The error names the keys that are allowed, because one of them is what was
 * meant.
 */
void
doc_check_keys(const Doc *object, const char *const *keys, int nkeys)
{
	doc_check_keys_with(object, keys, nkeys, NULL);
}

/*
 * with: the word that the other keys do not go with; null: no other keys are
 * known.
 */
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
					 hint ? hint : other_word_hint(key, keys, nkeys),
					 "unknown key \"%s\"", shown.data);
		}
	}
}
