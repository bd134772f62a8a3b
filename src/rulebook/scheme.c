/*
 * scheme.c
 *		What a scheme takes an interest in, in any of its versions.
 */
#include "postgres.h"

#include "rulebook/scheme.h"

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
