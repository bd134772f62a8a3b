/*
 * slot.c
 *		The columns of a row by their names.
 */
#include "postgres.h"

#include "compat.h"
#include "db/report.h"
#include "errors.h"
#include "db/slot.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/* Raises ERRCODE_DATATYPE_MISMATCH or ERRCODE_UNDEFINED_COLUMN, naming the column. */
void
find_columns(Relation relation, const ColumnSpec *specs, int nspecs, AttrNumber *numbers)
{
	TupleDesc	desc = RelationGetDescr(relation);
	int			next = 0;

	for (int i = 0; i < nspecs; i++)
	{
		numbers[i] = InvalidAttrNumber;

		/* They are in the table's order, mostly: each is where the last ended. */
		for (int k = 0; k < desc->natts && numbers[i] == InvalidAttrNumber; k++)
		{
			int			a = (next + k) % desc->natts;
			Form_pg_attribute attribute = TupleDescAttr(desc, a);

			if (attribute->attisdropped || strcmp(NameStr(attribute->attname), specs[i].name) != 0)
				continue;
			if (attribute->atttypid != specs[i].type)
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("column \"%s\" of relation \"%s\" must have type %s",
								specs[i].name, RelationGetRelationName(relation),
								format_type_be(specs[i].type)),
						 errtablecol(relation, a + 1)));
			numbers[i] = a + 1;
		}
		next = numbers[i];
		if (numbers[i] == InvalidAttrNumber)
			report_no_column(relation, specs[i].name, NULL);
	}
}

/* Of its bytes, by the hash functions of the server. */
uint64
text_hash(const char *text, int len)
{
	uint64		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) text, len, 0));

	/* 0 stands for "none". */
	return hash == 0 ? 1 : hash;
}
