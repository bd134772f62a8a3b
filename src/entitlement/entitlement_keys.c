/*
 * entitlement_keys.c
 *		The keys of an entitlement document, object by object.
 *
 * Words stand in the order of the enumerations of entitlement.h, by which the
 * compiler takes them; keys in the order in which an error lists them.
 */
#include "postgres.h"

#include "entitlement/entitlement_keys.h"
#include "rulebook/policy_keys.h"

/* ---------- single values ---------- */

#define TIME_PATTERN "^([01][0-9]|2[0-3]):[0-5][0-9]$"
#define HOURS_PATTERN "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
#define WINDOW_PATTERN "^(minute|hour|day|week|month|quarter|year|cycle|.*(minute|hour|second)s?)$"

static const DocShape time_of_day = {
	SHAPE_TEXT, "timeOfDay", "A local time of day.", "'03:00'",
	.pattern = TIME_PATTERN
};

static const DocShape hour_span = {
	SHAPE_TEXT, "hourSpan",
	"Hours of the day, the first one included and the last one not; across midnight they belong to the day on which they begin.",
	"'06:00-22:00', '22:00-06:00'",
	.pattern = HOURS_PATTERN
};

static const DocShape place = {
	SHAPE_TEXT, "placeName", "A capability, or a pattern of capabilities.", "'watch', 'app.*'",
	.least = "1"
};
static const DocShape places = {SHAPE_LIST, "placeNames", .of = &place, .least = "1"};

static const DocShape limit_text = {
	SHAPE_TEXT, "limitText",
	"A limit in a line: so much, and in which frame.",
	"'40 per day', '2000 within 24 hours', '2 during 20:00-22:00', '8 since pause', '7500 held'",
	.least = "3"
};

static const DocShape window = {
	SHAPE_TEXT, "window", "A fixed window, or a length that divides a day.",
	"'day', '30 minutes'",
	.pattern = WINDOW_PATTERN
};

static const DocShape ratio = {
	SHAPE_TEXT, "ratio", "So much per span.", "'1 per 2 seconds'",
	.pattern = "^\\s*[0-9]+(\\.[0-9]+)?\\s+per\\s+.+$"
};

static const DocShape nothing = {SHAPE_NULL};

static const DocShape amount_case = {
	SHAPE_OBJECT, "amountCase", "One case.",
	KEYS({"when", &shape_plain_condition, "The case that counts is the first whose condition holds."},
		 {"use", ANY_OF(&shape_any_number, &shape_any_text, &nothing),
			"A number or an expression; null limits nothing.", .required = true})
};

static const DocShape limit_name = {
	SHAPE_TEXT, "limitName", "A name, in which there may be blanks.", "'day', '60 in 7 days'",
	.least = "1", .most = "63"
};

static const DocShape may_be_null = {
	SHAPE_ANY_OF, "amount",
	"A number, an expression, cases, or null, which limits nothing.",
	"40, 'floor(2400 * load)', null",
	ANY(&shape_expression, LIST(&amount_case, .least = "1", .most = "64"), &nothing)
};

static const DocShape words_of_party = {
	SHAPE_TEXT, "party", "\"self\", or a kind of link.", "'guardian'", .least = "1", .most = "63"
};

/* ---------- conventions ---------- */

#define CONVENTIONS \
	{"interval_end", WORDS("excluded", "included"), "22:00:00 itself.", .otherwise = "'excluded'"}, \
	{"rolling_end", WORDS("excluded", "included"), "A use that is exactly as old as a rolling window.", \
		.otherwise = "'excluded'"}, \
	{"week_starts", WORDS("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), \
		"The first day of a week.", .otherwise = "'monday'"}, \
	{"day_starts", &time_of_day, "When a local day begins.", .otherwise = "'00:00'"}, \
	{"missing_hour", WORDS("change", "shift"), \
		"A start of day that the clocks leave out: at the change, or later by what is left out.", \
		.otherwise = "'change'"}, \
	{"crossing", WORDS("split", "start"), \
		"Time across a boundary: each part where it lies, or all where it began.", .otherwise = "'split'"}, \
	{"run_on", &shape_boolean, "May one session run on into the next window?", .otherwise = "true"}, \
	{"partial", WORDS("refuse", "clip"), "A use of which only a part fits.", .otherwise = "'refuse'"}, \
	{"changed_limit", WORDS("keep", "restart"), \
		"A limit that changes inside a window: what was used stays counted, or not.", .otherwise = "'keep'"}, \
	{"carry", ANY_OF(&shape_boolean, WORDS("first", "last"), &carry_object), \
		"What is left of a window goes on to the next one.", .otherwise = "false"}, \
	{"refunds", ANY_OF(WORDS("ever", "never"), &shape_span), "How long uses can be taken back.", \
		.otherwise = "'ever'"}, \
	{"on_reaching", ANY_OF(WORDS("refuse", "warn", "shadow"), &reach_object), \
		"What happens when a limit is reached.", .otherwise = "'refuse'"}, \
	{"missing", WORDS("strict", "refuse", "ignore"), \
		"A fact that is not known counts against the use, is a reason of its own, or is not true.", \
		.otherwise = "'strict'"}, \
	{"grants", LIST(WORDS("at_most", "hours", "require")), "What support may override.", \
		.otherwise = "['at_most']"}, \
	{"concurrent", WORDS("union", "sum", "refuse"), "Two devices of one account at once.", \
		.otherwise = "'union'"}, \
	{"repeat", WORDS("once", "each"), "A reminder comes once a window, or at each further amount.", \
		.otherwise = "'once'"}, \
	{"grant_order", WORDS("last", "first"), "Grants are used after the limit, or before it.", \
		.otherwise = "'last'"}, \
	{"late", WORDS("own", "open", "arrival"), \
		"A use that is reported late counts in its own window, there while it is open, or on arrival.", \
		.otherwise = "'own'"}, \
	{"repeat_of_ref", &shape_span, "How long a reference is remembered.", .otherwise = "'30 days'"}, \
	{"reservation", &shape_span, "How long a reservation holds.", .otherwise = "'10 minutes'"}, \
	{"age_turns", WORDS("birthday", "day_after"), "When somebody is a year older.", \
		.otherwise = "'birthday'"}

const char *const convention_keys[] = {
	"interval_end", "rolling_end", "week_starts", "day_starts", "missing_hour", "crossing", "run_on",
	"partial", "changed_limit", "carry", "refunds", "on_reaching", "missing", "grants", "concurrent",
	"repeat", "grant_order", "late", "repeat_of_ref", "reservation", "age_turns", NULL
};

const DocShape carry_object = {
	SHAPE_OBJECT, "carry", "What is left goes on.",
	KEYS({"use", WORDS("first", "last"), "Whether it is used first or last.", .required = true},
		 {"at_most", &shape_number, "So much at most; default one window's amount."})
};

const DocShape reach_object = {
	SHAPE_OBJECT, "onReaching", "What happens for a time.",
	"{'lock': '24 hours', 'reset': true}",
	KEYS({"lock", &shape_length, "Shut for so long."},
		 {"grace", &shape_length, "Let in with a warning for so long from the first excess."},
		 {"delay", &shape_length, "Let in, and settled so much later."},
		 {"reset", &shape_boolean, "With a lock: counting begins from nothing after it.",
			.otherwise = "false"},
		 {"passing", WORDS("refuse", "allow"), "With a lock: the use that goes beyond.",
			.otherwise = "'refuse'"}),
	CHOICES(ONE_OF("lock", "grace", "delay"))
};

const DocShape conventions_object = {
	SHAPE_OBJECT, "conventions", "What sources leave open.",
	KEYS(CONVENTIONS)
};

/* ---------- facts, context, observations ---------- */

const DocShape zone_object = {
	SHAPE_OBJECT, NULL, "The zone that a fact of the account names.",
	"{'attribute': 'zone', 'else': 'Asia/Shanghai'}",
	KEYS({"attribute", &shape_some_text, "A text attribute.", .required = true},
		 {"else", &shape_some_text, "The zone where it names none.", .required = true})
};

const DocShape fact_object = {
	SHAPE_OBJECT, NULL, "Type and default.",
	KEYS({"type", &shape_attribute_type, .required = true},
		 {"default", ANY_OF(&shape_any_number, &shape_boolean, &shape_any_text),
			"The value while none is known; without it the value is missing."},
		 {"of", WORDS("account", "platform"), "Whose fact it is.", .otherwise = "'account'"},
		 {"title", &shape_title})
};

const DocShape context_object = {
	SHAPE_OBJECT, NULL, "Type and default.",
	KEYS({"type", &shape_attribute_type, .required = true},
		 {"default", ANY_OF(&shape_any_number, &shape_boolean, &shape_any_text)},
		 {"title", &shape_title})
};

const DocShape observation_object = {
	SHAPE_OBJECT, NULL, "A named count, sum or latest instant.",
	KEYS({"count", WORDS("activities", "uses", "sessions", "days", "sanctions"), "What is counted."},
		 {"sum", WORDS("quantity", "amount"), "What is summed up."},
		 {"latest", WORDS("sanctions"), "The latest instant of these: a date."},
		 {"kind", &shape_name, "Of activities.", .examples = "'upload'"},
		 {"capability", &place, "Of uses, sessions and days."},
		 {"schemes", &shape_patterns, "Of sanctions; default all."},
		 {"rungs", &shape_patterns, "Of sanctions; default all."},
		 {"by", WORDS("start", "end"), "Latest: which instant of a sanction.", .otherwise = "'start'"},
		 {"in_force", &shape_boolean, "Count of sanctions: those that run now.", .otherwise = "false"},
		 {"stretch", &shape_any_number, "Latest: each sanction taken as so many times its length.",
			.otherwise = "1"},
		 {"within", &shape_span, "Only what is no older."}),
	CHOICES(ONE_OF("count", "sum", "latest"))
};

/* ---------- rests and achievements ---------- */

const DocShape rest_part_object = {
	SHAPE_OBJECT, NULL, "One part.",
	KEYS({"length", &shape_span, .required = true},
		 {"in", &place, "Spent in a session of this."})
};

const DocShape split_object = {
	SHAPE_OBJECT, NULL, "Parts that together are a rest.",
	KEYS({"parts", LIST(ANY_OF(&shape_span, &rest_part_object), .least = "2", .most = "2"), .required = true},
		 {"order", WORDS("given", "any"), .otherwise = "'given'"},
		 {"total", &shape_span, "Together at least so long."},
		 {"from", WORDS("last", "first"), "Counting starts at the end of the last part, or of the first.",
			.otherwise = "'last'"})
};

const DocShape rest_object = {
	SHAPE_OBJECT, NULL, "What counts as a rest.",
	KEYS({"without", &places, "It is free of these.", .required = true},
		 {"length", &shape_span, "At least so long.", .required = true},
		 {"in", &place, "Spent in a session of this."},
		 {"split", &split_object})
};

const DocShape clause_object = {
	SHAPE_OBJECT, NULL, "A condition with a title.",
	KEYS({"is", &shape_condition, .required = true}, {"title", &shape_title})
};

static const DocShape clause = {
	SHAPE_ANY_OF, "clause",
	ANY(&shape_condition, &clause_object)
};

static const DocShape clauses = {SHAPE_NAMES, "clauses", .of = &clause, .pattern = NAME_PATTERN, .least = "1"};

const DocShape achievement_object = {
	SHAPE_OBJECT, NULL, "A right that is won, and how it is kept.",
	KEYS({"reach", ANY_OF(&shape_condition, &clauses), "All of these must hold.", .required = true},
		 {"keep", ANY_OF(WORDS("ever", "reach"), &clauses),
			"For ever, while these hold, or while others do.", .required = true},
		 {"title", &shape_title})
};

/* ---------- hours ---------- */

const DocShape hour_object = {
	SHAPE_OBJECT, NULL, "Hours of certain days.",
	"{'on': ['friday', 'holiday'], 'except': ['worked_weekend'], 'at': '20:00-21:00'}",
	KEYS({"on", LIST(WORDS("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
							"holiday", "worked_weekend", "working_day", "free_day"), .least = "1"),
			"Kinds of days; default every day."},
		 {"except", LIST(WORDS("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
								"holiday", "worked_weekend", "working_day", "free_day"), .least = "1"),
			"Kinds of days that are left out."},
		 {"at", ANY_OF(&hour_span, LIST(&hour_span, .least = "1")), "Which hours.", .required = true},
		 {"when", &shape_condition, "Only while this holds."})
};

static const DocShape hour_list = {
	SHAPE_LIST, "hourList", .of = ANY_OF(&hour_span, &hour_object), .least = "1"
};

const DocShape hour_case_object = {
	SHAPE_OBJECT, NULL, "One case.",
	KEYS({"when", &shape_condition}, {"use", &hour_list, .required = true})
};

static const DocShape hours = {
	SHAPE_ANY_OF, "hours", "Hours, or cases of hours.",
	"['06:00-22:00'], [{'when': 'years >= 16', 'use': ['00:00-22:00']}, {'use': ['00:00-21:00']}]",
	ANY(&hour_list, LIST(&hour_case_object, .least = "1"))
};

/* ---------- limits ---------- */

const DocShape every_object = {
	SHAPE_OBJECT, NULL, "A window that is counted from an anchor.",
	"{'every': '5 hours', 'from': 'first_use'}",
	KEYS({"every", &shape_span, .required = true},
		 {"from", &shape_some_text,
			"\"first_use\", \"opened\", an attribute that holds a date, or an instant.", .required = true})
};

const DocShape per_session_object = {
	SHAPE_OBJECT, NULL, "A window that is a session of another capability.",
	KEYS({"session", &place, .required = true})
};

const DocShape link_object_of = {
	SHAPE_OBJECT, NULL, "The account that a link names.",
	KEYS({"link", &shape_name, "Kind of the link.", .required = true})
};

static const DocShape whose = {
	SHAPE_ANY_OF, "whose", "Whose counter it is.",
	"'account', 'subject', 'counterpart', 'pair', {'link': 'household'}, 'context.device'",
	ANY(&shape_some_text, &link_object_of)
};

#define WHOSE ANY_OF(&whose, LIST(&whose, .least = "1"))

#define PEOPLE \
	{"title", &shape_title}, {"note", &shape_title}, \
	{"source", ANY_OF(&shape_some_text, LIST(&shape_some_text)), "Where the figures come from."}

const DocShape limit_object = {
	SHAPE_OBJECT, NULL, "A limit.",
	KEYS({"name", &limit_name, "In answers, consents and used(); default what follows the amount."},
		 {"amount", &may_be_null, "So much; 0 refuses all, null limits nothing."},
		 {"per", ANY_OF(&window, WORDS("use", "session"), &per_session_object, &every_object),
			"A fixed window."},
		 {"within", &shape_span, "A window that moves."},
		 {"by", WORDS("exact", "day", "share"),
			"Within: a use leaves whole, with its local day, or minute by minute.", .otherwise = "'exact'"},
		 {"during", &hours, "Each such interval is a window; outside of them the limit is silent."},
		 {"since", &shape_name, "A rest; with within: and not further back."},
		 {"only_for", &shape_length, "With since: instead of an amount, clock time from the first use on."},
		 {"held", ANY_OF(&shape_boolean, &shape_expression),
			"A stock: uses less what was given up, or a fact that says it."},
		 {"refill", &ratio, "A bucket of amount that fills evenly."},
		 {"of", WHOSE, .otherwise = "'account'"},
		 {"counting", &places, "Whose uses count; default this one, or the pool's members."},
		 {"measure", &shape_some_text, "\"amount\", \"uses\", \"sessions\", or an expression.",
			.otherwise = "'amount'"},
		 {"when", &shape_condition, "Where it is false the limit is silent; uses count all the same."},
		 {"raise_after", ANY_OF(&shape_span, LIST(&shape_some_text, .least = "1", .most = "2")),
			"When a value that was set higher takes effect.", .examples = "['72 hours', 'period']"},
		 {"unset", WORDS("unlimited", "refuse"), "When there is no amount and nobody has set one.",
			.otherwise = "'unlimited'"},
		 {"ours", &shape_boolean, "The figure is the document's own.", .otherwise = "false"},
		 PEOPLE, CONVENTIONS),
	CHOICES(SOME_OF("per", "within", "during", "since", "held", "refill"))
};

static const DocShape limit = {SHAPE_ANY_OF, "limit", ANY(&limit_text, &limit_object)};

/* ---------- who may loosen what ---------- */

const DocShape loosening_object = {
	SHAPE_OBJECT, NULL, "Who may loosen what.",
	KEYS({"by", &words_of_party, .required = true},
		 {"may", LIST(&shape_some_text, .least = "1"),
			"\"at_most\", \"hours\", names of limits and clauses.", .required = true},
		 {"when", &shape_condition, "Only while this holds."},
		 {"each", &shape_any_number, "In steps of so much."},
		 {"at_most", &limit_text, "So often.", .examples = "'2 per day'"},
		 {"longest", &shape_span, "For so long at most."},
		 {"only", &shape_some_text, "For one thing alone.", .examples = "'context.item'"})
};

static const DocShape consent = {
	SHAPE_ANY_OF, "consent", "Who may loosen what for a time.",
	"{'guardian': ['at_most', 'hours']}",
	ANY(NAMES(LIST(&shape_some_text, .least = "1"), .pattern = NAME_PATTERN), LIST(&loosening_object))
};

const DocShape switch_object = {
	SHAPE_OBJECT, NULL, "Who may switch it off, and for how long.",
	KEYS({"by", LIST(&words_of_party, .least = "1"), .otherwise = "['self', 'guardian']"},
		 {"start", WORDS("on", "off"), .otherwise = "'on'"},
		 {"off_for", &shape_span, "Off for exactly so long, and not back on before."})
};

const DocShape session_object = {
	SHAPE_OBJECT, NULL, "How sessions run.",
	KEYS({"at_once", NUMBER(.least = "1"), "How many at once; default any number."},
		 {"of", WHOSE, "Whose sessions count.", .otherwise = "'account'"},
		 {"by", &shape_some_text, "A place; sessions of one place do not exclude each other.",
			.examples = "'context.operator'"},
		 {"apart", &shape_length, "Between places, or between sessions."},
		 {"lease", &shape_span, "How long a session lives without a sign.", .otherwise = "'2 minutes'"})
};

const DocShape pools_in_order_object = {
	SHAPE_OBJECT, NULL, "Taken from the first, the rest from the next.",
	KEYS({"in_order", &shape_some_names, .required = true})
};

#define PLACE \
	PEOPLE, \
	{"unit", &shape_some_text, "What amounts are; seconds, minutes and hours are measured by sessions.", \
		.otherwise = "'uses'"}, \
	{"require", ANY_OF(&shape_condition, &clauses), "The gate: all must hold."}, \
	{"hours", &hours, "Open only then."}, \
	{"closed", &hours, "Shut then, whatever hours says."}, \
	{"at_most", LIST(&limit, .least = "1", .most = "64")}, \
	{"at_least", &shape_any_number, "The smallest use."}, \
	{"step", &shape_any_number, "Every use is a multiple."}, \
	{"apart", &shape_length, "Between a use and the one before."}, \
	{"session", &session_object}, \
	{"consent", &consent}, \
	{"set_by", &consent, "Who may put lasting values of his own instead."}, \
	{"switch", ANY_OF(&shape_boolean, LIST(&words_of_party, .least = "1"), &switch_object), \
		"Who may switch it off.", .otherwise = "['self', 'guardian']"}, \
	{"settles_after", &shape_length, "Until then a use can be taken back, afterwards not."}, \
	{"ours", &shape_boolean, "The figures are the document's own.", .otherwise = "false"}

const DocShape capability_object = {
	SHAPE_OBJECT, NULL, "When, how much, and how.",
	KEYS(PLACE,
		 {"pool", ANY_OF(&shape_name, &shape_some_names, &pools_in_order_object), "Shares what that pool says."},
		 CONVENTIONS)
};

const DocShape pool_object = {
	SHAPE_OBJECT, NULL, "What several capabilities share.",
	KEYS(PLACE,
		 {"counting", &places, "Whose uses count in it; default its members."},
		 CONVENTIONS)
};

/* ---------- examples ---------- */

static const DocShape fact_value = {
	SHAPE_ANY_OF, ANY(&shape_any_text, &shape_any_number, &shape_boolean, &nothing)
};
static const DocShape facts_of_example = {SHAPE_NAMES, .of = &fact_value, .pattern = IDENTIFIER_PATTERN};
static const DocShape other_account = {SHAPE_NUMBER, .least = "1"};
static const DocShape never_instant = {SHAPE_ANY_OF, ANY(&shape_instant, &nothing)};
static const DocShape one_or_more = {SHAPE_ANY_OF, ANY(&shape_some_text, LIST(&shape_some_text))};

const DocShape example_account_object = {
	SHAPE_OBJECT, NULL, "Another account.",
	KEYS({"facts", &facts_of_example}, {"subject", &shape_boolean, "One subject with the account.", .otherwise = "false"},
		 {"links", LIST(&shape_name), "Kinds of links with the account."})
};

const DocShape example_event_object = {
	SHAPE_OBJECT, NULL, "What happens.",
	KEYS({"at", &shape_instant, .required = true},
		 {"use", &place, "A use."}, {"reserve", &place, "A reservation."},
		 {"commit", &shape_some_text, "Of a reservation, by its reference."},
		 {"release", &shape_some_text, "Gives up, by reference."},
		 {"refund", &shape_some_text, "Takes back, by reference."},
		 {"begin", &place, "A session begins."}, {"touch", &place, "A sign of life."}, {"end", &place, "It ends."},
		 {"grant", &place, "More for a time."}, {"consent", &place, "Somebody agrees."},
		 {"set", &place, "A lasting value."}, {"switch", &place, "A switch is turned."},
		 {"attribute", &shape_some_text, "A fact has another value."},
		 {"activity", &shape_name, "An activity."}, {"sanction", &shape_name, "A sanction of this rung."},
		 {"amount", &shape_any_number}, {"account", &other_account}, {"counterpart", &other_account},
		 {"context", &facts_of_example}, {"place", &shape_some_text}, {"ref", &shape_some_text},
		 {"arrives", &shape_instant, "When it is reported."}, {"until", &shape_instant},
		 {"unchecked", &shape_boolean, "It came in by another way.", .otherwise = "false"},
		 {"by", &words_of_party}, {"may", &shape_some_text}, {"rule", &shape_some_text}, {"only", &shape_some_text},
		 {"on", LIST(WORDS("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))},
		 {"allowed", &shape_boolean}, {"value", &fact_value}, {"quantity", &shape_any_number},
		 {"scheme", &shape_some_text},
		 {"tier", WORDS("warned", "limited", "muted", "suspended", "revoked", "banned")})
};

const DocShape example_rule_object = {
	SHAPE_OBJECT, NULL, "What one rule says.",
	KEYS({"limit", ANY_OF(&shape_any_number, &nothing)}, {"used", &shape_any_number},
		 {"reserved", &shape_any_number}, {"granted", &shape_any_number},
		 {"remaining", ANY_OF(&shape_any_number, &nothing)},
		 {"resets_at", &never_instant}, {"until", &never_instant}, {"again", &never_instant},
		 {"permits", &shape_boolean}, {"warning", &shape_boolean}, {"shadow", &shape_boolean})
};

const DocShape example_expect_object = {
	SHAPE_OBJECT, NULL, "A question, and what the document must say to it.",
	KEYS({"at", &shape_instant, .required = true}, {"ask", &place, .required = true},
		 {"known", &shape_instant, "When it is asked; default at that instant."},
		 {"amount", &shape_any_number}, {"account", &other_account}, {"counterpart", &other_account},
		 {"context", &facts_of_example}, {"place", &shape_some_text},
		 {"permits", &shape_boolean},
		 {"remaining", ANY_OF(&shape_any_number, &nothing)},
		 {"until", &never_instant}, {"again", &never_instant}, {"settles_at", &never_instant},
		 {"because", &one_or_more}, {"warnings", &one_or_more}, {"consent", &one_or_more},
		 {"rules", NAMES(&example_rule_object)})
};

const DocShape example_object = {
	SHAPE_OBJECT, NULL, "A case that the document must decide as it says.",
	KEYS({"name", &shape_some_text, .required = true}, {"note", &shape_title},
		 {"facts", &facts_of_example, "Facts of the account."},
		 {"accounts", NAMES(&example_account_object, .pattern = "^[0-9]+$"), "Other accounts, by number."},
		 {"opened", &shape_instant, "When the account was opened."},
		 {"events", LIST(&example_event_object)},
		 {"expect", LIST(&example_expect_object, .least = "1"), .required = true})
};

/* ---------- the document ---------- */

const DocShape entitlement_document = {
	SHAPE_OBJECT, NULL,
	"One version of what an account may do, when and how much. A key that begins with // is a comment. doc/entitlements.md explains every key; governance.check_policy() checks more than a schema can.",
	KEYS({"entitlement", TEXT(.pattern = "^[a-z][a-z0-9_.-]*$", .most = "63"), "The name of the document.",
			.required = true, .examples = "'channels.teen'"},
		 PEOPLE,
		 {"time_zone", ANY_OF(&shape_any_text, &zone_object), "Whose local days count.",
			.otherwise = "'UTC'", .examples = "'Asia/Shanghai'"},
		 {"attributes", NAMES(ANY_OF(&shape_attribute_type, &fact_object), .pattern = IDENTIFIER_PATTERN),
			"Facts that the document looks at."},
		 {"context", NAMES(ANY_OF(&shape_attribute_type, &context_object), .pattern = IDENTIFIER_PATTERN),
			"What a request may bring with it, read as context.NAME."},
		 {"facets", NAMES(&shape_facet, .pattern = IDENTIFIER_PATTERN),
			"Named expressions over attributes and other facets."},
		 {"observe", NAMES(&observation_object, .pattern = IDENTIFIER_PATTERN),
			"Named counts, sums and latest instants."},
		 {"calendar", &calendar_object},
		 {"cycle", &shape_cycle, "What \"cycle\" means in windows."},
		 {"applies", &shape_condition, "Whom the document is about; where false it is silent."},
		 {"instead_of", LIST(&shape_some_text, .least = "1"),
			"Entitlements that are silent where this one applies."},
		 {"rests", NAMES(&rest_object, .pattern = NAME_PATTERN), "What counts as a rest."},
		 {"achievements", NAMES(&achievement_object, .pattern = NAME_PATTERN),
			"Rights that are won and kept."},
		 {"pools", NAMES(&pool_object, .pattern = NAME_PATTERN), "What several capabilities share."},
		 {"capabilities", NAMES(ANY_OF(&shape_boolean, &capability_object)),
			"true: nothing stands in the way; false: never; not named: the document is silent.",
			.required = true},
		 {"conventions", &conventions_object},
		 {"enforcement", &enforcement_object},
		 {"examples", LIST(&example_object),
			"Cases that the document must decide as they say."})
};
