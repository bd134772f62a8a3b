/*
 * shapes.c
 *		Values that stand in documents of every kind, as the tables of keys have
 *		them.
 */
#include "postgres.h"

#include "rulebook/shapes.h"

/* ---------- single values ---------- */

const DocShape shape_any_text = {SHAPE_TEXT};
const DocShape shape_some_text = {SHAPE_TEXT, .least = "1"};
const DocShape shape_any_number = {SHAPE_NUMBER};
const DocShape shape_boolean = {SHAPE_BOOLEAN};
const DocShape shape_only_true = {SHAPE_TRUE};

const DocShape shape_name = {
	SHAPE_TEXT, "name",
	"A name: letters of any script, digits, _ . - / and :, at most 63 bytes.",
	.pattern = NAME_PATTERN, .least = "1", .most = "63"
};

const DocShape shape_title = {
	SHAPE_ANY_OF, "title",
	"A text for people, or the text in several languages.",
	ANY(&shape_some_text, NAMES(&shape_some_text, .pattern = "^[A-Za-z0-9-]{2,35}$", .least = "1",
					 .examples = "{'en': 'spam', 'zh': '垃圾信息'}"))
};

const DocShape shape_points = {
	SHAPE_NUMBER, "points",
	"Points, with at most two decimals.",
	.least = "0", .most = "21474836.47"
};

const DocShape shape_instant = {
	SHAPE_TEXT, "instant",
	"A date, or a date with a time and optionally an offset; without one the document's time zone counts.",
	"'2024-01-31', '2024-01-31T12:00:00+08:00'",
	.pattern = INSTANT_PATTERN
};

const DocShape shape_unit = {
	SHAPE_WORD, "unit",
	"A unit of the local calendar; weeks begin on Monday.",
	.words = KEY_NAMES("day", "week", "month", "quarter", "year"), .nwords = 5
};

const DocShape shape_patterns = {SHAPE_LIST, "patterns", .of = &shape_some_text, .least = "1"};
const DocShape shape_names = {SHAPE_LIST, "names", .of = &shape_name};
const DocShape shape_some_names = {SHAPE_LIST, .of = &shape_name, .least = "1"};

const DocShape shape_days = {
	SHAPE_LIST, NULL, "Days.", "['2024-10-01']",
	.of = TEXT(.pattern = DAY_PATTERN)
};

/* ---------- expressions and cases ---------- */

const DocShape shape_expression = {
	SHAPE_ANY_OF, "expression",
	"An expression that gives a number, written as a text, or a number.",
	"'if(level >= 2, 5, 0)', 5",
	ANY(&shape_any_text, &shape_any_number)
};

const DocShape shape_plain_condition = {
	SHAPE_ANY_OF, "plainCondition",
	ANY(&shape_any_text, &shape_boolean)
};

const DocShape case_object = {
	SHAPE_OBJECT, NULL, "One case.",
	KEYS({"when", &shape_plain_condition}, {"use", &shape_expression, .required = true})
};

const DocShape shape_condition_cases = {
	SHAPE_LIST, "conditionCases",
	"The first case whose condition holds counts.",
	.least = "1", .most = "64",
	.of = &(const DocShape) {
		SHAPE_OBJECT, NULL, "One case.",
		KEYS({"when", &shape_plain_condition}, {"use", &shape_plain_condition, .required = true})
	}
};

const DocShape shape_condition = {
	SHAPE_ANY_OF, "condition",
	"An expression that is true or false, or a list of cases.",
	"'score <= 69'",
	ANY(TEXT(.least = "1", .most = "8192"), &shape_boolean, &shape_condition_cases)
};

const DocShape shape_number_cases = {
	SHAPE_LIST, "numberCases",
	"The first case whose condition holds counts; with none left there is no value.",
	.least = "1", .most = "64", .of = &case_object
};

const DocShape shape_number = {
	SHAPE_ANY_OF, "number",
	"A number, an expression, or a list of cases.",
	"1, 'floor(lost / 2)', [{'when': 'level >= 2', 'use': 5}, {'use': 0}]",
	ANY(&shape_expression, &shape_number_cases)
};

const DocShape shape_facet = {
	SHAPE_ANY_OF,
	ANY(ANY_OF(&shape_any_text, &shape_any_number, &shape_boolean), &(const DocShape) {SHAPE_LIST})
};

/* ---------- spans ---------- */

const DocShape shape_span = {
	SHAPE_TEXT, "span",
	"A span of time: calendar years, months, weeks and days, exact hours, minutes and seconds; or \"ever\".",
	"'30 days', '12 months', '1 day 12 hours', 'ever'",
	.pattern = SPAN_PATTERN
};

const DocShape formula_object = {
	SHAPE_OBJECT, "formula",
	"A span that is worked out: so many of one unit.",
	"{'days': '7 * strikes'}",
	.least = "1", .most = "1",
	KEYS({"seconds", &shape_number, "How many seconds."},
		 {"minutes", &shape_number, "How many minutes."},
		 {"hours", &shape_number, "How many hours."},
		 {"days", &shape_number, "How many days."},
		 {"weeks", &shape_number, "How many weeks."},
		 {"months", &shape_number, "How many months."},
		 {"years", &shape_number, "How many years."})
};

const DocShape shape_length = {
	SHAPE_ANY_OF, "length",
	"A span, a formula, or a list of cases of these.",
	ANY(&shape_span, &formula_object,
		LIST(&(const DocShape) {
			SHAPE_OBJECT, NULL, "One case.",
			KEYS({"when", &shape_condition}, {"use", ANY_OF(&shape_span, &formula_object), .required = true})
		}, .least = "1"))
};

const DocShape anchored_object = {
	SHAPE_OBJECT, "anchored",
	"A cycle that is counted from an anchor.",
	"{'every': '12 months', 'from': 'opened'}",
	KEYS({"every", &shape_span, "How long it is.", .required = true},
		 {"from", &shape_some_text,
			"\"opened\" (the account's opening), an attribute that holds a date, or an instant.",
			.required = true})
};

const DocShape shape_cycle = {
	SHAPE_ANY_OF, "cycle",
	"A recurring boundary.",
	"'year', {'every': '12 months', 'from': 'licensed_on'}",
	ANY(&shape_unit, &anchored_object)
};

/* ---------- attributes and severities ---------- */

const DocShape shape_attribute_type = {
	SHAPE_WORD, "attributeType",
	.words = KEY_NAMES("number", "boolean", "text", "date"), .nwords = 4
};

const DocShape attribute_object = {
	SHAPE_OBJECT, NULL, "Type and default.",
	KEYS({"type", &shape_attribute_type, .required = true},
		 {"default", ANY_OF(&shape_any_number, &shape_boolean, &shape_any_text),
			"The value while none is known; without it the value is missing."},
		 {"title", &shape_title})
};

const DocShape shape_attribute = {
	SHAPE_ANY_OF, "attribute",
	"A fact of governance.attribute.",
	"'number', {'type': 'number', 'default': 0}",
	ANY(&shape_attribute_type, &attribute_object)
};
