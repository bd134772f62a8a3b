/*
 * keys.h
 *		What may stand where in a document: one table of keys for each of its
 *		objects.
 *
 * The compiler refuses every other key, and the JSON Schemas in doc/schema are
 * made of the same tables (doc/schema/make_schema).  A table says what a schema
 * can say: names and types of values, words, ranges, which key must be there.
 * What is true of values together is for the compiler to check.  The document
 * itself is the shape that all others are part of: each kind of documents has one.
 *
 * The tables are data without any code, so that a program without a server can
 * read them.  JSON in them is written with single quotes.
 */
#ifndef GOVERNANCE_RULEBOOK_KEYS_H
#define GOVERNANCE_RULEBOOK_KEYS_H

#include "postgres.h"

typedef struct DocShape DocShape;

/* The kinds of values, and the members of DocShape that say more of them. */
typedef enum ShapeKind
{
	SHAPE_TEXT,					/* pattern, format; least and most characters */
	SHAPE_NUMBER,				/* least, above, most */
	SHAPE_BOOLEAN,
	SHAPE_TRUE,					/* nothing but true */
	SHAPE_FALSE,
	SHAPE_NULL,
	SHAPE_WORD,					/* one of words */
	SHAPE_LIST,					/* of; least and most items, different */
	SHAPE_OBJECT,				/* keys, fields, cases, choices; least and most keys */
	SHAPE_NAMES,				/* an object whose keys are names that the document
								 * chooses: pattern (of a name), of; least */
	SHAPE_ANY_OF				/* any */
} ShapeKind;

/* A key of an object. */
typedef struct DocKey
{
	const char *name;
	const DocShape *shape;
	const char *describes;		/* null: the shape says it */
	bool		required;
	const char *otherwise;		/* the default, as JSON; null: none, or the text says it */
	const char *examples;		/* JSON values, with commas between; or null */
} DocKey;

/* The keys that go with a word: others of the object are refused beside it. */
typedef struct DocCase
{
	const char *word;
	const char *const *keys;	/* the last one is null */
} DocCase;

/* Of these keys one must be there; and no other of them, unless several may. */
typedef struct DocChoice
{
	const char *const *keys;	/* the last one is null; and so has the last choice */
	bool		several;
} DocChoice;

struct DocShape
{
	ShapeKind	kind;
	const char *name;			/* by which schemas refer to it; null: it stands in
								 * one place, or is too simple */
	const char *describes;
	const char *examples;		/* as those of a key */
	const char *pattern;		/* a regular expression of ECMA-262 */
	const char *format;			/* as JSON Schema calls it */
	const char *least;			/* numbers, as JSON; null: no limit */
	const char *above;
	const char *most;
	const char *const *words;
	int			nwords;
	const DocShape *of;			/* what each item or member is; null: anything */
	bool		different;		/* no item twice */
	const DocShape *const *any; /* the last one is null */
	const DocKey *keys;			/* the last one has no name; null: there are only fields */
	int			fields;			/* STATEMENT_KEYS_*: keys are fields of statements, too */
	const DocCase *cases;		/* the last one has no word; or null */
	const DocChoice *choices;	/* or null */
};

/* The fields of European statements of reasons that are keys of an object. */
#define STATEMENT_KEYS_CONTENT	1
#define STATEMENT_KEYS_DECISION	2

#endif							/* GOVERNANCE_RULEBOOK_KEYS_H */
