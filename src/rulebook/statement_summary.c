/*
 * statement_summary.c
 *		What statements of reasons say of rules and rungs, put together from the
 *		parts of a document, for the rule centre.
 *
 * The document says what is common, a rule what is its own, a rung what is
 * decided where the capabilities and the tier do not say it.
 */
#include "postgres.h"

#include "errors.h"
#include "json.h"
#include "rulebook/statement_check.h"
#include "rulebook/statement_summary.h"
#include "types/sanction_tier.h"

/* Said of a rule, rung or capability that needs no statement. */
bool
statement_is_false(const Doc *doc)
{
	return doc && doc->kind == DOC_BOOLEAN && !doc->boolean;
}

/* The code of a language is written as people like, and filed in capitals. */
const char *
statement_language(const Doc *doc)
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

/* Of several texts or sources, does one have it? */
bool
statement_has_word(const Doc *doc, const char *word)
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

/* What a rule says, or else the document; null: nothing.  own may be null. */
const Doc *
statement_written(const Doc *dsa, const Doc *own, const char *name)
{
	const Doc  *doc = own ? doc_get(own, name) : NULL;

	if (doc == NULL)
		doc = doc_get(dsa, name);
	return doc && doc->kind == DOC_NULL ? NULL : doc;
}

/* Likewise, if the field goes with what else holds. */
const Doc *
statement_effective(const Doc *dsa, const Doc *own, const StatementField *field)
{
	if (field->with && !statement_has_word(statement_written(dsa, own, field->with), field->value))
		return NULL;
	return statement_written(dsa, own, field->name);
}

/*
 * Where the decisions of a rung are written: in the rung, or else with its
 * capabilities and its tier.  parts has room for all of them; gives how many.
 */
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
		if (!statement_is_false(own))
			parts[n++] = own;
		return n;
	}
	for (int i = 0; capabilities && i < r->ncapabilities; i++)
	{
		const Doc  *doc = doc_get(capabilities, r->capabilities[i]);

		if (doc && !statement_is_false(doc))
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

/* The strictest word: the later in the field's list. */
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

/*
 * The decisions of a rung as JSON; null: none.  Where several capabilities
 * decide, lists are joined, the strictest word stands, and texts are written
 * one after the other.
 */
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

					if (doc == NULL || !statement_has_word(doc, field->words[w]))
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

/* A value of the document as JSON. */
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

/*
 * The countries of the European Union or, all, of the European Economic Area.
 */
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
 * The rule's own fields and those of the document, as the rule centre keeps
 * them.
 */
char *
statement_of_rule(const Compiler *c, int rule)
{
	static const char *const common_keys[] = {"puid_prefix", "appeal"};
	const Doc  *own;
	StringInfoData out;

	if (c->dsa == NULL)
		return NULL;
	own = rule < 0 ? doc_get(c->dsa, "without_violation") : doc_get(c->rules[rule].doc, "dsa");
	if (statement_is_false(own))
		return NULL;
	initStringInfo(&out);
	json_begin_object(&out, NULL);
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];
		const Doc  *doc = field->part == PART_CONTENT ? statement_effective(c->dsa, own, field) : NULL;

		if (doc == NULL)
			continue;
		if (strcmp(field->name, "content_language") == 0)
			json_text(&out, field->name, statement_language(doc));
		else if (strcmp(field->name, "territorial_scope") == 0 && doc->kind == DOC_TEXT)
			put_countries(&out, field, strcmp(doc->text, "EEA") == 0);
		else
			put_value(&out, field->name, doc);
	}
	for (size_t i = 0; i < lengthof(common_keys); i++)
	{
		const Doc  *doc = doc_get(c->dsa, common_keys[i]);

		if (doc)
			put_value(&out, common_keys[i], doc);
	}
	json_end_object(&out);
	return out.data;
}

/* As the rule centre keeps them. */
char *
statement_of_rung(const Compiler *c, int rung)
{
	return c->dsa ? decisions(c, rung) : NULL;
}
