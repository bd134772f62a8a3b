/*
 * statement_fields.c
 *		The fields of a European statement of reasons, their limits and their
 *		values, as the Commission's Transparency Database takes them.
 */
#include "postgres.h"

#include "rulebook/statement_fields.h"

static const char *const decision_ground_words[] = {
	"DECISION_GROUND_ILLEGAL_CONTENT",
	"DECISION_GROUND_INCOMPATIBLE_CONTENT"
};

static const char *const decision_visibility_words[] = {
	"DECISION_VISIBILITY_CONTENT_REMOVED",
	"DECISION_VISIBILITY_CONTENT_DISABLED",
	"DECISION_VISIBILITY_CONTENT_DEMOTED",
	"DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
	"DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
	"DECISION_VISIBILITY_CONTENT_LABELLED",
	"DECISION_VISIBILITY_OTHER"
};

static const char *const decision_monetary_words[] = {
	"DECISION_MONETARY_SUSPENSION",
	"DECISION_MONETARY_TERMINATION",
	"DECISION_MONETARY_OTHER"
};

static const char *const decision_provision_words[] = {
	"DECISION_PROVISION_PARTIAL_SUSPENSION",
	"DECISION_PROVISION_TOTAL_SUSPENSION",
	"DECISION_PROVISION_PARTIAL_TERMINATION",
	"DECISION_PROVISION_TOTAL_TERMINATION"
};

static const char *const decision_account_words[] = {
	"DECISION_ACCOUNT_SUSPENDED",
	"DECISION_ACCOUNT_TERMINATED"
};

static const char *const content_type_words[] = {
	"CONTENT_TYPE_APP",
	"CONTENT_TYPE_AUDIO",
	"CONTENT_TYPE_PRODUCT",
	"CONTENT_TYPE_SYNTHETIC_MEDIA",
	"CONTENT_TYPE_TEXT",
	"CONTENT_TYPE_VIDEO",
	"CONTENT_TYPE_IMAGE",
	"CONTENT_TYPE_OTHER"
};

static const char *const category_words[] = {
	"STATEMENT_CATEGORY_ANIMAL_WELFARE",
	"STATEMENT_CATEGORY_CONSUMER_INFORMATION",
	"STATEMENT_CATEGORY_CYBER_VIOLENCE",
	"STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
	"STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
	"STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
	"STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
	"STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
	"STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
	"STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
	"STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
	"STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
	"STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
	"STATEMENT_CATEGORY_SELF_HARM",
	"STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
	"STATEMENT_CATEGORY_VIOLENCE"
};

static const char *const category_specification_words[] = {
	"KEYWORD_ANIMAL_HARM",
	"KEYWORD_ADULT_SEXUAL_MATERIAL",
	"KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS",
	"KEYWORD_AGE_SPECIFIC_RESTRICTIONS",
	"KEYWORD_BIOMETRIC_DATA_BREACH",
	"KEYWORD_BULLYING_AGAINST_GIRLS",
	"KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
	"KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
	"KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS",
	"KEYWORD_COORDINATED_HARM",
	"KEYWORD_COPYRIGHT_INFRINGEMENT",
	"KEYWORD_CYBER_BULLYING_INTIMIDATION",
	"KEYWORD_CYBER_HARASSMENT",
	"KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN",
	"KEYWORD_CYBER_INCITEMENT",
	"KEYWORD_CYBER_STALKING",
	"KEYWORD_CYBER_STALKING_AGAINST_WOMEN",
	"KEYWORD_DANGEROUS_TOYS",
	"KEYWORD_DATA_FALSIFICATION",
	"KEYWORD_DEFAMATION",
	"KEYWORD_DESIGN_INFRINGEMENT",
	"KEYWORD_DISCRIMINATION",
	"KEYWORD_FEMALE_GENDERED_DISINFORMATION",
	"KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT",
	"KEYWORD_GEOGRAPHICAL_REQUIREMENTS",
	"KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
	"KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
	"KEYWORD_HATE_SPEECH",
	"KEYWORD_HIDDEN_ADVERTISEMENT",
	"KEYWORD_HUMAN_EXPLOITATION",
	"KEYWORD_HUMAN_TRAFFICKING",
	"KEYWORD_ILLEGAL_ORGANIZATIONS",
	"KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING",
	"KEYWORD_INAUTHENTIC_ACCOUNTS",
	"KEYWORD_INAUTHENTIC_LISTINGS",
	"KEYWORD_INAUTHENTIC_USER_REVIEWS",
	"KEYWORD_INCITEMENT_AGAINST_WOMEN",
	"KEYWORD_INCITEMENT_VIOLENCE_HATRED",
	"KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS",
	"KEYWORD_LANGUAGE_REQUIREMENTS",
	"KEYWORD_MISINFORMATION_DISINFORMATION",
	"KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS",
	"KEYWORD_MISLEADING_INFO_GOODS_SERVICES",
	"KEYWORD_MISSING_PROCESSING_GROUND",
	"KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
	"KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
	"KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
	"KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
	"KEYWORD_NONCOMPLIANCE_PRICING",
	"KEYWORD_NUDITY",
	"KEYWORD_PATENT_INFRINGEMENT",
	"KEYWORD_PHISHING",
	"KEYWORD_PROHIBITED_PRODUCTS",
	"KEYWORD_PYRAMID_SCHEMES",
	"KEYWORD_RIGHT_TO_BE_FORGOTTEN",
	"KEYWORD_RISK_ENVIRONMENTAL_DAMAGE",
	"KEYWORD_RISK_PUBLIC_HEALTH",
	"KEYWORD_SELF_MUTILATION",
	"KEYWORD_STALKING",
	"KEYWORD_SUICIDE",
	"KEYWORD_TRADE_SECRET_INFRINGEMENT",
	"KEYWORD_TRADEMARK_INFRINGEMENT",
	"KEYWORD_TRAFFICKING_WOMEN_GIRLS",
	"KEYWORD_TERRORIST_CONTENT",
	"KEYWORD_UNLAWFUL_SALE_ANIMALS",
	"KEYWORD_UNSAFE_CHALLENGES",
	"KEYWORD_UNSAFE_PRODUCTS",
	"KEYWORD_VIOLATION_EU_LAW",
	"KEYWORD_VIOLATION_NATIONAL_LAW",
	"KEYWORD_OTHER"
};

static const char *const source_type_words[] = {
	"SOURCE_ARTICLE_16",
	"SOURCE_TRUSTED_FLAGGER",
	"SOURCE_VOLUNTARY",
	"SOURCE_TYPE_OTHER_NOTIFICATION"
};

static const char *const automated_decision_words[] = {
	"AUTOMATED_DECISION_FULLY",
	"AUTOMATED_DECISION_PARTIALLY",
	"AUTOMATED_DECISION_NOT_AUTOMATED"
};

static const char *const account_type_words[] = {
	"ACCOUNT_TYPE_BUSINESS",
	"ACCOUNT_TYPE_PRIVATE"
};

static const char *const yes_no_words[] = {
	"Yes", "No"
};

static const char *const country_words[] = {
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR",
	"HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO",
	"PL", "PT", "RO", "SE", "SI", "SK"
};

static const char *const language_words[] = {
	"AA", "AB", "AE", "AF", "AK", "AM", "AN", "AR", "AS", "AV", "AY", "AZ", "BA", "BE",
	"BG", "BH", "BI", "BM", "BN", "BO", "BR", "BS", "CA", "CE", "CH", "CO", "CR", "CS",
	"CU", "CV", "CY", "DA", "DE", "DV", "DZ", "EE", "EL", "EN", "EO", "ES", "ET", "EU",
	"FA", "FF", "FI", "FJ", "FO", "FR", "FY", "GA", "GD", "GL", "GN", "GU", "GV", "HA",
	"HE", "HI", "HO", "HR", "HT", "HU", "HY", "HZ", "IA", "ID", "IE", "IG", "II", "IK",
	"IO", "IS", "IT", "IU", "JA", "JV", "KA", "KG", "KI", "KJ", "KK", "KL", "KM", "KN",
	"KO", "KR", "KS", "KU", "KV", "KW", "KY", "LA", "LB", "LG", "LI", "LN", "LO", "LT",
	"LU", "LV", "MG", "MH", "MI", "MK", "ML", "MN", "MR", "MS", "MT", "MY", "NA", "NB",
	"ND", "NE", "NG", "NL", "NN", "NO", "NR", "NV", "NY", "OC", "OJ", "OM", "OR", "OS",
	"PA", "PI", "PL", "PS", "PT", "QU", "RM", "RN", "RO", "RU", "RW", "SA", "SC", "SD",
	"SE", "SG", "SI", "SK", "SL", "SM", "SN", "SO", "SQ", "SR", "SS", "ST", "SU", "SV",
	"SW", "TA", "TE", "TG", "TH", "TI", "TK", "TL", "TN", "TO", "TR", "TS", "TT", "TW",
	"TY", "UG", "UK", "UR", "UZ", "VE", "VI", "VO", "WA", "WO", "XH", "YI", "YO", "ZA",
	"ZH", "ZU"
};

#define WORDS(list) .words = list##_words, .nwords = lengthof(list##_words)
#define ILLEGAL "DECISION_GROUND_ILLEGAL_CONTENT"
#define INCOMPATIBLE "DECISION_GROUND_INCOMPATIBLE_CONTENT"
#define LAST_DAY "2038-01-01"

const StatementField statement_fields[] = {
	{"decision_visibility", PART_DECISION, FIELD_WORDS, WORDS(decision_visibility), .nullable = true,
		.describes = "What is seen of it."},
	{"decision_visibility_other", PART_DECISION, FIELD_TEXT, 500,
		.with = "decision_visibility", .value = "DECISION_VISIBILITY_OTHER", .required_with = true, .looked_at = true,
		.describes = "What else, with DECISION_VISIBILITY_OTHER."},
	{"decision_monetary", PART_DECISION, FIELD_WORD, WORDS(decision_monetary), .nullable = true,
		.describes = "What is paid for it."},
	{"decision_monetary_other", PART_DECISION, FIELD_TEXT, 500,
		.with = "decision_monetary", .value = "DECISION_MONETARY_OTHER", .required_with = true,
		.describes = "What else, with DECISION_MONETARY_OTHER."},
	{"decision_provision", PART_DECISION, FIELD_WORD, WORDS(decision_provision), .nullable = true,
		.describes = "What of the service is left."},
	{"decision_account", PART_DECISION, FIELD_WORD, WORDS(decision_account), .nullable = true,
		.describes = "What becomes of the account."},
	{"decision_ground", PART_CONTENT, FIELD_WORD, WORDS(decision_ground), .required = true,
		.describes = "Illegal, or against the terms of the service."},
	{"decision_ground_reference_url", PART_CONTENT, FIELD_URL, 500, .nullable = true,
		.describes = "Where the ground can be read."},
	{"illegal_content_legal_ground", PART_CONTENT, FIELD_TEXT, 500,
		.with = "decision_ground", .value = ILLEGAL, .required_with = true,
		.describes = "Illegal: by which law."},
	{"illegal_content_explanation", PART_CONTENT, FIELD_TEXT, 2000,
		.with = "decision_ground", .value = ILLEGAL, .required_with = true,
		.describes = "Illegal: why. Facts of the ledger go in braces.", .template = true},
	{"incompatible_content_ground", PART_CONTENT, FIELD_TEXT, 500,
		.with = "decision_ground", .value = INCOMPATIBLE, .required_with = true,
		.describes = "Incompatible: by which term."},
	{"incompatible_content_explanation", PART_CONTENT, FIELD_TEXT, 2000,
		.with = "decision_ground", .value = INCOMPATIBLE, .required_with = true,
		.describes = "Incompatible: why. Facts of the ledger go in braces.", .template = true},
	{"incompatible_content_illegal", PART_CONTENT, FIELD_WORD, WORDS(yes_no),
		.with = "decision_ground", .value = INCOMPATIBLE, .looked_at = true,
		.describes = "Incompatible: is it illegal too?"},
	{"content_type", PART_CONTENT, FIELD_WORDS, WORDS(content_type), .required = true,
		.describes = "What was restricted."},
	{"content_type_other", PART_CONTENT, FIELD_TEXT, 500,
		.with = "content_type", .value = "CONTENT_TYPE_OTHER", .required_with = true, .looked_at = true,
		.describes = "Which other type, with CONTENT_TYPE_OTHER."},
	{"category", PART_CONTENT, FIELD_WORD, WORDS(category), .required = true,
		.describes = "The category of the statement."},
	{"category_addition", PART_CONTENT, FIELD_WORDS, WORDS(category),
		.describes = "Further categories."},
	{"category_specification", PART_CONTENT, FIELD_WORDS, WORDS(category_specification), .nullable = true,
		.describes = "Keywords."},
	{"category_specification_other", PART_CONTENT, FIELD_TEXT, 500, .nullable = true,
		.describes = "Another keyword in words."},
	{"territorial_scope", PART_CONTENT, FIELD_WORDS, WORDS(country), .nullable = true,
		.describes = "Where it applies: countries, or all of the EU or the EEA."},
	{"content_language", PART_CONTENT, FIELD_WORD, WORDS(language), .nullable = true,
		.describes = "Code of ISO 639-1."},
	{"content_date", PART_RECORD, FIELD_DATE, .required = true, .from = "2000-01-01", .to = LAST_DAY},
	{"application_date", PART_RECORD, FIELD_DATE, .required = true, .from = "2020-01-01", .to = LAST_DAY},
	{"end_date_visibility_restriction", PART_RECORD, FIELD_DATE, .to = LAST_DAY, .nullable = true},
	{"end_date_monetary_restriction", PART_RECORD, FIELD_DATE, .to = LAST_DAY, .nullable = true},
	{"end_date_service_restriction", PART_RECORD, FIELD_DATE, .to = LAST_DAY, .nullable = true},
	{"end_date_account_restriction", PART_RECORD, FIELD_DATE, .to = LAST_DAY, .nullable = true},
	{"decision_facts", PART_CONTENT, FIELD_TEXT, 5000, .required = true,
		.describes = "The facts. Facts of the ledger go in braces.", .template = true},
	{"source_type", PART_CONTENT, FIELD_WORD, WORDS(source_type), .required = true,
		.describes = "Who drew attention to it.", .by_source = true},
	{"source_identity", PART_CONTENT, FIELD_TEXT, 500, .nullable = true,
		.describes = "Who that was; not with SOURCE_VOLUNTARY.", .by_source = true},
	{"automated_detection", PART_CONTENT, FIELD_WORD, WORDS(yes_no), .required = true,
		.describes = "Was it found by automated means?", .by_source = true},
	{"automated_decision", PART_CONTENT, FIELD_WORD, WORDS(automated_decision), .required = true,
		.describes = "Was it decided by automated means?", .by_source = true},
	{"account_type", PART_CONTENT, FIELD_WORD, WORDS(account_type), .nullable = true,
		.describes = "Whose account, or by account.kind.", .by_account_kind = true},
	{"content_id", PART_CONTENT, FIELD_IDS, .nullable = true,
		.describes = "The number that the content is known by, as a template; what does not make thirteen digits is left out."},
	{"content_id_ean", PART_RECORD, FIELD_EAN, .nullable = true},
	{"puid", PART_RECORD, FIELD_PUID, 500, .required = true}
};
const int	statement_nfields = lengthof(statement_fields);

/* By name; null: there is no such field. */
const StatementField *
statement_field(const char *name)
{
	for (int i = 0; i < statement_nfields; i++)
	{
		if (strcmp(statement_fields[i].name, name) == 0)
			return &statement_fields[i];
	}
	return NULL;
}

/* The words of a field are in an order: the index tells which is stricter. */
int
statement_word(const StatementField *field, const char *word)
{
	for (int i = 0; i < field->nwords; i++)
	{
		if (strcmp(field->words[i], word) == 0)
			return i;
	}
	return -1;
}
