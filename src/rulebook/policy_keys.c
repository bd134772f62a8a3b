/*
 * policy_keys.c
 *		The keys of a policy document, object by object.
 *
 * Words stand in the order of the engine's enumerations, by which the compiler
 * takes them; keys in the order in which an error lists them.
 */
#include "postgres.h"

#include "engine/names.h"
#include "rulebook/policy_keys.h"
#include "rulebook/shapes.h"
#include "types/sanction_tier.h"

#define QUOTA_PATTERN "^\\s*[0-9]+(\\.[0-9]{1,2})?\\s*(times?|points?)?\\s+per\\s+.+$"

/* ---------- single values ---------- */

static const DocShape price = {
	SHAPE_ANY_OF, "price",
	"A fixed price, or the range inside which the moderator chooses.",
	"5, [1, 2]",
	ANY(&shape_points, LIST(&shape_points, .least = "2", .most = "2"))
};

static const DocShape severity = {
	SHAPE_WORD, "severity",
	.words = severity_names, .nwords = NUM_SEVERITIES
};

static const DocShape tier = {
	SHAPE_WORD,
	.words = sanction_tier_names + 1, .nwords = TIER_COUNT - 1
};

static const DocShape quota = {
	SHAPE_TEXT, "quota",
	"An amount per period: times, or points.",
	"'1 per 30 days', '6 points per cycle'",
	.pattern = QUOTA_PATTERN
};

static const DocShape no_statement = {SHAPE_FALSE, .describes = "No statement is needed."};

static const DocShape cycle_word = {SHAPE_WORD, .words = KEY_NAMES("cycle"), .nwords = 1};

const DocShape length_range_object = {
	SHAPE_OBJECT, "lengthRange",
	"A length that violation.sanction_length chooses inside.",
	KEYS({"range", LIST(&shape_span, .least = "2", .most = "2"),
			"The shortest and the longest.",
			.required = true, .examples = "['1 month', '6 months']"},
		 {"usual", ANY_OF(&shape_span, &formula_object),
			"What counts when nothing is chosen; default the shortest.",
			.examples = "'2 months'"})
};

/* ---------- selections of rules and of violations ---------- */

#define RULE_SELECTION \
	{"rules", &shape_patterns, "Codes of rules; * stands for any characters.", \
		.examples = "['fraud.*', 'spam']"}, \
	{"except_rules", &shape_patterns, "Codes of rules that are left out.", \
		.examples = "['fraud.minor']"}, \
	{"classes", &shape_patterns, "Classes of rules.", .examples = "['fraud']"}, \
	{"severities", LIST(&severity, .least = "1"), "Severities of rules.", \
		.examples = "['severe', 'extreme']"}, \
	{"tags", &shape_patterns, "Tags of rules; one of them suffices.", .examples = "['goods']"}

#define SELECTION(where_describes, where_examples) \
	RULE_SELECTION, \
	{"marked", &shape_some_names, "Activities of all these kinds name the violation.", \
		.examples = "['fine_paid']"}, \
	{"unmarked", &shape_some_names, "No activity of any of these kinds names it.", \
		.examples = "['fine_paid']"}, \
	{"where", &shape_condition, where_describes, .examples = where_examples}

#define SELECTION_NAMES \
	"rules", "except_rules", "classes", "severities", "tags", "marked", "unmarked", "where"

const char *const selection_keys[] = {SELECTION_NAMES, NULL};

/* ---------- severities ---------- */

const DocShape severity_object = {
	SHAPE_OBJECT, NULL, "With a title.",
	KEYS({"points", &price, .required = true}, {"title", &shape_title})
};

static const DocShape severity_price = {
	SHAPE_ANY_OF,
	ANY(&price, &severity_object)
};

const DocShape severities_object = {
	SHAPE_OBJECT, NULL, "Default prices.",
	KEYS({"minor", &severity_price}, {"medium", &severity_price},
		 {"severe", &severity_price}, {"extreme", &severity_price})
};

/* ---------- rules and their prices ---------- */

const DocShape points_range_object = {
	SHAPE_OBJECT, NULL, "A range inside which the moderator chooses.",
	KEYS({"range", LIST(&shape_points, .least = "2", .most = "2"), "The least and the most.",
			.required = true},
		 {"usual", &shape_number, "Taken when the moderator chooses nothing; default the least."})
};

#define MODIFIER \
	{"name", &shape_any_text, "Shown where the price is explained.", \
		.examples = "'level surcharge'"}, \
	{"when", &shape_condition, "Only when this holds for the violation.", \
		.examples = "'level >= 2'"}, \
	{"add", ANY_OF(&shape_number, &points_range_object), \
		"Points on top; a range is filled by violation.surcharge, or by its usual value.", \
		.examples = "1, {'range': [0, 5], 'usual': 3}"}, \
	{"multiply", &shape_number, "The price times this.", .examples = "2"}, \
	{"replace", &shape_number, "This instead of the price; 0 makes it free.", .examples = "0"}, \
	{"at_most", &shape_number, "The price is at most this.", .examples = "12"}, \
	{"at_least", &shape_number, "The price is at least this.", .examples = "1"}, \
	{"to_floor", &shape_only_true, "Takes all that is left, or up to the limit."}

#define MODIFIER_CHOICES \
	CHOICES(ONE_OF("add", "multiply", "replace", "at_most", "at_least", "to_floor"))

const DocShape modifier_object = {
	SHAPE_OBJECT, "modifier", "One change of a price.",
	KEYS(MODIFIER, RULE_SELECTION), MODIFIER_CHOICES
};

const DocShape rule_modifier_object = {
	SHAPE_OBJECT, "ruleModifier", "One change of this rule's price.",
	KEYS(MODIFIER), MODIFIER_CHOICES
};

const DocShape statement_object = {
	SHAPE_OBJECT, "statement",
	"What a statement of reasons says of a rule, where the document says something else or nothing.",
	.fields = STATEMENT_KEYS_CONTENT
};

const DocShape decision_object = {
	SHAPE_OBJECT, "decision",
	"What is decided, as a statement of reasons says it.",
	.least = "1", .fields = STATEMENT_KEYS_DECISION
};

const DocShape rule_object = {
	SHAPE_OBJECT, "rule", "What is forbidden, and what it costs.",
	KEYS({"title", &shape_title, "What is forbidden.", .required = true},
		 {"severity", &severity, "How bad it is.", .otherwise = "'minor'"},
		 {"class", &shape_name, "Groups rules.", .examples = "'fraud'"},
		 {"points", &price, "The price; default the severity's."},
		 {"usual", &shape_points, "Taken when a violation gives no points; default the lower end."},
		 {"direct", &shape_name, "A rung that the violation opens at once, skipping the ladder.",
			.examples = "'ban'"},
		 {"tags", &shape_names, "For selections.", .examples = "['goods', 'medical']"},
		 {"note", &shape_title, "A remark."},
		 {"source", &shape_any_text, "Where the figure comes from."},
		 {"ours", &shape_boolean, "The figure is the document's own and not a published one.",
			.otherwise = "false"},
		 {"modifiers", LIST(&rule_modifier_object),
			"Changes of this rule's price, after the general ones."},
		 {"dsa", ANY_OF(&statement_object, &no_statement), "What is its own in a statement of reasons."})
};

const DocShape collapse_object = {
	SHAPE_OBJECT, "collapse", "Several violations that cost less than their sum.",
	KEYS({"group", WORDS("incident", "content", "rule", "class", "all"),
			"Which violations belong together.", .required = true},
		 {"within", &shape_span, "A window from the group's first violation.",
			.examples = "'24 hours'"},
		 {"each", &shape_unit, "A window by the local calendar.", .examples = "'day'"},
		 {"keep", WORDS("max", "first"),
			"max: the group costs what its worst costs; first: later ones cost nothing and are not counted."},
		 {"at_most", &shape_points, "The group costs at most this.", .examples = "6"},
		 RULE_SELECTION),
	CHOICES(ONE_OF("keep", "at_most"))
};

/* ---------- observables ---------- */

#define VIOLATION_OBSERVABLE \
	KEY_NAMES("count", "sum", "within", SELECTION_NAMES, "same", "distinct", "live", "clock")
#define ACTIVITY_OBSERVABLE KEY_NAMES("count", "sum", "within", "kind")

const DocShape observable_object = {
	SHAPE_OBJECT, "observable", "A named count or sum.",
	KEYS({"count", WORDS("violations", "sanctions", "activities"), "How many."},
		 {"sum", WORDS("points", "quantity"),
			"How much: of the points of violations, of the quantities of activities."},
		 {"within", ANY_OF(&shape_span, &cycle_word),
			"Back from the instant, the far end excluded, or since the policy's cycle began; default for ever.",
			.examples = "'90 days', 'cycle'"},
		 SELECTION("A condition over the entry: entry.points, entry.remaining, entry.rule, entry.class, entry.severity.",
				   "'entry.points > 1'"),
		 {"same", LIST(WORDS("rule", "class", "severity", "incident", "content")),
			"Only violations that have this in common with the one being judged.",
			.examples = "['rule']"},
		 {"distinct", WORDS("rule", "incident", "content"),
			"Each rule, incident or content once; violations without one are left out."},
		 {"live", &shape_boolean,
			"Only violations that still count; a sum takes what remains of each.",
			.otherwise = "false"},
		 {"clock", WORDS("occurred", "decided"),
			"Which instant of the violation the window looks at; default the policy's."},
		 {"rungs", &shape_patterns, "Sanctions of these rungs.", .examples = "['ban*']"},
		 {"tier", &tier, "Sanctions of at least this tier."},
		 {"min_length", &shape_span, "Sanctions that last at least this long.",
			.examples = "'56 days'"},
		 {"by", WORDS("start", "end"),
			"Whether the window looks at the start or the end of sanctions.",
			.otherwise = "'start'"},
		 {"in_force", &shape_boolean, "Only sanctions that are running.", .otherwise = "false"},
		 {"kind", &shape_name, "The kind of activity.", .examples = "'course'"}),
	CASES({"violations", VIOLATION_OBSERVABLE},
		  {"points", VIOLATION_OBSERVABLE},
		  {"sanctions",
			KEY_NAMES("count", "within", "rungs", "tier", "min_length", "by", "in_force")},
		  {"activities", ACTIVITY_OBSERVABLE},
		  {"quantity", ACTIVITY_OBSERVABLE}),
	CHOICES(ONE_OF("count", "sum"))
};

/* ---------- relief ---------- */

#define RELIEF_OPERATIONS \
	"add", "subtract", "set", "raise_to", "lower_to", "restore", "void"
#define RELIEF_COMMON "name", "when", "penalty", RELIEF_OPERATIONS, SELECTION_NAMES

const DocShape relief_object = {
	SHAPE_OBJECT, "relief", "One way in which points come back.",
	KEYS({"name", &shape_any_text, "Shown in timelines; reliefs of one name share their quotas.",
			.examples = "'good conduct'"},
		 {"when", &shape_condition, "Only when this holds at that instant.",
			.examples = "'score < 10'"},
		 {"penalty", &shape_boolean, "The relief makes the score worse, and that is meant.",
			.otherwise = "false"},
		 {"add", &shape_number, "Points added to the score.", .examples = "1"},
		 {"subtract", &shape_number, "Points taken from the score.", .examples = "12"},
		 {"set", &shape_number, "The score becomes this.", .examples = "7"},
		 {"raise_to", &shape_number, "The score becomes at least this.", .examples = "60"},
		 {"lower_to", &shape_number, "The score becomes at most this.", .examples = "3"},
		 {"restore", &shape_only_true, "The score goes back to the start."},
		 {"void", WORDS("entry", "all", "contributing"),
			"Violations count no longer: the one itself, all that are selected, or those that led to the sanction."},
		 SELECTION("With on: a condition over quantity. Else: a condition over the entry.",
				   "'quantity >= 60'"),
		 {"age", &shape_length, "Each selected violation, when it gets that old.",
			.examples = "'365 days'"},
		 {"from", &shape_some_text,
			"What age counts from: occurred, decided, or a kind of activity that names the violation.",
			.examples = "'decided', 'fine_paid'"},
		 {"clean", &shape_boolean, "Any violation starts the age anew.", .otherwise = "false"},
		 {"round", WORDS("none", "day_end", "day_start"),
			"age: of the instant that is reached; every: of the instant that clean time starts from.",
			.otherwise = "'none'"},
		 {"roll", &shape_boolean,
			"It ends on a working day, or not; default: what the calendar says."},
		 {"every", &shape_length, "A step after each such time without violation.",
			.examples = "'30 days'"},
		 {"wait", &shape_length, "An observation before the first step's span.",
			.examples = "'7 days'"},
		 {"first_after", &shape_length, "Instead: the first step comes after this.",
			.examples = "'14 days'"},
		 {"on_violation", WORDS("restart", "keep", "extend"),
			"What a further violation does to the clean time.", .otherwise = "'restart'"},
		 {"extend_by", &shape_length, "With extend: by how much the next step is put off.",
			.examples = "'7 days'"},
		 {"active", &shape_name, "Only local days with an activity of this kind count.",
			.examples = "'public_post'"},
		 {"pause_during", ANY_OF(&shape_boolean, &shape_patterns),
			"Time under sanctions (of these rungs) does not count.",
			.examples = "true, ['suspended']"},
		 {"off_at_floor", &shape_boolean,
			"No steps once the score is at its floor (or at the limit).",
			.otherwise = "false"},
		 {"at", ANY_OF(&shape_cycle, &cycle_word), "At each boundary.",
			.examples = "'year', 'cycle'"},
		 {"on", &shape_name, "At an activity of this kind.", .examples = "'exam'"},
		 {"at_most", ANY_OF(&quota, LIST(&quota)), "Quotas of an activity's relief."},
		 {"cooldown", &shape_length, "No second one this soon.", .examples = "'3 days'"},
		 {"partial", WORDS("clip", "refuse"),
			"What happens when only a part would fit under the cap.", .otherwise = "'clip'"},
		 {"sanction", WORDS("start", "end"), "When a sanction starts or ends."},
		 {"rungs", &shape_patterns, "Of these rungs; default all.", .examples = "['suspended']"}),
	CASES({"age", KEY_NAMES("age", "from", "clean", "round", "roll", RELIEF_COMMON)},
		  {"every", KEY_NAMES("every", "wait", "first_after", "on_violation", "extend_by",
							  "active", "pause_during", "off_at_floor", "round",
							  RELIEF_COMMON)},
		  {"at", KEY_NAMES("at", RELIEF_COMMON)},
		  {"on", KEY_NAMES("on", "at_most", "cooldown", "partial", RELIEF_COMMON)},
		  {"sanction", KEY_NAMES("sanction", "rungs", RELIEF_COMMON)}),
	CHOICES(ONE_OF("age", "every", "at", "on", "sanction"),
			ONE_OF(RELIEF_OPERATIONS))
};

/* ---------- the ladder ---------- */

const DocShape count_object = {
	SHAPE_OBJECT, NULL, "So many events.",
	KEYS({"count", &shape_number, "How many.", .required = true},
		 {"of", &shape_name, "Of which kind of activity.", .required = true})
};

const DocShape release_object = {
	SHAPE_OBJECT, NULL, "With a condition.",
	KEYS({"on", &shape_name, "The kind.", .required = true},
		 {"where", &shape_condition, "A condition over quantity.", .examples = "'quantity >= 60'"})
};

static const DocShape release = {
	SHAPE_ANY_OF, "release",
	"An activity that must be done before the sanction ends.",
	ANY(&shape_name, &release_object)
};

const DocShape elect_object = {
	SHAPE_OBJECT, NULL, "The account may choose another rung instead.",
	KEYS({"on", &shape_name, "The kind of activity that says so.", .required = true},
		 {"rung", &shape_name, "The rung that takes over.", .required = true})
};

static const DocShape sanction_length = {
	SHAPE_ANY_OF,
	ANY(&shape_length, &count_object, &length_range_object,
		LIST(&(const DocShape) {
			SHAPE_OBJECT, NULL, "One case.",
			KEYS({"when", &shape_condition},
				 {"use", ANY_OF(&shape_span, &formula_object, &length_range_object), .required = true})
		}, .describes = "Cases, some of them with a range.", .least = "1"))
};

const DocShape rung_object = {
	SHAPE_OBJECT, "rung", "A sanction, and when it begins.",
	KEYS({"rung", &shape_name, "Its name; unique.", .required = true, .examples = "'live_ban'"},
		 {"title", &shape_title},
		 {"tier", &tier, "How heavy it is.", .required = true},
		 {"withhold", LIST(&shape_name, .different = true), "What the account may not do.",
			.examples = "['live', 'comment']"},
		 {"when", &shape_condition, "The rung is reached when this becomes true."},
		 {"each", NUMBER(.above = "0", .most = "21474836.47"),
			"Instead: at each further multiple.", .examples = "12"},
		 {"measure", &shape_number, "With each: of what.", .otherwise = "'lost'"},
		 {"for", &sanction_length,
			"How long; without it and without until: as long as the condition holds.",
			.examples = "'7 days', 'ever', {'count': 2, 'of': 'match'}, {'range': ['1 month', '6 months'], 'usual': '2 months'}"},
		 {"until", LIST(&release, .least = "1", .most = "32"),
			"Activities that must all be done before it ends.",
			.examples = "['course', {'on': 'exam', 'where': 'quantity >= 60'}]"},
		 {"rearm", WORDS("cleared", "always", "any", "never"),
			"When it may fire again: once the condition has been false, at each further violation that costs points, at any, never.",
			.otherwise = "'cleared'"},
		 {"overlap", WORDS("max", "extend", "queue", "replace", "parallel"),
			"When it fires while it is still running.", .otherwise = "'max'"},
		 {"after", &shape_name, "Only when a sanction of that rung has started before.",
			.examples = "'warning'"},
		 {"ends", &shape_patterns, "Sanctions of these rungs end when one of this rung starts.",
			.examples = "['mute']"},
		 {"elect", &elect_object},
		 {"terms", NAMES(&shape_number, .pattern = NAME_PATTERN), "Figures put on the sanction."},
		 {"note", &shape_title, "A remark."},
		 {"roll", &shape_boolean,
			"It ends on a working day, or not; default: what the calendar says."},
		 {"dsa", ANY_OF(&decision_object, &no_statement),
			"What it decides, in place of what capabilities and tiers say."})
};

/* ---------- links ---------- */

const DocShape link_object = {
	SHAPE_OBJECT, "link",
	"Which sanctions extend to accounts that are linked, and which violations count against them.",
	KEYS({"kind", &shape_name, "Of the link, as in governance.account_link.", .required = true},
		 {"confidence", NUMBER(.above = "0", .most = "1"), "Links that are at least this sure.",
			.required = true, .examples = "0.9"},
		 {"rungs", &shape_patterns, "Sanctions of these rungs.", .examples = "['closed']"},
		 {"withhold", &shape_some_names,
			"What is withheld from the linked account; default: what the rung withholds."},
		 {"outlast", &shape_boolean, "It goes on when the link ends.", .otherwise = "false"},
		 {"entries", &shape_patterns,
			"Violations of these rules count against the linked account, too.",
			.examples = "['*']"},
		 {"points", &shape_points, "What they cost there."},
		 {"multiply", NUMBER(.least = "0", .most = "100"),
			"So many times what the original costs.", .otherwise = "1"}),
	CHOICES(SOME_OF("rungs", "entries"))
};

/* ---------- parts of the document ---------- */

const DocShape score_object = {
	SHAPE_OBJECT, NULL, "The score.",
	KEYS({"direction", WORDS("deduct", "accumulate"),
			"Points are taken from a full score, or pile up from 0.",
			.otherwise = "'deduct'"},
		 {"cap", &shape_number, "Deducting: where the score stops rising.", .examples = "100"},
		 {"limit", &shape_number, "Accumulating: what the score is out of.", .examples = "12"},
		 {"start", &shape_number, "Where a new account begins; default the cap, or 0."},
		 {"floor", &shape_number, "Where the score stops falling.", .otherwise = "0"},
		 {"stop_at_limit", &shape_boolean, "Accumulating: the score stops at the limit.",
			.otherwise = "false"},
		 {"on_cap_raise", WORDS("shift", "keep"),
			"A raised cap lifts the score with it, or only its ceiling.",
			.otherwise = "'shift'"},
		 {"on_cap_lower", WORDS("shift", "keep"),
			"A lowered cap clips the score, or moves it down by as much.",
			.otherwise = "'keep'"}),
	CHOICES(ONE_OF("cap", "limit"))
};

const DocShape calendar_object = {
	SHAPE_OBJECT, NULL,
	"Which days are worked on: what ends on another day ends on the next working day.",
	KEYS({"weekend", LIST(WORDS("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")),
			"Days of the week that are not worked on.",
			.otherwise = "['saturday', 'sunday']"},
		 {"holidays", ANY_OF(&shape_name, &shape_days), "A calendar of governance.holiday, or a list of days.",
			.examples = "'cn'"},
		 {"working", &shape_days, "Weekend days that are worked on."},
		 {"roll", LIST(WORDS("sanctions", "relief", "appeals")),
			"What ends on a working day.", .otherwise = "['sanctions', 'relief', 'appeals']"})
};

const DocShape revision_object = {
	SHAPE_OBJECT, NULL, "Overturning, late entries, new versions.",
	KEYS({"overturn", WORDS("replay", "refund"),
			"The account stands as if the violation had never been, or its points come back.",
			.otherwise = "'replay'"},
		 {"late", WORDS("recompute", "keep"),
			"Whether a violation that arrives late changes sanctions decided since.",
			.otherwise = "'recompute'"},
		 {"handover", WORDS("carry", "convert", "fresh"),
			"How a new version takes over standings.", .otherwise = "'carry'"},
		 {"appeal_within", &shape_span, "How long after the decision an appeal may be filed."},
		 {"decide_within", &shape_span, "How long after its filing an appeal is to be decided."})
};

const DocShape rollout_object = {
	SHAPE_OBJECT, NULL, "A growing share of accounts is enforced.",
	KEYS({"from", &shape_instant, "The share begins to grow.", .required = true},
		 {"to", &shape_instant, "It has reached everyone.", .required = true})
};

const DocShape enforcement_object = {
	SHAPE_OBJECT, NULL, "From when, and for whom, sanctions are enforced.",
	KEYS({"from", &shape_instant, "Sanctions that start before are computed and not enforced."},
		 {"rollout", &rollout_object})
};

const DocShape dsa_tiers_object = {
	SHAPE_OBJECT, NULL, "What a tier decides.",
	KEYS({"warned", &decision_object}, {"limited", &decision_object}, {"muted", &decision_object},
		 {"suspended", &decision_object}, {"revoked", &decision_object}, {"banned", &decision_object})
};

const DocShape dsa_object = {
	SHAPE_OBJECT, NULL,
	"How sanctions are put into European statements of reasons; see doc/statements.md.",
	.fields = STATEMENT_KEYS_CONTENT,
	KEYS({"without_violation", ANY_OF(&(const DocShape) {SHAPE_FALSE}, &statement_object),
			"What is its own in the statement of a sanction that no violation is behind; false: it needs none."},
		 {"capabilities", NAMES(ANY_OF(&decision_object, &no_statement)),
			"What withholding a capability decides."},
		 {"tiers", &dsa_tiers_object},
		 {"puid_prefix", TEXT(.pattern = "^[A-Za-z0-9_-]+$", .most = "400"),
			"What puids begin with; default the name of the scheme."},
		 {"appeal", &shape_title, "How and where an account appeals, for the notice to it."})
};

/* ---------- the document ---------- */

const DocShape policy_document = {
	SHAPE_OBJECT, NULL,
	"One version of the rules of one scheme. A key that begins with // is a comment. doc/policy.md explains every key; governance.check_policy() checks more than a schema can: names, types of expressions, contradictions.",
	KEYS({"scheme", TEXT(.pattern = "^[a-z][a-z0-9_.-]*$", .most = "63"),
			"The score that this document governs.",
			.required = true, .examples = "'shop.credit'"},
		 {"title", &shape_title},
		 {"note", &shape_title, "A remark."},
		 {"source", ANY_OF(&shape_some_text, LIST(&shape_some_text)), "Where the figures come from."},
		 {"time_zone", &shape_any_text, "IANA name of the zone of local days, months and years.",
			.otherwise = "'UTC'", .examples = "'Asia/Shanghai'"},
		 {"score", &score_object, .required = true},
		 {"attributes", NAMES(&shape_attribute, .pattern = IDENTIFIER_PATTERN),
			"Facts of governance.attribute that the policy looks at."},
		 {"facets", NAMES(&shape_facet, .pattern = IDENTIFIER_PATTERN),
			"Named expressions over attributes and other facets."},
		 {"activities", ANY_OF(LIST(&shape_name), NAMES(&shape_title, .pattern = NAME_PATTERN,
												  .describes = "Kind and title.")),
			"Titles of activity kinds."},
		 {"capabilities", ANY_OF(LIST(&shape_name), NAMES(&shape_title, .pattern = NAME_PATTERN,
													.describes = "Capability and title.")),
			"Titles of capabilities."},
		 {"severities", &severities_object},
		 {"rules", NAMES(&rule_object, .pattern = NAME_PATTERN), "Code and rule.",
			.required = true},
		 {"modifiers", LIST(&modifier_object, .most = "256"),
			"What changes a price, in order."},
		 {"collapse", LIST(&collapse_object, .most = "64"),
			"Several violations that cost less than their sum."},
		 {"observe", NAMES(&observable_object, .pattern = IDENTIFIER_PATTERN),
			"Named counts and sums."},
		 {"relief", LIST(&relief_object, .most = "128"), "Everything that gives points back."},
		 {"ladder", LIST(&rung_object, .most = "256"),
			"When which sanction begins; among equal tiers the later is heavier."},
		 {"ladder_apply", WORDS("heaviest", "all"), "When one event reaches several rungs.",
			.otherwise = "'heaviest'"},
		 {"ladder_sequence", &shape_boolean,
			"A rung opens only after a sanction of the one before it has started.",
			.otherwise = "false"},
		 {"links", LIST(&link_object),
			"Sanctions that extend to accounts that are linked, violations that count against them."},
		 {"cycle", &shape_cycle, "What \"cycle\" means in windows, quotas and boundaries."},
		 {"calendar", &calendar_object},
		 {"clock", WORDS("occurred", "decided"), "Where a violation stands in time.",
			.otherwise = "'occurred'"},
		 {"sanctions_from", WORDS("decided", "occurred"),
			"decided: no sanction starts before the decision behind it.",
			.otherwise = "'decided'"},
		 {"revision", &revision_object},
		 {"enforcement", &enforcement_object},
		 {"dsa", &dsa_object})
};
