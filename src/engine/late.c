/*
 * late.c
 *		Where violations stand that arrive late.
 */
#include "postgres.h"

#include "engine/engine.h"
#include "util.h"

/* For qsort(): orders places by decision, then by id. */
static int
decided_cmp(const void *a, const void *b)
{
	const LatePlace *pa = *(LatePlace *const *) a;
	const LatePlace *pb = *(LatePlace *const *) b;

	if (pa->decided != pb->decided)
		return cmp_instant(pa->decided, pb->decided);
	return cmp_int64(pa->id, pb->id);
}

/*
 * See engine.h.  Going through the violations in the order of their decisions,
 * one moves when a place that is later than its own was taken by an earlier
 * decision.
 */
void
engine_place_late(LatePlace *places, int64 n)
{
	LatePlace **order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(LatePlace *) * (n + 1));
	TimestampTz before = DT_NOBEGIN;	/* the last place of what was decided
										 * before this one */
	TimestampTz last = DT_NOBEGIN;

	for (int64 i = 0; i < n; i++)
		order[i] = &places[i];
	qsort(order, n, sizeof(LatePlace *), decided_cmp);
	for (int64 i = 0; i < n; i++)
	{
		if (i > 0 && order[i]->decided > order[i - 1]->decided)
			before = last;
		if (order[i]->keeps && order[i]->at < before)
			order[i]->at = order[i]->decided;
		last = Max(last, order[i]->at);
	}
	pfree(order);
}
