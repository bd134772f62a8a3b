/*
 * summary.c
 *		What a policy document says, flat and in words, for the tables that
 *		people query: rules, rungs, capabilities and activity kinds.
 */
#include "postgres.h"

#include "engine/names.h"
#include "json.h"
#include "rulebook/statement_summary.h"
#include "rulebook/summary.h"
#include "rulebook/values.h"
#include "types/sanction_tier.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* ---------- JSON text ---------- */

/* A member that is left out when there is no text. */
static void
put_text(StringInfo out, const char *key, const char *text)
{
	if (text != NULL)
		json_text(out, key, text);
}

/* The same for what is JSON already. */
static void
put_json(StringInfo out, const char *key, const char *json)
{
	if (json != NULL)
		json_raw(out, key, json);
}

/* A title, and all its languages when it has several. */
void
summary_title(StringInfo out, const char *key, const char *keys, const Doc *doc)
{
	if (doc == NULL)
		return;
	put_text(out, key, doc_title(doc));
	if (doc->kind != DOC_OBJECT)
		return;
	json_begin_object(out, keys);
	for (int i = 0; i < doc->nchildren; i++)
		put_text(out, doc->children[i].key, doc->children[i].text);
	json_end_object(out);
}

/* ---------- words ---------- */

/* Numbers, expressions, spans and cases as they were written. */
static void
append_words(StringInfo out, const Doc *doc)
{
	switch (doc->kind)
	{
		case DOC_NULL:
			appendStringInfoString(out, "null");
			break;
		case DOC_BOOLEAN:
			appendStringInfoString(out, doc->boolean ? "true" : "false");
			break;
		case DOC_NUMBER:
			appendStringInfoString(out,
								   DatumGetCString(DirectFunctionCall1(numeric_out,
																	   NumericGetDatum(doc->number))));
			break;
		case DOC_TEXT:
			appendStringInfoString(out, doc->text);
			break;
		case DOC_LIST:
			for (int i = 0; i < doc->nchildren; i++)
			{
				const Doc  *item = &doc->children[i];
				const Doc  *use = doc_get(item, "use");
				const Doc  *when = doc_get(item, "when");

				if (i > 0)
					appendStringInfoString(out, "; ");
				append_words(out, use ? use : item);
				if (use && when)
				{
					appendStringInfoString(out, " if ");
					append_words(out, when);
				}
				else if (use && doc->nchildren > 1)
					appendStringInfoString(out, " otherwise");
			}
			break;
		case DOC_OBJECT:
			if (doc_get(doc, "range"))
			{
				append_words(out, &doc_get(doc, "range")->children[0]);
				appendStringInfoString(out, " to ");
				append_words(out, &doc_get(doc, "range")->children[1]);
				if (doc_get(doc, "usual"))
				{
					appendStringInfoString(out, ", usually ");
					append_words(out, doc_get(doc, "usual"));
				}
			}
			else if (doc_get(doc, "count"))
			{
				append_words(out, doc_get(doc, "count"));
				appendStringInfoString(out, " x ");
				append_words(out, doc_get(doc, "of"));
			}
			else if (doc_get(doc, "on"))
			{
				append_words(out, doc_get(doc, "on"));
				if (doc_get(doc, "where"))
				{
					appendStringInfoString(out, " with ");
					append_words(out, doc_get(doc, "where"));
				}
			}
			else if (doc->nchildren > 0)
			{
				append_words(out, &doc->children[0]);
				appendStringInfo(out, " %s", doc->children[0].key);
			}
			break;
	}
}

/* Likewise, as one text; null where the document says nothing. */
static char *
words(const Doc *doc)
{
	StringInfoData buf;

	if (doc == NULL)
		return NULL;
	initStringInfo(&buf);
	append_words(&buf, doc);
	return buf.data;
}

/* ---------- the parts ---------- */

/* What the table of rules shows. */
static void
put_rules(const Compiler *c, StringInfo out)
{
	const Policy *policy = c->policy;

	json_begin_array(out, "rules");
	for (int i = 0; i < policy->nrules; i++)
	{
		const PolicyRule *rule = &policy->rules[i];
		const RuleInfo *info = &c->rules[i];
		const char **modifiers = palloc(sizeof(char *) * Max(policy->nmodifiers, 1));
		int			n = 0;

		json_begin_object(out, NULL);
		json_int64(out, "position", i + 1);
		put_text(out, "rule", rule->code);
		summary_title(out, "title", "titles", doc_get(info->doc, "title"));
		put_text(out, "class", rule->class);
		put_text(out, "severity", severity_names[rule->severity]);
		json_points(out, "min_points", rule->min);
		json_points(out, "max_points", rule->max);
		json_points(out, "usual_points", rule->usual);
		if (rule->direct >= 0)
			put_text(out, "direct", policy->rungs[rule->direct].code);
		json_texts(out, "tags", info->tags, info->ntags);
		summary_title(out, "note", "notes", doc_get(info->doc, "note"));
		put_text(out, "source", info->source);
		json_boolean(out, "ours", info->ours);
		for (int m = 0; m < policy->nmodifiers; m++)
		{
			if (policy->modifiers[m].rules == NULL || policy->modifiers[m].rules[i])
				modifiers[n++] = c->modifiers[m].words;
		}
		json_texts(out, "modifiers", modifiers, n);
		put_json(out, "statement", statement_of_rule(c, i));
		json_end_object(out);
	}
	json_end_array(out);
}

/* What the table of rungs shows. */
static void
put_rungs(const Compiler *c, StringInfo out)
{
	static const char *const modes[] = {"while", "crossing", "multiple", "direct"};
	const Policy *policy = c->policy;

	json_begin_array(out, "rungs");
	for (int i = 0; i < policy->nrungs; i++)
	{
		const Rung *rung = &policy->rungs[i];
		const Doc  *doc = c->rungs[i].doc;

		json_begin_object(out, NULL);
		json_int64(out, "position", i + 1);
		put_text(out, "rung", rung->code);
		summary_title(out, "title", "titles", doc_get(doc, "title"));
		put_text(out, "tier", sanction_tier_name(rung->tier));
		put_text(out, "mode", modes[rung->mode]);
		if (rung->mode == RUNG_MULTIPLE)
			put_text(out, "condition",
					 psprintf("each %s of %s", points_text(rung->each),
							  doc_get(doc, "measure") ?
							  words(doc_get(doc, "measure")) : "lost"));
		else
			put_text(out, "condition", words(doc_get(doc, "when")));
		json_texts(out, "withholds", (const char *const *) rung->capabilities, rung->ncapabilities);
		put_text(out, "length", words(doc_get(doc, "for")));
		put_text(out, "until", words(doc_get(doc, "until")));
		summary_title(out, "note", "notes", doc_get(doc, "note"));
		put_json(out, "statement", statement_of_rung(c, i));
		json_end_object(out);
	}
	json_end_array(out);
}

/*
 * Names, with the titles that the document gives them under a key.  item: what one
 * is called in its object.
 */
static void
put_names(const Compiler *c, StringInfo out, const char *key, const char *item,
		  const NameList *names)
{
	const Doc  *titles = doc_get(c->root, key);

	json_begin_array(out, key);
	for (int i = 0; i < names->n; i++)
	{
		json_begin_object(out, NULL);
		put_text(out, item, names->names[i]);
		if (titles && titles->kind == DOC_OBJECT)
			summary_title(out, "title", "titles", doc_get(titles, names->names[i]));
		json_end_object(out);
	}
	json_end_array(out);
}

/* What facts and time alone may do, in words. */
static const char *const unprompted[] = {
	[UNPROMPTED_NOTHING] = "nothing",
	[UNPROMPTED_SCORE] = "score",
	[UNPROMPTED_SANCTION] = "sanction"
};

/* One object, which publish() takes apart. */
char *
policy_summary(const Compiler *c)
{
	StringInfoData out;

	initStringInfo(&out);
	json_begin_object(&out, NULL);
	put_text(&out, "kind", "scheme");
	put_text(&out, "scheme", c->policy->scheme);
	summary_title(&out, "title", "titles", doc_get(c->root, "title"));
	put_text(&out, "direction", c->policy->accumulate ? "accumulate" : "deduct");
	put_text(&out, "unprompted", unprompted[c->policy->unprompted]);
	put_rules(c, &out);
	put_rungs(c, &out);
	put_names(c, &out, "capabilities", "capability", &c->capabilities);
	put_names(c, &out, "activities", "kind", &c->activities);
	put_json(&out, "statement", statement_of_rule(c, -1));
	json_end_object(&out);
	return out.data;
}
