/*
 * compile_statement.c
 *		"dsa": how sanctions under this policy are put into a European statement
 *		of reasons.
 *
 * The document says what is common, a rule what is its own, a rung what is
 * decided where the capabilities and the tier do not say it.  Every rule and
 * every rung is put together here as a statement will be, so that a document
 * whose statements could not be filed is refused before it is in force.
 */
#include "postgres.h"

#include "errors.h"
#include "json.h"
#include "rulebook/statement_fields.h"
#include "rulebook/compile.h"
#include "types/sanction_tier.h"

static const char *const sources[] = {"report", "patrol", "model", "campaign", "system"};
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

static const char *const part_keys[] = {"without_violation", "capabilities", "tiers", "puid_prefix", "appeal"};

/* Longest, so that the id of the sanction has room. */
#define MAX_PUID_PREFIX 400

/* The texts that facts of the ledger are written into. */
static bool
is_template(const StatementField *field)
{
	return strcmp(field->name, "decision_facts") == 0 ||
		strcmp(field->name, "illegal_content_explanation") == 0 ||
		strcmp(field->name, "incompatible_content_explanation") == 0;
}

static bool
is_by_source(const StatementField *field)
{
	return strcmp(field->name, "source_type") == 0 ||
		strcmp(field->name, "source_identity") == 0 ||
		strcmp(field->name, "automated_detection") == 0 ||
		strcmp(field->name, "automated_decision") == 0;
}

static bool
is_false(const Doc *doc)
{
	return doc && doc->kind == DOC_BOOLEAN && !doc->boolean;
}

/* ------------------------------------------------------------------------
 * One field
 * ------------------------------------------------------------------------
 */

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

static void
check_text(const StatementField *field, const Doc *doc)
{
	if (statement_blank(doc_text(doc)))
		doc_fail(doc, NULL, NULL, "must not be empty");
	if (field->max > 0 && statement_length(doc->text) > field->max)
		doc_fail(doc, NULL, NULL, "%d characters are too many: at most %d are possible",
				 statement_length(doc->text), field->max);
}

/* The language is written as people like. */
static const char *
language(const Doc *doc)
{
	char	   *upper;

	if (doc->kind != DOC_TEXT)
		return "";
	upper = pstrdup(doc->text);
	for (char *s = upper; *s; s++)
	{
		if (*s >= 'a' && *s <= 'z')
			*s -= 'a' - 'A';
	}
	return upper;
}

static void
check_single(const StatementField *field, const Doc *doc)
{
	switch (field->kind)
	{
		case FIELD_WORD:
			if (strcmp(field->name, "content_language") == 0)
			{
				if (statement_word(field, language(doc)) < 0)
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
			if (is_template(field))
				check_template(doc);
			break;
	}
}

static void
check_field(const StatementField *field, const Doc *doc)
{
	if (doc->kind == DOC_NULL && !field->required)
		return;					/* not what the document says for all */
	if (doc->kind == DOC_OBJECT && is_by_source(field))
	{
		const char *allowed[lengthof(sources) + 1];

		memcpy(allowed, sources, sizeof(sources));
		allowed[lengthof(sources)] = otherwise;
		doc_check_keys(doc, allowed, lengthof(allowed));
		for (size_t i = 0; i < lengthof(sources) && field->required; i++)
		{
			if (doc_get(doc, sources[i]) == NULL && doc_get(doc, otherwise) == NULL)
				doc_fail(doc, NULL, NULL, "nothing is said of the source \"%s\"", sources[i]);
		}
		for (int i = 0; i < doc->nchildren; i++)
			check_single(field, &doc->children[i]);
	}
	else if (doc->kind == DOC_OBJECT &&
			 (field->kind == FIELD_TEXT || strcmp(field->name, "account_type") == 0))
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

/* Of several texts or sources, does one have it? */
static bool
has_word(const Doc *doc, const char *word)
{
	if (doc == NULL)
		return false;
	if (doc->kind == DOC_TEXT)
		return strcmp(doc->text, word) == 0;
	for (int i = 0; (doc->kind == DOC_LIST || doc->kind == DOC_OBJECT) && i < doc->nchildren; i++)
	{
		if (doc->children[i].kind == DOC_TEXT && strcmp(doc->children[i].text, word) == 0)
			return true;
	}
	return false;
}

/* What a rule says, or else the document; null: nothing. */
static const Doc *
written(const Doc *dsa, const Doc *own, const char *name)
{
	const Doc  *doc = own ? doc_get(own, name) : NULL;

	if (doc == NULL)
		doc = doc_get(dsa, name);
	return doc && doc->kind == DOC_NULL ? NULL : doc;
}

/* Likewise, if the field goes with what else holds. */
static const Doc *
effective(const Doc *dsa, const Doc *own, const StatementField *field)
{
	if (field->with && !has_word(written(dsa, own, field->with), field->value))
		return NULL;
	return written(dsa, own, field->name);
}

static const Doc *
by_source(const Doc *doc, const char *source)
{
	const Doc  *one;

	if (doc == NULL || doc->kind != DOC_OBJECT)
		return doc;
	one = doc_get(doc, source);
	return one ? one : doc_get(doc, otherwise);
}

/* All that a rule says and the document says for it; at: where the rule is. */
static void
check_whole(const Doc *dsa, const Doc *own, const Doc *at)
{
	const Doc  *identity = written(dsa, own, "source_identity");

	if (is_false(own))
		return;
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];

		if (field->part != PART_CONTENT)
			continue;
		if (field->with && own && doc_get(own, field->name) &&
			doc_get(own, field->name)->kind != DOC_NULL &&
			!has_word(written(dsa, own, field->with), field->value))
			doc_fail(doc_get(own, field->name), NULL, NULL, "goes with \"%s\" only", field->value);
		if (effective(dsa, own, field) == NULL &&
			(field->required ||
			 (field->required_with && has_word(written(dsa, own, field->with), field->value))))
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
		for (size_t i = 0; i < lengthof(sources); i++)
		{
			const Doc  *type = by_source(written(dsa, own, "source_type"), sources[i]);

			if (doc_get(identity, sources[i]) && type && has_word(type, "SOURCE_VOLUNTARY"))
				doc_fail(doc_get(identity, sources[i]), NULL, NULL,
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

	if (own == NULL || is_false(own))
		return;
	check_whole(dsa, own, own);
	for (int i = 0; i < statement_nfields; i++)
	{
		const Doc  *doc = effective(dsa, own, &statement_fields[i]);

		if (doc && is_template(&statement_fields[i]))
			check_no_violation(doc);
	}
}

static void
check_content(const Doc *doc, bool is_rule)
{
	const char **keys = palloc(sizeof(char *) * (statement_nfields + lengthof(part_keys)));
	int			nkeys = 0;

	for (int i = 0; i < statement_nfields; i++)
	{
		if (statement_fields[i].part == PART_CONTENT)
			keys[nkeys++] = statement_fields[i].name;
	}
	if (!is_rule)
	{
		for (size_t i = 0; i < lengthof(part_keys); i++)
			keys[nkeys++] = part_keys[i];
	}
	doc_check_keys(doc, keys, nkeys);
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

static void
check_decision(const Doc *doc)
{
	const char **keys = palloc(sizeof(char *) * statement_nfields);
	int			nkeys = 0;

	for (int i = 0; i < statement_nfields; i++)
	{
		if (statement_fields[i].part == PART_DECISION)
			keys[nkeys++] = statement_fields[i].name;
	}
	doc_check_keys(doc, keys, nkeys);
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
		if (value && !has_word(doc_get(doc, field->with), field->value))
			doc_fail(value, NULL, NULL, "goes with \"%s\" only", field->value);
		if (value == NULL && has_word(doc_get(doc, field->with), field->value))
			doc_fail(doc, NULL, NULL, "\"%s\" is missing, with \"%s\"", field->name, field->value);
	}
}

/* Where the decisions of a rung are written. */
static int
rung_decisions(const Compiler *c, int rung, const Doc **parts)
{
	const Rung *r = &c->policy->rungs[rung];
	const Doc  *own = doc_get(c->rungs[rung].doc, "dsa");
	const Doc  *capabilities = doc_get(c->dsa, "capabilities");
	const Doc  *tiers = doc_get(c->dsa, "tiers");
	int			n = 0;

	if (own)
	{
		if (!is_false(own))
			parts[n++] = own;
		return n;
	}
	for (int i = 0; capabilities && i < r->ncapabilities; i++)
	{
		const Doc  *doc = doc_get(capabilities, r->capabilities[i]);

		if (doc && !is_false(doc))
			parts[n++] = doc;
	}
	if (tiers && doc_get(tiers, sanction_tier_names[r->tier]))
		parts[n++] = doc_get(tiers, sanction_tier_names[r->tier]);
	return n;
}

/* The texts of several capabilities, one after the other, each once. */
static char *
joined_texts(const Doc **parts, int nparts, const char *name)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < nparts; i++)
	{
		const Doc  *doc = doc_get(parts[i], name);
		bool		again = false;

		if (doc == NULL)
			continue;
		for (int j = 0; j < i; j++)
			again = again || (doc_get(parts[j], name) &&
							  strcmp(doc_get(parts[j], name)->text, doc->text) == 0);
		if (!again)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "; " : "", doc->text);
	}
	return text.len > 0 ? text.data : NULL;
}

/* The strictest word, the later in the field's list. */
static const char *
strictest_word(const StatementField *field, const Doc **parts, int nparts)
{
	int			best = -1;

	for (int i = 0; i < nparts; i++)
	{
		const Doc  *doc = doc_get(parts[i], field->name);

		if (doc == NULL)
			continue;
		/* OTHER says nothing of how strict it is: what can be named goes first */
		if (best < 0 || strstr(field->words[best], "_OTHER") != NULL ||
			(strstr(doc->text, "_OTHER") == NULL && statement_word(field, doc->text) > best))
			best = statement_word(field, doc->text);
	}
	return best < 0 ? NULL : field->words[best];
}

/* The decisions of a rung as JSON; null: none. */
static char *
decisions(const Compiler *c, int rung)
{
	const Doc **parts = palloc(sizeof(Doc *) * (c->policy->rungs[rung].ncapabilities + 2));
	int			nparts = rung_decisions(c, rung, parts);
	bool		monetary_other = false;
	StringInfoData out;

	if (nparts == 0)
		return NULL;
	initStringInfo(&out);
	json_begin_object(&out, NULL);
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];
		const char *text;

		if (field->part != PART_DECISION)
			continue;
		if (field->kind == FIELD_WORDS)
		{
			bool		any = false;

			for (int w = 0; w < field->nwords; w++)
			{
				for (int p = 0; p < nparts; p++)
				{
					const Doc  *doc = doc_get(parts[p], field->name);

					if (doc == NULL || !has_word(doc, field->words[w]))
						continue;
					if (!any)
						json_begin_array(&out, field->name);
					json_text(&out, NULL, field->words[w]);
					any = true;
					break;
				}
			}
			if (any)
				json_end_array(&out);
			continue;
		}
		if (field->kind == FIELD_WORD)
		{
			text = strictest_word(field, parts, nparts);
			if (strcmp(field->name, "decision_monetary") == 0)
				monetary_other = text && strcmp(text, "DECISION_MONETARY_OTHER") == 0;
		}
		else
		{
			text = joined_texts(parts, nparts, field->name);
			if (strcmp(field->name, "decision_monetary_other") == 0 && !monetary_other)
				text = NULL;	/* a stricter decision stands in its place */
			if (text && statement_length(text) > field->max)
				doc_fail(c->rungs[rung].doc, NULL, _("Give the rung a \"dsa\" of its own."),
						 "what it withholds makes a \"%s\" of %d characters: at most %d are possible",
						 field->name, statement_length(text), field->max);
		}
		if (text)
			json_text(&out, field->name, text);
	}
	json_end_object(&out);
	return out.data;
}

static void
check_ladder_decisions(Compiler *c)
{
	for (int i = 0; i < c->policy->nrungs; i++)
	{
		const Doc  *rung = c->rungs[i].doc;
		const Doc  *own = doc_get(rung, "dsa");

		if (own && !is_false(own))
			check_decision(own);
		if (decisions(c, i) == NULL && c->policy->rungs[i].ncapabilities > 0 && own == NULL)
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
	if (part && !is_false(part))
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
			if (!is_false(capability))
				check_decision(capability);
		}
	}
	part = doc_get(dsa, "tiers");
	if (part)
	{
		doc_check_keys(part, sanction_tier_names + 1, TIER_COUNT - 1);
		for (int i = 0; i < part->nchildren; i++)
			check_decision(&part->children[i]);
	}

	for (int i = 0; i < c->policy->nrules; i++)
	{
		const Doc  *own = doc_get(c->rules[i].doc, "dsa");

		if (own && !is_false(own))
			check_content(own, true);
		check_whole(dsa, own, c->rules[i].doc);
	}
	check_without_violation(dsa);
	check_ladder_decisions(c);
}

static void
put_value(StringInfo out, const char *key, const Doc *doc)
{
	switch (doc->kind)
	{
		case DOC_TEXT:
			json_text(out, key, doc->text);
			break;
		case DOC_LIST:
			json_begin_array(out, key);
			for (int i = 0; i < doc->nchildren; i++)
				put_value(out, NULL, &doc->children[i]);
			json_end_array(out);
			break;
		case DOC_OBJECT:
			json_begin_object(out, key);
			for (int i = 0; i < doc->nchildren; i++)
				put_value(out, doc->children[i].key, &doc->children[i]);
			json_end_object(out);
			break;
		default:
			json_null(out, key);
			break;
	}
}

static void
put_countries(StringInfo out, const StatementField *field, bool all)
{
	json_begin_array(out, field->name);
	for (int i = 0; i < field->nwords; i++)
	{
		if (!all && (strcmp(field->words[i], "IS") == 0 || strcmp(field->words[i], "LI") == 0 ||
					 strcmp(field->words[i], "NO") == 0))
			continue;
		json_text(out, NULL, field->words[i]);
	}
	json_end_array(out);
}

/*
 * What the statement of a sanction says that a rule caused (rule < 0: that none
 * did), as JSON; null: there is to be none.
 */
char *
statement_of_rule(const Compiler *c, int rule)
{
	const Doc  *own;
	StringInfoData out;

	if (c->dsa == NULL)
		return NULL;
	own = rule < 0 ? doc_get(c->dsa, "without_violation") : doc_get(c->rules[rule].doc, "dsa");
	if (is_false(own))
		return NULL;
	initStringInfo(&out);
	json_begin_object(&out, NULL);
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];
		const Doc  *doc = field->part == PART_CONTENT ? effective(c->dsa, own, field) : NULL;

		if (doc == NULL)
			continue;
		if (strcmp(field->name, "content_language") == 0)
			json_text(&out, field->name, language(doc));
		else if (strcmp(field->name, "territorial_scope") == 0 && doc->kind == DOC_TEXT)
			put_countries(&out, field, strcmp(doc->text, "EEA") == 0);
		else
			put_value(&out, field->name, doc);
	}
	for (size_t i = 0; i < lengthof(part_keys); i++)
	{
		const Doc  *doc = doc_get(c->dsa, part_keys[i]);

		if (doc && (strcmp(part_keys[i], "puid_prefix") == 0 || strcmp(part_keys[i], "appeal") == 0))
			put_value(&out, part_keys[i], doc);
	}
	json_end_object(&out);
	return out.data;
}

char *
statement_of_rung(const Compiler *c, int rung)
{
	return c->dsa ? decisions(c, rung) : NULL;
}
