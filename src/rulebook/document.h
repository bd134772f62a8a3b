/*
 * document.h
 *		A policy document as a tree that knows its own JSON paths, and the
 *		readers that turn parts of it into C values or into one clear error.
 */
#ifndef GOVERNANCE_RULEBOOK_DOCUMENT_H
#define GOVERNANCE_RULEBOOK_DOCUMENT_H

#include "compat.h"
#include "engine/policy.h"
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
} Doc;

/*
 * Reads a whole document in the current memory context.  Keys that begin with
 * two slashes are comments and left out.
 */
extern Doc *doc_read(Jsonb *jsonb);

/* Any JSON, comments and all: for what is no policy document. */
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

/* Values of one type; what else stands there is an error. */
extern bool doc_boolean(const Doc *doc);
extern const char *doc_text(const Doc *doc);	/* not empty */
extern double doc_number(const Doc *doc);
extern Points doc_points(const Doc *doc, bool may_be_negative);
extern int	doc_word(const Doc *doc, const char *const *words, int nwords);
/* Reads a date or an instant; false when it is none. */
extern bool parse_instant(const char *s, pg_tz *zone, TimestampTz *result);

extern TimestampTz doc_instant(const Doc *doc, pg_tz *zone);

/* A text, or an object of language -> text; gives English or else the first. */
extern const char *doc_title(const Doc *doc);

/* A name (of a rule, rung, kind...): checks its characters and its length. */
extern const char *doc_name(const Doc *doc);
extern void doc_check_name(const Doc *at, const char *name);

/* A name that expressions can use. */
extern void doc_check_identifier(const Doc *at, const char *name);

/* The optional ones of them. */
extern bool doc_get_boolean(const Doc *object, const char *key, bool otherwise);
extern int	doc_get_word(const Doc *object, const char *key,
						 const char *const *words, int nwords, int otherwise);

/* 'Perhaps you meant "x".', or null when nothing is near enough. */
extern const char *closest_hint(const char *name, const char *const *candidates,
								int ncandidates);

/* Likewise, of slips of the pen alone: what else the word is may be meant. */
extern const char *misspelt_hint(const char *name, const char *const *candidates,
								 int ncandidates);

/* "\"a\", \"b\" or \"c\""; `last` is "and" or "or", translated here */
extern char *word_list(const char *const *words, int nwords, const char *last);

#endif							/* GOVERNANCE_RULEBOOK_DOCUMENT_H */
