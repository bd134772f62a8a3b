/*
 * entitlement.c
 *		Looking things up in a compiled entitlement document, and its amounts.
 */
#include "postgres.h"

#include <math.h>

#include "entitlement/entitlement.h"
#include "rulebook/names.h"

/* A pattern has a * for any characters. */
bool
entitlement_matches(const char *pattern, const char *name)
{
	return glob_matches(pattern, name);
}

/* They stand in the order in which they count. */
const Capability *
entitlement_capability(const Entitlement *document, const char *name)
{
	for (int i = 0; i < document->ncapabilities; i++)
	{
		const Capability *capability = &document->capabilities[i];

		if (capability->is_pattern ? entitlement_matches(capability->name, name) :
			strcmp(capability->name, name) == 0)
			return capability;
	}
	return NULL;
}

/* What is not a number at all counts as nothing. */
int64
entitlement_amount(const Capability *capability, double units)
{
	double		amount = units * capability->unit_size;

	if (isnan(amount))
		return 0;
	if (amount >= (double) AMOUNT_MOST)
		return AMOUNT_MOST;
	if (amount <= (double) -AMOUNT_MOST)
		return -AMOUNT_MOST;
	return (int64) (amount < 0 ? ceil(amount - 0.5) : floor(amount + 0.5));
}

/* See entitlement.h. */
int64
amount_sum(int64 a, int64 b)
{
	return Max(Min(a + b, AMOUNT_MOST), -AMOUNT_MOST);
}

/* Of AMOUNT_NONE it is infinity. */
double
entitlement_units(const Capability *capability, int64 amount)
{
	return amount == AMOUNT_NONE ? HUGE_VAL : (double) amount / capability->unit_size;
}
