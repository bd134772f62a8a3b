/*
 * document_type.c
 *		The kinds of documents, and how a document shows its own.
 */
#include "postgres.h"

#include "errors.h"
#include "fmgr.h"
#include "rulebook/document_type.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(governance_check_policy);
PG_FUNCTION_INFO_V1(governance_check_stored_policy);

static const DocumentType *types[DOCUMENT_KINDS];

/* Called while the library is loaded, in parallel workers too. */
void
document_type_register(DocumentKind kind, const DocumentType *type)
{
	types[kind] = type;
}

/* Each kind is registered, or the library is not whole. */
const DocumentType *
document_type(DocumentKind kind)
{
	if (types[kind] == NULL)
		elog(ERROR, "documents of kind %d are not registered", (int) kind);
	return types[kind];
}

/* A word of a later version is none. */
bool
document_kind_of_word(const char *word, DocumentKind *kind)
{
	for (int i = 0; i < DOCUMENT_KINDS; i++)
		if (strcmp(document_type(i)->key, word) == 0)
		{
			*kind = i;
			return true;
		}
	return false;
}

/* Does the document, an object, have the key? */
static bool
has_key(Jsonb *document, const char *key)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.val = unconstify(char *, key);
	value.val.string.len = strlen(key);
	return findJsonbValueFromContainer(&document->root, JB_FOBJECT, &value) != NULL;
}

/*
 * jsonb keeps no order of keys: it is the key that is there which tells the kind,
 * wherever it was written.
 */
DocumentKind
document_kind(Jsonb *document)
{
	int			found = -1;

	if (!JB_ROOT_IS_OBJECT(document))
		return DOCUMENT_SCHEME;
	for (int i = 0; i < DOCUMENT_KINDS; i++)
	{
		if (!has_key(document, document_type(i)->key))
			continue;
		if (found >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_GV_INVALID_POLICY),
					 errmsg("a document has either \"%s\" or \"%s\", not both",
							document_type(found)->key, document_type(i)->key),
					 errdetail("The key that holds its name tells its kind."),
					 errhint("Write two documents, each with a name of its own.")));
		found = i;
	}
	if (found < 0 && has_key(document, "procedure"))
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_POLICY),
				 errmsg("documents of the kind \"%s\" are not known to this version", "procedure"),
				 errhint("A document begins with \"scheme\" or \"entitlement\" and its name.")));
	return found < 0 ? DOCUMENT_SCHEME : found;
}

/* What only takes policies says so, rather than that "scheme" is missing. */
void
document_check_kind(Jsonb *document, DocumentKind wanted)
{
	DocumentKind kind = document_kind(document);

	if (kind != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_POLICY),
				 errmsg("%s: the document is of another kind: %s",
						_(document_type(wanted)->noun), _(document_type(kind)->noun)),
				 errhint("The document that is needed here has its name under the key \"%s\".",
						 document_type(wanted)->key)));
}

/* The summary as a value. */
static Datum
check(Jsonb *document, bool stored)
{
	char	   *summary = document_type(document_kind(document))->check(document, stored);

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(summary));
}

/* check_policy(document jsonb) returns jsonb */
Datum
governance_check_policy(PG_FUNCTION_ARGS)
{
	return check(PG_GETARG_JSONB_P(0), false);
}

/* check_stored_policy(document jsonb) returns jsonb */
Datum
governance_check_stored_policy(PG_FUNCTION_ARGS)
{
	return check(PG_GETARG_JSONB_P(0), true);
}
