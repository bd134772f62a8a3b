/*
 * json.h
 *		Writing JSON as text, in the order in which it is to be read.
 *
 * jsonb puts the keys of an object in an order of its own.  What people read,
 * and what becomes jsonb in one step at the end, is written as text.
 *
 * Every function appends to a StringInfo.  Its key is that of a member of the
 * object that was begun last; null says that there is none: the next item of an
 * array, or the value that the whole text is.  The comma before it, where one
 * belongs, is written along.
 */
#ifndef GOVERNANCE_JSON_H
#define GOVERNANCE_JSON_H

#include "postgres.h"

#include "compat.h"
#include "points.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

/* An object; its members follow, until json_end_object(). */
extern void json_begin_object(StringInfo out, const char *key);
extern void json_end_object(StringInfo out);

/* An array; its items follow, until json_end_array(). */
extern void json_begin_array(StringInfo out, const char *key);
extern void json_end_array(StringInfo out);

extern void json_null(StringInfo out, const char *key);
extern void json_boolean(StringInfo out, const char *key, bool value);
extern void json_int64(StringInfo out, const char *key, int64 value);

/* A number that was computed, with the fifteen digits that a double is sure of. */
extern void json_double(StringInfo out, const char *key, double value);

/* A number with at most two decimals. */
extern void json_points(StringInfo out, const char *key, Points points);

/* A string; null if there is none. */
extern void json_text(StringInfo out, const char *key, const char *text);

/* An array of strings. */
extern void json_texts(StringInfo out, const char *key, const char *const *texts, int n);

/* A string in the form of ISO 8601 and in the session's time zone; null for
 * infinity. */
extern void json_instant(StringInfo out, const char *key, TimestampTz at);

/* What is JSON already, as it is; null if there is none. */
extern void json_raw(StringInfo out, const char *key, const char *json);

#endif							/* GOVERNANCE_JSON_H */
