/*
 * scheme.c
 *		What a scheme takes an interest in, in any of its versions.
 */
#include "postgres.h"

#include "rulebook/cache.h"

bool
scheme_listens(Scheme *scheme, const char *kind)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (policy_activity_index(rulebook_compiled(&scheme->versions[i]), kind) >= 0)
			return true;
	return false;
}

bool
scheme_looks_at(Scheme *scheme, const char *attribute)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (policy_attribute_index(rulebook_compiled(&scheme->versions[i]), attribute) >= 0)
			return true;
	return false;
}

bool
scheme_has_activities(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (rulebook_compiled(&scheme->versions[i])->nactivities > 0)
			return true;
	return false;
}

bool
scheme_has_attributes(Scheme *scheme)
{
	for (int i = 0; i < scheme->nversions; i++)
		if (rulebook_compiled(&scheme->versions[i])->nattributes > 0)
			return true;
	return false;
}

static bool
named(char **names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool
scheme_withholds(Scheme *scheme, const char *capability)
{
	for (int i = 0; i < scheme->nversions; i++)
	{
		const Policy *policy = rulebook_compiled(&scheme->versions[i]);

		for (int r = 0; r < policy->nrungs; r++)
			if (named(policy->rungs[r].capabilities, policy->rungs[r].ncapabilities, capability))
				return true;
	}
	return false;
}
