/*
 * consumer.c
 *		Who is given the events.
 */
#include "postgres.h"

#include "compat.h"
#include "db/owner.h"
#include "db/smalltable.h"
#include "ledger/consumer.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

static SmallTable consumers = {
	.name = "event_consumer",
	.columns = {"kinds", "lost_at"},
	.ncolumns = 2
};

static const char *const kind_names[NUM_EVENT_KINDS] = {
	"sanction_scheduled", "sanction_started", "sanction_changed", "sanction_ended",
	"sanction_released", "near_rung"
};

/* See consumer.h. */
const char *
event_kind_name(EventKind kind)
{
	return kind_names[kind];
}

/* Those of our kinds that are in an array of names. */
static uint32
kinds_in(Datum names)
{
	Datum	   *elements;
	int			n;
	uint32		kinds = 0;

	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, NULL, &n);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < NUM_EVENT_KINDS; k++)
			if (small_text_equals(elements[i], kind_names[k], strlen(kind_names[k])))
				kinds |= 1 << k;
	return kinds;
}

/* All of them; their number in *n. */
static const SmallRow *
all_consumers(int *n)
{
	*n = 0;

	/* A ledger of an earlier version has no such table. */
	if (!consumers.valid &&
		!OidIsValid(get_relname_relid(consumers.name, get_namespace_oid("governance", true))))
		return NULL;
	return small_table_rows(&consumers, n);
}

/* See consumer.h. */
bool
consumers_exist(void)
{
	int			n;

	(void) all_consumers(&n);
	return n > 0;
}

/*
 * Standings are locked first, as whoever writes to them locks them: who creates a
 * consumer that asks for more than the others has them locked until all can see
 * it, and so either waits for us or is seen.  One that was given up is told
 * nothing, but keeps what has been announced up to date.
 */
bool
consumers_listen(uint32 *kinds)
{
	const SmallRow *rows;
	int			n;

	*kinds = 0;
	LockRelationOid(standings_relation(), RowExclusiveLock);
	rows = all_consumers(&n);
	for (int i = 0; i < n; i++)
		if (rows[i].nulls[1])
			*kinds |= rows[i].nulls[0] ? (1 << NUM_EVENT_KINDS) - 1 : kinds_in(rows[i].values[0]);
	return n > 0;
}
