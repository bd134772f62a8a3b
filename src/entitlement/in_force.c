/*
 * in_force.c
 *		The entitlement documents that say something to a request.
 */
#include "postgres.h"

#include "entitlement/in_force.h"
#include "rulebook/cache.h"

/* A list that is empty costs one look at it. */
bool
entitlements_any(void)
{
	int			n;

	rulebook_documents(DOCUMENT_ENTITLEMENT, &n);
	return n > 0;
}

/* Does a document name a pool so? */
static const Capability *
pool_named(const Entitlement *document, const char *name)
{
	for (int i = 0; i < document->npools; i++)
		if (strcmp(document->pools[i].name, name) == 0)
			return &document->pools[i];
	return NULL;
}

/*
 * A document that names no such capability is kept while it may silence one that
 * does: whether it applies is for the meter to say.
 */
InForce *
entitlements_naming(const char *capability, TimestampTz at, int *n)
{
	int			ndocuments;
	Scheme	  **documents = rulebook_documents(DOCUMENT_ENTITLEMENT, &ndocuments);
	InForce    *list = palloc(sizeof(InForce) * Max(ndocuments, 1));
	bool		named = false;

	*n = 0;
	for (int i = 0; i < ndocuments; i++)
	{
		PolicyVersion *version = rulebook_version_at(documents[i], at);
		InForce    *item = &list[*n];

		if (version == NULL)
			continue;
		item->document = rulebook_compiled_document(version);
		item->capability = entitlement_capability(item->document, capability);
		item->trial = documents[i]->trial_of != NULL;
		item->from = version->from;
		item->to = version->to;
		if (item->capability == NULL && (item->trial || item->document->ninstead == 0))
			continue;
		named |= item->capability != NULL;
		(*n)++;
	}
	if (!named)
		*n = 0;
	return list;
}

/* A capability goes before a pool of the same name. */
InForce *
entitlements_with(const char *name, TimestampTz at, int *n)
{
	int			ndocuments;
	Scheme	  **documents = rulebook_documents(DOCUMENT_ENTITLEMENT, &ndocuments);
	InForce    *list = palloc0(sizeof(InForce) * Max(ndocuments, 1));

	*n = 0;
	for (int i = 0; i < ndocuments; i++)
	{
		PolicyVersion *version = rulebook_version_at(documents[i], at);
		InForce    *item = &list[*n];

		if (version == NULL || documents[i]->trial_of != NULL)
			continue;
		item->document = rulebook_compiled_document(version);
		item->capability = entitlement_capability(item->document, name);
		if (item->capability == NULL)
			item->capability = pool_named(item->document, name);
		item->from = version->from;
		item->to = version->to;
		if (item->capability != NULL)
			(*n)++;
	}
	return list;
}

/* Versions of the past too: uses and grants of theirs may be asked for. */
bool
entitlements_know(const char *name)
{
	int			ndocuments;
	Scheme	  **documents = rulebook_documents(DOCUMENT_ENTITLEMENT, &ndocuments);

	for (int i = 0; i < ndocuments; i++)
		for (int j = 0; j < documents[i]->nversions; j++)
		{
			const Entitlement *document = rulebook_compiled_document(&documents[i]->versions[j]);

			if (entitlement_capability(document, name) != NULL || pool_named(document, name) != NULL)
				return true;
		}
	return false;
}
