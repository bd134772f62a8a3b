/*
 * document.h
 *		A document as a tree that knows its own JSON paths.
 */
#ifndef GOVERNANCE_RULEBOOK_DOCUMENT_H
#define GOVERNANCE_RULEBOOK_DOCUMENT_H

#include "postgres.h"

#include "compat.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

typedef enum DocKind
{
	DOC_NULL,
	DOC_BOOLEAN,
	DOC_NUMBER,
	DOC_TEXT,
	DOC_LIST,
	DOC_OBJECT
} DocKind;

typedef struct Doc
{
	DocKind		kind;
	const struct Doc *parent;	/* null: the document itself */
	const char *key;			/* in an object */
	int			index;			/* in a list */
	bool		boolean;
	Numeric		number;
	const char *text;
	int			nchildren;
	struct Doc *children;		/* members in the order of their keys */
	const char *noun;			/* of the document itself: see doc_read() */
} Doc;

/*
 * Reads a whole document in the current memory context.  Keys that begin with
 * two slashes are comments and left out.  noun: what errors call it ("policy
 * document"), translated when it is shown.
 */
extern Doc *doc_read(Jsonb *jsonb, const char *noun);

/* Any JSON, comments and all: for what is no document of the rulebook. */
extern Doc *doc_read_all(Jsonb *jsonb);

/* "ladder[1].when"; empty for the document itself */
extern char *doc_path(const Doc *doc);

/*
 * Raises ERRCODE_GV_INVALID_POLICY.  detail and hint may be null; they come
 * translated, while fmt is translated here.
 */
pg_noreturn
extern void doc_fail(const Doc *at, const char *detail, const char *hint,
					 const char *fmt,...) pg_attribute_printf(4, 5);

/* The value of a key, or null; the required one raises an error instead. */
extern const Doc *doc_get(const Doc *object, const char *key);
extern const Doc *doc_required(const Doc *object, const char *key);

/* Every key must be one of these. */
extern void doc_check_keys(const Doc *object, const char *const *keys, int nkeys);

/* Likewise, where the object may have other keys without the word `with`. */
extern void doc_check_keys_with(const Doc *object, const char *const *keys,
								int nkeys, const char *with);

extern void doc_need_object(const Doc *doc);
extern void doc_need_list(const Doc *doc);

/* At most so many members. */
extern void doc_check_size(const Doc *doc, int most);

#endif							/* GOVERNANCE_RULEBOOK_DOCUMENT_H */
