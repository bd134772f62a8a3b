/*
 * check_keys.c
 *		Documents held against the tables of keys.
 */
#include "postgres.h"

#include "rulebook/check_keys.h"
#include "rulebook/statement_fields.h"
#include "rulebook/values.h"

/*
 * The keys of a shape as doc_check_keys() takes them, fields of statements first;
 * gives how many.
 */
static int
key_names(const DocShape *shape, const char ***names)
{
	int			n = 0;
	int			most = shape->fields ? statement_nfields : 0;

	for (const DocKey *key = shape->keys; key != NULL && key->name != NULL; key++)
		most++;
	*names = palloc(sizeof(char *) * Max(most, 1));
	for (int i = 0; shape->fields && i < statement_nfields; i++)
		if (statement_fields[i].part ==
			(shape->fields == STATEMENT_KEYS_CONTENT ? PART_CONTENT : PART_DECISION))
			(*names)[n++] = statement_fields[i].name;
	for (const DocKey *key = shape->keys; key != NULL && key->name != NULL; key++)
		(*names)[n++] = key->name;
	return n;
}

/*
 * The names are put together for each object anew: a document has at most some
 * thousands of them, and is compiled once.
 */
void
check_keys(const Doc *object, const DocShape *shape)
{
	const char **names;
	int			n = key_names(shape, &names);

	doc_check_keys(object, names, n);
	pfree(names);
}

/* The keys of a case stand in the order in which the error lists them. */
void
check_keys_with(const Doc *object, const DocShape *shape, const char *word)
{
	int			n = 0;

	for (const DocCase *one = shape->cases; one->word != NULL; one++)
		if (strcmp(one->word, word) == 0)
		{
			while (one->keys[n] != NULL)
				n++;
			doc_check_keys_with(object, one->keys, n, word);
			return;
		}
	elog(ERROR, "no keys go with \"%s\"", word);
}

/* A key or a word that the table does not have is a fault of the compiler's. */
int
word_of(const Doc *value, const DocShape *shape, const char *key)
{
	for (const DocKey *k = shape->keys; k->name != NULL; k++)
		if (strcmp(k->name, key) == 0)
		{
			const DocShape *words = k->shape->kind == SHAPE_LIST ? k->shape->of : k->shape;

			Assert(words->kind == SHAPE_WORD);
			return doc_word(value, words->words, words->nwords);
		}
	elog(ERROR, "there is no key \"%s\"", key);
}

/* The default is given as a value of the enumeration that the words stand for. */
int
get_word(const Doc *object, const DocShape *shape, const char *key, int otherwise)
{
	const Doc  *value = doc_get(object, key);

	return value != NULL ? word_of(value, shape, key) : otherwise;
}

/* The error that a key is missing comes before one about the word. */
int
required_word(const Doc *object, const DocShape *shape, const char *key)
{
	return word_of(doc_required(object, key), shape, key);
}
