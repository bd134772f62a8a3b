/*
 * shapes.h
 *		How the tables of keys are written, and the values that stand in documents
 *		of every kind.
 */
#ifndef GOVERNANCE_RULEBOOK_SHAPES_H
#define GOVERNANCE_RULEBOOK_SHAPES_H

#include "rulebook/keys.h"

/* ---------- how shapes are written ---------- */

#define TEXT(...) (&(const DocShape) {SHAPE_TEXT, __VA_ARGS__})
#define NUMBER(...) (&(const DocShape) {SHAPE_NUMBER, __VA_ARGS__})
#define LIST(...) (&(const DocShape) {SHAPE_LIST, .of = __VA_ARGS__})
#define NAMES(...) (&(const DocShape) {SHAPE_NAMES, .of = __VA_ARGS__})
#define ANY_OF(...) \
	(&(const DocShape) {SHAPE_ANY_OF, .any = (const DocShape *const[]) {__VA_ARGS__, NULL}})
#define WORDS(...) \
	(&(const DocShape) {SHAPE_WORD, .words = (const char *const[]) {__VA_ARGS__}, \
		.nwords = lengthof(((const char *const[]) {__VA_ARGS__}))})
#define ANY(...) .any = (const DocShape *const[]) {__VA_ARGS__, NULL}
#define KEYS(...) .keys = (const DocKey[]) {__VA_ARGS__, {NULL}}
#define KEY_NAMES(...) (const char *const[]) {__VA_ARGS__, NULL}
#define CASES(...) .cases = (const DocCase[]) {__VA_ARGS__, {NULL}}
#define CHOICES(...) .choices = (const DocChoice[]) {__VA_ARGS__, {NULL}}
#define ONE_OF(...) {KEY_NAMES(__VA_ARGS__)}
#define SOME_OF(...) {KEY_NAMES(__VA_ARGS__), .several = true}

/* Of names, and of names that expressions use. */
#define NAME_PATTERN "^[^\\u0000-\\u002c\\u003b-\\u0040\\u005b-\\u005e\\u0060\\u007b-\\u007f]+$"
#define IDENTIFIER_PATTERN "^[A-Za-z_][A-Za-z0-9_]*$"

#define DAY_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#define SPAN_PATTERN \
	"^\\s*(ever\\s*|([0-9]+\\s*(year|month|week|day|hour|minute|second)s?\\s*)+)$"
#define INSTANT_PATTERN \
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}" \
	"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?)?" \
	"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"

/* ---------- values of every kind of document ---------- */

extern const DocShape shape_any_text;
extern const DocShape shape_some_text;
extern const DocShape shape_any_number;
extern const DocShape shape_boolean;
extern const DocShape shape_only_true;
extern const DocShape shape_name;
extern const DocShape shape_title;
extern const DocShape shape_points;
extern const DocShape shape_instant;
extern const DocShape shape_unit;
extern const DocShape shape_patterns;
extern const DocShape shape_names;
extern const DocShape shape_some_names;
extern const DocShape shape_days;
extern const DocShape shape_expression;
extern const DocShape shape_plain_condition;
extern const DocShape shape_condition_cases;
extern const DocShape shape_condition;
extern const DocShape shape_number_cases;
extern const DocShape shape_number;
extern const DocShape shape_facet;
extern const DocShape shape_span;
extern const DocShape shape_length;
extern const DocShape shape_cycle;
extern const DocShape shape_attribute_type;
extern const DocShape shape_attribute;
extern const DocShape case_object;
extern const DocShape formula_object;
extern const DocShape anchored_object;
extern const DocShape attribute_object;

#endif							/* GOVERNANCE_RULEBOOK_SHAPES_H */
