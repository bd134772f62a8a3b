/*
 * make_schema.c
 *		Writes the JSON Schemas of documents from the tables of keys: see
 *		make_schema, which compiles it together with the tables.
 *
 *		make_schema FOLDER
 *
 * writes FOLDER/KIND.schema.json for each kind of document.  A key that begins
 * with two slashes is a comment, and may stand in every object of a document.
 */
#include "postgres.h"

#include "engine/names.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/keys.h"
#include "rulebook/policy_keys.h"
#include "rulebook/statement_fields.h"

/* The server's headers put its own functions here; nothing of it is linked. */
#undef fprintf
#undef snprintf

#define MAX_DEFINITIONS 200

/* The kinds of documents; the schema is NAME.schema.json. */
static const struct DocumentKind
{
	const char *name;
	const char *title;
	const DocShape *document;
}			kinds[] = {
	{"policy", "Policy document of governance", &policy_document},
	{"entitlement", "Entitlement document of governance", &entitlement_document}
};

/* Where the text goes, how deep it is, and whether the next member is the first. */
static FILE *out;
static int	depth;
static bool first;

/* The shapes that have a name, in the order in which they are first met. */
static const DocShape *definitions[MAX_DEFINITIONS];
static int	ndefinitions;

static void write_shape(const DocShape *shape, const DocKey *key);

/* ---------- JSON ---------- */

/* A string, with what JSON wants escaped. */
static void
write_string(const char *s)
{
	fputc('"', out);
	for (; *s; s++)
	{
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

/* JSON of a table, where single quotes stand for double ones. */
static void
write_json(const char *json)
{
	for (; *json; json++)
		fputc(*json == '\'' ? '"' : *json, out);
}

/* A new line for the next member or item, after a comma where one goes. */
static void
next_line(void)
{
	fprintf(out, "%s\n%*s", first ? "" : ",", 2 * depth, "");
	first = false;
}

/* The key of the next member. */
static void
member(const char *key)
{
	next_line();
	write_string(key);
	fputs(": ", out);
}

/* Begins an object or an array: "{" or "[". */
static void
begin(char bracket)
{
	fputc(bracket, out);
	depth++;
	first = true;
}

/* An object or array that is empty ends on the line on which it begins. */
static void
end(char bracket)
{
	depth--;
	if (!first)
		fprintf(out, "\n%*s", 2 * depth, "");
	fputc(bracket, out);
	first = false;
}

/* A member that is a string; nothing where the string is null. */
static void
member_string(const char *key, const char *value)
{
	if (value == NULL)
		return;
	member(key);
	write_string(value);
}

/* Likewise, of what a table writes as JSON. */
static void
member_json(const char *key, const char *json)
{
	if (json == NULL)
		return;
	member(key);
	write_json(json);
}

/* Strings on one line, which is as long as it has to be. */
static void
member_strings(const char *key, const char *const *strings, int n)
{
	member(key);
	fputc('[', out);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			fputs(", ", out);
		write_string(strings[i]);
	}
	fputc(']', out);
}

/* The examples of a table, which writes them without the brackets of a list. */
static void
member_examples(const char *examples)
{
	if (examples == NULL)
		return;
	member("examples");
	fputc('[', out);
	write_json(examples);
	fputc(']', out);
}

/* Comments may stand beside everything else. */
static void
member_comments(void)
{
	member("patternProperties");
	fputs("{\"^//\": true}", out);
}

/* ---------- objects of a statement of reasons ---------- */

/* One value of a field, which is neither by source nor by language. */
static void
write_single(const StatementField *field, const char *describes)
{
	char		most[16];

	snprintf(most, sizeof(most), "%d", field->max);
	begin('{');
	member_string("description", describes);
	switch (field->kind)
	{
		case FIELD_WORD:
			if (strcmp(field->name, "content_language") == 0)
			{
				/* The list of them would say less than where it is from. */
				member_string("type", "string");
				member_string("pattern", "^[A-Za-z]{2}$");
				member_examples("'DE'");
			}
			else
				member_strings("enum", field->words, field->nwords);
			break;
		case FIELD_WORDS:
			member_string("type", "array");
			member_json("minItems", "1");
			member("items");
			begin('{');
			member_strings("enum", field->words, field->nwords);
			end('}');
			break;
		case FIELD_IDS:
			member_string("type", "object");
			member("properties");
			begin('{');
			member(STATEMENT_EAN_KEY);
			begin('{');
			member_string("description", "The thirteen digits, or facts that make them.");
			member_string("type", "string");
			member_json("minLength", "1");
			end('}');
			end('}');
			member_json("additionalProperties", "false");
			break;
		case FIELD_URL:
			member_string("type", "string");
			member_string("format", "uri");
			member_json("maxLength", most);
			break;
		default:
			member_string("type", "string");
			member_json("minLength", "1");
			member_json("maxLength", most);
			break;
	}
	end('}');
}

/* What the field is for each source of violations. */
static void
write_by_source(const StatementField *field)
{
	begin('{');
	member_string("description", "By the source of the violation.");
	member_string("type", "object");
	member("properties");
	begin('{');
	for (int i = 0; i < NUM_SOURCES; i++)
	{
		member(source_names[i]);
		write_single(field, "For violations of this source.");
	}
	member("otherwise");
	write_single(field, "For every other source.");
	end('}');
	member_comments();
	member_json("additionalProperties", "false");
	end('}');
}

/* What the field is for names that the document chooses: languages, kinds. */
static void
write_by_name(const StatementField *field)
{
	bool		languages = !field->by_account_kind;

	begin('{');
	member_string("description", languages ? "By language." :
				  "By kind of account; otherwise: every other kind.");
	member_string("type", "object");
	if (languages)
		member_json("minProperties", "1");
	member("additionalProperties");
	write_single(field, NULL);
	if (!languages)
		member_comments();
	end('}');
}

/*
 * A field of a rule, or of the document for all of its rules: in one of the forms
 * that it may have, or null where it need not be there.
 */
static void
write_content(const StatementField *field)
{
	bool		by_name = field->by_account_kind ||
		(field->kind == FIELD_TEXT && !field->by_source);
	bool		area = strcmp(field->name, "territorial_scope") == 0;

	if (field->required && !field->by_source && !by_name)
	{
		write_single(field, field->describes);
		return;
	}
	begin('{');
	member_string("description", field->describes);
	member("anyOf");
	begin('[');
	if (area)
	{
		static const char *const areas[] = {"EU", "EEA"};

		next_line();
		begin('{');
		member_strings("enum", areas, lengthof(areas));
		end('}');
	}
	next_line();
	write_single(field, NULL);
	if (field->by_source)
	{
		next_line();
		write_by_source(field);
	}
	if (by_name)
	{
		next_line();
		write_by_name(field);
	}
	if (!field->required)
	{
		next_line();
		fputs("{\"type\": \"null\"}", out);
	}
	end(']');
	end('}');
}

/* The fields that are keys of an object; named: the object is where others find them. */
static void
write_fields(int fields, bool named)
{
	for (int i = 0; i < statement_nfields; i++)
	{
		const StatementField *field = &statement_fields[i];

		if (field->part != (fields == STATEMENT_KEYS_CONTENT ? PART_CONTENT : PART_DECISION))
			continue;
		member(field->name);
		if (field->part == PART_DECISION)
			write_single(field, field->describes);
		else if (named)
			write_content(field);
		else
		{
			begin('{');
			next_line();
			fprintf(out, "\"$ref\": \"#/$defs/statement/properties/%s\"", field->name);
			end('}');
		}
	}
}

/* ---------- shapes ---------- */

/* Is it a type and nothing else? */
static bool
is_bare(const DocShape *shape)
{
	return shape->name == NULL && shape->least == NULL && shape->most == NULL &&
		shape->above == NULL && shape->pattern == NULL &&
		(shape->kind == SHAPE_TEXT || shape->kind == SHAPE_NUMBER || shape->kind == SHAPE_BOOLEAN ||
		 shape->kind == SHAPE_NULL);
}

/* How JSON Schema calls the type; null where it needs none. */
static const char *
type_name(ShapeKind kind)
{
	switch (kind)
	{
		case SHAPE_TEXT:
			return "string";
		case SHAPE_NUMBER:
			return "number";
		case SHAPE_BOOLEAN:
			return "boolean";
		case SHAPE_NULL:
			return "null";
		case SHAPE_LIST:
			return "array";
		case SHAPE_OBJECT:
		case SHAPE_NAMES:
			return "object";
		default:
			return NULL;
	}
}

/* Several types that have no other conditions are written as one list of types. */
static void
write_any(const DocShape *shape)
{
	const char *types[16];
	int			n = 0;
	bool		bare = true;

	for (; shape->any[n] != NULL; n++)
	{
		bare = bare && is_bare(shape->any[n]);
		types[n] = type_name(shape->any[n]->kind);
	}
	if (bare)
	{
		member_strings("type", types, n);
		return;
	}
	member("anyOf");
	begin('[');
	for (int i = 0; i < n; i++)
	{
		next_line();
		write_shape(shape->any[i], NULL);
	}
	end(']');
}

/* One of some keys, or several of them, must be there. */
static void
write_choice(const DocChoice *choice)
{
	member(choice->several ? "anyOf" : "oneOf");
	begin('[');
	for (int i = 0; choice->keys[i] != NULL; i++)
	{
		next_line();
		fputs("{\"required\": [", out);
		write_string(choice->keys[i]);
		fputs("]}", out);
	}
	end(']');
}

/* An object with keys of a table; every other key is refused. */
static void
write_object(const DocShape *shape)
{
	const char *required[64];
	int			nrequired = 0;

	member_json("minProperties", shape->least);
	member_json("maxProperties", shape->most);
	member("properties");
	begin('{');
	if (shape->fields)
		write_fields(shape->fields, shape->name != NULL);
	for (const DocKey *key = shape->keys; key != NULL && key->name != NULL; key++)
	{
		member(key->name);
		write_shape(key->shape, key);
		if (key->required)
			required[nrequired++] = key->name;
	}
	end('}');
	if (nrequired > 0)
		member_strings("required", required, nrequired);
	member_comments();
	member_json("additionalProperties", "false");
	if (shape->choices == NULL)
		return;
	if (shape->choices[1].keys == NULL)
	{
		write_choice(&shape->choices[0]);
		return;
	}
	member("allOf");
	begin('[');
	for (const DocChoice *choice = shape->choices; choice->keys != NULL; choice++)
	{
		next_line();
		begin('{');
		write_choice(choice);
		end('}');
	}
	end(']');
}

/* An object of names that the document chooses. */
static void
write_names(const DocShape *shape)
{
	member_json("minProperties", shape->least);
	if (shape->pattern != NULL)
	{
		member("propertyNames");
		fputs("{\"anyOf\": [{\"pattern\": \"^//\"}, {\"pattern\": ", out);
		write_string(shape->pattern);
		fputs("}]}", out);
	}
	member("additionalProperties");
	write_shape(shape->of, NULL);
	member_comments();
}

/* What there is to say of a shape beside its description. */
static void
write_conditions(const DocShape *shape)
{
	member_string("type", type_name(shape->kind));
	switch (shape->kind)
	{
		case SHAPE_TEXT:
			member_string("pattern", shape->pattern);
			member_string("format", shape->format);
			member_json("minLength", shape->least);
			member_json("maxLength", shape->most);
			break;
		case SHAPE_NUMBER:
			member_json("minimum", shape->least);
			member_json("exclusiveMinimum", shape->above);
			member_json("maximum", shape->most);
			break;
		case SHAPE_BOOLEAN:
		case SHAPE_NULL:
			break;
		case SHAPE_TRUE:
			member_json("const", "true");
			break;
		case SHAPE_FALSE:
			member_json("const", "false");
			break;
		case SHAPE_WORD:
			member_strings("enum", shape->words, shape->nwords);
			break;
		case SHAPE_LIST:
			if (shape->of != NULL)
			{
				member("items");
				write_shape(shape->of, NULL);
			}
			member_json("minItems", shape->least);
			member_json("maxItems", shape->most);
			if (shape->different)
				member_json("uniqueItems", "true");
			break;
		case SHAPE_OBJECT:
			write_object(shape);
			break;
		case SHAPE_NAMES:
			write_names(shape);
			break;
		case SHAPE_ANY_OF:
			write_any(shape);
			break;
	}
}

/* Notes that the schema has to define a shape. */
static void
define(const DocShape *shape)
{
	for (int i = 0; i < ndefinitions; i++)
		if (definitions[i] == shape)
			return;
	if (ndefinitions == MAX_DEFINITIONS)
	{
		fprintf(stderr, "make_schema: more than %d shapes have names\n", MAX_DEFINITIONS);
		exit(1);
	}
	definitions[ndefinitions++] = shape;
}

/* The value of a key (null: an item, or a member under any name). */
static void
write_shape(const DocShape *shape, const DocKey *key)
{
	const char *describes = key != NULL ? key->describes : NULL;
	const char *examples = key != NULL ? key->examples : NULL;

	begin('{');
	if (shape->name != NULL)
	{
		define(shape);
		next_line();
		fprintf(out, "\"$ref\": \"#/$defs/%s\"", shape->name);
		member_string("description", describes);
	}
	else
	{
		member_string("description", describes ? describes : shape->describes);
		write_conditions(shape);
		examples = examples ? examples : shape->examples;
	}
	if (key != NULL)
		member_json("default", key->otherwise);
	member_examples(examples);
	end('}');
}

/* The schema of a kind of documents.  What is defined may use what is not yet. */
static void
write_schema(const struct DocumentKind *kind)
{
	depth = 0;
	ndefinitions = 0;
	begin('{');
	member_string("$schema", "https://json-schema.org/draft/2020-12/schema");
	member_string("$comment", "Made by doc/schema/make_schema from the tables of keys in src.");
	member_string("title", kind->title);
	member_string("description", kind->document->describes);
	write_conditions(kind->document);
	member("$defs");
	begin('{');
	for (int i = 0; i < ndefinitions; i++)
	{
		member(definitions[i]->name);
		begin('{');
		member_string("description", definitions[i]->describes);
		write_conditions(definitions[i]);
		member_examples(definitions[i]->examples);
		end('}');
	}
	end('}');
	end('}');
	fputc('\n', out);
}

/* One file for each kind of document. */
int
main(int argc, char **argv)
{
	if (argc != 2)
	{
		fprintf(stderr, "usage: make_schema FOLDER\n");
		return 2;
	}
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		char		path[4096];

		snprintf(path, sizeof(path), "%s/%s.schema.json", argv[1], kinds[i].name);
		out = fopen(path, "w");
		if (out == NULL)
		{
			perror(path);
			return 1;
		}
		write_schema(&kinds[i]);
		if (fclose(out) != 0)
		{
			perror(path);
			return 1;
		}
	}
	return 0;
}
