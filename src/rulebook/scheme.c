/*
 * scheme.c
 *		What a scheme takes an interest in, in any of its versions.
 */
#include "postgres.h"

#include "rulebook/scheme.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A kind that no version names reaches no standing of the scheme. */
bool
scheme_listens(Scheme *scheme, const char *kind)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (policy_activity_index(rulebook_compiled(&scheme->versions[i]), kind) >= 0)
			return true;
	return false;
}

/* A fact that no version names changes no standing of the scheme. */
bool
scheme_looks_at(Scheme *scheme, const char *attribute)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (policy_attribute_index(rulebook_compiled(&scheme->versions[i]), attribute) >= 0)
			return true;
	return false;
}

/* Where it has none, the rows of governance.activity need not be read. */
bool
scheme_has_activities(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (rulebook_compiled(&scheme->versions[i])->nactivities > 0)
			return true;
	return false;
}

/* Where it has none, the rows of governance.attribute need not be read. */
bool
scheme_has_attributes(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (rulebook_compiled(&scheme->versions[i])->nattributes > 0)
			return true;
	return false;
}

/* The capability of that name stands for certifications themselves. */
static bool
withholds_certification(const Policy *policy)
{
	for (int r = 0; r < policy->nrungs; r++)
		for (int c = 0; c < policy->rungs[r].ncapabilities; c++)
			if (strcmp(policy->rungs[r].capabilities[c], "certification") == 0)
				return true;
	return false;
}

/*
 * Asked with each standing that is locked, so the answer is kept with the
 * list.
 */
bool
scheme_withholds_certification(Scheme *scheme)
{
	if (scheme->withholds == 0)
	{
		bool		withholds = false;

		for (int i = 0; i < scheme->nversions && !withholds; i++)
			withholds = withholds_certification(rulebook_compiled(&scheme->versions[i]));
		scheme->withholds = withholds ? 1 : -1;
	}
	return scheme->withholds > 0;
}

/* ---------- accounts without entries ---------- */

/* Kept in the version, for it is asked of each account that begins. */
Unprompted
version_unprompted(PolicyVersion *version)
{
	if (version->unprompted == UNPROMPTED_UNKNOWN)
	{
		char	   *why;
		const Policy *policy = version->policy != NULL ? version->policy :
			rulebook_policy_or_null(version->policy_id, &why);

		version->unprompted = policy == NULL ? UNPROMPTED_NOTHING : policy->unprompted;
	}
	return version->unprompted;
}

/*
 * An account that has been there for ever begins where such a version does, if that
 * is an instant.
 */
TimestampTz
scheme_begins(Scheme *scheme, TimestampTz opened)
{
	if (opened == DT_NOEND)
		return DT_NOEND;
	for (int i = 0; i < scheme->nversions; i++)
	{
		PolicyVersion *version = &scheme->versions[i];
		TimestampTz begin = Max(opened, version->from);

		if (version->to > opened && begin != DT_NOBEGIN &&
			version_unprompted(version) != UNPROMPTED_NOTHING)
			return begin;
	}
	return DT_NOEND;
}

/* May a version of it sanction an account that has no entry? */
static bool
sanctions_unprompted(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (version_unprompted(&scheme->versions[i]) == UNPROMPTED_SANCTION)
			return true;
	return false;
}

/*
 * Asked for each account of a query, so the answer is kept for as long as the list
 * is the same.
 */
Scheme **
schemes_unprompted(int *n)
{
	static uint64 generation = 0;
	static int	nfound = 0;
	static Scheme **found = NULL;

	if (generation != rulebook_generation())
	{
		int			nschemes;
		Scheme	  **schemes = rulebook_schemes(&nschemes);

		generation = 0;
		if (found != NULL)
			pfree(found);
		found = NULL;
		found = MemoryContextAlloc(TopMemoryContext, sizeof(Scheme *) * Max(nschemes, 1));
		nfound = 0;
		for (int i = 0; i < nschemes; i++)
			if (schemes[i]->trial_of == NULL && sanctions_unprompted(schemes[i]))
				found[nfound++] = schemes[i];
		generation = rulebook_generation();
	}
	*n = nfound;
	return found;
}
