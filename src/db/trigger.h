/*
 * trigger.h
 *		What the statement triggers of the ledger share: the check of how they
 *		were called, the columns of their transition tables, and the list of
 *		standings that they concern.
 */
#ifndef GOVERNANCE_DB_TRIGGER_H
#define GOVERNANCE_DB_TRIGGER_H

#include "ledger/ledger.h"

#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/*
 * As foreign keys do: nothing is looked at before it is known to be there.
 * Raises ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED.
 */
extern TriggerData *check_trigger(FunctionCallInfo fcinfo, const char *function,
								  bool for_row, bool before);
extern void require_transition(const Tuplestorestate *table, const char *function,
							   const char *which);

typedef struct ColumnSpec
{
	const char *name;
	Oid			type;
} ColumnSpec;

/* Finds columns by name; they must be there with the type that we write. */
extern void find_columns(Relation relation, const ColumnSpec *specs, int nspecs,
						 AttrNumber *numbers);

/* A list of standings that grows; a key is there once (of late). */
typedef struct KeyList
{
	int			n;
	int			max;
	StandingKey *keys;
} KeyList;

extern StandingKey *key_list_add(KeyList *list, int64 account_id, Scheme *scheme);

static inline int64
slot_int8(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static inline TimestampTz
slot_time(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

static inline text *
slot_text(TupleTableSlot *slot, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? NULL : DatumGetTextPP(value);
}

static inline uint64
slot_hash(TupleTableSlot *slot, AttrNumber number)
{
	text	   *value = slot_text(slot, number);

	return value == NULL ? 0 : ledger_hash(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

static inline Points
slot_points(TupleTableSlot *slot, AttrNumber number, const char *column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	return isnull ? POINTS_NONE : entered_points(value, column);
}

#endif							/* GOVERNANCE_DB_TRIGGER_H */
