/*
 * compile_statement.c
 *		"dsa": how sanctions under this policy are put into a European statement
 *		of reasons.
 *
 * Every rule and every rung is put together here as a statement will be, so that
 * a document whose statements could not be filed is refused before it is in
 * force.
 */
#include "postgres.h"

#include "engine/names.h"
#include "errors.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_statement.h"
#include "rulebook/policy_keys.h"
#include "rulebook/statement_check.h"
#include "rulebook/statement_fields.h"
#include "rulebook/statement_summary.h"
#include "rulebook/values.h"
#include "rulebook/words.h"
#include "types/sanction_tier.h"

static const char *const otherwise = "otherwise";

/* What may be written into a text in braces. */
static const char *const placeholders[] = {
	"rule", "title", "class", "severity", "scheme", "scheme_title", "version",
	"source", "campaign", "content", "incident", "occurred", "decided",
	"points", "rung", "rung_title", "tier", "withheld", "starts", "ends"
};

/* Those that only a violation has. */
static const char *const violation_facts[] = {
	"rule", "title", "class", "severity", "campaign", "content", "incident", "points"
};

/* Longest, so that the id of the sanction has room. */
#define MAX_PUID_PREFIX 400

/* ------------------------------------------------------------------------
 * One field
 * ------------------------------------------------------------------------
 */

/* Braces hold facts that are known; "{{" and "}}" are braces. */
static void
check_template(const Doc *doc)
{
	for (const char *s = doc->text; *s; s++)
	{
		size_t		length;
		bool		known = false;
		char	   *name;

		if ((*s == '{' || *s == '}') && s[1] == *s)
		{
			s++;
			continue;
		}
		if (*s == '}')
			doc_fail(doc, NULL, _("Write \"}}\" for a brace."), "a brace that nothing opens");
		if (*s != '{')
			continue;
		length = strcspn(++s, "{}");
		if (s[length] != '}')
			doc_fail(doc, NULL, _("Write \"{{\" for a brace."), "a brace that nothing closes");
		name = pnstrdup(s, length);
		for (size_t i = 0; i < lengthof(placeholders); i++)
			known = known || strcmp(placeholders[i], name) == 0;
		if (!known)
			doc_fail(doc,
					 psprintf(_("Facts of the ledger are %s."),
							  word_list(placeholders, lengthof(placeholders), "and")),
					 closest_hint(name, placeholders, lengthof(placeholders)),
					 "unknown fact \"{%s}\"", name);
		s += length;
	}
}

/* Not blank, and not longer than the form takes. */
static void
check_text(const StatementField *field, const Doc *doc)
{
	if (statement_blank(doc_text(doc)))
		doc_fail(doc, NULL, NULL, "must not be empty");
	if (field->max > 0 && statement_length(doc->text) > field->max)
		doc_fail(doc, NULL, NULL, "%d characters are too many: at most %d are possible",
				 statement_length(doc->text), field->max);
}

/* One value of a field, which is neither by source nor by language. */
static void
check_single(const StatementField *field, const Doc *doc)
{
	switch (field->kind)
	{
		case FIELD_WORD:
			if (strcmp(field->name, "content_language") == 0)
			{
				if (statement_word(field, statement_language(doc)) < 0)
					doc_fail(doc, _("Examples: \"EN\", \"ZH\"."), NULL,
							 "must be a code of ISO 639-1");
			}
			else
				(void) doc_word(doc, field->words, field->nwords);
			break;
		case FIELD_WORDS:
			if (strcmp(field->name, "territorial_scope") == 0 && doc->kind == DOC_TEXT &&
				(strcmp(doc->text, "EU") == 0 || strcmp(doc->text, "EEA") == 0))
				break;
			doc_need_list(doc);
			if (doc->nchildren == 0)
				doc_fail(doc, NULL, NULL, "must not be empty");
			for (int i = 0; i < doc->nchildren; i++)
			{
				(void) doc_word(&doc->children[i], field->words, field->nwords);
				for (int j = 0; j < i; j++)
				{
					if (strcmp(doc->children[i].text, doc->children[j].text) == 0)
						doc_fail(&doc->children[i], NULL, NULL, "occurs twice");
				}
			}
			break;
		case FIELD_IDS:
			{
				static const char *const numbers[] = {STATEMENT_EAN_KEY};

				doc_check_keys(doc, numbers, lengthof(numbers));
				for (int i = 0; i < doc->nchildren; i++)
				{
					check_text(field, &doc->children[i]);
					check_template(&doc->children[i]);
				}
				break;
			}
		case FIELD_URL:
			check_text(field, doc);
			if (!statement_url(doc->text))
				doc_fail(doc, _("Example: \"https://example.com/rules#4\"."), NULL,
						 "must be the address of a page");
			break;
		default:
			check_text(field, doc);
			if (field->template)
				check_template(doc);
			break;
	}
}

/*
 * A value of a field, or several of them: by source, by language, by kind of
 * account.
 */
static void
check_field(const StatementField *field, const Doc *doc)
{
	if (doc->kind == DOC_NULL && !field->required)
		return;					/* not what the document says for all */
	if (doc->kind == DOC_OBJECT && field->by_source)
	{
		const char *allowed[lengthof(source_names) + 1];

		memcpy(allowed, source_names, sizeof(source_names));
		allowed[lengthof(source_names)] = otherwise;
		doc_check_keys(doc, allowed, lengthof(allowed));
		for (size_t i = 0; i < lengthof(source_names) && field->required; i++)
		{
			if (doc_get(doc, source_names[i]) == NULL && doc_get(doc, otherwise) == NULL)
				doc_fail(doc, NULL, NULL, "nothing is said of the source \"%s\"", source_names[i]);
		}
		for (int i = 0; i < doc->nchildren; i++)
			check_single(field, &doc->children[i]);
	}
	else if (doc->kind == DOC_OBJECT &&
			 (field->kind == FIELD_TEXT || field->by_account_kind))
	{
		/* languages, or kinds of accounts */
		if (field->kind == FIELD_TEXT)
			(void) doc_title(doc);
		for (int i = 0; i < doc->nchildren; i++)
			check_single(field, &doc->children[i]);
	}
	else
		check_single(field, doc);
}

/* ------------------------------------------------------------------------
 * What is in force for a rule
 * ------------------------------------------------------------------------
 */

/* What a field says of a source, or of all others; null: nothing. */
static const Doc *
by_source(const Doc *doc, const char *source)
{
	const Doc  *one;

	if (doc == NULL || doc->kind != DOC_OBJECT)
		return doc;
	one = doc_get(doc, source);
	return one ? one : doc_get(doc, otherwise);
}

/*
 * All that a rule says and the document says for it, put together as a
 * statement will be.  at: where the rule is.
 */
static void
check_whole(const Doc *dsa, const Doc *own, const Doc *at)
{
	const Doc  *identity = statement_written(dsa, own, "source_identity");

	if (statement_is_false(own))
		return;
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];

		if (field->part != PART_CONTENT)
			continue;
		if (field->with && own && doc_get(own, field->name) &&
			doc_get(own, field->name)->kind != DOC_NULL &&
			!statement_has_word(statement_written(dsa, own, field->with), field->value))
			doc_fail(doc_get(own, field->name), NULL, NULL, "goes with \"%s\" only", field->value);
		if (statement_effective(dsa, own, field) == NULL &&
			(field->required ||
			 (field->required_with && statement_has_word(statement_written(dsa, own, field->with), field->value))))
			doc_fail(own ? own : at,
					 _("Every rule is put into a statement of reasons by its own \"dsa\" and that of the document."),
					 _("Say \"dsa\": false of a rule that needs no statement."),
					 field->required ?
					 gettext_noop("\"%s\" is missing, here and in the document's \"dsa\"") :
					 gettext_noop("\"%s\" is missing, here and in the document's \"dsa\", with \"%s\""),
					 field->name, field->value);
	}
	if (identity && identity->kind == DOC_OBJECT)
	{
		for (size_t i = 0; i < lengthof(source_names); i++)
		{
			const Doc  *type = by_source(statement_written(dsa, own, "source_type"), source_names[i]);

			if (doc_get(identity, source_names[i]) && type && statement_has_word(type, "SOURCE_VOLUNTARY"))
				doc_fail(doc_get(identity, source_names[i]), NULL, NULL,
						 "nobody is named where \"source_type\" is \"SOURCE_VOLUNTARY\"");
		}
	}
}

/* A text, or one in several languages, that puts a fact of a violation in. */
static void
check_no_violation(const Doc *doc)
{
	for (int i = 0; doc->kind == DOC_OBJECT && i < doc->nchildren; i++)
		check_no_violation(&doc->children[i]);
	for (size_t i = 0; doc->kind == DOC_TEXT && i < lengthof(violation_facts); i++)
	{
		/* Whether it is in double braces: nobody writes these there. */
		if (strstr(doc->text, psprintf("{%s}", violation_facts[i])) != NULL)
			doc_fail(doc, _("It is what is said of a sanction that no violation is behind."),
					 _("Give \"without_violation\" a text of its own."),
					 "\"{%s}\" is a fact of a violation", violation_facts[i]);
	}
}

/* What is said where no violation is behind a sanction, if that is said. */
static void
check_without_violation(const Doc *dsa)
{
	const Doc  *own = doc_get(dsa, "without_violation");

	if (own == NULL || statement_is_false(own))
		return;
	check_whole(dsa, own, own);
	for (int i = 0; i < statement_nfields; i++)
	{
		const Doc  *doc = statement_effective(dsa, own, &statement_fields[i]);

		if (doc && statement_fields[i].template)
			check_no_violation(doc);
	}
}

/*
 * The fields that the document says for all rules, or a rule for itself
 * (is_rule).
 */
static void
check_content(const Doc *doc, bool is_rule)
{
	check_keys(doc, is_rule ? &statement_object : &dsa_object);
	for (int i = 0; i < statement_nfields; i++)
	{
		const Doc  *value = doc_get(doc, statement_fields[i].name);

		if (value)
			check_field(&statement_fields[i], value);
	}
}

/* ------------------------------------------------------------------------
 * What is decided
 * ------------------------------------------------------------------------
 */

/* The fields that say what is decided. */
static void
check_decision(const Doc *doc)
{
	check_keys(doc, &decision_object);
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];
		const Doc  *value = doc_get(doc, field->name);

		if (value)
			check_single(field, value);
		if (field->with == NULL || field->part != PART_DECISION)
			continue;
		if (value && !statement_has_word(doc_get(doc, field->with), field->value))
			doc_fail(value, NULL, NULL, "goes with \"%s\" only", field->value);
		if (value == NULL && statement_has_word(doc_get(doc, field->with), field->value))
			doc_fail(doc, NULL, NULL, "\"%s\" is missing, with \"%s\"", field->name, field->value);
	}
}

/* Every rung that withholds something decides something. */
static void
check_ladder_decisions(Compiler *c)
{
	for (int i = 0; i < c->policy->nrungs; i++)
	{
		const Doc  *rung = c->rungs[i].doc;
		const Doc  *own = doc_get(rung, "dsa");

		if (own && !statement_is_false(own))
			check_decision(own);
		if (statement_of_rung(c, i) == NULL && c->policy->rungs[i].ncapabilities > 0 && own == NULL)
			doc_fail(rung,
					 _("Neither \"dsa.capabilities\" nor \"dsa.tiers\" says how what it withholds is put into a statement of reasons."),
					 _("Say \"dsa\": false of a rung that needs no statement."),
					 "no decision for a statement of reasons");
	}
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

/* Without a mapping, nothing else may look as if there was one. */
static void
check_none(const Compiler *c)
{
	for (int i = 0; i < c->policy->nrules; i++)
	{
		if (doc_get(c->rules[i].doc, "dsa"))
			doc_fail(doc_get(c->rules[i].doc, "dsa"), NULL, NULL, "the document has no \"dsa\"");
	}
	for (int i = 0; i < c->policy->nrungs; i++)
	{
		if (doc_get(c->rungs[i].doc, "dsa"))
			doc_fail(doc_get(c->rungs[i].doc, "dsa"), NULL, NULL, "the document has no \"dsa\"");
	}
}

/*
 * Checks alone: what statements say is written into the summary of the
 * document.
 */
void
compile_statements(Compiler *c)
{
	const Doc  *dsa = doc_get(c->root, "dsa");
	const Doc  *part;

	if (dsa == NULL)
	{
		check_none(c);
		return;
	}
	check_content(dsa, false);
	c->dsa = dsa;

	part = doc_get(dsa, "puid_prefix");
	if (part && (!statement_puid(doc_text(part)) || strlen(part->text) > MAX_PUID_PREFIX))
		doc_fail(part, NULL, NULL, "may have letters, digits, \"-\" and \"_\" only, at most %d",
				 MAX_PUID_PREFIX);
	part = doc_get(dsa, "appeal");
	if (part)
		(void) doc_title(part);
	part = doc_get(dsa, "without_violation");
	if (part && !statement_is_false(part))
		check_content(part, true);
	part = doc_get(dsa, "capabilities");
	if (part)
	{
		doc_need_object(part);
		for (int i = 0; i < part->nchildren; i++)
		{
			const Doc  *capability = &part->children[i];

			if (name_list_find(&c->capabilities, capability->key) < 0)
				doc_fail(capability, NULL,
						 closest_hint(capability->key, (const char *const *) c->capabilities.names,
									  c->capabilities.n),
						 "no rung withholds it");
			if (!statement_is_false(capability))
				check_decision(capability);
		}
	}
	part = doc_get(dsa, "tiers");
	if (part)
	{
		check_keys(part, &dsa_tiers_object);
		for (int i = 0; i < part->nchildren; i++)
			check_decision(&part->children[i]);
	}

	for (int i = 0; i < c->policy->nrules; i++)
	{
		const Doc  *own = doc_get(c->rules[i].doc, "dsa");

		if (own && !statement_is_false(own))
			check_content(own, true);
		check_whole(dsa, own, c->rules[i].doc);
	}
	check_without_violation(dsa);
	check_ladder_decisions(c);
}
