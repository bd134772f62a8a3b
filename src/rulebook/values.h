/*
 * values.h
 *		Single values of a document: each reader gives a C value or one clear
 *		error.
 *
 * All raise ERRCODE_GV_INVALID_POLICY with the path of the value when something
 * else stands there.
 */
#ifndef GOVERNANCE_RULEBOOK_VALUES_H
#define GOVERNANCE_RULEBOOK_VALUES_H

#include "postgres.h"

#include "engine/policy.h"
#include "pgtime.h"
#include "rulebook/document.h"

extern bool doc_boolean(const Doc *doc);
extern const char *doc_text(const Doc *doc);	/* not empty */
extern double doc_number(const Doc *doc);

/* Points in hundredths; more than two decimals are an error. */
extern Points doc_points(const Doc *doc, bool may_be_negative);

/* One of the words, as its index. */
extern int	doc_word(const Doc *doc, const char *const *words, int nwords);

/* A date or an instant; without an offset it is local time of the zone. */
extern TimestampTz doc_instant(const Doc *doc, pg_tz *zone);

/* A text, or an object of language -> text; gives English or else the first. */
extern const char *doc_title(const Doc *doc);

/* A name of the time zone database; null: UTC. */
extern pg_tz *doc_zone(const Doc *doc);

/* The name of a document, as "shop.credit". */
extern void doc_check_document_name(const Doc *doc);

/* A name (of a rule, rung, kind...): checks its characters and its length. */
extern const char *doc_name(const Doc *doc);
extern void doc_check_name(const Doc *at, const char *name);

/* A name that expressions can use. */
extern void doc_check_identifier(const Doc *at, const char *name);

/* The value of a key, or what it is where the key is missing. */
extern bool doc_get_boolean(const Doc *object, const char *key, bool otherwise);

#endif							/* GOVERNANCE_RULEBOOK_VALUES_H */
